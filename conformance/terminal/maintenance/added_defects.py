# pyright: reportPrivateUsage=false
"""Defects of meters added from afar: never read, forgotten at lost power, deaf to what is set for them."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.assembly import Terminal
from reference_terminal.settings import overlay
from reference_terminal.settings.config import Config
from reference_terminal.settings.overlay import Overlaid, Overlay

_AFAR = ("isc-2/8.3d",)


@defect(
    "added-meters-only-noted",
    en="a meter that is added from afar is kept and never read",
    zh="远程新增的表计只保存、不采集",
    clauses=_AFAR,
)
def added_meters_only_noted(patch: Patch) -> None:
    """It waits for a technician."""
    patch(Overlaid, "with_meters", lambda self, config: config)


def _at_power(patch: Patch, begun: list[bool]) -> None:
    """Mark that power has come: the next look at settings is the first one since."""

    async def run(self: Terminal) -> Any:
        begun[0] = True
        return await own(self)

    own = patch(Terminal, "run", run)


@defect(
    "added-meters-gone-at-lost-power",
    en="a meter that was added from afar is read until power is lost",
    zh="远程新增的表计断电后不再采集",
    clauses=_AFAR,
)
def added_meters_gone(patch: Patch) -> None:
    """They are in memory; a file was planned."""
    begun, gone = [False], [False]
    _at_power(patch, begun)

    def with_meters(self: Overlaid, config: Config) -> Config:
        if begun[0]:
            begun[0], gone[0] = False, any(self.all(overlay.METERS).values())
        return config if gone[0] else own(self, config)

    own = patch(Overlaid, "with_meters", with_meters)


@defect(
    "periods-of-delivered-meters-alone",
    en="a period that is set for a meter added from afar is acknowledged and not kept",
    zh="为远程新增表计设置的采集周期不起作用",
    clauses=_AFAR,
)
def periods_of_delivered_meters(patch: Patch) -> None:
    """Those of the file are looked up."""

    def poll(self: Overlay, meter: str, period_s: int, now_s: int) -> None:
        if meter not in self.all(overlay.METERS):
            own(self, meter, period_s, now_s)

    own = patch(Overlay, "poll", poll)


@defect(
    "periods-of-added-meters-gone",
    en="a period that was set for a meter added from afar holds until power is lost",
    zh="为远程新增表计设置的采集周期断电后丢失",
    clauses=_AFAR,
)
def periods_of_added_meters_gone(patch: Patch) -> None:
    """Added meters start as they were added."""
    begun: list[bool] = [False]
    gone: dict[str, None] = {}
    _at_power(patch, begun)

    def periods(self: Overlaid) -> dict[str, tuple[int, int]]:
        kept = own(self)
        if begun[0]:
            begun[0] = False
            gone.update(dict.fromkeys(name for name in kept if name in self.all(overlay.METERS)))
        return {name: each for name, each in kept.items() if name not in gone}

    own = patch(Overlaid, "_periods", periods)
