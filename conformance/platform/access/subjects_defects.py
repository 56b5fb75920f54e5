# pyright: reportPrivateUsage=false
"""Defects of rights by subject: a role too many or too few, enterprises that see each other, doors without a login."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from starlette.requests import Request

from conformance.defects import Patch, defect
from simulators.platform import benchmarks
from simulators.platform.accounting.lines import Book
from simulators.platform.core import api, desk, rights
from simulators.platform.core.accounts import Accounts
from simulators.platform.core.desk import Desk
from simulators.platform.core.kinds import Kind
from simulators.platform.core.plans import Plan
from simulators.platform.core.rights import SYSTEM, Account
from simulators.platform.core.tables import ObjectRow

_LEAST = ("isc-1/4.7b",)


def _may(patch: Patch, role: str, verbs: tuple[str, ...], allowed: bool) -> None:
    """A role may, or may not, whatever it is."""

    def may(account: Account, verb: str, what: Kind | Plan) -> bool:
        return allowed if account.role == role and verb in verbs else own(account, verb, what)

    own = patch(rights, "may", may)
    for room in (api, desk):
        patch(room, "may", may)


@defect(
    "platform-auditor-writes",
    en="the auditor may create, change and remove what an enterprise keeps",
    zh="审计员可新增、修改、删除企业数据",
    clauses=(*_LEAST, "isc-1/7.2a"),
)
def auditor_writes(patch: Patch) -> None:
    """Who sees everything may everything."""
    _may(patch, "auditor", ("create", "change", "remove"), True)

    def within(session: Any, account: Account, enterprise: str) -> None:
        if account.role != "auditor":
            own(session, account, enterprise)

    own = patch(rights, "_within", within)


@defect(
    "platform-government-asks-nothing",
    en="analyses are refused to the government",
    zh="政府用户不能使用统计分析",
    clauses=("isc-1/4.7a", "isc-1/4.7c", "isc-1/7.2a"),
)
def government_asks_nothing(patch: Patch) -> None:
    """It is not in the list."""
    _may(patch, "government", ("ask",), False)


@defect(
    "platform-park-enters-nothing",
    en="a park's operator cannot enter anything",
    zh="园区管理员不能录入数据",
    clauses=("isc-1/4.7a", "isc-1/4.7d", "isc-1/7.2a"),
)
def park_enters_nothing(patch: Patch) -> None:
    """Only enterprises write."""
    _may(patch, "operator", ("create", "change"), False)


@defect(
    "platform-clerk-exports-nothing",
    en="an enterprise's clerk cannot export what is the enterprise's own",
    zh="企业填报员不能导出本企业数据",
    clauses=("isc-1/4.7a", "isc-1/4.7e", "isc-1/7.2a"),
)
def clerk_exports_nothing(patch: Patch) -> None:
    """Files are for managers."""
    _may(patch, "clerk", ("export",), False)


@defect(
    "platform-government-as-park",
    en="a government's account has the rights of a park's operator",
    zh="政府账户与园区管理员权限相同",
    clauses=("isc-1/7.2a", *_LEAST),
)
def government_as_park(patch: Patch) -> None:
    """Two names for one role."""

    def load(self: Accounts, name: str) -> Account | None:
        found = own(self, name)
        if found is None or found.role != "government":
            return found
        return Account(found.name, "operator")

    own = patch(Accounts, "_load", load)


@defect(
    "platform-enterprises-see-each-other",
    en="people of one enterprise see and change what is another's",
    zh="企业用户可查看并更改其他企业的数据",
    clauses=(*_LEAST, "isc-1/7.3d-3"),
)
def enterprises_see_each_other(patch: Patch) -> None:
    """One condition was left out."""

    def enterprises(account: Account) -> Any:
        del account
        return select(ObjectRow.id).where(ObjectRow.kind == "enterprise")

    patch(rights, "enterprises", enterprises)


@defect(
    "platform-compares-anybody",
    en="whoever names an enterprise is told how far it is from a benchmark",
    zh="任何人均可查询任意企业与标杆的差距",
    clauses=(*_LEAST, "isc-1/7.3d-3"),
)
def compares_anybody(patch: Patch) -> None:
    """Benchmarks are for comparing, it was thought."""
    patch(benchmarks, "check_reach", lambda desk, of, id: None)
    patch(benchmarks, "book", lambda desk: Book(desk.as_system()))


@defect(
    "platform-asks-nobody",
    en="analyses and lists are answered without a login",
    zh="无需登录即可查询数据",
    clauses=_LEAST,
)
def asks_nobody(patch: Patch) -> None:
    """For a demonstration."""

    def desk_of(self: api.Api, request: Request) -> Desk:
        if request.method == "GET" and not request.headers.get("authorization"):
            return Desk(self._office, SYSTEM)
        return own(self, request)

    own = patch(api.Api, "_desk", desk_of)
