"""What a platform left unanswered: a pass that an answer could have turned into a fail is not shown (R-03, R-06).

Leaves what an answer means to the judges. A question that was not mapped, not answered or not answered as the profile
says could have had any answer. The case judges the record again with others in its place: with no rows, refused, and
with all rows that the same question had from anybody; orders that were lost as carried out and as refused. Where one
of these fails a check that passes without, too little was observed for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from bench.case.checks import Check
from bench.case.declaration import Finding
from bench.case.verdicts import Verdict
from bench.history import History, Observed

LOST = ("unanswered", "unmapped", "unfit")
ORDERS = ("create", "change", "remove", "import")
"""First words of what is no question: what was lost of these may have been carried out."""
_DONE, _REFUSED = "done", "refused"
_FORBIDDEN = 403
_NAMED = 3
NONSENSE = (LookupError, ValueError, ArithmeticError)
"""What a judge may make of answers that nobody gave."""


def settled(history: History, own: Sequence[Finding], judge: Callable[[History], Iterable[Finding]]) -> list[Finding]:
    """What a case says of a history; passes that hang on what nobody answered are inconclusive."""
    lost = [event for event in history.of(Observed) if event.outcome in LOST]
    passing = {each.id for each in own if isinstance(each, Check) and _passes(each)}
    if not lost or not passing:
        return list(own)
    hanging: set[str] = set()
    for world in _worlds(history):
        hanging |= _no_longer(world, judge, passing - hanging)
    why = f"{len(lost)} not answered / 未得到应答: {'; '.join(dict.fromkeys(map(_told, lost[:_NAMED])))}"
    return [
        msgspec.structs.replace(each, verdict=Verdict.INCONCLUSIVE, actual=why)
        if isinstance(each, Check) and each.id in hanging
        else each
        for each in own
    ]


def _passes(each: Check) -> bool:
    return each.verdict is Verdict.PASS and not each.condition


def _no_longer(world: History, judge: Callable[[History], Iterable[Finding]], passing: set[str]) -> set[str]:
    """Checks of these that do not pass in another world; all of them where its answers are nonsense to the judge."""
    try:
        found = list(judge(world))
    except NONSENSE:
        return passing
    return {each.id for each in found if isinstance(each, Check) and each.id in passing and not _passes(each)}


def _told(event: Observed) -> str:
    return f"{event.what}: {event.problem}"


def _worlds(history: History) -> Iterator[History]:
    """The record with other answers in place of those that were lost."""
    rows: dict[str, dict[tuple[tuple[str, str], ...], dict[str, str]]] = {}
    for event in history.of(Observed):
        if event.outcome == _DONE:
            rows.setdefault(event.what, {}).update((tuple(sorted(row.items())), row) for row in event.rows)

    def nothing(event: Observed) -> Observed:
        return _carried_out(event) if _ordered(event) else _done(event, ())

    def refused(event: Observed) -> Observed:
        return msgspec.structs.replace(event, outcome=_REFUSED, rows=(), status=_FORBIDDEN)

    def everything(event: Observed) -> Observed:
        return _carried_out(event) if _ordered(event) else _done(event, tuple(rows.get(event.what, {}).values()))

    for instead in (nothing, refused, everything):
        yield History(
            [
                instead(event) if isinstance(event, Observed) and event.outcome in LOST else event
                for event in history.events
            ]
        )


def _ordered(event: Observed) -> bool:
    return event.what.partition(" ")[0] in ORDERS


def _carried_out(event: Observed) -> Observed:
    """An order that was taken; what it made is called as it was to be."""
    made = event.what.startswith("create ")
    return _done(event, ({"object": event.query.get("id", f"unanswered-{event.asked}")},) if made else ())


def _done(event: Observed, rows: tuple[dict[str, str], ...]) -> Observed:
    return msgspec.structs.replace(event, outcome=_DONE, problem="", rows=rows, status=200)
