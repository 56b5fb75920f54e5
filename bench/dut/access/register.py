"""The register of instruments as a table of the product's own: what the profile says of it, written and read by the
bench (CSMT 11.1).

Leaves what is entered and searched to `bench.facade.register`, the calibration of one instrument to `Instruments`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from bench.dut import sentences
from bench.dut.refused import Refused
from bench.dut.workbook import NoWorkbook, lines_of

CALIBRATED = ("number", "type", "accuracy", "basis", "calibrated", "due")
SOUGHT = ("enterprise", "region", "sector", "level")
"""By what a register is searched (CSMT 11.1 c)."""
KEYS = ("name", *CALIBRATED, *SOUGHT)
"""What the bench puts down of an instrument and looks for; `name` is what the product knows it by."""
FORMS = ("csv", "xlsx")
MOST_OCTETS = 16 << 20


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"import_": "import"}):
    """Functions and columns of a register of instruments.

    `import` takes a table (`table` as text and `octets` in its templates), `export` gives one as its answer, `of` shows
    the register, of which `rows` and the other keys are expressions (over `answer`, over a `row`); `find` shows what
    meets `query.enterprise`, `query.region`, `query.sector` and `query.level`, of which each may be empty, with
    `found` for its rows (as `rows` where it is left out). `columns` are the product's heads by the bench's words; what
    has none is not put down and not asked for. `fixed` are heads with one text for every instrument, `samples` texts
    that the product wants in place of the bench's own, for each of the two instruments. `form` is csv or xlsx.
    """

    import_: str
    export: str
    of: str
    rows: str
    columns: dict[str, str]
    find: str = ""
    found: str = ""
    form: str = "csv"
    encoding: str = "utf-8-sig"
    fixed: dict[str, str] = {}
    samples: tuple[dict[str, str], ...] = ()
    name: str = ""
    number: str = ""
    type: str = ""
    accuracy: str = ""
    basis: str = ""
    calibrated: str = ""
    due: str = ""
    enterprise: str = ""
    region: str = ""
    sector: str = ""
    level: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """What the table has a column for and the register shows."""
        return tuple(key for key in KEYS if key in self.columns and getattr(self, key))

    def problems(self) -> Iterator[str]:
        """What is wrong with the section, beside functions and expressions."""
        for key in self.columns:
            if key not in KEYS:
                yield sentences.KNOWN_KEYS(known=KEYS).after(f"access.register.columns.{key}")
        if "name" not in self.keys:
            yield sentences.NAME_COLUMN().after("access.register")
        if self.form not in FORMS:
            yield sentences.TABLE_FORM(forms=" or ".join(FORMS), form=self.form).after("access.register.form")
        for number, sample in enumerate(self.samples, 1):
            for key in sample:
                if key not in KEYS:
                    yield sentences.KNOWN_KEYS(known=KEYS).after(f"access.register.samples[{number}].{key}")
        try:
            "".encode(self.encoding)
        except LookupError:
            yield sentences.ENCODING(encoding=self.encoding).after("access.register.encoding")


class TableUnreadable(Refused):
    """An exported table that the bench cannot read as the profile says: an answer that is none to the question."""


def write(register: Register, rows: Sequence[Mapping[str, str]]) -> bytes:
    """A table of these instruments under the product's heads."""
    keys = [key for key in KEYS if key in register.columns]
    heads = [*(register.columns[key] for key in keys), *register.fixed]
    lines = [heads, *([*(row.get(key, "") for key in keys), *register.fixed.values()] for row in rows)]
    if register.form == "xlsx":
        return _workbook(lines)
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode(register.encoding)


def read(register: Register, octets: bytes) -> list[dict[str, str]]:
    """The instruments of a table, each by the bench's words; what has no column is absent. Raises TableUnreadable."""
    if len(octets) > MOST_OCTETS:
        raise TableUnreadable(str(sentences.TABLE_LONG(most=MOST_OCTETS >> 20)))
    lines = [line for line in _lines(register, octets) if any(line)]
    words = {head.strip(): key for key, head in register.columns.items()}
    for at, line in enumerate(lines):
        heads = [words.get(cell.strip(), "") for cell in line]
        if "name" in heads:
            return [_named(heads, each) for each in lines[at + 1 :]]
    wanted = ", ".join(register.columns.values())
    raise TableUnreadable(str(sentences.NO_HEADS(wanted=wanted)))


def _named(heads: Sequence[str], line: Sequence[str]) -> dict[str, str]:
    return {key: cell.strip() for key, cell in zip(heads, line, strict=False) if key}


def _lines(register: Register, octets: bytes) -> list[list[str]]:
    if register.form == "xlsx":
        try:
            return [[_day(cell) for cell in line] for line in lines_of(io.BytesIO(octets))]
        except NoWorkbook as error:
            raise TableUnreadable(str(sentences.NO_XLSX(error=error))) from None
    try:
        return list(csv.reader(io.StringIO(octets.decode(register.encoding), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableUnreadable(str(sentences.NO_CSV(encoding=register.encoding, error=error))) from None


def _workbook(lines: Sequence[Sequence[str]]) -> bytes:
    # Only a profile with such a table pays for the library.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in lines:
        sheet.append(list(line))
    octets = io.BytesIO()
    book.save(octets)
    return octets.getvalue()


def _day(cell: str) -> str:
    """A cell with a day, which a spreadsheet keeps as midnight."""
    return cell.removesuffix(" 00:00:00")
