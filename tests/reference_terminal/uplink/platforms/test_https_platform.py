"""The terminal at an energy platform over HTTP and JSON: registration, windows, uploads, every wrong answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from platform_kit import DEVICE, ENTERPRISE, OK, SECURITY, Answer, Asked, SmallPlatform, at, platform_text
from terminal_kit import config_text, platform
from virtually import virtually

from reference_terminal import Terminal, load_config
from reference_terminal.crypto.symmetric import ecb_text
from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY, DAY_S, MONTH, QUARTER
from reference_terminal.net.http import HttpFailed, place_of
from reference_terminal.uplink.platforms import link as platform_link
from reference_terminal.uplink.platforms.energy import EnergyLink

OPENS = at("2026-03-02T10:00:00")
MIDNIGHT = at("2026-03-02T00:00:00")


@contextlib.asynccontextmanager
async def running(
    small: SmallPlatform, start_s: float, *, path: str = ":memory:", days: int = 1, extra: str = ""
) -> AsyncGenerator[tuple[Terminal, EnergyLink]]:
    """A terminal with stored days before today's midnight, and the platform it reports to."""
    if not small.port:
        await small.start()
    text = config_text(1, platform_text(small.port, extra=extra), path=path, period_s=60) + SECURITY
    terminal = Terminal(load_config(text), platform(start_s))
    task = asyncio.create_task(terminal.run())
    await asyncio.sleep(0)
    try:
        if days:
            put_days(terminal, days)
        link = terminal.links["P"]
        assert isinstance(link, EnergyLink)
        yield terminal, link
    finally:
        await terminal.stop()
        await task


def record(span: int, start_s: int, end_s: int, point: int, value: str | None) -> Record:
    flag = "N" if value is not None else "B"
    return Record(span, start_s, point, end_s, None, None, value, value, value, 1, None, flag, "")


def put_days(terminal: Terminal, days: int) -> None:
    """Quarters and day of both points, queued; energy 0.10 each quarter, power once without a value."""
    for day_s in range(MIDNIGHT - days * DAY_S, MIDNIGHT, DAY_S):
        periods = [(QUARTER, day_s + 900 * number) for number in range(96)] + [(DAY, day_s)]
        for span, start_s in periods:
            lost = start_s == day_s + 900
            rows = [
                record(span.code, start_s, span.end(start_s), 1, "0.10" if span is QUARTER else "9.60"),
                record(span.code, start_s, span.end(start_s), 2, None if lost else "231.6800"),
            ]
            terminal.store.add_records(rows)
            terminal.queue_period(span, start_s, span.end(start_s))
    terminal.store.flush()


def waiting(terminal: Terminal) -> int:
    """Periods of the days before today that wait."""
    sql = "SELECT count(*) FROM outbox WHERE end_s<=?"
    row = terminal.store.connection.execute(sql, (MIDNIGHT,)).fetchone()
    assert row is not None
    return int(row[0])


def done(terminal: Terminal) -> Callable[[], bool]:
    return lambda: waiting(terminal) == 0


async def until(condition: Callable[[], bool], timeout_s: float = 15) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_a_day_goes_out_when_the_window_opens_each_value_once_as_stored() -> None:
    async def scene() -> None:
        small = SmallPlatform()
        async with running(small, OPENS - 1) as (terminal, link):
            await small.until(lambda: bool(small.of("/download")))
            assert not small.of("/data") and link.registration is not None
            await until(done(terminal))
            assert terminal.clock.now_s() - OPENS < 5
            paths = [asked.path for asked in small.asked]
            assert paths[:3] == ["/enterprise/register", "/info", "/download"]
            assert paths[3] == "/versions" and set(paths[4:]) == {"/data"}
            assert small.asked[0].body == {"region": "350200", "enterpriseCode": ENTERPRISE, "terminalCode": "T1"}
            entries = small.entries()
            keys = [(each["dataCode"], each["statType"], each["statDate"]) for each in entries]
            assert len(keys) == len(set(keys)) == 2 * 97
            first = entries[0]
            assert str(first["dataValue"]) == "0.10" and first["valid"] is True and first["statType"] == 0
            assert first["statDate"] == "2026-03-01 00:00:00" and first["uploadDate"].startswith("2026-03-02 10:00:0")
            assert first["inputType"] == 4 and first["scope"] == 1 and "revision" not in first
            (lost,) = [each for each in entries if not each["valid"]]
            assert lost["dataValue"] == 0 and lost["statDate"] == "2026-03-01 00:15:00"
            assert all(len(asked.body["data"]) <= 500 for asked in small.of("/data"))
            assert all(asked.body["deviceId"] == DEVICE for asked in small.of("/data"))

    virtually(scene())


