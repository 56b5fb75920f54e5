"""TCP as the kernel keeps it: segments, acknowledgements, retransmission, windows, FIN and reset of one end.

Leaves the application's side to the transport, the fate of packets to the route, and who lives to the power domains.

What is modelled: the handshake (one round trip for the client; opening packets repeated after 1, 2, 4 ... 64 s,
time-out after 127 s); segments of at most 1460 octets, delivered in order; a lost segment is sent again after the
retransmission time-out (200 ms plus the path's round trip, doubling, at most 120 s) and holds up those behind it; at
the first time-out after 924.6 s the connection fails with ETIMEDOUT; a send buffer of 256 KiB in the kernel with the
transport's own buffer and flow control above it; a receive window of 256 KiB; FIN and half-close; reset when data
reach a closed socket or a rebooted host; a host without power answers nothing.

What is left out: congestion control and fast retransmission (a loss costs a retransmission time-out, then everything
still missing is sent again at once, as with selective acknowledgement), spurious retransmission, delayed
acknowledgement, keep-alive, urgent data, listen queues.

On a clear path a segment costs one scheduled callback and its acknowledgement none: the acknowledgement's arrival time
is noted on the segment and looked at when it matters.
"""

# The two ends of a connection are one thing, and look at each other's state.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import contextvars
import errno
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.virtual.domain import Life
from bench.virtual.rules import PacketKind

if TYPE_CHECKING:
    from bench.virtual.links import Route
    from bench.virtual.network import Host, Network

MSS = 1460
SEND_BUFFER = 262_144
RECEIVE_BUFFER = 262_144
RTO_MIN_S = 0.2
RTO_MAX_S = 120.0
GIVE_UP_S = 924.6
"""Linux's tcp_retries2 of 15: the sum of 16 time-outs from 200 ms, doubling, at most 120 s."""
SYN_WAITS_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
NEVER = float("inf")

Address = tuple[str, int]


class Segment:
    """Octets `seq` to `end` of one direction; `acked_s` is when the sender learns of their arrival."""

    __slots__ = ("acked_s", "data", "due_s", "end", "fin", "first_s", "sent_s", "seq")

    def __init__(self, seq: int, data: bytes, fin: bool = False) -> None:
        self.seq = seq
        self.data = data
        self.fin = fin
        self.end = seq + (1 if fin else len(data))
        self.first_s = -1.0
        self.sent_s = 0.0
        self.due_s = 0.0
        self.acked_s = NEVER


