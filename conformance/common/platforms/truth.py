"""What the terminals around a platform sent in truth, and what it answers when asked for it, record by record.

Leaves verdicts to the judges. A record is the value of one point for one period or instant (its key: point, class,
start). Truth is what a terminal made last under a key, but for what was spoilt on purpose; it is converted exactly into
the unit that the platform was told to keep. The platform's side are its answers to `samples` and `records`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from bench.dut.platform.vocabulary import ABSENT
from bench.dut.platform.vocabulary.base import RECORDS, SAMPLES, RecordsQuery, RecordsRow, SamplesQuery, SamplesRow
from bench.history import Acknowledged, Created, History, ParkPoint, ParkStands, Uploaded
from conformance.common import times
from conformance.common.platforms import answers as platform

READER = "operator-of-park"
"""Who is asked for everybody's data."""
_NEVER_SENT = ("withheld", "lost")
_REPEATED = ("", "wrong", "copy", "again", "revised", "asked")
_SIZES: dict[str, tuple[str, Fraction]] = {
    "Wh": ("energy", Fraction(3_600)),
    "kWh": ("energy", Fraction(3_600_000)),
    "MWh": ("energy", Fraction(3_600_000_000)),
    "MJ": ("energy", Fraction(10**6)),
    "GJ": ("energy", Fraction(10**9)),
    "g": ("mass", Fraction(1, 1000)),
    "kg": ("mass", Fraction(1)),
    "t": ("mass", Fraction(1000)),
}


class Key(NamedTuple):
    """Which record: the point's id, its class (realtime, minute, hour, day, month), start in us UTC."""

    point: str
    kind: str
    start: int


@dataclass
class Fact:
    """What is true of a record: its end, its value as sent and in the platform's unit, and what was done to it.

    `made` is when, `flag` its data flag, `versions` how many different values it had, `sent` whether it ever left,
    `acknowledged` when the platform took it (0: never).
    """

    end: int
    text: str
    value: Decimal
    made: int
    flag: str = "N"
    versions: int = 1
    sent: bool = True
    acknowledged: int = 0
    faults: tuple[str, ...] = ()


@dataclass
class Truth:
    """Every record by its key, the points by id, and values that must never be believed (point, class, start, text).

    A lie that never left its terminal is none.
    """

    points: dict[str, ParkPoint]
    facts: dict[Key, Fact]
    lies: list[tuple[Key, str]] = field(default_factory=list[tuple[Key, str]])

    def of(self, kinds: Iterable[str] = (), takes: Callable[[ParkPoint], bool] | None = None) -> dict[Key, Fact]:
        """Those of some classes (none given: all) and points."""
        wanted = tuple(kinds)
        return {
            key: fact
            for key, fact in self.facts.items()
            if (not wanted or key.kind in wanted) and (takes is None or takes(self.points[key.point]))
        }


def converted(value: Decimal, given: str, wanted: str) -> Decimal:
    """A number in another unit, exactly. ValueError where nothing converts."""
    if given == wanted:
        return value
    (sort, size), (other, per) = _SIZES[given], _SIZES[wanted]
    if sort != other:
        raise ValueError(f"{given} does not convert into {wanted}")
    exact = Fraction(value) * size / per
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def points_of(history: History) -> dict[str, ParkPoint]:
    """The points of the park, by id."""
    return {point.id: point for stands in history.of(ParkStands) for point in stands.points}


def truth_of(history: History) -> Truth:
    """What was sent in truth, by the terminals' own word."""
    points = points_of(history)
    by_code = {(point.sender, point.code): point for point in points.values()}
    truth = Truth(points, {})
    left = {(event.sender, event.number) for event in history.of(Uploaded)}
    made: dict[tuple[str, int], list[Key]] = {}
    for event in [*history.of(Created), *history.of(Acknowledged)]:
        if isinstance(event, Acknowledged):
            if event.accepted:
                for key in made.get((event.sender, event.number), ()):
                    fact = truth.facts[key]
                    fact.acknowledged = fact.acknowledged or event.t
            continue
        for code, fields in event.values.items():
            point = by_code[event.sender, code]
            key = Key(point.id, event.kind, event.start)
            text = next(fields[name] for name in ("Rtd", "Cou", "Avg") if name in fields)
            if event.fault not in (*_NEVER_SENT, *_REPEATED):
                if (event.sender, event.number) in left:
                    truth.lies.append((key, text))
                continue
            made.setdefault((event.sender, event.number), []).append(key)
            _enter(truth, key, event, text, point)
    return truth


