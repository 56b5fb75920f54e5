"""A configuration as a spreadsheet: one sheet for each kind of section, every problem told by sheet and cell.

Leaves what a configuration may hold to `settings`: the sheets are read into the same tables as the TOML file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import tomli_w
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from reference_terminal.commissioning import reasons
from reference_terminal.model.messages import Text, listing
from reference_terminal.settings.config import ConfigError, build_config
from reference_terminal.settings.problems import InputError, Problem
from reference_terminal.settings.reader import did_you_mean

_TEXTS = (
    *("id", "name", "host", "device", "gateway", "line", "protocol", "address", "standby_for", "kind", "unit", "type"),
    *(
        "order",
        "code",
        "source_unit",
        "format",
        "field",
        "mn",
        "pw",
        "st",
        "path",
        "meter",
        "centre",
        "point",
        "parity",
    ),
    *("stop_bits", "layout", "identifier_order", "status_scheme"),
    *("collector", "node", "tag", "form", "channel", "anchors", "user", "password", "version"),
    *("operation", "of", "weights", "by"),
)
"""Keys whose cells are text even if they look like numbers."""
_EXACT = ("identifier",)
"""Keys in which leading zeros count, so that a number cell has lost some."""
_LISTS = ("sentinels", "uploads", "of", "weights", "by")
_NUMBERS_OF_METERS = ("unit",)
_PATH = re.compile(r"(\w+)(?:\[(\d+)\])?(?:\.points\[(\d+)\]|\.fields\[(\d+)\])?(?:\.(.+))?")

COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "terminal": (("key", "setting such as terminal.name, storage.path, api.port / 参数名"), ("value", "value / 值")),
    "gateways": (
        ("id", "name / 名称"), ("host", "host / 主机"), ("port", "TCP port / 端口"), ("timeout_s", "s / 超时"),
        ("retries", "retries / 重试"),
    ),
    "lines": (
        ("id", "name / 名称"), ("device", "serial port, or host and port / 本机串口"),
        ("host", "serial server / 串口服务器"), ("port", "TCP port / 端口"),
        ("baud", "baud / 波特率"), ("parity", "even, odd, none / 校验"),
        ("stop_bits", "1, 2 / 停止位"),
    ),
    "collectors": (
        ("id", "name / 名称"), ("protocol", "mqtt, https / 协议"), ("host", "host / 主机"), ("port", "TCP port / 端口"),
        ("form", "neuron, neuron-tags, thingsboard, properties, hj212 / 报文格式"),
        ("channel", "plain, tls, mtls / 通道"), ("anchors", "PEM file of its roots / 根证书文件"),
        ("user", "MQTT user / 用户名"), ("password", "MQTT password / 口令"),
        ("version", "MQTT 3.1.1, 5.0 / MQTT 版本"), ("qos", "0, 1, 2 / 服务质量"),
    ),
    "systems": (
        ("id", "name / 名称"), ("kind", "opcua, sql / 类型"), ("url", "opc.tcp://… or database URL / 地址"),
        ("security", "none, sign, encrypt / 安全模式"), ("certificate", "own, PEM file / 自身证书文件"),
        ("key", "PEM file / 私钥文件"), ("trusted", "servers, PEM file / 受信任证书文件"),
    ),
    "meters": (
        ("id", "name / 名称"), ("gateway", "gateway, line or collector / 网关"), ("line", "line / 线路"),
        ("protocol", "on a line / 协议"), ("unit", "Modbus unit / 从站"), ("address", "meter address / 表地址"),
        ("period_s", "s / 采集周期"), ("ct", "current transformer / 电流互感器变比"),
        ("pt", "voltage transformer / 电压互感器变比"), ("standby_for", "meter it stands in for / 备用于"),
        ("collector", "collector / 采集器"), ("node", "its name there / 采集器内名称"),
        ("system", "OPC UA server or database / 系统"),
    ),
    "points": (
        ("meter", "its meter / 所属表计"), ("id", "name / 名称"), ("kind", "counter, instant / 类型"),
        ("unit", "unit / 单位"), ("code", "HJ 212 code / 编码"), ("identifier", "DI (text) / 数据标识（文本）"),
        ("field", "CJ/T 188 field / 字段"), ("function", "3, 4 / 功能码"), ("address", "register / 寄存器"),
        ("type", "u16 … f64 / 数据类型"), ("order", "ABCD … / 字节序"), ("scale", "factor / 倍率"),
        ("decimals", "digits / 小数位"), ("min", "limit / 下限"), ("max", "limit / 上限"),
        ("rated_per_h", "most in an hour / 每小时最大"), ("tag", "name at a collector or system / 采集器或系统内点名"),
    ),
    "derived": (
        ("id", "name / 名称"), ("operation", "sum, difference, product, quotient, share, integral / 运算"),
        ("of", "points, with commas / 监测点，以逗号分隔"), ("unit", "unit / 单位"), ("code", "HJ 212 code / 编码"),
        ("decimals", "digits of quotient, share, integral / 小数位"), ("factor", "of a product / 乘积倍率"),
        ("weights", "of all parts of a share / 各份权重"), ("by", "points to share by / 分摊依据监测点"),
        ("part", "which part, from 1 / 第几份"), ("emission_source", "emission source / 排放源"),
    ),
    "centres": (
        ("id", "name / 名称"), ("host", "host / 主机"), ("port", "TCP port / 端口"), ("mn", "MN / 设备编号"),
        ("pw", "password / 密码"), ("st", "system code / 系统编码"), ("minute_interval", "min / 分钟间隔"),
    ),
    "codes": (("centre", "centre / 中心"), ("point", "point / 监测点"), ("code", "code / 编码")),
    "fields": (
        ("meter", "its meter / 所属表计"), ("name", "name / 名称"), ("format", "XXXXXX.XX / 格式"),
        ("unit", "code, code-first, none / 单位字节"), ("octets", "passed over / 跳过字节"),
    ),
}  # fmt: skip
"""The sheets and the columns of the template; any other key of a section may stand as a column too."""


@dataclass
class Row:
    """One row as a table, and where it stands: 1-based row, column letter by key."""

    sheet: str
    number: int
    table: dict[str, Any]
    columns: dict[str, str]

    def cell(self, key: str) -> str:
        """The cell of a key; the row's first cell if there is no such column."""
        column = self.columns.get(key) or self.columns.get(key.split("[")[0]) or "A"
        return f"sheet {self.sheet!r} cell {column}{self.number}"


