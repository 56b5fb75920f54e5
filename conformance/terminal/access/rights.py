"""Rights: every function of the product by every role at every door, and by what passes for one with the right (R-37).

Leaves logins to `logins` and requests that are no function at all to `attacks`. The functions are the product's own,
listed in its profile (docs/TERMINALS.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.dut.access import NOBODY
from bench.dut.access.visit import Session
from bench.facade.bench import Bench
from bench.facade.people import People
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access import rights_judge
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights_judge import BY_A_TRICK, TRICK_NAMES

_LEAST = ("isc-2/7.4.1.2(1)b", "isc-2/7.4.1.2(2)c")


class Sessions:
    """A session of each role at a door, opened anew where the product has ended it."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._open: dict[tuple[str, str], Session] = {}

    async def of(self, door: str, role: str) -> Session | None:
        """The session of a role at a door; None where nobody of the role is let in."""
        if role == NOBODY:
            return Session(door)
        found = self._open.get((door, role))
        if found is None:
            found = await self._people.login(door, self._people.access.of_role(role), step="")
            if found is not None:
                self._open[door, role] = found
        return found


async def begin(bench: Bench) -> People:
    """Wait until the terminal is up, give every account its password, and tell what the profile lists."""
    people = bench.people
    people.rules()
    people.functions_told()
    await bench.clock.sleep(seconds=20)
    await people.prepare()
    return people


class KeepsRightsByRole(Case):
    """Every function works for the roles that may use it and is carried out for nobody else, at every door."""

    zh = "各项功能在各通道对有权角色可用，对其他任何人均不执行。"
    checks = {
        rights_judge.ROLES_APART: ("isc-2/7.4.1.2(1)a",),
        rights_judge.FORBIDDEN_BY_ROLE: _LEAST,
        rights_judge.BEFORE_LOGIN: ("isc-2/7.4.1.2(2)a", "isc-2/7.4.1.2(2)b"),
        rights_judge.LOG_TO_AUDITOR: ("isc-2/7.4.1.2(1)b",),
        rights_judge.OTHER_DOORS.sometimes(): ("isc-2/7.4.1.2(4)a",),
        rights_judge.PERMITTED_WORK: ("csmt/11.13n",),
        rights_judge.API_WORKS.sometimes(): ("isc-2/7.1.1e",),
        **beside(rights_judge.NO_PASSWORD_SHOWN),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        sessions = Sessions(people)
        for function in [each for each in people.access.functions if not each.never]:
            for door in [each for each in people.doors if each in function.calls]:
                for role in (NOBODY, *people.roles()):
                    if function.ends and role in function.may:
                        continue
                    session = await sessions.of(door, role)
                    if session is not None:
                        await people.use(function.name, session)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from rights_judge.matrix_findings(history)


class IsNotTaken(Case):
    """What was guessed, logged out, left idle, sent by another site or aimed at another's object opens nothing."""

    zh = "猜测、已注销、超时的会话，跨站请求以及针对他人对象的请求均不能执行任何功能。"
    checks = {
        BY_A_TRICK.of("forged", *TRICK_NAMES["forged"]): ("isc-2/7.4.1.2(2)a", "isc-2/7.4.1.2(2)b", "isc-2/4.1e"),
        BY_A_TRICK.of("ended", *TRICK_NAMES["ended"]): ("isc-2/7.4.1.2(2)a", "isc-2/7.4.1.1(2)b"),
        BY_A_TRICK.of("idle", *TRICK_NAMES["idle"]): ("isc-2/7.4.1.1(2)d",),
        BY_A_TRICK.of("unsigned", *TRICK_NAMES["unsigned"]).sometimes(): ("isc-2/7.4.1.2(2)a", "isc-2/4.1e"),
        BY_A_TRICK.of("other-object", *TRICK_NAMES["other-object"]).sometimes(): _LEAST,
        rights_judge.NO_SECOND_ROLE.sometimes(): ("isc-2/7.4.1.2(1)b",),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        sessions = Sessions(people)
        idle: list[tuple[str, Session]] = []
        for function in people.access.functions:
            if NOBODY in function.may or function.ends or function.never:
                continue
            for door in [each for each in people.doors if each in function.doors]:
                session = await sessions.of(door, function.may[0])
                if session is None:
                    continue
                await people.use(function.name, session)
                for word, forged in people.forged(session):
                    await people.use(function.name, forged, trick=f"forged {word}")
                if people.access.doors[door].cookies and function.effect is not None:
                    await people.use(function.name, session, trick="unsigned", sign=False)
                for other in function.objects:
                    await people.use(function.name, session, trick="other-object", object=other)
                idle.append((function.name, session))
        await self._roles(people, sessions)
        await self._ended(people)
        await bench.clock.sleep((people.access.rules.idle_s or 600) + 60)
        for name, session in idle:
            await people.use(name, session.copy(), trick="idle")

    async def _roles(self, people: People, sessions: Sessions) -> None:
        """Whoever may give roles tries to give a second one, and more to itself."""
        for door, function in people.where("role-second"):
            session = await sessions.of(door, function.may[0])
            if session is not None:
                await people.use(function.name, session, trick="second-role")
        for door, function in people.where("role-own"):
            session = await sessions.of(door, function.may[0])
            if session is not None:
                await people.use(function.name, session, trick="own-role")

    async def _ended(self, people: People) -> None:
        """The same functions with a session that has just been logged out."""
        for door in people.doors:
            for role in people.roles():
                mine = [
                    each
                    for each in people.access.functions
                    if door in each.doors and role == each.may[0] and not each.ends
                ]
                session = await people.login(door, people.access.of_role(role)) if mine else None
                if session is None:
                    continue
                kept = session.copy()
                await people.logout(session)
                for each in mine:
                    await people.use(each.name, kept.copy(), trick="ended")

    def judge(self, history: History) -> Iterator[Finding]:
        for name in ("forged", "ended", "idle"):
            yield rights_judge.trick_finding(history, name)
        for name in ("unsigned", "other-object"):
            if rights_judge.was_tried(history, name):
                yield rights_judge.trick_finding(history, name)
        if rights_judge.was_tried(history, "second-role") or rights_judge.was_tried(history, "own-role"):
            yield rights_judge.second_role_finding(history)
