"""Defects of what is made of the data that were kept: periods, states, units, entries, rights.

Leaves what is kept at all to `taking_defects`.
"""

# A defect stands where the platform keeps its own.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
from sqlalchemy import select

from conformance.defects import Patch, defect
from simulators.platform.core import rights, series, units
from simulators.platform.core.accounts import Account
from simulators.platform.core.reckoning import Point
from simulators.platform.core.series import Arrival, Record, Series
from simulators.platform.core.tables import ObjectRow
from simulators.platform.core.times import start_of

_DAY_US = 86_400_000_000
_YEAR_US = 365 * _DAY_US


def showing(patch: Patch, change: Callable[[Series, Record], Record | None]) -> None:
    """Every record is changed before it is shown, or left out."""
    records = Series.records

    def changed(self: Series, points: Sequence[str], period: str, from_us: int, to_us: int) -> list[Record]:
        found = records(self, points, period, from_us, to_us)
        return [made for each in found if (made := change(self, each)) is not None]

    patch(Series, "records", changed)


@defect(
    "platform-carries-values-forward",
    en="The last record of a point is shown once more for the period after it",
    zh="末条记录被重复用于其后的时段",
    clauses=("cpcif/5.1.1-0",),
)
def carries_forward(patch: Patch) -> None:
    """A record that nobody sent."""
    records = Series.records

    def carried(self: Series, points: Sequence[str], period: str, from_us: int, to_us: int) -> list[Record]:
        found = records(self, points, period, from_us, to_us)
        last = {each.point: each for each in found}
        extra = [
            msgspec.structs.replace(each, start=each.end, end=2 * each.end - each.start)
            for each in last.values()
            if period == "minute"
        ]
        return [*found, *extra]

    patch(Series, "records", carried)


@defect(
    "platform-shows-everybody-everything",
    en="Accounts of one enterprise see the data of every other",
    zh="各企业账户可看到其他企业的数据",
    clauses=("ssea/5.4.2.2",),
)
def shows_everything(patch: Patch) -> None:
    """Nobody is kept to his own enterprise."""

    def every(account: Account) -> Any:
        del account
        return select(ObjectRow.id).where(ObjectRow.kind == "enterprise")

    patch(rights, "enterprises", every)


@defect(
    "platform-ignores-revisions",
    en="The first value of a record stays in force, whatever comes after it",
    zh="修订的数据不生效",
    clauses=("ssea/4.2.2a",),
)
def ignores_revisions(patch: Patch) -> None:
    """What is there is held to be the same as what comes."""
    patch(series, "same", lambda known, value, flag: True)


@defect(
    "platform-sums-once",
    en="Totals are made once and not anew when late or revised data come",
    zh="合计只算一次，迟到或修订的数据不计入",
    clauses=("ssea/5.2.3.3-2", "cpcif/4.2.1b"),
)
def sums_once(patch: Patch) -> None:
    """Records that are there are left as they are."""
    rows: dict[tuple[str, str, int], Record] = {}

    def first(self: Series, each: Record) -> Record:
        return rows.setdefault((each.point, f"{each.end - each.start}", each.start), each)

    showing(patch, first)


@defect(
    "platform-counts-what-is-flagged",
    en="Values that are flagged or outside their limits count like any other",
    zh="标记无效或超限的数据按有效数据计入",
    clauses=("ssea/5.2.3.3-1",),
)
def counts_flagged(patch: Patch) -> None:
    """Every value is valid."""

    def valid(arrival: Arrival) -> str:
        return "valid" if arrival.value else "empty"

    patch(series, "quality_of", valid)


@defect(
    "platform-limit-is-beyond-it",
    en="A value that is its upper limit counts as beyond it",
    zh="等于上限的数据按超限处理",
    clauses=("ssea/5.2.3.3-2", "ssea/5.2.3.3-4"),
)
def limit_is_beyond_it(patch: Patch) -> None:
    """Less than the limit, it was thought."""

    def quality_of(arrival: Arrival) -> str:
        found, high = whole(arrival), arrival.point.high
        return "limit" if found == "valid" and high is not None and Decimal(arrival.value) == high else found

    whole = patch(series, "quality_of", quality_of)


@defect(
    "platform-days-without-their-last-reading",
    en="the last hour of a day ends with the reading before midnight",
    zh="每日最后一小时漏计零点读数",
    clauses=("ssea/5.2.3.3-2",),
)
def days_without_last_reading(patch: Patch) -> None:
    """A reading is of the day it stands in."""
    patch(series, "_near", lambda span, at: (start_of("day", at),))


