"""Derived points: quantities computed from other points' periods, as the configuration has them (CSMT 8.3.2).

Leaves computing to `processing.formula` and contradictions of names and codes to `config`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from reference_terminal.model import units
from reference_terminal.model.messages import Text, listing
from reference_terminal.settings import reasons
from reference_terminal.settings.centres import check_code
from reference_terminal.settings.meters import PointConfig
from reference_terminal.settings.problems import Problem
from reference_terminal.settings.protocols import Place
from reference_terminal.settings.reader import Section, did_you_mean

SUM, DIFFERENCE, PRODUCT, QUOTIENT, SHARE, INTEGRAL = "sum", "difference", "product", "quotient", "share", "integral"
OPERATIONS = (SUM, DIFFERENCE, PRODUCT, QUOTIENT, SHARE, INTEGRAL)
_OPERANDS = {SUM: (2, 256), DIFFERENCE: (2, 256), PRODUCT: (1, 8), QUOTIENT: (2, 2), SHARE: (1, 1), INTEGRAL: (1, 1)}
"""Fewest and most points that an operation is of."""
_COUNTER, _INSTANT = "counter", "instant"


@dataclass(frozen=True)
class DerivedConfig:
    """One derived point: `operation` on the same period of the points `of`, in `unit`.

    sum: of all; difference: the first less the others; product: of all, times `factor` (a typical branch times the
    number of branches); quotient: the first by the second; share: part `part` (from 1) of the first, by `weights` or in
    proportion to the points `by`; integral: of an instantaneous value over the period. `decimals` are printed by
    quotient, share and integral, rounded half up; the others are exact. `scales` convert each of `operands` to `unit`.
    """

    id: str
    operation: str
    of: tuple[str, ...]
    unit: str
    decimals: int
    code: str = ""
    emission_source: str = ""
    factor: Decimal = Decimal(1)
    weights: tuple[Decimal, ...] = ()
    by: tuple[str, ...] = ()
    part: int = 1
    kind: str = _COUNTER
    scales: tuple[Fraction, ...] = ()

    @property
    def operands(self) -> tuple[str, ...]:
        """Every point it is computed from, once."""
        return tuple(dict.fromkeys((*self.of, *self.by)))

    @property
    def point(self) -> PointConfig:
        """The point that it is to centres and users."""
        return PointConfig(
            id=self.id,
            kind=self.kind,
            place=Place(),
            scale=Decimal(1),
            ratio=Decimal(1),
            decimals=self.decimals,
            unit=self.unit,
            modulus=None,
            minimum=None,
            maximum=None,
            rated_per_h=None,
            sentinels=(),
            code=self.code,
            emission_source=self.emission_source,
        )


def read_derived(section: Section) -> DerivedConfig:
    """One derived point; its problems go into the section."""
    operation = section.choice("operation", OPERATIONS)
    of = section.texts("of")
    fewest, most = _OPERANDS[operation]
    if not fewest <= len(of) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        section.problem("of", reasons.OPERANDS(operation=operation, wanted=wanted, count=len(of)))
    weights, by, part = _sharing(section) if operation == SHARE else ((), (), 1)
    value = DerivedConfig(
        id=section.name("id"),
        operation=operation,
        of=of,
        unit=section.text("unit"),
        decimals=section.integer("decimals", 0, 15, 6 if operation == QUOTIENT else 4),
        code=section.text("code", ""),
        emission_source=section.text("emission_source", ""),
        factor=section.decimal("factor", None, None, Decimal(1)) if operation == PRODUCT else Decimal(1),
        weights=weights,
        by=by,
        part=part,
    )
    if value.factor == 0:
        section.problem("factor", reasons.FACTOR_ZERO())
    check_code(section, "code", value.code, empty=True)
    section.done()
    return value


def _sharing(section: Section) -> tuple[tuple[Decimal, ...], tuple[str, ...], int]:
    """Weights or points by which is shared, and which part is meant."""
    by, texts = section.texts("by"), section.texts("weights")
    weights: list[Decimal] = []
    for text in texts:
        try:
            weight = Decimal(text)
        except ArithmeticError:
            weight = Decimal("NaN")
        if not weight.is_finite() or weight < 0 or abs(weight.adjusted()) > 30:
            section.problem("weights", reasons.WEIGHTS(text=text))
            continue
        weights.append(weight)
    if bool(texts) == bool(by):
        section.problem("weights", reasons.WEIGHTS_OR_BY())
    elif texts and len(weights) == len(texts) and not any(weights):
        section.problem("weights", reasons.NO_WEIGHT())
    most = max(len(texts), len(by), 1)
    return tuple(weights), by, section.integer("part", 1, most)


def ordered(
    derived: Sequence[DerivedConfig], points: Mapping[str, PointConfig], problems: list[Problem]
) -> tuple[DerivedConfig, ...]:
    """Derived points with kinds and conversions, each after those it is computed from; what is wrong goes to problems.

    Unknown points, circles and units that do not fit are told, once each.
    """
    known: dict[str, PointConfig] = dict(points)
    names = {each.id: at for at, each in enumerate(derived)}
    waiting = dict(enumerate(derived))
    made: list[DerivedConfig] = []
    spoilt: dict[str, None] = {}
    for at, each in enumerate(derived):
        for name in each.operands:
            if name not in known and name not in names:
                hint = did_you_mean(name, [*known, *names])
                problems.append(Problem(_where(at, "of"), reasons.NO_POINT(name=name, hint=hint)))
                spoilt[each.id] = None
    while waiting:
        ready = [at for at, each in waiting.items() if all(name in known or name in spoilt for name in each.operands)]
        if not ready:
            waiting = {at: each for at, each in waiting.items() if each.id not in spoilt}
            if waiting:
                problems.append(_circle(waiting, names))
            break
        for at in ready:
            each = waiting.pop(at)
            if each.id in spoilt or any(name in spoilt for name in each.operands):
                spoilt[each.id] = None
                continue
            found = _fitted(each, at, known, problems)
            if found is None:
                spoilt[each.id] = None
                continue
            made.append(found)
            known[each.id] = found.point
    return tuple(made)


def _where(at: int, key: str) -> str:
    return f"derived[{at}].{key}"


def _circle(waiting: Mapping[int, DerivedConfig], names: Mapping[str, int]) -> Problem:
    """The derived points that wait for each other, as a chain that comes back to its beginning."""
    at = next(iter(waiting))
    chain: list[int] = []
    while at not in chain:
        chain.append(at)
        at = next((names[name] for name in waiting[at].operands if names.get(name, -1) in waiting), at)
    ring = chain[chain.index(at) :]
    text = " from ".join(waiting[number].id for number in (*ring, at))
    return Problem(_where(ring[0], "of"), reasons.FROM_ITSELF(text=text))


def _fitted(
    each: DerivedConfig, at: int, known: Mapping[str, PointConfig], problems: list[Problem]
) -> DerivedConfig | None:
    """A derived point with its kind and conversions; None where kinds or units do not fit."""
    kind = _kind(each, known)
    if kind is None:
        told = listing([f"{name} ({known[name].kind})" for name in each.operands])
        wanted = reasons.ONE_INSTANT() if each.operation == INTEGRAL else reasons.ONE_KIND()
        wanted = reasons.ONLY_COUNTERS() if each.operation in (SHARE, QUOTIENT) else wanted
        problems.append(
            Problem(_where(at, "of"), reasons.OPERANDS_UNLIKE(operation=each.operation, wanted=wanted, told=told))
        )
        return None
    wrong, scales = _scales(each, known)
    if wrong is not None:
        problems.append(Problem(_where(at, "unit"), wrong))
        return None
    return replace(each, kind=kind, scales=scales)


def _kind(each: DerivedConfig, known: Mapping[str, PointConfig]) -> str | None:
    kinds = [known[name].kind for name in each.of]
    if each.operation == INTEGRAL:
        return _COUNTER if kinds == [_INSTANT] else None
    if each.operation == QUOTIENT:
        return _INSTANT if kinds == [_COUNTER, _COUNTER] else None
    if each.operation == SHARE:
        by = [known[name].kind for name in each.by]
        return _COUNTER if all(kind == _COUNTER for kind in (*kinds, *by)) else None
    if each.operation == PRODUCT:
        return kinds[0]
    return kinds[0] if len(dict.fromkeys(kinds)) == 1 else None


def _scales(each: DerivedConfig, known: Mapping[str, PointConfig]) -> tuple[Text | None, tuple[Fraction, ...]]:
    """What is wrong with the units (None: nothing), and what each operand is multiplied by."""
    of = [known[name].unit for name in each.of]
    one = Fraction(1)
    if each.operation == QUOTIENT:
        wanted = [f"{of[0]}/{of[1]}"]
        within = units.factor(of[0], of[1])
        if within is not None:
            if each.unit == "1":
                return None, (within, one)
            wanted = ["1"]
        if each.unit not in wanted:
            return reasons.QUOTIENT_UNIT(above=of[0], below=of[1], wanted=wanted[0], got=each.unit), ()
        return None, (one, one)
    if each.operation == PRODUCT:
        plain = next((unit for unit in of[1:] if unit != "1"), None)
        if plain is not None:
            return reasons.PRODUCT_UNITS(got=plain), ()
        factor = _exact(of[0], each.unit)
        return (None, (factor, *(one for _ in of[1:]))) if factor is not None else (_differ(of[0], each.unit), ())
    if each.operation == INTEGRAL:
        factor = units.per_second(of[0], each.unit)
        if factor is None:
            return reasons.NO_INTEGRAL(source=of[0], unit=each.unit), ()
        return None, (factor,)
    scales: list[Fraction] = []
    for name in each.operands:
        if name in each.by and name not in each.of:
            if units.factor(known[name].unit, known[each.by[0]].unit) is None:
                return _differ(known[name].unit, known[each.by[0]].unit), ()
            factor = units.factor(known[name].unit, known[each.by[0]].unit)
        else:
            factor = _exact(known[name].unit, each.unit)
        if factor is None:
            return _differ(known[name].unit, each.unit), ()
        scales.append(factor)
    return None, tuple(scales)


def _exact(source: str, target: str) -> Fraction | None:
    """The factor between two units if it has an end in decimals: sums stay exact."""
    factor = units.factor(source, target)
    return factor if factor is not None and units.as_decimal(factor) is not None else None


def _differ(source: str, target: str) -> Text:
    if units.factor(source, target) is None:
        return reasons.DERIVED_QUANTITIES(source=source, target=target)
    return reasons.DERIVED_NOT_EXACT(source=source, target=target)
