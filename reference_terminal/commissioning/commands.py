"""The tools of the command line: `import`, `template`, `probe`, `codes`, `account`, `explain-emission`.

Leaves running the terminal to `main`. What only one tool needs (spreadsheets, OPC UA, databases) is imported with it:
a terminal that starts has no use for it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from reference_terminal.acquisition.modbus.settings import ORDERS, TYPES
from reference_terminal.commissioning import catalogue, probe, probe_collector
from reference_terminal.model.messages import Alarm
from reference_terminal.settings.collectors import FORMS
from reference_terminal.settings.lines import BAUDS, PARITIES, STOP_BITS
from reference_terminal.settings.problems import InputError

TOOLS = ("import", "template", "probe", "codes", "account", "explain-emission")
"""The first words that are tools and no configuration file."""


def main(argv: Sequence[str]) -> int:
    """Run one tool; 0 done, 1 nothing answered, 2 for input that cannot be used."""
    words = _parser().parse_args(argv)
    try:
        if words.tool == "import":
            return _import(words)
        if words.tool == "codes":
            return _codes()
        if words.tool == "account":
            return _account(words)
        if words.tool == "explain-emission":
            return _explain(words)
        return _template(words) if words.tool == "template" else _probe(words)
    except InputError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(
            f"{len(error.problems)} problem(s), nothing written / {len(error.problems)} 个问题，未写入", file=sys.stderr
        )
    except ValueError as error:
        print(f"{error} / 参数有误", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: cannot be written: {error.strerror} / 无法写入", file=sys.stderr)
    return 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence in both languages."""
        self.exit(2, f"{self.format_usage()}{self.prog}: {message} / 命令行有误\n")


def _seconds(text: str) -> Decimal:
    """Seconds as typed."""
    try:
        return Decimal(text)
    except ArithmeticError:
        raise argparse.ArgumentTypeError(f"expected seconds such as 0.5, got {text!r}") from None


def _parser() -> argparse.ArgumentParser:
    top = _Parser(prog="terminal", description="Tools of the terminal / 终端工具")
    tools = top.add_subparsers(dest="tool", required=True, metavar="TOOL")
    made = tools.add_parser("import", help="spreadsheet to configuration / 由表格生成配置")
    made.add_argument("file", metavar="FILE.xlsx", type=Path)
    made.add_argument("--out", required=True, metavar="TOML", type=Path, help="configuration to write / 输出配置")
    made = tools.add_parser("template", help="an empty spreadsheet with examples / 空白表格模板")
    made.add_argument("form", choices=("xlsx",))
    made.add_argument("--out", default=Path("terminal.xlsx"), metavar="FILE", type=Path)
    made = tools.add_parser("probe", help="read one device once and explain / 单次读取并解释")
    made.add_argument("place", metavar="PLACE", help="/dev/ttyUSB0, host:port, URL of a system / 串口、地址、系统 URL")
    made.add_argument("--protocol", choices=(*probe.known(), *probe_collector.PROTOCOLS), default="auto")
    made.add_argument("--address", default="", help="digits of the meter (default: any) / 表地址")
    made.add_argument("--unit", type=int, default=1, help="Modbus unit / 从站地址")
    made.add_argument("--identifier", action="append", default=[], metavar="DI", help="DI to read / 数据标识")
    made.add_argument("--function", type=int, choices=(3, 4), default=3)
    made.add_argument("--register", type=int, default=0, metavar="ADDRESS", help="0-based / 寄存器地址（从 0 起）")
    made.add_argument("--type", choices=tuple(TYPES), default="u16")
    made.add_argument("--order", choices=ORDERS, default="ABCD")
    made.add_argument("--baud", type=int, choices=BAUDS, default=2400)
    made.add_argument("--parity", choices=PARITIES, default="even")
    made.add_argument("--stop-bits", choices=STOP_BITS, default="1")
    made.add_argument("--data-bits", type=int, choices=(7, 8), default=8)
    made.add_argument("--timeout", type=_seconds, default=Decimal(1), metavar="SECONDS")
    made.add_argument("--form", choices=FORMS, default="", help="of a collector's messages (default: any) / 报文格式")
    made.add_argument("--topic", default="#", help="mqtt: what to listen to / 主题")
    made.add_argument("--path", default="/", help="https: what to ask for / 路径")
    made.add_argument("--seconds", type=_seconds, default=Decimal(10), help="mqtt: how long to listen / 监听秒数")
    made.add_argument("--anchors", default="", metavar="PEM", help="mqtt, https: TLS with these roots / 根证书")
    made.add_argument("--node", action="append", default=[], help="opc.tcp URL: node to read / OPC UA 节点")
    made.add_argument("--query", default="", help="database URL: SELECT of id, tag, time, value / 查询语句")
    made.add_argument("--search", action="store_true", help="find DL/T 645 addresses / 搜索 DL/T 645 表地址")
    made = tools.add_parser("account", help="emissions of a period from a file / 由活动数据文件核算排放量")
    made.add_argument("file", metavar="FILE.toml", type=Path, nargs="?", help="activity data / 活动数据文件")
    made.add_argument("--json", metavar="FILE", type=Path, help="write the account for programs / 输出 JSON")
    made.add_argument(
        "--report", metavar="FILE", type=Path, help="inventory report, .docx or .xlsx / 温室气体盘查报告书"
    )
    made.add_argument("--methods", action="store_true", help="the library of methods / 方法库")
    made = tools.add_parser("explain-emission", help="how a figure came about / 排放量的核算过程")
    made.add_argument("place", metavar="HOST:PORT", help="local interface of a terminal / 终端本地接口")
    made.add_argument("figure", metavar="FIGURE", help="such as co2e.total; GET figures / 数据项")
    made.add_argument("--class", dest="class", default="day", help="minute, quarter, hour … year / 时段")
    made.add_argument("--start", metavar="TIME", help="2026-07-01T00:00:00 / 时段起点")
    made.add_argument("--from", dest="from", metavar="TIME", help="of any period, with --to / 任意时段起点")
    made.add_argument("--to", metavar="TIME", help="its end / 时段终点")
    made.add_argument("--product", help="the figure by this product; - for FIGURE: its footprint / 单位产品排放")
    made.add_argument("--compare", choices=("before", "year_before"), help="with the period before / 环比、同比")
    made.add_argument("--json", action="store_true", help="for programs / 输出 JSON")
    made.add_argument("--token", default="", help="of a session, where there are accounts / 会话令牌")
    tools.add_parser("codes", help="codes of log entries and alarms / 日志与告警代码")
    return top


