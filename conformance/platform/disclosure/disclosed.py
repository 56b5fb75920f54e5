"""Disclosure of a year to the public (ISC-1 5.2.9)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding, beside
from bench.dut.platform.vocabulary.base import EMISSIONS, ENTERPRISE, ENTRY
from bench.dut.platform.vocabulary.public import DISCLOSED, DISCLOSURE, REDUCTION_ACTION, SUPPLIER
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.times import DAY, HOUR
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.disclosure import disclosed_judge
from conformance.platform.works import A, B

_YEAR = 2026
_DAY = works.SINCE + 60 * DAY
"""A day of that year, whenever the world begins."""
_SECRET = "Zhongyuan Lime Works 7731"


class ShowsThePublicWhatIsPublished(PlatformCase):
    """The public sees a year once it is published, as the account has it, and nothing that was not published."""

    zh = "年度碳信息经发布后公众可见，数值与核算一致；未发布或撤回的内容及其他企业信息不外泄。"
    checks = {
        disclosed_judge.SHOWN: ("isc-1/5.2.9a",),
        disclosed_judge.BASICS: ("isc-1/5.2.9b",),
        disclosed_judge.EMISSION: ("isc-1/5.2.9c",),
        disclosed_judge.REDUCTION: ("isc-1/5.2.9d",),
        disclosed_judge.TARGET: ("isc-1/5.2.9e",),
        disclosed_judge.ACTIONS: ("isc-1/5.2.9f",),
        **beside(disclosed_judge.NOTHING_ELSE),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "disclosed")
        desk = await works.set_up(bench, chance)
        hours = [_DAY + number * HOUR for number in (1, 2, 3)]
        await works.enter(desk, chance, ("A.coke", "A.grid", "B.coke"), hours)
        manager = await bench.platform.login("manager-a")
        public = await bench.platform.login("public")
        disclosed_judge.SECRET.put(bench, disclosed_judge.Secret(word=_SECRET))
        await manager.create(SUPPLIER, id="secret-supplier", enterprise=A, name=_SECRET, region="Hebei")
        for number, year in enumerate((_YEAR, _YEAR, _YEAR, _YEAR - 1)):
            await manager.create(
                REDUCTION_ACTION,
                id=f"action-{number}",
                enterprise=A,
                year=year,
                name=f"Action {number} {chance.randint(100, 999)}",
                reduction=works.drawn(chance, "850", 2),
                unit="tCO2",
            )
        # The year before is never published, and stands before this one wherever years are gone through.
        keys = [
            await manager.create(
                DISCLOSURE,
                id=f"disclosure-a-{year}",
                enterprise=A,
                year=year,
                target=works.drawn(chance, "1200", 2),
                target_year=2030,
                target_unit="tCO2",
                state="draft",
            )
            for year in (_YEAR - 1, _YEAR)
        ]
        key = keys[1]
        await self._look(bench, manager, public)
        await manager.change(DISCLOSURE, key, state="published")
        await self._look(bench, manager, public)
        for kind in (ENTERPRISE, SUPPLIER, REDUCTION_ACTION, DISCLOSURE, ENTRY):
            await public.list(kind)
        entries = await works.enter(desk, chance, ("A.gas",), hours[:1])
        await self._look(bench, manager, public)
        await desk.change(ENTRY, next(iter(entries.values())), value=works.drawn(chance, "240", 3))
        await self._look(bench, manager, public)
        await manager.change(DISCLOSURE, key, state="withdrawn")
        await self._look(bench, manager, public)

    async def _look(self, bench: Bench, manager: Desk, public: Desk) -> None:
        """What the account has for the year, and what the public is shown of both enterprises."""
        start = works.SINCE
        await manager.ask(EMISSIONS, of="enterprise", id=A, period="year", from_=start, to=start + 365 * 24 * HOUR)
        for enterprise in (A, B):
            await public.ask(DISCLOSED, enterprise=enterprise, year=_YEAR)
        await bench.clock.sleep(seconds=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from disclosed_judge.findings(history)
