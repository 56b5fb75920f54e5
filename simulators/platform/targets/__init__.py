"""Targets of park and enterprises: breakdown, correction, progress, warning, assessment, total beside intensity.

Leaves what will be emitted to `forecasts`. Past and actual figures are closed accounts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.allowances import ClosedAccount, Of, covered
from simulators.platform.allowances.figures import shown, total
from simulators.platform.core import Amount, Desk, Instant, Thing, Year, analysis, kind, on_change, on_time, ref, seam
from simulators.platform.core.plans import action
from simulators.platform.core.times import end_of, local, of_local, periods

WRITERS = ("administrator", "operator", "manager", "clerk")
Subject = Literal["park", "sector", "enterprise", "process", "region"]
Parts = Literal["month", "quarter", "enterprise", "sector", "region", "enterprise-month"]


class Target(Thing, frozen=True, kw_only=True):
    """A target: `output` is the planned output that an intensity refers to, `warn` % of the value."""

    of: Subject
    subject: str
    enterprise: Annotated[str, ref("enterprise")] = ""
    indicator: str
    year: Year
    value: Amount
    unit: str = ""
    output: Amount = Decimal(0)
    warn: Amount = Decimal(100)
    state: Literal["draft", "issued"] = "draft"

    @property
    def park(self) -> str:
        """Whose it is where it is the park's own."""
        return self.subject if self.of == "park" else ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if self.value < 0:
            yield "value", "is not below 0", "不得为负"
        if not 0 < self.warn <= 100:
            yield "warn", "is more than 0 and at most 100 %", "应大于 0 且不超过 100%"


class TargetPart(Thing, frozen=True, kw_only=True):
    """A part of a target."""

    target: Annotated[str, ref("target")]
    of: Subject
    subject: str
    enterprise: Annotated[str, ref("enterprise")] = ""
    start: Instant
    end: Instant
    value: Amount

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if self.value < 0:
            yield "value", "is not below 0", "不得为负"


KINDS = (
    kind("target", Target, en="target", zh="双碳目标", tenant="park", write=WRITERS),
    kind("target_part", TargetPart, en="part of a target", zh="分解目标", tenant="park", write=WRITERS),
)


# --- what was and is emitted ---


def within(desk: Desk, of: str, subject: str) -> list[Any]:
    """The enterprises that a target or part is about."""
    if of == "region":
        return [each for each in desk.objects("enterprise") if each.region == subject]
    return covered(desk, of, subject) if of in ("park", "sector", "enterprise") else []


@seam
def figures(desk: Desk, enterprises: list[str], start: int, end: int) -> tuple[Fraction, Fraction]:
    """Emission and output of enterprises in [start, end): closed years that fill it, else closed months."""
    emission = output = Fraction(0)
    for name in enterprises:
        accounts = [
            each
            for each in desk.objects(ClosedAccount, of="enterprise", subject=name)
            if start <= each.start and end_of(each.period, each.start) <= end
        ]
        years = [each for each in accounts if each.period == "year"]
        counted = years or [each for each in accounts if each.period == "month"]
        emission += total(each.emission for each in counted)
        output += total(each.output for each in counted)
    return emission, output


def actual(indicator: str, emission: Fraction, output: Fraction) -> Fraction:
    """What stands against a target: the total, or emission per output."""
    if indicator == "intensity":
        return emission / output if output else Fraction(0)
    return emission


# --- breakdown ---


@dataclass(frozen=True)
class Share:
    """One part to be: whom, when, and its weight by the past."""

    word: str
    of: str
    subject: str
    enterprise: str
    start: int
    end: int
    weight: Fraction


Past = dict[tuple[str, int], Fraction]
"""What each enterprise emitted in each month (1 to 12) of all past years."""


@seam
def past(desk: Desk) -> Past:
    """The past of every enterprise that the account sees."""
    found: Past = {}
    for each in desk.objects(ClosedAccount, of="enterprise", period="month"):
        key = each.subject, local(each.start).month
        found[key] = found.get(key, Fraction(0)) + Fraction(each.emission)
    return found


@seam
def spans(parts: str, year: int) -> list[tuple[int, int]]:
    """The stages of a year: its months or quarters."""
    period = "quarter_year" if parts == "quarter" else "month"
    return [(start, end_of(period, start)) for start in periods(period, of_local(year), of_local(year + 1))]


