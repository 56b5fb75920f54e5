"""Hooks of a profile: every way of asking a product, against the real thing each speaks to."""

from __future__ import annotations

import asyncio
import csv
import json
import random
import re
import sqlite3
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import ModbusTcpServer

from bench.dut import Seat
from bench.dut.hooks import ways
from bench.dut.questions import ask_by_hooks, hook_problems
from bench.layout import build
from bench.layout.scenario import Scenario
from bench.operator.person import Answer, Question
from simulators.world import Site


class _Clock:
    def now_us(self) -> int:
        return 0

    def time_ns(self) -> int:
        return 0

    def set_time_ns(self, time_ns: int, /) -> None:
        del time_ns


class _Desk:
    """A person who types what is given."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[Question] = []

    async def ask(self, question: Question, timeout_s: float | None = None) -> Answer:
        del timeout_s
        self.asked.append(question)
        return Answer(text=self.text, by="Li", at_us=0)


def asked(
    folder: Path, section: Mapping[str, Any], query: Mapping[str, str] | None = None, desk: _Desk | None = None
) -> tuple[dict[str, str], ...]:
    """The rows of one question."""
    clock = _Clock()
    seat = Seat(
        site=Site(build.build_world(Scenario(circuits=1), 1), clock=clock, observe=lambda _: None),
        settings={},
        clock=clock,
        chance=random.Random(1),
        local=("127.0.0.1", 1),
        connection={"ask": {"readings": section}},
        folder=folder,
        state=folder,
    )
    return asyncio.run(ask_by_hooks(seat, "readings", query or {"point": "e01.energy"}, desk=desk))


def test_a_way_is_found_by_its_key() -> None:
    assert {"get", "post", "run", "sql", "file", "modbus", "page", "person"} <= set(ways())


def test_a_command_prints_json(tmp_path: Path) -> None:
    code = 'import sys, json; print(\'[{"at": 1, "v": 1.50, "p": \' + json.dumps(sys.argv[1]) + \'}]\')'
    section = {"run": [sys.executable, "-c", code, "{{ query.point }}"], "fields": {"value": "row.v", "p": "row.p"}}
    assert asked(tmp_path, section) == ({"value": "1.50", "p": "e01.energy"},)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["/nowhere/ask"], "No such file"),
        ([sys.executable, "-c", "print('hello')"], "expected JSON"),
        ([sys.executable, "-c", "import sys; print('no licence', file=sys.stderr); sys.exit(3)"], "no licence"),
    ],
)
def test_a_command_that_fails_is_one_sentence(tmp_path: Path, words: list[str], told: str) -> None:
    with pytest.raises((LookupError, OSError), match=told) as failed:
        asked(tmp_path, {"run": words})
    assert "\n" not in str(failed.value)


def test_the_products_own_database(tmp_path: Path) -> None:
    store = sqlite3.connect(tmp_path / "gw.db")
    store.execute("CREATE TABLE v (point TEXT, at INTEGER, value REAL)")
    store.executemany("INSERT INTO v VALUES (?, ?, ?)", [("e01.energy", 5, 0.1), ("e02.energy", 6, 2.0)])
    store.commit()
    section = {
        "database": "sqlite:///{{ state }}/gw.db",
        "sql": "SELECT at, value FROM v WHERE point = :point",
        "fields": {"at": "row.at", "value": "row.value"},
    }
    assert asked(tmp_path, section) == ({"at": "5", "value": "0.1"},)
    # What is asked is bound to the query, not written into it.
    assert asked(tmp_path, section, {"point": "' OR 1=1 --"}) == ()
    assert asked(tmp_path, {**section, "sql": "UPDATE v SET value = 3 WHERE point = :point"}) == ()
    assert store.execute("SELECT value FROM v WHERE at = 5").fetchone() == (3.0,)
    for wrong, told in (
        ({"sql": "SELECT * FROM nowhere"}, "no such table"),
        ({"sql": "SELECT :other"}, "wants :other"),
        ({"database": "oracle9://x"}, "cannot be used"),
    ):
        with pytest.raises((LookupError, OSError), match=told):
            asked(tmp_path, {**section, **wrong})


def test_exported_files(tmp_path: Path) -> None:
    with (tmp_path / "out-1.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["导出"], ["时间", "值"], ["2026-03-02 00:00:00", "1.50"]])
    section = {
        "file": "out-*.csv", "encoding": "gb18030", "delimiter": ";", "head": 2,
        "fields": {"at": "row['时间']", "value": "row['值']"},
    }  # fmt: skip
    assert asked(tmp_path, section) == ({"at": "2026-03-02 00:00:00", "value": "1.50"},)
    book = Workbook()
    page = book.create_sheet("e01.energy")
    page.append(["at", "value"])
    page.append(["2026-03-02", 0.1])
    book.save(tmp_path / "out.xlsx")
    assert asked(tmp_path, {"file": "out.xlsx", "sheet": "{{ query.point }}"}) == (
        {"at": "2026-03-02", "value": "0.1"},
    )
    (tmp_path / "out.json").write_text(json.dumps([{"value": "2.50"}]), "utf-8")
    assert asked(tmp_path, {"file": "out.json"}) == ({"value": "2.50"},)
    for wrong in ({"file": "absent.csv"}, {"file": "out.xlsx", "sheet": "no"}, {"file": "out-1.csv", "head": 9}):
        with pytest.raises(LookupError):
            asked(tmp_path, wrong)
    (tmp_path / "no.xlsx").write_bytes(b"PK no")
    with pytest.raises(LookupError, match="cannot be read as xlsx"):
        asked(tmp_path, {"file": "no.xlsx"})


def test_registers_of_the_product(tmp_path: Path) -> None:
    async def both() -> tuple[Any, Any]:
        block = ModbusSequentialDataBlock(1, [0] * 20)
        device = ModbusDeviceContext(hr=block, ir=ModbusSequentialDataBlock(1, [7] * 20))
        server = ModbusTcpServer(ModbusServerContext(devices=device, single=True), address=("127.0.0.1", 15_802))
        await server.serve_forever(background=True)
        try:
            section = {
                "modbus": "127.0.0.1:15802",
                "write": {"total": {"address": 2, "type": "u32", "value": "{{ query.value }}", "scale": "0.01"}},
                "read": {
                    "total": {"address": 2, "type": "u32", "scale": "0.01"},
                    "swapped": {"address": 2, "type": "u32", "words": "little"},
                    "state": {"address": 0, "input": True},
                },
            }
            seen = await _ask(tmp_path, section, {"value": "12.34"})
            try:
                await _ask(tmp_path, {**section, "read": {"far": {"address": 900}}}, {"value": "1"})
            except LookupError as error:
                return seen, str(error)
            return seen, ""
        finally:
            await server.shutdown()

    seen, refused = asyncio.run(both())
    assert seen == ({"total": "12.34", "swapped": str(1234 << 16), "state": "7"},)
    assert "register far" in refused
    with pytest.raises(OSError, match="15803"):
        asked(tmp_path, {"modbus": "127.0.0.1:15803", "read": {"x": {"address": 0}}})


async def _ask(folder: Path, section: Mapping[str, Any], query: Mapping[str, str]) -> tuple[dict[str, str], ...]:
    clock = _Clock()
    site = Site(build.build_world(Scenario(circuits=1), 1), clock=clock, observe=lambda _: None)
    seat = Seat(site, {}, clock, random.Random(1), ("127.0.0.1", 1), connection={"ask": {"readings": section}})
    return await ask_by_hooks(seat, "readings", query)


def test_a_person_types_a_table(tmp_path: Path) -> None:
    section = {"person": {"en": "Read {{ query.point }}", "zh": "请读取 {{ query.point }}"}, "tells": ["at", "value"]}
    desk = _Desk("at\tvalue\n2026-03-02 08:00:00\t1.50")
    assert asked(tmp_path, section, desk=desk) == ({"at": "1772409600000000", "value": "1.50"},)
    assert desk.asked[0].en == "Read e01.energy" and desk.asked[0].zh.startswith("请读取")
    assert asked(tmp_path, {"person": "Press the button"}, desk=desk) == ()
    with pytest.raises(LookupError, match="nobody to ask"):
        asked(tmp_path, section)


class _Product(BaseHTTPRequestHandler):
    """Pages that show the values of a point once its name was sent by a form."""

    def do_GET(self) -> None:
        """The form, and the table below it."""
        at, _, word = self.path.partition("?point=")
        table = f"<table><tr><td>{word}</td><td> 08:00</td><td>12.50 </td></tr></table>" if word else ""
        form = "<form action='/values'><input name=point><button>查询</button></form>"
        body = f"<meta charset=utf-8><h1>{at}</h1>{form}{table}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the screen."""
        del format, args


