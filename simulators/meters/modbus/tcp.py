"""Modbus TCP: one gateway (host and port) serves many units, tens of thousands of requests a second.

Leaves to others: what a device answers (`device`). A frame is a head of seven octets (transaction number, protocol
0000, number of octets that follow, unit) and the request: GB/T 19582.3. Every request of one segment is answered in one
write, from the answer that its meter keeps while nothing has changed.

Order in which a request meets faults: wrong unit, then those of `modbus`, then the frame, then delay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from simulators.clock import Clock, Observe
from simulators.events import Connected, ConnectionState, Rejected, Served, Unserved
from simulators.meters.faults import (
    Delayed,
    Duplicate,
    Fault,
    Garbage,
    Late,
    Split,
    Truncated,
    WrongTransaction,
    WrongUnit,
)
from simulators.meters.modbus.codec import encode_tcp
from simulators.meters.modbus.device import Given, ModbusMeter, Question
from simulators.meters.modbus.pdu import NO_ANSWER_BEHIND, READS, WRITES, exception

_KEPT_OCTETS = 256
_KEPT_QUESTIONS = 262_144
_HEX = tuple(f"{octet:02X}" for octet in range(256))


class _Known:
    """A question of one unit on this port: its meter, and the frames without their transaction id, as hex too."""

    __slots__ = ("asked", "body", "meter", "name", "question", "said", "tail", "unit")

    def __init__(self, key: bytes, meter: ModbusMeter, question: Question) -> None:
        self.meter = meter
        self.name = meter.name
        self.unit = key[0]
        self.question = question
        self.asked = (b"\0\0" + len(key).to_bytes(2, "big") + key).hex().upper()
        self.body = b""
        self.tail = b""
        self.said = ""

    def renew(self, body: bytes) -> None:
        """The answer has changed."""
        self.body = body
        self.tail = b"\0\0" + (len(body) + 1).to_bytes(2, "big") + bytes((self.unit,)) + body
        self.said = self.tail.hex().upper()


class Line(asyncio.Protocol):
    """One connection to a gateway: request by request in order, glued or in pieces."""

    __slots__ = ("_gateway", "_number", "_octets", "_peer", "transport")

    def __init__(self, gateway: Gateway, number: int) -> None:
        self._gateway = gateway
        self._number = number
        self._octets = b""
        self._peer = ""
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A reader has connected."""
        self.transport = cast(asyncio.WriteTransport, transport)
        peer = transport.get_extra_info("peername")
        self._peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self._gateway.opened(self)
        self._gateway.connected(self._number, self._peer, "opened", "")

    def connection_lost(self, exc: Exception | None) -> None:
        """The reader has gone."""
        self.transport = None
        state = "reset" if isinstance(exc, ConnectionResetError) else "closed"
        self._gateway.closed(self)
        self._gateway.connected(self._number, self._peer, state, str(exc) if exc else "")

    def data_received(self, data: bytes) -> None:
        """Octets of requests, in any pieces."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        octets = self._octets + data if self._octets else data
        gateway = self._gateway
        known_questions = gateway.known
        now_us = gateway.now_us()
        answers: list[bytes] = []
        at, size = 0, len(octets)
        while size - at >= 8:
            length = octets[at + 4] << 8 | octets[at + 5]
            if octets[at + 2] or octets[at + 3] or not 2 <= length <= 254:
                self._lost(octets[at:], length, answers)
                return
            end = at + 6 + length
            if end > size:
                break
            known = known_questions.get(octets[at + 6 : end])
            if known is None or known.meter.troubled:
                answers.append(gateway.request(self, octets[at:end], now_us))
                at = end
                continue
            question = known.question
            known.meter.fill(question, now_us)
            if known.body is not question.body:
                known.renew(question.body)
            answers.append(octets[at : at + 2])
            answers.append(known.tail)
            number = _HEX[octets[at]] + _HEX[octets[at + 1]]
            gateway.observe(
                Served(
                    t=now_us,
                    meter=known.name,
                    unit=known.unit,
                    asked=now_us,
                    request=number + known.asked,
                    response=number + known.said,
                    values=question.told,
                )
            )
            at = end
        self._octets = octets[at:] if at < size else b""
        if answers:
            transport.write(b"".join(answers))

    def _lost(self, octets: bytes, length: int, answers: list[bytes]) -> None:
        """Out of step: there is no way back on a stream without frame marks, and a real device closes."""
        protocol = octets[2:4]
        reason = (
            f"protocol id {protocol.hex()} where Modbus has 0000"
            if protocol != b"\0\0"
            else f"length field {length}, allowed are 2 to 254"
        )
        self._octets = b""
        if self.transport is not None:
            if answers:
                self.transport.write(b"".join(answers))
            self._gateway.rejected(self._number, octets, reason)
            self.transport.close()

    def write(self, frame: bytes) -> bool:
        """Send octets; False if the connection has gone."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return False
        transport.write(frame)
        return True


