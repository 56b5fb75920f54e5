"""The platform's own clock against true time, hour by hour (CPCIF 6.3; R-10)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check, Measurement, Text, criterion, measure
from bench.dut.platform.vocabulary.system import CLOCK
from bench.history import History
from conformance.common.platforms.told import analyses
from conformance.common.times import HOUR, SECOND, instant_of_iso, local, seconds

KEPT = criterion(
    "server-clock-kept",
    en="the server's clock is within 1 s of true time at each of 24 hourly probes, whatever its own clock does",
    zh="24 次每小时探测中服务器时钟与标准时间偏差均不超过 1 s，不论其本机时钟如何",
    unit="s",
    scheduled=Text("how far the clock is off, not how fast anything is", "考核时钟偏差，而非快慢"),
)
PROBES = 24


def findings(history: History) -> Iterator[Check | Measurement]:
    """Every time that the clock was asked for; the answer was made between question and answer."""
    worst: Decimal | None = None
    within = 0
    lines: list[str] = []
    hours: set[int] = set()
    for event in analyses(history, CLOCK):
        shown = instant_of_iso(event.rows[0].now) if event.rows else None
        if shown is None:
            continue
        middle = (event.asked + event.t) // 2
        off = shown - middle
        hours.add(event.asked // HOUR)
        within = max(within, (event.t - event.asked) // 2)
        if worst is None or abs(off) > worst * SECOND:
            worst = Decimal(seconds(abs(off)))
        if abs(off) > SECOND:
            lines.append(f"{local(middle)}: {seconds(off)} s")
    enough = len(hours) >= PROBES
    yield measure("server-clock-offset", worst or 0, en="largest offset of the clock", zh="时钟最大偏差", unit="s")
    yield KEPT.compare(
        worst if enough else None,
        "<=",
        1,
        uncertainty=Decimal(within) / SECOND if within else Decimal("0.001"),
        evidence=lines,
    )
