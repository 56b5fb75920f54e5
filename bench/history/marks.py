"""A kind of phase with a type for its details: a drive marks by it, a judge finds by it.

Leaves the event itself to `events` and the kinds that the bench marks by itself to `phases`; in the record it is a
`Phase`, its details texts by name, numbers too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec

from bench.history import sentences
from bench.history.chain import HistoryError
from bench.history.events import Phase
from bench.history.observation import NOTHING, Nothing, Words
from bench.history.reading import History
from simulators.events import Event

D = TypeVar("D", bound=Words)


class Marking(Protocol):
    """Whoever puts phases into the history (`bench.facade.bench.Bench`)."""

    def phase(self, name: str, **detail: object) -> None:
        """Say where the case is."""
        ...


@dataclass(frozen=True)
class Marked(Generic[D]):
    """One phase: since when and until when (the next of any kind, or the end; microseconds UTC), and its details."""

    t: int
    detail: D
    until: int


@dataclass(frozen=True)
class Mark(Generic[D]):
    """A kind of phase: the word by which the record has it, and the type of its details.

    Where one lacks a detail of this type, or has one that cannot be read, every question raises HistoryError.
    """

    name: str
    detail: type[D]

    def put(self, bench: Marking, detail: D) -> None:
        """Say that the case is there."""
        bench.phase(self.name, **detail.words())

    def event(self, t: int, detail: D) -> Phase:
        """The event."""
        return Phase(t=t, name=self.name, detail=detail.words())

    def of(self, history: History) -> list[Marked[D]]:
        """Every phase of this kind, in order."""
        events = history.of(Phase)
        own = [index for index, event in enumerate(events) if event.name == self.name]
        return [
            Marked(
                events[index].t,
                self._read(events[index]),
                events[index + 1].t if index + 1 < len(events) else history.end_us,
            )
            for index in own
        ]

    def first(self, history: History) -> Marked[D] | None:
        """The first phase of this kind."""
        return next(iter(self.of(history)), None)

    def last(self, history: History) -> Marked[D] | None:
        """The last phase of this kind."""
        found = self.of(history)
        return found[-1] if found else None

    def at(self, history: History) -> int:
        """The instant of the last of this kind; the end of the history when the case never got there."""
        found = self.last(history)
        return history.end_us if found is None else found.t

    def read(self, event: Event) -> D | None:
        """The details of an event; None where it is no phase of this kind."""
        return self._read(event) if isinstance(event, Phase) and event.name == self.name else None

    def _read(self, event: Phase) -> D:
        try:
            return self.detail.from_words(event.detail)
        except msgspec.ValidationError as error:
            raise HistoryError(str(sentences.OTHER_PHASE(name=self.name, t=event.t, error=error))) from None


class Plain(Mark[Nothing]):
    """A kind of phase without details: a word alone."""

    def __init__(self, name: str) -> None:
        super().__init__(name, Nothing)

    def put(self, bench: Marking, detail: Nothing = NOTHING) -> None:
        """Say that the case is there."""
        super().put(bench, detail)

    def event(self, t: int, detail: Nothing = NOTHING) -> Phase:
        """The event."""
        return super().event(t, detail)


SETTLE = Plain("settle")
"""The instant before which every ended interval must arrive (`bench.facade.parts.CentresByName.settle`)."""