@dataclass
class Sheets:
    """All rows by sheet, in order, and what was wrong with single cells."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: list[Row]() for name in COLUMNS})
    problems: list[Problem] = field(default_factory=list[Problem])


def to_toml(path: Path) -> str:
    """The configuration file for a spreadsheet; raises InputError with every problem, each by sheet and cell."""
    sheets = read_sheets(path)
    data, origin = tables_of(sheets)
    problems = list(sheets.problems)
    try:
        build_config(data)
    except ConfigError as error:
        told: dict[str, None] = {}
        for problem in error.problems:
            made = Problem(f"{path.name}: {origin.place(problem.where)}", problem.said)
            if str(made) not in told:
                told[str(made)] = None
                problems.append(made)
    if problems:
        raise InputError(problems)
    return f"# From the spreadsheet {path.name} / 由表格生成\n\n" + tomli_w.dumps(data)


def read_sheets(path: Path) -> Sheets:
    """The rows of every sheet; raises InputError for a file that is no spreadsheet."""
    try:
        book, typed = load_workbook(path, data_only=True), load_workbook(path)
    except OSError as error:
        raise _unreadable(path, Text(error.strerror or str(error), error.strerror or str(error))) from None
    except Exception:
        # What the readers of archives, of XML and of workbooks raise on a broken member has no common name.
        raise _unreadable(path, reasons.NO_XLSX()) from None
    sheets = Sheets()
    for sheet in book.worksheets:
        name = sheet.title.strip().lower()
        if name not in COLUMNS:
            sheets.problems.append(
                Problem(
                    f"{path.name}: sheet {sheet.title!r}",
                    reasons.NO_SHEET(columns=listing(COLUMNS), hint=did_you_mean(name, list(COLUMNS))),
                )
            )
            continue
        lines = list(sheet.iter_rows(values_only=True))
        formulas = _unanswered(typed[sheet.title], sheet)
        heads = [str(head).strip() if head is not None else "" for head in (lines[0] if lines else ())]
        letters = {head: get_column_letter(at + 1) for at, head in enumerate(heads) if head}
        for number, cells in enumerate(lines[1:], start=2):
            row = Row(name, number, {}, letters)
            for head, content in zip(heads, cells, strict=False):
                if head and (number, letters[head]) in formulas:
                    place = f"{path.name}: {row.cell(head)}"
                    sheets.problems.append(Problem(place, reasons.NO_STORED_RESULT()))
                elif head and content is not None and content != "":
                    _take(row, head, content, path.name, sheets.problems)
            if row.table:
                sheets.rows[name].append(row)
    return sheets


def _unanswered(typed: Any, shown: Any) -> set[tuple[int, str]]:
    """Row and column letter of formulas whose result nobody has worked out: to a reader they look like empty cells."""
    return {
        (cell.row, cell.column_letter)
        for row in typed.iter_rows()
        for cell in row
        if cell.data_type == "f" and shown[cell.coordinate].value is None
    }


def _unreadable(path: Path, why: Text) -> InputError:
    return InputError([Problem(str(path), reasons.NO_WORKBOOK(why=why))])


def _take(row: Row, key: str, content: Any, file: str, problems: list[Problem]) -> None:
    """Put a cell into its row's table, nested keys (analog.high) into tables of their own."""
    value = content.strip() if isinstance(content, str) else content
    if isinstance(value, float):
        # What a number cell shows; a spreadsheet keeps it as a binary float, whose shortest text is what was typed.
        value = int(value) if value.is_integer() and "E" not in repr(value).upper() else repr(value)
    number = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, str) and value.startswith("#"):
        problems.append(Problem(f"{file}: {row.cell(key)}", reasons.CELL_ERROR(value=value)))
        return
    if isinstance(value, date | time | timedelta):
        problems.append(Problem(f"{file}: {row.cell(key)}", reasons.CELL_DATE(value=value)))
        return
    if key in _EXACT and number:
        problems.append(Problem(f"{file}: {row.cell(key)}", reasons.CELL_ZEROS(value=value)))
        return
    if not isinstance(value, str | int | bool):
        value = str(value)
    register = row.sheet == "points" and key == "address"
    modbus_unit = row.sheet == "meters" and key in _NUMBERS_OF_METERS
    if number and key in _TEXTS and not register and not modbus_unit:
        value = str(value)
    if key in _LISTS and isinstance(value, str):
        value = [part.strip() for part in re.split(r"[,;,;]", value) if part.strip()]
    table = row.table
    *outer, last = key.split(".") if row.sheet != "terminal" else [key]
    for name in outer:
        inner = table.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        table = inner
    table[last] = value


