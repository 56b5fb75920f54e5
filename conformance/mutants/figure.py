"""How much escapes, as a figure: of mutants tried, killed, escaped, and the interval of the rate.

Leaves trying to the command. A mutant is *killed* by a check that fails, or by a terminal that no longer ends a case.
One that only left cases undecided is not killed. Equivalent mutants and free choices of a maker are of no consequence;
a survivor that nobody has sorted counts as an escape.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Literal

import msgspec

from bench.case import Item
from conformance.mutants.lines import LineMap, Lines
from conformance.mutants.sampling import Mutant
from conformance.mutants.subjects import file_of
from conformance.mutants.survivors import EQUIVALENT, FREE, KILLED, Sorted, sorted_as

FILE = Path(__file__).with_name("figure.json")
FORMAT = "carbonbench-mutants/1"
UNRUN = Path(__file__).with_name("unrun.json")
UNRUN_FORMAT = "carbonbench-unrun/1"
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
    """The counts; `lines_run` of `lines` of the reference are run. Rates are fractions, None of nothing."""

    format: str = FORMAT
    item: Item = Item.TERMINAL
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
    equivalent, free, killed, unsorted = (kinds.count(kind) for kind in (EQUIVALENT, FREE, KILLED, ""))
    return Figure(
        item=lines.item,
        commit=commit,
        seed=seed,
        drawn=len(found),
        stillborn=sum(trial.outcome == "stillborn" for trial in found),
        killed=killed + sum(trial.killed for trial in found),
        equivalent=equivalent,
        free=free,
        escaped=len(kinds) - equivalent - free - killed - unsorted,
        unsorted=unsorted,
        lines_run=run,
        lines=code,
    )


def read_figure(path: Path = FILE) -> Figure | None:
    """The figure that was recorded last; None where there is none or it is of another form."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Figure)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found if found.format == FORMAT else None


def write_figure(figure: Figure, path: Path | None = None) -> None:
    """Put the figure in its file, whole or not at all."""
    _write(figure, path or file_of(figure.item, FILE))


class Unrun(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of the reference that no case runs: by module, as spans (`3, 7-9`) of the text of this commit."""

    format: str = UNRUN_FORMAT
    item: Item = Item.TERMINAL
    commit: str
    lines: dict[str, str]


def unrun_of(never: Lines, commit: str, item: Item = Item.TERMINAL) -> Unrun:
    """The lines as spans."""
    return Unrun(item=item, commit=commit, lines={module: _spans(lines) for module, lines in sorted(never.items())})


def read_unrun(path: Path = UNRUN) -> Unrun | None:
    """The lines that were recorded last; None where there are none or they are of another form."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Unrun)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found if found.format == UNRUN_FORMAT else None


def write_unrun(unrun: Unrun, path: Path | None = None) -> None:
    """Put the lines in their file, whole or not at all."""
    _write(unrun, path or file_of(unrun.item, UNRUN))


def _write(what: msgspec.Struct, path: Path) -> None:
    fresh = path.with_name(path.name + ".part")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(what), indent=1) + b"\n")
    fresh.replace(path)


def _spans(lines: Iterable[int]) -> str:
    found: list[str] = []
    for _, group in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        run = [line for _, line in group]
        found.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(found)
