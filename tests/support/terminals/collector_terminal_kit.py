"""A terminal that listens to a collector over a real Mosquitto."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from reference_terminal import Terminal
from reference_terminal.model import reading


def config_text(port: int, *, path: str = ":memory:", period_s: int = 1, collector: str = "") -> str:
    return f"""
[terminal]
name = "T1"
[storage]
path = "{path}"
commit_linger_s = "0.02"
[[collectors]]
id = "c1"
protocol = "mqtt"
host = "127.0.0.1"
port = {port}
{collector}
[[meters]]
id = "m1"
collector = "c1"
node = "E1"
period_s = {period_s}
[[meters.points]]
id = "energy"
kind = "counter"
tag = "energy"
unit = "kWh"
modulus = "1000"
[[meters.points]]
id = "power"
kind = "instant"
tag = "有功功率"
unit = "kW"
min = "-100"
max = "100"
decimals = 1
"""


class Mosquitto:
    """A real broker that can be stopped and started again with what it has kept."""

    def __init__(self, program: str, folder: Path, port: int) -> None:
        self.port = port
        self._words = [program, "-c", str(folder / "mosquitto.conf")]
        (folder / "mosquitto.conf").write_text(
            f"user root\nallow_anonymous true\nlistener {port} 127.0.0.1\npersistence true\n"
            f"persistence_location {folder}/\nmax_queued_messages 0\nlog_dest none\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(self._words)
        for _ in range(1000):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("Mosquitto does not listen")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None


class Bench:
    """A terminal at a Mosquitto, and Mosquitto's publisher."""

    def __init__(self, terminal: Terminal, broker: Mosquitto, publisher: str) -> None:
        self.terminal = terminal
        self.broker = broker
        self._publisher = publisher

    async def publish(self, text: str, *more: str) -> None:
        words = ("-h", "127.0.0.1", "-p", str(self.broker.port), "-V", "mqttv311", "-t", "/neuron/C/E1", "-m", text)
        process = await asyncio.create_subprocess_exec(self._publisher, "-q", "1", *words, *more)
        assert await process.wait() == 0

    async def now_s(self) -> float:
        """The terminal's time at the beginning of its next slot."""
        clock = self.terminal.clock
        await clock.sleep_until((clock.now_s() + 1) * 1000 + 50)
        return clock.now_ms() / 1000

    async def say(self, at_s: float, energy: str, power: str, *more: str) -> None:
        values = f'{{"energy":{energy},"有功功率":{power}}}'
        await self.publish(f'{{"timestamp":{round(at_s * 1000)},"node":"E1","values":{values}}}', *more)

    @property
    def connected(self) -> bool:
        driver = self.terminal.carriers._clients["c1"]  # pyright: ignore[reportPrivateUsage]
        return driver.connected

    async def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(1500):
            if condition():
                return
            await asyncio.sleep(0.02)
        raise TimeoutError("what the test waits for did not happen")

    def rows(self, point: str) -> dict[int, tuple[str | None, int, str]]:
        self.terminal.store.flush()
        number = self.terminal.pipeline.by_id[point].number
        return {row[0]: (row[2], row[4], row[5]) for row in self.terminal.store.readings(number, 0, 2**40, 100_000)}

    def good(self, point: str) -> list[str | None]:
        return [value for value, quality, _ in self.rows(point).values() if quality != reading.BAD]
