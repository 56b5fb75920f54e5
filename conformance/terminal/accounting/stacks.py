"""A stack measured beside the accounting: both results for the same minutes, the measured one in no total.

Hours of it that lack values, or that a calibration finds out of control, count from a share of their minutes on, or are
stood in for. Leaves the calibrations themselves to the laboratory (docs/LIMITS.md).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bench.case import Case, Finding, Rig, Text, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import AccountingUnit, Emitter
from conformance.common.times import HOUR, MINUTE, SECOND, ceil, floor
from conformance.terminal import LOCAL, MODBUS, UPLINK, read_out
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
        stacks_judge.MEASURED: ("isc-2/5.1c", "csmt/12.2d"),
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


_PLAIN = source(
    *("stack", "unit-1", "measured", "flue-gas-hj75-2017", "stack-wet"),
    *(read("Q", "Nm3", "stack_flow.water"), fixed("XSW", "%", "8.4"), read("CO2", "%", "stack_co2.share")),
)
_ALONE = Emitter(
    id="power-unit",
    name="示范发电厂",
    sector="power",
    units=(AccountingUnit(id="unit-1", use="发电"),),
    sources=(msgspec.structs.replace(_PLAIN, valid_share="75", substitution="hj75-2017"),),
)


_OLDER = msgspec.structs.replace(
    _ALONE, sources=(msgspec.structs.replace(_PLAIN, valid_share="75", substitution="hjt75-2007"),)
)


class StandsInForFailedHours(Case):
    """Hours of a stack count from three quarters of their minutes on; for the others the largest before them stands."""

    zh = "烟气小时值自有效分钟达 75 % 起有效；无效小时按 HJ 75 以此前最大有效小时值替代并标识，有效率不足则不替代。"
    remark = Text(
        "the drafts name no rule for stacks that lack values; HJ 75 has one for pollutants, used for CO2 in practice",
        "标准草案未规定烟气实测缺失数据的处理；HJ 75 针对污染物，CO2 系参照实践",
    )
    checks = beside(stacks_judge.HOURS, stacks_judge.SUBSTITUTED, stacks_judge.MARKED, stacks_judge.NO_RULE)
    needs = (ACCOUNTING, "source.cems", "source.cems-substitution", MODBUS, LOCAL)
    scenario = scenario(
        "power-unit",
        _ALONE,
        (("stack_flow", "water"), ("stack_co2", "share")),
        start="2026-06-30T23:58:00+08:00",
        centres=(),
    )

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)

        async def until(minutes: float) -> None:
            await bench.clock.sleep((hour + minutes * MINUTE - bench.clock.now_us()) / SECOND)

        async def silent(since: float, to: float) -> None:
            await until(since)
            bench.meters["stack_co2"].set_fault(Silent())
            await until(to)
            bench.meters["stack_co2"].clear()

        # The largest of the hours before the failure is not the last of them; exactly three quarters of the hours are
        # valid, at the second failure fewer.
        await silent(80.5, 95.5)
        await until(130.5)
        bench.meters["stack_co2"].preset("share", "0")
        await until(140.5)
        bench.meters["stack_co2"].release("share")
        await silent(190.5, 215.5)
        await until(301.1)
        await bench.operator.emissions("source", "stack", "hour", hour, hour + 5 * HOUR)
        await silent(310.5, 350.5)
        await until(421.1)
        await bench.operator.emissions("source", "stack", "hour", hour + 5 * HOUR, hour + 7 * HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from stacks_judge.hours_findings(history, "stack")


class InterpolatesFailedHours(Case):
    """For a failure of a stack's instrument of up to 24 hours stands the mean of the valid hours on either side."""

    zh = "烟气实测失效不超过 24 h 时，以失效前后有效小时的均值替代并标识；失效未结束时不替代。"
    remark = Text(
        "the drafts name no rule for stacks that lack values; HJ/T 75-2007 has one for pollutants, before HJ 75-2017",
        "标准草案未规定烟气实测缺失数据的处理；HJ/T 75-2007 针对污染物，早于 HJ 75-2017",
    )
    checks = beside(stacks_judge.HOURS, stacks_judge.INTERPOLATED, stacks_judge.MARKED, stacks_judge.NOT_YET)
    needs = (ACCOUNTING, "source.cems", "source.cems-interpolation", MODBUS, LOCAL)
    scenario = scenario(
        "power-unit",
        _OLDER,
        (("stack_flow", "water"), ("stack_co2", "share")),
        start="2026-03-02T08:58:00+08:00",
        centres=(),
    )

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)

        async def until(minutes: float) -> None:
            await bench.clock.sleep((hour + minutes * MINUTE - bench.clock.now_us()) / SECOND)

        gas = bench.meters["stack_co2"]

        async def silent(since: float, to: float) -> None:
            await until(since)
            gas.set_fault(Silent())
            await until(to)
            gas.clear()

        await silent(30.5, 40.5)
        # Nothing is burnt: minutes and a whole hour of no emission are valid.
        await until(44.5)
        gas.preset("share", "0")
        await until(52.5)
        gas.release("share")
        await silent(70.5, 100.5)
        await until(119.5)
        gas.preset("share", "0")
        for asked in (121.1, 181.1):
            await until(asked)
            await bench.operator.emissions("source", "stack", "hour", hour, floor(bench.clock.now_us(), HOUR))

    def judge(self, history: History) -> Iterator[Finding]:
        yield from stacks_judge.interpolated_findings(history, "stack")


