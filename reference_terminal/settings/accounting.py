"""What the terminal is told of its emissions: emitter, accounting units, sources with what feeds them, figures.

Leaves methods, terms and units of factors to `accounting.boundary`, which refuses what does not fit together; versions
entered at run time stand in the store. Source: ISC-2 5.1, 5.2, CSMT 9.1-9.4, rulings R-23 and R-24.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta

from reference_terminal.model.messages import Text, listing
from reference_terminal.model.times import DAY, HOUR, MONTH, iso, parse_iso
from reference_terminal.settings import reasons
from reference_terminal.settings.centres import check_code
from reference_terminal.settings.meters import PointConfig
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.protocols import Place
from reference_terminal.settings.reader import Name, Section, Settings, between, did_you_mean, note_doubles

TOTAL, SOURCE, UNIT, CATEGORY, SCOPE, GAS, PRODUCTION = (
    "total", "source", "unit", "category", "scope", "gas", "production",
)  # fmt: skip
OF = (TOTAL, SOURCE, UNIT, CATEGORY, SCOPE, GAS, PRODUCTION)
"""What a figure may be of."""
EQUIVALENT = "CO2e"
PRODUCTIONS = ("main", "auxiliary", "ancillary")
"""Production systems: 主要、辅助、附属生产系统 (ISC-2 5.1)."""
AMOUNT, VALUE = "amount", "value"
ENTRY_CLASSES = {"month": MONTH, "day": DAY, "hour": HOUR}
"""The periods that amounts are entered by hand for."""


@dataclass(frozen=True)
class InputConfig:
    """What feeds one input of a formula.

    `point`: a point of the terminal, of which `share` counts. `entry`: entries by hand, an amount for each period of
    class `every`, or a value (a factor, a concentration) that counts for the period entered. `value` in `unit`, told by
    `origin`: a constant, or what stands in while no value was entered. `factor` is the name that factors from afar
    know it by.
    """

    name: str
    point: str = ""
    share: Decimal = Decimal(1)
    entry: str = ""
    every: str = "month"
    value: Decimal | None = None
    unit: str = ""
    origin: str = ""
    factor: str = ""


class StackConfig(Settings, frozen=True):
    """When what is measured in a stack is valid, and what stands for hours that are not (facts 6.2, 6.3).

    `valid`: the percentage of its shortest periods from which on a quarter-hour or hour counts; 0: all must be there.
    `hours_short`, `hours_long`, `hours_poor`: how many valid hours before a failure are looked at for one of at most
    `short_failure_h` hours, for a longer one, and where less than `good_percent` of the quarter's hours are valid.
    Below `poor_percent` there is no rule. By `hjt75-2007` the valid hours on either side stand for a failure of at most
    `short_failure_h` hours, and nothing for a longer one. `out_zero`, `out_span`: the drift of zero and span, in
    percent of full scale, beyond which a calibration tells that the instrument was out of control (0: none does).
    `overdue_h`: so many hours after a calibration that was passed it is out of control until the next one (0: never).
    """

    valid: Annotated[Decimal, between(0, 100)] = Decimal(0)
    substitute: Literal["", "hj75-2017", "hjt75-2007"] = ""
    hours_short: Annotated[int, Meta(ge=1, le=9000)] = 180
    hours_long: Annotated[int, Meta(ge=1, le=9000)] = 720
    hours_poor: Annotated[int, Meta(ge=1, le=9000)] = 2160
    short_failure_h: Annotated[int, Meta(ge=1, le=9000)] = 24
    good_percent: Annotated[Decimal, between(0, 100)] = Decimal(90)
    poor_percent: Annotated[Decimal, between(0, 100)] = Decimal(75)
    out_zero: Annotated[Decimal, between(0, 100)] = Decimal(0)
    out_span: Annotated[Decimal, between(0, 100)] = Decimal(0)
    overdue_h: Annotated[int, Meta(ge=0, le=9000)] = 0


@dataclass(frozen=True)
class SourceConfig:
    """A single source; `since_s` and `until_s` bound when it belongs to the boundary (UTC s, 0: always)."""

    id: str
    term: str
    name: str = ""
    unit: str = ""
    method: str = ""
    item: str = ""
    scope: int = 0
    category: str = ""
    instruments: tuple[str, ...] = ()
    since_s: int = 0
    until_s: int = 0
    inputs: Mapping[str, InputConfig] = field(default_factory=dict[str, InputConfig])
    stack: StackConfig = field(default_factory=StackConfig)


class UnitConfig(Settings, frozen=True):
    """An accounting unit: a use, a site, or everything undivided, and the production system it belongs to."""

    id: Name
    name: str = ""
    site: str = ""
    use: str = ""
    production: Literal["main", "auxiliary", "ancillary"] = "main"


class FigureConfig(Settings, frozen=True):
    """A published figure that is not as usual: another id, mass of a gas, tonnes, decimals, code for centres."""

    of: Literal["total", "source", "unit", "category", "scope", "gas", "production"]
    key: str = ""
    measure: str = EQUIVALENT
    id: str = ""
    unit: Literal["kg", "t", ""] = ""
    decimals: Annotated[int, Meta(ge=-1, le=12)] = -1
    code: str = ""


class ProductConfig(Settings, frozen=True):
    """What intensity is told by: a counter point, or amounts by hand; `sources` bound a footprint of its own.

    `sources` empty: all that the emitter's total holds.
    """

    id: Name
    name: str = ""
    point: str = ""
    unit: str = ""
    sources: tuple[str, ...] = ()


class LimitConfig(Settings, frozen=True):
    """A warning limit (ISC-2 7.2.6): the figure's value over a period of the class, in the figure's unit."""

    figure: str
    span: Literal["minute", "quarter", "hour", "day", "month"]
    above: Decimal


class InstrumentConfig(Settings, frozen=True):
    """A measuring instrument of the report's list (ISC-2 7.3.1, CSMT 11.10)."""

    id: str
    name: str = ""
    model: str = ""
    place: str = ""
    accuracy: str = ""
    calibrated: str = ""
    due: str = ""