def shares(desk: Desk, target: Target, parts: Parts) -> list[Share]:
    """The parts that there are to be, with their weights."""
    own, known = within(desk, target.of, target.subject), past(desk)
    year, next_year = of_local(target.year), of_local(target.year + 1)

    def weight(names: list[str], start: int, end: int) -> Fraction:
        months = range(local(start).month, local(end - 1).month + 1)
        return sum((known.get((name, month), Fraction(0)) for name in names for month in months), Fraction(0))

    names = [each.id for each in own]
    if parts in ("month", "quarter"):
        return [
            Share(f"{parts[0]}{number:02d}", target.of, target.subject, target.enterprise, *span, weight(names, *span))
            for number, span in enumerate(spans(parts, target.year), 1)
        ]
    if parts == "enterprise-month":
        return [
            Share(f"{name}.m{number:02d}", "enterprise", name, name, *span, weight([name], *span))
            for name in names
            for number, span in enumerate(spans("month", target.year), 1)
        ]
    key: Callable[[Any], str] = {
        "enterprise": lambda e: e.id,
        "sector": lambda e: e.sector,
        "region": lambda e: e.region,
    }[parts]
    groups: dict[str, list[str]] = {}
    for each in own:
        groups.setdefault(key(each), []).append(each.id)
    return [
        Share(
            f"{parts}.{group}",
            parts,
            group,
            group if parts == "enterprise" else "",
            year,
            next_year,
            weight(members, year, next_year),
        )
        for group, members in groups.items()
    ]


PLACES = 3


@seam
def divided(value: Decimal, weights: list[Fraction]) -> list[Decimal]:
    """A value in parts by weight that add up to it exactly, whole kilograms each."""
    whole = sum(weights, Fraction(0))
    if not whole:
        weights, whole = [Fraction(1)] * len(weights), Fraction(len(weights))
    scale = max(PLACES, -int(value.as_tuple().exponent))
    made: list[Decimal] = []
    reached, given = Fraction(0), 0
    for weight in weights:
        reached += weight
        upto = round(Fraction(value) * reached / whole * 10**scale)
        made.append(Decimal(upto - given).scaleb(-scale))
        given = upto
    return made


class Breakdown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which target, and into what."""

    target: str
    parts: Parts


def parts_of(desk: Desk, target: Target, parts: Parts) -> list[TargetPart]:
    """The parts of one sort that a target has."""
    found = desk.objects(TargetPart, target=target.id)
    heads = {"month": "m", "quarter": "q"}
    if parts == "enterprise-month":
        return [each for each in found if re.search(r"\.m\d\d$", each.id.removeprefix(target.id + "."))]
    head = f"{target.id}.{heads.get(parts, f'{parts}.')}"
    return [
        each
        for each in found
        if each.id.startswith(head) and (parts not in heads or each.id.removeprefix(head).isdigit())
    ]


@action("target_breakdown", en="break a target down", zh="目标分解", roles=WRITERS)
def target_breakdown(desk: Desk, query: Breakdown) -> list[dict[str, Any]]:
    """Make the parts of a target, by the past, unless there are such (CPCIF 5.5.3.3, 5.5.3.4); they are told."""
    target = desk.object(Target, query.target)
    if not parts_of(desk, target, query.parts):
        found = shares(desk, target, query.parts)
        for share, value in zip(found, divided(target.value, [each.weight for each in found]), strict=True):
            desk.create(
                TargetPart,
                id=f"{target.id}.{share.word}",
                target=target.id,
                of=share.of,
                subject=share.subject,
                enterprise=share.enterprise,
                start=share.start,
                end=share.end,
                value=value,
            )
    return [
        {
            "part": each.id,
            "of": each.of,
            "subject": each.subject,
            "start": each.start,
            "end": each.end,
            "value": each.value,
        }
        for each in parts_of(desk, target, query.parts)
    ]


@on_change("target")
def parts_follow(desk: Desk, before: Target | None, after: Target | None) -> None:
    """The parts of a target go with it: revised in proportion, removed with it."""
    desk.call_at(desk.now_us, "target-use")
    if before is None or (after is not None and after.value == before.value):
        return
    own = desk.as_system()
    for parts in ("month", "quarter", "enterprise", "sector", "region", "enterprise-month"):
        found = parts_of(own, before, parts)
        if after is None:
            for each in found:
                own.remove(TargetPart, each.id)
            continue
        for each, value in zip(found, revised(after.value, found), strict=True):
            own.change(TargetPart, each.id, value=value)


@seam
def revised(value: Decimal, parts: list[TargetPart]) -> list[Decimal]:
    """The values of parts once the whole has another one."""
    return divided(value, [Fraction(each.value) for each in parts]) if parts else []


# --- progress ---


class Progress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which target, and which of its parts beside it."""

    target: str
    parts: Parts = "month"


@seam
def state(value: Fraction, reached: Fraction, over: bool) -> str:
    """open, met or missed: what is over its value has missed it, what has ended within it has met it."""
    if reached > value:
        return "missed"
    return "met" if over else "open"


@seam
def rest(value: Fraction, reached: Fraction) -> Fraction:
    """What the remaining time may still have (CPCIF 5.5.4.1 b)."""
    return value - reached


@seam
def progress_rate(value: Fraction, reached: Fraction) -> Fraction:
    """How much of a target is used, %."""
    return reached / value * 100 if value else Fraction(0)


