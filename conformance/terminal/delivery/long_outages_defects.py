# pyright: reportPrivateUsage=false
"""Defects of long backlogs: what is old is left behind at a restart, what is new waits for it."""

from __future__ import annotations

import asyncio

from conformance.defects import Patch, defect
from reference_terminal.model.clock import WallClock
from reference_terminal.model.rows import Pending
from reference_terminal.storage.outbox import BACKFILL, Outbox
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212.link import CentreLink


@defect(
    "old-backlog-left-behind-at-restart",
    en="a restart takes up again what the last day left undelivered, and nothing older",
    zh="重启后仅恢复最近一日的未送达数据",
    clauses=("isc-2/7.2.4(5)a", "csmt/7.6b"),
)
def old_backlog_left_behind_at_restart(patch: Patch) -> None:
    """The queue is rebuilt from yesterday's and today's files."""
    whole = Outbox.__init__

    def init(self: Outbox, centre: str, buffer_h: int, store: Store, clock: WallClock) -> None:
        whole(self, centre, buffer_h, store, clock)
        store.write("DELETE FROM outbox WHERE centre=? AND end_s<?", (centre, clock.now_s() - 86_400))

    patch(Outbox, "__init__", init)


@defect(
    "one-exchange-at-a-time",
    en="a live value waits until twenty waiting ones before it have been answered",
    zh="实时数据须等待其前 20 条补传应答后才发送",
    clauses=("isc-2/7.3h",),
)
def one_exchange_at_a_time(patch: Patch) -> None:
    """Live values go in between batches: no matter while answers are quick."""
    whole = CentreLink.deliver

    async def deliver(self: CentreLink, item: Pending) -> bool:
        late = self.outbox.due(BACKFILL)
        if late is not None and self._clock.now_s() - item.end_s < 120:
            await asyncio.sleep(20 * 8)
        return await whole(self, item)

    patch(CentreLink, "deliver", deliver)


@defect(
    "delay-grows-with-the-queue",
    en="the longer the queue, the later a live value goes",
    zh="积压越长，实时数据发送越迟",
    clauses=("isc-2/7.3h",),
)
def delay_grows_with_the_queue(patch: Patch) -> None:
    """The queue is searched from its beginning for what is new."""
    whole = CentreLink.deliver

    async def deliver(self: CentreLink, item: Pending) -> bool:
        if self._clock.now_s() - item.end_s < 120:
            waiting = self.outbox._store.connection.execute("SELECT count(*) FROM outbox").get
            await asyncio.sleep(int(waiting) * 0.05)
        return await whole(self, item)

    patch(CentreLink, "deliver", deliver)
