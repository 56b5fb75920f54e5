"""A kind of observation with types of its own: what was asked, and a row of the answer.

Leaves what is asked and answered to the kinds, and the event itself to `events`. In the record both are texts by name,
as of every `Observed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

import msgspec

from bench.history import sentences
from bench.history.chain import HistoryError
from bench.history.events import Observed
from bench.history.reading import History


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Texts by name: a query, a row of an answer, or details of a phase. What is None is not written."""

    def words(self) -> dict[str, str]:
        """What the record holds, in the order of the fields."""
        found = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: str(text) for name, text in found if text is not None}

    @classmethod
    def from_words(cls, words: Mapping[str, str]) -> Self:
        """What the record holds, as this type. Raises msgspec.ValidationError."""
        return msgspec.convert(words, cls, strict=False)


class Nothing(Words, frozen=True, kw_only=True):
    """A query without conditions, a phase without details."""


NOTHING = Nothing()


Q = TypeVar("Q", bound=Words)
R = TypeVar("R", bound=Words)


@dataclass(frozen=True)
class Seen(Generic[Q, R]):
    """One observation: when it was asked for and answered (true time, microseconds UTC), what, and what came.

    `refused` is the status of HTTP by which the product refused, None where it did not.
    """

    t: int
    asked: int
    query: Q
    rows: tuple[R, ...]
    problem: str
    refused: int | None = None


@dataclass(frozen=True)
class Observation(Generic[Q, R]):
    """A kind of observation: the word by which the record has it, the types of its query and of its rows."""

    what: str
    query: type[Q]
    row: type[R]

    def told(
        self, t: int, asked: int, query: Q, rows: Sequence[R], problem: str = "", refused: int | None = None
    ) -> Observed:
        """The event; `refused` is the status of HTTP by which the product refused, 0 where it has none."""
        return Observed(
            t=t,
            what=self.what,
            asked=asked,
            query=query.words(),
            rows=tuple(row.words() for row in rows),
            problem=problem,
            outcome="" if refused is None else "refused",
            status=refused or 0,
        )

    def of(self, history: History) -> list[Seen[Q, R]]:
        """Every observation of this kind, in order. Raises HistoryError as `read`."""
        return [self.read(event) for event in history.of(Observed) if event.what == self.what]

    def answered(self, history: History) -> list[Seen[Q, R]]:
        """Those that were answered at all, if only with nothing."""
        return [each for each in self.of(history) if not each.problem]

    def rows(self, history: History) -> list[R]:
        """The rows of all of them."""
        return [row for each in self.of(history) for row in each.rows]

    def read(self, event: Observed) -> Seen[Q, R]:
        """One event of this kind. Raises HistoryError where it lacks a text, or has a word of no type."""
        try:
            rows = _read(event.rows, self.row)
            (query,) = _read([event.query], self.query)
        except msgspec.ValidationError as error:
            raise HistoryError(str(sentences.OTHER_QUESTION(what=self.what, asked=event.asked, error=error))) from None
        refused = event.status if event.outcome == "refused" else None
        return Seen(event.t, event.asked, query, rows, event.problem, refused)


W = TypeVar("W", bound=Words)


def _read(found: Iterable[Any], kind: type[W]) -> tuple[W, ...]:
    return tuple(kind.from_words(each) for each in found)
