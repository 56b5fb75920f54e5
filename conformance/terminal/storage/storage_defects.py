# pyright: reportPrivateUsage=false
"""Defects of storage: what is not durable, what is lost or spoiled by lost power, what comes back too late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from conformance.defects import Patch, defect
from conformance.defects.seams import at_opening
from reference_terminal.acquisition.poller import GatewayPoller, MeterPoller
from reference_terminal.assembly import Terminal
from reference_terminal.model import numbers
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY_S, Span, floor_s
from reference_terminal.operations.housekeeping import Housekeeping
from reference_terminal.processing.interval import Boundary, IntervalBuilder
from reference_terminal.processing.pipeline import Pipeline, PointState
from reference_terminal.storage import database
from reference_terminal.storage.store import Store
from reference_terminal.web import api

_KEPT = ("isc-2/7.2.3e", "csmt/7.6b")
_TWO_DAYS = ("isc-2/9.2a", *_KEPT)


@defect(
    "never-synced",
    en="the database leaves syncing to the operating system",
    zh="数据库不强制落盘，完全依赖操作系统",
    clauses=_KEPT,
)
def never_synced(patch: Patch) -> None:
    """PRAGMA synchronous=OFF, found to be faster: what was readable a moment ago is gone with the power."""
    whole = database.configure

    def configure(connection: apsw.Connection) -> None:
        whole(connection)
        connection.execute("PRAGMA synchronous=OFF")

    patch(database, "configure", configure)


@defect(
    "hour-begun-anew",
    en="after a start the last hour is recorded from the beginning",
    zh="上电后清除最近一小时记录重新开始",
    clauses=_KEPT,
)
def hour_begun_anew(patch: Patch) -> None:
    """The hour under way stands in a file of its own, which is created, and so emptied, at start."""
    at_opening(patch, "DELETE FROM record WHERE end_s > (SELECT max(end_s) FROM record WHERE span<=900) - 3600")


@defect(
    "written-every-ten-minutes",
    en="readings and records are written every ten minutes to spare the flash",
    zh="为保护闪存每十分钟才落盘一次",
    clauses=_KEPT,
)
def written_every_ten_minutes(patch: Patch) -> None:
    """What stands in memory is lost with the power, and not seen before at the local interface either."""

    def touch(self: Store) -> None:
        if self._timer is None and not self._closed:
            self._timer = self._loop.call_later(600, self._flush_by_timer)

    patch(Store, "touch", touch)


@defect(
    "records-then-queue",
    en="records and the centres' queues are written in separate transactions",
    zh="记录与待传队列分两个事务写入",
    clauses=_KEPT,
)
def records_then_queue(patch: Patch) -> None:
    """Power lost between the two leaves records that no centre will ever be sent."""
    whole = Store.commit

    def commit(self: Store) -> None:
        steps, self._steps = self._steps, []
        try:
            whole(self)
        finally:
            self._steps = steps
        gathered = self._readings, self._anchors, self._records
        self._readings, self._anchors, self._records = [], {}, []
        try:
            whole(self)
        except apsw.Error:
            self._readings, self._anchors, self._records = gathered
            raise

    patch(Store, "commit", commit)


@defect(
    "no-journal",
    en="the database is written without a journal",
    zh="数据库写入不使用日志",
    clauses=_KEPT,
)
def no_journal(patch: Patch) -> None:
    """PRAGMA journal_mode=OFF: power lost in the middle of a commit leaves half of it."""

    def configure(connection: apsw.Connection) -> None:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-8000")

    patch(database, "configure", configure)


@defect(
    "resumes-on-the-hour",
    en="after power returns acquisition waits for the next full hour",
    zh="来电后等到下一整点才恢复采集",
    clauses=_TWO_DAYS,
)
def resumes_on_the_hour(patch: Patch) -> None:
    """So that no hour is begun in the middle."""
    whole = Terminal.first_slot

    def first_slot(self: Terminal, meter: int, period_s: int) -> int:
        slot_s = whole(self, meter, period_s)
        if self.pipeline.resolved_s.get(meter) is None:
            return slot_s
        return floor_s(self.clock.now_s(), 3600) + 3600

    patch(Terminal, "first_slot", first_slot)


@defect(
    "waits-for-a-person-after-a-day",
    en="after more than a day without power the terminal waits to be confirmed by a person",
    zh="断电超过一天后须人工确认方可恢复采集",
    clauses=_TWO_DAYS,
)
def waits_for_a_person_after_a_day(patch: Patch) -> None:
    """The clock may have lost its battery, so nothing starts by itself."""
    whole = Terminal.first_slot

    def first_slot(self: Terminal, meter: int, period_s: int) -> int:
        last_s = self.pipeline.resolved_s.get(meter)
        now_s = self.clock.now_s()
        if last_s is not None and now_s - last_s > DAY_S:
            self.pipeline.resolved_s[meter] = now_s
            return now_s + 365 * DAY_S
        return whole(self, meter, period_s)

    def stays(self: GatewayPoller, meter: MeterPoller, now_s: int) -> bool:
        return False

    patch(Terminal, "first_slot", first_slot)
    patch(GatewayPoller, "went_back", stays)


@defect(
    "period-opened-by-power-up",
    en="the first reading after power returns opens the current period, unmarked",
    zh="来电后首次读数作为当前时段起点且无标记",
    clauses=("isc-2/7.2.3-A(2)a", *_KEPT),
)
def period_opened_by_power_up(patch: Patch) -> None:
    """Openings live in memory only; what the meter counted before the cut is missing from the period."""
    restore = Pipeline._restore_span
    whole = IntervalBuilder.add

    def restored(self: Pipeline, state: PointState, span: Span, last_s: int, *, fresh: bool) -> None:
        restore(self, state, span, last_s, fresh=fresh)
        state.builder.open[-1].opening = None

    def add(
        self: IntervalBuilder, reading: Reading, total: Any, increment: Any, skipped: str, broken: bool
    ) -> list[Record]:
        if self.counter and total is not None and reading.value is not None:
            for each in self.open:
                if each.opening is None and reading.slot_s < each.end_s:
                    each.opening = Boundary(numbers.text(reading.value), total)
        return whole(self, reading, total, increment, skipped, broken)

    patch(Pipeline, "_restore_span", restored)
    patch(IntervalBuilder, "add", add)


@defect(
    "kept-for-six-hours",
    en="minute values are deleted after six hours",
    zh="分钟数据仅保存六小时",
    clauses=("isc-2/7.2.3e", "isc-2/7.2.3-A(2)a", "isc-2/9.2a"),
)
def kept_for_six_hours(patch: Patch) -> None:
    """The days of the setting are taken for quarters of a day."""
    patch(Housekeeping, "raw_border_s", lambda self, now_s: now_s - DAY_S // 4)


@defect(
    "records-shown-without-decimals",
    en="stored records lose their decimals",
    zh="本地存储记录丢失小数",
    clauses=("isc-2/7.2.3e", "isc-2/7.2.3-A(2)a"),
)
def records_shown_without_decimals(patch: Patch) -> None:
    """The column of the archive is of type integer; the centres are served from memory."""
    whole = api._record

    def shown(state: PointState, row: Record) -> dict[str, Any]:
        value = None if row.value is None else row.value.partition(".")[0]
        return whole(state, msgspec.structs.replace(row, value=value))

    patch(api, "_record", shown)


@defect(
    "last-value-rewritten-after-start",
    en="after a start the records of the open day are made again from what is in memory",
    zh="上电后用内存数据重写当日记录",
    clauses=("isc-2/7.2.3e", "isc-2/9.2a"),
)
def last_value_rewritten_after_start(patch: Patch) -> None:
    """Recovery writes noughts over what was good."""
    at_opening(
        patch,
        "UPDATE record SET value='0' WHERE value IS NOT NULL"
        " AND span=60 AND start_s >= (SELECT max(start_s) FROM record) - 1800",
    )


@defect(
    "first-minutes-not-queued",
    en="periods of the first ten minutes after a start are kept and never sent",
    zh="上电后十分钟内的时段仅本地保存而不上传",
    clauses=("isc-2/9.2a", "isc-2/7.2.4(1)e"),
)
def first_minutes_not_queued(patch: Patch) -> None:
    """The uplink registers for new periods only once it has been up for a while."""
    whole, restore = Pipeline._complete, Pipeline.restore
    started: list[int] = [0]

    def restored(self: Pipeline, spans: Sequence[Span], now_s: int) -> None:
        restore(self, spans, now_s)
        started[0] = now_s

    def complete(self: Pipeline, span: Span, start_s: int, end_s: int) -> None:
        if end_s > started[0] + 600:
            whole(self, span, start_s, end_s)

    patch(Pipeline, "restore", restored)
    patch(Pipeline, "_complete", complete)
