"""A peer on a line for the drivers' tests: answers by a function, over a real socket in virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal

from bench.virtual.loop import run as run_virtually
from bench.virtual.network import Network
from reference_terminal.acquisition.line import Line
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.settings.config import load_config
from reference_terminal.settings.lines import LineConfig
from reference_terminal.settings.meters import MeterConfig


class Peer:
    """Whoever hangs on the line: `replies(request)` gives (delay s, octets) pairs sent in order; requests are kept."""

    def __init__(self, replies: Callable[[bytes], list[tuple[float, bytes]]]) -> None:
        self.replies = replies
        self.requests: list[bytes] = []
        self.writer: asyncio.StreamWriter | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        while octets := await reader.read(4096):
            self.requests.append(octets)
            for delay_s, answer in self.replies(octets):
                self._tasks.append(asyncio.ensure_future(self._say(delay_s, answer, writer)))

    async def _say(self, delay_s: float, answer: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(delay_s)
        writer.write(answer)


class Clock:
    def time_ns(self) -> int:
        return 1_772_380_800 * 10**9 + round(asyncio.get_running_loop().time() * 1e9)

    def set_time_ns(self, value: int) -> None:
        raise AssertionError


def line_config(**changes: object) -> LineConfig:
    return LineConfig("l1", host="127.0.0.1", port=4001, **{"retries": 0, "timeout_s": Decimal(1), **changes})  # type: ignore[arg-type]


def meter(text: str) -> MeterConfig:
    """A meter of a configuration with one line."""
    config = load_config(
        f'[[lines]]\nid = "l1"\nhost = "127.0.0.1"\nport = 4001\n[[meters]]\nid = "m"\nline = "l1"\n{text}'
    )
    return config.meters[0]


def on_line(
    peer: Peer, body: Callable[[Line, WallClock], Awaitable[object]], config: LineConfig | None = None
) -> object:
    """Run `body` with a line to the peer, in virtual time."""

    async def main() -> object:
        Network()
        server = await asyncio.start_server(peer.serve, "127.0.0.1", 4001)
        line = Line(config or line_config(), random.Random(1))
        try:
            return await body(line, WallClock(Clock()))
        finally:
            line.close()
            server.close()

    return run_virtually(main())


def shown(readings: list[Reading]) -> list[str]:
    """Value or cause of each reading."""
    return [reading.cause if reading.value is None else str(reading.value) for reading in readings]
