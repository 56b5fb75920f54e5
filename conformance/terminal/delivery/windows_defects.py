# pyright: reportPrivateUsage=false
"""Defects of daily windows and of orders by hand: times forgotten, buttons that wait, backfills of the wrong range.

Leaves the form of uploads to `platforms` and `delivery`.
"""

# The window is broken where it keeps its own state.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from conformance.defects import Patch, defect
from reference_terminal.model.rows import Pending, Record
from reference_terminal.model.times import DAY_S, MONTH, Span, floor_s
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.storage.outbox import Outbox
from reference_terminal.storage.store import Store
from reference_terminal.uplink.window import DailyWindow
from reference_terminal.web import delivery as orders
from reference_terminal.web.errors import HttpError


@defect(
    "orders-need-the-vendor",
    en="uploads, times and backfills can be ordered by the vendor's service alone",
    zh="上传、设时、补传指令仅供厂家服务使用",
    clauses=("isc-2/7.2.4(2)d", "csmt/7.5b", "isc-2/7.2.4(5)b"),
)
def orders_need_the_vendor(patch: Patch) -> None:
    """A menu behind a password that the operator is not given."""

    def refuse(self: orders.DeliveryApi, fields: dict[str, str]) -> Any:
        raise HttpError(403, "not permitted", "无权限")

    for name in ("upload", "set_upload_time", "backfill"):
        patch(orders.DeliveryApi, name, refuse)


@defect(
    "orders-leave-no-trace",
    en="what an operator orders is not in the log",
    zh="操作员指令不记日志",
    clauses=("isc-2/7.2.4(2)d", "csmt/7.5b", "isc-2/7.2.4(5)b"),
)
def orders_leave_no_trace(patch: Patch) -> None:
    """The audit log knows settings of the measuring side only."""
    patch(orders.DeliveryApi, "_order", lambda self, message, centre, /, **fields: None)


@defect(
    "one-report-a-day",
    en="of several reports a day that are set the first alone is made",
    zh="设定每日多次报送，只执行第一次",
    clauses=("csmt/7.5c",),
)
def one_report_a_day(patch: Patch) -> None:
    """A list read to its first comma."""
    own = patch(DailyWindow, "_times_s", lambda self: own(self)[:1])  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "every-report-is-of-the-day-before",
    en="each of several reports a day carries the day before only",
    zh="每日多次报送均只含前一日数据",
    clauses=("csmt/7.5c",),
)
def every_report_is_of_the_day_before(patch: Patch) -> None:
    """The border of the daily set, whatever the number of reports."""

    def border(self: DailyWindow, now_s: int) -> int:
        return floor_s(own(self, now_s), DAY_S)

    own = patch(DailyWindow, "border_s", border)


@defect(
    "window-time-in-memory",
    en="the upload time that was set is forgotten with the power",
    zh="断电后丢失已设定的上传时间",
    clauses=("isc-2/7.2.4(2)a",),
)
def window_time_in_memory(patch: Patch) -> None:
    """The setting is kept until the next start."""

    def keep(self: Store, scope: str, name: str, value: str) -> None:
        if name != "upload_time":
            own(self, scope, name, value)

    own = patch(Store, "keep_setting", keep)


@defect(
    "time-set-by-hand-stands",
    en="once an operator has set the upload time that of the platform is not taken over",
    zh="人工设定上传时间后不再采用平台下发的时间",
    clauses=("isc-2/7.2.4(2)c",),
)
def time_set_by_hand_stands(patch: Patch) -> None:
    """Somebody wanted it so."""
    by_hand: list[str] = []

    def set_(self: orders.DeliveryApi, fields: dict[str, str]) -> Any:
        by_hand.append("now")
        try:
            return own(self, fields)
        finally:
            by_hand[-1] = "before"

    def keep(self: CentreSettings, name: str, value: int | str) -> bool:
        return True if name == "upload_time" and by_hand[-1:] == ["before"] else kept(self, name, value)

    own = patch(orders.DeliveryApi, "set_upload_time", set_)
    kept = patch(CentreSettings, "keep", keep)


@defect(
    "window-opens-on-the-next-minute-but-one",
    en="the upload begins two minutes after the time that was set",
    zh="到点后 2 分钟才开始上传",
    clauses=("isc-2/7.2.4(2)a",),
)
def window_opens_on_the_next_minute_but_one(patch: Patch) -> None:
    """A scheduler that looks every minute, and a line that is dialled first."""

    def is_open(self: DailyWindow, now_s: int) -> bool:
        return own(self, now_s) and (now_s - self.opening_s(now_s) >= 120 or self.is_ordered(now_s))

    own = patch(DailyWindow, "is_open", is_open)