def _enter(truth: Truth, key: Key, event: Created, text: str, point: ParkPoint) -> None:
    known = truth.facts.get(key)
    value = converted(Decimal(text), point.sent_unit, point.unit)
    faults = (event.fault,) if event.fault else ()
    if known is None:
        flag = event.flags.get(point.code, "N")
        sent = event.fault not in _NEVER_SENT
        truth.facts[key] = Fact(event.end, text, value, event.t, flag, sent=sent, faults=faults)
        return
    known.faults += faults
    if event.fault == "lost":
        known.sent = False
    elif event.fault == "revised":
        known.text, known.value, known.versions = text, value, known.versions + 1


# The platform's side.

PERIODS = {"minute": "minute", "hour": "hour", "day": "day", "month": "month"}


@dataclass(frozen=True)
class Row:
    """What is shown of a record: of a sample its `quality` and when it was `received`, of a period its `state`."""

    value: str
    unit: str
    quality: str = ABSENT
    state: str = ABSENT
    received: str = ABSENT

    @classmethod
    def of(cls, row: SamplesRow | RecordsRow) -> Row:
        """One row of an answer."""
        if isinstance(row, SamplesRow):
            return cls(row.value, row.unit, quality=row.quality, received=row.received)
        return cls(row.value, row.unit, state=row.state)


_Answer = platform.Answered[SamplesQuery, SamplesRow] | platform.Answered[RecordsQuery, RecordsRow]
_Told = tuple[str, _Answer]


@dataclass
class Shown:
    """What a platform answered about the points asked for: rows by key, in the order of the answers' own rows.

    `asked` are the stretches [from, to) by point and class that it was asked about and answered, `problems` those that
    it did not.
    """

    rows: dict[Key, list[Row]] = field(default_factory=dict[Key, "list[Row]"])
    asked: dict[tuple[str, str], list[tuple[int, int]]] = field(
        default_factory=dict[tuple[str, str], "list[tuple[int, int]]"]
    )
    problems: list[str] = field(default_factory=list[str])
    refused: list[str] = field(default_factory=list[str])

    def covers(self, key: Key) -> bool:
        """Whether it was asked about a record."""
        return any(start <= key.start < end for start, end in self.asked.get((key.point, key.kind), ()))

    def covers_whole(self, key: Key, end: int) -> bool:
        """Whether it was asked about a record up to its end: one that is still running need not be whole."""
        return any(start <= key.start and end <= last for start, last in self.asked.get((key.point, key.kind), ()))


def shown(history: History, by: str = "", *, after: int = 0, before: int = 2**62) -> Shown:
    """What was answered to an account (empty: any) about samples and records; of a stretch the latest answer counts."""
    found = Shown()
    query = {"by": by} if by else {}
    told: list[_Told] = [("realtime", each) for each in platform.answers(history, SAMPLES, **query)]
    told += [(each.query.period, each) for each in platform.answers(history, RECORDS, **query)]
    for kind, event in sorted(told, key=lambda one: one[1].t):
        if not after <= event.t < before:
            continue
        if event.outcome != platform.DONE:
            _forget(found, event, kind)
            what = found.refused if event.outcome == platform.REFUSED else found.problems
            what.append(f"{event.event.what} {event.query.point}: {event.problem}")
            continue
        point, start, end = event.query.point, int(event.query.from_), int(event.query.to)
        before_it = found.asked.setdefault((point, kind), [])
        if any(first < end and start < last for first, last in before_it):
            for key in [each for each in found.rows if each[:2] == (point, kind) and start <= each.start < end]:
                del found.rows[key]
        before_it.append((start, end))
        for row in event.rows:
            at = row.at if isinstance(row, SamplesRow) else row.start
            found.rows.setdefault(Key(point, kind, int(at)), []).append(Row.of(row))
    return found


