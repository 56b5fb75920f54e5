"""The boundary as it counts at an instant: each source bound to method, term, formula and what feeds its inputs.

Leaves settings to `settings.accounting`, when a version counts to `processing.versions`, periods to
`processing.emissions`. Everything that cannot be worked out is refused here, one sentence each, before it is used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import msgspec

from reference_terminal.accounting import library, reasons
from reference_terminal.accounting.account import default_of, doubts
from reference_terminal.accounting.formula import Formula, FormulaError
from reference_terminal.accounting.library import Factor
from reference_terminal.accounting.method import Input, Method, MethodError, Term, formula_of
from reference_terminal.accounting.quantity import SUBSTANCES, Quantity, UnitError
from reference_terminal.model.messages import Text, listing, text_of
from reference_terminal.model.seams import seam
from reference_terminal.settings.accounting import (
    AMOUNT,
    CATEGORY,
    EQUIVALENT,
    GAS,
    AccountingConfig,
    FactorChange,
    FormulaChange,
    InputConfig,
    SourceChange,
    SourceConfig,
    VersionConfig,
)
from reference_terminal.settings.meters import PointConfig
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.reader import did_you_mean

MEASURED = "measured"
"""The category of what is measured in a stack."""


@dataclass(frozen=True)
class Fixed:
    """An input that does not change while a version counts: value in the input's unit, origin, whether a default."""

    value: Fraction
    origin: str
    default: bool
    unverified: bool = False


@dataclass(frozen=True)
class Fed:
    """One input of a source: by the method, by the settings; `scale` brings a point's unit to the input's."""

    wanted: Input
    given: InputConfig | None
    fixed: Fixed | None = None
    scale: Fraction = Fraction(1)
    default: Factor | None = None
    extensive: bool = False

    @property
    def point(self) -> str:
        """The point that feeds it; empty for none."""
        return "" if self.given is None else self.given.point

    @property
    def entry(self) -> str:
        """How it is entered by hand; empty if it is not."""
        return "" if self.given is None else self.given.entry


@dataclass(frozen=True)
class Bound:
    """A source as it counts: `share` by input name is the mass of gas (t) that one unit of an extensive input brings.

    `shares` is None where the formula takes more than such inputs; it is then worked out as it stands.
    """

    source: SourceConfig
    method: Method
    term: Term
    formula: Formula
    edition: str
    inputs: tuple[Fed, ...]
    gwp: Fraction
    inside: bool
    shares: Mapping[str, Fraction] | None

    @property
    def id(self) -> str:
        """The id of the source."""
        return self.source.id

    @property
    @seam
    def counts(self) -> bool:
        """Whether totals hold it: it lies inside and its method does not show it apart."""
        return self.inside and self.term.counts

    @property
    def additive(self) -> bool:
        """Whether a period's activity alone decides: parts add up to the whole by themselves."""
        entered = any(each.entry for each in self.inputs if not each.extensive)
        return self.shares is not None and not entered and not self.source.stack.valid

    @property
    def category(self) -> str:
        """The category that its emitter gives it, or that of the term."""
        return self.source.category or self.term.category

    @property
    def points(self) -> tuple[str, ...]:
        """The points that feed it."""
        return tuple(dict.fromkeys(each.point for each in self.inputs if each.point))

    def mass(self, values: Mapping[str, Fraction]) -> Fraction:
        """Tonnes of the gas, with the sign of the term; `values` by input in its unit. Raises FormulaError."""
        if self.shares is not None:
            return self._summed(values)
        given = {each.wanted.name: Quantity.of(values[each.wanted.name], each.wanted.unit) for each in self.inputs}
        return self.term.sign * self.formula.result(library.constants() | given).in_unit(f"t{self.term.gas}")

    def _summed(self, values: Mapping[str, Fraction]) -> Fraction:
        first, *others = (values[name] * share for name, share in (self.shares or {}).items())
        return sum(others, first)

    @seam
    def doubt(self, fed: Fed, value: Fraction) -> str:
        """What speaks against a value that was measured or entered; empty if nothing."""
        return next((problem.en for problem in doubts(fed.wanted, value, fed.default, "")), "")

    def doubt_zh(self, fed: Fed, value: Fraction) -> str:
        """The same in Chinese."""
        return next((problem.zh for problem in doubts(fed.wanted, value, fed.default, "")), "")


@dataclass(frozen=True)
class Boundary:
    """All sources as they count, in the order of the settings."""

    config: AccountingConfig
    sources: tuple[Bound, ...]
    year: int

    def named(self, source: str) -> Bound | None:
        """A source by its id."""
        return self._by_id.get(source)

    @cached_property
    def _by_id(self) -> Mapping[str, Bound]:
        return {each.id: each for each in self.sources}


