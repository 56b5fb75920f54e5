"""The command line `carbonbench`: parses words, calls the room that does the work, prints one sentence for wrong input.

The one place, with bench.commands, that may know every room.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from bench.case import EXIT_ERROR, EXIT_PASS, EXIT_USAGE, VIRTUAL_RIG, Item
from bench.commands.outlet import OutletLost, outlets
from bench.commands.running.options import (
    ACCELERATED_RIGS,
    AUTO,
    ROWS,
    SCREENS,
    SHARED,
    WORKERS,
    workers_of,
    wrong_cluster,
)
from conformance.clauses.loading import SuiteBroken
from simulators import scratch

# Commands that parse the rest of the line themselves.
_OWN_PARSERS = ("clauses", "profile")
_TERMINAL_TOOLS = ("import", "template", "probe")
_KNOWN = ("certificate", "roots", "register")
# Commands that leave a folder, for which nobody has to read the screen.
LAST = "last"
INIT_ANSWERS = {
    "name": "of the item / 名称",
    "vendor": "its maker / 制造商",
    "model": "model / 型号",
    "firmware": "version / 固件版本",
    "documents": "drafts, separated by commas / 标准",
    "reads": "modbus-tcp, modbus-rtu, dlt645, cjt188 / 采集协议",
    "sends": "hj212, https-json, hj212-window / 上传方式",
    "program": "its command line; empty: a device, or a platform that is up / 启动命令",
    "config": "file it is configured by / 配置文件名",
    "ready": "port at which it listens once up, or local / 就绪端口",
    "address": "of a platform: http://host:port, or local / 平台地址",
    "takes": "of a platform: ways terminals come by, hj212=9212,http=9080 / 终端接入方式",
    "account": "of a platform: name:password of an administrator / 平台管理员",
}
"""The answers of `init` as options; its questions are those of `bench.commands.products.init` and `init_platform`."""
_LASTING = ("run", "prove", "sweep", "parity")


def _run(words: argparse.Namespace) -> int:
    import pytest

    import conformance as suite

    conformance = Path(str(suite.__file__)).parent
    args = [str(conformance), "--rootdir", str(conformance.parent), "-o", "addopts=", "-p", "no:cacheprovider"]
    # Cases judge; nothing in them asserts, so that no module need be compiled again for it.
    args += ["-p", "no:terminal", "-p", "no:faulthandler", "--assert", "plain", "--live", "--capture=no"]
    if words.failed == LAST and (lost := _newest_of(words)):
        return _wrong(lost)
    if words.accelerate == AUTO and words.rig in ACCELERATED_RIGS:
        words.accelerate = _measured_rate()
    for row in ROWS.values():
        args += row.written(getattr(words, row.key))
    if words.workers not in ("", "1"):
        wrong: list[str] = []
        workers_of(words.workers, wrong)
        wrong += wrong_cluster(words.cluster, VIRTUAL_RIG, words.workers)
        if wrong:
            return _wrong("\n".join(wrong))
        args += ["-n", words.workers]
        # Workers ask for a temporary folder; pytest's own would stay.
        with scratch.room("workers") as folder:
            return int(pytest.main([*args, f"--basetemp={folder / 'own'}"]))
    return int(pytest.main(args))


def _newest_of(words: argparse.Namespace) -> str:
    """Put the newest run below --out in the place of `last`; empty, or what prevents it."""
    from bench.commands.running.status import newest
    from bench.journal import JournalError

    try:
        words.failed = str(newest(Path(words.out or "out")))
    except JournalError as error:
        return f"--failed {LAST}: {error}"
    return ""


def _list(words: argparse.Namespace) -> int:
    if words.failed == LAST and (lost := _newest_of(words)):
        return _wrong(lost)
    from bench.commands.running import listing

    return listing.main(vars(words), as_json=words.json)


def _init(words: argparse.Namespace) -> int:
    if not 0 < words.wait <= 3600:
        return _wrong(f"--wait {words.wait:g}: expected seconds above 0, 3600 at most / 取值无效")
    item = words.item or Item.TERMINAL
    if item not in [*Item]:
        return _wrong(f"--item {item}: expected {' or '.join(Item)} / 未知受测品类型")
    from bench.commands.products import init

    return init.main({**vars(words), "item": Item(item)})


def _version() -> int:
    from importlib.metadata import version

    from bench.commands.running.house import commit

    print(f"carbonbench {version('carbonbench')} ({commit()})")
    return EXIT_PASS


def _measured_rate() -> str:
    """The rate that this machine keeps now, as a word; told, since the run's line of replay has it."""
    from bench.real import faketime, haste

    if faketime.fast_requirements():
        return "1"
    with scratch.room("haste") as folder:
        rate, late = haste.found_rate(folder)
    print(
        f"--accelerate {rate}: timers late by {late:.2f} s of the world at most, {haste.LATE_S} s are allowed / "
        f"加速 {rate} 倍",
        file=sys.stderr,
    )
    return str(rate)


