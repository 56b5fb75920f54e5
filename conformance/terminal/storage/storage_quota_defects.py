# pyright: reportPrivateUsage=false
"""Defects of a full store: its bound ignored, delivered data kept while what waits goes, no word of either.

Leaves buffers bounded by time to `overflow`.
"""

from __future__ import annotations

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events
from reference_terminal.model.messages import Alarm, Text
from reference_terminal.model.rows import Gap, Pending
from reference_terminal.operations.housekeeping import Housekeeping
from reference_terminal.operations.messages import QUEUE_OVERFLOW, STORE_FILLING, STORE_OVERFLOW
from reference_terminal.storage.bound import Bound
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

_CLAUSES = ("isc-2/7.2.4(5)a",)


@defect(
    "store-has-no-bound",
    en="the store grows beyond the room that was set",
    zh="存储超出设定容量继续增长",
    clauses=_CLAUSES,
)
def store_has_no_bound(patch: Patch) -> None:
    """The setting is read and used nowhere: looked at far too late."""
    own = patch(Bound, "percent", lambda self: own(self) // 2)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "store-fills-without-alarm",
    en="nobody is told that the store fills",
    zh="存储将满不告警",
    clauses=_CLAUSES,
)
def store_fills_without_alarm(patch: Patch) -> None:
    """An alarm for queues, none for the store."""

    def put_alarm(self: Journal, alarm: Alarm, subject: str, text: Text) -> None:
        if alarm != STORE_FILLING:
            own(self, alarm, subject, text)

    own = patch(Journal, "put_alarm", put_alarm)


@defect(
    "oldest-go-delivered-or-not",
    en="a full store overwrites the oldest records, delivered or not",
    zh="存储写满即按时间覆盖，不区分是否已送达",
    clauses=_CLAUSES,
)
def oldest_go_delivered_or_not(patch: Patch) -> None:
    """A ring buffer: what waits and is older goes with the rest, each with its gap."""

    def drop(self: Bound, border_s: int) -> None:
        older = self._store.connection.execute(
            "SELECT centre, span, start_s, end_s FROM outbox WHERE start_s<? AND span>0 AND span<86400", (border_s,)
        )
        waiting = [Pending(*row) for row in older]
        for outbox in self._outboxes:
            outbox.give_up([item for item in waiting if item.centre == outbox.centre], "store full")
        self._store.flush()
        own(self, border_s)

    own = patch(Bound, "_drop", drop)


@defect(
    "full-store-gives-up-the-latest",
    en="a full store gives up the latest periods that wait",
    zh="存储写满时丢弃最新的未送达时段",
    clauses=_CLAUSES,
)
def full_store_gives_up_the_latest(patch: Patch) -> None:
    """A stack where a queue was meant."""

    def give_up(self: Bound, protected_s: int) -> list[Pending]:
        rows = self._store.connection.execute(
            "SELECT centre, span, start_s, end_s FROM outbox WHERE end_s<? AND span>0 AND span<86400"
            " ORDER BY end_s DESC LIMIT 20",
            (protected_s,),
        )
        latest = [Pending(*row) for row in rows]
        for outbox in self._outboxes:
            outbox.give_up([item for item in latest if item.centre == outbox.centre], "store full")
        return latest if latest and self._store.flush() else []

    patch(Bound, "_give_up", give_up)


@defect(
    "full-store-leaves-no-gap",
    en="periods that a full store gives up leave no gap",
    zh="存储写满放弃的时段不登记缺口",
    clauses=_CLAUSES,
)
def full_store_leaves_no_gap(patch: Patch) -> None:
    """They were never there."""

    def keep(self: Store, gap: Gap) -> None:
        if gap.cause != "store full":
            own(self, gap)

    own = patch(Store, "keep_gap", keep)


@defect(
    "full-store-says-nothing",
    en="the log says nothing of what a full store gives up",
    zh="存储写满放弃数据不记日志",
    clauses=_CLAUSES,
)
def full_store_says_nothing(patch: Patch) -> None:
    """Housekeeping is nobody's business."""
    hides_events(patch, lambda kind, en: kind in (QUEUE_OVERFLOW.kind, STORE_OVERFLOW.kind))


@defect(
    "full-store-forgets-the-queue",
    en="a full store deletes records that wait, so that nothing of them is ever sent",
    zh="存储写满时删除待送记录，此后无从补传",
    clauses=_CLAUSES,
)
def full_store_forgets_the_queue(patch: Patch) -> None:
    """Rows of the queue outlive the records that they point at."""
    patch(Bound, "_delivered", lambda self: "1")  # pyright: ignore[reportUnknownLambdaType]
    patch(Bound, "_names", lambda self: [])  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "nothing-looks-after-the-bounds",
    en="what looks after the bounds of store and queues has died, and nobody notices",
    zh="维护存储与队列上限的任务已停止且无人察觉",
    clauses=_CLAUSES,
)
def nothing_looks_after_the_bounds(patch: Patch) -> None:
    """There is room enough, for a while."""
    patch(Housekeeping, "look", lambda self: None)


@defect(
    "overwriting-told-without-any",
    en="the log says every day that delivered data were overwritten, though the store is nearly empty",
    zh="存储未满，日志仍每日记录数据被覆盖",
    clauses=_CLAUSES,
)
def overwriting_told_without_any(patch: Patch) -> None:
    """The instant of what went is compared with nothing."""

    def relieve(self: Bound, now_s: int) -> tuple[int, list[Pending]]:
        before_s, lost = own(self, now_s)
        return before_s or 1, lost

    own = patch(Bound, "relieve", relieve)
