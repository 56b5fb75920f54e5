"""`carbonbench sweep`: a cut at every write barrier, harm named by its barrier, resumed where it was stopped."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import apsw
import pytest
from suite_kit import carbonbench, in_place

from bench.case.swept import DRY
from bench.commands.running.house import commit
from bench.commands.sweep import done_in
from bench.real.sweep import END, Outcome, Trial, plan, summarise, trial_of
from bench.virtual.disk import Keep, Moment, VirtualDisk
from bench.virtual.domain import PowerCut
from reports.html.sweep import sweep_html
from reports.sweep import Row, Sweep, line, sentence


def swept(folder: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of the only sweep, and its results."""
    (found,) = (folder / "out").glob("sweep-*")
    return found, json.loads((found / "sweep.json").read_text())


def replanned(folder: Path, **changes: object) -> None:
    """Change what a sweep has to do. Its commit is the present one: work on the bench may go on beside the tests."""
    plan_file = folder / "plan.json"
    plan_file.write_text(json.dumps({**json.loads(plan_file.read_text()), "commit": commit(), **changes}))


def test_another_bench_does_not_go_on_with_a_sweep(tmp_path: Path) -> None:
    carbonbench("sweep", "--syncs", "1", cwd=tmp_path)
    folder, _ = swept(tmp_path)
    replanned(folder, commit="0123456789ab")
    told = carbonbench("sweep", "--resume", folder, cwd=tmp_path)
    assert told.code == 4 and "began with the bench at 0123456789ab" in told.err


def test_a_defect_is_caught_at_the_barrier_where_it_does_harm(tmp_path: Path) -> None:
    told = carbonbench("sweep", "--defect", "last-value-rewritten-after-start", "--syncs", "25-26", cwd=tmp_path)
    folder, found = swept(tmp_path)
    assert told.code == 1, told.err
    harmed = [(row["sync"], row["moment"]) for row in found["rows"] if row["outcome"] == "lost"]
    assert harmed and {row["at"] for row in found["rows"]} == {25, 26}
    assert all("readable-stays-readable" in row["failed"] for row in found["rows"] if row["outcome"] == "lost")
    assert f"sync {harmed[0][0]} {harmed[0][1]}: harm" in told.out
    assert "terminal.db" in (folder / "sweep.html").read_text()
    assert all((folder / row["record"]).exists() for row in found["rows"])


def test_a_terminal_that_never_syncs_is_caught_at_the_end_of_the_stretch(tmp_path: Path) -> None:
    told = carbonbench("sweep", "--defect", "never-synced", "--syncs", "end", cwd=tmp_path)
    (row,) = swept(tmp_path)[1]["rows"]
    assert told.code == 1 and (row["sync"], row["moment"], row["outcome"]) == (0, "end", "lost"), told.err
    assert {"readings-stay", "readable-stays-readable"} <= set(row["failed"])
    assert "at the end: harm" in told.out


def test_a_terminal_without_a_journal_is_caught_where_half_of_a_transaction_is_kept(tmp_path: Path) -> None:
    told = carbonbench("sweep", "--defect", "no-journal", "--syncs", "14-15", cwd=tmp_path)
    lost = [row for row in swept(tmp_path)[1]["rows"] if row["outcome"] == "lost"]
    assert told.code == 1 and lost and all("readings-stay" in row["failed"] for row in lost), told.err


def test_a_stopped_sweep_goes_on_where_it_was_and_comes_to_the_same(tmp_path: Path) -> None:
    told = carbonbench("sweep", "--syncs", "1-3", "-n", "2", cwd=tmp_path)
    folder, found = swept(tmp_path)
    assert told.code == 0 and found["counts"]["safe"] == 6 and found["sample"], told.err
    trials = folder / "trials.jsonl"
    lines = trials.read_bytes().splitlines(keepends=True)
    trials.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    assert len(done_in(folder)) == 3
    replanned(folder)
    again = carbonbench("sweep", "--resume", folder, cwd=tmp_path)
    assert again.code == 0 and "3 to run" in again.err
    assert swept(tmp_path)[1]["rows"] == found["rows"]


