"""A claimed function that the product itself refused whenever it was asked for: not observed, which is a fail (R-03).

Leaves on which questions each check rests to whoever joins that (`conformance.rests`). Such a check is open where the
bench could not ask at all: the profile gives no way, nobody answered, the answer was put off (429) or was about who
asks (401, 403), or the world was at fault. It fails where the same was asked for at least twice and refused each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from bench.case.checks import Check, Text
from bench.case.verdicts import Verdict
from bench.history import History, LinkRule, Observed, Trouble
from bench.history.people import CODES, FUNCTION, FUNCTIONS, PASSWORD
from bench.history.questions import QUESTIONS, object_of

TRIES = 2
"""So often the same must have been refused."""
_ABOUT_WHO_OR_WHEN = (401, 403, 407, 429)
_LATER, _REFUSALS, _ERRORS = 429, 400, 500
_SHOWN = 240
_Came = Literal["answered", "refused", "neither"]


@dataclass(frozen=True)
class Left:
    """Checks that stay open though what they rest on was refused, and why; both are patterns."""

    question: str
    check: str
    why: Text


@dataclass
class Tried:
    """What came of asking for one thing: `refused` has the product's words each time, `answered` that it once did."""

    question: str
    about: str
    refused: list[str] = field(default_factory=list[str])
    answered: bool = False

    @property
    def denied(self) -> bool:
        """Whether it was asked for often enough, and refused whenever it was."""
        return not self.answered and len(self.refused) >= TRIES

    def __str__(self) -> str:
        times, last = len(self.refused), self.refused[-1][:_SHOWN]
        asked = " ".join(filter(None, (self.question, self.about)))
        return (
            f"claimed, not observed (R-03): asked for {asked} {times} times, the product refused each time: {last} / "
            f"已声明而未观测到：共要求 {times} 次，均被产品拒绝"
        )


Rests = Callable[[str], Mapping[str, Sequence[str]]]
"""The questions that each check of a case rests on."""
_joined: list[tuple[Rests, Sequence[Left]]] = []


def join(rests: Rests, left: Sequence[Left]) -> None:
    """Judge by this from now on."""
    _joined[:] = [(rests, left)]


def held(case: str, history: History, checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks; open ones whose question the product refused throughout fail, and say what was asked and what came.

    Conditions say whether the bench's own stimulus took place: where one does not pass nothing is held against anybody.
    """
    openly = [found for found in checks if found.verdict is Verdict.INCONCLUSIVE and not found.condition]
    unmet = any(found.condition and found.verdict is not Verdict.PASS for found in checks)
    if not openly or unmet or not _joined or history.of(Trouble):
        return tuple(checks)
    rests, left = _joined[0]
    denied = [each for each in tried(history) if each.denied]
    asks = rests(case) if denied else {}
    return tuple(_held(found, asks.get(found.id, ()), denied, left) if found in openly else found for found in checks)


def _held(found: Check, asks: Sequence[str], denied: Sequence[Tried], left: Sequence[Left]) -> Check:
    mine = [each for each in denied if each.question in asks]
    # Where several things were refused, the one that the check is called after explains it best.
    mine.sort(key=lambda each: not each.about or each.about not in found.id)
    for each in mine:
        why = next((kept.why for kept in left if _fits(kept, each.question, found.id)), None)
        if why is None:
            return msgspec.structs.replace(found, verdict=Verdict.FAIL, actual=str(each))
        found = msgspec.structs.replace(found, actual="; ".join(filter(None, (found.actual, str(why)))))
    return found


def _fits(kept: Left, question: str, check: str) -> bool:
    return fnmatchcase(question, kept.question) and fnmatchcase(check, kept.check)


def tried(history: History) -> list[Tried]:
    """Everything that was asked for, by question and what it was about, in the order of asking."""
    found: dict[tuple[str, str], Tried] = {}
    for question, about, came, words in _asked(history):
        each = found.setdefault((question, about), Tried(question, about))
        each.answered |= came == "answered"
        each.refused += [words] if came == "refused" else []
    return list(found.values())


def _asked(history: History) -> Iterator[tuple[str, str, _Came, str]]:
    """Question, what it was about, what came of it, and the product's words."""
    may = {row.function: row.may.split() for row in FUNCTIONS.rows(history)}
    closed: set[tuple[str, str]] = set()
    for event in history.events:
        if isinstance(event, LinkRule) and event.state in ("on", "off"):
            (closed.add if event.state == "on" else closed.discard)((event.link, event.rule))
        if not isinstance(event, Observed):
            continue
        if event.what in QUESTIONS:
            # An error of the product's while the bench itself has cut it off is the world's doing.
            excused = bool(closed) and event.status >= _ERRORS
            came = "neither" if excused else _of_question(event)
            yield question_of(event), object_of(event.query), came, event.problem.removeprefix("LookupError: ")
        elif event.what == FUNCTION.what and event.rows:
            if event.query["role"] in may.get(event.query["function"], ()):
                row = event.rows[0]
                words = f"status {row.get('status', '')}, effect {row.get('effect', 'not known')}"
                yield question_of(event), event.query["function"], _of_use(row), words
        elif event.what in (PASSWORD.what, CODES.what) and event.rows:
            row = event.rows[0]
            yield question_of(event), "", _of_change(row), f"status {row.get('status', '')}"


def question_of(event: Observed) -> str:
    """The question that somebody asked; a use of a function is known by what the case tries with it. Else empty."""
    if event.what == FUNCTION.what:
        return f"{event.what} {event.query['trick']}".strip()
    if event.what in (PASSWORD.what, CODES.what):
        return f"{event.what} {event.query.get('given', '')}".strip()
    return event.what if event.what in QUESTIONS else ""


def _of_question(event: Observed) -> _Came:
    if not event.problem:
        return "answered"
    return "refused" if event.outcome == "refused" and event.status not in _ABOUT_WHO_OR_WHEN else "neither"


def _of_change(row: Mapping[str, str]) -> _Came:
    """Of a change of one's own password or second factor, by somebody who is logged in."""
    if row["outcome"] == "changed":
        return "answered"
    return "refused" if row["outcome"] == "refused" and row.get("status") != str(_LATER) else "neither"


def _of_use(row: Mapping[str, str]) -> _Came:
    """Of a use by a role that may: carried out; refused, an error, or answered as done and nothing to be seen of it."""
    status = row.get("status", "")
    if row["outcome"] == "executed":
        return "answered"
    if row["outcome"] not in ("refused", "other") or not status or int(status) in _ABOUT_WHO_OR_WHEN:
        return "neither"
    return "refused" if int(status) >= _REFUSALS or row.get("effect") == "same" else "neither"
