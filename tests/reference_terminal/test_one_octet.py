"""What one peer, one row or one request can send ends nothing: each input once killed the terminal, or froze it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from standby_kit import Clock
from terminal_kit import centre_text, config_text
from virtually import virtually

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from reference_terminal.acquisition.collectors.messages import read_message
from reference_terminal.acquisition.sql.row_source import RowSource
from reference_terminal.assembly import Terminal
from reference_terminal.hj212.frame import Decoder, Frame, encode
from reference_terminal.hj212.message import parameters
from reference_terminal.model import json_text
from reference_terminal.model.one_line import one_line
from reference_terminal.model.reading import NOT_A_NUMBER, Reading
from reference_terminal.net.http import HttpFailed, place_of
from reference_terminal.platform import Platform
from reference_terminal.settings.config import ConfigError, load_config
from reference_terminal.settings.overlay import centre_from
from reference_terminal.settings.security import MOST_OCTETS, material
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212.link import LinkLost


def _terminal(text: str, log: list[str]) -> Terminal:
    return Terminal(load_config(text), Platform(clock=Clock(), random=random.Random(1), log=log.append))


def test_a_fault_in_one_task_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    tries: list[float] = []

    async def main() -> int:
        Network()
        terminal = _terminal(config_text(centres=centre_text(7000), period_s=60), log)
        task = asyncio.ensure_future(terminal.run())
        await asyncio.sleep(1)

        async def broken() -> None:
            tries.append(asyncio.get_running_loop().time())
            raise KeyError("\ud800 what nobody foresaw")

        monkeypatch.setattr(terminal.links["A"], "_connect", broken)
        await asyncio.sleep(3600)
        raised = terminal.journal.raised()
        monkeypatch.undo()
        await asyncio.sleep(600)
        still = terminal.journal.raised()
        rows = terminal.store.connection.execute("SELECT count(*) FROM reading").fetchone()
        assert not task.done()
        await terminal.stop()
        await task
        assert ("task failing", "A") in raised and ("task failing", "A") not in still
        return int(rows[0])

    # An hour and ten minutes of a meter that is not there: every slot of its two points is in the store all the same.
    assert run_virtually(main()) >= 2 * 69
    assert 55 <= len(tries) <= 70, "rests of 1, 2, 4 … 60 s"
    assert any("task failed" in line and "KeyError" in line and "\\ud800" in line for line in log)


def test_a_meter_that_brings_up_a_fault_costs_its_own_slots_only(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []

    async def main() -> list[Any]:
        Network()
        terminal = _terminal(config_text(period_s=60), log)
        task = asyncio.ensure_future(terminal.run())
        await asyncio.sleep(1)

        async def broken(*_: object) -> None:
            raise OverflowError("date value out of range")

        monkeypatch.setattr(terminal.pollers[0]._meters[0]._driver, "read", broken)
        await asyncio.sleep(600)
        found = terminal.store.connection.execute("SELECT cause, count(*) FROM reading GROUP BY cause").fetchall()
        await terminal.stop()
        await task
        return found

    assert dict(run_virtually(main()))["fault inside the terminal"] >= 18
    assert sum("poll failed" in line for line in log) == 1, "told once as long as it lasts"


def test_what_no_database_can_hold_does_not_stop_what_comes_after_it() -> None:
    async def main() -> tuple[list[Any], list[int]]:
        store = Store(":memory:", None, 1.0)
        left_out: list[int] = []
        store.on_left_out = lambda count, error: left_out.append(count)
        for slot_s, cause in ((60, ""), (120, "\ud800"), (180, "")):
            store.add_reading(Reading(1, slot_s, slot_s * 1000, None, "", 2, cause), None)
        store.write("INSERT INTO setting VALUES (?,?,?)", ("a", "b", 1 << 70))
        store.write("INSERT INTO setting VALUES (?,?,?)", ("a", "c", "kept"))
        assert store.flush()
        await asyncio.sleep(0)
        rows = store.connection.execute("SELECT slot_s FROM reading ORDER BY slot_s").fetchall()
        assert store.setting("a", "c") == "kept"
        assert not store.attempt(lambda: store.write("INSERT INTO setting VALUES (?,?,?)", ("a", "d", "\ud800")))
        assert store.attempt(lambda: store.write("INSERT INTO setting VALUES (?,?,?)", ("a", "d", "good")))
        return rows, left_out

    assert virtually(main()) == ([(60,), (180,)], [2])


class _Counting(Decoder):
    """Counts how often a CRC is compared."""

    compared = 0

    def crc_matches(self, right: bytes, text: bytes) -> bool:
        self.compared += 1
        return super().crc_matches(right, text)


@pytest.mark.parametrize("piece", [1, 64, 65_536])
@pytest.mark.parametrize("garbage", [b"##9999", b"##0100", b"##0000FFFE", b"#"])
def test_a_splitter_looks_at_each_possible_frame_at_most_twice(garbage: bytes, piece: int) -> None:
    decoder, data = _Counting(), garbage * (60_000 // len(garbage))
    for start in range(0, len(data), piece):
        decoder.feed(data[start : start + piece])
    # Once it was every place at every read: 159 s for 2 MB.
    assert decoder.compared <= 2 * len(data) // len(garbage)


class _Flood:
    """A connection on which garbage has come already, and nothing after it."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    async def read(self, most: int) -> bytes:
        piece, self._octets = self._octets[:most], self._octets[most:]
        return piece


