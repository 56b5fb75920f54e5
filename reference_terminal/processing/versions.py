"""Versions of factors, formulas and the boundary: which count at an instant (ruling R-24).

Leaves what a version may hold to `settings.accounting`, what it makes of the boundary to `accounting.boundary`. A
version counts for periods that start at or after its instant. A month is closed at its end, or the set days later:
what is taken after that counts for it only once a recalculation has been ordered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from reference_terminal.accounting.boundary import Boundary, bound
from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, MONTH, stamp
from reference_terminal.settings.accounting import AccountingConfig, VersionConfig
from reference_terminal.settings.meters import PointConfig
from reference_terminal.settings.problems import InputError, Problem
from reference_terminal.storage.store import Store

OF_THE_FILE = "file"
_LEAST_YEAR = 2020
"""A clock that says an earlier year was never set, and says nothing of the year of accounting."""


@dataclass(frozen=True)
class Version:
    """A version as it was taken: number (0: the settings themselves), who, why, from where, when (UTC ms)."""

    number: int
    content: VersionConfig
    taken_ms: int
    author: str
    reason: str
    origin: str

    @property
    def from_s(self) -> int:
        """The instant from which it counts."""
        return self.content.from_s


@seam
def year_of(at_s: int) -> int:
    """The year of accounting of an instant, in +08:00."""
    return int(stamp(at_s)[:4])


def check(config: AccountingConfig, points: Mapping[str, PointConfig], now_s: int) -> None:
    """Raise InputError with everything that is wrong with the accounting of a configuration."""
    ordered = sorted(config.versions, key=lambda each: each.from_s)
    problems: dict[Problem, None] = {}
    for at_s in [now_s, *(each.from_s for each in ordered)]:
        applied = [each for each in ordered if each.from_s <= at_s]
        year = max(year_of(at_s), _LEAST_YEAR)
        problems |= dict.fromkeys(bound(config, points, applied, year)[1])
    if problems:
        raise InputError([Problem(f"accounting: {each.where}", each.said) for each in problems])


class Versions:
    """The versions of one emitter."""

    def __init__(
        self, config: AccountingConfig, points: Mapping[str, PointConfig], store: Store, clock: WallClock
    ) -> None:
        self._config = config
        self._points = points
        self._store = store
        self._clock = clock
        self._known: dict[tuple[tuple[int, ...], int], tuple[Boundary | None, str]] = {}
        self._months: dict[int, tuple[Version, ...]] = {}
        self._asked: tuple[int, tuple[Version, ...]] | None = None
        bounds = (at_s for each in config.sources for at_s in (each.since_s, each.until_s) if at_s)
        self._bounds = tuple(dict.fromkeys(bounds))
        self.every: list[Version] = []
        self._released: dict[int, int] = {}
        self._read()
        self._take_those_of_the_file()

    def _read(self) -> None:
        rows: list[Any] = list(
            self._store.connection.execute(
                "SELECT number, taken_ms, author, reason, origin, body FROM accounting_version ORDER BY number"
            )
        )
        self.every = [
            Version(number, msgspec.json.decode(body, type=VersionConfig), taken_ms, author, reason, origin)
            for number, taken_ms, author, reason, origin, body in rows
        ]
        self._released = {}
        for month_s, version in self._store.connection.execute(
            "SELECT month_s, version FROM accounting_release ORDER BY at_ms"
        ):
            self._released[int(str(month_s))] = int(str(version))
        self._known.clear()
        self._months.clear()
        self._asked = None

    def _take_those_of_the_file(self) -> None:
        """Versions of the configuration that were not taken before, or say something else now under their name."""
        for each in self._config.versions:
            if each not in [known.content for known in self.every]:
                self._insert(each, "", "", OF_THE_FILE)
        self._store.flush()
        self._read()

    def _insert(self, content: VersionConfig, author: str, reason: str, origin: str) -> None:
        self._store.write(
            "INSERT INTO accounting_version (name, from_s, taken_ms, author, reason, origin, body)"
            " VALUES (?,?,?,?,?,?,?)",
            (
                content.name,
                content.from_s,
                self._clock.now_ms(),
                author,
                reason,
                origin,
                msgspec.json.encode(content).decode(),
            ),
        )

    # Taking

    def problems(self, content: VersionConfig) -> list[Problem]:
        """What is wrong with a version, where it would count and where later ones do."""
        ordered = sorted([*(each.content for each in self.every), content], key=lambda each: each.from_s)
        instants = dict.fromkeys([content.from_s, *(each.from_s for each in ordered if each.from_s > content.from_s)])
        found: dict[Problem, None] = {}
        for at_s in instants:
            applied = [each for each in ordered if each.from_s <= at_s]
            found |= dict.fromkeys(bound(self._config, self._points, applied, year_of(at_s))[1])
        return list(found)

    def gather(self, content: VersionConfig, author: str, reason: str, origin: str) -> None:
        """Gather a version for the next transaction; `refresh` after it."""
        self._insert(content, author, reason, origin)

    def refresh(self) -> None:
        """Read what is committed."""
        self._read()

    def release(self, month_s: int, author: str, reason: str) -> None:
        """Gather that a month is worked out with every version that there is now."""
        newest = self.every[-1].number if self.every else 0
        self._store.write(
            "INSERT OR REPLACE INTO accounting_release VALUES (?,?,?,?,?)",
            (month_s, newest, self._clock.now_ms(), author, reason),
        )

    # What counts

    def closed_s(self, month_s: int) -> int:
        """When a month is closed."""
        return MONTH.end(month_s) + self._config.close_days * DAY_S

    def of_month(self, at_s: int) -> tuple[Version, ...]:
        """The versions that the month of an instant is worked out with, in the order in which they count."""
        month_s = MONTH.start(at_s)
        if month_s not in self._months:
            closed_ms, released = self.closed_s(month_s) * 1000, self._released.get(month_s, 0)
            found = [
                each
                for each in self.every
                if each.from_s < MONTH.end(month_s) and (each.taken_ms < closed_ms or each.number <= released)
            ]
            self._months[month_s] = tuple(sorted(found, key=lambda each: (each.from_s, each.number)))
        return self._months[month_s]

    @seam
    def at(self, start_s: int) -> tuple[Version, ...]:
        """The versions that count for a period that starts then."""
        return tuple(each for each in self.of_month(start_s) if each.from_s <= start_s)

    @seam
    def changes(self, start_s: int, end_s: int) -> bool:
        """Whether another version begins to count, or a source enters or leaves the boundary, inside a period."""
        instants = (*(each.from_s for each in self.of_month(start_s)), *self._bounds)
        return any(start_s < at_s < end_s for at_s in instants)

    def _at(self, start_s: int) -> tuple[Version, ...]:
        """As `at`, remembered for the instant that was asked for last."""
        if self._asked is None or self._asked[0] != start_s:
            self._asked = (start_s, self.at(start_s))
        return self._asked[1]

    def boundary(self, start_s: int) -> tuple[Boundary | None, str]:
        """The boundary for a period that starts then; None, and why, where it cannot be used."""
        applied = self._at(start_s)
        key = (tuple(each.number for each in applied), year_of(start_s))
        if key not in self._known:
            made, problems = bound(self._config, self._points, [each.content for each in applied], key[1])
            told = "; ".join(f"{each.where}: {each.en}" for each in problems)[:300]
            self._known[key] = (None, told) if problems else (made, "")
        return self._known[key]

    def number(self, start_s: int) -> int:
        """The number of the newest version that counts for a period that starts then; 0 for the settings alone."""
        return max((each.number for each in self._at(start_s)), default=0)

    def newest(self) -> Sequence[Version]:
        """All versions, the latest last."""
        return self.every
