"""System management: users, log, entries, parameters, standard values, rights (SSEA 5.4.2; CPCIF 4.5.2)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from bench.case import Finding
from bench.dut.platform.vocabulary.base import AUDIT, ENTRY, FACTOR
from bench.dut.platform.vocabulary.system import ACCOUNT, DEVIATION, FORMULA, INVENTORY, PARAMETER, STANDARD_VALUE
from bench.facade.bench import Bench
from bench.facade.platform import Desk
from bench.history import History
from conformance.common.times import HOUR
from conformance.platform import OBJECTS, PlatformCase, works
from conformance.platform.system import system_management_judge as judge


class ManagesUsers(PlatformCase):
    """Added users get in and may what their role may, moved ones elsewhere; blocked and removed ones do not get in."""

    zh = "新增用户可登录并行使权限；调整所属企业后权限随之改变；停用、删除后不能登录。"
    checks = {
        judge.USERS_ADDED: ("ssea/5.4.1a", "ssea/5.4.2.1-1"),
        judge.USERS_CHANGED: ("ssea/5.4.2.1-1",),
        judge.USERS_ENDED: ("ssea/5.4.2.1-1",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "users")
        admin = await works.set_up(bench, chance, ("A.coke", "B.coke"))
        starts = works.hours(bench, 1, 2, 3)
        people = bench.platform.people
        door = works.door_of(bench)
        users = {f"bench-{word}-{chance.randint(100, 999)}": people.new_password(word) for word in ("one", "two")}
        keys: dict[str, str] = {}
        for name, password in users.items():
            told = {"name": f"用户 {name}", "role": "clerk", "enterprise": works.A, "state": "active"}
            keys[name] = await admin.create(ACCOUNT, id=name, password=password, **told)
        await admin.list(ACCOUNT)
        for number, (name, password) in enumerate(users.items()):
            desk = Desk(bench.platform, name, await people.stranger(door, name, password, "added"))
            await works.enter_one(desk, "A.coke", starts[number], works.drawn(chance, "80"))
            await works.enter_one(desk, "B.coke", starts[number], works.drawn(chance, "80"))
        one, two = users
        await admin.change(ACCOUNT, keys[one], enterprise=works.B)
        desk = Desk(bench.platform, one, await people.stranger(door, one, users[one], "changed"))
        await works.enter_one(desk, "B.coke", starts[2], works.drawn(chance, "80"))
        await works.enter_one(desk, "A.coke", starts[2], works.drawn(chance, "80"))
        await admin.list(ACCOUNT)
        await admin.change(ACCOUNT, keys[one], state="blocked")
        await people.stranger(door, one, users[one], "blocked")
        await admin.remove(ACCOUNT, keys[two])
        await people.stranger(door, two, users[two], "removed")
        await admin.list(ACCOUNT)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.user_findings(history)


class KeepsTheLog(PlatformCase):
    """What people do and are refused stands in the log, and is found by user and by time."""

    zh = "用户的操作及被拒的操作均记入日志，可按用户和时间查询。"
    checks = {
        judge.LOG_HOLDS: ("ssea/5.4.2.1-2",),
        judge.LOG_SEARCHED: ("ssea/5.4.2.1-2",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "log")
        began = bench.clock.now_us()
        admin = await works.set_up(bench, chance, ("A.coke", "B.coke"))
        starts = works.hours(bench, 1, 2, 3)
        await bench.clock.sleep(chance.randint(20, 90))
        middle = bench.clock.now_us()
        a, b = await bench.platform.login("clerk-a"), await bench.platform.login("clerk-b")
        first = await works.enter_one(a, "A.coke", starts[0], works.drawn(chance, "70"))
        await bench.clock.sleep(chance.randint(20, 90))
        await works.enter_one(b, "B.coke", starts[0], works.drawn(chance, "70"))
        await a.change(ENTRY, first, value=works.drawn(chance, "60"))
        await bench.clock.sleep(5)
        await b.change(FACTOR, "F-coke", value=Decimal(1))
        await bench.clock.sleep(5)
        await works.enter_one(b, "A.coke", starts[1], works.drawn(chance, "70"))
        await bench.clock.sleep(5)
        await a.remove(ENTRY, first)
        await admin.change(FACTOR, "F-coke", value=works.drawn(chance, "2.7"))
        await bench.clock.sleep(5)
        auditor = await bench.platform.login("auditor")
        end = bench.clock.now_us() + 1
        await auditor.ask(AUDIT, from_=began, to=end)
        for word in ("clerk-a", "clerk-b"):
            name = bench.platform.people.account(word).name
            await auditor.ask(AUDIT, from_=began, to=end, user=name)
        await auditor.ask(AUDIT, from_=middle, to=end - 5_000_000)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.log_findings(history)


class TakesEntriesAndSettings(PlatformCase):
    """Entries, parameters and standard values stand as they were told, count from their instant, and by permission."""

    zh = "录入信息、参数和标准值与操作一致，自生效时刻起适用；增加、编辑、删除依权限进行。"
    checks = {
        judge.ENTRIES_KEPT: ("ssea/5.4.2.1-3",),
        judge.PARAMETERS_KEPT: ("ssea/5.4.2.1-4",),
        judge.STANDARDS_KEPT: ("ssea/5.4.2.1-6",),
        judge.BY_PERMISSION: ("ssea/5.4.2.2",),
        judge.SERVES_BOTH: ("cpcif/4.5.2",),
    }
    needs = (OBJECTS,)
    scenario = works.SCENARIO

    async def drive(self, bench: Bench) -> None:
        chance = works.chance_of(bench, "settings")
        works.tell_rights(bench)
        admin = await works.set_up(bench, chance)
        starts = works.hours(bench, 1, 2, 3, 4)
        clerk, manager = await bench.platform.login("clerk-a"), await bench.platform.login("manager-a")
        other = await bench.platform.login("clerk-b")
        keys = await works.enter(clerk, chance, ("A.coke", "A.gas", "A.grid"), starts)
        await clerk.change(ENTRY, keys["A.grid", starts[1]], value=works.drawn(chance, "300"))
        await clerk.remove(ENTRY, keys["A.gas", starts[2]])
        # Another enterprise's clerk and the auditor try the same.
        await works.enter_one(other, "A.gas", starts[2], works.drawn(chance, "50"), id="foreign")
        await other.change(ENTRY, keys["A.grid", starts[0]], value=Decimal(1), enterprise=works.A)
        auditor = await bench.platform.login("auditor")
        await auditor.change(ENTRY, keys["A.grid", starts[0]], value=Decimal(2))
        await auditor.remove(ENTRY, keys["A.coke", starts[0]])
        await auditor.create(
            FACTOR, id="F-none", carrier="none", value=Decimal(1), unit="tCO2/t", valid_from=works.SINCE
        )
        await self._parameters(admin, manager, chance, starts)
        key = ""
        for number, usual in ((0, "100"), (2, "140")):
            told = {"value": works.drawn(chance, usual), "valid_from": starts[number]}
            if key:
                await manager.change(STANDARD_VALUE, key, **told)
            else:
                place = {"enterprise": works.A, "point": "A.grid", "period": "hour", "unit": "MWh"}
                key = await manager.create(STANDARD_VALUE, id="S-grid", **place, **told)
        span = {"from_": starts[0], "to": starts[-1] + HOUR}
        for kind in (ENTRY, PARAMETER, STANDARD_VALUE):
            await manager.list(kind, enterprise=works.A)
        await manager.ask(DEVIATION, enterprise=works.A, **span)
        for start in starts:
            await manager.ask(INVENTORY, of="enterprise", id=works.A, from_=start, to=start + HOUR)
        await admin.ask(INVENTORY, of="enterprise", id=works.A, **span)
        operator = await bench.platform.login("operator-of-park")
        await operator.change(FACTOR, "F-heat", value=works.drawn(chance, "0.12"))

    async def _parameters(self, admin: Desk, manager: Desk, chance: random.Random, starts: list[int]) -> None:
        """The heating value of coke, a second version of which counts from the third hour on."""
        told = {"enterprise": works.A, "point": "A.coke", "unit": "tCO2", "valid_from": works.SINCE}
        await admin.create(FORMULA, id="coke-of-a", expression="AD * NCV * CC * 44 / 12", **told)
        told = {"enterprise": works.A, "carrier": "coke", "valid_from": works.SINCE}
        heat = works.drawn(chance, "28")
        key = await manager.create(PARAMETER, id="coke-NCV", name="NCV", value=heat, unit="GJ/t", **told)
        await manager.create(
            PARAMETER, id="coke-CC", name="CC", value=works.drawn(chance, "0.029"), unit="tC/GJ", **told
        )
        await manager.change(PARAMETER, key, value=works.drawn(chance, "27"), valid_from=starts[2])

    def judge(self, history: History) -> Iterator[Finding]:
        yield from judge.settings_findings(history)
