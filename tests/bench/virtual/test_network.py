"""The simulated network: what applications see of it, each fault beside its absence."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from bench.virtual.chance import Chance
from bench.virtual.domain import Domain
from bench.virtual.links import Link, NetEvent
from bench.virtual.loop import run, running_loop
from bench.virtual.network import Network

T = TypeVar("T")


class Scene:
    """Terminal and centre, joined by "uplink" and "uplink.A" of 10 ms each."""

    def __init__(self, **options: Any) -> None:
        self.loop = running_loop()
        self.events: list[NetEvent] = []
        self.net = Network(self.loop, observe=self.events.append, **options)
        self.terminal = Domain("terminal")
        self.centre = Domain("centre")
        self.net.host("terminal", "10.0.0.2", domain=self.terminal)
        self.net.host("centre", "10.0.1.2", domain=self.centre)
        self.uplink = self.net.link("uplink", latency_s=0.01)
        self.branch = self.net.link("uplink.A", latency_s=0.01)
        self.net.path("terminal", "centre", ["uplink", "uplink.A"])
        self.received = bytearray()
        self.ends: list[str] = []

    async def sink(self, port: int = 9000) -> asyncio.Server:
        """A centre that collects what arrives."""

        async def collect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while data := await reader.read(65536):
                    self.received += data
                self.ends.append(f"eof {self.loop.time():.2f}")
            except OSError as error:
                self.ends.append(f"{type(error).__name__} {self.loop.time():.2f}")
            writer.close()

        return await self.centre.run(asyncio.start_server(collect, "0.0.0.0", port))

    async def echo(self, port: int = 7) -> asyncio.Server:
        """A centre that answers with what it got."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while data := await reader.read(65536):
                    writer.write(data)
                    await writer.drain()
            except OSError:
                pass
            writer.close()

        return await self.centre.run(asyncio.start_server(answer, "0.0.0.0", port))

    async def at_terminal(self, work: Awaitable[T]) -> T:
        """Run as the terminal's code."""

        async def wrapped() -> T:
            return await work

        return await self.terminal.run(wrapped())

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


def play(story: Callable[[Scene], Awaitable[T]], **options: Any) -> T:
    async def main() -> T:
        return await story(Scene(**options))

    return run(main())


# Connections on a clear path


def test_connecting_takes_a_round_trip_and_an_echo_another() -> None:
    async def story(scene: Scene) -> tuple[float, float, bytes, object]:
        await scene.echo()
        reader, writer = await scene.at_terminal(asyncio.open_connection("centre", 7))
        connected = scene.loop.time()
        writer.write(b"hello")
        data = await reader.read(100)
        return connected, scene.loop.time(), data, writer.get_extra_info("peername")

    connected, answered, data, peer = play(story)
    assert connected == pytest.approx(0.04)
    assert answered == pytest.approx(0.08)
    assert (data, peer) == (b"hello", ("10.0.1.2", 7))


def test_names_addresses_and_the_missing_socket() -> None:
    async def story(scene: Scene) -> tuple[object, ...]:
        await scene.echo()
        _, writer = await scene.at_terminal(asyncio.open_connection("10.0.1.2", 7))
        infos = await scene.loop.getaddrinfo("centre", 7, type=socket.SOCK_STREAM)
        return writer.get_extra_info("sockname"), writer.get_extra_info("socket"), infos

    sockname, sock, infos = play(story)
    assert sockname == ("10.0.0.2", 49_152)
    assert sock is None
    assert infos == [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("10.0.1.2", 7))]


def test_nobody_listening_refuses_after_a_round_trip() -> None:
    async def story(scene: Scene) -> tuple[str, float, list[str]]:
        try:
            await scene.at_terminal(asyncio.open_connection("centre", 7))
        except ConnectionRefusedError as error:
            return str(error), scene.loop.time(), scene.kinds()
        return "", 0, []

    text, when, kinds = play(story)
    assert "('10.0.1.2', 7)" in text
    assert when == pytest.approx(0.04)
    assert kinds == ["refused"]


def test_a_silent_path_times_out_after_127_s() -> None:
    async def story(scene: Scene) -> tuple[int | None, float]:
        await scene.echo()
        with scene.uplink.cut():
            try:
                await scene.at_terminal(asyncio.open_connection("centre", 7))
            except TimeoutError as error:
                return error.errno, scene.loop.time()
        return None, 0

    assert play(story) == (errno.ETIMEDOUT, 127.0)