def test_acquisition_comes_to_its_turn_while_a_centre_sends_garbage() -> None:
    turns = 0

    async def main() -> None:
        nonlocal turns
        Network()
        terminal = _terminal(config_text(centres=centre_text(7000)), [])
        task = asyncio.ensure_future(terminal.run())
        await asyncio.sleep(1)
        receiving = asyncio.ensure_future(cast(Any, terminal.links["A"])._receive(_Flood(b"##9999" * 20_000)))
        while not receiving.done():
            turns += 1
            await asyncio.sleep(0)
        with contextlib.suppress(LinkLost):
            await receiving
        await terminal.stop()
        await task

    run_virtually(main())
    assert turns > 25, "a turn for each piece of 4 KiB; once it was one for 2 MB, which took ten seconds"


def test_a_frame_behind_any_garbage_is_found() -> None:
    whole = encode(b"QN=20160801085857223;ST=32;CN=1062;PW=1;MN=1;Flag=5;CP=&&RtdInterval=30&&")
    for garbage in (
        b"##",
        b"##9999",
        b"##9999" * 300,
        b"##0100" * 50,
        b"#" * 99,
        whole[:-9],
        b"##0000FFFE",
        bytes(999),
    ):
        decoder = Decoder()
        found = [each for each in decoder.feed(garbage + whole) if isinstance(each, Frame)]
        found += [each for each in decoder.feed(whole * 130) if isinstance(each, Frame)]
        assert len(found) == 131, garbage[:12]


def test_parameters_are_read_in_time_whatever_they_are() -> None:
    assert parameters("a=1;b=//x;y//,c=//open;d=2") == {"a": "1", "b": "//x;y//", "c": "//open", "d": "2"}
    for text in ("a" * 1_000_000, "a=//b\n" * 160_000, "=//" * 300_000, ";" * 1_000_000):
        parameters(text)


