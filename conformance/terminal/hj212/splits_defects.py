# pyright: reportPrivateUsage=false
"""Defects of split uploads: what becomes of a set when the path fails between its parts.

Leaves form and order of parts to `protocol`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.hj212.message import Message
from reference_terminal.model.rows import Pending
from reference_terminal.uplink.hj212.link import CentreLink


@defect(
    "first-part-counts-for-the-set",
    en="a set whose first part was acknowledged counts as delivered when the path fails",
    zh="首个分包得到应答后链路中断，整组即视为送达",
    clauses=("isc-2/7.2.3-B(6)c", "csmt/7.6a"),
)
def first_part_counts_for_the_set(patch: Patch) -> None:
    """The pointer into the queue moves with the first receipt, before the rest has gone."""
    answered: dict[str, bool] = {}

    async def exchange(self: CentreLink, message: Message, expected: str = "9014") -> bool:
        done = await own(self, message, expected)
        answered[self.config.id] = answered.get(self.config.id, False) or done
        return done

    async def deliver(self: CentreLink, item: Pending) -> bool:
        answered[self.config.id] = False
        try:
            return await whole(self, item)
        except (Exception, asyncio.CancelledError):
            if answered[self.config.id]:
                self.outbox.delivered(item)
            raise

    own = patch(CentreLink, "exchange", exchange)
    whole = patch(CentreLink, "deliver", deliver)


@defect(
    "interrupted-set-sent-thrice",
    en="a set that was interrupted is sent three times over afterwards",
    zh="中断过的分包组恢复后整组发送三遍",
    clauses=("isc-2/7.2.4(4)a",),
)
def interrupted_set_sent_thrice(patch: Patch) -> None:
    """Certainty by repetition: whoever was cut off once is not trusted to have arrived."""
    broken: dict[tuple[str, int, int], int] = {}

    async def deliver(self: CentreLink, item: Pending) -> bool:
        key = (self.config.id, item.span, item.start_s)
        times = broken.pop(key, 1)
        done: Any = False
        try:
            for _ in range(times):
                done = await own(self, item)
        except (Exception, asyncio.CancelledError):
            broken[key] = 3
            raise
        return done

    own = patch(CentreLink, "deliver", deliver)
