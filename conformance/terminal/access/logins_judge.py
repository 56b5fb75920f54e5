"""Logins: who is let in, what locks an account and when it is free again, what ends a session (ISC-2 7.4.1.1; R-36).

Leaves what somebody may do once inside to `rights_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, Criterion, EvidenceKind, criterion
from bench.history import ClockMoved, History
from bench.history import people as told_of
from conformance.common import people
from conformance.common.people import Login, Use
from conformance.common.times import SECOND, instant_of_iso, local

_READ_OUT = EvidenceKind.READ_OUT

UNKNOWN_REFUSED = criterion(
    "unknown-refused",
    en="nobody is let in with a name that is no account, a wrong password, or none",
    zh="不存在的用户名、错误口令或空口令均不能登录",
    unit="logins",
    evidence=_READ_OUT,
)
RIGHT_LET_IN = criterion(
    "right-let-in",
    en="every account is let in with its own password, at every door that it has",
    zh="各账户以自己的口令在各通道均可登录",
    unit="logins",
    evidence=_READ_OUT,
    condition=True,
)
NAMES_UNIQUE = criterion(
    "names-unique",
    en="a second account with a name that is taken is not made",
    zh="不能建立与现有账户重名的账户",
    unit="accounts",
    evidence=_READ_OUT,
)
FIRST_CHANGES = criterion(
    "first-changes",
    en="a delivered password opens nothing but its own change",
    zh="出厂口令除用于修改口令外不能使用任何功能",
    unit="uses",
    evidence=_READ_OUT,
)
WEAK_REFUSED = criterion(
    "weak-refused",
    en="passwords that are shorter or simpler than the rule says are refused, one that meets it is taken",
    zh="短于或简单于规则的口令被拒，符合规则的口令被接受",
    unit="passwords",
    reading_b_of="R-36",
    evidence=_READ_OUT,
)
UNTIL_TOLD = criterion(
    "validity-told",
    en="until when a password holds is told as it is: after a login that it opens, before one that it does not",
    zh="所示口令有效期属实：晚于该口令仍可登录的时刻，早于已不可登录的时刻",
    unit="passwords",
    evidence=_READ_OUT,
)
EXPIRED_REFUSED = criterion(
    "expired-refused",
    en="a password older than its validity lets nobody use a function; a day earlier it does",
    zh="口令超过有效期后不能使用任何功能，到期前一日仍可使用",
    unit="logins",
    reading_b_of="R-36",
    evidence=_READ_OUT,
)
BELOW_LIMIT_ENTERS = criterion(
    "below-limit-enters",
    en="one failure fewer than the limit does not lock",
    zh="失败次数比限值少一次时不锁定",
    unit="logins",
    evidence=_READ_OUT,
)
LIMIT_LOCKS = criterion(
    "limit-locks",
    en="at the limit of failures the account is locked: the right password is refused",
    zh="失败次数达到限值时锁定，正确口令也被拒绝",
    unit="logins",
    reading_b_of="R-36",
    evidence=_READ_OUT,
)
DOORS_SHARE = criterion(
    "doors-share",
    en="failures at all doors count together, and the lock holds at all of them",
    zh="各通道的失败次数合并计算，锁定对各通道均有效",
    unit="logins",
    evidence=_READ_OUT,
)
RESTART_KEEPS = criterion(
    "restart-keeps",
    en="a restart clears neither the count of failures nor the lock",
    zh="重启不清除失败计数和锁定状态",
    unit="logins",
    evidence=_READ_OUT,
)
LOCK_ENDS = criterion(
    "lock-ends",
    en="the lock ends at the declared time ± 5 %",
    zh="锁定在声明时间 ±5 % 内解除",
    unit="logins",
    evidence=_READ_OUT,
)
STRICT_ENOUGH = criterion(
    "strict-enough",
    en="the rules are at least as strict as 8 characters of 3 classes, 90 days, 5 failures, locked 10 min, idle 10 min",
    zh="规则不弱于：8 位 3 类字符、有效期 90 天、5 次失败、锁定 10 min、空闲 10 min",
    unit="rules",
    reading_b_of="R-36",
    evidence=_READ_OUT,
)
IDLE_ENDS = criterion(
    "idle-ends",
    en="an idle session ends at the declared time + 30 s at most, and not before",
    zh="空闲会话在声明时间后 30 s 内结束，不提前结束",
    unit="uses",
    reading_b_of="R-36",
    evidence=_READ_OUT,
)
LOGOUT_ENDS = criterion(
    "logout-ends",
    en="what stood for a session opens nothing 1 s after its logout",
    zh="注销 1 s 后原会话凭据不能使用任何功能",
    unit="uses",
    evidence=_READ_OUT,
)
LIMITS = (
    ("failures", "<=", 5),
    ("lock_s", ">=", 600),
    ("idle_s", "<=", 600),
    ("validity_days", "<=", 90),
    ("least_length", ">=", 8),
    ("least_classes", ">=", 3),
)
"""What R-36 (2) asks that a terminal can be set to, at least as strict."""


def _steps(
    asked: Criterion,
    found: Sequence[Login],
    *,
    enters: Sequence[str] = (),
    refused: Sequence[str] = (),
    free: bool = True,
) -> Check:
    """Each of these steps was tried, and ended as it must; `free`: who is refused then was let in at another time."""
    wrong = [str(login) for login in found if login.entered is (login.step in refused) or login.outcome == "unanswered"]
    tried = {login.step for login in found}
    known = free and tried >= {*enters, *refused}
    unanswered = any(login.outcome == "unanswered" for login in found)
    return asked.decide(None if unanswered or not known else not wrong, measured=len(wrong), limit=0, evidence=wrong)


def _under_both(asked: Criterion, found: Sequence[object], known: object) -> Check:
    """An answer about declared numbers: the same where any declared number is accepted (R-36, reading B)."""
    return asked.none(found, known, reading_b=False if found else True if known else None)


def _answered(found: Sequence[Login]) -> bool:
    return bool(found) and all(login.outcome != "unanswered" for login in found)


def identity_findings(history: History) -> Iterator[Check]:
    """Accounts and strangers at every door, delivered passwords, a second account of one name."""
    right = people.logins(history, "right")
    yield RIGHT_LET_IN.none_among(right, [login for login in right if not login.entered])
    wrong = people.logins(history, "stranger", "wrong", "empty", "former")
    let_in = {login.door for login in right if login.entered}
    told = [login for login in wrong if login.outcome != "unanswered" and login.door in let_in]
    yield UNKNOWN_REFUSED.none([login for login in wrong if login.outcome in ("entered", "first")], told)
    first = people.uses(history, "delivered-password")
    opened = [use for use in first if use.outcome == "executed"]
    delivered = people.logins(history, "delivered")
    known = [login for login in delivered if login.outcome in ("entered", "first")]
    yield FIRST_CHANGES.none([login for login in delivered if login.entered] + opened, known)
    doubles = people.uses(history, "name-taken")
    control = people.uses(history, "name-free")
    worked = any(use.outcome == "executed" for use in control)
    yield NAMES_UNIQUE.none([use for use in doubles if use.outcome == "executed"], doubles and worked)


def weak_finding(history: History) -> Check:
    """Short and simple passwords are refused, good ones taken."""
    weak, good = people.passwords(history, "short", "simple"), people.passwords(history, "good")
    wrong = [f"{given}: {outcome}" for given, outcome in weak if outcome in ("changed", "failed")]
    wrong += [f"{given}: {outcome}" for given, outcome in good if outcome in ("refused", "failed")]
    told = {given for given, outcome in [*weak, *good] if outcome != "unanswered"}
    return _under_both(WEAK_REFUSED, wrong, told == {"short", "simple", "good"})


def validity_finding(history: History) -> Check:
    """After the validity of a password nothing opens."""
    valid, late = people.logins(history, "valid"), people.logins(history, "expired")
    found: list[object] = [login for login in valid if not login.entered and login.outcome != "unanswered"]
    found += [login for login in late if login.entered]
    found += [use for use in people.uses(history, "expired-password") if use.outcome == "executed"]
    return _under_both(EXPIRED_REFUSED, found, _answered(valid) and _answered(late))


def until_told(history: History) -> bool:
    """Whether the product was asked until when a password holds: not every product says so."""
    return bool(told_of.PASSWORD_UNTIL.of(history))


def until_finding(history: History) -> Check:
    """The instant that was told, by the terminal's own clock, between the last login that opened and the first that
    did not.
    """
    told = told_of.PASSWORD_UNTIL.answered(history)
    valid = [login for login in people.logins(history, "valid") if login.entered]
    late = [login for login in people.logins(history, "expired") if login.outcome in ("first", "refused")]
    found = [(event, instant_of_iso(row.until)) for event in told for row in event.rows]
    known = [(event, until) for event, until in found if until is not None]
    if not (known and valid and late):
        return UNTIL_TOLD.decide(None)
    low, high = _own_time(history, valid[-1].t), _own_time(history, late[0].t)
    wrong = [f"{event.query.account}: {local(until)}" for event, until in known if not low <= until <= high]
    return UNTIL_TOLD.none(wrong, known)


def _own_time(history: History, at: int) -> int:
    """An instant as the terminal's own clock had it."""
    moved = [event.offset_us for event in history.of(ClockMoved) if event.t < at and not event.terminal]
    return at + (moved[-1] if moved else 0)


