"""The second factor at logins: one-time codes (RFC 6238), or an SM2 certificate from afar, each where it is claimed.

Leaves passwords and locks without one to `logins`. No clause asks for a second factor: who claims one is held to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from bench.case import Case, Finding, Text, beside
from bench.facade.bench import Bench
from bench.facade.one_time_codes import OneTimeCodes
from bench.facade.people import People
from bench.history import History
from conformance.terminal import ACCOUNTS, CERTIFICATE_LOGIN, CODES, FUNCTIONS, MODBUS
from conformance.terminal.access import second_factor_judge
from conformance.terminal.access.logins import OFFICE, WRONG
from conformance.terminal.access.rights import begin
from conformance.terminal.maintenance.afar import enable

FAMILY = "logins"
_BOOT_S = 20
_REMARK = Text(
    "No clause asks for a second factor; a product that claims one is shown to ask for it.",
    "标准未要求第二因素；声明具备者须证明确实要求。",
)
_MAINTAINER = "maintainer"
"""The name in the certificate of the bench's own (`bench.facade.maintainers`)."""


class _Owner:
    """Who owns an account with one-time codes: never so many failures in a row that the account locks by itself."""

    def __init__(self, bench: Bench, word: str, codes: OneTimeCodes) -> None:
        self._bench = bench
        self._people: People = bench.people
        self._word = word
        self._most = (self._people.access.rules.failures or 5) - 1
        self._failed = 0
        self.codes = codes

    async def fresh(self) -> int:
        """The middle of a period whose code was not used yet, us UTC."""
        await self._bench.clock.sleep(self.codes.wait_s(self._bench.clock.now_us()))
        return self._bench.clock.now_us()

    async def right(self, door: str, step: str = "code-right") -> str:
        """Log in with the code of a fresh period; the code."""
        code = self.codes.at(await self.fresh())
        await self._people.login(door, self._word, code=code, step=step)
        self._failed = 0
        return code

    async def again(self, door: str, code: str) -> None:
        """Log in with a code that was used just now."""
        await self._refused(door, "code-again", code, None)

    async def try_with(self, door: str, step: str, code: Callable[[int], str], password: str | None = None) -> None:
        """Log in with what must not be let in; `code` gives it for an instant of a fresh period."""
        if self._failed >= self._most:
            await self.right(door, "code-between")
        await self._refused(door, step, code(await self.fresh()), password)

    async def _refused(self, door: str, step: str, code: str, password: str | None) -> None:
        self._failed += 1
        told = "right" if password is None else "wrong"
        await self._people.login(door, self._word, password=password, told=told, code=code, step=step)


