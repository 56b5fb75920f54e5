"""How much escapes, as a figure: of mutants tried, killed, escaped, and the interval of the rate.

Leaves trying to the command. A mutant is *killed* by a check that fails, or by a terminal that no longer ends a case.
One that only left cases undecided is not killed. Equivalent mutants and free choices of a maker are of no consequence;
a survivor that nobody has sorted counts as an escape.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from conformance.mutants.lines import LineMap
from conformance.mutants.sampling import Mutant
from conformance.mutants.survivors import EQUIVALENT, FREE, Sorted, sorted_as

FILE = Path(__file__).with_name("figure.json")
FORMAT = "carbonbench-mutants/1"
_Z = 1.959964
"""Of 95 % of a normal distribution, two-sided."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one mutant. `by` is the check (`case:check`) or case that killed it; `tried` how many cases ran,
    `of` how many run its line.

    killed: a check failed; hangs: a case did not end; stillborn: the terminal cannot even be imported; undecided: some
    case was only inconclusive or an error, none failed; survived: every case passed.
    """

    mutant: Mutant
    outcome: Literal["killed", "hangs", "stillborn", "undecided", "survived"]
    by: str = ""
    tried: int = 0
    of: int = 0

    @property
    def killed(self) -> bool:
        """Whether the suite said of it that it is broken."""
        return self.outcome in ("killed", "hangs")


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """The counts; `lines_run` of `lines` of the terminal are run by the suite. Rates are fractions, None of nothing."""

    format: str = FORMAT
    commit: str
    seed: int
    drawn: int
    stillborn: int
    killed: int
    equivalent: int
    free: int
    escaped: int
    unsorted: int
    lines_run: int
    lines: int

    @property
    def consequential(self) -> int:
        """Mutants that a suite without holes would kill."""
        return self.killed + self.escaped + self.unsorted

    @property
    def escape_rate(self) -> float | None:
        """Escapes, those that nobody has sorted among them, of all of consequence."""
        return (self.escaped + self.unsorted) / self.consequential if self.consequential else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the escape rate (Wilson)."""
        return wilson(self.escaped + self.unsorted, self.consequential) if self.consequential else None


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % score interval of a proportion."""
    rate, square = hits / of, _Z**2
    middle = rate + square / (2 * of)
    half = _Z * math.sqrt(rate * (1 - rate) / of + square / (4 * of**2))
    whole = 1 + square / of
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def figure_of(
    trials: Iterable[Trial],
    lines: LineMap,
    known: Mapping[tuple[str, str, str, str, str], Sorted],
    *,
    commit: str,
    seed: int,
) -> Figure:
    """Count the trials, the survivors as they were sorted."""
    found = list(trials)
    kinds = [sorted_as(trial.mutant, known) for trial in found if trial.outcome in ("survived", "undecided")]
    run, code = lines.counts()
    equivalent, free, unsorted = (kinds.count(kind) for kind in (EQUIVALENT, FREE, ""))
    return Figure(
        commit=commit,
        seed=seed,
        drawn=len(found),
        stillborn=sum(trial.outcome == "stillborn" for trial in found),
        killed=sum(trial.killed for trial in found),
        equivalent=equivalent,
        free=free,
        escaped=len(kinds) - equivalent - free - unsorted,
        unsorted=unsorted,
        lines_run=run,
        lines=code,
    )


def read_figure(path: Path = FILE) -> Figure | None:
    """The figure that was recorded last; None where there is none or it is of another form."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Figure)
    except (OSError, msgspec.MsgspecError):
        return None
    return found if found.format == FORMAT else None


def write_figure(figure: Figure, path: Path = FILE) -> None:
    """Put the figure in its file, whole or not at all."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(figure), indent=1) + b"\n")
    fresh.replace(path)