def lock_findings(history: History) -> Iterator[Check]:
    """Failures at one door, at all of them, over a restart; the lock's end; the numbers themselves."""
    logins = people.logins(history)

    def of(*steps: str) -> list[Login]:
        return [login for login in logins if login.step in steps]

    yield _steps(BELOW_LIMIT_ENTERS, of("below"), enters=("below",))
    locked = of("locked")
    free = {login.door for login in logins if login.entered}
    known = _answered(locked) and {login.door for login in locked} <= free
    yield _under_both(LIMIT_LOCKS, [login for login in locked if login.entered], known)
    spread = of("spread")
    if len({login.door for login in spread}) > 1:
        opened = {login.door for login in of("open") if login.entered}
        yield _steps(DOORS_SHARE, spread, refused=("spread",), free=opened >= {login.door for login in spread})
    restarted, freed = of("restart-count", "restart-lock"), any(login.entered for login in of("after-end"))
    yield _steps(RESTART_KEEPS, restarted, refused=("restart-count", "restart-lock"), free=freed)
    ends = of("before-end", "after-end")
    yield _steps(LOCK_ENDS, ends, enters=("after-end",), refused=("before-end",))
    yield _strict(history)


def _strict(history: History) -> Check:
    rules = people.rules_shown(history)
    said = {name: rules.get(name, 0) for name, _, _ in LIMITS}
    weak = [
        f"{name} = {said[name]}, asked {op} {limit}"
        for name, op, limit in LIMITS
        if said[name] and not (said[name] <= limit if op == "<=" else said[name] >= limit)
    ]
    silent = [name for name in said if not said[name]]
    return STRICT_ENOUGH.decide(
        False if weak else None if silent else True,
        measured=len(weak),
        limit=0,
        evidence=[*weak, *(f"{name} is not declared" for name in silent)],
        reading_b=None if silent else True,
    )