def _prove(words: argparse.Namespace) -> int:
    if words.mutants:
        return _mutants(words)
    if words.each:
        return _wrong("--each: only with --mutants / 仅用于变异试验")
    if words.together:
        return _prove_together(words)
    from bench.commands.proof import prove

    return prove.main(
        prove.Asked(
            out=Path(words.out),
            defects=tuple(words.defect),
            cases=tuple(words.case),
            seed=words.seed,
            workers=words.workers,
            json_file=Path(words.json) if words.json else None,
            every=words.full,
            record=words.record,
            defects_only=words.defects_only,
            rig=words.rig,
            sound=Path(words.sound) if words.sound else None,
            hints=Path(words.hints) if words.hints else None,
            resume=Path(words.resume) if words.resume else None,
            item=words.item,
            cluster=words.cluster,
        )
    )


def _prove_together(words: argparse.Namespace) -> int:
    from bench.commands.proof import prove_together

    told = {"--json": words.json, "--sound": words.sound, "--hints": words.hints, "--resume": words.resume}
    told |= {"--full": words.full, "--defects-only": words.defects_only, "--cluster": words.cluster}
    told |= {"--defect": words.defect, "--item": words.item, "--rig": words.rig != "virtual"}
    if others := [name for name, given in told.items() if given]:
        return _wrong(f"--together: not with {', '.join(others)} / 共用驱动证明不用这些参数")
    return prove_together.main(words.case, words.seed, words.workers, record=words.record)


def _mutants(words: argparse.Namespace) -> int:
    from bench.commands.proof import mutants

    of_defects = {"--defect": words.defect, "--json": words.json, "--hints": words.hints, "--sound": words.sound}
    others = [name for name, given in of_defects.items() if given]
    others += [name for name, given in (("--full", words.full), ("--defects-only", words.defects_only)) if given]
    others += ["--rig"] if words.rig != "virtual" else []
    others += ["--cluster"] if words.cluster else []
    if others:
        return _wrong(f"--mutants: not with {', '.join(others)}; these are of defects / 变异试验不用这些参数")
    return mutants.main(
        mutants.Asked(
            number=words.mutants,
            out=Path(words.out),
            seed=words.seed,
            workers=words.workers,
            cases=tuple(words.case),
            record=words.record,
            resume=Path(words.resume) if words.resume else None,
            each=words.each,
            item=words.item,
        )
    )


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


def _status(words: argparse.Namespace) -> int:
    from bench.commands.running import status

    return status.main(Path(words.run) if words.run else None, Path(words.out), as_json=words.json)


def _report(words: argparse.Namespace) -> int:
    from bench.commands.finished import delivery, rejudge

    if words.json and not words.delivery:
        return _wrong("report: --json goes with --delivery; the verdicts are in verdicts.json / 须同用 --delivery")
    if words.delivery:
        return delivery.main(Path(words.run), as_json=words.json)
    return rejudge.report(Path(words.run))


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
        return _wrong("\n".join(wrong))
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


