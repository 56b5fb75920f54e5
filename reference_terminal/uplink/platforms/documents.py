"""What a third party is told besides records: methods, boundaries, entries, statistics (docs/WIRE.md section 6).

Leaves sending to `records_json`. What has been told is kept with the centre's settings, so that it is told once, and
again when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from reference_terminal.crypto.symmetric import sm3
from reference_terminal.model.clock import WallClock
from reference_terminal.model.rows import Record
from reference_terminal.model.times import DAY, MONTH, iso, span_of
from reference_terminal.processing.settlement import LONG, totals
from reference_terminal.storage.store import Store
from reference_terminal.uplink.hj212.packets import Channel

AT_ONCE = 100
_FOREVER_S = 4_102_444_800
_DAYS = 370


@dataclass(frozen=True)
class Document:
    """Rows to be told: the path's last word, under which they also stand; `mark` is kept once they are taken."""

    what: str
    rows: list[dict[str, Any]]
    mark: str


class Documents:
    """What is due to one third party."""

    def __init__(self, centre: str, channels: Sequence[Channel], store: Store, clock: WallClock) -> None:
        self._scope = f"documents/{centre}"
        self._channels = channels
        self._store = store
        self._clock = clock
        self._looked = -1

    def next(self) -> Document | None:
        """The next document that is due; nothing is looked for while nothing was written."""
        changes = self._store.connection.total_changes()
        if changes == self._looked:
            return None
        document = next(self.due(), None)
        self._looked = changes if document is None else -1
        return document

    def due(self) -> Iterator[Document]:
        """Each kind of which there is something new."""
        for what, kind in (("methods", "method"), ("boundaries", "boundary")):
            rows = self._packages(kind)
            mark = sm3(msgspec.json.encode(rows)).hex()
            if rows and self._told(what) != mark:
                yield Document(what, rows, mark)
        yield from self._entries()
        yield from self._statistics()

    def told(self, document: Document) -> None:
        """A document was taken; durable before this returns."""
        self._store.keep_setting(self._scope, document.what, document.mark)
        self._store.flush()

    def _told(self, what: str) -> str:
        return self._store.setting(self._scope, what) or ""

    def _packages(self, kind: str) -> list[dict[str, Any]]:
        rows = self._store.connection.execute(
            "SELECT name, version, valid_from_s, content FROM package WHERE kind=? AND valid_from_s<=? ORDER BY number",
            (kind, self._clock.now_s()),
        )
        found: dict[str, dict[str, Any]] = {}
        for name, version, since, content in rows:
            inner = msgspec.json.decode(content)[kind]
            head = {"name": name, "version": version, "validFrom": iso(since) if since else ""}
            found[name] = {**head, **inner}
        return list(found.values())

    def _entries(self) -> Iterator[Document]:
        codes = {channel.name: channel for channel in self._channels}
        rows: list[Any] = self._store.connection.execute(
            "SELECT number, point, span, start_s, end_s, value, author, reason, original FROM manual_entry"
            " WHERE number>? ORDER BY number LIMIT ?",
            (int(self._told("entries") or 0), AT_ONCE),
        ).fetchall()
        told: list[dict[str, Any]] = []
        for _, point, span, start_s, end_s, value, author, reason, original in rows:
            channel = codes.get(str(point))
            if channel is not None:
                period = {"kind": span_of(int(span)).name, "start": iso(int(start_s)), "end": iso(int(end_s))}
                words = {"author": str(author), "reason": str(reason), "original": str(original or "")}
                told.append({"point": channel.code, **period, "value": str(value), "unit": channel.unit, **words})
        if rows:
            yield from self._rows("entries", told, str(rows[-1][0]))

    def _statistics(self) -> Iterator[Document]:
        """Days that have ended since the last told one, and the longer periods that ended with them."""
        after_s = int(self._told("statistics") or -1)
        rows: list[dict[str, Any]] = []
        latest_s = after_s
        for channel in self._channels:
            if not channel.counter:
                continue
            newest = self._store.records(DAY.code, channel.point, after_s + 1, _FOREVER_S, _DAYS)
            if not newest:
                continue
            latest_s = max(latest_s, newest[-1].start_s)
            rows += [_row(channel, "day", day) for day in newest if day.value is not None]
            known = self._store.records(DAY.code, channel.point, newest[0].start_s - _DAYS * 86_400, _FOREVER_S, 800)
            first_s, last_s = newest[0].end_s, newest[-1].end_s
            for long in LONG:
                rows += [
                    _stretch(channel, long.name, each.start_s, each.end_s, each.value, each.low, each.high)
                    for each in totals(long, known)
                    if each.value is not None and first_s <= each.end_s <= last_s
                ]
            months = self._store.records(MONTH.code, channel.point, 0, _FOREVER_S, 800)
            rows += [
                _row(channel, "month", month) for month in months if first_s <= month.end_s <= last_s and month.value
            ]
        if latest_s > after_s:
            yield from self._rows("statistics", rows, str(latest_s))

    def _rows(self, what: str, rows: list[dict[str, Any]], mark: str) -> Iterator[Document]:
        """Rows to be told; where none of what is new concerns this third party that alone is kept."""
        document = Document(what, rows, mark)
        if rows:
            yield document
        else:
            self.told(document)


def _row(channel: Channel, kind: str, record: Record) -> dict[str, Any]:
    return _stretch(channel, kind, record.start_s, record.end_s, record.value, record.low, record.high)


def _stretch(
    channel: Channel, kind: str, start_s: int, end_s: int, value: str | None, low: str | None, high: str | None
) -> dict[str, Any]:
    return {
        "point": channel.code,
        "kind": kind,
        "start": iso(start_s),
        "end": iso(end_s),
        "value": value or "",
        "min": low or "",
        "max": high or "",
        "unit": channel.unit,
    }
