"""Defects at the limits of instruments: a margin, ways on which nobody looks, entries as they come.

Leaves limits that are not looked at anywhere to `processing_defects`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from conformance.defects import Patch, defect
from reference_terminal.acquisition.modbus import decode as decoding
from reference_terminal.settings.digits import DigitsPlace
from reference_terminal.settings.meters import PointConfig
from reference_terminal.web import manual

_SIDES = ("csmt/8.1.1b", "csmt/8.1.1c", "csmt/12.3.2d", "isc-2/7.2.3-B(3)b")


@defect(
    "limits-with-a-margin",
    en="readings up to one per cent of the range beyond a limit are valid",
    zh="超出限值不足量程 1 % 的读数仍判为有效",
    clauses=_SIDES,
)
def limits_with_a_margin(patch: Patch) -> None:
    """Sensors are never quite right."""

    def inside(config: PointConfig, value: Decimal) -> bool:
        if config.minimum is None or config.maximum is None:
            return own(config, value)
        margin = (config.maximum - config.minimum) / 100
        return config.minimum - margin <= value <= config.maximum + margin

    own = patch(decoding, "in_range", inside)


def _unlooked(patch: Patch, is_meant: Callable[[PointConfig], bool]) -> None:
    """Points that come by some way have no limits."""

    def inside(config: PointConfig, value: Decimal) -> bool:
        return is_meant(config) or own(config, value)

    own = patch(decoding, "in_range", inside)


@defect(
    "limits-for-meters-alone",
    en="what collectors and systems tell is not held against limits",
    zh="采集器和系统送来的数值不检查上下限",
    clauses=_SIDES,
)
def limits_for_meters_alone(patch: Patch) -> None:
    """They have looked themselves."""
    _unlooked(patch, lambda config: bool(config.place.tag))


@defect(
    "limits-for-modbus-alone",
    en="what meters on serial lines with other protocols say is not held against limits",
    zh="DL/T 645、CJ/T 188 表计读数不检查上下限",
    clauses=_SIDES,
)
def limits_for_modbus_alone(patch: Patch) -> None:
    """The table of registers has the columns, the table of items has not."""
    _unlooked(patch, lambda config: isinstance(config.place, DigitsPlace))


@defect(
    "entries-without-limits",
    en="what is entered by hand is not held against the limits of its point",
    zh="人工填报值不检查测点上下限",
    clauses=("csmt/8.1.2a",),
)
def entries_without_limits(patch: Patch) -> None:
    """A person has looked."""
    patch(manual, "_check_range", lambda state, value: None)


@defect(
    "entries-inside-the-limits",
    en="an entry equal to a limit of its point is refused",
    zh="等于测点限值的人工填报被拒绝",
    clauses=("csmt/8.1.2a",),
)
def entries_inside_the_limits(patch: Patch) -> None:
    """< in place of <=."""

    def looked(state: object, value: str) -> None:
        own(state, value)
        own(state, f"{Decimal(value) + Decimal('0.01'):f}")
        own(state, f"{Decimal(value) - Decimal('0.01'):f}")

    own = patch(manual, "_check_range", looked)
