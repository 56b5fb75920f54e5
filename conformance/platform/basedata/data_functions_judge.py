"""Functions of data management: taken in by every way, managed, stored, put into statistics (ISC-1 4.5, 6.3)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import EMISSIONS, SAMPLES, EmissionsRow
from bench.history import History, ParkStands
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common.platforms.bookkeeping import Books, held, listings, plain, same, shows
from conformance.common.platforms.told import analyses, lists
from conformance.common.times import DAY, instant_of_iso, local
from conformance.platform.monitoring.supervision_judge import Value, samples


class Ways(Words, frozen=True, kw_only=True):
    """By which ways terminals come in, apart by blanks."""

    ways: str


WAYS = Mark("ways", Ways)
"""Terminals connect next."""
RESTARTED = Plain("restarted")
"""The platform has power again."""
MANAGED = criterion(
    "data-managed",
    en="data of every kind are added, changed, removed and found as told",
    zh="各类数据的增加、更改、删除和查询与操作一致",
    unit="objects",
)
STORED = criterion(
    "data-stored",
    en="after a failure of its power the platform holds everything that it had said it took",
    zh="断电重启后，平台已确认接收的全部数据仍在",
    unit="data",
)
STATISTICS = criterion(
    "data-in-statistics",
    en="days are the sum of what was entered for their hours, exactly, by source, class and enterprise",
    zh="日统计等于各小时录入之和，按排放源、类别和企业逐位准确",
    unit="figures",
)
ACCESS = criterion(
    "data-access",
    en="data of terminals come in by every way that the platform offers, each value as it was sent",
    zh="终端数据经平台提供的各种方式接入，与发送一致",
    unit="values",
)
_KINDS = ("enterprise", "process", "facility", "point", "factor", "entry")


def findings(history: History) -> Iterator[Check]:
    """Everything of one history."""
    books = Books(history)
    found = listings(history, books, *_KINDS)
    again = [mark.t for mark in RESTARTED.of(history)]
    asked = [event.asked for _, event in lists(history, *_KINDS)]
    first = [each for at, each in zip(asked, found, strict=True) if not again or at < again[0]]
    after = [each for at, each in zip(asked, found, strict=True) if again and at >= again[0]]
    managed = [line for each in first for line in each.wrong]
    yield held(MANAGED, managed, len({each.kind for each in first}), len(_KINDS))
    known = samples(history)
    stored = [line for each in after for line in each.wrong]
    stored += [line for event_at, line in _samples(history, known) if again and event_at >= again[0]]
    yield held(STORED, stored, len({each.kind for each in after}), len(_KINDS))
    yield _statistics(history, books)
    yield _access(history, known)


def _samples(history: History, known: list[Value]) -> Iterator[tuple[int, str]]:
    """What answers about samples lack or have beyond what was acknowledged, each with when it was asked."""
    for event in analyses(history, SAMPLES):
        begin, end, point = int(event.query.from_), int(event.query.to), event.query.point
        due = {each.at: each.text for each in known if each.point == point and begin <= each.at < end}
        shown = {instant_of_iso(row.at): row.value for row in event.rows}
        for at, text in due.items():
            if not same(shown.get(at, ""), text):
                yield event.asked, f"{point} {local(at)}: {shown.get(at, 'missing')}, sent {text}"
        for at in shown:
            if at not in due:
                yield event.asked, f"{point} {local(at or 0)}: was not sent"


def _access(history: History, known: list[Value]) -> Check:
    ways = {
        point.id: sender.kind
        for stands in history.of(ParkStands)
        for point in stands.points
        for sender in stands.senders
        if sender.name == point.sender
    }
    offered = {way for mark in WAYS.of(history) for way in mark.detail.ways.split()}
    asked = {ways[event.query.point] for event in analyses(history, SAMPLES)}
    there = {ways[event.query.point] for event in analyses(history, SAMPLES) if event.rows}
    wrong = [line for _, line in _samples(history, known)]
    wrong += [f"nothing came in by {way}" for way in sorted(offered & asked - there)]
    due = [each for each in known if ways[each.point] in offered]
    return held(ACCESS, wrong, len(due) if offered and offered <= asked else 0, 5)


def _statistics(history: History, books: Books) -> Check:
    """Figures of emissions of days, from the entries."""
    wrong: list[str] = []
    seen = 0
    for event in analyses(history, EMISSIONS):
        of, id = event.query.of, event.query.id
        rows = {instant_of_iso(row.start): row for row in event.rows}
        for start in range(int(event.query.from_), int(event.query.to), DAY):
            due = Fraction(0)
            found = 0
            for thing in books.all("point"):
                point = thing.now(books.place(event))
                mine = point and (point["id"] if of == "point" else point.get(of, "")) == id
                for item in books.inventory("id", point["id"], start, start + DAY, books.place(event)) if mine else ():
                    due += item.emission
                    found += 1
            if not found:
                continue
            seen += 1
            row = rows.get(start, EmissionsRow())
            size = {"t": 1, "tCO2": 1, "tCO2e": 1, "kg": 1000, "kgCO2": 1000, "kgCO2e": 1000}.get(row.unit, 0)
            if not size or not shows(row.value, due * size):
                wrong.append(f"{of} {id} {local(start)}: {row.value} {row.unit}, exactly {plain(due)} t")
    return held(STATISTICS, wrong, seen, 4)
