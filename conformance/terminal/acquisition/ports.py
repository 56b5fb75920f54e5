"""Ports: all of them busy together for a day, and answers that come late (ISC-2 7.1.1, 7.2.3-A(1); CSMT 10.2, 11.3).

Leaves a single port to `acquisition` and `interfaces`, the sockets themselves to inspection (R-14).
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, Text, beside, criterion
from bench.facade.bench import Bench
from bench.history import History, MeterFault
from bench.layout.scenario import Line, Scenario
from conformance.common import accuracy, timing
from conformance.common.actions import points, read_readings
from conformance.common.phases import WATCHED
from conformance.terminal import LOCAL, MODBUS, read_out
from conformance.terminal.acquisition import ports_judge
from conformance.terminal.acquisition.interfaces import CJT188, DLT645, SERIAL
from simulators.meters.faults import Delayed, Silent
from simulators.meters.modbus.codec import crc16

VALUES_ON_THEIR_OWN_POINT = criterion(
    "values-on-their-own-point",
    en="no value stands on another point while all ports are busy",
    zh="各接口同时工作时无串点数据",
    unit="readings",
)


# A whole answer of a unit that nobody asked: RTU, unit 9, two registers.
_STRAY = bytes.fromhex("090304436745D7A566")


class ServesAllPortsTogether(Case):
    """With 29 circuits on one network port and every other port busy, no value stands on a wrong point in 24 h."""

    zh = "一个网络接口接 29 个回路、其余各接口同时工作 24 h，无串点、无漏采。"
    checks = {
        timing.EVERY_METER_POLLED: ("isc-2/6.2c", "isc-2/6.2e", "isc-2/7.2.2-1", "isc-2/5.1c"),
        timing.NO_CYCLE_SKIPPED: ("isc-2/7.2.2-1",),
        VALUES_ON_THEIR_OWN_POINT: ("isc-2/6.2c", "isc-2/6.2e", "isc-2/5.1c"),
        ports_judge.NETWORK_PORT_SERVES: ("isc-2/7.1.1a-3", "isc-2/7.2.2(2)e", "csmt/7.1c"),
        ports_judge.SERIAL_LINES_SERVE: ("isc-2/6.2f", "csmt/7.1a"),
        ports_judge.MODBUS_SERVES: ("isc-2/7.2.2(2)a",),
        ports_judge.DLT645_SERVES: ("isc-2/7.2.2(2)b",),
        ports_judge.CJT188_SERVES: ("isc-2/7.2.2(2)c",),
        **beside(timing.PERIOD_ERROR),
    }
    needs = (MODBUS, DLT645, CJT188, SERIAL, read_out("values-on-their-own-point", "*-serves", "*-serve"))
    # Two lines hold the same kinds of meters under the same units: only the port tells them apart.
    scenario = Scenario(
        circuits=29,
        points=1,
        meters=("gas",),
        behind=(
            Line(("dlt645-2007", "dlt645-1997"), 2400, "E"),
            Line(("cjt188-heat", "cjt188-water"), 2400, "E"),
            Line(("modbus-rtu", "modbus-rtu")),
            Line(("modbus-rtu", "modbus-rtu")),
        ),
        period_s=300,
        centres=("A",),
        minute_interval=30,
        kinds=("hour",),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=24, seconds=30)
        WATCHED.put(bench)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from timing.cadence_findings(history)
        stored = accuracy.local_readings(history)
        crossed = [*stored.unequal, *stored.misplaced, *stored.unknown]
        busy = ports_judge.busy_hours(history)
        enough = busy >= ports_judge.BUSY_H and stored.compared >= accuracy.RECORDS
        yield VALUES_ON_THEIR_OWN_POINT.decide(
            False if crossed else True if enough else None,
            measured=len(crossed),
            limit=0,
            evidence=[*crossed, *stored.problems],
            actual="" if enough or crossed else f"busy {busy} h, {stored.compared} readings compared / 样本不足",
        )
        yield from ports_judge.serving_findings(history)


class _Tardy:
    """What cases share in which one meter answers late, later from step to step, while its neighbour answers at once.

    Nobody says how long the terminal waits. So every lateness from a tenth of a second to longer than a period has its
    turn: some answers are taken, some come into the pause, and some into the next question.
    """

    after_s = (0.1, 0.3, 0.6, 0.9, 1.1, 1.4, 1.9, 2.1, 2.6, 3.1, 4.1, 5.2, 7.5, 9.9, 10.2, 12.5, 19.9)
    minutes = 4

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=10, seconds=4)
        for meter in list(bench.meters.values())[:2]:
            for after_s in self.after_s:
                meter.set_fault(Delayed(after_s=after_s))
                await bench.clock.sleep(minutes=self.minutes)
            meter.clear()
            await bench.clock.sleep(minutes=5)
        WATCHED.put(bench)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from ports_judge.findings(history)


class KeepsLateSerialAnswersApart(_Tardy, Case):
    """Late answers on a serial line, where nothing numbers them, are never taken for those to another request."""

    zh = "串行线上无事务号，迟到或次序颠倒的应答不得当作其他请求的应答。"
    checks = {
        ports_judge.OWN_REGISTER: ("csmt/11.3a-1", "isc-2/9.3c"),
        ports_judge.OWN_CYCLE: ("csmt/11.3a-1", "isc-2/9.3c"),
    }
    needs = (SERIAL, LOCAL)
    scenario = Scenario(circuits=0, behind=(Line(("spread-rtu", "spread-rtu")),), centres=("A",), period_s=10, kinds=())


class KeepsLateNetworkAnswersApart(_Tardy, Case):
    """Late answers on a network port are told from those to another request by their number."""

    zh = "网络接口上迟到或次序颠倒的应答按事务号区分，不得当作其他请求的应答。"
    checks = {
        ports_judge.OWN_REGISTER: ("csmt/11.3b-1", "isc-2/9.3c"),
        ports_judge.OWN_CYCLE: ("csmt/11.3b-1", "isc-2/9.3c"),
    }
    needs = (MODBUS, LOCAL)
    scenario = Scenario(circuits=2, points=4, maps=("spread",), centres=("A",), period_s=10, kinds=())


class KeepsCadenceBesideSilentUnit(Case):
    """A unit behind a gateway that does not answer takes no second from the others, and is read again when it does."""

    zh = "网关后一台设备无应答时，其余设备的 1 s 采集不受影响；恢复应答后重新采集。"
    checks = {
        timing.EVERY_METER_POLLED: ("csmt/11.3b-1", "isc-2/7.2.3-A(1)a"),
        timing.PERIOD_ERROR: ("isc-2/7.2.3-A(1)a",),
        timing.NO_CYCLE_SKIPPED: ("isc-2/7.2.3-A(1)a",),
        timing.READ_AGAIN: ("csmt/11.3b-1", "isc-2/7.2.3-A(1)a"),
    }
    needs = (MODBUS,)
    scenario = Scenario(circuits=3, points=2, period_s=1, centres=("A",), kinds=())

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(seconds=20.3)
        meter = next(iter(bench.meters.values()))
        meter.set_fault(Silent())
        await bench.clock.sleep(seconds=195)
        meter.clear()
        await bench.clock.sleep(seconds=timing.READ_AGAIN_S + 5)
        WATCHED.put(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from timing.cadence_findings(history, but={event.meter for event in history.of(MeterFault)})
        yield from timing.read_again_findings(history)


class WithstandsDisturbedLines(Case):
    """On broken, noisy and babbling serial lines nothing wrong is stored, and reading goes on by itself afterwards."""

    zh = "串行线断开、受干扰、回声、他站乱发时不存入错误数值，恢复后自行继续采集。"
    checks = {
        ports_judge.NOTHING_WRONG_STORED: ("isc-2/9.3c",),
        ports_judge.READS_AGAIN: ("isc-2/6.2f",),
    }
    needs = (SERIAL, LOCAL)
    rigs = Rig.VIRTUAL
    virtual_only = Text(
        "a serial line's wires are cut and disturbed octet by octet, which only simulated lines allow",
        "串行线的断线和逐字节干扰只能在仿真线路上施加",
    )
    scenario = Scenario(
        circuits=0,
        behind=(Line(("modbus-rtu", "modbus-rtu")), Line(("spread-rtu",))),
        centres=("A",),
        period_s=10,
        kinds=(),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=10, seconds=4)
        for line in bench.buses.values():
            for what in (line.cut(), line.noise(0.02), line.echo(), line.static(1.0, 3), line.babble(_STRAY, 1.7)):
                async with what:
                    await bench.clock.sleep(minutes=6)
                await bench.clock.sleep(minutes=4)
        WATCHED.put(bench)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from ports_judge.disturbed_findings(history)


class KeepsApartFromAnotherMaster(Case):
    """A second master on a serial line that asks the same meters spoils no value and stops no reading."""

    zh = "同一串行线上另有主站读取同一表计时，不存入错误数值，采集持续进行。"
    checks = {
        ports_judge.NOTHING_WRONG_STORED: ("isc-2/9.3c",),
        ports_judge.READS_AGAIN: ("isc-2/6.2f",),
    }
    needs = (SERIAL, LOCAL)
    rigs = Rig.VIRTUAL
    virtual_only = Text(
        "another master speaks on a serial line, which only simulated lines allow",
        "另一主站在串行线上发送报文，只能在仿真线路上实现",
    )
    scenario = Scenario(circuits=0, behind=(Line(("spread-rtu", "spread-rtu")),), centres=("A",), period_s=10, kinds=())

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=4, seconds=4)
        (line,) = bench.buses.values()
        # The lower register of unit 1's voltage: shorter than what anybody asks for who wants the number.
        asked = bytes((1, 3, 0x08, 0x01, 0, 1))
        for every_s in (1.7, 3.3, 10.0):
            async with line.babble(asked + crc16(asked), every_s):
                await bench.clock.sleep(minutes=4)
            await bench.clock.sleep(minutes=3)
        WATCHED.put(bench)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from ports_judge.disturbed_findings(history)
