"""When a period is complete over all points and goes to the centres' queues.

Leaves making the records of single points to `interval` and delivering to uplink.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference_terminal.model.rows import Record
from reference_terminal.model.times import Span, span_of


class PeriodBook:
    """Periods of which some points have a record and others do not yet."""

    def __init__(
        self,
        members: Callable[[Span], Sequence[int]],
        stored: Callable[[int, int], Sequence[int]],
        complete: Callable[[Span, int, int], None],
    ) -> None:
        self._members = members
        self._stored = stored
        self._complete = complete
        self._missing: dict[tuple[int, int], dict[int, None]] = {}
        self._ends: dict[tuple[int, int], int] = {}

    def note(self, records: Sequence[Record]) -> None:
        """Take note of new records; a period whose last one this is goes to `complete(span, start_s, end_s)`."""
        for record in records:
            key = (record.span, record.start_s)
            missing = self._missing.get(key)
            if missing is None:
                missing = dict.fromkeys(self._members(span_of(record.span)))
                for point in self._stored(record.span, record.start_s):
                    missing.pop(point, None)
                self._missing[key] = missing
                self._ends[key] = record.end_s
            missing.pop(record.point, None)
            if not missing:
                del self._missing[key]
                self._complete(span_of(record.span), record.start_s, self._ends.pop(key))

    def overdue(self, now_s: int, grace_s: int) -> list[tuple[Span, int, list[int]]]:
        """Periods that ended more than `grace_s` ago, with the points that are missing."""
        return [
            (span_of(key[0]), key[1], list(missing))
            for key, missing in self._missing.items()
            if self.is_overdue(self._ends[key], now_s, grace_s)
        ]

    def is_overdue(self, end_s: int, now_s: int, grace_s: int) -> bool:
        """Whether a period that ended at `end_s` has waited long enough."""
        return now_s >= end_s + grace_s

    @property
    def waits(self) -> bool:
        """Whether a period waits for points."""
        return bool(self._ends)

    def next_overdue_s(self, grace_s: int) -> int | None:
        """The first instant at which something is overdue."""
        return min(self._ends.values()) + grace_s if self._ends else None

    def drop(self, span: Span, start_s: int) -> int:
        """Stop waiting for a period; returns its end."""
        del self._missing[(span.code, start_s)]
        return self._ends.pop((span.code, start_s))
