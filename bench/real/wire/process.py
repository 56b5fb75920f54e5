"""The wire process: carries frames between the ends of every segment, and does to them what the bench commands.

Leaves namespaces, devices and the asking to `wire`, which starts this module as a program with two inherited sockets:
one for commands and reports, one for statistics. It ends when the bench does. A process of its own, so that neither the
interpreter lock nor the garbage of the bench stands in the way of a frame.

A segment is *clear* while nothing is in force, awaited or under way on it: then a buffer is read, written, noted and
captured, and its devices may deliver uncut streams of up to 64 KiB at a time (the capture holds them cut, as they would
cross a cable). Otherwise each frame is judged, delivered (now or later) and matched.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import heapq
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bench.real.wire import frames as f
from bench.real.wire import tap
from bench.real.wire.flows import IN, OUT, WAYS, Connection, Connections
from bench.real.wire.frames import View
from bench.real.wire.messages import (
    Arm,
    Close,
    Command,
    Contains,
    Disarm,
    Done,
    Fired,
    Flow,
    Install,
    Matcher,
    NthFrame,
    Plan,
    Remove,
    Report,
    Reset,
    SegmentCounts,
    SegmentPlan,
    Statistics,
    WireEvent,
    rule_of,
)
from bench.real.wire.rules import Link
from bench.real.wire.rules import Path as LinkPath
from bench.virtual import rules as r

if TYPE_CHECKING:
    from bench.real.wire.capture import Capture

BATCH = 64
"""Buffers read from an end before the others have their turn."""
RESET_ANSWERS_S = 5.0
"""How long segments of a reset connection are answered by another reset."""
_MESSAGE = 1 << 20
_PR_SET_PDEATHSIG, _PR_SET_TIMERSLACK = 1, 29


class Watch:
    """A trigger: what it waits for, and how much of it was seen."""

    def __init__(self, number: int, way: int, matcher: Matcher, delay_us: int) -> None:
        self.number = number
        self.way = way
        self.delay_us = delay_us
        self._matcher = matcher
        self._left = max(matcher.n, 1)
        self._tails: dict[bytes, bytes] = {}
        self._next: dict[bytes, int] = {}

    def sees(self, frame: bytes, seen: View) -> bool:
        """Whether this delivered frame is the moment waited for."""
        self._left -= self._matches(frame, seen)
        return self._left <= 0

    def _matches(self, frame: bytes, seen: View) -> int:
        matcher = self._matcher
        if isinstance(matcher, NthFrame):
            return int(seen.size > 0)
        if seen.kind != "tcp" or not seen.payload_octets or matcher.port not in (0, seen.sport, seen.dport):
            return 0
        if isinstance(matcher, Contains):
            return self._completed(frame, seen, matcher.octets)
        return 1

    def _completed(self, frame: bytes, seen: View, octets: bytes) -> int:
        """How many times this segment completes `octets` in its stream; repeated segments count once."""
        key = frame[26:34] + frame[seen.transport_at : seen.transport_at + 4]
        expected = self._next.get(key, seen.seq)
        known = expected - seen.seq & 0xFFFFFFFF
        if known >= 1 << 31:
            known, self._tails[key] = 0, b""
        fresh = frame[seen.payload_at + known : seen.end]
        if not fresh:
            return 0
        text = self._tails.get(key, b"") + fresh
        self._tails[key] = text[-(len(octets) - 1) :] if len(octets) > 1 else b""
        self._next[key] = seen.next_seq
        return text.count(octets)


class Strand:
    """One segment as the wire process sees it."""

    def __init__(self, plan: SegmentPlan, path: LinkPath) -> None:
        self.name = plan.name
        self.ends = (plan.terminal_fd, plan.site_fd)
        self.taps = tuple(fd for fd, is_tap in ((plan.terminal_fd, plan.terminal_tap), (plan.site_fd, True)) if is_tap)
        self.path = path
        self.connections = Connections()
        self.capture: Capture | None = None
        self.watches: list[Watch] = []
        self.under_way = 0
        self.lost_by_card = 0
        self.frames = [0, 0]
        self.octets = [0, 0]
        # Devices are made without offload; the first settling turns it on where the segment is clear.
        self.clear = False

    def settle(self, names_fail: bool) -> None:
        """Decide whether this segment is clear, and let its devices send uncut streams only while it is."""
        clear = (
            self.path.clear
            and not names_fail
            and not self.watches
            and not self.under_way
            and not self.connections.haunted
        )
        if clear != self.clear:
            self.clear = clear
            for fd in self.taps:
                with suppress(OSError):
                    tap.offload(fd, clear)

    def overrun(self) -> int:
        """Frames that a card lost since the wires were opened."""
        for fd in self.ends:
            if fd not in self.taps:
                self.lost_by_card += tap.overrun(fd)
        return self.lost_by_card

    def counts(self) -> SegmentCounts:
        """What it carried."""
        flows = [Flow(self.frames[way], self.octets[way]) for way in (OUT, IN)]
        live = sum(1 for _ in self.connections.live())
        return SegmentCounts(flows[OUT], flows[IN], self.connections.newest, live)


class WireProcess:
    """Everything on the far side of the command socket."""

    def __init__(self, control: socket.socket, gauge: socket.socket) -> None:
        self._control = control
        self._gauge = gauge
        self._commands = msgspec.msgpack.Decoder(Command)
        self._encode = msgspec.msgpack.Encoder().encode
        self._poll = select.epoll()
        self._readers: dict[int, Callable[[], None]] = {}
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._serial = 0
        self._epoch = 0
        self._seed = ""
        self._spin_ns = 0
        self._strands: dict[str, Strand] = {}
        self._links: dict[str, Link] = {}
        self._faults: dict[int, Link] = {}
        self._names_fail = False
        self._flushing = False
        self._behind: list[Capture] = []
        self._running = True

    # The loop

    def run(self) -> None:
        """Serve until told to close or the bench is gone."""
        self._listen(self._control.fileno(), self._on_control)
        self._listen(self._gauge.fileno(), self._on_gauge)
        busy_until = 0
        poll = self._poll.poll
        readers = self._readers
        now_ns = time.monotonic_ns
        while self._running:
            ready = poll(0)
            if not ready and self._behind:
                self._catch_up()
            elif not ready:
                if self._timers:
                    wait_ns = self._timers[0][0] - now_ns()
                    if wait_ns > 0 and now_ns() >= busy_until:
                        # select() waits to the microsecond, epoll to the millisecond only.
                        select.select((self._poll.fileno(),), (), (), wait_ns / 1e9)
                elif now_ns() >= busy_until:
                    ready = poll()
            if ready:
                for fd, _ in ready:
                    if fd in readers:
                        readers[fd]()
                busy_until = now_ns() + self._spin_ns
            if self._timers:
                self._fire()

    def _catch_up(self) -> None:
        """Nothing is to be carried: write one buffer of a capture."""
        capture = self._behind[0]
        capture.catch_up()
        if not capture.behind:
            self._behind.pop(0)

    def _listen(self, fd: int, reader: Callable[[], None]) -> None:
        self._readers[fd] = reader
        self._poll.register(fd, select.EPOLLIN)

    def _after(self, delay_ns: int, action: Callable[[], None]) -> None:
        self._serial += 1
        heapq.heappush(self._timers, (time.monotonic_ns() + delay_ns, self._serial, action))

    def _fire(self) -> None:
        now = time.monotonic_ns()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()

    # Talking to the bench

    def _say(self, report: Report) -> None:
        try:
            self._control.send(self._encode(report))
        except OSError:
            self._running = False

    def _tell(self, kind: str, link: str = "", rule: str = "", detail: str = "", count: int = 0) -> None:
        self._say(WireEvent(kind, link, rule, detail, count, time.monotonic_ns(), time.time_ns()))

    def _on_control(self) -> None:
        octets = self._control.recv(_MESSAGE)
        if not octets:
            self._running = False
            return
        command: Command = self._commands.decode(octets)
        match command:
            case Plan():
                self._begin(command)
            case Install():
                self._install(command)
            case Remove():
                self._remove(command.rule)
            case Reset():
                self._reset(self._links[command.link])
            case Arm():
                way = WAYS.index(r.Direction(command.direction))
                strand = self._strands[command.segment]
                strand.watches.append(Watch(command.id, way, command.matcher, command.delay_us))
            case Disarm():
                for strand in self._strands.values():
                    strand.watches = [each for each in strand.watches if each.number != command.trigger]
            case Close():
                self._end()
        self._settle()
        if not isinstance(command, Plan):
            self._say(Done(command.id))

    def _on_gauge(self) -> None:
        if self._gauge.recv(64):
            segments = {name: strand.counts() for name, strand in self._strands.items()}
            dropped = {name: dict(link.dropped) for name, link in self._links.items() if link.dropped}
            overruns = {name: strand.overrun() for name, strand in self._strands.items()}
            self._gauge.send(self._encode(Statistics(segments, dropped, overruns)))

    # Commands

    def _begin(self, plan: Plan) -> None:
        self._seed = plan.seed
        self._spin_ns = plan.spin_us * 1000
        for segment in plan.segments:
            site = tuple(socket.inet_aton(address) for address in segment.site)
            own = Link(segment.name, segment.name, None, site)
            peers = {
                socket.inet_aton(address): Link(name, segment.name, socket.inet_aton(address), ())
                for name, (where, address) in plan.peers.items()
                if where == segment.name
            }
            path = LinkPath(own, peers)
            self._links |= {link.name: link for link in path.links}
            strand = Strand(segment, path)
            if plan.captures is not None:
                from bench.real.wire.capture import Capture

                strand.capture = Capture(Path(plan.captures), segment.name)
            self._strands[segment.name] = strand
            for way, fd in enumerate(strand.ends):
                self._listen(fd, self._reader(strand, way))
        self._settle()
        self._say(Done(0))

    def _settle(self) -> None:
        self._names_fail = any(link.names_fail for link in self._links.values())
        for strand in self._strands.values():
            strand.settle(self._names_fail)

    def _install(self, command: Install) -> None:
        link = self._links[command.link]
        rule = rule_of(command.fault)
        self._epoch += 1
        newest = self._strands[link.segment].connections.newest
        link.enforce(command.rule, rule, self._epoch, self._seed, newest)
        self._faults[command.rule] = link
        self._tell("rule_installed", link.name, rule.name, rule.describe())

    def _remove(self, number: int) -> None:
        link = self._faults.pop(number, None)
        rule = link.release(number) if link else None
        if link is not None and rule is not None:
            self._tell("rule_removed", link.name, rule.name, rule.describe())
            self._tell_drops(link)

    def _tell_drops(self, link: Link) -> None:
        for reason, count in link.untold():
            self._tell("dropped", link.name, reason, count=count)

    def _reset(self, link: Link) -> None:
        strand = self._strands[link.segment]
        count = 0
        for connection in list(strand.connections.live(link.peer)):
            for way, frame in strand.connections.kill(connection):
                self._put(strand, way, frame)
            self._after(int(RESET_ANSWERS_S * 1e9), lambda gone=connection: self._rest(strand, gone))
            count += 1
        self._tell("reset_all", link.name, "reset", count=count)

    def _rest(self, strand: Strand, connection: Connection) -> None:
        strand.connections.settle(connection)
        strand.settle(self._names_fail)

    def _end(self) -> None:
        for link in self._links.values():
            self._tell_drops(link)
        for strand in self._strands.values():
            if strand.capture is not None:
                strand.capture.close()
        self._running = False

    # Frames

    def _reader(self, strand: Strand, way: int) -> Callable[[], None]:
        """Empties one end: what the terminal's end gives goes out, what the site's gives comes in."""
        fd, other = strand.ends[way], strand.ends[1 - way]
        read, write = os.read, os.write
        frames, octets, note = strand.frames, strand.octets, strand.connections.note

        def empty() -> None:
            for _ in range(BATCH):
                try:
                    buffer = read(fd, tap.BUFFER)
                except BlockingIOError:
                    return
                except OSError as error:
                    self._lose_end(strand, fd, error)
                    return
                if strand.clear:
                    try:
                        write(other, buffer)
                    except OSError as error:
                        strand.path.segment.drop(_why(error))
                    frames[way] += 1
                    octets[way] += len(buffer) - tap.HEADER
                    if len(buffer) >= 64:
                        note(buffer, way)
                    if strand.capture is not None:
                        # Cut and with its checksums, as it would be on a cable; after it has gone on its way.
                        strand.capture.passed(buffer)
                        if strand.capture.behind and strand.capture not in self._behind:
                            self._behind.append(strand.capture)
                        if not self._flushing:
                            self._flush_soon()
                else:
                    for frame in f.normalised(buffer):
                        self._carry(strand, way, frame)

        return empty

    def _lose_end(self, strand: Strand, fd: int, error: OSError) -> None:
        if error.errno != errno.ENETDOWN:
            # A card that is down may come up again; any other end is gone for good.
            self._poll.unregister(fd)
            del self._readers[fd]
        side = "terminal" if fd == strand.ends[0] else "site"
        self._tell("end_lost", strand.name, detail=f"{side}: {error.strerror}")

    def _carry(self, strand: Strand, way: int, frame: bytes) -> None:
        """A frame on a segment that is not plain."""
        strand.frames[way] += 1
        strand.octets[way] += len(frame)
        if strand.capture is not None:
            self._record(strand.capture, way, frame)
        seen = f.view(frame)
        flow: Connection | None = None
        if seen.kind == "tcp":
            flow = strand.connections.note(f.PLAIN + frame, way)
            if flow is not None and flow.reset:
                if not seen.flags & f.RST:
                    self._put(strand, 1 - way, f.reset_answer(frame, seen))
                return
            if flow is not None and flow.dead[way]:
                self._swallow(strand, flow, frame, seen, way)
                return
        if self._names_fail and seen.kind in ("udp", "tcp") and 53 in (seen.sport, seen.dport):
            answered = self._failing_name(strand, way, frame, seen)
            if answered is None:
                return
            frame, seen = answered, f.view(answered)
        fate, over = strand.path.fate(frame, seen, way, flow, time.monotonic_ns() / 1e9)
        if fate.refused:
            if flow is not None:
                flow.closed = True
            self._put(strand, 1 - way, f.reset_answer(frame, seen))
            return
        if fate.swallowed and flow is not None:
            strand.connections.deaden(flow, way)
            self._swallow(strand, flow, frame, seen, way)
            return
        if not fate.arrives:
            return
        if fate.altered:
            frame = f.altered(frame, seen, fate.payload, fate.detectable)
            if fate.detectable and seen.kind == "tcp":
                over[-1].drop("corrupt")
        for delay_s in (fate.delay_s, *(fate.delay_s + after_s for after_s in fate.copies)):
            if delay_s > 0:
                self._later(strand, way, frame, over, delay_s)
            else:
                self._put(strand, way, frame)

    def _later(self, strand: Strand, way: int, frame: bytes, over: list[Link], delay_s: float) -> None:
        epoch = self._epoch
        strand.under_way += 1

        def arrive() -> None:
            strand.under_way -= 1
            for link in over:
                if link.cut_since(epoch, WAYS[way]):
                    link.drop("cut")
                    break
            else:
                self._put(strand, way, frame)
            if not strand.under_way:
                strand.settle(self._names_fail)

        self._after(int(delay_s * 1e9), arrive)

    def _swallow(self, strand: Strand, flow: Connection, frame: bytes, seen: View, way: int) -> None:
        answer = strand.connections.swallowed(flow, frame, seen, way)
        strand.path.segment.drop("half_open")
        if answer is not None:
            self._put(strand, 1 - way, answer)

    def _put(self, strand: Strand, way: int, frame: bytes) -> None:
        """Deliver a frame now at the end its direction leads to."""
        try:
            os.write(strand.ends[1 - way], f.PLAIN + frame)
        except OSError as error:
            strand.path.segment.drop(_why(error))
            return
        if strand.capture is not None:
            self._record(strand.capture, 1 - way, frame)
        if strand.watches:
            self._look(strand, way, frame)

    def _record(self, capture: Capture, side: int, frame: bytes) -> None:
        capture.write(side, frame)
        if not self._flushing:
            self._flush_soon()

    def _flush_soon(self) -> None:
        self._flushing = True
        self._after(1_000_000_000, self._flush)

    def _flush(self) -> None:
        self._flushing = False
        for strand in self._strands.values():
            if strand.capture is not None and strand.capture.unflushed:
                strand.capture.flush()

    def _look(self, strand: Strand, way: int, frame: bytes) -> None:
        seen = f.view(frame)
        for watch in [each for each in strand.watches if each.way == way and each.sees(frame, seen)]:
            strand.watches.remove(watch)
            told = Fired(watch.number, strand.name, WAYS[way], strand.frames[way], time.monotonic_ns(), time.time_ns())
            self._after(watch.delay_us * 1000, lambda told=told: self._say(told))
        if not strand.watches:
            # Not before the present frame is done with: its neighbours were read under the same rules.
            self._after(0, lambda: strand.settle(self._names_fail))

    # Names

    def _failing_name(self, strand: Strand, way: int, frame: bytes, seen: View) -> bytes | None:
        """The DNS packet as it goes on while names fail on some link; None when it is answered or dropped here.

        An answer fails that crosses a segment whose names fail, or that gives an address beyond a link whose names
        fail. TCP, which resolvers use for long answers, is refused on the segment.
        """
        own = strand.path.segment
        if seen.kind == "tcp":
            if own.names_fail and seen.first and seen.dport == 53:
                self._put(strand, 1 - way, f.reset_answer(frame, seen))
                return None
            return frame
        answer = f.dns_answer(frame[seen.payload_at : seen.end]) if seen.sport == 53 else None
        if answer is None:
            return frame
        name, given = answer
        for link in self._links.values():
            beyond = (link.peer,) if link.peer is not None else link.addresses
            if link.names_fail and (link is own or any(each in beyond for each in given)):
                self._tell("name_failed", link.name, "name_failure", name, 1)
                return f.no_such_name(frame, seen)
        return frame


def _why(error: OSError) -> str:
    """The reason under which a frame that could not be written is counted."""
    return "queue" if error.errno in (errno.EAGAIN, errno.ENOBUFS) else "interface"


def main() -> None:
    """Serve the two sockets whose descriptors are the program's arguments."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)
        # Before every ordinary process: on a busy machine a frame would else wait for its turn, milliseconds at times.
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    control, gauge = (socket.socket(fileno=int(word)) for word in sys.argv[1:3])
    process = WireProcess(control, gauge)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    try:
        process.run()
    except BaseException:
        with suppress(OSError):
            event = WireEvent("wire_died", detail=traceback.format_exc(limit=-3))
            control.send(msgspec.msgpack.encode(event))
        raise


if __name__ == "__main__":
    main()
