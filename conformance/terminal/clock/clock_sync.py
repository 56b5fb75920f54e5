"""Synchronisation: a clock kept by an NTP server, and running free without it (R-10; ISC-2 7.3.1).

Leaves clocks that a centre sets to `clock`. The source itself moves in these cases, so that a clock which only happens
to be right does not pass for one that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Text, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario, TimeServer
from conformance.common import clock_offset
from conformance.common.phases import PROBE, Probe
from conformance.common.times import HOUR
from conformance.terminal import HJ212, MODBUS

_MOVED_S = 2.5
_CENTRE = "A"
# Polling every 15 min: the clock alone is asked about.
_QUIET = Scenario(
    circuits=1, points=1, period_s=900, minute_interval=30, kinds=(), centres=(_CENTRE,), services=(TimeServer(),)
)


async def _probe(bench: Bench, number: int) -> None:
    """Read the terminal's clock some times, at instants spread over the second."""
    PROBE.put(bench, Probe(number=number))
    for _ in range(clock_offset.READINGS):
        asked = bench.clock.now_us()
        await bench.centres[_CENTRE].read_clock()
        await bench.clock.sleep(max(clock_offset.SPACING_S - (bench.clock.now_us() - asked) / 1e6, 0))


async def _hourly(bench: Bench, numbers: range) -> None:
    """One probe an hour, after as many hours as there are probes."""
    begun = bench.clock.now_us()
    for count, number in enumerate(numbers, 1):
        await bench.clock.sleep(max((begun + count * HOUR - bench.clock.now_us()) / 1e6, 0))
        await _probe(bench, number)


class KeepsTheTimeOfItsSource(Case):
    """Kept by an NTP server the clock is within 1 s of it at 24 hourly probes, wherever the server goes."""

    zh = "由 NTP 服务器校时，24 次每小时探测偏差均不超过 1 s，时间源变动时跟随。"
    remark = Text(
        "R-10 A: how far the clock is off is a remark; a limit on it binds under reading B only.",
        "R-10 甲：时钟偏差仅作备注；限值仅在读法乙下有约束力。",
    )
    checks = {
        **beside(clock_offset.KEPT_WITHIN_A_SECOND, clock_offset.ASKS_ITS_SOURCE),
    }
    needs = (MODBUS, HJ212, "clock.centre", "clock.ntp")
    once = True
    scenario = _QUIET

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=10)
        await _hourly(bench, range(1, 9))
        await bench.time_server.lead(_MOVED_S)
        await _hourly(bench, range(9, 17))
        await bench.time_server.lead(-_MOVED_S)
        await _hourly(bench, range(17, 25))

    def judge(self, history: History) -> Iterator[Finding]:
        yield from clock_offset.kept_findings(history)
        yield clock_offset.asking_finding(history)


class KeepsTimeWithoutItsSource(Case):
    """Without its NTP server the clock drifts by at most 1 s in 24 h, and follows once the server is back."""

    zh = "失去 NTP 服务器后 24 h 漂移不超过 1 s，恢复后重新跟随。"
    remark = Text(
        "R-10 A: how far the clock drifts is a remark; a limit on it binds under reading B only.",
        "R-10 甲：时钟漂移仅作备注；限值仅在读法乙下有约束力。",
    )
    checks = {
        **beside(clock_offset.FREE_RUN_DRIFT, clock_offset.FOLLOWS_AGAIN),
    }
    needs = (MODBUS, HJ212, "clock.centre", "clock.ntp", "clock.free-run")
    once = True
    scenario = _QUIET

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=1, minutes=10)
        async with bench.time_server.silent():
            await _probe(bench, 1)
            await _hourly(bench, range(2, 26))
            await bench.time_server.lead(_MOVED_S)
        await _hourly(bench, range(26, 29))

    def judge(self, history: History) -> Iterator[Finding]:
        yield clock_offset.free_run_finding(history)
        yield clock_offset.found_again_finding(history)
