"""What a failure shows of its surroundings: a line of time, the frames before and after, nothing without an instant."""

from __future__ import annotations

from pathlib import Path

import msgspec
from suite_kit import carbonbench, run_folder

from bench.commands.running.around import AFTER, BEFORE, around
from bench.history import read_history
from reports.verdicts import read

CASE = "commands/refuses-wrong-requests"


def test_a_failure_shows_what_stood_around_it(tmp_path: Path) -> None:
    told = carbonbench("run", "--case", CASE, "--defect", "anybody-may-command", cwd=tmp_path)
    assert told.code == 1
    assert told.out.count("around it / 前后") == 1 and "▲ 00:02:10.200" in told.out
    folder = run_folder(tmp_path / "out")
    (result,) = read(folder).cases
    history = read_history(folder / result.record)
    lines = around(result, history)
    assert all(line in told.out for line in lines)
    frames = [line for line in lines if line.startswith("00:02:1")]
    assert len(frames) == BEFORE + AFTER and any("terminal → A: CN=1061" in line for line in frames)
    assert next(line for line in lines if line.startswith("Centre A")).count("─") > 40
    silent = tuple(msgspec.structs.replace(check, evidence=("no instant",)) for check in result.checks)
    assert around(msgspec.structs.replace(result, checks=silent), history) == ()
