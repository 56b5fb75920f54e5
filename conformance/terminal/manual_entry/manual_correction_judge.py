"""By hand: data that centres have incomplete or wrong are mended (R-22, ISC-2 7.2.4(5)), and wrong input is refused.

Leaves author, reason and original of an entry to `manual_entry_judge`, the second check to `entries_judge`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bench.case import Check, criterion
from bench.history import History, Observed, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.delivery import setup_of
from conformance.common.phases import CORRECTED
from conformance.common.queries import questions
from conformance.common.times import DAY, HOUR, instant_of, instant_of_iso, local
from conformance.common.truth import number, plain

MENDED = {
    "incomplete": criterion(
        "incomplete-mended",
        en="a value that was missing is mended at every centre by the one entered",
        zh="缺失数据经人工填报后在各中心补全",
        unit="records",
    ),
    "inaccurate": criterion(
        "inaccurate-mended",
        en="a value that was wrong is mended at every centre by the one entered",
        zh="错误数据经人工填报后在各中心更正",
        unit="records",
    ),
}
MENDED_FLAGGED = criterion(
    "mended-flagged",
    en="what was entered by hand says so at every centre",
    zh="补传的人工值在各中心带有人工标志",
    unit="records",
)
ONE_REVISION_IN_FORCE = criterion(
    "one-revision-in-force",
    en="the entered value alone is in force afterwards, at the terminal and at every centre",
    zh="补传后仅人工值生效，终端与各中心一致",
    unit="records",
)
TOTAL_FOLLOWS_ENTRIES = criterion(
    "total-follows-entries",
    en="a day that lacked hours is the sum of its hours once all are entered, and again after a correction",
    zh="缺失小时填报齐全后日值等于各小时之和，更正后同步更新",
    unit="answers",
)
TOTAL_SENT = criterion("total-sent", en="every centre has that day in the end", zh="各中心最终得到该日值", unit="days")
ENTERED_AS_MANUAL = criterion(
    "entered-as-manual",
    en="the terminal shows the entry with its author and reason",
    zh="终端显示该填报值及其填报人和原因",
    unit="entries",
)
WRONG_INPUT_LEAVES_NOTHING = criterion(
    "wrong-input-leaves-nothing",
    en="what the terminal shows is the same before and after wrong input",
    zh="错误输入前后终端数据不变",
    unit="answers",
)
WRONG_INPUT_REFUSED = criterion("wrong-input-refused", en="wrong input is refused", zh="错误输入被拒绝", unit="inputs")
RIGHT_INPUT_TAKEN = criterion("right-input-taken", en="right input is taken", zh="正确输入被接受", unit="inputs")
LONGER_THAN_A_MONTH_REFUSED = criterion(
    "longer-than-a-month-refused",
    en="an entry for more than a month is refused",
    zh="超过一个自然月的填报被拒绝",
    unit="inputs",
)


# HJ 212-2017 table 8: a value set by hand.
BY_HAND = "S"
GOOD = "N"
# An interface that breaks over an input has not refused it.
_CRASHED = re.compile(r"status 5\d\d\b")
INPUTS = ("manual entry", "replacement", "upload-time", "backfill")


def _same(one: str, other: str) -> bool:
    return one == other or (number(one) is not None and number(one) == number(other))


def _contents(history: History, centre: str, entry: Observed) -> list[Stored]:
    """What a centre has stored under the key of an entry, in order."""
    code = setup_of(history, centre).codes.get(entry.query["point"])
    return [
        event
        for event in history.of(Stored)
        if (event.centre, event.code, event.kind) == (centre, code, entry.query["kind"])
        and instant_of(event.stamp) == int(entry.query["start"])
    ]


def _text(stored: Stored) -> str:
    return stored.fields.get("Cou", stored.fields.get("Avg", ""))


def mended_findings(history: History) -> Iterator[Check]:
    """Each entry takes the place of what centres had under its key: a value that was missing, one that was wrong.

    The case marks each entry with a phase `corrected` that tells which of the two it is.
    """
    entries: dict[str, list[Observed]] = {"incomplete": [], "inaccurate": []}
    which = ""
    for event in history.events:
        if (told := CORRECTED.read(event)) is not None:
            which = told.data or ""
        elif isinstance(event, Observed) and event.what == "manual entry" and which in entries:
            entries[which].append(event)
            which = ""
    flags: list[str] = []
    undone: list[str] = []
    known = 0
    centres = [setup.name for setup in history.began.centres]
    for data, mended in MENDED.items():
        wrong: list[str] = []
        met = 0
        for entry in entries[data]:
            value = entry.query["value"]
            where = f"{entry.query['point']} {entry.query['kind']} from {local(int(entry.query['start']))}"
            if entry.problem:
                wrong.append(f"{where}: refused: {entry.problem}")
                continue
            for centre in centres:
                contents = _contents(history, centre, entry)
                before = [one for one in contents if one.t < entry.asked]
                after = [one for one in contents if one.t >= entry.asked]
                good = [one for one in before if one.flag == GOOD and _text(one)]
                # Without something to mend the entry shows nothing.
                met += bool(good) == (data == "inaccurate") and not any(_same(_text(one), value) for one in before)
                taken = [one for one in after if _same(_text(one), value)]
                if not taken:
                    wrong.append(f"{where}: {value} never came to {centre} under its key")
                    continue
                known += 1
                if taken[-1].flag != BY_HAND:
                    flags.append(f"{where} at {centre}: flag {taken[-1].flag}, expected {BY_HAND}")
                later = [one for one in after if one.t > taken[0].t and not _same(_text(one), value)]
                undone += [f"{where} at {centre}: {_text(one)} came over it at {local(one.t)}" for one in later]
        expected = len(centres) * len(entries[data])
        yield mended.none(wrong, met and met == expected)
    other, looked = _not_in_force(history, [entry for group in entries.values() for entry in group])
    undone += other
    yield MENDED_FLAGGED.none(flags, known)
    yield ONE_REVISION_IN_FORCE.none(undone, known and looked)


def entered_finding(history: History) -> Check:
    """Each entry stands in the terminal's list of entries, with value, author and reason."""
    shown = [row for event in questions(history, "manual") for row in event.rows]
    entries = [event for event in history.of(Observed) if event.what == "manual entry" and not event.problem]
    asked = [event for event in questions(history, "manual") if not event.problem]
    absent = [
        f"{entry.query['point']} from {local(int(entry.query['start']))}: {entry.query['value']}"
        for entry in entries
        if not any(
            _same(row.get("value", ""), entry.query["value"])
            and all(row.get(key) == entry.query[key] for key in ("author", "reason"))
            for row in shown
        )
    ]
    return ENTERED_AS_MANUAL.none_among(entries and asked, absent)


