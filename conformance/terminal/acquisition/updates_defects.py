# pyright: reportPrivateUsage=false
"""Defects of real-time updates: too seldom, or not of every point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.defects import Patch, defect
from reference_terminal.model.reading import Reading
from reference_terminal.uplink.hj212 import packets
from reference_terminal.uplink.hj212.link import CentreLink
from reference_terminal.uplink.hj212.packets import Channel

_CLAUSES = ("cpcif/6.1c-3",)


@defect(
    "realtime-thinned",
    en="to save traffic only every third real-time packet is sent",
    zh="为节省流量，实时数据每三包只发一包",
    clauses=_CLAUSES,
)
def realtime_thinned(patch: Patch) -> None:
    """A data plan decides what arrives."""
    due = 0

    def sends(self: CentreLink) -> bool:
        nonlocal due
        due += 1
        return bool(sound(self)) and due % 3 == 1

    sound = patch(CentreLink, "sends_realtime", sends)


@defect(
    "realtime-without-counters",
    en="counters are left out of real-time data",
    zh="实时数据不含累计量",
    clauses=_CLAUSES,
)
def realtime_without_counters(patch: Patch) -> None:
    """A register that only grows is thought to have no real-time value."""

    def realtime(channels: Sequence[Channel], readings: Mapping[int, Reading]) -> tuple[str, list[str]]:
        told: tuple[str, list[str]] = sound([channel for channel in channels if not channel.counter], readings)
        return told

    sound = patch(packets, "realtime", realtime)
