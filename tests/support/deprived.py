"""A recorded history with the platform's answers taken away: what a case still passes then, it did not observe.

A judge never raises, whichever answer lacks.

Leaves running cases to the tests. An answer is taken away by what may have become of its question: not answered, not as
the profile says, refused, answered by no rows.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from msgspec.structs import replace
from suite_kit import verdicts as run_verdicts

from bench.case import Case, Check, Item
from bench.case.unanswered import LOST, ORDERS, settled
from bench.history import History, Observed, read_history
from conformance.clauses.suite import case_classes

BY_OTHERS = {
    "damaged-not-acknowledged": "what terminals were answered",
    "partner-gets-nothing-else": "what another system was sent",
    "users-ended": "who was let in",
    "logs-in-over-another": "who was let in",
}
"""Checks that rest on what people at the platform neither ask nor order, each with what it rests on."""
Change = Callable[[Observed], Observed]


def _lost(outcome: str) -> Change:
    return lambda event: replace(event, outcome=outcome, rows=(), problem="nothing came of it")


def _refused(event: Observed) -> Observed:
    return replace(event, outcome="refused", rows=(), status=403, problem="status 403: no")


def _empty(event: Observed) -> Observed:
    return replace(event, rows=())


WAYS: dict[str, Change] = {
    "unanswered": _lost("unanswered"),
    "unfit": _lost("unfit"),
    "refused": _refused,
    "empty": _empty,
}


def question(event: Observed) -> bool:
    """Whether somebody asked for what the record has; everything else of people at a platform is an order."""
    verb = event.what.partition(" ")[0]
    return bool(event.outcome) and verb not in ORDERS and (verb != "export" or bool(event.rows))


def deprived(history: History, change: Change, takes: Callable[[Observed], bool]) -> History:
    """The history with some events of people at the platform changed."""
    events = [
        change(each) if isinstance(each, Observed) and each.outcome and takes(each) else each for each in history.events
    ]
    return History(events)


def verdicts(case: type[Case], history: History) -> dict[str, str]:
    """The verdicts of a case's own checks, conditions left out, whatever the rig can show of them."""
    judge = case().judge
    found = settled(history, list(judge(history)), judge)
    return {each.id: each.verdict for each in found if isinstance(each, Check) and not each.condition}


def nothing_passes_unseen(folder: Path) -> None:
    """Every case of a run folder, its record without the platform's answers."""
    cases = case_classes(Item.PLATFORM)
    records = {each["id"]: folder / each["record"] for each in run_verdicts(folder)["cases"] if each["record"]}
    assert len(records) > 70
    found = [line for name, record in records.items() for line in passes_unseen(cases[name], read_history(record))]
    assert found == []


def passes_unseen(case: type[Case], history: History) -> list[str]:
    """What a case passes of a platform that did not answer, and what it fails it for: a sentence each.

    A check that passes whatever becomes of the questions rests on orders or terminals alone: it may stay.
    """
    by_way = {way: verdicts(case, deprived(history, change, question)) for way, change in WAYS.items()}
    nothing = verdicts(case, deprived(history, WAYS["unanswered"], lambda event: True))
    told = [
        f"{case.id()} {check}: passes, and no order and no question was answered"
        for check in _all(nothing, "pass")
        if check not in BY_OTHERS
    ]
    for way, found in by_way.items():
        told += [
            f"{case.id()} {check}: passes, all its questions being {way}"
            for check in _all(found, "pass")
            if any(other[check] != "pass" for other in by_way.values())
        ]
        told += [f"{case.id()} {check}: fails, all being {way}" for check in _all(found, "fail") if way in LOST]
    return told + _stale(case, history)


def no_judge_raises(folder: Path) -> None:
    """Every case of a run folder, its record with single answers refused, empty or left out."""
    cases = case_classes(Item.PLATFORM)
    found = [
        line
        for each in run_verdicts(folder)["cases"]
        if each["record"]
        for line in raises(cases[each["id"]], read_history(folder / each["record"]))
    ]
    assert found == [], "\n".join(found)


def raises(case: type[Case], history: History, *, each_one: bool = False) -> list[str]:
    """What a judge raises where one order or answer lacks, a sentence each: of each sort one refused, one empty, one
    left out, or each of them in every way.
    """
    judge = case().judge
    events = list(history.events)
    sorts: dict[str, list[int]] = {}
    for index, event in enumerate(events):
        if isinstance(event, Observed) and event.outcome:
            sorts.setdefault(event.what, []).append(index)
    told: list[str] = []
    for places in sorts.values():
        some = (places[0], places[-1], places[len(places) // 2])
        for way, (name, instead) in enumerate(_SINGLY.items()):
            for place in places if each_one else some[way : way + 1]:
                event = cast(Observed, events[place])
                try:
                    list(judge(History([*events[:place], *instead(event), *events[place + 1 :]])))
                except Exception as error:
                    told.append(f"{case.id()}: {event.what} {event.query} {name}: {type(error).__name__}: {error}")
    return told


_SINGLY: dict[str, Callable[[Observed], list[Observed]]] = {
    "refused": lambda event: [_refused(event)],
    "left out": lambda event: [],
    "empty": lambda event: [_empty(event)],
}


def _stale(case: type[Case], history: History) -> list[str]:
    """What fails because the last answer of a sort is lacking: what was told before it does not speak for then."""
    last = {each.what: each for each in history.of(Observed) if each.outcome and question(each)}
    told: list[str] = []
    for what, event in last.items():
        found = verdicts(case, deprived(history, WAYS["unanswered"], lambda each, event=event: each is event))
        told += [f"{case.id()} {check}: fails, the last {what} not being answered" for check in _all(found, "fail")]
    return told


def _all(found: dict[str, str], verdict: str) -> list[str]:
    return [check for check, each in found.items() if each == verdict]
