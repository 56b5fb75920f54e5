"""Purchased steam by its pressure: enthalpy by IAPWS-IF97, the gauge's pressure and that of the air together.

Leaves heat that a heat meter counts to `figures`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import AccountingUnit, Emitter
from bench.layout.scenario import Configuration, Scenario
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accounting import steam_judge
from conformance.terminal.accounting.boundaries import fixed, read, source
from conformance.terminal.accounting.figures import ACCOUNTING
from conformance.terminal.reporting import explained_judge

FAMILY = "accounting"

_EMITTER = Emitter(
    id="hotel",
    name="示范宾馆",
    sector="public-buildings",
    units=(AccountingUnit(id="hotel"),),
    sources=(
        source(
            *("steam", "hotel", "heat", "buildings-ndrc-2015", "steam-gauge-in"),
            *(read("MA", "t", "steam.mass"), read("PG", "kPa", "steam.pressure")),
            scope=2,
        ),
        # Beside it a source whose formula looks nothing up.
        source(
            *("declared", "hotel", "heat", "buildings-ndrc-2015", "steam-in"),
            *(read("MA", "t", "steam.mass"), fixed("EN", "kJ/kg", "2777.12")),
            scope=2,
        ),
    ),
)


class AccountsSteamByItsPressure(Case):
    """Saturated steam by a flow computer with a gauge: its heat by IF97 at absolute pressure, within 0.1 %."""

    zh = "饱和蒸汽按表压加大气压求焓（IF97），外购热力排放量与基准相差不超过 0.1 %。"
    checks = {steam_judge.STEAM: ("csmt/9.4b(2)",), explained_judge.INPUTS_TOLD.sometimes(): ("csmt/9.2-9",)}
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("steam-*", "inputs-told"))
    scenario = Scenario(
        start="2026-03-02T08:57:00+08:00",
        circuits=0,
        meters=("steam",),
        points=3,
        centres=("A",),
        kinds=(),
        minute_interval=1,
        configuration=Configuration(emitter=_EMITTER),
    )

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep((hour + 12 * MINUTE - bench.clock.now_us()) / SECOND)
        await bench.operator.emissions("source", "steam", "minute", hour, hour + 10 * MINUTE)
        for each in _EMITTER.sources:
            await bench.operator.emission_chain(each.id, "minute", hour + 5 * MINUTE)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from steam_judge.findings(history)
        yield from explained_judge.inputs_findings(history)
