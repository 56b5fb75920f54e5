"""What the tests of platforms share: a small platform over HTTP on a real socket that answers as told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import h11

from reference_terminal.model.times import parse_iso

OK: dict[str, Any] = {"responseCode": "0", "responseMessage": "RECEIVE SUCCESS"}
DEVICE = "0123456789abcdef0123456789abcdef"
ENTERPRISE = "91350200MA2XXXXX0X"


def at(text: str) -> int:
    found = parse_iso(text)
    assert found is not None
    return found


@dataclass(frozen=True)
class Asked:
    """One request: path and body."""

    path: str
    body: dict[str, Any]
    head: dict[str, str]


Answer = tuple[int, Any] | None
"""Status and JSON (or octets) of an answer; None: the connection closes without one."""


@dataclass
class SmallPlatform:
    """Registers, tells versions, takes data; `special(asked)` may answer first."""

    special: Callable[[Asked], Answer | str] = lambda asked: ""
    upload_time: str = "10:00:00"
    secret: str = ""
    versions: tuple[str, str] = ("1", "1")
    wanted: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    valid_means_valid: bool = True
    data_base: str = ""
    asked: list[Asked] = field(default_factory=list[Asked])
    news: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    server: asyncio.Server | None = None

    async def start(self) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self.server.sockets[0].getsockname()[1])
        return self.port

    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            http = h11.Connection(h11.SERVER)
            while await self._one(http, reader, writer):
                http.start_next_cycle()
        except (ConnectionError, h11.RemoteProtocolError):
            pass
        finally:
            writer.close()

    async def _one(self, http: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head: Any = None
        body = bytearray()
        while not isinstance(event := http.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                http.receive_data(await reader.read(65_536))
            elif isinstance(event, h11.ConnectionClosed):
                return False
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
        fields = {name.decode(): value.decode() for name, value in head.headers}
        asked = Asked(head.target.decode(), json.loads(bytes(body), parse_float=Decimal, parse_int=Decimal), fields)
        self.asked.append(asked)
        self.news.set()
        answer = self.special(asked)
        if answer == "silence":
            await asyncio.sleep(60)
        if answer == "":
            answer = (200, self.usual(asked))
        if answer is None or isinstance(answer, str):
            return False
        status, content = answer
        octets = content if isinstance(content, bytes) else json.dumps(content).encode()
        writer.write(http.send(h11.Response(status_code=status, headers=[("Content-Length", str(len(octets)))])) or b"")
        writer.write((http.send(h11.Data(data=octets)) or b"") + (http.send(h11.EndOfMessage()) or b""))
        return http.our_state is h11.DONE

    def usual(self, asked: Asked) -> dict[str, Any]:
        base = self.data_base or self.base()
        if asked.path == "/enterprise/register":
            return {
                **OK,
                "deviceId": DEVICE,
                "loadDicVersionURL": f"{base}/versions",
                "centerDataURL": f"{base}/data",
                "centerInfoURL": f"{base}/info",
                "centerInfoDownloadURL": f"{base}/download",
                "uploadTime": self.upload_time,
                **({"secretKey": self.secret} if self.secret else {}),
            }
        if asked.path == "/versions":
            return {**OK, "regVersion": self.versions[0], "dicVersion": self.versions[1]}
        if asked.path == "/download":
            return {
                **OK,
                "dicVersion": self.versions[1],
                "validMeansValid": self.valid_means_valid,
                "collectItemConfig": self.wanted,
            }
        return OK

    def of(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def entries(self) -> list[dict[str, Any]]:
        """All entries of data received."""
        return [entry for asked in self.of("/data") for entry in asked.body["data"]]

    async def until(self, wanted: Callable[[], bool], timeout_s: float = 120) -> None:
        async with asyncio.timeout(timeout_s):
            while not wanted():
                self.news.clear()
                await self.news.wait()


def platform_text(port: int, name: str = "P", extra: str = "") -> str:
    """One energy platform on loopback."""
    return f"""
[[centres]]
id = "{name}"
protocol = "https-json"
host = "127.0.0.1"
port = {port}
mn = "T1"
region = "350200"
enterprise = "{ENTERPRISE}"
upload_time = "10:00:00"
codes = {{ energy = "04-01-0000-040200-30", power = "04-01-0000-040300-30" }}
{extra}
"""


SECURITY = '\n[security]\npassphrase = "open sesame, open sesame"\n'
