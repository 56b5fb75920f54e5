"""Derived points: what a sum, difference, product, quotient, share or integral of a period must be (CSMT 8.3.2).

Leaves the points they are computed from to `truth`, and what becomes of results in particular circumstances to
`derived`. Sums, differences and products are exact; a quotient is rounded half up at its last printed digit; a share
may lie one unit of it beside the exact one, since all shares together have to be the whole; an integral lies between
the sums of the smaller and of the larger of each two neighbouring samples, whatever rule it is made by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, pairwise, product

from bench.history import DerivedPoint, History, Observed, Published
from conformance.common.times import HOUR, SECOND, floor
from conformance.common.truth import Certainty, number, truth_of

# How many combinations of what operands may honestly be are tried.
_MOST = 256
_SIZES = {"kWh": 1, "MWh": 1000, "kg": 1, "t": 1000, "m3": 1, "L": Fraction(1, 1000)}
"""Units of quantities in the smallest of each kind."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a point may hold in a period: sure it is one of `values`, unsure whether there is a value, or a gap."""

    state: Certainty
    values: tuple[Fraction, ...] = ()
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """What a derived point must hold in a period: `exact`, or from low to high of `ranges` (ends included)."""

    state: Certainty
    exact: tuple[Fraction, ...] = ()
    ranges: tuple[tuple[Fraction, Fraction], ...] = ()
    by_hand: bool = False

    def holds(self, text: str) -> bool:
        """Whether a value as it was shown is one of them."""
        value = number(text)
        if value is None:
            return False
        shown = Fraction(value)
        return shown in self.exact or any(low <= shown <= high for low, high in self.ranges)

    def told(self) -> str:
        """For the evidence."""
        return ", ".join(
            [
                *(f"{float(value):.10g}" for value in self.exact[:3]),
                *(f"{float(a):.8g} to {float(b):.8g}" for a, b in self.ranges[:3]),
            ]
        )