def test_outside_the_window_nothing_goes_but_an_order_sends_at_once() -> None:
    async def scene() -> None:
        small = SmallPlatform()
        async with running(small, OPENS + 7200) as (terminal, _):
            await small.until(lambda: bool(small.of("/download")))
            await asyncio.sleep(0.3)
            assert not small.of("/data")
            terminal.windows["P"].order()
            await until(done(terminal), 5)

    virtually(scene())


def test_a_window_already_open_at_the_start_is_used_and_today_waits_for_tomorrow() -> None:
    async def scene() -> None:
        small = SmallPlatform()
        async with running(small, OPENS + 1800) as (terminal, _):
            today = record(QUARTER.code, MIDNIGHT, MIDNIGHT + 900, 1, "1")
            terminal.store.add_records([today])
            terminal.queue_period(QUARTER, MIDNIGHT, MIDNIGHT + 900)
            terminal.store.flush()
            await until(done(terminal))
            await asyncio.sleep(0.2)
            assert terminal.outboxes["P"].counts()["pending"] == 1

    virtually(scene())


def test_a_long_backlog_travels_in_bodies_of_at_most_500_oldest_first() -> None:
    async def scene() -> None:
        small = SmallPlatform()
        async with running(small, OPENS + 1, days=6) as (terminal, _):
            await until(done(terminal))
            dates = [each["statDate"] for each in small.entries() if each["statType"] == 0]
            assert dates == sorted(dates) and len(dates) == 6 * 96 * 2
            sizes = [len(asked.body["data"]) for asked in small.of("/data")]
            assert 400 <= max(sizes) <= 500 and len(sizes) == 3

    virtually(scene())


def test_the_key_of_the_platform_covers_every_value() -> None:
    async def scene() -> None:
        small = SmallPlatform(secret="0123456789abcdeffedcba9876543210")
        async with running(small, OPENS + 1) as (terminal, _):
            await until(done(terminal))
            key = bytes.fromhex(small.secret)
            first = small.entries()[0]
            assert first["dataValue"] == ecb_text(key, "0.10") and first["valid"] == ecb_text(key, "true")
            assert first["statType"] == ecb_text(key, "0") and small.of("/data")[0].body["deviceId"] == DEVICE

    virtually(scene())


