"""The accounts of a terminal: who there is, proving who one is, locking after failures (ISC-2 7.4.1.1, ruling R-36).

Leaves sessions to `sessions` and who may do what to `rights`. Failures are counted in the store, whatever way somebody
came and however often the terminal started anew; what is decided is committed before it is answered. A name that was
used once is never given to somebody else. Each row bears a check code where there is a passphrase: an altered account
opens nothing.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from reference_terminal.access import messages, passwords, reasons
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Refused, Text, listing
from reference_terminal.model.sealed import SealedError, is_sealed
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S
from reference_terminal.model.words import WORDS
from reference_terminal.settings.accounts import ROLES, SECURITY_ROLES, AccountsConfig, RulesConfig, is_listed
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

REMOVED = "removed"
CODE_DIGITS, CODE_PERIOD_S = 6, 30
_SECRET = 20
_CERTIFICATE = "certificate:"
"""What stands before the name in the certificate that is an account's second factor."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, kept TEXT NOT NULL, set_s INTEGER NOT NULL, first INTEGER NOT NULL,
  failures INTEGER NOT NULL, locked_until_ms INTEGER NOT NULL, disabled INTEGER NOT NULL, made_s INTEGER NOT NULL,
  former TEXT NOT NULL, secret TEXT NOT NULL, secret_step INTEGER NOT NULL, code TEXT NOT NULL) WITHOUT ROWID
