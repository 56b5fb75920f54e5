"""The page of `carbonbench prove --mutants`: the figure, the survivors with their reasons, the lines that no case runs.

Leaves the figure to `conformance.mutants.figure` and its words to `reports.mutants`.
"""

from __future__ import annotations

from pathlib import Path

from conformance.mutants.figure import unrun_of
from reports.html import page
from reports.mutants import KINDS, Told, sentence
from reports.verdicts import write_whole


def mutants_html(told: Told) -> str:
    """The page as one HTML text."""
    never = unrun_of(told.never, told.figure.commit).lines
    return page("mutants.html.j2", told=told, never=never, kinds=KINDS, sentence=sentence(told.figure))


def write(told: Told, path: Path) -> Path:
    """Write the page in one piece and return its path."""
    return write_whole(path, mutants_html(told))