class AsksForOneTimeCodes(Case):
    """With one-time codes on, a password alone opens nothing; a code opens once, in its time, and failures count."""

    zh = "启用动态口令后，仅凭口令不能登录；动态口令仅在有效时间内一次有效，错误计入失败次数。"
    remark = _REMARK
    checks = beside(
        second_factor_judge.CODE_LETS_IN,
        second_factor_judge.CODE_ASKED,
        second_factor_judge.WRONG_CODE,
        second_factor_judge.CODE_ONCE,
        second_factor_judge.CODE_IN_TIME,
        second_factor_judge.CODE_FOR_PASSWORD,
        second_factor_judge.CODES_COUNT,
    )
    needs = (MODBUS, ACCOUNTS, CODES)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = bench.people
        people.rules()
        await bench.clock.sleep(seconds=_BOOT_S)
        word = people.access.of_role("operator")
        await people.prepare(word)
        # What is claimed and refused is asked for once more.
        codes = await people.codes_on(word) or await people.codes_on(word)
        if codes is None:
            return
        doors = [door for door in people.doors if people.enters(door, "operator")]
        owner = _Owner(bench, word, codes)
        for at, door in enumerate(doors):
            code = await owner.right(door)
            for each in dict.fromkeys((door, doors[at - 1])):
                await owner.again(each, code)
            await owner.try_with(door, "no-code", lambda _: "")
            await owner.try_with(door, "code-wrong", codes.wrong)
            await owner.try_with(door, "password-wrong", codes.at, WRONG)
        for step, later in (("late", -codes.periods - 1), ("early", codes.periods + 1), ("late", -codes.periods - 20)):
            await owner.try_with(doors[0], f"code-{step}", partial(codes.at, later=later))
        await self._password(owner, people, doors[0], word)
        await self._restart(bench, owner, doors[0])
        await self._count(bench, owner, doors[0])

    async def _password(self, owner: _Owner, people: People, door: str, word: str) -> None:
        """The own password changed without a code, and with one."""
        for told in ("without-code", "with-code"):
            if not await self._change(owner, people, door, word, told) and told == "with-code":
                await self._change(owner, people, door, word, told)

    async def _change(self, owner: _Owner, people: People, door: str, word: str, told: str) -> bool:
        """Log in and change the password; whether the product says that it did."""
        await owner.fresh()
        session = await people.login(door, word, code=owner.codes.at(people.now_us()), step="code-before-password")
        if session is None:
            return False
        session.code = "" if told == "without-code" else owner.codes.at(await owner.fresh())
        return await people.change_password(session, word, people.new_password(word), told)

    async def _restart(self, bench: Bench, owner: _Owner, door: str) -> None:
        """A code that was used, again after a restart."""
        code = await owner.right(door)
        await bench.power.off(seconds=5)
        await bench.clock.sleep(seconds=_BOOT_S)
        await owner.again(door, code)

    async def _count(self, bench: Bench, owner: _Owner, door: str) -> None:
        """Wrong codes with the right password up to the limit, then a right one; and again once the lock is over."""
        people = bench.people
        await owner.right(door, "code-before-count")
        word = people.access.of_role("operator")
        for _ in range(people.access.rules.failures or 5):
            await people.login(door, word, code=owner.codes.wrong(people.now_us()), step="code-failure")
        await owner.right(door, "code-locked")
        await bench.clock.sleep((people.access.rules.lock_s or 600) * 1.05)
        await owner.right(door, "code-after-lock")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from second_factor_judge.code_findings(history)


class AsksForTheOwnersCertificate(Case):
    """An account that is bound to a certificate is let in with this certificate and its password, and no other way."""

    zh = "绑定证书的账户须同时出示本人证书和口令方可登录，其他方式均不能登录。"
    remark = _REMARK
    checks = beside(
        second_factor_judge.CERTIFICATE_LETS_IN,
        second_factor_judge.CERTIFICATE_ASKED,
        second_factor_judge.ANOTHERS_REFUSED,
        second_factor_judge.CERTIFICATE_ALONE,
    )
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, CERTIFICATE_LOGIN)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        bound = people.access.bound
        if bound is None:
            return
        word, role = bound.account, people.access.accounts[bound.account].role
        afar = [door for door, each in people.access.doors.items() if each.certified]
        here = [door for door in people.doors if door not in afar and people.enters(door, role)]
        for door in afar:
            await enable(people, door)
        for door in here + afar:
            await people.login(door, word, step="unbound")
        for name, step in ((_MAINTAINER, "own"), (f"another {_MAINTAINER}", "anothers")):
            for door, function in people.where(bound.function)[:1]:
                session = await people.login(door, people.access.of_role(function.may[0]))
                if session is not None:
                    await people.use(bound.function, session, object=name, trick=f"bind {step}")
            for door in afar:
                await people.login(door, word, step=f"certificate-{step}")
                if step == "own":
                    await people.login(door, word, step="certificate-other", certificate="wrong-host")
                    await people.login(door, word, password=WRONG, told="wrong", step="certificate-alone")
            for door in here if step == "own" else ():
                await people.login(door, word, step="certificate-none")

    def judge(self, history: History) -> Iterator[Finding]:
        yield from second_factor_judge.certificate_findings(history)
