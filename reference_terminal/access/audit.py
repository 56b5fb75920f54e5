"""The audit log: every event with its user, kept in a chain, searched, never altered (ISC-2 7.4.1.3, ruling R-39).

Leaves what is an event to the rooms that report it. An entry is written in the transaction of what it tells, where the
number before it and its link are read too: so that a batch that fails leaves no hole. The link of an entry is a check
code (HMAC-SM3 under the passphrase of [security], else SM3) over the link before and all it says. Where entries were
cleared the entry of the clearing names their numbers, and the first entry left keeps the link of the last one gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import apsw

from reference_terminal.access import audit_types, messages
from reference_terminal.crypto.symmetric import sm3
from reference_terminal.model.actor import TERMINAL, actor
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, iso, iso_ms
from reference_terminal.settings.accounts import RulesConfig
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

LOOK_S = 3600
ALARM_PERCENT = 80
_SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, user TEXT NOT NULL, origin TEXT NOT NULL, type TEXT NOT NULL,
  outcome TEXT NOT NULL, code TEXT NOT NULL, subject TEXT NOT NULL, en TEXT NOT NULL, zh TEXT NOT NULL,
  before TEXT NOT NULL, link TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS audit_at ON audit (at_ms);
DROP INDEX IF EXISTS audit_type;
DROP INDEX IF EXISTS audit_user;
CREATE INDEX IF NOT EXISTS audit_type_at ON audit (type, at_ms, outcome);
CREATE INDEX IF NOT EXISTS audit_user_type_at ON audit (user, type, at_ms, outcome);
CREATE TABLE IF NOT EXISTS audit_head (one INTEGER PRIMARY KEY, number INTEGER NOT NULL, link TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS audit_cleared (
  number INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, code TEXT NOT NULL);
"""
COLUMNS = ("number", "at_ms", "user", "origin", "type", "outcome", "code", "subject", "en", "zh")
SORTED_BY = ("number", "user", "origin", "type", "outcome", "code", "subject")
_LISTED = ", ".join(COLUMNS)
_ROWS_AT_ONCE = 4000
_ALWAYS_MS = 1 << 62
_CLEARINGS = "('audit-clearing','audit-overflow')"


@dataclass(frozen=True)
class Search:
    """What entries are asked for: all conditions hold together; an empty one holds always.

    `from_ms` ≤ time < `to_ms`; `text` stands in the sentence of either language; in the order of `by`, then number.
    """

    from_ms: int = 0
    to_ms: int = _ALWAYS_MS
    equal: Mapping[str, str] = field(default_factory=dict[str, str])
    text: str = ""
    by: str = "number"
    descending: bool = False


