"""Defects of online monitoring: a value behind, states made up, thinned out, averaged wrongly (CPCIF 5.2.2.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from conformance.defects import Patch, defect
from conformance.defects.platform_seams import not_changed, not_removed
from simulators.platform.alarms import supervision
from simulators.platform.core.desk import Desk
from simulators.platform.core.series import Sample


@defect(
    "monitor-a-value-behind",
    en="real-time monitoring shows the value before the newest",
    zh="实时监测显示的是上一个值",
    clauses=("cpcif/5.2.2.2a-1",),
)
def monitor_a_value_behind(patch: Patch) -> None:
    """The newest one is still being checked."""

    def newest_of(desk: Desk, point: str) -> Sample | None:
        now = desk.now_us
        found = desk.samples(point, now - 86_400_000_000, now + 1, 0)
        return found[-2] if len(found) > 1 else None

    patch(supervision, "newest_of", newest_of)


@defect(
    "every-point-is-well",
    en="every point that has a value is shown as normal",
    zh="凡有数值的监测点一律显示正常",
    clauses=("cpcif/5.2.2.2b-1",),
)
def every_point_is_well(patch: Patch) -> None:
    """Green is the colour of the season."""
    patch(supervision, "state_of", lambda silent, ill: "normal")


@defect(
    "queries-thinned-out",
    en="a query of more than fifty values shows every second one",
    zh="查询超过 50 个值时隔一个显示一个",
    clauses=("cpcif/5.2.2.2a-4",),
)
def queries_thinned_out(patch: Patch) -> None:
    """The chart has so many pixels."""

    def samples(self: Desk, point: str, from_us: int, to_us: int, span: int | None = None) -> list[Sample]:
        found = whole(self, point, from_us, to_us, span)
        return found[::2] if len(found) > 50 else found

    whole = patch(Desk, "samples", samples)


@defect(
    "hours-at-whole-tonnes",
    en="hours of online data count by whole units",
    zh="在线数据按整数单位计入小时值",
    clauses=("cpcif/5.2.2.2a-2",),
)
def hours_at_whole_tonnes(patch: Patch) -> None:
    """Records are kept short."""

    def records(self: Desk, points: Any, period: str, from_us: int, to_us: int) -> list[Any]:
        return [_whole(each) for each in whole(self, points, period, from_us, to_us)]

    whole = patch(Desk, "records", records)


def _whole(record: Any) -> Any:
    return msgspec.structs.replace(record, value=type(record.value)(int(Decimal(record.value))))


@defect(
    "only-flags-are-abnormal",
    en="values outside their range are not among the abnormal ones",
    zh="超出范围的数值不计入异常数据",
    clauses=("cpcif/5.2.2.2b-3",),
)
def only_flags_are_abnormal(patch: Patch) -> None:
    """The instrument said that it was well."""
    patch(supervision, "is_abnormal", lambda sample: sample.flag not in ("", "N"))


@defect(
    "means-of-extremes",
    en="the mean of a report is that of its least and greatest value",
    zh="报表均值取最小值与最大值的平均",
    clauses=("cpcif/5.2.2.2d",),
)
def means_of_extremes(patch: Patch) -> None:
    """Two values are quickly added."""
    patch(supervision, "mean", lambda values: (min(values) + max(values)) / 2 if values else None)


@defect(
    "instruments-for-ever",
    en="changes and removals of instruments are confirmed and not carried out",
    zh="计量器具的更改和删除返回成功但未生效",
    clauses=("cpcif/5.2.2.2b-4",),
)
def instruments_for_ever(patch: Patch) -> None:
    """Each has its number."""
    not_changed(patch, "instrument")
    not_removed(patch, "instrument")