def test_no_line_of_the_log_can_be_forged() -> None:
    forged = "no\r\n2026-01-01T00:00:00 [alarm] forged \x1b[2J\u202e\u2028\ud800\x9b1m"
    assert one_line(forged).isprintable() and "\\r\\n" in repr(one_line(forged)).replace("\\\\x0d\\\\x0a", "\\r\\n")
    assert len(one_line("x" * 10_000)) < 2100


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": "\xff"}'.encode("latin-1"), "9" * 5000 + "e", '{"a": 1e}'])
def test_what_is_no_json_is_said_to_be_none(text: Any) -> None:
    with pytest.raises(json_text.NoJson):
        json_text.read(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("url", ["http://a..b/", "http://a/ b", "http://a/é", "http://é" * 40, "http://a:99999/", "x"])
def test_an_address_that_nobody_can_be_asked_at_is_refused(url: str) -> None:
    with pytest.raises(HttpFailed):
        place_of(url, "plain")


@pytest.mark.parametrize("form", ["neuron", "neuron-tags", "thingsboard", "properties"])
def test_half_a_surrogate_pair_is_no_number_and_no_fault(form: str) -> None:
    half = "\ud800"
    body = {
        "neuron": {"node": "n", "timestamp": 1, "values": {"v": half, "good": 1}, "errors": {"e": half}},
        "neuron-tags": {
            "node": "n",
            "timestamp": 1,
            "tags": [{"name": "v", "value": half}, {"name": "good", "value": 1}],
        },
        "thingsboard": {"n": [{"ts": 1, "values": {"v": half, "good": 1}}]},
        "properties": {
            "location_code": "n",
            "ts": 1,
            "properties": [{"key": "v", "value": half}, {"key": "good", "value": 1}],
        },
    }[form]
    (report,) = read_message(form, json.dumps(body).encode(), texts=True)
    assert report.contents["v"].cause == NOT_A_NUMBER and report.contents["v"].raw == b"\\ud800".hex().upper()
    assert report.contents["good"].value == 1
    assert all(each.cause.isprintable() for each in report.contents.values())


def test_a_row_of_the_year_1_has_no_instant() -> None:
    source = RowSource.__new__(RowSource)
    source.config = type("Config", (), {"zone_h": 8})()  # type: ignore[assignment]
    for moment in (datetime.min, datetime.max, "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999-23:59"):
        assert source._instant(moment) is None or source._instant(moment) > 0  # type: ignore[operator]
    assert source._instant(datetime.min) is None


@pytest.mark.parametrize("host", ["a..b", "a b", "a\0b", "x" * 300, ".", "-a"])
def test_a_host_that_nobody_can_connect_to_is_no_setting(host: str) -> None:
    text = centre_text(9, "B").replace("[[centres]]", "").replace('"127.0.0.1"', json.dumps(host))
    with pytest.raises(ConfigError):
        centre_from(text, load_config(config_text()))
    with pytest.raises(ConfigError):
        load_config(config_text(centres=centre_text(9, "B").replace('"127.0.0.1"', json.dumps(host))))


def test_a_file_of_certificates_is_a_file_and_no_larger_than_one(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"x" * (MOST_OCTETS + 1))
    for path in ("/dev/zero", "/dev/null", str(tmp_path), str(large), str(tmp_path / "none")):
        with pytest.raises(OSError):
            material(path)


def test_what_is_kept_and_cannot_be_used_is_left_out_and_told(tmp_path: Path) -> None:
    text = config_text(centres=centre_text(7000), path=str(tmp_path / "terminal.db"))
    unsound = [
        ("centre set", "B", "host = "),
        ("centre set", "C", centre_text(9, "C").replace("[[centres]]", "").replace("127.0.0.1", "a..b")),
        ("centre address", "A", "[" * 100_000),
        ("polling period", "m1", "0 x"),
        ("centre/A", "overtime_s", "9" * 5000),
        ("centre/A", "upload_time", "25:00:00"),
    ]

    async def lives(before: Callable[[Terminal], None], after: Callable[[Terminal], None]) -> None:
        Network()
        terminal = _terminal(text, [])
        task = asyncio.ensure_future(terminal.run())
        await asyncio.sleep(10)
        before(terminal)
        await asyncio.sleep(10)
        assert not task.done()
        after(terminal)
        await terminal.stop()
        await task

    def keeps(terminal: Terminal) -> None:
        for row in unsound:
            terminal.store.keep_setting(*row)
        assert terminal.store.flush()
        terminal.restart_soon()

    def tells(terminal: Terminal) -> None:
        assert [centre.id for centre in terminal.config.centres] == ["A"]
        told = [subject for kind, subject in terminal.journal.raised() if kind == "stored setting unusable"]
        assert sorted(told) == sorted(f"{scope} {name}" for scope, name, _ in unsound)

    run_virtually(lives(keeps, tells))
