"""The account of carbon and energy: sources, inputs, outputs, and totals of anything over any period, exactly.

`lines` holds the engine, `factors` which factor counts, `methods` the sectors' formulas, `defaults` built-in values.
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

from simulators.platform.accounting import defaults, methods
from simulators.platform.accounting import lines as accounts
from simulators.platform.accounting.calendar import spans, year_of
from simulators.platform.accounting.lines import Book, Of, Total, book
from simulators.platform.accounting.quantities import text, to
from simulators.platform.core import Amount, Desk, Instant, Refused, Span, Thing, analysis, kind, ref, seam

__all__ = ["Book", "Total", "book"]

Period = Literal["hour", "day", "week", "month", "quarter_year", "year"]
_WRITERS = ("administrator", "operator", "manager", "clerk", "government")


class EmissionSource(Thing, frozen=True, kw_only=True):
    """A source that a term of a sector's method reckons."""

    enterprise: Annotated[str, ref("enterprise")] = ""
    process: Annotated[str, ref("process")] = ""
    facility: Annotated[str, ref("facility")] = ""
    product: Annotated[str, ref("product")] = ""
    point: Annotated[str, ref("point")]
    carrier: str = ""
    region: str = ""
    name: str = ""
    method: str
    term: str
    inside: bool = True
    since: Instant = 0
    until: Instant = 0

    def flaws(self):
        """A method or term that there is not."""
        try:
            methods.term(self.method, self.term)
        except ValueError as error:
            en, _, zh = str(error).partition(" / ")
            yield "term" if self.method in methods.METHODS else "method", en, zh


class EmissionInput(Thing, frozen=True, kw_only=True):
    """An input of a source from an instant on."""

    source: Annotated[str, ref("emission_source")]
    symbol: str
    point: Annotated[str, ref("point")] = ""
    value: Amount | None = None
    unit: str = ""
    origin: str = ""
    valid_from: Instant = 0
    enterprise: Annotated[str, ref("enterprise")] = ""


class Output(Thing, frozen=True, kw_only=True):
    """How much of a product was made in a period."""

    product: Annotated[str, ref("product")]
    enterprise: Annotated[str, ref("enterprise")] = ""
    period: Period
    start: Instant
    value: Amount
    unit: str = ""


class Economy(Thing, frozen=True, kw_only=True):
    """The output value of a year."""

    enterprise: Annotated[str, ref("enterprise")] = ""
    of: Literal["park", "region", "sector", "enterprise"]
    whose: str
    start: Instant
    value: Amount
    unit: str


class InventoryLine(Thing, frozen=True, kw_only=True):
    """One activity of a region in a year with its factor, by the guide for provincial inventories."""

    region: str
    category: Literal["energy", "industry", "agriculture", "land", "waste", "memo"]
    gas: Literal["CO2", "CH4", "N2O"] = "CO2"
    removal: bool = False
    start: Instant
    amount: Amount
    unit: str
    factor: Amount
    factor_unit: str


KINDS = (
    kind("emission_source", EmissionSource, en="emission source", zh="排放源", tenant="enterprise"),
    kind("emission_input", EmissionInput, en="input of a source", zh="排放源参数", tenant="enterprise"),
    kind("output", Output, en="output of a product", zh="产品产量", tenant="enterprise"),
    kind("economy", Economy, en="output value", zh="产值", tenant="park", write=_WRITERS),
    kind("inventory_line", InventoryLine, en="line of a regional inventory", zh="区域清单条目", tenant="region"),
)


# Totals.


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A total of one period."""

    start: int
    end: int
    value: str
    unit: str
    method: str = ""
    state: str = "complete"
    carrier: str = ""


class Asked(Span, frozen=True, kw_only=True):
    """What of, over what, by which periods (none: one figure for the whole)."""

    of: Of
    id: str = ""
    period: Literal["", "hour", "day", "week", "month", "quarter_year", "year"] = ""
    carrier: str = ""


class AskedIntensity(Span, frozen=True, kw_only=True):
    """What of, over what, by which product (none: by output value)."""

    of: Of
    id: str = ""
    product: str = ""


_WIDE = ("park", "region", "sector")
_THINGS = {"enterprise", "process", "facility", "product", "point", "source"}


def check_reach(desk: Desk, of: str, id: str) -> None:
    """Raises Refused for figures of others: an enterprise's people ask for their own, nobody for what he cannot see."""
    if desk.account.role in ("manager", "clerk") and of in _WIDE:
        raise Refused(403, f"your role may not ask for figures of a {of}", f"当前角色无权查询该层级的数据：{of}")
    if of in _THINGS and id:
        desk.object("emission_source" if of == "source" else of, id)


def _spans(period: str, low: int, high: int) -> list[tuple[int, int]]:
    """The periods asked for, none of which reaches beyond what was asked."""
    if low >= high:
        raise Refused(400, "from: expected an instant before `to`", "from：应早于 to")
    return spans(period, low, high) if period else [(low, high)]


def spread(desk: Desk, asked: Asked) -> list[tuple[int, int, list[accounts.Line]]]:
    """The lines of each period asked for. Raises Refused."""
    check_reach(desk, asked.of, asked.id)
    asked_for = _spans(asked.period, asked.from_, asked.to)
    if not asked_for:
        return []
    lines = [
        line
        for line in book(desk).lines(asked_for[0][0], asked_for[-1][1], asked.period or "year")
        if accounts.belongs(line, asked.of, asked.id) and (not asked.carrier or line.carrier == asked.carrier)
    ]
    found: dict[int, list[accounts.Line]] = {start: [] for start, _ in asked_for}
    ends = dict(asked_for)
    starts = [start for start, _ in asked_for]
    for line in lines:
        place = bisect_right(starts, line.start) - 1
        if place >= 0 and line.end <= ends[starts[place]]:
            found[starts[place]].append(line)
    return [(start, end, found[start]) for start, end in asked_for]


