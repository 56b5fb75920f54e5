"""Processing: minute values, totals, counters, limits (ISC-2 7.2.3-A(3), 7.3, 9.4; CSMT 8.1, 8.2)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Line, Scenario
from conformance.common import delivery, timing
from conformance.common.actions import all_centres, read_readings, reconciled
from conformance.common.actions import counters as counters_of
from conformance.common.phases import HOUR_BEGINS
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.terminal import LOCAL, MODBUS, UPLINK, read_out
from conformance.terminal.processing import counters_judge, ranges_judge
from simulators.meters.modbus.device import Meter, MeterError

ONE = Scenario(circuits=2, points=2, maps=("adl3000",), minute_interval=1, kinds=("minute", "hour"))


class OffersMinuteValues(Case):
    """Every counter has 60 cumulative values an hour, each readable locally within a minute, never falling."""

    zh = "每个计数量每小时有 60 个累计值，分钟结束后 60 s 内可在本地读取，且不回退。"
    checks = {
        timing.SIXTY_VALUES_AN_HOUR: ("isc-2/7.2.3-A(3)g", "isc-2/9.4a", "isc-2/7.3.1g"),
        timing.READABLE_WITHIN_A_MINUTE: ("isc-2/7.2.3-A(3)g", "isc-2/7.3.1g", "isc-2/7.3.1f"),
        timing.CUMULATIVE_IS_THE_REGISTER: ("isc-2/7.2.3-A(3)g",),
        timing.NEVER_DECREASING: ("isc-2/7.2.3-A(3)g",),
    }
    needs = (MODBUS, LOCAL, "accounting.minute-cumulative")
    scenario = Scenario(circuits=3, points=2, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=5)
        HOUR_BEGINS.put(bench)
        start = ceil(bench.clock.now_us(), MINUTE)
        await bench.clock.sleep((start - bench.clock.now_us()) / SECOND + 50)
        for number in range(1, 61):
            await bench.clock.sleep(60)
            end = start + number * MINUTE
            for point in counters_of(bench):
                await bench.operator.records("minute", point, end - MINUTE, end)
            used = (bench.clock.now_us() - end) / SECOND - 50
            await bench.clock.sleep(max(-used, 0))
        # Asked for once more, a value that came late is told from one that never came.
        await bench.clock.sleep(minutes=5)
        for point in counters_of(bench):
            await bench.operator.records("minute", point, start, start + HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from timing.minute_findings(history, ceil(HOUR_BEGINS.at(history), MINUTE))


class AddsUpExactly(Case):
    """Quarter-hours add up to hours and hours to days, exactly, across midnight and the end of a month."""

    zh = "刻钟合计等于小时、小时合计等于日，跨午夜与月末仍逐位相等。"
    checks = {
        counters_judge.HOURS_ADD_UP_TO_THE_DAY: ("isc-2/7.3b", "isc-2/7.2.3-B(1)a", "csmt/8.2.1b"),
        counters_judge.PARTS_ADD_UP_TO_THE_HOUR: (
            "isc-2/7.3a",
            "isc-2/7.2.3-B(1)a",
            "csmt/8.2.1h",
            "isc-2/7.3.1e",
        ),
        counters_judge.INCREMENTS_OF_THE_REGISTER.of("minute"): ("csmt/8.2.1a",),
        counters_judge.INCREMENTS_OF_THE_REGISTER.of("hour"): ("csmt/8.2.1a", "csmt/8.2.1h", "csmt/12.3.2a"),
        counters_judge.INCREMENTS_OF_THE_REGISTER.of("day"): ("csmt/8.2.1a", "csmt/8.2.1b"),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, UPLINK)
    scenario = Scenario(start="2026-02-27T23:30:00+08:00", circuits=2, points=1, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=25, minutes=10)
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from counters_judge.totals_findings(history, ledgers)
        yield from counters_judge.increment_findings(history, all_centres(history))
        yield from delivery.findings(ledgers)


class CountsOverFullScale(Case):
    """A counter that passes full scale and starts again at zero yields the modular increment."""

    zh = "计数器满度回零时按模计算增量（9998、9999、0000、0001 各增 1）。"
    checks = {
        counters_judge.ROLLOVER_COUNTED: ("csmt/8.2.2a", "csmt/8.2.2b"),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, UPLINK, "counters.rollover")
    scenario = ONE.but(maps=("adl3000", "sdm630", "iem3000"), circuits=3)

    async def drive(self, bench: Bench) -> None:
        for meter in bench.meters.values():
            for point, channel in meter.points.items():
                if channel.counter:
                    meter.rollover_soon(point, str(int(channel.rated_per_h or "100") // 20))
        await bench.clock.sleep(hours=2, minutes=20)
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from counters_judge.rollover_findings(history, all_centres(history))
        yield from delivery.findings(reconciled(history))


class CountsOverFullScaleOfDigits(CountsOverFullScale):
    """A counter of DL/T 645, whose digits alone say where it starts again, yields the modular increment too."""

    zh = "DL/T 645 表计满度回零时，按其显示位数确定的模计算增量。"
    needs = ("source.dlt645", UPLINK, "counters.rollover")
    scenario = ONE.but(circuits=0, behind=(Line(("dlt645-2007", "dlt645-1997"), 2400, "E"),), kinds=("minute", "hour"))


class CountsEachStepOverFullScale(Case):
    """…98, …99, 0, 1 yield 1, 1, 1, and …98 then 3 yields 5, in steps of the last digit."""

    zh = "满度跳转前后逐步读数的增量逐位正确。"
    checks = {
        counters_judge.ROLLOVER_COUNTED: ("csmt/8.2.2a", "csmt/8.2.2b"),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, UPLINK, "counters.rollover")
    scenario = ONE.but(circuits=2, points=1, centres=("A",), kinds=("minute",))
    steps = (
        ("999999.97", "999999.98", "999999.99", "0.00", "0.01", "0.02"),
        ("999999.96", "999999.98", "0.03", "0.04", "0.05", "0.06"),
    )

    async def drive(self, bench: Bench) -> None:
        wired = [(meter, next(iter(meter.points))) for meter in bench.meters.values()]
        for meter, point in wired:
            meter.preset(point, "999999.95")
        await bench.clock.sleep(minutes=4)
        await bench.clock.sleep(_to_half_minute(bench.clock.now_us()))
        for (meter, point), texts in zip(wired, self.steps, strict=True):
            meter.script(point, texts)
        await bench.clock.sleep(minutes=12)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from counters_judge.rollover_findings(history, all_centres(history))
        yield from delivery.findings(reconciled(history))


def _to_half_minute(now_us: int) -> float:
    """Seconds to the next half minute, so that a script begins between two polls."""
    return (MINUTE - (now_us + HOUR) % MINUTE + 30 * SECOND) % MINUTE / SECOND


class MarksResetOfCounter(Case):
    """A counter that falls without rolling over yields no increment, a flag and a log entry."""

    zh = "计数器非满度回落（复位）不产生增量，记录带标记并记入日志。"
    checks = {
        counters_judge.NO_INCREMENT_FROM_A_FALL: ("isc-2/7.2.3-B(3)b",),
        counters_judge.FALL_FLAGGED: ("isc-2/7.2.3-B(3)b",),
        **beside(counters_judge.FALL_LOGGED, *delivery.ARRIVAL),
    }
    needs = (MODBUS, UPLINK, read_out("fall-logged"), "counters.rollover")
    scenario = ONE

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        meter = next(iter(bench.meters.values()))
        point = next(iter(meter.points))
        meter.preset(point, "500000.00", hold=False)
        await bench.clock.sleep(minutes=50, seconds=20)
        meter.reset(point)
        await bench.clock.sleep(hours=1, minutes=20)
        await bench.operator.log(start)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from counters_judge.event_findings(history, all_centres(history))
        yield from delivery.findings(reconciled(history))


class CarriesOnOverReplacement(Case):
    """With a recorded meter replacement the increment adds the rest of the old meter to the start of the new one."""

    zh = "登记换表后，增量等于旧表剩余量与新表起始后用量之和。"
    checks = {
        counters_judge.REPLACEMENT_COUNTED: ("csmt/8.2.1a",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, UPLINK, read_out(), "counters.replacement")
    scenario = ONE

    async def drive(self, bench: Bench) -> None:
        meter = next(iter(bench.meters.values()))
        await bench.clock.sleep(minutes=40, seconds=30)
        at = bench.clock.now_us()
        noted = meter.replace({}, serial=77_001)
        for point, (final_old, initial_new) in noted.items():
            await bench.operator.replacement(point, at, final_old, initial_new)
        await bench.clock.sleep(hours=1, minutes=30)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from counters_judge.replacement_findings(history, all_centres(history))
        yield from delivery.findings(reconciled(history))


class RejectsReadingsOutOfRange(Case):
    """Readings beyond an instrument's limits, by one step too, are marked and never sent as valid; limits are valid."""

    zh = "超出量程上下限（含仅超出一个分辨力）的读数标记为无效且不以正常标记上传，等于限值者有效。"
    checks = {
        ranges_judge.OUT_OF_RANGE_MARKED: ("csmt/8.1.1a", "csmt/12.3.2d", "isc-2/7.2.3-B(3)b", "ssea/5.2.3.1a"),
        ranges_judge.OUT_OF_RANGE_NOT_SENT_AS_VALID: ("csmt/12.3.2d", "isc-2/7.2.3-B(3)b", "ssea/5.2.3.1a"),
        ranges_judge.BELOW_MINIMUM_INVALID: ("csmt/8.1.1b",),
        ranges_judge.ABOVE_MAXIMUM_INVALID: ("csmt/8.1.1c",),
        ranges_judge.LIMIT_ITSELF_VALID: ("csmt/8.1.1a",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out("out-of-range-marked", "below-minimum-invalid", "above-maximum-invalid", "limit-itself-valid"),
        "processing.range-check",
    )
    scenario = Scenario(
        circuits=1,
        points=4,
        maps=("adl3000",),
        # Its temperature can go below the lower limit, which the unsigned registers of the circuit cannot.
        meters=("gas",),
        minute_interval=5,
        kinds=("minute",),
        realtime_interval_s=60,
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        limited = {
            point: (meter, channel.register)
            for meter in bench.meters.values()
            for point, channel in meter.points.items()
            if channel.register.high
        }
        await bench.clock.sleep(minutes=20, seconds=30)
        for point, (meter, register) in limited.items():
            step = Decimal(register.resolution)
            far = (register.high, _above(register.high), register.low, _below(register.low))
            near = (register.high, _beside(register.high, step), register.low, _beside(register.low, -step))
            for text in (*far, *near):
                if _holds(meter, point, text):
                    await bench.clock.sleep(minutes=4)
            meter.release(point)
        await bench.clock.sleep(minutes=20)
        await read_readings(bench, tuple(limited), start, bench.clock.now_us())
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from ranges_judge.findings(history, all_centres(history), sides=("below", "above"))
        yield from delivery.findings(reconciled(history))


def _above(high: str) -> str:
    """A value half as large again as an upper limit, in whole units."""
    return str(int(float(high)) * 3 // 2)


def _below(low: str) -> str:
    """A value below a lower limit by half of it, at least by ten, in whole units."""
    return str(int(float(low)) - max(abs(int(float(low))) // 2, 10)) if low else ""


def _beside(limit: str, step: Decimal) -> str:
    """One step of resolution beyond a limit."""
    return f"{Decimal(limit) + step:f}" if limit else ""


def _holds(meter: Meter, point: str, text: str) -> bool:
    """Put a text into the registers of a point, if they can hold it."""
    try:
        meter.preset(point, text)
    except MeterError:
        return False
    return True