def bound(
    config: AccountingConfig, points: Mapping[str, PointConfig], versions: Sequence[VersionConfig], year: int
) -> tuple[Boundary, list[Problem]]:
    """The boundary of a year of accounting with these versions, in the order in which they count; what is wrong."""
    problems: list[Problem] = []
    sources = {each.id: each for each in config.sources}
    inside = dict.fromkeys(sources, True)
    formulas: dict[tuple[str, str], FormulaChange] = {}
    for version in versions:
        where = f"version {version.name}"
        for change in version.formulas:
            formulas[change.method, change.term] = change
        for change in version.sources:
            _changed(change, sources, inside, config, where, problems)
        for change in version.factors:
            _factored(change, sources, where, problems)
    bounds: list[Bound] = []
    for each in sources.values():
        made = _bind(each, config, points, formulas, year, inside[each.id], problems)
        if made is not None:
            bounds.append(made)
    if len(bounds) == len(sources):
        problems += _of_nothing(config, bounds)
    for (method, term), change in formulas.items():
        known = library.methods().get(method)
        if known is None or term not in known.terms:
            problems.append(Problem(f"formula {method}/{term}", reasons.NO_SUCH_TERM()))
        del change
    return Boundary(config, tuple(bounds), year), problems


def _of_nothing(config: AccountingConfig, bounds: Sequence[Bound]) -> Iterable[Problem]:
    """Figures that no source can have a part in."""
    categories, gases = [each.category for each in bounds], [each.term.gas for each in bounds]
    for each in config.figures:
        known = categories if each.of == CATEGORY else gases
        if each.of in (CATEGORY, GAS) and each.key not in known:
            hint, there = did_you_mean(each.key, known), [*dict.fromkeys(known)]
            yield Problem(
                "figures", reasons.FIGURE_OF_NOTHING(of=each.of, key=each.key, hint=hint, there=listing(there))
            )
        elif each.measure not in (EQUIVALENT, *gases):
            yield Problem(
                "figures",
                reasons.GAS_OF_NOTHING(
                    of=each.of, key=each.key, measure=each.measure, gases=listing([*dict.fromkeys(gases)])
                ),
            )


def _changed(
    change: SourceChange,
    sources: dict[str, SourceConfig],
    inside: dict[str, bool],
    config: AccountingConfig,
    where: str,
    problems: list[Problem],
) -> None:
    old = sources.get(change.id)
    if old is None:
        problems.append(_no_source(where, change.id, sources))
        return
    if change.unit and change.unit not in [each.id for each in config.units]:
        problems.append(Problem(where, reasons.NO_UNIT(unit=change.unit)))
    texts = {key: value for key in ("method", "term", "item", "unit") if (value := getattr(change, key)) is not None}
    sources[change.id] = replace(old, **texts)
    if change.inside is not None:
        inside[change.id] = change.inside


def _no_source(where: str, name: str, sources: Iterable[str]) -> Problem:
    known = list(sources)
    hint = did_you_mean(name, known)
    return Problem(where, reasons.NO_SOURCE(name=name, hint=hint, known=listing(known[:20])))


def _factored(change: FactorChange, sources: dict[str, SourceConfig], where: str, problems: list[Problem]) -> None:
    """Put a factor into the inputs it is of."""
    found = False
    for name, source in sources.items():
        inputs = dict(source.inputs)
        for key in inputs:
            if change.factor and inputs[key].factor == change.factor:
                inputs[key] = _constant(inputs[key], change)
                found = True
        if change.source == name:
            inputs[change.input] = _constant(inputs.get(change.input) or InputConfig(change.input), change)
            found = True
        sources[name] = replace(source, inputs=inputs)
    if not found and change.source:
        problems.append(_no_source(where, change.source, sources))
    elif not found:
        problems.append(Problem(where, reasons.NO_INPUT_OF_FACTOR(factor=change.factor)))


def _constant(given: InputConfig, change: FactorChange) -> InputConfig:
    return replace(given, point="", value=change.value, unit=change.unit, origin=change.origin)