def test_steps_at_the_products_page(tmp_path: Path, program: Callable[[str], str]) -> None:
    program("chromium")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Product)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    steps = [
        {"open": "/values"},
        {"fill": "[name=point]", "with": "{{ query.point }}"},
        {"press": "text=查询"},
        {"wait": "table"},
    ]
    base = f"http://127.0.0.1:{server.server_port}"
    section = {
        "page": steps,
        "base": base,
        "rows": "answer.cells",
        "fields": {"at": "row[1]", "value": "row[2]"},
    }
    try:
        assert asked(tmp_path, section) == ({"at": "08:00", "value": "12.50"},)
        with pytest.raises(LookupError, match="has no '#none'"):
            asked(tmp_path, {**section, "page": [{"open": "/values"}, {"wait": "#none", "within_s": 0.1}]})
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({}, "either get or post"),
        ({"get": "http://x", "sql": "y"}, "either get or post"),
        ({"sql": "select 1"}, "ask.readings.database"),
        ({"run": "ls"}, "ask.readings.run"),
        ({"file": "x", "format": "pdf"}, "csv, xlsx, json"),
        ({"file": "x", "head": 0}, "head"),
        ({"modbus": "x:1"}, "a table of registers"),
        ({"modbus": "x:1", "read": {"a": {"address": 0, "type": "u99"}}}, "read.a.type: expected one of u16, i16"),
        ({"modbus": "x:1", "read": {"a": {"adress": 0}}}, "read.a.adress: unknown key; did you mean 'address'?"),
        ({"modbus": "x:1", "write": {"a": {"address": 0}}}, "write.a.value: is missing"),
        ({"person": 7}, "a sentence"),
        ({"page": [{"open": "/"}]}, "the address that the steps begin from"),
        ({"page": [{"open": "/", "press": "a"}], "base": "http://x"}, "exactly one of"),
        ({"page": [{"opens": "/"}], "base": "http://x"}, "page[0].opens: unknown key; did you mean 'open'?"),
        ({"get": "http://x", "sheet": "y"}, "unknown key"),
        ({"run": ["x"], "rows": "answer["}, "ask.readings.rows"),
        ({"get": "{{ x"}, "ask.readings.get"),
        (7, "a table"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_started(section: object, told: str) -> None:
    problems = list(hook_problems({"readings": section}))
    assert any(told in each for each in problems)
    for each in problems:
        en, stroke, zh = each.partition(" / ")
        assert each.startswith("connection.ask") and stroke and re.search("[\u4e00-\u9fff]", zh) and "\n" not in each
        assert not re.search("[\u4e00-\u9fff]", en)


def test_all_that_is_wrong_with_the_questions_is_told_at_once() -> None:
    section = {"sql": 1, "head": 2, "fields": {"at": "row[", "colour": "row.colour"}}
    told = " ".join(hook_problems({"readings": section, "reading": {"person": {"en": "x"}}}))
    for piece in (
        "ask.readings.sql: expected text in quotes, got 1",
        "ask.readings.database: is missing",
        "ask.readings.head: unknown key",
        "ask.readings.fields.at: line 1",
        "ask.readings.fields.colour: ",
        "ask.reading: expected one of",
        "did you mean 'readings'?",
        "ask.reading.person.zh: is missing",
    ):
        assert piece in told, piece
