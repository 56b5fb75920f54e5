"""Rights: every function by every role at every door, and by what passes for somebody with the right (R-37).

Leaves who is let in to `logins_judge`. A function counts as executed by its effect where the profile says how that
shows, else by what the product answered.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import History
from conformance.common import people
from conformance.common.people import NOBODY, Listed, Use

_READ_OUT = EvidenceKind.READ_OUT
THREE = ("administrator", "operator", "auditor")
API = "api"
"""The door of a profile that is the interface for programs (docs/TERMINALS.md)."""

ROLES_APART = criterion(
    "roles-apart",
    en="system administrator, security operator and security auditor are there, and none may do all that another may",
    zh="设有系统管理员、安全操作员、安全审计员三种角色，任一角色的权限均不包含另一角色的全部权限",
    unit="roles",
    reading_b_of="R-37",
    evidence=_READ_OUT,
)
NO_SECOND_ROLE = criterion(
    "no-second-role",
    en="no account gets a second of these roles or gives itself more",
    zh="任何账户不能兼有两种角色，也不能为自己增加权限",
    unit="uses",
    evidence=_READ_OUT,
)
PERMITTED_WORK = criterion(
    "permitted-work",
    en="every function works for every role that may use it, at every door",
    zh="有权角色在各通道均能使用相应功能",
    unit="functions",
    evidence=_READ_OUT,
)
API_WORKS = criterion(
    "api-works",
    en="every function listed for the terminal's interface for programs is carried out for a program with the right",
    zh="为 API 列出的各项功能均可由有权的程序调用并执行",
    unit="functions",
    evidence=_READ_OUT,
)
FORBIDDEN_BY_ROLE = criterion(
    "forbidden-by-role",
    en="no function is carried out for a role without the right to it, at any door",
    zh="无权角色在任何通道均不能执行相应功能",
    unit="functions",
    evidence=_READ_OUT,
)
BEFORE_LOGIN = criterion(
    "before-login",
    en="no function is carried out for anybody who has not logged in",
    zh="未登录者不能执行任何功能",
    unit="functions",
    evidence=_READ_OUT,
)
OTHER_DOORS = criterion(
    "configured-at-its-door",
    en="what is had at the maintenance port alone is carried out at no other door, for any role",
    zh="仅限管理维护口的功能在其他通道对任何角色均不执行",
    unit="functions",
    evidence=_READ_OUT,
)
NO_PASSWORD_SHOWN = criterion(
    "no-password-shown",
    en="no answer to any role at any door holds a password of anybody",
    zh="各角色在各通道得到的应答中均不含任何账户的口令",
    unit="answers",
    evidence=_READ_OUT,
)
BY_A_TRICK = criterion(
    "by-{0}",
    en="no function is carried out for {1}",
    zh="{2}不能执行任何功能",
    unit="functions",
    evidence=_READ_OUT,
)
LOG_TO_AUDITOR = criterion(
    "log-to-auditor",
    en="the complete log is shown to the auditor alone, and the auditor changes no configuration",
    zh="完整日志只有安全审计员可调阅，安全审计员不能更改配置",
    unit="functions",
    reading_b_of="R-37",
    evidence=_READ_OUT,
)
TRICK_NAMES = {
    "forged": ("a session that was guessed", "猜测的会话凭据"),
    "ended": ("a session that was logged out", "已注销的会话"),
    "idle": ("a session that has been idle for too long", "空闲超时的会话"),
    "unsigned": ("a request that another site could send in the name of somebody logged in", "冒用登录者的跨站请求"),
    "other-object": ("an object of somebody else", "他人的对象"),
}


def was_tried(history: History, name: str) -> bool:
    """Whether a trick was tried at all: not every product has what it takes."""
    return any(use.trick.partition(" ")[0] == name for use in people.uses(history))


def _wrong(use: Use, functions: dict[str, Listed]) -> bool:
    """Whether a use that should not have been carried out was."""
    known = functions.get(use.function)
    return use.outcome == "executed" and known is not None and NOBODY not in known.may


def matrix_findings(history: History) -> Iterator[Check]:
    """The matrix without tricks: what must work, what must not, and the three roles."""
    functions = people.listed(history)
    plain = people.uses(history, "")
    tried = [use for use in plain if use.function in functions and use.outcome != "unanswered"]
    away = [use for use in tried if _is_away(use, functions)]
    allowed = [use for use in tried if _may(use, functions) and not _is_away(use, functions)]
    broken = [use for use in allowed if use.outcome != "executed"]
    yield PERMITTED_WORK.none_among(allowed, broken, evidence=map(str, broken))
    if any(use.door == API for use in plain):
        programs = [use for use in allowed if use.door == API]
        yield API_WORKS.none_among(
            programs, [use for use in broken if use.door == API], evidence=map(str, programs[:3])
        )
    # What works for nobody shows nothing by not working for somebody else; what ends the terminal nobody may try.
    works = {use.function for use in allowed if use.outcome == "executed"}
    asked = works and works | {each for each in functions if not any(use.function == each for use in allowed)}
    others = [use for use in tried if not _may(use, functions) and use.role != NOBODY]
    yield FORBIDDEN_BY_ROLE.none(_executed(others), [use for use in others if use.function in asked])
    strangers = [use for use in tried if use.role == NOBODY and not _may(use, functions)]
    yield BEFORE_LOGIN.none(_executed(strangers), [use for use in strangers if use.function in asked])
    told = [f"{use}: password of {use.secret}" for use in tried if use.secret]
    yield NO_PASSWORD_SHOWN.none(told, _executed(tried))
    yield _apart(history, [use for use in tried if use.outcome == "executed"])
    yield _auditor(tried, functions)
    if any(each.only for each in functions.values()):
        yield OTHER_DOORS.none(_executed(away), [use for use in away if use.function in works])


def _executed(uses: list[Use]) -> list[Use]:
    return [use for use in uses if use.outcome == "executed"]


def _is_away(use: Use, functions: dict[str, Listed]) -> bool:
    """Whether a function was tried at a door where it is not to be had."""
    only = functions[use.function].only
    return bool(only) and use.door not in only


def _may(use: Use, functions: dict[str, Listed]) -> bool:
    may = functions[use.function].may
    return use.role in may or NOBODY in may


def _apart(history: History, seen: list[Use]) -> Check:
    known = people.roles(history)
    done = {role: {use.function for use in seen if use.role == role} for role in THREE}
    missing = [f"no account has role {role}" for role in THREE if known and role not in known]
    shared = set.intersection(*done.values())
    alike = [
        f"{one} may do all that {other} may"
        for one, other in itertools.permutations(THREE, 2)
        if done[other] and (done[one] == done[other] or (done[other] - shared and done[other] <= done[one]))
    ]
    known_all = all(done.values())
    separate = False if missing else True if known_all else None
    return ROLES_APART.none([*missing, *alike], known_all, reading_b=separate)


def _auditor(tried: list[Use], functions: dict[str, Listed]) -> Check:
    """By what was found, not by what the profile says may be."""
    seen = [use for use in tried if use.outcome == "executed"]
    reading = [use for use in seen if use.function == "log" and use.role != "auditor"]
    setting = [
        use for use in seen if use.role == "auditor" and functions[use.function].has_effect and use.effect == "changed"
    ]
    setting = [use for use in setting if not use.function.startswith(("log-", "own-"))]
    looked = any(use.function == "log" and use.role == "auditor" and use.outcome == "executed" for use in tried)
    return LOG_TO_AUDITOR.decide(
        False if reading or setting else True if looked else None,
        measured=len(reading) + len(setting),
        limit=0,
        evidence=map(str, [*reading, *setting]),
        reading_b=True if looked else None,
        has_b=looked,
    )


def trick_finding(history: History, name: str) -> Check:
    """No use with this trick was carried out, while the function itself works."""
    functions = people.listed(history)
    found = [use for use in people.uses(history) if use.trick.partition(" ")[0] == name and use.function in functions]
    found = [use for use in found if NOBODY not in functions[use.function].may and use.outcome != "unanswered"]
    work = {(use.function, use.door) for use in people.uses(history, "") if use.outcome == "executed"}
    known = [use for use in found if (use.function, use.door) in work]
    asked = BY_A_TRICK.of(name, *TRICK_NAMES[name])
    return asked.none([use for use in found if _wrong(use, functions)], known)


def second_role_finding(history: History) -> Check:
    """Orders to give an account a second role, or oneself more, by somebody whose other orders are obeyed there."""
    tried = people.uses(history, "second-role", "own-role")
    functions = people.listed(history)
    obeyed = {
        (use.door, use.role)
        for use in _executed(people.uses(history, ""))
        if use.function in functions and functions[use.function].has_effect
    }
    known = [use for use in tried if use.outcome != "unanswered" and (use.door, use.role) in obeyed]
    return NO_SECOND_ROLE.none([use for use in tried if _wrong(use, functions)], known)
