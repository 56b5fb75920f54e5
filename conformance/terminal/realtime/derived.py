"""Time that computing takes, from a pushed value to the emission that follows from it (R-16, ISC-2 9.4).

Leaves the minute-level capacity and what figures are worth to the chapter of accounting. In virtual time the same case
runs with fewer values; computing takes none there, and its timed check can only fail.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import AccountingUnit, Emitter
from bench.layout.scenario import Collector, Configuration, Scenario
from conformance.terminal.accounting.boundaries import fixed, read, source
from conformance.terminal.accounting.figures import ACCOUNTING
from conformance.terminal.collectors.collectors import MQTT
from conformance.terminal.realtime import derived_judge

FAMILY = "timing_real"

_CIRCUITS, _PERIOD_S = 29, 1
# What a terminal may take from its start until it has subscribed to what collectors publish.
_START_S, _WAITED_S = 45, 5
_UNIT, _MAP = "plant", "adl3000"
# A stack, whose volume counts by the state of the gas that is told with it.
_DUCT = f"k1-{_CIRCUITS + 1}"
_EMITTER = Emitter(
    id="plant",
    name="示范工厂",
    sector="public-buildings",
    units=(AccountingUnit(id=_UNIT),),
    sources=(
        *(
            source(
                f"s{number:02d}",
                _UNIT,
                "electricity",
                "buildings-ndrc-2015",
                "electricity-in",
                read("AD", "kWh", f"k1-{number}.energy"),
                fixed("EF", "tCO2/MWh", "0.5"),
                scope=2,
            )
            for number in range(1, _CIRCUITS + 1)
        ),
        source(
            *("stack", _UNIT, "measured", "flue-gas-hj75-2017", "stack-state"),
            *(read("Q", "m3", f"{_DUCT}.volume"), read("P", "kPa", f"{_DUCT}.pressure")),
            *(read("TS", "°C", f"{_DUCT}.temperature"), fixed("XSW", "%", "8.4"), fixed("CO2", "%", "12.5")),
        ),
    ),
)


class DerivesEmissionsWithinTwentyMilliseconds(Case):
    """Values of 29 circuits and a stack pushed by MQTT each second: emissions are told at most 20 ms later (P99)."""

    zh = "29 个回路和一个烟道每秒经 MQTT 推送的数据，20 ms 内给出对应的排放量（P99）。"
    checks = {derived_judge.DERIVED_WITHIN: ("isc-2/9.4b",), **beside(derived_judge.DERIVED_RIGHT)}
    needs = (ACCOUNTING, MQTT)
    proof = Rig.VIRTUAL | Rig.PROCESS
    once = True
    scenario = Scenario(
        circuits=0,
        points=4,
        maps=(_MAP,),
        period_s=_PERIOD_S,
        minute_interval=30,
        kinds=(),
        centres=("A",),
        behind=(Collector("mqtt", _CIRCUITS, {"qos": 0, "spread": True}, kinds=("duct",)),),
        configuration=Configuration(emitter=_EMITTER),
    )

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(_START_S)
        async with bench.operator.emissions_told():
            events = derived_judge.EVENTS if bench.clock.real else derived_judge.EVENTS_VIRTUAL
            await bench.clock.sleep((events / _CIRCUITS + 2) * _PERIOD_S)
            derived_judge.TOLD.put(bench)
            await bench.clock.sleep(_WAITED_S)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from derived_judge.findings(history)