def test_a_lost_opening_packet_is_sent_again_after_a_second() -> None:
    async def story(scene: Scene) -> float:
        await scene.echo()
        scope = scene.uplink.cut().install()
        scene.loop.call_later(0.5, scope.remove)
        await scene.at_terminal(asyncio.open_connection("centre", 7))
        return scene.loop.time()

    assert play(story) == pytest.approx(1.04)


def test_no_path_and_no_host_are_told_at_once() -> None:
    async def story(scene: Scene) -> list[str]:
        told: list[str] = []
        scene.net.host("island", "10.0.9.9")
        for name in ("island", "10.0.77.77", "nowhere"):
            try:
                await scene.at_terminal(asyncio.open_connection(name, 7))
            except OSError as error:
                told.append(str(error))
        return told

    island, nobody, nowhere = play(story)
    assert "no path from host terminal to island" in island
    assert "no host has the address 10.0.77.77" in nobody
    assert "name or service not known: nowhere" in nowhere


@pytest.mark.parametrize("size", [1, 1460, 1461, 100_000, 3_000_000])
def test_everything_arrives_in_order(size: int) -> None:
    sent = bytes(number * 7 % 251 for number in range(size))

    async def story(scene: Scene) -> bytes:
        await scene.sink()
        _, writer = await scene.at_terminal(asyncio.open_connection("centre", 9000))
        writer.write(sent)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(10)
        assert scene.ends[0].startswith("eof")
        assert scene.net.connections() == []
        return bytes(scene.received)

    assert play(story) == sent


def test_half_close_lets_the_answer_through() -> None:
    async def story(scene: Scene) -> bytes:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = await reader.read()
            writer.write(request[::-1])
            writer.close()

        await scene.centre.run(asyncio.start_server(answer, "0.0.0.0", 80))
        reader, writer = await scene.at_terminal(asyncio.open_connection("centre", 80))
        writer.write(b"abc")
        writer.write_eof()
        return await reader.read()

    assert play(story) == b"cba"


