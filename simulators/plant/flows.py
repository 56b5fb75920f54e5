"""A plant of many small flows whose truth costs next to nothing: each has a new rate every quarter of an hour.

Leaves modelled works to `works` and recordings to `series`. A flow draws one week of rates from its own stream of
chance; every week is alike and nothing is remembered between questions, so that any instant, five years back as well,
is answered at once: what a park with thousands of terminals needs. Quantities of a flow `x`: `x.rate` (instant, unit
per hour) and `x.total` (counter since 2015); of a level `x`: `x.level` (instant).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from simulators.clock import Chance
from simulators.plant.plant import Quantity, Reader, as_decimal
from simulators.plant.tracks import COUNTER_DIGITS, RATE_DIGITS

_QUARTER = 900_000_000
_QUARTERS = 7 * 96
_WEEK = _QUARTERS * _QUARTER
_SINCE = 1_420_041_600_000_000
"""2015-01-01 00:00 UTC, from when on totals count."""
# rate [1e-6 unit/h] x time [us] / this = total [1e-9 unit].
_PER_COUNT = 3_600_000
_PER_UNIT = 10**RATE_DIGITS


@dataclass(frozen=True)
class Flow:
    """A flow: so many `unit` an hour on average, give or take `swing` (0 to 1); `night` is the share at night."""

    name: str
    unit: str
    per_h: str
    swing: float = 0.25
    night: float = 0.8


@dataclass(frozen=True)
class Level:
    """A level that wanders between two values (decimal text): a temperature, a share, a heating value."""

    name: str
    unit: str
    low: str
    high: str


class FlowPlant:
    """The plant of some flows and levels; what each is like depends on its name and the chance alone."""

    def __init__(self, streams: Iterable[Flow | Level], chance: Chance) -> None:
        self.quantities: dict[str, Quantity] = {}
        self._readers: dict[str, Reader] = {}
        for each in streams:
            if isinstance(each, Flow):
                self._flow(each, chance)
            else:
                self._level(each, chance)

    def reader(self, quantity: str) -> Reader:
        """A function from instant (us UTC) to whole steps; KeyError names an unknown quantity."""
        return self._readers[quantity]

    def value(self, quantity: str, at_us: int) -> Decimal:
        """The exact value at an instant, in the quantity's unit."""
        return as_decimal(self._readers[quantity](at_us), self.quantities[quantity].digits)

    def _flow(self, flow: Flow, chance: Chance) -> None:
        drawn, usual = chance(f"flow/{flow.name}"), int(Decimal(flow.per_h) * _PER_UNIT)
        swing, night = round(flow.swing * 1000), round(flow.night * 1000)
        rates: list[int] = []
        for quarter in range(_QUARTERS):
            shift = 1000 if 32 <= (quarter + 32) % 96 < 80 else night
            rates.append(usual * shift * drawn.randrange(1000 - swing, 1001 + swing) // 1_000_000)
        sums = [0]
        for rate in rates:
            sums.append(sums[-1] + rate * _QUARTER)
        week = sums[-1]

        def rate_at(at_us: int) -> int:
            return rates[(at_us - _SINCE) % _WEEK // _QUARTER]

        def total_at(at_us: int) -> int:
            weeks, rest = divmod(at_us - _SINCE, _WEEK)
            quarter, into = divmod(rest, _QUARTER)
            return (weeks * week + sums[quarter] + rates[quarter] * into) // _PER_COUNT

        peak = str(max(rates) // _PER_UNIT + 1)
        self._put(Quantity(f"{flow.name}.rate", "instant", f"{flow.unit}/h", RATE_DIGITS), rate_at)
        self._put(Quantity(f"{flow.name}.total", "counter", flow.unit, COUNTER_DIGITS, peak), total_at)

    def _level(self, level: Level, chance: Chance) -> None:
        drawn = chance(f"level/{level.name}")
        low, high = (int(Decimal(text) * _PER_UNIT) for text in (level.low, level.high))
        values = [drawn.randrange(low, high + 1) for _ in range(_QUARTERS)]

        def level_at(at_us: int) -> int:
            return values[(at_us - _SINCE) % _WEEK // _QUARTER]

        self._put(Quantity(f"{level.name}.level", "instant", level.unit, RATE_DIGITS), level_at)

    def _put(self, quantity: Quantity, reader: Callable[[int], int]) -> None:
        if quantity.name in self.quantities:
            raise ValueError(f"the quantity {quantity.name} comes twice; name each stream differently / 物理量重复")
        self.quantities[quantity.name] = quantity
        self._readers[quantity.name] = reader
