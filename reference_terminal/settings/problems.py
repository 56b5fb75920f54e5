"""A sentence for a person about wrong input, in English and Chinese, with its place.

Leaves finding the problems to the modules that read input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reference_terminal.model.messages import Text

_MOST_TOLD = 1000


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it stands, and what to do about it, of a table of messages."""

    where: str
    said: Text

    @property
    def en(self) -> str:
        """What to do, in English."""
        return self.said.en

    @property
    def zh(self) -> str:
        """What to do, in Chinese."""
        return self.said.zh

    def __str__(self) -> str:
        return f"{self.where}: {self.said}"


class InputError(Exception):
    """Input that cannot be accepted; carries every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def as_text(problems: Sequence[Problem]) -> Text:
    """Problems as one text, each with its place."""
    en = "; ".join(f"{each.where}: {each.en}" for each in problems)[:_MOST_TOLD]
    return Text(en, "；".join(f"{each.where}：{each.zh}" for each in problems)[:_MOST_TOLD])
