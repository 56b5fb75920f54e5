"""A stack measured beside the accounting: both results for the same minutes, the measured one in no total.

Leaves drift, calibration and substitution of instruments to the laboratory (docs/LIMITS.md).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accounting import boundaries, stacks_judge
from conformance.terminal.accounting.boundaries import fixed, read, scenario, source
from conformance.terminal.accounting.figures import ACCOUNTING
from simulators.meters.faults import Silent

FAMILY = "accounting"

_STACK = source(
    *("stack", "unit-1", "measured", "flue-gas-hj75-2017", "stack-state"),
    *(read("Q", "m3", "stack_flow.water"), fixed("P", "Pa", "100525"), fixed("TS", "°C", "52.4")),
    *(read("XSW", "%", "stack_moisture.share"), read("CO2", "%", "stack_co2.share")),
)
_EMITTER = msgspec.structs.replace(boundaries.POWER_UNIT, sources=(*boundaries.POWER_UNIT.sources, _STACK))


class MeasuresTheStackBesideTheFuel(Case):
    """A power unit's stack by volume, state, moisture and CO2 beside its fuels: both exact; none told without CO2."""

    zh = "发电机组烟气流量、含湿量、CO2 浓度实测与燃料核算并列，两者逐位准确；分析仪无值时实测结果缺失，核算不受影响。"
    checks = {
        stacks_judge.MEASURED: ("isc-2/5.1c",),
        stacks_judge.BESIDE: (),
        stacks_judge.NO_GAS_NO_RESULT: (),
    }
    needs = (ACCOUNTING, "source.cems", MODBUS, UPLINK, read_out("stack-*", "measured-*"))
    scenario = scenario(
        "power-unit",
        _EMITTER,
        (*boundaries.POWER_STREAMS, ("stack_flow", "water"), ("stack_moisture", "share"), ("stack_co2", "share")),
        start="2026-03-02T08:57:00+08:00",
    )

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep((hour + 10 * MINUTE - bench.clock.now_us()) / SECOND)
        bench.meters["stack_co2"].set_fault(Silent())
        await bench.clock.sleep(minutes=4)
        bench.meters["stack_co2"].clear()
        await bench.clock.sleep((hour + 20 * MINUTE - bench.clock.now_us()) / SECOND + 65)
        for of, id in (("source", "stack"), ("source", "coal"), ("unit", "unit-1"), ("emitter", "")):
            await bench.operator.emissions(of, id, "minute", hour, hour + 20 * MINUTE)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from stacks_judge.findings(history, "stack")
