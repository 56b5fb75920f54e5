"""The bench's own centres as a process that takes a load and writes down every record that it stores.

    python -m bench.load.receiver JOB.json FOLDER

Leaves what is said over connections to the centres (`simulators.centres`), and what a record should have been to the
ledger: nobody here knows any truth. One line a record goes to `held.tsv`; nothing is kept in memory. The process says
where it listens on its first line of output and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import msgspec

from bench.load.plan import Plan, Target, job_of
from bench.load.truth import SECOND, ST, code_of, mn_of
from simulators.centres.base import AnyCentre
from simulators.centres.build import secrets_of
from simulators.centres.channel import Locks, locks_of
from simulators.centres.hj212.centre import KINDS, Centre
from simulators.centres.hj212.codec import Packet
from simulators.centres.http import Reply, Request
from simulators.centres.mqtt.centre import MqttCentre, Sample
from simulators.centres.third_party.centre import ThirdPartyCentre
from simulators.clock import seeded
from simulators.events import Event
from simulators.stamps import stamp
from simulators.trust.authority import TerminalSide, Trust

HELD = "held.tsv"
HOST = "127.0.0.1"
NAME = "load"
_FLUSH_S = 1.0
_DAYS_BEFORE_US = 24 * 3600 * SECOND


class Ready(msgspec.Struct, frozen=True):
    """Where the receiver listens, and what its clients have to know."""

    host: str
    port: int
    pid: int
    token: str = ""


class WallClock:
    """True time: the host's."""

    def now_us(self) -> int:
        """Microseconds UTC."""
        return time.time_ns() // 1000


class Book:
    """The file of what is held: arrival (us), device, class, code, stamp, flag, value, separated by tabs."""

    def __init__(self, file: TextIO, clock: WallClock) -> None:
        self._file = file
        self._clock = clock
        self.records = 0

    def write(self, mn: str, kind: str, code: str, when: str, flag: str, value: str) -> None:
        """One record as it was stored."""
        self.records += 1
        self._file.write(f"{self._clock.now_us()}\t{mn}\t{kind}\t{code}\t{when}\t{flag}\t{value}\n")

    def flush(self) -> None:
        """To the disk."""
        self._file.flush()


class BookedCentre(Centre):
    """An HJ 212 centre whose store is a book."""

    book: Book

    def _store(self, packet: Packet, asked: bool) -> None:
        kind = KINDS.get(packet.cn)
        when = packet.field("DataTime")
        if kind is None or not when or asked:
            return
        flags: dict[str, str] = {}
        values: dict[str, str] = {}
        for item in packet.cp:
            for name, value in item:
                code, dash, suffix = name.rpartition("-")
                if dash and suffix == "Flag":
                    flags[code] = value
                elif dash:
                    values.setdefault(code, value)
        for code, value in values.items():
            self.book.write(packet.mn, kind, code, when, flags.get(code, ""), value)


class BookedPlatform(ThirdPartyCentre):
    """A platform of JSON records whose store is a book."""

    book: Book

    def _keep(self, request: Request, reply: Reply) -> None:
        # How often a body came matters to nobody here.
        self._copies.clear()
        for record in reply.records:
            mn, kind, code, when = record.key
            self.book.write(mn, kind, code, when, record.flag, next(iter(record.fields.values()), ""))


class BookedBroker(MqttCentre):
    """A broker whose subscriber keeps a book."""

    book: Book

    def _keep(self, at: int, sample: Sample) -> None:
        self.book.write(sample.device, "realtime", sample.tag, stamp(sample.at_us), "N", sample.value)


def trust_of(plan: Plan, began_us: int) -> Trust:
    """The authorities of a load: whoever makes it and the bench's own target have the same, from the same seed."""
    park = mn_of(plan.seed, 0)
    return Trust(began_us - _DAYS_BEFORE_US, seeded(plan.seed), [("server", NAME), ("client", park)])


def began_of(now_us: int) -> int:
    """The instant from which certificates count, the same for all processes of a load: the beginning of the UTC day."""
    return now_us // _DAYS_BEFORE_US * _DAYS_BEFORE_US