def _parity(words: argparse.Namespace) -> int:
    from bench.commands import parity

    return parity.main(
        out=Path(words.out),
        cases=tuple(words.case),
        rig=words.rig,
        seed=words.seed,
        workers=words.workers,
        terminal=words.terminal,
        as_json=words.json,
        accelerate=words.accelerate,
    )


def _load(words: argparse.Namespace) -> int:
    from bench.commands import load

    return load.main(
        load.Asked(
            file=words.file,
            out=words.out,
            seed=words.seed,
            workers=words.workers,
            master=words.master,
            worker=words.worker,
            master_host=words.master_host,
            bind=words.bind,
            port=words.port,
            web=words.web,
            profile=words.profile,
        )
    )


def _sweep(words: argparse.Namespace) -> int:
    from bench.commands import sweep

    return sweep.main(
        sweep.Asked(
            out=Path(words.out),
            case=(words.case or [sweep.CASE])[-1],
            rig=words.rig,
            terminal=words.terminal,
            seed=words.seed,
            workers=words.workers,
            most=words.most,
            syncs=words.syncs,
            defect=words.defect,
            resume=words.resume,
            as_json=words.json,
            cluster=words.cluster,
        )
    )


def _decode(words: argparse.Namespace) -> int:
    from simulators.explain import centres

    frame = " ".join(words.frame)
    if frame == "-":
        frame = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    return centres.main(words.protocol, frame, as_json=words.json)


def _terminal(words: argparse.Namespace) -> int:
    from bench.dut.reference import configuration, stand_alone
    from bench.dut.reference_meters import NoDriver
    from simulators.world import WorldError, load_world, shared_by

    if words.config in _TERMINAL_TOOLS:
        # A probe that nothing answered is a finding, 1; words that cannot be used are wrong usage.
        try:
            told = stand_alone([words.config, *words.rest])
        except SystemExit as error:
            told = error.code if isinstance(error.code, int) else EXIT_ERROR
        return EXIT_USAGE if told == 2 else told
    if not words.configure:
        # The terminal is a product with exit codes of its own: 1 a failed start, 2 a configuration it cannot use.
        told = stand_alone([words.config, *(["--check"] if words.check else [])])
        return {1: EXIT_ERROR, 2: EXIT_USAGE}.get(told, told)
    target = Path(words.config)
    if target.exists():
        return _wrong(f"{target}: exists already; give a new name for the configuration / 文件已存在")
    try:
        path = Path(words.configure)
        world = shared_by(load_world(path), path)
        text = configuration(world, period_s=10, database=f"{target.stem}.db", port=15080)
        target.write_text(text, "utf-8")
    except (WorldError, NoDriver) as error:
        return _wrong(str(error))
    except OSError as error:
        return _wrong(f"{target}: cannot be written: {error.strerror} / 无法写入")
    print(f"{target}: written; start it with `carbonbench terminal {target}` / 已生成")
    return EXIT_PASS


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


def _compare(words: argparse.Namespace) -> int:
    from bench.commands.finished import compare

    return compare.main(
        Path(words.first), Path(words.second), as_json=words.json, records=words.records, all_rows=words.all
    )


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
                return _wrong("lab abandon: needs --run, --why and --by / 须给出 --run、--why 和 --by")
            return lab.abandon(Path(words.place), words.run, words.why, words.by)


def _simulate(words: argparse.Namespace) -> int:
    from bench.commands.simulate import simulate

    return simulate(words)


def _clauses(words: argparse.Namespace) -> int:
    from conformance.clauses import command

    return command.main(words.rest)


def _profile(words: argparse.Namespace) -> int:
    if words.rest[:1] == ["try"]:
        return _profile_try(words.rest[1:])
    from conformance.clauses import ics

    return ics.main(words.rest)


