"""What questions about objects were answered with, remembered until an object of that kind changes.

Leaves asking to `objects`. Who sees what hangs on enterprises and parks: a change of theirs ends it all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sized
from typing import Any, TypeVar

from simulators.platform.core.ground import Ground

_HOMES = ("enterprise", "park")
"""Kinds by which it is decided who sees the others (`rights`)."""
_MOST = 128
_LONGEST = 2_000
"""Answers about a kind, and members of one that is remembered; a longer one is read again: memory has a bound."""

T = TypeVar("T", bound=Sized)


class Answers:
    """The memory of one platform. What it gives is shared: nobody alters it."""

    def __init__(self, ground: Ground) -> None:
        self._known: dict[str, dict[Hashable, Any]] = {}
        ground.changed.append(self._forget)

    def _forget(self, kind: str) -> None:
        if kind in _HOMES:
            self._known.clear()
        else:
            self._known.pop(kind, None)

    def get(self, kind: str, question: tuple[Any, ...], read: Callable[[], T]) -> T:
        """The answer to a question about a kind as of its last change; `read` finds one that is not known."""
        known = self._known.setdefault(kind, {})
        try:
            found = known.get(question)
        except TypeError:  # a filter by a list, which no dict can hold
            return read()
        if found is None:
            found = read()
            if len(found) <= _LONGEST:
                if len(known) >= _MOST:
                    known.clear()
                known[question] = found
        return found