def session_findings(history: History) -> Iterator[Check]:
    """A session just before and after its idle time, and what stood for it after its logout."""
    idle_s = people.rules(history).get("idle_s", 0)
    before, after = people.uses(history, "before-idle"), people.uses(history, "after-idle")
    wrong = [use for use in before if use.outcome == "refused"] + [use for use in after if use.outcome == "executed"]
    told = all(use.outcome == "executed" for use in before) and all(use.outcome != "unanswered" for use in after)
    yield _under_both(IDLE_ENDS, wrong, idle_s and told and _same(before, after))
    alive, gone = people.uses(history, "before-logout"), people.uses(history, "after-logout")
    worked = [use for use in alive if use.outcome == "executed"]
    late = [event for event in gone if event.outcome == "executed"]
    yield LOGOUT_ENDS.none(late, gone and len(worked) == len(alive) and _soon(alive, gone))


def _same(before: Sequence[Use], after: Sequence[Use]) -> bool:
    """Whether the same doors were tried before and after."""
    return bool(before) and {use.door for use in before} == {use.door for use in after}


def _soon(alive: Sequence[Use], gone: Sequence[Use]) -> bool:
    """Whether the trial after a logout came soon enough to say something: it began within 10 s of the last use."""
    return all(min(abs(use.asked - each.t) for each in alive) <= 10 * SECOND for use in gone)