class NotesConfig(Settings, frozen=True):
    """What a report tells beside figures."""

    code: str = ""
    address: str = ""
    representative: str = ""
    contact: str = ""
    boundary: str = ""
    data_quality: str = ""
    uncertainty: str = ""
    base_year: str = ""


@dataclass(frozen=True)
class FactorChange:
    """A factor of a version: of one input of a source, or of every input linked to its name."""

    source: str
    input: str
    factor: str
    value: Decimal
    unit: str
    origin: str


@dataclass(frozen=True)
class SourceChange:
    """What of a source another version has: method, term, item, unit; whether it lies inside the boundary."""

    id: str
    method: str | None = None
    term: str | None = None
    item: str | None = None
    unit: str | None = None
    inside: bool | None = None


@dataclass(frozen=True)
class FormulaChange:
    """Another formula of a term of a method, with its edition."""

    method: str
    term: str
    formula: str
    edition: str


@dataclass(frozen=True)
class VersionConfig:
    """A version: what counts from an instant on (UTC s), and how it is called."""

    name: str
    from_s: int
    factors: tuple[FactorChange, ...] = ()
    sources: tuple[SourceChange, ...] = ()
    formulas: tuple[FormulaChange, ...] = ()


@dataclass(frozen=True)
class FigureSet:
    """A published figure: its point, what it is of, and in which measure."""

    point: PointConfig
    of: str
    key: str
    measure: str
    mass: str

    @property
    def id(self) -> str:
        """The id of its point."""
        return self.point.id