FAILURES: dict[str, Answer | str] = {
    "business error in HTTP 200": (200, {"responseCode": "1", "responseMessage": "解密失败！"}),
    "busy": (200, {"responseCode": "3", "responseMessage": "busy"}),
    "no code at all": (200, {"message": "fine"}),
    "true is no code": (200, {"responseCode": False}),
    "HTTP 404 with JSON": (404, {"path": "/data"}),
    "HTTP 500 with a code of success": (500, OK),
    "redirection": (302, OK),
    "no JSON": (200, b"<html>OK</html>"),
    "a list": (200, [OK]),
    "closed without an answer": None,
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_is_no_success_keeps_the_data_and_they_go_again(name: str) -> None:
    async def scene() -> None:
        times = 0

        def special(asked: Asked) -> Answer | str:
            nonlocal times
            if asked.path != "/data" or times >= 1:
                return ""
            times += 1
            return FAILURES[name]

        small = SmallPlatform(special)
        async with running(small, OPENS + 1) as (terminal, _):
            await until(lambda: times == 1)
            await asyncio.sleep(0.05)
            assert terminal.outboxes["P"].counts()["sent"] == 0
            kinds = [row[0] for row in terminal.journal.alarms(10)]
            assert kinds[0] in ("centre refuses", "centre lost")
            await until(done(terminal))
            assert terminal.journal.standing() == 0
            first = small.of("/data")[0].body["data"][0]
            again = [each for asked in small.of("/data")[1:] for each in asked.body["data"]]
            assert {k: v for k, v in first.items() if k != "uploadDate"} in [
                {k: v for k, v in each.items() if k != "uploadDate"} for each in again
            ]

    virtually(scene())


def test_one_period_the_platform_never_takes_holds_up_no_other() -> None:
    async def scene() -> None:
        def special(asked: Asked) -> Answer | str:
            bad = any(each["statDate"] == "2026-03-01 00:00:00" for each in asked.body.get("data", []))
            return (200, {"responseCode": "1", "responseMessage": "no"}) if bad else ""

        small = SmallPlatform(special)
        async with running(small, OPENS + 1) as (terminal, link):
            link.pause_s = lambda failures: 0.005  # type: ignore[method-assign]
            terminal.outboxes["P"].rest_s = lambda attempts: 0.005  # type: ignore[method-assign]
            # The quarter and the day that begin at midnight are refused.
            await until(lambda: waiting(terminal) == 2, 30)

    virtually(scene())


def test_a_platform_that_refuses_is_asked_less_and_less_whatever_its_versions() -> None:
    async def scene() -> None:
        def special(asked: Asked) -> Answer | str:
            return (200, {"responseCode": "1", "responseMessage": "no"}) if asked.path == "/data" else ""

        told: list[int] = []

        def pause_s(failures: int) -> float:
            told.append(failures)
            return 0.005

        small = SmallPlatform(special)
        async with running(small, OPENS + 1) as (terminal, link):
            link.pause_s = pause_s  # type: ignore[method-assign]
            terminal.outboxes["P"].rest_s = lambda attempts: 0.005  # type: ignore[method-assign]
            await until(lambda: len(told) >= 10)
            versions = [asked.path for asked in small.asked if "ersion" in asked.path]
            assert told[:10] == list(range(1, 11)) and len(versions) > 2
            assert [row[0] for row in terminal.journal.alarms(10)] == ["centre refuses"]

    virtually(scene())


def test_a_device_that_is_unknown_registers_again_and_then_delivers() -> None:
    async def scene() -> None:
        def special(asked: Asked) -> Answer | str:
            known = len(small.of("/enterprise/register")) >= 2
            return "" if asked.path != "/data" or known else (200, {"responseCode": "2", "responseMessage": "who?"})

        small = SmallPlatform(special)
        async with running(small, OPENS + 1) as (terminal, _):
            await until(done(terminal))
            assert len(small.of("/enterprise/register")) == 2

    virtually(scene())


def test_a_new_version_leads_to_a_new_registration_whose_time_is_in_force() -> None:
    async def scene() -> None:
        small = SmallPlatform()
        async with running(small, OPENS + 1) as (terminal, link):
            await until(done(terminal))
            small.versions, small.upload_time = ("2", "2"), "23:15:00"
            small.secret = "ff" * 16
            terminal.windows["P"].order()
            await until(lambda: terminal.settings["P"].upload_time == "23:15:00")
            assert link.registration is not None and link.registration.secretKey == "ff" * 16

    virtually(scene())


def test_the_platforms_list_chooses_what_is_sent_and_its_polarity_is_kept() -> None:
    async def scene() -> None:
        small = SmallPlatform(
            wanted=[{"dataCode": "04-01-0000-040200-30", "statType": 1, "name": "energy"}], valid_means_valid=False
        )
        async with running(small, OPENS + 1) as (terminal, _):
            await until(done(terminal))
            (only,) = small.entries()
            assert only["statType"] == 1 and only["valid"] is False and str(only["dataValue"]) == "9.60"

    virtually(scene())


def test_registration_window_and_key_survive_a_restart_and_lie_nowhere_in_the_clear(tmp_path: Path) -> None:
    async def scene() -> None:
        path = str(tmp_path / "terminal.db")
        small = SmallPlatform(secret="a1" * 16, upload_time="11:30:00")
        async with running(small, OPENS + 1, path=path) as (terminal, _):
            await until(lambda: terminal.settings["P"].upload_time == "11:30:00")
        async with running(small, OPENS + 5, path=path, days=0) as (terminal, link):
            assert link.registration is not None and link.registration.secretKey == "a1" * 16
            assert terminal.settings["P"].upload_time == "11:30:00"
            await asyncio.sleep(0.2)
            assert len(small.of("/enterprise/register")) == 1
            assert terminal.settings["P"].keep("upload_time", "12:00:00")
        async with running(small, OPENS + 9, path=path, days=0) as (terminal, _):
            assert terminal.settings["P"].upload_time == "12:00:00"
        image = (tmp_path / "terminal.db").read_bytes()
        assert b"a1a1a1a1" not in image and b"sealed1." in image

    virtually(scene())


BAD_ANSWERS: list[dict[str, Any]] = [
    {"deviceId": ""},
    {"centerDataURL": "ftp://127.0.0.1/data"},
    {"centerDataURL": "/data"},
    {"uploadTime": "25:00:00"},
    {"uploadTime": 138},
    {"secretKey": "12"},
    {"secretKey": "zz" * 16},
]


@pytest.mark.parametrize("change", BAD_ANSWERS[1:], ids=str)
def test_a_registration_that_cannot_be_used_changes_nothing(change: dict[str, Any]) -> None:
    async def scene() -> None:
        def special(asked: Asked) -> Answer | str:
            return (200, {**small.usual(asked), **change}) if asked.path == "/enterprise/register" else ""

        small = SmallPlatform(special)
        async with running(small, OPENS + 1) as (terminal, link):
            await until(lambda: terminal.journal.standing() == 1)
            assert link.registration is None and terminal.settings["P"].upload_time == "10:00:00"

    virtually(scene())


@pytest.mark.parametrize(
    "url", ["http://h/x", "https:///x", "//h/x", "", "https://[::1/x", "https://h:99999/x", "ftp://h/"]
)
def test_a_secure_registration_never_leads_to_plain_http(url: str) -> None:
    with pytest.raises(HttpFailed, match="https"):
        place_of(url, "mtls")


def test_addresses_are_taken_apart() -> None:
    place = place_of("https://[2001:db8::1]:8443/a/b?c=d", "gm-tls13")
    assert (place.host, place.port, place.target, place.authority) == (
        "2001:db8::1",
        8443,
        "/a/b?c=d",
        "[2001:db8::1]:8443",
    )
    assert place_of("http://h/", "plain").port == 80


def test_a_slow_platform_is_heard_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_link, "ANSWER_S", 0.2)

    async def scene() -> None:
        silent = 1

        def special(asked: Asked) -> Answer | str:
            nonlocal silent
            if asked.path == "/data" and silent:
                silent -= 1
                return "silence"
            return ""

        small = SmallPlatform(special)
        async with running(small, OPENS + 1) as (terminal, link):
            await until(lambda: silent == 0)
            await until(lambda: link._answer_s > 0.2)  # pyright: ignore[reportPrivateUsage]
            await until(done(terminal))

    virtually(scene())


