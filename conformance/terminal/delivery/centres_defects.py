# pyright: reportPrivateUsage=false
"""Defects of several centres: one that fails drags the others along, or is never served at all.

Leaves delivery to one centre to `delivery`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.assembly import Terminal
from reference_terminal.model.rows import Pending
from reference_terminal.storage.outbox import Outbox
from reference_terminal.uplink.hj212.link import CentreLink


def _family(patch: Patch) -> dict[str, Outbox]:
    """The outboxes of the running terminal by centre, in the order of the configuration."""
    family: dict[str, Outbox] = {}

    def __init__(self: Outbox, *arguments: Any, **named: Any) -> None:
        sound(self, *arguments, **named)
        family[self.centre] = self

    sound = patch(Outbox, "__init__", __init__)
    return family


@defect(
    "in-step-with-all-centres",
    en="the next period goes to a centre only when the centres after it have acknowledged the one before",
    zh="须其后各中心应答后才发送下一时段",
    clauses=("isc-2/7.2.4(3)a",),
)
def in_step_with_all_centres(patch: Patch) -> None:
    """One queue with one pointer for all centres: the slowest sets the pace."""
    family = _family(patch)

    def due(self: Outbox, stream: str) -> Pending | None:
        item = own(self, stream)
        behind = list(family).index(self.centre) + 1
        for other in list(family.values())[behind:]:
            waiting = other.counts()["oldest_end_s"]
            if item is not None and waiting is not None and waiting < item.end_s:
                return None
        return item

    own = patch(Outbox, "due", due)


@defect(
    "all-centres-or-none",
    en="a period that one centre does not acknowledge at once is dropped for the others too",
    zh="一个中心未及时应答，该时段对其他中心也一并丢弃",
    clauses=("isc-2/7.2.4(3)a",),
)
def all_centres_or_none(patch: Patch) -> None:
    """The loop over the centres is left at the first error; the last in the list comes first."""
    family = _family(patch)

    async def deliver(self: CentreLink, item: Pending) -> bool:
        first = list(family.values())[-1]
        if first is self.outbox:
            return await own(self, item)
        for _ in range(20):
            if not first.is_waiting(item):
                return await own(self, item)
            await asyncio.sleep(0.25)
        return True

    own = patch(CentreLink, "deliver", deliver)


@defect(
    "one-receipt-for-all-centres",
    en="the acknowledgement of one centre strikes the period off the queues of all",
    zh="任一中心应答后即从所有中心队列删除",
    clauses=("csmt/7.3a",),
)
def one_receipt_for_all_centres(patch: Patch) -> None:
    """A record has one mark "sent", not one for each centre."""
    family = _family(patch)

    def delivered(self: Outbox, item: Pending) -> None:
        own(self, item)
        for other in family.values():
            if other is not self:
                other.mark_sent(Pending(other.centre, item.span, item.start_s, item.end_s))

    own = patch(Outbox, "delivered", delivered)


@defect(
    "only-the-first-centre",
    en="only the first centre of the configuration is served",
    zh="仅向配置的第一个中心上传",
    clauses=("isc-2/7.2.4(3)b",),
)
def only_the_first_centre(patch: Patch) -> None:
    """The second entry is a reserve, used when the first cannot be reached, and not a second destination."""

    def assemble(self: Terminal) -> None:
        sound(self)
        first = next(iter(self.links))
        self.links = {first: self.links[first]}

    sound = patch(Terminal, "_assemble_uplink", assemble)


@defect(
    "two-centres-at-most",
    en="a third centre can be set but is never served",
    zh="第三个中心可以配置但从不上传",
    clauses=("csmt/7.3b",),
)
def two_centres_at_most(patch: Patch) -> None:
    """A table of two sockets, from a product made for ISC-2 alone."""

    def assemble(self: Terminal) -> None:
        sound(self)
        self.links = {name: self.links[name] for name in list(self.links)[:2]}

    sound = patch(Terminal, "_assemble_uplink", assemble)


@defect(
    "centres-in-turn",
    en="centres are served in turn, each a minute and a half after the one before",
    zh="各中心轮流上传，间隔 90 s",
    clauses=("isc-2/7.2.4(3)b",),
)
def centres_in_turn(patch: Patch) -> None:
    """One modem channel that is handed from centre to centre on a fixed schedule."""
    family = _family(patch)

    async def deliver(self: CentreLink, item: Pending) -> bool:
        place = list(family).index(self.config.id)
        await asyncio.sleep(max(0, item.end_s + 90 * place - self._clock.now_s()))
        return await own(self, item)

    own = patch(CentreLink, "deliver", deliver)