@dataclass(frozen=True)
class AccountingConfig:
    """The accounting of one emitter."""

    emitter: str
    sector: str
    method: str
    units: tuple[UnitConfig, ...]
    sources: tuple[SourceConfig, ...]
    figures: tuple[FigureConfig, ...] = ()
    products: tuple[ProductConfig, ...] = ()
    limits: tuple[LimitConfig, ...] = ()
    instruments: tuple[InstrumentConfig, ...] = ()
    notes: NotesConfig = field(default_factory=NotesConfig)
    versions: tuple[VersionConfig, ...] = ()
    unit: str = "kg"
    decimals: int = 6
    close_days: int = 0

    @property
    def published(self) -> tuple[FigureSet, ...]:
        """Every published figure: of the emitter, scopes, units, production systems, named categories, sources."""
        usual: list[tuple[str, str]] = [(TOTAL, ""), (SCOPE, "1"), (SCOPE, "2")]
        usual += [(PRODUCTION, name) for name in PRODUCTIONS if any(each.production == name for each in self.units)]
        usual += [(UNIT, each.id) for each in self.units]
        usual += [(CATEGORY, name) for name in dict.fromkeys(each.category for each in self.sources) if name]
        usual += [(SOURCE, each.id) for each in self.sources]
        given = {(each.of, each.key, each.measure): each for each in self.figures}
        wanted = {(of, key, EQUIVALENT): None for of, key in usual} | dict.fromkeys(given)
        return tuple(self._figure(*each, given.get(each)) for each in wanted)

    def _figure(self, of: str, key: str, measure: str, given: FigureConfig | None) -> FigureSet:
        given = given or FigureConfig(of="total")
        mass = given.unit or self.unit
        name = given.id or ".".join(re.sub(r"[^\w.-]", "-", part) for part in (measure.lower(), of, key) if part)
        point = PointConfig(
            id=name,
            kind="counter",
            place=Place(),
            scale=Decimal(1),
            ratio=Decimal(1),
            decimals=self.decimals if given.decimals < 0 else given.decimals,
            unit=f"{mass}{measure}",
            modulus=None,
            minimum=None,
            maximum=None,
            rated_per_h=None,
            sentinels=(),
            code=given.code,
            emission_source=key if of == SOURCE else "",
        )
        return FigureSet(point, of, key, measure, mass)


def read_accounting(section: Section, points: Mapping[str, PointConfig]) -> AccountingConfig:
    """The table [accounting]; its problems go into the section."""
    value = AccountingConfig(
        emitter=section.text("emitter"),
        sector=section.text("sector", ""),
        method=section.text("method", ""),
        units=tuple(_read_whole(each, UnitConfig) for each in section.sections("units")),
        sources=tuple(_source(each, points) for each in section.sections("sources", required=True)),
        figures=tuple(_figure(each) for each in section.sections("figures")),
        products=tuple(_product(each, points) for each in section.sections("products")),
        limits=tuple(_read_whole(each, LimitConfig) for each in section.sections("limits")),
        instruments=tuple(_read_whole(each, InstrumentConfig) for each in section.sections("instruments")),
        notes=section.table("notes", NotesConfig),
        versions=tuple(read_version(each) for each in section.sections("versions")),
        unit=section.choice("unit", ("kg", "t"), "kg"),
        decimals=section.integer("decimals", 0, 12, 6),
        close_days=section.integer("close_days", 0, 31, 0),
    )
    section.done()
    return value


