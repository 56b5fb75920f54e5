"""What the tests of the reference platform share: a hand-moved clock, a platform in a folder, a client over streams."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from simulators.platform import Platform, Settings
from simulators.platform.core.desk import Desk
from simulators.platform.core.intake.hj212 import framed
from simulators.platform.core.settings import Hj212, Mqtt, People, Store

START_US = 1_772_380_800_000_000  # 2026-03-02T00:00:00+08:00, a Monday
PASSWORD = "Correct-horse-1"
HOUR_US = 3_600_000_000


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, at_us: int = START_US) -> None:
        self.at_us = at_us

    def time_ns(self) -> int:
        return self.at_us * 1_000


def settings(**changed: Any) -> Settings:
    """Quick passwords, any port, a disk that is not waited for."""
    return Settings(
        store=changed.pop("store", Store(sync="off")),
        people=changed.pop("people", People(port=0, argon_time=1, argon_kib=8)),
        hj212=changed.pop("hj212", Hj212()),
        mqtt=changed.pop("mqtt", Mqtt()),
        **changed,
    )


def made(folder: Path, clock: Any = None, chosen: Settings | None = None, **more: Any) -> Platform:
    return Platform(chosen or settings(), clock=clock or HandClock(), chance=random.Random(1), folder=folder, **more)


@asynccontextmanager
async def standing(folder: Path, clock: Any = None, chosen: Settings | None = None) -> AsyncGenerator[Platform]:
    platform = made(folder, clock, chosen)
    await platform.start()
    try:
        yield platform
    finally:
        await platform.stop()


def furnish(desk: Desk) -> None:
    """A park with two enterprises, people of both, a terminal and two points of the first."""
    desk.create("park", id="P", name="化工园区", region="3205")
    for name in ("A", "B"):
        desk.create("enterprise", id=name, name=f"企业 {name}", park="P", region="3205", sector="chemical")
        desk.create("account", id=f"clerk-{name.lower()}", role="clerk", enterprise=name, password=PASSWORD)
    desk.create("account", id="manager-a", role="manager", enterprise="A", password=PASSWORD)
    desk.create("account", id="operator", role="operator", park="P", password=PASSWORD)
    desk.create("account", id="auditor", role="auditor", password=PASSWORD)
    desk.create("account", id="government", role="government", region="32", password=PASSWORD)
    desk.create("process", id="A.cracking", enterprise="A", name="裂解")
    desk.create("terminal", id="MN-A", enterprise="A", secret="123456")
    desk.create("terminal", id="MN-B", enterprise="B", secret="654321")
    for code, kind, unit in (("k01", "counter", "kWh"), ("t01", "instant", "°C")):
        desk.create("point", id=f"A.{code}", enterprise="A", terminal="MN-A", code=code, kind=kind, unit=unit)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.json["rows"]


@dataclass
class Caller:
    """Somebody at the API: one connection a request."""

    host: str
    port: int
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        octets = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        said = {"Host": "platform", "Connection": "close", "Content-Length": str(len(octets)), **self.headers}
        if self.token:
            said["Authorization"] = f"Bearer {self.token}"
        said |= {name.replace("_", "-"): text for name, text in headers.items()}
        head = "".join(f"{name}: {text}\r\n" for name, text in said.items())
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + octets)
            found = await reader.read(-1)
        finally:
            writer.close()
        first, _, rest = found.partition(b"\r\n\r\n")
        lines = first.decode("latin-1").split("\r\n")
        told = dict(line.lower().split(": ", 1) for line in lines[1:])
        return Answer(int(lines[0].split()[1]), told, rest)

    async def login(self, account: str, password: str = PASSWORD) -> Caller:
        answer = await self.call("POST", "/api/login", {"account": account, "password": password})
        assert answer.status == 200, answer.body
        return Caller(self.host, self.port, answer.json["token"])


def caller(platform: Platform) -> Caller:
    return Caller("127.0.0.1", platform.port)


def minute(
    value: str, at: str = "20260302000000", *, code: str = "k01-Cou", qn: str = "1", mn: str = "MN-A", **more: str
) -> bytes:
    pw, cn = more.get("pw", "123456"), more.get("cn", "2051")
    flag, part = more.get("flag", "N"), more.get("part", "")
    name = code.partition("-")[0]
    asks = "7" if part else "5"
    return framed(
        f"QN=2026030200000{int(qn):04d};ST=31;CN={cn};PW={pw};MN={mn};Flag={asks};{part}"
        f"CP=&&DataTime={at};{code}={value},{name}-Flag={flag}&&"
    )


class Line:
    """A terminal's connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> Line:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def say(self, octets: bytes) -> list[bytes]:
        """What is answered before a frame that is surely answered is."""
        self.writer.write(octets + minute("0", "20200101000000", qn="9999"))
        found: list[bytes] = []
        async with asyncio.timeout(120):
            while not found or b"QN=20260302000009999" not in found[-1]:
                found.append((await self.reader.readuntil(b"\r\n")).rstrip())
        return found[:-1]


def kept(platform: Platform, point: str = "A.k01", hours: int = 24) -> list[tuple[str, int, str]]:
    found = platform.desk().samples(point, START_US, START_US + hours * HOUR_US)
    return [(each.value, each.revision, each.quality) for each in found]
