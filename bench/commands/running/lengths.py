"""How long the world of each case lasts with the reference terminal: data of the suite, written by `plan --record`.

In real time a case takes as long as its world does; so far a terminal's first run can be told when it will end.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from bench.commands import sentences
from bench.commands.running.options import ROOT
from bench.history import HistoryError

LENGTHS = ROOT / "conformance" / "lengths.json"
FORMAT = "carbonbench-lengths/1"


class Length(msgspec.Struct, frozen=True, kw_only=True):
    """What a case takes: seconds of its world, how often its supply was switched, how often the terminal was asked."""

    s: float
    switched: int = 0
    asked: int = 0


class Lengths(msgspec.Struct, frozen=True, kw_only=True):
    """The lengths of all cases, and the bench they were counted with."""

    format: str = FORMAT
    commit: str
    cases: dict[str, Length]


def read_lengths(path: Path = LENGTHS) -> Lengths:
    """The lengths that the suite comes with. Raises HistoryError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Lengths)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HistoryError(sentences.LENGTHS_UNREADABLE(error=error).after(path)) from None


@cache
def lengths_of_the_suite() -> dict[str, float]:
    """Simulated seconds by id of the case; a case that was not recorded yet is not in it. Raises HistoryError."""
    return {name: length.s for name, length in read_lengths().cases.items()}
