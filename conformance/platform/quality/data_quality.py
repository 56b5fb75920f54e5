"""Quality of data: validation of parameters, cross-checks of reports, remote quality control (CPCIF 8.4b, c)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from bench.case import Finding
from bench.dut.platform.vocabulary.base import FACTOR
from bench.dut.platform.vocabulary.system import (
    CONTRADICTIONS,
    FINDINGS,
    PARAMETER,
    PRODUCTION_REPORT,
    QUALITY_CHECK,
)
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.times import HOUR
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.quality import data_quality_judge as judge


class ValidatesParameters(PlatformCase):
    """What cannot be right among parameters, factors and entries is refused or pointed out, and nothing else."""

    zh = "参数、因子和录入值中不可能正确的被自动拒绝或指出，正确的不受影响。"
    checks = {
        judge.FOUND: ("cpcif/8.4b-1",),
        judge.NONE_BLAMED: ("cpcif/8.4b-1",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "validation")
        await works.set_up(bench, chance, ("A.coke", "A.grid"))
        desk = await bench.platform.login("manager-a")
        own = {"enterprise": works.A, "carrier": "coke", "valid_from": works.SINCE}
        for id, name, value, unit in (
            ("right-OF", "OF", Decimal(chance.randint(900, 999)) / 1000, "1"),
            ("right-NCV", "NCV", works.drawn(chance, "28"), "GJ/t"),
            ("wrong-OF", "OF", 1 + Decimal(chance.randint(1, 9)) / 100, "1"),
            ("wrong-NCV", "NCV", -works.drawn(chance, "28"), "GJ/t"),
            ("wrong-CC", "CC", Decimal(0), "tC/GJ"),
        ):
            self._plant(bench, id, "value")
            await desk.create(PARAMETER, id=id, name=name, value=value, unit=unit, **own)
        for id, value, unit, field in (
            ("right-factor", works.drawn(chance, "2.9"), "tCO2/t", ""),
            ("wrong-factor", -works.drawn(chance, "0.5"), "tCO2/t", "value"),
            ("wrong-unit", works.drawn(chance, "0.5"), "tCO2/furlong", "unit"),
        ):
            self._plant(bench, id, field)
            told = {"source": "A", "valid_from": works.SINCE}
            await desk.create(FACTOR, id=id, enterprise=works.A, carrier="coke", value=value, unit=unit, **told)
        starts = works.hours(bench, 1, 2, 3)
        for id, start, sign in (
            ("right-entry", starts[0], 1),
            ("wrong-entry", starts[1], -1),
            ("right-zero", starts[2], 0),
        ):
            self._plant(bench, id, "value")
            await works.enter_one(desk, "A.grid", start, sign * works.drawn(chance, "90"), id=id)
        await desk.ask(FINDINGS, enterprise=works.A)

    def _plant(self, bench: Bench, id: str, field: str) -> None:
        if id.startswith("wrong"):
            judge.PLANTED.put(bench, judge.Planted(id=id, field=field))

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.validation_findings(history)


class CrossChecksReports(PlatformCase):
    """Lines of reports that contradict themselves, each other or what was entered are pointed out, and no others."""

    zh = "生产报表与自身平衡、上一行或录入量矛盾之处均被指出，一致之处不被指出。"
    checks = {
        judge.CONTRADICTED: ("cpcif/8.4b-2",),
        judge.NO_FALSE_CONTRADICTION: ("cpcif/8.4b-2",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "reports")
        await works.set_up(bench, chance, ("A.coke", "A.lime"))
        clerk = await bench.platform.login("clerk-a")
        starts = works.hours(bench, 1, 2, 3, 4, 5)
        for point in ("A.coke", "A.lime"):
            stock = works.drawn(chance, "5000", 3)
            for number, start in enumerate(starts):
                used, came = works.drawn(chance, "120", 3), works.drawn(chance, "130", 3)
                await works.enter_one(clerk, point, start, used)
                told = {"opening": stock, "received": came, "consumed": used, "closing": stock + came - used}
                stock = told["closing"]
                if point == "A.coke":
                    self._spoil(chance, number, told)
                place = {"enterprise": works.A, "process": "A-iron", "point": point, "unit": "t", "period": "hour"}
                carrier = "coke" if point == "A.coke" else "limestone"
                await clerk.create(
                    PRODUCTION_REPORT, id=f"{point}-{number}", carrier=carrier, start=start, **place, **told
                )
        await clerk.ask(CONTRADICTIONS, enterprise=works.A, from_=starts[0], to=starts[-1] + HOUR)

    def _spoil(self, chance: random.Random, number: int, told: dict[str, Decimal]) -> None:
        """The second line says that more came, the third that more was used, the last that there was more."""
        off = Decimal(chance.randint(1, 9000)) / 1000
        match number:
            case 1:
                told["received"] += off
            case 2:
                told["consumed"] += off
                told["received"] += off
            case 4:
                told["opening"] += off
                told["closing"] += off
            case _:
                pass

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.contradiction_findings(history)


class ControlsQualityFromAfar(PlatformCase):
    """Checks of online instruments are submitted, queried, reviewed by who may, corrected and removed, from afar."""

    zh = "在线仪表的质控记录可远程提交、查询、审核、更正和删除。"
    checks = {
        judge.CHECKS_QUERIED: ("cpcif/8.4c",),
        judge.CHECKS_REVIEWED: ("cpcif/8.4c",),
        judge.CHECKS_MANAGED: ("cpcif/8.4c",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "checks")
        works.tell_rights(bench)
        await works.set_up(bench, chance, ("A.coke", "A.gas"))
        clerk, operator = await bench.platform.login("clerk-a"), await bench.platform.login("operator-of-park")
        keys = [await self._submit(bench, clerk, chance, number) for number in range(6)]
        await clerk.list(QUALITY_CHECK)
        await clerk.change(QUALITY_CHECK, keys[0], measured=works.drawn(chance, "101"), remark="复测")
        await clerk.change(QUALITY_CHECK, keys[1], state="approved")
        await operator.change(QUALITY_CHECK, keys[1], state="approved", remark="符合")
        await operator.change(QUALITY_CHECK, keys[2], state="rejected", remark="超差，重新校准")
        await clerk.change(QUALITY_CHECK, keys[1], measured=works.drawn(chance, "100"))
        await clerk.remove(QUALITY_CHECK, keys[3])
        for filter in ({}, {"state": "submitted"}, {"state": "approved"}, {"point": "A.gas"}, {"check": "zero"}):
            await operator.list(QUALITY_CHECK, **filter)
        for key in keys[:3]:
            await operator.history(QUALITY_CHECK, key)

    async def _submit(self, bench: Bench, desk: Desk, chance: random.Random, number: int) -> str:
        told = {
            "enterprise": works.A,
            "point": ("A.coke", "A.gas")[number % 2],
            "check": ("zero", "span", "linearity")[number % 3],
            "checked_at": works.day(bench) + number * HOUR,
            "reference": works.drawn(chance, "100"),
            "measured": works.drawn(chance, "100"),
            "unit": "mg/m3",
            "limit": Decimal("2.5"),
            "state": "submitted",
        }
        return await desk.create(QUALITY_CHECK, id=f"check-{number}", **told)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.check_findings(history)
