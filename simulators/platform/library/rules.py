"""Formulas and parameters by version, which of them count for a source, and the library as a list (SSEA 5.4.9, R-24).

Leaves factors to `accounting`. What is nearest to the source counts: its own before its enterprise's before
everybody's; of those equally near the one that came into force last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from simulators.platform.accounting import factors
from simulators.platform.accounting.lines import RULES
from simulators.platform.accounting.quantities import UnlikeUnits, scale, to
from simulators.platform.accounting.versions import Versions, versions_of
from simulators.platform.core import Amount, Desk, Instant, Thing, analysis, kind, ref, seam
from simulators.platform.inventory.figures import figure
from simulators.platform.library.expressions import Malformed, checked, reckon

SourceClass = Literal["", "fuel", "process", "electricity", "heat", "stored", "other"]
QUANTITY, FACTOR = "AD", "EF"
"""Symbols of a formula that are no parameters: the quantity of a source and the factor of its carrier."""


class Formula(Thing, frozen=True, kw_only=True):
    """How the quantities of a class of sources, or of one, become tonnes of CO2 from an instant on."""

    enterprise: Annotated[str, ref("enterprise")] = ""
    source_class: SourceClass = ""
    point: Annotated[str, ref("point")] = ""
    expression: str
    unit: Literal["tCO2"] = "tCO2"
    valid_from: Instant = 0

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """A formula that cannot be read, or is of nothing."""
        if not self.source_class and not self.point:
            yield "source_class", "name a class of sources or a point", "应指明排放源类别或监测点"
        try:
            checked(self.expression)
        except Malformed as flaw:
            yield "expression", flaw.en, flaw.zh


class Parameter(Thing, frozen=True, kw_only=True):
    """The value of a symbol of formulas, for a carrier or one source, from an instant on."""

    enterprise: Annotated[str, ref("enterprise")] = ""
    point: Annotated[str, ref("point")] = ""
    carrier: str = ""
    name: str
    value: Amount
    unit: str = ""
    valid_from: Instant = 0

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        """A symbol that is none, or of nothing."""
        if self.name in (QUANTITY, FACTOR) or not self.name.isidentifier() or not self.name.isascii():
            yield (
                "name",
                f"expected a symbol other than {QUANTITY} and {FACTOR}",
                f"应为 {QUANTITY}、{FACTOR} 以外的符号",
            )
        if not self.carrier and not self.point:
            yield "carrier", "name a carrier or a point", "应指明能源品种或监测点"


KINDS = (
    kind(
        "formula",
        Formula,
        en="formula of accounting",
        zh="核算公式",
        tenant="park",
    ),
    kind(
        "parameter",
        Parameter,
        en="parameter of a formula",
        zh="公式参数",
        tenant="park",
        write=("administrator", "operator", "manager"),
    ),
)


@dataclass(frozen=True)
class Rule:
    """What counts for a source in an interval: its formula (default: AD × EF) and the values of its symbols."""

    expression: str
    symbols: Mapping[str, Fraction]

    def emission(self, quantity: Fraction, factor: Fraction | None = None) -> Fraction | None:
        """Tonnes of CO2 as they count, of a quantity in the source's unit; None where a symbol has no value.

        `factor` is that of the carrier, in tCO2 per that unit.
        """
        known = {**self.symbols, QUANTITY: quantity}
        if factor is not None:
            known[FACTOR] = factor
        try:
            return reckon(self.expression, known)
        except (KeyError, Malformed):
            return None


_T = TypeVar("_T")


def nearest(found: Sequence[_T], near: Callable[[_T], int | None]) -> _T | None:
    """Of what applies (`near` is how near it is, None: not at all) the nearest, and of these the last in force."""
    ranked = [
        (rank, getattr(each, "valid_from", 0), number)
        for number, each in enumerate(found)
        if (rank := near(each)) is not None
    ]
    return found[max(ranked)[2]] if ranked else None


@seam
def formula_of(point: Any, found: Sequence[Formula]) -> Formula | None:
    def near(each: Formula) -> int | None:
        if each.point:
            return 2 if each.point == point.id else None
        if each.source_class != point.source_class or each.enterprise not in ("", point.enterprise):
            return None
        return 1 if each.enterprise else 0

    return nearest(found, near)


def _parameter(point: Any, found: Sequence[Parameter]) -> Parameter | None:
    def near(each: Parameter) -> int | None:
        if each.point:
            return 2 if each.point == point.id else None
        if each.carrier != point.carrier or each.enterprise not in ("", point.enterprise):
            return None
        return 1 if each.enterprise else 0

    return nearest(found, near)


RECOVERED = "recovered_share"
"""The symbol under which the recovered share of a source stands in its rule."""


class Rules:
    """What the library says of each source, as an account sees it; read once."""

    def __init__(self, desk: Desk) -> None:
        self._formulas, self._parameters, self._recovered, self._factors = (
            versions_of(desk, name) for name in ("formula", "parameter", "recovery", "factor")
        )
        self._regions = {each.id: each.region for each in desk.objects("enterprise")}

    def __call__(self, point: Any, start_us: int) -> Rule | None:
        """What counts for a point in an interval that starts at `start_us`; None where the library says nothing."""
        formula = self.formula(point, start_us)
        values = self._values(point, start_us)
        recovered = self._share(point, start_us)
        if formula is None and recovered is None:
            return None
        expression = formula.expression if formula is not None else usual(point)
        if recovered is not None:
            expression, values = f"({expression}) * (1 - {RECOVERED})", {**values, RECOVERED: recovered}
        return Rule(expression, values)

    def formula(self, point: Any, start_us: int) -> Formula | None:
        """The formula of a point for an interval."""
        return formula_of(point, self._formulas.counting(start_us))

    def factor(self, point: Any, start_us: int) -> Fraction | None:
        """Tonnes of CO2 per unit of a point, by the factor of its carrier; None where there is none that fits."""
        region = self._regions.get(point.enterprise, "")
        factor = factors.choose(self._factors, point.carrier, point.enterprise, region, start_us)
        if factor is None:
            return None
        above, _, below = factor.unit.partition("/")
        try:
            return to(Fraction(1), point.unit, below) * factor.value * scale(above)[1]
        except UnlikeUnits:
            return None

    def _values(self, point: Any, start_us: int) -> dict[str, Fraction]:
        by_name: dict[str, list[Parameter]] = {}
        for each in self._parameters.counting(start_us):
            by_name.setdefault(each.name, []).append(each)
        chosen = {name: _parameter(point, found) for name, found in by_name.items()}
        return {name: Fraction(each.value) for name, each in chosen.items() if each is not None}

    def _share(self, point: Any, start_us: int) -> Fraction | None:
        shares = [each for each in recoveries(self._recovered, start_us) if each.point == point.id]
        return Fraction(max(shares, key=lambda each: each.valid_from).share) if shares else None


@seam
def recoveries(found: Versions, start_us: int) -> list[Any]:
    """What is recovered in an interval that starts at an instant."""
    return found.counting(start_us)


def usual(point: Any) -> str:
    """The formula of a source of which the library says nothing."""
    return "-(AD * EF)" if point.source_class == "stored" else "AD * EF"


class LibraryQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose library."""

    enterprise: str


@analysis("library", en="library of accounting standards", zh="碳排放核算标准库")
def library(desk: Desk, query: LibraryQuery) -> list[dict[str, Any]]:
    """What counts now for each source of an enterprise: formula, factor, facility."""
    now, rules = desk.now_us, Rules(desk)
    names = facilities(desk, query.enterprise)
    rows: list[dict[str, Any]] = []
    for point in sources(desk, query.enterprise):
        formula, factor = rules.formula(point, now), rules.factor(point, now)
        rows.append(
            {
                "point": point.id,
                "source_class": point.source_class,
                "formula": usual(point) if formula is None else formula.expression,
                "factor": None if factor is None else figure(factor),
                "unit": "" if factor is None else f"tCO2/{point.unit}",
                "facility": point.facility,
                "facility_name": names.get(point.facility, ""),
            }
        )
    return rows


@seam
def sources(desk: Desk, enterprise: str) -> list[Any]:
    """The sources of an enterprise: its points."""
    return desk.objects("point", enterprise=enterprise)


@seam
def facilities(desk: Desk, enterprise: str) -> dict[str, str]:
    """The facilities of an enterprise by id, with their names."""
    return {each.id: each.name for each in desk.objects("facility", enterprise=enterprise)}


RULES.append(Rules)
