"""Fluctuation found in real-time data: an alarm about the point that leaps, none about those that do not.

Leaves warnings by thresholds to `targets_judge` (CPCIF 5.5.4.2 b).
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import Acknowledged, Created, History, ParkStands
from conformance.common.platforms import alarms as platform_alarms

FOUND = criterion(
    "fluctuation-found",
    en="within 60 s there is an alarm about a point whose readings leap to eight times, and about no steady one",
    zh="读数突变为八倍的监测点 60 s 内报警，平稳的监测点不报警",
    unit="points",
)


def findings(history: History) -> Iterator[Check]:
    """The cause is the first reading that was sent wrong on purpose."""
    codes = {
        (point.mn, point.code): (point.id, point.enterprise) for park in history.of(ParkStands) for point in park.points
    }
    leaps: dict[str, int] = {}
    seen: dict[str, str] = {}
    for event in history.of(Created):
        for code in event.values:
            point, enterprise = codes.get((event.mn, code), ("", ""))
            seen[point] = enterprise
            if code in event.true and point not in leaps:
                leaps[point] = event.t
    steady = [point for point in seen if point not in leaps]
    wrong = [
        f"{point}: no alarm within 60 s of the leap"
        for point, at in leaps.items()
        if not platform_alarms.in_time(history, at, point, seen[point])
    ]
    wrong += [f"{each.subject}: an alarm without cause" for each in platform_alarms.about(history, *steady)]
    wrong += [
        f"{each.subject}: an alarm before the leap"
        for point, at in leaps.items()
        for each in platform_alarms.about(history, point, seen[point], until=at - platform_alarms.CLOCK_US - 1)
    ]
    taken = any(event.accepted for event in history.of(Acknowledged))
    heard = taken and platform_alarms.asked(history)
    yield FOUND.none(wrong if heard else (), leaps and steady and heard)
