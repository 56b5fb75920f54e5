"""Emissions of steam against the oracle, within what tables of enthalpy may differ (facts 7: 0.1 %).

Leaves everything that is exact to `figures_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bench.case import Check, criterion
from bench.history import History
from conformance.common.carbon.reckon import books_of
from conformance.common.truth import Certainty, number
from conformance.terminal.accounting.figures_judge import exact, missing, shown

STEAM = criterion(
    "steam-by-enthalpy",
    en="the emission of purchased steam is that of its enthalpy at absolute pressure, within 0.1 %",
    zh="外购蒸汽排放量按绝对压力下的焓值计算，偏差不超过 0.1 %",
    unit="figures",
)
_WITHIN = Fraction(1, 1000)
"""Tables of a standard, read between their nodes, against IF97 (facts 7)."""


def findings(history: History) -> Iterator[Check]:
    """Every figure of a source that was shown."""
    books = books_of(history)
    wrong, known = missing(history, books), 0
    for each in shown(history):
        total = books.total(each.of, each.id, each.start, each.end, at=each.at)
        value = number(each.value)
        if total.state is not Certainty.SURE or value is None or not total.co2e:
            continue
        known += 1
        told = Fraction(value) / (1000 if each.unit == "kg" else 1)
        # Half a unit of the last digit belongs to the figure, not to the enthalpy.
        half = Fraction(1, 2 * 10 ** len(each.value.partition(".")[2])) / (1000 if each.unit == "kg" else 1)
        if abs(told - total.co2e) > _WITHIN * abs(total.co2e) + half:
            wrong.append(f"{each.told()}; by IF97 {exact(total.co2e, each.unit)}")
    yield STEAM.none(wrong, known)
