"""Days with failures in them: the total is the difference of the register from midnight to midnight (R-21).

Leaves days without failure to `counters_judge`.
"""

from __future__ import annotations

from bench.case import Check, criterion
from bench.history import History, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.delivery import setup_of
from conformance.common.times import DAY, ceil, instant_of, local
from conformance.common.truth import number, plain, truth_of

DAY_HOLDS_THE_FAILURE = criterion(
    "day-holds-the-failure",
    en="the day's total at the centre is what the register advanced from midnight to midnight, failures included",
    zh="中心收到的日累计等于计数器零点至次日零点的增量，含故障时段",
    unit="days",
)


class Failed(Words, frozen=True, kw_only=True):
    """What fails."""

    what: str


FAILURE = Mark("failure", Failed)
"""It begins to fail."""


def day_finding(history: History, centre: str) -> Check:
    """The first whole day of each counter. Open unless failures lay in it and both midnights were read."""
    truth, codes = truth_of(history), setup_of(history, centre).codes
    start = ceil(history.began.t, DAY)
    failures = [mark for mark in FAILURE.of(history) if start < mark.t < start + DAY]
    wrong: list[str] = []
    seen = 0
    for name, code in codes.items():
        series = truth.series[name]
        numbers = series.numbers()
        edges = [truth.boundary(name, at, DAY) for at in (start, start + DAY)]
        if series.point.kind != "counter" or not all(edges):
            continue
        first, last = (numbers[found[0]] for found in edges)
        seen += 1
        sent = [
            event.fields.get("Cou", "")
            for event in history.of(Stored)
            if (event.centre, event.kind, event.code) == (centre, "day", code) and instant_of(event.stamp) == start
        ]
        if not sent or number(sent[-1]) != last - first:
            told = sent[-1] or "no value" if sent else "no record"
            wrong.append(f"{name}, day of {local(start)}: {told}, the register advanced {plain(last - first)}")
    return DAY_HOLDS_THE_FAILURE.none(wrong, seen and failures)
