"""Counters over full scale, reset and replaced, each followed by lost power (CSMT 8.2.1, 8.2.2; R-19, R-29).

Leaves the events themselves, with the power on, to `processing`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, Text, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery
from conformance.common.actions import all_centres, counters, reconciled
from conformance.common.times import MINUTE, SECOND, ceil
from conformance.terminal import BY_TIME_OF_DAY, LOCAL, MODBUS, UPLINK
from conformance.terminal.processing import counters_judge, settlements_judge

_THREE = Scenario(circuits=3, points=1, maps=("adl3000",), centres=("A",), minute_interval=1)
_NEEDS = (MODBUS, UPLINK, LOCAL, "counters.rollover", "counters.replacement")


async def _happen(bench: Bench, margin: str) -> None:
    """The first register is about to pass full scale, the second falls, the third is another meter's from now on."""
    over, fallen, replaced = (next(iter(meter.points)) for meter in bench.meters.values())
    bench.meters["e01"].rollover_soon(over, margin)
    bench.meters["e02"].reset(fallen)
    at = bench.clock.now_us()
    for point, (final_old, initial_new) in bench.meters["e03"].replace({}, serial=77_003).items():
        if point == replaced:
            await bench.operator.replacement(point, at, final_old, initial_new)


async def _replaced_as_it_is_read(bench: Bench) -> None:
    """The third register is another meter's from the very second of a reading on; power is lost before the next one."""
    point, meter = next(iter(bench.meters["e03"].points)), bench.meters["e03"]
    read = ceil(bench.clock.now_us() + MINUTE, 5 * MINUTE)
    await bench.clock.sleep((read - bench.clock.now_us()) / SECOND - 2)
    final_old, initial_new = meter.replace({}, serial=77_004)[point]
    await bench.operator.replacement(point, read, final_old, initial_new)
    await bench.clock.sleep(32)
    await bench.power.off(5)


class KeepsCountOverRestarts(Case):
    """Power lost within the minute, hour and day of a roll-over, a reset and a replacement changes no increment.

    A second replacement has the time of the very reading that is the first of the new meter.
    """

    zh = "满度回零、复位、换表后的同一分钟、小时、日内断电重启，各时段增量不变。"
    checks = {
        counters_judge.ROLLOVER_COUNTED: ("csmt/8.2.2a", "csmt/8.2.2b"),
        counters_judge.NO_INCREMENT_FROM_A_FALL: ("isc-2/7.2.3-B(3)b",),
        counters_judge.FALL_FLAGGED: ("isc-2/7.2.3-B(3)b",),
        counters_judge.REPLACEMENT_COUNTED: ("csmt/8.2.1a",),
        counters_judge.INCREMENTS_OF_THE_REGISTER.of("hour"): ("csmt/8.2.1a", "csmt/8.2.1h"),
        counters_judge.INCREMENTS_OF_THE_REGISTER.of("day"): ("csmt/8.2.1a", "csmt/8.2.1b"),
        **beside(counters_judge.INCREMENTS_OF_THE_REGISTER.of("minute"), counters_judge.FALL_LOGGED, *delivery.ARRIVAL),
    }
    needs = _NEEDS
    rigs = Rig.VIRTUAL
    virtual_only = BY_TIME_OF_DAY
    scenario = _THREE.but(start="2026-03-02T23:50:00+08:00", period_s=300, minute_interval=5)

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        bench.meters["e02"].preset("e02.energy", "500000.00", hold=False)
        await bench.clock.sleep(hours=2, minutes=22, seconds=20)
        await _happen(bench, "2.00")
        # Within the minute of what was entered, before any reading could follow; of the hour; of the day.
        await bench.clock.sleep(15)
        await bench.power.off(5)
        await bench.clock.sleep(minutes=12)
        await bench.power.off(10)
        await bench.clock.sleep(hours=4)
        await bench.power.off(10)
        await _replaced_as_it_is_read(bench)
        await bench.clock.sleep(hours=17, minutes=30)
        await bench.operator.log(start)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        centres, ledgers = all_centres(history), reconciled(history)
        yield from counters_judge.rollover_findings(history, centres)
        yield from counters_judge.event_findings(history, centres)
        yield from counters_judge.replacement_findings(history, centres)
        yield from counters_judge.increment_findings(history, centres)
        yield from delivery.findings(ledgers)


class KeepsTheMonthOverRestarts(Case):
    """A month in which a register passed full scale, another meter came, and power was lost twice is exact."""

    zh = "满度回零、换表并两次断电的当月累计逐位正确。"
    checks = {
        settlements_judge.TOTALS.of("month"): ("isc-2/7.3d", "csmt/8.2.1d"),
        settlements_judge.TOTALS.of("day"): ("isc-2/7.3b",),
        **beside(settlements_judge.DAILY_EXTREMES),
    }
    needs = _NEEDS
    rigs = Rig.VIRTUAL
    virtual_only = Text("a whole month has to pass by the terminal's clock", "须按终端时钟经过一个完整自然月")
    scenario = _THREE.but(start="2026-01-31T20:30:00+08:00", period_s=10_800, centres=(), kinds=())

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(days=9)
        await _happen(bench, "10.00")
        await bench.clock.sleep(days=2)
        await bench.power.off(60)
        await bench.clock.sleep(days=9)
        await bench.power.off(60)
        await bench.clock.sleep(days=9)
        for point in counters(bench):
            for kind in ("day", "month"):
                await bench.operator.records(kind, point, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from settlements_judge.findings(history, ("day", "month"))