def test_a_barrier_that_never_comes_is_missed_and_nothing_is_passed(tmp_path: Path) -> None:
    carbonbench("sweep", "--syncs", "1", cwd=tmp_path)
    folder, _ = swept(tmp_path)
    replanned(folder, trials=[[5000, "before"]])
    told = carbonbench("sweep", "--resume", folder, cwd=tmp_path)
    assert told.code == 2 and swept(tmp_path)[1]["counts"]["missed"] == 1
    assert "sync 5000 before: never came" in told.out


def test_a_terminal_that_fails_without_a_cut_is_not_swept(tmp_path: Path) -> None:
    told = carbonbench("sweep", "--defect", "flags-left-out", cwd=tmp_path)
    assert told.code == 1 and "realtime/outlasts-cut-at-any-sync fails without any cut: flags-right" in told.err


def test_all_wrong_words_are_told_at_once(tmp_path: Path) -> None:
    words = ("--case", "delivery/nothing", "--rig", "cloud", "--seed", "x", "-n", "0", "--syncs", "7-3", "--most", "9")
    told = in_place("sweep", *words, "--defect", "nothing", "--terminal", "no.toml", cwd=tmp_path)
    assert told.code == 4 and not (tmp_path / "out").exists()
    assert [problem.split()[0] for problem in told.problems[:7]] == [
        "--case",
        "--rig",
        "--seed",
        "-n",
        "--syncs",
        "--syncs",
        "--defect",
    ]


def test_a_folder_without_a_sweep_is_refused(tmp_path: Path) -> None:
    told = in_place("sweep", "--resume", tmp_path, cwd=tmp_path)
    assert told.code == 4 and "holds no sweep that can go on" in told.err


def test_barriers_beyond_the_scenario_are_refused(tmp_path: Path) -> None:
    told = carbonbench("sweep", "--syncs", "900-901", cwd=tmp_path)
    assert told.code == 4 and "--syncs 900-901: the scenario has" in told.err


def test_an_undecided_trial_is_neither_safe_nor_missed() -> None:
    trials = plan(1)
    found = summarise(trials, [(trials[0], Outcome.OPEN), (trials[1], Outcome.SAFE)])
    assert (found.safe, found.open, found.missed, found.complete) == (1, (trials[0],), (), False)


def test_the_page_shows_what_a_terminal_wrote_as_text() -> None:
    row = Row(
        sync=1, moment="before", outcome="lost", verdict="fail", file="<b>x</b>", failed=("a",), evidence=("<i>",)
    )
    found = Sweep(
        run="r", case="c", rig="virtual", terminal="t", seed=1, commit="", defect="", syncs=1, sample=False, rows=(row,)
    )
    text = sweep_html(found)
    assert "<b>x</b>" not in text and "&lt;b&gt;x" in text and "<i>" not in text
    assert "1 harm" in sentence(found) and line(row).startswith("sync 1 before: harm")
    assert not found.whole


@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_cut_while_a_database_is_being_made_leaves_the_bench_alive(nth: int, moment: Moment) -> None:
    disk = VirtualDisk(random.Random(1))
    disk.cut_at_sync(nth, lambda: disk.power_cut(Keep.SECTORS), moment=moment)
    for life in range(2):
        connection = apsw.Connection("t.db", vfs=disk.vfs_name)
        try:
            for sentence_ in (
                "PRAGMA locking_mode=EXCLUSIVE",
                "PRAGMA journal_mode=WAL",
                "CREATE TABLE IF NOT EXISTS t(a)",
            ):
                connection.execute(sentence_)
        except (PowerCut, apsw.Error):
            assert not life
        if life:
            assert connection.execute("SELECT count(*) FROM t").get == 0
    disk.close()


def test_trials_are_named_by_barrier_and_side() -> None:
    assert [str(trial) for trial in plan(1)] == ["before sync 1", "after sync 1"]
    assert plan(2)[3] == Trial(2, Moment.AFTER)
    assert str(END) == "at the end" and [trial_of(trial.sync, trial.side) for trial in (END, DRY)] == [END, DRY]
