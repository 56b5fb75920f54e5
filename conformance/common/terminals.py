"""Several terminals in one history: which meters are behind which, and the history as one of them alone had it.

Leaves what a terminal must hold to `truth`.
"""

from __future__ import annotations

from msgspec import structs

from bench.history import (
    Began,
    ClockMoved,
    Event,
    History,
    LinkRule,
    MeterFault,
    Observed,
    Power,
    Served,
    TerminalState,
    Unserved,
)

_AT_A_METER = (Served, Unserved, MeterFault)
_ITS_OWN = (ClockMoved, Observed, Power, TerminalState)


def terminals_of(history: History) -> dict[str, str]:
    """The terminal that each meter is behind, by meter; empty: the one on test."""
    return {meter.name: meter.terminal for meter in history.began.meters}


def slaves_of(history: History) -> tuple[str, ...]:
    """The terminals beside the one on test."""
    return tuple(dict.fromkeys(name for name in terminals_of(history).values() if name))


def alone(history: History, terminal: str) -> History:
    """What of a history concerns one terminal: its own meters, supply, clock and cables."""
    behind = terminals_of(history)
    began = history.began
    meters = tuple(meter for meter in began.meters if meter.terminal == terminal)
    points = tuple(point for point in began.points if behind.get(point.meter, "") == terminal)
    opening = structs.replace(began, meters=meters, points=points)
    own = (event for event in history.events if _is_of(event, behind, terminal))
    return History([opening if isinstance(event, Began) else event for event in own])


def _is_of(event: Event, behind: dict[str, str], terminal: str) -> bool:
    if isinstance(event, _AT_A_METER):
        return behind.get(event.meter, "") == terminal
    if isinstance(event, _ITS_OWN):
        return event.terminal == terminal
    if isinstance(event, LinkRule):
        owner, _, _ = event.link.partition(".")
        return (owner if owner in behind.values() else "") == terminal
    return True
