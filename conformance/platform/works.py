"""Two works of a park for cases that take their figures from what people enter: what they are told, and entering.

Leaves parks with terminals to `parks`. Every number is drawn from the seed, so that no canned answer passes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bench.dut.platform.vocabulary import Kind
from bench.dut.platform.vocabulary.base import ENTERPRISE, ENTRY, FACILITY, FACTOR, PARK, POINT, PROCESS, PRODUCT
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import Observed
from bench.layout.scenario import BARE
from conformance.common.times import DAY, HOUR, ZONE, floor

SCENARIO = BARE.but(start="2026-03-02T08:00:00+08:00")
A, B, P = "A", "B", "P"
SINCE = 1_767_196_800_000_000
"""2026-01-01 00:00 +08:00, from when factors count, microseconds UTC."""
_POINTS = {
    "A.coke": ("fuel", "coke", "t", "A-iron", "A-furnace"),
    "A.gas": ("fuel", "natural-gas", "1e4Nm3", "A-steel", "A-converter"),
    "A.lime": ("process", "limestone", "t", "A-iron", "A-furnace"),
    "A.grid": ("electricity", "electricity", "MWh", "A-steel", "A-caster"),
    "A.steam": ("heat", "heat", "GJ", "A-iron", "A-furnace"),
    "A.billet": ("stored", "crude-steel", "t", "A-steel", "A-caster"),
    "B.coke": ("fuel", "coke", "t", "B-iron", "B-furnace"),
    "B.grid": ("electricity", "electricity", "MWh", "B-iron", "B-furnace"),
}
POINTS_OF_A = tuple(name for name in _POINTS if name.startswith("A."))
FACTORS = {
    "coke": ("2.8", "tCO2/t"),
    "natural-gas": ("21.6", "tCO2/1e4Nm3"),
    "limestone": ("0.43", "tCO2/t"),
    "electricity": ("0.55", "tCO2/MWh"),
    "heat": ("0.11", "tCO2/GJ"),
    "crude-steel": ("0.015", "tCO2/t"),
}


def door_of(bench: Bench) -> str:
    """The door at which the platform is asked."""
    platform = bench.platform
    return platform.functions.door or next(iter(platform.people.access.doors))


def tell_rights(bench: Bench) -> None:
    """Put who may do what, as the profile declares it, into the history."""
    rows = tuple({"function": name, "may": " ".join(words)} for name, words in bench.platform.functions.rights.items())
    now = bench.clock.now_us()
    bench.platform.people.record(Observed(t=now, what="rights", asked=now, rows=rows))


def chance_of(bench: Bench, name: str) -> random.Random:
    """The chance of a case."""
    return bench.chance(name)


def drawn(chance: random.Random, usual: str, digits: int = 4) -> Decimal:
    """A number within a tenth of the usual one, with so many decimals more than it has."""
    base = Decimal(usual)
    step = Decimal(1).scaleb(min(int(base.as_tuple().exponent), 0) - digits)
    return (base * Decimal(chance.randint(900, 1100)) / 1000).quantize(step) + step * chance.randint(1, 9)


def day(bench: Bench) -> int:
    """The beginning of the last day (+08:00) whose first eight hours are over: nobody enters what is to come. A drive
    that needs it again keeps it: another one begins at eight.
    """
    return floor(bench.clock.now_us() - 8 * HOUR, DAY)


def objects(chance: random.Random, points: Iterable[str] = _POINTS) -> Iterator[tuple[Kind, dict[str, Any]]]:
    """The park, its enterprises, and what of them is measured."""
    yield PARK, {"id": P, "name": "台架园区 bench park", "region": "370000"}
    for one, sector in ((A, "steel"), (B, "chemical")):
        yield ENTERPRISE, {"id": one, "name": f"示范企业 {one}", "sector": sector, "region": "370000", "park": P}
    for one, names in ((A, ("A-iron", "A-steel")), (B, ("B-iron",))):
        for name in names:
            yield PROCESS, {"id": name, "enterprise": one, "name": f"工序 {name}"}
    places = {facility: process for _, _, _, process, facility in _POINTS.values()}
    for name, process in places.items():
        yield FACILITY, {"id": name, "enterprise": name[0], "process": process, "name": f"设施 {name}", "key": "yes"}
    yield PRODUCT, {"id": "A-billet", "enterprise": A, "process": "A-steel", "name": "钢坯 billet", "unit": "t"}
    for name in points:
        yield POINT, point_fields(name)
    for carrier, (usual, unit) in FACTORS.items():
        value = drawn(chance, usual)
        yield FACTOR, {"id": f"F-{carrier}", **_factor(carrier, value, unit)}


def point_fields(name: str) -> dict[str, Any]:
    """What a point of the works is."""
    of, carrier, unit, process, facility = _POINTS[name]
    place = {"enterprise": name[0], "process": process, "facility": facility}
    return {"id": name, **place, "carrier": carrier, "unit": unit, "kind": "counter", "source_class": of}


def _factor(carrier: str, value: Decimal, unit: str) -> dict[str, Any]:
    return {"carrier": carrier, "value": value, "unit": unit, "source": "bench 2026", "valid_from": SINCE}


async def set_up(bench: Bench, chance: random.Random, points: Iterable[str] = _POINTS) -> Desk:
    """Tell the platform of the works; the administrator's desk."""
    desk = await bench.platform.login("administrator")
    for kind, fields in objects(chance, points):
        await desk.create(kind, **fields)
    return desk


async def enter(
    desk: Desk, chance: random.Random, points: Sequence[str], starts: Sequence[int], period: str = "hour"
) -> dict[tuple[str, int], str]:
    """Enter a quantity of each point for each period; by what the product calls them."""
    keys: dict[tuple[str, int], str] = {}
    for point in points:
        for start in starts:
            keys[point, start] = await enter_one(desk, point, start, drawn(chance, "120", 3), period)
    return keys


async def enter_one(desk: Desk, point: str, start: int, value: Decimal, period: str = "hour", **more: Any) -> str:
    """Enter one quantity."""
    unit = _POINTS[point][2] if point in _POINTS else ""
    fields: Mapping[str, Any] = {"enterprise": point[0], "point": point, "period": period, "start": start}
    told = {**fields, "value": value, "unit": unit, "evidence": "meter", "reason": "shift book", **more}
    id = told.pop("id", f"{point}-{(start + ZONE) // HOUR}")
    return await desk.create(ENTRY, id=id, **told)


def hours(bench: Bench, *numbers: int) -> list[int]:
    """Hours of that day by number, 0 to 7."""
    return [day(bench) + number * HOUR for number in numbers]
