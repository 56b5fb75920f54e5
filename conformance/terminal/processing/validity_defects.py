"""Defects of the share from which a mean counts: it must be exceeded, or it is rounded down."""

from __future__ import annotations

from conformance.defects import Patch, defect
from reference_terminal.processing.interval import IntervalBuilder, Open


@defect(
    "share-must-be-exceeded",
    en="a period with just the declared share of its readings does not count",
    zh="恰好达到有效数据比例的时段被判无效",
    clauses=("isc-2/7.2.3-B(3)b",),
)
def share_must_be_exceeded(patch: Patch) -> None:
    """Greater in place of greater or equal."""

    def enough(self: IntervalBuilder, each: Open) -> bool:
        return whole(self, each) and each.n * 100 != (each.end_s - each.start_s) // self.period_s * 75

    whole = patch(IntervalBuilder, "enough", enough)


@defect(
    "one-reading-forgiven",
    en="a period that lacks one reading more than it may counts all the same",
    zh="比允许多缺一个读数的时段仍判有效",
    clauses=("isc-2/7.2.3-B(3)b",),
)
def one_reading_forgiven(patch: Patch) -> None:
    """The readings at both ends are counted."""

    def enough(self: IntervalBuilder, each: Open) -> bool:
        each.n += 1
        try:
            return whole(self, each)
        finally:
            each.n -= 1

    whole = patch(IntervalBuilder, "enough", enough)
