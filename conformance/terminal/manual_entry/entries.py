"""Entries by hand against the month before, and invalid readings in the log (CSMT 8.1; R-20).

Leaves author, reason and original of an entry to `sources`, sending of invalid readings to `processing`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, Text, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common.actions import read_readings
from conformance.common.times import DAY, MINUTE, SECOND, ceil, floor
from conformance.terminal import LOCAL, MODBUS, UPLINK, read_out
from conformance.terminal.acquisition.sources import MANUAL
from conformance.terminal.manual_entry import entries_judge
from conformance.terminal.processing import ranges_judge
from simulators.meters.faults import Silent

_METER, _POINT, _CENTRE = "e01", "e01.energy", "A"


class ChecksEntriesAgainstLastMonth(Case):
    """Entered quantities up to twice the total of the month before are valid; larger ones are kept and never count."""

    zh = "人工录入量不超过上一整月合计的 2 倍（含）为有效，超过者保留、标记、记录，不上传不计入。"
    checks = {
        entries_judge.UP_TO_TWICE_VALID: ("csmt/8.1.2b", "isc-2/7.2.3-B(3)b"),
        entries_judge.BEYOND_TWICE_INVALID: ("csmt/8.1.2b", "isc-2/7.2.3-B(3)b"),
        entries_judge.INVALID_ENTRY_NOT_USED: ("csmt/8.1.2b",),
        **beside(entries_judge.MARKED_UNCHECKED, entries_judge.INVALID_ENTRY_LOGGED),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out("up-to-twice-valid", "beyond-twice-invalid", "marked-unchecked", "invalid-entry-logged"),
        MANUAL,
    )
    rigs = Rig.VIRTUAL
    virtual_only = Text(
        "a whole month has to pass by the terminal's clock",
        "须按终端时钟经过一个完整自然月",
    )
    # February advances by exactly 500.00: what the meter shows is held and moved by hand of the bench.
    scenario = Scenario(
        start="2026-01-29T20:30:00+08:00",
        circuits=1,
        points=1,
        maps=("adl3000",),
        period_s=10_800,
        centres=(_CENTRE,),
        kinds=("day",),
    )
    shares = ("995.00", "1000.00", "1005.00")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        first = ceil(start, DAY)
        meter = bench.meters[_METER]
        meter.preset(_POINT, "1000.00")
        await bench.clock.sleep(days=2)
        # Only part of January was measured: nothing to compare with.
        await bench.operator.manual_entry(_POINT, "day", first, "7.50", "Li Wei", "panel meter")
        await bench.clock.sleep(days=1)
        for number in range(1, 11):
            meter.preset(_POINT, f"{1000 + 50 * number}.00")
            await bench.clock.sleep(days=2)
        await bench.clock.sleep((first + 30 * DAY - bench.clock.now_us()) / SECOND + 1200)
        # From 1 March on nothing is measured for three days.
        meter.set_fault(Silent())
        silent = floor(bench.clock.now_us(), DAY)
        await bench.clock.sleep(days=3)
        meter.clear()
        asked = bench.clock.now_us()
        for day, value in enumerate(self.shares):
            await bench.operator.manual_entry(_POINT, "day", silent + day * DAY, value, "Li Wei", "delivery note")
        await bench.operator.manual_entries(_POINT, start, bench.clock.now_us())
        await bench.operator.log(asked - MINUTE)
        await bench.operator.records("day", _POINT, silent - DAY, silent + 4 * DAY)
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from entries_judge.findings(history, _CENTRE)


class LogsInvalidReadings(Case):
    """Every reading outside the limits of the instrument is invalid and leaves an entry in the log."""

    zh = "每个超出仪表量程的读数均判为无效并记入日志。"
    checks = {
        ranges_judge.STORED_SIDES["below"]: ("csmt/8.1.1b",),
        ranges_judge.STORED_SIDES["above"]: ("csmt/8.1.1c",),
        **beside(ranges_judge.INVALID_READING_LOGGED),
    }
    needs = (MODBUS, LOCAL, "processing.range-check")
    scenario = Scenario(circuits=1, points=1, meters=("gas",), centres=(_CENTRE,), kinds=())

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=10, seconds=30)
        meter = bench.meters["gas"]
        limited = [point for point, channel in meter.points.items() if channel.register.high]
        for point in limited:
            register = meter.points[point].register
            for text in (str(int(float(register.high)) + 20), str(int(float(register.low or "0")) - 20)):
                if text.startswith("-") and not register.low.startswith("-"):
                    continue
                meter.preset(point, text)
                await bench.clock.sleep(minutes=3)
                meter.release(point)
                await bench.clock.sleep(minutes=2)
        await read_readings(bench, tuple(limited), start, bench.clock.now_us())
        await bench.operator.log(start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from ranges_judge.side_findings(history)
        yield from ranges_judge.logged_findings(history)
