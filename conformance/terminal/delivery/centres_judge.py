"""Centres: several at once, each on its own (R-27).

Leaves completeness to `delivery`. Delay is interval end to acknowledgement of that centre.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal

from bench.case import Check, Measurement, criterion, measure, percentile
from bench.history import History
from conformance.common.delivery import Ledger, lines
from conformance.common.times import SECOND, seconds, uncertainty_s
from conformance.common.timing import PROMPT_US, p99

CENTRES_SERVED = criterion(
    "centres-served", en="at least {0} centres receive data", zh="至少 {0} 个中心收到数据", unit="centres"
)
SIDE_BY_SIDE = criterion(
    "side-by-side",
    en="every centre has the record within 60 s of its interval (P99)",
    zh="同一记录在周期结束后 60 s 内到达每个中心（P99）",
    unit="s",
    timed=True,
)
NO_DELAY_FROM_THE_OTHER = criterion(
    "no-delay-from-the-other-{0}",
    en="centre {1} waits at most 10 s longer while another fails",
    zh="其他中心故障时中心 {1} 的 P99 时延增加不超过 10 s",
    unit="s",
    timed=True,
)
SERVED_MEANWHILE = criterion(
    "served-meanwhile-{0}", en="centre {1} gets every record meanwhile", zh="故障期间中心 {1} 数据完整", unit="records"
)


RISE_S = 10
_ROOT_2 = Decimal("1.414214")
SAMPLES = 1_000


def independence_findings(
    sound: list[Ledger],
    fault_from_us: int,
    fault_to_us: int,
    *,
    needed: int = SAMPLES,
    uncertainty: Decimal | None = None,
) -> Iterator[Check | Measurement]:
    """While another centre fails, the P99 delay of the sound ones rises by at most 10 s over the time before.

    `uncertainty` is that of a time difference of the record; a rise is the difference of two of them.
    """
    of_rise = None if uncertainty is None else (uncertainty * _ROOT_2).quantize(Decimal("0.000001"), ROUND_UP)
    for ledger in sound:
        before = ledger.latencies_us(end_us=fault_from_us)
        during = ledger.latencies_us(start_us=fault_from_us, end_us=fault_to_us)
        calm, troubled = percentile(before, 99), percentile(during, 99)
        missing = sum(1 for key, record in ledger.records.items() if record.acked is None and key.end < fault_to_us)
        missing += sum(1 for problem in ledger.lost if fault_from_us <= problem.key.end < fault_to_us)
        name = ledger.centre.lower()
        if calm is not None:
            yield measure(
                f"delay-before-{name}", seconds(calm), en="P99 before the fault", zh="故障前 P99 时延", unit="s",
                samples=len(before),
            )  # fmt: skip
        rise = None if calm is None or troubled is None else Decimal(seconds(troubled - calm))
        yield NO_DELAY_FROM_THE_OTHER.of(name, ledger.centre).compare(
            rise, "<=", RISE_S, uncertainty=of_rise, samples=min(len(before), len(during) + missing), needed=needed
        )
        yield SERVED_MEANWHILE.of(name, ledger.centre).decide(
            None if not during and not missing else missing == 0, measured=missing, limit=0
        )


def served_finding(history: History, ledgers: list[Ledger], *, least: int) -> Check:
    """So many centres receive records; open where fewer stand on the bench."""
    active = [ledger.centre for ledger in ledgers if ledger.delivered]
    stood = len(history.began.centres) >= least
    return CENTRES_SERVED.of(least).decide(
        len(active) >= least if stood else None, measured=len(active), limit=least, op=">="
    )


def simultaneous_findings(history: History, ledgers: list[Ledger], *, least: int) -> Iterator[Check]:
    """So many centres receive the same records side by side: each centre has its own within 60 s (R-13, R-27).

    Simultaneous means independent, each with its own schedule: how far apart two centres are is no question.
    """
    slowest = {ledger.centre: p99(ledger.latencies_us()) for ledger in ledgers}
    known = [value for value in slowest.values() if value is not None]
    behind = [problem for ledger in ledgers for problem in ledger.late]
    yield served_finding(history, ledgers, least=least)
    yield SIDE_BY_SIDE.compare(
        None if len(known) < least else Decimal(seconds(max(known))),
        "<=",
        PROMPT_US // SECOND,
        uncertainty=uncertainty_s(history),
        evidence=lines(behind),
    )
