"""Since when a check fails, by the runs that stand beside a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from suite_kit import carbonbench

from bench.case import CaseResult, Check, RunResult, Text, Verdict
from bench.commands.running.neighbours import first_seen

CASE, CHECK = "delivery/a", "none-lost"


def run_with(*failing: str) -> RunResult:
    name = Text("a", "甲")
    checks = tuple(Check(id=each, name=name, verdict=Verdict.FAIL) for each in failing)
    case = CaseResult(
        id=CASE, title=name, clauses=(), verdict=Verdict.FAIL, strength="", seed=1, attempt=1, replay="", checks=checks
    )
    return RunResult(
        run="5", seed=1, commit="c", terminal="V T 2", rig="virtual", history_digest="", cases=(case,), clauses=()
    )


def older(
    out: Path, run: str, verdict: str, *, case: str = CASE, rig: str = "virtual", terminal: str = "V T 1"
) -> None:
    (out / run).mkdir(parents=True)
    checks = [{"id": CHECK, "verdict": verdict}]
    there = {
        "run": run,
        "rig": rig,
        "terminal": terminal,
        "cases": [{"id": case, "verdict": verdict, "checks": checks}],
    }
    (out / run / "verdicts.json").write_text(json.dumps(there), "utf-8")


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ((), ""),
        (("pass",), "in this run, not in 1"),
        (("pass", "fail", "fail"), "2; in 2 older runs in a row"),
        (("fail", "pass", "fail"), "3; in 1 older runs in a row"),
        (("fail", "inconclusive"), "in this run, not in 2"),
    ],
)
def test_a_row_of_fails_is_followed_back(tmp_path: Path, before: tuple[str, ...], words: str) -> None:
    for number, verdict in enumerate(before, 1):
        older(tmp_path, str(number), verdict)
    told = first_seen(tmp_path / "5", "V T", run_with(CHECK))
    assert told.get((CASE, CHECK), "").startswith(words) and bool(told) is bool(words)


def test_other_items_rigs_cases_and_later_runs_say_nothing_and_break_no_row(tmp_path: Path) -> None:
    older(tmp_path, "1", "fail")
    older(tmp_path, "2", "pass", terminal="W T 1")
    older(tmp_path, "3", "pass", rig="process")
    older(tmp_path, "4", "pass", case="delivery/b")
    older(tmp_path, "6", "pass")
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "verdicts.json").write_text("{", "utf-8")
    assert first_seen(tmp_path / "5", "V T", run_with(CHECK))[CASE, CHECK].startswith("1; in 1 older")
    assert first_seen(tmp_path / "5", "V T", run_with("another"))[CASE, "another"].startswith("in this run")


def test_the_screen_says_it(tmp_path: Path) -> None:
    words = ("run", "--case", "commands/refuses-wrong-requests")
    carbonbench(*words, cwd=tmp_path)
    told = carbonbench(*words, "--defect", "anybody-may-command", cwd=tmp_path)
    assert "first seen / 首次出现  in this run, not in 2" in " ".join(told.out.split(" ")).replace("   ", "  ")
