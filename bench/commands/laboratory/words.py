"""The words of a laboratory's commands: rig, plan, pages, campaign, register, issue, validation.

Leaves the work to the modules beside it, which are imported when their command is given.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from bench.commands import rows
from bench.commands.laboratory import sentences
from bench.commands.option import Option
from bench.commands.parsing import Add, takes, wrong_words
from bench.commands.running.options import ROWS


def _issue(words: argparse.Namespace) -> int:
    wrong = [
        str(sentences.GOES_WITH(name=name, others=[f"--{each}" for each in others]))
        for name, others in (
            ("key", ("certificate",)),
            ("chain", ("certificate",)),
            ("stamp", ("certificate",)),
            ("module", ("certificate", "token", "label")),
            ("token", ("module",)),
            ("label", ("module",)),
        )
        if getattr(words, name) and not all(getattr(words, each) for each in others)
    ]
    if words.certificate and bool(words.key) == bool(words.module):
        wrong.append(str(sentences.KEY_OR_MODULE()))
    if words.draft and not words.draft.endswith((".pdf", ".docx")):
        wrong.append(sentences.DRAFT_NAME().after(f"--draft {words.draft}"))
    if wrong:
        return wrong_words("\n".join(wrong))
    from bench.commands.laboratory import issue

    return issue.main(
        issue.Asked(
            run=Path(words.run),
            lab=Path(words.lab),
            job=Path(words.job),
            to=Path(words.to),
            **{
                name: getattr(words, name)
                for name in ("draft", "template", "key", "certificate", "chain", "module", "token", "label", "stamp")
            },
        )
    )


def _validation(words: argparse.Namespace) -> int:
    from bench.commands.laboratory import validation

    return validation.main(Path(words.file), words.language, [Path(each) for each in words.parity])


def _bench(words: argparse.Namespace) -> int:
    from bench.commands.laboratory import check

    return check.main(Path(words.rig), as_json=words.json, injectors=not words.quick)


def _serve(words: argparse.Namespace) -> int:
    from bench.commands.laboratory import serve

    return serve.main(
        serve.Asked(
            out=Path(words.out),
            where=words.at,
            lab=Path(words.lab) if words.lab else None,
            profiles=Path(words.profiles),
            certificate=Path(words.certificate) if words.certificate else None,
            key=Path(words.key) if words.key else None,
            plain=words.plain,
        )
    )


def _plan(words: argparse.Namespace) -> int:
    from bench.commands.laboratory import plan
    from bench.commands.running.options import REFERENCE_PROFILE

    if words.record:
        return plan.record(Path(words.record))
    return plan.main(Path(words.terminal) if words.terminal else REFERENCE_PROFILE, days=words.days, as_json=words.json)


def _campaign(words: argparse.Namespace) -> int:
    from bench.commands.laboratory import campaign

    return campaign.main(words.what, Path(words.folder), words)


def _laboratory(words: argparse.Namespace) -> int:
    from bench.commands.laboratory import lab

    match words.what:
        case "new":
            return lab.new(Path(words.place), words.name)
        case "register":
            return lab.register(Path(words.place))
        case "password":
            return lab.password(Path(words.place), words.by)
        case _:
            if not (words.run and words.why and words.by):
                return wrong_words(sentences.ABANDON_WORDS().after("lab abandon"))
            return lab.abandon(Path(words.place), words.run, words.why, words.by)


def issue(command: Add) -> None:
    """The words of `issue`."""
    takes(
        command("issue", _issue, "the report as it is handed over, or what is still missing / 签发检测报告"),
        rows.RUN,
        replace(ROWS["lab"], default="lab.toml"),
        Option("--job", "FILE", "customer, item, tests / 委托信息", default="job.toml"),
        Option("--to", "DIR", "where issues are kept / 签发目录", default="issued"),
        Option("--draft", "FILE", "a working paper (.pdf, .docx) instead / 工作稿"),
        Option("--template", "FILE", "template of the DOCX / DOCX 模板"),
        rows.SIGNING,
        rows.SIGNING_KEY,
        Option("--chain", "FILE", "certificates above it / 上级证书"),
        Option("--module", "FILE", "PKCS#11 module instead of a key / 密码设备模块"),
        Option("--token", "NAME", "label of the token / 密码设备名"),
        Option("--label", "NAME", "label of the key in it / 密钥名"),
        Option("--stamp", "URL", "authority of time stamps (RFC 3161) / 时间戳服务"),
    )


def validation(command: Add) -> None:
    """The words of `validation`."""
    takes(
        command("validation", _validation, "the validation file of the method, as PDF / 方法确认文件"),
        Option("file", "FILE", "where to write it (.pdf) / 输出文件"),
        Option("--language", "zh|en", "language / 语言", default="zh"),
        Option("--parity", "DIR", "folder of parity / 一致性对比目录", many=True),
    )


def bench(command: Add) -> None:
    """The words of `bench`."""
    takes(
        command("bench", _bench, "a lab rig before a run: cabling, rights, serial ports, power, clock / 台架检查"),
        Option("what", "STEP", "check: verify everything / 全部检查", choices=("check",)),
        Option("rig", "RIG", "rig file (TOML) / 台架文件"),
        rows.JSON,
        Option("--quick", "", "without the proof of the injectors / 不做注入器自检"),
    )


def serve(command: Add) -> None:
    """The words of `serve`."""
    takes(
        command("serve", _serve, "runs and campaigns in the browser, live / 浏览器实时页面"),
        ROWS["out"],
        ROWS["lab"],
        Option("--profiles", "DIR", "items that can be queued / 档案目录", default="."),
        Option("--at", "HOST:PORT", "where / 监听地址", default="127.0.0.1:8600"),
        rows.SERVING,
        rows.SERVING_KEY,
        Option("--plain", "", "others without TLS: a proxy has it / 由代理提供 TLS"),
    )


def plan(command: Add) -> None:
    """The words of `plan`."""
    takes(
        command("plan", _plan, "what a device is to run, in which order, how long / 设备试验计划"),
        ROWS["terminal"],
        Option("--days", "N", "at most so long / 最多天数", default=14.0, kind=float),
        rows.COUNTED,
        rows.JSON,
    )


def campaign(command: Add) -> None:
    """The words of `campaign`."""
    steps = ("new", "add", "leave", "review", "external", "status", "statement")
    takes(
        command(
            "campaign",
            _campaign,
            "one item, many runs, reviews, external reports, one statement / 试验任务：汇总并作声明",
        ),
        Option("what", "STEP", "new takes --profile and --name / 步骤", choices=steps),
        Option("folder", "CAMPAIGN", "its folder / 任务目录"),
        Option("result", "RESULT", "add: folders, files; leave: names of runs / 结果", count="*"),
        rows.PROFILE,
        rows.NAME,
        ROWS["lab"],
        rows.BY,
        Option("--verdict", "TEXT", "review, external: pass, fail, not applicable / 判定"),
        Option("--words", "TEXT", "review, external: the ground / 依据"),
        Option("--laboratory", "TEXT", "external: whose report / 机构名称"),
        Option("--accreditation", "TEXT", "external: its accreditation / 资质"),
        Option("--report", "TEXT", "external: its number / 报告编号"),
        Option("--edition", "TEXT", "external: edition of the method / 方法版本"),
        Option("--specimen", "TEXT", "external: the specimen it is of / 样品"),
        rows.REVIEWED,
        Option("--file", "FILE", "a document to keep / 附件", many=True),
        Option("--load", "", "add: it is the result of a load test / 负载试验结果"),
        rows.JSON,
    )


def lab(command: Add) -> None:
    """The words of `lab`."""
    deeds = ("new", "register", "abandon", "password")
    takes(
        command("lab", _laboratory, "a laboratory: trial key, register of runs / 实验室：试用密钥、运行登记簿"),
        Option("what", "STEP", "new takes --name, abandon --run, --why and --by / 操作", choices=deeds),
        Option("place", "PLACE", "new: a folder; else lab.toml / 目录或 lab.toml"),
        replace(rows.NAME, default="Trial laboratory"),
        Option("--run", "RUN", "abandon: the run's name / 运行名称"),
        Option("--why", "WORDS", "abandon: the reason / 原因"),
        rows.BY,
    )
