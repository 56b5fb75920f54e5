"""What the capability statement declares against what the records of the run show (R-03).

Leaves the verdicts to the cases: a declared maximum that no case reached is told as not exercised, never as a fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bench.case import CaseResult, Text, Verdict
from bench.history import ClockMoved, History, Served, Stored
from reports.timeline import stamp_us

_HOUR_US = 3_600_000_000
_MINUTE_US = 60_000_000
# Where the declared maxima stand among the answers of the capability statement.
DECLARED = "declared."


@dataclass(frozen=True)
class Quantity:
    """One declared maximum that a record can show; `smallest` where the hardest value is the smallest."""

    id: str
    name: Text
    unit: str = ""
    smallest: bool = False


QUANTITIES = (
    Quantity("points", Text("points read", "读取的测点数")),
    Quantity("circuits_per_port", Text("circuits served on one network port", "每个网口接入的回路数")),
    Quantity("centres", Text("centres uploaded to at the same time", "同时上传的中心数")),
    Quantity("shortest_period_s", Text("shortest acquisition period", "最短采集周期"), "s", smallest=True),
    Quantity("longest_period_s", Text("longest acquisition period", "最长采集周期"), "s"),
    Quantity("outage_buffer_h", Text("age of the oldest record delivered late", "补传记录的最大滞后"), "h"),
)


@dataclass(frozen=True)
class Observation:
    """What one record shows: `reached` by the terminal, and `stood` on the bench for it; both by quantity."""

    reached: Mapping[str, Decimal]
    stood: Mapping[str, Decimal]


@dataclass(frozen=True)
class Claimed:
    """One row: what was declared (empty: nothing), what was observed and in which case, and what follows."""

    quantity: Quantity
    declared: str
    observed: str
    case: str
    finding: Text
    remark: bool = False


def observe(history: History) -> Observation:
    """What the record of one case shows of the declared maxima.

    All meters of a record hang on the terminal's one field port, so the meters it served are the circuits of a port.
    """
    began = history.began
    points: set[str] = set()
    served: dict[str, int] = {}
    for event in history.of(Served):
        served[event.meter] = served.get(event.meter, 0) + 1
        points.update(event.values)
    periods = [_plain(meter.period_s) for meter in began.meters if served.get(meter.name, 0) > 1]
    told = [_plain(meter.period_s) for meter in began.meters]
    stored = history.of(Stored)
    reached = {
        "points": Decimal(len(points)),
        "circuits_per_port": Decimal(len(served)),
        "centres": Decimal(len({record.centre for record in stored})),
        "outage_buffer_h": _latest_h(history, stored),
    }
    stood = {
        "points": Decimal(len(began.points)),
        "circuits_per_port": Decimal(len(began.meters)),
        "centres": Decimal(len(began.centres)),
    }
    if periods:
        reached |= {"shortest_period_s": min(periods), "longest_period_s": max(periods)}
    if told:
        stood |= {"shortest_period_s": min(told), "longest_period_s": max(told)}
    return Observation({name: value for name, value in reached.items() if value}, stood)


def _plain(seconds: float) -> Decimal:
    """A period without a decimal point that says nothing."""
    value = Decimal(str(seconds))
    return value.to_integral_value() if value == value.to_integral_value() else value


def _latest_h(history: History, stored: Sequence[Stored]) -> Decimal:
    """Whole hours by which the latest minute record came after its interval; 0 where the clock was moved."""
    if history.of(ClockMoved):
        return Decimal(0)
    minutes = {centre.name: centre.minute_interval for centre in history.began.centres}
    stamps: dict[str, int | None] = {}
    latest = 0
    for record in stored:
        if record.kind != "minute" or record.asked or record.copies > 1:
            continue
        if record.stamp not in stamps:
            stamps[record.stamp] = stamp_us(record.stamp)
        stamp = stamps[record.stamp]
        if stamp is not None:
            latest = max(latest, record.t - stamp - minutes.get(record.centre, 0) * _MINUTE_US)
    return Decimal(latest // _HOUR_US)


def compare(claims: Mapping[str, str], observed: Sequence[tuple[CaseResult, Observation]]) -> tuple[Claimed, ...]:
    """One row for each quantity that is declared or was observed. `claims` hold the maxima as `declared.<quantity>`."""
    rows = (_row(quantity, claims.get(DECLARED + quantity.id, ""), observed) for quantity in QUANTITIES)
    return tuple(row for row in rows if row is not None)


def _row(quantity: Quantity, told: str, observed: Sequence[tuple[CaseResult, Observation]]) -> Claimed | None:
    passed = [
        (found.reached[quantity.id], case.id)
        for case, found in observed
        if case.verdict is Verdict.PASS and quantity.id in found.reached
    ]
    choose = min if quantity.smallest else max
    best, case = choose(passed, key=lambda pair: pair[0], default=(None, ""))
    seen = "" if best is None else f"{best:f}"
    try:
        declared = Decimal(told) if told else None
    except InvalidOperation:
        declared = None
    if declared is None:
        missing = Text("not declared", "未声明")
        return Claimed(quantity, told, seen, case, missing) if best is not None or told else None
    failed = [
        (found.stood[quantity.id], other.id)
        for other, found in observed
        if other.verdict is Verdict.FAIL and quantity.id in found.stood
    ]
    hard = [
        pair
        for pair in failed
        if not _beyond(quantity, pair[0], declared) and (best is None or _beyond(quantity, pair[0], best))
    ]
    if hard:
        value, guilty = choose(hard, key=lambda pair: pair[0])
        finding = Text(
            f"remark: a case with {value:f} did not pass: {guilty}", f"备注：{value:f} 时用例未通过：{guilty}"
        )
        return Claimed(quantity, told, seen, case, finding, remark=True)
    if best is None or _beyond(quantity, declared, best):
        return Claimed(quantity, told, seen, case, Text("not exercised up to the declared value", "未试验到声明值"))
    if _beyond(quantity, best, declared):
        finding = Text("remark: observed beyond what is declared", "备注：观测值超出声明值")
        return Claimed(quantity, told, seen, case, finding, remark=True)
    return Claimed(quantity, told, seen, case, Text("observed as declared", "观测与声明一致"))


def _beyond(quantity: Quantity, value: Decimal, other: Decimal) -> bool:
    """Whether a value asks more of a terminal than another."""
    return value < other if quantity.smallest else value > other
