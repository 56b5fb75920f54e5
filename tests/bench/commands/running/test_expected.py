"""Expected failures: an axis beside the verdict, and a file that cannot grow old unnoticed."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from suite_kit import REFERENCE, Told, carbonbench, run_folder, verdicts

ONE = "commands/reads-meters-on-command"
DEFECT = "read-now-from-memory"
HASH = "sha256:0123abcd"


def entry(**changes: str) -> str:
    fields = {
        "case": f'"{ONE}"',
        "owner": '"Li Wei"',
        "reason": '"reads from memory, mended in 2.1"',
        "firmware": f'"{HASH}"',
        "expires": "2999-12-31",
    }
    return "[[expected]]\n" + "".join(f"{key} = {value}\n" for key, value in (fields | changes).items() if value)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    text = REFERENCE.read_text("utf-8").replace("[terminal]", f'[terminal]\nfirmware_hash = "{HASH}"')
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    return tmp_path


def ran(room: Path, text: str, *words: str) -> Told:
    (room / "known.toml").write_text(text, "utf-8")
    return carbonbench(
        "run", "--terminal", "mine.toml", "--case", ONE, "--expected-failures", "known.toml", *words, cwd=room
    )


def test_an_expected_fail_stays_a_fail_and_does_not_break_the_build(room: Path) -> None:
    told = ran(room, entry(), "--defect", DEFECT)
    assert told.code == 0, told.out
    folder = run_folder(room / "out")
    found = verdicts(folder)
    (case,) = found["cases"]
    assert case["verdict"] == "fail" and found["summary"] == {"fail": 1}
    assert case["expected_fail"] == "Li Wei: reads from memory, mended in 2.1 (until / 至 2999-12-31)"
    failed = {clause for check in case["checks"] if check["verdict"] == "fail" for clause in check["clauses"]}
    assert failed and {clause["id"] for clause in found["clauses"] if clause["verdict"] == "fail"} >= failed
    (row,) = found["expected"]
    assert row["problem"] == "" and row["note"].startswith(f"fails as expected: {ONE}")
    assert (
        "(1 expected 预期)" in told.out
        and "expected fail / 预期不通过" in told.out
        and "fails as expected" in told.out
        and "✗ 1 fail" in told.out
    )
    assert "Expected failures" in (folder / "report.html").read_text("utf-8")
    (test,) = ElementTree.parse(folder / "junit.xml").getroot().iter("testcase")
    assert test.find("failure") is None
    skipped = test.find("skipped")
    assert skipped is not None and "Li Wei" in skipped.attrib["message"]
    assert carbonbench("rejudge", folder, cwd=room).code == 0


def test_what_no_longer_fails_fails_the_run(room: Path) -> None:
    told = ran(room, entry())
    assert told.code == 1
    assert f"{ONE} (Li Wei): passes now: take the entry out" in told.out
    found = verdicts(run_folder(room / "out"))
    assert found["summary"] == {"pass": 1} and found["expected"][0]["problem"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires": "2020-01-01"}, "expired on 2020-01-01"),
        ({"firmware": '"sha256:ffff"'}, f"is for firmware sha256:ffff, the profile says {HASH}"),
    ],
)
def test_what_does_not_hold_any_more_is_told_first_and_last_and_fails_the_run(
    room: Path, changes: dict[str, str], words: str
) -> None:
    told = ran(room, entry(**changes), "--defect", DEFECT)
    assert told.code == 1
    assert f"expected failure {ONE} {words}" in told.err and words in told.out
    (case,) = verdicts(run_folder(room / "out"))["cases"]
    assert (case["verdict"], case["expected_fail"]) == ("fail", "")


def test_an_expired_entry_fails_a_run_that_passes(room: Path) -> None:
    assert ran(room, entry(expires="2020-01-01")).code == 1


def test_without_a_firmware_hash_in_the_profile_nothing_is_expected(room: Path) -> None:
    (room / "mine.toml").write_text(REFERENCE.read_text("utf-8"), "utf-8")
    told = ran(room, entry(), "--defect", DEFECT)
    assert told.code == 1 and "the profile names no firmware_hash" in told.err


def test_by_clause_and_what_this_run_does_not_touch(room: Path) -> None:
    elsewhere = entry(case="", clause='"isc-2/9.2a"')
    told = ran(room, entry(case="", clause='"isc-2/9.1e"') + elsewhere, "--defect", DEFECT)
    assert told.code == 0, told.out
    notes = [row["note"] for row in verdicts(run_folder(room / "out"))["expected"]]
    assert notes[0].startswith("fails as expected") and notes[1].startswith("not part of this run")


def test_an_expected_fail_hides_no_other_fault(room: Path) -> None:
    other = "processing/rejects-readings-out-of-range"
    told = ran(room, entry(case=f'"{other}"'), "--defect", DEFECT)
    assert told.code == 1
    assert verdicts(run_folder(room / "out"))["cases"][0]["expected_fail"] == ""


def test_every_problem_of_the_file_is_told_at_once_and_nothing_runs(room: Path) -> None:
    text = (
        entry(case='"commands/reads-meters-on-comand"', owner='""')
        + entry(clause='"isc-2/9.1e"')
        + entry(case="", clause='"isc-2/99.9"', expires='"soon"')
        + entry(firmware="", until="2026-01-01")
        + "[[expceted]]\n"
    )
    told = ran(room, text)
    assert told.code == 4 and not (room / "out").exists()
    for words in (
        "expceted: unknown key",
        f"expected[1].case: no case is called 'commands/reads-meters-on-comand'; did you mean '{ONE}'?",
        "expected[1].owner: expected text that is not empty, got ''",
        "expected[2]: expected either case or clause",
        "expected[3].clause: no entry of the ledger is called 'isc-2/99.9'",
        "expected[3].expires: expected a day such as 2026-12-31 without quotes, got 'soon'",
        "expected[4].firmware: is missing; add it",
        "expected[4].until: unknown key",
    ):
        assert sum(words in problem for problem in told.problems) == 1, (words, told.err)
    assert all(problem.startswith("known.toml: ") for problem in told.problems)


@pytest.mark.parametrize("text", ["[[expected", "expected = 3", "\x00", entry() + entry()])
def test_what_is_no_list_of_expectations_is_one_sentence(room: Path, text: str) -> None:
    told = ran(room, text)
    assert (told.code, len(told.problems)) == (4, 1) and "known.toml: " in told.err


def test_a_missing_file_is_one_sentence(room: Path) -> None:
    told = carbonbench("run", "--expected-failures", "none.toml", cwd=room)
    assert (told.code, len(told.problems)) == (4, 1) and "none.toml: the file cannot be read" in told.err
