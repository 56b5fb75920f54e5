"""The durable event log and the alarms of the terminal (seeds of the audit log).

Leaves deciding what is an event to the rooms that report it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import CLEARED, Alarm, Message, Text
from reference_terminal.model.one_line import one_line
from reference_terminal.model.rows import LoggedAlarm, LoggedEvent
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso_ms
from reference_terminal.storage import reasons
from reference_terminal.storage.store import Store

_GONE = reasons.CAUSE_GONE()


class Audits(Protocol):
    """Who keeps a log of its own of everything the journal keeps."""

    def __call__(self, at_ms: int, code: str, kind: str, subject: str, text: Text) -> None:
        """Gather an entry for the batch of what it tells."""
        ...


class Journal:
    """Events and alarms, in English and Chinese, kept in the store and shown on the screen."""

    def __init__(self, store: Store, clock: WallClock, log: Callable[[str], None] | None) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self.audit: Audits | None = None
        self._raised: dict[tuple[str, str], str] = {}
        standing = "SELECT code, subject, kind FROM alarm WHERE cleared_ms IS NULL"
        for code, subject, kind in store.connection.execute(standing):
            self._raised[(code, subject)] = kind

    def say(self, text: Text) -> None:
        """One line on the screen, not kept."""
        if self._log is not None:
            self._log(f"{iso_ms(self._clock.now_ms())} {one_line(text.en)} / {one_line(text.zh)}")

    def event(self, message: Message, subject: str, /, **fields: object) -> None:
        """Keep an event; it is committed with the next batch."""
        self.keep(message.code, message.kind, subject, message(**fields))

    def keep(self, code: str, kind: str, subject: str, text: Text) -> None:
        """Write an entry of the log, and its line: the one place where what a peer said could break out of it."""
        subject, text = one_line(subject), Text(one_line(text.en), one_line(text.zh), text.fields)
        at_ms = self._clock.now_ms()
        self._store.write(
            "INSERT INTO event (at_ms, code, kind, subject, en, zh) VALUES (?,?,?,?,?,?)",
            (at_ms, code, kind, subject, text.en, text.zh),
        )
        if self.audit is not None:
            self.audit(at_ms, code, kind, subject, text)
        self._store.touch()
        if self._log is not None:
            self._log(f"{iso_ms(at_ms)} [{kind}] {subject}: {text}")

    def raise_alarm(self, alarm: Alarm, subject: str, /, **fields: object) -> None:
        """Raise an alarm once; it stands until it is cleared."""
        subject = one_line(subject)
        if (alarm.code, subject) in self._raised:
            return
        self.put_alarm(alarm, subject, alarm(**fields))

    def put_alarm(self, alarm: Alarm, subject: str, text: Text) -> None:
        """Write an alarm that did not stand, and its entry of the log."""
        subject, text = one_line(subject), Text(one_line(text.en), one_line(text.zh))
        self._raised[(alarm.code, subject)] = alarm.kind
        self._store.write(
            "INSERT INTO alarm (code, kind, subject, raised_ms, en, zh) VALUES (?,?,?,?,?,?)",
            (alarm.code, alarm.kind, subject, self._clock.now_ms(), text.en, text.zh),
        )
        self.keep(alarm.code, f"alarm {alarm.kind}", subject, text)

    @seam
    def clear_alarm(self, alarm: Alarm, subject: str) -> None:
        """Clear an alarm that stands."""
        if not self._raised:
            return
        subject = one_line(subject)
        if (alarm.code, subject) not in self._raised:
            return
        del self._raised[(alarm.code, subject)]
        self._store.write(
            "UPDATE alarm SET cleared_ms=? WHERE code=? AND subject=? AND cleared_ms IS NULL",
            (self._clock.now_ms(), alarm.code, subject),
        )
        self.keep(alarm.code + CLEARED, f"alarm {alarm.kind} cleared", subject, _GONE)

    def standing(self) -> int:
        """Number of alarms that stand."""
        return len(self._raised)

    @seam
    def raised(self) -> list[tuple[str, str]]:
        """Kind and subject of the alarms that stand."""
        return [(kind, subject) for (_, subject), kind in self._raised.items()]

    @seam
    def events(self, from_ms: int, limit: int) -> list[LoggedEvent]:
        """Entries from `from_ms` on, in order."""
        found = self._store.connection.execute(
            "SELECT number, at_ms, kind, subject, en, zh, code FROM event WHERE at_ms>=? ORDER BY number LIMIT ?",
            (from_ms, limit),
        )
        return [LoggedEvent(*row) for row in found]

    def latest_events(self, from_ms: int, before: int, limit: int) -> list[LoggedEvent]:
        """As `events`, but the latest `limit` of those with a number below `before`; in order."""
        found = self._store.connection.execute(
            "SELECT number, at_ms, kind, subject, en, zh, code FROM event WHERE at_ms>=? AND number<?"
            " ORDER BY number DESC LIMIT ?",
            (from_ms, before, limit),
        )
        return [LoggedEvent(*row) for row in found][::-1]

    def alarms(self, limit: int) -> list[LoggedAlarm]:
        """Alarms, latest first."""
        found = self._store.connection.execute(
            "SELECT kind, subject, raised_ms, cleared_ms, en, zh, code FROM alarm ORDER BY number DESC LIMIT ?",
            (limit,),
        )
        return [LoggedAlarm(*row) for row in found]
