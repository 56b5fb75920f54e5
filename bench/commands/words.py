"""The words of commands that stand alone: load, sweep, parity, simulate, the reference terminal, a frame, the ledger.

Leaves the work to the rooms that do it, which are imported when their command is given.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.case import EXIT_ERROR, EXIT_PASS, EXIT_USAGE
from bench.commands import rows, sentences
from bench.commands.option import Option
from bench.commands.parsing import Add, takes, wrong_words
from bench.commands.running.options import ROWS, SHARED

MASTER_PORT = 5557
TERMINAL_TOOLS = ("import", "template", "probe")


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

    if words.config in TERMINAL_TOOLS:
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
        return wrong_words(sentences.CONFIGURATION_EXISTS().after(target))
    try:
        path = Path(words.configure)
        world = shared_by(load_world(path), path)
        text = configuration(world, period_s=10, database=f"{target.stem}.db", port=15080)
        target.write_text(text, "utf-8")
    except (WorldError, NoDriver) as error:
        return wrong_words(str(error))
    except OSError as error:
        return wrong_words(sentences.UNWRITABLE(strerror=error.strerror).after(target))
    print(sentences.CONFIGURATION_WRITTEN(target=target).after(target))
    return EXIT_PASS


def _simulate(words: argparse.Namespace) -> int:
    from bench.commands.simulate import simulate

    return simulate(words)


def _clauses(words: argparse.Namespace) -> int:
    from conformance.clauses import command

    return command.main(words.rest)


def load(command: Add) -> None:
    """The words of `load`."""
    takes(
        command("load", _load, "a load as a file describes it, and what became of every record / 负载测试"),
        Option("file", "file", "the load (TOML), see fixtures/load / 负载文件", count="?"),
        Option("--workers", "N", "processes that make it (default: one) / 工作进程数"),
        Option("--master", "", "wait for --workers of other machines / 主进程"),
        Option("--worker", "", "make load for a master / 工作进程"),
        Option("--master-host", "HOST", "where the master is / 主进程地址"),
        Option("--bind", "HOST", "where the master listens (default: all) / 监听地址"),
        Option("--port", "PORT", f"the master's port (default: {MASTER_PORT}) / 主进程端口"),
        Option("--web", "PORT", "Locust's own page at this port / Locust 页面"),
        rows.PROFILE,
        rows.LOAD_SEED,
        ROWS["out"],
    )


def sweep(command: Add) -> None:
    """The words of `sweep`."""
    takes(
        command("sweep", _sweep, "power cut at every write barrier of a case, each judged / 断电扫描"),
        ROWS["terminal"],
        ROWS["rig"],
        ROWS["defect"],
        Option("--syncs", "A-B", "only these write barriers, or end / 仅这些落盘时刻"),
        Option("--most", "N", "a sample of so many trials / 抽样数"),
        rows.SWEPT,
        rows.JSON,
        ROWS["cluster"],
        *SHARED,
    )


def parity(command: Add) -> None:
    """The words of `parity`."""
    takes(
        command("parity", _parity, "the same cases in virtual and in real time / 虚拟时间与实时对比"),
        ROWS["terminal"],
        rows.REAL_RIG,
        rows.RATE,
        rows.JSON,
        *SHARED,
    )


def decode(command: Add) -> None:
    """The words of `decode`."""
    takes(
        command("decode", _decode, "explain a frame / 解析报文"),
        Option("protocol", "PROTOCOL", "its protocol / 协议", choices=("hj212", "modbus", "dlt645", "cjt188")),
        Option("frame", "FRAME", "text (hj212) or hex; - for standard input / 报文，- 为标准输入", count="+"),
        rows.JSON,
    )


def terminal(command: Add) -> None:
    """The words of `terminal`."""
    takes(
        command("terminal", _terminal, "run the reference terminal alone, in real time / 单独运行参考终端"),
        Option("config", "CONFIG", "configuration (TOML), or a tool: import, template, probe / 配置文件或工具"),
        Option("--configure", "WORLD", "write CONFIG for this world instead / 为该场景生成配置"),
        rows.CHECK,
    )


def simulate(command: Add) -> None:
    """The words of `simulate`."""
    takes(
        command("simulate", _simulate, "serve simulated meters, fleets and centres / 模拟仪表、集群与数据中心"),
        Option("world", "FILE", "world or fleet description (TOML) / 场景或集群描述"),
        rows.CHECK,
        Option("--seconds", "SECONDS", "end after so long / 运行秒数", default=0.0, kind=float),
        Option("--lines", "FOLDER", "where serial devices appear / 串口设备目录", default="."),
        Option("--credentials", "FOLDER", "world: write what a terminal needs / 凭证目录"),
        rows.JSON_LINES,
        rows.EVENTS,
    )


def clauses(command: Add) -> None:
    """The words of `clauses`."""
    command(
        "clauses", _clauses, "the clause ledger: list, show, coverage, lint, stale, review / 条款台账", owns_help=True
    )
