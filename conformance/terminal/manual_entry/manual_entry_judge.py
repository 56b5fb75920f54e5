"""Manual entry: who entered what and why is kept beside the original, and the value is sent (CSMT 11.3 d, R-22).

Leaves the second check of entered values to `entries_judge`. What was entered is known from the questions of the bench.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.history import History, Observed, Stored
from conformance.common.delivery import setup_of
from conformance.common.queries import questions
from conformance.common.times import instant_of, instant_of_iso, local
from conformance.common.truth import number

ENTRY_KEPT = criterion(
    "entry-kept", en="an entry is kept with its author and reason", zh="录入保留录入人和原因", unit="entries"
)
ORIGINAL_KEPT = criterion(
    "original-kept", en="what stood there before is kept beside it", zh="保留原值", unit="entries"
)
ENTRY_SENT = criterion(
    "entry-sent", en="the entered value is sent to the centre", zh="录入值上传至数据中心", unit="entries"
)


def findings(history: History, centre: str) -> Iterator[Check]:
    """Every entry of the case is kept with author and reason, beside its original, and reaches the centre."""
    entries = [event for event in history.of(Observed) if event.what == "manual entry"]
    refused = [f"{event.query['point']}: {event.problem}" for event in entries if event.problem]
    rows = [row for event in questions(history, "manual") for row in event.rows]
    unkept: list[str] = []
    lost: list[str] = []
    unsent: list[str] = []
    codes = setup_of(history, centre).codes
    for entry in entries:
        query, start = entry.query, int(entry.query["start"])
        where = f"{query['point']} {query['kind']} from {local(start)}"
        own = [row for row in rows if row.get("point") == query["point"] and _at(row.get("start", "")) == start]
        if not any(all(row.get(key) == query[key] for key in ("value", "author", "reason")) for row in own):
            unkept.append(f"{where}: {query['value']} by {query['author']} is not among {own or 'no entries'}")
        before = _before(history, entry)
        if own and before is not None and not any(_same(row.get("original", ""), before) for row in own):
            lost.append(f"{where}: was {before or 'no value'}, kept as {[row.get('original') for row in own]}")
        if not any(
            event.centre == centre
            and event.code == codes.get(query["point"])
            and event.kind == query["kind"]
            and instant_of(event.stamp) == start
            and event.t > entry.t
            and _same(event.fields.get("Cou", ""), query["value"])
            for event in history.of(Stored)
        ):
            unsent.append(f"{where}: {query['value']} never came to {centre}")
    known = bool(entries)
    texts = (
        (ENTRY_KEPT, unkept + refused),
        (ORIGINAL_KEPT, lost),
        (ENTRY_SENT, unsent),
    )
    for question, bad in texts:
        yield question.none_among(known, bad)


def _at(text: str) -> int | None:
    return instant_of_iso(text)


def _same(one: str, other: str) -> bool:
    return one == other or (number(one) is not None and number(one) == number(other))


def _before(history: History, entry: Observed) -> str | None:
    """The value of the period as the terminal showed it last before the entry; None if nobody asked."""
    shown: str | None = None
    for event in questions(history, "records"):
        if event.t > entry.t or event.query.get("point") != entry.query["point"]:
            continue
        for row in event.rows:
            if event.query.get("kind") == entry.query["kind"] and _at(row.get("start", "")) == int(
                entry.query["start"]
            ):
                shown = row.get("value", "")
    return shown
