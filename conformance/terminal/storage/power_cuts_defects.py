# pyright: reportPrivateUsage=false
"""Defects seen when power fails on a record's way: struck off before its answer, settled in memory only.

Leaves the store's own durability to `storage` and the queue as such to `delivery`.
"""

# The queue is broken where it keeps its own state.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio

from conformance.defects import Patch, defect
from reference_terminal.model.rows import Pending
from reference_terminal.processing.pipeline import Pipeline
from reference_terminal.storage.outbox import Outbox
from reference_terminal.uplink.hj212.link import CentreLink


@defect(
    "struck-off-when-written",
    en="a period leaves the durable queue when it is written to the line; only memory knows that it is unanswered",
    zh="写入链路时即从持久队列删除，未应答状态仅存于内存",
    clauses=("csmt/7.6b", "isc-2/7.2.4(3)b"),
)
def struck_off_when_written(patch: Patch) -> None:
    """Sending and deleting share one transaction, and what fails is put back when somebody is there to do it."""

    async def deliver(self: CentreLink, item: Pending) -> bool:
        self.outbox.mark_sent(item)
        done = False
        try:
            done = await own(self, item)
        except (Exception, asyncio.CancelledError):
            self._store.enqueue([item], again=True)
            self._store.flush()
            raise
        if not done:
            self._store.enqueue([item], again=True)
            self._store.flush()
        return done

    own = patch(CentreLink, "deliver", deliver)


@defect(
    "settled-in-memory",
    en="acknowledgements are written down by the thirty: those in memory are forgotten with the power",
    zh="应答满 30 条才落盘，断电后已应答记录重发",
    clauses=("isc-2/7.2.4(3)b",),
)
def settled_in_memory(patch: Patch) -> None:
    """Flash wear saved: one transaction for many receipts."""
    waiting: dict[int, list[Pending]] = {}

    def mark_sent(self: Outbox, item: Pending) -> bool:
        batch = waiting.setdefault(id(self), [])
        batch.append(item)
        if len(batch) < 30:
            return False
        for each in batch:
            own(self, each)
            self._in_flight.pop((each.span, each.start_s), None)
        batch.clear()
        return True

    own = patch(Outbox, "mark_sent", mark_sent)


@defect(
    "samples-before-a-restart-forgotten",
    en="the mean of a period under way is made of what was read since the last start alone",
    zh="重启后时段均值只计入重启后的读数",
    clauses=("isc-2/7.3.1e",),
)
def samples_before_a_restart_forgotten(patch: Patch) -> None:
    """Sums stand in memory; a start begins new ones."""
    patch(Pipeline, "_restore_samples", lambda self, state, opened, last_s: None)
