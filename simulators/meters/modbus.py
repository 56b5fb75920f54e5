"""Modbus TCP meters on pymodbus: one gateway (host and port) serves many units, registers come from the truth.

Leaves to others: the truth (`plant`), what all meters have (`meter`), the registers (`maps`, `channels`), the kinds of
fault (`faults`). Framing and request decoding are pymodbus' own; between decoder and framer an answer is made at the
instant of the request, without a task, so that a gateway answers tens of thousands of requests a second. Function
codes 03 and 04 are served.

Order in which a request meets faults: wrong unit, silent, function not served (01), malformed or quantity (03),
exception, busy (06), address (02), then the values, then spoiling of the frame, then delay.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from pymodbus.framer import FramerType
from pymodbus.pdu import DecodePDU
from pymodbus.server import ModbusTcpServer
from pymodbus.server.requesthandler import ServerRequestHandler
from pymodbus.simulator import DataType, SimData, SimDevice

from simulators.clock import Clock, Observe
from simulators.events import Connected, Rejected, Unserved
from simulators.meters.channels import Channel, MeterError
from simulators.meters.faults import (
    Busy,
    Delayed,
    Garbage,
    Jump,
    Late,
    Refusing,
    Sentinel,
    SignFlip,
    Silent,
    Stuck,
    Truncated,
    WrongClock,
    WrongTransaction,
    WrongUnit,
)
from simulators.meters.maps import RegisterMap
from simulators.meters.meter import Binding, Meter
from simulators.plant import Plant

__all__ = ["Binding", "Gateway", "Meter", "MeterError", "ModbusMeter"]

_KEPT_OCTETS = 256
_KEPT_PLANS = 4096
_FRAME_FAULTS = (WrongTransaction, WrongUnit, Truncated, Garbage)


@dataclass(frozen=True)
class _Plan:
    """How to fill one answer of `count` registers.

    `pieces` are (where in it, channel, part, from octet, to octet), `points` the points it holds whole. `alone` is the
    channel of the commonest question: exactly the registers of one point.
    """

    count: int
    pieces: tuple[tuple[int, Channel, int, int, int], ...]
    channels: tuple[Channel, ...]
    points: tuple[str, ...]
    alone: Channel | None


class ModbusMeter(Meter):
    """A simulated Modbus device.

    `source` is the plant's source whose measures the registers show (`e01`), `ratio` the CT x PT ratio by which the
    registers are smaller than the truth. Everything that happens is told to `observe` as events.
    """

    known_faults = (
        Silent,
        Delayed,
        Late,
        Refusing,
        Busy,
        WrongTransaction,
        WrongUnit,
        Truncated,
        Garbage,
        Stuck,
        Sentinel,
        Jump,
        SignFlip,
        WrongClock,
    )

    def __init__(
        self,
        name: str,
        unit: int,
        device: RegisterMap,
        plant: Plant,
        *,
        clock: Clock,
        chance: random.Random,
        observe: Observe,
        source: str = "",
        bindings: Sequence[Binding] = (),
        ratio: str = "1",
        serial: int = 20_260_001,
    ) -> None:
        super().__init__(
            name, device.name, unit, clock=clock, chance=chance, observe=observe, ratio=ratio, serial=serial
        )
        self.map = device
        self._fit(device.registers, plant, source, bindings)
        self._layout = {code: self._lay_out(code) for code in device.functions}
        self._plans: dict[bytes, _Plan | int] = {}

    # Registers.

    def _lay_out(self, code: int) -> dict[int, tuple[Channel, int, int]]:
        layout: dict[int, tuple[Channel, int, int]] = {}
        for channel in self.channels.values():
            if code in channel.register.fc:
                for index, part in enumerate(channel.register.parts):
                    for word in range(part.count):
                        layout[part.address + word] = (channel, index, word)
        return layout

    def plan(self, pdu: bytes, decoder: DecodePDU) -> _Plan | int:
        """How to answer a request, or the exception code it gets; worked out once for each question ever asked."""
        found = self._plans.get(pdu)
        if found is None:
            found = self._understand(pdu, decoder)
            if len(self._plans) < _KEPT_PLANS:
                self._plans[pdu] = found
        return found

    def _understand(self, pdu: bytes, decoder: DecodePDU) -> _Plan | int:
        if pdu[0] not in self.map.functions:
            return 1
        # pymodbus knows the right lengths and the limits of quantity: it decodes nothing else.
        request = cast(Any, decoder.decode(pdu)) if len(pdu) == 5 else None
        return 3 if request is None else self._make_plan(pdu[0], request.address, request.count)

    def _make_plan(self, code: int, address: int, count: int) -> _Plan | int:
        layout = self._layout[code]
        wanted = range(address, address + count)
        hits = [each for each in wanted if each in layout]
        if not hits or wanted[-1] > 0xFFFF:
            return 2
        if len(hits) < count and (self.map.gaps == "exception" or wanted[0] < min(layout) or wanted[-1] > max(layout)):
            return 2
        pieces: list[tuple[int, Channel, int, int, int]] = []
        words: dict[str, int] = {}
        channels: dict[str, Channel] = {}
        for each in hits:
            channel, index, word = layout[each]
            pieces.append((2 * (each - address), channel, index, 2 * word, 2 * word + 2))
            words[channel.register.id] = words.get(channel.register.id, 0) + 1
            channels[channel.register.id] = channel
        whole = [
            channel for name, channel in channels.items() if words[name] == sum(p.count for p in channel.register.parts)
        ]
        if self.map.strict and len(whole) < len(channels):
            return 2
        points = tuple(channel.point for channel in whole if channel.point)
        joined = _joined(pieces)
        alone = whole[0] if len(joined) == 1 and points and joined[0][4] == 2 * count else None
        return _Plan(count, joined, tuple(channels.values()), points, alone)

    def read(self, plan: _Plan, at_us: int) -> tuple[bytes, dict[str, str]]:
        """The registers of a plan at an instant as octets, and the text of every whole point among them."""
        if plan.alone is not None:
            octets, text = plan.alone.serve(at_us)
            return octets[0], {} if text is None else {plan.alone.point: text}
        data = bytearray(2 * plan.count)
        shown = {
            id(channel): channel.serve(at_us) if channel.point in plan.points else channel.show(at_us)
            for channel in plan.channels
        }
        values: dict[str, str] = {}
        for where, channel, index, start, end in plan.pieces:
            data[where : where + end - start] = shown[id(channel)][0][index][start:end]
        for channel in plan.channels:
            text = shown[id(channel)][1]
            if text is not None and channel.point in plan.points:
                values[channel.point] = text
        return bytes(data), values

    # Requests.

    def answer(self, line: Line, frame: bytes, transaction: int, pdu: bytes, decoder: DecodePDU) -> None:
        """Answer one request frame on a connection, or not, as the device and its faults have it."""
        if self._faults:
            self._answer_faulty(line, frame, transaction, pdu, decoder)
            return
        now = self._clock.now_us()
        plan = self.plan(pdu, decoder)
        if isinstance(plan, int):
            response = line.encode(bytes((pdu[0] | 0x80, plan)), frame[6], transaction)
            if line.write(response):
                self._unserved(now, "exception", frame, response, self._asked(pdu), "")
            return
        data, values = self.read(plan, now)
        response = line.encode(bytes((pdu[0], len(data))) + data, frame[6], transaction)
        if line.write(response):
            self._served(now, now, frame, response, values, "")

    def _answer_faulty(self, line: Line, frame: bytes, transaction: int, pdu: bytes, decoder: DecodePDU) -> None:
        now = self._clock.now_us()
        faults = self._faults
        if "silent" in faults:
            self._unserved(now, "silent", frame, b"", self._asked(pdu), "silent")
            return
        plan, fault = self._hindered(self.plan(pdu, decoder))
        values: dict[str, str] = {}
        if isinstance(plan, int):
            body = bytes((pdu[0] | 0x80, plan))
            outcome, points = "exception", self._asked(pdu)
        else:
            data, values = self.read(plan, now)
            body = bytes((pdu[0], len(data))) + data
            outcome, points = "", plan.points
            fault = self._altering(plan.channels)
        response, spoiled = self._spoil(line.encode(body, frame[6], transaction))
        timing = faults.get("delayed") or faults.get("late")
        after_s = timing.after_s if isinstance(timing, Delayed | Late) else 0.0
        if spoiled:
            outcome, fault = "spoiled", spoiled
        elif isinstance(timing, Late):
            outcome, fault = "late", "late"
        elif timing is not None:
            fault = f"{fault},delayed" if fault else "delayed"

        def send() -> None:
            if not line.write(response):
                return
            sent = self._clock.now_us()
            if outcome:
                self._unserved(sent, outcome, frame, response, points, fault)
            else:
                self._served(sent, now, frame, response, values, fault)

        if after_s:
            line.loop.call_later(after_s, send)
        else:
            send()

    def _hindered(self, plan: _Plan | int) -> tuple[_Plan | int, str]:
        refusing = self._faults.get("exception")
        if isinstance(refusing, Refusing):
            return refusing.code, "exception"
        if self._busy_left and "busy" in self._faults:
            self._busy_left -= 1
            if not self._busy_left:
                self.clear("busy")
            return 6, "busy"
        return plan, ""

    def _spoil(self, response: bytes) -> tuple[bytes, str]:
        name = ""
        for kind, fault in self._faults.items():
            if not isinstance(fault, _FRAME_FAULTS):
                continue
            name = kind
            if isinstance(fault, WrongTransaction):
                number = (int.from_bytes(response[:2], "big") + fault.by) & 0xFFFF
                response = number.to_bytes(2, "big") + response[2:]
            elif isinstance(fault, WrongUnit):
                response = response[:6] + bytes(((response[6] + fault.by) & 0xFF,)) + response[7:]
            elif isinstance(fault, Truncated):
                response = response[: fault.octets]
            else:
                response = response[:4] + self._chance.randbytes(len(response) - 4)
        return response, name

    def _asked(self, pdu: bytes) -> tuple[str, ...]:
        """Points a request touches, for the record of a request that got no value."""
        if len(pdu) != 5 or pdu[0] not in self._layout:
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


def _joined(pieces: list[tuple[int, Channel, int, int, int]]) -> tuple[tuple[int, Channel, int, int, int], ...]:
    """Neighbouring registers of one part as one piece."""
    joined: list[tuple[int, Channel, int, int, int]] = []
    for piece in pieces:
        if joined:
            where, channel, index, start, end = joined[-1]
            if channel is piece[1] and index == piece[2] and end == piece[3]:
                joined[-1] = (where, channel, index, start, piece[4])
                continue
        joined.append(piece)
    return tuple(joined)


class Line(ServerRequestHandler):
    """One connection to a gateway. Framing by pymodbus' framer, request by request in order, glued or in pieces."""

    def __init__(self, gateway: Gateway, number: int) -> None:
        super().__init__(gateway.server, None, None, None)
        self._gateway = gateway
        self._number = number
        self._octets = b""
        self._peer = ""
        # framer.encode is all that is left of pymodbus' send path; bound once because every answer takes it.
        self.encode = self.framer.encode

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A reader has connected."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self._gateway.connected(self._number, self._peer, "opened", "")

    def connection_lost(self, exc: Exception | None) -> None:
        """The reader has gone."""
        super().connection_lost(exc)
        state = "reset" if isinstance(exc, ConnectionResetError) else "closed"
        self._gateway.connected(self._number, self._peer, state, str(exc) if exc else "")

    def data_received(self, data: bytes) -> None:
        """Octets of requests, in any pieces."""
        octets = self._octets + data if self._octets else data
        while len(octets) >= 8:
            protocol = octets[2:4]
            length = (octets[4] << 8) | octets[5]
            if protocol != b"\0\0" or not 2 <= length <= 254:
                reason = (
                    f"protocol id {protocol.hex()} where Modbus has 0000"
                    if protocol != b"\0\0"
                    else f"length field {length}, allowed are 2 to 254"
                )
                self._gateway.rejected(self._number, octets, reason)
                self._octets = b""
                # There is no way back into step on a stream without frame marks: a real device closes.
                if self.transport:
                    self.transport.close()
                return
            size, unit, transaction, pdu = self.framer.decode(octets)
            if not size:
                break
            size = length + 6
            self._gateway.request(self, octets[:size], unit, transaction, pdu[: length - 1])
            octets = octets[size:]
        self._octets = octets

    def write(self, frame: bytes) -> bool:
        """Send octets; False if the connection has gone."""
        transport = cast(asyncio.WriteTransport | None, self.transport)
        if transport is None or transport.is_closing():
            return False
        transport.write(frame)
        return True


