"""Projects that reduce, remove or emit: voluntary ones, sinks, reduction projects by quarter, high energy use.

Leaves trades of what was issued to `market`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import ALARMS
from bench.dut.platform.vocabulary.market import (
    CARBON_SINK,
    CLOSED_ACCOUNT,
    INTENSIVE_PROJECT,
    INTENSIVE_PROJECTS,
    PROJECT_PROGRESS,
    PROJECT_TRACKING,
    REDUCTION_PROJECT,
    SINK_STATISTICS,
    VOLUNTARY_PROJECT,
    VOLUNTARY_STATISTICS,
)
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms.calendar import month_start
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.market.parties import PARK_ID, gather, year
from conformance.platform.reductions import projects_judge
from conformance.platform.reductions.projects_judge import (
    ENTERED,
    INTENSIVE,
    PROJECTS,
    QUERIED,
    SINKS,
    UPDATED,
    VOLUNTARY,
)


class KeepsVoluntaryReductions(PlatformCase):
    """Voluntary projects and sinks are entered, changed, found and added up, national and local ones apart."""

    zh = "自愿减排项目与碳汇可录入、更新、查询与统计，国家与地方分别管理。"
    checks = {
        ENTERED.of(*VOLUNTARY): ("cpcif/5.4.4.2a-1", "isc-1/5.1.6a-1"),
        UPDATED.of(*VOLUNTARY): ("cpcif/5.4.4.2a-2",),
        QUERIED.of(*VOLUNTARY): ("cpcif/5.4.4.2a-3", "isc-1/5.1.6a-2"),
        ENTERED.of(*SINKS): ("isc-1/5.1.6b-1",),
        QUERIED.of(*SINKS): ("isc-1/5.1.6b-2",),
        projects_judge.NATIONAL: ("cpcif/5.3.4.1-1",),
        projects_judge.LOCAL: ("cpcif/5.3.4.1-2",),
        projects_judge.ANALYSED: ("cpcif/5.4.4.2a-4", "cpcif/5.4.1a"),
        projects_judge.SUMS: ("cpcif/5.3.4.2",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Projects of three enterprises under both schemes, sinks of the park; lists, sums; a change, and again."""
        parties = await gather(bench, "voluntary projects")
        operator = await parties.at("operator-of-park")
        for name in "ABC":
            desk = await parties.of(name)
            for number, scheme in enumerate(("national", "local", "national")):
                await desk.create(
                    VOLUNTARY_PROJECT,
                    id=f"voluntary-{name}-{number}",
                    enterprise=name,
                    name=f"Heat recovery {parties.chance.randrange(100, 999)} / 余热",
                    scheme=scheme,
                    year=2025,
                    monitored=parties.draw(2_000, 9_000),
                    issued=parties.draw(100, 2_000),
                    stage="execution",
                )
        for number in range(3):
            await operator.create(
                CARBON_SINK,
                id=f"sink-{number}",
                name=f"Green belt {number} / 绿化带",
                year=2025 if number < 2 else 2024,
                area=parties.draw(5, 90),
                removal=parties.draw(50, 900),
                stage="acceptance",
            )
        for turn in range(2):
            for word in ("clerk-a", "clerk-b", "operator-of-park"):
                desk = await parties.at(word)
                await desk.list(VOLUNTARY_PROJECT)
                await desk.list(VOLUNTARY_PROJECT, scheme="local", year=2025)
            await operator.list(CARBON_SINK)
            await operator.list(CARBON_SINK, year=2025)
            for name in "AB":
                await (await parties.of(name)).ask(VOLUNTARY_STATISTICS, of="enterprise", id=name, year=2025)
            await operator.ask(VOLUNTARY_STATISTICS, of="park", id=PARK_ID, year=2025)
            await operator.ask(SINK_STATISTICS, year=2025)
            if not turn:
                clerk = await parties.of("A")
                keys = {row.get("id", ""): row.get("object", "") for row in await clerk.list(VOLUNTARY_PROJECT)}
                key = keys.get("voluntary-A-1", "voluntary-A-1")
                fields = {"monitored": parties.draw(2_000, 9_000), "issued": parties.draw(100, 2_000)}
                await clerk.change(VOLUNTARY_PROJECT, key, stage="acceptance", **fields)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from projects_judge.kept(history, VOLUNTARY_PROJECT, VOLUNTARY)
        yield from projects_judge.kept(history, CARBON_SINK, SINKS, changed=False)
        yield from projects_judge.voluntary_findings(history)


