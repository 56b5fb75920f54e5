"""Whoever puts a question to the person at the bench, and adapters that work through one.

Leaves the questions and the channels to `bench.operator`.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from bench.operator.person import Answer, Question


class Asks(Protocol):
    """Whoever puts a question to the person."""

    async def ask(self, question: Question, timeout_s: float | None = None) -> Answer:
        """The answer. Raises NoAnswer; LookupError where there is nobody."""
        ...


@runtime_checkable
class Served(Protocol):
    """An adapter some of whose questions go to a person."""

    def attend(self, desk: Asks) -> None:
        """Whom to ask from now on."""
        ...