_EXPLAINED = ("class", "start", "from", "to", "product", "compare")


def _explain(words: argparse.Namespace) -> int:
    from reference_terminal.commissioning.explain_emission import fetched

    given = {key: str(each) for key in _EXPLAINED if (each := getattr(words, key)) is not None}
    given |= {} if words.figure == "-" else {"figure": str(words.figure)}
    if "from" in given:
        del given["class"]
    print(fetched(words.place, given, as_json=words.json, token=words.token), end="")
    return 0


def _codes() -> int:
    for room, message in catalogue.messages():
        what = "alarm" if isinstance(message, Alarm) else "event"
        print(f"{message.code}\t{what}\t{room}\t{message.kind}\t{message.en}\t{message.zh}")
    return 0


def _account(words: argparse.Namespace) -> int:
    from reference_terminal.accounting import book, report

    if words.methods:
        print(book.listed())
        return 0
    if words.file is None:
        raise ValueError("expected FILE.toml or --methods")
    if words.report and words.report.suffix not in report.WRITERS:
        raise ValueError(f"--report {words.report}: expected a name that ends with {' or '.join(report.WRITERS)}")
    given = book.read_book(words.file)
    found = book.account_of(given, str(words.file))
    if words.report:
        words.report.write_bytes(report.WRITERS[words.report.suffix](report.compiled(given, found)))
    if words.json:
        words.json.write_bytes(book.to_json(given, found))
    print(book.printed(given, found))
    return 0


def _import(words: argparse.Namespace) -> int:
    from reference_terminal.commissioning import spreadsheet

    text = spreadsheet.to_toml(words.file)
    words.out.write_text(text, "utf-8")
    print(f"{words.out}: written / 已生成")
    return 0


def _template(words: argparse.Namespace) -> int:
    from reference_terminal.commissioning import spreadsheet

    spreadsheet.write_template(words.out)
    print(f"{words.out}: written; fill it in and run import / 已生成，填写后用 import 导入")
    return 0


def _probe_collector(words: argparse.Namespace) -> int:
    host, port = probe_collector.place_of(words.place)
    sought = probe_collector.Sought(
        protocol=words.protocol,
        host=host,
        port=port,
        topic=words.topic,
        path=words.path,
        form=words.form,
        seconds=float(words.seconds),
        anchors=words.anchors,
    )
    return 0 if asyncio.run(probe_collector.probe(sought, print)) else 1


def _probe(words: argparse.Namespace) -> int:
    if words.protocol in probe_collector.PROTOCOLS:
        return _probe_collector(words)
    from reference_terminal.commissioning import probe_system

    if probe_system.is_system(words.place):
        sought = probe_system.Sought(words.place, tuple(words.node), words.query)
        return 0 if asyncio.run(probe_system.probe(sought, print)) else 1
    line = probe.line_of(
        words.place,
        baud=words.baud,
        parity=words.parity,
        stop_bits=words.stop_bits,
        data_bits=words.data_bits,
        timeout_s=words.timeout,
    )
    wanted = probe.Wanted(
        line=line,
        protocol=words.protocol,
        address=words.address,
        unit=words.unit,
        identifiers=probe.identifiers(words.identifier),
        function=words.function,
        register=words.register,
        type=words.type,
        order=words.order,
        search=words.search,
    )
    flaws = probe.flaws(wanted)
    for flaw in flaws:
        print(flaw, file=sys.stderr)
    if flaws:
        return 2
    return probe.run(wanted, lambda text: print(text, flush=True))
