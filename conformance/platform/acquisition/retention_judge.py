"""What was taken in years ago is there still (R-30, R-08: by the calendar of the world).

Leaves how much a store holds to what its maker declares.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check, Text, criterion
from bench.history import History
from conformance.common.platforms import truth as truths

YEARS_PASSED = criterion(
    "years-passed",
    en="Five years went by between taking in and asking",
    zh="入库与查询之间已过五年",
    unit="years",
    condition=True,
    exact=Text("both instants are those of the world's calendar", "两个时刻均取自世界日历"),
)
OLD_KEPT = criterion(
    "old-records-kept",
    en="Records of five years ago are there, once, to the last digit",
    zh="五年前的记录均在，且仅一次、逐位正确",
    unit="records",
    reading_b_of="R-30",
)
NEW_TAKEN = criterion(
    "new-records-beside-old",
    en="Records of today are taken beside them",
    zh="新记录照常入库",
    unit="records",
)
YEARS = 5
_YEAR_US = 365 * 86_400_000_000


def findings(history: History) -> Iterator[Check]:
    """By the age of records when they were asked for."""
    truth, told = truths.truth_of(history), truths.shown(history)
    last = max((fact.made for fact in truth.facts.values()), default=0)
    old = {key: fact for key, fact in truth.facts.items() if last - fact.made >= YEARS * _YEAR_US}
    ages = [Decimal(last - fact.made) / _YEAR_US for fact in old.values()]
    yield YEARS_PASSED.compare(round(min(ages), 3) if ages else None, ">=", YEARS)
    found = truths.compare(truth, told, {key: fact for key, fact in old.items() if key.kind != "realtime"})
    raw = truths.compare(truth, told, {key: fact for key, fact in old.items() if key.kind == "realtime"})
    wrong = [*found.missing, *found.altered, *found.doubled, *found.unit]
    b = not (wrong or raw.missing or raw.altered) if raw.known and found.known else None
    yield OLD_KEPT.none(wrong, found.known, reading_b=b)
    new = truths.compare(truth, told, {key: fact for key, fact in truth.facts.items() if key not in old})
    yield NEW_TAKEN.none(new.wrong, new.known)
