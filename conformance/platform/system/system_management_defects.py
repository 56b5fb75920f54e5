"""Defects of system management: accounts that cannot be ended, a log with holes, settings unheeded, rights for all."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from conformance.defects import Patch, defect
from conformance.defects.platform_seams import altered, not_changed, not_removed
from simulators.platform.core import rights
from simulators.platform.core.accounts import Accounts
from simulators.platform.core.audit import Audit
from simulators.platform.core.kinds import Kind
from simulators.platform.core.rights import Account, Whose
from simulators.platform.core.sentences import Refused
from simulators.platform.core.tables import AuditRow
from simulators.platform.system import values

_LATEST = 2**62
_USERS, _LOG = ("ssea/5.4.2.1-1", "ssea/5.4.1a"), ("ssea/5.4.2.1-2",)


@defect(
    "users-of-another-role",
    en="a new user gets a role that looks and does nothing, whatever was chosen",
    zh="新增用户不论所选角色一律只能查看",
    clauses=_USERS,
)
def users_of_another_role(patch: Patch) -> None:
    """To begin with."""
    altered(patch, "account", "enterprise", lambda enterprise: enterprise and "B")


@defect(
    "logins-end-in-an-error",
    en="whoever logs in, however rightly, is answered by an error of the platform's own",
    zh="凡登录请求均以平台自身错误应答",
    clauses=_USERS,
)
def logins_end_in_an_error(patch: Patch) -> None:
    """It opens sessions of another shape than it hands out."""

    def login(self: Accounts, name: str, password: str) -> tuple[str, str]:
        del self, name, password
        raise Refused(500, "too many values to unpack", "内部错误")

    patch(Accounts, "login", login)


@defect(
    "users-stay-where-they-were",
    en="a user who is moved to another enterprise stays where they were",
    zh="用户改属企业后权限未变",
    clauses=("ssea/5.4.2.1-1",),
)
def users_stay_where_they_were(patch: Patch) -> None:
    """The change is confirmed."""
    not_changed(patch, "account", keep=lambda told: "enterprise" in told)


@defect(
    "users-for-ever",
    en="users who are blocked or removed still get in",
    zh="停用、删除的用户仍可登录",
    clauses=("ssea/5.4.2.1-1",),
)
def users_for_ever(patch: Patch) -> None:
    """Somebody on leave comes back."""
    not_changed(patch, "account", keep=lambda told: "state" in told)
    not_removed(patch, "account")


@defect(
    "refusals-not-logged",
    en="what is refused is not in the log",
    zh="被拒操作不记入日志",
    clauses=_LOG,
)
def refusals_not_logged(patch: Patch) -> None:
    """Nothing has happened."""

    def keep(self: Audit, row: AuditRow) -> None:
        if row.outcome != "refused":
            whole(self, row)

    whole = patch(Audit, "_keep", keep)


@defect(
    "log-of-all-users",
    en="a search of the log by user shows every user",
    zh="按用户查询日志时显示全部用户",
    clauses=_LOG,
)
def log_of_all_users(patch: Patch) -> None:
    """The condition is not passed on."""

    def search(
        self: Audit, account: Account, from_us: Any, to_us: Any, user: str = "", kind: str = "", what: str = ""
    ) -> Any:
        return whole(self, account, from_us, to_us, "", kind, what)

    whole = patch(Audit, "search", search)


@defect(
    "entries-rounded",
    en="what is entered is kept to whole numbers",
    zh="录入值只保存整数",
    clauses=("ssea/5.4.2.1-3",),
)
def entries_rounded(patch: Patch) -> None:
    """Nobody weighs grams."""
    altered(patch, "entry", "value", lambda value: str(value).partition(".")[0])


@defect(
    "parameters-at-first",
    en="a parameter keeps the value that it had first",
    zh="参数更改返回成功但未生效",
    clauses=("ssea/5.4.2.1-4",),
)
def parameters_at_first(patch: Patch) -> None:
    """The change is confirmed."""
    not_changed(patch, "parameter")


@defect(
    "standards-of-today",
    en="quantities of every period are compared with the standard value entered last",
    zh="各时段活动量一律与最新标准值比较",
    clauses=("ssea/5.4.2.1-6",),
)
def standards_of_today(patch: Patch) -> None:
    """There is one standard."""

    whole = values.standard_of
    patch(values, "standard_of", lambda known, point, period, start: whole(known, point, period, _LATEST))


@defect(
    "auditors-tidy-up",
    en="auditors change and remove entries",
    zh="审计员可更改、删除录入数据",
    clauses=("ssea/5.4.2.2",),
)
def auditors_tidy_up(patch: Patch) -> None:
    """They see the mistakes first."""

    def check_write(session: Session, account: Account, kind: Kind, owner: Whose, verb: str) -> None:
        if account.role != "auditor" or kind.name != "entry":
            whole(session, account, kind, owner, verb)

    whole = patch(rights, "check_write", check_write)


@defect(
    "operators-look-on",
    en="who operates the park changes nothing, whatever the rights say",
    zh="园区运营方不能执行任何更改",
    clauses=("cpcif/4.5.2",),
)
def operators_look_on(patch: Patch) -> None:
    """Users look after themselves."""

    def may(account: Account, verb: str, what: Any) -> bool:
        return account.role != "operator" and whole(account, verb, what)

    whole = patch(rights, "may", may)
