"""By hand: uploaded data mended by entry and backfilled, and input that is wrong (ISC-2 7.2.4(5), 7.4.1.4(3)).

Leaves what an entry keeps to `sources` and the second check to `entries`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common.phases import CORRECTED, ENTERED, Data, Entered
from conformance.common.times import DAY, HOUR, MINUTE, floor
from conformance.terminal import BY_TIME_OF_DAY, HJ212_WINDOW, LIVE, LOCAL, MODBUS, UPLINK, read_out
from conformance.terminal.acquisition.sources import MANUAL
from conformance.terminal.delivery import platforms_judge
from conformance.terminal.manual_entry import manual_correction_judge
from conformance.terminal.manual_entry.manual_correction_judge import INPUT, Input

FAMILY = "byhand"

_POINT, _AUTHOR = "e01.energy", "Li Wei"


class MendsUploadedData(Case):
    """Hours that centres have without a value, or with a wrong one, are mended by entry at every centre, for good."""

    zh = "已上传数据缺失或有误时，人工填报真值后补传至各中心，且仅该值生效。"
    checks = {
        manual_correction_judge.MENDED["incomplete"]: ("isc-2/7.2.4(5)c",),
        manual_correction_judge.MENDED["inaccurate"]: ("isc-2/7.2.4(5)d",),
        manual_correction_judge.MENDED_FLAGGED: ("isc-2/7.2.4(5)c", "isc-2/7.2.4(5)d"),
        manual_correction_judge.ONE_REVISION_IN_FORCE: ("isc-2/7.2.4(5)c", "isc-2/7.2.4(5)d"),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out("one-revision-in-force"),
        MANUAL,
        "manual-backfill.incomplete",
        "manual-backfill.inaccurate",
    )
    scenario = Scenario(circuits=1, points=2, kinds=("hour",))

    async def drive(self, bench: Bench) -> None:
        start = floor(bench.clock.now_us(), HOUR)
        meter = bench.meters["e01"]
        await bench.clock.sleep(minutes=70)
        # The register hangs for an hour: what is read and sent is wrong, and nobody can see it on the wire.
        meter.preset(_POINT, meter.text(_POINT))
        await bench.clock.sleep(hours=1)
        meter.release(_POINT)
        await bench.clock.sleep(minutes=40)
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=20)
        await bench.clock.sleep(minutes=55)
        for data, hour, text in (("inaccurate", 1, "24.60"), ("incomplete", 2, "25.10")):
            CORRECTED.put(bench, Data(data=data))
            reason = f"panel meter, {data} data"
            await bench.operator.manual_entry(_POINT, "hour", start + hour * HOUR, text, _AUTHOR, reason)
        await bench.clock.sleep(minutes=10)
        await bench.power.off(30)
        await bench.clock.sleep(minutes=60)
        await bench.operator.records("hour", _POINT, start, start + 5 * HOUR)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from manual_correction_judge.mended_findings(history)


class MendsUnderWay(Case):
    """An hour corrected again while a centre still owes the answer to the correction before stands there in the end."""

    zh = "前一更正已上传、中心尚未应答时再次更正，最终值仍送达各中心。"
    checks = {
        platforms_judge.LAST_REVISION_THERE: ("isc-2/7.2.4(5)d",),
        **beside(platforms_judge.CORRECTED_UNDER_WAY),
    }
    needs = (MODBUS, LIVE, MANUAL, "manual-backfill.inaccurate")
    scenario = Scenario(circuits=1, points=1, kinds=("hour",), centres=("A",))

    async def drive(self, bench: Bench) -> None:
        hour = floor(bench.clock.now_us(), HOUR) + HOUR
        await bench.clock.sleep(minutes=130)
        bench.centres["A"].behave(ack_after_s=4)
        for value in ("24.60", "25.10"):
            CORRECTED.put(bench, Data(data="inaccurate"))
            await bench.operator.manual_entry(_POINT, "hour", hour, value, _AUTHOR, "panel meter")
            await bench.clock.sleep(seconds=2)
        await bench.clock.sleep(minutes=1)
        bench.centres["A"].behave(ack_after_s=0)
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from platforms_judge.correction_findings(history, "A")


class AddsUpEntries(Case):
    """A day that lacks hours is their sum once they are entered by hand, and follows a correction."""

    zh = "因小时缺失而无值的日累计，在人工填报后等于各小时之和，并随更正而更新。"
    checks = {
        manual_correction_judge.TOTAL_FOLLOWS_ENTRIES: ("isc-2/7.2.4(5)c",),
        manual_correction_judge.TOTAL_SENT: ("isc-2/7.2.4(5)c",),
    }
    needs = (MODBUS, UPLINK, LOCAL, MANUAL, "manual-backfill.incomplete")
    rigs = Rig.VIRTUAL
    virtual_only = BY_TIME_OF_DAY
    scenario = Scenario(
        start="2026-03-02T22:50:00+08:00", circuits=1, points=1, period_s=300, centres=("A",), kinds=("hour", "day")
    )

    async def drive(self, bench: Bench) -> None:
        day = floor(bench.clock.now_us(), DAY) + DAY
        await bench.clock.sleep(hours=3, minutes=40)
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=40)
        await bench.clock.sleep(hours=20, minutes=40)
        # Midnight, and so the last hour of the day, is not read either.
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=30)
        await bench.clock.sleep(minutes=50)
        for hour, text in ((2, "31.40"), (3, "28.70"), (23, "40.05"), (2, "30.15")):
            ENTERED.put(bench, Entered(hour=hour, value=text))
            await bench.operator.manual_entry(_POINT, "hour", day + hour * HOUR, text, _AUTHOR, "panel meter")
            await bench.clock.sleep(minutes=2)
            await bench.operator.records("hour", _POINT, day, day + DAY)
            await bench.operator.records("day", _POINT, day, day + DAY)
        await bench.power.off(30)
        await bench.clock.sleep(minutes=12)
        await bench.operator.records("hour", _POINT, day, day + DAY)
        await bench.operator.records("day", _POINT, day, day + DAY)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from manual_correction_judge.total_findings(history)


class BackfillsByEntry(Case):
    """An hour that nobody could measure is entered by hand and reaches every centre under its own key, as such."""

    zh = "未能采集的小时数据经人工填报真值后，以原键值补传至各中心，并标明为人工数据。"
    checks = {
        manual_correction_judge.MENDED["incomplete"]: ("isc-2/7.2.4(5)b",),
        manual_correction_judge.MENDED_FLAGGED: ("isc-2/7.2.4(5)b",),
        manual_correction_judge.ENTERED_AS_MANUAL: ("isc-2/7.2.4(5)b",),
    }
    needs = (MODBUS, UPLINK, LOCAL, MANUAL)
    scenario = Scenario(circuits=1, points=1, kinds=("hour",))

    async def drive(self, bench: Bench) -> None:
        start = floor(bench.clock.now_us(), HOUR)
        await bench.clock.sleep(minutes=50)
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=80)
        await bench.clock.sleep(minutes=20)
        CORRECTED.put(bench, Data(data="incomplete"))
        await bench.operator.manual_entry(_POINT, "hour", start + HOUR, "25.10", _AUTHOR, "panel meter")
        await bench.clock.sleep(minutes=5)
        await bench.operator.manual_entries(_POINT, start, start + 4 * HOUR)
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        asked = {each.id for each in self.checks}
        yield from (found for found in manual_correction_judge.mended_findings(history) if found.id in asked)
        yield manual_correction_judge.entered_finding(history)


class RefusesWrongInput(Case):
    """What is no number, no period, out of its form or nobody's is refused and leaves nothing; the right is taken."""

    zh = "非数值、非时段、格式错误或无署名的输入被拒绝且不留痕迹，正确输入被接受；一次填报不超过一个自然月。"
    checks = {
        manual_correction_judge.WRONG_INPUT_REFUSED: ("isc-2/7.4.1.4(3)a",),
        manual_correction_judge.RIGHT_INPUT_TAKEN: ("isc-2/7.4.1.4(3)a",),
        manual_correction_judge.LONGER_THAN_A_MONTH_REFUSED: ("csmt/11.2c",),
        manual_correction_judge.WRONG_INPUT_LEAVES_NOTHING: ("isc-2/7.4.1.4(3)a",),
    }
    needs = (MODBUS, UPLINK, read_out("wrong-input-leaves-nothing"), MANUAL)
    scenario = Scenario(start="2026-03-02T06:00:00+08:00", circuits=1, points=2, centres=("A",), kinds=("hour", "day"))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        day = floor(start, DAY) - 2 * DAY
        await bench.clock.sleep(minutes=20)
        for value in ("120.50", "0", "0.10"):
            INPUT.put(bench, Input())
            await bench.operator.manual_entry(_POINT, "day", day, value, _AUTHOR, "delivery note")
        await self.look(bench, day)
        await bench.clock.sleep(1)
        for fault, value in (
            ("no number", "12a"),
            ("a comma", "12,5"),
            ("an exponent", "1e3"),
            ("nothing", ""),
            ("below nothing", "-3.00"),
            ("two points", "1.2.3"),
            ("an order to a database", "1; DROP TABLE record"),
            ("not finite", "NaN"),
            ("without end", "Infinity"),
            ("below everything", "-Infinity"),
            ("grouped by underlines", "1_000"),
            ("of another base", "0x1F"),
            ("digits of another script", "１２３"),
            ("a fraction", "1/3"),
            ("too many digits", "9" * 60),
        ):
            INPUT.put(bench, Input(wrong=fault))
            await bench.operator.manual_entry(_POINT, "day", day, value, _AUTHOR, "delivery note")
        for fault, point, kind, at, author, reason in (
            ("no such point", "nowhere", "day", day, _AUTHOR, "note"),
            ("no such class", _POINT, "fortnight", day, _AUTHOR, "note"),
            ("in the middle of a day", _POINT, "day", day + 5 * HOUR + MINUTE, _AUTHOR, "note"),
            ("of a day that is not over", _POINT, "day", day + 2 * DAY, _AUTHOR, "note"),
            ("of nobody", _POINT, "day", day, "", "note"),
            ("without reason", _POINT, "day", day, _AUTHOR, ""),
        ):
            INPUT.put(bench, Input(wrong=fault))
            await bench.operator.manual_entry(point, kind, at, "33.30", author, reason)
        INPUT.put(bench, Input(wrong="no register"))
        await bench.operator.replacement(_POINT, start, "last", "0.00")
        INPUT.put(bench, Input(period="a quarter of a year"))
        await bench.operator.manual_entry(_POINT, "quarter_year", day, "900.00", _AUTHOR, "note")
        INPUT.put(bench, Input(period="a year"))
        await bench.operator.manual_entry(_POINT, "year", day, "900.00", _AUTHOR, "note")
        await bench.clock.sleep(1)
        await self.look(bench, day)

    async def look(self, bench: Bench, day_us: int) -> None:
        """What wrong input must not change."""
        await bench.operator.records("day", _POINT, day_us - DAY, day_us + 4 * DAY)
        await bench.operator.records("hour", _POINT, day_us - DAY, day_us + 4 * DAY)
        await bench.operator.manual_entries(_POINT, day_us - DAY, day_us + 4 * DAY)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from manual_correction_judge.input_findings(history)


