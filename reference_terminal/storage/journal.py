"""The durable event log and the alarms of the terminal (seeds of the audit log).

Leaves deciding what is an event to the rooms that report it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso_ms
from reference_terminal.storage.store import Store


class Journal:
    """Events and alarms, in English and Chinese, kept in the store and shown on the screen."""

    def __init__(self, store: Store, clock: WallClock, log: Callable[[str], None] | None) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._raised: dict[tuple[str, str], None] = {}
        for kind, subject in store.connection.execute("SELECT kind, subject FROM alarm WHERE cleared_ms IS NULL"):
            self._raised[(kind, subject)] = None

    def say(self, text: str) -> None:
        """One line on the screen, not kept."""
        if self._log is not None:
            self._log(f"{iso_ms(self._clock.now_ms())} {text}")

    def event(self, kind: str, subject: str, en: str, zh: str) -> None:
        """Keep an event; it is committed with the next batch."""
        at_ms = self._clock.now_ms()
        self._store.write(
            "INSERT INTO event (at_ms, kind, subject, en, zh) VALUES (?,?,?,?,?)", (at_ms, kind, subject, en, zh)
        )
        self._store.touch()
        if self._log is not None:
            self._log(f"{iso_ms(at_ms)} [{kind}] {subject}: {en} / {zh}")

    def raise_alarm(self, kind: str, subject: str, en: str, zh: str) -> None:
        """Raise an alarm once; it stands until it is cleared."""
        if (kind, subject) in self._raised:
            return
        self._raised[(kind, subject)] = None
        self._store.write(
            "INSERT INTO alarm (kind, subject, raised_ms, en, zh) VALUES (?,?,?,?,?)",
            (kind, subject, self._clock.now_ms(), en, zh),
        )
        self.event(f"alarm {kind}", subject, en, zh)

    def clear_alarm(self, kind: str, subject: str) -> None:
        """Clear an alarm that stands."""
        if (kind, subject) not in self._raised:
            return
        del self._raised[(kind, subject)]
        self._store.write(
            "UPDATE alarm SET cleared_ms=? WHERE kind=? AND subject=? AND cleared_ms IS NULL",
            (self._clock.now_ms(), kind, subject),
        )
        self.event(f"alarm {kind} cleared", subject, "the cause is gone", "原因已消除")

    def standing(self) -> int:
        """Number of alarms that stand."""
        return len(self._raised)

    def raised(self) -> list[tuple[str, str]]:
        """Kind and subject of the alarms that stand."""
        return list(self._raised)

    @seam
    def events(self, from_ms: int, limit: int) -> list[Any]:
        """Rows (number, at_ms, kind, subject, en, zh) from `from_ms` on, in order."""
        return list(
            self._store.connection.execute(
                "SELECT number, at_ms, kind, subject, en, zh FROM event WHERE at_ms>=? ORDER BY number LIMIT ?",
                (from_ms, limit),
            )
        )

    def latest_events(self, from_ms: int, before: int, limit: int) -> list[Any]:
        """As `events`, but the latest `limit` of those with a number below `before`; in order."""
        return list(
            self._store.connection.execute(
                "SELECT number, at_ms, kind, subject, en, zh FROM event WHERE at_ms>=? AND number<?"
                " ORDER BY number DESC LIMIT ?",
                (from_ms, before, limit),
            )
        )[::-1]

    def alarms(self, limit: int) -> list[Any]:
        """Rows (kind, subject, raised_ms, cleared_ms, en, zh), latest first."""
        return list(
            self._store.connection.execute(
                "SELECT kind, subject, raised_ms, cleared_ms, en, zh FROM alarm ORDER BY number DESC LIMIT ?", (limit,)
            )
        )
