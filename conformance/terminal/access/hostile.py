"""Requests within somebody's rights that ask for more than they should (OWASP API3, API4, API7).

Leaves requests that are none to `attacks` and rights as such to `rights`. Each is bounded: 16 connections, 200 logins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bench.case import Case, Finding, Text, beside
from bench.dut.access import Function
from bench.facade.bench import Bench
from bench.facade.hostile import Hostile, names_a_host
from bench.facade.people import People
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access import attacks_judge, hostile_judge
from conformance.terminal.access.logins import OFFICE, WRONG
from conformance.terminal.access.rights import Sessions, begin
from conformance.terminal.pages.review_judge import MARK

_MORE = {
    "role": "administrator",
    "roles": ["administrator"],
    "rights": "all",
    "admin": True,
    "released": "yes",
    "approved": True,
    "verdict": "released",
    "check": "released",
    "owner": "nobody",
    "session_s": "1234",
    "max_failures": "10",
}
"""What a form lacks and its sender wishes for."""
_PORT = 7999
_CONNECTIONS, _OCTETS, _HOLD_S = 16, 1_500_000, 60.0
_LOOKS_S = (5, 15, 20)
_STORM = 200


def _forbidden(people: People, role: str, door: str) -> str:
    """A function at a door that a role has no right to; empty where there is none."""
    found = (
        each.name
        for each in people.access.functions
        if role not in each.may and door in each.calls and not each.ends and not each.never
    )
    return next(found, "")


class TakesNoFieldsBeyondItsForms(Case):
    """Fields that a form lacks give nobody a right, release no value, and change nothing but what the form is for."""

    zh = "提交表单以外的字段不能取得权限、不能越过审核、不改变其他数据和设置。"
    checks = {
        hostile_judge.NOTHING_BESIDE: ("isc-2/7.4.1.4(3)a",),
        **beside(hostile_judge.RIGHTS_AS_BEFORE, hostile_judge.RELEASED_BY_NOBODY.sometimes()),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        hostile, sessions = Hostile(people), Sessions(people)
        await people.attacks.effects("idle")
        await people.pause(30)
        await people.attacks.effects("still idle")
        for function, door, role in hostile.usable():
            session = await sessions.of(door, role)
            if session is None:
                continue
            await people.attacks.effects(f"before {function.name} {door}")
            await people.use(function.name, session)
            await people.attacks.effects(f"plain {function.name} {door}")
            await hostile.wider(function, session, _MORE, hostile_judge.WIDER)
            await people.attacks.effects(f"wider {function.name} {door}")
        await self._rights(people)
        await bench.clock.sleep(hours=1)
        await self._review(people, hostile, Sessions(people))

    async def _rights(self, people: People) -> None:
        door = people.doors[0]
        for role in people.roles():
            other = _forbidden(people, role, door)
            session = await people.login(door, people.access.of_role(role)) if other else None
            if session is not None:
                await people.use(other, session, trick=hostile_judge.AFTER)

    async def _review(self, people: People, hostile: Hostile, sessions: Sessions) -> None:
        known = people.access.review
        if known is None:
            return
        for function, door, role in hostile.usable():
            session = await sessions.of(door, role) if function.name == known.enter else None
            if session is not None:
                await people.use(function.name, session, trick=hostile_judge.PLAIN)
                await hostile.wider(function, session, _MORE, hostile_judge.ENTERED, query={"mark": MARK})
                await people.upkeep.reviewed("wider", MARK)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from hostile_judge.wider_findings(history)


class ServesOthersMeanwhile(Case):
    """Who asks for very much and takes none of it, or storms the login, keeps nobody else and no meter waiting."""

    zh = "个别用户大量请求却不接收应答，或频繁尝试登录时，其他用户仍可使用，采集不中断。"
    checks = {
        hostile_judge.SERVED.of("greedy", "one asks for much and takes nothing", "大量请求而不接收应答"): (),
        hostile_judge.SERVED.of("storm", "logins storm", "登录风暴"): (),
        attacks_judge.MEASURES_ON: (),
    }
    remark = Text("the ledger asks for no number here; OWASP API4", "条款无数值要求，对应 OWASP API4")
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE.but(period_s=20)

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        hostile = Hostile(people)
        door = people.doors[0]
        roles = [role for role in people.roles() if people.enters(door, role)]
        greedy = await people.login(door, people.access.of_role(roles[0]))
        other = await people.login(door, people.access.of_role(roles[-1]))
        if greedy is None or other is None:
            return
        probe = people.probe(door, roles[-1])
        await people.use(probe, other, trick="before")
        held = asyncio.get_running_loop().create_task(hostile.greedy(greedy, _CONNECTIONS, _OCTETS, _HOLD_S))
        for wait_s in _LOOKS_S:
            await people.pause(wait_s)
            await people.use(probe, other, trick="greedy")
        await held
        await people.pause(30)
        storm = asyncio.gather(*(self._stranger(people, door, number) for number in range(_STORM)))
        await people.pause(2)
        await people.use(probe, other, trick="storm")
        await storm
        await people.use(probe, other, trick="after")

    async def _stranger(self, people: People, door: str, number: int) -> None:
        await people.pause(number / 50)
        await people.stranger(door, f"nobody-{number}", WRONG, "storm")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from hostile_judge.served_findings(history)


class AsksNobodyItWasNotToldOf(Case):
    """An address in the place of a value makes the terminal ask nobody and hand out no file."""

    zh = "在表单字段中填入网址或文件路径，终端不访问该地址，也不返回文件内容。"
    checks = {
        hostile_judge.ASKS_NOBODY: ("isc-2/7.4.1.4(3)a",),
        **beside(hostile_judge.NO_FILE),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        hostile, sessions = Hostile(people), Sessions(people)
        async with hostile.listening(_PORT) as base:
            await hostile.came_by_itself(base)
            for function, door, role in hostile.usable():
                if not names_a_host(function, door):
                    await self._fill(hostile, sessions, function, door, role, base)
            await people.pause(20)
            hostile.told_last()

    async def _fill(
        self, hostile: Hostile, sessions: Sessions, function: Function, door: str, role: str, base: str
    ) -> None:
        for key in hostile.texts(function, door):
            for text in (f"{base}/{function.name}", "file:///etc/passwd"):
                session = await sessions.of(door, role)
                if session is not None:
                    await hostile.with_text(function, session, key, text, hostile_judge.ADDRESSED)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from hostile_judge.address_findings(history)
