"""What terminals send: HJ 212 by its vectors and broken in every way, JSON, MQTT; kept, then acknowledged, once."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from reference_platform_kit import (
    HOUR_US,
    START_US,
    Caller,
    HandClock,
    Line,
    caller,
    furnish,
    kept,
    minute,
    settings,
    standing,
)
from sqlalchemy import select
from virtually import virtually

from simulators.platform import Platform
from simulators.platform.core import assembly
from simulators.platform.core.intake import mqtt
from simulators.platform.core.intake.hj212 import Frames, Packet, Spoiled, check_word, framed, parse
from simulators.platform.core.settings import Hj212, Mqtt
from simulators.platform.core.tables import DirtyRow
from simulators.platform.core.times import iso

V1 = (
    b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&RtdInterval=30&&1C80\r\n"
)
V4 = (
    b"##0125QN=20160801085857223;ST=32;CN=1012;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&PolId=w01018;SystemTime=20160801085857&&0880\r\n"
)
N1 = (
    b"##0137ST=32;CN=2011;PW=123456;MN=C201801010001;Flag=5;CP=&&DataTime=20180611090000;"
    b"a34002-Rtd=30.1,a34002-Flag=N;a21026-Rtd=0.5,a21026-Flag=N&&ED94\r\n"
)


def cut(octets: bytes, most: int = 9_999) -> Iterator[bytes | Spoiled]:
    return Frames(most).feed(octets)


def test_check_words_of_the_facts() -> None:
    assert check_word(b"") == 0xFFFF
    assert check_word(b"\x00") == 0x4040
    assert check_word(b"123456789") == 0x2F80
    for vector in (V1, V4):
        (found,) = cut(vector)
        assert isinstance(found, bytes)
        assert framed(found.decode()) == vector
    (spoiled,) = cut(N1)
    assert isinstance(spoiled, Spoiled)


def test_a_packet_is_read_whole() -> None:
    (data,) = cut(V4)
    assert isinstance(data, bytes)
    packet = parse(data)
    assert isinstance(packet, Packet)
    assert (packet.qn, packet.cn, packet.mn, packet.flag) == (
        "20160801085857223",
        "1012",
        "010000A8900016F000169DC0",
        5,
    )
    assert packet.single("SystemTime") == "20160801085857"


@pytest.mark.parametrize(
    "before",
    [
        b"##",
        b"#",
        b"xx##zzzz",
        b"##9999QN=1;",
        b"##0300" + V1[6:],
        V1[:40],
        V1[:-6] + b"0000\r\n",
        N1,
        b"##0003\r\n",
        b"##00000000",
        bytes(range(256)),
        b"##" * 500,
    ],
)
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_what_is_broken_does_not_take_the_next_frame_with_it(before: bytes, step: int) -> None:
    stream, frames, found = before + V4 + V1, Frames(9_999), list[bytes]()
    for at in range(0, len(stream), step):
        found += [each for each in frames.feed(stream[at : at + step]) if isinstance(each, bytes)]
    assert found[-1] == V1[6:-6]
    assert V4[6:-6] in found


def test_any_octets_are_no_error() -> None:
    chance = random.Random(7)
    for _ in range(300):
        octets = bytearray(V1 + V4)
        for _ in range(chance.randrange(1, 6)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        for each in cut(bytes(octets)):
            if isinstance(each, bytes):
                parse(each)


Story = Callable[[Platform, Line, Caller], Awaitable[None]]


def played(tmp_path: Path, story: Story, clock: HandClock | None = None) -> Platform:
    async def main() -> Platform:
        port = free_port()
        async with standing(tmp_path, clock, settings(hj212=Hj212(port=port))) as platform:
            furnish(platform.desk())
            line = await Line.to(port)
            await story(platform, line, await caller(platform).login("clerk-a"))
            line.writer.close()
            return platform

    return virtually(main())


def test_data_are_kept_then_acknowledged_under_their_own_number(tmp_path: Path) -> None:
    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        (answer,) = await line.say(minute("0.10", qn="1"))
        assert answer[6:-4] == b"QN=20260302000000001;ST=91;CN=9014;PW=123456;MN=MN-A;Flag=4;CP=&&&&"
        assert kept(platform) == [("0.10", 1, "valid")]
        rows = (
            await clerk.call("GET", f"/api/analyses/samples?point=A.k01&from={START_US}&to={START_US + 1}&span=1")
        ).rows
        assert rows[0]["value"] == "0.10"
        assert rows[0]["unit"] == "kWh"
        assert rows[0]["received"] == START_US

    played(tmp_path, story)


def test_the_same_again_is_acknowledged_and_counted_once_and_another_value_is_a_revision(tmp_path: Path) -> None:
    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        assert len(await line.say(minute("0.10") + minute("0.10") + minute("0.1", qn="2"))) == 3
        assert kept(platform) == [("0.10", 1, "valid")]
        await line.say(minute("0.30", qn="3"))
        assert kept(platform) == [("0.30", 2, "valid")]
        asked = f"/api/analyses/revisions?point=A.k01&from={START_US}&to={START_US + 1}"
        assert [row["value"] for row in (await clerk.call("GET", asked)).rows] == ["0.10"]

    played(tmp_path, story)


@pytest.mark.parametrize(
    "octets",
    [
        N1,
        minute("1", mn="MN-X"),
        minute("1", pw="000000"),
        minute("1", at="20261301000000"),
        minute("1.5x"),
        minute("1")[:30],
        framed("ST=31;CN=2051;PW=123456;MN=MN-A;Flag=5;CP=&&&&"),
        framed("nothing"),
        minute("1", mn="MN-B"),
    ],
)
def test_what_is_no_good_is_neither_kept_nor_acknowledged_and_hurts_nobody_else(tmp_path: Path, octets: bytes) -> None:
    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        other = await Line.to(platform.settings.hj212.port)
        assert await line.say(octets) == []
        assert kept(platform) == []
        assert len(await other.say(minute("2"))) == 1
        assert kept(platform) == [("2", 1, "valid")]
        other.writer.close()

    played(tmp_path, story)


def test_an_unknown_terminal_is_told_by_an_alarm(tmp_path: Path) -> None:
    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        await line.say(minute("1", mn="MN-X") + minute("2", mn="MN-X") + minute("1", pw="000000"))
        found = [(each.kind, each.subject) for each in platform.desk().alarms()]
        assert found == [("unknown-terminal", "MN-X"), ("refused-terminal", "MN-A")]

    played(tmp_path, story)


def test_parts_are_read_and_acknowledged_each_by_itself(tmp_path: Path) -> None:
    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        parts = minute("1", qn="1", part="PNUM=2;PNO=1;") + minute("20.5", qn="2", code="t01-Avg", part="PNUM=2;PNO=2;")
        assert len(await line.say(parts)) == 2
        assert kept(platform) == [("1", 1, "valid")]
        assert kept(platform, "A.t01") == [("20.5", 1, "valid")]

    played(tmp_path, story)


def test_a_code_without_a_point_is_kept_and_adopted(tmp_path: Path) -> None:
    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        assert len(await line.say(minute("7", code="w01-Cou"))) == 1
        assert [each.subject for each in platform.desk().alarms()] == ["MN-A/w01"]
        body = {"id": "A.w01", "terminal": "MN-A", "code": "w01", "unit": "m3"}
        assert (await clerk.call("POST", "/api/objects/point", body)).status == 201
        assert kept(platform, "A.w01") == [("7", 1, "valid")]

    played(tmp_path, story)


def test_nothing_is_acknowledged_that_could_not_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        series = platform.office.series
        take, failing = series.take, {"0.66"}

        def sometimes(arrivals: Any) -> Any:
            if any(each.value in failing for each in arrivals):
                raise OSError("the disk is full")
            return take(arrivals)

        monkeypatch.setattr(series, "take", sometimes)
        answers = await line.say(minute("0.55", qn="1") + minute("0.66", "20260302001500", qn="2"))
        assert len(answers) == 1
        assert b"QN=20260302000000001" in answers[0]
        failing.clear()
        assert len(await line.say(minute("0.66", "20260302001500", qn="2"))) == 1
        assert [value for value, _, _ in kept(platform)] == ["0.55", "0.66"]

    played(tmp_path, story)


def test_hours_days_and_more_follow_late_and_revised_data_to_the_last_digit(tmp_path: Path) -> None:
    clock = HandClock(START_US + 40 * 24 * HOUR_US)

    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        desk = platform.desk()

        def record(period: str, index: int = 0) -> tuple[str, str, str]:
            row = desk.records("A.k01", period, START_US - 60 * 24 * HOUR_US, START_US + 24 * HOUR_US)[index]
            return row.value, row.state, f"{row.completeness:f}"

        stamps = [f"20260302{at // 4:02d}{at % 4 * 15:02d}00" for at in range(96)]
        values = [f"0.{at + 1:03d}" for at in range(96)]
        late = 17
        for at in reversed(range(96)):
            if at != late:
                await line.say(minute(values[at], stamps[at], qn=str(at)))
        assert record("hour", 4) == ("0.056", "incomplete", "0.75")
        assert record("day")[1] == "incomplete"
        await line.say(minute(values[late], stamps[late], qn="500"))
        assert record("hour", 4) == ("0.074", "complete", "1")
        assert record("day") == ("4.656", "complete", "1")
        assert record("week") == ("4.656", "incomplete", "0.1428571429")
        await line.say(minute("1.018", stamps[late], qn="501"))
        assert record("day") == ("5.656", "complete", "1")
        assert record("month")[0] == record("quarter_year")[0] == record("year")[0] == "5.656"
        own = minute("5.000", "20260302000000", cn="2031", qn="600")
        await line.say(own)
        assert record("day") == ("5", "complete", "1")

    played(tmp_path, story, clock)


@pytest.mark.parametrize(
    ("fill", "hours", "day"),
    [
        ("", ["1", "", "", "4"], ("5", "incomplete")),
        ("last", ["1", "1", "1", "4"], ("67", "filled")),
        ("linear", ["1", "2", "3", "4"], ("70", "filled")),
    ],
)
def test_missing_hours_are_filled_as_the_point_says(
    tmp_path: Path, fill: str, hours: list[str], day: tuple[str, str]
) -> None:
    clock = HandClock(START_US + 48 * HOUR_US)

    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        desk = platform.desk()
        desk.change("point", "A.k01", fill=fill)
        sent = {0: "1", 3: "4"} | (dict.fromkeys(range(4, 24), "3") if fill else {})
        for at, value in sent.items():
            await line.say(minute(value, f"20260302{at:02d}0000", cn="2061", qn=str(at)))
        rows = {row.start: row for row in desk.records("A.k01", "hour", START_US, START_US + 4 * HOUR_US)}
        starts = [START_US + at * HOUR_US for at in range(4)]
        assert [rows[start].value if start in rows else "" for start in starts] == hours
        (row,) = desk.records("A.k01", "day", START_US, START_US + 1)
        assert (row.value, row.state) == day
        entered = {"point": "A.k01", "period": "hour", "start": starts[1], "value": "9", "unit": "kWh"}
        assert (await clerk.call("POST", "/api/objects/entry", entered)).status == 201
        (row,) = desk.records("A.k01", "hour", starts[1], starts[1] + 1)
        assert (row.value, row.state) == ("9", "manual")

    played(tmp_path, story, clock)


def test_records_of_past_days_are_computed_before_anybody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "_COMPUTE_S", 0.0)
    monkeypatch.setattr(assembly, "_COMPUTE_DAYS", 2)
    clock = HandClock(START_US + 9 * 24 * HOUR_US)

    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        for day in range(2, 12):
            await line.say(minute(f"{day}", f"202603{day:02d}010000", cn="2061", qn=str(day)))
        for _ in range(200):
            if dirty(platform) == [START_US + 9 * 24 * HOUR_US]:
                break
            await asyncio.sleep(0.05)
        assert dirty(platform) == [START_US + 9 * 24 * HOUR_US]
        rows = platform.desk().records("A.k01", "day", START_US, START_US + 9 * 24 * HOUR_US)
        assert [row.value for row in rows] == ["2", "3", "4", "5", "6", "7", "8", "9", "10"]

    played(tmp_path, story, clock)


def dirty(platform: Platform) -> list[int]:
    """Days that wait."""
    with platform.office.ground.db.begin() as session:
        return sorted(session.scalars(select(DirtyRow.day).distinct()))


def test_a_value_that_is_flagged_or_beyond_its_limits_is_shown_and_never_summed(tmp_path: Path) -> None:
    clock = HandClock(START_US + 48 * HOUR_US)

    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        desk = platform.desk()
        desk.change("point", "A.k01", low="0", high="100")
        for at, (value, flag) in enumerate((("1", "N"), ("2", "D"), ("101", "N"), ("4", "N"))):
            await line.say(minute(value, f"2026030200{at * 15:02d}00", flag=flag, qn=str(at)))
        rows = desk.records("A.k01", "minute", START_US, START_US + HOUR_US)
        assert [(row.value, row.state) for row in rows] == [
            ("1", "complete"),
            ("2", "invalid"),
            ("101", "invalid"),
            ("4", "complete"),
        ]
        (hour,) = desk.records("A.k01", "hour", START_US, START_US + HOUR_US)
        assert (hour.value, hour.state) == ("5", "incomplete")
        assert [each.why for each in desk.samples("A.k01", START_US, START_US + HOUR_US)] == ["", "flag", "limit", ""]

    played(tmp_path, story, clock)


def test_an_entry_by_hand_stands_where_data_are_not_whole(tmp_path: Path) -> None:
    clock = HandClock(START_US + 40 * 24 * HOUR_US)

    async def story(platform: Platform, line: Line, clerk: Caller) -> None:
        desk = platform.desk()
        day = {
            "point": "A.k01",
            "period": "day",
            "unit": "MWh",
            "start": START_US,
            "value": "0.012",
            "evidence": "invoice",
        }
        assert (await clerk.call("POST", "/api/objects/entry", day)).status == 201
        await line.say(minute("1"))

        def found() -> tuple[str, str, str]:
            (row,) = desk.records("A.k01", "day", START_US, START_US + 1)
            return row.value, row.state, row.source

        assert found() == ("12", "manual", "invoice")
        read = await clerk.call("POST", "/api/objects/entry", {**day, "value": "0.0125", "evidence": "meter"})
        assert found() == ("12.5", "manual", "meter")
        await clerk.call("DELETE", f"/api/objects/entry/{read.json['id']}")
        assert found() == ("12", "manual", "invoice")
        await line.say(minute("13.5", cn="2031", qn="2"))
        assert found() == ("13.5", "complete", "own")

    played(tmp_path, story, clock)


def body_of(*values: dict[str, Any], source: str = "MN-A") -> dict[str, Any]:
    plain = {"point": "k01", "kind": "quarter", "start": iso(START_US), "end": iso(START_US + HOUR_US // 4)}
    return {
        "source": source,
        "records": [{**plain, "value": "1.50", "unit": "kWh", "flag": "N", **each} for each in values],
    }


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [
        (body_of({}), "123456", 200),
        (body_of({}), "wrong", 401),
        (body_of({}, source="MN-X"), "123456", 401),
        (body_of({"unit": "furlong"}), "123456", 400),
        (body_of({"value": "12,5x"}), "123456", 400),
        (body_of({"value": 1.5}), "123456", 400),
        (body_of({}, {"start": "2026-13-01T00:00:00+08:00"}), "123456", 400),
        (body_of({"kind": "fortnight"}), "123456", 400),
        (body_of({"value": ""}), "123456", 400),
        ({"source": "MN-A"}, "123456", 400),
        (b"{", "123456", 400),
        (b"[]", "123456", 400),
    ],
)
def test_a_body_of_records_is_kept_whole_or_not_at_all(tmp_path: Path, body: Any, token: str, status: int) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            furnish(platform.desk())
            sender = Caller("127.0.0.1", platform.port, token)
            answer = await sender.call("POST", "/api/records", body)
            assert answer.status == status, answer.body
            assert kept(platform) == ([("1.50", 1, "valid")] if status == 200 else [])
            assert answer.json == {"accepted": 1} if status == 200 else "error" in answer.json

    virtually(main())


def test_units_of_a_body_convert_exactly(tmp_path: Path) -> None:
    async def main() -> None:
        async with standing(tmp_path) as platform:
            furnish(platform.desk())
            sender = Caller("127.0.0.1", platform.port, "123456")
            body = body_of(
                {"value": "0.0015", "unit": "MWh"},
                {"value": "3.6", "unit": "MJ", "start": iso(START_US + HOUR_US // 4)},
            )
            assert (await sender.call("POST", "/api/records", body)).status == 200
            assert [value for value, _, _ in kept(platform)] == ["1.5", "1"]

    virtually(main())


def connect(user: str, password: str, level: int = 4) -> bytes:
    head = mqtt.text("MQTT") + bytes((level, 0xC2)) + b"\x00\x00"
    return mqtt.packet(mqtt.CONNECT, head + mqtt.text(user) + mqtt.text(user) + mqtt.text(password))


def publish(payload: Any, number: int = 1, qos: int = 1, topic: str = "v1/devices/me/telemetry") -> bytes:
    octets = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return mqtt.packet(mqtt.PUBLISH, mqtt.text(topic) + number.to_bytes(2) + octets, qos << 1)


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (connect("MN-A", "123456"), b"\x20\x02\x00\x00"),
        (connect("MN-A", "wrong"), b"\x20\x02\x00\x04"),
        (connect("MN-X", "123456"), b"\x20\x02\x00\x04"),
        (connect("MN-A", "123456", 5), b"\x20\x02\x00\x01"),
        (publish({}), b""),
        (b"\x10\xff\xff\xff\xff\xff", b""),
        (bytes(range(200)), b""),
    ],
)
def test_who_connects_over_mqtt_proves_itself(tmp_path: Path, said: bytes, answers: bytes) -> None:
    async def main() -> None:
        port = free_port()
        async with standing(tmp_path, None, settings(mqtt=Mqtt(port=port))) as platform:
            furnish(platform.desk())
            line = await Line.to(port)
            line.writer.write(said)
            async with asyncio.timeout(10):
                assert await line.reader.readexactly(len(answers)) == answers
                if answers[3:] != b"\x00":
                    assert await line.reader.read() == b""
            line.writer.close()

    virtually(main())


def test_a_message_is_acknowledged_once_its_values_are_kept(tmp_path: Path) -> None:
    async def main() -> None:
        port = free_port()
        async with standing(tmp_path, None, settings(mqtt=Mqtt(port=port))) as platform:
            furnish(platform.desk())
            line = await Line.to(port)
            told = {"ts": START_US // 1_000, "values": {"k01": "12.340", "t01": "20.5", "t01.flag": "B"}}
            useless = (b"{", {"ts": 1, "values": {"k01": "12,5x"}}, {"ts": "x", "values": {"k01": "1"}})
            line.writer.write(connect("MN-A", "123456"))
            for number, each in enumerate(useless, 1):
                line.writer.write(publish(each, number))
            line.writer.write(publish(told, 7) + publish(told, 7) + mqtt.packet(mqtt.PINGREQ))
            async with asyncio.timeout(10):
                found = await line.reader.readexactly(4 + 4 + 4 + 2)
            assert found == bytes.fromhex("20020000") + b"\xd0\x00" + 2 * bytes.fromhex("40020007")
            assert kept(platform) == [("12.340", 1, "valid")]
            assert kept(platform, "A.t01") == [("20.5", 1, "invalid")]
            line.writer.write(publish(told, 9, 2) + publish(told, 9, 2) + mqtt.answer(mqtt.PUBREL, 9))
            async with asyncio.timeout(10):
                found = await line.reader.readexactly(4 * 2)
            assert found[0] >> 4 in (mqtt.PUBREC, mqtt.PUBCOMP)
            line.writer.close()

    virtually(main())
