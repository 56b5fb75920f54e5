"""A meter and its standby on one line, and lives of a whole terminal that reads them in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reference_terminal.acquisition.dlt645 import frames

START_S = 1_772_380_800


TEXT = """
[storage]
path = "{path}"
commit_linger_s = "0.02"
[[lines]]
id = "l1"
host = "127.0.0.1"
port = 4001
baud = 9600
[[meters]]
id = "main"
line = "l1"
protocol = "dlt645-2007"
address = "1"
period_s = {period_s}
points = [{{ id = "energy", kind = "counter", identifier = "00010000" }}]
[[meters]]
id = "spare"
standby_for = "main"
line = "l1"
protocol = "dlt645-2007"
address = "2"
points = [{{ id = "energy", kind = "counter", identifier = "00010000" }}]
"""


class Plant:
    """Two meters of one feeder: 0.01 kWh every second on the main one, the spare one began elsewhere."""

    def __init__(
        self, silent: Callable[[float], bool], spoil: Callable[[bytes], list[bytes]] = lambda octets: []
    ) -> None:
        self.silent = silent
        self.spoil = spoil
        self.asked: list[tuple[float, str]] = []

    def register(self, address: str, now_s: float) -> int:
        return int(now_s + 0.01) + (1000 if address.endswith("1") else 70_000)

    def replies(self, request: bytes) -> list[tuple[float, bytes]]:
        now_s = asyncio.get_running_loop().time()
        frame = next(found.frame for found in frames.scan(request) if found.frame)
        self.asked.append((now_s, frame.address[-1]))
        digits = f"{self.register(frame.address, now_s):08d}"
        value = bytes.fromhex(digits)[::-1] if frame.data[0] == 0 and frame.data[2] == 1 else bytes(3)
        answer = frames.encode(frame.address, 0x91, frame.data[:4] + value)
        if frame.address.endswith("1") and self.silent(now_s):
            return [(0.03, octets) for octets in self.spoil(answer)]
        return [(0.03, answer)]


class Clock:
    def time_ns(self) -> int:
        return START_S * 10**9 + round(asyncio.get_running_loop().time() * 1e9)

    def set_time_ns(self, value: int) -> None:
        raise AssertionError
