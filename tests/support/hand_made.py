"""Small hand-made histories for the judges' tests: an honest terminal, and one fault at a time.

Leaves real worlds to the rigs. Everything is computed here by hand, so that a judge is not tested with itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from bench.case import Check, Measurement
from bench.history import (
    Began,
    CentreSetup,
    Event,
    History,
    MeterSetup,
    Observed,
    Phase,
    Point,
    Received,
    Sent,
    Served,
    Stored,
    Unserved,
)
from conformance.common.times import DAY, HOUR, MINUTE, SECOND, instant_of, stamp_of

MIDNIGHT = instant_of("20260302000000") or 0
COUNTER = Point(
    id="m1.energy",
    meter="m1",
    kind="counter",
    unit="kWh",
    decimals=2,
    modulus="1000000.00",
    rated_per_h="500",
    type="u32",
)
POWER = Point(id="m1.power", meter="m1", kind="instant", unit="kW", decimals=1, type="u16")
CODES = {"m1.energy": "e00001", "m1.power": "p00001"}
LENGTHS = {"minute": 15 * MINUTE, "hour": HOUR, "day": DAY}


def energy(us: int) -> str:
    """12.34 kWh a minute from 1000.00."""
    minutes = (us - MIDNIGHT) // MINUTE
    return f"{Decimal('1000.00') + minutes * Decimal('12.34'):.2f}"


def power(us: int) -> str:
    """A saw between 10.0 and 16.9 kW."""
    minutes = (us - MIDNIGHT) // MINUTE
    return f"{Decimal(100 + (minutes * 7) % 70) / 10:.1f}"


@dataclass
class World:
    """One meter with a counter and a power, polled every minute; records sent a second after their end.

    Where the meter is `silent` the terminal asks in vain, or, without `asks_silent`, does not ask at all.
    """

    hours: int = 4
    period_s: int = 60
    points: tuple[Point, ...] = (COUNTER, POWER)
    centres: tuple[str, ...] = ("A",)
    kinds: tuple[str, ...] = ("minute", "hour")
    energy: Callable[[int], str] = energy
    power: Callable[[int], str] = power
    silent: Callable[[int], bool] = lambda _us: False
    asks_silent: bool = True
    extra: list[Event] = field(default_factory=list)
    minute_interval: int = 15
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Where the case ends."""
        return MIDNIGHT + self.hours * HOUR

    def served(self) -> list[Served]:
        """Every poll on the grid, answered after 2 ms."""
        found: list[Served] = []
        at = MIDNIGHT
        while at <= self.end:
            if not self.silent(at):
                values = {"m1.energy": self.energy(at), "m1.power": self.power(at)}
                kept = {point.id: values[point.id] for point in self.points}
                asked = at + 2000
                found.append(Served(t=asked, meter="m1", unit=1, asked=asked, request="00", response="00", values=kept))
            at += self.period_s * SECOND
        return found

    def unserved(self) -> list[Unserved]:
        """The polls that met a silent meter."""
        return [
            Unserved(
                t=at + 2000,
                meter="m1",
                unit=1,
                outcome="silent",
                request="00",
                points=tuple(point.id for point in self.points),
            )
            for at in range(MIDNIGHT, self.end + 1, self.period_s * SECOND)
            if self.silent(at) and self.asks_silent
        ]

    def records(self, centre: str = "A") -> list[Stored]:
        """What an honest terminal sends, and the centre stores, one second after the interval's end."""
        found: list[Stored] = []
        number = 0
        for kind in self.kinds:
            length = self.minute_interval * MINUTE if kind == "minute" else LENGTHS[kind]
            start = MIDNIGHT
            while start + length <= self.end:
                for point in self.points:
                    number += 1
                    fields = self.content(point, start, start + length)
                    end = start + length
                    found.append(
                        Stored(
                            t=end + SECOND,
                            centre=centre,
                            mn="MN",
                            kind=kind,
                            code=CODES[point.id],
                            stamp=stamp_of(start),
                            fields=fields,
                            flag="N" if fields else "B",
                            qn=f"{stamp_of(end)}{number % 1000:03d}",
                        )
                    )
                start += length
        return sorted(found, key=lambda event: event.t)

    def content(self, point: Point, start: int, end: int) -> dict[str, str]:
        """The fields of an honest record, computed by hand; none when a boundary was silent."""
        if point.kind == "counter":
            if self.silent(start) or self.silent(end):
                return {}
            return {"Cou": str(Decimal(self.energy(end)) - Decimal(self.energy(start)))}
        steps = range(start, end, self.period_s * SECOND)
        values = [Decimal(self.power(at)) for at in steps if not self.silent(at)]
        if not values:
            return {}
        mean = (sum(values) / len(values)).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return {"Avg": str(mean), "Min": str(min(values)), "Max": str(max(values))}

    def began(self) -> Began:
        """What stood on the bench."""
        return Began(
            t=MIDNIGHT - MINUTE,
            case="test",
            seed=1,
            commit="",
            terminal="hand-made",
            rig="virtual",
            points=self.points,
            meters=(MeterSetup(name="m1", map="hand", address="10.0.0.1:502", unit=1, period_s=self.period_s),),
            centres=tuple(
                CentreSetup(
                    name=name,
                    mn="MN",
                    codes={point.id: CODES[point.id] for point in self.points},
                    minute_interval=self.minute_interval,
                    realtime_interval_s=0,
                    kinds=self.kinds,
                )
                for name in self.centres
            ),
            codes=self.codes,
        )

    def history(
        self,
        change: Callable[[list[Stored]], list[Stored]] = lambda records: records,
        acks: Callable[[Stored], Iterable[Event]] | None = None,
        settle: bool = True,
    ) -> History:
        """The whole history with the stored records changed; each is acknowledged 20 ms later unless `acks` says."""
        events: list[Event] = [*self.served(), *self.unserved(), *self.extra]
        for centre in self.centres:
            for record in change(self.records(centre)):
                events.append(record)
                events.extend(acks(record) if acks else [acknowledge(record)])
        last = max(event.t for event in events)
        if settle:
            events.append(Phase(t=self.end, name="settle"))
        events.append(Phase(t=last + MINUTE, name="over"))
        events.sort(key=lambda event: event.t)
        return History([self.began(), *events])