def _profile_try(rest: Sequence[str]) -> int:
    parser = _Parser(
        prog="carbonbench profile try",
        description="start the product once, ask each hook, show what came back / 启动一次并逐一询问",
    )
    parser.add_argument("profile", type=Path, metavar="FILE", help="profile (TOML) / 档案文件")
    parser.add_argument("--wait", type=float, default=70.0, metavar="S", help="seconds before asking / 询问前等待秒数")
    parser.add_argument("--orders", action="store_true", help="also what changes the product / 包括改变终端状态的指令")
    parser.add_argument("--show", action="store_true", help="command line and files as made / 显示启动命令与配置文件")
    parser.add_argument("--json", action="store_true", help="for machines / 机器可读")
    words = parser.parse_args(list(rest))
    if not 0 < words.wait <= 3600:
        return _wrong(f"--wait {words.wait:g}: expected seconds above 0, 3600 at most / 取值无效")
    from bench.commands.products import profile_try

    return profile_try.main(words.profile, wait_s=words.wait, orders=words.orders, as_json=words.json, show=words.show)


def _wrong(text: str) -> int:
    print(text, file=sys.stderr)
    return EXIT_USAGE


class _Parser(argparse.ArgumentParser):
    """Wrong words end with EXIT_USAGE: argparse's own 2 would read as inconclusive."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message} / 命令行有误\n")


def _shared(parser: argparse.ArgumentParser) -> None:
    for row in SHARED:
        row.add_to(parser.add_argument, row.default)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = _Parser(
        prog="carbonbench",
        description="Conformance bench for carbon-emission monitoring terminals / 碳排放在线监测终端符合性试验台",
        epilog="Exit: 0 all pass, 1 a fail, 2 something undecided, 3 the bench failed or was stopped, "
        "4 words or files that cannot be used / 退出码：0 通过，1 不通过，2 无法判定，3 试验台出错或被中止，4 用法有误",
    )
    top.add_argument("--version", action="store_true", help="version of the bench / 版本")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def command(
        name: str, work: Callable[[argparse.Namespace], int], text: str, *, owns_help: bool = False
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, add_help=not owns_help)
        made.set_defaults(work=work)
        return made

    run = command("run", _run, "run the suite against a terminal / 对终端执行试验")
    for row in [*(row for row in ROWS.values() if row not in SHARED), *SHARED]:
        # Without the default, which would look as if it had been given.
        row.add_to(run.add_argument)
    for short, how in (("-q", SCREENS[0]), ("-v", SCREENS[2])):
        run.add_argument(short, dest="screen", action="store_const", const=how, help=f"as --screen {how} / 同左")
    run.add_argument("-x", dest="fail_fast", action="store_true", help="as --fail-fast / 同左")

    listing = command("list", _list, "cases that would run, and why others would not / 列出用例")
    for field in ("item", "terminal", "rig", "standards", "clauses", "cases", "exclude", "failed", "within", "out"):
        ROWS[field].add_to(listing.add_argument)
    WORKERS.add_to(listing.add_argument)
    listing.add_argument("--json", action="store_true", help="for machines / 机器可读")

    init = command("init", _init, "ten questions, a short profile that runs, a first start / 快速生成终端档案")
    ROWS["item"].add_to(init.add_argument)
    for key, text in INIT_ANSWERS.items():
        init.add_argument(f"--{key}", metavar="TEXT", help=text)
    init.add_argument("--out", default="", metavar="FILE", help="the profile (default my-terminal.toml) / 档案文件")
    init.add_argument("--wait", type=float, default=70.0, metavar="S", help="seconds of the first start / 试运行秒数")
    init.add_argument("--no-try", action="store_true", help="do not start the product / 不试运行")

    prove = command("prove", _prove, "show that every check can fail: defect × check / 证明每项检查都能失败")
    prove.add_argument("--item", default="", metavar="ITEM", help="only terminal, or only platform / 受测品类型")
    prove.add_argument("--defect", action="append", default=[], metavar="ID", help="only this defect / 缺陷")
    prove.add_argument("--rig", default="virtual", help="where: virtual, process, loopback / 台架")
    prove.add_argument("--json", default="", metavar="FILE", help="write the matrix as JSON / 输出 JSON")
    prove.add_argument(
        "--defects-only", action="store_true", help="stop once every defect is caught / 缺陷均被发现即止"
    )
    prove.add_argument(
        "--sound",
        default="",
        metavar="RUN",
        help="take over what this run says of the sound terminal / 取用无缺陷运行结果",
    )
    prove.add_argument(
        "--hints", default="", metavar="FILE", help="a matrix of an earlier proof: what is tried first / 先试已知组合"
    )
    prove.add_argument(
        "--resume", default="", metavar="FILE", help="go on with the proof of this journal (out/prove-….jsonl) / 续跑"
    )
    prove.add_argument(
        "--record", action="store_true", help="put what was seen failing into conformance/proof.json / 记入套件证明"
    )
    prove.add_argument("--full", action="store_true", help="every defect against every case / 全矩阵")
    prove.add_argument(
        "--mutants", default="", metavar="N", help="N random small faults instead: how much escapes / 随机变异体漏检率"
    )
    prove.add_argument(
        "--each",
        default="",
        metavar="S",
        help="cases of so many seconds for each mutant (default: all that run its line); --resume with more goes on / "
        "每个变异体的用例时限",
    )
    prove.add_argument(
        "--together", action="store_true", help="of the drives that cases share (run --together) / 证明共用驱动"
    )
    ROWS["cluster"].add_to(prove.add_argument)
    _shared(prove)

    load = command("load", _load, "a load as a file describes it, and what became of every record / 负载测试")
    load.add_argument("file", nargs="?", default="", help="the load (TOML), see fixtures/load / 负载文件")
    load.add_argument("--workers", default="", metavar="N", help="processes that make it (default: one) / 工作进程数")
    load.add_argument("--master", action="store_true", help="wait for --workers of other machines / 主进程")
    load.add_argument("--worker", action="store_true", help="make load for a master / 工作进程")
    load.add_argument("--master-host", default="", metavar="HOST", help="where the master is / 主进程地址")
    load.add_argument("--bind", default="", metavar="HOST", help="where the master listens (default: all) / 监听地址")
    load.add_argument("--port", default="", metavar="PORT", help="the master's port (default 5557) / 主进程端口")
    load.add_argument("--web", default="", metavar="PORT", help="Locust's own page at this port / Locust 页面")
    load.add_argument("--profile", default="", metavar="FILE", help="the platform that takes it / 平台档案")
    load.add_argument("--seed", default="", metavar="N", help="seed of every truth (default: the file's) / 随机种子")
    ROWS["out"].add_to(load.add_argument, "out")

    sweep = command("sweep", _sweep, "power cut at every write barrier of a case, each judged / 断电扫描")
    ROWS["terminal"].add_to(sweep.add_argument)
    sweep.add_argument("--rig", default="virtual", help="where: virtual (default), process, loopback / 台架")
    ROWS["defect"].add_to(sweep.add_argument)
    sweep.add_argument("--syncs", default="", metavar="A-B", help="only these write barriers, or end / 仅这些落盘时刻")
    sweep.add_argument("--most", default="", metavar="N", help="a sample of so many trials / 抽样数")
    sweep.add_argument("--resume", default="", metavar="DIR", help="go on with the sweep in this folder / 续跑")
    sweep.add_argument("--json", action="store_true", help="for machines / 机器可读")
    ROWS["cluster"].add_to(sweep.add_argument)
    _shared(sweep)

    parity = command("parity", _parity, "the same cases in virtual and in real time / 虚拟时间与实时对比")
    ROWS["terminal"].add_to(parity.add_argument)
    parity.add_argument("--rig", default="process", help="rig of real time: process (default), loopback / 实时台架")
    parity.add_argument("--accelerate", default="", metavar="N", help="real against N times faster / 实时与加速对比")
    parity.add_argument("--json", action="store_true", help="for machines / 机器可读")
    _shared(parity)

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

    status = command("status", _status, "what a run is doing, from another shell / 查看运行状态")
    status.add_argument("run", nargs="?", default="", metavar="RUN", help="run folder (default: the newest) / 运行目录")
    status.add_argument("--out", default="out", metavar="DIR", help="where run folders are (default out) / 输出目录")
    status.add_argument("--json", action="store_true", help="for machines / 机器可读")

    report = command("report", _report, "write the reports of a run again / 重新生成报告")
    report.add_argument("run", metavar="RUN", help="run folder / 运行目录")
    report.add_argument("--delivery", action="store_true", help="what became of every record / 传输对账表")
    report.add_argument("--json", action="store_true", help="with --delivery: for machines / 机器可读")

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

    shown = command("validation", _validation, "the validation file of the method, as PDF / 方法确认文件")
    shown.add_argument("file", metavar="FILE", help="where to write it (.pdf) / 输出文件")
    shown.add_argument("--language", default="zh", metavar="zh|en", help="language (zh) / 语言")
    shown.add_argument("--parity", action="append", default=[], metavar="DIR", help="folder of parity / 一致性对比目录")

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
    decode = command("decode", _decode, "explain a frame / 解析报文")
    decode.add_argument("protocol", choices=("hj212", "modbus", "dlt645", "cjt188"), help="its protocol / 协议")
    decode.add_argument(
        "frame",
        metavar="FRAME",
        nargs="+",
        help="text (hj212) or hex; - for standard input / 报文，- 为标准输入",
    )
    decode.add_argument("--json", action="store_true", help="for machines / 机器可读")

    terminal = command("terminal", _terminal, "run the reference terminal alone, in real time / 单独运行参考终端")
    terminal.add_argument(
        "config", metavar="CONFIG", help="configuration (TOML), or a tool: import, template, probe / 配置文件或工具"
    )
    terminal.add_argument(
        "--configure", default="", metavar="WORLD", help="write CONFIG for this world instead / 为该场景生成配置"
    )
    terminal.add_argument("--check", action="store_true", help="only check the configuration / 仅检查")

    simulate = command("simulate", _simulate, "serve simulated meters, fleets and centres / 模拟仪表、集群与数据中心")
    simulate.add_argument("world", metavar="FILE", help="world or fleet description (TOML) / 场景或集群描述")
    simulate.add_argument("--check", action="store_true", help="only check the description / 仅检查")
    simulate.add_argument("--seconds", type=float, default=0, help="end after so long / 运行秒数")
    simulate.add_argument("--lines", metavar="FOLDER", default=".", help="where serial devices appear / 串口设备目录")
    simulate.add_argument(
        "--credentials", metavar="FOLDER", default="", help="world: write what a terminal needs / 凭证目录"
    )
    simulate.add_argument("--json", action="store_true", help="fleet: a line of figures each second / 每秒一行统计")
    simulate.add_argument("--record", metavar="FILE", help="fleet: every event as a line of JSON / 事件记录文件")

    lab = command("bench", _bench, "a lab rig before a run: cabling, rights, serial ports, power, clock / 台架检查")
    lab.add_argument("what", choices=("check",), help="check: verify everything / 全部检查")
    lab.add_argument("rig", metavar="RIG", help="rig file (TOML) / 台架文件")
    lab.add_argument("--json", action="store_true", help="for machines / 机器可读")
    lab.add_argument("--quick", action="store_true", help="without the proof of the injectors / 不做注入器自检")

    desk = command("serve", _serve, "runs and campaigns in the browser, live / 浏览器实时页面")
    desk.add_argument("--out", default="out", metavar="DIR", help="where runs and campaigns are (out) / 输出目录")
    desk.add_argument("--lab", default="", metavar="FILE", help="sign what is entered; persons, issue / 实验室文件")
    desk.add_argument("--profiles", default=".", metavar="DIR", help="items that can be queued (.) / 档案目录")
    desk.add_argument("--at", default="127.0.0.1:8600", metavar="HOST:PORT", help="where (127.0.0.1:8600) / 监听地址")
    desk.add_argument("--certificate", default="", metavar="FILE", help="serve over TLS with it (PEM) / TLS 证书")
    desk.add_argument("--key", default="", metavar="FILE", help="its key (PEM) / 私钥")
    desk.add_argument("--plain", action="store_true", help="others without TLS: a proxy has it / 由代理提供 TLS")

    order = command("plan", _plan, "what a device is to run, in which order, how long / 设备试验计划")
    ROWS["terminal"].add_to(order.add_argument)
    order.add_argument("--days", type=float, default=14.0, metavar="N", help="at most so long (14) / 最多天数")
    order.add_argument("--record", default="", metavar="RUN", help="count lengths in a whole virtual run / 统计时长")
    order.add_argument("--json", action="store_true", help="for machines / 机器可读")

    two = command("compare", _compare, "two runs side by side: worse, mended, measured otherwise / 两次运行对比")
    two.add_argument("first", metavar="A", help="run folder / 运行目录")
    two.add_argument("second", metavar="B", help="run folder / 运行目录")
    two.add_argument("--records", action="store_true", help="also whether the records tell the same / 同时对比记录")
    two.add_argument("--all", action="store_true", help="also what is the same / 一并列出相同项")
    two.add_argument("--json", action="store_true", help="for machines / 机器可读")

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

    own = command("lab", _laboratory, "a laboratory: trial key, register of runs / 实验室：试用密钥、运行登记簿")
    deeds = ("new", "register", "abandon", "password")
    own.add_argument("what", choices=deeds, help=f"{', '.join(deeds)} / 新建、登记簿、放弃、口令")
    own.add_argument("place", metavar="PLACE", help="new: a folder; else lab.toml / 目录或 lab.toml")
    own.add_argument("--name", default="Trial laboratory", metavar="NAME", help="new: whose key / 机构名称")
    own.add_argument("--run", default="", metavar="RUN", help="abandon: the run's name / 运行名称")
    own.add_argument("--why", default="", metavar="WORDS", help="abandon: the reason / 原因")
    own.add_argument("--by", default="", metavar="NAME", help="abandon: who says so / 责任人")

    command(
        "clauses", _clauses, "the clause ledger: list, show, coverage, lint, stale, review / 条款台账", owns_help=True
    )
    command("profile", _profile, "a terminal's profile: new, check, try / 终端档案", owns_help=True)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a closed pipe, a full disk, Ctrl-C are no traceback."""
    told = list(sys.argv[1:] if argv is None else argv)
    with outlets(going_on=told[:1] in [[name] for name in _LASTING], for_machines="--json" in told):
        try:
            code = _main(told)
            sys.stdout.flush()
            return code
        except BrokenPipeError:
            return EXIT_PASS
        except OutletLost as error:
            print(error, file=sys.stderr)
            return EXIT_ERROR


def _main(argv: Sequence[str]) -> int:
    tool = argv[:1] == ["terminal"] and argv[1:2] in [[name] for name in _TERMINAL_TOOLS]
    # What follows a tool's name is the tool's, --help too.
    words, rest = parser().parse_known_args(argv[:2] if tool else argv)
    rest = [*rest, *argv[2:]] if tool else rest
    if rest and words.command and words.command not in _OWN_PARSERS and not tool:
        return _wrong(f"carbonbench {words.command}: unknown words {' '.join(rest)}; see --help / 未知参数")
    if words.version:
        return _version()
    if not words.command:
        return _wrong("carbonbench: expected a COMMAND; `carbonbench --help` lists them / 缺少命令")
    words.rest = rest
    try:
        return words.work(words)
    except KeyboardInterrupt:
        print("interrupted / 已中断", file=sys.stderr)
        return EXIT_ERROR
    except SuiteBroken as error:
        print(error, file=sys.stderr)
        return EXIT_ERROR


if __name__ == "__main__":
    sys.exit(main())