"""


class Sealer(Protocol):
    """Who seals secrets at rest and makes check codes."""

    def seal(self, name: str, secret: bytes) -> str:
        """The sealed form of a secret."""
        ...

    def open(self, name: str, text: str) -> bytes:
        """The secret sealed under a name. Raises SealedError."""
        ...

    def code(self, text: str) -> str:
        """A check code over a text."""
        ...


@dataclass(frozen=True)
class Account:
    """One account as it is stored. `first`: its password was given by another and opens nothing until changed.

    `former` are kept forms of former passwords as JSON; `secret` is that of one-time codes, sealed where there is a
    passphrase, and `secret_step` the last 30 s whose code was taken; or it names the certificate that its owner shows.
    """

    name: str
    role: str
    kept: str
    set_s: int
    first: int = 1
    failures: int = 0
    locked_until_ms: int = 0
    disabled: int = 0
    made_s: int = 0
    former: str = "[]"
    secret: str = ""
    secret_step: int = 0


_COLUMNS = tuple(each.name for each in fields(Account))


class LoginRefused(Refused):
    """A login that opens nothing: a code that never changes, and a sentence in two languages."""

    def __init__(self, code: str, said: Text, retry_s: int = 0) -> None:
        super().__init__(said)
        self.code = code
        self.retry_s = retry_s


class OrderRefused(Refused):
    """An order about an account that cannot be carried out."""

    def __init__(self, status: int, said: Text) -> None:
        super().__init__(said)
        self.status = status


BUSY = LoginRefused("store-busy", reasons.STORE_BUSY(), 5)
_WRONG = ("login-refused", reasons.WRONG_LOGIN())


class Accounts:
    """All accounts of a terminal."""

    def __init__(
        self,
        config: AccountsConfig,
        store: Store,
        clock: WallClock,
        journal: Journal,
        chance: random.Random,
        vault: Sealer | None,
        rules: Callable[[], RulesConfig],
        kib: int,
    ) -> None:
        self._store = store
        self._kib = kib
        self._clock = clock
        self._journal = journal
        self._chance = chance
        self._vault = vault
        self._rules = rules
        store.connection.execute(_SCHEMA)
        self._deliver(config)

    @seam
    def _deliver(self, config: AccountsConfig) -> None:
        """Make the delivered accounts that there never were."""
        now_s = self._clock.now_s()
        for each in config.delivered:
            if self._row(each.name) is None:
                kept = passwords.made(each.password, self._chance, self._kib)
                self._put(Account(self.key(each.name), each.role, kept, now_s, made_s=now_s))
                self._journal.event(messages.ACCOUNT_DELIVERED, each.name, role=each.role)
        self._store.flush()
        for name in self.names():
            if self._altered(name):
                self._journal.raise_alarm(messages.ACCOUNT_ALTERED, name)
            else:
                self._journal.clear_alarm(messages.ACCOUNT_ALTERED, name)

    # Keeping

    @staticmethod
    def key(name: str) -> str:
        """The form of a name that there is once."""
        return name.strip().lower()

    def _row(self, name: str) -> tuple[Any, ...] | None:
        columns = ", ".join(_COLUMNS)
        return self._store.connection.execute(
            f"SELECT {columns}, code FROM account WHERE name=?", (self.key(name),)
        ).fetchone()

    def _altered(self, name: str) -> bool:
        row = self._row(name)
        return row is not None and self._vault is not None and row[-1] != self._code(Account(*row[:-1]))

    def _code(self, account: Account) -> str:
        values = ["account", *(getattr(account, name) for name in _COLUMNS)]
        return "" if self._vault is None else self._vault.code(json.dumps(values, ensure_ascii=False))

    def get(self, name: str) -> Account | None:
        """An account that can be used or given orders about; None if there is none, or it was removed or altered."""
        row = self._row(name)
        if row is None or self._altered(name):
            return None
        account = Account(*row[:-1])
        return None if account.role == REMOVED else account

    def names(self) -> list[str]:
        """All names that were ever used, in order."""
        return [name for (name,) in self._store.connection.execute("SELECT name FROM account ORDER BY name")]

    def all(self) -> list[Account]:
        """The accounts that there are, in the order of their names."""
        found = (self.get(name) for name in self.names())
        return [each for each in found if each is not None]

    def _put(self, account: Account) -> None:
        values = (*(getattr(account, name) for name in _COLUMNS), self._code(account))
        self._store.write(f"INSERT OR REPLACE INTO account VALUES ({','.join('?' * len(values))})", values)

    def _commit(self, gather: Callable[[], None]) -> None:
        if not self._store.attempt(gather):
            raise BUSY

    # Login

    def log_in(self, name: str, password: str, code: str, origin: str, certified: str = "") -> Account:
        """Who has proved who he is. Raises LoginRefused; every refusal is in the log before it is answered.

        `certified` is the name in the certificate that was shown on the way (empty: none).
        """
        account = self._prove(name, password, code, origin, certified)
        rules = self._rules()
        if account.first:
            raise self._refuse(account.name, "password-change-required", reasons.GIVEN_BY_ANOTHER())
        if self.is_expired(account, rules):
            raise self._refuse(account.name, "password-expired", reasons.PASSWORD_TOO_OLD(days=rules.password_days))
        return account

    def change_password(self, name: str, password: str, new: str, code: str, origin: str, certified: str = "") -> None:
        """Put a new password in the place of the own one, first and expired ones included. Raises LoginRefused."""
        account = self._prove(name, password, code, origin, certified)
        former: list[str] = [*json.loads(account.former), account.kept]
        wrong = passwords.fault(new, account.name, self._rules(), former)
        if wrong is not None:
            raise LoginRefused("password-too-simple", wrong)
        rules = self._rules()
        kept = former[-rules.former :] if rules.former else []
        changed = replace(
            account,
            kept=passwords.made(new, self._chance, self._kib),
            set_s=self._clock.now_s(),
            first=0,
            former=json.dumps(kept),
        )

        def gather() -> None:
            self._put(changed)
            self._journal.event(messages.PASSWORD_CHANGED, account.name, user=account.name)

        self._commit(gather)

    @seam
    def _prove(self, name: str, password: str, code: str, origin: str, certified: str) -> Account:
        """The account that name, password and second factor belong to. Raises LoginRefused."""
        account = self.get(name)
        if account is None or account.disabled or account.role not in ROLES:
            passwords.agrees(passwords.nobodys(self._kib), password)
            said = self.key(name)[:32]
            raise self._refuse(said if said.isprintable() else "", *_WRONG)
        if account.role == "administrator" and not is_listed(origin, self._rules().administrators_from):
            self._journal.event(messages.ADDRESS_REFUSED, account.name, origin=origin, user=account.name)
            self._store.flush()
            raise LoginRefused("address-refused", reasons.NOT_FROM_HERE())
        left_ms = self.locked_ms(account)
        if left_ms > 0:
            left_s = -(-left_ms // 1000)
            raise self._refuse(account.name, "account-locked", reasons.LOCKED(seconds=left_s), left_s)
        step = self._second(account, code, certified)
        if not passwords.agrees(account.kept, password) or step is None:
            self._fail(account)
            raise LoginRefused(*_WRONG)
        proved = replace(account, failures=0, locked_until_ms=0, secret_step=step)
        if proved != account:
            self._commit(lambda: self._put(proved))
        return proved

    def locked_ms(self, account: Account) -> int:
        """How long an account stays locked, ms; never longer than the rule, whatever the clock did meanwhile."""
        left_ms = account.locked_until_ms - self._clock.now_ms()
        return max(0, min(left_ms, self._rules().lock_s * 1000))

    @seam
    def is_expired(self, account: Account, rules: RulesConfig) -> bool:
        """Whether the password is too old."""
        return self._clock.now_s() - account.set_s > rules.password_days * DAY_S

    @seam
    def _fail(self, account: Account) -> None:
        """Count a failure; the one that is too many locks."""
        rules = self._rules()
        failures = (0 if account.locked_until_ms else account.failures) + 1
        locks = failures >= rules.max_failures
        until_ms = self._clock.now_ms() + rules.lock_s * 1000 if locks else 0
        failed = replace(account, failures=failures, locked_until_ms=until_ms)

        def gather() -> None:
            self._put(failed)
            self._tell_failed(account.name, reasons.WRONG_LOGIN())
            if locks:
                self._journal.event(
                    messages.ACCOUNT_LOCKED, account.name, seconds=rules.lock_s, count=failures, user=account.name
                )

        self._commit(gather)

    def _refuse(self, name: str, code: str, said: Text, retry_s: int = 0) -> LoginRefused:
        """What is answered to a login that is refused, once it is in the log."""
        self._tell_failed(name, said)
        return LoginRefused(code, said, retry_s) if self._store.flush() else BUSY

    @seam
    def _tell_failed(self, name: str, said: Text) -> None:
        self._journal.event(messages.LOGIN_FAILED, name, reason=said, user=name)

    # The second factor: one-time codes (RFC 6238), or a certificate shown on the way

    @seam
    def _second(self, account: Account, code: str, certified: str) -> int | None:
        """None where the second factor is wrong; else the last 30 s whose code was taken."""
        if not account.secret:
            return account.secret_step
        if account.secret.startswith(_CERTIFICATE):
            return account.secret_step if certified == account.secret.removeprefix(_CERTIFICATE) else None
        return self._step(account, code)

    @seam
    def _step(self, account: Account, code: str) -> int | None:
        """The 30 s of a right code that was not taken yet; None for a wrong one."""
        secret = self._opened(account)
        now = self._clock.now_s() // CODE_PERIOD_S
        for step in (now, now - 1, now + 1):
            if secret and step > account.secret_step and is_code(secret, code, step):
                return step
        return None

    def _opened(self, account: Account) -> bytes:
        if not is_sealed(account.secret):
            return bytes.fromhex(account.secret)
        try:
            return b"" if self._vault is None else self._vault.open(f"second factor {account.name}", account.secret)
        except SealedError:
            return b""

    def new_secret(self) -> bytes:
        """A secret for one-time codes, not yet in force."""
        return self._chance.randbytes(_SECRET)

    @seam
    def set_second_factor(self, name: str, secret: bytes, code: str) -> bool:
        """Ask for one-time codes from now on, if this is one; False if it is not."""
        account = self._known(name)
        now = self._clock.now_s() // CODE_PERIOD_S
        step = next((step for step in (now, now - 1, now + 1) if is_code(secret, code, step)), None)
        if step is None:
            return False
        text = secret.hex() if self._vault is None else self._vault.seal(f"second factor {account.name}", secret)

        def gather() -> None:
            self._put(replace(account, secret=text, secret_step=step))
            self._journal.event(messages.SECOND_FACTOR_ON, account.name)

        self._commit(gather)
        return True

    # Orders of administrator and operator

    def _known(self, name: str) -> Account:
        account = self.get(name)
        if account is None:
            raise OrderRefused(404, reasons.NO_ACCOUNT(got=repr(name[:32])))
        return account

    def add(self, name: str, author: str) -> None:
        """Make an account without role and password; another person gives both."""
        if self._row(name) is not None:
            raise OrderRefused(409, reasons.NAME_TAKEN())
        now_s = self._clock.now_s()
        made = Account(self.key(name), "", "", now_s, made_s=now_s)
        self._order(made, lambda: self._journal.event(messages.ACCOUNT_ADDED, made.name, author=author))

    def disable(self, name: str, author: str, *, disabled: bool) -> None:
        """Shut an account or open it again."""
        account = self._other(name, author)
        if disabled:
            self._keep_one(account)
        said = messages.ACCOUNT_DISABLED if disabled else messages.ACCOUNT_ENABLED
        changed = replace(account, disabled=int(disabled))
        self._order(changed, lambda: self._journal.event(said, account.name, author=author))

    def remove(self, name: str, author: str) -> None:
        """End an account; its name stays taken."""
        account = self._other(name, author)
        self._keep_one(account)
        gone = replace(account, role=REMOVED, kept="", secret="", former="[]")
        self._order(gone, lambda: self._journal.event(messages.ACCOUNT_REMOVED, account.name, author=author))

    def give_role(self, name: str, role: str, author: str) -> None:
        """Give a role; one of the three of security is given once and for all (ISC-2 7.4.1.2(1))."""
        account = self._other(name, author)
        if role not in ROLES:
            raise OrderRefused(400, reasons.UNKNOWN_ROLE(known=listing(ROLES)))
        if account.role and (account.role in SECURITY_ROLES or role in SECURITY_ROLES):
            raise OrderRefused(409, reasons.ROLES_EXCLUDE(name=account.name, role=account.role))
        before = account.role or "-"
        told = {
            "author": author,
            "before": Text(before, WORDS.get(before, before)),
            "after": Text(role, WORDS[role]),
        }
        changed = replace(account, role=role)
        self._order(changed, lambda: self._journal.event(messages.ROLE_GIVEN, account.name, **told))

    def give_password(self, name: str, password: str, author: str) -> None:
        """Give a first password, in the place of one that was forgotten too; the second factor ends with it."""
        account = self._other(name, author)
        wrong = passwords.fault(password, account.name, self._rules(), [*json.loads(account.former), account.kept])
        if wrong is not None:
            raise OrderRefused(400, wrong)
        changed = replace(
            account,
            kept=passwords.made(password, self._chance, self._kib),
            set_s=self._clock.now_s(),
            first=1,
            failures=0,
            locked_until_ms=0,
        )
        self._order(changed, lambda: self._journal.event(messages.PASSWORD_GIVEN, account.name, author=author))

    def bind_certificate(self, name: str, certificate: str, author: str) -> None:
        """Let an account in with a certificate of this name alone; it takes the place of one-time codes."""
        account = self._other(name, author)
        changed = replace(account, secret=_CERTIFICATE + certificate, secret_step=0)
        told = {"author": author, "certificate": certificate}
        self._order(changed, lambda: self._journal.event(messages.CERTIFICATE_BOUND, account.name, **told))

    def end_second_factor(self, name: str, author: str) -> None:
        """Ask for no second factor any more, because its device was lost."""
        account = self._other(name, author)
        changed = replace(account, secret="", secret_step=0)
        self._order(changed, lambda: self._journal.event(messages.SECOND_FACTOR_OFF, account.name, author=author))

    def unlock(self, name: str, author: str) -> None:
        """End a lock before its time."""
        account = self._other(name, author)
        changed = replace(account, failures=0, locked_until_ms=0)
        self._order(changed, lambda: self._journal.event(messages.ACCOUNT_UNLOCKED, account.name, author=author))

    def _other(self, name: str, author: str) -> Account:
        """An account that the author may give orders about: any but the own."""
        account = self._known(name)
        if account.name == self.key(author):
            raise OrderRefused(403, reasons.OWN_ACCOUNT())
        return account

    def _keep_one(self, account: Account) -> None:
        """There stays one account of each role of security that can be used."""
        others = [each for each in self.all() if each.role == account.role and not each.disabled and each != account]
        if account.role in SECURITY_ROLES and not others:
            raise OrderRefused(409, reasons.LAST_OF_ROLE(role=account.role))

    def _order(self, changed: Account, tell: Callable[[], None]) -> None:
        def gather() -> None:
            self._put(changed)
            tell()

        self._commit(gather)


def is_code(secret: bytes, code: str, step: int) -> bool:
    """Whether this is the code of a 30 s of the clock (RFC 6238, SHA-1, six digits)."""
    try:
        TOTP(secret, CODE_DIGITS, SHA1(), CODE_PERIOD_S).verify(code.encode(), step * CODE_PERIOD_S)
    except (InvalidToken, InvalidSignature, ValueError):
        return False
    return True


def unused(listed: Sequence[Account]) -> list[str]:
    """Accounts that nobody has changed the first password of."""
    return [each.name for each in listed if each.first]
