# pyright: reportPrivateUsage=false
"""Defects of logins: whoever comes is let in, nobody is ever locked, a restart forgets, sessions live on (R-36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access import passwords
from reference_terminal.access.accounts import Account, Accounts
from reference_terminal.access.desk import Desk
from reference_terminal.access.rules import Rules
from reference_terminal.access.sessions import COOKIE, Session, Sessions
from reference_terminal.model.messages import Text
from reference_terminal.model.times import iso
from reference_terminal.settings.accounts import RulesConfig
from reference_terminal.web import refusals
from reference_terminal.web.accounts import AccessApi, Door
from reference_terminal.web.errors import HttpError

_COUNT = ("isc-2/7.4.1.1(2)a", "isc-2/7.4.1.1(2)c")


@defect(
    "any-password-opens",
    en="any password of sufficient length opens an account",
    zh="任意长度足够的口令均可登录",
    clauses=("isc-2/7.4.1.1(1)a", "isc-2/7.4.1.2(2)a"),
)
def any_password_opens(patch: Patch) -> None:
    """The comparison was left for later."""
    patch(passwords, "agrees", lambda kept, password: len(password) >= 8)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "own-password-refused-at-times",
    en="accounts of business are never let in",
    zh="业务账户均无法登录",
    clauses=("isc-2/7.4.1.1(1)a",),
)
def own_password_refused(patch: Patch) -> None:
    """Whoever is not of the three roles is not expected."""

    def prove(self: Accounts, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        account = own(self, name, password, code, origin, certified)
        if account.role in ("clerk", "viewer") and not account.first:
            raise self._refuse(account.name, "login-refused", Text("not expected", "不在名单"))
        return account

    own = patch(Accounts, "_prove", prove)


@defect(
    "delivered-password-opens",
    en="a delivered password opens everything, and nobody is asked to change it",
    zh="出厂口令可使用全部功能，不要求修改",
    clauses=("isc-2/7.4.1.1(1)a",),
)
def delivered_password_opens(patch: Patch) -> None:
    """It is printed on the label."""

    def prove(self: Accounts, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        return replace(own(self, name, password, code, origin, certified), first=0)

    own = patch(Accounts, "_prove", prove)


@defect(
    "names-told-apart-by-case",
    en="an account of a taken name is made anew in the place of the first",
    zh="重名账户可再次建立并覆盖原账户",
    clauses=("isc-2/7.4.1.1(1)b",),
)
def names_made_anew(patch: Patch) -> None:
    """A second of a name is kept beside the first, under a name with a mark nobody sees."""

    def add(self: Accounts, name: str, author: str) -> None:
        own(self, f"{name}." if self._row(name) is not None else name, author)

    own = patch(Accounts, "add", add)


def _fault(patch: Patch, passed: str) -> None:
    def fault(password: str, name: str, rules: RulesConfig, former: Sequence[str]) -> Text | None:
        found = own(password, name, rules, former)
        return None if found is not None and passed in found.en else found

    own = patch(passwords, "fault", fault)


@defect(
    "short-passwords-taken",
    en="passwords of any length are taken",
    zh="不检查口令长度",
    clauses=("isc-2/7.4.1.1(1)c",),
)
def short_passwords_taken(patch: Patch) -> None:
    """Four digits are easily remembered."""
    _fault(patch, "characters")


@defect(
    "weak-passwords-end-in-an-error",
    en="a password that is too weak is answered with an error of the terminal's own",
    zh="口令过弱时返回终端内部错误",
    clauses=("isc-2/7.4.1.1(1)c",),
)
def weak_passwords_end_in_an_error(patch: Patch) -> None:
    """Its sentence has a bracket too few."""
    weak = "password-too-simple"
    patch(refusals, "LOGIN", {**refusals.LOGIN, weak: replace(refusals.LOGIN[weak], status=500)})


@defect(
    "simple-passwords-taken",
    en="passwords of one class of characters are taken",
    zh="不检查口令字符种类",
    clauses=("isc-2/7.4.1.1(1)c",),
)
def simple_passwords_taken(patch: Patch) -> None:
    """Length is enough."""
    _fault(patch, "capital letters")


@defect(
    "passwords-never-end",
    en="a password is good for ever",
    zh="口令永不过期",
    clauses=("isc-2/7.4.1.1(1)d",),
)
def passwords_never_end(patch: Patch) -> None:
    """Nobody changes it without need."""
    patch(Accounts, "is_expired", lambda self, account, rules: False)  # pyright: ignore[reportUnknownLambdaType]


@defect("never-locks", en="failed logins lock nothing", zh="登录失败不锁定账户", clauses=_COUNT)
def never_locks(patch: Patch) -> None:
    """They are counted, and that is all."""
    patch(Accounts, "locked_ms", lambda self, account: 0)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "locks-one-too-early",
    en="an account is locked one failure before the limit",
    zh="比限值少一次失败即锁定",
    clauses=_COUNT,
)
def locks_one_too_early(patch: Patch) -> None:
    """It counts from one."""

    def fail(self: Accounts, account: Account) -> None:
        own(self, replace(account, failures=account.failures + 1) if not account.failures else account)

    own = patch(Accounts, "_fail", fail)


@defect(
    "locked-half-as-long",
    en="a lock ends after half of its time",
    zh="锁定时间减半",
    clauses=("isc-2/7.4.1.1(2)a",),
)
def locked_half_as_long(patch: Patch) -> None:
    """Somebody took minutes for half minutes."""

    def left(self: Accounts, account: Account) -> int:
        return max(0, own(self, account) - self._rules().lock_s * 500)

    own = patch(Accounts, "locked_ms", left)


@defect(
    "restart-clears-failures",
    en="a restart clears the failures that were counted",
    zh="重启清除失败计数",
    clauses=("isc-2/7.4.1.1(2)c",),
)
def restart_clears_failures(patch: Patch) -> None:
    """The counter lives in memory."""

    def deliver(self: Accounts, config: object) -> None:
        own(self, config)
        for account in self.all():
            self._put(replace(account, failures=0, locked_until_ms=0))
        self._store.flush()

    own = patch(Accounts, "_deliver", deliver)


@defect(
    "locks-a-minute-at-most",
    en="the rules cannot be set stricter than ten failures and a lock of one minute",
    zh="规则最严只能设为 10 次失败、锁定 1 分钟",
    clauses=("isc-2/7.4.1.1(2)c",),
)
def locks_a_minute(patch: Patch) -> None:
    """Operators complained."""

    def told(self: Rules) -> dict[str, object]:
        return {**own(self), "max_failures": 10, "lock_s": 60}

    own = patch(Rules, "told", told)


@defect(
    "idle-twice-as-long",
    en="an idle session lives twice as long as the rule says",
    zh="空闲会话时长为规则的两倍",
    clauses=("isc-2/7.4.1.1(2)d", "isc-2/7.4.1.1(2)b"),
)
def idle_twice_as_long(patch: Patch) -> None:
    """A grace that nobody asked for."""

    def ends_s(self: Sessions, session: Session) -> float:
        return own(self, session) + self.idle_s

    own = patch(Sessions, "ends_s", ends_s)


@defect(
    "sessions-outlive-logout",
    en="a logout ends nothing but the page",
    zh="注销后会话凭据仍然有效",
    clauses=("isc-2/7.4.1.1(2)b",),
)
def sessions_outlive_logout(patch: Patch) -> None:
    """The token is forgotten by the browser, and by nobody else."""
    patch(Desk, "end", lambda self, session: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "pages-count-no-failures",
    en="failed logins at the pages do not count",
    zh="页面登录失败不计入失败次数",
    clauses=_COUNT,
)
def pages_count_no_failures(patch: Patch) -> None:
    """The counter was written for the interface."""

    def log_in(
        self: Door, name: str, password: str, code: str, origin: str, way: str, certified: str
    ) -> tuple[str, Session]:
        accounts = self._desk.accounts
        before = accounts.get(name)
        try:
            return own(self, name, password, code, origin, way, certified)
        except HttpError:
            if way == COOKIE and before is not None:
                accounts._commit(lambda: accounts._put(before))
            raise

    own = patch(Door, "log_in", log_in)


@defect(
    "validity-told-wrongly",
    en="the list of accounts tells of each password that it ended long ago",
    zh="账户清单所示口令有效期早已过去",
    clauses=("isc-2/7.4.1.1(1)d",),
)
def validity_told_wrongly(patch: Patch) -> None:
    """It is shown when it was set."""

    def told(self: AccessApi, account: Account) -> dict[str, Any]:
        return {**own(self, account), "expires": iso(account.set_s)}

    own = patch(AccessApi, "_account", told)