class TcpEnd(ABC):
    """One end of a connection: what was written and is not yet acknowledged, what arrived and is not yet read."""

    def __init__(
        self,
        net: Network,
        flow: int,
        route: Route,
        local: Address,
        remote: Address,
        life: Life | None,
        context: contextvars.Context,
    ) -> None:
        self._net = net
        self._loop = net.loop
        self._env = net.loop.env
        self.flow = flow
        self.route = route
        self.local = local
        self.remote = remote
        self.life = life
        self.context = context
        self._peer: TcpEnd = self
        self._host: Host = route.source
        self._protocol: asyncio.BaseProtocol | None = None
        self.on_accept: Callable[[Any], None] | None = None
        # sending
        self._next = 0
        self._inflight: deque[Segment] = deque()
        self._inflight_octets = 0
        self._backlog: deque[bytes] = deque()
        self._backlog_octets = 0
        self._wake: asyncio.TimerHandle | None = None
        self._rto_timer: asyncio.TimerHandle | None = None
        self._expiries = 0
        self._plain = True
        self._swallowed = False
        self._fin_wanted = False
        self._fin_sent = False
        # receiving
        self._expected = 0
        self._stash: dict[int, tuple[Segment, bytes]] = {}
        self._unread: deque[bytes] = deque()
        self._unread_octets = 0
        self._reading_paused = False
        self._peer_fin = False
        self._flowing = False
        # state
        self._closing = False
        self._lost = False
        self._gone = False

    # What the application's side does

    @abstractmethod
    def accept(self) -> None:
        """The third packet of the handshake arrived, or data that prove it."""

    @abstractmethod
    def _deliver(self, data: bytes) -> None:
        """Octets in order, to be read at once."""

    @abstractmethod
    def _drain(self) -> None:
        """Something is unread."""

    @abstractmethod
    def _control_flow(self) -> None:
        """The octets waiting for the kernel have changed in number."""

    @abstractmethod
    def _end(self, error: BaseException | None) -> None:
        """The connection is over for the application."""

    # The two ends

    def join(self, peer: TcpEnd) -> None:
        """Make the two ends of one connection know each other."""
        self._peer = peer
        peer._peer = self

    def vanish(self) -> None:
        """Forget an attempt to connect: what arrives for it from now on is answered with a reset."""
        self._gone = self._lost = True

    @property
    def gone(self) -> bool:
        """Whether the kernel has forgotten this end."""
        return self._gone

    # The send buffer

    def _room(self, size: int) -> bool:
        inflight = self._inflight
        if inflight:
            now = self._env._now  # pyright: ignore
            octets = self._inflight_octets
            while inflight and inflight[0].acked_s <= now:
                octets -= len(inflight.popleft().data)
                self._expiries = 0
            self._inflight_octets = octets
        taken = self._inflight_octets + size
        return taken <= SEND_BUFFER and taken + self._peer._unread_octets <= RECEIVE_BUFFER

    def _pump(self) -> None:
        """Move the transport's buffer into the network as far as buffer and window allow, then FIN if wanted."""
        backlog = self._backlog
        while backlog:
            piece = backlog[0]
            size = min(len(piece), MSS)
            if not self._room(size):
                break
            if size == len(piece):
                backlog.popleft()
                while backlog and size + len(backlog[0]) <= MSS:
                    if not self._room(size + len(backlog[0])):
                        break
                    piece += backlog.popleft()
                    size = len(piece)
                data = piece
            else:
                data, backlog[0] = piece[:size], piece[size:]
            self._backlog_octets -= size
            seq = self._next
            self._next = seq + size
            self._send(Segment(seq, data))
        if backlog:
            self._wake_on_ack()
        elif self._fin_wanted and not self._fin_sent:
            self._fin_sent = True
            segment = Segment(self._next, b"", fin=True)
            self._next = segment.end
            self._net.note_closed(self)
            self._send(segment)
            if self._closing:
                self._end(None)
                return
        self._control_flow()

    def _wake_on_ack(self) -> None:
        if self._wake is None and self._inflight and self._inflight[0].acked_s < NEVER:
            self._wake = self._loop.schedule(self._inflight[0].acked_s, self._awake, (), self.context, self.life)

    def _awake(self) -> None:
        self._wake = None
        if not self._gone:
            self._pump()

    # Segments

    def _send(self, segment: Segment) -> None:
        self._inflight.append(segment)
        self._inflight_octets += len(segment.data)
        route = self.route
        if route.epoch != route.net.epoch:
            route.refresh()
        if route.clear and self._plain:
            peer = self._peer
            now = self._env._now  # pyright: ignore
            segment.first_s = segment.sent_s = now
            self._loop.schedule(
                now + route.latency_s, peer._arrive_plain, (segment, route.epoch), peer.context, peer.life
            )
        else:
            self._send_judged(segment)

    def _send_judged(self, segment: Segment) -> None:
        now = self._loop.time()
        if segment.first_s < 0:
            segment.first_s = now
        segment.sent_s = now
        segment.due_s = now
        back = self._peer.route
        if self._swallowed:
            self._swallow(segment)
            return
        fate = self.route.carry(
            PacketKind.FIN if segment.fin else PacketKind.DATA,
            segment.data,
            self.flow,
            self.local,
            self.remote,
            segment.seq,
        )
        if fate.swallowed:
            self._swallowed = True
            self._plain = False
            self._swallow(segment)
            return
        if fate.arrives:
            peer = self._peer
            epoch = self._net.epoch
            segment.due_s = now + self.route.latency_s + fate.delay_s + back.latency_s
            self.route.later(fate.delay_s, peer._arrive_judged, segment, fate.payload, epoch)
            for after_s in fate.copies:
                self.route.later(fate.delay_s + after_s, peer._arrive_judged, segment, fate.payload, epoch)
        self._arm(now + self._rto())

    def _swallow(self, segment: Segment) -> None:
        segment.acked_s = self._loop.time() + self.route.latency_s + self._peer.route.latency_s
        self._ack_known()

    def _ack_known(self) -> None:
        if self._backlog:
            self._wake_on_ack()

    def _arrive_plain(self, segment: Segment, epoch: int) -> None:
        net = self._net
        if epoch != net.epoch and self._peer.route.cut_since(epoch):
            self._peer._miss()
        elif self._flowing and segment.seq == self._expected and segment.data:
            self._expected = segment.end
            back = self.route
            if back.epoch != net.epoch:
                back.refresh()
            if back.clear:
                segment.acked_s = self._env._now + back.latency_s  # pyright: ignore
                if self._peer._backlog:
                    self._peer._wake_on_ack()
            else:
                self._acknowledge(segment)
            self._deliver(segment.data)
        else:
            self._receive(segment, segment.data)

    def _arrive_judged(self, segment: Segment, payload: bytes, epoch: int) -> None:
        if epoch != self._net.epoch and self._peer.route.cut_since(epoch):
            return
        if not self._host.up:
            return
        if self._gone or (self.life is not None and self.life.dead):
            self.send_reset()
            return
        self._loop.schedule(self._loop.time(), self._receive, (segment, payload), self.context, self.life)

    def _receive(self, segment: Segment, payload: bytes) -> None:
        if self._gone:
            self.send_reset()
            return
        if self.on_accept is not None:
            self.accept()
        if self._lost and segment.data and segment.end > self._expected:
            # The application has closed the socket and will never read this.
            self._forget()
            self.send_reset()
            return
        if segment.seq > self._expected:
            self._stash[segment.seq] = (segment, payload)
            self._flowing = False
            self._acknowledge(segment)
            return
        if segment.end <= self._expected:
            self._acknowledge(segment)
            return
        arrived = [(segment, payload)]
        self._expected = segment.end
        while (following := self._stash.pop(self._expected, None)) is not None:
            arrived.append(following)
            self._expected = following[0].end
        self._acknowledge(segment)
        for each, octets in arrived:
            if each.fin:
                self._peer_fin = True
            elif not self._closing:
                self._unread.append(octets)
                self._unread_octets += len(octets)
        self._flowing = False
        if self._protocol is not None and not self._reading_paused:
            self._drain()
        if self._peer_fin and self._lost and self._fin_sent:
            self._net.forget(self.flow)

    def _acknowledge(self, segment: Segment) -> None:
        back = self.route
        if back.epoch != self._net.epoch:
            back.refresh()
        at_s = self._loop.time() + back.latency_s
        if not back.clear:
            fate = back.carry(PacketKind.ACK, b"", self.flow, self.local, self.remote, self._next)
            if not fate.arrives and not fate.swallowed:
                self._peer._miss()
                return
            at_s += fate.delay_s
        sender = self._peer
        for each in sender._inflight:
            if (each is segment or each.end <= self._expected) and each.acked_s > at_s:
                each.acked_s = at_s
        sender._ack_known()

    def _miss(self) -> None:
        """A segment under way was caught by a cut, or the peer lost power: begin to wait for the time-out."""
        if self._inflight and not self._gone:
            self._arm(self._inflight[0].sent_s + self._rto())

    def peer_lost_power(self) -> None:
        """The host at the other end went dark; nothing is told, but no segment will be delivered directly any more."""
        self._plain = False
        self._miss()

    # Retransmission

    def _rto(self) -> float:
        base = RTO_MIN_S + self.route.latency_s + self._peer.route.latency_s
        return min(base * 2**self._expiries, RTO_MAX_S)

    def _arm(self, when_s: float) -> None:
        if self._rto_timer is None:
            self._rto_timer = self._loop.schedule(when_s, self._expired, (), self.context, self.life)

    def _expired(self) -> None:
        self._rto_timer = None
        if self._gone:
            return
        self._room(0)
        if self._backlog:
            self._pump()
        if not self._inflight:
            return
        now = self._loop.time()
        head = self._inflight[0]
        if head.acked_s < NEVER:
            self._arm(head.acked_s)
            return
        wait_until_s = max(head.due_s, head.sent_s + self._rto())
        if wait_until_s > now:
            self._arm(wait_until_s)
            return
        self._expiries += 1
        if now - head.first_s >= GIVE_UP_S - 1e-6:
            self._net.tell_flow("timed_out", self)
            self._break(TimeoutError(errno.ETIMEDOUT, f"no acknowledgement from {self.remote[0]} in {GIVE_UP_S} s"))
            return
        for segment in list(self._inflight):
            if segment.acked_s == NEVER and segment.due_s <= now:
                self._send_judged(segment)
        self._arm(now + self._rto())

    def _update_window(self, again_s: float) -> None:
        """Tell the sender that there is room again; repeated until it gets through (its zero-window probes)."""
        back = self.route
        fate = back.carry(PacketKind.ACK, b"", self.flow, self.local, self.remote, self._next)
        if fate.arrives or fate.swallowed:
            peer = self._peer
            at_s = self._loop.time() + back.latency_s + fate.delay_s
            self._loop.schedule(at_s, peer._awake_by_window, (), peer.context, peer.life)
        elif not self._gone:
            at_s = self._loop.time() + again_s
            following_s = min(2 * again_s, RTO_MAX_S)
            self._loop.schedule(at_s, self._update_window, (following_s,), self.context, self.life)

    def _awake_by_window(self) -> None:
        if not self._gone and self._backlog:
            self._pump()

    # The end

    def send_reset(self) -> None:
        """Answer with RST, if the path lets it through."""
        fate = self.route.carry(PacketKind.RST, b"", self.flow, self.local, self.remote, self._next)
        if fate.arrives:
            peer = self._peer
            at_s = self._loop.time() + self.route.latency_s + fate.delay_s
            self._loop.schedule(at_s, peer.be_reset, (), peer.context, peer.life)

    def be_reset(self) -> None:
        """RST arrived: the connection is over here and now."""
        if self._gone:
            return
        if not self._lost:
            self._net.tell_flow("reset", self)
        self._break(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"))

    def _break(self, error: BaseException | None) -> None:
        """The kernel drops the connection; the application is told unless it already left."""
        self._closing = True
        self._fin_wanted = True
        self._forget()
        self._end(error)

    def _forget(self) -> None:
        self._gone = True
        self._flowing = False
        self._backlog.clear()
        self._backlog_octets = 0
        self._inflight.clear()
        self._inflight_octets = 0
        self._stash.clear()
        self._unread.clear()
        self._unread_octets = 0
        for timer in (self._rto_timer, self._wake):
            if timer is not None:
                timer.cancel()
        self._rto_timer = self._wake = None
        self._net.forget(self.flow)
