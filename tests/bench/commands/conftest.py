"""One quick run that many tests look at."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from suite_kit import carbonbench, choose, run_folder


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the quick cases; look, do not touch."""
    room = tmp_path_factory.mktemp("quick")
    told = carbonbench("run", *choose(), cwd=room)
    assert told.code == 0, told.out + told.err
    return run_folder(room / "out")


@pytest.fixture
def own(quick: Path, tmp_path: Path) -> Path:
    """A copy of the quick run that a test may spoil."""
    return shutil.copytree(quick, tmp_path / "out" / quick.name)
