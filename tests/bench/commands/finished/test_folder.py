"""Work on a finished run folder: rejudge, verify and report; altered records and folders that are no run."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from suite_kit import QUICK, alter, carbonbench, in_place, verdicts

RECORD = Path("cases") / QUICK[1] / "1" / "record.jsonl"


def test_rejudge_says_the_same_and_writes_nothing(own: Path) -> None:
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    told = carbonbench("rejudge", own, cwd=own.parent)
    assert told.code == 0, told.out + told.err
    assert f"{len(QUICK)} cases judged again" in told.out and "the same verdicts" in told.out
    assert {path: path.read_bytes() for path in own.rglob("*") if path.is_file()} == before


def test_rejudge_tells_a_verdict_that_was_changed_by_hand(own: Path) -> None:
    found = verdicts(own)
    found["cases"][0]["checks"][0]["measured"] = "12345"
    (own / "verdicts.json").write_text(json.dumps(found), "utf-8")
    told = in_place("rejudge", own, cwd=own.parent)
    check = found["cases"][0]["checks"][0]["id"]
    assert told.code == 0
    assert "differs from the run" in told.out and f"{found['cases'][0]['id']}#1 {check}: pass 12345 -> pass" in told.out


@pytest.mark.parametrize("line", [1, 9])
def test_a_record_altered_by_one_octet_is_refused_with_its_place(own: Path, line: int) -> None:
    alter(own / RECORD, line)
    told = in_place("rejudge", own, cwd=own.parent)
    assert told.code == 3
    assert f"{RECORD}, line {line}: the chain is broken" in told.err and len(told.problems) == 1
    told = in_place("verify", own, cwd=own.parent)
    assert told.code == 1
    assert any(f"{RECORD}: was altered" in problem for problem in told.problems)
    assert any(f"{RECORD}, line {line}: the chain is broken" in problem for problem in told.problems)


def test_a_record_cut_short_or_exchanged_is_refused(own: Path) -> None:
    whole = (own / RECORD).read_bytes()
    (own / RECORD).write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    told = in_place("rejudge", own, cwd=own.parent)
    assert told.code == 3 and "not complete" in told.err
    shutil.copy(own / "cases" / QUICK[0] / "1" / "record.jsonl", own / RECORD)
    told = in_place("rejudge", own, cwd=own.parent)
    assert told.code == 3 and str(RECORD) in told.err and "not the record of the run" in told.err


def test_verify_names_every_altered_added_and_missing_file(own: Path) -> None:
    assert carbonbench("verify", own, cwd=own.parent).code == 0
    alter(own / RECORD, 3)
    alter(own / "cases" / QUICK[2] / "1" / "record.jsonl", 4)
    (own / "report.html").write_text("all is well")
    (own / "note.txt").write_text("added")
    (own / "junit.xml").unlink()
    told = carbonbench("verify", own, cwd=own.parent)
    assert told.code == 1
    for name, word in (
        (str(RECORD), "was altered"),
        (f"cases/{QUICK[2]}/1/record.jsonl", "was altered"),
        ("report.html", "was altered"),
        ("note.txt", "added later"),
        ("junit.xml", "missing"),
        (f"{RECORD}, line 3", "chain is broken"),
        (f"cases/{QUICK[2]}/1/record.jsonl, line 4", "chain is broken"),
    ):
        assert any(name in problem and word in problem for problem in told.problems), (name, told.err)


def test_verify_names_spoiled_verdicts(own: Path) -> None:
    (own / "verdicts.json").write_text("{")
    told = in_place("verify", own, cwd=own.parent)
    assert told.code == 1
    assert "verdicts.json: was altered" in told.problems[0]


def test_report_writes_the_reports_again(own: Path) -> None:
    page = (own / "report.html").read_text("utf-8")
    results = (own / "verdicts.json").read_bytes()
    for name in ("report.html", "junit.xml"):
        (own / name).unlink()
    told = carbonbench("report", own, cwd=own.parent)
    assert told.code == 0
    assert (own / "verdicts.json").read_bytes() == results
    assert len((own / "report.html").read_text("utf-8")) == len(page)
    assert carbonbench("verify", own, cwd=own.parent).code == 0


@pytest.mark.parametrize("words", [(), ("--delivery",)])
def test_no_report_vouches_for_what_was_altered(own: Path, words: tuple[str, ...]) -> None:
    alter(own / RECORD, 3)
    (own / "cases" / "photo.png").write_bytes(b"added")
    (own / "junit.xml").write_text("all is well")
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    told = in_place("report", own, *words, cwd=own.parent)
    assert (told.code, told.out) == (3, ""), told
    for name, word in (
        (str(RECORD), "was altered"),
        ("photo.png", "added later"),
        (str(own), "no reports are written"),
    ):
        assert any(name in problem and word in problem for problem in told.problems), (name, told.err)
    assert not any("junit.xml" in problem for problem in told.problems), "a report is written anew, however it looks"
    assert {path: path.read_bytes() for path in own.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("command", ["rejudge", "verify", "report"])
def test_what_is_no_run_folder_is_one_sentence(tmp_path: Path, command: str, own: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "file").write_bytes(b"\xff\x00garbage")
    listing = sorted(os.walk(tmp_path))
    for folder, words in (
        (empty, "this is no run folder"),
        (own.parent, f"runs in it are {own.name}"),
        (tmp_path / "file", "expected a run folder, found a file"),
        (tmp_path / "nothing", "expected a run folder, found nothing"),
    ):
        told = in_place(command, folder, cwd=tmp_path)
        assert (told.code, told.out, len(told.problems)) == (4, "", 1), told
        assert str(folder) in told.err and words in told.err
    assert sorted(os.walk(tmp_path)) == listing


@pytest.mark.parametrize("command", ["rejudge", "report"])
@pytest.mark.parametrize("spoil", [b"\xff\xfe", b"[]", b"{}", b'{"cases": 3, "clauses": {}}', b"[" * 5000])
def test_garbage_for_verdicts_is_told_and_nothing_is_written(own: Path, command: str, spoil: bytes) -> None:
    (own / "verdicts.json").write_bytes(spoil)
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    told = in_place(command, own, cwd=own.parent)
    assert told.code == 3 and told.problems and told.out == ""
    assert all("verdicts.json" in problem for problem in told.problems)
    assert {path: path.read_bytes() for path in own.rglob("*") if path.is_file()} == before
