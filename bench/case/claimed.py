"""A claimed function that the product itself refused whenever it was asked for: not observed, which is a fail (R-03).

Leaves what was asked and came to `asked`, and on which questions each check rests to whoever joins that
(`conformance.rests`). Such a check is open where the bench could not ask at all: the profile gives no way, nobody
answered, the answer was put off (429) or was about who asks (401, 403), or the world was at fault. It fails where the
same was asked for at least twice and refused each time, or answered otherwise than the maker's own profile says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import msgspec

from bench.case.asked import Tried, tried
from bench.case.checks import Check, Text
from bench.case.verdicts import Verdict
from bench.history import History, Trouble


@dataclass(frozen=True)
class Left:
    """Checks that stay open though what they rest on was refused, and why; both are patterns."""

    question: str
    check: str
    why: Text


Rests = Callable[[str], Mapping[str, Sequence[str]]]
"""The questions that each check of a case rests on; one that is right to be refused about some things names those."""
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
    mine = [each for each in denied if each.question in asks or each.name in asks]
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
