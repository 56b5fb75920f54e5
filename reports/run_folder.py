"""The run folder `out/<run>/`: every report of a run written beside its records, the manifest last.

Leaves the content of each file to its own module. Allure results are written while the cases run (reports.allure).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bench.case import RunResult
from reports import html, junit, manifest, verdicts
from reports.conformity import completed
from reports.entries import Entry
from reports.html.view import Glances
from reports.ledger import entries


def write(
    run: RunResult,
    folder: Path,
    ledger: Sequence[Entry] | None = None,
    glances: Glances | None = None,
    seal: Callable[[RunResult], None] | None = None,
    writer: str = "",
) -> None:
    """Write `verdicts.json`, `junit.xml`, `report.html` and, over all of them, `manifest.json`.

    Every entry of the ledger that the run answers for gets its verdict and reason first. Without `ledger` the clause
    ledger of the suite is read. `glances` are what was gathered of records when they were judged: they are not read
    again. `seal` is called once the verdicts are there and no report is. `writer` is the bench (commit) that writes.
    """
    known = entries() if ledger is None else ledger
    run = completed(run, known)
    verdicts.write(run, folder)
    if seal:
        seal(run)
    rewrite(run, folder, known, glances, writer)


def rewrite(
    run: RunResult,
    folder: Path,
    ledger: Sequence[Entry] | None = None,
    glances: Glances | None = None,
    writer: str = "",
) -> None:
    """Write the reports of a run whose verdicts stand, and the manifest over all."""
    junit.write(run, folder)
    html.write(run, folder, entries() if ledger is None else ledger, glances, writer)
    manifest.write(folder)
