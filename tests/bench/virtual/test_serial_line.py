"""The virtual serial line: octets at their real times, collisions, faults, ports that die with their power."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.virtual.chance import Chance
from bench.virtual.domain import Domain
from bench.virtual.loop import run, running_loop
from bench.virtual.serial import (
    Babble,
    Cut,
    Echo,
    Late,
    LineEvent,
    LineRule,
    Mistuned,
    Noise,
    SerialLine,
    SerialPorts,
    Static,
    Station,
)
from bench.virtual.uart import Framing, heard, parity_bit, wave

SLOW = Framing(2400, "E", 1)
PLAIN = Framing(9600)


class Two:
    """A line with a meter's station and a master's port."""

    def __init__(self, framing: Framing = SLOW, seed: int = 1) -> None:
        self.events: list[LineEvent] = []
        self.line = SerialLine("bus", framing, chance=Chance(seed), observe=self.events.append)
        self.ports = SerialPorts()
        self.ports.add("ttyS1", self.line)
        self.taken: list[tuple[float, int]] = []
        self.meter = self.line.attach(Station(self.line, "meter", framing, hear=self._take))
        self.loop = running_loop()

    def _take(self, octets: bytes) -> None:
        self.taken.append((self.loop.time(), octets[0]))

    @property
    def octets(self) -> bytes:
        return bytes(octet for _, octet in self.taken)

    async def master(self, framing: Framing | None = None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        each = framing or self.line.framing
        return await self.ports.open("ttyS1", each.baud, each.parity, each.stop_bits)


def play(body: Callable[[Two], Awaitable[None]], framing: Framing = SLOW, seed: int = 1) -> Two:
    async def main() -> Two:
        two = Two(framing, seed)
        await body(two)
        return two

    return run(main())


@pytest.mark.parametrize(
    ("framing", "bits"), [(PLAIN, 10), (SLOW, 11), (Framing(1200, "O", 2), 12), (Framing(115_200, "N", 2), 11)]
)
def test_every_octet_arrives_when_its_last_stop_bit_is_over(framing: Framing, bits: int) -> None:
    async def body(two: Two) -> None:
        _, writer = await two.master()
        await asyncio.sleep(1)
        writer.write(b"\x68\x00\xff")
        await asyncio.sleep(1)

    two = play(body, framing)
    assert two.octets == b"\x68\x00\xff"
    assert [at for at, _ in two.taken] == pytest.approx([1 + n * bits / framing.baud for n in (1, 2, 3)], abs=1e-12)
    assert two.line.busy_s == pytest.approx(3 * bits / framing.baud, abs=1e-12)


def test_two_writes_follow_each_other_without_a_gap() -> None:
    async def body(two: Two) -> None:
        _, writer = await two.master()
        writer.write(b"ab")
        writer.write(b"cd")
        await asyncio.sleep(1)

    two = play(body)
    assert two.octets == b"abcd"
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(two.taken)]
    assert gaps == pytest.approx([SLOW.character_s] * 3, abs=1e-12)


def test_the_master_hears_the_meter_and_not_itself() -> None:
    async def body(two: Two) -> None:
        reader, writer = await two.master()
        writer.write(b"ask")
        await asyncio.sleep(0.1)
        two.meter.send(b"answer")
        assert await reader.readexactly(6) == b"answer"

    assert play(body).octets == b"ask"


def test_two_at_once_spoil_each_other_where_they_overlap() -> None:
    async def body(two: Two) -> None:
        reader, _ = await two.master(PLAIN)
        other = two.line.attach(Station(two.line, "other", PLAIN))
        two.meter.send(b"\xf0\xf0\xf0\xf0")
        await asyncio.sleep(2.5 * PLAIN.character_s)
        other.send(b"\x3c\x3c")
        await asyncio.sleep(1)
        heard_by_master = await reader.read(100)
        # An octet that another one touches has the bits that are one in both; the later one is not seen as its own.
        assert heard_by_master == b"\xf0\xf0\x30\x30"

    two = play(body, PLAIN)
    assert [event.kind for event in two.events if event.kind == "collision"] == ["collision"]


def test_with_parity_a_spoilt_octet_is_lost() -> None:
    async def body(two: Two) -> None:
        other = two.line.attach(Station(two.line, "other", SLOW))
        other.send(b"\xf0")
        third = two.line.attach(Station(two.line, "third", SLOW))
        third.send(b"\x3c")
        await asyncio.sleep(1)

    assert play(body).octets == b""


def told(rule: LineRule, seed: int = 1, framing: Framing = PLAIN) -> tuple[bytes, bytes, list[float]]:
    """What meter and master hear under a rule: 20 octets each way, and the meter's times."""
    back = b""

    async def body(two: Two) -> None:
        nonlocal back
        reader, writer = await two.master()
        async with two.line.apply(rule):
            writer.write(bytes(range(20)))
            await asyncio.sleep(1)
            two.meter.send(bytes(range(100, 120)))
            await asyncio.sleep(9)
        reader.feed_eof()
        back = await reader.read(1000)

    two = play(body, framing, seed)
    assert [event.kind for event in two.events if event.kind.startswith("rule")] == ["rule_installed", "rule_removed"]
    return two.octets, back, [at for at, _ in two.taken]


def test_a_broken_wire_passes_nothing() -> None:
    assert told(Cut())[:2] == (b"", b"")


def test_noise_turns_bits_by_chance_and_the_same_for_the_same_seed() -> None:
    forth, back, _ = told(Noise(0.3))
    assert len(forth) == len(back) == 20
    wrong = [n for n, octet in enumerate(forth) if octet != n]
    assert 1 <= len(wrong) <= 15
    assert all((forth[n] ^ n).bit_count() == 1 for n in wrong)
    assert told(Noise(0.3))[:2] == (forth, back)
    assert told(Noise(0.3), seed=2)[:2] != (forth, back)


