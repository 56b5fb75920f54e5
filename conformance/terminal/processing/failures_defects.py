"""Defects of totals across failures: days that are no more than what was measured in them."""

from __future__ import annotations

from decimal import Decimal

from conformance.defects import Patch, defect
from conformance.defects.seams import changes_closed
from reference_terminal.model import numbers
from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY, HOUR
from reference_terminal.processing.interval import Open


@defect(
    "day-of-whole-hours",
    en="a day's total is the sum of its whole hours; what the counter advanced in others is lost",
    zh="日累计仅为完整小时之和，故障时段的增量丢失",
    clauses=("csmt/12.4b",),
)
def day_of_whole_hours(patch: Patch) -> None:
    """A report that is made of the hours."""
    sums: dict[int, Decimal] = {}

    def summed(each: Open, record: Record) -> None:
        if record.span == HOUR.code and record.value is not None:
            sums[record.point] = sums.get(record.point, Decimal(0)) + Decimal(record.value)
        elif record.span == DAY.code:
            total = sums.pop(record.point, Decimal(0))
            record.value = record.value and numbers.text(total)

    changes_closed(patch, summed)
