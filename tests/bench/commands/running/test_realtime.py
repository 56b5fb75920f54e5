"""The suite in real time: the smoke set against the reference terminal as a program, and words that cannot be used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from suite_kit import ROOT, carbonbench, chain_of, choose, run_folder, verdicts

from bench.history import TerminalState, Timing, read_history

# At most three minutes of wall time together, side by side: one of delivery, outage, lost power, exact values.
SMOKE = (
    "realtime/delivers-within-minutes",
    "realtime/backfills-short-outage",
    "realtime/outlasts-cut-at-sync",
    "realtime/takes-over-edge-values-quickly",
)


# A defect that virtual time cannot have, and the case of the smoke set that catches it whatever the disk keeps.
DEFECT, CATCHES = "log-buffered-in-user-space", "realtime/outlasts-cut-at-sync"


@pytest.mark.timeout(900)
def test_the_reference_terminal_passes_the_smoke_set_as_a_program_and_a_broken_one_does_not(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    with ThreadPoolExecutor() as beside:
        # Beside the sound one, since both do little but wait.
        words = ("run", "--rig", "process", "--defect", DEFECT, *choose([CATCHES]))
        caught = beside.submit(carbonbench, *words, cwd=broken)
        told = carbonbench("run", "--rig", "process", "-n", "4", *choose(SMOKE), cwd=tmp_path)
    (harmed,) = verdicts(run_folder(broken / "out"))["cases"]
    failed = {check["id"] for check in harmed["checks"] if check["verdict"] == "fail"}
    assert caught.result().code == 1 and "readable-stays-readable" in failed, caught.result().out
    folder = run_folder(tmp_path / "out")
    found = {case["id"]: (case["verdict"], case["reason"]) for case in verdicts(folder)["cases"]}
    # A busy machine is a note: on it no limit of time is missed.
    found = {case: (said, "" if why.startswith("machine-cpu-stalled") else why) for case, (said, why) in found.items()}
    assert found == dict.fromkeys(SMOKE, ("pass", "")), told.out + told.err
    assert told.code == 0
    for record in folder.rglob("record.jsonl"):
        chain_of(record)
        history = read_history(record)
        assert history.began.rig == "process" and len(history.of(Timing)) == 1
        assert "running" in {event.state for event in history.of(TerminalState)}
        assert history.capture("field") is not None
    assert carbonbench("rejudge", folder, cwd=tmp_path).code == 0
    assert carbonbench("verify", folder, cwd=tmp_path).code == 0


def test_a_defect_of_the_process_rig_is_refused_in_virtual_time(tmp_path: Path) -> None:
    told = carbonbench("run", "--defect", "file-never-synced", cwd=tmp_path)
    assert told.code == 4
    assert told.problems == [
        "--defect file-never-synced: a product can have this only with --rig process, --rig loopback / "
        "仅在 --rig process、--rig loopback 下受测品才会有此缺陷"
    ]


def test_a_profile_that_cannot_start_its_program_is_refused_before_anything_runs(tmp_path: Path) -> None:
    profile = tmp_path / "my.toml"
    profile.write_text('[terminal]\nname = "x"\nadapter = "command"\n[connection]\nready_s = 0\nclock = "none"\n')
    told = carbonbench("run", "--rig", "process", "--terminal", profile, cwd=tmp_path)
    assert told.code == 4 and not (tmp_path / "out").exists()
    assert [problem.partition(":")[0] for problem in told.problems] == ["my.toml"] * 3


def test_a_program_in_virtual_time_is_not_run(tmp_path: Path) -> None:
    example = ROOT / "fixtures" / "terminals" / "program" / "profile.toml"
    told = carbonbench("run", "--terminal", example, *choose(SMOKE[:1]), cwd=tmp_path)
    (case,) = verdicts(run_folder(tmp_path / "out"))["cases"]
    assert case["verdict"] == "not run" and "needs real time" in case["reason"], told.err


def test_a_rig_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    told = carbonbench("prove", "--rig", "cloud", cwd=tmp_path)
    assert told.code == 4 and told.problems == [
        "--rig cloud: expected one of virtual, process, loopback / 应为 virtual、process、loopback 之一"
    ]
