"""Activity data computed from other points: sums, differences, products, quotients, shares, integrals (CSMT 8.3.2).

Leaves factors and emissions to accounting, and the points that are computed from to the cases of their interfaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Collector, Configuration, Derived, Line, Scenario, System
from conformance.common.actions import all_centres, read_readings
from conformance.common.times import HOUR, floor
from conformance.terminal import LIVE, MODBUS, OPC, SQL, UPLINK, read_out
from conformance.terminal.acquisition.interfaces import DLT645
from conformance.terminal.acquisition.sources import MANUAL
from conformance.terminal.processing import formulas_judge
from simulators.meters.faults import Silent

FORMULAS = "processing.formulas"
MQTT = "source.mqtt"


async def _read_computed(
    bench: Bench, scenario: Scenario, from_us: int, to_us: int, kinds: Sequence[str] = ("quarter", "hour")
) -> None:
    """Ask the terminal for what it has computed."""
    for each in scenario.configuration.derived:
        for kind in kinds:
            await bench.operator.records(kind, each.id, from_us, to_us)


class AddsEverySource(Case):
    """Meters of two protocols, a collector, an OPC UA server and a database are added up, and parts taken off."""

    zh = "两种协议的表计、采集器、OPC UA 服务器和数据库的活动数据逐位准确地汇总、扣减并上传。"
    checks = {
        formulas_judge.OPERATIONS["sum"]: (
            "isc-2/7.2.3-B(2)-1",
            "isc-2/7.2.3-B(2)-2",
            "isc-2/7.2.3-B(2)a",
            "csmt/8.3.2-1",
            "csmt/8.3.2-2",
            "csmt/8.3.2a",
            "csmt/11.3c-9",
            "isc-2/7.2.2(2)d",
            "isc-2/7.2.2(2)h",
            "isc-2/6.2j",
            "isc-2/6.2l",
            "isc-2/7.2.3d",
            "isc-2/7.2.4c",
            "isc-2/7.2.2(2)r",
            "isc-2/7.2.2-3",
            "isc-2/7.2.2-4",
        ),
        formulas_judge.OPERATIONS["difference"]: (
            "isc-2/7.2.3-B(2)-3",
            "isc-2/7.2.3-B(2)b",
            "csmt/8.3.2-3",
            "csmt/8.3.2b",
            "isc-2/6.2j",
            "isc-2/6.2l",
            "isc-2/7.2.3d",
            "isc-2/7.2.2(2)r",
            "isc-2/7.2.2-4",
        ),
        formulas_judge.DERIVED_SENT: ("csmt/11.3c-9", "isc-2/7.2.2(2)d", "isc-2/7.2.2(2)h"),
        formulas_judge.ORIGIN_TOLD: ("isc-2/7.3.1h",),
    }
    needs = (FORMULAS, MODBUS, DLT645, MQTT, OPC, SQL, UPLINK, read_out("derived-sent", "origin-told"))
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    scenario = Scenario(
        start="2026-03-02T08:52:00+08:00",
        circuits=2,
        points=1,
        maps=("sdm630", "adl3000"),
        behind=(
            Line(("dlt645-2007",), 2400, "E"),
            Collector("mqtt", 1),
            System("opcua", ("circuit",)),
            System("sql", ("energy-system",), {"rows_s": 300}),
        ),
        period_s=300,
        centres=("A", "B"),
        kinds=(),
        configuration=Configuration(
            derived=(
                Derived(
                    "works.energy",
                    "sum",
                    ("e01.energy", "dlt645-2007.energy", "k1-1.energy", "circuit.energy", "energy-system.electricity"),
                    "kWh",
                ),
                # Beside a sum in another unit, one that is made of a sum itself.
                Derived("works.rest", "difference", ("works.energy", "e01.energy", "circuit.energy"), "MWh"),
                Derived("works.all", "sum", ("works.rest", "e02.energy"), "kWh"),
            )
        ),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=1, minutes=40)
        await _read_computed(bench, self.scenario, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from formulas_judge.computed_findings(history, all_centres(history), needed=6)
        yield from formulas_judge.origin_findings(history)


class _AddsOne:
    """What cases share that add up, and take off, points of one interface alone: a product has those that it has."""

    checks = {
        formulas_judge.OPERATIONS["sum"]: (
            "isc-2/7.2.2(2)d",
            "isc-2/7.2.2(2)h",
            "isc-2/7.2.3d",
            "isc-2/7.2.4c",
            "isc-2/7.2.2(2)r",
            "isc-2/7.2.2-4",
        ),
        formulas_judge.OPERATIONS["difference"]: ("isc-2/7.2.3d", "isc-2/7.2.2(2)r", "isc-2/7.2.2-4"),
        formulas_judge.DERIVED_SENT: ("isc-2/7.2.2(2)d", "isc-2/7.2.2(2)h"),
        formulas_judge.ORIGIN_TOLD: ("isc-2/7.3.1h",),
    }
    scenario: Scenario

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=1, minutes=40)
        await _read_computed(bench, self.scenario, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from formulas_judge.computed_findings(history, all_centres(history), needed=6)
        yield from formulas_judge.origin_findings(history)


_ADDED = Scenario(start="2026-03-02T08:52:00+08:00", circuits=0, points=1, period_s=300, centres=("A",), kinds=())


def _added(first: str, second: str) -> tuple[Derived, ...]:
    """The sum of two points, and what is left of it without the second."""
    return (
        Derived("works.energy", "sum", (first, second), "kWh"),
        Derived("works.rest", "difference", ("works.energy", second), "MWh"),
    )


_TOLD = read_out("derived-sent", "origin-told")


class AddsModbusMeters(_AddsOne, Case):
    """Meters that are read by Modbus TCP are added up, and one is taken off."""

    zh = "经 Modbus TCP 读取的表计逐位准确地汇总、扣减并上传。"
    needs = (FORMULAS, MODBUS, UPLINK, _TOLD)
    scenario = _ADDED.configured(derived=_added("e01.energy", "e02.energy")).but(circuits=2, maps=("sdm630", "adl3000"))


class AddsDlt645Meters(_AddsOne, Case):
    """Meters that are read by DL/T 645 are added up, and one is taken off."""

    zh = "经 DL/T 645 读取的表计逐位准确地汇总、扣减并上传。"
    needs = (FORMULAS, DLT645, UPLINK, _TOLD)
    scenario = _ADDED.configured(derived=_added("dlt645-2007.energy", "dlt645-2007-2.energy")).but(
        behind=(Line(("dlt645-2007", "dlt645-2007"), 2400, "E"),)
    )


class AddsCollectedMeters(_AddsOne, Case):
    """What a collector tells by MQTT is added up, and one meter is taken off."""

    zh = "采集器经 MQTT 传来的数据逐位准确地汇总、扣减并上传。"
    needs = (FORMULAS, MQTT, UPLINK, _TOLD)
    scenario = _ADDED.configured(derived=_added("k1-1.energy", "k1-2.energy")).but(behind=(Collector("mqtt", 2),))


class AddsOpcUaNodes(_AddsOne, Case):
    """Nodes of OPC UA servers are added up, and one is taken off."""

    zh = "OPC UA 节点的数据逐位准确地汇总、扣减并上传。"
    needs = (FORMULAS, OPC, UPLINK, _TOLD)
    scenario = _ADDED.configured(derived=_added("circuit.energy", "circuit-2.energy")).but(
        behind=(System("opcua", ("circuit", "circuit")),)
    )


class AddsRowsOfDatabases(_AddsOne, Case):
    """Rows of databases are added up, and one system is taken off."""

    zh = "数据库各行的数据逐位准确地汇总、扣减并上传。"
    needs = (FORMULAS, SQL, UPLINK, _TOLD)
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    scenario = _ADDED.configured(derived=_added("energy-system.electricity", "energy-system-2.electricity")).but(
        behind=(System("sql", ("energy-system", "energy-system"), {"rows_s": 300}),)
    )


class ComputesFromTypicalBranches(Case):
    """A typical branch is multiplied, a ratio divided, a total shared out and whole again, power summed over time."""

    zh = "典型支路乘算、求商、分摊（各份之和等于总量）和功率对时间积分的结果正确并上传。"
    checks = {
        formulas_judge.OPERATIONS["product"]: (
            "isc-2/7.2.3-B(2)-4",
            "isc-2/7.2.3-B(2)c",
            "csmt/8.3.2-4",
            "csmt/8.3.2c",
            "isc-2/6.2j",
            "isc-2/6.2l",
            "isc-2/7.2.2-4",
        ),
        formulas_judge.OPERATIONS["quotient"]: (
            "isc-2/7.2.3-B(2)-5",
            "csmt/8.3.2-5",
            "isc-2/6.2j",
            "isc-2/6.2l",
            "isc-2/7.2.2-4",
        ),
        formulas_judge.OPERATIONS["share"]: (
            "csmt/8.3.2-6",
            "csmt/8.3.2d",
            "isc-2/6.2j",
            "isc-2/6.2l",
            "isc-2/7.2.2-4",
        ),
        formulas_judge.OPERATIONS["integral"]: (
            "isc-2/7.2.3-B(2)-6",
            "csmt/8.3.2-7",
            "isc-2/6.2j",
            "isc-2/6.2l",
            "isc-2/7.2.2-4",
        ),
        formulas_judge.SHARES_ADD_UP: ("csmt/8.3.2-6", "csmt/8.3.2d"),
        formulas_judge.INTEGRAL_AGREES: ("isc-2/7.2.3-B(2)-6", "csmt/8.3.2-7"),
        **beside(formulas_judge.DERIVED_SENT),
    }
    needs = (FORMULAS, MODBUS, UPLINK, read_out("derived-sent"))
    scenario = Scenario(
        circuits=3,
        points=2,
        maps=("adl3000",),
        meters=("steam",),
        centres=("A",),
        kinds=(),
        configuration=Configuration(
            derived=(
                Derived("hall.energy", "product", ("e01.energy",), "kWh", factor="12.5"),
                Derived("hall.thousands", "product", ("e02.energy",), "MWh", factor="0.35"),
                Derived("hall.share", "quotient", ("e02.energy", "e03.energy"), "1", decimals=6),
                Derived("steam.intensity", "quotient", ("e01.energy", "steam.mass"), "kWh/t", decimals=3),
                *(
                    Derived(
                        f"floor{part}.energy", "share", ("e01.energy",), "kWh", 2, weights=("3", "2", "2"), part=part
                    )
                    for part in (1, 2, 3)
                ),
                *(
                    Derived(
                        f"shop{part}.steam",
                        "share",
                        ("steam.mass",),
                        "t",
                        3,
                        by=("e02.energy", "e03.energy"),
                        part=part,
                    )
                    for part in (1, 2)
                ),
                Derived("e03.integral", "integral", ("e03.power",), "kWh", 3),
                Derived("steam.integral", "integral", ("steam.flow",), "t", 4),
            )
        ),
    )
    # Of an hour's increment: a mean of 60 samples against a counter that runs all the time.
    agreed = Fraction(2, 100)

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=3, minutes=6)
        await _read_computed(bench, self.scenario, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from formulas_judge.computed_findings(history, all_centres(history))
        yield from formulas_judge.shares_findings(history)
        yield from formulas_judge.plant_findings(
            history, {"e03.integral": "e03.energy", "steam.integral": "steam.mass"}, self.agreed
        )


class KeepsSumsHonest(Case):
    """A sum lacks its value while a meter does, takes an entry by hand, a roll-over and lost power, and stays true."""

    zh = "任一表计缺数时汇总不得表现为完整；人工录入、计数器翻转和停电后汇总仍正确，录入后修订并重传。"
    checks = {
        formulas_judge.NO_PARTIAL_SUM: ("isc-2/7.2.3-B(2)a", "csmt/8.3.2a"),
        formulas_judge.ENTRY_CARRIED: ("isc-2/7.2.3-B(2)a", "csmt/8.3.2a"),
        formulas_judge.ROLLOVER_COMPUTED: ("isc-2/7.2.3-B(2)a", "csmt/8.3.2a"),
        formulas_judge.COMPUTED_OVER_POWER_CUT: ("isc-2/7.2.3-B(2)a", "csmt/8.3.2a"),
        formulas_judge.OPERATIONS["sum"]: (
            "isc-2/7.2.3-B(2)-1",
            "isc-2/7.2.3-B(2)-2",
            "isc-2/7.2.3-B(2)a",
            "csmt/8.3.2-1",
            "csmt/8.3.2-2",
            "csmt/8.3.2a",
        ),
        formulas_judge.OPERATIONS["difference"]: (
            "isc-2/7.2.3-B(2)-3",
            "isc-2/7.2.3-B(2)b",
            "csmt/8.3.2-3",
            "csmt/8.3.2b",
        ),
        **beside(formulas_judge.ENTRY_MARKED, formulas_judge.ORIGIN_TRUE.sometimes()),
    }
    needs = (FORMULAS, MODBUS, UPLINK, read_out(), MANUAL, "counters.rollover")
    scenario = Scenario(
        circuits=3,
        points=1,
        maps=("adl3000",),
        centres=("A",),
        kinds=(),
        configuration=Configuration(
            derived=(
                Derived("site.energy", "sum", ("e01.energy", "e02.energy", "e03.energy"), "kWh"),
                Derived("site.rest", "difference", ("site.energy", "e03.energy"), "kWh"),
            )
        ),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        _, second, third = bench.meters.values()
        third.rollover_soon("e03.energy", str(int(third.points["e03.energy"].rated_per_h or "100") // 4))
        await bench.clock.sleep(hours=1, minutes=10)
        second.set_fault(Silent())
        await bench.clock.sleep(hours=1)
        second.clear()
        await bench.clock.sleep(minutes=55)
        await _read_computed(bench, self.scenario, start, bench.clock.now_us())
        silent = floor(start + HOUR, HOUR)
        for hour, value in enumerate(("41.75", "38.20")):
            await bench.operator.manual_entry(
                "e02.energy", "hour", silent + hour * HOUR, value, "Li Wei", "read from the panel"
            )
        await bench.clock.sleep(minutes=10)
        await bench.power.off(300)
        await bench.clock.sleep(minutes=70)
        await _read_computed(bench, self.scenario, start, bench.clock.now_us())
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from formulas_judge.honest_findings(history)
        yield from formulas_judge.entry_findings(history, "A")
        yield from formulas_judge.true_origin_findings(history)
        yield from formulas_judge.rollover_findings(history)
        yield from formulas_judge.power_findings(history)
        yield from formulas_judge.right_findings(history, all_centres(history), needed=6)


class AddsLateData(Case):
    """What a meter recorded while its line was dead goes into the sums of those hours, under the same key."""

    zh = "线路中断期间由表计自身记录补入的数据计入当时各小时的汇总，键值不变、修订重传。"
    checks = {
        formulas_judge.LATE_DATA_CARRIED: ("isc-2/7.2.3-B(2)a", "csmt/8.3.2a"),
        **beside(formulas_judge.ENTRY_STAYS.sometimes()),
    }
    needs = (FORMULAS, DLT645, UPLINK, read_out(), "acquisition.meter-records")
    scenario = Scenario(
        start="2026-03-02T08:50:00+08:00",
        circuits=1,
        points=1,
        maps=("adl3000",),
        behind=(Line(("dlt645-2007",), 2400, "E"),),
        configuration=Configuration(
            records=(("dlt645-2007", "load-profile"),),
            derived=(Derived("site.energy", "sum", ("e01.energy", "dlt645-2007.energy"), "kWh"),),
        ),
        centres=("A",),
        period_s=300,
        kinds=(),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=75)
        async with bench.buses["ttyS1"].cut():
            await bench.clock.sleep(minutes=125)
            # Of the second hour somebody enters the sum itself.
            await bench.operator.manual_entry(
                "site.energy", "hour", floor(start + 3 * HOUR, HOUR), "33.33", "Li Wei", "read from the panel"
            )
            await bench.clock.sleep(minutes=5)
        await bench.clock.sleep(minutes=75)
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from formulas_judge.late_findings(history, "A")


class AddsBeltAndTrucks(Case):
    """What came by belt and what came by truck are one quantity of fuel, hour by hour and for the day."""

    zh = "皮带秤与汽车衡的来料量逐小时、逐日汇总为同一燃料量。"
    checks = {
        formulas_judge.OPERATIONS["sum"]: ("isc-2/7.2.3-B(2)-1", "csmt/8.3.2-1", "isc-2/7.2.2(2)d", "isc-2/7.2.3d"),
        formulas_judge.DERIVED_SENT: ("isc-2/7.2.2(2)d",),
    }
    needs = (FORMULAS, MODBUS, UPLINK, read_out("derived-sent"))
    scenario = Scenario(
        circuits=0,
        meters=("belt", "bridge"),
        start="2026-03-02T23:50:00+08:00",
        period_s=900,
        centres=("A",),
        kinds=(),
        configuration=Configuration(derived=(Derived("coal.mass", "sum", ("belt.master_total", "bridge.net"), "t"),)),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=25)
        await _read_computed(bench, self.scenario, start, bench.clock.now_us(), ("hour", "day"))

    def judge(self, history: History) -> Iterator[Finding]:
        yield from formulas_judge.computed_findings(history, all_centres(history))


class AddsSystemsHourByHour(Case):
    """Systems of third parties are read once an hour, and what they tell is added up hour by hour."""

    zh = "第三方系统按小时级频次采集，逐小时汇总并上传。"
    checks = {
        formulas_judge.OPERATIONS["sum"]: ("csmt/11.3c-9",),
        formulas_judge.DERIVED_SENT: ("csmt/11.3c-9",),
        formulas_judge.READ_HOURLY: ("csmt/11.2b-2",),
    }
    needs = (FORMULAS, OPC, SQL, UPLINK, read_out("derived-sent"))
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    scenario = Scenario(
        start="2026-03-02T08:50:00+08:00",
        circuits=0,
        behind=(System("opcua", ("circuit",)), System("sql", ("energy-system",), {"rows_s": 3600})),
        period_s=3600,
        centres=("A",),
        kinds=(),
        configuration=Configuration(
            derived=(Derived("site.energy", "sum", ("circuit.energy", "energy-system.electricity"), "kWh"),)
        ),
    )
    points = ("circuit.energy", "energy-system.electricity")

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=3, minutes=20)
        await _read_computed(bench, self.scenario, start, bench.clock.now_us(), ("hour",))
        await read_readings(bench, self.points, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from formulas_judge.computed_findings(history, all_centres(history), needed=3)
        yield from formulas_judge.hours_findings(history, self.points)


class RoundsExactHalves(Case):
    """Means and quotients that lie exactly between two numbers of their last digit are rounded away from zero."""

    zh = "均值与商恰为末位之半（正、负）时，按四舍五入（远离零）取值。"
    checks = {
        formulas_judge.HALVES_OF_MEANS.of("above"): ("csmt/8.2.1a",),
        formulas_judge.HALVES_OF_MEANS.of("below"): ("csmt/8.2.1a",),
        formulas_judge.OPERATIONS["quotient"]: ("isc-2/7.2.3-B(2)-5", "csmt/8.3.2-5"),
    }
    needs = (FORMULAS, MODBUS, LIVE)
    scenario = Scenario(
        circuits=2,
        points=2,
        maps=("adl3000",),
        centres=("A",),
        minute_interval=2,
        kinds=("minute",),
        configuration=Configuration(
            derived=(Derived("hall.ratio", "quotient", ("e01.energy", "e02.energy"), "1", decimals=2),)
        ),
    )
    minutes = 48

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        energy = Decimal("1000.00"), Decimal("2000.00")
        await bench.clock.sleep(30)
        for minute in range(self.minutes):
            # 0.125, 0.625 and 1.125 of two decimals; 10.25 and -10.25, 11.25 and -11.25 … of one.
            energy = energy[0] + Decimal(("0.10", "0.50", "0.90")[minute % 3]), energy[1] + Decimal("0.80")
            power = Decimal(10 + minute // 4) + Decimal("0.2") + (minute + 1) % 2 * Decimal("0.1")
            for meter, total, sign in (("e01", energy[0], 1), ("e02", energy[1], -1)):
                bench.meters[meter].preset(f"{meter}.energy", f"{total}")
                bench.meters[meter].preset(f"{meter}.power", f"{sign * power}")
            await bench.clock.sleep(60)
        await bench.clock.sleep(minutes=2)
        await _read_computed(bench, self.scenario, start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from formulas_judge.halves_findings(history, all_centres(history))
        yield from formulas_judge.right_findings(history, all_centres(history), 2)
