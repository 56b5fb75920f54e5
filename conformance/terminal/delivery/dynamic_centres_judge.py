"""Centres that come and go while the terminal runs: served from their order on, left alone after it (R-27).

Leaves what arrived to `delivery` and identities to `frames`. The case says in phases `joined` and `left` which centre
it was; what a joined centre may ask for is what ended after it was told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bench.case import Check, criterion
from bench.history import Connected, History, Received
from bench.history.marks import Mark
from conformance.common.delivery import Ledger, setup_of
from conformance.common.phases import JOINED, LEFT, OfCentre
from conformance.common.times import MINUTE, SECOND, local
from conformance.common.truth import Key

JOINED_IS_SERVED = criterion(
    "joined-is-served-{0}", en="centre {1} is served once it is added", zh="新增中心 {1} 后开始向其上传", unit="records"
)
OWN_SCHEDULE = criterion(
    "own-schedule-{0}",
    en="centre {1} is sent its own intervals of {2} min, nothing before its time",
    zh="中心 {1} 按自己的 {2} min 间隔上传，加入之前无上传",
    unit="records",
)
LEFT_ALONE = criterion(
    "left-alone-{0}",
    en="centre {1} is neither called nor sent anything once it is removed",
    zh="删除中心 {1} 后不再连接和上传",
    unit="messages",
)


# How long after an order a terminal may take to act on it.
ACT_US = 2 * MINUTE


def _moments(history: History, kind: Mark[OfCentre]) -> dict[str, int]:
    """Centre to the last instant at which it joined, or left."""
    return {mark.detail.centre: mark.t for mark in kind.of(history)}


def _spacing(keys: Sequence[Key], interval: int) -> tuple[int, int]:
    """How many minute records follow another of their point, and how many of them end one interval (us) after it.

    Longer intervals stand on the grid of shorter ones: only what lies next to each other tells them apart.
    """
    ends: dict[str, list[int]] = {}
    for key in keys:
        if key.kind == "minute":
            ends.setdefault(key.point, []).append(key.end)
    steps = [after - before for each in ends.values() for before, after in pairwise(sorted(each))]
    return len(steps), sum(step == interval for step in steps)


def owed(history: History, ledgers: Sequence[Ledger]) -> list[Ledger]:
    """The ledgers with only those losses that a centre can complain of: ended while it was to be served."""
    joined, left = _moments(history, JOINED), _moments(history, LEFT)

    def due(ledger: Ledger) -> Ledger:
        low = joined.get(ledger.centre, -ACT_US) + ACT_US
        high = left.get(ledger.centre, ledger.until + ACT_US) - ACT_US
        return replace(ledger, lost=[problem for problem in ledger.lost if low <= problem.key.end <= high])

    return [due(ledger) for ledger in ledgers]


def findings(history: History, ledgers: Sequence[Ledger]) -> Iterator[Check]:
    """A joined centre is sent records and at its own intervals; a removed one is not even called."""
    joined, left = _moments(history, JOINED), _moments(history, LEFT)
    for ledger in ledgers:
        if ledger.centre not in joined:
            continue
        at = joined[ledger.centre]
        got = [key for key, record in ledger.records.items() if key.end > at and record.acked is not None]
        yield JOINED_IS_SERVED.of(ledger.centre.lower(), ledger.centre).decide(
            bool(got), measured=len(got), limit=1, op=">="
        )
        early = [
            f"{local(event.t)} {event.cn}"
            for event in history.of(Received)
            if event.centre == ledger.centre and event.t < at - SECOND
        ]
        other = setup_of(history, ledger.centre).minute_interval * MINUTE
        off = [problem.evidence for problem in ledger.mis_stamped]
        found, apart = _spacing(got, other)
        if found and not apart:
            off.append(f"of {found} records that follow another none ends {other // MINUTE} min after it")
        yield OWN_SCHEDULE.of(ledger.centre.lower(), ledger.centre, other // MINUTE).decide(
            False if early or off else True if apart else None,
            measured=len(early) + len(off),
            limit=0,
            evidence=[*early, *off][:10],
        )
    for centre, at in left.items():
        came = [
            f"{local(event.t)} {event.cn}"
            for event in history.of(Received)
            if event.centre == centre and event.t > at + ACT_US
        ]
        came += [
            f"{local(event.t)} connection"
            for event in history.of(Connected)
            if event.at == centre and event.state == "opened" and event.t > at + ACT_US
        ]
        served = any(event.centre == centre and event.t < at for event in history.of(Received))
        yield LEFT_ALONE.of(centre.lower(), centre).none(came, served, evidence=came[:10])
