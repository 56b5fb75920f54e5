"""A reference platform that everybody may ask anything: requests straight into its application, octets into its doors.

Leaves what is asked to the tests. Whatever it writes into its log is a fault that somebody's input has caused.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import logging
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from ports import free_port
from reference_platform_kit import PASSWORD, START_US, Answer, HandClock, furnish, made, minute, settings

from simulators.platform.core.intake.hj212_door import Hj212Door, Hj212Link
from simulators.platform.core.intake.mqtt_door import MqttDoor, MqttLink
from simulators.platform.core.kinds import Kind
from simulators.platform.core.plans import Plans, installed
from simulators.platform.core.settings import Hj212, Mqtt, Store

WHO = ("administrator", "auditor", "operator", "manager-a", "clerk-a", "clerk-b", "government", "")
"""One account of each role; empty: nobody is logged in."""


class Told(logging.Handler):
    """What the platform has written into its log."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Wire(asyncio.Transport):
    """A connection of which only what is said is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self.closed = bytearray(), False

    def write(self, data: Any) -> None:
        self.said += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed


class Stand:
    """A furnished platform in a loop of its own, asked without a socket between."""

    def __init__(self, store: Store | None = None) -> None:
        self.runner = asyncio.Runner()
        self._room = tempfile.TemporaryDirectory(prefix="carbonbench-fuzz-")
        self.folder = Path(self._room.name)
        self.clock = HandClock()
        self.told = Told()
        log = logging.getLogger("simulators.platform")
        log.addHandler(self.told)
        log.propagate = False
        doors = {"hj212": Hj212(port=free_port()), "mqtt": Mqtt(port=free_port())}
        chosen = settings(**doors, store=store or Store(sync="off"))
        self.platform = made(self.folder, self.clock, chosen)
        self.tokens: dict[str, str] = {}
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        await self.platform.start()
        with self.platform.office.ground.db.begin():
            furnish(self.platform.desk())
        for who in filter(None, WHO):
            word = "Administrator-1" if who == "administrator" else PASSWORD
            self.tokens[who] = self.platform.office.accounts.login(who, word)[0]

    def close(self) -> None:
        """Take it down."""
        self.runner.run(self.platform.stop())
        self.runner.close()
        logging.getLogger("simulators.platform").removeHandler(self.told)
        self._room.cleanup()

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: bytes = b"",
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> Answer:
        """What somebody is answered."""
        sent: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
        got: list[Any] = []

        async def receive() -> dict[str, Any]:
            return sent.pop(0) if sent else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            got.append(message)

        named = [(b"host", b"platform"), *headers]
        if who and self.platform.office.accounts.who(self.tokens[who]) is not None:
            named.append((b"authorization", b"Bearer " + self.tokens[who].encode()))
        told = urlencode({name: str(value) for name, value in (query or {}).items()}, errors="replace")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": path.encode("utf-8", "replace").decode(),
            "raw_path": b"",
            "query_string": told.encode(),
            "root_path": "",
            "scheme": "http",
            "headers": named,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        app = self.platform._http._config.app  # pyright: ignore[reportPrivateUsage]
        self.runner.run(app(scope, receive, send))  # pyright: ignore[reportArgumentType, reportCallIssue]
        octets = b"".join(each.get("body", b"") for each in got[1:])
        return Answer(got[0]["status"], {k.decode(): v.decode() for k, v in got[0]["headers"]}, octets)

    def hj212(self, octets: bytes) -> bytes:
        """What a new connection of HJ 212 is answered."""
        door = next(each for each in self.platform._doors if isinstance(each, Hj212Door))  # pyright: ignore[reportPrivateUsage]
        return self._said(Hj212Link(door), octets)

    def mqtt(self, octets: bytes) -> bytes:
        """What a new connection of MQTT is answered."""
        door = next(each for each in self.platform._doors if isinstance(each, MqttDoor))  # pyright: ignore[reportPrivateUsage]
        return self._said(MqttLink(door), octets)

    def http(self, octets: bytes) -> bytes:
        """What a new connection of the interface of people is answered, over a socket."""

        async def main() -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.platform.port)
            try:
                writer.write(octets)
                writer.write_eof()
                async with asyncio.timeout(120):
                    return await reader.read(-1)
            except OSError:
                return b""
            finally:
                writer.close()

        return self.runner.run(main())

    def _said(self, link: Hj212Link | MqttLink, octets: bytes) -> bytes:
        async def main() -> bytes:
            wire = Wire()
            link.connection_made(wire)
            for start in range(0, len(octets), 700):
                link.data_received(octets[start : start + 700])
            for _ in range(3):
                await asyncio.sleep(0)
            link.connection_lost(None)
            return bytes(wire.said)

        return self.runner.run(main())

    def unhurt(self) -> None:
        """Nothing is in the log, and the next frame of a sound terminal is kept and acknowledged."""
        lines, self.told.lines = self.told.lines, []
        assert not lines, lines[0]
        self.clock.at_us += 1_000
        assert b"CN=9014" in self.hj212(minute("1.5", "20200101000000", qn="7"))


@cache
def stand() -> Stand:
    """One for all targets of a process; it is taken down at its end."""
    made = Stand()
    atexit.register(made.close)
    return made


# What a field takes, by what is noted of it.

TEXTS = (
    "x",
    "t",
    "kWh",
    "electricity",
    "coal",
    "chemical",
    "A",
    "B",
    "P",
    "A.k01",
    "A.cracking",
    "MN-A",
    "3205",
    "AD*EF",
)
AMOUNTS = ("1", "0", "-1", "0.5", "9" * 40, "0." + "0" * 39 + "1", "-" + "9" * 40 + "." + "9" * 40)
INSTANTS = (START_US, 0, START_US - 40 * 86_400_000_000, START_US + 3_600_000_000, "2026-01-01", "2199-12-31T23:59:59")
NUMBERS = (2026, 0, 1, 3_600, 1900, 2199, -1, 2**70)
HOSTILE = (
    *("", "1e999", "NaN", "-0", "9" * 400, str(2**63), str(-(2**62)), "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-14:00", "2026-02-30", "'; DROP TABLE objects;--", "%", "../../etc/passwd", "\ud800"),
    *("a\0b", "\r\nSet-Cookie: a=b", "\x1b[2J", "\u202e", "<script>", "=1+1", "zh" * 200, "((((", "1/0", "null", "[]"),
    *(None, True, 0.5, 1e300, 2**70, [], ["x"], {}, {"a": "\ud800"}, [[[[[[]]]]]]),
)


def words_of(shape: type[msgspec.Struct]) -> dict[str, tuple[Any, ...]]:
    """The fields of a struct that take a word out of a list."""
    found: dict[str, tuple[Any, ...]] = {}
    told = msgspec.inspect.type_info(shape)
    assert isinstance(told, msgspec.inspect.StructType)
    for each in told.fields:
        waiting: list[Any] = [each.type]
        while waiting:
            at = waiting.pop()
            if isinstance(at, msgspec.inspect.LiteralType):
                found[each.encode_name] = tuple(at.values)
            elif isinstance(at, msgspec.inspect.IntType):
                found.setdefault(each.encode_name, NUMBERS)
            elif isinstance(at, msgspec.inspect.Metadata):
                waiting.append(at.type)
            elif isinstance(at, msgspec.inspect.UnionType):
                waiting.extend(at.types)
    return found


def choices(
    shape: type[msgspec.Struct], notes: Mapping[str, Mapping[str, Any]], keys: Mapping[str, Sequence[str]]
) -> dict[str, tuple[Any, ...]]:
    """What may sensibly stand in each field of a struct."""
    words = words_of(shape)
    found: dict[str, tuple[Any, ...]] = {}
    for name, note in notes.items():
        if "instant" in note:
            found[name] = INSTANTS
        elif "amount" in note:
            found[name] = AMOUNTS
        elif note.get("ref"):
            found[name] = (*keys.get(note["ref"], ()), "x")
        else:
            found[name] = words.get(name, TEXTS)
    return found


def plans() -> Plans:
    """Everything that there is to ask."""
    return installed()


def kinds() -> list[Kind]:
    """Every kind."""
    return list(plans().kinds.values())


SHARED = ("account",)
"""Whatever is made of it says who may log in, which the administrator alone reads."""


def furnish_all(platform: Stand, mark: str) -> dict[str, list[str]]:
    """One object at least of every kind that can be A's, its texts marked: their keys."""
    made: dict[str, list[str]] = {"enterprise": ["A"], "park": ["P"], "process": ["A.cracking"], "point": ["A.k01"]}
    made["terminal"] = ["MN-A"]
    for _ in range(3):
        for kind in kinds():
            if kind.name in made or kind.name in SHARED or kind.tenant == "public" or "enterprise" not in kind.fields:
                continue
            for turn in range(12):
                values: dict[str, Any] = {}
                for name, known in choices(kind.shape, kind.fields, made).items():
                    if name == "id":
                        values[name] = f"{mark}-{kind.name}"
                    elif name == "enterprise":
                        values[name] = "A"
                    elif known and known[0] == "x" and not kind.fields[name].get("ref"):
                        values[name] = (mark, *known)[(turn // 2) % len(known)] if turn else mark
                    elif known[:1] != ("x",):
                        values[name] = known[turn % len(known)] if turn else known[0]
                asked = platform.ask(
                    "administrator", "POST", f"/api/objects/{kind.name}", body=json.dumps(values).encode()
                )
                if asked.status == 201:
                    made.setdefault(kind.name, []).append(asked.json["id"])
                    break
    return made
