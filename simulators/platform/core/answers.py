"""What questions about objects were answered with, remembered until any object changes.

Leaves asking to `objects`. Who sees what hangs on enterprises and parks, therefore a change of any kind ends it all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sized
from typing import Any, TypeVar

from simulators.platform.core.ground import Ground

_MOST = 512
_LONGEST = 2_000
"""Answers, and members of one that is remembered: a kind with more is read again, so that memory has a bound."""

T = TypeVar("T", bound=Sized)


class Answers:
    """The memory of one platform. What it gives is shared: nobody alters it."""

    def __init__(self, ground: Ground) -> None:
        self._known: dict[Hashable, Any] = {}
        ground.changed.append(self._forget)

    def _forget(self, _kind: str) -> None:
        self._known.clear()

    def get(self, question: tuple[Any, ...], read: Callable[[], T]) -> T:
        """The answer to a question as of the last change; `read` finds one that is not known."""
        try:
            known = self._known.get(question)
        except TypeError:  # a filter by a list, which no dict can hold
            return read()
        if known is None:
            known = read()
            if len(known) <= _LONGEST:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[question] = known
        return known
