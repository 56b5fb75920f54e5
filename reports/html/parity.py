"""The page of `carbonbench parity`: clauses and items in virtual and in real time, side by side.

Leaves comparing to `bench.commands.parity` and counting to `reports.parity`.
"""

from __future__ import annotations

from pathlib import Path

from reports.html import page
from reports.parity import Likeness, Parity
from reports.verdicts import write_whole

FILE = "parity.html"
# The page's colours of verdicts, by likeness.
_STATES = {Likeness.DIFFERS: "fail", Likeness.LIMIT: "inconclusive", Likeness.SAME: "pass"}


def parity_html(parity: Parity) -> str:
    """The comparison as one HTML text."""
    return page("parity.html.j2", parity=parity, states=_STATES)


def write(parity: Parity, folder: Path) -> Path:
    """Write the page into a folder in one piece and return its path."""
    return write_whole(folder / FILE, parity_html(parity))