def _bind(
    source: SourceConfig,
    config: AccountingConfig,
    points: Mapping[str, PointConfig],
    formulas: Mapping[tuple[str, str], FormulaChange],
    year: int,
    inside: bool,
    problems: list[Problem],
) -> Bound | None:
    where = f"source {source.id}"
    name = source.method or config.method
    method = library.methods().get(name)
    if method is None:
        hint = did_you_mean(name, list(library.methods()))
        problems.append(Problem(where, reasons.NO_METHOD(name=name, hint=hint)))
        return None
    if not method.holds_in(year):
        until = reasons.UNTIL(year=method.last_year) if method.last_year else Text("", "")
        problems.append(
            Problem(
                where, reasons.METHOD_OF_OTHER_YEARS(id=method.id, first_year=method.first_year, until=until, year=year)
            )
        )
        return None
    term = method.terms.get(source.term)
    if term is None:
        hint = did_you_mean(source.term, list(method.terms))
        problems.append(
            Problem(where, reasons.NO_TERM_NEAR(id=method.id, term=source.term, hint=hint, terms=listing(method.terms)))
        )
        return None
    wrong = len(problems)
    _check_words(source, term, where, problems)
    formula, edition = _formula(method, source.term, term, formulas, where, problems)
    factor = library.gwp(method.gwp, term.gas)
    if factor is None:
        problems.append(Problem(where, reasons.NO_GWP(gwp=method.gwp, gas=term.gas)))
    names = [each.name for each in term.inputs]
    for strange in [each for each in source.inputs if each not in names]:
        hint = did_you_mean(strange, names)
        told = reasons.STRANGE_INPUT(term=text_of(term), names=listing(names), strange=strange, hint=hint)
        problems.append(Problem(f"{where}.{strange}", told))
    fed = [_feed(source, each, method, points, year, where, problems) for each in term.inputs]
    if len(problems) > wrong or formula is None or factor is None:
        return None
    inputs = tuple(each for each in fed if each is not None)
    made = Bound(source, method, term, formula, edition, inputs, factor, inside, None)
    told = _homogeneous(made)
    if told is not None:
        problems.append(Problem(where, told))
        return None
    return replace(made, shares=_shares(made))


def _check_words(source: SourceConfig, term: Term, where: str, problems: list[Problem]) -> None:
    if source.scope and source.scope != term.scope:
        problems.append(Problem(where, reasons.SCOPE(term=source.term, scope=term.scope, got=source.scope)))
    if source.stack.valid and term.category != MEASURED:
        problems.append(Problem(f"{where}.stack", reasons.NO_STACK(term=source.term)))


def _formula(
    method: Method,
    name: str,
    term: Term,
    formulas: Mapping[tuple[str, str], FormulaChange],
    where: str,
    problems: list[Problem],
) -> tuple[Formula | None, str]:
    change = formulas.get((method.id, name))
    if change is None:
        return method.formulas[name], method.edition
    try:
        return formula_of(where, replace_formula(term, change.formula), library.constants()), change.edition
    except MethodError as error:
        problems.append(Problem(where, reasons.FORMULA_UNUSABLE(formula=change.formula[:200], why=error.said)))
        return None, change.edition


def replace_formula(term: Term, formula: str) -> Term:
    """A term with another formula."""
    return msgspec.structs.replace(term, formula=formula)


def _feed(
    source: SourceConfig,
    wanted: Input,
    method: Method,
    points: Mapping[str, PointConfig],
    year: int,
    where: str,
    problems: list[Problem],
) -> Fed | None:
    """What feeds one input; None, and a problem, where nothing can."""
    where = f"{where}.{wanted.name}"
    given = source.inputs.get(wanted.name)
    default = default_of(method, year, source.item, wanted)
    if given is not None and given.point:
        return _by_point(wanted, given, default, points, where, problems)
    scale = Fraction(1)
    if given is not None and given.unit:
        try:
            scale = Quantity.of(Fraction(1), given.unit).in_unit(wanted.unit)
        except UnitError as error:
            problems.append(
                Problem(
                    where,
                    reasons.UNIT_UNLIKE(wanted=text_of(wanted), unit=wanted.unit, got=given.unit, error=error.said),
                )
            )
            return None
    if given is not None and given.entry == AMOUNT:
        return Fed(wanted, given, None, scale, default, extensive=True)
    fixed: Fixed | None = None
    if given is not None and given.value is not None:
        value = Fraction(given.value) * scale
        wrong = list(doubts(wanted, value, default, where))
        problems += wrong
        if wrong:
            return None
        fixed = Fixed(value, given.origin, default=False)
    elif default is not None:
        fixed = Fixed(default.value, default.source, default=True)
    if fixed is None and (given is None or not given.entry):
        problems.append(_missing(source, wanted, where))
        return None
    return Fed(wanted, given, fixed, scale, default)


