"""Attacks on the reference terminal as a program, each once fatal or of the same kind: it lives, measures, keeps all.

What came out when each was tried, before and now, stands in docs/ATTACKS.md. One program takes them one after the
other, so that what one leaves behind the next one meets.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Awaitable, Callable, Generator

import pytest
from attacked_kit import TOLD, Attacked, frame

from reference_terminal.web import api
from reference_terminal.web.router import ROOT, Addresses, Route
from simulators.mqtt import packets

assert api


@pytest.fixture(scope="module")
def runner() -> Generator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="module")
def attacked(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Generator[Attacked]:
    made = Attacked(tmp_path_factory.mktemp("attacked"))
    try:
        runner.run(made.start())
        yield made
    finally:
        runner.run(made.stop())


def lives(attacked: Attacked, runner: asyncio.Runner, attack: Callable[[], Awaitable[None]]) -> None:
    """Attack; after it the program lives, answers and takes further readings."""

    async def scene() -> None:
        await attack()
        await attacked.measures()

    runner.run(scene())


# The local interface.

OVERSIZED = b"GET /api/v1/status HTTP/1.1\r\n" + b"A: " + b"x" * 200_000 + b"\r\n\r\n"
RAW = {
    "nothing": b"",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "HTTP/0.9": b"GET /\r\n",
    "long head": OVERSIZED,
    "many heads": b"GET / HTTP/1.1\r\nHost: h\r\n" + b"a:b\r\n" * 30_000 + b"\r\n",
    "negative length": b"POST /api/v1/period HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    "endless length": b"POST /api/v1/archive HTTP/1.1\r\nHost: h\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "two lengths": b"POST /api/v1/period HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nx",
    "length and pieces": b"POST /api/v1/period HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    "endless piece": b"POST /api/v1/period HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 5000,
    "odd targets": b"".join(
        b"GET %s HTTP/1.1\r\nHost: h\r\n\r\n" % target
        for target in (
            b"/..%2f..%2f..%2fetc/passwd",
            b"//",
            b"/%00",
            b"/%ff%fe",
            b"http://[::1/",
            b"*",
            b"/api/v1/" * 900,
        )
    ),
    "ranges of it all": b"GET /api/v1/records?" + b"point=x&" * 7_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
}


def test_octets_at_the_local_interface(attacked: Attacked, runner: asyncio.Runner) -> None:
    async def attack() -> None:
        for name, octets in RAW.items():
            answer = await attacked.send(octets)
            assert not answer.startswith(b"HTTP/1.1 5"), (name, answer[:200])

    lives(attacked, runner, attack)


BODIES = (
    b"[" * 60_000,
    b'{"a":' * 9_000,
    b'{"author":"\\ud800","author":1e999}',
    b'{"author":' + b"9" * 5_000 + b"}",
    b"\xff\xfe\x00",
    b'{"author":"a\\r\\n2026-01-01T00:00:00 [alarm] forged","settings":"x = \\"\\\\u0000\\"","centre":"\\u0000"}',
    b"null",
)
WORDS = (
    "",
    "\ud800",
    "9" * 5_000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "-1",
    "a\0b",
    "../x",
    "NaN",
)


def declared() -> list[Route]:
    """Every address under both methods."""
    return [each for group in Addresses.__subclasses__() for each in group.routes if not each.name.startswith("/")]


def test_every_address_with_hostile_words_and_bodies(attacked: Attacked, runner: asyncio.Runner) -> None:
    routes = declared()
    assert len(routes) > 80

    async def attack() -> None:
        before = await attacked.ask("GET", ROOT + "config")
        for number, each in enumerate(routes):
            for turn in range(3):
                word = WORDS[(number + turn) % len(WORDS)].encode("utf-8", "surrogatepass")
                told = "".join(f"%{octet:02x}" for octet in word)
                query = "&".join(f"{name}={told}" for name in each.query)
                body = BODIES[(number + turn) % len(BODIES)] if each.method == "POST" else b""
                if each.body and turn == 2:
                    body = json.dumps(dict.fromkeys(each.body, WORDS[number % len(WORDS)])).encode()
                status, answer = await attacked.ask(each.method, f"{ROOT}{each.name}?{query}", body)
                assert 200 <= status < 500 or status == 503, (each.name, query[:80], body[:80], status, answer)
        after = await attacked.ask("GET", ROOT + "config")
        assert before == after

    lives(attacked, runner, attack)


def test_a_page_of_another_site_orders_nothing(attacked: Attacked, runner: asyncio.Runner) -> None:
    """Nobody logs in without `[accounts]`; a browser of the plant is still no door for a page of the internet."""
    heads = (
        "Content-Type: text/plain\r\nOrigin: http://evil.example",
        "Content-Type: text/plain\r\nSec-Fetch-Site: cross-site",
    )

    async def attack() -> None:
        for head in heads:
            told = await attacked.ask("POST", ROOT + "configuration-backup?author=m", b"{}", head)
            assert told[0] == 403 and set(told[1]["error"]) >= {"en", "zh"}
        own = "Content-Type: application/json\r\nOrigin: http://127.0.0.1"
        assert (await attacked.ask("POST", ROOT + "configuration-backup?author=m", b"{}", own))[0] == 200

    lives(attacked, runner, attack)


UNUSABLE = (
    'host = "a..b"',
    'host = "127.0.0.1"\nanchors = "/dev/zero"\nchannel = "tls"',
    'host = "127.0.0.1"\nkey = "\\u0000"',
    'host = "127.0.0.1"\novertime_s = ' + "9" * 4_000,
    "host = " + "[" * 20_000,
)


def test_a_centre_that_cannot_be_used_is_not_taken_and_not_kept(attacked: Attacked, runner: asyncio.Runner) -> None:
    async def attack() -> None:
        held = attacked.memory_mb()
        for text in UNUSABLE:
            told = json.dumps({"settings": f'id = "Y"\nport = 9\nmn = "0"\n{text}\n', "author": "m"}).encode()
            status, answer = await attacked.ask("POST", ROOT + "centre-add", told)
            assert status == 400 and set(answer["error"]) >= {"en", "zh"}, text[:60]
        assert [row["centre"] for row in (await attacked.ask("GET", ROOT + "centres"))[1]["centres"]] == ["A", "T"]
        assert attacked.memory_mb() < held + 100

    lives(attacked, runner, attack)


async def connections(attacked: Attacked, scope: contextlib.ExitStack, number: int, octets: bytes) -> None:
    for _ in range(number):
        _, writer = await asyncio.open_connection("127.0.0.1", attacked.ports["api"])
        scope.callback(writer.close)
        writer.write(octets)
        # One that is turned away is closed in the midst of it.
        with contextlib.suppress(OSError):
            await writer.drain()


UPLOAD = (
    b"POST /api/v1/archive?author=m HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
    b"Content-Length: 60000000\r\n\r\n"
)


@pytest.mark.parametrize(
    "octets", [b"", b"GET /api/v1/st", UPLOAD + b"x" * 4_000_000], ids=["idle", "begun", "uploads"]
)
def test_connections_that_never_end_keep_nobody_out(octets: bytes, attacked: Attacked, runner: asyncio.Runner) -> None:
    async def attack() -> None:
        held = attacked.memory_mb()
        with contextlib.ExitStack() as scope:
            await connections(attacked, scope, 32, octets)
            # While they stand, somebody else comes in.
            await attacked.measures()
            assert attacked.memory_mb() < held + 200

    lives(attacked, runner, attack)


# A centre of HJ 212.

HEARD = {
    "heads of 9999 octets": b"##9999" * 100_000,
    "heads and garbage": (b"##0100" + bytes(90)) * 5_000,
    "no end": b"a" * 1_000_000,
    "open parameters": frame(b"QN=20260302000100001;ST=32;CN=2071;PW=1;MN=1;Flag=5;CP=&&" + b"a=//b" * 1_800 + b"&&"),
    "every code": b"".join(
        frame(TOLD.replace(b"CN=2071", b"CN=%d" % code).replace(b"&&&&", b"&&" + words + b"&&"))
        for code in (
            1000,
            1001,
            1011,
            1012,
            1061,
            1062,
            1063,
            1064,
            1072,
            2011,
            2051,
            2061,
            2031,
            3019,
            3020,
            3108,
            9013,
            9999,
        )
        for words in (
            b"",
            b"SystemTime=00000000000000",
            b"BeginTime=9" * 20,
            b"PolId=\xff\x00,a=//",
            b"OverTime=-1;ReCount=99999",
        )
    ),
}


def test_what_a_centre_says(attacked: Attacked, runner: asyncio.Runner) -> None:
    async def attack() -> None:
        for octets in HEARD.values():
            await attacked.say("hj212", octets, frame(TOLD), b"QN=20260302000100001")

    lives(attacked, runner, attack)


# Collectors.

MESSAGES = {
    "half a pair": b'{"b1":[{"ts":1772380800000,"values":{"energy":"\\ud800"}}]}',
    "the year 1": b'{"b1":[{"ts":-62135596800000,"values":{"energy":1}}]}',
    "digits": b'{"b1":[{"ts":%s,"values":{"energy":%s}}]}' % (b"9" * 5_000, b"9" * 5_000),
    "deep": b"[" * 100_000,
    "octet FF": b'{"b1":"\xff"}',
    "forged line": b'{"b1":[{"ts":1,"values":{"energy":"x\\r\\n2026-01-01T00:00:00 [alarm] forged"}}]}',
}


def test_what_a_collector_publishes(attacked: Attacked, runner: asyncio.Runner) -> None:
    topic = b"\x00\x14v1/gateway/telemetry"

    async def attack() -> None:
        for payload in MESSAGES.values():
            said = packets.packet(packets.PUBLISH, topic + b"\x00" + payload)
            sound = packets.packet(packets.PUBLISH, topic + b"\x07\x07\x00{}", flags=2)
            await attacked.say("mqtt", said, sound, b"\x40")

    lives(attacked, runner, attack)


REASON = b"no\r\n2026-01-01T00:00:00 [alarm] forged\x1b[2J"


def test_what_a_broker_says_of_itself(attacked: Attacked, runner: asyncio.Runner) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        told = b"\x1f" + len(REASON).to_bytes(2, "big") + REASON
        writer.write(packets.packet(packets.CONNACK, b"\x00\x87" + bytes((len(told),)) + told))
        await writer.drain()

    lives(attacked, runner, lambda: attacked.met("mqtt", serve))
    for line in attacked.log().splitlines():
        assert not line.startswith("2026-01-01") and "\x1b" not in line


# A database, a meter.

ROWS: tuple[tuple[int, object, object, object], ...] = (
    (1, "energy", "0001-01-01 00:00:00", "1"),
    (2, "energy", "9999-12-31 23:59:59.999999-23:59", "1"),
    (3, "energy", None, "9" * 5_000),
    (4, "energy", "2026-03-02 00:00:00", b"\xff\x00"),
    (5, "x\r\n2026-01-01 [alarm] forged", "x" * 100_000, None),
    (6, None, b"\xff", 1e308),
)


def test_rows_of_a_database(attacked: Attacked, runner: asyncio.Runner) -> None:
    async def attack() -> None:
        with contextlib.closing(sqlite3.connect(attacked.folder / "plant.db", timeout=60)) as plant:
            plant.executemany("INSERT INTO readings VALUES (?, ?, ?, ?)", ROWS)
            plant.commit()

    lives(attacked, runner, attack)


def test_answers_of_a_meter(attacked: Attacked, runner: asyncio.Runner) -> None:
    sound = attacked.meter.answer
    bad = (b"\x00", bytes(70_000), b"\x00\x01\x00\x00\xff\xff\x01\x03\xff")

    async def attack() -> None:
        for octets in bad:
            asked = len(attacked.meter.requests)
            attacked.meter.answer = lambda reply, octets=octets: octets
            await attacked.until(lambda asked=asked: len(attacked.meter.requests) > asked)
        attacked.meter.answer = sound

    lives(attacked, runner, attack)


def test_nothing_was_lost_and_nothing_forged(attacked: Attacked, runner: asyncio.Runner) -> None:
    """Runs last: what the whole round left behind."""
    runner.run(attacked.stop())
    assert attacked.program is not None and attacked.program.returncode == 0
    assert attacked.holes() == []
    told = attacked.log()
    assert "Traceback" not in told and "task failed" not in told
    assert [line for line in told.splitlines() if line[:2] != "20" or line.startswith("2026-01-01")] == []
