"""Who somebody is: accounts, passwords (argon2), sessions by token, lock after failures, idle logout.

Leaves rights to `rights`. An account is an object of kind `account`; what is secret of it stands in tables of its own.
A session outlasts a restart of the platform. Tokens are kept by their digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select

from simulators.platform.core.audit import Audit
from simulators.platform.core.ground import Ground
from simulators.platform.core.rights import SYSTEM, Account
from simulators.platform.core.seams import seam
from simulators.platform.core.sentences import Refused, one_line, wrong
from simulators.platform.core.tables import ObjectRow, PasswordRow, SessionRow

_SECOND = 1_000_000
_SEEN_US = 60 * _SECOND
"""How exactly the database knows when a session was last used."""
_MOST_PASSWORD = 1_024


@dataclass
class Session:
    """A session of somebody who is logged in; `csrf` is asked for where the browser brings the token by itself."""

    account: str
    csrf: str
    opened: int
    seen: int
    kept_seen: int


class Accounts:
    """The accounts and sessions of one platform."""

    def __init__(self, ground: Ground, audit: Audit) -> None:
        people = ground.settings.people
        self._ground, self._audit = ground, audit
        self._hasher = PasswordHasher(
            time_cost=people.argon_time, memory_cost=people.argon_kib, parallelism=1, hash_len=32, salt_len=16
        )
        self._sessions: dict[str, Session] = {}
        self._known: dict[str, Account] = {}
        self._nobodys = ""
        ground.changed.append(self._forget)

    def _forget(self, kind: str) -> None:
        if kind in ("account", "enterprise", "park"):
            self._known.clear()

    def begin(self) -> None:
        """Sessions of the life before."""
        with self._ground.db.begin() as session:
            for row in session.scalars(select(SessionRow).order_by(SessionRow.opened, SessionRow.token)):
                self._sessions[row.token] = Session(row.account, row.csrf, row.opened, row.seen, row.seen)

    def none(self) -> bool:
        """Whether there is no account yet."""
        with self._ground.db.begin() as session:
            return not session.scalar(select(func.count()).select_from(PasswordRow))

    # Passwords.

    def set_password(self, account: str, password: str) -> None:
        """Keep a password. Raises Refused if it is too short."""
        least = self._ground.settings.people.password_min
        if not least <= len(password) <= _MOST_PASSWORD:
            raise wrong("password", f"expected at least {least} characters", f"至少 {least} 个字符")
        digest = self._hasher.hash(password, salt=self._ground.chance.randbytes(16))
        with self._ground.db.begin() as session:
            row = session.get(PasswordRow, account)
            now = self._ground.now_us()
            if row is None:
                session.add(PasswordRow(account=account, digest=digest, failures=0, locked_until=0, set_at=now))
            else:
                row.digest, row.failures, row.locked_until, row.set_at = digest, 0, 0, now
        self.end_all(account)

    def forget_password(self, account: str) -> None:
        """The account is no more."""
        with self._ground.db.begin() as session:
            session.execute(delete(PasswordRow).where(PasswordRow.account == account))
        self.end_all(account)

    def _verifies(self, digest: str, password: str) -> bool:
        """Whether a password is the one kept."""
        try:
            return self._hasher.verify(digest, password)
        except (VerificationError, InvalidHashError):
            return False

    def change_own(self, account: Account, old: str, new: str) -> None:
        """Somebody's own password, who knows the old one; wrong ones count as at a login. Raises Refused."""
        refused: Refused | None = None
        with self._ground.db.begin() as session:
            now = self._ground.now_us()
            row = session.get(PasswordRow, account.name)
            if row is not None and row.locked_until > now:
                refused = _locked()
            elif row is None or not self._verifies(row.digest, old[:_MOST_PASSWORD]):
                refused = Refused(403, "the old password is wrong", "原密码错误")
                if row is not None:
                    self._failed(row, now)
            else:
                self.set_password(account.name, new)
            outcome = "refused" if refused else "done"
            self._audit.note(account, "password", "account", account.name, outcome=outcome)
        if refused:
            raise refused

    # Sessions.

    def login(self, name: str, password: str) -> tuple[str, str]:
        """A new session: its token, and what goes with it against forged requests. Raises Refused."""
        refused: Refused | None = None
        token = csrf = ""
        name = one_line(name, 120)
        with self._ground.db.begin() as session:
            now = self._ground.now_us()
            row = session.get(PasswordRow, name)
            known = self.account(name)
            seen = known or Account(name[:80], "")
            if row is not None and row.locked_until > now:
                refused = _locked()
            elif not self._verifies(self._digest_of(row), password[:_MOST_PASSWORD]) or row is None or known is None:
                refused = Refused(401, "name or password is wrong", "账号或密码错误")
                if row is not None:
                    self._failed(row, now)
            elif len(self._sessions) >= self._ground.settings.people.sessions and not self._swept(now):
                refused = Refused(503, "too many sessions are open", "会话数已达上限")
            else:
                row.failures = 0
                token, csrf = self._opened(name, now)
                session.add(SessionRow(token=_digest(token), account=name, csrf=csrf, opened=now, seen=now))
            self._audit.note(seen, "login", "account", name, outcome="refused" if refused else "done")
        if refused:
            raise refused
        return token, csrf

    def _digest_of(self, row: PasswordRow | None) -> str:
        """What a password is held against; of a name that nobody has something else, so that it takes as long."""
        if row is not None:
            return row.digest
        if not self._nobodys:
            self._nobodys = self._hasher.hash("", salt=bytes(16))
        return self._nobodys

    def _failed(self, row: PasswordRow, now: int) -> None:
        """One failure more; the account is locked after so many in a row."""
        people = self._ground.settings.people
        row.failures += 1
        if row.failures >= people.lock_after:
            row.failures, row.locked_until = 0, now + people.lock_s * _SECOND

    def _opened(self, name: str, now: int) -> tuple[str, str]:
        token, csrf = (f"{self._ground.chance.getrandbits(256):064x}" for _ in range(2))
        self._sessions[_digest(token)] = Session(name, csrf, now, now, now)
        return token, csrf

    def _swept(self, now: int) -> bool:
        """End the sessions that were idle too long; whether there were any."""
        idle = [token for token, each in self._sessions.items() if self._idle(each, now)]
        for token in idle:
            self._end(token)
        return bool(idle)

    @seam
    def _idle(self, session: Session, now: int) -> bool:
        """Whether a session was not used for too long."""
        return now - session.seen >= self._ground.settings.people.idle_s * _SECOND

    def who(self, token: str) -> tuple[Account, Session] | None:
        """Whose token this is; None if nobody's, or nobody's any more."""
        digest = _digest(token)
        session = self._sessions.get(digest)
        if session is None:
            return None
        now = self._ground.now_us()
        account = self.account(session.account)
        if account is None or self._idle(session, now):
            self._end(digest)
            return None
        session.seen = now
        if now - session.kept_seen >= _SEEN_US:
            session.kept_seen = now
            with self._ground.db.begin() as opened:
                row = opened.get(SessionRow, digest)
                if row is not None:
                    row.seen = now
        return account, session

    def logout(self, token: str) -> None:
        """End a session."""
        self._end(_digest(token))

    def end_all(self, account: str) -> None:
        """End the sessions of an account."""
        for token in [token for token, each in self._sessions.items() if each.account == account]:
            self._end(token)

    @seam
    def _end(self, digest: str) -> None:
        self._sessions.pop(digest, None)
        with self._ground.db.begin() as session:
            session.execute(delete(SessionRow).where(SessionRow.token == digest))

    @property
    def online(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    # Accounts.

    def account(self, name: str) -> Account | None:
        """The account of a name, if it exists and may be used."""
        if name == SYSTEM.name:
            return None
        known = self._known.get(name)
        if known is None:
            known = self._load(name)
            if known is not None:
                self._known[name] = known
        return known

    @seam
    def _load(self, name: str) -> Account | None:
        with self._ground.db.begin() as session:
            row = session.get(ObjectRow, ("account", name))
            if row is None:
                return None
            told: dict[str, str] = msgspec.json.decode(row.body)
            if told.get("state") != "active":
                return None
            enterprise, park, region = told["enterprise"], told["park"], told["region"]
            if enterprise:
                home = session.get(ObjectRow, ("enterprise", enterprise))
                park, region = (home.park, home.region) if home is not None else (park, region)
            elif park and not region:
                home = session.get(ObjectRow, ("park", park))
                region = home.region if home is not None else ""
        return Account(name, told["role"], enterprise, park, region)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _locked() -> Refused:
    return Refused(423, "the account is locked; try again later", "账号已锁定，请稍后再试")
