"""Defects of data functions: a way in that rounds, entries forgotten at a restart, days without their first hour."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from sqlalchemy import delete, func, select

from conformance.defects import Patch, defect
from conformance.defects.platform_seams import not_changed
from simulators.platform.accounting.lines import Book, Line
from simulators.platform.core.assembly import Platform
from simulators.platform.core.series import Arrival, Series, Taken
from simulators.platform.core.tables import SampleRow

_MINUTE = 60_000_000


@defect(
    "mqtt-in-whole-numbers",
    en="values that come by MQTT are kept as whole numbers",
    zh="经 MQTT 接入的数值只保存整数",
    clauses=("isc-1/6.3c",),
)
def mqtt_in_whole_numbers(patch: Patch) -> None:
    """The binding was written for counters."""

    def take(self: Series, arrivals: Sequence[Arrival]) -> list[Taken]:
        cut = [
            dataclasses.replace(each, value=each.value.partition(".")[0]) if each.way == "mqtt" else each
            for each in arrivals
        ]
        return whole(self, cut)

    whole = patch(Series, "take", take)


@defect(
    "entries-final",
    en="a correction of an entry is confirmed and not carried out",
    zh="录入值更正返回成功但未生效",
    clauses=("isc-1/4.5e", "isc-1/6.3c"),
)
def entries_final(patch: Patch) -> None:
    """Ink is ink."""
    not_changed(patch, "entry")


@defect(
    "repair-at-the-start",
    en="a start after a failure drops the values of the last minute, which might be damaged",
    zh="断电后启动时丢弃最后 1 min 的数据",
    clauses=("isc-1/4.5f",),
)
def repair_at_the_start(patch: Patch) -> None:
    """To be on the safe side."""

    async def start(self: Platform) -> None:
        await whole(self)
        with self.office.ground.db.begin() as session:
            last = session.scalar(select(func.max(SampleRow.at)))
            if last is not None:
                session.execute(delete(SampleRow).where(SampleRow.at > last - _MINUTE))

    whole = patch(Platform, "start", start)


@defect(
    "days-begin-at-one",
    en="the first hour of a day is in no statistics",
    zh="日统计不含当日第一个小时",
    clauses=("isc-1/4.5g",),
)
def days_begin_at_one(patch: Patch) -> None:
    """Between is read as between."""

    def lines(self: Book, low: int, high: int, period: str = "year") -> Iterator[Line]:
        return (each for each in whole(self, low, high, period) if each.start > low)

    whole = patch(Book, "lines", lines)