def _not_in_force(history: History, entries: Sequence[Observed]) -> tuple[list[str], bool]:
    """Entries whose period the terminal itself shows otherwise at the end, and whether it shows all of them."""
    found: list[str] = []
    seen: list[bool] = []
    for entry in entries:
        if entry.problem:
            continue
        start = int(entry.query["start"])
        shown: str | None = None
        for event in questions(history, "records"):
            if event.asked < entry.t or event.query.get("point") != entry.query["point"]:
                continue
            if event.query.get("kind") == entry.query["kind"]:
                for row in event.rows:
                    if instant_of_iso(row.get("start", "")) == start:
                        shown = row.get("value", "")
        seen.append(shown is not None)
        if shown is not None and not _same(shown, entry.query["value"]):
            found.append(f"{entry.query['point']} from {local(start)}: the terminal shows {shown or 'no value'}")
    return found, bool(seen) and all(seen)


def total_findings(history: History) -> Iterator[Check]:
    """The day whose hours were entered, in the terminal's answers after the last missing one and at the centres.

    An answer about the hours is held against the entries before it, and against the answer about the day after it.
    """
    hours: dict[int, str] = {}
    wrong: list[str] = []
    judged, corrected = 0, False
    entered: dict[int, str] = {}
    due: dict[int, str] = {}
    point = ""
    for event in history.events:
        if isinstance(event, Observed) and event.what == "manual entry":
            point, start = event.query["point"], int(event.query["start"])
            if event.problem:
                wrong.append(f"{point} hour from {local(start)}: {event.query['value']} refused: {event.problem}")
                continue
            corrected = corrected or start in entered
            entered[start] = event.query["value"]
        if not isinstance(event, Observed) or event.what != "records" or event.problem:
            continue
        rows = {instant_of_iso(row.get("start", "")) or 0: row.get("value", "") for row in event.rows}
        if event.query.get("kind") == "hour":
            hours = rows
            wrong += [
                f"{local(event.asked)} {point} hour from {local(start)}: {hours[start] or 'no value'}, entered {value}"
                for start, value in entered.items()
                if start in hours and not _same(hours[start], value)
            ]
        elif event.query.get("kind") == "day":
            for start, shown in rows.items():
                parts = [number(hours.get(at, "")) for at in range(start, start + DAY, HOUR)]
                known = [part for part in parts if part is not None]
                if len(known) < len(parts):
                    continue
                judged += 1
                total = plain(sum(known, Decimal(0)))
                due[start] = total
                if not _same(shown, total):
                    where = f"{local(event.asked)} {event.query['point']} day from {local(start)}"
                    wrong.append(f"{where}: {shown or 'no value'}, its hours add up to {total}")
    yield TOTAL_FOLLOWS_ENTRIES.none(wrong, judged and corrected)
    unsent: list[str] = []
    for setup in history.began.centres:
        for start, total in due.items():
            came = [
                event
                for event in history.of(Stored)
                if (event.centre, event.kind, event.code) == (setup.name, "day", setup.codes.get(point))
                and instant_of(event.stamp) == start
            ]
            if not came or not _same(_text(came[-1]), total):
                has = _text(came[-1]) or "no value" if came else "nothing"
                unsent.append(f"{setup.name} day from {local(start)}: {has}, expected {total}")
    yield TOTAL_SENT.none(unsent, due)


