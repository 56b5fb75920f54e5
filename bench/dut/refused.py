"""The product's own refusal or error in the place of an answer, apart from a question that reached nobody (R-03).

Leaves what follows from it to `bench.case.claimed`.
"""

from __future__ import annotations

_REFUSES_FROM = 400


class Refused(LookupError):
    """The product answered a question with a refusal or an error of its own; `status` is that of HTTP, else 0."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


def no_answer(words: str, status: int) -> LookupError:
    """What to raise for an HTTP answer that is none to the question: a redirection, say, refuses nothing."""
    return Refused(words, status) if status >= _REFUSES_FROM else LookupError(words)