class _Listener(ModbusTcpServer):
    """pymodbus' TCP server with our connections. Its datastore stays empty: the truth takes its place."""

    def __init__(self, gateway: Gateway) -> None:
        empty = SimDevice(0, simdata=[SimData(0, values=0, datatype=DataType.REGISTERS)])
        super().__init__(empty, framer=FramerType.SOCKET, address=(gateway.host, gateway.port))
        self._gateway = gateway

    def callback_new_connection(self) -> Line:
        """A reader connects."""
        return self._gateway.new_line()

    async def open(self) -> None:
        """Listen; unlike pymodbus' own method it lets the error of a port in use through."""
        self.is_listener = True
        self.transport = await self.call_create()


class Gateway:
    """One host and port that serves meters by unit id.

    With several meters an unknown unit gets exception 0B; a meter alone on its port answers to its own unit id and to
    255 and treats others as its map says. Unit 0 is broadcast and never answered.
    """

    server: ModbusTcpServer

    def __init__(self, host: str, port: int, meters: Sequence[ModbusMeter], *, clock: Clock, observe: Observe) -> None:
        self.host = host
        self.port = port
        self.meters = {meter.unit: meter for meter in meters}
        if len(self.meters) != len(meters):
            raise ValueError(f"two meters at {host}:{port} have the same unit id")
        self.name = f"{host}:{port}"
        self._clock = clock
        self._observe = observe
        self._listener: _Listener | None = None
        self._lines = 0
        self._decoder = DecodePDU(True)
        self._units = dict(self.meters)
        if len(meters) == 1:
            self._units.setdefault(255, meters[0])
        self._stray = "gateway" if len(meters) > 1 else meters[0].map.wrong_unit

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        self._listener = _Listener(self)
        self.server = self._listener
        await self._listener.open()

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._listener is not None:
            await self._listener.shutdown()
            self._listener = None

    def new_line(self) -> Line:
        """A connection, numbered in order."""
        self._lines += 1
        return Line(self, self._lines)

    def request(self, line: Line, frame: bytes, unit: int, transaction: int, pdu: bytes) -> None:
        """A whole request frame has come in."""
        meter = self._units.get(unit)
        if meter is not None:
            meter.answer(line, frame, transaction, pdu, self._decoder)
            return
        response = b""
        if unit and self._stray == "gateway":
            response = line.encode(bytes((pdu[0] | 0x80, 0x0B)), unit, transaction)
            line.write(response)
        self._observe(
            Unserved(
                t=self._clock.now_us(),
                meter=self.name,
                unit=unit,
                outcome="exception" if response else "silent",
                request=frame.hex().upper(),
                response=response.hex().upper(),
            )
        )

    def connected(self, number: int, peer: str, state: str, reason: str) -> None:
        """A connection changed."""
        self._observe(
            Connected(t=self._clock.now_us(), at=self.name, conn=number, peer=peer, state=state, reason=reason)
        )

    def rejected(self, number: int, octets: bytes, reason: str) -> None:
        """Octets that are no Modbus TCP."""
        self._observe(
            Rejected(
                t=self._clock.now_us(),
                at=self.name,
                conn=number,
                octets=octets[:_KEPT_OCTETS].hex().upper(),
                count=len(octets),
                reason=reason,
            )
        )
