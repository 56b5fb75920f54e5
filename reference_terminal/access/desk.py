"""The access room put together: rules, log, accounts and sessions of one terminal.

Leaves the addresses to the web room.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from reference_terminal.access import messages
from reference_terminal.access.accounts import Account, Accounts, Sealer
from reference_terminal.access.audit import Audit
from reference_terminal.access.proposals import Proposals
from reference_terminal.access.rules import SCOPE, Rules
from reference_terminal.access.sessions import Session, Sessions
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.settings.accounts import AccountsConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

_LOCKED, _YES, _NO = "configuring_locked", "yes", "no"


class Desk:
    """Where everybody who comes to the terminal is asked for."""

    def __init__(
        self,
        config: AccountsConfig,
        store: Store,
        clock: WallClock,
        journal: Journal,
        chance: random.Random,
        vault: Sealer | None,
        sessions: Sessions,
        password_kib: int,
    ) -> None:
        self._journal = journal
        self._store = store
        self.names = config.names
        self.rules = Rules(config, store, journal)
        code: Callable[[str], str] | None = None if vault is None else vault.code
        self.audit = Audit(store, clock, journal, self.rules, code)
        self.audit.look_at_end()
        self.accounts = Accounts(config, store, clock, journal, chance, vault, self.rules, password_kib)
        self.proposals = Proposals(store, journal) if config.second_check else None
        self.sessions = sessions
        sessions.ended = self._ended
        self.keep_time()

    def keep_time(self) -> None:
        """Sessions last as the rules in force say."""
        rules = self.rules()
        self.sessions.idle_s, self.sessions.session_s = rules.idle_s, rules.session_s

    @property
    @seam
    def locked(self) -> bool:
        """Whether configuring on the spot is locked from afar (R-41)."""
        return self._store.setting(SCOPE, _LOCKED) == _YES

    @seam
    def lock(self, author: str, *, locked: bool) -> bool:
        """Lock or release; False if the store cannot be written."""

        def gather() -> None:
            self._store.keep_setting(SCOPE, _LOCKED, _YES if locked else _NO)
            said = messages.TERMINAL_LOCKED if locked else messages.TERMINAL_RELEASED
            self._journal.event(said, "terminal", author=author)

        return self._store.attempt(gather)

    @seam
    def begin(self, account: Account, origin: str, way: str) -> tuple[str, Session]:
        """A session for who has proved who he is."""
        token, session = self.sessions.begin(account.name, account.role, origin, way)
        self._journal.event(messages.LOGIN, account.name, role=account.role, way=way, user=account.name)
        self._store.flush()
        return token, session

    def end(self, session: Session) -> None:
        """End a session as its owner asks."""
        self.sessions.end(session)
        self._journal.event(messages.LOGOUT, session.account, user=session.account)
        self._store.flush()

    def _ended(self, session: Session, why: Text) -> None:
        self._journal.event(messages.SESSION_ENDED, session.account, reason=why, user=session.account)


class Gate:
    """So many at once, then so many a second: what takes the processor's time cannot be asked for without end."""

    def __init__(self, burst: float, each_s: float) -> None:
        self._burst = burst
        self._each_s = each_s
        self._left = burst
        self._at_s = 0.0

    def passes(self) -> bool:
        """Take one, if there is one left."""
        now_s = asyncio.get_running_loop().time()
        self._left = min(self._burst, self._left + (now_s - self._at_s) * self._each_s)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
