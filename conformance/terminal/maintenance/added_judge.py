"""A meter added from afar, as the requests on its wire tell: read, read again after lost power, at the period set then.

Leaves what the product shows of it to people.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import History, Power, Served
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common import people
from conformance.common.times import SECOND, local

_WIRES = EvidenceKind.WIRES
USUAL_S, SLOW_S = 60, 300
_BOOT_US = 90 * SECOND
_LEAST = 2
ADDED_READ = criterion(
    "added-afar-is-read",
    en="a meter that was added from afar is read at its period",
    zh="远程新增的表计按其周期采集",
    unit="readings",
    evidence=_WIRES,
)
ADDED_STAYS = criterion(
    "added-afar-stays",
    en="it is read after lost power too",
    zh="断电后仍采集远程新增的表计",
    unit="readings",
    evidence=_WIRES,
)
ADDED_CONFIGURED = criterion(
    "added-afar-is-configured-afar",
    en="after that the period set for it from afar is kept",
    zh="此后远程更改其采集周期，按新周期采集",
    unit="readings",
    evidence=_WIRES,
)
SET_STAYS = criterion(
    "set-afar-stays",
    en="the period that was set stays over lost power",
    zh="更改后的周期断电不丢失",
    unit="readings",
    evidence=_WIRES,
)


class Added(Words, frozen=True, kw_only=True):
    """Which meter."""

    meter: str


ADDED, SET = Mark("meter-added", Added), Plain("period-set")
"""The meter is added from afar next, and is given another period."""
OFF = Plain("power-lost")
"""Power is lost next."""


def _kept(times: list[int], period_s: int) -> list[str]:
    """What speaks against a period: one poll missing, or one too many."""
    gaps = [(after, (after - before) / SECOND) for before, after in itertools.pairwise(times)]
    wrong = [f"{local(at)}: {gap:g} s after the one before" for at, gap in gaps if abs(gap - period_s) > period_s / 2]
    return wrong if len(times) >= _LEAST else [*wrong, f"{len(times)} readings in all"]


def findings(history: History) -> Iterator[Check]:
    """The stretches between orders and lost power."""
    told, set_anew = ADDED.first(history), SET.first(history)
    off = [mark.t for mark in OFF.of(history)]
    on = [event.t for event in history.of(Power) if event.state == "restored"]
    done = {use.trick for use in people.uses(history) if use.outcome == "executed"}
    asked = {use.trick for use in people.uses(history) if use.outcome != "unanswered" and use.trick}
    meter = "" if told is None else told.detail.meter
    times = [event.asked for event in history.of(Served) if event.meter == meter]
    known = told is not None and set_anew is not None and len(off) == len(on) == 2
    if not known or not asked or any(time < (0 if told is None else told.t) for time in times):
        for each in (ADDED_READ, ADDED_STAYS, ADDED_CONFIGURED, SET_STAYS):
            yield each.decide(None)
        return
    assert told is not None and set_anew is not None
    added, changed = told.t, set_anew.t
    end = max(history.events[-1].t, on[1])
    for each, begin, stop, period_s in (
        (ADDED_READ, added + 2 * USUAL_S * SECOND, off[0], USUAL_S),
        (ADDED_STAYS, on[0] + _BOOT_US, changed, USUAL_S),
        (ADDED_CONFIGURED, changed + 10 * SECOND, off[1], SLOW_S),
        (SET_STAYS, on[1] + _BOOT_US, end, SLOW_S),
    ):
        stretch = [time for time in times if begin <= time < stop]
        yield each.none(_kept(stretch, period_s) if done else (), max(len(stretch), 1) if done else 0)
