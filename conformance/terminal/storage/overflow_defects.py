# pyright: reportPrivateUsage=false
"""Defects of a full buffer: no alarm or a late one, the wrong end given up, no word of it.

Leaves outages that the buffer bridges to `delivery`.
"""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from conformance.defects.seams import hides_events, leaves_standing
from reference_terminal.assembly import Terminal
from reference_terminal.model.rows import Gap, Pending
from reference_terminal.model.times import Span
from reference_terminal.operations import housekeeping, messages
from reference_terminal.storage.outbox import Outbox
from reference_terminal.storage.store import Store

_CLAUSES = ("isc-2/7.2.4(5)a",)


@defect(
    "alarm-when-it-is-too-late",
    en="the alarm of a filling buffer comes when it is full",
    zh="缓存已满才告警",
    clauses=_CLAUSES,
)
def alarm_when_it_is_too_late(patch: Patch) -> None:
    """A threshold of 100 percent."""
    patch(housekeeping, "ALARM_PERCENT", 100)


@defect(
    "filling-stands-for-ever",
    en="the alarm of a filling buffer stands on when nothing waits any more",
    zh="缓存排空后，缓存将满告警一直不解除",
    clauses=(*_CLAUSES, "isc-2/8.2c"),
)
def filling_stands_for_ever(patch: Patch) -> None:
    """It was full once."""
    leaves_standing(patch, messages.QUEUE_FILLING)


@defect(
    "gives-up-without-a-gap",
    en="periods are given up without a recorded gap",
    zh="放弃时段而不登记缺口",
    clauses=_CLAUSES,
)
def gives_up_without_a_gap(patch: Patch) -> None:
    """The queue deletes what is old, and nobody else learns of it."""

    def keep(self: Store, gap: Gap) -> None:
        if gap.kind != "centre":
            own(self, gap)

    own = patch(Store, "keep_gap", keep)


@defect(
    "gives-up-without-a-word",
    en="giving up periods is not in the log",
    zh="放弃时段不记日志",
    clauses=_CLAUSES,
)
def gives_up_without_a_word(patch: Patch) -> None:
    """A log level that hides what is expected."""
    hides_events(patch, lambda kind, en: kind == "queue overflow")


@defect(
    "says-given-up-what-is-kept",
    en="the log says of old periods that they were given up, and they stay in the queue and are delivered",
    zh="日志称较早时段已放弃，实则仍在队列并照常送达",
    clauses=_CLAUSES,
)
def says_given_up_what_is_kept(patch: Patch) -> None:
    """The statement that takes them out of the queue is lost."""
    patch(Outbox, "give_up", lambda self, lost, cause: None)


@defect(
    "full-buffer-takes-nothing-new",
    en="a full buffer takes no new periods and keeps the old ones",
    zh="缓存满后不再接收新时段",
    clauses=_CLAUSES,
)
def full_buffer_takes_nothing_new(patch: Patch) -> None:
    """A queue of fixed length that refuses at its tail."""
    full: dict[str, Any] = {}

    def queue(self: Terminal, span: Span, start_s: int, end_s: int) -> None:
        full.update({name: box for name, box in self.outboxes.items() if box.fill_percent() >= 99})
        kept = self.store.enqueue

        def enqueue(items: list[Pending], again: bool = False) -> None:
            for item in items:
                if item.centre in full:
                    number = self.store.next_gap_number()
                    gap = Gap("centre", item.centre, item.start_s, item.end_s, 1, "buffer full", number=number)
                    self.store.keep_gap(gap)
            kept([item for item in items if item.centre not in full], again=again)

        self.store.enqueue = enqueue  # type: ignore[method-assign]
        own(self, span, start_s, end_s)
        self.store.enqueue = kept  # type: ignore[method-assign]

    own = patch(Terminal, "queue_period", queue)
    patch(Outbox, "expire", lambda self: [])