class Recorder(asyncio.Protocol):
    """Writes down the callbacks it gets."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def pause_writing(self) -> None:
        self.calls.append("pause")

    def resume_writing(self) -> None:
        self.calls.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.calls.append(f"lost {type(exc).__name__}")


def slow_reader(read_again_after_s: float | None) -> tuple[list[str], int, int]:
    async def story(scene: Scene) -> tuple[list[str], int, int]:
        servers: list[Recorder] = []
        octets = 0

        class Server(Recorder):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                servers.append(self)
                self.transport.pause_reading()
                if read_again_after_s is not None:
                    scene.loop.call_later(read_again_after_s, self.transport.resume_reading)

            def data_received(self, data: bytes) -> None:
                nonlocal octets
                octets += len(data)

        async def serve() -> None:
            await scene.loop.create_server(Server, "0.0.0.0", 9)

        await scene.centre.run(serve())
        client = Recorder()
        await scene.at_terminal(scene.loop.create_connection(lambda: client, "centre", 9))
        client.transport.write(bytes(1_000_000))
        await asyncio.sleep(100)
        return client.calls, octets, client.transport.get_write_buffer_size()

    return play(story)


def test_a_reader_that_pauses_stops_the_writer() -> None:
    calls, octets, waiting = slow_reader(None)
    assert calls == ["pause"]
    assert octets == 0
    assert waiting == pytest.approx(1_000_000 - 262_144, abs=1460)


def test_a_reader_that_resumes_lets_the_writer_go_on() -> None:
    assert slow_reader(5.0) == (["pause", "resume"], 1_000_000, 0)


def test_data_for_a_closed_socket_are_answered_by_a_reset() -> None:
    async def story(scene: Scene) -> list[str]:
        class Rude(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                transport.close()

        class Stubborn(Recorder):
            def eof_received(self) -> bool:
                self.calls.append("eof")
                self.transport.write(b"anybody?")
                return True

        async def serve() -> None:
            await scene.loop.create_server(Rude, "0.0.0.0", 9)

        await scene.centre.run(serve())
        client = Stubborn()
        await scene.at_terminal(scene.loop.create_connection(lambda: client, "centre", 9))
        await asyncio.sleep(1)
        return client.calls

    assert play(story) == ["eof", "lost ConnectionResetError"]


def test_a_cancelled_attempt_leaves_no_connection_behind() -> None:
    async def story(scene: Scene) -> list[object]:
        await scene.echo()
        try:
            async with asyncio.timeout(0.03):
                await scene.at_terminal(asyncio.open_connection("centre", 7))
        except TimeoutError:
            pass
        await asyncio.sleep(5)
        return list(scene.net.connections())

    assert play(story) == []


def test_connections_between_two_dead_ends_are_forgotten() -> None:
    async def story(scene: Scene) -> list[int]:
        await scene.echo()
        await scene.at_terminal(asyncio.open_connection("centre", 7))
        counts = [len(scene.net.connections())]
        for domain in (scene.terminal, scene.centre):
            domain.kill()
            counts.append(len(scene.net.connections()))
        return counts

    assert play(story) == [1, 1, 0]


def test_ports_are_taken_given_back_and_lost_with_power() -> None:
    async def story(scene: Scene) -> list[str]:
        told: list[str] = []
        server = await scene.echo()
        try:
            await scene.echo()
        except OSError as error:
            told.append(str(error))
        server.close()
        await (await scene.echo()).wait_closed()
        scene.centre.kill()
        scene.centre.boot()
        await scene.echo()
        return told

    assert play(story) == ["[Errno 98] address already in use: tcp 0.0.0.0:7 on host centre"]


def test_loopback_needs_no_path() -> None:
    async def story(scene: Scene) -> bytes:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write((await reader.readline()).upper())
            writer.close()

        async def talk() -> bytes:
            await asyncio.start_server(answer, "127.0.0.1", 8080)
            reader, writer = await asyncio.open_connection("localhost", 8080)
            writer.write(b"hello\n")
            return await reader.read()

        with pytest.raises(ConnectionRefusedError):
            await scene.centre.run(asyncio.open_connection("localhost", 8080))
        return await scene.at_terminal(talk())

    assert play(story) == b"HELLO\n"


# Faults


def transfer(*faults: Callable[[Link], Any], octets: int = 200_000) -> tuple[bool, float]:
    """Send octets under faults; whether all arrived intact, and when the end of the stream was seen."""
    sent = bytes(number * 11 % 253 for number in range(octets))

    async def story(scene: Scene) -> tuple[bool, float]:
        await scene.sink()
        _, writer = await scene.at_terminal(asyncio.open_connection("centre", 9000))
        for fault in faults:
            fault(scene.uplink).install()
        writer.write(sent)
        writer.close()
        await asyncio.sleep(5000)
        return bytes(scene.received) == sent, float(scene.ends[0].split()[1])

    return play(story, chance=Chance(3))


def test_a_clear_path_is_quick() -> None:
    assert transfer() == (True, 0.06)


@pytest.mark.parametrize(
    "fault",
    [
        lambda link: link.loss(0.1),
        lambda link: link.corrupt(0.1),
        lambda link: link.jitter(0.5),
        lambda link: link.reorder(0.3),
        lambda link: link.duplicate(0.5),
        lambda link: link.delay(2.0),
        lambda link: link.rate(1_000_000),
    ],
    ids=["loss", "corrupt", "jitter", "reorder", "duplicate", "delay", "rate"],
)
def test_tcp_delivers_every_octet_once_and_in_order(fault: Callable[[Link], Any]) -> None:
    intact, when = transfer(fault)
    assert intact
    assert 0.06 <= when < 30


def test_loss_costs_retransmission_and_rate_costs_time() -> None:
    assert transfer(lambda link: link.loss(0.1))[1] > 0.25
    assert transfer(lambda link: link.rate(1_000_000))[1] == pytest.approx(1.7, abs=0.1)
    assert transfer(lambda link: link.delay(2.0, "in"))[1] == pytest.approx(0.06)


def test_everything_at_once() -> None:
    intact, _ = transfer(
        lambda link: link.loss(0.2),
        lambda link: link.jitter(0.3),
        lambda link: link.duplicate(0.3),
        lambda link: link.reorder(0.3),
        lambda link: link.corrupt(0.1),
        lambda link: link.rate(5_000_000),
    )
    assert intact


def test_unnoticed_corruption_reaches_the_application() -> None:
    assert not transfer(lambda link: link.corrupt(0.1, checksum=False))[0]


def outage(cut_s: float) -> tuple[bytes, list[str], list[str]]:
    """Say something into a cut link that is mended after so long."""

    async def story(scene: Scene) -> tuple[bytes, list[str], list[str]]:
        await scene.sink()
        client = Recorder()
        await scene.at_terminal(scene.loop.create_connection(lambda: client, "centre", 9000))
        async with scene.uplink.cut():
            client.transport.write(b"reading")
            await asyncio.sleep(cut_s)
        await asyncio.sleep(1000)
        lost = [
            f"{call} {event.t_s:.0f}" for call in client.calls for event in scene.events if event.kind == "timed_out"
        ]
        return bytes(scene.received), lost, scene.kinds()

    return play(story)


def test_a_short_outage_is_bridged_by_retransmission() -> None:
    received, lost, kinds = outage(60)
    assert (received, lost) == (b"reading", [])
    assert kinds == ["opened", "rule_installed", "rule_removed", "dropped"]


def test_a_long_outage_fails_the_senders_connection_after_about_924_s() -> None:
    received, lost, kinds = outage(2000)
    assert received == b""
    assert len(lost) == 1
    name, when_s = lost[0].rsplit(" ", 1)
    assert name == "lost TimeoutError"
    assert 924.6 <= float(when_s) <= 924.6 + 120
    assert "timed_out" in kinds


def test_on_a_path_without_latency_the_end_comes_at_924_6_s() -> None:
    async def story(scene: Scene) -> float:
        scene.uplink.latency_s = scene.branch.latency_s = 0.0
        scene.net.new_epoch()
        await scene.sink()
        client = Recorder()
        await scene.at_terminal(scene.loop.create_connection(lambda: client, "centre", 9000))
        with scene.uplink.cut():
            client.transport.write(b"x")
            await asyncio.sleep(2000)
        return next(event.t_s for event in scene.events if event.kind == "timed_out")

    assert play(story) == pytest.approx(924.6)


def test_the_retransmission_timeout_doubles_up_to_120_s() -> None:
    async def story(scene: Scene) -> list[float]:
        await scene.sink()
        client = Recorder()
        await scene.at_terminal(scene.loop.create_connection(lambda: client, "centre", 9000))
        start = scene.loop.time()
        with scene.uplink.cut():
            client.transport.write(b"x")
            await asyncio.sleep(2000)
        return [event.t_s - start for event in scene.events if event.kind == "segment" and event.payload]

    times = play(story, trace_segments=True)
    gaps = [round(after - before, 2) for before, after in pairwise(times)]
    assert gaps[:4] == [0.24, 0.48, 0.96, 1.92]
    assert gaps[-3:] == [120.0, 120.0, 120.0]
    assert len(times) == 16


def under_way(fault: Callable[[Link], Any]) -> float:
    """Seconds from a write to its arrival, with a rule installed while the segment is between the two."""

    async def story(scene: Scene) -> float:
        arrived: asyncio.Future[float] = scene.loop.create_future()

        class Clock(asyncio.Protocol):
            def data_received(self, data: bytes) -> None:
                arrived.set_result(scene.loop.time())

        async def serve() -> None:
            await scene.loop.create_server(Clock, "0.0.0.0", 9)

        await scene.centre.run(serve())
        client = Recorder()
        await scene.at_terminal(scene.loop.create_connection(lambda: client, "centre", 9))
        await asyncio.sleep(1)
        sent = scene.loop.time()
        client.transport.write(b"x")
        scope = fault(scene.uplink)
        scene.loop.call_later(0.005, scope.install)
        scene.loop.call_later(0.1, scope.remove)
        return await arrived - sent

    return play(story)


def test_a_packet_under_way_is_caught_by_a_cut() -> None:
    assert under_way(lambda link: link.cut()) == pytest.approx(0.26)


def test_a_packet_under_way_is_spared_by_any_other_rule() -> None:
    assert under_way(lambda link: link.cut("in")) == pytest.approx(0.02)
    assert under_way(lambda link: link.loss(1.0)) == pytest.approx(0.02)


def test_a_one_way_cut_delivers_once_although_the_acknowledgements_are_lost() -> None:
    async def story(scene: Scene) -> tuple[bytes, int]:
        await scene.sink()
        _, writer = await scene.at_terminal(asyncio.open_connection("centre", 9000))
        with scene.uplink.cut("in"):
            writer.write(b"once")
            await asyncio.sleep(10)
        writer.write(b"more")
        await asyncio.sleep(60)
        return bytes(scene.received), scene.uplink.dropped["cut"]

    received, dropped = play(story)
    assert received == b"oncemore"
    assert dropped >= 5


def test_half_open_outlives_its_rule_for_old_connections_only() -> None:
    async def story(scene: Scene) -> tuple[bytes, list[str], bytes]:
        await scene.echo()
        client = Recorder()
        heard = bytearray()
        client.data_received = heard.extend  # pyright: ignore
        await scene.at_terminal(scene.loop.create_connection(lambda: client, "centre", 7))
        async with scene.uplink.half_open():
            client.transport.write(b"1")
            await asyncio.sleep(5)
        client.transport.write(b"2")
        await asyncio.sleep(3000)
        reader, writer = await scene.at_terminal(asyncio.open_connection("centre", 7))
        writer.write(b"3")
        return bytes(heard), client.calls, await reader.read(10)

    assert play(story) == (b"", [], b"3")


def test_refuse_and_reset_by_link() -> None:
    async def story(scene: Scene) -> tuple[list[str], list[str], int]:
        await scene.echo()
        client = Recorder()
        await scene.at_terminal(scene.loop.create_connection(lambda: client, "centre", 7))
        told: list[str] = []
        async with scene.branch.refuse():
            try:
                await scene.at_terminal(asyncio.open_connection("centre", 7))
            except ConnectionRefusedError:
                told.append("refused")
        count = scene.branch.reset()
        await asyncio.sleep(1)
        assert scene.net.connections() == []
        return told, client.calls, count

    assert play(story) == (["refused"], ["lost ConnectionResetError"], 1)


def test_a_fault_on_another_link_does_not_touch_the_path() -> None:
    async def story(scene: Scene) -> bytes:
        await scene.echo()
        scene.net.link("uplink.B").cut().install()
        reader, writer = await scene.at_terminal(asyncio.open_connection("centre", 7))
        writer.write(b"fine")
        return await reader.read(10)

    assert play(story) == b"fine"


def test_names_fail_only_under_the_rule() -> None:
    async def story(scene: Scene) -> list[str]:
        story: list[str] = []
        await scene.echo()
        async with scene.uplink.name_failure():
            try:
                await scene.at_terminal(asyncio.open_connection("centre", 7))
            except socket.gaierror as error:
                story.append(f"{error.errno == socket.EAI_AGAIN}")
            await scene.at_terminal(asyncio.open_connection("10.0.1.2", 7))
        await scene.at_terminal(asyncio.open_connection("centre", 7))
        return story

    assert play(story) == ["True"]


def test_scopes_can_be_installed_once_and_removed_twice() -> None:
    async def story(scene: Scene) -> None:
        scope = scene.uplink.cut().install()
        with pytest.raises(RuntimeError, match="already in force"):
            scope.install()
        scope.remove()
        scope.remove()
        assert scene.kinds() == ["rule_installed", "rule_removed"]

    play(story)


@pytest.mark.parametrize("bad", [lambda link: link.loss(1.5), lambda link: link.rate(0), lambda link: link.delay(-1)])
def test_impossible_parameters_are_refused(bad: Callable[[Link], Any]) -> None:
    async def story(scene: Scene) -> None:
        with pytest.raises(ValueError, match="expects"):
            bad(scene.uplink)

    play(story)


def test_the_record_of_a_connection() -> None:
    async def story(scene: Scene) -> list[tuple[str, str, str, str]]:
        await scene.sink()
        _, writer = await scene.at_terminal(asyncio.open_connection("centre", 9000))
        writer.close()
        await asyncio.sleep(1)
        return [(event.kind, event.source, event.target, event.detail) for event in scene.events]

    assert play(story) == [
        ("opened", "10.0.0.2:49152", "10.0.1.2:9000", "at terminal"),
        ("closed", "10.0.0.2:49152", "10.0.1.2:9000", "by terminal"),
    ]


# Datagrams


class Mailbox(asyncio.DatagramProtocol):
    """Keeps what comes."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.errors: list[str] = []

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self.letters.append(data)

    def error_received(self, exc: Exception) -> None:
        self.errors.append(type(exc).__name__)


