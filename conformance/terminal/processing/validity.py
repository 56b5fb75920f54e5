"""Means of periods that lack readings: valid from the share that the maker declares, exactly (ISC-2 7.2.3-B(3)).

Leaves values out of range to `processing`, and what a gap is to `acquisition`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, Text
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common.times import HOUR, SECOND, ceil
from conformance.terminal import MODBUS, UPLINK
from conformance.terminal.processing import validity_judge
from simulators.meters.faults import Silent

_NEEDS = (MODBUS, UPLINK, "processing.valid-share")
_WORLD = Scenario(circuits=1, points=2, maps=("adl3000",), centres=("A",), tell_declared=True)


async def _leave_out(bench: Bench, period_s: float, most: int) -> None:
    """Period after period one reading more is missing, from none to all; the case begins as one begins."""
    (meter,) = bench.meters.values()
    await bench.clock.sleep(period_s / 2)
    for missing in range(most + 1):
        if missing:
            meter.set_fault(Silent())
            await bench.clock.sleep(missing * period_s)
            meter.clear()
        await bench.clock.sleep((most - missing) * period_s)


class JudgesHoursByTheirShare(Case):
    """An hour is valid with the declared share of its readings, and with one less it is not."""

    zh = "小时均值在达到厂家声明的有效数据比例时有效，少一个读数即无效。"
    checks = {validity_judge.VALID_FROM_THE_SHARE.of("hour"): ("isc-2/7.2.3-B(3)b",)}
    needs = _NEEDS
    scenario = _WORLD.but(start="2026-03-02T07:00:00+08:00", period_s=300, kinds=("hour",))

    async def drive(self, bench: Bench) -> None:
        # The first hour is the one in which the terminal starts.
        now = bench.clock.now_us()
        await bench.clock.sleep((ceil(now + HOUR, HOUR) - now) / SECOND)
        await _leave_out(bench, 300, 12)
        await bench.centres.settle(minutes=40)

    def judge(self, history: History) -> Iterator[Finding]:
        yield validity_judge.share_finding(history, "hour")


class JudgesDaysByTheirShare(Case):
    """A day is valid with the declared share of its readings, and with one less it is not."""

    zh = "日均值在达到厂家声明的有效数据比例时有效，少一个读数即无效。"
    checks = {validity_judge.VALID_FROM_THE_SHARE.of("day"): ("isc-2/7.2.3-B(3)b",)}
    needs = _NEEDS
    rigs = Rig.VIRTUAL
    virtual_only = Text("nine days have to pass by the terminal's clock", "须按终端时钟经过九日")
    scenario = _WORLD.but(start="2026-03-02T00:00:00+08:00", period_s=10_800, kinds=("day",))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(days=1)
        await _leave_out(bench, 10_800, 8)
        await bench.centres.settle(hours=8)

    def judge(self, history: History) -> Iterator[Finding]:
        yield validity_judge.share_finding(history, "day")
