"""A load of somebody's own choosing: the generator, the ledger of records, the failures of operations."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Finding, Text, criterion
from bench.history import History
from conformance.common.platforms import load as platform_load

FEW_FAILURES = criterion(
    "few-failures",
    en="no more than 0.5 % of people's operations fail",
    zh="人员操作失败率不大于 0.5 %",
    unit="%",
    exact=Text("operations are counted", "按次计数"),
)
LIMIT = Decimal("0.5")
_OF_TERMINALS = ("record", "backlog", "connection")


def findings(history: History) -> Iterator[Finding]:
    """What the plan gives occasion to ask."""
    yield from platform_load.own_checks(history)
    plan = platform_load.began(history)
    if plan is None or plan.terminals:
        yield from platform_load.ledger_checks(history)
    if plan is not None and (plan.online or plan.active):
        found = platform_load.classes(platform_load.judged(history))
        people = [each for name, all_ in found.items() if name not in _OF_TERMINALS for each in all_]
        operations = sum(each.operations for each in people)
        failed = sum(each.failed for each in people)
        share = None if not operations else (Decimal(100 * failed) / operations).quantize(Decimal("0.001"))
        reasons: dict[str, int] = {}
        for each in people:
            for why, count in each.failures.items():
                reasons[f"{each.name}: {why}"] = reasons.get(f"{each.name}: {why}", 0) + count
        lines = [f"{why} × {count}" for why, count in sorted(reasons.items())]
        yield FEW_FAILURES.compare(share, "<=", LIMIT, evidence=lines)
    yield from platform_load.measurements(history)
    yield from platform_load.curves(history, {}, {})
