"""The words of commands on finished runs: judged again, verified, reported, explained, compared.

Leaves the work to the modules beside it, which are imported when their command is given.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.commands.parsing import Add, wrong_words

_KNOWN = ("certificate", "roots", "register")


def _explain_emission(words: argparse.Namespace) -> int:
    from bench.commands.finished import emission

    return emission.main(Path(words.run), words.case, words.of, words.id, words.kind, words.start)


def _rejudge(words: argparse.Namespace) -> int:
    from bench.commands.finished import rejudge

    return rejudge.main(Path(words.run))


def _verify(words: argparse.Namespace) -> int:
    from bench.commands.finished import rejudge

    given = {name: Path(getattr(words, name)) if getattr(words, name) else None for name in _KNOWN}
    return rejudge.verify(Path(words.run), rejudge.Known(**given, digest=words.digest))


def _report(words: argparse.Namespace) -> int:
    from bench.commands.finished import delivery, rejudge

    if words.json and not words.delivery:
        return wrong_words("report: --json goes with --delivery; the verdicts are in verdicts.json / 须同用 --delivery")
    if words.delivery:
        return delivery.main(Path(words.run), as_json=words.json)
    return rejudge.report(Path(words.run))


def _compare(words: argparse.Namespace) -> int:
    from bench.commands.finished import compare

    return compare.main(
        Path(words.first), Path(words.second), as_json=words.json, records=words.records, all_rows=words.all
    )


def rejudge_and_verify(command: Add) -> None:
    """The words of `rejudge` and `verify`."""
    for name, work, text in (
        ("rejudge", _rejudge, "judge a run again from its records alone / 仅凭记录重新判定"),
        ("verify", _verify, "prove that no file of a run was altered / 校验运行目录"),
    ):
        made = command(name, work, text)
        made.add_argument("run", metavar="RUN", help="run folder / 运行目录")
        if name == "verify":
            made.add_argument("--certificate", default="", metavar="FILE", help="the laboratory's (PEM) / 机构证书")
            made.add_argument("--roots", default="", metavar="FILE", help="of its time stamps (PEM) / 时间戳根证书")
            made.add_argument("--register", default="", metavar="FILE", help="the laboratory's register / 运行登记簿")
            made.add_argument("--digest", default="", metavar="HEX", help="the digest that was signed / 签名摘要")


def report(command: Add) -> None:
    """The words of `report`."""
    report = command("report", _report, "write the reports of a run again / 重新生成报告")
    report.add_argument("run", metavar="RUN", help="run folder / 运行目录")
    report.add_argument("--delivery", action="store_true", help="what became of every record / 传输对账表")
    report.add_argument("--json", action="store_true", help="with --delivery: for machines / 机器可读")


def explain_emission(command: Add) -> None:
    """The words of `explain-emission`."""
    emission = command(
        "explain-emission",
        _explain_emission,
        "one emission figure of a run from registers to tonnes / 逐步解释一个排放量数值",
    )
    emission.add_argument("run", help="run folder / 运行目录")
    emission.add_argument("case", help="case id, accounting/… / 用例")
    emission.add_argument("--of", default="emitter", help="source, unit, category, scope or emitter / 对象")
    emission.add_argument("--id", default="", help="which of them / 名称")
    emission.add_argument("--kind", default="hour", help="minute, quarter, hour, day … / 时段")
    emission.add_argument("--start", required=True, help="local time at which it begins / 起始时刻")


def compare(command: Add) -> None:
    """The words of `compare`."""
    two = command("compare", _compare, "two runs side by side: worse, mended, measured otherwise / 两次运行对比")
    two.add_argument("first", metavar="A", help="run folder / 运行目录")
    two.add_argument("second", metavar="B", help="run folder / 运行目录")
    two.add_argument("--records", action="store_true", help="also whether the records tell the same / 同时对比记录")
    two.add_argument("--all", action="store_true", help="also what is the same / 一并列出相同项")
    two.add_argument("--json", action="store_true", help="for machines / 机器可读")
