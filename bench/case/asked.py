"""What a product was asked for, and what came of it each time: answered, refused, or neither.

Leaves what follows to `claimed`. Neither is what nobody answered, what the world was at fault for, and a refusal that
is about who asks or when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bench.history import Event, History, LinkRule, Observed
from bench.history.people import CODES, FUNCTION, FUNCTIONS, LOGIN, LOOKS, PASSWORD
from bench.history.questions import (
    ORDERS,
    QUESTIONS,
    WHO_OR_WHEN,
    asked_at_platform,
    asker_of,
    object_of,
    only_asks,
    refuses,
)

TRIES = 2
"""So often the same must have been refused."""
APART_US = 10_000_000
"""So long after the first time a question must have been refused again."""
_LATER, _REFUSALS, _ERRORS = 429, 400, 500
_SHOWN = 240
NOT_LET_IN = "was not let in / 未能登录"
"""How a record ends the reason why somebody who could not log in got no answer."""
Came = Literal["answered", "refused", "neither"]


@dataclass(frozen=True)
class Put:
    """One time that something was asked for: `question` and what it was `about`, and the product's `words`."""

    question: str
    about: str
    came: Came
    words: str
    at: int
    order: bool = False
    unfit: bool = False
    shut_out: bool = False


@dataclass
class Tried:
    """What came of asking for one thing: `refused` has the product's words each time, `answered` that it once did."""

    question: str
    about: str
    order: bool = False
    refused: list[str] = field(default_factory=list[str])
    at: list[int] = field(default_factory=list[int])
    answered: bool = False
    unfit: bool = False
    shut_out: bool = False

    @property
    def denied(self) -> bool:
        """Whether it was asked for often enough, and refused whenever it was; a login stands for all behind it."""
        if self.shut_out and not self.answered:
            return True
        if self.answered or len(self.refused) < TRIES:
            return False
        return self.order or self.at[-1] - self.at[0] >= APART_US

    @property
    def name(self) -> str:
        """Question and what it was about."""
        return " ".join(filter(None, (self.question, self.about)))

    def __str__(self) -> str:
        came, zh = ("not answered as the profile says", "未按档案应答") if self.unfit else ("refused", "被产品拒绝")
        times, last = len(self.refused), self.refused[-1][:_SHOWN]
        return (
            f"claimed, not observed (R-03): {self.name}: put {times} times, {came} each time: {last} / "
            f"已声明而未观测到：共要求 {times} 次，均{zh}"
        )


def tried(history: History) -> list[Tried]:
    """Everything that was asked for, by question and what it was about, in the order of asking."""
    found: dict[tuple[str, str], Tried] = {}
    for put in puts(history):
        each = found.setdefault((put.question, put.about), Tried(put.question, put.about, put.order))
        each.answered |= put.came == "answered"
        if put.came == "refused":
            each.refused.append(put.words)
            each.at.append(put.at)
            each.unfit, each.shut_out = put.unfit, put.shut_out
    return list(found.values())


def puts(history: History) -> Iterator[Put]:
    """Each time that something was asked for."""
    may = {row.function: row.may.split() for row in FUNCTIONS.rows(history)}
    platform = _AtPlatform(history)
    closed: set[tuple[str, str]] = set()
    for event in history.events:
        _follow(closed, event)
        if not isinstance(event, Observed):
            continue
        question = question_of(event)
        if at_platform(event):
            yield platform.put(event, question, cut=bool(closed))
        elif event.what in QUESTIONS or event.what in LOOKS:
            # An error of the product's while the bench itself has cut it off is the world's doing.
            excused = bool(closed) and event.status >= _ERRORS
            words, order = event.problem.removeprefix("LookupError: "), event.what in ORDERS
            came = "neither" if excused else _of_question(event)
            yield Put(question, object_of(event.query), came, words, event.asked, order)
        elif event.what == FUNCTION.what and event.rows:
            if event.query["role"] in may.get(event.query["function"], ()):
                row = event.rows[0]
                words = f"status {row.get('status', '')}, effect {row.get('effect', 'not known')}"
                yield Put(question, event.query["function"], _of_use(row), words, event.asked, order=True)
        elif event.what in (PASSWORD.what, CODES.what) and event.rows:
            row = event.rows[0]
            yield Put(question, "", _of_change(row), f"status {row.get('status', '')}", event.asked, order=True)


def at_platform(event: Observed) -> bool:
    """Whether this was asked or told at a platform's desk."""
    return bool(event.outcome) and "by" in event.query


