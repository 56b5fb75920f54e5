"""verdicts.json: the shape promised, the round trip, and refusing what is not one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.case import CaseResult, Check, Measurement, RunResult
from reports import verdicts


def test_shape_is_the_one_promised(run: RunResult) -> None:
    found = json.loads(verdicts.verdicts_json(run))
    assert {"run", "seed", "commit", "terminal", "rig", "history_digest", "summary", "cases", "clauses"} <= set(found)
    assert found["summary"] == {"pass": 35, "fail": 2, "inconclusive": 1, "not applicable": 1, "error": 1}
    case = found["cases"][2]
    assert {"id", "clauses", "strength", "verdict", "checks", "measurements", "reason", "replay"} <= set(case)
    assert {"record", "digest", "attempt", "seed"} <= set(case)
    assert case["verdict"] == "fail"
    check = case["checks"][0]
    assert (check["name"], check["verdict"], check["measured"], check["limit"], check["unit"]) == (
        "no reading is lost",
        "fail",
        "3",
        "0",
        "records",
    )
    assert {"id", "verdict"} <= set(found["clauses"][0])


def test_reads_back_what_it_wrote(run: RunResult, tmp_path: Path) -> None:
    verdicts.write(run, tmp_path)
    assert verdicts.read(tmp_path) == run
    assert verdicts.verdicts_json(verdicts.read(tmp_path)) == (tmp_path / "verdicts.json").read_text(encoding="utf-8")


def test_no_field_of_a_result_is_left_out(run: RunResult) -> None:
    case = json.loads(verdicts.verdicts_json(run))["cases"][2]
    for kind, row, named in (
        (CaseResult, case, {"title_zh"}),
        (Check, case["checks"][0], {"name_zh"}),
        (Measurement, case["measurements"][0], {"name_zh"}),
    ):
        assert set(row) - named == set(kind.__struct_fields__)


@pytest.mark.parametrize("place", ["", "cases", "clauses"])
def test_a_key_that_is_not_known_is_refused(run: RunResult, tmp_path: Path, place: str) -> None:
    def change(whole: dict[str, Any]) -> None:
        (whole[place][0] if place else whole)["verdikt"] = "pass"

    (problem,) = spoiled(run, tmp_path / "verdicts.json", change)
    assert "verdikt" in problem


def test_what_an_older_bench_wrote_is_read(run: RunResult, tmp_path: Path) -> None:
    whole = json.loads(verdicts.verdicts_json(run))
    del whole["repeatability"], whole["expected"], whole["sittings"]
    for case in whole["cases"]:
        for key in ("instead_of", "interrupted", "expected_fail", "started"):
            del case[key]
        for check in case["checks"]:
            del check["timed"], check["mark"]
    for clause in whole["clauses"]:
        del clause["mark"], clause["needs_real_time"]
    whole["format"] = "carbonbench-verdicts/1"
    (tmp_path / "verdicts.json").write_text(json.dumps(whole), encoding="utf-8")
    assert verdicts.read(tmp_path) == run


def test_a_table_of_repeatability_that_was_changed_is_refused(run: RunResult, tmp_path: Path) -> None:
    again = msgspec.structs.replace(run.cases[2], attempt=2)
    twice = msgspec.structs.replace(run, cases=(*run.cases, again), repeats=2)

    def change(whole: dict[str, Any]) -> None:
        whole["repeatability"][0]["verdict"] = "pass"

    (problem,) = spoiled(twice, tmp_path / "verdicts.json", change)
    assert "repeatability" in problem


def test_no_field_of_the_run_is_left_out(run: RunResult) -> None:
    assert set(RunResult.__struct_fields__) <= set(json.loads(verdicts.verdicts_json(run)))


def spoiled(run: RunResult, path: Path, change: Any) -> list[str]:
    whole = json.loads(verdicts.verdicts_json(run))
    change(whole)
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(verdicts.VerdictsError) as caught:
        verdicts.read(path)
    return caught.value.problems


def test_all_problems_of_a_file_are_told_at_once(run: RunResult, tmp_path: Path) -> None:
    def change(whole: dict[str, Any]) -> None:
        del whole["seed"]
        whole["cases"][3]["verdict"] = "fine"
        whole["clauses"][1] = 7

    problems = spoiled(run, tmp_path / "verdicts.json", change)
    assert len(problems) == 3
    assert "seed" in problems[0]
    assert "cases[3]" in problems[1]
    assert "clauses[1]" in problems[2]


def test_a_summary_that_does_not_count_its_cases_is_refused(run: RunResult, tmp_path: Path) -> None:
    problems = spoiled(run, tmp_path / "verdicts.json", lambda whole: whole["summary"].update({"pass": 36, "fail": 1}))
    assert len(problems) == 1
    assert "summary" in problems[0]


def test_a_clause_of_an_unknown_case_is_refused(run: RunResult, tmp_path: Path) -> None:
    problems = spoiled(run, tmp_path / "verdicts.json", lambda whole: whole["clauses"][0]["cases"].append("a/b"))
    assert len(problems) == 1
    assert "'a/b'" in problems[0]


def test_another_format_is_refused(run: RunResult, tmp_path: Path) -> None:
    problems = spoiled(run, tmp_path / "verdicts.json", lambda whole: whole.update(format="carbonbench-verdicts/9"))
    assert "carbonbench-verdicts/9" in problems[0]


@pytest.mark.parametrize("octets", [b"", b"[]", b"{", b"\xff\xfe", b'{"run": 1}'])
def test_octets_that_are_no_verdicts_are_refused(octets: bytes, tmp_path: Path) -> None:
    (tmp_path / "verdicts.json").write_bytes(octets)
    with pytest.raises(verdicts.VerdictsError) as caught:
        verdicts.read(tmp_path)
    assert all(str(tmp_path) in problem for problem in caught.value.problems)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(verdicts.VerdictsError, match="cannot be read"):
        verdicts.read(tmp_path)


def test_nothing_half_written_stays(run: RunResult, tmp_path: Path) -> None:
    verdicts.write(run, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["verdicts.json"]
