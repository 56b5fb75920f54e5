"""Who was heard when, what values say of their instruments, and the alarms that follow.

A terminal has failed when it has said nothing for as long as its communication settings allow, an instrument when its
values bear a flag that says so, acquisition when a value lies outside its range or a point is left out by a terminal
that speaks. What stands is remembered, so that what comes in costs no question to the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from simulators.platform.core import Desk, every, on_intake, seam
from simulators.platform.core.office import Office
from simulators.platform.core.series import Arrival, Taken

SECOND = 1_000_000
TERMINAL, INSTRUMENT, ACQUISITION, WARNING = (
    "terminal-silent",
    "instrument-fault",
    "acquisition-abnormal",
    "warning-value",
)
FAULTY = frozenset("DF")
"""Flags of HJ 212-2017 that say that the instrument has failed or stopped."""
UNHEARD = frozenset("BT")
"""Flags that say that the instrument was not heard, or is beyond its range."""
SILENT_AFTER_S = 180
"""Of a terminal without settings."""
LOOK_S = 10
MOST_S = 3600
"""After how long somebody looks, whatever is expected."""
BACK = Decimal("0.01")
"""A value has to come back by so much of the warning value before its alarm is cleared (R-41)."""


@dataclass
class _Place:
    """What is known of a point: whose, of which terminal, and when it was last heard."""

    enterprise: str
    terminal: str
    heard: int


@dataclass
class _Watch:
    """What one platform remembers while it is up."""

    begun: int
    places: dict[str, _Place] = field(default_factory=dict[str, _Place])
    heard: dict[str, int] = field(default_factory=dict[str, int])
    owners: dict[str, str] = field(default_factory=dict[str, str])
    patience: dict[str, int] = field(default_factory=dict[str, int])
    warnings: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    standing: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    stale: bool = True


_watches: WeakKeyDictionary[Office, _Watch] = WeakKeyDictionary()
_KINDS = ("point", "terminal", "communication", "warning_value")


def watch_of(desk: Desk) -> _Watch:
    """What the platform remembers, read anew where objects were changed."""
    office = desk.office
    watch = _watches.get(office)
    if watch is None:
        watch = _watches[office] = _Watch(desk.now_us)
        watch.standing = {(each.kind, each.subject) for each in desk.alarms() if not each.cleared}

        def changed(kind: str, watch: _Watch = watch) -> None:
            watch.stale |= kind in _KINDS

        office.ground.changed.append(changed)
    if watch.stale:
        _read(desk, watch)
    return watch


def _read(desk: Desk, watch: _Watch) -> None:
    known = watch.places
    watch.places = {
        each.id: _Place(each.enterprise, each.terminal, known[each.id].heard if each.id in known else 0)
        for each in desk.objects("point")
    }
    watch.owners = {each.id: each.enterprise for each in desk.objects("terminal")}
    watch.patience = {each.terminal: each.silent_after_s * SECOND for each in desk.objects("communication")}
    watch.warnings = {}
    for each in desk.objects("warning_value"):
        watch.warnings.setdefault(each.point, []).append(each)
    watch.stale = False


@on_intake
def taken(desk: Desk, taken: Iterable[Taken]) -> None:
    """What came in says who is there, and how it is."""
    system = desk.as_system()
    watch = watch_of(system)
    now = desk.now_us
    for each in taken:
        arrival = each.arrival
        place = watch.places.get(arrival.point.id)
        if place is None or arrival.at + arrival.span * SECOND < place.heard - SECOND or each.outcome == "copy":
            continue
        watch.heard[place.terminal] = place.heard = now
        _say(system, watch, TERMINAL, place.terminal, place.enterprise, False)
        _say(system, watch, INSTRUMENT, arrival.point.id, place.enterprise, instrument_failed(arrival))
        _say(system, watch, ACQUISITION, arrival.point.id, place.enterprise, abnormal(arrival))
        if arrival.value:
            _warn(system, watch, arrival, place)


@seam
def instrument_failed(arrival: Arrival) -> bool:
    """Whether a value says that its instrument has failed."""
    return arrival.flag in FAULTY


@seam
def abnormal(arrival: Arrival) -> bool:
    """Whether a value says that acquisition is not as it should be."""
    low, high, value = arrival.point.low, arrival.point.high, arrival.value
    if arrival.flag in UNHEARD or not value:
        return arrival.flag not in FAULTY
    # Limits are those of what the point shows by itself: readings of a counter are its register.
    if arrival.point.counter and arrival.span == 0:
        return False
    return (low is not None and Decimal(value) < low) or (high is not None and Decimal(value) > high)


def _say(desk: Desk, watch: _Watch, kind: str, subject: str, enterprise: str, wrong: bool) -> None:
    """Raise or clear an alarm where that changes anything."""
    key = (kind, subject)
    if wrong == (key in watch.standing) or not subject:
        return
    if wrong:
        watch.standing.add(key)
        desk.alarm(kind, subject, enterprise=enterprise)
    else:
        watch.standing.discard(key)
        desk.clear(kind, subject)


def _warn(desk: Desk, watch: _Watch, arrival: Arrival, place: _Place) -> None:
    for each in watch.warnings.get(arrival.point.id, ()):
        beyond = crossed(each, Decimal(arrival.value), (WARNING, arrival.point.id) in watch.standing)
        _say(desk, watch, WARNING, arrival.point.id, place.enterprise, beyond)


@seam
def crossed(limit: Any, value: Decimal, standing: bool) -> bool:
    """Whether a value lies beyond a warning value; what stands is cleared only well within it."""
    back = abs(limit.value) * BACK if standing else Decimal(0)
    return value > limit.value - back if limit.direction == "above" else value < limit.value + back


@every(LOOK_S, while_any="terminal")
def look(desk: Desk) -> float:
    """Terminals and points that should have been heard; gives after how many seconds another one may be missed."""
    watch = watch_of(desk)
    now = desk.now_us
    due = now + MOST_S * SECOND
    for terminal, enterprise in watch.owners.items():
        silent = silent_for(watch, terminal, now)
        _say(desk, watch, TERMINAL, terminal, enterprise, silent)
        if silent:
            continue
        long = patience(watch, terminal)
        due = min(due, max(watch.heard.get(terminal, 0), watch.begun) + long)
        for point, place in watch.places.items():
            if place.terminal != terminal or not place.heard:
                continue
            if now - place.heard > long:
                _say(desk, watch, ACQUISITION, point, place.enterprise, True)
            else:
                due = min(due, place.heard + long)
    return (due - now) / SECOND


@seam
def patience(watch: _Watch, terminal: str) -> int:
    """How long a terminal may be silent, microseconds."""
    return watch.patience.get(terminal, SILENT_AFTER_S * SECOND)


@seam
def silent_for(watch: _Watch, terminal: str, now: int) -> bool:
    """Whether a terminal has been silent for too long; what was before this life does not count."""
    return now - max(watch.heard.get(terminal, 0), watch.begun) > patience(watch, terminal)