def question_of(event: Observed) -> str:
    """The question that somebody asked; a use of a function is known by what the case tries with it. Else empty."""
    if at_platform(event):
        return asked_at_platform(event.what, event.query)[0]
    if event.what == FUNCTION.what:
        return f"{event.what} {event.query['trick']}".strip()
    if event.what in (PASSWORD.what, CODES.what):
        return f"{event.what} {event.query.get('given', '')}".strip()
    return event.what if event.what in QUESTIONS or event.what in LOOKS else ""


def name_of(event: Observed) -> str:
    """The question with what it was about, as a `Tried` is called."""
    question = question_of(event)
    if at_platform(event):
        return " ".join(filter(None, (question, asked_at_platform(event.what, event.query)[1])))
    if event.what == FUNCTION.what:
        return f"{question} {event.query['function']}"
    return " ".join(filter(None, (question, object_of(event.query) if question == event.what else "")))


class _AtPlatform:
    """A platform's desks as the record goes on: who was let in, and which orders nobody knows the end of."""

    def __init__(self, history: History) -> None:
        self._carried_out = {event.what for event in history.of(Observed) if event.outcome == "done"}
        self._shut_out = _shut_out(history)
        self._lost = False

    def put(self, event: Observed, question: str, *, cut: bool) -> Put:
        """One thing that was asked for or ordered."""
        order = not only_asks(event.what)
        came, words = self._came(event, cut=cut)
        if order and (event.outcome in ("unanswered", "unmapped", "unfit") or self._kept_from(event, came)):
            self._lost = True
        about = asked_at_platform(event.what, event.query)[1]
        unfit, shut_out = event.outcome == "unfit", event.outcome == "unanswered" and came == "refused"
        return Put(question, about, came, words, event.asked, order, unfit, shut_out)

    def _kept_from(self, event: Observed, came: Came) -> bool:
        """Whether something was refused to who asked, or at the time, and nobody ever got it done."""
        return event.outcome == "refused" and came == "neither" and event.what not in self._carried_out

    def _came(self, event: Observed, *, cut: bool) -> tuple[Came, str]:
        who = asker_of(event.query["by"])
        if event.outcome == "unanswered" and who in self._shut_out and event.problem.endswith(NOT_LET_IN):
            return "refused", f"login of {who}, {self._shut_out[who]}"
        if event.outcome == "done":
            return "answered", ""
        if not refuses(event) or (cut and event.status >= _ERRORS):
            return "neither", ""
        if event.outcome == "unfit":
            return "refused", f"status {event.status}: {event.problem}"
        # What the bench could not tell the platform it need not know.
        return ("neither", "") if self._lost else ("refused", event.problem)


def _shut_out(history: History) -> dict[str, str]:
    """Accounts whose right password was answered by an error each time, with the product's words."""
    found: dict[str, Tried] = {}
    closed: set[tuple[str, str]] = set()
    for event in history.events:
        _follow(closed, event)
        if not isinstance(event, Observed) or event.what != LOGIN.what or event.query["given"] != "right":
            continue
        who = asker_of(event.query["account"])
        row = event.rows[0] if event.rows else {}
        each = found.setdefault(who, Tried(LOGIN.what, who))
        each.answered |= row.get("outcome") in ("entered", "first")
        if int(row.get("status") or 0) >= _ERRORS and not closed:
            each.refused.append(f"status {row['status']}")
            each.at.append(event.asked)
    return {who: f"{len(each.refused)} times {each.refused[-1]}" for who, each in found.items() if each.denied}


def _follow(closed: set[tuple[str, str]], event: Event) -> None:
    """Which links the bench itself has disturbed, by now."""
    if isinstance(event, LinkRule) and event.state in ("on", "off"):
        (closed.add if event.state == "on" else closed.discard)((event.link, event.rule))


def _of_question(event: Observed) -> Came:
    if not event.problem:
        return "answered"
    return "refused" if event.outcome == "refused" and event.status not in WHO_OR_WHEN else "neither"


def _of_change(row: Mapping[str, str]) -> Came:
    """Of a change of one's own password or second factor, by somebody who is logged in."""
    if row["outcome"] == "changed":
        return "answered"
    return "refused" if row["outcome"] == "refused" and row.get("status") != str(_LATER) else "neither"


def _of_use(row: Mapping[str, str]) -> Came:
    """Of a use by a role that may: carried out; refused, an error, or answered as done and nothing to be seen of it."""
    status = row.get("status", "")
    if row["outcome"] == "executed":
        return "answered"
    if row["outcome"] not in ("refused", "other") or not status or int(status) in WHO_OR_WHEN:
        return "neither"
    return "refused" if int(status) >= _REFUSALS or row.get("effect") == "same" else "neither"
