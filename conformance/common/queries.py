"""What the terminal's own interface was asked, and what it answered.

Leaves the meaning of the rows to the judges.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.history import History, Observed
from bench.history.questions import Looked, Question


def questions(history: History, what: Question | Looked) -> list[Observed]:
    """Every question about `what` (readings, records, log, alarms …), answered or not."""
    return [event for event in history.of(Observed) if event.what == what]


def quality_of(row: Mapping[str, str]) -> str:
    """The quality of a reading that was shown; a product that shows none offers every value as a good one."""
    return row.get("quality", "") or ("good" if row.get("value") else "bad")


def answers(history: History, what: Question | Looked) -> list[Observed]:
    """The questions about `what` that were answered, be it by no rows."""
    return [event for event in questions(history, what) if not event.problem]
