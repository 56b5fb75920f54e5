"""What a derived point holds for a period, from the records of the points it is computed from (CSMT 8.3.2).

Leaves when it is computed, and keeping it, to `derivation`. Exact decimals; quotient, share and integral are rounded
half up once, at the last printed digit. A point without a value leaves the result without one: never part of a sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reference_terminal.model import numbers, units
from reference_terminal.model.rows import BY_HAND, Record
from reference_terminal.settings.derived import DIFFERENCE, INTEGRAL, PRODUCT, QUOTIENT, SHARE, DerivedConfig

MANUAL_INPUT = "computed with manual entries"
BELOW_ZERO, NO_DIVISOR, NOT_ACQUIRED = "result below zero", "divisor is zero", "not acquired"
LOST, RANGE, INSTRUMENT, GOOD = "B", "T", "D", "N"
_ADD, _SUBTRACT, _MULTIPLY = numbers.CONTEXT.add, numbers.CONTEXT.subtract, numbers.CONTEXT.multiply


@dataclass(frozen=True)
class Outcome:
    """The value of a derived point in a period (None: it has none), its data flag and why it is not plain."""

    value: Decimal | None
    flag: str = GOOD
    cause: str = ""


@dataclass(frozen=True)
class Operand:
    """A point in a period: its record (None: not acquired) and how many samples its polling grid has there."""

    record: Record | None
    samples: int = 0


def evaluate(formula: DerivedConfig, operands: Mapping[str, Operand], length_s: int) -> Outcome:
    """The result for a period of this length; `operands` by point, all of them."""
    for name in formula.operands:
        lack = lacking(formula, operands[name])
        if lack is not None:
            return Outcome(None, lack.flag, f"{name}: {lack.cause}")
    records = [record for name in formula.operands if (record := operands[name].record) is not None]
    value = computed(formula, records, length_s)
    if value is None:
        return Outcome(None, INSTRUMENT, NO_DIVISOR)
    flag = carried(records)
    if formula.operation == DIFFERENCE and formula.kind == "counter" and value < 0:
        return Outcome(value, RANGE, BELOW_ZERO)
    return Outcome(value, flag, MANUAL_INPUT if flag == BY_HAND else "" if flag == GOOD else "computed with such data")


def lacking(formula: DerivedConfig, operand: Operand) -> Outcome | None:
    """Why a point cannot be used; None if it can. An integral needs every sample, or a mean entered by hand."""
    record = operand.record
    if record is None:
        return Outcome(None, LOST, NOT_ACQUIRED)
    if record.value is None:
        return Outcome(None, record.flag, record.cause or "no value")
    if formula.operation == INTEGRAL and record.flag != BY_HAND and is_thin(record.n, operand.samples):
        return Outcome(None, LOST, f"{record.n} of {operand.samples} samples")
    return None


def is_thin(samples: int, due: int) -> bool:
    """Whether an instantaneous value was read too rarely to be integrated."""
    return samples < due


def carried(records: list[Record]) -> str:
    """The flag of a result: set by hand if any input is, else the first that is not normal."""
    flags = [record.flag for record in records if record.flag != GOOD]
    return BY_HAND if BY_HAND in flags else flags[0] if flags else GOOD


def computed(formula: DerivedConfig, records: list[Record], length_s: int) -> Decimal | None:
    """The result from records in the order of `formula.operands`; None where it would be divided by zero."""
    if formula.operation == INTEGRAL:
        return integral(formula, records[0], length_s)
    exact = {
        name: units.converted(Decimal(record.value or ""), scale, formula.decimals)
        for name, scale, record in zip(formula.operands, formula.scales, records, strict=True)
        if formula.operation not in (QUOTIENT, SHARE)
    }
    if formula.operation == PRODUCT:
        result = formula.factor
        for name in formula.of:
            result = _MULTIPLY(result, exact[name])
        return result
    if formula.operation in (QUOTIENT, SHARE):
        fractions = {
            name: Fraction(record.value or "") * scale
            for name, scale, record in zip(formula.operands, formula.scales, records, strict=True)
        }
        if formula.operation == QUOTIENT:
            over, under = (fractions[name] for name in formula.of)
            return None if under == 0 else numbers.rounded_fraction(over / under, formula.decimals)
        return share(formula, fractions)
    first, *others = (exact[name] for name in formula.of)
    for other in others:
        first = _SUBTRACT(first, other) if formula.operation == DIFFERENCE else _ADD(first, other)
    return first


def share(formula: DerivedConfig, fractions: Mapping[str, Fraction]) -> Decimal | None:
    """One part of the whole; None if there is nothing to share by.

    Rounded is what all parts up to this one hold together, so that the parts always add up to the whole.
    """
    whole = fractions[formula.of[0]]
    keys = [Fraction(weight) for weight in formula.weights] or [fractions[name] for name in formula.by]
    total = sum(keys, Fraction(0))
    if total == 0:
        return None

    def up_to(part: int) -> Decimal:
        if part == len(keys):
            return numbers.CONTEXT.divide(Decimal(whole.numerator), Decimal(whole.denominator))
        return numbers.rounded_fraction(whole * sum(keys[:part], Fraction(0)) / total, formula.decimals)

    return _SUBTRACT(up_to(formula.part), up_to(formula.part - 1))


def integral(formula: DerivedConfig, record: Record, length_s: int) -> Decimal:
    """The mean of all samples times the length of the period."""
    mean = Fraction(record.value or "")
    if record.flag != BY_HAND and record.total is not None:
        mean = Fraction(record.total) / record.n
    return numbers.rounded_fraction(mean * length_s * formula.scales[0], formula.decimals)
