"""A method of accounting as data: terms with formulas, inputs, defaults and their sources, and what the total holds.

Leaves finding methods to `library` and using them to `account`. A method is checked when it is read: every formula
gives the unit that it says, every default lies in its bounds.
"""

from __future__ import annotations

import tomllib
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from reference_terminal.accounting import reasons
from reference_terminal.accounting.formula import Formula, FormulaError, parse
from reference_terminal.accounting.printed import fraction
from reference_terminal.accounting.quantity import Quantity, UnitError, unit, written
from reference_terminal.model.messages import Text, listing
from reference_terminal.settings.problems import Problem, as_text
from reference_terminal.settings.reader import Settings, did_you_mean, matching, one_of, read
from reference_terminal.settings.reasons import NOT_TOML

CATEGORIES = {
    "fuel": Text("fuel", "燃料燃烧"),
    "process": Text("process", "生产过程"),
    "measured": Text("measured", "直接测量"),
    "electricity": Text("electricity", "净购入电力"),
    "heat": Text("heat", "净购入热力"),
    "recovered": Text("recovered", "回收利用"),
    "stored": Text("stored in products", "固碳产品"),
    "biomass": Text("biomass", "生物质"),
}
"""What a term's category is called."""
UNVERIFIED = "M"
"""The grade of what no document confirms."""
_PLAIN = r"-?[0-9]+(\.[0-9]+)?"
_Number = Annotated[str, matching(rf"{_PLAIN}(/{_PLAIN})?", reasons.A_QUOTIENT())]


class MethodError(ValueError):
    """A method that cannot be used as it is written: where, and why."""

    def __init__(self, where: str, said: Text) -> None:
        super().__init__(f"{where}: {said.en}")
        self.where = where
        self.said = said


class Input(Settings, frozen=True, kw_only=True):
    """What a formula needs: activity data, or a factor whose default is a number or in a table; at most `most`."""

    name: str
    unit: str
    en: str
    zh: str
    kind: Literal["activity", "factor"] = "factor"
    default: _Number = ""
    table: Literal["", "fuels", "carbonates", "electricity"] = ""
    most: _Number = ""

    def bound(self) -> Fraction | None:
        """The largest value in its unit; None without one."""
        return fraction(self.most) if self.most else None


class Term(Settings, frozen=True, kw_only=True):
    """One term of the total. `unit` names the gas; `counts`: whether the total holds it; `sign` -1 is taken off."""

    en: str
    zh: str
    category: Annotated[str, one_of(tuple(CATEGORIES))]
    formula: str
    unit: str
    source: str
    inputs: tuple[Input, ...]
    id: str = ""
    scope: Literal[1, 2, 3] = 1
    sign: Literal[1, -1] = 1
    counts: bool = True

    @property
    def gas(self) -> str:
        """What is emitted: the substance of the unit."""
        return self.unit.removeprefix("kg").removeprefix("t")

    @property
    def unverified(self) -> bool:
        """Whether no document confirms its figures."""
        return UNVERIFIED in self.source.replace(",", " ").split()


class Absent(Settings, frozen=True, kw_only=True):
    """An item of the documents' lists without a method here, and why."""

    document: str
    en: str
    zh: str
    isc2_items: tuple[int, ...] = ()
    csmt_items: tuple[int, ...] = ()


class _File(Settings, frozen=True, kw_only=True):
    document: str
    edition: str
    first_year: int
    gwp: str
    last_year: int = 0
    isc2_items: tuple[int, ...] = ()
    csmt_items: tuple[int, ...] = ()
    fuels: str = ""
    carbonates: str = ""
    unverified: str = ""
    common: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """A method: `terms` by id with their parsed `formulas`, the tables its defaults come from, its set of GWP."""

    id: str
    document: str
    edition: str
    first_year: int
    last_year: int
    gwp: str
    fuels: str
    carbonates: str
    unverified: str
    isc2_items: tuple[int, ...]
    csmt_items: tuple[int, ...]
    terms: dict[str, Term]
    formulas: dict[str, Formula]

    def holds_in(self, year: int) -> bool:
        """Whether it may be used for a year of accounting."""
        return self.first_year <= year and (not self.last_year or year <= self.last_year)


def read_method(name: str, octets: bytes, common: dict[str, Term], constants: dict[str, Quantity]) -> Method:
    """The method of a file. Raises MethodError with everything that is wrong with it."""
    found, problems = read(toml_of(f"method {name}", octets), _File)
    terms: dict[str, Term] = {}
    for number, each in enumerate(found.common):
        if each in common:
            terms[each] = msgspec.structs.replace(common[each], id=each)
        else:
            hint = did_you_mean(each, list(common))
            problems.append(Problem(f"common[{number}]", reasons.NO_COMMON_TERM(term=each, hint=hint)))
    for number, term in enumerate(found.terms):
        if not term.id or term.id in terms:
            problems.append(Problem(f"terms[{number}].id", reasons.TERM_ID(id=term.id)))
        else:
            terms[term.id] = term
    for key, term in terms.items():
        if term.category in found.apart:
            terms[key] = msgspec.structs.replace(term, counts=False)
    formulas: dict[str, Formula] = {}
    if not problems:
        for key, term in terms.items():
            try:
                formulas[key] = formula_of(f"term {key}", term, constants)
            except MethodError as error:
                problems.append(Problem(error.where, error.said))
    if problems:
        raise MethodError(f"method {name}", as_text(problems))
    return Method(
        id=name,
        document=found.document,
        edition=found.edition,
        first_year=found.first_year,
        last_year=found.last_year,
        gwp=found.gwp,
        fuels=found.fuels,
        carbonates=found.carbonates,
        unverified=found.unverified,
        isc2_items=found.isc2_items,
        csmt_items=found.csmt_items,
        terms=terms,
        formulas=formulas,
    )


def toml_of(where: str, octets: bytes) -> dict[str, Any]:
    """What a file of the library holds. Raises MethodError if it is no TOML."""
    try:
        return tomllib.loads(octets.decode())
    except (ValueError, RecursionError) as error:
        raise MethodError(where, NOT_TOML(error=error)) from None


def formula_of(where: str, term: Term, constants: dict[str, Quantity]) -> Formula:
    """The term's formula, its units checked: a sum of unlike things is refused here. Raises MethodError."""
    try:
        formula = parse(term.formula)
        of = {name: constant.dimensions for name, constant in constants.items()}
        of |= {each.name: unit(each.unit).dimensions for each in term.inputs}
        found, said = formula.dimensions(of), unit(term.unit).dimensions
        for each in term.inputs:
            most = each.bound()
            if each.default and most is not None and number(each.default) > most:
                raise MethodError(where, reasons.DEFAULT_ABOVE_BOUND(name=each.name, most=each.most))
    except (UnitError, FormulaError) as error:
        raise MethodError(where, error.said) from None
    except KeyError as error:
        raise MethodError(where, reasons.NAMES_NO_INPUT(formula=term.formula, name=error.args[0])) from None
    if found != said:
        raise MethodError(where, reasons.OTHER_RESULT(formula=term.formula, unit=term.unit, got=written(found)))
    if unused := [each.name for each in term.inputs if each.name not in formula.names]:
        raise MethodError(where, reasons.INPUTS_UNUSED(formula=term.formula, names=listing(unused)))
    return formula


def number(text: str) -> Fraction:
    """A number as a table writes it: `19.7`, or a quotient such as `44/12`. Raises ValueError."""
    above, stroke, below = text.partition("/")
    return fraction(above) / (fraction(below) if stroke else 1)
