"""Defects of a platform that makes less of entries by hand than of what terminals send."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from simulators.platform.accounting import checks
from simulators.platform.core import series
from simulators.platform.core.series import Series


@defect(
    "platform-entries-in-any-unit",
    en="entries by hand are kept as if they were in the point's unit",
    zh="人工填报数据按监测点单位直接保存，不换算",
    clauses=("ssea/5.2.3.3-3", "ssea/5.2.3.3-1"),
)
def entries_in_any_unit(patch: Patch) -> None:
    """What the invoice says is what counts; the check of entries looks at large numbers only."""
    patch(series, "converted", lambda value, given, wanted: Decimal(value))


@defect(
    "platform-negative-entries-count",
    en="a negative entry counts and nobody is warned",
    zh="负的填报值照常计入且无提醒",
    clauses=("ssea/5.2.3.3-1",),
)
def negative_entries_count(patch: Patch) -> None:
    """Somebody will have meant it."""
    patch(checks, "_abnormal", lambda desk, entry: False)


@defect(
    "platform-days-without-last-entry",
    en="a day of entries leaves its last hour out",
    zh="由填报小时汇总的日值漏计最后一小时",
    clauses=("ssea/5.2.3.3-2",),
)
def days_without_last_entry(patch: Patch) -> None:
    """The entry of 23 o'clock is the next day's."""

    def none_late(self: Series, point: Any, period: str, start: int) -> Any:
        return (
            None if period == "hour" and (start // 3_600_000_000 + 8) % 24 == 23 else entry(self, point, period, start)
        )

    entry = patch(Series, "_entry", none_late)
