"""Histories of people at a terminal with its answers taken away: what a case still passes then, it did not observe.

Leaves running cases to the tests, platforms to `deprived`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from suite_kit import verdicts as run_verdicts

from bench.case import Case, Check, Item
from bench.history import History, Observed, read_history
from conformance.clauses.suite import case_classes

ORDERS = ("function", "login", "attack", "password", "hostile")
"""What people do, each with its outcome in the first row."""
LOOKS = (
    *("audit", "audit-export", "shown", "links", "forms", "machine-shown", "instrument", "review", "effects", "ports"),
    *(
        "displayed",
        "displayed-history",
        "displayed-state",
        "secrets-shown",
        "secrets-carried",
        "rounds",
        "sessions",
        "codes",
    ),
    *("register", "register-found", "register-export", "cookies", "password-until"),
)
BY_OTHERS = {
    "measures-on": "polls of the meters",
    "acquires-while-locked": "polls of the meters",
    "strict-enough": "the numbers that the maker declares",
    "rules-shown": "the numbers that the maker declares",
}
"""Checks that rest on what no answer tells, each with what it rests on."""
MUST_ANSWER = {
    "rounds-answered": "an inspection round to which nobody answers",
    "certified-only": "a door that takes connections and answers nobody",
    "unharmed-by": "a function that worked before the attack",
    "events-logged": "what the bench itself made happen",
    "course-": "what the bench itself made happen",
}
"""Checks that fail for silence, each with what was silent."""
Change = Callable[[Observed], Observed]
_UNANSWERED = {"hostile": "deaf"}
_REFUSED = {"attack": "unanswered", "hostile": "deaf"}
"""What the history calls it where it has another word; an attack that is refused was withstood, so it is lost here."""


def _unanswered(event: Observed) -> Observed:
    if event.what in LOOKS:
        return replace(event, rows=(), problem="TimeoutError: nothing came of it")
    outcome = _UNANSWERED.get(event.what, "unanswered")
    return replace(event, rows=({"outcome": outcome},), problem="TimeoutError: nothing came of it")


def _refused(event: Observed) -> Observed:
    if event.what in LOOKS:
        return replace(event, rows=(), problem="LookupError: nobody could look")
    return replace(event, rows=({"outcome": _REFUSED.get(event.what, "refused"), "status": "403"},))


WAYS: dict[str, Change] = {"unanswered": _unanswered, "refused": _refused}


def deprived(history: History, change: Change) -> History:
    """The history with everything that people did and saw changed."""
    return History(
        [
            change(each) if isinstance(each, Observed) and each.what in (*ORDERS, *LOOKS) and each.rows else each
            for each in history.events
        ]
    )


def verdicts(case: type[Case], history: History) -> dict[str, str]:
    """The verdicts of a case's own checks, conditions left out."""
    return {each.id: each.verdict for each in case().judge(history) if isinstance(each, Check) and not each.condition}


def passes_unseen(case: type[Case], history: History) -> list[str]:
    """What a case passes of a product that answered nobody or refused everything, and what it fails for silence."""
    told: list[str] = []
    for way, change in WAYS.items():
        for check, verdict in verdicts(case, deprived(history, change)).items():
            if verdict == "pass" and check not in BY_OTHERS:
                told.append(f"{case.id()} {check}: passes, everything being {way}")
            if verdict == "fail" and way == "unanswered" and not check.startswith(tuple(MUST_ANSWER)):
                told.append(f"{case.id()} {check}: fails, everything being {way}")
    return told


def no_access_passes_unseen(folder: Path) -> None:
    """Every case of people in a run folder, its record without the terminal's answers."""
    cases = {name: case for name, case in case_classes(Item.TERMINAL).items() if ".terminal.access." in case.__module__}
    records = {each["id"]: folder / each["record"] for each in run_verdicts(folder)["cases"] if each["record"]}
    mine = sorted(set(cases) & set(records))
    assert len(mine) > 10
    found = [line for name in mine for line in passes_unseen(cases[name], read_history(records[name]))]
    assert found == [], "\n".join(found)
