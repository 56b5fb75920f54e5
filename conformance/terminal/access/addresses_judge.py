"""Addresses of administrators: who came from where, and what became of it (R-38).

Leaves what the log is otherwise to `audit_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, Notice, criterion
from bench.history import History
from conformance.common import people
from conformance.common.people import Login
from conformance.common.times import SECOND

_READ_OUT = EvidenceKind.READ_OUT

LISTED_ENTER = criterion(
    "listed-enter",
    en="an administrator is let in from a listed address, single or of a range, and from any before there is a list",
    zh="管理员从所列地址（单个、地址段）可以登录，未设列表时从任何地址可以登录",
    unit="logins",
    evidence=_READ_OUT,
    condition=True,
)
UNLISTED_REFUSED = criterion(
    "unlisted-refused",
    en="an administrator with the right password is refused from an address that is not listed, at every door",
    zh="管理员从未列地址以正确口令登录，在各通道均被拒绝",
    unit="logins",
    evidence=_READ_OUT,
)
NOT_LOOKED_AT = criterion(
    "password-not-looked-at",
    en="wrong passwords from an address that is not listed lock nobody: they were not looked at",
    zh="从未列地址输入错误口令不计失败、不锁定账户（未核对口令）",
    unit="logins",
    evidence=_READ_OUT,
)
OTHERS_ENTER = criterion(
    "others-enter",
    en="whoever is no administrator is let in from there as before",
    zh="非管理员从未列地址登录不受影响",
    unit="logins",
    evidence=_READ_OUT,
)
REFUSAL_LOGGED = criterion(
    "address-refusal-logged",
    en="each refusal for the address has its entry in the log",
    zh="因地址被拒的登录均记入日志",
    unit="logins",
    notices=(Notice.LOGIN_FAILED,),
    evidence=_READ_OUT,
)


def findings(history: History) -> Iterator[Check]:
    """Without a list, with a single address, with a range."""
    listed = _of(history, "any-listed", "any-unlisted", "single-listed", "range-listed")
    yield LISTED_ENTER.none_among(listed, [login for login in listed if not login.entered])
    unlisted = _of(history, "single-unlisted", "range-unlisted")
    let_in = {login.step for login in listed if login.entered} >= {"any-unlisted", "single-listed", "range-listed"}
    entered = [login for login in unlisted if login.outcome in ("entered", "first")]
    yield UNLISTED_REFUSED.none(entered, unlisted and let_in)
    wrong, after = _of(history, "range-unlisted-wrong"), _of(history, "range-after")
    barred = [login for login in after if not login.entered]
    yield NOT_LOOKED_AT.none_among(wrong and after and let_in, barred)
    others = _of(history, "any-others", "single-others", "range-others")
    refused = [login for login in others if not login.entered and login.step != "any-others"]
    before = any(login.step == "any-others" and login.entered for login in others)
    yield OTHERS_ENTER.none_among(before and unlisted, refused)
    yield _logged(history, [login for login in unlisted if login.outcome == "refused"])


def _of(history: History, *steps: str) -> list[Login]:
    return [login for login in people.logins(history, *steps) if login.outcome != "unanswered"]


def _logged(history: History, refused: list[Login]) -> Check:
    entries = [entry for look in people.readings(history, "all") for entry in look.entries if entry.failure]
    lost = [
        str(login)
        for login in refused
        if not any(
            entry.at is not None and abs(entry.at - login.t) <= 2 * SECOND and entry.user == login.user
            for entry in entries
        )
    ]
    return REFUSAL_LOGGED.none(lost, refused and entries)
