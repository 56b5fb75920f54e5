"""Entries by hand made fit for use: units converted, hours summed, gaps told, what cannot be told or left out.

Leaves what terminals send to `normal_judge`, how soon an entry is warned of to the cases of accounting.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import ENTRY, POINT, RECORDS, RecordsRow
from bench.history import History, Observed
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms import alarms as platform_alarms
from conformance.common.platforms import answers as platform
from conformance.common.platforms.truth import converted
from conformance.common.times import DAY, HOUR, floor, local

CONVERTED = criterion(
    "entries-converted",
    en="what is entered in another unit than the point's is there in the point's, exactly",
    zh="以其他单位填报的数据精确换算为监测点单位",
    unit="records",
)
SUMMED = criterion(
    "entries-summed",
    en="the day of which every hour was entered is the sum of its hours",
    zh="各小时均已填报的一日，日值等于各小时之和",
    unit="days",
)
IMPOSSIBLE = criterion(
    "impossible-entries-told",
    en="an entry that cannot be is refused, warned of, or not in force",
    zh="不可能的填报值被拒绝、被提醒或不生效",
    unit="entries",
)
LACK_TOLD = criterion(
    "entries-lack-told",
    en="the day of which an hour was not entered is not told as complete",
    zh="有小时未填报的一日不标为完整",
    unit="days",
)


class Impossible(Words, frozen=True, kw_only=True):
    """The hour that the entry is of, microseconds UTC."""

    start: str


IMPOSSIBLE_ENTRY = Mark("impossible-entry", Impossible)
"""Name of the phase before an entry that cannot be; its detail is the hour's start."""
_WHOLE = ("complete", "corrected")
Hour = tuple[str, int]


def findings(history: History) -> Iterator[Check]:
    """What was entered against the records of hours and days."""
    units = {
        event.query["id"]: event.query["unit"] for event in platform.done(platform.deeds(history, "create", POINT))
    }
    wild = {int(mark.detail.start) for mark in IMPOSSIBLE_ENTRY.of(history)}
    asked = platform.deeds(history, "create", ENTRY, period="hour")
    impossible = [event for event in asked if event.query["point"] == "A.lime" and int(event.query["start"]) in wild]
    entered: dict[Hour, Decimal] = {}
    for event in platform.done(asked):
        point = event.query["point"]
        if event not in impossible and point in units:
            value = converted(Decimal(event.query["value"]), event.query["unit"], units[point])
            entered[point, int(event.query["start"])] = value
    hours, days = _records(history, "hour"), _records(history, "day")
    given = {(event.query["point"], int(event.query["start"])): event.query["unit"] for event in asked}
    others = {key: value for key, value in entered.items() if given[key] != units[key[0]] and key[0] in hours}
    wrong = [
        f"{point} {local(start)}: {_value(hours, point, start)}, entered {value} {units[point]} / 与填报不符"
        for (point, start), value in others.items()
        if _value(hours, point, start) != value
    ]
    yield CONVERTED.none(wrong, others)
    yield from _days(entered, days)
    yield _impossible(history, impossible, entered, hours)


def _records(history: History, period: str) -> dict[str, dict[int, RecordsRow]]:
    """The records that were shown last, by point and start."""
    return {
        event.query.point: {int(row.start): row for row in event.rows}
        for event in platform.done(platform.answers(history, RECORDS, period=period))
    }


def _value(records: dict[str, dict[int, RecordsRow]], point: str, start: int) -> Decimal | None:
    row = records.get(point, {}).get(start)
    return None if row is None else platform.number(row.value)


def _state(row: RecordsRow | None) -> str:
    return "" if row is None else row.state


def _days(entered: dict[Hour, Decimal], days: dict[str, dict[int, RecordsRow]]) -> Iterator[Check]:
    sums: dict[Hour, list[Decimal]] = {}
    for (point, start), value in entered.items():
        sums.setdefault((point, floor(start, DAY)), []).append(value)
    known = {key: values for key, values in sums.items() if key[0] in days}
    whole = {key: values for key, values in known.items() if len(values) == DAY // HOUR}
    wrong = [
        f"{point} {local(start)}: {_value(days, point, start)}, its hours add up to {sum(values)} / 与各小时之和不符"
        for (point, start), values in whole.items()
        if _value(days, point, start) != sum(values)
    ]
    yield SUMMED.none(wrong, whole)
    states = {key: _state(days[key[0]].get(key[1])) for key in known if key not in whole}
    found = [
        f"{point} {local(start)}: {state} / 标为完整" for (point, start), state in states.items() if state in _WHOLE
    ]
    # Where days are shown of nothing, one that is not shown tells nothing of a gap.
    yield LACK_TOLD.none(found, states and any(days.values()))


def _impossible(
    history: History, tried: list[Observed], entered: dict[Hour, Decimal], hours: dict[str, dict[int, RecordsRow]]
) -> Check:
    """Those that were taken, are shown as if they were sound, and of which nobody is warned."""
    known = [event for event in tried if event.outcome in (platform.DONE, platform.REFUSED)]
    lime = [key for key in entered if key[0] == "A.lime"]
    sound = bool(lime) and all(_value(hours, *key) == entered[key] for key in lime)
    wrong: list[str] = []
    for event in platform.done(known):
        row = hours.get("A.lime", {}).get(int(event.query["start"]))
        subjects = (event.rows[0].get("object", "") if event.rows else "", event.query["id"], "A.lime", "A")
        if row is None or row.state == "invalid" or platform.number(row.value) != Decimal(event.query["value"]):
            continue
        if not platform_alarms.about(history, *subjects, since=event.asked - platform_alarms.CLOCK_US):
            wrong.append(f"{event.query['value']} {event.query['unit']}: in force as {row.value} {row.unit}")
    decided = len(known) == len(tried) > 0 and sound and platform_alarms.asked(history)
    return IMPOSSIBLE.none(wrong if decided else [], decided and known)
