"""Interfaces to field instruments: DL/T 645, CJ/T 188, Modbus on serial lines, 4-20 mA (CSMT 11.3).

Leaves Modbus TCP to `acquisition` and what stands in for a meter to `sources`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.case import Case, Criterion, Finding, beside, criterion, measure
from bench.facade.bench import Bench
from bench.history import History, MeterFault, Served, Unserved
from bench.layout.scenario import Line, Scenario
from conformance.common import accuracy, gaps, timing
from conformance.common.actions import points, read_readings
from conformance.common.phases import WATCHED
from conformance.common.times import HOUR
from conformance.terminal import LOCAL, MODBUS, READ_GAPS, UPLINK, read_out
from conformance.terminal.acquisition.watched import ReadsUndisturbed, SpoilsAnswers
from simulators.meters.faults import (
    AnyFault,
    BadCheck,
    Current,
    Garbage,
    Late,
    LostFollowUp,
    Refusing,
    RefusingPoints,
    Sentinel,
    Silent,
    Truncated,
    WrongKind,
    WrongSequence,
    WrongUnit,
)

DLT645, CJT188, SERIAL = "source.dlt645", "source.cjt188", "protocol.modbus-rtu"

GAS_VOLUME_STORED = criterion(
    "gas-volume-stored",
    en="the cumulative volume of the gas meter is stored as the meter says it",
    zh="燃气表累计流量按表计示值存储",
    unit="readings",
    stamped=True,
)
WATER_VOLUME_STORED = criterion(
    "water-volume-stored",
    en="the cumulative volume of the water meter is stored as the meter says it",
    zh="水表累计流量按表计示值存储",
    unit="readings",
    stamped=True,
)
HEAT_STORED = criterion(
    "heat-stored",
    en="the cumulative heat of the heat meter is stored as the meter says it",
    zh="热量表累计热量按表计示值存储",
    unit="readings",
    stamped=True,
)
EVERY_ITEM_READ = criterion(
    "every-item-read",
    en="values of every item of the standards' tables are stored",
    zh="标准数据标识表中各项数据均已存储",
    unit="items",
)
# Of the values that a case compares, so many at least are volumes of one meter.
_VOLUMES_SHARE = 10
# Control code of DL/T 645-2007 for follow-up frames, and where it stands behind start, address and start.
_FOLLOW_UP, _CONTROL_AT = 0x12, 8


class _ReadsApart(ReadsUndisturbed):
    """What cases share that ask for the readings of some meters by themselves too.

    `apart` names the meters of each question, in Chinese as well; `each` is how many values of it must be compared.
    """

    apart: Mapping[str, tuple[str, tuple[str, ...]]] = {}
    each = 60

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        for name, (zh, meters) in self.apart.items():
            asked = [point.id for point in history.began.points if point.meter in meters]
            yield accuracy.part_finding(history, f"stored-{name}", f"本地存储，{zh}", asked, self.each)


def _totals(history: History, needed: int, *totals: tuple[Criterion, str]) -> Iterator[Finding]:
    """What points have counted, each by itself; none at all, where half of `needed` came of others, is wrong."""
    others = accuracy.local_readings(history).compared
    for question, name in totals:
        stored = accuracy.local_readings(history, {name})
        wrong = [*stored.unequal, *stored.misplaced, *stored.unknown]
        if not stored.compared and others >= needed // 2 and not stored.problems:
            wrong.append(f"{name}: no total stored")
        enough = stored.compared >= needed // _VOLUMES_SHARE
        yield question.none(wrong, enough, evidence=[*wrong, *stored.problems])


def _asks_for_more(request: str) -> bool:
    """Whether a request (hex) is one of DL/T 645-2007 for a follow-up frame."""
    frame = bytes.fromhex(request).lstrip(b"\xfe")
    return len(frame) > _CONTROL_AT and frame[_CONTROL_AT] == _FOLLOW_UP


def _world(*lines: Line) -> Scenario:
    return Scenario(circuits=0, behind=lines, centres=("A",), realtime_interval_s=60, kinds=())


class ReadsDlt645Meters(_ReadsApart, Case):
    """Values of DL/T 645-2007 and -1997 meters, reactive energy and sums below 0 too, are kept digit for digit."""

    zh = "同一串行线上 DL/T 645-2007 与 1997 电能表的数值（含无功电能、负的组合有功电能）逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b",),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b",),
        accuracy.SAME_READING.of("stored"): (
            "csmt/11.3a-2",
            "csmt/4l",
            "isc-2/7.2.2(2)o",
            "isc-2/7.2.2(2)b",
            "isc-2/7.2.2a-1",
            "isc-2/7.2.2a-2",
            "isc-2/9.3c",
        ),
        accuracy.SAME_READING.of("stored-below-zero"): ("csmt/11.3a-2", "isc-2/7.2.2(2)b"),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
    }
    needs = (DLT645, UPLINK, read_out("*-stored"))
    scenario = _world(Line(("dlt645-2007", "dlt645-2007", "dlt645-1997-reactive", "dlt645-feeding"), 2400, "E"))
    # More than one of its two points can have.
    apart = {"below-zero": ("负的组合有功电能", ("dlt645-feeding",))}
    each = 120


class ReadsEveryDlt645Item(ReadsUndisturbed, Case):
    """A number of every kind in the tables of DL/T 645, near the end of its range or below 0, is kept as shown."""

    zh = "DL/T 645-2007、1997 数据标识表中各类数值（接近满量程或为负）均按表计示值存储。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("csmt/11.3a-2", "isc-2/7.2.2(2)b"),
        EVERY_ITEM_READ: ("csmt/11.3a-2",),
        **beside(accuracy.SAME_DIGITS.of("stored")),
    }
    needs = (DLT645, "source.dlt645-items", LOCAL)
    # A round of so many questions takes longer than a message of real-time data may lie behind its values.
    scenario = _world(Line(("dlt645-every-item", "dlt645-1997-every-item"), 9600, "E")).but(centres=())
    compared = 250
    hours = 0.15

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        items = [point.id for point in history.began.points]
        stored = {each: accuracy.local_readings(history, {each}) for each in items}
        unread = [f"{each}: no value stored" for each in items if not (stored[each].compared or stored[each].problems)]
        known = sum(each.compared for each in stored.values())
        yield EVERY_ITEM_READ.none(unread, known >= self.compared // 2)


class ReadsDlt645AnswersInParts(ReadsUndisturbed, Case):
    """Values of a DL/T 645-2007 meter whose blocks come in parts are right, also while parts are lost or of another."""

    zh = "DL/T 645-2007 表计帧长有限、成组数据分帧（后续帧）应答，后续帧丢失或序号有误时，存储与上传的数值仍逐位一致。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("csmt/11.3a-2", "isc-2/7.2.2(2)b", "isc-2/9.3c"),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        **beside(accuracy.SAME_DIGITS.of("stored"), accuracy.SAME_DIGITS.of("centre-a")),
    }
    needs = (DLT645, UPLINK, read_out("*-stored"))
    scenario = _world(Line(("dlt645-short-frames", "dlt645-2007"), 2400, "E"))
    compared = 250
    hours = 0.5
    spoilt: tuple[AnyFault, ...] = (LostFollowUp(), WrongSequence())

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        meter = bench.meters["dlt645-short-frames"]
        for fault in self.spoilt:
            await bench.clock.sleep(minutes=10.5)
            meter.set_fault(fault)
            await bench.clock.sleep(minutes=5)
            meter.clear()
        await bench.clock.sleep(minutes=10)
        await read_readings(bench, points(bench), start, bench.clock.now_us())
        WATCHED.put(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        asked = sum(_asks_for_more(each.request) for each in (*history.of(Served), *history.of(Unserved)))
        yield measure(
            "follow-ups", asked, en="follow-up frames that were asked for", zh="读取后续帧的次数", unit="frames"
        )


class ReadsCjt188Meters(ReadsUndisturbed, Case):
    """Values of CJ/T 188 water, heat and gas meters on one line are stored and sent digit for digit."""

    zh = "同一串行线上 CJ/T 188 水表、热量表、燃气表的数值逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b",),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b",),
        accuracy.SAME_READING.of("stored"): (
            "csmt/11.3a-3",
            "csmt/4m",
            "isc-2/7.2.2(2)p",
            "isc-2/7.2.2(2)c",
            "isc-2/9.3c",
        ),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        GAS_VOLUME_STORED: ("isc-2/7.2.2c-2",),
        WATER_VOLUME_STORED: ("isc-2/7.2.2d-2",),
        HEAT_STORED: ("isc-2/7.2.2b-1",),
    }
    needs = (CJT188, UPLINK, read_out("*-stored"))
    scenario = _world(Line(("cjt188-water", "cjt188-heat", "cjt188-gas"), 2400, "E"))

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        totals = (
            (GAS_VOLUME_STORED, "cjt188-gas.volume"),
            (WATER_VOLUME_STORED, "cjt188-water.volume"),
            (HEAT_STORED, "cjt188-heat.heat"),
        )
        yield from _totals(history, self.compared, *totals)


class ReadsModbusOnSerialLines(ReadsUndisturbed, Case):
    """Values of Modbus RTU and ASCII meters, of every type and word order, are stored and sent digit for digit."""

    zh = "Modbus RTU 与 ASCII 表计各种数据类型和字序的数值逐位一致地存储并上传。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b",),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b",),
        accuracy.SAME_READING.of("stored"): (
            "csmt/11.3a-1",
            "csmt/4e",
            "csmt/4k",
            "isc-2/7.2.2(2)n",
            "isc-2/7.2.2(2)a",
            "isc-2/9.3c",
        ),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
    }
    needs = (SERIAL, UPLINK, read_out("*-stored"))
    scenario = _world(Line(("modbus-rtu", "types-rtu")), Line(("modbus-ascii", "modbus-ascii"), 9600, "E"))


class ReadsFurtherModbusInstruments(ReadsUndisturbed, Case):
    """A heat integrator, an electromagnetic water meter, a gas analyser and two electricity meters by Modbus TCP."""

    zh = "热力积算仪、电磁水表、烟气分析仪及两种电能表经 Modbus TCP 读取，存储与上传逐位一致。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("isc-2/9.3c",),
        accuracy.SAME_READING.of("stored-heat-integrator"): ("isc-2/7.2.2b-2",),
        accuracy.SAME_READING.of("stored-water-meter"): ("isc-2/7.2.2d-2",),
        accuracy.SAME_READING.of("stored-gas-analyser"): ("isc-2/9.3c", "isc-2/7.1f"),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        **beside(accuracy.SAME_DIGITS.of("stored"), accuracy.SAME_DIGITS.of("centre-a")),
    }
    needs = (MODBUS, UPLINK, LOCAL)
    scenario = Scenario(
        circuits=0,
        meters=("heat", "water", "analyser", "meter", "tariff"),
        centres=("A",),
        realtime_interval_s=60,
        kinds=(),
    )
    hours = 0.6
    compared = 400
    each = 60
    apart = (
        ("heat-integrator", "热力积算仪", "heat"),
        ("water-meter", "电磁水表", "water"),
        ("gas-analyser", "烟气分析仪", "analyser"),
    )

    async def drive(self, bench: Bench) -> None:
        # What the analyser shows never moves by itself: numbers of many digits, each new one for some minutes.
        chance = bench.chance("flue gas")
        start = bench.clock.now_us()
        while bench.clock.now_us() < start + self.hours * HOUR:
            for point in bench.meters["analyser"].points:
                bench.meters["analyser"].preset(point, f"{chance.randrange(1, 2000) / 100:.2f}")
            await bench.clock.sleep(minutes=4)
        await read_readings(bench, points(bench), start, bench.clock.now_us())
        WATCHED.put(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        for name, zh, meter in self.apart:
            asked = [point.id for point in history.began.points if point.meter == meter]
            yield accuracy.part_finding(history, f"stored-{name}", f"本地存储，{zh}", asked, self.each)


class ReadsFurtherSerialInstruments(ReadsUndisturbed, Case):
    """CJ/T 188 meters of three dialects, a scale that sends by itself and an eight-channel module on serial lines."""

    zh = "三种 CJ/T 188 方言的仪表、主动发送的台秤与八通道采集模块在串行线上读取，存储与上传逐位一致。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b",),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b",),
        accuracy.SAME_READING.of("stored"): ("csmt/11.3a-3", "isc-2/9.3c"),
        HEAT_STORED: ("csmt/11.3a-3", "isc-2/7.2.2b-1"),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
    }
    needs = (CJT188, SERIAL, "source.weighing", UPLINK, LOCAL)
    scenario = _world(
        Line(("cjt188-heat-2018", "cjt188-heat-unit-first", "cjt188-ultrasonic"), 2400, "E"),
        Line(("scale-toledo",)),
        Line(("analogue-8",)),
    )
    hours = 0.3
    compared = 150

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        # Its heat is in MJ.
        yield from _totals(history, self.compared, (HEAT_STORED, "cjt188-heat-2018.heat"))


class ReadsRailOilAndHumidity(ReadsUndisturbed, Case):
    """A rail weighbridge, a mass flow meter of fuel oil and a humidity transmitter by Modbus TCP."""

    zh = "轨道衡、燃油质量流量计和温湿度变送器经 Modbus TCP 读取，存储与上传逐位一致。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("isc-2/9.3c",),
        accuracy.SAME_READING.of("stored-rail-scale"): ("isc-2/9.3c",),
        accuracy.SAME_READING.of("stored-oil-meter"): ("isc-2/9.3c",),
        accuracy.SAME_READING.of("stored-humidity"): ("isc-2/9.3c",),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        **beside(accuracy.SAME_DIGITS.of("stored"), accuracy.SAME_DIGITS.of("centre-a")),
    }
    needs = (MODBUS, UPLINK, LOCAL)
    scenario = Scenario(
        circuits=0, meters=("rail", "oil", "humid"), centres=("A",), realtime_interval_s=60, kinds=(), period_s=30
    )
    hours = 0.6
    compared = 250
    each = 60
    apart = (
        ("rail-scale", "轨道衡", "rail"),
        ("oil-meter", "燃油流量计", "oil"),
        ("humidity", "温湿度变送器", "humid"),
    )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        for name, zh, meter in self.apart:
            asked = [point.id for point in history.began.points if point.meter == meter]
            yield accuracy.part_finding(history, f"stored-{name}", f"本地存储，{zh}", asked, self.each)


class ReadsAnalogueLoops(ReadsUndisturbed, Case):
    """What 4-20 mA loops carry behind an input module is stored and sent as the value it means."""

    zh = "4–20 mA 模拟量经采集模块换算后的数值一致地存储并上传。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("csmt/11.3c-4", "isc-2/6.2b"),
        **beside(
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    needs = (SERIAL, UPLINK, read_out("*-stored"))
    scenario = _world(Line(("analogue", "analogue", "analogue", "analogue")))


class _Cadence(_ReadsApart):
    """What cases share that also watch that no meter of a line is polled late or left out.

    `cycles` is how many must have been seen (None: what R-11 asks for).
    """

    hours = 3.5
    cycles: int | None = None

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        dead = {event.meter for event in history.of(MeterFault)}
        yield from timing.cadence_findings(history, cycles=self.cycles, but=dead)


class ReadsSeveralProtocolsOnOneLine(_Cadence, Case):
    """DL/T 645, CJ/T 188 and Modbus RTU meters on one line are all read in every cycle, each with its own values."""

    zh = "DL/T 645、CJ/T 188、Modbus RTU 表计共用一条串行线，每周期均采集且互不混淆。"
    checks = {
        accuracy.SAME_DIGITS.of("stored"): ("isc-2/9.3b",),
        accuracy.SAME_DIGITS.of("centre-a"): ("isc-2/9.3b",),
        accuracy.SAME_READING.of("stored"): ("isc-2/9.3c",),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        accuracy.SAME_READING.of("stored-modbus"): ("csmt/11.3a-1",),
        accuracy.SAME_READING.of("stored-dlt645"): ("csmt/11.3a-2",),
        accuracy.SAME_READING.of("stored-cjt188"): ("csmt/11.3a-3",),
        timing.EVERY_METER_POLLED: ("isc-2/7.2.3-A(1)a",),
        timing.PERIOD_ERROR: ("isc-2/7.2.3-A(1)a",),
        timing.NO_CYCLE_SKIPPED: ("isc-2/7.2.3-A(1)a",),
    }
    needs = (DLT645, CJT188, SERIAL, UPLINK, read_out("*-stored", "*-stored-*"))
    apart = {
        "modbus": ("Modbus", ("modbus-rtu",)),
        "dlt645": ("DL/T 645", ("dlt645-2007", "dlt645-1997")),
        "cjt188": ("CJ/T 188", ("cjt188-heat", "cjt188-water")),
    }
    scenario = _world(Line(("dlt645-2007", "cjt188-heat", "modbus-rtu", "dlt645-1997", "cjt188-water"), 2400, "E"))


class KeepsCadenceBesideDeadMeter(_Cadence, Case):
    """A dead meter on a line takes no cycle from the others."""

    zh = "同一串行线上一块表无应答时，其余表计的采集周期不受影响。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("csmt/11.3a-2",),
        timing.EVERY_METER_POLLED: ("isc-2/7.2.3-A(1)a",),
        timing.PERIOD_ERROR: ("isc-2/7.2.3-A(1)a",),
        timing.NO_CYCLE_SKIPPED: ("isc-2/7.2.3-A(1)a",),
        **beside(
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    needs = (DLT645, UPLINK, read_out("*-stored"))
    scenario = _world(Line(("dlt645-2007", "dlt645-2007", "dlt645-1997"), 2400, "E")).but(period_s=10)
    hours = 1.5
    before_s = 600.0

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(self.before_s)
        next(iter(bench.meters.values())).set_fault(Silent())
        await super().drive(bench)


class KeepsCadenceOnBusyLine(_Cadence, Case):
    """Meters on a line that RTU frames fill most of the time, and ASCII ones would overfill, are polled each cycle."""

    zh = "串行线大部分时间被占用（RTU 帧可容纳、换作 ASCII 帧则不可）时，各表计仍按周期采集，不漏采。"
    checks = {
        timing.EVERY_METER_POLLED: ("isc-2/7.2.3-A(1)a",),
        timing.PERIOD_ERROR: ("isc-2/7.2.3-A(1)a",),
        timing.NO_CYCLE_SKIPPED: ("isc-2/7.2.3-A(1)a",),
        **beside(
            accuracy.SAME_READING.of("stored"),
            accuracy.SAME_DIGITS.of("stored"),
            accuracy.SAME_DIGITS.of("centre-a"),
            accuracy.SAME_READING.of("centre-a"),
        ),
    }
    needs = (SERIAL, UPLINK, read_out("*-stored"))
    # One request of two registers takes 0.15 s of the line, two of one register 0.28 s: 80 % of the period at most.
    scenario = _world(Line(("analogue", "analogue", "analogue", "analogue"), 1200)).but(period_s=2)
    hours = 0.15
    compared = 60


class _Spoiled(SpoilsAnswers):
    """On lines."""

    faults: tuple[AnyFault, ...] = (
        Silent(),
        BadCheck(),
        Refusing(code=4),
        WrongUnit(),
        Truncated(octets=7),
        Garbage(),
        Sentinel(),
        Late(after_s=20),
    )


class StoresNothingFromSpoiledDlt645Answers(_Spoiled, Case):
    """Silent, damaged, refusing, foreign, all-F and late answers of a DL/T 645 meter are not stored as values."""

    zh = "DL/T 645 无应答、校验错、异常应答、他表地址、全 F 数据和迟到应答均不作为数值。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("csmt/11.3a-2",),
        gaps.NO_VALUE_SENT_AS_READ: ("csmt/11.3a-2",),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
    }
    needs = (
        DLT645,
        UPLINK,
        READ_GAPS,
        "acquisition.gap-record",
    )
    scenario = _world(Line(("dlt645-2007", "dlt645-2007"), 2400, "E"))


class StoresNothingFromSpoiledCjt188Answers(_Spoiled, Case):
    """Silent, damaged, refusing, foreign, all-F and late answers of a CJ/T 188 meter are not stored as values.

    Nor are those of another kind of meter; where one of two questions is refused, what the other asks for is read on.
    """

    zh = (
        "CJ/T 188 无应答、校验错、异常应答、他表地址或他类表、全 F 数据和迟到应答均不作为数值；一项读取被拒时其余照常。"
    )
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("csmt/11.3a-3",),
        gaps.NO_VALUE_SENT_AS_READ: ("csmt/11.3a-3",),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
    }
    needs = (
        CJT188,
        UPLINK,
        READ_GAPS,
        "acquisition.gap-record",
    )
    scenario = _world(Line(("cjt188-heat-parts", "cjt188-heat"), 2400, "E"))
    faults = (*_Spoiled.faults, WrongKind(), RefusingPoints(code=4, points=("cjt188-heat-parts.power",)))


class StoresNothingFromSpoiledModbusFrames(_Spoiled, Case):
    """Silent, damaged, refusing, foreign, marked and late answers of a Modbus RTU meter are not stored as values."""

    zh = "Modbus RTU 无应答、CRC 错、异常码、他站地址、无效标志值和迟到应答均不作为数值。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("csmt/11.3a-1",),
        gaps.NO_VALUE_SENT_AS_READ: ("csmt/11.3a-1",),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
    }
    needs = (
        SERIAL,
        UPLINK,
        READ_GAPS,
        "acquisition.gap-record",
    )
    scenario = _world(Line(("modbus-rtu", "modbus-rtu")))


class StoresNothingFromBrokenLoops(_Spoiled, Case):
    """Currents that say broken wire, fail-safe or short circuit are not stored as values."""

    zh = "断线、故障安全电流和短路电流均不作为数值。"
    checks = {
        gaps.GAP_RECORDED: ("isc-2/7.2.3-A(1)b",),
        gaps.GAP_BOUNDS: ("isc-2/7.2.3-A(1)b",),
        gaps.NO_REPEATED_VALUE: ("csmt/11.3c-4",),
        gaps.NO_VALUE_SENT_AS_READ: ("csmt/11.3c-4",),
        gaps.NO_FALSE_GAP: ("isc-2/7.2.3-A(1)b",),
    }
    needs = (
        SERIAL,
        UPLINK,
        READ_GAPS,
        "acquisition.gap-record",
    )
    scenario = _world(Line(("analogue", "analogue")))
    faults = (Current(ma="0"), Current(ma="3.5"), Current(ma="21.5"), Current(ma="25"))
