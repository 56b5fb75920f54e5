"""Entries by hand at the limits of their point: the limits themselves taken, what lies beyond without effect (R-20).

Leaves readings to `ranges_judge` and the second check to `entries_judge`. A product may refuse an entry beyond a limit,
or keep it as invalid.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History, Observed
from conformance.common.queries import answers, questions
from conformance.common.times import instant_of_iso, local
from conformance.common.truth import number, truth_of

ENTRY_AT_A_LIMIT_TAKEN = criterion(
    "entry-at-a-limit-taken",
    en="an entry equal to a limit of its point is taken and in force",
    zh="等于测点限值的填报被采用",
    unit="entries",
)
ENTRY_BEYOND_A_LIMIT_NOT_USED = criterion(
    "entry-beyond-a-limit-not-used",
    en="an entry one step beyond a limit is refused or invalid, and not in force",
    zh="超出测点限值一个分辨力的填报被拒绝或判为无效，且不采用",
    unit="entries",
)


def _in_force(history: History, entry: Observed) -> bool:
    """Whether the terminal's record of the period is the value entered."""
    return any(
        instant_of_iso(row.get("start", "")) == int(entry.query["start"])
        and number(row.get("value", "")) == number(entry.query["value"])
        for event in answers(history, "records")
        if event.query.get("point") == entry.query["point"]
        for row in event.rows
    )


def entry_findings(history: History) -> Iterator[Check]:
    """Entries at and beyond the limits of their point; open unless its records were shown afterwards."""
    points = truth_of(history).points
    entries = questions(history, "manual entry")
    shown = {event.query.get("point", "") for event in answers(history, "records")}
    untaken, used = list[str](), list[str]()
    seen = {False: 0, True: 0}
    silent: list[str] = []
    for entry in entries:
        point, value = points[entry.query["point"]], number(entry.query["value"])
        low, high = number(point.low), number(point.high)
        if value is None or low is None or high is None:
            continue
        if entry.problem and not entry.problem.startswith("LookupError"):
            silent.append(entry.problem)
        if point.id not in shown:
            silent.append(f"{point.id}: no records were shown")
        beyond = not low <= value <= high
        seen[beyond] += 1
        where = f"{point.id} from {local(int(entry.query['start']))}: {value}, limits {low} to {high}"
        if beyond and _in_force(history, entry):
            used.append(f"{where}: in force")
        if not beyond and (entry.problem or not _in_force(history, entry)):
            untaken.append(f"{where}: {entry.problem or 'not in force'}")
    known = not silent
    yield ENTRY_AT_A_LIMIT_TAKEN.none(untaken, known and seen[False], evidence=[*untaken, *silent])
    yield ENTRY_BEYOND_A_LIMIT_NOT_USED.none(used, known and seen[True], evidence=[*used, *silent])
