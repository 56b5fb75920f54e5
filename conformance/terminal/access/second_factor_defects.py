# pyright: reportPrivateUsage=false
"""Defects of the second factor: not asked for, guessed, used again, out of time, uncounted, anybody's certificate."""

from __future__ import annotations

from dataclasses import replace

from conformance.defects import Patch, defect
from reference_terminal.access import passwords
from reference_terminal.access.accounts import CODE_PERIOD_S, Account, Accounts, LoginRefused, is_code
from reference_terminal.access.sessions import COOKIE, Session
from reference_terminal.model.messages import Text
from reference_terminal.web.accounts import Door

_IDENTITY = ("isc-2/7.4.1.1(1)a",)


def _certificate(account: Account) -> bool:
    return account.secret.startswith("certificate:")


@defect(
    "codes-asked-by-the-form-alone",
    en="a login that brings no one-time code is let in with the password alone",
    zh="登录请求不带动态口令时仅凭口令即可登录",
    clauses=_IDENTITY,
)
def asked_by_the_form(patch: Patch) -> None:
    """The form has the field; who leaves it out is taken for somebody without a second factor."""

    def second(self: Accounts, account: Account, code: str, certified: str) -> int | None:
        if not code and not _certificate(account):
            return account.secret_step
        return own(self, account, code, certified)

    own = patch(Accounts, "_second", second)


@defect(
    "pages-ask-no-code",
    en="at the pages a password is enough, whatever second factor is on",
    zh="页面登录不要求第二因素",
    clauses=_IDENTITY,
)
def pages_ask_no_code(patch: Patch) -> None:
    """Codes were built into the interface."""

    def log_in(
        self: Door, name: str, password: str, code: str, origin: str, way: str, certified: str
    ) -> tuple[str, Session]:
        account = self._desk.accounts.get(name)
        if way != COOKIE or account is None or not account.secret or _certificate(account):
            return own(self, name, password, code, origin, way, certified)
        accounts = self._desk.accounts
        accounts._commit(lambda: accounts._put(replace(account, secret="")))
        try:
            return own(self, name, password, code, origin, way, certified)
        finally:
            accounts._commit(lambda: accounts._put(account))

    own = patch(Door, "log_in", log_in)


@defect(
    "any-code-opens", en="any six digits are a right code", zh="任意六位数字均视为正确的动态口令", clauses=_IDENTITY
)
def any_code_opens(patch: Patch) -> None:
    """Only the form of the code is looked at."""

    def step(self: Accounts, account: Account, code: str) -> int | None:
        return self._clock.now_s() // CODE_PERIOD_S if len(code) == 6 and code.isdigit() else None

    patch(Accounts, "_step", step)


@defect(
    "code-in-the-place-of-the-password",
    en="a right code opens without the password",
    zh="动态口令正确即不核对口令",
    clauses=_IDENTITY,
)
def code_for_the_password(patch: Patch) -> None:
    """Who has the device is who he says."""
    codes: list[int] = []

    def step(self: Accounts, account: Account, code: str) -> int | None:
        found = own(self, account, code)
        codes[:] = [] if found is None else [found]
        return found

    def agrees(kept: str, password: str) -> bool:
        return bool(codes) or own_agrees(kept, password)

    own = patch(Accounts, "_step", step)
    own_agrees = patch(passwords, "agrees", agrees)


@defect(
    "codes-open-twice",
    en="a code opens as often as it is shown in its time",
    zh="动态口令在有效时间内可重复使用",
    clauses=_IDENTITY,
)
def codes_open_twice(patch: Patch) -> None:
    """What was used is not kept."""

    def step(self: Accounts, account: Account, code: str) -> int | None:
        return own(self, replace(account, secret_step=0), code)

    own = patch(Accounts, "_step", step)


@defect(
    "restart-forgets-codes",
    en="after a restart a used code opens again",
    zh="重启后已用过的动态口令可再次使用",
    clauses=_IDENTITY,
)
def restart_forgets_codes(patch: Patch) -> None:
    """What was used is kept in memory."""

    def deliver(self: Accounts, config: object) -> None:
        own(self, config)
        for account in self.all():
            self._put(replace(account, secret_step=0))
        self._store.flush()

    own = patch(Accounts, "_deliver", deliver)


