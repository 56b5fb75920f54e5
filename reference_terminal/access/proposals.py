"""Values by hand that wait for a second person before they count (CSMT 11.13; ISC-2 7.2.2).

Leaves checking and entering a value to `processing.manual`. Who proposed a value can neither release nor reject it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reference_terminal.access import messages
from reference_terminal.model.times import Span, iso, iso_ms, span_of
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

WAITING, RELEASED, REJECTED = "waiting for release", "released", "rejected"
MOST_WAITING = 1000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS proposal (
  number INTEGER PRIMARY KEY AUTOINCREMENT, point TEXT NOT NULL, span INTEGER NOT NULL, start_s INTEGER NOT NULL,
  value TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, proposed_ms INTEGER NOT NULL, verdict TEXT NOT NULL,
  state TEXT NOT NULL, decided_by TEXT NOT NULL, decided_ms INTEGER NOT NULL, why TEXT NOT NULL)
"""
_COLUMNS = "number, point, span, start_s, value, author, reason, proposed_ms, verdict"


@dataclass(frozen=True)
class Proposal:
    """One value that waits; times in UTC s and ms."""

    number: int
    point: str
    span: int
    start_s: int
    value: str
    author: str
    reason: str
    proposed_ms: int
    verdict: str

    @property
    def of(self) -> Span:
        """The class of its period."""
        return span_of(self.span)


class Proposals:
    """Values that wait for release."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal
        store.connection.execute(_SCHEMA)

    def waiting(self) -> list[Proposal]:
        """Those that nobody has decided about, the oldest first."""
        found = self._store.connection.execute(
            f"SELECT {_COLUMNS} FROM proposal WHERE state=? ORDER BY number", (WAITING,)
        )
        return [Proposal(*row) for row in found]

    def get(self, number: int) -> Proposal | None:
        """One that waits."""
        return next((each for each in self.waiting() if each.number == number), None)

    def add(self, made: Proposal) -> bool:
        """Keep a value that waits; False if the store cannot be written."""

        def gather() -> None:
            self._store.write(
                "INSERT INTO proposal (point, span, start_s, value, author, reason, proposed_ms, verdict, state,"
                " decided_by, decided_ms, why) VALUES (?,?,?,?,?,?,?,?,?,'',0,'')",
                (
                    *(made.point, made.span, made.start_s, made.value),
                    *(made.author, made.reason, made.proposed_ms, made.verdict, WAITING),
                ),
            )
            told = {"author": made.author, "value": made.value, "start": iso(made.start_s), "reason": made.reason}
            self._journal.event(messages.MANUAL_PROPOSED, made.point, **told)

        return self._store.attempt(gather)

    def decide(self, proposal: Proposal, author: str, now_ms: int, why: str, *, released: bool) -> bool:
        """Keep what a second person has decided; False if the store cannot be written."""
        state = RELEASED if released else REJECTED
        said = messages.MANUAL_RELEASED if released else messages.MANUAL_REJECTED

        def gather() -> None:
            self._store.write(
                "UPDATE proposal SET state=?, decided_by=?, decided_ms=?, why=? WHERE number=?",
                (state, author, now_ms, why, proposal.number),
            )
            told = {"author": author, "by": proposal.author, "value": proposal.value, "reason": why}
            self._journal.event(said, proposal.point, start=iso(proposal.start_s), **told)

        return self._store.attempt(gather)


def told(each: Proposal) -> dict[str, Any]:
    """A proposal as the local interface answers it."""
    return {
        "number": each.number,
        "point": each.point,
        "class": each.of.name,
        "start": iso(each.start_s),
        "value": each.value,
        "author": each.author,
        "reason": each.reason,
        "proposed": iso_ms(each.proposed_ms),
        "verdict": each.verdict,
    }
