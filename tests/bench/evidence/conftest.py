"""A laboratory, a run that it signed and one that nobody signed."""

from __future__ import annotations

from pathlib import Path

import pytest
from evidence_kit import Laboratory, laboratory, signed_run
from suite_kit import QUICK, carbonbench, choose, run_folder


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    """A laboratory; look, do not touch."""
    return laboratory(tmp_path_factory.mktemp("lab") / "lab")


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory, lab: Laboratory) -> Path:
    """A signed run; look, do not touch."""
    return signed_run(tmp_path_factory.mktemp("signed"), lab)


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody signed; look, do not touch."""
    room = tmp_path_factory.mktemp("unsigned")
    told = carbonbench("run", *choose(QUICK[1:2]), cwd=room)
    assert told.code == 0, told.out + told.err
    return run_folder(room / "out")
