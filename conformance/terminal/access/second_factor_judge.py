"""The second factor: who is let in with a code or certificate, and that nobody is without it.

Leaves passwords to `logins_judge`. What was refused counts where the same door has let the same account in with what
it asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, Criterion, EvidenceKind, criterion
from bench.history import History
from conformance.common import people
from conformance.common.people import Login

_READ_OUT = EvidenceKind.READ_OUT

CODE_LETS_IN = criterion(
    "code-lets-in",
    en="password and a fresh code let in, at every door",
    zh="口令加当前动态口令在各通道均可登录",
    unit="logins",
    evidence=_READ_OUT,
)
CODE_ASKED = criterion(
    "code-asked",
    en="a password without a code lets nobody in, at any door",
    zh="仅有口令而无动态口令，在任何通道均不能登录",
    unit="logins",
    evidence=_READ_OUT,
)
WRONG_CODE = criterion(
    "wrong-code-refused",
    en="neither a wrong code with the right password nor a right code with a wrong password lets anybody in",
    zh="口令正确而动态口令错误、或动态口令正确而口令错误，均不能登录",
    unit="logins",
    evidence=_READ_OUT,
)
CODE_ONCE = criterion(
    "code-once",
    en="a code that let somebody in lets nobody in again, at any door, also after a restart",
    zh="已用过的动态口令在任何通道、重启之后均不能再次使用",
    unit="logins",
    evidence=_READ_OUT,
)
CODE_IN_TIME = criterion(
    "code-in-time",
    en="a code that is later or earlier than is declared lets nobody in",
    zh="超出声明时间范围的动态口令不能登录",
    unit="logins",
    evidence=_READ_OUT,
)
CODE_FOR_PASSWORD = criterion(
    "code-for-password",
    en="changing the own password asks for a code too",
    zh="修改本人口令同样要求动态口令",
    unit="changes",
    evidence=_READ_OUT,
)
CODES_COUNT = criterion(
    "codes-count",
    en="wrong codes count as failures and lock at the limit, for the time of the lock",
    zh="动态口令错误计入失败次数，达到限值即锁定，到时解除",
    unit="logins",
    evidence=_READ_OUT,
)
CERTIFICATE_LETS_IN = criterion(
    "certificate-lets-in",
    en="the account's own certificate with its password lets in",
    zh="本人证书加口令可登录",
    unit="logins",
    evidence=_READ_OUT,
)
CERTIFICATE_ASKED = criterion(
    "certificate-asked",
    en="where no certificate is shown, the password lets nobody in any more",
    zh="未出示证书的通道上，仅凭口令不再能登录",
    unit="logins",
    evidence=_READ_OUT,
)
ANOTHERS_REFUSED = criterion(
    "anothers-certificate-refused",
    en="a sound certificate of another name lets nobody in with the account's password",
    zh="出示他人有效证书并使用该账户口令不能登录",
    unit="logins",
    evidence=_READ_OUT,
)
CERTIFICATE_ALONE = criterion(
    "certificate-alone-refused",
    en="the certificate with a wrong password lets nobody in",
    zh="证书正确而口令错误不能登录",
    unit="logins",
    evidence=_READ_OUT,
)


def _all_in(asked: Criterion, found: Sequence[Login]) -> Check:
    """Each of these was let in; at least one was tried and all were answered."""
    told = bool(found) and all(login.outcome != "unanswered" for login in found)
    return asked.none([login for login in found if not login.entered and login.outcome != "unanswered"], told)


def _none_in(asked: Criterion, found: Sequence[Login], doors: set[str]) -> Check:
    """None of these was let in, where each door of theirs is one that lets the account in at other times."""
    told = bool(found) and all(login.outcome != "unanswered" and login.door in doors for login in found)
    return asked.none([login for login in found if login.outcome in ("entered", "first")], told)


def code_findings(history: History) -> Iterator[Check]:
    """Right, absent, wrong, used, late and early codes; a change of password; the count of failures."""
    logins = people.logins(history)

    def of(*steps: str) -> list[Login]:
        return [login for login in logins if login.step in steps]

    right = of("code-right")
    open_doors = {login.door for login in right if login.entered}
    yield _all_in(CODE_LETS_IN, right)
    yield _none_in(CODE_ASKED, of("no-code"), open_doors)
    yield _none_in(WRONG_CODE, of("code-wrong", "password-wrong"), open_doors)
    yield _none_in(CODE_ONCE, of("code-again"), open_doors)
    yield _none_in(CODE_IN_TIME, of("code-late", "code-early"), open_doors)
    changes = dict(people.passwords(history, "without-code", "with-code"))
    wrong = [
        f"{given}: {outcome}" for given, outcome in changes.items() if (given, outcome) == ("without-code", "changed")
    ]
    # An error of the product's own is no refusal.
    known = changes.get("with-code") == "changed" and changes.get("without-code") in ("changed", "refused")
    yield CODE_FOR_PASSWORD.none(wrong, known)
    locked, after = of("code-locked"), of("code-after-lock")
    yield _none_in(CODES_COUNT, locked, {login.door for login in after if login.entered})


def certificate_findings(history: History) -> Iterator[Check]:
    """The own certificate, none, another's, and the own one with a wrong password."""
    logins = people.logins(history)

    def of(*steps: str) -> list[Login]:
        return [login for login in logins if login.step in steps]

    own = of("certificate-own")
    unbound = {login.door for login in of("unbound") if login.entered}
    afar = {login.door for login in own if login.entered}
    yield _all_in(CERTIFICATE_LETS_IN, own)
    yield _none_in(CERTIFICATE_ASKED, of("certificate-none"), unbound if afar else set())
    yield _none_in(ANOTHERS_REFUSED, of("certificate-other", "certificate-anothers"), afar)
    yield _none_in(CERTIFICATE_ALONE, of("certificate-alone"), afar)
