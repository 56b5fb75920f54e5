"""Records of many terminals at a platform, and whether people were served beside them (SSEA 4.2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding, criterion
from bench.history import History
from conformance.common.platforms import load as platform_load

ACCESSED = criterion(
    "access-while-writing",
    en="what people ask while terminals send is answered",
    zh="终端上传期间人员访问得到应答",
    unit="operations",
)
_OF_TERMINALS = ("record", "backlog", "connection")


def findings(history: History) -> Iterator[Finding]:
    """The generator, the ledger, the people."""
    yield from platform_load.own_checks(history)
    yield platform_load.as_ruled(history, "terminals", "active", "ramp_s", "steady_s")
    yield from platform_load.ledger_checks(history)
    found = platform_load.classes(platform_load.judged(history))
    people = [each for name, all_ in found.items() if name not in _OF_TERMINALS for each in all_]
    asked = sum(each.operations for each in people)
    failed = [f"{each.name}: {why} × {count}" for each in people for why, count in sorted(each.failures.items())]
    yield ACCESSED.none_among(asked, failed)
    yield from platform_load.measurements(history)
    yield from platform_load.curves(history, {}, {})
