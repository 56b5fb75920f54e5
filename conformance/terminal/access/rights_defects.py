# pyright: reportPrivateUsage=false
"""Defects of rights: a role too many, an address that asks nobody, a session that can be guessed (R-37)."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access import accounts, passwords
from reference_terminal.access.rights import Right
from reference_terminal.access.sessions import COOKIE, Session, Sessions
from reference_terminal.web import guard, refusals
from reference_terminal.web import router as routing
from reference_terminal.web.accounts import AccessApi
from reference_terminal.web.guard import DeskGuard, token_of
from reference_terminal.web.server import Request

_LEAST = ("isc-2/7.4.1.2(1)b", "isc-2/7.4.1.2(2)c")


def _given(patch: Patch, role: str, *more: Right) -> None:
    """A role that may do more."""

    def may(who: str, right: Right) -> bool:
        return (who == role and right in more) or own(who, right)

    own = patch(guard, "may", may)


@defect("a-role-too-many", en="the viewer may enter values by hand", zh="查看员也能人工填报", clauses=_LEAST)
def a_role_too_many(patch: Patch) -> None:
    """The page does not show it, the address does."""
    _given(patch, "viewer", Right.ENTER)


@defect(
    "administrator-reads-the-log",
    en="the system administrator reads the audit log too",
    zh="系统管理员也能调阅审计日志",
    clauses=("isc-2/7.4.1.2(1)b",),
)
def administrator_reads_the_log(patch: Patch) -> None:
    """Somebody has to."""
    _given(patch, "administrator", Right.AUDIT)


@defect(
    "roles-in-name-only",
    en="administrator, operator and auditor may each do whatever any of them may",
    zh="系统管理员、安全操作员、安全审计员权限相同",
    clauses=("isc-2/7.4.1.2(1)a", *_LEAST),
)
def roles_in_name_only(patch: Patch) -> None:
    """Three names for one account."""
    three = ("administrator", "operator", "auditor")

    def may(who: str, right: Right) -> bool:
        return any(own(each, right) for each in three) if who in three else own(who, right)

    own = patch(guard, "may", may)


@defect(
    "administrator-may-all-an-operator-may",
    en="the system administrator may do what a security operator may, beside the own functions",
    zh="系统管理员除本职外还具有安全操作员的全部权限",
    clauses=("isc-2/7.4.1.2(1)a", *_LEAST),
)
def administrator_may_all_an_operator_may(patch: Patch) -> None:
    """For the night when nobody else is there."""

    def may(who: str, right: Right) -> bool:
        return own(who, right) or (who == "administrator" and own("operator", right))

    own = patch(guard, "may", may)


@defect(
    "configures-at-every-door",
    en="what configures is carried out at the port for values too, not at the maintenance port alone",
    zh="配置类功能在数据接口也能执行，不限于管理维护口",
    clauses=("isc-2/7.4.1.2(4)a",),
)
def configures_at_every_door(patch: Patch) -> None:
    """The rights of a door are looked at nowhere."""
    patch(DeskGuard, "_is_here", lambda self, right: True)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "a-form-asks-for-no-proof",
    en="a form that another site sends with the reader's cookie is carried out",
    zh="其他站点借用登录者 Cookie 提交的表单也被执行",
    clauses=("isc-2/7.4.1.2(2)a", "isc-2/4.1e"),
)
def a_form_asks_for_no_proof(patch: Patch) -> None:
    """The cookie says who it is."""
    patch(guard, "proves", lambda session, said: True)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "a-right-too-few",
    en="the clerk cannot enter values by hand",
    zh="填报员不能人工填报",
    clauses=("isc-2/7.4.1.2(1)b", "csmt/11.13n"),
)
def a_right_too_few(patch: Patch) -> None:
    """The role was forgotten."""

    def may(who: str, right: Right) -> bool:
        return right is not Right.ENTER and own(who, right)

    own = patch(guard, "may", may)


@defect(
    "interface-is-for-its-own-pages",
    en="the interface for programs lets a program log in and refuses whatever it asks then: it serves the pages alone",
    zh="API 允许程序登录，但此后拒绝其全部请求，仅供自带页面使用",
    clauses=("isc-2/7.1.1e",),
)
def interface_is_for_its_own_pages(patch: Patch) -> None:
    """Who has no cookie is no page."""

    def permits(self: DeskGuard, right: Right, request: Request) -> bool:
        if right is not Right.OPEN and not request.path.endswith("/password") and token_of(request)[1] != COOKIE:
            raise refusals.NO_PROOF()
        return own(self, right, request)

    own = patch(DeskGuard, "permits", permits)


@defect(
    "an-address-asks-nobody",
    en="one address answers without a login",
    zh="有一个地址无需登录即可访问",
    clauses=("isc-2/7.4.1.2(2)a", "isc-2/7.4.1.2(2)b", "isc-2/4.1e"),
)
def an_address_asks_nobody(patch: Patch) -> None:
    """It was added for a demonstration."""

    def permits(self: DeskGuard, right: Right, request: Request) -> bool:
        return request.path.endswith(("/points", "/readings")) or own(self, right, request)

    own = patch(DeskGuard, "permits", permits)


@defect(
    "roles-pile-up",
    en="an account of a role of security can be given another one",
    zh="安全角色账户可再被赋予其他安全角色",
    clauses=("isc-2/7.4.1.2(1)a", "isc-2/7.4.1.2(1)b"),
)
def roles_pile_up(patch: Patch) -> None:
    """Roles are free."""
    patch(accounts, "SECURITY_ROLES", ())


@defect(
    "half-a-token-opens",
    en="only the first half of a token is looked at",
    zh="只核对会话凭据的前半部分",
    clauses=("isc-2/7.4.1.2(2)a", "isc-2/4.1e"),
)
def half_a_token_opens(patch: Patch) -> None:
    """The column is shorter than the token."""
    known: dict[str, str] = {}

    def begin(self: Sessions, account: str, role: str, origin: str, way: str) -> tuple[str, Session]:
        token, session = own_begin(self, account, role, origin, way)
        known[token[: len(token) // 2]] = token
        return token, session

    def find(self: Sessions, token: str, origin: str, way: str, *, used: bool = True) -> Session | None:
        half = next((each for each in known if token.startswith(each)), "")
        return own_find(self, known.get(half, token), origin, way, used=used)

    own_begin = patch(Sessions, "begin", begin)
    own_find = patch(Sessions, "find", find)


@defect(
    "idle-sessions-come-back",
    en="a session that was idle for too long is taken up again by its token",
    zh="空闲超时的会话凭据可再次使用",
    clauses=("isc-2/7.4.1.1(2)d",),
)
def idle_sessions_come_back(patch: Patch) -> None:
    """So that nobody loses work."""
    known: dict[str, Session] = {}

    def find(self: Sessions, token: str, origin: str, way: str, *, used: bool = True) -> Session | None:
        found = own(self, token, origin, way, used=used)
        if found is not None:
            known[token] = found
        return found or known.get(token)

    own = patch(Sessions, "find", find)


@defect(
    "author-as-it-comes",
    en="whose name an entry bears is whatever the request says",
    zh="填报人姓名以请求内容为准，不核对登录者",
    clauses=_LEAST,
)
def author_as_it_comes(patch: Patch) -> None:
    """The form has a field for it."""
    patch(routing, "_given", lambda found: {})  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "accounts-with-passwords",
    en="the list of accounts shows the passwords with which they were last logged in",
    zh="账户列表显示最近登录所用口令",
    clauses=("isc-2/7.4.1.2(1)b",),
)
def accounts_with_passwords(patch: Patch) -> None:
    """Support asks for them."""
    typed: dict[str, str] = {}

    def agrees(kept: str, password: str) -> bool:
        typed[kept] = password
        return own_agrees(kept, password)

    def listed(self: AccessApi, query: dict[str, str]) -> Any:
        return {**own_listed(self, query), "typed": list(typed.values())}

    own_agrees = patch(passwords, "agrees", agrees)
    own_listed = patch(AccessApi, "accounts", listed)
