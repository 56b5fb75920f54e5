"""The register of instruments of a product that is no maker's: its table written, read, judged."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hand_made import MIDNIGHT, World, verdicts
from openpyxl import Workbook

from bench.dut.access import register as tables
from bench.dut.access.register import Register, TableUnreadable
from bench.history import History, Observed
from conformance.terminal.instruments import register_judge

HEADS = {"name": "器具名称", "number": "出厂编号", "region": "区域", "level": "层级"}
EXPRESSIONS = {key: f"row.{key}" for key in HEADS}
ROWS = (
    {"name": "f1", "number": "A-1", "region": "华北", "level": "一级"},
    {"name": "f2", "number": "A-2", "region": "华东", "level": "二级"},
)
BEFORE = ({"name": "m1", "number": "", "region": "", "level": ""},)


def known(**more: Any) -> Register:
    return Register(import_="in", export="out", of="all", rows="answer.json", columns=HEADS, **{**EXPRESSIONS, **more})


@pytest.mark.parametrize(
    "register", [known(), known(encoding="gb18030"), known(form="xlsx"), known(fixed={"状态": "在用"})]
)
def test_what_is_written_is_read_again(register: Register) -> None:
    assert tables.read(register, tables.write(register, ROWS)) == list(ROWS)


def test_titles_above_the_heads_and_columns_of_the_products_own_are_passed_over() -> None:
    text = "计量器具台账,,\n序号,器具名称,出厂编号\n1,f1,A-1\n,,\n"
    assert tables.read(known(), text.encode()) == [{"name": "f1", "number": "A-1"}]
    book = Workbook()
    book.active.append(["器具名称", "出厂编号"])  # pyright: ignore[reportOptionalMemberAccess]
    book.active.append(["f1", 17])  # pyright: ignore[reportOptionalMemberAccess]
    octets = io.BytesIO()
    book.save(octets)
    assert tables.read(known(form="xlsx"), octets.getvalue()) == [{"name": "f1", "number": "17"}]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("octets", [b"", b"<html>not found</html>", b"\xff\xfe\x00", b"PK\x03\x04", b"a,b\n1,2\n"])
def test_what_is_no_such_table_is_one_sentence(form: str, octets: bytes) -> None:
    with pytest.raises(TableUnreadable) as wrong:
        tables.read(known(form=form), octets)
    assert " / " in str(wrong.value) and "\n" not in str(wrong.value)


def test_a_section_that_contradicts_itself_is_told() -> None:
    wrong = known(form="ods", encoding="utf-99", samples=({"colour": "red"},))
    assert [line.split(":")[0] for line in wrong.problems()] == [
        "access.register.form",
        "access.register.samples[1].colour",
        "access.register.encoding",
    ]
    assert list(known().problems()) == []


def observed(what: str, rows: Any = (), problem: str = "", **query: str) -> Observed:
    return Observed(t=MIDNIGHT, what=what, asked=MIDNIGHT, query=query, rows=tuple(rows), problem=problem)


def found(key: str, row: dict[str, str]) -> Observed:
    return observed("register-found", [row], **{key: row[key]})


def judged(*changed: Observed, without: str = "") -> dict[str, str]:
    events = {
        "before": observed("register", BEFORE, told="before"),
        "import": observed("register-import", ROWS, outcome="executed"),
        "after": observed("register", (*BEFORE, *ROWS), told="after"),
        "export": observed("register-export", (*BEFORE, *ROWS)),
        **{f"{key} {row['name']}": found(key, row) for key in ("region", "level") for row in ROWS},
    }
    events |= {each.query.get("told") or each.what.removeprefix("register-"): each for each in changed}
    kept = [event for name, event in events.items() if name != without]
    return verdicts(register_judge.findings(History([World().began(), *kept])))


def test_a_register_that_is_right_passes_and_what_it_has_no_column_for_is_open() -> None:
    told = judged()
    assert told.pop("found-by-enterprise") == told.pop("found-by-sector") == "inconclusive"
    assert set(told.values()) == {"pass"}


def test_what_is_missing_doubled_altered_or_made_up_fails() -> None:
    altered = {**ROWS[0], "level": "二级"}
    for rows in (BEFORE, (*BEFORE, ROWS[0]), ROWS, (*BEFORE, *ROWS, ROWS[0]), (*BEFORE, altered, ROWS[1])):
        assert judged(observed("register", rows, told="after"))["register-imported"] == "fail"
        assert judged(observed("register-export", rows))["register-exported"] == "fail"
    assert judged(observed("register-export", (), "no table"))["register-exported"] == "inconclusive"


def test_a_search_that_gives_others_or_too_few_fails() -> None:
    for rows in ((), ROWS, BEFORE):
        wrong = observed("register-found", rows, region="华北")
        events = [wrong if each.query == {"region": "华北"} else each for each in _events()]
        told = verdicts(register_judge.findings(History([World().began(), *events])))
        assert told["found-by-region"] == "fail"


def _events() -> list[Observed]:
    return [
        observed("register", BEFORE, told="before"),
        observed("register-import", ROWS, outcome="executed"),
        observed("register", (*BEFORE, *ROWS), told="after"),
        *(found("region", row) for row in ROWS),
    ]


@pytest.mark.parametrize("without", ["import", "after", "before"])
def test_nothing_put_in_or_shown_decides_nothing(without: str) -> None:
    assert judged(without=without)["register-imported"] == "inconclusive"


def test_a_product_that_answers_nothing_passes_nothing() -> None:
    silent = (observed("register", (), "TimeoutError", told=told) for told in ("before", "after"))
    searches = (observed("register-found", (), "TimeoutError", region=row["region"]) for row in ROWS)
    given = observed("register-import", ROWS, outcome="unanswered")
    told = verdicts(register_judge.findings(History([World().began(), given, *silent, *searches])))
    assert "pass" not in told.values()
