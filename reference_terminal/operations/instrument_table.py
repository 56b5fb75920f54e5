"""The register of instruments as a table: CSV that a spreadsheet writes and reads (CSMT 11.1 b).

Leaves keeping it to `instruments`. A table is taken whole or not at all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from msgspec import structs

from reference_terminal.model.messages import Text
from reference_terminal.operations import reasons
from reference_terminal.operations.instruments import Instrument, flaw

HEADS = {
    "instrument": Text("Instrument", "计量器具"),
    "number": Text("Number", "编号"),
    "type": Text("Maker, type", "厂家型号"),
    "accuracy": Text("Class", "准确度等级"),
    "basis": Text("Calibration basis", "检定依据"),
    "calibrated": Text("Calibrated", "检定日期"),
    "due": Text("Due", "有效期至"),
    "under_verification": Text("Under verification", "在检"),
    "enterprise": Text("Enterprise", "企业名称"),
    "region": Text("Region", "所属区域"),
    "sector": Text("Sector", "所属行业"),
    "level": Text("Level", "器具层级"),
}
"""The columns in order: the key of the interface, and what is written above."""
MOST_OCTETS = 1 << 20
MOST_ROWS = 2_000
MOST_TEXT = 200
_CHOSEN = {"是": "yes", "否": "no"}
_NEEDED = ("instrument", "calibrated", "due")
_MOST_TOLD = 20
_FORMULA = ("=", "+", "-", "@", "\t")
"""How texts begin that a spreadsheet takes for formulas: they stand behind a quotation mark."""


class TableWrong(Exception):
    """A table that is not taken; `problems` say where and what, as texts in both languages."""

    def __init__(self, problems: Sequence[Text]) -> None:
        super().__init__("; ".join(each.en for each in problems))
        self.problems = tuple(problems[:_MOST_TOLD])


def write(rows: Iterable[tuple[str, Instrument]]) -> bytes:
    """The table as UTF-8 with a byte order mark; its heads are Chinese with the key behind."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([f"{head.zh} {key}" for key, head in HEADS.items()])
    for name, made in rows:
        known = {"instrument": name, **structs.asdict(made)}
        writer.writerow([_guarded(known[key]) for key in HEADS])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def read(octets: bytes) -> list[tuple[str, Instrument]]:
    """The instruments of a table. Raises TableWrong, with every row that is wrong."""
    lines = _lines(octets)
    if not lines:
        raise TableWrong([reasons.TABLE_EMPTY()])
    columns = _columns(lines[0])
    rows = [(number, line) for number, line in enumerate(lines[1:], 2) if any(cell.strip() for cell in line)]
    if not 1 <= len(rows) <= MOST_ROWS:
        raise TableWrong([reasons.TABLE_ROWS(most=MOST_ROWS, got=len(rows))])
    problems: list[Text] = []
    found: dict[str, Instrument] = {}
    for number, line in rows:
        name, made = _row(columns, line, number, problems)
        if name in found:
            problems.append(_at(number, f"{name} stands in the table twice", f"{name} 重复"))
        found[name] = made
    if problems:
        raise TableWrong(problems)
    return list(found.items())


def _lines(octets: bytes) -> list[list[str]]:
    if len(octets) > MOST_OCTETS:
        raise TableWrong([reasons.TABLE_TOO_LONG(most=MOST_OCTETS >> 20, got=len(octets))])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(octets.decode(encoding), newline=""), strict=True))
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise TableWrong([reasons.TABLE_NO_CSV(problem=error)]) from None
    raise TableWrong([reasons.TABLE_ENCODING()])


def _columns(heads: Sequence[str]) -> list[str]:
    """The key of each column. Raises TableWrong."""
    known = {
        word.casefold(): key for key, head in HEADS.items() for word in (key, head.zh, head.en, f"{head.zh} {key}")
    }
    found = [known.get(head.strip().casefold(), "") for head in heads]
    problems = [
        Text(
            f"column {at}: unknown head {head.strip()[:40]!r}; known are {', '.join(HEADS)}",
            f"第 {at} 列：表头 {head.strip()[:40]!r} 未知",
        )
        for at, (head, key) in enumerate(zip(heads, found, strict=True), 1)
        if not key
    ]
    problems += [
        Text(f"column {key} stands there twice", f"{HEADS[key].zh} 列重复")
        for key in HEADS
        if key in found and found.count(key) > 1
    ]
    problems += [Text(f"column {key} is missing", f"缺少 {HEADS[key].zh} 列") for key in _NEEDED if key not in found]
    if problems:
        raise TableWrong(problems)
    return found


def _row(columns: Sequence[str], line: Sequence[str], number: int, problems: list[Text]) -> tuple[str, Instrument]:
    if len(line) != len(columns):
        problems.append(
            _at(number, f"expected {len(columns)} cells, got {len(line)}", f"应有 {len(columns)} 格，实有 {len(line)}")
        )
        return f"line {number}", Instrument()
    cells = {key: _bare(cell.strip()) for key, cell in zip(columns, line, strict=True)}
    for key, cell in cells.items():
        if len(cell) > MOST_TEXT or (cell and not cell.isprintable()):
            zh = f"{HEADS[key].zh} 应为 1 至 {MOST_TEXT} 个可打印字符"
            problems.append(_at(number, f"{key}: expected up to {MOST_TEXT} printable characters", zh))
    name = cells.pop("instrument")
    if not name:
        problems.append(_at(number, "instrument: expected a name", "缺少计量器具名称"))
    if "under_verification" in cells:
        cells["under_verification"] = _CHOSEN.get(cells["under_verification"], cells["under_verification"])
    made = Instrument(**{key: cell for key, cell in cells.items() if cell})
    wrong = flaw(made)
    if wrong is not None:
        problems.append(_at(number, wrong.en, wrong.zh))
    return name, made


def _at(number: int, en: str, zh: str) -> Text:
    return Text(f"line {number}: {en}", f"第 {number} 行：{zh}")


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _bare(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell
