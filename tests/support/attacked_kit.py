"""The reference terminal as a program on real sockets, among peers that send what nobody should: alive, measuring?

A meter that answers, and a centre, a platform, a collector and a database that say what an attack tells them to. Leaves
the attacks to tests/fuzz/test_live_attacks.py. Whatever is waited for is an event, with patience.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ports import free_port
from process_kit import PATIENCE_S
from terminal_kit import MN, SmallMeter

from reference_terminal.hj212.frame import encode
from simulators.mqtt import packets

LOOK_S = 0.05
_PATIENCE_S = 2.0 * PATIENCE_S
"""A terminal may rest for a minute before it dials a peer again that has ended its connection."""
TOLD = b"QN=20260302000100001;ST=32;CN=2071;PW=123456;MN=" + MN.encode() + b";Flag=5;CP=&&&&"
_TEXT = """
[terminal]
name = "attacked"
[storage]
path = {path}
commit_linger_s = "0.02"
[api]
host = "127.0.0.1"
port = {api}
[security]
passphrase = "of the tests"
[[gateways]]
id = "g1"
host = "127.0.0.1"
port = {meter}
[[meters]]
id = "m1"
gateway = "g1"
unit = 1
period_s = 1
[[meters.points]]
id = "energy"
kind = "counter"
address = 0
type = "u32"
unit = "kWh"
code = "e10001"
rated_per_h = "1000000"
[[meters]]
id = "k1"
collector = "K"
node = "b1"
period_s = 1
[[meters.points]]
id = "k1.energy"
kind = "counter"
unit = "kWh"
tag = "energy"
rated_per_h = "1000"
[[meters]]
id = "s1"
system = "S"
period_s = 1
[[meters.points]]
id = "s1.energy"
kind = "counter"
unit = "kWh"
tag = "energy"
rated_per_h = "1000"
[[collectors]]
id = "K"
protocol = "mqtt"
host = "127.0.0.1"
port = {mqtt}
form = "thingsboard"
numbers = "number"
qos = 1
client = "terminal"
version = "5.0"
[[systems]]
id = "S"
kind = "sql"
url = {sql}
[[centres]]
id = "A"
host = "127.0.0.1"
port = {hj212}
mn = "{mn}"
uploads = ["2011"]
realtime_s = 30
overtime_s = 1
[[centres]]
id = "T"
protocol = "records-json"
host = "127.0.0.1"
port = {http}
mn = "{mn}"
token = "t"
"""

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def eventually(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until something holds; that the machine is busy costs patience, not a test."""
    ends = asyncio.get_running_loop().time() + _PATIENCE_S
    while asyncio.get_running_loop().time() < ends:
        if await holds():
            return
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"not within {_PATIENCE_S} s: {what}")