@defect(
    "platform-tells-all-complete",
    en="Every record is told as complete",
    zh="所有记录均标为完整",
    clauses=("ssea/5.2.3.3-4",),
)
def tells_complete(patch: Patch) -> None:
    """Gaps are not told."""
    showing(patch, lambda self, each: msgspec.structs.replace(each, state="complete"))


@defect(
    "platform-tells-none-complete",
    en="No hour is told as complete",
    zh="小时记录均不标为完整",
    clauses=("ssea/5.2.3.3-4",),
)
def tells_incomplete(patch: Patch) -> None:
    """Whole hours are told as if something were missing."""
    showing(patch, lambda self, each: msgspec.structs.replace(each, state="incomplete"))


@defect(
    "platform-rounds-hours",
    en="Hours are rounded to whole numbers",
    zh="小时值取整",
    clauses=("ssea/5.2.3.3-2", "cpcif/4.2.1b"),
)
def rounds_hours(patch: Patch) -> None:
    """The hour is no more the sum of what lies within."""

    def rounded(self: Series, each: Record) -> Record:
        if each.end - each.start != 3_600_000_000:
            return each
        return msgspec.structs.replace(each, value=str(Decimal(each.value).quantize(Decimal(1))))

    showing(patch, rounded)


@defect(
    "platform-forgets-units",
    en="Values in another unit are kept as if they were in the point's",
    zh="以其他单位上传的数值未换算",
    clauses=("ssea/5.2.3.3-3", "cpcif/4.2.1b"),
)
def forgets_units(patch: Patch) -> None:
    """Nothing is converted."""
    known = units.factor

    def same(given: str, wanted: str) -> Fraction | None:
        return None if known(given, wanted) is None else Fraction(1)

    patch(units, "factor", same)


@defect(
    "platform-month-without-last-day",
    en="A month is summed without its last day",
    zh="月合计漏掉最后一天",
    clauses=("cpcif/5.1.2.1e", "cpcif/5.1.3.1e", "cpcif/5.1.4.1e"),
)
def month_without_last_day(patch: Patch) -> None:
    """The last day is taken off again."""
    records = Series.records

    def short(self: Series, points: Sequence[str], period: str, from_us: int, to_us: int) -> list[Record]:
        found = records(self, points, period, from_us, to_us)
        if period != "month":
            return found
        made: list[Record] = []
        for each in found:
            last = records(self, (each.point,), "day", each.end - _DAY_US, each.end)
            less = sum((Decimal(day.value) for day in last), Decimal(0))
            made.append(msgspec.structs.replace(each, value=str(Decimal(each.value) - less)))
        return made

    patch(Series, "records", short)


@defect(
    "platform-cleans-up-after-three-years",
    en="Records older than three years are gone",
    zh="三年以前的记录被清除",
    clauses=("ssea/5.2.3.2b",),
)
def cleans_up(patch: Patch) -> None:
    """Nothing older is shown."""
    showing(patch, lambda self, each: None if self._ground.now_us() - each.start > 3 * _YEAR_US else each)


@defect(
    "platform-has-no-use-for-entries",
    en="Entries by hand are kept and stand in for no reading",
    zh="人工填报的数据不能替代缺失读数",
    clauses=("cpcif/5.1.2.1f", "cpcif/5.1.3.1f", "cpcif/5.1.4.1f", "cpcif/4.2.3a", "isc-1/4.2a"),
)
def no_use_for_entries(patch: Patch) -> None:
    """No entry is found for a period."""

    def none(self: Series, point: Point, period: str, start: int) -> Any:
        del self, point, period, start

    patch(Series, "_entry", none)


@defect(
    "platform-takes-invoices-first",
    en="An invoice takes the place of what was read, and nobody is told",
    zh="发票值不加说明地取代计量读数",
    clauses=("cpcif/5.1.2.1f", "cpcif/5.1.3.1f", "cpcif/5.1.4.1f"),
)
def invoices_first(patch: Patch) -> None:
    """Entries go before readings and are shown like these."""
    settled = Series._settled

    def invoiced(self: Series, point: Point, period: str, start: int, found: Any, whole: int) -> Any:
        given = self._entry(point, period, start)
        if given is None:
            return settled(self, point, period, start, found, whole)
        return series.part_of(point, given.value, whole, "own")

    patch(Series, "_settled", invoiced)
