"""The words of a laboratory's commands: rig, plan, pages, campaign, register, issue, validation.

Leaves the work to the modules beside it, which are imported when their command is given.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.commands.parsing import Add, wrong_words
from bench.commands.running.options import (
    ROWS,
)


def _issue(words: argparse.Namespace) -> int:
    wrong = [
        f"--{name} goes with {', '.join(f'--{each}' for each in others)} / 参数须同时给出"
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
        wrong.append("--certificate goes with --key or with --module / 须给出私钥或密码设备之一")
    if words.draft and not words.draft.endswith((".pdf", ".docx")):
        wrong.append(f"--draft {words.draft}: expected a name that ends with .pdf or .docx / 文件名无效")
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
                return wrong_words("lab abandon: needs --run, --why and --by / 须给出 --run、--why 和 --by")
            return lab.abandon(Path(words.place), words.run, words.why, words.by)


def issue(command: Add) -> None:
    """The words of `issue`."""
    issue = command("issue", _issue, "the report as it is handed over, or what is still missing / 签发检测报告")
    issue.add_argument("run", metavar="RUN", help="run folder / 运行目录")
    issue.add_argument("--lab", default="lab.toml", metavar="FILE", help="the laboratory (default lab.toml) / 实验室")
    issue.add_argument("--job", default="job.toml", metavar="FILE", help="customer, item, tests (job.toml) / 委托信息")
    issue.add_argument("--to", default="issued", metavar="DIR", help="where issues are kept (issued) / 签发目录")
    issue.add_argument("--draft", default="", metavar="FILE", help="a working paper (.pdf, .docx) instead / 工作稿")
    issue.add_argument("--template", default="", metavar="FILE", help="template of the DOCX / DOCX 模板")
    issue.add_argument("--certificate", default="", metavar="FILE", help="sign the PDF with it (PEM) / 签名证书")
    issue.add_argument("--key", default="", metavar="FILE", help="its key (PEM; CARBONBENCH_PIN opens it) / 私钥")
    issue.add_argument("--chain", default="", metavar="FILE", help="certificates above it / 上级证书")
    issue.add_argument("--module", default="", metavar="FILE", help="PKCS#11 module instead of a key / 密码设备模块")
    issue.add_argument("--token", default="", metavar="NAME", help="label of the token / 密码设备名")
    issue.add_argument("--label", default="", metavar="NAME", help="label of the key in it / 密钥名")
    issue.add_argument("--stamp", default="", metavar="URL", help="authority of time stamps (RFC 3161) / 时间戳服务")


def validation(command: Add) -> None:
    """The words of `validation`."""
    shown = command("validation", _validation, "the validation file of the method, as PDF / 方法确认文件")
    shown.add_argument("file", metavar="FILE", help="where to write it (.pdf) / 输出文件")
    shown.add_argument("--language", default="zh", metavar="zh|en", help="language (zh) / 语言")
    shown.add_argument("--parity", action="append", default=[], metavar="DIR", help="folder of parity / 一致性对比目录")


def bench(command: Add) -> None:
    """The words of `bench`."""
    lab = command("bench", _bench, "a lab rig before a run: cabling, rights, serial ports, power, clock / 台架检查")
    lab.add_argument("what", choices=("check",), help="check: verify everything / 全部检查")
    lab.add_argument("rig", metavar="RIG", help="rig file (TOML) / 台架文件")
    lab.add_argument("--json", action="store_true", help="for machines / 机器可读")
    lab.add_argument("--quick", action="store_true", help="without the proof of the injectors / 不做注入器自检")


def serve(command: Add) -> None:
    """The words of `serve`."""
    desk = command("serve", _serve, "runs and campaigns in the browser, live / 浏览器实时页面")
    desk.add_argument("--out", default="out", metavar="DIR", help="where runs and campaigns are (out) / 输出目录")
    desk.add_argument("--lab", default="", metavar="FILE", help="sign what is entered; persons, issue / 实验室文件")
    desk.add_argument("--profiles", default=".", metavar="DIR", help="items that can be queued (.) / 档案目录")
    desk.add_argument("--at", default="127.0.0.1:8600", metavar="HOST:PORT", help="where (127.0.0.1:8600) / 监听地址")
    desk.add_argument("--certificate", default="", metavar="FILE", help="serve over TLS with it (PEM) / TLS 证书")
    desk.add_argument("--key", default="", metavar="FILE", help="its key (PEM) / 私钥")
    desk.add_argument("--plain", action="store_true", help="others without TLS: a proxy has it / 由代理提供 TLS")


def plan(command: Add) -> None:
    """The words of `plan`."""
    order = command("plan", _plan, "what a device is to run, in which order, how long / 设备试验计划")
    ROWS["terminal"].add_to(order.add_argument)
    order.add_argument("--days", type=float, default=14.0, metavar="N", help="at most so long (14) / 最多天数")
    order.add_argument("--record", default="", metavar="RUN", help="count lengths in a whole virtual run / 统计时长")
    order.add_argument("--json", action="store_true", help="for machines / 机器可读")


def campaign(command: Add) -> None:
    """The words of `campaign`."""
    joint = command(
        "campaign", _campaign, "one item, many runs, reviews, external reports, one statement / 试验任务：汇总并作声明"
    )
    steps = ("new", "add", "leave", "review", "external", "status", "statement")
    joint.add_argument("what", choices=steps, help=f"{', '.join(steps)} / 步骤")
    joint.add_argument("folder", metavar="CAMPAIGN", help="its folder / 任务目录")
    joint.add_argument("result", nargs="*", metavar="RESULT", help="add: folders, files; leave: names of runs / 结果")
    for option, text in (
        ("profile", "new: the item's profile / 终端档案"),
        ("name", "new: what it is called / 任务名称"),
        ("lab", "the laboratory, which signs each entry (lab.toml) / 实验室文件"),
        ("by", "who enters it / 登记人"),
        ("verdict", "review, external: pass, fail, not applicable / 判定"),
        ("words", "review, external: the ground / 依据"),
        ("laboratory", "external: whose report / 机构名称"),
        ("accreditation", "external: its accreditation / 资质"),
        ("report", "external: its number / 报告编号"),
        ("edition", "external: edition of the method / 方法版本"),
        ("specimen", "external: the specimen it is of / 样品"),
    ):
        joint.add_argument(f"--{option}", default="", metavar="TEXT", help=text)
    joint.add_argument("--clause", action="append", default=[], metavar="ID", help="review, external / 条款")
    joint.add_argument("--file", action="append", default=[], metavar="FILE", help="a document to keep / 附件")
    joint.add_argument("--load", action="store_true", help="add: it is the result of a load test / 负载试验结果")
    joint.add_argument("--json", action="store_true", help="for machines / 机器可读")


def lab(command: Add) -> None:
    """The words of `lab`."""
    own = command("lab", _laboratory, "a laboratory: trial key, register of runs / 实验室：试用密钥、运行登记簿")
    deeds = ("new", "register", "abandon", "password")
    own.add_argument("what", choices=deeds, help=f"{', '.join(deeds)} / 新建、登记簿、放弃、口令")
    own.add_argument("place", metavar="PLACE", help="new: a folder; else lab.toml / 目录或 lab.toml")
    own.add_argument("--name", default="Trial laboratory", metavar="NAME", help="new: whose key / 机构名称")
    own.add_argument("--run", default="", metavar="RUN", help="abandon: the run's name / 运行名称")
    own.add_argument("--why", default="", metavar="WORDS", help="abandon: the reason / 原因")
    own.add_argument("--by", default="", metavar="NAME", help="abandon: who says so / 责任人")