@pytest.mark.parametrize("listening", [True, False])
def test_datagrams_arrive_or_are_refused(listening: bool) -> None:
    async def story(scene: Scene) -> tuple[list[bytes], list[str]]:
        box, sender = Mailbox(), Mailbox()

        async def listen() -> None:
            await scene.loop.create_datagram_endpoint(lambda: box, local_addr=("0.0.0.0", 123))

        if listening:
            await scene.centre.run(listen())
        transport, _ = await scene.at_terminal(
            scene.loop.create_datagram_endpoint(lambda: sender, remote_addr=("centre", 123))
        )
        transport.sendto(b"time?")
        await asyncio.sleep(1)
        return box.letters, sender.errors

    assert play(story) == (([b"time?"], []) if listening else ([], ["ConnectionRefusedError"]))


def test_building_mistakes_are_sentences() -> None:
    async def story(scene: Scene) -> None:
        for build, words in [
            (lambda: scene.net.host("terminal", "10.0.0.9"), "exists already"),
            (lambda: scene.net.host("x", "10.0.0.2"), "unused address, got 10.0.0.2 of 'terminal'"),
            (lambda: scene.net.host("x", "10.0.0"), "expects an IPv4 address"),
            (lambda: scene.net.path("terminal", "centre"), "exists already"),
            (lambda: scene.net.path("terminal", "nobody"), "unknown host 'nobody'"),
            (lambda: scene.net.link("uplink"), "exists already"),
        ]:
            with pytest.raises(ValueError, match=words):
                build()

    play(story)