@defect(
    "window-never-closes",
    en="a window that has opened once stays open",
    zh="窗口一经打开不再关闭",
    clauses=("isc-2/7.2.4(2)a", "csmt/7.5d"),
)
def window_never_closes(patch: Patch) -> None:
    """The setting of the window is stored and never read."""
    patch(DailyWindow, "is_open", lambda self, now_s: True)
    patch(DailyWindow, "border_s", lambda self, now_s: now_s)


@defect(
    "button-waits-for-the-window",
    en="an upload ordered by hand waits for the next window",
    zh="人工上传指令等到下一窗口才执行",
    clauses=("csmt/7.5e",),
)
def button_waits_for_the_window(patch: Patch) -> None:
    """The button sets a mark that the scheduler reads when it wakes."""
    patch(DailyWindow, "order", lambda self: None)


@defect(
    "only-yesterday-goes-out",
    en="a window takes yesterday's periods only: what an earlier one missed waits a week",
    zh="窗口只上传昨日数据，更早积压滞留",
    clauses=("isc-2/7.2.4(5)a",),
)
def only_yesterday_goes_out(patch: Patch) -> None:
    """A query by date where one by state was meant."""

    def may_try(self: Outbox, item: Pending) -> bool:
        late = self.window is not None and item.end_s <= self.window.border_s(self._clock.now_s()) - DAY_S
        return own(self, item) and not late

    own = patch(Outbox, "may_try", may_try)


@defect(
    "window-too-short-for-a-day",
    en="one period every two minutes goes out, so that a day does not fit into its window",
    zh="每两分钟只上传一个时段，窗口内传不完一日数据",
    clauses=("isc-2/7.2.4(2)a", "csmt/7.5d", "isc-2/7.2.4(5)a"),
)
def window_too_short_for_a_day(patch: Patch) -> None:
    """A loop that wakes up every two minutes and takes one row."""
    last_s: dict[str, int] = {}

    def rests(self: Outbox) -> bool:
        return self.window is not None and self._clock.now_s() - last_s.get(self.centre, 0) < 120

    def due(self: Outbox, stream: str) -> Pending | None:
        return None if rests(self) else one(self, stream)

    def batch(self: Outbox, most: int) -> list[Pending]:
        return [] if rests(self) else some(self, 1)

    def begin(self: Outbox, item: Pending) -> None:
        last_s[self.centre] = self._clock.now_s()
        own(self, item)

    one, some = patch(Outbox, "due", due), patch(Outbox, "batch", batch)
    own = patch(Outbox, "begin", begin)


@defect(
    "no-monthly-set",
    en="months are settled and never uploaded",
    zh="月值已结算但不上传",
    clauses=("isc-2/7.2.4(1)b",),
)
def no_monthly_set(patch: Patch) -> None:
    """The list of uploads was made in the first month of a project."""

    def spans(self: CentreSettings) -> list[Span]:
        return [span for span in own(self) if span != MONTH]

    own = patch(CentreSettings, "spans", spans)


@defect(
    "months-in-whole-numbers",
    en="a month's value is uploaded in whole numbers",
    zh="月值上传时舍去小数",
    clauses=("isc-2/7.2.4(1)b",),
)
def months_in_whole_numbers(patch: Patch) -> None:
    """Nobody pays for the tenth of a kilowatt-hour in a month."""
    whole = Store.period

    def period(self: Store, span: int, start_s: int) -> dict[int, Record]:
        found = whole(self, span, start_s)
        if span != MONTH.code:
            return found
        return {
            number: record if record.value is None else replace(record, value=record.value.partition(".")[0])
            for number, record in found.items()
        }

    patch(Store, "period", period)


@defect(
    "backfill-of-what-is-pending",
    en="a backfill by hand sends what is still queued, not what was ordered",
    zh="人工补传只发送队列中尚未送达的数据",
    clauses=("isc-2/7.2.4(5)b",),
)
def backfill_of_what_is_pending(patch: Patch) -> None:
    """The order is taken for another word for upload."""

    def enqueue(self: Store, items: list[Pending], again: bool = False) -> None:
        if not again:
            own(self, items, again=again)

    own = patch(Store, "enqueue", enqueue)


@defect(
    "backfill-of-the-whole-store",
    en="a backfill by hand sends everything that is stored",
    zh="人工补传不分范围，全部重发",
    clauses=("isc-2/7.2.4(5)b",),
)
def backfill_of_the_whole_store(patch: Patch) -> None:
    """The range of the form is not handed on."""

    def periods(self: Store, span: int, from_s: int, to_s: int) -> list[int]:
        return own(self, span, 0, 1 << 40)

    own = patch(Store, "periods", periods)
