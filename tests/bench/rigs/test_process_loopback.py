"""The reduced rig's forwarders: what they do to connections while a rule is on, and that it ends with the rule."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from ports import free_port

from bench.facade.bench import Unable
from bench.layout import build
from bench.layout.scenario import Scenario
from bench.real.proxy.forwarder import Forwarder, Impairment
from bench.real.proxy.prove import prove_forwarder
from bench.rigs.places.loopback import LoopbackPlace
from bench.rigs.places.place import LinkTold
from bench.rigs.process import LoopbackRig


@asynccontextmanager
async def standing(told: list[LinkTold]) -> AsyncGenerator[tuple[LoopbackPlace, tuple[str, int]], None]:
    """A place with an echo server where centre A is; gives the address that a terminal is told."""
    place = LoopbackPlace()
    world = build.build_world(Scenario(circuits=1), 1)
    inner = await place.open(world, seed=1, captures=None, observe=told.append)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1000):
            writer.write(piece)
        writer.close()

    server = await asyncio.start_server(echo, inner.centres[0].host, inner.centres[0].port)
    outer = place.told(world).centres[0]
    try:
        yield place, (outer.host, outer.port)
    finally:
        server.close()
        await place.close()


def run(work: Callable[[LoopbackPlace, tuple[str, int]], Awaitable[None]]) -> list[LinkTold]:
    """Do something in a place; what it told."""
    told: list[LinkTold] = []

    async def main() -> None:
        async with standing(told) as (place, address), asyncio.timeout(120):
            await work(place, address)

    asyncio.run(main())
    return told


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, within_s: float = 60) -> bytes:
    """Send a word and wait for it."""
    writer.write(b"hello")
    async with asyncio.timeout(within_s):
        return await reader.readexactly(5)


def test_a_clear_link_forwards_and_ends_with_its_peer() -> None:
    async def work(place: LoopbackPlace, address: tuple[str, int]) -> None:
        reader, writer = await asyncio.open_connection(*address)
        assert await echo(reader, writer) == b"hello"
        writer.close()
        await writer.wait_closed()

    assert run(work) == []


@pytest.mark.parametrize("link", ["uplink", "uplink.A"])
@pytest.mark.parametrize("direction", ["both", "out", "in"])
def test_a_cut_holds_octets_back_until_it_ends(link: str, direction: str) -> None:
    async def work(place: LoopbackPlace, address: tuple[str, int]) -> None:
        reader, writer = await asyncio.open_connection(*address)
        async with place.links[link].cut(direction):
            with pytest.raises(TimeoutError):
                await echo(reader, writer, 0.2)
        assert await reader.readexactly(5) == b"hello"
        writer.close()

    detail = {"detail": f"direction {direction}"}
    assert run(work) == [LinkTold(link, "cut", "on", detail), LinkTold(link, "cut", "off", detail)]


def test_another_centres_cut_is_not_noticed() -> None:
    async def work(place: LoopbackPlace, address: tuple[str, int]) -> None:
        async with place.links["uplink.B"].cut(), place.links["field"].cut():
            assert await echo(*await asyncio.open_connection(*address)) == b"hello"

    run(work)


def test_refused_connections_are_refused_and_existing_ones_go_on() -> None:
    async def work(place: LoopbackPlace, address: tuple[str, int]) -> None:
        before = await asyncio.open_connection(*address)
        assert await echo(*before) == b"hello"
        async with place.links["uplink"].refuse():
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(*address)
            assert await echo(*before) == b"hello"
        assert await echo(*await asyncio.open_connection(*address)) == b"hello"

    run(work)


def test_a_reset_ends_connections_and_new_ones_work() -> None:
    async def work(place: LoopbackPlace, address: tuple[str, int]) -> None:
        reader, writer = await asyncio.open_connection(*address)
        assert await echo(reader, writer) == b"hello"
        await place.links["uplink.A"].reset()
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        assert await echo(*await asyncio.open_connection(*address)) == b"hello"

    assert run(work) == [LinkTold("uplink.A", "reset", "act", {"count": "1"})]


def test_a_delay_delays_each_way_and_keeps_the_order() -> None:
    async def work(place: LoopbackPlace, address: tuple[str, int]) -> None:
        reader, writer = await asyncio.open_connection(*address)
        async with place.links["uplink"].delay(0.15):
            began = time.monotonic()
            assert await echo(reader, writer) == b"hello"
            assert time.monotonic() - began >= 0.3
        writer.write(b"again")
        assert await reader.readexactly(5) == b"again"

    run(work)


def test_a_terminal_without_power_ends_no_connection() -> None:
    async def work(place: LoopbackPlace, address: tuple[str, int]) -> None:
        reader, writer = await asyncio.open_connection(*address)
        assert await echo(reader, writer) == b"hello"
        await place.dark(True)
        writer.transport.abort()
        await asyncio.sleep(0.1)
        await place.dark(False)
        assert await echo(*await asyncio.open_connection(*address)) == b"hello"

    assert run(work) == []


@pytest.mark.parametrize(
    ("verb", "words"),
    [("jitter", (1,)), ("loss", (0.1,)), ("duplicate", (0.1,)), ("reorder", (0.1,)), ("corrupt", (0.1,)),
     ("rate", (1000,)), ("half_open", ()), ("name_failure", ())],
)  # fmt: skip
def test_what_forwarders_cannot_do_is_said(verb: str, words: tuple[float, ...]) -> None:
    async def work(place: LoopbackPlace, address: tuple[str, int]) -> None:
        with pytest.raises(Unable, match="--rig process"):
            getattr(place.links["uplink"], verb)(*words)

    run(work)


def test_two_benches_stand_side_by_side() -> None:
    one, other = LoopbackPlace(), LoopbackPlace()
    try:
        assert one.local()[0] != other.local()[0]
    finally:
        asyncio.run(one.close())
        asyncio.run(other.close())


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv4 within IPv6"])
def test_where_the_kernel_remembers_a_connection_no_other_case_takes_its_place(family: socket.AddressFamily) -> None:
    one = LoopbackPlace()
    host, port = one.local()
    # Whoever closes first is remembered: here it is the side that listened.
    mapped = family == socket.AF_INET6
    address = (f"::ffff:{host}" if mapped else host, port)
    with socket.create_server(address, family=family, dualstack_ipv6=mapped) as server:
        there = socket.create_connection((host, port))
        here, _ = server.accept()
        here.close()
        assert there.recv(1) == b""
        there.close()
    asyncio.run(one.close())
    other = LoopbackPlace()
    try:
        assert other.local()[0] != host
        # A program that does not ask for SO_REUSEADDR.
        with socket.socket() as plain:
            plain.bind(other.local())
    finally:
        asyncio.run(other.close())


class _Leaky(Forwarder):
    """Knows no impairment."""

    async def _free(self, held: Callable[[Impairment], bool]) -> None:
        del held


class _Polite(Forwarder):
    """Ends connections instead of resetting them, and takes new ones whatever is asked."""

    def reset(self) -> int:
        for writers in self._pairs.values():
            for writer in writers:
                writer.close()
        return len(self._pairs)

    async def listen(self, on: bool) -> None:
        if on:
            await super().listen(on)


class _Hasty(Forwarder):
    """Knows no delay."""

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outwards: bool) -> None:
        for link in self.links:
            link.delays.clear()
        await super()._pump(reader, writer, outwards=outwards)


class _Mute(Forwarder):
    """Carries nothing."""

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outwards: bool) -> None:
        del reader, writer, outwards


def proved(make: type[Forwarder]) -> list[str]:
    """The proofs that failed."""
    return [why.partition(", ")[2].partition(":")[0] for why in asyncio.run(prove_forwarder(make))]


def test_the_forwarders_prove_themselves() -> None:
    assert proved(Forwarder) == []


@pytest.mark.parametrize(
    ("make", "failing"),
    [
        (_Leaky, ["cut", "dark"]),
        (_Polite, ["refuse", "reset"]),
        (_Hasty, ["delay"]),
        (_Mute, ["carry", "cut", "refuse", "reset", "delay", "dark"]),
    ],
)
def test_a_forwarder_that_does_not_do_what_it_says_is_found(make: type[Forwarder], failing: list[str]) -> None:
    assert proved(make) == failing


def test_the_loopback_rig_refuses_to_start_with_forwarders_that_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lies() -> list[str]:
        return ["loopback forwarder, cut: octets passed a cut link"]

    monkeypatch.setattr("bench.rigs.process.prove_forwarder", lies)
    with pytest.raises(RuntimeError, match="octets passed a cut link"):
        LoopbackRig().self_test(1)


def test_stopping_a_forwarder_says_nothing_on_the_screen(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        inner = server.sockets[0].getsockname()[1]
        outer = free_port()
        forwarder = Forwarder(("127.0.0.1", outer), ("127.0.0.1", inner), (Impairment(),))
        await forwarder.start()
        ends = [await asyncio.open_connection("127.0.0.1", outer) for _ in range(3)]
        closed = 0
        async with asyncio.timeout(120):
            # Each is counted once the forwarder has taken it.
            while closed < 3:
                closed += forwarder.reset()
                await asyncio.sleep(0.01)
        assert closed == 3
        ends += [await asyncio.open_connection("127.0.0.1", outer) for _ in range(2)]
        await asyncio.sleep(0.05)
        await forwarder.stop()
        await asyncio.sleep(0)
        assert forwarder.reset() == 0
        for _, writer in ends:
            writer.close()
        server.close()

    asyncio.run(run())
    assert [line.getMessage() for line in caplog.records] == []
