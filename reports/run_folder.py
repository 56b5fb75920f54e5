"""The run folder `out/<run>/`: every report of a run written beside its records, the manifest last.

Leaves the content of each file to its own module. Allure results are written while the cases run (reports.allure).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.case import RunResult
from reports import junit, manifest, verdicts
from reports.conformity import Entry


def write(run: RunResult, folder: Path, ledger: Sequence[Entry] = ()) -> None:
    """Write `verdicts.json`, `junit.xml` and, over all of them, `manifest.json`."""
    verdicts.write(run, folder)
    junit.write(run, folder)
    manifest.write(folder)
