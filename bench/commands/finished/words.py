"""The words of commands on finished runs: judged again, verified, reported, explained, compared.

Leaves the work to the modules beside it, which are imported when their command is given.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.commands import rows
from bench.commands.finished import sentences
from bench.commands.option import Option
from bench.commands.parsing import Add, takes, wrong_words

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
        return wrong_words(sentences.DELIVERY_JSON().after("report"))
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
    takes(command("rejudge", _rejudge, "judge a run again from its records alone / 仅凭记录重新判定"), rows.RUN)
    takes(
        command("verify", _verify, "prove that no file of a run was altered / 校验运行目录"),
        rows.RUN,
        rows.OF_LABORATORY,
        Option("--roots", "FILE", "of its time stamps (PEM) / 时间戳根证书"),
        Option("--register", "FILE", "the laboratory's register / 运行登记簿"),
        Option("--digest", "HEX", "the digest that was signed / 签名摘要"),
    )


def report(command: Add) -> None:
    """The words of `report`."""
    takes(
        command("report", _report, "write the reports of a run again / 重新生成报告"),
        rows.RUN,
        Option("--delivery", "", "what became of every record, with --json for machines / 传输对账表"),
        rows.JSON,
    )


def explain_emission(command: Add) -> None:
    """The words of `explain-emission`."""
    takes(
        command(
            "explain-emission",
            _explain_emission,
            "one emission figure of a run from registers to tonnes / 逐步解释一个排放量数值",
        ),
        rows.RUN,
        Option("case", "CASE", "case id, accounting/… / 用例"),
        Option("--of", "OF", "source, unit, category, scope or emitter / 对象", default="emitter"),
        Option("--id", "ID", "which of them / 名称"),
        Option("--kind", "KIND", "minute, quarter, hour, day … / 时段", default="hour"),
        Option("--start", "TIME", "local time at which it begins / 起始时刻", required=True),
    )


def compare(command: Add) -> None:
    """The words of `compare`."""
    takes(
        command("compare", _compare, "two runs side by side: worse, mended, measured otherwise / 两次运行对比"),
        Option("first", "A", "run before / 前一次运行目录"),
        Option("second", "B", "run after / 后一次运行目录"),
        Option("--records", "", "also whether the records tell the same / 同时对比记录"),
        rows.SAME,
        rows.JSON,
    )