def _forget(found: Shown, event: _Answer, kind: str) -> None:
    """A question that was put again and not answered: what was answered before does not speak for now."""
    point, start, end = event.query.point, int(event.query.from_), int(event.query.to)
    before = found.asked.get((point, kind), [])
    found.asked[point, kind] = [each for each in before if not (each[0] < end and start < each[1])]
    for key in [each for each in found.rows if each[:2] == (point, kind) and start <= each.start < end]:
        del found.rows[key]


# One against the other.


@dataclass
class Compared:
    """Records that were asked for, and how the platform's answer differs from the truth; a sentence for each.

    `known` counts the records compared. `digits` are those that are right by number and have other decimals than were
    sent.
    """

    known: int = 0
    right: int = 0
    missing: list[str] = field(default_factory=list[str])
    altered: list[str] = field(default_factory=list[str])
    digits: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    invented: list[str] = field(default_factory=list[str])
    unit: list[str] = field(default_factory=list[str])

    @property
    def wrong(self) -> list[str]:
        """Everything but the number of decimals."""
        return [*self.missing, *self.altered, *self.doubled, *self.invented, *self.unit]

    @property
    def count(self) -> int:
        """How many of them."""
        return len(self.missing) + len(self.altered) + len(self.doubled) + len(self.invented) + len(self.unit)


def compare(truth: Truth, told: Shown, facts: dict[Key, Fact] | None = None) -> Compared:
    """Every record that was sent and asked for against what the platform has under its key.

    Values that are flagged are held to be kept raw, as they were sent: whether they count is another question.
    """
    found = Compared()
    wanted = truth.facts if facts is None else facts
    for key, fact in wanted.items():
        if not fact.sent or not told.covers(key):
            continue
        found.known += 1
        rows = told.rows.get(key, [])
        before = found.count
        _one(found, truth.points[key.point], key, fact, rows)
        found.right += found.count == before
    points = {key.point for key in wanted}
    kinds = {key.kind for key in wanted}
    for key in told.rows:
        fact = truth.facts.get(key)
        if key.point in points and key.kind in kinds and (fact is None or not fact.sent) and not _filled(told, key):
            found.invented.append(f"{named(key)}: {told.rows[key][0].value} was never sent / 从未发送")
    return found


def _filled(told: Shown, key: Key) -> bool:
    """Whether a platform says of a record that it is none of its terminals'."""
    return all(row.state is not ABSENT and row.state not in ("complete", "corrected") for row in told.rows[key])


def _one(found: Compared, point: ParkPoint, key: Key, fact: Fact, rows: Sequence[Row]) -> None:
    if not rows:
        found.missing.append(f"{named(key)}: {fact.text} {point.sent_unit} is not there / 缺失")
        return
    if len(rows) > 1:
        found.doubled.append(f"{named(key)}: {len(rows)} rows / 重复")
    row = rows[0]
    value = platform.number(row.value)
    if value != fact.value:
        sent = f"sent {fact.text} {point.sent_unit}"
        found.altered.append(f"{named(key)}: {row.value} {row.unit}, {sent} / 与真值不符")
    elif point.unit == point.sent_unit and row.value != fact.text:
        found.digits.append(f"{named(key)}: {row.value}, sent {fact.text} / 位数不同")
    if row.unit is not ABSENT and row.unit != point.unit:
        found.unit.append(f"{named(key)}: unit {row.unit}, the point's is {point.unit} / 单位不符")


def named(key: Key) -> str:
    """A record in words."""
    return f"{key.point} {key.kind} {times.local(key.start)}"
