"""`carbonbench list`, and what of the command line selects, excludes, runs again or ends early."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import cli
from bench.commands.lengths import lengths_of_the_suite
from bench.commands.options import Options, SessionError, picks_clause
from bench.commands.session import Session
from conformance.clauses.suite import case_classes

ENTRIES = (
    "isc-2/7.2.4(1)a",
    "isc-2/7.2.4n",
    "isc-2/7.2.40a",
    "isc-2/h7.2.4",
    "csmt/7.2.4",
    "csmt/7.2.4a",
    "csmt/17.2.4",
)


@pytest.mark.parametrize(
    ("word", "picked"),
    [
        ("isc-2/7.2.4", ENTRIES[:2]),
        ("isc-2/7.2.4n", ENTRIES[1:2]),
        ("7.2.4", (*ENTRIES[:2], *ENTRIES[4:6])),
        ("csmt/7.2.4", ENTRIES[4:5]),
        ("csmt/*", ENTRIES[4:]),
        ("isc-2/7.2.4(1)", ENTRIES[:1]),
        ("isc-2/9", ()),
        ("", ()),
    ],
)
def test_a_clause_is_one_entry_or_all_below_a_section(word: str, picked: tuple[str, ...]) -> None:
    assert picks_clause(word, ENTRIES) == set(picked)


def test_the_list_tells_what_would_run_and_why_others_would_not(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--terminal", "fixtures/terminals/program/profile.toml", "--rig", "process", "--case", "realtime/"]
    assert cli.main(["list", *words, "--exclude", "*clock*", "--json"]) == 0
    found = {case["id"]: case for case in json.loads(capsys.readouterr().out)["cases"]}
    assert found and not any("clock" in name for name in found)
    assert found["realtime/delivers-within-minutes"]["verdict"] == ""
    assert any(case["verdict"] and case["reason"] for case in found.values())
    assert cli.main(["list", "--case", "commands/"]) == 0
    told = capsys.readouterr().out
    assert "commands/refuses-wrong-requests  3.38 min" in told and "would run in the virtual rig" in told


def test_lengths_are_of_cases_that_are() -> None:
    assert set(lengths_of_the_suite()) <= set(case_classes())


def options(**words: object) -> Options:
    return Options.parse(words, live=False)


def run_of(folder: Path, *verdicts: str) -> Path:
    """A run folder whose first cases have these verdicts, as far as --failed reads it."""
    from bench.case import CaseResult, RunResult, Verdict
    from bench.journal import RunFile, Settings, write_run
    from reports import verdicts as file

    names = sorted(case_classes())
    cases = tuple(
        CaseResult(id=name, title=case_classes()[name].title(), clauses=(), verdict=Verdict(verdict), seed=1, checks=())
        for name, verdict in zip(names, verdicts, strict=False)
    )
    run = RunResult(
        run="r", seed=1, commit="c", terminal="t", rig="virtual", history_digest="", cases=cases, clauses=(),
        started="2026-03-01T00:00:00+08:00",
    )  # fmt: skip
    folder.mkdir()
    file.write(run, folder)
    then = {**options().kept(), "rig": "loopback", "seed": 7}
    write_run(folder, RunFile(settings=Settings(run="r", commit="c", options=then)))
    return folder


def test_what_failed_runs_again_where_it_failed(tmp_path: Path) -> None:
    before = run_of(tmp_path / "run", "pass", "fail", "inconclusive", "not run", "error")
    found = options(failed=str(before))
    assert (found.rig, found.seed) == ("loopback", 7)
    assert options(failed=str(before), rig="virtual").rig == "virtual"
    names = sorted(case_classes())
    assert {each.case for each in Session(found).plan()} == {names[1], names[2], names[4]}
    assert str(before) in found.selection()
    assert {each.case for each in Session(with_words(found, exclude=(names[1],))).plan()} == {names[2], names[4]}


def with_words(found: Options, **fields: object) -> Options:
    from dataclasses import replace

    return replace(found, **fields)  # type: ignore[arg-type]


def test_nothing_to_run_again_is_said(tmp_path: Path) -> None:
    before = run_of(tmp_path / "run", "pass", "pass")
    with pytest.raises(SessionError, match="every case of that run passed"):
        Session(options(failed=str(before))).plan()
    with pytest.raises(SessionError, match="every case of that run passed"):
        Session(options(failed=str(before), out=str(tmp_path / "out"))).begin()
    assert not (tmp_path / "out").exists()
    with pytest.raises(SessionError, match=r"--failed: .*expected a run folder"):
        options(failed=str(tmp_path / "none"))
