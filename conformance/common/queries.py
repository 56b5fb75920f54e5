"""What the terminal's own interface was asked, and what it answered.

Leaves the meaning of the rows to the judges.
"""

from __future__ import annotations

from bench.history import History, Observed


def questions(history: History, what: str) -> list[Observed]:
    """Every question about `what` (readings, records, log, alarms …), answered or not."""
    return [event for event in history.of(Observed) if event.what == what]


def answers(history: History, what: str) -> list[Observed]:
    """The questions about `what` that were answered, be it by no rows."""
    return [event for event in questions(history, what) if not event.problem]
