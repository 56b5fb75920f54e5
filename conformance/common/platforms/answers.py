"""What people did at a platform and what it answered, as the history has it.

Leaves verdicts to the judges. Kinds and analyses are those of the vocabulary, so that a judge misspells none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from bench.dut.platform.vocabulary import Analysis, Kind, Misspelt, Q, R, unknown
from bench.history import History, Observed

DONE, REFUSED = "done", "refused"
ACTIONS = ("create", "change", "remove", "list", "history", "import", "export")
"""What is done with objects of a kind."""


def deeds(history: History, action: str, kind: Kind, **query: str) -> list[Observed]:
    """Everything of this action on objects of a kind, done or not, whose question was so (`by`, `object`, fields)."""
    if action not in ACTIONS:
        raise Misspelt(f"no action {action!r}; known are {', '.join(ACTIONS)}")
    _known(kind.name, {**kind.fields, "path": None}, query)
    return list(_found(history, f"{action} {kind.name}", query))


@dataclass(frozen=True)
class Answered(Generic[Q, R]):
    """A question for an analysis, and what came of it: `t` when it was answered, `asked` when it was put."""

    event: Observed
    query: Q
    rows: tuple[R, ...]

    @property
    def t(self) -> int:
        """True time of the answer, microseconds UTC."""
        return self.event.t

    @property
    def asked(self) -> int:
        """True time of the question, microseconds UTC."""
        return self.event.asked

    @property
    def outcome(self) -> str:
        """done, refused, unanswered, unfit or unmapped."""
        return self.event.outcome

    @property
    def problem(self) -> str:
        """Why nothing came."""
        return self.event.problem


def read(analysis: Analysis[Q, R], event: Observed) -> Answered[Q, R]:
    """An event of this analysis."""
    return Answered(event, analysis.question(event.query), analysis.shown(event.rows))


def answers(history: History, analysis: Analysis[Q, R], **query: str) -> list[Answered[Q, R]]:
    """Every question for an analysis, answered or not, that was so (`by`, fields; `from_` is the field `from`)."""
    _known(analysis.name, dict(analysis.query), query)
    return [read(analysis, event) for event in _found(history, f"ask {analysis.name}", query)]


def pages(history: History, **query: str) -> list[Observed]:
    """Every page that was looked at (`by`, `path`)."""
    return list(_found(history, "page", query))


def _known(name: str, fields: dict[str, object], query: dict[str, str]) -> None:
    known = {**fields, "by": None, "object": None}
    for each in query:
        if each.removesuffix("_") not in known:
            raise Misspelt(f"{name}: {unknown(each, known)}")


def _found(history: History, what: str, query: dict[str, str]) -> Iterator[Observed]:
    asked = {name.removesuffix("_"): text for name, text in query.items()}
    for event in history.of(Observed):
        if event.what == what and all(event.query.get(name) == text for name, text in asked.items()):
            yield event


E = TypeVar("E", bound=Observed | Answered[Any, Any])


def done(found: list[E]) -> list[E]:
    """Those that the platform carried out."""
    return [event for event in found if event.outcome == DONE]


def refused(found: list[E]) -> list[E]:
    """Those that it refused."""
    return [event for event in found if event.outcome == REFUSED]


def undecided(found: Sequence[Observed | Answered[Any, Any]]) -> list[str]:
    """Those that show nothing of the platform, a sentence each: not mapped, not answered, not as the profile says."""
    events = [each.event if isinstance(each, Answered) else each for each in found]
    return [f"{event.what}: {event.problem}" for event in events if event.outcome not in (DONE, REFUSED)]


def number(text: str) -> Decimal | None:
    """A number of a row; None where it has none."""
    return Decimal(text) if text else None


def instant(text: str) -> int | None:
    """An instant of a row, microseconds UTC; None where it has none."""
    return int(text) if text else None
