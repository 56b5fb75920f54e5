"""Meters of any protocol on one half-duplex line: who hears what, who answers when, what is lost.

Leaves to others: what a meter answers (`dlt645`, `cjt188`, `modbus.serial`), the octets' way (`carriers`), finding
frames (`frames`). Octets go to every meter whose port has the right settings; while an answer is due, what comes
in is lost: two cannot speak at once. Answers of several meters to one request spoil each other. A frame that is not
whole is given up when nothing more comes for half a second (the longest gap between octets that DL/T 645 allows).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from simulators.clock import Clock, Observe
from simulators.events import Rejected, Unserved
from simulators.meters.carriers import Carrier, Done, LineSettings, TcpCarrier
from simulators.meters.serial.frames import Found, LineFrames
from simulators.meters.serial.meter import Reply, Speaker, Station

GAP_S = 0.5
_KEPT_OCTETS = 256
# Clocks of real time are read late, never early; this much more than the limit is still no gap.
_TOLERANCE_S = 1e-9


class _Ear:
    """Those meters that listen with one setting of the port."""

    def __init__(self, bus: SerialBus, settings: LineSettings, families: Sequence[str]) -> None:
        self._bus = bus
        self.settings = settings
        self.frames = LineFrames(families, silent=bus.carrier.shared)
        self._last_s = 0.0
        self._gap: asyncio.TimerHandle | None = None
        self._quiet: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        """Wait for nothing any more."""
        for timer in (self._gap, self._quiet):
            if timer is not None:
                timer.cancel()
        self._gap = self._quiet = None

    def hear(self, octets: bytes) -> None:
        """Octets from the line."""
        bus, frames = self._bus, self.frames
        now = bus.loop.time()
        if bus.busy:
            bus.rejected(octets, "an answer is due: the line is busy, the octets are lost")
            return
        if frames.modbus and bus.carrier.shared:
            settings = self.settings
            if frames.waiting and now - self._last_s > settings.character_s + settings.gap_s + _TOLERANCE_S:
                frames.broken("a gap of more than 1.5 characters inside the frame")
            if self._quiet is None:
                self._quiet = bus.loop.call_at(now + settings.silence_s, self._silence)
        self._last_s = now
        bus.take(self, frames.feed(octets))
        if frames.waiting and self._gap is None:
            self._gap = bus.loop.call_at(now + GAP_S, self._give_up)

    def _silence(self) -> None:
        # One timer a frame: it looks whether the line has been silent since the last octet.
        due_s = self._last_s + self.settings.silence_s
        if self._bus.loop.time() + _TOLERANCE_S < due_s:
            self._quiet = self._bus.loop.call_at(due_s, self._silence)
            return
        self._quiet = None
        self._bus.take(self, self.frames.silence())

    def _give_up(self) -> None:
        self._gap = None
        if not self.frames.waiting:
            return
        due_s = self._last_s + GAP_S
        if self._bus.loop.time() + _TOLERANCE_S < due_s:
            self._gap = self._bus.loop.call_at(due_s, self._give_up)
            return
        self._bus.take(self, self.frames.give_up())


class SerialBus:
    """A line and the meters on it, which answer or speak by themselves.

    By default it is behind a transparent serial server at `host` and `port`. `settings` is how the ports of the line
    should be set. ValueError if two meters have the same address.
    """

    def __init__(
        self,
        host: str,
        port: int,
        meters: Sequence[Station],
        *,
        clock: Clock,
        observe: Observe,
        carrier: Carrier | None = None,
        settings: LineSettings | None = None,
    ) -> None:
        self.carrier: Carrier = carrier or TcpCarrier(host, port, clock=clock, observe=observe)
        self.host = self.carrier.host
        self.meters = tuple(meters)
        self.name = self.carrier.name
        self.settings = settings or (meters[0].line if meters else LineSettings())
        places = [(meter.family, meter.place) for meter in meters]
        if len(dict.fromkeys(places)) != len(places):
            raise ValueError(f"two meters at {self.name} have the same address")
        self._clock = clock
        self._observe = observe
        self._families = tuple(dict.fromkeys(meter.family for meter in meters))
        self._ears: dict[LineSettings, _Ear] = {}
        self._due = 0
        self._sending: list[asyncio.TimerHandle] = []
        self._speaking: dict[Station, asyncio.TimerHandle] = {}
        self.loop: asyncio.AbstractEventLoop

    @property
    def busy(self) -> bool:
        """True while an answer is due or under way."""
        return self._due > 0

    async def start(self) -> None:
        """Listen. Raises OSError if the place is taken."""
        self.loop = asyncio.get_running_loop()
        for meter in self.meters:
            meter.when_retuned(self._tune)
        self._tune()
        await self.carrier.start()
        for meter in self.meters:
            if isinstance(meter, Speaker):
                self._speak(meter, self.loop.time())

    async def stop(self) -> None:
        """Leave the line; answers that are due are not given any more."""
        for timer in (*self._sending, *self._speaking.values()):
            timer.cancel()
        self._speaking.clear()
        for ear in self._ears.values():
            ear.stop()
        self._sending, self._due = [], 0
        self._ears.clear()
        await self.carrier.stop()

    def _tune(self) -> None:
        """An ear for each setting that a meter has."""
        shared = self.carrier.shared
        wanted = [self.settings, *(meter.line for meter in self.meters)] if shared else [self.settings]
        for settings in dict.fromkeys(wanted):
            if settings not in self._ears:
                ear = self._ears[settings] = _Ear(self, settings, self._families)
                self.carrier.ear(*settings, ear.hear)

    # What comes in.

    def take(self, ear: _Ear, found: Sequence[Found]) -> None:
        """Frames and other octets that an ear has found."""
        for octets, reason, family in found:
            if not reason and self._due:
                reason = "an answer is due: the line is busy, the octets are lost"
            if reason:
                self.rejected(octets, reason)
            else:
                self._ask(ear, octets, family)

    def _listeners(self, ear: _Ear, family: str) -> list[Station]:
        # A server's port is set right: over TCP only a fault makes a meter deaf, not a change of speed it was told.
        found = [meter for meter in self.meters if not family or meter.family == family]
        if self.carrier.shared:
            return [meter for meter in found if meter.line == ear.settings]
        return [meter for meter in found if not meter.deaf]

    def _ask(self, ear: _Ear, octets: bytes, family: str) -> None:
        heard = [meter.hear(octets) for meter in self._listeners(ear, family)]
        if not any(taken for taken, _ in heard) and ear.settings == self.settings:
            now = self._clock.now_us()
            self._observe(Unserved(t=now, meter=self.name, unit=0, outcome="silent", request=octets.hex().upper()))
        replies = [reply for _, reply in heard if reply is not None]
        holding = [reply for reply in replies if reply.holds]
        if len(holding) > 1 and not self.carrier.shared:
            self._send_later(max(reply.after_s for reply in holding), True, lambda: self._collide(holding), False)
            replies = [reply for reply in replies if not reply.holds]
        for reply in replies:
            # At the settings of the question: a meter that is told another speed answers at the old one.
            self._send_later(reply.after_s, reply.holds, lambda reply=reply: self._give(reply, ear.settings), True)

    # What goes out.

    def _speak(self, meter: Station, due_s: float) -> None:
        """A frame of a meter that nobody asks, and the next one in its time; never one into another."""
        assert isinstance(meter, Speaker)
        if not self._due:
            reply = meter.say()
            if reply is not None:
                self._send_later(reply.after_s, reply.holds, lambda: self._give(reply, meter.line), True)
        due_s += meter.interval_s
        self._speaking[meter] = self.loop.call_at(due_s, self._speak, meter, due_s)

    def _send_later(self, after_s: float, holds: bool, send: Callable[[], object], until_out: bool) -> None:
        """Send in a while; the line is held until then, and `until_out` until the last octet is out too."""
        self._due += holds

        def now() -> None:
            self._sending = [each for each in self._sending if each is not timer]
            if not until_out:
                self._due -= holds
            send()

        timer = self.loop.call_later(after_s, now)
        self._sending.append(timer)

    def _give(self, reply: Reply, line: LineSettings) -> None:
        size = reply.split.octets if reply.split is not None else len(reply.octets)
        first, rest = reply.octets[:size], reply.octets[size:]
        seen = bytearray()

        def over(octets: bytes) -> None:
            seen.extend(octets)
            self._due -= reply.holds
            now = self._clock.now_us()
            if bytes(seen) == reply.octets:
                reply.told(now)
            else:
                reply.spoilt(now, bytes(seen))
            if reply.twice is not None:
                again = reply.twice.after_s
                self._send_later(again, False, lambda: self._send(reply.octets, line, _forget), False)

        def half(octets: bytes) -> None:
            seen.extend(octets)
            gap_s = reply.split.gap_s if reply.split is not None else 0.0
            self._send_later(gap_s, False, lambda: self._send(rest, line, over), False)

        if not self._send(first, line, half if rest else over):
            self._due -= reply.holds

    def _send(self, octets: bytes, line: LineSettings, done: Done) -> bool:
        return self.carrier.send(octets, *line, done)

    def _collide(self, replies: Sequence[Reply]) -> None:
        # Of two drivers the one that pulls to zero wins: the line shows the bits that are one in all answers.
        size = max(len(reply.octets) for reply in replies)
        seen = bytearray(b"\xff" * size)
        for reply in replies:
            for index, octet in enumerate(reply.octets):
                seen[index] &= octet

        def done(octets: bytes) -> None:
            for reply in replies:
                reply.spoilt(self._clock.now_us(), octets)

        self.carrier.send(bytes(seen), *self.settings, done)

    def rejected(self, octets: bytes, reason: str) -> None:
        """Octets that nobody can use."""
        self._observe(
            Rejected(
                t=self._clock.now_us(),
                at=self.name,
                conn=getattr(self.carrier, "speaker", 0),
                octets=octets[:_KEPT_OCTETS].hex().upper(),
                count=len(octets),
                reason=reason,
            )
        )


def _forget(_octets: bytes) -> None:
    """Nobody wants to know what became of it."""
