"""A serial bus of DL/T 645 meters on loopback, asked octet by octet."""

from __future__ import annotations

import asyncio
import random

from ports import free_port
from simulators_helpers import START_US, HandClock, Heard, works_of_two

from simulators.explain.frames import Decoded
from simulators.meters.dlt645.codec import Frame, encode
from simulators.meters.dlt645.explain import read_dlt645
from simulators.meters.dlt645.meter import Dlt645Meter
from simulators.meters.meter import Binding
from simulators.meters.serial.bus import SerialBus
from simulators.meters.serial.maps import BusMap, any_shipped

HOUR_US = 3_600_000_000


DAY_US = 24 * HOUR_US


OWN = "123456789012"


EVERYBODY = "9" * 12


POINTS = ("energy", "energy_t2", "energy_export", "power", "voltage_a", "voltage_b", "demand", "combined")


def serial_map(name: str) -> BusMap:
    device = any_shipped(name)
    assert isinstance(device, BusMap)
    return device


class Line:
    """A bus with meters, somebody listening, and a master that writes octets."""

    def __init__(self, *devices: BusMap | str, addresses: tuple[str, ...] = (OWN, "123456789013")) -> None:
        self.clock = HandClock(START_US + 40 * DAY_US + 10 * HOUR_US + 60_000_000)
        self.heard = Heard()
        self.works = works_of_two()
        self.port = free_port()
        maps = [serial_map(each) if isinstance(each, str) else each for each in devices]
        self.meters = [
            Dlt645Meter(
                f"M{index}",
                address,
                device,
                self.works,
                clock=self.clock,
                chance=random.Random(1),
                observe=self.heard,
                since_us=START_US,
                source="e02",
                bindings=[Binding(f"{index}.{name}", name) for name in POINTS if name in self._names(device)],
                ratio="100",
            )
            for index, (device, address) in enumerate(zip(maps, addresses, strict=False))
        ]
        self.bus = SerialBus("127.0.0.1", self.port, self.meters, clock=self.clock, observe=self.heard)
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @staticmethod
    def _names(device: BusMap) -> list[str]:
        return [entry.id for entry in device.registers]

    @property
    def meter(self) -> Dlt645Meter:
        return self.meters[0]

    async def raw(self, octets: bytes, *, wanted: bool = True) -> bytes:
        """Write octets; what comes back until the meter has been quiet for a while."""
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(octets)
        answer = b""
        try:
            while True:
                async with asyncio.timeout(0.06 if answer or not wanted else 2):
                    got = await reader.read(4096)
                if not got:
                    return answer
                answer += got
        except TimeoutError:
            return answer

    async def ask(self, control: int, data: str = "", address: str = OWN) -> Decoded | None:
        """Send a frame; the decoded answer, or None if nobody answers (broadcasts are not waited for)."""
        answer = await self.raw(
            encode(Frame(address, control, bytes.fromhex(data))), wanted=control not in (0x08,) and address != EVERYBODY
        )
        return read_dlt645(answer.hex()).decoded if answer else None

    async def reply(self, control: int, data: str = "", address: str = OWN) -> Decoded:
        """Like `ask`, where an answer must come."""
        decoded = await self.ask(control, data, address)
        assert decoded is not None
        return decoded

    async def read(self, identifier: str, address: str = OWN) -> list[str]:
        """Values behind an identifier, or the error as `!2`."""
        old = len(identifier) == 4
        decoded = await self.ask(0x01 if old else 0x11, bytes.fromhex(identifier)[::-1].hex(), address)
        assert decoded is not None
        assert decoded.valid, decoded.errors
        if decoded.control in ("D1", "C1"):
            return ["!" + decoded.values[0].value]
        assert decoded.data_identifier == identifier
        return [each.value for each in decoded.values]

    async def quiet(self, control: int, data: str = "", address: str = OWN) -> None:
        """Send a frame that nobody answers."""
        assert not await self.raw(encode(Frame(address, control, bytes.fromhex(data))), wanted=False)
