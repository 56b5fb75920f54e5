"""What a figure holds over any stretch of time: the longest stored periods that fill it, added up exactly (R-21).

Leaves working periods out to `emissions`. What no stored period covers is told, never filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reference_terminal.model.times import DAY, HOUR, MINUTE, MONTH, QUARTER, Span
from reference_terminal.storage.store import Store

_DOWNWARDS = (MONTH, DAY, HOUR, QUARTER, MINUTE)
_ROWS = (
    "SELECT e.start_s, r.end_s, e.mass, e.equivalent, e.version, r.flag, r.revision FROM emission e JOIN record r"
    " ON r.span=e.span AND r.start_s=e.start_s AND r.point=e.point"
    " WHERE e.span=? AND e.start_s>=? AND e.start_s<? AND e.point=? ORDER BY e.start_s"
)


@dataclass(frozen=True)
class Piece:
    """A stored period that is part of a tally."""

    span: Span
    start_s: int
    end_s: int
    mass: Fraction
    equivalent: Fraction
    version: int
    flag: str
    revision: int


@dataclass(frozen=True)
class Tally:
    """Exact sums in tonnes over [from, to), of what they are made, and the stretches that nothing covers."""

    from_s: int
    to_s: int
    pieces: tuple[Piece, ...]
    missing: tuple[tuple[int, int], ...]

    @property
    def mass(self) -> Fraction:
        """Tonnes of the gas."""
        return sum((each.mass for each in self.pieces), Fraction(0))

    @property
    def equivalent(self) -> Fraction:
        """Tonnes of CO2 equivalent."""
        return sum((each.equivalent for each in self.pieces), Fraction(0))

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def tally(store: Store, point: int, from_s: int, to_s: int, spans: Sequence[Span] = _DOWNWARDS) -> Tally:
    """The tally of a figure over [from, to)."""
    left = [(from_s, to_s)] if from_s < to_s else []
    pieces: list[Piece] = []
    for span in _DOWNWARDS:
        if span not in spans:
            continue
        still: list[tuple[int, int]] = []
        for begin_s, end_s in left:
            at_s = begin_s
            rows: list[Any] = list(store.connection.execute(_ROWS, (span.code, begin_s, end_s, point)))
            for start_s, until_s, mass, equivalent, version, flag, revision in rows:
                if until_s > end_s:
                    break
                if start_s > at_s:
                    still.append((at_s, start_s))
                pieces.append(
                    Piece(span, start_s, until_s, Fraction(mass), Fraction(equivalent), version, flag, revision)
                )
                at_s = until_s
            if at_s < end_s:
                still.append((at_s, end_s))
        left = still
    return Tally(from_s, to_s, tuple(sorted(pieces, key=lambda each: each.start_s)), tuple(left))