@seam
def shown(value: Fraction, places: int = 6) -> str:
    """A figure as it is shown."""
    return text(value, places)


@analysis("emissions", en="emissions", zh="碳排放量")
def emissions(desk: Desk, query: Asked) -> list[Figure]:
    """tCO2e of each period that has data."""
    found: list[Figure] = []
    for start, end, lines in spread(desk, query):
        total = accounts.summed(lines)
        if total.state != "missing":
            found.append(
                Figure(
                    start=start,
                    end=end,
                    value=shown(total.tonnes),
                    unit="tCO2e",
                    method="; ".join(total.methods),
                    state=total.state,
                )
            )
    return found


@analysis("energy", en="energy used", zh="能源消费量")
def energy(desk: Desk, query: Asked) -> list[Figure]:
    """GJ of each period that has data."""
    found: list[Figure] = []
    for start, end, lines in spread(desk, query):
        total = accounts.summed(lines)
        if total.state != "missing":
            state = "partial" if any(line.energy is None for line in lines) else "complete"
            found.append(
                Figure(
                    start=start,
                    end=end,
                    value=shown(total.energy),
                    unit="GJ",
                    state=state,
                    carrier=query.carrier,
                )
            )
    return found


def intensity_of(desk: Desk, query: AskedIntensity, what: str) -> list[Figure]:
    """Tonnes or GJ by output of a product, or by output value."""
    check_reach(desk, query.of, query.id)
    account = book(desk)
    total = account.total(query.of, query.id, query.from_, query.to)
    if query.product:
        desk.object("product", query.product)
        made, unit = account.outputs(query.product, query.from_, query.to)
    else:
        made, unit = account.worth(query.of, query.id, query.from_, query.to)
    if not made or total.state == "missing":
        return []
    amount, own = (total.tonnes, "tCO2e") if what == "emission" else (total.energy, "GJ")
    return [
        Figure(
            start=query.from_,
            end=query.to,
            value=shown(amount / made, 10),
            unit=f"{own}/{unit}",
            state=total.state,
            method="; ".join(total.methods),
        )
    ]


@analysis("intensity", en="emissions per unit of a product or of output value", zh="碳排放强度")
def intensity(desk: Desk, query: AskedIntensity) -> list[Figure]:
    """tCO2e per unit."""
    return intensity_of(desk, query, "emission")


@analysis("energy_intensity", en="energy per unit of a product or of output value", zh="能耗强度")
def energy_intensity(desk: Desk, query: AskedIntensity) -> list[Figure]:
    """GJ per unit."""
    return intensity_of(desk, query, "energy")


# Inventory of a region.


class AskedRegion(Span, frozen=True, kw_only=True):
    """Which region, over which years."""

    region: str


class GasRow(msgspec.Struct, frozen=True, kw_only=True):
    """Tonnes of a gas and what they count as."""

    gas: str
    mass: str
    value: str
    unit: str = "tCO2e"


@analysis("regional_inventory", en="inventory of a region", zh="区域温室气体清单")
def regional_inventory(desk: Desk, query: AskedRegion) -> list[GasRow]:
    """By gas and in sum; what is for information only is left out, removals are deducted."""
    sums: dict[str, Fraction] = {}
    for line in desk.objects(InventoryLine, region=query.region):
        if not query.from_ <= line.start < query.to or line.category == "memo":
            continue
        above, _, below = line.factor_unit.partition("/")
        mass = to(Fraction(line.amount), line.unit, below) * to(Fraction(line.factor), above, f"t{line.gas}")
        sums[line.gas] = sums.get(line.gas, Fraction(0)) + (-mass if line.removal else mass)
    rows = [
        GasRow(gas=gas, mass=shown(mass), value=shown(_equivalent(gas, mass))) for gas, mass in sorted(sums.items())
    ]
    total = sum((_equivalent(gas, mass) for gas, mass in sums.items()), Fraction(0))
    return [*rows, GasRow(gas="total", mass="", value=shown(total))] if rows else []


@seam
def _equivalent(gas: str, tonnes: Fraction) -> Fraction:
    """Tonnes of CO2 that tonnes of a gas count as."""
    return tonnes * defaults.POTENTIALS[gas]


# Defaults.


class AskedDefault(msgspec.Struct, frozen=True, kw_only=True):
    """Of which carrier, in which region and year."""

    carrier: str
    symbol: str = ""
    region: str = ""
    year: int = 0


class DefaultRow(msgspec.Struct, frozen=True, kw_only=True):
    """One default value."""

    symbol: str
    value: str
    unit: str
    source: str


@analysis("defaults", en="default values that are built in", zh="内嵌缺省值")
def built_in(desk: Desk, query: AskedDefault) -> list[DefaultRow]:
    """NCV, CC and OF of a fuel, EF of anything that has one."""
    rows: list[DefaultRow] = []
    year = query.year or year_of(desk.now_us)
    if query.carrier in defaults.FUELS:
        unit, heating, carbon, oxidised = defaults.FUELS[query.carrier]
        source = "NDRC 2013"
        rows = [
            DefaultRow(symbol="NCV", value=heating, unit=f"GJ/{unit}", source=source),
            DefaultRow(symbol="CC", value=carbon, unit="tC/TJ", source=source),
            DefaultRow(symbol="OF", value=oxidised, unit="%", source=source),
        ]
    found = defaults.factor(query.carrier, query.region, year)
    if found is not None:
        rows.append(DefaultRow(symbol="EF", value=shown(found[0]), unit=found[1], source="built-in / 内嵌"))
    return [row for row in rows if not query.symbol or row.symbol == query.symbol]
