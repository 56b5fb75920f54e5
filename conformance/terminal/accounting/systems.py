"""Activity that a third party's system hands over: its method reckons it as it does what instruments show.

Leaves how such systems are read to the chapter of acquisition, and instruments to `figures`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import AccountingUnit, Emitter, Figure
from bench.layout.scenario import Configuration, Scenario, System
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.terminal import OPC, UPLINK, read_out
from conformance.terminal.accounting import figures_judge
from conformance.terminal.accounting.boundaries import electricity
from conformance.terminal.accounting.figures import ACCOUNTING, class_checks

FAMILY = "accounting"

_METHOD = "buildings-ndrc-2015"


def office(point: str, figures: tuple[Figure, ...] = ()) -> Emitter:
    """An office with nothing but its electricity."""
    return Emitter(
        id="office",
        name="示范办公楼",
        sector="public-buildings",
        units=(AccountingUnit(id="office"),),
        sources=(electricity("grid", "office", _METHOD, point),),
        figures=figures,
    )


_EMITTER = office("energy-system.electricity")


class AccountsActivityOfSystems(Case):
    """Electricity that an OPC UA server of the energy system tells is reckoned by its method to the last digit."""

    zh = "第三方能源系统经 OPC UA 提供的电量按核算方法逐分钟核算，逐位准确。"
    checks = class_checks(("minute",), {"minute": ("csmt/9.2-5",)})
    needs = (ACCOUNTING, OPC, UPLINK, read_out("figures-*"))
    scenario = Scenario(
        start="2026-03-02T08:57:00+08:00",
        circuits=0,
        centres=("A",),
        kinds=(),
        minute_interval=1,
        behind=(System("opcua", ("energy-system",)),),
        configuration=Configuration(emitter=_EMITTER),
    )

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep((hour + 12 * MINUTE - bench.clock.now_us()) / SECOND)
        for each in _EMITTER.sources:
            await bench.operator.emissions("source", each.id, "minute", hour, hour + 10 * MINUTE)
        await bench.operator.emissions("emitter", "", "minute", hour, hour + 10 * MINUTE)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from figures_judge.findings(history, ("minute",))
