"""A real database server and the process rig: a sound terminal has a reading for each row, whatever happens to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from suite_kit import carbonbench, choose, environment, run_folder, verdicts

from bench.history import Published, read_history
from simulators.systems.sql.programs import missing_server

CASE = "systems/takes-rows-from-postgresql"


@pytest.mark.timeout(900)
def test_rows_of_a_real_server_become_readings_in_the_process_rig(tmp_path: Path) -> None:
    if lacking := missing_server("postgresql"):
        pytest.skip(f"NOT RUN HERE: {lacking}")
    told = carbonbench("run", "--rig", "process", *choose([CASE]), cwd=tmp_path)
    folder = run_folder(tmp_path / "out")
    (case,) = verdicts(folder)["cases"]
    failed = [(check["id"], check["evidence"]) for check in case["checks"] if check["verdict"] != "pass"]
    # A busy machine is noted as the reason why no limit of time was missed on it; what is read is right all the same.
    assert (case["id"], case["verdict"], failed) == (CASE, "pass", []), told.out + told.err
    history = read_history(folder / case["record"])
    assert {event.collector for event in history.of(Published)} == {"energy-system"}
    assert history.began.meters[0].address == "10.1.0.90:5432"


def test_a_real_server_is_not_for_virtual_time(tmp_path: Path) -> None:
    told = carbonbench("run", *choose([CASE]), cwd=tmp_path)
    (case,) = verdicts(run_folder(tmp_path / "out"))["cases"]
    assert case["verdict"] == "not run" and "does not run in the virtual rig" in case["reason"], told.err


def test_nothing_is_left_on_this_machine(tmp_path: Path) -> None:
    room = tmp_path / "temporary"
    room.mkdir()
    env = environment(TMPDIR=str(room))
    told = carbonbench("run", *choose(["formulas/adds-systems-hour-by-hour"]), "-n", "2", cwd=tmp_path, env=env)
    assert told.code == 0, told.out + told.err
    assert list(room.iterdir()) == []
