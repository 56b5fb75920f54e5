"""Calibrations of what measures in a stack, and when it was out of control by them (失控, facts 6.3 and 6.4).

Leaves which hours count to `stacks`. A calibration fails where the drift of zero or span, in percent of full scale, is
beyond its limit. Between the last one that was passed and the next that is, nothing that was measured is valid; nor is
it from so many hours after one that was passed until the next is. Limits and hours are settings without a default, as
no document at hand confirms any.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import apsw

from reference_terminal.model.seams import seam
from reference_terminal.model.times import HOUR, iso
from reference_terminal.settings.accounting import StackConfig

OUT_OF_CONTROL = "out of control"
ADD = "INSERT INTO stack_calibration (source, at_s, zero, span, author, reason, entered_ms) VALUES (?,?,?,?,?,?,?)"
_COLUMNS = "at_s, zero, span, author, reason, max(number)"
_BEFORE = f"SELECT {_COLUMNS} FROM stack_calibration WHERE source=? AND at_s<? GROUP BY at_s ORDER BY at_s DESC LIMIT 1"
_SINCE = f"SELECT {_COLUMNS} FROM stack_calibration WHERE source=? AND at_s>=? GROUP BY at_s ORDER BY at_s LIMIT 1"
_EVERY = f"SELECT {_COLUMNS} FROM stack_calibration WHERE source=? AND at_s>=? AND at_s<? GROUP BY at_s ORDER BY at_s"


@dataclass(frozen=True)
class Calibration:
    """A calibration: the drift that was found of zero and span, in percent of full scale."""

    at_s: int
    zero: Decimal
    span: Decimal
    author: str = ""
    reason: str = ""

    def cause(self, config: StackConfig) -> str:
        """Why it was not passed; empty if it was."""
        found = [
            f"{name} drift {drift} % is beyond {limit} %"
            for name, drift, limit in (("zero", self.zero, config.out_zero), ("span", self.span, config.out_span))
            if is_beyond(drift, limit)
        ]
        return f"{OUT_OF_CONTROL}: calibration of {iso(self.at_s)}, {', '.join(found)}" if found else ""


@seam
def is_beyond(drift: Decimal, limit: Decimal) -> bool:
    """Whether an instrument with this drift is out of control; the limit itself is in it (R-05)."""
    return abs(drift) > limit


def before(connection: apsw.Connection, source: str, at_s: int) -> Calibration | None:
    """The last calibration before an instant."""
    return _read(connection.execute(_BEFORE, (source, at_s)).fetchone())


@seam
def since(connection: apsw.Connection, source: str, at_s: int) -> Calibration | None:
    """The first calibration from an instant on."""
    return _read(connection.execute(_SINCE, (source, at_s)).fetchone())


def between(connection: apsw.Connection, source: str, from_s: int, to_s: int) -> list[Calibration]:
    """The calibrations of a stretch; of several entered for one instant the last."""
    rows: list[Any] = list(connection.execute(_EVERY, (source, from_s, to_s)))
    return [found for row in rows if (found := _read(row)) is not None]


@seam
def lost_control(connection: apsw.Connection, source: str, config: StackConfig, start_s: int, end_s: int) -> str:
    """Why what was measured in [start, end) is not valid; empty if it is as far as calibrations tell."""
    if not config.out_zero:
        return ""
    last = before(connection, source, start_s + 1)
    around = [last, *between(connection, source, start_s + 1, end_s), since(connection, source, end_s)]
    failed = next((cause for each in around if each is not None and (cause := each.cause(config))), "")
    return failed or ("" if last is None else overdue(last, config, end_s))


def overdue(last: Calibration, config: StackConfig, end_s: int) -> str:
    """Why what was measured until an instant is not valid, the last calibration having been passed; empty if it is."""
    if not config.overdue_h or end_s <= last.at_s + config.overdue_h * HOUR.code:
        return ""
    return f"{OUT_OF_CONTROL}: calibration of {iso(last.at_s)}, overdue after {config.overdue_h} h"


def _read(row: Any) -> Calibration | None:
    return None if row is None else Calibration(int(row[0]), Decimal(row[1]), Decimal(row[2]), row[3], row[4])
