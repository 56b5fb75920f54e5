"""Time that goes back while records wait: every record keeps one key, every message its own number (R-10, R-25)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import clock_steps, frames
from conformance.common.actions import all_centres, reconciled
from conformance.common.phases import RIGHT
from conformance.common.times import SECOND
from conformance.terminal import HJ212, MODBUS
from conformance.terminal.clock.clock import STEP, Step

FAMILY = "timeback"

_BACK_S = 2400


class KeepsOneKeyPerRecord(Case):
    """The clock goes back 40 min while a centre is dead and a backlog waits: no key has two contents, none is lost."""

    zh = "中心不可达、积压待传时时钟倒退 40 min：每条记录键值唯一，不重号、不丢失。"
    checks = {
        clock_steps.NO_DUPLICATE_KEY: ("isc-2/7.3.1e",),
        clock_steps.NO_NEGATIVE_PERIOD: ("isc-2/7.3.1e",),
        clock_steps.NO_OVERLAPPING_PERIOD: ("isc-2/7.3.1e",),
        clock_steps.NO_LOST_PERIOD: ("csmt/7.6a",),
        clock_steps.NOTHING_COUNTED_TWICE: ("isc-2/7.3.1e",),
        clock_steps.PERIOD_TOTALS_TRUE: ("isc-2/7.3.1e", "csmt/8.2.1g"),
        frames.QN_NAMES_ONE_MESSAGE: ("isc-2/7.2.4k",),
        **beside(clock_steps.COMMAND_EXECUTED.of("1012")),
    }
    needs = (MODBUS, HJ212, "clock.centre")
    # Real-time data go out at the same wall times again, and need numbers that were not used then.
    scenario = Scenario(
        start="2026-03-02T05:00:00+08:00", circuits=2, points=2, kinds=("minute", "hour"), realtime_interval_s=60
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=3, minutes=7, seconds=20)
        centre = bench.centres["B"]
        async with bench.links["uplink.A"].cut():
            await bench.clock.sleep(minutes=25)
            STEP.put(bench, Step(seconds=-_BACK_S))
            await centre.set_clock(bench.clock.now_us() - _BACK_S * SECOND)
            await bench.clock.sleep(minutes=65)
        # The backlog goes out while the clock still shows what it showed before.
        await bench.clock.sleep(minutes=20)
        await bench.power.off(60)
        await bench.clock.sleep(minutes=20)
        RIGHT.put(bench)
        await centre.set_clock()
        await bench.clock.sleep(hours=2)
        await bench.centres.settle(minutes=20)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield clock_steps.accepted_finding(history, "1012")
        yield from clock_steps.period_findings(history, ledgers)
        yield from clock_steps.total_findings(history, ledgers)
        for finding in frames.identity_findings(history, all_centres(history)):
            if finding.id == "qn-names-one-message":
                yield finding
