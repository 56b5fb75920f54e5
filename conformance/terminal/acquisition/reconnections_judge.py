"""First readings on new connections: what is stored right after each reset is what was said after it, not before.

Leaves all other readings to `accuracy`. Resets are the case's own marks, new connections those that simulators saw.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from bench.case import Check, Finding, criterion
from bench.history import Connected, History, Secured
from bench.history.marks import Plain
from conformance.common import accuracy
from conformance.common.queries import quality_of, questions
from conformance.common.times import MINUTE, SECOND, floor, instant_of_iso, local
from conformance.common.truth import truth_of

FIRST_READINGS_RIGHT = criterion(
    "first-readings-right",
    en="what is stored first after each new connection is what was said on it",
    zh="每次重连后首个存储读数与该连接上的应答一致",
    unit="readings",
    stamped=True,
)
RECONNECTED_OFTEN = criterion(
    "reconnected-often",
    en="every place in the field was connected to anew 20 times",
    zh="每个现场对象重连 20 次以上",
    unit="connections",
    condition=True,
)
READS_AGAIN = criterion(
    "reads-again",
    en="every meter is read again at most 3 min after the network has come back",
    zh="网络恢复后 3 min 内重新读取每块表计",
    unit="meters",
)
RESET = Plain("reset")
"""Every connection of the field is reset next."""
BACK = Plain("network-back")
"""The network has come back."""
_BACK_US = 3 * MINUTE
FEWEST = 20
# The reading of the period in which a reset came may have been taken before it or after.
_FIRST, _NEAR = 2, 3


def findings(history: History) -> Iterator[Finding]:
    """First readings after each reset, how often there was a new connection, and all readings as ever."""
    centres = {setup.name for setup in history.began.centres}
    opened = Counter(event.at for event in history.of(Connected) if event.state == "opened" and event.at not in centres)
    opened |= Counter(event.at for event in history.of(Secured) if event.state == "agreed" and event.at not in centres)
    fewest = min((count - 1 for count in opened.values()), default=0)
    yield RECONNECTED_OFTEN.decide(
        True if fewest >= FEWEST else None,
        measured=fewest,
        limit=FEWEST,
        op=">=",
        evidence=[f"{place}: {count} connections" for place, count in sorted(opened.items())],
    )
    truth = truth_of(history)
    resets = [mark.t for mark in RESET.of(history)]
    stored: dict[str, list[tuple[int, str]]] = {}
    for event in questions(history, "readings"):
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is not None and quality_of(row) == "good":
                stored.setdefault(event.query.get("point", ""), []).append((at, row.get("value", "")))
    wrong: list[str] = []
    fewest_seen = len(resets)
    for point, series in truth.series.items():
        rows = sorted(stored.get(point, []))
        seen = 0
        for reset in resets:
            index = bisect_left(rows, (floor(reset, series.period_us), ""))
            if index == len(rows) or rows[index][0] >= reset + _NEAR * series.period_us:
                # Nothing was stored near the reset: what comes later says nothing of the new connection.
                continue
            seen += 1
            for at, value in rows[index : index + _FIRST]:
                # A reading on the grid was answered within its period; one under its own time at that very time.
                span = series.between(at - SECOND, at + series.period_us)
                if at < reset + _NEAR * series.period_us and not any(
                    accuracy.same_number(series.point, series.texts[each], value) for each in span
                ):
                    said = ", ".join(series.texts[each] for each in span) or "nothing"
                    wrong.append(f"{point} at {local(at)}, after the reset of {local(reset)}: {value}, said was {said}")
        fewest_seen = min(fewest_seen, seen)
    yield FIRST_READINGS_RIGHT.none(wrong, fewest_seen >= FEWEST)
    for found in accuracy.findings(history, "reading", centres=(), needed=2 * FEWEST):
        if not found.id.startswith("compared"):
            yield found


def back_finding(history: History) -> Check:
    """Every meter that was read before the network was lost is read again once it is back."""
    back = next((mark.t for mark in BACK.of(history)), None)
    meters = {point.id: point.meter for point in history.began.points}
    read: dict[str, list[int]] = {}
    for event in questions(history, "readings"):
        for row in event.rows:
            at = instant_of_iso(row.get("at", ""))
            if at is not None and quality_of(row) == "good" and event.query.get("point", "") in meters:
                read.setdefault(meters[event.query["point"]], []).append(at)
    known = {} if back is None else {name: times for name, times in read.items() if min(times) < back}
    silent = [
        f"{name}: no good reading within 3 min after {local(back)}"
        for name, times in known.items()
        if back is not None and not any(back <= at <= back + _BACK_US for at in times)
    ]
    return READS_AGAIN.none(silent, known)
