"""Factors and boundary that change while the terminal accounts: from an instant on, three ways, and never before it.

Leaves what must come out to the oracle, and packages that are wrong to the cases of the management software.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import Emitter
from conformance.common.actions import all_centres
from conformance.common.carbon.issued import FACTOR_ISSUED, Factor
from conformance.common.times import HOUR, MINUTE, SECOND, ceil, local
from conformance.terminal import MANAGEMENT, MODBUS, MUTUAL_TLS, UPLINK, read_out
from conformance.terminal.accounting import boundaries, changes_judge, figures_judge, recalculated_judge
from conformance.terminal.accounting.boundaries import fixed, scenario, with_figures
from conformance.terminal.accounting.figures import ACCOUNTING, FIGURES, total_checks
from conformance.terminal.management.management import management_of, told

FAMILY = "accounting"

_AUTHOR = "Li Wei"
_GRID, _HEAT = "grid-factor", "heat-factor"


def _with_codes(emitter: Emitter) -> Emitter:
    """The building with factors of electricity and heat that are told, and that packages call by codes."""
    given = {
        "grid": (fixed("EF", "tCO2/MWh", "0.5580", "announcement 33 of 2024", _GRID),),
        "district-heat": (fixed("EF", "tCO2/GJ", "0.11", "GB/T 32150-2025", _HEAT),),
        "gas": (fixed("NCV", "GJ/1e4Nm3", "389.31", "supplier"),),
    }
    return msgspec.structs.replace(
        emitter,
        sources=tuple(
            msgspec.structs.replace(source, inputs=(*source.inputs, *given.get(source.id, ())))
            for source in emitter.sources
        ),
    )


def _factors(code: str, value: str, unit: str) -> bytes:
    factor = {"code": code, "value": value, "unit": unit, "gas": "CO2", "source": "laboratory", "region": "CN"}
    return json.dumps({"factors": [{**factor, "validFrom": ""}]}).encode()


class ChangesFactorsThreeWays(Case):
    """Amid a day one factor is entered, one issued, one handed over as a file: each counts from its instant on."""

    zh = "当日中途以本地录入、远程下发、文件导入三种方式更改因子：自生效时刻起计算，之前不变，跨越时段逐位准确。"
    checks = {
        changes_judge.FACTOR.of("local", *changes_judge.WAYS["local"]): ("csmt/9.2-2", "isc-2/7.2.8c"),
        changes_judge.FACTOR.of("remote", *changes_judge.WAYS["remote"]): (
            "isc-2/7.2.8c",
            "isc-2/8.3a",
            "isc-2/8.3f",
            "csmt/9.2-3",
        ),
        changes_judge.FACTOR.of("file", *changes_judge.WAYS["file"]): ("isc-2/7.2.8c", "isc-2/8.3b"),
        **beside(figures_judge.NAMED, FIGURES.of("hour", *figures_judge.NAMES["hour"])),
    }
    needs = (ACCOUNTING, MODBUS, MUTUAL_TLS, MANAGEMENT, UPLINK, read_out("factor-*", "figures-*", "method-named"))
    scenario = scenario(
        "building",
        _with_codes(boundaries.BUILDING),
        boundaries.BUILDING_STREAMS,
        start="2026-03-02T10:57:00+08:00",
        centres=("A", "M"),
        centre_options=(("A", {"channel": "mtls"}), ("M", {"kind": "management", "channel": "mtls"})),
    )

    async def drive(self, bench: Bench) -> None:
        management = management_of(bench)
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep(minutes=8)
        words = ("supplier, March", _AUTHOR)
        await bench.operator.set_factor("gas", "NCV", "392.44", "GJ/1e4Nm3", hour + 20 * MINUTE, *words)
        for way, code, value, unit, since in (
            ("remote", _GRID, "0.5554", "tCO2/MWh", hour + 30 * MINUTE),
            ("file", _HEAT, "0.1047", "tCO2/GJ", hour + 40 * MINUTE),
        ):
            content, begins = _factors(code, value, unit), f"{local(since)[:10]}T{local(since)[11:19]}"
            FACTOR_ISSUED.put(bench, Factor(code=code, value=Decimal(value), unit=unit, since=since))
            if way == "remote":
                await told(bench, management.issue("factors", code, "1.1", content, valid_from=begins))
            else:
                file = management.package("factors", code, "1.1", content, valid_from=begins)
                await bench.operator.install(file, _AUTHOR)
        await bench.clock.sleep((hour + HOUR - bench.clock.now_us()) / 1_000_000 + 65)
        for name in ("gas", "grid", "district-heat"):
            await bench.operator.emissions("source", name, "minute", hour + 15 * MINUTE, hour + 45 * MINUTE)
            await bench.operator.emissions("source", name, "quarter", hour, hour + HOUR)
            await bench.operator.emissions("source", name, "hour", hour, hour + HOUR)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from changes_judge.factor_findings(history, {"gas": "local", "grid": "remote", "district-heat": "file"})
        yield from figures_judge.findings(history, ("hour",))
        yield from figures_judge.named_findings(history)


class MovesSourcesOverTheBoundary(Case):
    """A source comes inside the boundary and another leaves it: the totals change by exactly these, from then on."""

    zh = "一个排放源移入边界、另一个移出边界：自该时刻起各级汇总恰好增减该排放源的排放量。"
    checks = {
        changes_judge.MOVED: ("csmt/9.3-3", "isc-2/7.2.1a", "isc-2/7.2.1b", "isc-2/5.1b", "csmt/11.5d"),
        changes_judge.APART: ("csmt/8.3.1g", "csmt/11.7e"),
        **total_checks(
            ("unit", "category", "scope", "emitter"),
            {
                "unit": ("csmt/9.3b-1", "csmt/9.3b-2", "csmt/11.5b", "isc-2/7.2.1d"),
                "category": ("csmt/9.3d-1",),
                "emitter": ("csmt/11.7a", "isc-2/5.1b"),
                "scope": ("csmt/11.7b", "csmt/11.7c"),
            },
        ),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("source-moved", "shown-apart", "totals-by-*"))
    scenario = scenario("park", boundaries.PARK, boundaries.PARK_STREAMS, start="2026-03-02T10:57:00+08:00")

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep(minutes=8)
        await bench.operator.move_source("grid-b", True, hour + 20 * MINUTE, _AUTHOR)
        await bench.operator.move_source("gas", False, hour + 40 * MINUTE, _AUTHOR)
        await bench.clock.sleep((hour + HOUR - bench.clock.now_us()) / 1_000_000 + 65)
        emitter = with_figures(boundaries.PARK)
        for figure in emitter.figures:
            await bench.operator.emissions(figure.of, figure.id, "hour", hour, hour + HOUR)
            if figure.of in ("emitter", "unit", "scope"):
                await bench.operator.emissions(figure.of, figure.id, "minute", hour + 18 * MINUTE, hour + 42 * MINUTE)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from changes_judge.moved_findings(history)
        yield from figures_judge.findings(history, (), ("unit", "category", "scope", "emitter"))


class RecalculatesOnCommand(Case):
    """A factor that counts from the month before on changes what is stored; the revision rises and is sent again."""

    zh = "追溯至上月生效的因子经指令使已存结果重算：版本号递增，修订以同一键值重传，旧结果保留。"
    checks = {
        changes_judge.REVISED: ("csmt/8.3.1e",),
        changes_judge.REVISION_SENT: ("csmt/8.3.1e",),
        **beside(recalculated_judge.TAKEN, changes_judge.OLD_KEPT),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, read_out("result-revised", "old-result-kept"))
    scenario = scenario(
        "building",
        with_figures(_with_codes(boundaries.BUILDING)),
        boundaries.BUILDING_STREAMS,
        # Of a month that is over when the factor comes, and of the next.
        start="2026-03-31T23:42:00+08:00",
        centres=("A", "T"),
        centre_options=(("T", {"kind": "third-party", "channel": "mtls"}),),
    )

    async def drive(self, bench: Bench) -> None:
        quarter = ceil(bench.clock.now_us(), 15 * MINUTE)
        await bench.clock.sleep((quarter + 27 * MINUTE - bench.clock.now_us()) / SECOND)
        await bench.operator.emissions("source", "gas", "minute", quarter, quarter + 20 * MINUTE)
        words = ("laboratory, March", _AUTHOR)
        await bench.operator.set_factor("gas", "NCV", "391.17", "GJ/1e4Nm3", quarter + 10 * MINUTE, *words)
        await bench.operator.recalculate(quarter, quarter + 20 * MINUTE, _AUTHOR, "analysis of the day came in")
        await bench.clock.sleep(minutes=3)
        await bench.operator.emissions("source", "gas", "minute", quarter, quarter + 20 * MINUTE)
        for minute in range(10, 14):
            await bench.operator.emission_history("gas", "minute", quarter + minute * MINUTE)
        await bench.centres.settle(minutes=2)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from changes_judge.revision_findings(history, all_centres(history))
        yield changes_judge.old_kept_finding(history)
        yield recalculated_judge.orders_finding(history)