class RefusesWrongTimes(Case):
    """An upload time that is none is refused and changes nothing; a right one is taken."""

    zh = "非时刻的上传时间被拒绝且设置不变，正确时间被接受。"
    checks = {
        manual_correction_judge.WRONG_INPUT_REFUSED: ("isc-2/7.4.1.4(3)a",),
        manual_correction_judge.RIGHT_INPUT_TAKEN: ("isc-2/7.4.1.4(3)a",),
        manual_correction_judge.WRONG_INPUT_LEAVES_NOTHING: ("isc-2/7.4.1.4(3)a",),
    }
    needs = (MODBUS, HJ212_WINDOW, "uplink.schedule-manual", read_out("wrong-input-leaves-nothing"))
    scenario = Scenario(
        start="2026-03-02T06:00:00+08:00",
        circuits=1,
        points=2,
        centres=("H",),
        centre_options=(("H", {"schedule": "window", "upload_time": "20:00:00"}),),
        kinds=("day",),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=5)
        for time in ("21:30:00", "00:00:00", "20:45:00"):
            INPUT.put(bench, Input())
            await bench.operator.set_upload_time("H", time, _AUTHOR)
        await bench.operator.centres()
        await bench.clock.sleep(1)
        for time in ("25:00:00", "12:60:00", "noon", ""):
            INPUT.put(bench, Input(wrong="no time of day"))
            await bench.operator.set_upload_time("H", time, _AUTHOR)
        await bench.clock.sleep(1)
        await bench.operator.centres()

    def judge(self, history: History) -> Iterator[Finding]:
        asked = {each.id for each in self.checks}
        yield from (found for found in manual_correction_judge.input_findings(history) if found.id in asked)
