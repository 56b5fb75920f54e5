"""A kind of phase with a type for its details: a drive marks by it, a judge finds by it.

Leaves the event itself to `events`; in the record it is a `Phase`, its details texts by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec

from bench.history.chain import HistoryError
from bench.history.events import Phase
from bench.history.observation import Words
from bench.history.reading import History

D = TypeVar("D", bound=Words)


class Marking(Protocol):
    """Whoever puts phases into the history (`bench.facade.bench.Bench`)."""

    def phase(self, name: str, **detail: object) -> None:
        """Say where the case is."""
        ...


@dataclass(frozen=True)
class Marked(Generic[D]):
    """One phase: since when (true time, microseconds UTC), and its details."""

    t: int
    detail: D


@dataclass(frozen=True)
class Mark(Generic[D]):
    """A kind of phase: the word by which the record has it, and the type of its details."""

    name: str
    detail: type[D]

    def put(self, bench: Marking, detail: D) -> None:
        """Say that the case is there."""
        bench.phase(self.name, **detail.words())

    def of(self, history: History) -> list[Marked[D]]:
        """Every phase of this kind, in order. Raises HistoryError for a record in which one lacks a detail."""
        return [Marked(event.t, self._read(event)) for event in history.of(Phase) if event.name == self.name]

    def _read(self, event: Phase) -> D:
        try:
            return msgspec.convert(event.detail, self.detail)
        except msgspec.ValidationError as error:
            raise HistoryError(
                f"phase {self.name!r} at {event.t} us: {error}; this version cannot judge such a record "
                "/ 记录中有本版本不认识的内容，无法评判"
            ) from None
