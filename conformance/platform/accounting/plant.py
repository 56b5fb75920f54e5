"""Enterprises of a park and their points, entered by desk: what the cases of this chapter stand on.

Values are drawn from the case's chance, so that no answer can be known before. Leaves questions to the cases.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.dut.platform.vocabulary import Kind
from bench.dut.platform.vocabulary.accounting import ECONOMY, EMISSION_INPUT, EMISSION_SOURCE, OUTPUT
from bench.dut.platform.vocabulary.base import (
    EMISSIONS,
    ENERGY,
    ENTERPRISE,
    ENTRY,
    FACILITY,
    FACTOR,
    PARK,
    POINT,
    PROCESS,
    PRODUCT,
)
from bench.facade.platform import Desk
from conformance.common.platforms.accounts import here

Row = tuple[Kind, Mapping[str, Any]]
EAST, NORTH = "华东", "华北"
YEAR = here(2025), here(2026)
QUARTER = here(2025), here(2025, 4)
MONTHS = tuple(here(2025, month) for month in (1, 2, 3))
PLACE: tuple[Row, ...] = (
    (PARK, {"id": "P", "name": "示范化工园区", "region": EAST}),
    (ENTERPRISE, {"id": "A", "name": "甲化工", "sector": "chemicals", "region": EAST, "park": "P"}),
    (ENTERPRISE, {"id": "B", "name": "乙化工", "sector": "chemicals", "region": EAST, "park": "P"}),
    (ENTERPRISE, {"id": "C", "name": "丙特钢", "sector": "steel", "region": NORTH, "park": "P"}),
    (PROCESS, {"id": "A-synthesis", "enterprise": "A", "name": "合成"}),
    (PROCESS, {"id": "A-utilities", "enterprise": "A", "name": "公用工程"}),
    (PROCESS, {"id": "B-process", "enterprise": "B", "name": "造粒"}),
    (PROCESS, {"id": "C-furnace", "enterprise": "C", "name": "炼钢"}),
    (PRODUCT, {"id": "A-methanol", "enterprise": "A", "process": "A-synthesis", "name": "甲醇", "unit": "t"}),
    (PRODUCT, {"id": "B-urea", "enterprise": "B", "process": "B-process", "name": "尿素", "unit": "t"}),
    (FACILITY, {"id": "A-reactor", "enterprise": "A", "process": "A-synthesis", "name": "反应器", "key": "true"}),
    (FACILITY, {"id": "A-boiler", "enterprise": "A", "process": "A-utilities", "name": "锅炉", "key": "true"}),
)
"""A park, two chemical enterprises in it and a steel works of another region, with what stands in them."""


def drawn(chance: random.Random, low: int, high: int, places: int = 3) -> str:
    """A decimal number that nobody knows before, its last digit no zero."""
    steps = chance.randrange(low * 10**places, high * 10**places)
    text = f"{steps - steps % 10 + chance.randrange(1, 10):0{places + 1}d}"
    return f"{text[:-places]}.{text[-places:]}" if places else text


def point(id: str, carrier: str, unit: str, source_class: str, **more: str) -> Row:
    """A point that people enter values of."""
    fields = {"id": id, "enterprise": id[0], "carrier": carrier, "unit": unit, "kind": "counter"}
    return POINT, {**fields, "source_class": source_class, **more}


def entry(point: str, period: str, start: int, value: str, unit: str, **more: str) -> Row:
    """A value of a period, entered by hand."""
    fields: dict[str, Any] = {"id": f"{point}-{period}-{start // 1_000_000}", "point": point, "enterprise": point[0]}
    fields |= {"period": period, "start": start, "value": value, "unit": unit}
    return ENTRY, {**fields, "evidence": "meter", **more}


def entries(
    chance: random.Random, points: Iterable[Row], period: str, starts: Sequence[int], low: int = 100, high: int = 9000
) -> list[Row]:
    """A drawn value of every point for every period."""
    return [
        entry(fields["id"], period, start, drawn(chance, low, high), fields["unit"])
        for _, fields in points
        for start in starts
    ]


def factor(id: str, carrier: str, value: str, unit: str, **more: Any) -> Row:
    """An emission factor or a heating value."""
    return FACTOR, {"id": id, "carrier": carrier, "value": value, "unit": unit, "valid_from": here(2020), **more}


def source(id: str, point: str, method: str, term: str, **more: Any) -> Row:
    """A source that a sector's method reckons."""
    fields = {"id": id, "enterprise": id[0], "point": point, "name": id, "method": method, "term": term}
    return EMISSION_SOURCE, {**fields, "inside": "yes", **more}


def given(source: str, symbol: str, value: str, unit: str, **more: Any) -> Row:
    """An input of a source."""
    fields = {"id": f"{source}.{symbol}", "enterprise": source[0], "source": source, "symbol": symbol}
    return EMISSION_INPUT, {**fields, "value": value, "unit": unit, "origin": "test", "valid_from": here(2020), **more}


def output(product: str, start: int, value: str, period: str = "month", unit: str = "t") -> Row:
    """Output of a product."""
    fields = {"id": f"{product}-{start // 1_000_000}", "product": product, "enterprise": product[0]}
    return OUTPUT, {**fields, "period": period, "start": start, "value": value, "unit": unit}


def worth(of: str, whose: str, year: int, value: str) -> Row:
    """Output value of a year."""
    fields = {"id": f"{of}-{whose}-{year}", "of": of, "whose": whose, "start": here(year), "unit": "万元"}
    return ECONOMY, {**fields, "value": value, **({"enterprise": whose} if of == "enterprise" else {})}


async def enter(desk: Desk, rows: Iterable[Row]) -> None:
    """Make objects, one after another."""
    for kind, fields in rows:
        await desk.create(kind, **fields)


async def ask_totals(desk: Desk, of: str, id: str, period: str, low: int, high: int) -> None:
    """Ask for emissions and energy of a thing."""
    await desk.ask(EMISSIONS, of=of, id=id, period=period, from_=low, to=high)
    await desk.ask(ENERGY, of=of, id=id, period=period, from_=low, to=high)
