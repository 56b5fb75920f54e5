"""Records at another system and by the open interface, against what the platform itself shows of the same points.

Leaves whether the platform's own records are right to the cases of acquisition.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import RECORDS, RecordsRow
from bench.dut.platform.vocabulary.public import OPEN_RECORDS
from bench.history import History, ParkStands, Stored
from bench.history.marks import Plain
from conformance.common.platforms.answers import answers, done, number
from conformance.common.platforms.figures import lines
from conformance.common.times import HOUR, MINUTE, instant_of, local

SHUT, OPEN_AGAIN = Plain("partner-shut"), Plain("partner-open")
"""From then on the other system lets nobody in, and does again."""
REFUSED_TOOK_PLACE = criterion(
    "partner-was-shut",
    en="an hour ended while the other system let nobody in",
    zh="对方系统不可用期间有小时数据产生",
    condition=True,
)
PASSED_ON = criterion(
    "records-passed-on",
    en="every whole hour of the enterprise is at the other system, once, as the platform itself shows it",
    zh="企业的每条完整小时数据均送达另一系统，且仅一次、与平台所示一致",
    unit="records",
)
PASSED_LATER = criterion(
    "records-passed-later",
    en="hours that ended while the other system let nobody in are there once it does",
    zh="对方系统不可用期间产生的数据在其恢复后补送齐全",
    unit="records",
)
NOTHING_ELSE = criterion(
    "partner-gets-nothing-else",
    en="nothing of another enterprise is at the other system",
    zh="对方系统未收到其他企业的数据",
    unit="records",
)
OPENED = criterion(
    "open-interface-same",
    en="the open interface gives the records that people are shown, with their instants, values and units",
    zh="开放接口给出的记录与平台所示的时刻、数值、单位一致",
    unit="records",
)
GUARDED = criterion(
    "open-interface-guarded",
    en="whoever has not logged in, or is of another enterprise, gets nothing by the open interface",
    zh="未登录者和其他企业经开放接口取不到数据",
    unit="questions",
)
PATIENCE_US = 10 * MINUTE
"""So long after its end an hour may take to the other system; no clause says how long (as much as two looks)."""
_WHOLE = ("complete", "corrected")


def _whole(history: History) -> dict[tuple[str, int], RecordsRow]:
    """Hours that the platform itself shows as whole, by point and start, that were over for so long when asked."""
    found: dict[tuple[str, int], RecordsRow] = {}
    for event in done(answers(history, RECORDS, period="hour")):
        for row in event.rows:
            start = int(row.start)
            if row.state in _WHOLE and start + HOUR + PATIENCE_US <= event.asked:
                found[event.query.point, start] = row
    return found


def partner_findings(history: History, centre: str, enterprise: str) -> Iterator[Check]:
    """What the other system has stored against what the platform shows."""
    due = _whole(history)
    stored = [event for event in history.of(Stored) if event.centre == centre and event.kind == "hour"]
    came: dict[tuple[str, int], list[Stored]] = {}
    for event in stored:
        came.setdefault((event.code, instant_of(event.stamp) or 0), []).append(event)
    shut = [mark.t for mark in SHUT.of(history)]
    open_again = [mark.t for mark in OPEN_AGAIN.of(history)]
    held = {key for key in due if shut and open_again and shut[0] <= key[1] + HOUR <= open_again[0]}
    yield REFUSED_TOOK_PLACE.decide(bool(held))
    told = {key: line for key, row in due.items() if (line := _unlike(row, came.get(key, [])))}
    wrong = [f"{point} {local(start)}: {line}" for (point, start), line in told.items()]
    yield PASSED_ON.none(lines(wrong), len(due) > len(held))
    later = [f"{point} {local(start)}: {told[point, start]}" for point, start in sorted(held) if (point, start) in told]
    yield PASSED_LATER.none(lines(later), held)
    own = {point.id for stands in history.of(ParkStands) for point in stands.points if point.enterprise == enterprise}
    strange = [f"{event.code} {event.stamp}" for event in history.of(Stored) if event.code not in own]
    yield NOTHING_ELSE.none(lines(strange), stored)


def _unlike(row: RecordsRow, came: list[Stored]) -> str:
    """What is wrong with how an hour came; empty where nothing is."""
    if not came:
        return "did not come"
    last = came[-1]
    if len(came) > 1 or last.copies > 1:
        return f"came {sum(event.copies for event in came)} times"
    if number(last.fields.get("Value", "")) != number(row.value):
        return f"{last.fields.get('Value', 'no value')}, the platform shows {row.value}"
    return "" if last.flag == "N" else f"flag {last.flag}, the platform shows it as {row.state}"


def open_findings(history: History, reader: str) -> Iterator[Check]:
    """Each answer of the open interface against the platform's own about the same."""
    wrong: list[str] = []
    known = 0
    for event in done(answers(history, OPEN_RECORDS, by=reader)):
        put = event.query
        same = {"point": put.point, "period": put.period, "from_": put.from_, "to": put.to}
        own = done(answers(history, RECORDS, by=reader, **same))
        if not own:
            continue
        due = {row.start: (number(row.value), row.unit) for row in own[-1].rows}
        shown = {row.start: (number(row.value), row.unit) for row in event.rows}
        known += len(due)
        for start in sorted({*due, *shown}):
            if due.get(start) != shown.get(start):
                opened, seen = shown.get(start, "nothing"), due.get(start, "nothing")
                wrong.append(f"{put.point} {local(int(start))}: {opened}, the platform shows {seen}")
    yield OPENED.none(lines(wrong), known)
    others = [event for event in answers(history, OPEN_RECORDS) if event.query.by != reader]
    tried = [event for event in others if event.outcome in ("done", "refused")]
    given = [f"{event.query.by}: {len(event.rows)} rows of {event.query.point}" for event in tried if event.rows]
    yield GUARDED.none(lines(given), known and {event.query.by for event in tried} >= {"public", "clerk-b"})
