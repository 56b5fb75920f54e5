"""An optional part that the computer lacks is said aloud and never a failing exit, unless the run is to be complete."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from suite_kit import QUICK, Told, carbonbench, choose, environment, run_folder, verdicts

from bench.dut.systems import missing_driver

CASE = "systems/takes-rows-by-odbc"


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a computer that has no ODBC driver."""
    return environment(ODBCSYSINI=str(tmp_path), ODBCINI=os.devnull)


def run(room: Path, env: dict[str, str], *words: str) -> Told:
    return carbonbench("run", *words, cwd=room, env=env)


def test_others_decide_the_exit_code_and_the_part_is_named(tmp_path: Path, bare: dict[str, str]) -> None:
    told = run(tmp_path, bare, *choose([QUICK[0], CASE]))
    assert told.code == 0, told.out + told.err
    assert "! 1 not run: this computer lacks a part, others decide / 本机缺件，未执行" in told.out
    assert f"    {CASE}: the ODBC driver SQLite3 is not installed (apt-get install unixodbc libsqliteodbc)" in told.out
    found = verdicts(run_folder(tmp_path / "out"))
    by_case = {case["id"]: case for case in found["cases"]}
    assert (by_case[CASE]["verdict"], by_case[CASE]["lacking"]) == ("not run", True)
    assert not by_case[QUICK[0]]["lacking"]
    clauses = {clause["id"]: clause["verdict"] for clause in found["clauses"]}
    assert [clauses[clause] for clause in by_case[CASE]["clauses"]] == ["not run"]


def test_a_run_that_is_to_be_complete_is_undecided(tmp_path: Path, bare: dict[str, str]) -> None:
    told = run(tmp_path, bare, "--complete", *choose([QUICK[0], CASE]))
    assert told.code == 2, told.out + told.err
    folder = run_folder(tmp_path / "out")
    assert verdicts(folder)["complete"] is True
    assert carbonbench("rejudge", folder, cwd=tmp_path).code == 2


def test_where_nothing_else_is_run_nothing_is_decided(tmp_path: Path, bare: dict[str, str]) -> None:
    assert run(tmp_path, bare, "--case", CASE).code == 2


def test_each_driver_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyodbc.drivers", list)
    for backend, package in (("sqlite", "libsqliteodbc"), ("postgresql", "odbc-postgresql"), ("mysql", "odbc-mariadb")):
        assert f"(apt-get install unixodbc {package})" in missing_driver(backend)