_CALIBRATED = msgspec.structs.replace(
    _ALONE, sources=(msgspec.structs.replace(_ALONE.sources[0], zero_limit="5", span_limit="10"),)
)


class MendsTheDayBefore(Case):
    """A failure of a stack's instrument over midnight: its hours, once it is over, make the day before a whole one."""

    zh = "烟气仪表跨零点失效：失效结束后替代其小时值，前一日的日值随之补齐。"
    remark = Text(
        "the drafts name no rule for stacks that lack values; HJ/T 75-2007 has one for pollutants, before HJ 75-2017",
        "标准草案未规定烟气实测缺失数据的处理；HJ/T 75-2007 针对污染物，早于 HJ 75-2017",
    )
    checks = beside(stacks_judge.DAY_MENDED, stacks_judge.DAY_NOT_YET)
    needs = (ACCOUNTING, "source.cems", "source.cems-interpolation", MODBUS, LOCAL)
    rigs = Rig.VIRTUAL
    virtual_only = Text("a whole day is watched", "须观察一整天")
    scenario = scenario(
        "power-unit",
        _OLDER,
        (("stack_flow", "water"), ("stack_co2", "share")),
        start="2026-03-01T23:58:00+08:00",
        centres=(),
    )

    async def drive(self, bench: Bench) -> None:
        day = ceil(bench.clock.now_us(), HOUR)

        async def until(hours: float) -> None:
            await bench.clock.sleep((day + hours * HOUR - bench.clock.now_us()) / SECOND)

        await until(22.6)
        bench.meters["stack_co2"].set_fault(Silent())
        await until(24.1)
        await bench.operator.emissions("source", "stack", "day", day, day + 24 * HOUR)
        await bench.operator.emission_sum("source", "stack", day + 20 * HOUR, day + 24 * HOUR)
        await until(24.6)
        bench.meters["stack_co2"].clear()
        await until(26.1)
        await bench.operator.emissions("source", "stack", "day", day, day + 24 * HOUR)
        await bench.operator.emission_sum("source", "stack", day + 20 * HOUR, day + 24 * HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from stacks_judge.day_findings(history, "stack")


class StandsInForHoursOutOfControl(Case):
    """From the last calibration that was passed to the next nothing counts, once one has found too great a drift."""

    zh = "校准发现漂移超限后，自上次合格校准至下次合格校准为失控时段，其小时值以此前最大有效小时值替代并标识。"
    remark = Text(
        "the drafts name no rule for instruments out of control; HJ 75 has one, with limits that are not confirmed",
        "标准草案未规定失控时段；HJ 75 有此规定，其限值未经现有文本证实",
    )
    checks = beside(
        stacks_judge.IN_CONTROL, stacks_judge.CONTROL_SUBSTITUTED, stacks_judge.MARKED, stacks_judge.NOT_BACK_YET
    )
    needs = (ACCOUNTING, "source.cems", "source.cems-substitution", "source.cems-control", MODBUS, LOCAL)
    scenario = scenario(
        "power-unit",
        _CALIBRATED,
        (("stack_flow", "water"), ("stack_co2", "share")),
        start="2026-06-30T23:58:00+08:00",
        centres=(),
    )

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        told = ("李工", "校准")

        async def until(minutes: float) -> None:
            await bench.clock.sleep((hour + minutes * MINUTE - bench.clock.now_us()) / SECOND)

        async def calibrated(at: int, zero: str, span: str) -> None:
            await bench.operator.enter_calibration("stack", hour + at * MINUTE, zero, span, *told)

        # Both drifts at their limits are no failure; ten minutes before its end would not cost an hour its validity.
        # The largest of the hours before is not the last of them.
        await until(122)
        await calibrated(120, "-5", "10")
        await until(242)
        await calibrated(240, "0.4", "-1.2")
        await until(292)
        await calibrated(290, "0.6", "-10.1")
        await until(301.3)
        await bench.operator.emissions("source", "stack", "hour", hour, hour + 5 * HOUR)
        # Minutes of which there was an emission until the calibration of 290 failed.
        await bench.operator.emission_sum("source", "stack", hour + 4 * HOUR, hour + 4 * HOUR + 45 * MINUTE)
        await until(302)
        await calibrated(300, "0.1", "0.3")
        await until(362)
        await bench.operator.emissions("source", "stack", "hour", hour, hour + 6 * HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from stacks_judge.control_findings(history, "stack")
