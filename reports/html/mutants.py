"""The page of `carbonbench prove --mutants`: the figure, the survivors with their reasons, the lines that no case runs.

Leaves the figure to `conformance.mutants.figure` and its words to `reports.mutants`.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from reports.html import page
from reports.mutants import KINDS, Told, sentence
from reports.verdicts import write_whole


def spans(lines: tuple[int, ...]) -> str:
    """Line numbers as spans: `3, 7-9`."""
    found: list[str] = []
    for _, group in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        run = [line for _, line in group]
        found.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(found)


def mutants_html(told: Told) -> str:
    """The page as one HTML text."""
    never = {module: spans(lines) for module, lines in sorted(told.never.items())}
    return page("mutants.html.j2", told=told, never=never, kinds=KINDS, sentence=sentence(told.figure))


def write(told: Told, path: Path) -> Path:
    """Write the page in one piece and return its path."""
    return write_whole(path, mutants_html(told))