def check(value: AccountingConfig, problems: list[Problem]) -> None:
    """What contradicts itself between the tables of [accounting]."""
    note_doubles(problems, "accounting.units", "id", [each.id for each in value.units])
    note_doubles(problems, "accounting.sources", "id", [each.id for each in value.sources])
    note_doubles(problems, "accounting.instruments", "id", [each.id for each in value.instruments])
    note_doubles(problems, "accounting.products", "id", [each.id for each in value.products])
    units, sources = [each.id for each in value.units], [each.id for each in value.sources]
    for number, each in enumerate(value.sources):
        where = f"accounting.sources[{number}]"
        if each.unit and each.unit not in units:
            problems.append(_unknown(f"{where}.unit", reasons.AN_ACCOUNTING_UNIT(), each.unit, units))
        for name in each.instruments:
            known = [instrument.id for instrument in value.instruments]
            if known and name not in known:
                problems.append(_unknown(f"{where}.instruments", reasons.AN_INSTRUMENT(), name, known))
    for number, each in enumerate(value.products):
        for name in each.sources:
            if name not in sources:
                problems.append(_unknown(f"accounting.products[{number}].sources", reasons.A_SOURCE(), name, sources))
    keys: dict[str, list[str]] = {
        UNIT: units,
        SOURCE: sources,
        SCOPE: ["1", "2", "3"],
        PRODUCTION: list(PRODUCTIONS),
        TOTAL: [""],
    }
    for number, each in enumerate(value.figures):
        known = keys.get(each.of)
        if known is not None and each.key not in known:
            where = f"accounting.figures[{number}].key"
            problems.append(_unknown(where, reasons.AN_OBJECT(of=each.of), each.key, known))
    published = [each.id for each in value.published]
    note_doubles(problems, "accounting.figures", "id", published)
    for number, each in enumerate(value.limits):
        if each.figure not in published:
            problems.append(_unknown(f"accounting.limits[{number}].figure", reasons.A_FIGURE(), each.figure, published))


def _unknown(where: str, what: Text, got: str, known: Sequence[str]) -> Problem:
    shown = listing(known[:20]) if known else reasons.NONE()
    return Problem(where, reasons.NO_SUCH(what=what, got=got, known=shown, hint=did_you_mean(got, known)))


def _read_whole(section: Section, kind: Any) -> Any:
    made = section.read(kind)
    section.done()
    return made


def _figure(section: Section) -> FigureConfig:
    made = section.read(FigureConfig)
    check_code(section, "code", made.code, empty=True, dashes=True)
    if made.id and not re.fullmatch(r"[\w.-]{1,64}", made.id):
        section.problem("id", reasons.NAME_FORM(name=made.id))
    section.done()
    return made


def _product(section: Section, points: Mapping[str, PointConfig]) -> ProductConfig:
    made = section.read(ProductConfig)
    section.done()
    if made.point and _is_counter(section, "point", made.point, points) and made.unit:
        section.problem("unit", reasons.UNIT_BESIDE_POINT())
    elif not made.point and not made.unit:
        section.problem("unit", reasons.UNIT_OF_AMOUNTS())
    return made


def _is_counter(section: Section, key: str, name: str, points: Mapping[str, PointConfig]) -> bool:
    if name not in points:
        hint = did_you_mean(name, list(points))
        section.problem(key, reasons.NO_POINT(name=name, hint=hint))
        return False
    if points[name].kind != "counter":
        section.problem(key, reasons.NO_COUNTER(name=name))
        return False
    return True


def _source(section: Section, points: Mapping[str, PointConfig]) -> SourceConfig:
    value = SourceConfig(
        id=section.name("id"),
        term=section.text("term"),
        name=section.text("name", ""),
        unit=section.text("unit", ""),
        method=section.text("method", ""),
        item=section.text("item", ""),
        scope=section.integer("scope", 0, 3, 0),
        category=section.text("category", ""),
        instruments=section.texts("instruments"),
        since_s=_instant(section, "since", ""),
        until_s=_instant(section, "until", ""),
        inputs={name: _input(name, each, points) for name, each in section.tables("inputs").items()},
        stack=section.table("stack", StackConfig),
    )
    if value.stack.substitute and not value.stack.valid:
        section.problem("stack.valid", reasons.VALID_BESIDE_SUBSTITUTE())
    if bool(value.stack.out_zero) != bool(value.stack.out_span):
        lacks = "out_span" if value.stack.out_zero else "out_zero"
        section.problem(f"stack.{lacks}", reasons.OTHER_DRIFT(lacks=lacks))
    if value.stack.overdue_h and not value.stack.out_zero:
        section.problem("stack.out_zero", reasons.OUT_ZERO_BESIDE_OVERDUE())
    if value.stack.out_zero and not value.stack.valid:
        section.problem("stack.valid", reasons.VALID_BESIDE_OUT_ZERO())
    if value.until_s and value.until_s <= value.since_s:
        section.problem("until", reasons.UNTIL_BEFORE_SINCE(until=iso(value.until_s)))
    section.done()
    return value