def terminal_side(plan: Plan, began_us: int) -> TerminalSide:
    """What all terminals of a load show at the bench's own centre: one certificate, since they are of one park."""
    channel = plan.target.channel
    trust = trust_of(plan, began_us)
    authority = trust["sm2" if channel in ("gm-tls13", "tlcp") else "ecdsa"]
    park = mn_of(plan.seed, 0)
    side = TerminalSide(server_name=HOST, anchors=authority.anchor, crls=authority.crls)
    if channel in ("mtls", "gm-tls13", "tlcp"):
        leaf = authority.leaf("client", park, (), "good")
        side = msgspec.structs.replace(side, certificate=leaf.certificate, key=leaf.key)
    if channel == "tlcp":
        pair = authority.leaf("client", park, (), "good", "encryption")
        side = msgspec.structs.replace(side, encryption_certificate=pair.certificate, encryption_key=pair.key)
    return side


def token_of(plan: Plan) -> str:
    """The bearer token of the bench's own target."""
    return plan.target.token or secrets_of(seeded(plan.seed)("load/secrets")).token


def _ignore(event: Event) -> None:
    """A load has too many events for a history: its own are sums."""
    del event


def _built(plan: Plan, port: int, book: Book, clock: WallClock, began_us: int) -> AnyCentre:
    target, chance = plan.target, random.Random(plan.seed)
    locks: Locks | None = None
    if target.channel != "plain":
        locks = locks_of(trust_of(plan, began_us), target.channel, NAME, (HOST,), peer_name=mn_of(plan.seed, 0))
    if target.kind == "mqtt":
        known = {code_of(point): code_of(point) for point in range(plan.terminals.points)}
        broker = BookedBroker(NAME, HOST, port, mn=mn_of(plan.seed, 0), known=known, clock=clock, observe=_ignore)
        broker.book = book
        return broker
    if target.kind == "https-json":
        platform = BookedPlatform(
            NAME, HOST, port, token=token_of(plan), items={}, clock=clock, chance=chance, observe=_ignore, locks=locks
        )
        platform.book = book
        return platform
    centre = BookedCentre(
        NAME, HOST, port, mn="", pw=target.password, st=ST, clock=clock, chance=chance, observe=_ignore, locks=locks
    )
    centre.book = book
    # A centre calibrates who tells that its clock is off; these never do.
    return centre


def _misbehaving(target: Target) -> dict[str, object]:
    return {"ack_after_s": target.ack_after_ms / 1000} if target.ack_after_ms and target.kind != "mqtt" else {}


async def serve(plan: Plan, port: int, folder: Path, ended: asyncio.Event, say: Callable[[str], None]) -> int:
    """Take the load until `ended`; how many records were written down. Raises OSError where it cannot listen."""
    clock = WallClock()
    with (folder / HELD).open("w", encoding="utf-8", buffering=1 << 16) as file:
        book = Book(file, clock)
        centre = _built(plan, port, book, clock, began_of(clock.now_us()))
        await centre.start()
        if switches := _misbehaving(plan.target):
            centre.behave(**switches)
        ready = Ready(HOST, port, os.getpid(), token_of(plan))
        say(msgspec.json.encode(ready).decode())
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), _FLUSH_S)
            book.flush()
        await centre.stop()
    return book.records


def _watch(ended: Callable[[], None]) -> None:
    """Whoever started us is gone when our standard input ends."""
    with contextlib.suppress(OSError, ValueError):
        while sys.stdin.read(4096):
            continue
    ended()


async def _main(plan: Plan, port: int, folder: Path) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Ended by the end of input, and no thread is left behind that somebody would wait for.
    watcher = threading.Thread(
        target=_watch, args=(lambda: loop.call_soon_threadsafe(ended.set),), daemon=True, name="watch"
    )
    watcher.start()
    await serve(plan, port, folder, ended, lambda line: print(line, flush=True))


if __name__ == "__main__":
    job = job_of(Path(sys.argv[1]).read_bytes())
    asyncio.run(_main(job.plan, job.port, Path(sys.argv[2])))