class Audit:
    """The log of one terminal; `code` makes check codes, `journal` tells what the log itself does."""

    def __init__(
        self,
        store: Store,
        clock: WallClock,
        journal: Journal,
        rules: Callable[[], RulesConfig],
        code: Callable[[str], str] | None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._journal = journal
        self._rules = rules
        self._code = code or _plain
        with store.connection:
            for statement in _SCHEMA.split(";\n"):
                if statement.strip():
                    store.connection.execute(statement)
        journal.audit = self.add

    # Writing

    def add(self, at_ms: int, code: str, kind: str, subject: str, text: Text) -> None:
        """Gather an entry for the batch of what it tells."""
        type_ = audit_types.type_of(code, kind, text.fields)
        who = TERMINAL if type_ in audit_types.OWN else actor()
        user = str(text.fields.get("user", who.name))
        outcome = audit_types.outcome_of(code)
        row = (at_ms, user, who.origin, type_, outcome, code, subject, text.en, text.zh)
        self._store.add_step(lambda connection: self._append(connection, row))

    def _append(self, connection: apsw.Connection, row: tuple[Any, ...]) -> None:
        number, before = _head(connection)
        entry = (number + 1, *row)
        link = self.link(before, entry)
        connection.execute(f"INSERT INTO audit VALUES ({','.join('?' * 12)})", (*entry, before, link))
        connection.execute("INSERT OR REPLACE INTO audit_head VALUES (1,?,?)", (number + 1, link))

    def link(self, before: str, entry: Sequence[Any]) -> str:
        """The link of an entry: a check code over the link before and everything it says."""
        return self._code(json.dumps(["audit", before, *entry], ensure_ascii=False))

    # Reading

    def find(self, search: Search, limit: int, skip: int = 0) -> list[tuple[Any, ...]]:
        """The entries asked for, at most `limit` after `skip` of them, as `COLUMNS`."""
        where, values = _where(search)
        way = "DESC" if search.descending else "ASC"
        by = search.by if search.by in SORTED_BY else "number"
        order = f"number {way}" if by == "number" else f"{by} {way}, number {way}"
        statement = f"SELECT {_LISTED} FROM audit WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"
        return list(self._store.connection.execute(statement, (*values, limit, skip)))

    def count(self, search: Search) -> int:
        """How many entries are asked for."""
        where, values = _where(search)
        row = self._store.connection.execute(f"SELECT count(*) FROM audit WHERE {where}", values).fetchone()
        return 0 if row is None else int(row[0])

    def latest(self) -> int:
        """The number of the latest entry; 0 if there is none."""
        return _head(self._store.connection)[0]

    # Verifying

    def faults(self) -> Iterator[tuple[int, str]]:
        """Entries looked at so far and what is wrong with the chain, portion by portion; the last with everything."""
        connection = self._store.connection
        gone: list[tuple[int, int]] = []
        for number, first, last, code in connection.execute("SELECT number, first, last, code FROM audit_cleared"):
            if code != self._code(f"audit cleared {number} {first} {last}"):
                yield 0, f"clearing {number}"
            else:
                gone.append((first, last))
        expected, before, seen = 1, "", 0
        at = 0
        while True:
            rows = list(
                connection.execute(
                    f"SELECT {_LISTED}, before, link FROM audit WHERE number>? ORDER BY number LIMIT ?",
                    (at, _ROWS_AT_ONCE),
                )
            )
            for row in rows:
                number, kept_before, link = row[0], row[-2], row[-1]
                if number != expected:
                    if not _covered(gone, expected, number - 1):
                        yield seen, f"entries {expected} to {number - 1} are gone"
                elif kept_before != before:
                    yield seen, f"entry {number} does not follow the one before it"
                if link != self.link(kept_before, row[: len(COLUMNS)]):
                    yield seen, f"entry {number} was altered"
                expected, before, at = number + 1, link, number
                seen += 1
            if len(rows) < _ROWS_AT_ONCE:
                break
            yield seen, ""
        number, link = _head(connection)
        if seen and (number, link) != (expected - 1, before):
            yield seen, f"entries {expected} to {number} are gone"
        if not seen and number and not _covered(gone, 1, number):
            yield seen, f"entries 1 to {number} are gone"
        yield seen, ""

    def look_at_end(self) -> None:
        """At the start: alarm a log whose end is not what the terminal wrote last."""
        connection = self._store.connection
        number, link = _head(connection)
        row = connection.execute(f"SELECT {_LISTED}, before, link FROM audit ORDER BY number DESC LIMIT 1").fetchone()
        found = (0, "") if row is None else (row[0], row[-1])
        sound = row is None or row[-1] == self.link(row[-2], row[: len(COLUMNS)])
        if found != (number, link) or not sound:
            what = f"its end is entry {found[0]}, not {number}" if found[0] != number else f"entry {number}"
            self.alarm(what)

    def alarm(self, what: str) -> None:
        """Alarm that the log was altered; it stands until somebody has looked and cleared a later verification."""
        self._journal.raise_alarm(messages.AUDIT_ALTERED, "audit", what=what)

    def sound(self) -> None:
        """A whole verification found nothing wrong."""
        self._journal.clear_alarm(messages.AUDIT_ALTERED, "audit")

    # Removing

    def days(self) -> int:
        """How long entries are kept, days."""
        return self._rules().audit_days

    @seam
    def border_ms(self) -> int:
        """The instant before which entries may go; younger ones are removed by nothing."""
        return (self._clock.now_s() - self._rules().audit_days * DAY_S) * 1000

    def clear(self, before_ms: int, author: str) -> tuple[int, int, int] | None:
        """Remove all entries before an instant but those of clearings; first, last and count. None: not possible.

        The entry that tells it is written in the same transaction. Raises `TooYoung` for an instant after the border.
        """
        if before_ms > self.border_ms():
            raise TooYoung
        done: list[tuple[int, int, int]] = []

        def gather() -> None:
            self._remove("at_ms<?", (before_ms,), done)
            first, last, count = done[0]
            before = iso(before_ms // 1000)
            self._journal.event(
                messages.AUDIT_CLEARED, "audit", author=author, first=first, last=last, count=count, before=before
            )

        span = self._span("at_ms<?", (before_ms,))
        if span[2] == 0:
            return span
        done.append(span)
        return span if self._store.attempt(gather) else None

    def look(self) -> None:
        """Alarm a log that is filling; remove the oldest entries beyond its length that may go."""
        rules = self._rules()
        row = self._store.connection.execute("SELECT count(*) FROM audit").fetchone()
        count = 0 if row is None else int(row[0])
        percent = count * 100 // rules.audit_entries
        if percent >= ALARM_PERCENT:
            self._journal.raise_alarm(messages.AUDIT_FILLING, "audit", percent=percent)
        else:
            self._journal.clear_alarm(messages.AUDIT_FILLING, "audit")
        if count <= rules.audit_entries:
            return
        over = count - rules.audit_entries + rules.audit_entries // 100
        condition = (
            f"at_ms<? AND number<=(SELECT number FROM audit WHERE code NOT IN {_CLEARINGS}"
            " ORDER BY number LIMIT 1 OFFSET ?)"
        )
        values = (self.border_ms(), over - 1)
        span = self._span(condition, values)
        if span[2] == 0:
            return

        def gather() -> None:
            self._remove(condition, values, [span])
            first, last, count = span
            self._journal.event(
                messages.AUDIT_OVERFLOW, "audit", first=first, last=last, count=count, days=rules.audit_days
            )

        self._store.attempt(gather)

    def _span(self, condition: str, values: Sequence[Any]) -> tuple[int, int, int]:
        statement = (
            f"SELECT min(number), max(number), count(*) FROM audit WHERE {condition} AND code NOT IN {_CLEARINGS}"
        )
        row = self._store.connection.execute(statement, tuple(values)).fetchone()
        return (0, 0, 0) if row is None or not row[2] else (row[0], row[1], row[2])

    @seam
    def _remove(self, condition: str, values: Sequence[Any], spans: Sequence[tuple[int, int, int]]) -> None:
        def step(connection: apsw.Connection) -> None:
            connection.execute(f"DELETE FROM audit WHERE {condition} AND code NOT IN {_CLEARINGS}", tuple(values))
            for first, last, _ in spans:
                number = _head(connection)[0] + 1
                code = self._code(f"audit cleared {number} {first} {last}")
                connection.execute("INSERT INTO audit_cleared VALUES (?,?,?,?)", (number, first, last, code))

        self._store.add_step(step)

    async def run(self) -> None:
        """Look every hour until cancelled."""
        while True:
            self.look()
            now_s = self._clock.now_s()
            await self._clock.sleep_until_or_step((now_s - now_s % LOOK_S + LOOK_S) * 1000)


class TooYoung(Exception):
    """Entries that may not be removed yet."""


def _plain(text: str) -> str:
    return sm3(text.encode()).hex()


def _head(connection: apsw.Connection) -> tuple[int, str]:
    row = connection.execute("SELECT number, link FROM audit_head WHERE one=1").fetchone()
    return (0, "") if row is None else (row[0], row[1])


def _covered(gone: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Whether every number of [first, last] lies in a range that was cleared."""
    for one, other in sorted(gone):
        if one <= first <= other:
            first = other + 1
    return first > last


@seam
def _where(search: Search) -> tuple[str, tuple[Any, ...]]:
    conditions, given = list[str](), list[Any]()
    if search.from_ms > 0 or search.to_ms < _ALWAYS_MS:
        conditions += ["at_ms>=?", "at_ms<?"]
        given += [search.from_ms, search.to_ms]
    for name, text in search.equal.items():
        if text and name in SORTED_BY:
            conditions.append(f"{name}=?")
            given.append(text)
    if search.text:
        conditions.append("(instr(en, ?) OR instr(zh, ?) OR instr(subject, ?))")
        given += [search.text] * 3
    return " AND ".join(conditions) or "1", tuple(given)


def told(row: Sequence[Any]) -> dict[str, Any]:
    """An entry as the local interface answers it: time of the terminal's own clock, user, type, outcome, the rest."""
    number, at_ms, user, origin, type_, outcome, code, subject, en, zh = row
    return {
        "number": number,
        "at": iso_ms(at_ms),
        "user": user,
        "origin": origin,
        "type": type_,
        "outcome": outcome,
        "code": code,
        "subject": subject,
        "en": en,
        "zh": zh,
    }
