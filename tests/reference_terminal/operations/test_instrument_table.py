"""The table of instruments: what is written is read again, and what is wrong is told row by row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_terminal.operations import instrument_table
from reference_terminal.operations.instrument_table import TableWrong
from reference_terminal.operations.instruments import Instrument

KNOWN = Instrument(
    number="A-1", type="=X1", accuracy="0.5S", basis="JJG 596", calibrated="2025-03-10", due="2027-03-09",
    enterprise="示范钢铁厂", region="华北", sector="钢铁", level="一级",
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30).filter(lambda text: text[:1] != "'")


@given(st.lists(st.tuples(TEXTS.filter(bool), TEXTS, TEXTS), min_size=1, max_size=5, unique_by=lambda row: row[0]))
def test_what_is_written_is_read_again(rows: list[tuple[str, str, str]]) -> None:
    made = [
        (name, Instrument(number=number, level=level, calibrated="2025-01-01", due="2026-01-01"))
        for name, number, level in rows
    ]
    assert instrument_table.read(instrument_table.write(made)) == made


def test_no_cell_is_a_formula_of_a_spreadsheet() -> None:
    (_, line) = instrument_table.write([("m1", KNOWN)]).decode("utf-8-sig").splitlines()
    assert ",'=X1," in line


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_of_a_chinese_office_is_read(encoding: str) -> None:
    text = "计量器具,检定日期,有效期至,在检,器具层级\r\n1号流量计,2025-03-10,2027-03-09,是,一级\r\n\r\n"
    made = Instrument(calibrated="2025-03-10", due="2027-03-09", under_verification="yes", level="一级")
    assert instrument_table.read(text.encode(encoding)) == [("1号流量计", made)]


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"", ["expected a table with a line of heads"]),
        (b"instrument,calibrated,due\n", ["expected 1 to 2000 instruments, got 0"]),
        (b"\x00\xff\xfe", ["expected CSV"]),
        (b'instrument,calibrated,due\n"m1,2025-01-01', ["expected CSV"]),
        (b"x" * (1 << 20) + b"\n", ["expected"]),
        (b"instrument,due\nm1,2026-01-01\n", ["column calibrated is missing"]),
        (b"instrument,due,due,calibrated,colour\n", ["unknown head 'colour'", "column due stands there twice"]),
        (b"instrument,calibrated,due\nm1,2025-01-01\n", ["line 2: expected 3 cells, got 2"]),
        (
            b"instrument,calibrated,due\nm1,2025-01-01,2026-01-01\nm1,soon,2026-01-01\n,2025-01-01,2024-01-01\n",
            ["line 3: expected dates", "line 3: m1 stands in", "line 4: instrument", "line 4: expected due"],
        ),
        (b"instrument,calibrated,due\n" + b"m" * 201 + b",2025-01-01,2026-01-01\n", ["line 2: instrument: expected"]),
    ],
)  # fmt: skip
def test_every_row_that_is_wrong_is_told(octets: bytes, told: list[str]) -> None:
    with pytest.raises(TableWrong) as wrong:
        instrument_table.read(octets)
    assert all(each.zh for each in wrong.value.problems)
    assert len(wrong.value.problems) == len(told)
    for problem, words in zip(wrong.value.problems, told, strict=True):
        assert words in problem.en
