"""One simulated terminal without any connection: what it makes and when, what waits, what is under way, what was taken.

Leaves the way of sending to a `Wire`, connections to whoever drives it (`line` over asyncio, `bench.load` over gevent):
a driver asks `next_us`, calls `tick` when that has come, `opened`, `take` and `closed` as the connection goes, and
sends what `give` gives. Nothing in here waits, reads a clock or draws global chance. What is told goes to a `Ledger`;
`EventLedger` makes events of it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Protocol

from simulators.clock import Observe
from simulators.events import Acknowledged, Created, Uploaded
from simulators.plant.plant import Plant
from simulators.senders.measuring import Instrument, Rhythm, entries
from simulators.senders.parcels import Entry, Fields, Parcel
from simulators.senders.spec import SenderSpec
from simulators.senders.wire import Answer, Asked, Wire
from simulators.stamps import from_stamp, stamp

NEVER = 2**62
_SECOND = 1_000_000


class Ledger(Protocol):
    """Whom a sender tells what becomes of its records."""

    def created(self, sender: Sender, parcel: Parcel, now_us: int) -> None:
        """Records were made; those with a `fault` of withheld or lost will never go out."""
        ...

    def uploaded(self, sender: Sender, parcel: Parcel, octets: bytes, now_us: int) -> None:
        """A parcel goes out."""
        ...

    def answered(self, sender: Sender, parcel: Parcel, answer: Answer, now_us: int) -> None:
        """The platform has answered a parcel."""
        ...


class NoLedger:
    """Tells nobody."""

    def created(self, sender: Sender, parcel: Parcel, now_us: int) -> None:
        """Nothing."""

    def uploaded(self, sender: Sender, parcel: Parcel, octets: bytes, now_us: int) -> None:
        """Nothing."""

    def answered(self, sender: Sender, parcel: Parcel, answer: Answer, now_us: int) -> None:
        """Nothing."""


class EventLedger:
    """Tells a history."""

    def __init__(self, observe: Observe) -> None:
        self._observe = observe

    def created(self, sender: Sender, parcel: Parcel, now_us: int) -> None:
        """As an event."""
        self._observe(
            Created(
                t=now_us,
                sender=sender.spec.name,
                mn=sender.spec.mn,
                number=parcel.number,
                kind=parcel.kind,
                start=parcel.start_us,
                end=parcel.end_us,
                values={each.code: dict(each.fields) for each in parcel.entries},
                flags={each.code: each.flag for each in parcel.entries if each.flag != "N"},
                units={each.code: each.unit for each in parcel.entries if each.unit},
                true=sender.true_of(parcel),
                fault=parcel.fault,
                revision=parcel.revision,
            )
        )

    def uploaded(self, sender: Sender, parcel: Parcel, octets: bytes, now_us: int) -> None:
        """As an event."""
        self._observe(
            Uploaded(
                t=now_us,
                sender=sender.spec.name,
                conn=sender.conn,
                number=parcel.number,
                key=parcel.key,
                attempt=parcel.attempts,
                octets=len(octets),
                fault=parcel.spoilt or parcel.fault,
            )
        )

    def answered(self, sender: Sender, parcel: Parcel, answer: Answer, now_us: int) -> None:
        """As an event."""
        self._observe(
            Acknowledged(
                t=now_us,
                sender=sender.spec.name,
                number=parcel.number,
                key=parcel.key,
                accepted=answer.accepted,
                words=answer.words,
            )
        )


@dataclass
class Faults:
    """What a sender does wrong on purpose from now on; all of it off at first.

    `silent`: it measures and sends nothing. `held`: parcels that it makes wait until they are released. `withheld`:
    codes for which nothing is made (`*` for all). `flags`: letter by code. `wrong`: by code a factor (numerator,
    denominator) by which what is sent is wrong, as by another unit. `spoil`: how the next so many parcels are spoilt
    when first sent. `double`: how many of the next parcels go out a second time, and whether under a new key.
    """

    silent: bool = False
    held: bool = False
    withheld: frozenset[str] = frozenset()
    flags: dict[str, str] = field(default_factory=dict[str, str])
    wrong: dict[str, tuple[int, int]] = field(default_factory=dict[str, "tuple[int, int]"])
    spoil: list[str] = field(default_factory=list[str])
    double: int = 0
    anew: bool = False


class Sender:
    """A terminal that sends. Times are microseconds UTC; `from_us` is when it begins to measure."""

    def __init__(self, spec: SenderSpec, wire: Wire, plant: Plant, from_us: int, ledger: Ledger | None = None) -> None:
        self.spec, self.wire = spec, wire
        self.ledger: Ledger = ledger or NoLedger()
        self.faults = Faults()
        self.instruments = tuple(Instrument(point, plant) for point in spec.points)
        self.conn = 0
        self.connected = False
        self.broken = False
        """The connection is of no further use and has to be closed."""
        self.clock_offset_us = 0
        self._by_code = {each.code: each for each in self.instruments}
        self._rhythms = [Rhythm(kind, spec, from_us) for kind in spec.classes]
        self._lag_us = round(spec.lag_s * _SECOND)
        self._over_us = round(spec.over_time_s * _SECOND)
        self._count = 0
        self._fresh: deque[Parcel] = deque()
        self._waiting: deque[Parcel] = deque()
        self._held: list[Parcel] = []
        self._flying: dict[str, Parcel] = {}
        self._replies: list[bytes] = []
        self._greet = False
        self._off = False
        self._true: dict[int, dict[str, dict[str, str]]] = {}

    # What waits.

    @property
    def waiting(self) -> int:
        """Parcels that have been made and not been taken yet."""
        return len(self._fresh) + len(self._waiting) + len(self._flying) + len(self._held)

    def next_us(self) -> int:
        """When `tick` has to be called next."""
        due = NEVER if self._off else min((each.next_us + self._lag(each) for each in self._rhythms), default=NEVER)
        for parcel in self._flying.values():
            due = min(due, parcel.sent_us + self._over_us)
        return due

    def _lag(self, rhythm: Rhythm) -> int:
        return 0 if rhythm.kind == "realtime" else self._lag_us

    # What is made.

    def tick(self, now_us: int) -> None:
        """Make what has come due, and see to what nobody answered."""
        for rhythm in self._rhythms:
            while rhythm.next_us + self._lag(rhythm) <= now_us and not self._off:
                self._make(rhythm, now_us)
                rhythm.passed()
        for parcel in [each for each in self._flying.values() if each.sent_us + self._over_us <= now_us]:
            del self._flying[parcel.key]
            self.broken = self.wire.unanswered() or self.broken
            if parcel.once:
                continue
            if parcel.attempts > self.spec.re_count:
                parcel.attempts = 0
                self.broken = True
            self._fresh.appendleft(parcel)

    def _make(self, rhythm: Rhythm, now_us: int) -> None:
        faults = self.faults
        made = entries(self.instruments, rhythm.kind, rhythm.start_us, rhythm.next_us)
        if faults.withheld:
            gone = tuple(each for each in made if each.code in faults.withheld or "*" in faults.withheld)
            if gone:
                self._count += 1
                lost = Parcel(self._count, rhythm.kind, rhythm.start_us, rhythm.next_us, now_us, gone, fault="withheld")
                self.ledger.created(self, lost, now_us)
            made = tuple(each for each in made if each not in gone)
        true: dict[str, dict[str, str]] = {}
        for each in made:
            each.flag = faults.flags.get(each.code, "N")
            if each.code in faults.wrong:
                true[each.code] = dict(each.fields)
                each.fields = _scaled(each.fields, faults.wrong[each.code])
        if made:
            self.add(rhythm.kind, rhythm.start_us, rhythm.next_us, made, now_us, true=true)

    def add(
        self,
        kind: str,
        start_us: int,
        end_us: int,
        made: tuple[Entry, ...],
        now_us: int,
        *,
        fault: str = "",
        revision: int = 0,
        once: bool = False,
        true: dict[str, dict[str, str]] | None = None,
    ) -> list[Parcel]:
        """Put records into the queue, in as many parcels as the wire needs."""
        parts = self.wire.cut(made)
        found: list[Parcel] = []
        for place, part in enumerate(parts, 1):
            self._count += 1
            parcel = Parcel(
                self._count,
                kind,
                start_us,
                end_us,
                now_us,
                part,
                pnum=len(parts) if len(parts) > 1 else 0,
                pno=place if len(parts) > 1 else 0,
                fault=fault or ("wrong" if true else ""),
                revision=revision,
                once=once,
            )
            if true:
                self._true[parcel.number] = {each.code: true[each.code] for each in part if each.code in true}
            self.ledger.created(self, parcel, now_us)
            (self._held if self.faults.held else self._fresh).append(parcel)
            if self.faults.double and not once:
                self.faults.double -= 1
                self._double(parcel, now_us)
            found.append(parcel)
        while len(self._waiting) + len(self._fresh) > self.spec.backlog:
            self._lose(now_us)
        return found

    def _double(self, parcel: Parcel, now_us: int) -> None:
        """The same records a second time: as the same packet, or under a key of their own."""
        self._count += 1
        copy = replace(parcel, number=self._count, fault="copy" if self.faults.anew else "again")
        if not self.faults.anew:
            copy.original = parcel
        self.ledger.created(self, copy, now_us)
        self._fresh.append(copy)

    def _lose(self, now_us: int) -> None:
        gone = (self._waiting or self._fresh).popleft()
        gone.fault = "lost"
        self.ledger.created(self, gone, now_us)

    def true_of(self, parcel: Parcel) -> dict[str, dict[str, str]]:
        """What was true of the records whose values are wrong on purpose."""
        return self._true.get(parcel.number, {})

    # What is done to it on purpose.

    def release(self, *, backwards: bool = False) -> None:
        """Send what was held, from the latest to the oldest if `backwards`."""
        self.faults.held = False
        self._fresh.extend(reversed(self._held) if backwards else self._held)
        self._held.clear()

    def revise(
        self, kind: str, start_us: int, end_us: int, code: str, fields: Fields, now_us: int, revision: int = 1
    ) -> None:
        """Send one record anew with other content."""
        made = (Entry(code, fields, "N", self._by_code[code].unit),)
        self.add(kind, start_us, end_us, made, now_us, fault="revised", revision=revision)

    def intrude(self, how: str, kind: str, start_us: int, end_us: int, made: tuple[Entry, ...], now_us: int) -> None:
        """Send what must never be believed, once: as `how` says (see the kind's `spoilt`)."""
        self.add(kind, start_us, end_us, made, now_us, fault=how, once=True)

    def record_of(self, code: str, kind: str, start_us: int, end_us: int) -> Fields:
        """What a record of a point says in truth."""
        point = self._by_code[code]
        return point.sample(end_us) if kind == "realtime" else point.record(start_us, end_us)

    def power_off(self) -> None:
        """No supply from now on: nothing is measured."""
        self._off = True

    def power_on(self, now_us: int) -> None:
        """Supply again. Periods that it was off in are gaps, and told as withheld."""
        self._off = False
        for rhythm in self._rhythms:
            while rhythm.next_us <= now_us:
                made = entries(self.instruments, rhythm.kind, rhythm.start_us, rhythm.next_us)
                self._count += 1
                gap = Parcel(self._count, rhythm.kind, rhythm.start_us, rhythm.next_us, now_us, made, fault="withheld")
                self.ledger.created(self, gap, now_us)
                rhythm.passed()

    def begin(self, from_us: int) -> None:
        """Measure from then on, as if it had just been put into use; what waits goes on waiting."""
        self._off = False
        self._rhythms = [Rhythm(kind, self.spec, from_us) for kind in self.spec.classes]

    # The connection.

    def opened(self, now_us: int) -> None:
        """A connection is there."""
        del now_us
        self.conn += 1
        self.connected, self.broken, self._greet = True, False, True
        self.wire.reset()

    def closed(self) -> None:
        """The connection is over: what was under way goes first on the next one, under the key that it has."""
        self.connected, self.broken = False, False
        self._replies.clear()
        flying = [each for each in self._flying.values() if not each.once]
        self._flying.clear()
        # What is new goes before what has waited: live values are not held up by a backlog.
        self._waiting.extendleft(reversed(flying))
        self._waiting.extend(self._fresh)
        self._fresh.clear()

    def take(self, octets: bytes, now_us: int) -> None:
        """Octets from the platform."""
        for each in self.wire.feed(octets):
            if isinstance(each, Asked):
                self._asked(each, now_us)
                continue
            parcel = self._flying.pop(each.key, None) if each.key else self._oldest()
            if parcel is not None:
                self.ledger.answered(self, parcel, each, now_us)
                if not each.accepted and not parcel.once:
                    self._refused(parcel)
            if each.ended:
                self.broken = True

    def _oldest(self) -> Parcel | None:
        return self._flying.pop(next(iter(self._flying))) if self._flying else None

    def _refused(self, parcel: Parcel) -> None:
        """A platform that says no is asked again with the next connection, not at once."""
        self._waiting.append(parcel)
        self.broken = True

    def give(self, now_us: int) -> bytes:
        """What is to be sent now; empty if nothing."""
        if not self.connected or self.broken:
            return b""
        out: list[bytes] = []
        if self._greet:
            self._greet = False
            out.append(self.wire.hello())
        out += self._replies
        self._replies.clear()
        while self.wire.ready and not self.faults.silent and len(self._flying) < self.spec.window:
            parcel = self._next()
            if parcel is None:
                break
            out.append(self._send(parcel, now_us))
        return b"".join(out)

    def _next(self) -> Parcel | None:
        if self._fresh:
            return self._fresh.popleft()
        return self._waiting.popleft() if self._waiting else None

    def _send(self, parcel: Parcel, now_us: int) -> bytes:
        if parcel.original is not None:
            parcel.key = parcel.original.key
        octets = self.wire.octets(parcel, now_us)
        parcel.attempts += 1
        parcel.sent_us = now_us
        how = (
            parcel.fault
            if parcel.once
            else self.faults.spoil.pop(0)
            if self.faults.spoil and parcel.attempts == 1
            else ""
        )
        parcel.spoilt = how
        if how:
            octets = self.wire.spoilt(parcel, octets, how)
        self._flying[parcel.key] = parcel
        self.ledger.uploaded(self, parcel, octets, now_us)
        return octets

    # What the platform asks for.

    def _asked(self, asked: Asked, now_us: int) -> None:
        items = dict(asked.items)
        found: tuple[tuple[str, str], ...] = ()
        if asked.cn == "1011":
            found = (("SystemTime", stamp(now_us + self.clock_offset_us)),)
        elif asked.cn == "1012" and "SystemTime" in items:
            self.clock_offset_us = from_stamp(items["SystemTime"]) - now_us
        elif asked.cn in ("2031", "2051", "2061") and "BeginTime" in items:
            self._history(asked.cn, from_stamp(items["BeginTime"]), from_stamp(items["EndTime"]), now_us)
        self._replies.append(self.wire.reply(asked, found, now_us))

    def _history(self, cn: str, from_us: int, to_us: int, now_us: int) -> None:
        """What is asked for goes out again, as if it had not been taken."""
        kind = {"2031": "day", "2051": "minute", "2061": "hour"}[cn]
        rhythm = Rhythm(kind, self.spec, from_us)
        while rhythm.start_us <= to_us and rhythm.next_us <= now_us:
            if rhythm.start_us >= from_us:
                made = entries(self.instruments, kind, rhythm.start_us, rhythm.next_us)
                self.add(kind, rhythm.start_us, rhythm.next_us, made, now_us, fault="asked")
            rhythm.passed()


def _scaled(fields: Fields, factor: tuple[int, int]) -> Fields:
    """The same numbers times a factor, cut to the decimals that they have."""
    found: list[tuple[str, str]] = []
    for name, text in fields:
        whole, _, part = text.partition(".")
        steps = int(whole + part) * factor[0] // factor[1]
        digits = f"{steps:0{len(part) + 1}d}"
        found.append(
            (name, f"{digits[: len(digits) - len(part)]}.{digits[len(digits) - len(part) :]}" if part else digits)
        )
    return tuple(found)