def progress_row(desk: Desk, target: Target, part: TargetPart | None) -> dict[str, Any]:
    """How far a target or a part of it is."""
    of, subject = (part.of, part.subject) if part else (target.of, target.subject)
    start, end = (part.start, part.end) if part else (of_local(target.year), of_local(target.year + 1))
    value = Fraction(part.value if part else target.value)
    reached = actual(target.indicator, *figures(desk, [each.id for each in within(desk, of, subject)], start, end))
    return {
        "part": part.id if part else "",
        "of": of,
        "subject": subject,
        "start": start,
        "end": end,
        "value": shown(value),
        "actual": shown(reached),
        "rate": shown(progress_rate(value, reached)),
        "rest": shown(rest(value, reached)),
        "state": state(value, reached, end <= desk.now_us),
    }


@analysis("target_progress", en="progress of targets and their parts", zh="目标进展")
def target_progress(desk: Desk, query: Progress) -> list[dict[str, Any]]:
    """A target and its parts with what was reached (CPCIF 5.5.4.1)."""
    target = desk.object(Target, query.target)
    return [progress_row(desk, target, each) for each in (None, *told_parts(desk, target, query.parts))]


@seam
def told_parts(desk: Desk, target: Target, parts: Parts) -> list[TargetPart]:
    """The parts that stand beside their target."""
    return parts_of(desk, target, parts)


# --- assessment ---


@seam
def passed(value: Fraction, reached: Fraction) -> str:
    """The result of an assessment."""
    return "met" if reached <= value else "missed"


@analysis("target_assessment", en="assessment of targets", zh="目标考核")
def target_assessment(desk: Desk, query: Of) -> list[dict[str, Any]]:
    """Targets for total emission of a year with their result, the lowest rate first (ISC-1 5.1.5 b, 5.2.6 b)."""
    found: list[tuple[Fraction, str, dict[str, Any]]] = []
    names = {each.id for each in covered(desk, query.of, query.id)}
    for target in desk.objects(Target, indicator="total", year=query.year, of="enterprise"):
        if target.subject not in names:
            continue
        reached = figures(desk, [target.subject], of_local(query.year), of_local(query.year + 1))[0]
        value = Fraction(target.value)
        used = progress_rate(value, reached)
        row = {
            "target": target.id,
            "subject": target.subject,
            "value": shown(value),
            "actual": shown(reached),
            "rate": shown(used),
            "result": passed(value, reached),
        }
        found.append((used, target.id, row))
    return [{"place": place, **row} for place, row in enumerate(placed(found), 1)]


@seam
def placed(found: list[tuple[Fraction, str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows in order of their rate."""
    return [row for _, _, row in sorted(found, key=lambda each: each[:2])]


# --- total beside intensity ---


def implied(intensity: Target) -> Fraction:
    """The total that an intensity leads to."""
    return Fraction(intensity.value) * Fraction(intensity.output)


@seam
def linked(difference: Fraction, value: Fraction) -> bool:
    """Whether two targets lead to the same result, to 0.1 %."""
    return abs(difference) * 1000 <= value


@analysis("target_links", en="targets for total and intensity side by side", zh="总量目标与强度目标衔接")
def target_links(desk: Desk, query: Of) -> list[dict[str, Any]]:
    """Each pair of a subject and year, with the difference (CPCIF 5.5.3.2)."""
    rows: list[dict[str, Any]] = []
    names = {each.id for each in covered(desk, query.of, query.id)}
    targets = desk.objects(Target, year=query.year)
    for whole in targets:
        for each in targets:
            pair = whole.indicator == "total" and each.indicator == "intensity"
            if not pair or (whole.of, whole.subject) != (each.of, each.subject) or whole.subject not in names:
                continue
            difference = Fraction(whole.value) - implied(each)
            rows.append(
                {
                    "total": whole.id,
                    "intensity": each.id,
                    "implied": shown(implied(each)),
                    "difference": shown(difference),
                    "state": "linked" if linked(difference, Fraction(whole.value)) else "contradictory",
                }
            )
    return rows


# --- warnings ---


@on_change("closed_account")
def figures_changed(desk: Desk, before: Thing | None, after: Thing | None) -> None:
    """Targets are to be looked at again."""
    del before, after
    desk.call_at(desk.now_us, "target-use")


@on_time("target-use")
def watched(desk: Desk, subject: str) -> None:
    """Warn of targets of which more than the set share is used (CPCIF 5.5.4.2)."""
    del subject
    for each in desk.objects(Target):
        if each.indicator not in ("total", "intensity") or not each.value:
            continue
        row = progress_row(desk, each, None)
        if warned(Fraction(each.warn), Fraction(row["rate"])):
            desk.alarm("target", each.id, enterprise=each.enterprise, park=each.park)
        else:
            desk.clear("target", each.id)


@seam
def warned(limit: Fraction, used: Fraction) -> bool:
    """Whether there is a warning: the set share is used up."""
    return used >= limit
