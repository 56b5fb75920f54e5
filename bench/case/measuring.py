"""The uncertainty of measured times and shares, and what the decision rule makes of it (R-05).

Leaves what was measured to the judges. A check of a time or a share whose judge gave no uncertainty gets that of the
bench here, unless its criterion says why it has none; the rule of the run is applied to every one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_UP, Decimal, InvalidOperation

import msgspec

from bench.case.checks import Check, band, holds
from bench.case.verdicts import VIRTUAL_RIG, Verdict
from bench.history import History, Timing

SECONDS_OF: Mapping[str, Decimal] = {
    "us": Decimal("0.000001"),
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "min": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}
"""Seconds in each unit of time that a check is given in."""
MEASURED_UNITS = (*SECONDS_OF, "%")
RATE_LIMIT = Decimal("0.0001")
"""Half width of the rate of a computer's clock that nobody calibrated, 100 ppm (docs/MEASUREMENT.md)."""
_LEAST_S = Decimal("0.001")
"""Times are told to the millisecond."""
_K = Decimal(2)
_ROOT_3 = Decimal(3).sqrt()
_UNMEASURED = "the bench's own delay was not measured in this record / 记录中没有台架自身时延"


def base_s(history: History) -> Decimal | None:
    """Expanded uncertainty (k=2, seconds) of a short time difference in a record, None where it was not measured."""
    if history.began.rig == VIRTUAL_RIG:
        return _LEAST_S
    measured = history.of(Timing)
    return max(Decimal(measured[-1].uncertainty_us) / 1_000_000, _LEAST_S) if measured else None


def of_span(history: History, span_s: Decimal) -> Decimal | None:
    """Expanded uncertainty (k=2, seconds, rounded up to the microsecond) of a span of time in a record.

    In real time the rate of the bench's clock adds to the stamps of its ends: rectangular, half width RATE_LIMIT.
    """
    base = base_s(history)
    if base is None or history.began.rig == VIRTUAL_RIG:
        return base
    rate = _K * RATE_LIMIT * abs(span_s) / _ROOT_3
    return (base**2 + rate**2).sqrt().quantize(Decimal("0.000001"), ROUND_UP)


def stated(history: History, check: Check) -> Check:
    """A check of a time or a share with its uncertainty, decided by the rule of the run."""
    value, limits = _number(check.measured), _limits(check)
    if check.unit not in MEASURED_UNITS or value is None or not limits or check.exact:
        return check
    spread = _number(check.uncertainty) if check.uncertainty else _own(history, check, value)
    if spread is None:
        return msgspec.structs.replace(check, exact=_UNMEASURED) if not check.uncertainty else check
    guarded = history.began.parameters.get("decision_rule") == "guarded"
    found = msgspec.structs.replace(check, uncertainty=str(spread), rule="guarded" if guarded else "simple")
    # What its judge decided by something else than the number is not decided anew by the number.
    if check.verdict is not (Verdict.PASS if holds_all(value, limits) else Verdict.FAIL):
        return found
    return _ruled(found, value, limits, spread, guarded=guarded)


def _own(history: History, check: Check, value: Decimal) -> Decimal | None:
    """The bench's uncertainty in the unit of a check of time; a share has that which its judge gives."""
    unit = SECONDS_OF.get(check.unit)
    if unit is None:
        return None
    of_time = of_span(history, value * unit)
    return None if of_time is None else (of_time / unit).normalize() + 0


def _limits(check: Check) -> tuple[tuple[str, Decimal], ...]:
    """What must hold of the measured value: one relation, two for a band, none where nothing is compared."""
    if ends := band(check.limit):
        return ((">=", ends[0]), ("<=", ends[1]))
    limit = _number(check.limit)
    return () if limit is None or check.op not in ("<", "<=", ">", ">=", "==") else ((check.op, limit),)


def holds_all(value: Decimal, limits: tuple[tuple[str, Decimal], ...]) -> bool:
    """Whether a value keeps every limit."""
    return all(holds(value, op, limit) for op, limit in limits)


def _ruled(
    check: Check, value: Decimal, limits: tuple[tuple[str, Decimal], ...], spread: Decimal, *, guarded: bool
) -> Check:
    width = limits[1][1] - limits[0][1] if len(limits) == 2 else abs(limits[0][1])
    if spread * 5 > width:
        which = "width" if len(limits) == 2 else "limit"
        words = f"{check.actual or check.measured} ± {spread} (U > {which}/5 / 不确定度过大)"
        return msgspec.structs.replace(check, verdict=Verdict.INCONCLUSIVE, actual=words)
    if guarded and len({holds_all(value + shift, limits) for shift in (spread, -spread)}) == 2:
        words = f"{check.actual or check.measured} ± {spread} (guard band / 保护带内)"
        return msgspec.structs.replace(check, verdict=Verdict.INCONCLUSIVE, actual=words)
    return check


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