def acknowledge(record: Stored, after_us: int = 20_000) -> Sent:
    """The 9014 of a record."""
    return Sent(t=record.t + after_us, centre=record.centre, conn=1, frame="", cn="9014", qn=record.qn)


def altered(record: Stored, **changes: object) -> Stored:
    """A record with some fields changed."""
    values = {name: getattr(record, name) for name in record.__struct_fields__}
    return Stored(**(values | changes))


def frame_event(text: str, at: int, **fields: object) -> Received:
    """A frame a centre received."""
    return Received(t=at, centre="A", conn=1, frame=text, **fields)  # type: ignore[arg-type]


def observed(what: str, at: int, rows: Iterable[dict[str, str]], problem: str = "", **query: str) -> Observed:
    """What the local interface showed."""
    return Observed(t=at, asked=at, what=what, query=query, rows=tuple(rows), problem=problem)


def readings_of(world: World, point: Point, **changes: Callable[[str], str]) -> Observed:
    """Every stored reading of a point, honest unless `value` changes it."""
    text = world.energy if point.kind == "counter" else world.power
    change = changes.get("value", lambda value: value)
    rows = [
        {"at": str(event.asked), "value": change(text(event.asked - 2000)), "quality": "good", "source": "m1"}
        for event in world.served()
    ]
    return observed("readings", world.end, rows, point=point.id, **{"from": str(MIDNIGHT), "to": str(world.end)})


def records_of(world: World, kind: str, length: int, point: Point, at: int = 0) -> Observed:
    """Every stored record of a class, honest."""
    rows: list[dict[str, str]] = []
    start = MIDNIGHT
    while start + length <= world.end:
        end = start + length
        content = world.content(point, start, end)
        closing = world.energy(end) if point.kind == "counter" else ""
        value = content.get("Cou") or content.get("Avg", "")
        rows.append({"start": str(start), "end": str(end), "value": value, "flag": "N", "closing": closing})
        start = end
    when = at or world.end + SECOND
    return observed("records", when, rows, kind=kind, point=point.id, **{"from": str(MIDNIGHT), "to": str(world.end)})


def verdicts(findings: Iterable[Check | Measurement]) -> dict[str, str]:
    """Check id to verdict."""
    return {finding.id: finding.verdict.value for finding in findings if isinstance(finding, Check)}


def failing(findings: Iterable[Check | Measurement]) -> list[str]:
    """Ids of the checks that fail."""
    return [id for id, verdict in verdicts(findings).items() if verdict == "fail"]


def changed(history: History, change: Callable[[Event], Event | None]) -> History:
    """The same history with each event changed or dropped."""
    kept = [new for event in history.events if (new := change(event)) is not None]
    return History(sorted(kept[:1], key=lambda event: event.t) + sorted(kept[1:], key=lambda event: event.t))


__all__ = [
    "COUNTER",
    "MIDNIGHT",
    "POWER",
    "World",
    "acknowledge",
    "altered",
    "changed",
    "failing",
    "frame_event",
    "observed",
    "readings_of",
    "records_of",
    "replace",
    "verdicts",
]
