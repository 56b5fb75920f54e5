"""A Modbus device: what it answers to each request, whatever carries it; registers and bits come from the truth.

Leaves to others: the truth (`plant`), what all meters have (`meter`), the registers (`maps`, `channels`, `analog`), the
carriers (`tcp`, `serial`), the octets of requests and answers (`pdu`). What a request asks is worked out once and kept,
since pollers ask the same for ever. Function codes 01 to 04 are served, 06 and 16 on devices whose map has them and
something writable.

Order in which a request meets faults: silence (silent, restarting, minimum gap, mute), function not served (01),
malformed or quantity (03), exception, busy (06), address (02), then the values, then spoiling of the frame, then delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Unpack

from simulators.events import NoAnswer
from simulators.meters.analog import AnalogChannel
from simulators.meters.channels import Channel, MeterError
from simulators.meters.faults import (
    OF_ANSWERS,
    BadCheck,
    Busy,
    Calibrating,
    Current,
    Delayed,
    ExtraOctets,
    Fewer,
    Late,
    MinimumGap,
    Mute,
    Noise,
    Refusing,
    RefusingPoints,
    Restarting,
    Silent,
    WrongClock,
    WrongFunction,
    WrongLine,
    WrongRange,
    WrongTransaction,
    WrongUnit,
)
from simulators.meters.maps import Bit, Register, RegisterMap
from simulators.meters.meter import Binding, Meter, Wiring
from simulators.meters.modbus.pdu import (
    BITS,
    BUSY,
    READS,
    WRITES,
    WRONG_ADDRESS,
    WRONG_FUNCTION,
    WRONG_VALUE,
    answer,
    exception,
    packed,
    read_request,
    write_request,
    written,
)
from simulators.meters.modbus.registers import float_text, reorder, unpack_whole
from simulators.plant import Plant, Quantity, Reader, as_text

_KEPT_QUESTIONS = 4096

_ALWAYS = (
    Silent,
    Mute,
    MinimumGap,
    Restarting,
    Delayed,
    Late,
    Refusing,
    RefusingPoints,
    Busy,
    WrongUnit,
    WrongFunction,
    Fewer,
    *OF_ANSWERS,
    Calibrating,
    Current,
    WrongRange,
    WrongClock,
)
ON_TCP = (*_ALWAYS, WrongTransaction)
"""Faults of a device on Modbus TCP."""
ON_A_LINE = (*_ALWAYS, BadCheck, ExtraOctets, Noise, WrongLine)
"""Faults of a device on a serial line."""


@dataclass(frozen=True)
class _Plan:
    """How to fill one answer of `count` registers.

    `pieces` are (where in it, register id, part, from octet, to octet), `channels` the channels in it and `points`
    those it holds whole. `alone` is the channel of the commonest question: exactly the registers of one point.
    """

    count: int
    pieces: tuple[tuple[int, str, int, int, int], ...]
    channels: tuple[Channel, ...]
    points: tuple[str, ...]
    alone: Channel | None


class Question:
    """One question (a request PDU) that a meter was asked, and its answer as it was last.

    `code` is the exception it gets, 0 if none. `body` is the PDU of the answer; it stands while `at_us` and `changes`
    do. `told` are the values in it, by point.
    """

    __slots__ = ("at_us", "bits", "body", "changes", "code", "pdu", "plan", "points", "told")

    def __init__(self, pdu: bytes, code: int, plan: _Plan | None, bits: tuple[Bit | None, ...]) -> None:
        self.pdu = pdu
        self.code = code
        self.plan = plan
        self.bits = bits
        self.points = plan.points if plan is not None else ()
        self.at_us = -1
        self.changes = -1
        self.body = exception(pdu[0], code) if code else b""
        self.told: dict[str, str] = {}


@dataclass(frozen=True)
class Given:
    """An answer before its frame: PDU, what it holds, and what became of it.

    `outcome` is empty for a good one. `fault` names the faults in it. `mute` answers are not sent at all.
    """

    pdu: bytes
    values: dict[str, str]
    points: tuple[str, ...]
    outcome: NoAnswer | Literal[""] = ""
    fault: str = ""
    mute: bool = False


class ModbusMeter(Meter):
    """A simulated Modbus device.

    `refresh_us` is how often the device measures (0: continuously): registers
    hold what was true at the last multiple of it. Everything that happens is told to `observe` as events.
    """

    known_faults = ON_TCP

    def __init__(
        self,
        name: str,
        unit: int,
        device: RegisterMap,
        plant: Plant,
        *,
        refresh_us: int = 0,
        **wiring: Unpack[Wiring],
    ) -> None:
        super().__init__(name, device.name, unit, plant, **wiring)
        self.map = device
        self.refresh_us = refresh_us
        self._seed = self._chance.getrandbits(63) if any(each.loop for each in device.registers) else 0
        self._fit(device.registers)
        self._questions: dict[bytes, Question] = {}

    def _channel(self, register: Register, point: str, known: Quantity | None, read: Reader | None) -> Channel:
        ratio = self.ratio if known else "1"
        if register.loop is not None:
            return AnalogChannel(register, point, known, read, ratio, register.loop, self._seed)
        return Channel(register, point, known, read, ratio)

    # Understanding.

    def question(self, pdu: bytes) -> Question:
        """What a request asks; worked out once for each question ever asked."""
        found = self._questions.get(pdu)
        if found is None:
            found = self._understand(pdu)
            if len(self._questions) < _KEPT_QUESTIONS:
                self._questions[pdu] = found
        return found

    def _understand(self, pdu: bytes) -> Question:
        code = pdu[0]
        if code not in self.map.functions or code not in READS:
            return Question(pdu, WRONG_FUNCTION, None, ())
        request = read_request(pdu)
        if request is None:
            return Question(pdu, WRONG_VALUE, None, ())
        if code in BITS:
            return self._bit_question(pdu, request.address, request.count)
        plan = self._make_plan(code, request.address, request.count)
        return Question(pdu, plan, None, ()) if isinstance(plan, int) else Question(pdu, 0, plan, ())

    def _bit_question(self, pdu: bytes, address: int, count: int) -> Question:
        layout = self.map.bit_layouts.get(pdu[0], {})
        wanted = [layout.get(each) for each in range(address, address + count)]
        missing = wanted.count(None)
        beyond = not layout or address < min(layout) or address + count - 1 > max(layout)
        if missing == count or (missing and (beyond or self.map.gaps == "exception")):
            return Question(pdu, WRONG_ADDRESS, None, ())
        return Question(pdu, 0, None, tuple(wanted))

    def _make_plan(self, code: int, address: int, count: int) -> _Plan | int:
        layout = self.map.layouts[code]
        wanted = range(address, address + count)
        hits = [each for each in wanted if each in layout]
        if not hits or wanted[-1] > 0xFFFF:
            return WRONG_ADDRESS
        if len(hits) < count and (self.map.gaps == "exception" or wanted[0] < min(layout) or wanted[-1] > max(layout)):
            return WRONG_ADDRESS
        pieces: list[tuple[int, str, int, int, int]] = []
        words: dict[str, int] = {}
        for each in hits:
            name, index, word = layout[each]
            pieces.append((2 * (each - address), name, index, 2 * word, 2 * word + 2))
            words[name] = words.get(name, 0) + 1
        channels = {name: self.channels[name] for name in words}
        whole = [
            channel for name, channel in channels.items() if words[name] == sum(p.count for p in channel.register.parts)
        ]
        if self.map.strict and len(whole) < len(channels):
            return WRONG_ADDRESS
        points = tuple(channel.point for channel in whole if channel.point)
        joined = _joined(pieces)
        alone = whole[0] if len(joined) == 1 and points and joined[0][4] == 2 * count else None
        return _Plan(count, joined, tuple(channels.values()), points, alone)

    # Answering.

    def fill(self, question: Question, now_us: int) -> None:
        """Bring the answer of a good question up to an instant."""
        refresh = self.refresh_us
        if refresh:
            now_us -= now_us % refresh
        if question.at_us == now_us and question.changes == self.changes:
            return
        plan = question.plan
        if plan is None:
            question.body = self._bits(question)
            return
        question.at_us = now_us
        # A script moves on with every answer: nothing of it may be kept.
        question.changes = self.changes
        for channel in plan.channels:
            if channel.script:
                question.changes = -1
        alone = plan.alone
        if alone is not None:
            octets, text = alone.serve(now_us)
            data = octets[0]
            question.told = {} if text is None else {alone.point: text}
        else:
            data, question.told = self._read(plan, now_us)
        question.body = answer(question.pdu[0], data)

    def _read(self, plan: _Plan, at_us: int) -> tuple[bytes, dict[str, str]]:
        data = bytearray(2 * plan.count)
        values: dict[str, str] = {}
        shown: dict[str, tuple[bytes, ...]] = {}
        for channel in plan.channels:
            whole = channel.point in plan.points
            octets, text = channel.serve(at_us) if whole else channel.show(at_us)
            shown[channel.register.id] = octets
            if whole and text is not None:
                values[channel.point] = text
        for where, name, index, start, end in plan.pieces:
            data[where : where + end - start] = shown[name][index][start:end]
        return bytes(data), values

    def _bits(self, question: Question) -> bytes:
        states = [bit is not None and self._is_on(bit) for bit in question.bits]
        return answer(question.pdu[0], packed(states))

    def _is_on(self, bit: Bit) -> bool:
        fault = self._faults.get(bit.turned_by)
        turned = fault is not None and (not bit.mode or getattr(fault, "mode", "") == bit.mode)
        return bit.on != turned

    def give(self, pdu: bytes, now_us: int) -> Given:
        """The answer to a request at an instant, with the faults that come before its frame."""
        mute = self._mute(now_us) if self._faults else ""
        points = self.asked(pdu)
        if mute:
            return Given(b"", {}, points, "silent", mute, True)
        if pdu[0] in WRITES and pdu[0] in self.map.functions:
            return self._written(pdu, now_us)
        question = self.question(pdu)
        refusing = self._faults.get("exception")
        if isinstance(refusing, Refusing):
            return Given(exception(pdu[0], refusing.code), {}, points, "exception", "exception")
        part = self._faults.get("exception-of-points")
        if isinstance(part, RefusingPoints) and not set(part.points).isdisjoint(points):
            return Given(exception(pdu[0], part.code), {}, points, "exception", "exception-of-points")
        if self._spends("busy"):
            return Given(exception(pdu[0], BUSY), {}, points, "exception", "busy")
        if question.code:
            return Given(question.body, {}, points, "exception")
        plan = question.plan
        self.fill(question, now_us)
        fault = self._altering(plan.channels) if plan is not None and self._faults else ""
        return Given(question.body, question.told, question.points, "", fault)

    def asked(self, pdu: bytes) -> tuple[str, ...]:
        """Points a request touches, for the record of a request that got no value."""
        if len(pdu) != 5 or pdu[0] not in self.map.layouts:
            return ()
        start, count = int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
        return tuple(
            point
            for point, channel in self.points.items()
            if pdu[0] in channel.register.fc
            and any(
                start < part.address + part.count and part.address < start + count for part in channel.register.parts
            )
        )

    def spoil(self, pdu: bytes) -> tuple[bytes, str]:
        """What faults make of an answer's PDU, and the name of the last one that made it unusable."""
        name = ""
        wrong = self._faults.get("wrong-function")
        if isinstance(wrong, WrongFunction):
            pdu, name = bytes(((pdu[0] + wrong.by) & 0x7F,)) + pdu[1:], "wrong-function"
        fewer = self._faults.get("fewer")
        if isinstance(fewer, Fewer) and pdu[0] < 0x80 and len(pdu) > 2 + 2 * fewer.registers:
            kept = pdu[2 : len(pdu) - 2 * fewer.registers]
            pdu, name = answer(pdu[0], kept), "fewer"
        return pdu, name

    def untold(self, now_us: int, frame: bytes, given: Given) -> None:
        """Tell of a request that got no answer."""
        self._unserved(now_us, "silent", frame, b"", given.points, given.fault)

    def tell(
        self,
        sent_us: int,
        asked_us: int,
        frame: bytes,
        response: bytes,
        given: Given,
        outcome: NoAnswer | Literal[""],
        fault: str,
    ) -> None:
        """Tell of an answer that has left."""
        if outcome:
            self._unserved(sent_us, outcome, frame, response, given.points, fault)
        else:
            self._served(sent_us, asked_us, frame, response, given.values, fault)

    # Writing.

    def _written(self, pdu: bytes, now_us: int) -> Given:
        request = write_request(pdu)
        if request is None:
            return Given(exception(pdu[0], WRONG_VALUE), {}, (), "exception")
        found = self._writable(request.address, request.count)
        if not found:
            return Given(exception(pdu[0], WRONG_ADDRESS), {}, (), "exception")
        texts: dict[str, str] = {}
        for channel in found:
            part = channel.register.parts[0]
            wire = request.octets[2 * (part.address - request.address) :][: 2 * part.count]
            texts[channel.register.id] = text = self._meaning(channel, reorder(wire, part.order))
            if not text:
                return Given(exception(pdu[0], WRONG_VALUE), {}, (), "exception")
            channel.held = (wire,), text
        self._happened("written", "", texts)
        return Given(written(pdu), {}, ())

    def _writable(self, address: int, count: int) -> list[Channel]:
        """The channels that these registers are, whole and all of them writable; empty if they are not."""
        found: list[Channel] = []
        place = address
        while place < address + count:
            channel = next(
                (
                    self.channels[register.id]
                    for register in self.map.registers
                    if register.writable and len(register.parts) == 1 and register.parts[0].address == place
                ),
                None,
            )
            if channel is None:
                return []
            found.append(channel)
            place += channel.register.parts[0].count
        return found if place == address + count else []

    @staticmethod
    def _meaning(channel: Channel, big: bytes) -> str:
        """The text of written octets; empty if they are no number of this register."""
        register = channel.register
        if register.is_float:
            return float_text(big, register.parts[0].type) or ""
        raw = unpack_whole(big, register.parts[0].type)
        if raw is None:
            return ""
        _, _, decimals = register.scale.partition(".")
        return as_text(raw * int(register.scale.replace(".", "")), len(decimals))


def _joined(pieces: list[tuple[int, str, int, int, int]]) -> tuple[tuple[int, str, int, int, int], ...]:
    """Neighbouring registers of one part as one piece."""
    joined: list[tuple[int, str, int, int, int]] = []
    for piece in pieces:
        if joined:
            where, name, index, start, end = joined[-1]
            if name == piece[1] and index == piece[2] and end == piece[3]:
                joined[-1] = (where, name, index, start, piece[4])
                continue
        joined.append(piece)
    return tuple(joined)


__all__ = ["ON_A_LINE", "ON_TCP", "Binding", "Given", "Meter", "MeterError", "ModbusMeter", "Question"]
