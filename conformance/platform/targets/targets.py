"""Targets of a park and its enterprises: kept, broken down, corrected, revised, issued (CPCIF 5.5; ISC-1 5.1.5, 5.2.6).

Leaves progress and warning to `tracking`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Finding
from bench.dut.platform.vocabulary.market import CLOSED_ACCOUNT
from bench.dut.platform.vocabulary.targets import INDICATORS, TARGET, TARGET_BREAKDOWN, TARGET_PART
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms.calendar import month_start
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.market.parties import CHEMICAL, HOMES, PARK_ID, REGION, Parties, gather
from conformance.platform.targets import targets_judge
from conformance.platform.targets.targets_judge import GROUPS, HOLDS


async def closed(
    parties: Parties, name: str, period: str, start: int, word: str, emission: str, output: str = ""
) -> None:
    """A period of an enterprise is closed."""
    desk = await parties.of(name)
    await desk.create(
        CLOSED_ACCOUNT,
        id=f"{word}-{name}",
        of="enterprise",
        subject=name,
        enterprise=name,
        period=period,
        start=start,
        emission=emission,
        energy=parties.draw(900, 2_000),
        output=output or parties.draw(900, 4_000),
    )


class KeepsTargets(PlatformCase):
    """Targets of every dimension and indicator are added, changed, found and deleted by park and enterprises."""

    zh = "园区与企业可增、删、改、查各维度、各指标的目标，下发的目标为对象所见。"
    checks = {
        targets_judge.ADDED: ("cpcif/5.5.5.1-1", "cpcif/5.5.1.2-1"),
        targets_judge.DELETED: ("cpcif/5.5.5.1-2",),
        targets_judge.CHANGED: ("cpcif/5.5.5.1-3",),
        targets_judge.QUERIED: ("cpcif/5.5.5.1-4",),
        HOLDS.of("emission", *GROUPS["emission"]): ("cpcif/5.5.3.1-0", "cpcif/5.5.3.1a"),
        HOLDS.of("reduction", *GROUPS["reduction"]): ("cpcif/5.5.3.1-0", "cpcif/5.5.3.1b"),
        HOLDS.of("assets", *GROUPS["assets"]): ("cpcif/5.5.3.1-0", "cpcif/5.5.3.1c"),
        targets_judge.ISSUED.of("park", *targets_judge.LEVELS["park"]): ("isc-1/5.1.5a",),
        targets_judge.ISSUED.of("enterprise", *targets_judge.LEVELS["enterprise"]): ("isc-1/5.2.6a",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """A target for each dimension and indicator; issued ones; a change, a deletion, queries."""
        parties = await gather(bench, "targets")
        operator = await parties.at("operator-of-park")
        manager = await parties.at("manager-a")
        dimensions = (
            (operator, "park", PARK_ID, None),
            (operator, "sector", CHEMICAL, None),
            (operator, "region", REGION, None),
            (operator, "enterprise", "C", "C"),
            (manager, "process", "A.cracking", "A"),
        )
        for desk, of, subject, enterprise in dimensions:
            await desk.create(
                TARGET,
                id=f"of-{of}",
                of=of,
                subject=subject,
                enterprise=enterprise,
                indicator="total",
                year=2030,
                value=parties.draw(10_000, 90_000),
                unit="t",
                warn=parties.draw(70, 90, 1),
                state="draft",
            )
        for group in INDICATORS.values():
            for indicator in group:
                await operator.create(
                    TARGET,
                    id=f"for-{indicator}",
                    of="park",
                    subject=PARK_ID,
                    indicator=indicator,
                    year=2031,
                    value=parties.draw(10, 900),
                    unit="1",
                    state="draft",
                )
        for word, enterprise, name in (("park", "A", "A"), ("park", "B", "B"), ("enterprise", "A", "A-own")):
            desk = operator if word == "park" else manager
            await desk.create(
                TARGET,
                id=f"issued-by-{word}-{name}",
                of="enterprise",
                subject=enterprise,
                enterprise=enterprise,
                indicator="total",
                year=2032,
                value=parties.draw(10_000, 90_000),
                unit="t",
                state="issued",
            )
        await self._listed(parties)
        for desk, word, indicator in ((operator, "of-park", "total"), (manager, "of-process", "total")):
            keys = {row.get("id", ""): row.get("object", "") for row in await desk.list(TARGET, indicator=indicator)}
            await desk.change(TARGET, keys.get(word, word), value=parties.draw(10_000, 90_000), year=2029)
        keys = {row.get("id", ""): row.get("object", "") for row in await operator.list(TARGET, of="region")}
        await operator.remove(TARGET, keys.get("of-region", "of-region"))
        await self._listed(parties)

    async def _listed(self, parties: Parties) -> None:
        for word in ("operator-of-park", "clerk-a", "clerk-b"):
            desk = await parties.at(word)
            await desk.list(TARGET)
            await desk.list(TARGET, of="enterprise", year=2032)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from targets_judge.kept_findings(history)
        yield from targets_judge.issue_findings(history)


class BreaksTargetsDown(PlatformCase):
    """A target is divided over time and down to enterprises by the past, corrected by hand, revised; parts add up."""

    zh = "目标按历年数据在时间上和逐级到企业分解，可人工修正和修订，各部分之和始终等于总目标。"
    checks = {
        targets_judge.STAGED: ("cpcif/5.5.3.3-0",),
        targets_judge.MODELLED: ("cpcif/5.5.3.3a",),
        targets_judge.SCALES: ("cpcif/5.5.3.3c",),
        targets_judge.ADDS_UP: ("cpcif/5.5.3.4a", "cpcif/5.5.1.2-2", "isc-1/5.1.5a"),
        targets_judge.TO_ENTERPRISES: ("cpcif/5.5.3.4b",),
        targets_judge.CORRECTED: ("cpcif/5.5.3.3b",),
        targets_judge.REVISED: ("cpcif/5.5.1.2-4",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Two past years of the same shape; breakdowns; a correction by hand; a revision."""
        parties = await gather(bench, "breakdown")
        operator = await parties.at("operator-of-park")
        shape = [parties.chance.randrange(60, 200) for _ in range(12)]
        for name in HOMES:
            size = parties.chance.randrange(3, 30)
            for past in (2024, 2025):
                for month in range(1, 13):
                    emission = f"{shape[month - 1] * size * (past - 2020)}.5"
                    await closed(parties, name, "month", month_start(past, month), f"{past}-{month}", emission)
        key = await operator.create(
            TARGET,
            id="park-total",
            of="park",
            subject=PARK_ID,
            indicator="total",
            year=2027,
            value=parties.draw(100_000, 900_000),
            unit="t",
            state="draft",
        )
        for parts in ("month", "quarter", "sector", "region", "enterprise", "enterprise-month"):
            await operator.ask(TARGET_BREAKDOWN, target="park-total", parts=parts)
        found = await operator.ask(TARGET_BREAKDOWN, target="park-total", parts="month")
        if len(found) > 4:
            more, less = found[2], found[4]
            moved = f"{parties.chance.randrange(11, 99)}.125"
            for row, sign in ((more, 1), (less, -1)):
                value = _moved(row.value or "0", moved, sign)
                await operator.change(TARGET_PART, row.part, value=value)
        await operator.ask(TARGET_BREAKDOWN, target="park-total", parts="month")
        await operator.change(TARGET, key, value=parties.draw(50_000, 90_000))
        await operator.list(TARGET)
        for parts in ("month", "enterprise"):
            await operator.ask(TARGET_BREAKDOWN, target="park-total", parts=parts)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from targets_judge.breakdown_findings(history)
        yield from targets_judge.correction_findings(history)


def _moved(value: str, by: str, sign: int) -> str:
    """A value with some more or less, decimal text."""
    return f"{Decimal(value) + sign * Decimal(by):f}"