class Gateway:
    """One host and port that serves meters by unit id.

    With several meters an unknown unit gets exception 0B; a meter alone on its port answers to its own unit id and to
    255 and treats others as its map says. Unit 0 is broadcast: what is written is taken, nothing is answered.
    """

    def __init__(self, host: str, port: int, meters: Sequence[ModbusMeter], *, clock: Clock, observe: Observe) -> None:
        self.host = host
        self.port = port
        self.meters = {meter.unit: meter for meter in meters}
        if len(self.meters) != len(meters):
            raise ValueError(f"two meters at {host}:{port} have the same unit id")
        self.name = f"{host}:{port}"
        self.now_us = clock.now_us
        self.observe = observe
        self.known: dict[bytes, _Known] = {}
        """Good questions by unit and PDU."""
        self._server: asyncio.AbstractServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lines: dict[Line, None] = {}
        self._count = 0
        self._units = dict(self.meters)
        if len(meters) == 1:
            self._units.setdefault(255, meters[0])
        self._stray = "gateway" if len(meters) > 1 else meters[0].map.wrong_unit

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        self._loop = asyncio.get_running_loop()
        self._server = await self._loop.create_server(self._line, self.host, self.port, backlog=1024)

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in list(self._lines):
            if line.transport is not None:
                line.transport.close()

    def _line(self) -> Line:
        self._count += 1
        return Line(self, self._count)

    def opened(self, line: Line) -> None:
        """A connection began."""
        self._lines[line] = None

    def closed(self, line: Line) -> None:
        """A connection ended."""
        self._lines.pop(line, None)

    # Requests that are not simply answered.

    def request(self, line: Line, frame: bytes, now_us: int) -> bytes:
        """A request that is new, wrong, or to a meter with faults; gives what is to be written now."""
        unit, pdu = frame[6], frame[7:]
        meter = self._units.get(unit)
        if meter is None:
            return self._strayed(frame, now_us)
        if not meter.troubled and pdu[0] in READS:
            question = meter.question(pdu)
            if not question.code and len(self.known) < _KEPT_QUESTIONS:
                self.known[frame[6:]] = _Known(frame[6:], meter, question)
        given = meter.give(pdu, now_us)
        if given.mute:
            meter.untold(now_us, frame, given)
            return b""
        return self._answer(line, meter, frame, given, now_us)

    def _strayed(self, frame: bytes, now_us: int) -> bytes:
        unit, pdu = frame[6], frame[7:]
        response = b""
        if unit == 0 and pdu[0] in WRITES:
            for meter in self.meters.values():
                meter.give(pdu, now_us)
        elif unit and self._stray == "gateway":
            response = encode_tcp(frame[:2], unit, exception(pdu[0], NO_ANSWER_BEHIND))
        self.observe(
            Unserved(
                t=now_us,
                meter=self.name,
                unit=unit,
                outcome="exception" if response else "silent",
                request=frame.hex().upper(),
                response=response.hex().upper(),
            )
        )
        return response

    def _answer(self, line: Line, meter: ModbusMeter, frame: bytes, given: Given, now_us: int) -> bytes:
        faults = meter.in_force
        pdu, spoiled = meter.spoil(given.pdu)
        response = encode_tcp(frame[:2], frame[6], pdu)
        response, broken = _spoil(response, faults, meter)
        spoiled = broken or spoiled
        timing = faults.get("delayed") or faults.get("late")
        after_s = timing.after_s if isinstance(timing, Delayed | Late) else 0.0
        outcome, fault = given.outcome, given.fault
        if spoiled:
            outcome, fault = "spoiled", spoiled
        elif isinstance(timing, Late):
            outcome, fault = "late", "late"
        else:
            pieces = [each for each in ("split", "duplicate") if each in faults]
            fault = ",".join(each for each in (fault, *pieces, "delayed" if timing else "") if each)

        def tell() -> None:
            meter.tell(self.now_us(), now_us, frame, response, given, outcome, fault)

        split, twice = faults.get("split"), faults.get("duplicate")
        if not after_s and split is None and twice is None:
            tell()
            return response
        at_once = split is None and not after_s
        if isinstance(split, Split):
            self._later(line, after_s, response[: split.octets], None)
            self._later(line, after_s + split.gap_s, response[split.octets :], tell)
            after_s += split.gap_s
        elif after_s:
            self._later(line, after_s, response, tell)
        else:
            tell()
        if isinstance(twice, Duplicate):
            if at_once and not twice.after_s:
                return response + response
            self._later(line, after_s + twice.after_s, response, None)
        return response if at_once else b""

    def _later(self, line: Line, after_s: float, octets: bytes, then: Callable[[], None] | None) -> None:
        def send() -> None:
            if octets and line.write(octets) and then is not None:
                then()

        if self._loop is not None:
            self._loop.call_later(after_s, send)

    # What is told.

    def connected(self, number: int, peer: str, state: ConnectionState, reason: str) -> None:
        """A connection changed."""
        self.observe(Connected(t=self.now_us(), at=self.name, conn=number, peer=peer, state=state, reason=reason))

    def rejected(self, number: int, octets: bytes, reason: str) -> None:
        """Octets that are no Modbus TCP."""
        self.observe(
            Rejected(
                t=self.now_us(),
                at=self.name,
                conn=number,
                octets=octets[:_KEPT_OCTETS].hex().upper(),
                count=len(octets),
                reason=reason,
            )
        )


def _spoil(response: bytes, faults: dict[str, Fault], meter: ModbusMeter) -> tuple[bytes, str]:
    """What faults make of a frame, and the name of the last of them."""
    name = ""
    for kind, fault in faults.items():
        if isinstance(fault, WrongTransaction):
            number = (int.from_bytes(response[:2], "big") + fault.by) & 0xFFFF
            response = number.to_bytes(2, "big") + response[2:]
        elif isinstance(fault, WrongUnit):
            response = response[:6] + bytes(((response[6] + fault.by) & 0xFF,)) + response[7:]
        elif isinstance(fault, Truncated):
            response = response[: fault.octets]
        elif isinstance(fault, Garbage):
            response = response[:4] + meter.noise(len(response) - 4)
        else:
            continue
        name = kind
    return response, name
