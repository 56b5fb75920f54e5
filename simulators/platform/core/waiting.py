"""What is to be done at an instant: kept in the database, so that a restart forgets none; one timer, no tick."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable

from sqlalchemy import delete, func, select

from simulators.platform.core.ground import Ground
from simulators.platform.core.tables import DueRow

_log = logging.getLogger("simulators.platform")
_MOST_S = 86_400.0
"""A timer is never set further ahead: clocks are set."""


class Waiting:
    """The appointments of one platform; `call(name, subject)` is set by who carries them out."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._timer: asyncio.TimerHandle | None = None
        self._call: Callable[[str, str], None] | None = None

    def begin(self, call: Callable[[str, str], None]) -> None:
        """From now on appointments are kept; those missed while the platform was away at once."""
        self._call = call
        self._set()

    def end(self) -> None:
        """No longer."""
        self._call = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def put(self, at_us: int, name: str, subject: str) -> None:
        """An appointment in place of the one of this name and subject."""
        if name not in self._ground.plans.times:
            raise LookupError(f"no area declares @on_time({name!r})")
        with self._ground.db.begin() as session:
            row = session.get(DueRow, (name, subject))
            if row is None:
                session.add(DueRow(name=name, subject=subject, at=at_us))
            else:
                row.at = at_us
            session.flush()
        self._set()

    def _set(self) -> None:
        if self._call is None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        with self._ground.db.begin() as session:
            first = session.scalar(select(func.min(DueRow.at)))
        if first is not None:
            delay = max(0.0, min((first - self._ground.now_us()) / 1_000_000, _MOST_S))
            self._timer = asyncio.get_running_loop().call_later(delay, self._due)

    def _due(self) -> None:
        self._timer = None
        now = self._ground.now_us()
        with self._ground.db.begin() as session:
            asked = select(DueRow.name, DueRow.subject).where(DueRow.at <= now)
            due = list(session.execute(asked.order_by(DueRow.at, DueRow.name, DueRow.subject)))
        for name, subject in due:
            try:
                self._kept(name, subject, self._call)
            except Exception:
                # What fails once would fail for ever, and hold up whatever comes after it.
                _log.error("%s %r\n%s", name, subject, traceback.format_exc())
                self._kept(name, subject, None)
        self._set()

    def _kept(self, name: str, subject: str, call: Callable[[str, str], None] | None) -> None:
        with self._ground.db.begin() as session:
            session.execute(delete(DueRow).where(DueRow.name == name, DueRow.subject == subject))
            if call is not None:
                call(name, subject)
