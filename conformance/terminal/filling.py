"""Filling of gaps by estimates that never pass for measurements (CSMT 12.3.2; SSEA 5.2.3.1; R-18).

Leaves recording gaps to `acquisition`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.bench import Bench
from bench.case import Case, Finding, Rig
from bench.history import History
from bench.scenario import Scenario
from conformance.judges import delivery, filling, gaps
from conformance.terminal import HJ212, LOCAL, MODBUS
from conformance.terminal.moves import all_centres, points, read_readings, reconciled
from simulators.meters.faults import Refusing, Silent


class FillsGapsWithEstimates(Case):
    """Gaps are filled by a named method, exactly, in a series of their own; nothing estimated is sent as measured."""

    zh = "缺失时段按注明的方法插补，估计值逐位正确、单独存放并有标记，不作为测量值存储或上传。"
    clauses = ("csmt/12.3.2a", "isc-2/7.2.3-A(1)b")
    needs = (MODBUS, HJ212, LOCAL, "acquisition.gap-record", "acquisition.gap-filling")
    rigs = Rig.VIRTUAL
    scenario = Scenario(circuits=3, points=2, maps=("adl3000",), centres=("A",), realtime_interval_s=60)

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        one, two, three = bench.meters.values()
        # The first stretch of the third meter has nothing before it; the counter of the second rolls over unseen.
        three.set_fault(Silent())
        counter = next(point for point, channel in two.points.items() if channel.counter)
        two.rollover_soon(counter, "0.60")
        await bench.clock.sleep(minutes=20, seconds=20)
        three.clear()
        await bench.clock.sleep(minutes=9)
        two.set_fault(Refusing(code=4))
        await bench.clock.sleep(minutes=5)
        one.set_fault(Silent())
        await bench.clock.sleep(minutes=37)
        one.clear()
        await bench.clock.sleep(minutes=20)
        two.clear()
        await bench.clock.sleep(minutes=34)
        await bench.operator.gaps()
        await bench.operator.log(start)
        for point in points(bench):
            await bench.operator.estimates(point, start, bench.clock.now_us())
        await read_readings(bench, points(bench), start, bench.clock.now_us())
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from filling.findings(history)
        yield from gaps.findings(history, all_centres(history))
        for found in delivery.findings(reconciled(history)):
            if found.id == "none-invented":
                yield found
