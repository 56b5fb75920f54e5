"""Converted units: what the meter answered, times what one of its units is in the other, to the last digit (R-17).

Leaves the unconverted reading to `accuracy`. A quotient that has no end in decimals is rounded half up at the last
digit shown, of which there must be enough to see the conversion.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from bench.case import Check, criterion
from bench.history import History, Point, Served, Stored
from conformance.common.delivery import length_of, setup_of
from conformance.common.queries import questions
from conformance.common.times import MINUTE, instant_of, instant_of_iso, local
from conformance.common.truth import Certainty, number, rounded, truth_of

CONVERTED_STORED = criterion(
    "converted-stored",
    en="every reading kept is the meter's, converted to the unit that was asked for, to the last digit",
    zh="存储的读数均为表计读数按要求单位的换算值，精确到末位",
    unit="readings",
)
CONVERTED_SENT = criterion(
    "converted-sent",
    en="every value sent is in the unit that was asked for, to the last digit",
    zh="上传的数值均为按要求单位的换算值，精确到末位",
    unit="values",
)

_SIZES = {
    "Wh": Fraction(36, 10),
    "kWh": Fraction(3600),
    "MWh": Fraction(3_600_000),
    "MJ": Fraction(1000),
    "GJ": Fraction(1_000_000),
    "W": Fraction(1, 1000),
    "kW": Fraction(1),
    "MW": Fraction(1000),
    "GJ/h": Fraction(1_000_000, 3600),
    "m3": Fraction(1),
    "L": Fraction(1, 1000),
    "m3/s": Fraction(3600),
    "m3/h": Fraction(1),
    "kPa": Fraction(1),
    "MPa": Fraction(1000),
    "t": Fraction(1000),
    "kg": Fraction(1),
    "t/h": Fraction(1000),
    "kg/h": Fraction(1),
}
"""Units by their size in one of their kind: kJ, kW, m3, m3/h, kPa, kg, kg/h."""
_FEWEST_DIGITS = 4
"""Significant digits that a rounded quotient must show."""
NEEDED = 10
"""Readings, or values sent, of each point."""


def factor_of(point: Point, unit: str) -> Fraction:
    """What a number in the meter's unit is multiplied by to stand in the other."""
    return _SIZES[point.unit] / _SIZES[unit]


def says(text: str, exact: Fraction) -> bool:
    """Whether a number as it is shown is this one, rounded only where it has no end in decimals."""
    shown = number(text)
    if shown is None:
        return False
    if Fraction(shown) == exact:
        return True
    if _ends(exact):
        return False
    decimals = -int(shown.as_tuple().exponent)
    digits = len(shown.as_tuple().digits)
    quotient = Decimal(exact.numerator) / Decimal(exact.denominator)
    return digits >= _FEWEST_DIGITS and rounded(quotient, decimals) == shown


def _ends(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _replies(history: History) -> dict[str, list[Served]]:
    found: dict[str, list[Served]] = {}
    for event in history.of(Served):
        for point in event.values:
            found.setdefault(point, []).append(event)
    return found


def stored_findings(history: History) -> Iterator[Check]:
    """Readings as the terminal keeps them. Open while too few of a point were shown."""
    points = {point.id: point for point in history.began.points}
    units, replies = history.began.units, _replies(history)
    wrong: list[str] = []
    seen = dict.fromkeys(units, 0)
    problems: list[str] = []
    for observed in questions(history, "readings"):
        problems += [observed.problem] if observed.problem else []
        name = observed.query.get("point", "")
        unit, point = units.get(name), points.get(name)
        if unit is None or point is None:
            continue
        asked = [event.asked for event in replies.get(name, ())]
        for row in observed.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is None or row.get("quality") == "bad":
                continue
            first = bisect_left(asked, at)
            if first == len(asked) or asked[first] >= at + MINUTE:
                continue
            seen[name] += 1
            text, raw = row.get("value", ""), replies[name][first].values[name]
            exact = Fraction(number(raw) or 0) * factor_of(point, unit)
            if not says(text, exact):
                wrong.append(f"{name} at {local(at)}: {text}, the meter answered {raw} {point.unit}, wanted in {unit}")
    enough = bool(units) and all(count >= NEEDED for count in seen.values())
    few = [f"{name}: {count} readings" for name, count in seen.items() if count < NEEDED]
    yield CONVERTED_STORED.none(wrong, enough, evidence=[*wrong[:12], *few, *problems])


def sent_findings(history: History, centre: str) -> Iterator[Check]:
    """Values at a centre: a sample is a converted reading, a quantity the converted difference of two.

    Extremes are readings too; means have no printed resolution of their own (R-17) and are left out.
    """
    points = {point.id: point for point in history.began.points}
    units, replies, truth = history.began.units, _replies(history), truth_of(history)
    setup = setup_of(history, centre)
    codes = {code: name for name, code in setup.codes.items() if name in units}
    wrong: list[str] = []
    seen = dict.fromkeys(units, 0)
    for event in history.of(Stored):
        name, start = codes.get(event.code, ""), instant_of(event.stamp)
        if event.centre != centre or not name or start is None or event.flag != "N":
            continue
        point, times = points[name], [each.t for each in replies.get(name, ())]
        wanted: dict[str, list[str]] = {}
        if event.kind == "realtime":
            until = bisect_right(times, event.t)
            wanted["Rtd"] = [each.values[name] for each in replies[name][max(0, until - 3) : until]]
        else:
            length = length_of(event.kind, setup)
            expected = truth.expected(name, event.kind, start, start + length)
            if expected.certainty is not Certainty.SURE:
                continue
            for fields in (expected.fields, *expected.others):
                for key in ("Cou", "Min", "Max"):
                    wanted.setdefault(key, []).extend([fields[key]] if key in fields else [])
        for key, raws in wanted.items():
            text = event.fields.get(key)
            if text is None or not raws:
                continue
            seen[name] += 1
            factor = factor_of(point, units[name])
            if not any(says(text, Fraction(number(raw) or 0) * factor) for raw in raws):
                wrong.append(
                    f"{name} {event.kind} {local(start)}: {key} {text}, the meter said {raws[-1]} {point.unit}, "
                    f"wanted in {units[name]}"
                )
    few = [f"{name}: {count} values" for name, count in seen.items() if count < NEEDED]
    yield CONVERTED_SENT.none(wrong, units and not few, evidence=[*wrong[:12], *few])
