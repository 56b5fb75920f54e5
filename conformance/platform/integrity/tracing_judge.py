"""Traces: from a figure to what came in for it, and from what came in to every figure that it is part of (R-35).

Leaves the figures themselves to the cases of the account: here a figure is what the platform says it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import EMISSIONS, FACTOR, EmissionsQuery, EmissionsRow
from bench.dut.platform.vocabulary.public import TRACE_BACK, TRACE_FORWARD
from bench.history import Created, History, ParkStands
from conformance.common.platforms.answers import Answered, answers, deeds, done
from conformance.common.platforms.figures import Figure, exactly, fraction, kilograms, lines

LINKED = criterion(
    "trace-linked",
    en="the records and factors that a trace names add up to the figure that it is of",
    zh="追溯给出的记录与因子相乘求和等于所追溯的数值",
    unit="figures",
)
BACK = criterion(
    "trace-back-to-samples",
    en="a figure is traced back to every sample that came in for it, and to no other",
    zh="核算数值可逆向追溯到形成它的每条采样数据，不多不少",
    unit="samples",
)
VERSIONS = criterion(
    "trace-names-versions",
    en="a figure is traced to the factor that was in force for it, also after the factor has changed",
    zh="追溯给出当时有效的因子，因子更改后亦然",
    unit="figures",
)
FORWARD = criterion(
    "trace-forward",
    en="a sample is traced forward to the figures of its point, process, enterprise and park, each as it is shown",
    zh="采样数据可正向追溯到其测点、工序、企业、园区的核算数值，且与所示一致",
    unit="figures",
)
USED_IN = ("point", "process", "enterprise", "park")


def _samples(history: History, point: str, low: int, high: int) -> set[int]:
    """When samples of a point were made that the platform was to take."""
    stands = {each.id: each for event in history.of(ParkStands) for each in event.points}
    mine = stands[point]
    return {
        event.start
        for event in history.of(Created)
        if event.kind == "realtime"
        and not event.fault
        and event.sender == mine.sender
        and mine.code in event.values
        and low <= event.start < high
    }


def back_findings(history: History) -> Iterator[Check]:
    """Every trace back of an hour of an enterprise."""
    looks = done(answers(history, TRACE_BACK))
    loose: list[str] = []
    wrong: list[str] = []
    versions: list[str] = []
    for event in looks:
        low = int(event.query.start)
        high = low + 3_600_000_000
        figure = [row for row in event.rows if row.what == "figure"]
        records = {row.id: row for row in event.rows if row.what == "record"}
        factors = [row for row in event.rows if row.what == "factor"]
        sizes = {row.unit: fraction(row.value) for row in factors}
        total = sum((_times(row, sizes) for row in records.values()), Fraction(0))
        shown = _tonnes(figure[0]) if figure else None
        if shown is None or abs(shown - total) > Fraction(1, 10**6):
            loose.append(f"{event.query.id}: records and factors give {exactly(total)} t, the figure is {shown}")
        wrong += [] if records else [f"{event.query.id}: no record is named"]
        for point in records:
            named = {int(row.at) for row in event.rows if row.what == "sample" and row.id == point}
            due = _samples(history, point, low, high)
            wrong += [f"{point} {at}: not named" for at in sorted(due - named)]
            wrong += [f"{point} {at}: none of this figure" for at in sorted(named - due)]
        due_factors = {_first_value(history, row.id) for row in factors}
        told = {fraction(row.value) for row in factors}
        if not factors or told != due_factors or not all(row.version for row in factors):
            versions.append(f"{event.query.id}: factors {', '.join(sorted(map(str, map(float, told))))}")
    changed = done(deeds(history, "change", FACTOR))
    yield LINKED.none_among(looks, loose)
    yield BACK.none_among(looks, wrong, evidence=lines(wrong))
    yield VERSIONS.none(versions, len(looks) > 1 and changed)


def _times(record: Figure, factors: dict[str, Fraction]) -> Fraction:
    """A record by the factor per its unit, t."""
    for unit, value in factors.items():
        mass, _, per = unit.partition("/")
        size = kilograms(mass)
        if per == record.unit and size is not None:
            return fraction(record.value) * value * size / 1000
    return Fraction(0)


def _tonnes(row: Figure) -> Fraction | None:
    size = kilograms(row.unit)
    return None if size is None or not row.value else fraction(row.value) * size / 1000


def _first_value(history: History, key: str) -> Fraction:
    """The value that a factor was made with: the one in force for the hour that is traced."""
    made = done(deeds(history, "create", FACTOR))
    values = [fraction(event.query["value"]) for event in made if any(row["object"] == key for row in event.rows)]
    return next(iter(values), Fraction(-1))


def forward_finding(history: History) -> Check:
    """Every trace forward, against the answers about the same figures."""
    looks = done(answers(history, TRACE_FORWARD))
    wrong: list[str] = []
    known = 0
    for event in looks:
        for of in USED_IN:
            told = [row for row in event.rows if row.what == of and row.period == "day"]
            for shown in _shown(history, of):
                known += 1
                row = next((each for each in told if each.id == shown.query.id), None)
                day = shown.rows[0]
                if row is None or row.start != day.start:
                    wrong.append(f"{of} {shown.query.id}: not named")
                elif abs((_tonnes(row) or Fraction(-1)) - (_tonnes(day) or Fraction(0))) > Fraction(1, 10**6):
                    wrong.append(f"{of} {shown.query.id}: {row.value}, shown is {day.value}")
    return FORWARD.none(wrong, looks and known >= len(USED_IN))


def _shown(history: History, of: str) -> list[Answered[EmissionsQuery, EmissionsRow]]:
    """The last answer about a thing's day."""
    return [event for event in done(answers(history, EMISSIONS, of=of, period="day")) if event.rows][-1:]
