"""Continuous operation of a platform (CPCIF 6.3a): how long it was watched, whether it began anew, what it lost.

What is claimed of a year cannot be shown by a week (R-43): growth of memory is printed as supporting evidence only.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Finding, Text, criterion, measure
from bench.case.lifeless import TERMINAL
from bench.history import CutShort, History, LoadTarget
from conformance.common.platforms import load as platform_load

CONTINUOUS = criterion(
    "continuous-operation",
    en="it runs for as long as the ruling says without beginning anew",
    zh="在规定时长内连续运行，不重新启动",
    unit="s",
    exact=Text("whole stages are counted", "按整段计"),
)
_DEFAULT_S = "604800"


def findings(history: History) -> Iterator[Finding]:
    """The generator, the time, the ledger."""
    yield from platform_load.own_checks(history)
    yield platform_load.as_ruled(history, "terminals", "continuous_s")
    wanted = int(history.began.parameters.get("load.continuous_s", _DEFAULT_S))
    lasted = sum(stage.seconds for stage in platform_load.judged(history))
    ends = [event.what for event in history.of(CutShort) if event.because == TERMINAL]
    starts = sorted({each.started for each in history.of(LoadTarget) if each.started})
    if len(starts) > 1:
        ends.append(f"it began anew {len(starts) - 1} times / 重新启动")
    ok = False if ends else True if lasted >= wanted else None
    yield CONTINUOUS.decide(ok, measured=lasted, limit=wanted, op=">=", evidence=ends)
    yield from platform_load.ledger_checks(history)
    seen = [each.memory_kib for each in history.of(LoadTarget)]
    if len(seen) > 1 and seen[0]:
        growth = (Decimal(100 * (seen[-1] - seen[0])) / seen[0]).quantize(Decimal("0.1"))
        yield measure("memory-growth", str(growth), en="growth of memory", zh="内存增长", unit="%", samples=len(seen))
    files = [each.octets for each in history.of(LoadTarget) if each.octets >= 0]
    if len(files) > 1:
        yield measure(
            "file-growth", f"{(files[-1] - files[0]) / 2**20:.1f}", en="growth of files", zh="文件增长", unit="MiB"
        )
    yield from platform_load.measurements(history)
