"""What people did at a platform and what it answered, as the history has it.

Leaves verdicts to the judges. Kinds and analyses are those of the vocabulary, so that a judge misspells none.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.dut.platform.vocabulary import Analysis, Kind, Misspelt, unknown
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


def answers(history: History, analysis: Analysis, **query: str) -> list[Observed]:
    """Every question for an analysis, answered or not, that was so (`by`, fields; `from_` is the field `from`)."""
    _known(analysis.name, dict(analysis.query), query)
    return list(_found(history, f"ask {analysis.name}", query))


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


def done(found: list[Observed]) -> list[Observed]:
    """Those that the platform carried out."""
    return [event for event in found if event.outcome == DONE]


def refused(found: list[Observed]) -> list[Observed]:
    """Those that it refused."""
    return [event for event in found if event.outcome == REFUSED]


def undecided(found: list[Observed]) -> list[str]:
    """Those that show nothing of the platform, a sentence each: not mapped, not answered, not as the profile says."""
    return [f"{event.what}: {event.problem}" for event in found if event.outcome not in (DONE, REFUSED)]


def number(row: dict[str, str], name: str) -> Decimal | None:
    """A number of a row; None where it has none."""
    text = row.get(name, "")
    return Decimal(text) if text else None


def instant(row: dict[str, str], name: str) -> int | None:
    """An instant of a row, microseconds UTC; None where it has none."""
    text = row.get(name, "")
    return int(text) if text else None
