"""Alarms of a platform: which it raised about what, and how soon after their cause (R-41).

Leaves what is a cause to the judges. An alarm is found by its subject, the id of an object or of its enterprise, never
by a product's words.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.dut.platform.vocabulary import SpanQuery
from bench.dut.platform.vocabulary.base import ALARMS, AlarmsRow
from bench.history import History
from conformance.common.platforms.answers import Answered, answers

LATEST_US = 60_000_000
"""R-41: from cause to alarm at most 60 s."""
CLOCK_US = 1_000_000
"""R-10: a platform's clock may be so far off; an alarm is no earlier than its cause within that."""


@dataclass(frozen=True)
class Alarm:
    """One alarm as the platform shows it."""

    id: str
    kind: str
    subject: str
    raised: int
    cleared: int


def alarms(history: History) -> list[Alarm]:
    """Every alarm that was shown to anybody, each once, as it was shown last."""
    found: dict[tuple[str, str, str, str], Alarm] = {}
    for event in answers(history, ALARMS):
        if event.problem:
            continue
        for row in event.rows:
            raised, cleared = _instant(row.raised), _instant(row.cleared)
            key = row.id, row.kind, row.subject, str(raised)
            found[key] = Alarm(*key[:3], raised, cleared)
    return sorted(found.values(), key=lambda each: (each.raised, each.id))


def last(history: History) -> Answered[SpanQuery, AlarmsRow] | None:
    """The last question for alarms; None where nobody asked, or it was not answered: what came until then is open."""
    asked_for = answers(history, ALARMS)
    return asked_for[-1] if asked_for and not asked_for[-1].problem else None


def asked(history: History) -> bool:
    """Whether alarms were shown to the end; where they were not, none that is missing is known to be missing."""
    return last(history) is not None


def about(history: History, *subjects: str, since: int = 0, until: int | None = None) -> list[Alarm]:
    """Alarms about any of these, raised in [since, until]."""
    return [
        each
        for each in alarms(history)
        if each.subject in subjects and each.raised >= since and (until is None or each.raised <= until)
    ]


def in_time(history: History, cause: int, *subjects: str) -> bool:
    """Whether there is an alarm about any of these no later than 60 s after its cause."""
    return bool(about(history, *subjects, since=cause - CLOCK_US, until=cause + LATEST_US))


def _instant(text: str) -> int:
    return int(text) if text.lstrip("-").isdigit() else 0
