"""What the terminal is told of a current of 4 to 20 mA behind an analogue module: scaling, root, cut-off (facts 4.1).

Leaves the arithmetic to `acquisition.modbus.analog` and the register that holds the raw number to `meters`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reference_terminal.settings.reader import Section


@dataclass(frozen=True)
class AnalogConfig:
    """Raw numbers `raw_low` and `raw_high` stand for `current_low` and `current_high` mA (the module's range).

    `zero` (4 mA, or 0 for an instrument without live zero) and 20 mA stand for `low` and `high` of the quantity.
    `root`: the signal is the square of the flow. A quantity below `cutoff` counts as `low` (low-flow cut-off).
    A signal at fault counts as failed after `failure_s` seconds (NAMUR NE 43).
    """

    raw_low: Decimal
    raw_high: Decimal
    current_low: Decimal
    current_high: Decimal
    low: Decimal
    high: Decimal
    root: bool = False
    zero: Decimal = Decimal(4)
    cutoff: Decimal | None = None
    failure_s: int = 4


def read_analog(section: Section) -> AnalogConfig | None:
    """The table `analog` of a point; None if it has none."""
    if "analog" not in section:
        return None
    table = section.section("analog")
    value = AnalogConfig(
        raw_low=table.decimal("raw_low", None, None, Decimal(0)),
        raw_high=table.decimal("raw_high", None, None, Decimal(65_535)),
        current_low=table.decimal("current_low", Decimal(0), Decimal(24), Decimal(4)),
        current_high=table.decimal("current_high", Decimal(0), Decimal(24), Decimal(20)),
        low=table.decimal("low", None, None, Decimal(0)),
        high=_required(table, "high"),
        root=table.boolean("root", False),
        zero=table.decimal("zero", Decimal(0), Decimal(4), Decimal(4)),
        cutoff=table.decimal("cutoff", None, None, None),
        failure_s=table.integer("failure_s", 0, 60, 4),
    )
    if value.zero not in (0, 4):
        table.problem("zero", f"expected 4 (4 to 20 mA) or 0 (0 to 20 mA), got {value.zero}", "应为 4 或 0")
    for low, high in (("raw_low", "raw_high"), ("current_low", "current_high"), ("low", "high")):
        if getattr(value, low) == getattr(value, high):
            table.problem(high, f"is the same as {low}; a range needs two ends", f"与 {low} 相同,量程两端应不同")
    table.done()
    return value


def _required(table: Section, key: str) -> Decimal:
    if key not in table:
        table.problem(key, f"{key} is missing; give the quantity at 20 mA", f"缺少 {key},请给出 20 mA 对应的量值")
        return Decimal(100)
    return table.decimal(key, None, None, Decimal(100))
