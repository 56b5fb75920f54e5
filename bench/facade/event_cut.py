"""A power cut that waits for an event on the wire; the same in every rig, since the simulators tell of their events.

Leaves cutting to the rigs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.history import Event, Handed, Received, Sent, Served


def _answered(event: Event) -> bool:
    return isinstance(event, Served)


def _acknowledged(event: Event) -> bool:
    return isinstance(event, Sent) and event.cn == "9014"


def _uploaded(event: Event) -> bool:
    return isinstance(event, Received) and (event.cn.startswith("20") or event.cn == "uploadEnergyData")


def _taken(event: Event) -> bool:
    return isinstance(event, Handed) and event.state == "taken"


def _handed(event: Event) -> bool:
    return isinstance(event, Handed) and event.state in ("sent", "again")


KINDS: Mapping[str, Callable[[Event], bool]] = {
    "answer": _answered,
    "upload": _uploaded,
    "acknowledgement": _acknowledged,
    "handed": _handed,
    "taken": _taken,
}
"""What a cut may wait for (see `bench.facade.bench.PowerControl.cut_after`); the last two: a collector's message."""


@dataclass(frozen=True)
class Awaited:
    """A cut `after_s` after the next event of the kind `what` at a meter or centre (empty: any), for `off_s`.

    With `sync` above 0 the cut comes before that write barrier of the terminal takes effect, or just after with
    `effective`, counted from `after_s` after the event.
    """

    what: str
    at: str
    after_s: float
    off_s: float
    sync: int = 0
    effective: bool = False

    def meets(self, event: Event) -> bool:
        """Whether this is the event waited for."""
        return KINDS[self.what](event) and self.at in ("", place_of(event))

    def detail(self, event: Event) -> dict[str, str]:
        """What the history says of the cut: reason, kind of event, place and instant of it (us UTC), delay (s)."""
        place = place_of(event)
        moment = "after" if self.effective else "before"
        barrier = f"{moment} write barrier {self.sync}, " if self.sync else ""
        return {
            "why": f"{barrier}{self.after_s:g} s after {self.what} at {place}",
            "event": self.what,
            "at": place,
            "event_us": str(event.t),
            "after_s": f"{self.after_s:g}",
        }


def awaited(what: str, at: str, after_s: float, off_s: float, sync: int = 0, effective: bool = False) -> Awaited:
    """A cut that waits. Raises ValueError for an event that no rig knows or a time or count below 0."""
    if what not in KINDS:
        raise ValueError(f"cut_after expects one of {', '.join(KINDS)}, got {what!r}")
    if after_s < 0 or off_s <= 0:
        raise ValueError(f"cut_after expects after_s >= 0 and off_s > 0, got {after_s} and {off_s}")
    if sync < 0:
        raise ValueError(f"cut_after expects sync >= 0, got {sync}")
    return Awaited(what, at, after_s, off_s, sync, effective)


def place_of(event: Event) -> str:
    """The meter, collector or centre that an event happened at; empty for others."""
    if isinstance(event, Served):
        return event.meter
    if isinstance(event, Handed):
        return event.collector
    return event.centre if isinstance(event, Sent | Received) else ""
