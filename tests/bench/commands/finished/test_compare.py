"""Two runs compared: worse, mended, new; measured values by their uncertainties; records event by event."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from suite_kit import QUICK, carbonbench, choose, in_place, run_folder

from bench.case import Check, RunResult, Text, Verdict
from reports import verdicts
from reports.compare import Change, change_of, compared

P, F, N, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.NOT_RUN, Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (P, P, Change.SAME),
        (P, F, Change.WORSE),
        (UNDECIDED, F, Change.WORSE),
        (P, UNDECIDED, Change.WORSE),
        (F, P, Change.MENDED),
        (F, UNDECIDED, Change.OTHER),
        (None, F, Change.NEW),
        (N, P, Change.NEW),
        (F, None, Change.GONE),
    ],
)
def test_a_change_of_verdict_has_a_name(was: Verdict | None, now: Verdict | None, expected: Change) -> None:
    assert change_of(was, now) is expected


def with_value(run: RunResult, measured: str, uncertainty: str) -> RunResult:
    name = Text("took", "用时")
    told = {"measured": measured, "limit": "9", "op": "<=", "unit": "s", "uncertainty": uncertainty}
    check = Check(id="took", name=name, verdict=P, **told)
    return msgspec.structs.replace(run, cases=(msgspec.structs.replace(run.cases[0], checks=(check,)),))


@pytest.mark.parametrize(
    ("values", "expected", "en"),
    [
        ((("2.00", "0.10"), ("2.10", "0.10")), Change.SAME, "0.71"),
        ((("2.00", "0.10"), ("2.20", "0.10")), Change.DIFFERS, "1.41"),
        ((("2.00", "0.10"), ("2.00", "")), Change.SAME, "0.00"),
    ],
)
def test_measured_values_agree_within_their_uncertainties(
    quick: Path, values: tuple[tuple[str, str], tuple[str, str]], expected: Change, en: str
) -> None:
    run = verdicts.read(quick)
    one, two = (with_value(run, *each) for each in values)
    (row,) = [row for row in compared(one, two) if row.kind == "value"]
    assert (row.change, row.en) == (expected, en)


def test_a_defect_is_worse_and_its_mending_mended(quick: Path, tmp_path: Path) -> None:
    told = carbonbench("run", "--case", QUICK[3], "--defect", "limits-not-looked-at", cwd=tmp_path)
    assert told.code == 1, told.err
    bad = run_folder(tmp_path / "out")
    worse = in_place("compare", quick, bad, "--json", cwd=tmp_path)
    assert worse.code == 1
    rows = {(row["kind"], row["id"]): row["change"] for row in json.loads(worse.out)["rows"]}
    assert rows["case", QUICK[3]] == "worse" and rows["case", QUICK[0]] == "gone"
    back = in_place("compare", bad, quick, cwd=tmp_path)
    assert back.code == 0 and "mended" in back.out


def test_the_same_seed_gives_the_same_events(quick: Path, tmp_path: Path) -> None:
    told = carbonbench("run", *choose(QUICK[:2]), cwd=tmp_path)
    assert told.code == 0
    same = in_place("compare", quick, run_folder(tmp_path / "out"), "--records", cwd=tmp_path)
    assert same.code == 0 and "2 of 2" in same.out


def test_an_altered_run_is_not_compared(own: Path, quick: Path) -> None:
    (own / "run.json").write_text("{}")
    assert in_place("compare", quick, own, cwd=own.parent).code == 3
    assert in_place("compare", quick, own.parent, cwd=own.parent).code == 4
