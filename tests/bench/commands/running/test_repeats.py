"""The whole suite twice: one history. It costs two runs: `make repeat` asks for it, `make test` repeats a part."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from suite_kit import carbonbench, digests, repeated_elsewhere, run_folder, verdicts

ASKED = "CARBONBENCH_REPEAT" in os.environ


# One that is left out takes no long test's place among the workers.
@pytest.mark.timeout(7200 if ASKED else 600)
@pytest.mark.skipif(not ASKED, reason="make repeat runs the whole suite twice")
def test_the_whole_suite_gives_one_history(tmp_path: Path) -> None:
    told = carbonbench("run", "-n", "2", cwd=tmp_path)
    assert told.code == 0, told.out + told.err
    here = run_folder(tmp_path / "out")
    there = repeated_elsewhere(tmp_path)
    assert digests(there) == digests(here)
    assert verdicts(there)["history_digest"] == verdicts(here)["history_digest"]
