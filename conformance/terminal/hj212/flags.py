"""Data flags told apart: why a value is missing, not only that it is (HJ 212-2017 table 8; ISC-2 7.2.4, 7.2.3-B(3)).

Leaves to `delivery` that no flag stands at a sound record, and to `manual_correction` values set by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.terminal import HJ212, MODBUS
from conformance.terminal.hj212 import flags_judge
from simulators.meters.faults import Silent


class TellsFlagsApart(Case):
    """A meter that cannot be reached and one beyond its range are flagged each for what it is, as HJ 212 has it."""

    zh = "表计通信中断与超量程的数据分别以 HJ 212 规定的各自标记上传，不相混淆。"
    checks = {
        flags_judge.SILENCE_IS_COMMUNICATION: ("isc-2/7.2.4k",),
        flags_judge.EXCESS_IS_RANGE: ("isc-2/7.2.4k", "isc-2/7.2.3-B(3)b"),
    }
    needs = (MODBUS, HJ212, "processing.range-check")
    scenario = Scenario(
        circuits=2,
        points=2,
        maps=("adl3000",),
        meters=("gas",),
        centres=("A",),
        minute_interval=5,
        realtime_interval_s=60,
        kinds=("minute",),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=10, seconds=20)
        silent, gas = bench.meters["e02"], bench.meters["gas"]
        beyond = next(point for point, channel in gas.points.items() if channel.register.high)
        high = gas.points[beyond].register.high
        silent.set_fault(Silent())
        gas.preset(beyond, str(int(float(high)) + 20))
        flags_judge.FLAGGED.put(bench, flags_judge.Flagged(silent="e02", beyond=beyond))
        await bench.clock.sleep(minutes=40)
        flags_judge.UNFLAGGED.put(bench)
        silent.clear()
        gas.release(beyond)
        await bench.clock.sleep(minutes=12)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from flags_judge.findings(history)