def _input(name: str, section: Section, points: Mapping[str, PointConfig]) -> InputConfig:
    value = InputConfig(
        name=name,
        point=section.text("point", ""),
        share=section.decimal("share", Decimal(0), Decimal(1), Decimal(1)),
        entry=section.choice("entry", ("", AMOUNT, VALUE), ""),
        every=section.choice("every", tuple(ENTRY_CLASSES), "month"),
        value=section.decimal("value", None, None, None),
        unit=section.text("unit", ""),
        origin=section.text("origin", ""),
        factor=section.text("factor", ""),
    )
    if value.point and value.entry:
        section.problem("entry", reasons.BESIDE(other="point"))
    if value.point and value.value is not None:
        section.problem("value", reasons.BESIDE(other="point"))
    if value.entry == AMOUNT and value.value is not None:
        section.problem("value", reasons.AMOUNT_WITH_VALUE())
    if not (value.point or value.entry or value.value is not None or value.factor):
        section.problem("point", reasons.POINT_ENTRY_OR_VALUE())
    if (value.value is not None or value.entry) and not value.unit:
        section.problem("unit", reasons.UNIT_MISSING())
    if value.value is not None and value.value < 0:
        section.problem("value", reasons.BELOW_ZERO(value=value.value))
    if value.point and value.point not in points:
        section.problem("point", reasons.NO_POINT(name=value.point, hint=did_you_mean(value.point, list(points))))
    section.done()
    return value


def _instant(section: Section, key: str, default: str | None) -> int:
    text = section.text(key, "") if default is not None else section.text(key)
    if not text:
        return 0
    try:
        at_s = parse_iso(text)
    except OverflowError:
        at_s = None
    if at_s is None or at_s < 0:
        section.problem(key, reasons.INSTANT(text=text))
        return 0
    return at_s


def read_version(section: Section) -> VersionConfig:
    """One version; its problems go into the section."""
    value = VersionConfig(
        name=section.text("name"),
        from_s=_instant(section, "from", None),
        factors=tuple(_factor(each) for each in section.sections("factors")),
        sources=tuple(_change(each) for each in section.sections("sources")),
        formulas=tuple(_formula(each) for each in section.sections("formulas")),
    )
    if not (value.factors or value.sources or value.formulas):
        section.problem("factors", reasons.CHANGES_NOTHING())
    section.done()
    return value


def _factor(section: Section) -> FactorChange:
    value = FactorChange(
        source=section.text("source", ""),
        input=section.text("input", ""),
        factor=section.text("factor", ""),
        value=section.decimal("value", Decimal(0), None, None) or Decimal(0),
        unit=section.text("unit"),
        origin=section.text("origin", ""),
    )
    if "value" not in section:
        section.problem("value", reasons.VALUE_MISSING())
    if bool(value.factor) == bool(value.source or value.input):
        section.problem("factor", reasons.FACTOR_OR_INPUT())
    section.done()
    return value


def _change(section: Section) -> SourceChange:
    texts = {key: section.text(key) if key in section else None for key in ("method", "term", "item", "unit")}
    inside = section.boolean("inside", True) if "inside" in section else None
    value = SourceChange(id=section.text("id"), inside=inside, **texts)
    section.done()
    return value


def _formula(section: Section) -> FormulaChange:
    value = FormulaChange(
        method=section.text("method"),
        term=section.text("term"),
        formula=section.text("formula"),
        edition=section.text("edition"),
    )
    section.done()
    return value
