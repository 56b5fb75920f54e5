"""Data made fit for use: what is invalid does not count, units are converted, sums are right, what lacks is told.

Leaves entries by hand to `entries`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import POINT
from bench.history import History
from conformance.common import times
from conformance.common.platforms import answers as platform
from conformance.common.platforms import truth as truths
from conformance.common.platforms.truth import Fact, Key, Shown, Truth

INVALID_TOLD = criterion(
    "invalid-told",
    en="A value that its terminal flags, or that lies outside the point's limits, is shown as sent and never as valid",
    zh="终端标记无效或超出监测点限值的数据按原值显示，且不作为有效数据",
    unit="records",
)
INVALID_NOT_COUNTED = criterion(
    "invalid-not-counted",
    en="Such a value is no part of any sum or mean",
    zh="此类数据不计入合计与均值",
    unit="periods",
)
SUMS_RIGHT = criterion(
    "sums-right",
    en="Periods are what their records add up to",
    zh="时段合计等于其所含记录之和",
    unit="periods",
)
LACK_TOLD = criterion(
    "lack-told",
    en="A period of which something is missing or invalid is not told as complete",
    zh="有缺失或无效数据的时段不标为完整",
    unit="periods",
)
WHOLE_TOLD = criterion(
    "whole-told",
    en="A period of which nothing is missing is told as complete",
    zh="无缺失的时段标为完整",
    unit="periods",
)
CONVERTED = criterion(
    "units-converted",
    en="Values sent in another unit than the point's are there in the point's, exactly",
    zh="以其他单位上传的数据精确换算为监测点单位",
    unit="records",
)
OWN_VALUES = criterion(
    "later-point-own-values",
    en="A point that is made after its terminal began to send has what came under its own code, and nothing else",
    zh="终端已上传后才建立的监测点只含本编码的数据",
    unit="records",
)
AT_MIDNIGHT = criterion(
    "hours-at-midnight",
    en="The hours before and after midnight are what a meter rose in them by its readings, as every other hour is",
    zh="零点前后两小时的量与其他小时一样，等于计量表读数在该小时内的增量",
    unit="periods",
)
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
COMPLETE = ("complete", "corrected")
"""States of a record that promise that nothing is missing."""


def _invalid(truth: Truth, key: Key, fact: Fact) -> bool:
    point = truth.points[key.point]
    low, high = (Decimal(text) if text else None for text in (point.low, point.high))
    outside = (low is not None and fact.value < low) or (high is not None and fact.value > high)
    return fact.flag != "N" or outside


def findings(history: History) -> Iterator[Check]:
    """Minute records one by one, and the hours made of them."""
    truth, told = truths.truth_of(history), truths.shown(history)
    facts = truth.of(("minute", "realtime"))
    invalid = {key: fact for key, fact in facts.items() if fact.sent and _invalid(truth, key, fact)}
    wrong: list[str] = []
    seen = 0
    for key, fact in invalid.items():
        if not told.covers(key):
            continue
        seen += 1
        if key not in told.rows:
            wrong.append(f"{truths.named(key)}: {fact.text} is not shown / 未显示")
        for row in told.rows.get(key, []):
            state = row.quality or row.state
            if state in (*COMPLETE, "valid"):
                wrong.append(f"{truths.named(key)}: {row.value} {state}, sent {fact.text} {fact.flag} / 作有效")
            elif platform.number(row.value) != fact.value:
                wrong.append(f"{truths.named(key)}: {row.value}, sent {fact.text} / 原值已改")
    yield INVALID_TOLD.none(wrong, seen)
    yield from _hours(truth, told, {key: fact for key, fact in facts.items() if key.kind == "minute"}, invalid)


def _hours(truth: Truth, told: Shown, facts: dict[Key, Fact], invalid: dict[Key, Fact]) -> Iterator[Check]:
    within: dict[Key, list[Key]] = {}
    for key in facts:
        within.setdefault(Key(key.point, "hour", times.floor(key.start, _HOUR_US)), []).append(key)
    wrong: dict[str, list[str]] = {"sums": [], "counted": [], "lack": [], "whole": []}
    known = {"sums": 0, "counted": 0, "lack": 0, "whole": 0}
    for hour, keys in within.items():
        if not told.covers_whole(hour, hour.start + _HOUR_US):
            continue
        good = [facts[key] for key in keys if facts[key].sent and key not in invalid]
        spoilt = any(key in invalid for key in keys)
        whole = len(good) == len(keys)
        rows = told.rows.get(hour, [])
        value, state = (platform.number(rows[0].value), rows[0].state) if rows else (None, "missing")
        total = sum((each.value for each in good), Decimal(0))
        expected = total if truth.points[hour.point].kind == "counter" or not good else total / len(good)
        which = "counted" if spoilt else "sums"
        known[which] += 1
        if len(rows) > 1 or (good and (value is None or abs(value - expected) > _step(truth, hour))):
            wrong[which].append(f"{truths.named(hour)}: {value}, expected {expected} / 与应有值不符")
        known["whole" if whole else "lack"] += 1
        if whole and state not in COMPLETE:
            wrong["whole"].append(f"{truths.named(hour)}: {state} / 标为不完整")
        if not whole and state in COMPLETE:
            wrong["lack"].append(f"{truths.named(hour)}: {state} / 标为完整")
    yield INVALID_NOT_COUNTED.none(wrong["counted"], known["counted"])
    yield SUMS_RIGHT.none(wrong["sums"], known["sums"])
    yield LACK_TOLD.none(wrong["lack"], known["lack"] and any(hour in told.rows for hour in within))
    yield WHOLE_TOLD.none(wrong["whole"], known["whole"])


def _step(truth: Truth, key: Key) -> Decimal:
    """By how much a mean may differ, which a platform rounds as it likes; sums not at all."""
    point = truth.points[key.point]
    return Decimal(0) if point.kind == "counter" else Decimal(1).scaleb(-point.decimals)


def unit_findings(history: History) -> Iterator[Check]:
    """Records of points that are sent in another unit."""
    truth, told = truths.truth_of(history), truths.shown(history)
    found = truths.compare(truth, told, truth.of((), lambda point: point.unit != point.sent_unit))
    yield CONVERTED.none([*found.missing, *found.altered, *found.unit], found.known)


def own_finding(history: History) -> Check:
    """Points that were made while their terminal sent: what was taken before may be theirs too, or lost."""
    truth, told = truths.truth_of(history), truths.shown(history)
    made = {event.query.get("id", ""): event.t for event in platform.done(platform.deeds(history, "create", POINT))}
    early = {key.point for key, fact in truth.facts.items() if fact.sent and fact.made < made.get(key.point, 0)}
    facts = truth.of((), lambda point: point.id in early)
    since = {key: fact for key, fact in facts.items() if fact.acknowledged > made[key.point]}
    found, later = truths.compare(truth, told, facts), truths.compare(truth, told, since)
    return OWN_VALUES.none([*later.missing, *found.altered, *found.doubled, *found.invented, *found.unit], later.known)


def midnight_findings(history: History) -> Iterator[Check]:
    """Hours between two readings; where those before are not made of readings, those at midnight are not judged."""
    truth, told = truths.truth_of(history), truths.shown(history)
    facts = truth.of(("realtime",), lambda point: point.kind == "counter")
    right: list[Key] = []
    wrong: list[str] = []
    elsewhere = known = 0
    for key, fact in facts.items():
        after = facts.get(Key(key.point, "realtime", key.start + _HOUR_US))
        hour = Key(key.point, "hour", key.start)
        if (
            key.start % _HOUR_US
            or after is None
            or not (fact.sent and after.sent)
            or not told.covers_whole(hour, key.start + _HOUR_US)
        ):
            continue
        rows, rose = told.rows.get(hour, []), after.value - fact.value
        value = platform.number(rows[0].value) if len(rows) == 1 else None
        if any(times.floor(edge, _DAY_US) == edge for edge in (key.start, key.start + _HOUR_US)):
            known += 1
            if value != rose:
                wrong.append(f"{truths.named(hour)}: {value}, the meter rose by {rose} / 与表计增量不符")
        else:
            elsewhere += 1
            right += [hour] if value == rose else []
    yield AT_MIDNIGHT.none(wrong, known if elsewhere and len(right) == elsewhere else 0)
