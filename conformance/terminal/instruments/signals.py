"""Signals of 4-20 mA loops at the limits of NAMUR NE 43 (CSMT 7.1, 11.3 c; ISC-2 7.2.3-A(1)).

Weighing indicators send by themselves. Leaves scaling within the range, and loops plainly broken, to `interfaces`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Line, Scenario
from conformance.common import accuracy
from conformance.common.actions import all_centres, points, read_readings
from conformance.common.phases import WATCHED
from conformance.terminal import LOCAL, UPLINK
from conformance.terminal.acquisition.interfaces import SERIAL
from conformance.terminal.instruments import signals_judge
from simulators.meters.faults import Current

_WEIGHTS = 100


class KeepsTheLimitsOfSignals(Case):
    """Currents are measurements from 3.8 to 20.5 mA, faults from 3.6 mA down and 21.0 mA up, and in between neither."""

    zh = "4–20 mA 信号按 NAMUR NE 43 界限判定：3.8–20.5 mA 有效，≤3.6 与 ≥21.0 mA 为故障，其间不作为良好值。"
    checks = {
        signals_judge.MEASURED_TO_THE_LIMITS: ("csmt/11.3c-4", "csmt/7.1d"),
        signals_judge.FAULT_WITHOUT_VALUE: ("csmt/11.3c-4", "csmt/7.1d"),
        **beside(signals_judge.BETWEEN_NOT_GOOD, signals_judge.ONLY_MEASUREMENTS_SENT_AS_NORMAL),
    }
    needs = (SERIAL, UPLINK, LOCAL)
    scenario = Scenario(circuits=0, behind=(Line(("analogue",)),), centres=("A",), realtime_interval_s=60, kinds=())
    currents = ("4", "20", "3.8", "20.5", "3.7", "20.8", "3.6", "21.0", "12")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=10, seconds=30)
        meter = next(iter(bench.meters.values()))
        for ma in self.currents:
            meter.clear()
            meter.set_fault(Current(ma=ma))
            signals_judge.CURRENT.put(bench, signals_judge.Current(ma=ma))
            await bench.clock.sleep(minutes=4)
        signals_judge.CURRENT.put(bench, signals_judge.Current())
        meter.clear()
        await bench.clock.sleep(minutes=3)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from signals_judge.findings(history, all_centres(history))


class TellsGlitchesFromFailures(Case):
    """A loop at fault for 2 s is no failure yet; after 4 s it is, and no good value is made of either."""

    zh = "回路越限 2 s 不判故障，持续超过 4 s 判为故障并报警（NAMUR NE 43），其间均无良好值。"
    checks = {
        signals_judge.NO_GOOD_VALUE_OUTSIDE: ("csmt/7.1d",),
        **beside(
            signals_judge.GLITCH_IS_NO_FAILURE, signals_judge.LASTING_FAULT_REPORTED, signals_judge.FAILURE_CLEARED
        ),
    }
    needs = (SERIAL, LOCAL, "alarms.signal-failure")
    scenario = Scenario(circuits=0, behind=(Line(("analogue",)),), centres=(), period_s=1, kinds=())
    # NE 43 as the public facts have it; nobody vouches for the number (docs/LIMITS.md).
    lasts_s = 4
    faults = (("3.5", 2), ("21.5", 2), ("0", 3), ("3.5", 9), ("21.5", 9))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        meter = next(iter(bench.meters.values()))
        await bench.clock.sleep(seconds=30.4)
        for ma, length_s in self.faults:
            meter.set_fault(Current(ma=ma))
            signals_judge.CURRENT.put(bench, signals_judge.Current(ma=ma))
            await bench.clock.sleep(length_s)
            meter.clear()
            signals_judge.CURRENT.put(bench, signals_judge.Current(ma=""))
            await bench.clock.sleep(25)
        await bench.operator.alarms()
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from signals_judge.lasting_findings(history, self.lasts_s)


class ReadsWeighingIndicators(Case):
    """Weights that indicators send by themselves, truck after truck, are stored as they were shown when read."""

    zh = "地磅仪表主动发送的重量（逐车）按读取时刻的显示值存储。"
    # An indicator stands alone at a serial port, as devices with RS232 do; the electrical level is inspected.
    checks = {
        accuracy.SAME_READING.of("stored"): ("isc-2/9.3c", "csmt/7.1b"),
    }
    needs = ("source.weighing", LOCAL)
    scenario = Scenario(
        circuits=0, behind=(Line(("scale",)), Line(("scale-reversed",))), centres=("A",), period_s=10, kinds=()
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(seconds=35)
        for weight in ("16.40", "48.26", "0.00", "15.98", "49.02", "0.00"):
            for point in points(bench):
                meter = next(each for each in bench.meters.values() if point in each.points)
                meter.preset(point, weight)
            await bench.clock.sleep(seconds=95)
        WATCHED.put(bench)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from accuracy.findings(history, "reading", needed=_WEIGHTS)