def _window(patch: Patch, steps: range) -> None:
    def step(self: Accounts, account: Account, code: str) -> int | None:
        secret, now = self._opened(account), self._clock.now_s() // CODE_PERIOD_S
        near = (now + each for each in steps)
        return next((each for each in near if each > account.secret_step and is_code(secret, code, each)), None)

    patch(Accounts, "_step", step)


@defect(
    "codes-good-ahead",
    en="codes of the next five minutes open already",
    zh="今后 5 分钟的动态口令提前有效",
    clauses=_IDENTITY,
)
def codes_good_ahead(patch: Patch) -> None:
    """Clocks of telephones are fast at times."""
    _window(patch, range(-1, 11))


@defect(
    "codes-of-another-zone",
    en="codes are those of a clock eight hours ahead",
    zh="按快 8 小时的时钟核对动态口令",
    clauses=_IDENTITY,
)
def codes_of_another_zone(patch: Patch) -> None:
    """Local time was taken for UTC."""
    _window(patch, range(958, 963))


@defect("wrong-codes-uncounted", en="wrong codes lock nothing", zh="动态口令错误不计入失败次数", clauses=_IDENTITY)
def wrong_codes_uncounted(patch: Patch) -> None:
    """Failures are those of passwords."""

    def prove(self: Accounts, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        account = self.get(name)
        if account is not None and account.secret:
            wrong = self._second(account, code, certified) is None
            if wrong and passwords.agrees(account.kept, password):
                raise LoginRefused("login-refused", Text("the code is wrong", "动态口令错误"))
        return own(self, name, password, code, origin, certified)

    own = patch(Accounts, "_prove", prove)


def _by_certificate(patch: Patch, fits: str) -> None:
    """Accounts that are bound take a certificate `fits` says so of: any, none too, or no one's."""

    def second(self: Accounts, account: Account, code: str, certified: str) -> int | None:
        if not _certificate(account):
            return own(self, account, code, certified)
        if (fits == "any" and certified) or (fits == "none" and not certified):
            return account.secret_step
        return None if fits == "nobody's" else own(self, account, code, certified)

    own = patch(Accounts, "_second", second)


@defect(
    "any-certificate-will-do",
    en="any sound certificate is taken for the owner's",
    zh="任意有效证书均视为本人证书",
    clauses=_IDENTITY,
)
def any_certificate(patch: Patch) -> None:
    """Whoever is vouched for is let in with any account."""
    _by_certificate(patch, "any")


@defect(
    "certificate-asked-afar-alone",
    en="where none is shown, no certificate is asked for",
    zh="未出示证书时不核对证书",
    clauses=_IDENTITY,
)
def certificate_asked_afar(patch: Patch) -> None:
    """Only what is there is compared."""
    _by_certificate(patch, "none")


@defect(
    "own-certificate-refused",
    en="a bound account is let in with no certificate",
    zh="绑定证书后无法登录",
    clauses=_IDENTITY,
)
def own_certificate_refused(patch: Patch) -> None:
    """The name is compared with the number."""
    _by_certificate(patch, "nobody's")


@defect(
    "certificate-in-the-place-of-the-password",
    en="with the right certificate any password opens",
    zh="证书正确即不核对口令",
    clauses=_IDENTITY,
)
def certificate_for_the_password(patch: Patch) -> None:
    """The certificate was thought to be enough."""

    def prove(self: Accounts, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        account = self.get(name)
        if account is not None and _certificate(account) and self._second(account, code, certified) is not None:
            return account
        return own(self, name, password, code, origin, certified)

    own = patch(Accounts, "_prove", prove)


@defect(
    "own-password-never-with-a-code",
    en="who has a second factor cannot change the own password: the code is not handed on",
    zh="启用动态口令的用户无法修改本人口令：动态口令未被传递",
    clauses=_IDENTITY,
)
def own_password_never_with_a_code(patch: Patch) -> None:
    """The field of the form is read under another name."""

    def change(self: Door, name: str, password: str, new: str, code: str, origin: str, certified: str) -> None:
        own(self, name, password, new, "", origin, certified)

    own = patch(Door, "change", change)
