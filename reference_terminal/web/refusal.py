"""The refusal of a request: its HTTP status and, in English and Chinese, what is wrong and what to do.

Leaves writing it to the wire to `server`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reference_terminal.problems import InputError, Problem


class Refusal(InputError):
    """A request that is not carried out; `status` is its HTTP status, `headers` go with the answer."""

    def __init__(self, status: int, problems: Sequence[Problem], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(list(problems))
        self.status = status
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, dict[str, str]]:
        """The JSON of the answer: {"error": {"en": ..., "zh": ...}}, every problem in one text."""
        return {
            "error": {
                "en": "; ".join(f"{problem.where}: {problem.en}" for problem in self.problems),
                "zh": ";".join(f"{problem.where}:{problem.zh}" for problem in self.problems),
            }
        }


def refusal(status: int, where: str, en: str, zh: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """A refusal for one reason."""
    return Refusal(status, [Problem(where, en, zh)], headers)