class Input(Words, frozen=True, kw_only=True):
    """What is wrong with it, or the period that is longer than a month; nothing of both: it is right."""

    wrong: str | None = None
    period: str | None = None


INPUT = Mark("input", Input)
"""An input is made next."""


def input_findings(history: History) -> Iterator[Check]:
    """Wrong input is refused and leaves nothing behind; right input of the same form is taken.

    The case marks each input with a phase `input`; its detail tells what is wrong with it, nothing where it is right.
    """
    wrong: list[str] = []
    refused: list[str] = []
    longer: list[str] = []
    tried, right, lasting = 0, 0, 0
    mark: Input | None = None
    silent: list[str] = []
    for event in history.events:
        if (found := INPUT.read(event)) is not None:
            mark = found
        elif isinstance(event, Observed) and event.what in INPUTS and mark is not None:
            fault, period = mark.wrong or "", mark.period or ""
            told = ", ".join(f"{key} {text}" for key, text in event.query.items())
            mark = None
            if fault and _CRASHED.search(event.problem):
                tried += 1
                wrong.append(f"{fault}: not refused but {event.problem[:160]}")
            elif event.problem and not event.problem.startswith("LookupError"):
                silent.append(f"{told}: {event.problem}")
            elif period:
                lasting += 1
                longer += [] if event.problem else [f"taken: {told}"]
            elif fault:
                tried += 1
                wrong += [] if event.problem else [f"{fault}: taken: {told}"]
            else:
                right += 1
                refused += [f"{told}: {event.problem}"] if event.problem else []
    answered = not silent
    for question, bad, seen in (
        (WRONG_INPUT_REFUSED, wrong, tried),
        (RIGHT_INPUT_TAKEN, refused, right),
        (LONGER_THAN_A_MONTH_REFUSED, longer, lasting),
    ):
        yield question.none(bad, seen and answered, evidence=[*bad, *silent])
    before, after = _state(history, first=True), _state(history, first=False)
    changed = [
        f"{' '.join(key[:4])}: was {rows}, is {after[key]}"
        for key, rows in before.items()
        if after.get(key, rows) != rows
    ]
    yield WRONG_INPUT_LEAVES_NOTHING.none(changed, before and set(before) <= set(after) and tried)


def _state(history: History, *, first: bool) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """What the terminal showed before the first wrong input, or after the last."""
    marks = [mark.t for mark in INPUT.of(history) if mark.detail != Input()]
    low, high = (marks[0], marks[-1]) if marks else (0, 0)
    found: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for event in history.of(Observed):
        if event.what not in ("records", "manual", "centres") or event.problem:
            continue
        if (event.t < low) if first else (event.asked > high):
            key = (event.what, *(text for _, text in sorted(event.query.items())))
            fields = ("start", "value", "flag", "author", "centre", "upload_time")
            found[key] = tuple(tuple(row.get(field, "") for field in fields) for row in event.rows)
    return found
