"""What the terminal's tests share: configurations as text, a meter on a real socket, a small centre."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from reference_terminal.hj212 import frame as frames
from reference_terminal.hj212 import message as messages
from reference_terminal.hj212.frame import Frame
from reference_terminal.hj212.message import Message
from reference_terminal.platform import Platform

MN = "010000A8900016F000169DC0"


def config_text(
    meter_port: int = 502,
    centres: str = "",
    *,
    path: str = ":memory:",
    period_s: int = 1,
    meter: str = "",
    points: str = "",
) -> str:
    """A configuration with one gateway, one meter, a counter at register 0 and a float at register 2."""
    return f"""
[terminal]
name = "T1"
[storage]
path = "{path}"
commit_linger_s = "0.02"
[[gateways]]
id = "g1"
host = "127.0.0.1"
port = {meter_port}
timeout_s = "0.3"
[[meters]]
id = "m1"
gateway = "g1"
unit = 1
period_s = {period_s}
{meter}
{points or DEFAULT_POINTS}
{centres}
"""


DEFAULT_POINTS = """
[[meters.points]]
id = "energy"
kind = "counter"
address = 0
type = "u32"
scale = "0.01"
unit = "kWh"
code = "e10001"
rated_per_h = "1000000"
[[meters.points]]
id = "power"
kind = "instant"
address = 2
type = "f32"
unit = "kW"
code = "e10002"
"""


def centre_text(port: int, name: str = "A", extra: str = "") -> str:
    """One centre on loopback."""
    return f"""
[[centres]]
id = "{name}"
host = "127.0.0.1"
port = {port}
mn = "{MN}"
pw = "123456"
overtime_s = 1
recount = 1
minute_interval = 1
{extra}
"""


class ShiftedClock:
    """The running loop's time, shifted to a chosen wall time: tests begin just before a boundary."""

    def __init__(self, start_s: float) -> None:
        self._offset_ns = round((start_s - asyncio.get_running_loop().time()) * 1e9)

    def time_ns(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e9) + self._offset_ns

    def set_time_ns(self, value: int) -> None:
        self._offset_ns = value - round(asyncio.get_running_loop().time() * 1e9)


def platform(start_s: float) -> Platform:
    return Platform(clock=ShiftedClock(start_s), random=random.Random(1))


@dataclass
class SmallMeter:
    """A Modbus TCP server answering reads from a table of registers; `answer` may spoil the octets of a reply."""

    registers: dict[int, int] = field(default_factory=dict[int, int])
    requests: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    answer: Callable[[bytes], bytes] = bytes
    server: asyncio.Server | None = None

    async def start(self) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self.server.sockets[0].getsockname()[1])

    def put_u32(self, address: int, value: int) -> None:
        self.registers[address], self.registers[address + 1] = value >> 16, value & 0xFFFF

    def put_f32(self, address: int, value: float) -> None:
        self.put_u32(address, struct.unpack(">I", struct.pack(">f", value))[0])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                header = await reader.readexactly(7)
                tid, _, length, unit = struct.unpack(">HHHB", header)
                function, address, count = struct.unpack(">BHH", await reader.readexactly(length - 1))
                self.requests.append((function, address, count))
                if all(each in self.registers for each in range(address, address + count)):
                    words = b"".join(struct.pack(">H", self.registers[address + n]) for n in range(count))
                    pdu = bytes([function, len(words)]) + words
                else:
                    pdu = bytes([function | 0x80, 2])
                writer.write(self.answer(struct.pack(">HHHB", tid, 0, len(pdu) + 1, unit) + pdu))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@dataclass
class SmallCentre:
    """A centre that keeps what arrives and acknowledges as told; `acknowledge(message)` says whether."""

    acknowledge: Callable[[Message], bool] = lambda message: True
    received: list[Message] = field(default_factory=list[Message])
    raw: list[bytes] = field(default_factory=list[bytes])
    writer: asyncio.StreamWriter | None = None
    server: asyncio.Server | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    connected: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self.server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.connected.set()
        decoder = frames.Decoder()
        while data := await reader.read(65_536):
            for item in decoder.feed(data):
                assert isinstance(item, Frame), item
                self.raw.append(item.data)
                message = messages.parse(item.data)
                self.received.append(message)
                if message.wants_answer and self.acknowledge(message):
                    self.send(Message(message.qn, "91", "9014", "123456", MN, 4))
                self.news.set()

    def send(self, message: Message) -> None:
        assert self.writer is not None
        self.writer.write(frames.encode(messages.encode(message)))

    async def until(self, wanted: Callable[[list[Message]], bool], timeout_s: float = 120) -> list[Message]:
        """Wait until what arrived satisfies `wanted`."""
        async with asyncio.timeout(timeout_s):
            while not wanted(self.received):
                self.news.clear()
                await self.news.wait()
        return self.received

    def of(self, cn: str) -> list[Message]:
        return [message for message in self.received if message.cn == cn]
