"""Units of measurement converted: readings and quantities in the unit that was asked for, exactly (R-17).

Leaves ratios of transformers to `transformers` and sums over points of different units to `formulas`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Configuration, Scenario
from conformance.common.actions import read_readings
from conformance.terminal import LOCAL, MODBUS, UPLINK
from conformance.terminal.instruments import units_judge

CONVERTS = "processing.units"
_PAIRS = (
    ("e01.energy", "MWh"),
    ("e02.energy", "GJ"),
    ("e03.energy", "MJ"),
    ("e01.power", "kW"),
    ("e02.power", "MW"),
    ("gas.volume", "L"),
    ("gas.flow", "m3/h"),
    ("gas.pressure", "MPa"),
    ("steam.mass", "kg"),
    ("steam.flow", "kg/h"),
    ("heat.energy", "MJ"),
    # The only one without an end in decimals.
    ("heat.rate", "kW"),
    ("belt.master_total", "kg"),
)
_WORLD = Scenario(
    circuits=3,
    points=2,
    meters=("gas", "steam", "heat", "belt"),
    configuration=Configuration(units=_PAIRS),
    centres=("A",),
    minute_interval=5,
    realtime_interval_s=60,
    kinds=("minute",),
)


class KeepsConvertedUnits(Case):
    """Readings are kept in the unit that was asked for, each pair of units converted exactly to the last digit."""

    zh = "读数按要求的计量单位换算后存储，各单位对换算精确到末位。"
    checks = {
        units_judge.CONVERTED_STORED: ("isc-2/7.2.3-B(1)d", "csmt/8.3.1c"),
    }
    needs = (MODBUS, LOCAL, CONVERTS)
    scenario = _WORLD

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=25)
        await read_readings(bench, [point for point, _ in _PAIRS], start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from units_judge.stored_findings(history)


class SendsConvertedUnits(Case):
    """Readings and quantities are sent in the unit that was asked for, each pair of units exact to the last digit."""

    zh = "读数和累计量按要求的计量单位换算后上传，各单位对换算精确到末位。"
    checks = {units_judge.CONVERTED_SENT: ("isc-2/7.2.3-B(1)d", "csmt/8.3.1c")}
    needs = (MODBUS, UPLINK, CONVERTS)
    scenario = _WORLD

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=25)
        await bench.centres.settle(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from units_judge.sent_findings(history, "A")
