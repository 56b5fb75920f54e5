"""Defects of converted units: the label alone changed, the factor upside down or cut short, digits lost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from conformance.defects import Patch, defect
from reference_terminal.acquisition.modbus import decode
from reference_terminal.model import numbers, units

_CLAUSES = ("isc-2/7.2.3-B(1)d", "csmt/8.3.1c")


def _other_factor(patch: Patch, change: Callable[[str, str, Fraction], Fraction]) -> None:
    """The factor between two units is another."""

    def factor(source: str, target: str) -> Fraction | None:
        found = own(source, target)
        return found if found is None or source == target else change(source, target, found)

    own = patch(units, "factor", factor)


@defect(
    "unit-is-a-label",
    en="a point told to be in another unit keeps the meter's numbers under the new name",
    zh="更改单位仅改名称，数值不换算",
    clauses=_CLAUSES,
)
def unit_is_a_label(patch: Patch) -> None:
    """The unit is a text of the screen."""
    _other_factor(patch, lambda source, target, found: Fraction(1))


@defect(
    "unit-factor-upside-down",
    en="tonnes become kilograms by division",
    zh="t 换算 kg 时乘除颠倒",
    clauses=_CLAUSES,
)
def unit_factor_upside_down(patch: Patch) -> None:
    """Only the electricity was tried."""
    _other_factor(patch, lambda source, target, found: 1 / found if (source, target) == ("t", "kg") else found)


@defect(
    "joules-by-three-digits",
    en="kWh become GJ by a factor cut to three decimals",
    zh="kWh 换算 GJ 的系数只取三位小数",
    clauses=_CLAUSES,
)
def joules_by_three_digits(patch: Patch) -> None:
    """0.004 instead of 0.0036."""
    _other_factor(patch, lambda source, target, found: Fraction(4, 1000) if target == "GJ" else found)


@defect(
    "heat-rate-by-a-rounded-factor",
    en="GJ/h become kW by 277.78",
    zh="GJ/h 换算 kW 的系数取 277.78",
    clauses=_CLAUSES,
)
def heat_rate_by_a_rounded_factor(patch: Patch) -> None:
    """The factor of the handbook."""
    _other_factor(patch, lambda source, target, found: Fraction(27778, 100) if source == "GJ/h" else found)


@defect(
    "converted-to-two-decimals",
    en="a converted value keeps two decimals",
    zh="换算结果只保留两位小数",
    clauses=_CLAUSES,
)
def converted_to_two_decimals(patch: Patch) -> None:
    """As the screen shows it."""

    def other(value: Decimal, factor: Decimal) -> Decimal:
        made = own(value, factor)
        return made if factor == 1 else numbers.rounded(made, 2)

    own = patch(decode, "scaled", other)
