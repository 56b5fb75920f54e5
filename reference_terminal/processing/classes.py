"""Stored data by the emission source they belong to (ISC-2 7.2.3).

Leaves naming a point's source to the configuration. The store keeps with every stretch of a point's data the source it
belonged to, so that a point that moves to another source does not take its past along.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference_terminal.model.clock import WallClock
from reference_terminal.model.rows import Record
from reference_terminal.model.seams import seam
from reference_terminal.model.times import Span, iso
from reference_terminal.processing.pipeline import PointState
from reference_terminal.storage.store import Store

_MOST = 100_000
_LATEST = (
    "SELECT emission_source FROM classified AS outer WHERE point=? AND from_s=(SELECT max(from_s) FROM classified"
    " WHERE point=outer.point)"
)
_RECORDS = (
    "SELECT record.*, point.id FROM record JOIN point ON point.number=record.point"
    " WHERE span=? AND start_s>=? AND start_s<? AND ?=(SELECT emission_source FROM classified"
    " WHERE classified.point=point.id AND from_s<=record.start_s ORDER BY from_s DESC LIMIT 1)"
    " ORDER BY start_s, point.id LIMIT ?"
)


class Classes:
    """The emission sources of the points, as they are and as they were."""

    def __init__(self, store: Store, clock: WallClock, points: Sequence[PointState]) -> None:
        self._store = store
        now_s = clock.now_s()
        for state in points:
            self._note(state.config.id, state.config.emission_source, now_s)
        store.flush()

    @seam
    def _note(self, point: str, name: str, now_s: int) -> None:
        """Keep a change of the configuration; what was stored before the first belongs to it too."""
        row: Any = self._store.connection.execute(_LATEST, (point,)).fetchone()
        if row is None and name:
            self._store.write("INSERT INTO classified VALUES (?,?,?)", (point, 0, name))
        elif row is not None and row[0] != name:
            self._store.write("INSERT OR REPLACE INTO classified VALUES (?,?,?)", (point, now_s, name))

    def rows(self) -> list[dict[str, str]]:
        """Each stretch: emission source, point, since when."""
        found = self._store.connection.execute(
            "SELECT emission_source, point, from_s FROM classified ORDER BY emission_source, point, from_s"
        )
        every: list[Any] = list(found)
        return [{"emission_source": name, "point": point, "since": iso(from_s)} for name, point, from_s in every]

    def names(self) -> list[str]:
        """The emission sources that have or had points."""
        return list(dict.fromkeys(row["emission_source"] for row in self.rows() if row["emission_source"]))

    def records(self, name: str, span: Span, from_s: int, to_s: int) -> list[tuple[str, Record]]:
        """Point and record of each period of a class with from ≤ start < to that belongs to an emission source."""
        found: list[Any] = list(self._store.connection.execute(_RECORDS, (span.code, from_s, to_s, name, _MOST)))
        return [(row[-1], Record(*row[:-1])) for row in found]
