"""Which readings and periods came from a standby, kept beside them (ruling R-12).

Leaves counting over to `counter` and when a standby is read to acquisition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reference_terminal.model import numbers
from reference_terminal.model.rows import Record
from reference_terminal.processing.counter import Own
from reference_terminal.storage.store import Store

_SCOPE = "standby"
_KEEP_S = 32 * 86_400
"""The longest period is a month."""


@dataclass(frozen=True)
class StandbyState:
    """The standby a counter follows and where its own meter stood before."""

    source: str
    own: Own | None


class Sources:
    """Slots at which a standby was read, by point; periods that hold such a slot are marked when they close."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._slots: dict[int, list[tuple[int, str]]] = {}
        for point, slot_s, source in store.connection.execute(
            "SELECT point, slot_s, source FROM reading_source ORDER BY slot_s"
        ):
            self._slots.setdefault(point, []).append((slot_s, source))

    def note(self, point: int, slot_s: int, source: str) -> None:
        """A standby was read for a point."""
        slots = self._slots.setdefault(point, [])
        slots.append((slot_s, source))
        while slots[0][0] < slot_s - _KEEP_S:
            del slots[0]
        self._store.write("INSERT OR IGNORE INTO reading_source VALUES (?,?,?)", (slot_s, point, source))

    def mark(self, records: Sequence[Record], meter: str) -> None:
        """Keep with each period where its readings came from, if not all from the point's own meter."""
        for record in records:
            slots = self._slots.get(record.point)
            if not slots or slots[-1][0] < record.start_s:
                continue
            names = dict.fromkeys(name for slot_s, name in slots if record.start_s <= slot_s <= record.end_s)
            if names:
                text = ",".join((meter, *names))
                self._store.write(
                    "INSERT OR REPLACE INTO record_source VALUES (?,?,?,?)",
                    (record.span, record.start_s, record.point, text),
                )

    def of_readings(self, point: int, from_s: int, to_s: int) -> dict[int, str]:
        """The standby by slot, for the readings of a point with from ≤ slot < to that came from one."""
        rows = self._store.connection.execute(
            "SELECT slot_s, source FROM reading_source WHERE slot_s>=? AND slot_s<? AND point=?", (from_s, to_s, point)
        )
        return {int(str(at_s)): str(source) for at_s, source in rows}

    def origins(self, point: int, from_s: int, to_s: int) -> dict[int, str]:
        """The meter's record by slot, for the readings of a point with from ≤ slot < to that were read from one."""
        rows = self._store.connection.execute(
            "SELECT slot_s, origin FROM reading_origin WHERE slot_s>=? AND slot_s<? AND point=?", (from_s, to_s, point)
        )
        return {int(str(at_s)): str(origin) for at_s, origin in rows}

    def of_records(self, span: int, point: int, from_s: int, to_s: int) -> dict[int, str]:
        """The sources by start, for periods of a point with from ≤ start < to that hold readings of a standby."""
        rows = self._store.connection.execute(
            "SELECT start_s, source FROM record_source WHERE span=? AND start_s>=? AND start_s<? AND point=?",
            (span, from_s, to_s, point),
        )
        return {int(str(at_s)): str(source) for at_s, source in rows}

    # What a counter must know after a restart

    def keep(self, point: str, source: str, own: Own | None) -> None:
        """Gather which register a counter follows."""
        where = "" if own is None else f" {numbers.text(own.value)} {own.slot_s} {numbers.text(own.total)}"
        self._store.keep_setting(_SCOPE, point, f"{source}{where}" if source else "")

    def kept(self, point: str) -> StandbyState | None:
        """Which standby's register a counter followed last; None: its own meter's."""
        text = self._store.setting(_SCOPE, point)
        if not text:
            return None
        source, *where = text.split(" ")
        if not where:
            return StandbyState(source, None)
        value, slot_s, total = where
        return StandbyState(source, Own(Decimal(value), int(slot_s), Decimal(total)))
