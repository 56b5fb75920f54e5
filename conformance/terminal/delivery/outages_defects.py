# pyright: reportPrivateUsage=false
"""Defects of delivery over an outage: how long the buffer lasts, what goes first, what power takes with it.

Leaves what is sent and how it is sent again to `delivery`, and a buffer that overflows to `overflow`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.acquisition.poller import GatewayPoller
from reference_terminal.model.rows import Pending
from reference_terminal.storage import outbox as outboxes
from reference_terminal.storage.outbox import BACKFILL, LIVE, Outbox
from reference_terminal.uplink.hj212.link import CentreLink


@defect(
    "buffer-of-one-day",
    en="undelivered records are kept for 24 h only",
    zh="未送达数据仅缓存 24 h",
    clauses=("ssea/5.2.2.3a", "ssea/5.2.2.3b", "cpcif/8.3b-2", "isc-2/7.2.4(5)a"),
)
def buffer_of_one_day(patch: Patch) -> None:
    """A ring buffer sized for the usual outage, not for the declared one."""

    def expire(self: Outbox) -> list[Pending]:
        self._buffer_s = 86_400
        return declared(self)

    declared = patch(Outbox, "expire", expire)


@defect(
    "one-queue-oldest-first",
    en="live values wait behind the whole backlog, which is sent at one record in ten seconds",
    zh="实时数据排在积压之后，积压每 10 s 补传一条",
    clauses=("isc-2/7.2.4(5)a",),
)
def one_queue_oldest_first(patch: Patch) -> None:
    """One queue, strictly first in first out, and a backfill that goes easy on the server."""

    def due(self: Outbox, stream: str) -> Pending | None:
        if stream == LIVE:
            return None
        oldest = [*sound(self, BACKFILL), *sound(self, LIVE)]
        waiting = [item for item in oldest if self.may_try(item)]
        return waiting[0] if waiting else None

    async def easy(self: CentreLink, item: Pending) -> bool:
        late = self._clock.now_s() - item.end_s > outboxes.LIVE_AGE_S
        done = await deliver(self, item)
        if late:
            await asyncio.sleep(10)
        return done

    sound = Outbox._waiting
    deliver = patch(CentreLink, "deliver", easy)
    patch(Outbox, "due", due)


@defect(
    "break-point-kept-by-the-hundred",
    en="deliveries are noted only after a hundred of them: a cut sends all of them again",
    zh="每送达 100 条才记录断点，断网后整批重发",
    clauses=("cpcif/8.3b-3",),
)
def break_point_kept_by_the_hundred(patch: Patch) -> None:
    """Flash wear saved: the pointer into the queue is written once per batch and lost with the session."""
    noted: dict[str, list[Pending]] = {}

    def delivered(self: Outbox, item: Pending) -> None:
        batch = noted.setdefault(self.centre, [])
        batch.append(item)
        if len(batch) >= 100:
            for each in batch:
                one(self, each)
            batch.clear()

    async def session(self: CentreLink, line: Any) -> bool:
        for each in noted.pop(self.config.id, []):
            self.outbox._in_flight.pop((each.span, each.start_s), None)
        return await sound(self, line)

    one = patch(Outbox, "delivered", delivered)
    sound = patch(CentreLink, "_session", session)


@defect(
    "queue-in-memory",
    en="the queue of undelivered records is lost with the power",
    zh="断电后未送达队列丢失",
    clauses=("csmt/7.6b",),
)
def queue_in_memory(patch: Patch) -> None:
    """Records are on disk, the list of those still to be sent is not."""

    def __init__(self: Outbox, *arguments: Any, **named: Any) -> None:
        sound(self, *arguments, **named)
        self._store.write("DELETE FROM outbox WHERE centre=?", (self.centre,))
        self._store.flush()

    sound = patch(Outbox, "__init__", __init__)


@defect(
    "slow-self-test",
    en="after power returns a self-test of twelve minutes runs before acquisition",
    zh="来电后自检 12 分钟才开始采集",
    clauses=("csmt/7.6b",),
)
def slow_self_test(patch: Patch) -> None:
    """The file system is checked at every unclean start."""

    async def run(self: GatewayPoller) -> None:
        if self._sink.resolved_s:  # pyright: ignore[reportAttributeAccessIssue]
            await asyncio.sleep(720)
        await sound(self)

    sound = patch(GatewayPoller, "run", run)
