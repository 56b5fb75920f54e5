"""`carbonbench list`, and what of the command line selects, excludes, runs again or ends early."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from bench import cli
from bench.commands.running.lengths import lengths_of_the_suite
from bench.commands.running.options import Options, SessionError, picks_clause
from bench.commands.running.session import Session, Shared
from bench.commands.running.within import fitting
from conformance.clauses import command, ics
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
    assert (
        re.search(r"commands/refuses-wrong-requests  \d[\d.]* (min|h)\n", told)
        and "would run in the virtual rig" in told
    )


def test_many_cases_that_would_not_run_are_counted_by_what_they_wait_for(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["list", "--terminal", "fixtures/terminals/program/profile.toml", "--rig", "loopback"]
    assert cli.main(words) == 0
    told = capsys.readouterr().out
    waiting = re.search(r"\? (\d+) wait for answers of the profile; add", told)
    assert waiting and int(waiting[1]) > 100 and '"functions.accounting" = "yes"' in told and "--all" in told
    assert told.count("\n") < 120 and "\n? security/" not in told
    assert cli.main([*words, "--all"]) == 0
    every = capsys.readouterr().out
    assert len(re.findall(r"^\? \S+/\S+ ", every, re.M)) == int(waiting[1])
    assert cli.main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["cases"]
    assert sum(bool(case["unanswered"]) for case in found) == int(waiting[1])


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


def test_what_fits_decides_most_for_its_time_and_the_rest_is_told_why() -> None:
    lengths: dict[str, float | None] = {"a": 600.0, "b": 55.0, "c": 55.0, "d": 20.0, "e": None, "f": 25.0}
    decides = {"a": {"1"}, "b": {"1", "2", "3"}, "c": {"1", "2"}, "d": {"1"}, "e": {"9"}, "f": set[str]()}
    one = fitting(2, 1, lengths, decides)
    # b decides most; beside it nothing new is decided, so that the shortest follow.
    assert one.taken == {"b", "d", "f"} and one.lasts_s == 60 + 25 + 30
    assert "it takes 10 min" in one.left["a"] and "not known" in one.left["e"] and "others decide more" in one.left["c"]
    two = fitting(2, 2, lengths, decides)
    # The shortest begin where least is, beside b; c goes behind them.
    assert two.taken == {"b", "c", "d", "f"} and two.lasts_s == 25 + 30 + 60
    assert "4 cases" in two.told() and "2 that could run are left out" in two.told()


def test_a_run_within_a_time_has_those_cases_wherever_it_is_counted(tmp_path: Path) -> None:
    words = {"terminal": "fixtures/terminals/program/profile.toml", "rig": "loopback", "within": "10"}
    session = Session(options(**words, out=str(tmp_path)))
    plan = [each.case for each in session.plan()]
    lengths = lengths_of_the_suite()
    assert plan and sum(lengths[name] for name in plan) <= 600 and all(lengths[name] <= 600 for name in plan)
    assert "--within 10" in session.options.selection()
    # A worker is told; it chooses nothing anew.
    shared = Shared(folder=str(tmp_path), within=tuple(plan[:1]))
    assert [each.case for each in Session(session.options, shared).plan()] == plan[:1]
    with pytest.raises(SessionError, match=r"--within 1: the shortest case takes"):
        Session(options(**{**words, "within": "1"}, out=str(tmp_path / "out"))).begin()
    assert not (tmp_path / "out").exists()
    with pytest.raises(SessionError, match="--within 10: a case of virtual time takes seconds"):
        options(within="10")
    with pytest.raises(SessionError, match="--within 0: expected a whole number of at least 1"):
        options(**{**words, "within": "0"})


def test_every_help_is_in_both_languages() -> None:
    def texts(made: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
        yield made.prog, made.description or ""
        for action in made._actions:
            if isinstance(action.choices, dict):
                for each in action.choices.values():
                    yield from texts(each)
            elif action.help is not argparse.SUPPRESS and action.dest != "help":
                yield f"{made.prog} {action.option_strings or action.dest}", str(action.help)

    found = dict(chain(*map(texts, (cli.parser(), ics.parser(), command.parser()))))
    assert len(found) > 100
    assert [name for name, text in found.items() if not re.search("[一-鿿]", text)] == []