@dataclass
class Formulas:
    """The derived points of a history and what each must hold, by what meters said and people entered."""

    history: History
    points: dict[str, DerivedPoint] = field(init=False)
    entries: dict[tuple[str, str, int], tuple[int, Fraction]] = field(init=False)
    """Point, class and start of what was entered by hand: when, and the value."""

    def __post_init__(self) -> None:
        self.points = {point.id: point for point in self.history.began.derived}
        self.entries = {}
        for event in self.history.of(Observed):
            value = number(event.query.get("value", ""))
            if event.what == "manual entry" and not event.problem and value is not None:
                key = (event.query["point"], event.query["kind"], int(event.query["start"]))
                self.entries[key] = (event.t, Fraction(value))
        self._truth = truth_of(self.history)
        self._told: dict[str, dict[int, Fraction]] = {}
        periods = {meter.name: round(meter.period_s * SECOND) for meter in self.history.began.meters}
        for event in self.history.of(Published):
            for name, text in event.values.items():
                value = number(text)
                if value is not None and not event.copy:
                    self._told.setdefault(name, {}).setdefault(
                        floor(event.stamp, periods[event.meter]), Fraction(value)
                    )

    def measured(self, name: str) -> tuple[str, ...]:
        """The measured points that a point is made of in the end."""
        if name not in self.points:
            return (name,)
        of = (*self.points[name].of, *self.points[name].by)
        return tuple(dict.fromkeys(end for each in of for end in self.measured(each)))

    def unit(self, name: str) -> str:
        """The unit of any point."""
        return self.points[name].unit if name in self.points else self._truth.points[name].unit

    def known(self, name: str, kind: str, start: int, end: int, at: int | None = None) -> Known:
        """What any point may hold in [start, end); `at` leaves out what was entered by hand after that instant."""
        entry = self.entries.get((name, kind, start))
        if entry is not None and (at is None or entry[0] <= at):
            return Known(Certainty.SURE, (entry[1],), by_hand=True)
        if name in self.points:
            due = self.due(name, kind, start, end, at)
            return Known(due.state, due.exact, due.by_hand)
        if name in self._told and not self._truth.series[name].times:
            slots = self._told[name]
            if start not in slots or end not in slots:
                return Known(Certainty.GAP)
            return Known(Certainty.SURE, (slots[end] - slots[start],))
        expected = self._truth.expected(name, kind, start, end)
        contents = [expected.fields, *expected.others]
        values = [Fraction(value) for each in contents if (value := number(each.get("Cou", ""))) is not None]
        return Known(expected.certainty, tuple(dict.fromkeys(values)))

    def due(self, name: str, kind: str, start: int, end: int, at: int | None = None) -> Due:
        """What a derived point must hold in [start, end) on the terminal's clock."""
        point = self.points[name]
        if point.operation == "integral":
            return self._integral(point, start, end)
        names = tuple(dict.fromkeys((*point.of, *point.by)))
        known = [self.known(each, kind, start, end, at) for each in names]
        if any(each.state is Certainty.GAP or not each.values for each in known):
            return Due(Certainty.GAP)
        state = Certainty.UNSURE if any(each.state is Certainty.UNSURE for each in known) else Certainty.SURE
        exact: dict[Fraction, None] = {}
        ranges: dict[tuple[Fraction, Fraction], None] = {}
        for values in islice(product(*(each.values for each in known)), _MOST):
            result = self._result(point, dict(zip(names, values, strict=True)))
            if result is None:
                return Due(Certainty.GAP)
            if point.operation == "share":
                unit = Fraction(1, 10**point.decimals)
                ranges[result - unit, result + unit] = None
            else:
                exact[result] = None
        return Due(state, tuple(exact), tuple(ranges), any(each.by_hand for each in known))

    def _result(self, point: DerivedPoint, values: dict[str, Fraction]) -> Fraction | None:
        if point.operation == "quotient":
            over, under = (values[name] for name in point.of)
            if under == 0:
                return None
            exact = over * self._scale(point.of[0], self.unit(point.of[1]), divided=True) / under
            return _half_up(exact, point.decimals)
        scaled = [values[name] * self._scale(name, point.unit) for name in point.of]
        if point.operation == "sum":
            return sum(scaled, Fraction(0))
        if point.operation == "difference":
            return scaled[0] - sum(scaled[1:], Fraction(0))
        if point.operation == "product":
            return scaled[0] * Fraction(point.factor)
        keys = [Fraction(weight) for weight in point.weights] or [
            values[name] * self._scale(name, self.unit(point.by[0])) for name in point.by
        ]
        total = sum(keys, Fraction(0))
        return None if total == 0 else scaled[0] * keys[point.part - 1] / total

    def _scale(self, name: str, unit: str, *, divided: bool = False) -> Fraction:
        own = self.unit(name)
        if own == unit or (divided and (own not in _SIZES or unit not in _SIZES or not _alike(own, unit))):
            return Fraction(1)
        return Fraction(_SIZES[own]) / Fraction(_SIZES[unit])

    def _integral(self, point: DerivedPoint, start: int, end: int) -> Due:
        """Between the sums of the smaller and the larger of neighbouring samples, and one unit of the last digit."""
        series = self._truth.series[point.of[0]]
        span = series.between(start, end)
        samples = [Fraction(value) for value in series.numbers()[span.start : span.stop + 1]]
        needed = (end - start) // series.period_us
        if len(span) == 0:
            return Due(Certainty.GAP)
        if len(span) < needed:
            return Due(Certainty.UNSURE)
        if len(samples) == len(span):
            samples.append(samples[-1])
        step = Fraction(series.period_us, HOUR)
        pairs = list(pairwise(samples))
        low, high = (step * sum((pick(pair) for pair in pairs), Fraction(0)) for pick in (min, max))
        unit = Fraction(1, 10**point.decimals)
        return Due(Certainty.SURE, (), ((low - unit, high + unit),))


def _alike(one: str, other: str) -> bool:
    kinds: Sequence[tuple[str, ...]] = (("kWh", "MWh"), ("kg", "t"), ("m3", "L"))
    return any(one in kind and other in kind for kind in kinds)


def _half_up(exact: Fraction, decimals: int) -> Fraction:
    """A quotient at so many decimals."""
    scaled = exact * 10**decimals
    whole = abs(scaled) + Fraction(1, 2)
    return Fraction(whole.numerator // whole.denominator, 10**decimals) * (-1 if scaled < 0 else 1)
