"""One synthetic run with its records, shared by all tests of the reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from reports_synthetic import ledger, run_in

from bench.case import RunResult
from reports.entries import Entry


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="session")
def run(run_folder: Path) -> RunResult:
    return run_in(run_folder, hours=12, meters=4)


@pytest.fixture
def entries() -> list[Entry]:
    return ledger()