def test_an_echo_reaches_the_master_only() -> None:
    forth, back, _ = told(Echo())
    assert forth == bytes(range(20))
    assert back == bytes(range(20)) + bytes(range(100, 120))


def test_late_answers_come_so_much_later() -> None:
    async def body(two: Two) -> None:
        reader, _ = await two.master()
        with two.line.apply(Late(0.7)):
            two.meter.send(b"x")
            await reader.readexactly(1)
            assert two.loop.time() == pytest.approx(0.7 + SLOW.character_s)

    play(body)


def test_static_and_babble_send_when_nobody_should() -> None:
    forth, back, _ = told(Static(0.5, 2))
    assert len(forth) > 20
    assert len(back) > 20
    forth, _, _ = told(Babble(b"\x55", 2.0))
    assert forth[20:] == b"\x55" * 4


def test_meters_at_another_speed_hear_something_else() -> None:
    forth, back, _ = told(Mistuned(Framing(2400)))
    assert forth != bytes(range(20))
    assert back != bytes(range(100, 120))
    assert len(forth) < 20


def test_wrong_parity_silences_a_strict_receiver_and_garbles_nothing_for_a_tolerant_one() -> None:
    async def body(two: Two) -> None:
        reader, writer = await two.master(Framing(2400, "O", 1))
        writer.write(b"ask")
        await asyncio.sleep(1)
        two.meter.send(b"answer")
        await asyncio.sleep(1)
        reader.feed_eof()
        # pyserial passes octets of wrong parity on; a meter drops them.
        assert await reader.read(100) == b"answer"

    assert play(body).octets == b""


def test_a_port_dies_with_its_power_in_the_middle_of_a_burst() -> None:
    async def body(two: Two) -> None:
        domain = Domain("terminal")

        async def speak() -> None:
            _, writer = await two.master()
            writer.write(b"0123456789")
            await asyncio.sleep(100)

        domain.create_task(speak())
        await asyncio.sleep(4.5 * SLOW.character_s)
        domain.kill()
        await asyncio.sleep(1)

    two = play(body)
    assert two.octets == b"0123"
    assert two.events[-1].detail == "cut"


def test_a_closed_port_is_not_heard_and_ends_its_reader() -> None:
    async def body(two: Two) -> None:
        reader, writer = await two.master()
        writer.close()
        await writer.wait_closed()
        two.meter.send(b"x")
        writer.write(b"y")
        await asyncio.sleep(1)
        assert await reader.read() == b""

    assert play(body).octets == b""


def test_a_port_that_is_not_there_is_named() -> None:
    async def body(two: Two) -> None:
        with pytest.raises(FileNotFoundError, match="no serial port ttyS9; there are ttyS1"):
            await two.ports.open("ttyS9", 2400, "E", 1)
        with pytest.raises(ValueError, match="expected the parity N, E, O, got 'X'"):
            await two.ports.open("ttyS1", 2400, "X", 1)
        with pytest.raises(ValueError, match="exists already"):
            two.ports.add("ttyS1", two.line)

    play(body)


@pytest.mark.parametrize(("baud", "stop_bits"), [(0, 1), (9600, 3)])
def test_settings_no_port_has_are_refused(baud: int, stop_bits: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        Framing(baud, "N", stop_bits)


# Bits.

FRAMINGS = st.builds(
    Framing, st.sampled_from([600, 1200, 2400, 4800, 9600, 19_200]), st.sampled_from("NEO"), st.sampled_from([1, 2])
)


@given(st.binary(max_size=40), FRAMINGS)
def test_equal_settings_understand_each_other_bit_by_bit(octets: bytes, framing: Framing) -> None:
    # A receiver that differs in nothing it looks at: the second stop bit.
    other = Framing(framing.baud, framing.parity, 3 - framing.stop_bits)
    if framing.stop_bits == 2 or other.stop_bits == 2:
        taken = heard(octets, framing, other)
        assert bytes(each.octet for each in taken) == octets
        assert not any(each.flaw for each in taken)
    assert len(wave(octets, framing)) == len(octets) * framing.bits


@given(st.binary(max_size=40), FRAMINGS, FRAMINGS)
def test_whatever_the_settings_a_receiver_finds_octets_in_order(octets: bytes, sent: Framing, other: Framing) -> None:
    taken = heard(octets, sent, other)
    assert all(earlier.end_s < later.end_s for earlier, later in pairwise(taken))
    assert all(0 <= each.octet <= 255 and each.flaw in ("", "parity", "framing") for each in taken)


def test_wrong_parity_is_noticed_on_every_octet() -> None:
    taken = heard(bytes(range(256)), Framing(9600, "E"), Framing(9600, "O"))
    assert [each.octet for each in taken] == list(range(256))
    assert {each.flaw for each in taken} == {"parity"}


def test_parity_bits() -> None:
    assert [parity_bit(octet, "E") for octet in (0, 1, 3, 0x7F)] == [0, 1, 0, 1]
    assert [parity_bit(octet, "O") for octet in (0, 1, 3, 0x7F)] == [1, 0, 1, 0]


def test_8e1_for_8n1_loses_octets_whose_parity_bit_is_zero() -> None:
    # 00 has parity 0, which stands where a stop bit should: a framing error.
    assert heard(b"\x00", Framing(9600, "E"), Framing(9600, "N"))[0].flaw == "framing"
    assert heard(b"\x01", Framing(9600, "E"), Framing(9600, "N"))[0].flaw == ""
