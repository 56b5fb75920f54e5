"""Live values beside a backlog: how late they come while it drains, and whether it drained for long enough to show it.

Leaves what arrived to `delivery`, and how long a backlog may take to `retention`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import median_low

from bench.case import Check, Measurement, criterion, measure
from bench.history import History
from conformance.common import retention
from conformance.common.delivery import Ledger, Problem, lines
from conformance.common.times import HOUR, SECOND, local, seconds, uncertainty_s
from conformance.common.timing import PROMPT_US, p99

LIVE_BESIDE_THE_BACKLOG = criterion(
    "live-beside-the-backlog",
    en="live values are acknowledged at most 60 s after their interval while the backlog drains (P99)",
    zh="积压补传期间实时数据在时段结束后 60 s 内得到应答（P99）",
    unit="s",
    timed=True,
)
DELAY_DOES_NOT_GROW = criterion(
    "delay-does-not-grow",
    en="live values come no later with the longest queue than with the shortest (median), but for one exchange",
    zh="积压最长时实时数据的延迟（中位数）比积压最短时至多多一次应答时间",
    unit="s",
    timed=True,
)
DRAINED_FOR_LONG = criterion(
    "drained-for-long",
    en="the backlog drained for an hour at least",
    zh="积压补传持续一小时以上",
    unit="s",
    condition=True,
)
LEAST_US = HOUR
EXCHANGE_S = 8
"""One exchange at the slowness of the case's answers: of a waiting record that is under way."""
FEWEST = 20
"""Live values that must have come while the backlog drained."""


def live_findings(history: History, ledgers: Sequence[Ledger]) -> Iterator[Check | Measurement]:
    """How late values of intervals are that ended while older ones waited; with an empty queue as a measurement.

    A backlog that drains faster than the stimulus wants shows nothing of a queue: the condition is then not met.
    """
    cut = max(retention.outages(history), key=lambda one: one[1] - one[0], default=None)
    if cut is None:
        yield DRAINED_FOR_LONG.decide(None)
        return
    start, end = cut
    live: list[int] = []
    calm: list[int] = []
    drained = history.end_us
    never: list[str] = []
    late: list[Problem] = []
    for ledger in ledgers:
        resumed = ledger.resumed_us(end)
        late += [problem for problem in ledger.late if resumed <= problem.key.end]
        lost = [problem.key for problem in ledger.lost]
        waiting = [record.acked for key, record in ledger.records.items() if start <= key.end < end]
        if None in waiting or any(start <= key.end < end for key in lost):
            done = history.end_us
        else:
            done = max((at for at in waiting if at is not None), default=end)
        drained = min(drained, done - end)
        gone = [key for key in lost if resumed <= key.end <= done - PROMPT_US]
        live += [history.end_us - key.end for key in gone]
        never += [f"{key.point} {key.kind} ending {local(key.end)}: never came to {ledger.centre}" for key in gone]
        for key, record in ledger.records.items():
            took = None if record.acked is None else record.acked - key.end
            if resumed <= key.end <= done - PROMPT_US:
                live.append(history.end_us - key.end if took is None else took)
                never += (
                    [] if took is not None else [f"{key.point} {key.kind} ending {local(key.end)}: never acknowledged"]
                )
            elif took is not None and key.end < start - PROMPT_US:
                calm.append(took)
    yield DRAINED_FOR_LONG.decide(
        None if drained < LEAST_US else True, measured=seconds(drained), limit=LEAST_US // SECOND, op=">="
    )
    worst = p99(live)
    yield LIVE_BESIDE_THE_BACKLOG.compare(
        None if worst is None else Decimal(seconds(worst)),
        "<=",
        PROMPT_US // SECOND,
        uncertainty=uncertainty_s(history),
        guarded=history.began.parameters.get("decision_rule") == "guarded",
        samples=len(live),
        needed=FEWEST,
        evidence=[*never, *lines(late)],
    )
    yield _growth(history, ledgers, end, end + drained)
    if calm:
        yield measure(
            "live-with-an-empty-queue",
            seconds(p99(calm) or 0),
            en="the same before the outage, with nothing waiting",
            zh="中断前无积压时的同一延迟",
            unit="s",
            samples=len(calm),
        )


def _growth(history: History, ledgers: Sequence[Ledger], begin: int, end: int) -> Check:
    """Delays of live values in the first half of the draining, when the queue was longest, against the last quarter."""
    long, short = (begin, (begin + end) // 2), (end - (end - begin) // 4, end - PROMPT_US)
    delays = [[took for ledger in ledgers for took in ledger.latencies_us("minute", *span)] for span in (long, short)]
    most, least = (median_low(found) if found else None for found in delays)
    shown = (
        f"{seconds(most or 0)} s with the longest queue, {seconds(least or 0)} s with the shortest / 积压最长与最短时"
    )
    return DELAY_DOES_NOT_GROW.compare(
        None if most is None or least is None else Decimal(seconds(max(most - least, 0))),
        "<=",
        EXCHANGE_S,
        uncertainty=uncertainty_s(history),
        guarded=history.began.parameters.get("decision_rule") == "guarded",
        samples=min(map(len, delays)),
        needed=FEWEST,
        evidence=[shown],
    )
