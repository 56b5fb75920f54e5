# pyright: reportPrivateUsage=false
"""Defects of time: real-time data held back or made of no answer; what only a clock that runs by itself can show."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from conformance.defects import REAL_RIGS, Patch, defect
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Pending
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.packets import Channel

_CLAUSES = ("cpcif/6.1c-1",)


@defect(
    "realtime-swept-late",
    en="real-time data wait 4 s for a task that sweeps the queue",
    zh="实时数据须等待 4 s 一次的队列清扫任务才发送",
    clauses=_CLAUSES,
    rigs=REAL_RIGS,
)
def realtime_swept_late(patch: Patch) -> None:
    """The packet is ready at once and put aside for a sweeper that comes by now and then."""
    whole = CentreLink.upload

    async def upload(self: CentreLink, cn: str, first: str, items: list[str], pending: Pending | None = None) -> bool:
        if cn == "2011":
            await asyncio.sleep(4)
        return await whole(self, cn, first, items, pending)

    patch(CentreLink, "upload", upload)


@defect(
    "realtime-extrapolated",
    en="real-time values are carried forward by a hundredth instead of read",
    zh="实时值按百分之一外推，并非表计应答值",
    clauses=_CLAUSES,
    rigs=REAL_RIGS,
)
def realtime_extrapolated(patch: Patch) -> None:
    """To look fresh, what is sent is what the meter would probably say by now."""
    whole = packets.realtime

    def realtime(channels: Sequence[Channel], readings: Mapping[int, Reading]) -> tuple[str, list[str]]:
        carried = {
            point: msgspec.structs.replace(reading, value=reading.value * Decimal("1.01") + Decimal("0.01"))
            if reading.value is not None
            else reading
            for point, reading in readings.items()
        }
        return whole(channels, carried)

    patch(packets, "realtime", realtime)
