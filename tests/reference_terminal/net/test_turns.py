"""A peer whose octets are always there keeps nobody else from their turns, and makes nothing grow without end."""

# What a peer sends is put to the readers themselves: over a socket it would come in pieces that wait by themselves.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from collector_terminal_kit import config_text
from terminal_kit import platform

from reference_terminal import Terminal, load_config
from reference_terminal.acquisition.mqtt.client import MqttClient
from reference_terminal.acquisition.mqtt.received import ReceivedIds
from reference_terminal.net.channel import PlainLine, Security
from reference_terminal.net.http import HttpClient, HttpFailed, Place
from reference_terminal.net.mqtt import packets, properties
from reference_terminal.net.mqtt.courier import Login, MqttCourier
from reference_terminal.settings.config import ApiConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.web.seats import Seat
from reference_terminal.web.server import Application, Request, Server, Session

LEAST = 10
"""Turns of others during what takes any computer at least a tenth of a second; once there was none."""


class Ready:
    """A line whose octets are there at once, and which takes what is written until it is `deaf`."""

    agreed, until_s, certified, standing, status = "", 0, "", (), None

    def __init__(self, octets: bytes, *, deaf: bool = False) -> None:
        self._octets = octets
        self._deaf = deaf
        self.written = 0

    async def read(self, most: int = -1) -> bytes:
        piece, self._octets = self._octets[:most], self._octets[most:]
        return piece

    def write(self, data: bytes) -> None:
        self.written += len(data)

    async def drain(self) -> None:
        if self._deaf and self.written:
            await asyncio.get_running_loop().create_future()

    def closing(self) -> bool:
        return False

    def abort(self) -> None:
        pass

    def can_write_eof(self) -> bool:
        return False

    def write_eof(self) -> None:
        pass


class Nothing:
    """An application that has nothing to say."""

    async def answer(self, request: Request) -> Any:
        return {}

    def most_octets(self, head: Request) -> int:
        return 10_000_000


async def turns_beside(work: Awaitable[Any]) -> int:
    """Turns that others had until some work was done, however it ended."""
    task, turns = asyncio.ensure_future(work), 0
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    await asyncio.gather(task, return_exceptions=True)
    return turns


async def session(octets: bytes) -> None:
    server = Server(ApiConfig(), cast(Application, Nothing()), cast(Journal, None))
    line = Ready(octets)
    await Session(line, line, server, Seat("peer", lambda: None)).run(full=False)
    assert line.written


async def answered(octets: bytes) -> None:
    client = HttpClient(Security(), "host", lambda: 0, 10)
    client._line = cast(Any, Ready(octets))
    await client._exchange(Place("host", 80, "/"), b"", (), "text/plain")


async def couriered(octets: bytes) -> None:
    courier = MqttCourier(Security(), "host", 1883, Login("c", "u", "p", "answers"), lambda: 0, 10)
    courier._line = cast(Any, Ready(octets))
    await courier._exchange("topic", b"", lambda payload: False)


def collector() -> MqttClient:
    terminal = Terminal(load_config(config_text(1, collector='version = "5.0"\nqos = 2')), platform(1_772_380_800))
    terminal._assemble()
    return terminal.carriers._clients["c1"]


async def collected(octets: bytes) -> None:
    await collector()._hear(cast(Any, Ready(octets)), bytearray())


PIECES = b"1\r\nx\r\n"
UPLOAD = b"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
SAID: dict[str, tuple[Callable[[bytes], Awaitable[None]], bytes]] = {
    "requests in a row": (session, b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n" * 1_500),
    "pieces of one octet": (session, UPLOAD + PIECES * 12_000),
    "an answer of such pieces": (answered, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + PIECES * 12_000),
    "answers before the answer": (answered, b"HTTP/1.1 103 Early\r\na: b\r\n\r\n" * 3_000),
    "pings of a platform's broker": (couriered, b"\xd0\x00" * 100_000),
    "pings of a collector": (collected, b"\xd0\x00" * 100_000),
    "identifiers let go": (
        collected,
        b"".join(b"\x62\x02" + number.to_bytes(2, "big") for number in range(1, 25_000)),
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_others_have_their_turns(name: str) -> None:
    work, octets = SAID[name]
    assert asyncio.run(turns_beside(work(octets))) > LEAST


def test_a_broker_that_takes_no_receipts_is_given_no_more_of_them() -> None:
    """It goes on to send what asks for one, and nothing of that may pile up."""
    line = Ready(b"\x62\x02\x00\x07" * 500_000, deaf=True)

    async def scene() -> None:
        hearing = asyncio.ensure_future(collector()._hear(cast(Any, line), bytearray()))
        await asyncio.sleep(0.5)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)

    asyncio.run(scene())
    assert 0 < line.written < 200_000


class Kept:
    """What a collector keeps, and how often it is made into text."""

    def __init__(self) -> None:
        self.made: list[Callable[[], str]] = []

    def setting(self, scope: str, name: str) -> str | None:
        return None

    def keep_setting(self, scope: str, name: str, value: str) -> None:
        self.made.append(lambda: value)

    def keep_latest(self, scope: str, name: str, value: Callable[[], str]) -> None:
        self.made.append(value)

    def touch(self) -> None:
        pass


def test_identifiers_are_made_into_text_once_a_commit_however_many_come_and_go() -> None:
    kept = Kept()
    ids = ReceivedIds(kept, "c1")
    for number in range(1, 1_001):
        ids.add([number])
    for number in range(1, 999):
        ids.remove(number)
    assert [each() for each in kept.made] == ["999,1000"]
    ids.committed()
    ids.remove(999)
    assert [each() for each in kept.made[1:]] == ["1000"]


def test_properties_that_nobody_can_have_a_use_for_are_refused() -> None:
    pair = b"\x26\x00\x01a\x00\x01b"
    body = b"\x00\x01t" + b"\x80\x80\x40" + pair * 200_000
    with pytest.raises(packets.BadPacket, match=f"at most {properties.MOST_OCTETS} octets of properties"):
        packets.arrived(0, body, packets.LEVEL_5)


def test_what_is_written_to_a_line_that_is_gone_is_told_and_not_printed(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        gone = asyncio.Event()

        async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.transport.abort()
            gone.set()

        server = await asyncio.start_server(leave, "127.0.0.1", 0)
        line = PlainLine(*await asyncio.open_connection(*server.sockets[0].getsockname()))
        await gone.wait()
        with pytest.raises(ConnectionError):
            for _ in range(100):
                line.write(b"x")
                await asyncio.sleep(0)
        with pytest.raises(ConnectionError):
            line.write(b"x")
        server.close()

    asyncio.run(scene())
    assert "socket.send" not in caplog.text


def test_an_answer_that_is_too_long_is_refused_whatever_pieces_it_comes_in() -> None:
    with pytest.raises(HttpFailed, match="longer"):
        asyncio.run(answered(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000_000))