@dataclass
class Origin:
    """Which rows the tables came from, for problems that name a path."""

    rows: dict[str, list[Row]]
    settings: dict[str, Row]
    points: list[list[Row]]
    fields: list[list[Row]]

    def place(self, where: str) -> str:
        """Sheet and cell of a path such as `meters[0].points[2].unit`; the path itself if no cell stands for it."""
        found = _PATH.fullmatch(where)
        if found is None:
            return where
        section, first, point, field_number, key = found.groups()
        row: Row | None = None
        if section == "points" and first is not None:
            # Doubled names are told by their place among the points of all meters that count.
            flat = [
                row
                for meter, group in zip(self.rows["meters"], self.points, strict=True)
                if "standby_for" not in meter.table
                for row in group
            ]
            row = flat[int(first)] if int(first) < len(flat) else None
        elif point is not None:
            row = _at(_at(self.points, int(first or 0)) or [], int(point))
        elif field_number is not None:
            row = _at(_at(self.fields, int(first or 0)) or [], int(field_number))
        elif first is not None:
            row = _at(self.rows.get(section, []), int(first))
        else:
            row = self.settings.get(where)
            key = "value"
        return where if row is None else row.cell(key or "id")


def _at(items: list[Any], number: int) -> Any:
    return items[number] if number < len(items) else None


def tables_of(sheets: Sheets) -> tuple[dict[str, Any], Origin]:
    """The tables of the configuration file, and where each came from."""
    data: dict[str, Any] = {}
    settings: dict[str, Row] = {}
    for row in sheets.rows["terminal"]:
        key, value = str(row.table.get("key", "")), row.table.get("value", "")
        settings[key] = row
        section, _, name = key.partition(".")
        if not name or section not in ("terminal", "storage", "processing", "api"):
            sheets.problems.append(Problem(row.cell("key"), reasons.NO_SETTING(key=key)))
            continue
        data.setdefault(section, {})[name] = value
    for name in ("gateways", "lines", "collectors", "systems", "meters", "derived", "centres"):
        if sheets.rows[name]:
            data[name] = [dict(row.table) for row in sheets.rows[name]]
    points = _grouped(sheets, "points", "meter", "meters", data, "points")
    fields = _grouped(sheets, "fields", "meter", "meters", data, "fields")
    for rows, centre in zip(
        _grouped(sheets, "codes", "centre", "centres", data, ""), data.get("centres", ()), strict=True
    ):
        for row in rows:
            centre.setdefault("codes", {})[str(row.table.get("point", ""))] = str(row.table.get("code", ""))
    return data, Origin(sheets.rows, settings, points, fields)


