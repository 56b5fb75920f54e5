"""Times that real time decides: delay of real-time data, and the shortest cadence at full load (R-08, R-11, R-45).

Leaves the lower bounds that virtual time gives to the other chapters. In virtual time the same cases run, and their
timed checks are not run.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import timing
from conformance.common.phases import WATCHED
from conformance.terminal import LIVE, MODBUS
from conformance.terminal.realtime import delays_judge

FAMILY = "timing_real"

_CENTRE = "A"
# What a terminal may take from its start to its first poll, on a machine that is busy.
START_S = 45


class DeliversRealTimeDataWithinTwoSeconds(Case):
    """A thousand real-time values of 29 circuits reach the centre at most 2 s after the meters' answers (P99)."""

    zh = "29 个回路的千条实时数据自表计应答起 2 s 内到达中心（P99）。"
    checks = {
        delays_judge.DELAY_P99: ("cpcif/6.1c-1",),
        **beside(delays_judge.EVERY_RECORD_HAS_ITS_ANSWER),
    }
    needs = (MODBUS, LIVE, "role.collector")
    proof = Rig.PROCESS
    once = True
    # One answer of each point for each real-time packet, at the shortest interval that HJ 212 offers.
    scenario = Scenario(
        circuits=29, points=0, period_s=30, minute_interval=30, realtime_interval_s=30, kinds=(), centres=(_CENTRE,)
    )

    async def drive(self, bench: Bench) -> None:
        points = sum(len(meter.points) for meter in bench.meters.values())
        packets = -(-delays_judge.RECORDS // max(points, 1))
        # One interval more at the beginning, which may have begun before the terminal ran, and one at the end.
        await bench.clock.sleep(START_S + (packets + 2) * 30 + 6)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from delays_judge.findings(history, _CENTRE)


class PollsTwentyNineCircuitsEverySecond(Case):
    """With a period of 1 s each of 29 circuits is asked every second for 200 cycles, none left out."""

    zh = "采集周期 1 s 时，29 个回路连续 200 个周期逐秒采集，不漏采。"
    checks = {
        timing.EVERY_METER_POLLED: ("isc-2/9.1f",),
        timing.PERIOD_ERROR: ("isc-2/9.1a", "isc-2/9.1f"),
        timing.NO_CYCLE_SKIPPED: ("isc-2/9.1a", "isc-2/9.1f"),
    }
    needs = (MODBUS,)
    once = True
    scenario = Scenario(circuits=29, points=2, period_s=1, minute_interval=30, kinds=(), centres=(_CENTRE,))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(timing.CYCLES + START_S)
        WATCHED.put(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from timing.cadence_findings(history)
