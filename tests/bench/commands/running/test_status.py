"""`carbonbench status` from another shell: while a run goes, after it, and of what is no run."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from suite_kit import COMMAND, QUICK, carbonbench, choose, environment, in_place

LONG = "delivery/backfills-after-two-day-outage"


def seen(room: Path) -> list[dict[str, Any]]:
    """Every status of a run of three cases while it goes, until it is finished."""
    words = ["--case", LONG, "--case", QUICK[0], "--case", QUICK[1], "-n", "2"]
    process = subprocess.Popen(
        [COMMAND, "run", *words], cwd=room, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    found: list[dict[str, Any]] = []
    try:
        while not list(room.glob("out/*/run.json")):
            assert process.poll() is None
            time.sleep(0.05)
        while process.poll() is None:
            told = in_place("status", "--json", cwd=room)
            assert told.code == 0, told.err
            found.append(json.loads(told.out))
            time.sleep(0.5)
    finally:
        process.terminate()
        process.wait()
    return [*found, json.loads(in_place("status", "--json", cwd=room).out)]


@pytest.mark.timeout(900)
def test_a_run_is_looked_at_while_it_goes_and_a_second_one_has_an_end(tmp_path: Path) -> None:
    first = seen(tmp_path)
    assert {each["state"] for each in first[:-1]} <= {"running", "finished"} and first[-1]["state"] == "finished"
    assert (first[-1]["done"], first[-1]["planned"], first[-1]["counts"]) == (3, 3, {"pass": 3})
    going = [each for each in first if any(row["case"] == LONG for row in each["running"])]
    assert going, "the long case was never seen under way"
    for each in going:
        assert each["remaining_s"] is None and each["ends"] == "" and each["unknown"] >= 1
        (row,) = [row for row in each["running"] if row["case"] == LONG]
        assert row["alive"] is True and row["estimate_s"] is None
        datetime.fromisoformat(row["since"])
    second = seen(tmp_path)
    going = [each for each in second if any(row["case"] == LONG for row in each["running"])]
    assert going and all(each["remaining_s"] is not None and each["unknown"] == 0 for each in going)
    assert all(datetime.fromisoformat(each["ends"]) >= datetime.fromisoformat(each["sitting"]) for each in going)


def test_a_finished_run_for_a_person(quick: Path) -> None:
    told = carbonbench("status", quick, cwd=quick.parent)
    assert told.code == 0
    for words in (quick.name, "finished", f"{len(QUICK)} of {len(QUICK)}", f"✓ {len(QUICK)} pass"):
        assert words in told.out


def test_the_latest_troubles_are_told(tmp_path: Path) -> None:
    carbonbench("run", *choose(QUICK[1:2]), "--defect", "read-now-from-memory", cwd=tmp_path)
    told = carbonbench("status", cwd=tmp_path)
    assert told.code == 0 and f"✗ {QUICK[1]}  the meters are read between command and answer" in told.out


def test_what_is_no_run_is_one_sentence(tmp_path: Path, own: Path) -> None:
    (tmp_path / "file").write_text("x")
    for words, said in (
        (["status", "file"], "expected a run folder, found a file"),
        (["status", "nothing"], "expected a run folder, found nothing"),
        (["status", own.parent], f"；其中的运行有 {own.name}"),
        (["status", "--out", "nothing"], "expected a folder of runs, found nothing"),
        (["status", "--out", "file"], "expected a folder of runs, found a file"),
    ):
        told = in_place(*words, cwd=tmp_path)
        assert (told.code, told.out, len(told.problems)) == (4, "", 1) and said in told.err, told


@pytest.mark.parametrize("octets", [b"", b"{", b"[]", b"\xff", b'{"format":"carbonbench-run/9"}'])
def test_a_spoiled_journal_is_one_sentence(own: Path, octets: bytes) -> None:
    (own / "run.json").write_bytes(octets)
    told = in_place("status", own, cwd=own)
    assert (told.code, told.out, len(told.problems)) == (3, "", 1) and "run.json" in told.err
