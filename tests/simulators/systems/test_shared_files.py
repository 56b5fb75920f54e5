"""What a world keeps in files: of one process, or of all that speak of one description."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from house import ROOT

from bench.dut.reference import configuration
from simulators.world import load_world, shared_by

WORLD = ROOT / "fixtures" / "worlds" / "systems.toml"


def _database(path: Path, *, shared: bool) -> str:
    world = load_world(path)
    text = configuration(shared_by(world, path) if shared else world, period_s=10, database="x.db", port=15080)
    return next(line for line in text.splitlines() if "sqlite:" in line).partition("sqlite:")[2].partition('"')[0]


def test_who_configures_and_who_simulates_one_description_name_one_database(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    shutil.copyfile(WORLD, other)
    assert _database(WORLD, shared=True) == _database(WORLD, shared=True)
    assert str(os.getpid()) not in _database(WORLD, shared=True)
    assert _database(WORLD, shared=True) != _database(other, shared=True)
    assert f".{os.getpid()}." in _database(WORLD, shared=False)
