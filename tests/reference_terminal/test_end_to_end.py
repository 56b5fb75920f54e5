"""The whole terminal on real loopback sockets: a meter, a centre, its local interface, restarts, commands."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from terminal_kit import MN, SmallCentre, SmallMeter, centre_text, config_text, platform
from virtually import virtually

from reference_terminal import Terminal, load_config
from reference_terminal.hj212 import message as messages
from reference_terminal.hj212.message import Message
from reference_terminal.model.reading import GOOD, Reading
from reference_terminal.model.times import parse_iso


def at(text: str) -> int:
    found = parse_iso(text)
    assert found is not None
    return found


# Three seconds before a minute, a quarter of an hour and an hour end.
JUST_BEFORE = at("2026-03-02T09:59:57")
HOUR_ENDS = at("2026-03-02T10:00:00")


@contextlib.asynccontextmanager
async def running(text: str, start_s: float) -> AsyncIterator[Terminal]:
    terminal = Terminal(load_config(text), platform(start_s))
    task = asyncio.create_task(terminal.run())
    await asyncio.sleep(0)
    try:
        yield terminal
    finally:
        await terminal.stop()
        await task


async def world(
    tmp_path: Path, centre: SmallCentre, extra: str = "", meter: SmallMeter | None = None
) -> tuple[SmallMeter, str]:
    meter = meter or SmallMeter()
    meter.put_u32(0, 12_345_670)
    meter.put_f32(2, 231.68)
    text = config_text(
        await meter.start(), centre_text(await centre.start(), extra=extra), path=str(tmp_path / "terminal.db")
    )
    return meter, text


def fields(message: Message) -> dict[str, str]:
    return messages.parameters(message.cp)


async def get(port: int, path: str) -> Any:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def has(cn: str, count: int = 1) -> Any:
    return lambda received: sum(message.cn == cn for message in received) >= count


def test_readings_become_periods_in_the_queue_in_one_transaction() -> None:
    async def scene() -> None:
        terminal = Terminal(load_config(config_text(centres=centre_text(1), period_s=60)), platform(HOUR_ENDS + 30))
        task = asyncio.create_task(terminal.run())
        await asyncio.sleep(0)
        pipeline, store = terminal.pipeline, terminal.store
        for minute, (register, power) in enumerate([("123456.70", "231.68"), ("123457.30", "231.69")], 1):
            slot_s = HOUR_ENDS + 60 * minute
            pipeline.accept(
                0,
                [
                    Reading(0, slot_s, slot_s * 1000, Decimal(register), "", GOOD, ""),
                    Reading(0, slot_s, slot_s * 1000, Decimal(power), "", GOOD, ""),
                ],
            )
        assert store.periods(60, 0, 2**40) == []
        store.flush()
        assert store.periods(60, 0, 2**40) == [HOUR_ENDS, HOUR_ENDS + 60]
        items = terminal.links["A"].period_items(60, HOUR_ENDS + 60)
        assert items == [
            "e10001-Cou=0.60,e10001-Flag=N",
            "e10002-Min=231.68,e10002-Avg=231.6800,e10002-Max=231.68,e10002-Flag=N",
        ]
        first = terminal.outboxes["A"].due("live")
        assert first is not None and first.start_s == HOUR_ENDS
        await terminal.stop()
        await task

    virtually(scene())


def test_hour_goes_out_once_and_without_opening_has_no_value(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        _, text = await world(tmp_path, centre)
        async with running(text, JUST_BEFORE) as terminal:
            await centre.until(has("2061"))
            await asyncio.sleep(0.1)
            assert terminal.outboxes["A"].counts()["pending"] == 0
        (hour,) = centre.of("2061")
        assert fields(hour)["DataTime"] == "20260302090000"
        assert fields(hour)["e10001-Flag"] == "B"

    virtually(scene())


def test_resends_with_the_same_qn_until_acknowledged(tmp_path: Path) -> None:
    async def scene() -> None:
        seen: list[Message] = []

        def third_time(message: Message) -> bool:
            if message.cn != "2061":
                return True
            seen.append(message)
            return len(seen) >= 3

        centre = SmallCentre(acknowledge=third_time)
        _, text = await world(tmp_path, centre)
        async with running(text, JUST_BEFORE) as terminal:
            await centre.until(has("2061", 3))
            await asyncio.sleep(0.2)
            assert terminal.outboxes["A"].counts()["pending"] == 0
        assert seen[0] == seen[1] and seen[2].cp == seen[0].cp and seen[2].qn != seen[0].qn

    virtually(scene())


@pytest.mark.parametrize("spoil", ["qn", "mn", "cn"])
def test_an_acknowledgement_of_something_else_is_none(tmp_path: Path, spoil: str) -> None:
    async def scene() -> None:
        centre = SmallCentre(acknowledge=lambda message: message.cn != "2061")
        _, text = await world(tmp_path, centre)
        async with running(text, JUST_BEFORE) as terminal:
            (hour, *_) = [m for m in await centre.until(has("2061")) if m.cn == "2061"]
            qn = "20260302100000999" if spoil == "qn" else hour.qn
            mn = "X" * 24 if spoil == "mn" else MN
            centre.send(Message(qn, "91", "9013" if spoil == "cn" else "9014", "123456", mn, 4))
            await centre.until(has("2061", 2))
            assert terminal.outboxes["A"].counts()["pending"] == 1

    virtually(scene())


def test_a_restart_continues_with_the_same_queue(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre(acknowledge=lambda message: message.cn != "2061")
        _, text = await world(tmp_path, centre)
        async with running(text, JUST_BEFORE):
            await centre.until(has("2061"))
        centre.acknowledge = lambda message: True
        centre.received.clear()
        async with running(text, HOUR_ENDS + 10) as terminal:
            await centre.until(has("2061"))
            await asyncio.sleep(0.2)
            kinds = [row[2] for row in terminal.journal.events(0, 100)]
            assert "gap" in kinds and kinds.count("start") == 2
        assert [fields(m)["DataTime"] for m in centre.of("2061")] == ["20260302090000"]

    virtually(scene())


def test_silent_meter_leaves_a_gap_and_no_value(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        meter, text = await world(tmp_path, centre)
        async with running(text, HOUR_ENDS + 2) as terminal:
            await asyncio.sleep(2.5)
            meter.answer = lambda answer: b""
            await asyncio.sleep(3)
            meter.answer = bytes
            await asyncio.sleep(2.5)
            (gap,) = terminal.store.gaps("energy", 0, 2**40, 10)
            assert gap.end_s is not None and 2 <= gap.missed <= 5 and gap.quantity == "0.00"
            number = terminal.pipeline.by_id["energy"].number
            rows = terminal.store.readings(number, gap.start_s, gap.end_s, 100)
            assert rows and all(value is None and cause for _, _, value, _, _, cause, _ in rows)

    virtually(scene())


def spoiled(answer: bytes, how: str) -> bytes:
    if how == "other transaction":
        return bytes([answer[0] ^ 0x40]) + answer[1:]
    if how == "transaction zero":
        return b"\0\0" + answer[2:]
    if how == "other unit":
        return answer[:6] + b"\x07" + answer[7:]
    if how == "other function":
        return answer[:7] + b"\x04" + answer[8:]
    if how == "too short":
        return answer[:5] + b"\x05" + answer[6:8] + b"\x02" + answer[9:11]
    return b"\xff" * len(answer)


@pytest.mark.parametrize(
    "how", ["other transaction", "transaction zero", "other unit", "other function", "too short", "noise"]
)
def test_answers_to_something_else_are_never_values(tmp_path: Path, how: str) -> None:
    async def scene() -> None:
        meter = SmallMeter(answer=lambda answer: spoiled(answer, how))
        _, text = await world(tmp_path, SmallCentre(), meter=meter)
        async with running(text, HOUR_ENDS + 1) as terminal:
            await asyncio.sleep(3.5)
            number = terminal.pipeline.by_id["energy"].number
            rows = terminal.store.readings(number, 0, 2**40, 100)
            assert rows and all(value is None for _, _, value, *_ in rows)

    virtually(scene())


COMMANDS = [
    ("1000", "OverTime=7;ReCount=4", ["9011 QnRtn=1", "9012 ExeRtn=1"]),
    ("1000", "Overtime=7;ReCount=4", ["9011 QnRtn=1", "9012 ExeRtn=1"]),
    ("1000", "OverTime=0;ReCount=4", ["9011 QnRtn=1", "9012 ExeRtn=3"]),
    ("1061", "", ["9011 QnRtn=1", "1061 RtdInterval=60", "9012 ExeRtn=1"]),
    ("1062", "RtdInterval=29", ["9011 QnRtn=1", "9012 ExeRtn=3"]),
    ("1062", "RtdInterval=30", ["9011 QnRtn=1", "9012 ExeRtn=1"]),
    ("1063", "", ["9011 QnRtn=1", "1063 MinInterval=1", "9012 ExeRtn=1"]),
    ("1064", "MinInterval=7", ["9011 QnRtn=1", "9012 ExeRtn=3"]),
    ("1064", "MinInterval=5", ["9011 QnRtn=1", "9012 ExeRtn=1"]),
    ("1072", "NewPW=12345", ["9011 QnRtn=1", "9012 ExeRtn=3"]),
    ("1012", "SystemTime=20261332000000", ["9011 QnRtn=1", "9012 ExeRtn=3"]),
    ("1012", "PolId=w01018;SystemTime=20260302110000", ["9011 QnRtn=1", "9012 ExeRtn=3"]),
    ("2012", "", ["9013 "]),
    ("2051", "BeginTime=20260302090000,EndTime=20260302080000", ["9011 QnRtn=1", "9012 ExeRtn=3"]),
    ("2051", "BeginTime=20200101000000;EndTime=20200102000000", ["9011 QnRtn=1", "9012 ExeRtn=100"]),
    ("3020", "PolId=a01011;InfoId=i22001", ["9011 QnRtn=1", "3020", "9012 ExeRtn=1"]),
    ("3021", "PolId=a01011;InfoId=i13007;i13007-Info=1", ["9011 QnRtn=1", "9012 ExeRtn=3"]),
    ("4444", "", ["9011 QnRtn=8"]),
]


def test_commands_and_their_answers(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        _, text = await world(tmp_path, centre)
        async with running(text, HOUR_ENDS + 3):
            await connected(centre)
            for number, (cn, cp, expected) in enumerate(COMMANDS):
                qn = f"202603021000{number:05d}"
                centre.send(Message(qn, "31", cn, "123456", MN, 5, cp))
                last = expected[-1]
                found = await answers(centre, qn, last.split(" ")[0])
                shown = [f"{m.cn} {m.cp}" for m in found]
                assert len(shown) == len(expected), (cn, cp, shown)
                assert all(a.startswith(e) for a, e in zip(shown, expected, strict=True)), (cn, cp, shown)
                assert all(m.flag == 4 and m.mn == MN for m in found)

    virtually(scene())


async def connected(centre: SmallCentre) -> None:
    async with asyncio.timeout(15):
        await centre.connected.wait()


async def answers(centre: SmallCentre, qn: str, last: str) -> list[Message]:
    await centre.until(lambda received: any(m.qn == qn and m.cn == last for m in received))
    return [m for m in centre.received if m.qn == qn]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"pw": "000000"}, "3"),
        ({"mn": "F" * 24}, "4"),
        ({"st": "22"}, "5"),
        ({"flag": None}, "6"),
        ({"qn": "now"}, "7"),
        ({"cn": "9999"}, "8"),
    ],
)
def test_faulty_requests_are_refused_with_their_code(tmp_path: Path, change: dict[str, Any], verdict: str) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        _, text = await world(tmp_path, centre)
        async with running(text, HOUR_ENDS + 3) as terminal:
            await connected(centre)
            request = {"qn": "1", "st": "31", "cn": "1062", "pw": "123456", "mn": MN, "flag": 5, **change}
            centre.send(Message(**request, cp="RtdInterval=99"))
            (answer, *_) = await answers(centre, request["qn"], "9011")
            assert answer.cp == f"QnRtn={verdict}"
            assert terminal.settings["A"].realtime_s == 60

    virtually(scene())


@pytest.mark.parametrize("answered", [False, True])
def test_wrong_crc_is_silent_or_answered_as_set(tmp_path: Path, answered: bool) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        _, text = await world(tmp_path, centre, f"answer_crc_error = {str(answered).lower()}")
        async with running(text, HOUR_ENDS + 3):
            await connected(centre)
            assert centre.writer is not None
            data = messages.encode(Message("5", "31", "1011", "123456", MN, 5))
            centre.writer.write(b"##%04d%b0000\r\n" % (len(data), data))
            centre.send(Message("6", "31", "1011", "123456", MN, 5))
            await answers(centre, "6", "9012")
            assert [m.cp for m in centre.received if m.qn == "5"] == (["QnRtn=9"] if answered else [])

    virtually(scene())


def test_reading_on_command_asks_the_meter_afresh(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        meter, text = await world(tmp_path, centre)
        text = text.replace("period_s = 1\n", "period_s = 3600\n")
        async with running(text, HOUR_ENDS + 60):
            await connected(centre)
            assert meter.requests == []
            centre.send(Message("77", "31", "2011", "123456", MN, 5))
            await answers(centre, "77", "9012")
            assert len(meter.requests) == 1
        kinds = [m.cn for m in centre.received]
        assert kinds == ["9011", "2011", "9012"]
        assert fields(centre.received[1])["e10001-Rtd"] == "123456.70"
        assert fields(centre.received[1])["e10002-Rtd"] == "231.68"

    virtually(scene())


def test_settings_and_password_survive_a_restart(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        _, text = await world(tmp_path, centre)
        async with running(text, HOUR_ENDS + 3):
            await connected(centre)
            for number, (cn, cp) in enumerate(
                [("1062", "RtdInterval=90"), ("1064", "MinInterval=10"), ("1072", "NewPW=abcdef")]
            ):
                centre.send(Message(str(number), "31", cn, "123456", MN, 5, cp))
                await answers(centre, str(number), "9012")
        async with running(text, HOUR_ENDS + 10) as terminal:
            settings = terminal.settings["A"]
            assert (settings.realtime_s, settings.minute_interval, settings.pw) == (90, 10, "abcdef")
            assert [span.name for span in settings.spans()] == ["min10", "hour", "day"]

    virtually(scene())


def test_clock_set_by_the_centre_and_qn_stays_unique(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        _, text = await world(tmp_path, centre)
        async with running(text, HOUR_ENDS + 3) as terminal:
            await connected(centre)
            high = terminal.qn.next()
            centre.send(Message("1", "31", "1012", "123456", MN, 5, "SystemTime=20260302080000"))
            await answers(centre, "1", "9012")
            assert abs(terminal.clock.now_s() - at("2026-03-02T08:00:00")) <= 1
            assert terminal.qn.next() > high
            assert "clock set" in [row[2] for row in terminal.journal.events(0, 100)]

    virtually(scene())


def test_a_megabyte_of_junk_leaves_the_terminal_working(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        _, text = await world(tmp_path, centre)
        async with running(text, HOUR_ENDS + 3) as terminal:
            await connected(centre)
            assert centre.writer is not None
            centre.writer.write(b"#" * 1_000_000)
            centre.send(Message("1", "31", "1011", "123456", MN, 5))
            await answers(centre, "1", "9012")
            while "refused" not in [row[2] for row in terminal.journal.events(0, 100)]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    virtually(scene())


def test_long_packets_are_split_and_each_part_waits_for_its_acknowledgement(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        meter = SmallMeter(registers=dict.fromkeys(range(200), 7))
        points = "".join(
            f'[[meters.points]]\nid = "p{n}"\nkind = "instant"\nunit = "kW"\naddress = {n}\ntype = "u16"\n'
            f'code = "c{n:05d}"\n'
            for n in range(100)
        )
        port = await meter.start()
        text = config_text(port, centre_text(await centre.start()), path=str(tmp_path / "t.db"), points=points)
        async with running(text, JUST_BEFORE):
            await centre.until(lambda received: any(m.cn == "2061" and m.pnum and m.pno == m.pnum for m in received))
        parts = centre.of("2061")
        assert len(parts) > 1
        assert [m.pno for m in parts] == list(range(1, len(parts) + 1))
        assert {m.pnum for m in parts} == {len(parts)} and {m.flag for m in parts} == {7}
        assert len({m.qn for m in parts}) == len(parts)
        assert {fields(m)["DataTime"] for m in parts} == {"20260302090000"}
        assert all(len(data) <= 1024 for data in centre.raw)
        flags = [name for m in parts for name in fields(m) if name.endswith("-Flag")]
        assert flags == [f"c{n:05d}-Flag" for n in range(100)]

    virtually(scene())


def test_one_dead_centre_does_not_hold_up_the_other(tmp_path: Path) -> None:
    async def scene() -> None:
        good, mute = SmallCentre(), SmallCentre(acknowledge=lambda message: False)
        _, text = await world(tmp_path, good)
        text += centre_text(await mute.start(), "B") + centre_text(1, "C")
        async with running(text, JUST_BEFORE) as terminal:
            await good.until(lambda received: has("2061")(received) and has("2051")(received), 6)
            await asyncio.sleep(0.2)
            assert terminal.outboxes["A"].counts()["pending"] == 0
            assert terminal.outboxes["B"].counts()["pending"] >= 2
            assert terminal.outboxes["C"].counts()["pending"] >= 2

    virtually(scene())


def test_local_interface(tmp_path: Path) -> None:
    async def scene() -> None:
        centre = SmallCentre()
        _, text = await world(tmp_path, centre)
        probe = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
        port = int(probe.sockets[0].getsockname()[1])
        probe.close()
        text = text.replace("[[gateways]]", f"[api]\nport = {port}\n[[gateways]]", 1)
        async with running(text, JUST_BEFORE):
            await centre.until(has("2061"))
            await asyncio.sleep(0.2)
            readings = await get(port, "/api/v1/readings?point=energy")
            assert readings["readings"][0]["value"] == "123456.70" and readings["readings"][0]["raw"] == "00BC6146"
            minutes = await get(port, "/api/v1/records?class=minute&point=energy")
            assert minutes["records"][0]["closing"] == "123456.70"
            assert (await get(port, "/api/v1/queue"))["centres"][0]["pending"] == 0
            assert "123456" not in json.dumps(await get(port, "/api/v1/config"))
            assert "en" in (await get(port, "/api/v1/records?class=year"))["error"]

    virtually(scene())
