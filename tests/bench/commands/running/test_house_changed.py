"""A checkout that changes under a run: one sentence in the place of reports, no traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.commands.running.house import TAKE_PART
from bench.commands.running.options import ROOT
from tests.support.process_kit import PATIENCE_S

WORDS = ("-m", "bench.cli", "run", "--case", "accuracy/takes-over-edge-values", "-n", "1", "--out", "out")


def test_files_that_change_under_a_run_end_it_with_one_sentence(tmp_path: Path) -> None:
    house = tmp_path / "house"
    for part in (ROOT / name for name in TAKE_PART):
        if part.is_dir():
            shutil.copytree(part, house / part.name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        elif part.exists():
            shutil.copy(part, house / part.name)
    told = subprocess.Popen(
        [sys.executable, *WORDS],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        end = time.monotonic() + PATIENCE_S
        while not [*house.glob("out/**/cases")] and told.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        for template in house.rglob("*.j2"):
            template.unlink()
        out, _ = told.communicate(timeout=PATIENCE_S)
    finally:
        told.kill()
    assert told.returncode == 3, out
    assert "the files of this bench changed while it ran" in out and "Traceback" not in out
