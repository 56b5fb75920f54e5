"""Values at the limits of their instrument and one step of resolution beyond, on every way they come (CSMT 8.1; R-20).

Leaves what is sent of invalid readings to `processing` and the second check of entries to `entries`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Collector, Configuration, Line, Scenario, System
from conformance.common.actions import read_readings
from conformance.common.alarms_over import MENDED, Mended
from conformance.common.times import HOUR, floor
from conformance.terminal import LOCAL, MODBUS, OPC, SQL
from conformance.terminal.acquisition.interfaces import CJT188, DLT645
from conformance.terminal.acquisition.sources import MANUAL
from conformance.terminal.collectors.collectors import HTTPS, MQTT
from conformance.terminal.processing import limits_judge, ranges_judge

RANGE = "processing.range-check"
_AUTHOR, _REASON = "Li Wei", "thermometer"


def _world(*limits: tuple[str, str, str]) -> Scenario:
    return Scenario(circuits=0, centres=("A",), kinds=(), configuration=Configuration(limits=limits))


class _AtTheLimits:
    """What cases share in which every point shows its limits, and one step of resolution beyond each."""

    checks = {
        ranges_judge.STORED_SIDES["above"]: ("csmt/8.1.1c", "csmt/12.3.2d", "isc-2/7.2.3-B(3)b"),
        ranges_judge.STORED_SIDES["below"]: ("csmt/8.1.1b", "csmt/12.3.2d", "isc-2/7.2.3-B(3)b"),
        ranges_judge.LIMIT_ITSELF_VALID: ("csmt/8.1.1a",),
    }
    scenario: Scenario

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=3)
        limits = self.scenario.configuration.limits
        for side, beyond in ((2, 0), (2, 1), (1, 0), (1, -1)):
            for each in limits:
                meter = bench.meters[each[0].partition(".")[0]]
                step = Decimal(meter.points[each[0]].register.resolution)
                meter.preset(each[0], f"{Decimal(each[side]) + beyond * step:f}")
            await bench.clock.sleep(minutes=3)
        for point, _, _ in limits:
            bench.meters[point.partition(".")[0]].release(point)
        MENDED.put(bench, Mended(names=" ".join(point for point, _, _ in limits)))
        await bench.clock.sleep(minutes=3, seconds=10)
        await bench.operator.alarms()
        await read_readings(bench, [point for point, _, _ in limits], start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from ranges_judge.side_findings(history)
        yield ranges_judge.edge_finding(history)


class JudgesModbusValuesByTheirLimits(_AtTheLimits, Case):
    """Values of Modbus meters are valid up to their limits and invalid one step of resolution beyond."""

    zh = "Modbus 表计读数等于限值有效，超出一个分辨力即无效。"
    needs = (MODBUS, LOCAL, RANGE)
    scenario = _world(
        ("e01.voltage_l1", "180.0", "260.0"),
        ("gas.temperature", "-40", "80"),
        ("gas.pressure", "0", "1600"),
        ("cems.temperature", "-20", "400"),
    ).but(circuits=1, maps=("adl3000",), points=3, meters=("gas", "cems"))


class JudgesDlt645ValuesByTheirLimits(_AtTheLimits, Case):
    """Values of DL/T 645 meters are valid up to their limits and invalid one step of resolution beyond."""

    zh = "DL/T 645 电能表读数等于限值有效，超出一个分辨力即无效。"
    needs = (DLT645, LOCAL, RANGE)
    scenario = _world(
        ("dlt645-2007.voltage_a", "180.0", "260.0"),
        ("dlt645-1997.voltage_a", "180", "260"),
    ).but(behind=(Line(("dlt645-2007", "dlt645-1997"), 2400, "E"),))


class JudgesCjt188ValuesByTheirLimits(_AtTheLimits, Case):
    """Values of a CJ/T 188 heat meter are valid up to their limits and invalid one step of resolution beyond."""

    zh = "CJ/T 188 热量表读数等于限值有效，超出一个分辨力即无效。"
    needs = (CJT188, LOCAL, RANGE)
    scenario = _world(("cjt188-heat.supply", "5.00", "95.00"), ("cjt188-heat.return", "5.00", "80.00")).but(
        behind=(Line(("cjt188-heat",), 2400, "E"),)
    )


class JudgesMqttValuesByTheirLimits(_AtTheLimits, Case):
    """Values that a collector publishes by MQTT are valid up to their limits and invalid one step beyond."""

    zh = "采集器经 MQTT 发布的数值等于限值有效，超出一个分辨力即无效。"
    needs = (MQTT, LOCAL, RANGE)
    scenario = _world(("k1-1.voltage_l1", "180.0", "260.0")).but(
        behind=(Collector("mqtt", 1, {"form": "neuron"}),), maps=("adl3000",), points=3
    )


class JudgesHttpsValuesByTheirLimits(_AtTheLimits, Case):
    """Values that a collector answers over HTTPS are valid up to their limits and invalid one step beyond."""

    zh = "采集器以 HTTPS 应答的数值等于限值有效，超出一个分辨力即无效。"
    needs = (HTTPS, LOCAL, RANGE)
    scenario = _world(("k1-1.voltage_l1", "180.0", "260.0")).but(
        behind=(Collector("https", 1, {"channel": "tls"}),), maps=("adl3000",), points=3
    )


class JudgesOpcValuesByTheirLimits(_AtTheLimits, Case):
    """Values of an OPC UA server are valid up to their limits and invalid one step of resolution beyond."""

    zh = "OPC UA 服务器的数值等于限值有效，超出一个分辨力即无效。"
    needs = (OPC, LOCAL, RANGE)
    scenario = _world(("cems.temperature", "-20", "400"), ("cems.o2", "0", "25")).but(
        behind=(System("opcua", ("cems",)),)
    )


class JudgesDatabaseValuesByTheirLimits(_AtTheLimits, Case):
    """Values of rows of a database are valid up to their limits and invalid one step of resolution beyond."""

    zh = "数据库行中的数值等于限值有效，超出一个分辨力即无效。"
    needs = (SQL, LOCAL, RANGE)
    scenario = _world(("cems.temperature", "-20", "400"), ("cems.o2", "0", "25")).but(
        behind=(System("sql", ("cems",)),)
    )


class JudgesEntriesByTheirLimits(Case):
    """A value entered by hand is taken up to the limits of its point, and has no effect one step beyond."""

    zh = "人工填报值等于测点限值时采用，超出一个分辨力时被拒绝或判为无效且不采用。"
    checks = {
        limits_judge.ENTRY_AT_A_LIMIT_TAKEN: ("csmt/8.1.2a",),
        limits_judge.ENTRY_BEYOND_A_LIMIT_NOT_USED: ("csmt/8.1.2a",),
    }
    needs = (MODBUS, LOCAL, MANUAL)
    scenario = _world(("gas.temperature", "-40.00", "80.00")).but(meters=("gas",))

    async def drive(self, bench: Bench) -> None:
        (point, low, high) = self.scenario.configuration.limits[0]
        await bench.clock.sleep(minutes=5)
        first = floor(bench.clock.now_us(), HOUR) - 12 * HOUR
        values = (high, "80.01", low, "-40.01")
        for number, value in enumerate(values):
            await bench.operator.manual_entry(point, "hour", first + number * HOUR, value, _AUTHOR, _REASON)
        await bench.clock.sleep(minutes=2)
        await bench.operator.records("hour", point, first, first + len(values) * HOUR)
        await bench.operator.manual_entries(point, first, first + len(values) * HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from limits_judge.entry_findings(history)
