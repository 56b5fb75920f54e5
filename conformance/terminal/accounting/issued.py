"""Boundary and formulas that packages bring, issued from afar or handed over as a file: each counts from its instant.

Leaves factors to `changes`, packages that are wrong to the cases of the management software.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.case import Case, Finding, Text, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common.carbon.issued import BOUNDARY_ISSUED, FORMULA_ISSUED, Boundary, Formula
from conformance.common.times import HOUR, MINUTE, SECOND, ceil, local
from conformance.terminal import LOCAL, MANAGEMENT, MODBUS, MUTUAL_TLS, UPLINK, read_out
from conformance.terminal.accounting import boundaries, figures_judge, issued_judge
from conformance.terminal.accounting.boundaries import scenario
from conformance.terminal.accounting.figures import ACCOUNTING, FIGURES
from conformance.terminal.accounting.systems import office
from conformance.terminal.management.management import management_of, told
from simulators.centres.management.packages import Kind

FAMILY = "accounting"

_AUTHOR = "Li Wei"
_METHOD = "buildings-ndrc-2015"
_QUARTER = 15 * MINUTE
_REMOTE, _FILE = 12 * MINUTE, 20 * MINUTE
"""From when a package counts, after the hour: a terminal that asks every ten minutes has it by then."""
_SOURCES = tuple(source.id for source in boundaries.BUILDING.sources)


def _scenario() -> Scenario:
    return scenario(
        "building",
        boundaries.BUILDING,
        boundaries.BUILDING_STREAMS,
        start="2026-03-02T10:58:00+08:00",
        centres=("A", "M"),
        centre_options=(("A", {"channel": "mtls"}), ("M", {"kind": "management", "channel": "mtls"})),
    )


async def _hand_over(bench: Bench, way: str, kind: Kind, name: str, content: object, since: int) -> None:
    """A package by its way; it counts from `since`."""
    management, begins = management_of(bench), f"{local(since)[:10]}T{local(since)[11:19]}"
    octets = json.dumps(content, ensure_ascii=False).encode()
    if way == "remote":
        await told(bench, management.issue(kind, name, "1.1", octets, valid_from=begins))
    else:
        await bench.operator.install(management.package(kind, name, "1.2", octets, valid_from=begins), _AUTHOR)


def _boundary(*without: str) -> object:
    rows = [
        {"unit": each.unit, "sector": boundaries.BUILDING.sector, "source": each.id, "gas": "CO2", "point": point}
        for each in boundaries.BUILDING.sources
        if each.id not in without
        for point in [next(feed.point for feed in each.inputs if feed.point)]
    ]
    return {"boundary": {"id": "building", "enterprise": boundaries.BUILDING.name, "edition": "2", "units": rows}}


class TakesOverBoundaries(Case):
    """A boundary is issued from afar and another handed over as a file: totals hold other sources from then on."""

    zh = "边界先由远程下发、后以文件导入而更改：各自生效时刻起汇总所含排放源随之改变，之前不变。"
    checks = {
        issued_judge.BOUNDARY.of("remote", *issued_judge.WAYS["remote"]): ("isc-2/8.3a", "csmt/9.3-3"),
        issued_judge.BOUNDARY.of("file", *issued_judge.WAYS["file"]): ("csmt/11.4b-3", "csmt/9.3-3"),
        **beside(FIGURES.of("quarter", *figures_judge.NAMES["quarter"])),
    }
    needs = (ACCOUNTING, MODBUS, MUTUAL_TLS, MANAGEMENT, UPLINK, read_out("boundary-*", "figures-*"))
    scenario = _scenario()

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep(minutes=1)
        for way, without, since in (
            ("remote", ("diesel", "grid"), hour + _REMOTE),
            ("file", ("gas",), hour + _FILE),
        ):
            inside = ",".join(name for name in _SOURCES if name not in without)
            BOUNDARY_ISSUED.put(bench, Boundary(way=way, inside=inside, since=since))
            await _hand_over(bench, way, "boundary", "building", _boundary(*without), since)
            if way == "remote":
                await bench.clock.sleep((hour + _REMOTE + MINUTE - bench.clock.now_us()) / SECOND)
        await bench.clock.sleep((hour + 2 * _QUARTER - bench.clock.now_us()) / SECOND + 65)
        for of, id in (("emitter", ""), ("category", "fuel"), ("unit", "building"), ("source", "diesel")):
            await bench.operator.emissions(of, id, "minute", hour + 10 * MINUTE, hour + 25 * MINUTE)
            await bench.operator.emissions(of, id, "quarter", hour, hour + 2 * _QUARTER)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from issued_judge.boundary_findings(history)
        yield from figures_judge.findings(history, ("quarter",))


class TakesFormulasEnteredOnTheSpot(Case):
    """A formula is entered at the terminal itself: it counts from its instant on, and not before."""

    zh = "在终端本地录入公式：自生效时刻起按新公式计算，之前不变，跨越时段逐位准确。"
    remark = Text(
        "no draft asks that formulas be entered at the terminal and by what way; who may edit them is for a reviewer",
        "标准草案未规定公式本地录入的方式；编辑界面由评审人员查看",
    )
    checks = beside(
        issued_judge.FORMULA.of("local", *issued_judge.LOCAL_WAY["local"]),
        FIGURES.of("quarter", *figures_judge.NAMES["quarter"]),
    )
    needs = (ACCOUNTING, "accounting.formula-entry", MODBUS, LOCAL)
    scenario = scenario(
        "building", office("grid.energy"), (("grid", "energy"),), start="2026-03-02T10:58:00+08:00", centres=()
    )

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep((hour + 3 * MINUTE - bench.clock.now_us()) / SECOND)
        words = (_METHOD, "electricity-in", "AD * EF * 1.03", "2026 draft")
        await bench.operator.set_formula(*words, hour + 8 * MINUTE, _AUTHOR)
        await bench.clock.sleep((hour + _QUARTER - bench.clock.now_us()) / SECOND + 65)
        await bench.operator.emissions("source", "grid", "minute", hour + MINUTE, hour + _QUARTER)
        await bench.operator.emissions("source", "grid", "quarter", hour, hour + _QUARTER)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from issued_judge.formula_findings(history, issued_judge.LOCAL_WAY)
        yield from figures_judge.findings(history, ("quarter",))


class TakesOverFormulas(Case):
    """A formula is issued from afar and another handed over as a file: each counts from its instant, not before."""

    zh = "公式一条由远程下发、一条以文件导入：各自生效时刻起按新公式计算，之前不变，跨越时段逐位准确。"
    checks = {
        issued_judge.FORMULA.of("remote", *issued_judge.WAYS["remote"]): ("isc-2/8.3e", "csmt/9.2-3"),
        issued_judge.FORMULA.of("file", *issued_judge.WAYS["file"]): ("csmt/11.4b-3",),
        **beside(FIGURES.of("quarter", *figures_judge.NAMES["quarter"])),
    }
    needs = (ACCOUNTING, MODBUS, MUTUAL_TLS, MANAGEMENT, UPLINK, read_out("formula-*", "figures-*"))
    scenario = _scenario()

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep(minutes=1)
        for way, term, formula, since in (
            ("remote", "electricity-in", "AD * EF * 1.03", hour + _REMOTE),
            ("file", "heat-in", "AD * EF * 1.05", hour + _FILE),
        ):
            content = {"method": {"id": f"{_METHOD}/{term}", "edition": "2026 draft", "formula": formula}}
            FORMULA_ISSUED.put(bench, Formula(way=way, method=_METHOD, term=term, formula=formula, since=since))
            await _hand_over(bench, way, "method", term, content, since)
        await bench.clock.sleep((hour + 2 * _QUARTER - bench.clock.now_us()) / SECOND + 65)
        for name in ("grid", "district-heat"):
            await bench.operator.emissions("source", name, "minute", hour + 10 * MINUTE, hour + 25 * MINUTE)
            await bench.operator.emissions("source", name, "quarter", hour, hour + 2 * _QUARTER)
        await bench.operator.emissions("emitter", "", "quarter", hour, hour + 2 * _QUARTER)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from issued_judge.formula_findings(history)
        yield from figures_judge.findings(history, ("quarter",))
