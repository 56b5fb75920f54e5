"""What a product tells by itself: every event whole and as it comes, and a sentence for whatever is no stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bench.dut.questions import hook_problems
from bench.dut.streams import MOST_OCTETS, Told, follow, row_of_event

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
FIELDS = {"source": "row.of", "at": "row.at", "value": "row.v"}
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def heard(pieces: list[bytes]) -> tuple[list[str], int]:
    """The events of a product that sends these pieces and goes, and how often it was said that it began."""

    async def scene() -> tuple[list[str], int]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        told, begun = list[str](), list[int]()
        try:
            await follow(Told(f"http://127.0.0.1:{port}/events?all=1"), lambda: begun.append(1), told.append)
        finally:
            server.close()
        return told, len(begun)

    return asyncio.run(scene())


def test_events_come_whole_however_they_are_cut() -> None:
    text = b': ping\n\nid: 1\nevent: e\ndata: {"a": 1}\n\ndata: x\r\ndata:y\r\n\r\ndata: never ended\n'
    for size in (1, 7, len(text)):
        pieces = [HEAD, *(text[at : at + size] for at in range(0, len(text), size))]
        assert heard(pieces) == (['{"a": 1}', "x\ny"], 1)


def test_chunks_are_no_part_of_events() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert heard([head, b"9\r\ndata: ab\n\r\n", b"8\r\n\ndata: c\r\n4\r\nd\n\n\n\r\n0\r\n\r\n"]) == (["ab", "cd"], 1)


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ([b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"], "expected a stream, got status 404"),
        ([b"hello\r\n\r\n"], "no HTTP answer"),
        ([b""], "no HTTP answer"),
        ([HEAD, b"data: " + b"x" * (MOST_OCTETS + 9)], "longer than 1024 KiB"),
        ([HEAD, *[b"data: " + b"x" * 60_000 + b"\n"] * 19], "longer than 1024 KiB"),
    ],
)
def test_what_is_no_stream_is_one_sentence(pieces: list[bytes], told: str) -> None:
    with pytest.raises((LookupError, OSError), match=told):
        heard(pieces)


def test_an_event_is_read_by_the_profiles_expressions() -> None:
    told = Told("http://x/", fields=FIELDS)
    assert row_of_event(told, '{"of": "s1", "at": "t", "v": 1.50}') == {"source": "s1", "at": "t", "value": "1.50"}
    assert row_of_event(told, "{}") == {"source": "", "at": "", "value": ""}
    for text in ("no JSON", "[" * 100_000):
        with pytest.raises(LookupError, match="expected JSON in an event"):
            row_of_event(told, text)
    with pytest.raises(LookupError, match="does not fit"):
        row_of_event(Told("http://x/", fields={"value": "row.a.b"}), "{}")


def test_a_stream_is_asked_for_by_get_alone() -> None:
    assert list(hook_problems({"emission-events": {"get": "http://{{ local.host }}/e", "fields": FIELDS}})) == []
    (wrong,) = hook_problems({"emission-events": {"run": ["x"]}})
    assert "get with the address of a stream" in wrong
    (wrong,) = hook_problems({"emission-events": {"get": "http://x/", "fields": {"sauce": "row.a"}}})
    assert "did you mean 'source'?" in wrong