def test_a_revision_made_while_the_first_value_travels_goes_out_too() -> None:
    async def scene() -> None:
        held = asyncio.Event()

        def special(asked: Asked) -> Answer | str:
            if asked.path == "/data" and not held.is_set():
                held.set()
                made = record(DAY.code, MIDNIGHT - DAY_S, MIDNIGHT, 1, "8.88")
                made.revision = 1
                terminal.store.revise(made)
                terminal.queue_revision(DAY, MIDNIGHT - DAY_S, MIDNIGHT)
                terminal.store.flush()
            return ""

        small = SmallPlatform(special)
        async with running(small, OPENS - 1) as (terminal, _):
            await until(lambda: held.is_set() and done(terminal)())
            days = [
                (str(each["dataValue"]), each.get("revision"))
                for each in small.entries()
                if each["statType"] == 1 and each["dataCode"].endswith("040200-30")
            ]
            assert days == [("9.60", None), ("8.88", Decimal(1))]

    virtually(scene())


def test_the_month_goes_out_in_the_first_window_after_it() -> None:
    async def scene() -> None:
        small = SmallPlatform()
        async with running(small, OPENS + 1, days=0) as (terminal, _):
            month_s = MONTH.start(MIDNIGHT - 2 * DAY_S)
            terminal.store.add_records([record(MONTH.code, month_s, MONTH.end(month_s), 1, "288.00")])
            terminal.queue_period(MONTH, month_s, MONTH.end(month_s))
            terminal.store.flush()
            await until(done(terminal))
            (only,) = small.entries()
            assert (only["statType"], only["statDate"], str(only["dataValue"])) == (2, "2026-02-01 00:00:00", "288.00")

    virtually(scene())
