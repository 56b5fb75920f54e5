"""What was acquired, as an activity file for management software or any computer, and what comes back (CSMT 11.4).

Leaves the file's form to `accounting.book`, whose `account` tool reads it. Amounts are exact; a factor that is measured
goes along as the mean of its stored values, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from reference_terminal.accounting.boundary import Bound, Boundary, Fed
from reference_terminal.accounting.printed import short
from reference_terminal.model.times import DAY, HOUR, MINUTE, QUARTER, iso
from reference_terminal.processing import amounts
from reference_terminal.processing.emissions import Emissions, inside
from reference_terminal.processing.tally import tally
from reference_terminal.processing.versions import year_of
from reference_terminal.settings.accounting import SOURCE
from reference_terminal.storage.store import Store

_DIGITS = 20


class Exchange:
    """Activity out, results in."""

    def __init__(self, emissions: Emissions, store: Store, number_of: Callable[[str], int]) -> None:
        self._emissions = emissions
        self._store = store
        self._number = number_of

    def book(self, boundary: Boundary, method: str, from_s: int, to_s: int) -> dict[str, Any]:
        """The activity file of [from, to) for the sources inside that have this method."""
        sources = [
            each
            for each in boundary.sources
            if each.method.id == method and each.inside and inside(each.source, max(from_s, to_s - 1))
        ]
        return {
            "method": method,
            "year": year_of(from_s),
            "period": f"{iso(from_s)} – {iso(to_s)}",
            "emitter": boundary.config.emitter,
            "sources": [self._source(each, from_s, to_s) for each in sources],
        }

    def _source(self, bound: Bound, from_s: int, to_s: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for fed in bound.inputs:
            told = self._value(bound, fed, from_s, to_s)
            if told is not None:
                value, origin = told
                data[fed.wanted.name] = {
                    "value": short(value, _DIGITS).rstrip("…"),
                    "unit": fed.wanted.unit,
                    "source": origin,
                }
        return {
            "id": bound.id,
            "unit": bound.source.unit,
            "term": bound.source.term,
            "item": bound.source.item,
            "data": data,
        }

    def _value(self, bound: Bound, fed: Fed, from_s: int, to_s: int) -> tuple[Fraction, str] | None:
        """An input over the period; None where the default of the method stands in."""
        if fed.extensive and fed.point:
            found = amounts.of_point(self._store, self._number(fed.point), from_s, to_s)
            return found.value * fed.scale, fed.point + ("" if found.whole else " (incomplete / 数据不完整)")
        if fed.extensive:
            found = amounts.by_hand(self._store, bound.id, fed.wanted.name, from_s, to_s)
            return found.value * fed.scale, "by hand / 人工填报" + ("" if found.whole else " (incomplete / 数据不完整)")
        if fed.point:
            return mean_of(self._store, self._number(fed.point), fed, from_s, to_s)
        if fed.fixed is None or fed.fixed.default:
            return None
        return fed.fixed.value, fed.fixed.origin

    def compared(self, result: dict[str, Any], from_s: int, to_s: int) -> list[dict[str, Any]]:
        """Each source of a result beside what the terminal has, in tonnes of CO2 equivalent."""
        of_source = {each.key: each for each in self._emissions.figures.values() if each.of == SOURCE}
        rows: list[dict[str, Any]] = []
        for each in result["sources"]:
            given = Fraction(each["equivalent_t"]["exact"])
            figure = of_source.get(each["id"])
            if figure is None:
                rows.append({"source": each["id"], "sent": str(given), "terminal": None, "difference": None})
                continue
            own = tally(self._store, self._number(figure.id), from_s, to_s).equivalent
            rows.append(
                {"source": each["id"], "sent": str(given), "terminal": str(own), "difference": str(given - own)}
            )
        return rows


def mean_of(store: Store, number: int, fed: Fed, from_s: int, to_s: int) -> tuple[Fraction, str] | None:
    """The mean of what a point measured over a stretch, in the input's unit, and what it is the mean of."""
    for span in (DAY, HOUR, QUARTER, MINUTE):
        rows = store.records(span.code, number, from_s, to_s, 100_000)
        values = [Fraction(row.value) for row in rows if row.value is not None]
        if values:
            mean = sum(values, Fraction(0)) / len(values)
            return mean * fed.scale, f"{fed.point}: mean of {len(values)} {span.name} values / 均值"
    return None
