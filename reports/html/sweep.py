"""The page of `carbonbench sweep`: every write barrier with what a power cut before and after it did.

Leaves running the sweep to `bench.commands.sweep` and counting to `reports.sweep`.
"""

from __future__ import annotations

from pathlib import Path

from reports.html import page
from reports.sweep import END, OUTCOMES, STATES, Sweep
from reports.verdicts import write_whole

FILE = "sweep.html"


def sweep_html(sweep: Sweep) -> str:
    """The sweep as one HTML text."""
    return page("sweep.html.j2", sweep=sweep, outcomes=OUTCOMES, states=STATES, end=END)


def write(sweep: Sweep, folder: Path) -> Path:
    """Write the page into a folder in one piece and return its path."""
    return write_whole(folder / FILE, sweep_html(sweep))