def _grouped(sheets: Sheets, sheet: str, key: str, owners: str, data: dict[str, Any], into: str) -> list[list[Row]]:
    """The rows of a sheet by the section they belong to, put into it under `into`; unknown owners are problems."""
    names = [str(row.table.get("id", "")) for row in sheets.rows[owners]]
    groups: list[list[Row]] = [[] for _ in names]
    for row in sheets.rows[sheet]:
        owner = str(row.table.get(key, ""))
        if owner not in names:
            sheets.problems.append(
                Problem(row.cell(key), reasons.NO_ROW(owners=owners, owner=owner, hint=did_you_mean(owner, names)))
            )
            continue
        at = names.index(owner)
        groups[at].append(row)
        if into:
            data[owners][at].setdefault(into, []).append(
                {name: value for name, value in row.table.items() if name != key}
            )
    return groups


# The template

_EXAMPLES: dict[str, tuple[tuple[Any, ...], ...]] = {
    "terminal": (("terminal.name", "works"), ("storage.path", "terminal.db"), ("api.port", 15080)),
    "gateways": (("g1", "192.168.1.10", 502, "1", 1),),
    "lines": (("l1", "/dev/ttyS1", None, None, 2400, "even", "1"),),
    "collectors": (("c1", "mqtt", "192.168.1.30", 1883, "neuron", "plain"),),
    "systems": (("s1", "opcua", "opc.tcp://192.168.1.40:4840/", "none"),),
    "meters": (
        ("E01", "g1", None, None, 1, None, 60, None, None, None),
        ("E02", None, "l1", "dlt645-2007", None, "000000000161", 60, "40", "100", None),
        ("W01", None, "l1", "cjt188-2004", None, "78330011223344", 300, None, None, None),
        ("K01", None, None, None, None, None, 60, None, None, None, "c1", "boiler"),
        ("S01", None, None, None, None, None, 60, None, None, None, None, None, "s1"),
    ),
    "points": (
        ("E01", "e01.energy", "counter", "kWh", "k01001", None, None, 4, 342, "f32", "ABCD", None, 2),
        ("E02", "e02.energy", "counter", "kWh", "k02001", "00010000"),
        ("E02", "e02.power", "instant", "kW", "k02002", "02030000"),
        ("W01", "w01.volume", "counter", "m3", "k80001", "901F", "volume"),
        ("K01", "k01.energy", "counter", "kWh", "k90001", *(None,) * 11, "energy"),
        ("S01", "s01.co2", "instant", "%", "a05001", *(None,) * 11, "ns=2;s=stack.co2"),
    ),
    "derived": (("works.energy", "sum", "e01.energy,e02.energy", "kWh", "k95001"),),
    "centres": (("A", "192.168.1.20", 9010, "010000A8900016F000169DC0", "123456", "31", 15),),
    "codes": (("A", "e01.energy", "k01001"),),
    "fields": (),
}


def write_template(path: Path) -> None:
    """A spreadsheet with every sheet, its columns explained in comments, and an example that can be imported."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, columns in COLUMNS.items():
        sheet = book.create_sheet(name)
        for at, (key, what) in enumerate(columns, start=1):
            cell = sheet.cell(row=1, column=at, value=key)
            cell.font = Font(bold=True)
            cell.comment = Comment(what, "terminal")
            letter = get_column_letter(at)
            sheet.column_dimensions[letter].width = max(12, len(key) + 4)
            if key == "identifier" or (key == "address" and name != "points"):
                for number in range(2, 200):
                    sheet.cell(row=number, column=at).number_format = "@"
        sheet.freeze_panes = "A2"
        for number, row in enumerate(_EXAMPLES[name], start=2):
            for at, value in enumerate(row, start=1):
                if value is not None:
                    sheet.cell(row=number, column=at, value=value)
    book.save(path)
