"""What a centre of HJ 212 may set, from where to where (HJ 212-2017, tables 5 and 9; docs/WIRE.md section 5).

Leaves what a setting does to whoever exercises it.
"""

from __future__ import annotations

from typing import NamedTuple

from bench.history.marks import Mark
from bench.history.observation import Words


class Settable(NamedTuple):
    """A number with its order, its field there, its name in a package, its least and greatest value."""

    cn: str
    field: str
    parameter: str
    low: int
    high: int

    @property
    def beyond(self) -> tuple[int, int]:
        """One below and one above."""
        return self.low - 1, self.high + 1


SETTABLE = (
    Settable("1062", "RtdInterval", "realtime_interval_s", 30, 3600),
    Settable("1064", "MinInterval", "minute_interval", 1, 30),
    Settable("1000", "OverTime", "over_time_s", 1, 99),
    Settable("1000", "ReCount", "re_count", 1, 99),
)


class Limit(Words, frozen=True, kw_only=True):
    """What is set next: the field and its value."""

    field: str
    value: str


LIMIT = Mark("limit", Limit)
