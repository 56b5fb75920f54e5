"""Rounds of inspection by a timetable: made in time, tell what is wrong, outlive lost power, end when told (R-41).

Leaves rounds that a management platform makes to `afar_judge`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import History, Power
from bench.history import people as told_of
from bench.history.marks import Plain
from conformance.common import people
from conformance.common.people import Use
from conformance.common.times import SECOND, instant_of_iso, local

_READ_OUT = EvidenceKind.READ_OUT
NOTHING_ANSWERS, ALL_WELL = Plain("field-cut"), Plain("field-back")
_LATE_US = 60 * SECOND
_BOOT_US = 60 * SECOND
_SETTLES_US = 6 * 60 * SECOND
"""For so long after a change a round may tell either."""

ROUNDS_MADE = criterion(
    "rounds-by-timetable",
    en="rounds are made at the interval that was set, within 60 s, but while there is no power",
    zh="按所设间隔巡检，偏差不超过 60 s（断电期间除外）",
    unit="rounds",
    evidence=_READ_OUT,
)
ROUNDS_TELL = criterion(
    "rounds-tell",
    en="a round tells that something is wrong while no meter answers, and nothing while all is well",
    zh="仪表均无应答期间的巡检记录异常，正常期间的巡检无异常",
    unit="rounds",
    evidence=_READ_OUT,
)
ROUNDS_KEPT = criterion(
    "rounds-kept",
    en="rounds that were shown before power was lost are shown after it too",
    zh="断电前的巡检记录在上电后仍可查看",
    unit="rounds",
    evidence=_READ_OUT,
)
ROUNDS_END = criterion(
    "rounds-end",
    en="once the timetable is taken back no further round is made",
    zh="取消计划后不再巡检",
    unit="rounds",
    evidence=_READ_OUT,
)


def findings(history: History) -> Iterator[Check]:
    """The rounds before lost power, after it, and after the timetable was taken back."""
    plans = [use for use in people.uses(history) if use.trick.startswith("rounds every ") and use.outcome == "executed"]
    looks = {event.query.told: event.asked for event in told_of.ROUNDS.answered(history)}
    before, after, ended = (_rounds(history, told) for told in ("before", "after", "ended"))
    seen = {**before, **after}
    begun = [use for use in plans if use.object != "0"]
    taken = [use for use in plans if use.object == "0"]
    yield _by_timetable(history, begun, sorted(seen), looks)
    yield _telling(history, seen)
    there = before and "after" in looks
    yield ROUNDS_KEPT.none([local(at) for at in before if at not in after] if there else (), there)
    late = [at for at in ended if taken and at > taken[-1].t + _LATE_US]
    yield ROUNDS_END.none([f"{local(at)}: after it was taken back" for at in late], taken and ended)


def _rounds(history: History, told: str) -> dict[int, str]:
    """What was wrong at each round that was shown, by its instant."""
    looks = [event for event in told_of.ROUNDS.of(history) if event.query.told == told]
    found = {at: row.wrong for each in looks for row in each.rows if (at := instant_of_iso(row.at)) is not None}
    return dict(sorted(found.items()))


def _by_timetable(history: History, begun: list[Use], seen: list[int], looks: dict[str, int]) -> Check:
    """Between its setting and the last look no stretch with power is longer than the interval, and none shorter."""
    if not begun or "after" not in looks:
        return ROUNDS_MADE.decide(None)
    every_us = int(begun[0].object) * 60 * SECOND
    dark = [
        (one.t, other.t + _BOOT_US)
        for one, other in itertools.pairwise(history.of(Power))
        if one.state == "cut" and other.state == "restored"
    ]
    wrong: list[str] = []
    for one, other in itertools.pairwise([begun[0].t, *seen, looks["after"]]):
        without = sum(max(0, min(other, end) - max(one, start)) for start, end in dark)
        if without and other - one <= every_us + without + every_us + _LATE_US:
            continue
        if other - one > every_us + _LATE_US:
            wrong.append(f"{local(one)} to {local(other)}: no round for {(other - one) / SECOND:g} s")
        elif one in seen and other in seen and other - one < every_us - _LATE_US:
            wrong.append(f"{local(one)} to {local(other)}: a round after {(other - one) / SECOND:g} s")
    return ROUNDS_MADE.none(wrong, seen or wrong)


def _telling(history: History, seen: dict[int, str]) -> Check:
    cut, back = NOTHING_ANSWERS.last(history), ALL_WELL.last(history)
    if cut is None or back is None:
        return ROUNDS_TELL.decide(None)
    restored = [event.t for event in history.of(Power) if event.state == "restored"]
    well_us = max([back.t, *restored]) + _SETTLES_US
    during = {at: wrong for at, wrong in seen.items() if cut.t + _SETTLES_US <= at < back.t}
    well = {at: wrong for at, wrong in seen.items() if at < cut.t or at >= well_us}
    found = [f"{local(at)}: nothing wrong, while no meter answered" for at, wrong in during.items() if not wrong]
    found += [f"{local(at)}: {wrong}, while all was well" for at, wrong in well.items() if wrong]
    return ROUNDS_TELL.none(found, during and well)