class Attacked:
    """One terminal and its peers: `standing` are their connections, `peers` those who serve the next one instead."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("api", "hj212", "http", "mqtt")}
        self.meter = SmallMeter()
        self.peers: dict[str, Peer] = {}
        self.heard: dict[str, bytes] = {}
        self.standing: dict[str, asyncio.StreamWriter] = {}
        self.program: asyncio.subprocess.Process | None = None
        self._open: list[asyncio.Server | asyncio.StreamWriter] = []

    async def start(self) -> None:
        """Start the peers and the program, and wait until it measures."""
        self.meter.put_u32(0, 1_234)
        for name in ("hj212", "http", "mqtt"):
            self._open.append(await asyncio.start_server(self._serve(name), "127.0.0.1", self.ports[name]))
        with contextlib.closing(sqlite3.connect(self.folder / "plant.db")) as plant:
            plant.execute("CREATE TABLE readings (id INTEGER PRIMARY KEY, tag TEXT, at TEXT, value TEXT)")
            plant.commit()
        self.config.write_text(
            _TEXT.format(
                meter=await self.meter.start(),
                path=json.dumps(str(self.folder / "terminal.db")),
                sql=json.dumps(f"sqlite:///{self.folder / 'plant.db'}"),
                mn=MN,
                **self.ports,
            )
        )
        self.program = await asyncio.create_subprocess_exec(
            *self.words(self.config),
            stdout=(self.folder / "log").open("ab"), stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        await self.measures()

    def words(self, config: Path) -> list[str]:
        """The command line that starts it with a file."""
        return [sys.executable, "-m", "reference_terminal", str(config)]

    @property
    def config(self) -> Path:
        """The file that it was started with."""
        return self.folder / "terminal.toml"

    def _serve(self, name: str) -> Peer:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open.append(writer)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if name in self.peers:
                    await self.peers.pop(name)(reader, writer)
                else:
                    await self._stand(name, reader, writer)
            self.standing.pop(name, None)
            writer.close()

        return serve

    async def _stand(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A sound peer, which takes what comes and says nothing of its own."""
        if name == "mqtt":
            await reader.read(65_536)
            writer.write(packets.packet(packets.CONNACK, b"\x00\x00\x00"))
            told = await reader.read(65_536)
            number = told[told.index(b"\x82") + 2 :][:2]
            writer.write(packets.packet(packets.SUBACK, number + b"\x00\x01"))
        self.standing[name] = writer
        while octets := await reader.read(65_536):
            self.heard[name] = self.heard.get(name, b"")[-100_000:] + octets

    async def say(self, name: str, octets: bytes, sound: bytes, answer: bytes) -> None:
        """Have a peer say something, and then what is sound: it is answered, there or on the next connection.

        So that what was said before it was read.
        """
        await self._said(name, octets)

        async def answered() -> bool:
            if name in self.standing and answer not in self.heard.get(name, b""):
                await self._said(name, sound)
            await asyncio.sleep(0.2)
            return answer in self.heard.get(name, b"")

        self.heard.pop(name, None)
        await eventually(answered, f"an answer to {name}")

    async def _said(self, name: str, octets: bytes) -> None:
        await self.until(lambda: name in self.standing)
        writer = self.standing[name]
        with contextlib.suppress(OSError):
            for start in range(0, len(octets), 65_536):
                writer.write(octets[start : start + 65_536])
                await writer.drain()

    async def met(self, name: str, peer: Peer) -> None:
        """End a peer's connection, and have it serve the next one in a way."""
        await self.until(lambda: name in self.standing)
        self.peers[name] = peer
        self.standing[name].close()
        await self.until(lambda: name not in self.peers)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something that is seen here holds."""

        async def held() -> bool:
            return holds()

        await eventually(held, "what the attack waits for")

    async def send(self, octets: bytes, *, end: bool = True, most: int = 1 << 20) -> bytes:
        """What the local interface says to some octets."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports["api"])
        try:
            writer.write(octets)
            if end:
                writer.write_eof()
            async with asyncio.timeout(PATIENCE_S):
                return await reader.read(-1)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def ask(
        self, method: str, path: str, body: bytes = b"", head: str = "Content-Type: application/json"
    ) -> tuple[int, Any]:
        """Status and decoded JSON of a request; 0 where there was no answer."""
        told = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\nConnection: close\r\n"
        answer = await self.send(f"{told}Content-Length: {len(body)}\r\n\r\n".encode() + body, end=False)
        first, _, rest = answer.partition(b"\r\n\r\n")
        try:
            return int(first.split()[1]), json.loads(rest)
        except (IndexError, ValueError):
            return 0, answer

    async def newest(self) -> str:
        """When the newest reading with a value was taken; empty while there is none, or no answer."""
        with contextlib.suppress(OSError):
            status, told = await self.ask("GET", "/api/v1/readings?point=energy&limit=100000")
            if status == 200:
                return max((row["at"] for row in told["readings"] if row["value"] is not None), default="")
        return ""

    async def measures(self) -> None:
        """It lives, answers, and a further reading was taken and kept."""
        assert self.program is not None
        before = await self.newest()

        async def further() -> bool:
            assert self.program is not None and self.program.returncode is None, self.log()[-2000:]
            return await self.newest() > before

        await eventually(further, "a further reading")

    def log(self) -> str:
        """What it has printed."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def memory_mb(self) -> float:
        """What it holds of memory now."""
        assert self.program is not None
        words = Path(f"/proc/{self.program.pid}/statm").read_text().split()
        return int(words[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    async def stop(self) -> None:
        """End it and its peers."""
        for each in self._open:
            each.close()
        if self.meter.server:
            self.meter.server.close()
        if self.program is not None and self.program.returncode is None:
            self.program.terminate()
            await self.program.wait()

    def holes(self) -> list[int]:
        """Seconds between the first and the last reading of the meter that are neither kept nor told as a gap."""
        with contextlib.closing(sqlite3.connect(self.folder / "terminal.db")) as store:
            rows = store.execute("SELECT slot_s FROM reading WHERE point = (SELECT min(point) FROM reading)")
            slots = sorted(row[0] for row in rows)
            gaps = store.execute("SELECT start_s, end_s FROM gap WHERE subject = 'energy'").fetchall()
        missed = {slot for start, end in gaps for slot in range(start, end or slots[-1])}
        return sorted(set(range(slots[0], slots[-1] + 1)) - set(slots) - missed)


def frame(data: bytes) -> bytes:
    """A frame of HJ 212."""
    return encode(data)
