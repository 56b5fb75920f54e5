"""The terminal's NTP client against real UDP servers: the bench's own, and ones that answer nonsense."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable
from typing import cast

import pytest
from terminal_kit import config_text
from virtually import virtually

from bench.lab.ntp import NtpServer
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Alarm, Message
from reference_terminal.operations.time_source import (
    LOST_AFTER,
    NoTime,
    TimeSource,
    instant_of,
    question,
    read_answer,
    stamp_of,
)
from reference_terminal.platform import OffsetClock
from reference_terminal.settings.config import ConfigError, TimeConfig, load_config
from reference_terminal.storage.journal import Journal

_NOW_NS = 1_772_380_800_123_456_789


class _Journal:
    def __init__(self) -> None:
        self.told: list[str] = []

    def event(self, message: Message, subject: str, /, **fields: object) -> None:
        self.told.append(f"{message.kind} {subject}: {message(**fields)}")

    def raise_alarm(self, alarm: Alarm, subject: str, /, **fields: object) -> None:
        self.told.append(f"alarm {alarm.kind} {subject}: {alarm(**fields)}")

    def clear_alarm(self, alarm: Alarm, subject: str) -> None:
        self.told.append(f"clear {alarm.kind}")


def source(port: int, clock: OffsetClock) -> tuple[TimeSource, _Journal]:
    journal = _Journal()
    made = TimeSource(TimeConfig("127.0.0.1", port, 16), WallClock(clock), cast(Journal, journal))
    return made, journal


def answer_to(asked: bytes, ahead_ns: int = 0, *, stratum: int = 2, head: int = 0x24, own: bool = True) -> bytes:
    origin = asked[40:48] if own else bytes(8)
    seconds, fraction = stamp_of(time.time_ns() + ahead_ns)
    stamp = struct.pack("!II", seconds, fraction)
    return bytes((head, stratum, 6, 0xEC)) + bytes(12) + stamp + origin + stamp + stamp


class _Odd(asyncio.DatagramProtocol):
    def __init__(self, answer: Callable[[bytes], bytes | None]) -> None:
        self._answer = answer
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        answer = self._answer(data)
        if answer is not None and self.transport is not None:
            self.transport.sendto(answer, addr)


async def _asked_of(answer: Callable[[bytes], bytes | None], clock: OffsetClock) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Odd(answer), local_addr=("127.0.0.1", 0))
    try:
        made, _ = source(transport.get_extra_info("sockname")[1], clock)
        await made.synchronise()
    finally:
        transport.close()


@pytest.mark.parametrize("ahead_s", [0.3, -0.7, 2.5, -90_000.0])
def test_takes_the_time_of_the_server(ahead_s: float) -> None:
    async def run() -> float:
        server = NtpServer(lambda: time.time_ns() // 1000)
        server.ahead_s = ahead_s
        port = await server.start("127.0.0.1", 0)
        clock = OffsetClock()
        try:
            await source(port, clock)[0].synchronise()
        finally:
            server.stop()
        return (clock.time_ns() - time.time_ns()) / 1e9

    assert virtually(run()) == pytest.approx(ahead_s, abs=0.05)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda asked: b"\x24" * 20, "20 octets"),
        (lambda asked: answer_to(asked, 5_000_000_000, own=False), "does not belong"),
        (lambda asked: answer_to(asked, 5_000_000_000, head=0x23), "does not belong"),
        (lambda asked: answer_to(asked, 5_000_000_000, stratum=16), "not synchronised"),
        (lambda asked: answer_to(asked, 5_000_000_000, stratum=0), "not synchronised"),
        (lambda asked: answer_to(asked, 5_000_000_000, head=0xE4), "not synchronised"),
    ],
)
def test_an_answer_that_proves_nothing_moves_nothing(answer: Callable[[bytes], bytes], says: str) -> None:
    clock = OffsetClock()
    with pytest.raises(NoTime, match=says):
        virtually(_asked_of(answer, clock))
    assert abs(clock.time_ns() - time.time_ns()) < 50_000_000


def test_one_stray_answer_never_steps_the_clock() -> None:
    clock = OffsetClock()
    ahead = iter((3_600_000_000_000, 0))
    with pytest.raises(NoTime, match="contradict"):
        virtually(_asked_of(lambda asked: answer_to(asked, next(ahead)), clock))
    assert abs(clock.time_ns() - time.time_ns()) < 50_000_000


def test_silence_and_a_closed_port_are_told_in_a_sentence() -> None:
    with pytest.raises(NoTime, match="no answer within"):
        virtually(_asked_of(lambda asked: None, OffsetClock()))

    async def closed() -> None:
        await source(1, OffsetClock())[0].synchronise()

    with pytest.raises(NoTime, match="cannot be reached"):
        virtually(closed())


def test_a_lost_source_raises_one_alarm_and_its_return_clears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> list[str]:
        made, journal = source(1, OffsetClock())
        rounds = 0

        async def pause(seconds: float) -> None:
            nonlocal rounds
            rounds += 1
            assert seconds == 16
            if rounds == LOST_AFTER + 2:
                server = NtpServer(lambda: time.time_ns() // 1000)
                made.config = TimeConfig("127.0.0.1", await server.start("127.0.0.1", 0), 16)
            if rounds == LOST_AFTER + 3:
                raise asyncio.CancelledError

        monkeypatch.setattr(made, "_pause", pause)
        with pytest.raises(asyncio.CancelledError):
            await made.run()
        return journal.told

    told = virtually(run())
    assert next(line for line in told if "alarm" in line).startswith("alarm time source lost 127.0.0.1:1: 8 questions")
    assert len([line for line in told if line.startswith("alarm")]) == 1
    assert told[-2] == "clear time source lost"
    assert "kept by this server" in told[-1]


def test_stamps_over_the_turn_of_the_era_in_2036() -> None:
    for now_ns in (_NOW_NS, 2_085_978_495_999_999_999, 2_085_978_496_000_000_001, 2_200_000_000_000_000_000):
        assert abs(instant_of(stamp_of(now_ns), now_ns) - now_ns) <= 1
        assert abs(instant_of(stamp_of(now_ns), now_ns + 3_600_000_000_000) - now_ns) <= 1


def test_a_question_of_rfc_5905() -> None:
    octets = question(_NOW_NS)
    assert len(octets) == 48
    assert octets[0] == 0x23
    assert octets[1:40] == bytes(39)
    seconds, fraction = struct.unpack("!II", octets[40:])
    assert seconds == 1_772_380_800 + 2_208_988_800
    assert fraction * 1_000_000_000 >> 32 in (123_456_788, 123_456_789)


def test_half_the_way_is_taken_off() -> None:
    sent = _NOW_NS
    there = struct.pack("!II", *stamp_of(sent + 1_000_000_000))
    octets = bytes((0x24, 1, 0, 0)) + bytes(20) + struct.pack("!II", *stamp_of(sent)) + there + there
    found = read_answer(octets, sent, sent + 40_000_000)
    assert found.ahead_ns == pytest.approx(980_000_000, abs=2)
    assert found.way_ns == pytest.approx(40_000_000, abs=2)
    with pytest.raises(NoTime, match=r"under way for 1\.5"):
        read_answer(octets, sent, sent + 1_500_000_000)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("interval_s = 1", "from 16 to 86400"),
        ("port = 0", "from 1 to 65535"),
        ('servers = "x"', "did you mean 'server'"),
    ],
)
def test_wrong_settings(line: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load_config(config_text() + f"\n[time]\n{line}\n")
