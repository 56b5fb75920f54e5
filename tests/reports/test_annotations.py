"""Annotations: one line a failure, nothing in it ends the line or begins another command."""

from __future__ import annotations

import msgspec

from bench.case import RunResult
from reports import annotations


def test_each_failure_is_one_line_with_its_replay(run: RunResult) -> None:
    found = list(annotations.lines(run))
    assert found and found[0].startswith("::error title=") and "%0Areplay%3A" not in found[0]
    assert all("replay: " in line and "\n" not in line for line in found)
    assert len(found) <= annotations.MOST
    assert any(line.startswith("::warning") for line in found)


def test_what_a_terminal_says_is_no_command(run: RunResult) -> None:
    check = msgspec.structs.replace(run.cases[2].checks[0], actual="50 %\r\n::set-env name=PATH::x")
    case = msgspec.structs.replace(run.cases[2], checks=(check,))
    (line, *_) = annotations.lines(msgspec.structs.replace(run, cases=(case,)))
    assert "50 %25%0D%0A::set-env" in line and line.count("::error") == 1


def test_only_where_it_is_read() -> None:
    assert annotations.asked({"GITHUB_ACTIONS": "true"}) and not annotations.asked({"CI": "true"})
