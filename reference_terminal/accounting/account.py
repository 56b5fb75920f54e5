"""Works out the emissions of a period from activity data, by a method, with the whole chain of every figure.

Leaves methods and default factors to `library` and files to `book`. All numbers are exact; what is printed is rounded
once (ruling R-23).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reference_terminal.accounting import library, reasons
from reference_terminal.accounting.formula import FormulaError
from reference_terminal.accounting.library import Factor
from reference_terminal.accounting.method import Input, Method, Term, number
from reference_terminal.accounting.quantity import Quantity, UnitError
from reference_terminal.model.messages import Text, listing, text_of
from reference_terminal.settings.problems import Problem

_FARTHEST = 10
"""How many times its default a factor may be, or the default it: beyond that a unit has slipped."""


@dataclass(frozen=True)
class Given:
    """A value that somebody gives: as text, in a unit, and where it comes from."""

    value: Fraction
    unit: str
    source: str = ""


@dataclass(frozen=True)
class Source:
    """A single source: its accounting unit, the term of the method, the fuel, carbonate or grid, and what is given."""

    id: str
    unit: str
    term: str
    item: str
    given: Mapping[str, Given]


@dataclass(frozen=True)
class Step:
    """One input of a formula as it was used: value in its unit, its origin, and whether a default stood in."""

    input: Input
    value: Fraction
    origin: str
    default: bool


@dataclass(frozen=True)
class Emission:
    """What a source emits: mass of the gas and its CO2 equivalent in tonnes, both with the sign of the term.

    `constants` names those of `library.constants` that the formula uses.
    """

    source: Source
    term: Term
    steps: tuple[Step, ...]
    constants: tuple[str, ...]
    mass: Fraction
    equivalent: Fraction


@dataclass(frozen=True)
class Account:
    """The emissions of a period by one method."""

    method: Method
    year: int
    emissions: tuple[Emission, ...]

    @property
    def total(self) -> Fraction:
        """Tonnes of CO2 equivalent that the method counts."""
        return sum((each.equivalent for each in self.emissions if each.term.counts), Fraction(0))

    def by(self, of: str) -> dict[str, Fraction]:
        """Counted tonnes of CO2 equivalent by `unit`, `category`, `scope` or `gas`, in the order of the sources."""
        found: dict[str, Fraction] = {}
        for each in self.emissions:
            if each.term.counts:
                key = {
                    "unit": each.source.unit,
                    "category": each.term.category,
                    "scope": str(each.term.scope),
                    "gas": each.term.gas,
                }[of]
                found[key] = found.get(key, Fraction(0)) + each.equivalent
        return found

    def apart(self) -> tuple[Emission, ...]:
        """What is shown beside the total and not in it."""
        return tuple(each for each in self.emissions if not each.term.counts)


def account(method: Method, year: int, sources: Sequence[Source]) -> tuple[Account, list[Problem]]:
    """The account, and what is wrong with the data; an account with problems counts only what has none."""
    problems: list[Problem] = []
    if not method.holds_in(year):
        until = reasons.UNTIL(year=method.last_year) if method.last_year else Text("", "")
        problems.append(
            Problem(
                "year",
                reasons.METHOD_OF_OTHER_YEARS(id=method.id, first_year=method.first_year, until=until, year=year),
            )
        )
    found: list[Emission] = []
    for each in sources:
        emission = _emission(method, year, each, problems)
        if emission is not None:
            found.append(emission)
    return Account(method, year, tuple(found)), problems


def _emission(method: Method, year: int, source: Source, problems: list[Problem]) -> Emission | None:
    where = f"source {source.id}"
    term = method.terms.get(source.term)
    if term is None:
        problems.append(Problem(where, reasons.NO_TERM(id=method.id, term=source.term, known=listing(method.terms))))
        return None
    names = [each.name for each in term.inputs]
    strange = [name for name in source.given if name not in names]
    told = reasons.NOT_THIS(term=text_of(term), names=listing(names))
    problems += [Problem(f"{where}.{name}", told) for name in strange]
    steps = [_step(method, year, source, each, f"{where}.{each.name}", problems) for each in term.inputs]
    if strange or any(step is None for step in steps):
        return None
    used = [step for step in steps if step is not None]
    values = {step.input.name: Quantity.of(step.value, step.input.unit) for step in used}
    try:
        mass = method.formulas[source.term].result(library.constants() | values).in_unit(f"t{term.gas}")
    except FormulaError as error:
        problems.append(Problem(where, error.said))
        return None
    factor = library.gwp(method.gwp, term.gas)
    if factor is None:
        problems.append(Problem(where, reasons.NO_GWP(gwp=method.gwp, gas=term.gas)))
        return None
    named = tuple(name for name in method.formulas[source.term].names if name in library.constants())
    return Emission(source, term, tuple(used), named, term.sign * mass, term.sign * mass * factor)


def _step(method: Method, year: int, source: Source, wanted: Input, where: str, problems: list[Problem]) -> Step | None:
    """The value of one input, given or a default; None, and a problem, where there is none that can be used."""
    default = default_of(method, year, source.item, wanted)
    given = source.given.get(wanted.name)
    if given is None:
        if default is None:
            what = reasons.ACTIVITY() if wanted.kind == "activity" else reasons.FACTOR()
            hint = reasons.NO_DEFAULT(item=source.item or reasons.IT()) if wanted.table else Text("", "")
            if wanted.table == "fuels" and library.is_gas(source.item) and "Nm3" not in wanted.unit:
                hint = reasons.TERM_FOR_GAS(item=source.item)
            problems.append(
                Problem(where, reasons.DATA_MISSING(what=what, wanted=text_of(wanted), unit=wanted.unit, hint=hint))
            )
            return None
        return Step(wanted, default.value, default.source, default=True)
    try:
        value = Quantity.of(given.value, given.unit).in_unit(wanted.unit)
    except UnitError as error:
        problems.append(
            Problem(
                where, reasons.UNIT_UNLIKE(wanted=text_of(wanted), unit=wanted.unit, got=given.unit, error=error.said)
            )
        )
        return None
    wrong = list(doubts(wanted, value, default, where))
    problems += wrong
    return None if wrong else Step(wanted, value, given.source, default=False)


def doubts(wanted: Input, value: Fraction, default: Factor | None, where: str) -> Iterable[Problem]:
    """What speaks against a value of an input, in the input's unit: below 0, above its bound, a unit that slipped."""
    most, ratio = wanted.bound(), 1
    if wanted.kind == "factor" and default is not None and default.value and value:
        ratio = value / default.value
    if value < 0:
        yield Problem(where, reasons.NEGATIVE(wanted=text_of(wanted), unit=wanted.unit))
    elif ratio > _FARTHEST or ratio * _FARTHEST < 1:
        yield Problem(where, reasons.FAR_FROM_DEFAULT(wanted=text_of(wanted), times=_times(ratio), unit=wanted.unit))
    elif most is not None and value > most:
        bound = f"{wanted.most} {wanted.unit}"
        yield Problem(where, reasons.ABOVE_BOUND(wanted=text_of(wanted), bound=bound))


def _times(ratio: Fraction | int) -> str:
    """About how many times, as a person says it."""
    found = float(ratio)
    return f"{found:,.0f}" if found >= 1000 else f"{found:.3g}" if found >= 0.001 else f"{found:.9f}".rstrip("0")


def default_of(method: Method, year: int, item: str, wanted: Input) -> Factor | None:
    """The default of an input for an item, in the input's unit."""
    if wanted.table == "fuels":
        found = library.fuel_factor(method.fuels, item, wanted.name)
    elif wanted.table == "carbonates":
        found = library.carbonate_factor(method.carbonates, item)
    elif wanted.table == "electricity":
        found = library.electricity_factor(item, year)
    elif wanted.default:
        return Factor(value=number(wanted.default), source=f"{method.document} {method.edition}")
    else:
        return None
    if found is None:
        return None
    try:
        value = Quantity.of(found.value, found.unit).in_unit(wanted.unit)
    except UnitError:
        return None
    return Factor(value=value, unit=wanted.unit, source=found.source)
