"""One connection of a terminal to an HJ 212 centre, and one request of the centre with what came of it.

Leaves what to answer to `hj212`, frames and packets to `codec`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from simulators.centres.hj212.codec import Frame, Junk, Packet, Splitter, encode_data, encode_frame
from simulators.centres.listener import Peer

if TYPE_CHECKING:
    from simulators.centres.hj212.centre import Centre

_TAIL_S = 0.5
_HALF_S = 30.0
_OCTET_S = 0.002
_GLUE_S = 0.2
_JUNK = {"junk-hash": b"#", "junk-head": b"##zz"}


@dataclass
class Exchange:
    """One request of the centre and what came of it.

    `accepted` is QnRtn, `result` ExeRtn, empty if none came. `answers` are the data packets, `fetched` their number.
    `ended` is done, refused, answer-timeout, execution-timeout, connection-lost or no-connection. An answer may
    bear `mn`, the device that it was put to.
    """

    cn: str
    qn: str
    cp: tuple[tuple[str, str], ...] = ()
    sent_us: int = 0
    accepted: str = ""
    result: str = ""
    answers: list[Packet] = field(default_factory=list[Packet])
    ended: str = ""
    conn: int = 0
    execution_s: float = 60
    mn: str = ""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.Timeout | None = None

    @property
    def fetched(self) -> int:
        """Number of data packets that came in answer."""
        return len(self.answers)

    def value(self, name: str) -> str:
        """A field of the first data answer that has it; empty if none."""
        return next((found for packet in self.answers if (found := packet.field(name))), "")

    def moved(self) -> None:
        """Something came: the execution time-out starts anew."""
        if self.timer is not None:
            self.timer.reschedule(asyncio.get_running_loop().time() + self.execution_s)


class Connection(Peer):
    """One connection of a terminal to the centre."""

    def __init__(self, centre: Centre, number: int) -> None:
        super().__init__(number)
        self.centre = centre
        self.mn = ""
        self.closed = False
        self._splitter = Splitter()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._outbox: deque[tuple[bytes, Packet, str]] = deque()
        self._octets_busy = False
        self._glue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A terminal has connected."""
        super().connection_made(transport)
        self.centre.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The terminal has gone, or the centre has closed."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._take(self._splitter.flush(final=True))
        self.centre.lost(self, exc)

    def data_received(self, data: bytes) -> None:
        """Octets in any pieces."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._take(self._splitter.feed(data))
        if self._splitter.pending:
            self._timer = self._loop.call_later(_TAIL_S, self._flush, False)
        switches = self.centre.switches
        if switches.reading == "slow" and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
            self._loop.call_later(switches.reading_pause_s, self.read_on)

    def _flush(self, final: bool) -> None:
        self._timer = None
        self._take(self._splitter.flush(final=final))
        if self._splitter.pending and not final:
            self._timer = self._loop.call_later(_HALF_S, self._flush, True)

    def _take(self, found: Sequence[Frame | Junk]) -> None:
        for each in found:
            if isinstance(each, Junk):
                self.centre.rejected(self, each.octets, each.count, each.reason)
            else:
                self.centre.received(self, each)

    def read_on(self) -> None:
        """Go on reading unless reading is stopped."""
        if self._transport is not None and not self._transport.is_closing():
            if self.centre.switches.reading == "stopped":
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def half_close(self) -> None:
        """End the centre's own sending direction."""
        if self._transport is not None and not self._transport.is_closing() and self._transport.can_write_eof():
            self._transport.write_eof()

    # Sending.

    def send(self, packet: Packet, spoiled: str = "") -> None:
        """Send a packet in the manner of the switches; `spoiled` names a deliberate deviation."""
        switches = self.centre.switches
        if switches.ordinary and not self._outbox and not self._octets_busy:
            frame = encode_frame(self.centre.sealed(encode_data(packet)))
            if self._write(frame):
                self.centre.sent(self, frame, packet, spoiled)
            return
        comma = switches.comma_range and packet.field("EndTime") != ""
        frame = encode_frame(self.centre.sealed(encode_data(_with_comma(packet) if comma else packet)))
        if comma:
            spoiled = spoiled or "comma-range"
        if switches.crc_case == "lower":
            frame = frame[:-6] + frame[-6:-2].lower() + frame[-2:]
            spoiled = spoiled or "crc-lower-case"
        if switches.sending == "lf-only":
            frame = frame[:-2] + b"\n"
        frame = _JUNK.get(switches.sending, b"") + frame
        if switches.sending != "whole":
            spoiled = spoiled or switches.sending
        self._outbox.append((frame, packet, spoiled))
        if switches.sending == "octets":
            if not self._octets_busy:
                self._octets_busy = True
                self._send_octets(0)
        elif switches.sending == "glued" and len(self._outbox) < 2:
            self._glue = self._loop.call_later(_GLUE_S, self._send_all)
        elif not self._octets_busy:
            self._send_all()

    def send_octets(self, octets: bytes) -> bool:
        """Send octets as they are: junk, half a frame, a frame with a wrong check word. False if they cannot leave."""
        return self._write(octets)

    def _send_all(self) -> None:
        if self._glue is not None:
            self._glue.cancel()
            self._glue = None
        ready = list(self._outbox)
        self._outbox.clear()
        if ready and self._write(b"".join(frame for frame, _, _ in ready)):
            for frame, packet, spoiled in ready:
                self.centre.sent(self, frame, packet, spoiled)

    def _send_octets(self, at: int) -> None:
        frame, packet, spoiled = self._outbox[0]
        if not self._write(frame[at : at + 1]):
            self._outbox.clear()
        elif at + 1 < len(frame):
            self._loop.call_later(_OCTET_S, self._send_octets, at + 1)
            return
        else:
            self._outbox.popleft()
            self.centre.sent(self, frame, packet, spoiled)
        if self._outbox:
            self._loop.call_later(_OCTET_S, self._send_octets, 0)
        else:
            self._octets_busy = False

    def _write(self, octets: bytes) -> bool:
        if self.closed or self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(octets)
        return True


def _with_comma(packet: Packet) -> Packet:
    fields = tuple(pair for each in packet.cp for pair in each)
    times = tuple(pair for pair in fields if pair[0] in ("BeginTime", "EndTime"))
    others = tuple((pair,) for pair in fields if pair not in times)
    return msgspec.structs.replace(packet, cp=(*others, times))
