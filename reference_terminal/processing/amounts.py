"""What a counter brought, or people entered, over any stretch of time; exact, and what is missing is told.

Leaves emissions to `tally`. Serves intensities, footprints and the tables of a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reference_terminal.model.times import DAY, HOUR, MINUTE, MONTH, QUARTER
from reference_terminal.settings.accounting import ProductConfig
from reference_terminal.storage.store import Store

PRODUCT = "product "
"""How the entries of a product's amounts are kept among those of sources."""
AMOUNT_OF = "amount"
_RECORDS = (
    "SELECT start_s, end_s, value, flag FROM record WHERE span=? AND start_s>=? AND start_s<? AND point=?"
    " AND value IS NOT NULL ORDER BY start_s"
)
_ENTRIES = (
    "SELECT start_s, end_s, value, max(number) FROM accounting_entry WHERE source=? AND input=? AND start_s>=?"
    " AND end_s<=? GROUP BY start_s, end_s ORDER BY start_s, end_s DESC"
)


@dataclass(frozen=True)
class Amount:
    """A sum over [from, to), by hand or from a meter, and the stretches that nothing covers."""

    value: Fraction
    missing: tuple[tuple[int, int], ...]
    by_hand: bool = False
    marked: int = 0
    parts: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def of_point(store: Store, point: int, from_s: int, to_s: int) -> Amount:
    """What a counter brought: the longest stored periods that fill the stretch, added up."""
    left, value, marked, parts = [(from_s, to_s)], Fraction(0), 0, 0
    for span in (MONTH, DAY, HOUR, QUARTER, MINUTE):
        still: list[tuple[int, int]] = []
        for begin_s, end_s in left:
            at_s = begin_s
            rows: list[Any] = list(store.connection.execute(_RECORDS, (span.code, begin_s, end_s, point)))
            for start_s, until_s, text, flag in rows:
                if until_s > end_s:
                    break
                if start_s > at_s:
                    still.append((at_s, start_s))
                value += Fraction(text)
                marked, parts = marked + (flag != "N"), parts + 1
                at_s = until_s
            if at_s < end_s:
                still.append((at_s, end_s))
        left = still
    return Amount(value, tuple(sorted(left)), False, marked, parts)


def by_hand(store: Store, source: str, name: str, from_s: int, to_s: int) -> Amount:
    """What was entered for periods inside the stretch; the last entry for a period counts."""
    at_s, value, parts = from_s, Fraction(0), 0
    missing: list[tuple[int, int]] = []
    rows: list[Any] = list(store.connection.execute(_ENTRIES, (source, name, from_s, to_s)))
    for start_s, end_s, text, _ in rows:
        if start_s < at_s:
            continue
        if start_s > at_s:
            missing.append((at_s, start_s))
        value, parts, at_s = value + Fraction(text), parts + 1, end_s
    if at_s < to_s:
        missing.append((at_s, to_s))
    return Amount(value, tuple(missing), True, parts, parts)


def of_product(store: Store, product: ProductConfig, number: int | None, from_s: int, to_s: int) -> Amount:
    """How much of a product was made."""
    if number is not None:
        return of_point(store, number, from_s, to_s)
    return by_hand(store, PRODUCT + product.id, AMOUNT_OF, from_s, to_s)