class TracksReductionProjects(PlatformCase):
    """Reduction projects go through their stages; progress, funds and effect stand in the table of each quarter."""

    zh = "减排项目全流程管理，进度、资金与实际效果按季度列入跟踪表，异常项目报警。"
    checks = {
        ENTERED.of(*PROJECTS): ("isc-1/5.2.7a-1",),
        QUERIED.of(*PROJECTS): ("isc-1/5.2.7a-2",),
        projects_judge.TABLE: ("cpcif/5.3.5a", "isc-1/5.2.7c"),
        projects_judge.QUARTERLY: ("cpcif/5.3.5b",),
        projects_judge.EFFECT: ("cpcif/5.3.5c", "isc-1/5.2.7c"),
        projects_judge.STAGES: ("isc-1/5.2.7b",),
        projects_judge.WARNED: ("isc-1/5.2.7c",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """A project of each type with reports for three quarters, one that goes wrong, one that skips a stage."""
        parties = await gather(bench, "reduction projects")
        quarters = [month_start(2025, month) for month in (4, 7, 10)]
        for name in "AB":
            desk = await parties.of(name)
            keys: dict[str, str] = {}
            for number, each in enumerate(("emission", "sink")):
                project = f"project-{name}-{number}"
                keys[project] = await desk.create(
                    REDUCTION_PROJECT,
                    id=project,
                    enterprise=name,
                    name=f"Project {parties.chance.randrange(100, 999)} / 项目",
                    type=each,
                    stage="approval",
                    budget=parties.draw(900_000, 999_000, 2),
                    planned=parties.draw(9_000, 9_900),
                    start=month_start(2025, 1),
                    due=month_start(2026, 1),
                )
            await desk.list(REDUCTION_PROJECT)
            await desk.list(REDUCTION_PROJECT, type="sink")
            first, second = keys
            await desk.change(REDUCTION_PROJECT, keys[first], stage="execution")
            await desk.change(REDUCTION_PROJECT, keys[second], stage="acceptance")
            for number, quarter in enumerate(quarters):
                # 49, 74 and 99 %: as planned, with more effect than that.
                await desk.create(
                    PROJECT_PROGRESS,
                    id=f"report-{name}-{number}",
                    enterprise=name,
                    project=first,
                    start=quarter,
                    progress=f"{49 + 25 * number}.{parties.chance.randrange(1, 9)}",
                    spent=parties.draw(50_000, 90_000, 2),
                    effect=parties.draw(4_000, 5_000),
                )
                await desk.ask(PROJECT_TRACKING, of="enterprise", id=name, start=quarter)
            await desk.change(REDUCTION_PROJECT, keys[first], stage="acceptance")
        clerk = await parties.of("A")
        before = bench.clock.now_us()
        await bench.clock.sleep(minutes=2)
        await clerk.ask(ALARMS, **{"from": year(2020), "to": before})
        fields = {"enterprise": "A", "start": quarters[1], "progress": "5.1", "effect": parties.draw(1, 9)}
        await clerk.create(
            PROJECT_PROGRESS,
            id="bad-report",
            project="project-A-1",
            spent=parties.draw(2_000_000, 3_000_000, 2),
            **fields,
        )
        operator = await parties.at("operator-of-park")
        for quarter in quarters:
            await operator.ask(PROJECT_TRACKING, of="park", id=PARK_ID, start=quarter)
        await bench.clock.sleep(minutes=2)
        await operator.ask(ALARMS, **{"from": year(2020), "to": bench.clock.now_us()})

    def judge(self, history: History) -> Iterator[Finding]:
        yield from projects_judge.kept(history, REDUCTION_PROJECT, PROJECTS, changed=False)
        yield from projects_judge.project_findings(history)


class WatchesIntensiveProjects(PlatformCase):
    """Projects of high energy use are on file; actual figures of those in operation stand beside their limits."""

    zh = "建立“两高”项目档案库，对已投运项目的实际能耗与排放进行监测、分析、预警。"
    checks = {
        ENTERED.of(*INTENSIVE): ("isc-1/5.1.6c-1",),
        QUERIED.of(*INTENSIVE): ("isc-1/5.1.6c-1",),
        projects_judge.MONITORED: ("isc-1/5.1.6c-2",),
        projects_judge.OVER_LIMIT: ("isc-1/5.1.6c-2",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Projects in operation and one that is not; months, of which the last brings one over its limit."""
        parties = await gather(bench, "intensive projects")
        operator = await parties.at("operator-of-park")
        for name, stage in (("A", "operating"), ("B", "operating"), ("C", "building")):
            await operator.create(
                INTENSIVE_PROJECT,
                id=f"plant-{name}",
                enterprise=name,
                name=f"Plant {parties.chance.randrange(100, 999)} / 装置",
                stage=stage,
                energy_limit=parties.draw(30_000, 40_000),
                emission_limit=parties.draw(80_000, 90_000),
            )
        await operator.list(INTENSIVE_PROJECT)
        await operator.list(INTENSIVE_PROJECT, stage="operating")

        async def closed(name: str, number: int, word: str, low: int, high: int) -> None:
            await (await parties.of(name)).create(
                CLOSED_ACCOUNT,
                id=f"{word}{name}-{number}",
                of="project",
                subject=f"plant-{name}",
                enterprise=name,
                period="month",
                start=month_start(2026, number),
                emission=parties.draw(low, high),
                energy=parties.draw(low // 4, high // 4),
                output=parties.draw(900, 2_000),
            )

        for name in "AB":
            await closed(name, 1, "month-", 20_000, 30_000)
        await operator.ask(INTENSIVE_PROJECTS, year=2026)
        await bench.clock.sleep(minutes=2)
        await closed("B", 2, "month-", 20_000, 30_000)
        await closed("A", 2, "bad-month-", 90_000, 99_000)
        await operator.ask(INTENSIVE_PROJECTS, year=2026)
        await bench.clock.sleep(minutes=2)
        await operator.ask(ALARMS, **{"from": year(2020), "to": bench.clock.now_us()})

    def judge(self, history: History) -> Iterator[Finding]:
        yield from (each for each in projects_judge.kept(history, INTENSIVE_PROJECT, INTENSIVE, changed=False))
        yield from projects_judge.intensive_findings(history)
