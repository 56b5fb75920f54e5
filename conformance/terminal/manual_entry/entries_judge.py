"""Second check: a quantity entered by hand against the total of the latest complete calendar month (R-20).

Leaves author, reason and original to `manual_entry_judge`. The total is what the meter's register advanced in that
month; up to twice as much is valid, the double itself included.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check, criterion
from bench.history import History, Observed, Stored
from conformance.common.delivery import setup_of
from conformance.common.queries import answers, questions
from conformance.common.times import MINUTE, SECOND, instant_of, instant_of_iso, local
from conformance.common.truth import Certainty, number, truth_of
from conformance.terminal.processing.settlements_judge import periods

UP_TO_TWICE_VALID = criterion(
    "up-to-twice-valid",
    en="up to twice the month's total an entry is valid",
    zh="不超过上月合计 2 倍者有效",
    unit="entries",
)
BEYOND_TWICE_INVALID = criterion(
    "beyond-twice-invalid",
    en="beyond it an entry is kept and invalid",
    zh="超过 2 倍者保留并标记为无效",
    unit="entries",
)
MARKED_UNCHECKED = criterion(
    "marked-unchecked",
    en="without a complete month it is marked not second-checked",
    zh="无整月数据时注明",
    unit="entries",
)


INVALID_ENTRY_LOGGED = criterion(
    "invalid-entry-logged",
    en="an invalid entry is in the log within a minute",
    zh="无效录入在 1 min 内记入日志",
    unit="entries",
    timed=True,
)
INVALID_ENTRY_NOT_USED = criterion(
    "invalid-entry-not-used",
    en="an invalid entry is neither sent nor counted",
    zh="无效录入不上传、不计入累计",
    unit="records",
)


VALID, UNCHECKED, INVALID = "valid", "not second-checked", "invalid"
_TWICE = Decimal(2)


def expected_verdict(history: History, point: str, at_us: int, value: str) -> str:
    """What the second check must say of a quantity entered at an instant."""
    truth = truth_of(history)
    series = truth.series[point]
    if not series.times:
        return UNCHECKED
    months = [
        truth.expected(point, "month of the calendar", start, end)
        for start, end in periods("month", series.times[0] - series.period_us, at_us)
    ]
    known = [month for month in months if month.certainty is not Certainty.GAP]
    total = number(known[-1].fields["Cou"]) if known else None
    quantity = number(value)
    if total is None or quantity is None:
        return UNCHECKED
    return VALID if quantity <= _TWICE * total else INVALID


def findings(history: History, centre: str) -> Iterator[Check]:
    """Entries up to twice the month's total are valid; others are kept, marked, told and never sent or counted."""
    entries = [event for event in history.of(Observed) if event.what == "manual entry"]
    wrong: dict[str, list[str]] = {VALID: [], UNCHECKED: [], INVALID: []}
    seen: dict[str, int] = {VALID: 0, UNCHECKED: 0, INVALID: 0}
    untold: list[str] = []
    sent: list[str] = []
    asked_log = bool(answers(history, "log"))
    for entry in entries:
        query = entry.query
        point, value, start = query["point"], query["value"], int(query["start"])
        due = expected_verdict(history, point, entry.asked, value)
        seen[due] += 1
        where = f"{value} for the {query['kind']} from {local(start)}, entered {local(entry.asked)}"
        kept = [row for row in _entries(history, point) if row[0] == start and number(row[1]) == number(value)]
        if not any(verdict == due for _, _, verdict in kept):
            shown = ", ".join(verdict or "no verdict" for _, _, verdict in kept) or entry.problem or "not kept"
            wrong[due].append(f"{where}: {shown}, must be {due}")
        if due != INVALID:
            continue
        if not _told(history, point, entry.asked, value):
            untold.append(f"{where}: nothing in the log")
        sent += _used(history, centre, point, query["kind"], start, value)
    texts = (
        (VALID, UP_TO_TWICE_VALID),
        (INVALID, BEYOND_TWICE_INVALID),
        (UNCHECKED, MARKED_UNCHECKED),
    )
    for due, question in texts:
        yield question.none_among(seen[due], wrong[due])
    invalid = seen[INVALID] > 0
    yield INVALID_ENTRY_LOGGED.none_among(invalid and asked_log, untold)
    yield INVALID_ENTRY_NOT_USED.none_among(
        invalid and any(event.centre == centre for event in history.of(Stored)), sent
    )


def _entries(history: History, point: str) -> Iterator[tuple[int | None, str, str]]:
    """Start, value and verdict of the entries that the terminal shows for a point."""
    for event in history.of(Observed):
        if event.what == "manual" and event.query.get("point") == point:
            for row in event.rows:
                yield instant_of_iso(row.get("start", "")), row.get("value", ""), row.get("verdict", "")


def _told(history: History, point: str, at_us: int, value: str) -> bool:
    for event in questions(history, "log"):
        for row in event.rows:
            told = instant_of_iso(row.get("at", ""))
            text = " ".join(row.values())
            if told is not None and -SECOND <= told - at_us <= MINUTE and point in text and value in text:
                return True
    return False


def _used(history: History, centre: str, point: str, kind: str, start: int, value: str) -> list[str]:
    """Where an entry's value turns up as that period's: at the centre, or among the terminal's records."""
    code = setup_of(history, centre).codes.get(point)
    found = [
        f"{local(event.t)} {centre} {event.code} DataTime={event.stamp} Cou={event.fields.get('Cou')} flag {event.flag}"
        for event in history.of(Stored)
        if event.centre == centre
        and event.code == code
        and event.kind == kind
        and instant_of(event.stamp) == start
        and number(event.fields.get("Cou", "")) == number(value)
    ]
    for event in history.of(Observed):
        if event.what == "records" and event.query.get("point") == point and event.query.get("kind") == kind:
            found += [
                f"record of the {kind} from {row.get('start')}: {row.get('value')}"
                for row in event.rows
                if instant_of_iso(row.get("start", "")) == start and number(row.get("value", "")) == number(value)
            ]
    return found
