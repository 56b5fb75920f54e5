"""Logins and sessions: identities, passwords, failures and locks, idle time and logout (ISC-2 7.4.1.1; R-36).

Leaves what somebody may do once inside to `rights`. Numbers are those that the product declares in [access.rules].
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.facade.people import People
from bench.history import History
from bench.layout.scenario import Configuration, Scenario
from conformance.terminal import ACCOUNTS, MODBUS
from conformance.terminal.access import logins_judge

OFFICE = Scenario(circuits=1, points=1, centres=(), kinds=(), configuration=Configuration(accounts=True))
"""A terminal with one meter and no centre: what people do at it is all that happens."""
QUIET = OFFICE.but(start="2027-12-30T22:00:00+08:00", period_s=10_800, maps=("adl3000",), plant="year")
"""The same where months have to pass."""
_BOOT_S = 20
_DAY_S = 86_400
_SETTLED_S = 5
"""How long after its clock was set forward a terminal is left alone."""
WRONG = "Wrong-1-wrong!"
"""A password that nobody has; it meets every rule of complexity."""


async def fail(people: People, door: str, word: str, times: int) -> None:
    """So many logins with a wrong password."""
    for _ in range(times):
        await people.login(door, word, password=WRONG, told="wrong", step="failure")


class KnowsItsUsers(Case):
    """Only accounts are let in, each with its own password, and a delivered password opens nothing but its change."""

    zh = "只有已建账户凭本人口令才能登录，出厂口令只能用于修改口令，账户名唯一。"
    checks = {
        logins_judge.UNKNOWN_REFUSED: ("isc-2/7.4.1.1(1)a", "isc-2/7.4.1.2(2)a", "isc-2/7.4.1.2(2)b"),
        logins_judge.FIRST_CHANGES: ("isc-2/7.4.1.1(1)a",),
        logins_judge.NAMES_UNIQUE: ("isc-2/7.4.1.1(1)b",),
        logins_judge.WEAK_REFUSED: ("isc-2/7.4.1.1(1)c",),
        **beside(logins_judge.RIGHT_LET_IN),
    }
    needs = (MODBUS, ACCOUNTS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = bench.people
        people.rules()
        await bench.clock.sleep(seconds=_BOOT_S)
        door = people.doors[0]
        for word, account in people.access.accounts.items():
            session = await people.login(door, word, step="delivered" if account.fresh else "right")
            if account.fresh and session is not None:
                await people.use(people.probe(door, account.role), session, trick="delivered-password")
        await people.prepare()
        for each in people.doors:
            for word, account in people.access.accounts.items():
                if people.enters(each, account.role):
                    await people.login(each, word, step="right")
            await people.stranger(each, "nobody-knows", WRONG, "stranger")
        for each in people.doors:
            word = people.access.of_role("operator")
            await people.login(each, word, password=WRONG, told="wrong", step="wrong")
            await people.login(each, word, told="right", step="right")
            if people.access.accounts[word].fresh:
                delivered = people.access.accounts[word].password
                await people.login(each, word, password=delivered, told="former", step="former")
        await self._twice(bench)
        await self._weak(people)

    async def _weak(self, people: People) -> None:
        """Passwords too short and too simple, and one that is neither."""
        rules, door = people.access.rules, people.doors[0]
        word = people.access.of_role("operator")
        length, classes = rules.least_length or 8, rules.least_classes or 3
        short = ("aB3$" * length)[: length - 1]
        simple = "".join(("x", "Y", "7", "#")[number % (classes - 1)] for number in range(length + 4))
        for password, told in ((short, "short"), (simple, "simple"), (people.new_password(word), "good")):
            session = await people.login(door, word)
            if session is not None:
                await people.change_password(session, word, password, told)

    async def _twice(self, bench: Bench) -> None:
        """An account of a free name, and one of a name that is taken."""
        people = bench.people
        for door, function in people.where("account-add"):
            session = await people.login(door, people.access.of_role(function.may[0]))
            if session is not None:
                await people.use(function.name, session, trick="name-free", object="newcomer")
                await people.use(function.name, session, trick="name-taken", object="newcomer")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from logins_judge.identity_findings(history)
        yield logins_judge.weak_finding(history)


class LocksAfterFailures(Case):
    """At the declared number of failed logins an account is locked, at every door, over a restart, for its time."""

    zh = "登录失败达到声明次数即锁定账户，各通道合并计数，重启不清除，到声明时间解除。"
    checks = {
        logins_judge.BELOW_LIMIT_ENTERS: ("isc-2/7.4.1.1(2)a", "isc-2/7.4.1.1(2)c"),
        logins_judge.LIMIT_LOCKS: ("isc-2/7.4.1.1(2)a", "isc-2/7.4.1.1(2)c"),
        logins_judge.DOORS_SHARE.sometimes(): ("isc-2/7.4.1.1(2)a", "isc-2/7.4.1.1(2)c"),
        logins_judge.RESTART_KEEPS: ("isc-2/7.4.1.1(2)c",),
        logins_judge.LOCK_ENDS: ("isc-2/7.4.1.1(2)a",),
        logins_judge.STRICT_ENOUGH: ("isc-2/7.4.1.1(2)c",),
    }
    needs = (MODBUS, ACCOUNTS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = bench.people
        people.rules()
        await bench.clock.sleep(seconds=_BOOT_S)
        word = people.access.of_role("operator")
        await people.prepare()
        limit, lock_s = people.access.rules.failures or 5, people.access.rules.lock_s or 600
        doors = [door for door in people.doors if people.enters(door, "operator")]
        for door in doors:
            await people.login(door, word, step="open")
        await fail(people, doors[0], word, limit - 1)
        await people.login(doors[0], word, step="below")
        await fail(people, doors[0], word, limit)
        since = bench.clock.now_us()
        await people.login(doors[0], word, step="locked")
        await self._until(bench, since, lock_s * 0.94)
        await people.login(doors[0], word, step="before-end")
        await self._until(bench, since, lock_s * 1.05)
        await people.login(doors[0], word, step="after-end")
        for number in range(limit):
            await fail(people, doors[number % len(doors)], word, 1)
        since = bench.clock.now_us()
        for door in doors:
            await people.login(door, word, step="spread")
        await self._until(bench, since, lock_s * 1.05)
        await people.login(doors[0], word, step="after-end")
        await fail(people, doors[0], word, limit - 1)
        await self._restart(bench)
        await fail(people, doors[0], word, 1)
        await people.login(doors[0], word, step="restart-count")
        await self._restart(bench)
        await people.login(doors[0], word, step="restart-lock")
        await people.rules_shown()

    async def _until(self, bench: Bench, since_us: int, seconds: float) -> None:
        await bench.clock.sleep(max(0, seconds - (bench.clock.now_us() - since_us) / 1e6))

    async def _restart(self, bench: Bench) -> None:
        await bench.power.off(seconds=5)
        await bench.clock.sleep(seconds=_BOOT_S)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from logins_judge.lock_findings(history)


class EndsSessions(Case):
    """An idle session ends at its time and not before, and after a logout nothing is left of a session."""

    zh = "空闲会话到时结束且不提前，注销后会话凭据失效。"
    checks = {
        logins_judge.IDLE_ENDS: ("isc-2/7.4.1.1(2)b", "isc-2/7.4.1.1(2)d"),
        logins_judge.LOGOUT_ENDS: ("isc-2/7.4.1.1(2)b",),
    }
    needs = (MODBUS, ACCOUNTS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = bench.people
        people.rules()
        await bench.clock.sleep(seconds=_BOOT_S)
        word = people.access.of_role("operator")
        await people.prepare(word)
        idle_s = people.access.rules.idle_s or 600
        doors = [door for door in people.doors if people.enters(door, "operator")]
        opened = {door: await people.login(door, word) for door in doors}
        await bench.clock.sleep(idle_s * 0.95)
        for door, session in opened.items():
            if session is not None:
                await people.use(people.probe(door, "operator"), session, trick="before-idle")
        await bench.clock.sleep(idle_s + 30)
        for door, session in opened.items():
            if session is not None:
                await people.use(people.probe(door, "operator"), session, trick="after-idle")
        for door in doors:
            session = await people.login(door, word)
            if session is not None:
                kept = session.copy()
                await people.use(people.probe(door, "operator"), session, trick="before-logout")
                await people.logout(session)
                await bench.clock.sleep(seconds=1)
                await people.use(people.probe(door, "operator"), kept, trick="after-logout")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from logins_judge.session_findings(history)


class EndsPasswords(Case):
    """A password is good for as long as is declared and no longer."""

    zh = "口令在声明的有效期内有效，过期后须更换。"
    checks = {
        logins_judge.EXPIRED_REFUSED: ("isc-2/7.4.1.1(1)d",),
        **beside(logins_judge.UNTIL_TOLD.sometimes()),
    }
    needs = (MODBUS, ACCOUNTS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = bench.people
        people.rules()
        await bench.clock.sleep(seconds=_BOOT_S)
        word = people.access.of_role("operator")
        await people.prepare(word)
        door = people.doors[0]
        days = people.access.rules.validity_days or 90
        await bench.terminal.step_clock((days - 1) * _DAY_S)
        await bench.clock.sleep(seconds=_SETTLED_S)
        valid = await people.login(door, word, step="valid")
        if valid is not None:
            await people.validity_told(valid)
        await bench.terminal.step_clock(_DAY_S + 3600)
        await bench.clock.sleep(seconds=_SETTLED_S)
        late = await people.login(door, word, step="expired")
        if late is not None:
            await people.use(people.probe(door, "operator"), late, trick="expired-password")

    def judge(self, history: History) -> Iterator[Finding]:
        yield logins_judge.validity_finding(history)
        if logins_judge.until_told(history):
            yield logins_judge.until_finding(history)
