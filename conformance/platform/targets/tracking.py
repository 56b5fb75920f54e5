"""Progress towards targets, warnings, assessment, totals beside intensities (CPCIF 5.5.4; ISC-1 5.1.5 b, 5.2.6 b).

Leaves the making of targets to `targets`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import ALARMS
from bench.dut.platform.vocabulary.targets import (
    TARGET,
    TARGET_ASSESSMENT,
    TARGET_BREAKDOWN,
    TARGET_LINKS,
    TARGET_PROGRESS,
)
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.platforms.calendar import month_start
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.market.parties import CHEMICAL, HOMES, PARK_ID, Parties, gather, year
from conformance.platform.targets import targets_judge
from conformance.platform.targets.targets import closed
from conformance.platform.targets.targets_judge import ASSESSED, COMPARED, LEVELS


async def _target(
    desk: Desk, key: str, enterprise: str, number: int, value: str, warn: str = "100", **more: object
) -> str:
    """A target of an enterprise, or of the park where there is none."""
    fields: dict[str, object] = {"indicator": "total", "unit": "t", "state": "issued", **more}
    of = "enterprise" if enterprise else "park"
    whose = {"enterprise": enterprise} if enterprise else {}
    subject = enterprise or PARK_ID
    return await desk.create(
        TARGET, id=key, of=of, subject=subject, year=number, value=value, warn=warn, **whose, **fields
    )


class TracksTargets(PlatformCase):
    """Progress of a target and its parts follows each closed account; what misses is marked, what is left is told."""

    zh = "目标及分解目标的进展随每次结账更新，未达标项予以标识，并给出剩余时段控制值。"
    checks = {
        targets_judge.TRACKED: ("cpcif/5.5.4.1-1", "cpcif/5.5.1.2-3", "isc-1/5.1.5a"),
        targets_judge.REGULAR: ("cpcif/5.5.4.1-2",),
        targets_judge.AS_A_WHOLE: ("cpcif/5.5.4.1a",),
        targets_judge.MISSED: ("cpcif/5.5.4.1b-1",),
        targets_judge.REST: ("cpcif/5.5.4.1b-2",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """A year's target broken down over months; two months are closed, the second beyond its part."""
        parties = await gather(bench, "tracking")
        operator = await parties.at("operator-of-park")
        for name in HOMES:
            for month in range(1, 13):
                start = month_start(2025, month)
                await closed(parties, name, "month", start, f"2025-{month}", parties.draw(2_000, 2_100))
        await _target(operator, "park-2026", "", 2026, parties.draw(70_000, 72_000))
        for parts in ("month", "enterprise"):
            await operator.ask(TARGET_BREAKDOWN, target="park-2026", parts=parts)
        for month, low, high in ((1, 1_000, 1_900), (2, 2_400, 2_900)):
            for name in HOMES:
                start = month_start(2026, month)
                await closed(parties, name, "month", start, f"2026-{month}", parties.draw(low, high))
            for parts in ("month", "enterprise"):
                await operator.ask(TARGET_PROGRESS, target="park-2026", parts=parts)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from targets_judge.progress_findings(history)


class WarnsOfTargets(PlatformCase):
    """Within 60 s there is a warning of each target used beyond its threshold or limit, and of no other."""

    zh = "目标使用量达到阈值或超限后 60 s 内报警，未达到者不报警；阈值可设。"
    checks = {
        targets_judge.WARNED: ("cpcif/5.5.4.2-0", "cpcif/5.5.1.2-3", "isc-1/5.1.5a", "isc-1/5.2.6a"),
        targets_judge.THRESHOLD: ("cpcif/5.5.4.2a",),
        targets_judge.EXCEEDED: ("cpcif/5.5.4.2b-2",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Targets of two enterprises with several thresholds; accounts that reach some; a threshold is lowered."""
        parties = await gather(bench, "warnings")
        operator = await parties.at("operator-of-park")
        for name in "AB":
            for word, value, warn in (("low", "10000", "80"), ("high", "10000", "95.5"), ("limit", "10000", "100")):
                await _target(operator, f"{word}-{name}", name, 2026, f"{value}.{parties.draw(1, 9, 0)}", warn)
        for number, (low, high) in enumerate(((5_000, 6_000), (3_000, 3_200)), 1):
            for name in "AB":
                if name == "B" and number == 2:
                    continue
                start = month_start(2026, number)
                await closed(parties, name, "month", start, f"month-{number}", parties.draw(low, high))
            await self._alarms(bench, parties)
        await operator.change(TARGET, await self._key(operator, "high-A"), warn="75")
        await self._alarms(bench, parties)
        await closed(parties, "A", "month", month_start(2026, 3), "month-3", parties.draw(2_500, 2_900))
        await self._alarms(bench, parties)

    async def _key(self, desk: Desk, word: str) -> str:
        keys = {row.get("id", ""): row.get("object", "") for row in await desk.list(TARGET)}
        return keys.get(word, word)

    async def _alarms(self, bench: Bench, parties: Parties) -> None:
        await bench.clock.sleep(seconds=90)
        operator = await parties.at("operator-of-park")
        await operator.ask(ALARMS, **{"from": year(2020), "to": bench.clock.now_us()})

    def judge(self, history: History) -> Iterator[Finding]:
        yield from targets_judge.warning_findings(history)


class AssessesTargets(PlatformCase):
    """Results of a closed year come by themselves and are compared; totals and intensities are linked."""

    zh = "年度目标考核结果自动生成并可对比；总量与强度目标衔接。"
    checks = {
        ASSESSED.of("park", *LEVELS["park"]): ("isc-1/5.1.5b-1",),
        COMPARED.of("park", *LEVELS["park"]): ("isc-1/5.1.5b-2",),
        ASSESSED.of("enterprise", *LEVELS["enterprise"]): ("isc-1/5.2.6b-1",),
        COMPARED.of("enterprise", *LEVELS["enterprise"]): ("isc-1/5.2.6b-2",),
        targets_judge.LINKED: ("cpcif/5.5.3.2",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """Closed years of three enterprises, two of which miss a target; pairs of total and intensity."""
        parties = await gather(bench, "assessment")
        operator = await parties.at("operator-of-park")
        for name, low, high in (("A", 40_000, 60_000), ("B", 50_001, 70_000), ("C", 20_000, 40_000)):
            await closed(parties, name, "year", year(2025), "2025", parties.draw(low, high))
        for name, value in (("A", 61_000), ("B", 50_000), ("C", 41_000)):
            await _target(operator, f"total-{name}", name, 2025, str(value + parties.chance.randrange(1, 900)))
        await _target(operator, "second-A", "A", 2025, parties.draw(30_000, 39_000))
        for of, key in (("park", PARK_ID), ("sector", CHEMICAL)):
            await operator.ask(TARGET_ASSESSMENT, of=of, id=key, year=2025)
        await (await parties.of("A")).ask(TARGET_ASSESSMENT, of="enterprise", id="A", year=2025)
        for name, factor in (("A", 1), ("B", 2)):
            intensity, output = parties.chance.randrange(2, 9), parties.chance.randrange(1_000, 9_000)
            whole = str(intensity * output * factor)
            await _target(operator, f"whole-{name}", name, 2028, whole)
            more = {"indicator": "intensity", "unit": "t/t", "output": str(output)}
            await _target(operator, f"specific-{name}", name, 2028, str(intensity), **more)
            await operator.ask(TARGET_LINKS, of="enterprise", id=name, year=2028)
        await operator.ask(TARGET_LINKS, of="park", id=PARK_ID, year=2028)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from targets_judge.assessment_findings(history)
        yield targets_judge.link_finding(history)