def _missing(source: SourceConfig, wanted: Input, where: str) -> Problem:
    what = reasons.ACTIVITY() if wanted.kind == "activity" else reasons.FACTOR()
    hint = Text("", "")
    if wanted.table:
        hint = reasons.NO_DEFAULT_FOR(item=source.item) if source.item else reasons.NAME_AN_ITEM()
    if wanted.table == "fuels" and library.is_gas(source.item) and "Nm3" not in wanted.unit:
        hint = reasons.TERM_FOR_GAS(item=source.item)
    return Problem(
        where,
        reasons.MISSING_INPUT(what=what, wanted=text_of(wanted), unit=wanted.unit, hint=hint),
    )


def _by_point(
    wanted: Input,
    given: InputConfig,
    default: Factor | None,
    points: Mapping[str, PointConfig],
    where: str,
    problems: list[Problem],
) -> Fed | None:
    point = points.get(given.point)
    if point is None:
        problems.append(Problem(where, reasons.NO_POINT_TO_FEED(name=given.point)))
        return None
    name = given.unit or point.unit
    if point.unit != "1" and _plain(name) != _plain(point.unit):
        problems.append(Problem(where, reasons.POINT_UNIT(id=point.id, unit=point.unit, name=name)))
        return None
    try:
        scale = Quantity.of(Fraction(1), name).in_unit(wanted.unit)
    except UnitError as error:
        problems.append(
            Problem(
                where,
                reasons.POINT_UNLIKE(
                    wanted=text_of(wanted), unit=wanted.unit, id=point.id, name=name, error=error.said
                ),
            )
        )
        return None
    return Fed(wanted, given, None, scale * Fraction(given.share), default, extensive=point.kind == "counter")


def _plain(name: str) -> str:
    """A unit without substances and states: what the point's own unit says."""
    for word in ("(20)", *sorted(SUBSTANCES, key=len, reverse=True)):
        name = re.sub(rf"(?<=[a-z0-9]){re.escape(word)}(?=/|$| )", "", name)
    return name.replace("Nm3", "m3")


# What a formula does with amounts


def _homogeneous(made: Bound) -> Text | None:
    """What speaks against adding periods up: nothing is measured, or an amount is fixed where it should be counted."""
    amounts = [each.wanted.name for each in made.inputs if each.extensive]
    if not amounts:
        return reasons.NOTHING_COUNTED(term=text_of(made.term))
    zero = [each.wanted.name for each in made.inputs if each.fixed is not None and not each.fixed.value]
    if _degree(made.formula.tree, amounts, zero) not in (1, _ANY):
        return reasons.NOT_PROPORTIONAL(text=made.formula.text, amounts=listing(amounts))
    return None


_ANY = -1000
"""The degree of nothing: it stands beside every other."""


def _degree(node: ast.expr, amounts: Sequence[str], zero: Sequence[str]) -> int | None:
    """With which power a formula follows the amounts; None if it is none."""
    match node:
        case ast.Name(id=name):
            return _ANY if name in zero else int(name in amounts)
        case ast.UnaryOp(operand=inner):
            return _degree(inner, amounts, zero)
        case ast.Call(args=args):
            return 0 if all(_degree(each, amounts, zero) in (0, _ANY) for each in args) else None
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _degree(left, amounts, zero), _degree(right, amounts, zero)
            if one is None or other is None:
                return None
            if isinstance(op, ast.Mult):
                return _ANY if _ANY in (one, other) else one + other
            if isinstance(op, ast.Div):
                return one if one == _ANY else one - other
            if _ANY in (one, other):
                return max(one, other)
            return one if one == other else None
        case _:
            return 0


def _shares(made: Bound) -> dict[str, Fraction] | None:
    """What one unit of each amount brings (t of the gas, signed); None unless all else is fixed and amounts add up."""
    if any(each.fixed is None and not each.extensive for each in made.inputs):
        return None
    if any(each.entry and not each.extensive for each in made.inputs):
        return None
    amounts = [each.wanted.name for each in made.inputs if each.extensive]

    def at(values: Mapping[str, int]) -> Fraction:
        given = {
            each.wanted.name: Quantity.of(
                Fraction(values[each.wanted.name]) if each.extensive else _fixed(each), each.wanted.unit
            )
            for each in made.inputs
        }
        return made.term.sign * made.formula.result(library.constants() | given).in_unit(f"t{made.term.gas}")

    try:
        found = {name: at({each: int(each == name) for each in amounts}) for name in amounts}
        # Proportional to the amounts together, but not a sum of them: a quotient of two would be.
        tried = {name: 2 + number for number, name in enumerate(amounts)}
        linear = at(tried) == sum((found[name] * tried[name] for name in amounts), Fraction(0))
    except FormulaError:
        return None
    return found if linear else None


def _fixed(fed: Fed) -> Fraction:
    assert fed.fixed is not None
    return fed.fixed.value
