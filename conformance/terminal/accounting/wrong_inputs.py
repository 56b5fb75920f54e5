"""Inputs that cannot be: refused with a reason each, and nothing is reckoned from them.

Leaves packages that are wrong in their form or signature to the cases of the management software, and what a method
lacks to `periods`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from bench.case import Case, Finding, Text, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import AccountingUnit, Emitter
from conformance.common.packages import PACKAGE, Package
from conformance.common.times import DAY, MINUTE, floor, instant_of_iso
from conformance.terminal import MANAGEMENT, MODBUS, MUTUAL_TLS, UPLINK, read_out
from conformance.terminal.accounting import wrong_inputs_judge
from conformance.terminal.accounting.boundaries import by_hand, fixed, read, scenario, source
from conformance.terminal.accounting.figures import ACCOUNTING
from conformance.terminal.management.management import management_of, told

FAMILY = "accounting"
_METHOD = "buildings-ndrc-2015"
_EMITTER = Emitter(
    id="office",
    name="示范办公楼",
    sector="public-buildings",
    units=(AccountingUnit(id="office"),),
    sources=(
        source(
            *("gas", "office", "fuel", _METHOD, "gas", read("FC", "Nm3", "gas.volume")),
            *(fixed("NCV", "GJ/1e4Nm3", "389.31"), fixed("OF", "%", "99")),
            item="天然气",
        ),
        source("boiler", "office", "fuel", _METHOD, "fuel", by_hand("FC", "t"), item="柴油"),
    ),
)
_AUTHOR = "Li Wei"
_TOO_EARLY = instant_of_iso("2014-03-01T00:00:00+08:00") or 0
"""The guide for public buildings is of 2015."""


class RefusesWrongInputs(Case):
    """Negative fuel, a heating value 1000 times too large, unlike units, a year too early: refused, none reckoned."""

    zh = "负燃料量、放大的热值、大于 1 的氧化率、单位不符、方法尚未生效的年份等：逐项拒绝并说明原因，不据此计算。"
    checks = {
        **{
            wrong_inputs_judge.REFUSED.of(name, *words): ("isc-2/7.2.3-B(2)c",)
            for name, words in wrong_inputs_judge.WRONGS.items()
        },
        wrong_inputs_judge.UNCHANGED: ("csmt/9.2-8",),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("refused-*", "nothing-reckoned"))
    scenario = scenario("building", _EMITTER, (("gas", "volume"),), start="2026-03-02T08:57:00+08:00")

    async def drive(self, bench: Bench) -> None:
        begun = floor(bench.clock.now_us(), MINUTE) + 3 * MINUTE
        yesterday = floor(begun, DAY) - DAY
        day = (yesterday, yesterday + DAY)
        await bench.clock.sleep(minutes=7)
        # What the figures are before anything wrong is told: a product's other mistakes are none of this case.
        await _read(bench, begun, 6, day)
        since = begun + 6 * MINUTE
        factor = bench.operator.set_factor
        for name, answer in (
            ("heating-value", factor("gas", "NCV", "389310", "GJ/1e4Nm3", since, "laboratory", _AUTHOR)),
            ("oxidation", factor("gas", "OF", "101", "%", since, "laboratory", _AUTHOR)),
            ("unlike-unit", factor("gas", "NCV", "389.31", "tCO2/t", since, "laboratory", _AUTHOR)),
            ("unknown-input", factor("gas", "MCF", "0.5", "1", since, "laboratory", _AUTHOR)),
            ("unknown-source", factor("gas-2", "NCV", "389.31", "GJ/1e4Nm3", since, "laboratory", _AUTHOR)),
            ("edition-not-in-force", factor("gas", "OF", "98", "%", _TOO_EARLY, "laboratory", _AUTHOR)),
            (
                "negative-fuel",
                bench.operator.enter_activity("boiler", "FC", "day", *day, "-1.5", _AUTHOR, "delivery note"),
            ),
        ):
            wrong_inputs_judge.WRONG_INPUT.put(bench, wrong_inputs_judge.Wrong(what=name))
            await answer
        await bench.clock.sleep(minutes=6)
        await _read(bench, begun, 9, day)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from wrong_inputs_judge.findings(history)


async def _read(bench: Bench, begun: int, minutes: int, day: tuple[int, int]) -> None:
    await bench.operator.emissions("source", "gas", "minute", begun, begun + minutes * MINUTE)
    await bench.operator.emissions("source", "boiler", "day", *day)
    await bench.operator.emissions("emitter", "", "minute", begun, begun + minutes * MINUTE)


_GRID = "grid-factor"
_LINKED = msgspec.structs.replace(
    _EMITTER,
    sources=(
        source(
            *("grid", "office", "electricity", _METHOD, "electricity-in", read("AD", "kWh", "grid.energy")),
            fixed("EF", "tCO2/MWh", "0.5580", "announcement 33 of 2024", _GRID),
            scope=2,
        ),
    ),
)


class RefusesFactorsOfNothing(Case):
    """A package with a factor that nothing is linked to is refused, or it is named; of a refused one nothing counts."""

    zh = "软件包同时含已关联因子与未关联因子：在线和离线均拒绝或指明该因子；拒绝时其余因子也不用于计算。"
    checks = beside(
        *(wrong_inputs_judge.MIXED.of(*words) for words in wrong_inputs_judge.WAYS), wrong_inputs_judge.UNMIXED
    )
    remark = Text(
        "no clause says what becomes of a factor that nothing is linked to; dropped without a word it misleads",
        "没有条文规定未关联的因子如何处理；不加说明地忽略会使人误解",
    )
    needs = (ACCOUNTING, MODBUS, MUTUAL_TLS, MANAGEMENT, UPLINK, read_out("unlinked-*"))
    scenario = scenario(
        "building",
        _LINKED,
        (("grid", "energy"),),
        start="2026-03-02T10:58:00+08:00",
        centres=("A", "M"),
        centre_options=(("A", {"channel": "mtls"}), ("M", {"kind": "management", "channel": "mtls"})),
    )

    async def drive(self, bench: Bench) -> None:
        management = management_of(bench)
        begun = floor(bench.clock.now_us(), MINUTE) + 2 * MINUTE
        row = {"value": "0.9", "unit": "tCO2/MWh", "gas": "CO2", "source": "laboratory", "region": "", "validFrom": ""}
        rows = [{**row, "code": code} for code in (_GRID, wrong_inputs_judge.UNLINKED)]
        content = json.dumps({"factors": rows}).encode()
        await bench.clock.sleep(minutes=4)
        PACKAGE.put(bench, Package(package="file"))
        await bench.operator.install(management.package("factors", "grid", "1.1", content), _AUTHOR)
        PACKAGE.put(bench, Package(package="remote"))
        await told(bench, management.issue("factors", "grid", "1.2", content))
        await bench.clock.sleep(minutes=3)
        await bench.operator.emissions("source", "grid", "minute", begun, begun + 5 * MINUTE)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from wrong_inputs_judge.mixed_findings(history)
