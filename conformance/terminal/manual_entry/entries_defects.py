# pyright: reportPrivateUsage=false
"""Defects of what is checked after reading or entering: the second check, the log of invalid readings, settlements."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from msgspec import structs

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events
from reference_terminal.acquisition.poller import GatewayPoller, MeterPoller
from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY, span_of
from reference_terminal.processing import manual, settlement
from reference_terminal.processing.interval import IntervalBuilder
from reference_terminal.processing.manual import ManualEntries
from reference_terminal.storage.store import Store

_SECOND = ("csmt/8.1.2b",)


@defect(
    "no-second-check",
    en="entries are not compared with the month before",
    zh="人工录入不作二次验证",
    clauses=_SECOND,
)
def no_second_check(patch: Patch) -> None:
    """Every entry is valid."""
    patch(ManualEntries, "verdict", lambda self, state, entry: manual.VALID)


@defect(
    "double-itself-refused",
    en="an entry of exactly twice the month's total is invalid",
    zh="恰为上月合计 2 倍的录入被判无效",
    clauses=_SECOND,
)
def double_itself_refused(patch: Patch) -> None:
    """Less than twice was read where not above twice is written."""
    patch(manual, "TWICE", Decimal("1.9999"))


@defect(
    "invalid-entry-used",
    en="an entry that fails the second check is used all the same",
    zh="二次验证不通过的录入仍被采用",
    clauses=_SECOND,
)
def invalid_entry_used(patch: Patch) -> None:
    """The verdict is kept with the entry, and nobody asks for it."""
    whole = ManualEntries._keep

    def keep(self: ManualEntries, entry: Any, verdict: str, original: Any, revision: int) -> None:
        whole(self, entry, verdict, original, revision)
        if verdict == manual.INVALID:
            number = self._store.number_points([entry.point])[0]
            base = original or Record(
                entry.span.code, entry.start_s, number, entry.end_s, None, None, None, None, None, 0, None, "N", ""
            )
            made = structs.replace(base, value=entry.value, flag=manual.FLAG, cause=manual.CAUSE, revision=revision)
            self._store.revise(made)
            self._deliver(span_of(made.span), made.start_s, made.end_s)

    patch(ManualEntries, "_keep", keep)


@defect(
    "entries-and-invalid-readings-untold",
    en="neither entries nor invalid readings are written to the log",
    zh="人工录入与无效读数均不记入日志",
    clauses=(*_SECOND, "csmt/8.1.1b", "csmt/8.1.1c"),
)
def entries_and_invalid_readings_untold(patch: Patch) -> None:
    """The log is for faults of the device."""
    hides_events(patch, lambda kind, en: kind in (manual.CAUSE, "invalid reading"))


@defect(
    "days-without-extremes",
    en="a day's smallest and largest increment are those of its last hour",
    zh="日结最大最小值仅取最后一小时",
    clauses=("csmt/8.2.1c",),
)
def days_without_extremes(patch: Patch) -> None:
    """What was gathered of a day is forgotten each time an hour is closed."""
    whole = IntervalBuilder.add

    def add(self: IntervalBuilder, *args: Any) -> Any:
        return [
            structs.replace(record, low=record.high) if record.span == DAY.code else record
            for record in whole(self, *args)
        ]

    patch(IntervalBuilder, "add", add)


@defect(
    "days-by-utc",
    en="days, weeks, months and quarters are cut at midnight UTC",
    zh="日、周、月、季度按 UTC 零时分界",
    clauses=("isc-2/7.3c", "isc-2/7.3d", "csmt/8.2.1d"),
)
def days_by_utc(patch: Patch) -> None:
    """The value of a day is that of the eight hours before it too."""
    whole = IntervalBuilder.add
    last: dict[int, str | None] = {}

    def add(self: IntervalBuilder, *args: Any) -> Any:
        made: list[Any] = []
        for record in whole(self, *args):
            if record.span in (DAY.code, 0) and record.value is not None:
                before, last[record.span] = last.get(record.span), record.value
                record = structs.replace(record, value=record.value if before is None else before)
            made.append(record)
        return made

    patch(IntervalBuilder, "add", add)


@defect(
    "week-from-sunday",
    en="weeks begin on Sunday",
    zh="周从星期日开始",
    clauses=("isc-2/7.3c",),
)
def week_from_sunday(patch: Patch) -> None:
    """The calendar of another country."""
    week = settlement.LONG[0]

    def sunday(day: Any) -> Any:
        return settlement.back(day, (day.weekday() + 1) % 7)

    patch(settlement, "LONG", (settlement.Long(week.name, sunday, week.end), *settlement.LONG[1:]))


@defect(
    "year-of-rounded-months",
    en="a year is added up from what reports print of it, in whole units",
    zh="年累计由取整后的报表数值相加",
    clauses=("csmt/8.2.1e",),
)
def year_of_rounded_months(patch: Patch) -> None:
    """Nobody misses a kilowatt-hour in a year."""
    whole = settlement.totals

    def totals(long: settlement.Long, days: Any) -> Any:
        for each in whole(long, days):
            if long.name == "year" and each.value is not None:
                each = replace(each, value=str(round(float(each.value))))
            yield each

    patch(settlement, "totals", totals)


@defect(
    "seconds-thinned-out",
    en="of readings taken every second only each tenth is stored",
    zh="按秒采集的读数每十个仅存一个",
    clauses=("csmt/8.2.1f",),
)
def seconds_thinned_out(patch: Patch) -> None:
    """The card is small."""
    whole = Store.add_reading

    def add_reading(self: Store, reading: Any, total: Any) -> None:
        if reading.slot_s % 10 == 0:
            whole(self, reading, total)

    patch(Store, "add_reading", add_reading)


@defect(
    "minutes-without-their-last-second",
    en="a minute ends with its last second but one",
    zh="分钟值未计入最后一秒",
    clauses=("csmt/8.2.1f",),
)
def minutes_without_their_last_second(patch: Patch) -> None:
    """The second at the boundary belongs to nobody."""
    whole = IntervalBuilder.add

    def add(self: IntervalBuilder, reading: Any, total: Any, increment: Any, *rest: Any) -> Any:
        made = whole(self, reading, total, increment, *rest)
        if increment is None:
            return made
        return [
            structs.replace(record, value=str(Decimal(record.value) - increment))
            if record.span == 60 and record.value is not None
            else record
            for record in made
        ]

    patch(IntervalBuilder, "add", add)


@defect(
    "milliseconds-run-over",
    en="acquisition stops after 49.7 days without a restart",
    zh="连续运行 49.7 天后停止采集",
    clauses=("isc-2/9.1f",),
)
def milliseconds_run_over(patch: Patch) -> None:
    """The next poll is kept as milliseconds since the start, in 32 bits, and lies in the past of nothing any more."""
    whole = GatewayPoller._poll
    started: dict[int, int] = {}

    async def poll(self: GatewayPoller, meter: MeterPoller) -> None:
        now_ms = self._clock.now_ms()
        if now_ms - started.setdefault(id(self), now_ms) > 0xFFFFFFFF:
            meter.next_s += 10 * 366 * 86_400
        else:
            await whole(self, meter)

    patch(GatewayPoller, "_poll", poll)


@defect(
    "weeks-end-with-the-year",
    en="the week across the end of the year is cut there, and the rest of it is a week of its own",
    zh="跨年周在年末被截断",
    clauses=("isc-2/7.3c",),
)
def weeks_end_with_the_year(patch: Patch) -> None:
    """A week is known by its year and its number, and a year has 52 of them."""
    week = settlement.LONG[0]

    def start(day: Any) -> Any:
        return max(week.start(day), day.replace(month=1, day=1))

    def end(begun: Any) -> Any:
        return min(week.end(week.start(begun)), begun.replace(year=begun.year + 1, month=1, day=1))

    patch(settlement, "LONG", (settlement.Long(week.name, start, end), *settlement.LONG[1:]))
