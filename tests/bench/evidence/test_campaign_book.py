"""What certificate and register say against the book of a campaign: lines taken off its end, lines that nobody signed,
runs of its item that were left out, people who may not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from evidence_kit import Laboratory, laboratory
from suite_kit import REFERENCE, in_place

from bench.campaign.book import BOOK, Book, Reviewed
from bench.case import Verdict
from bench.commands.laboratory.subject import book_otherwise, given_up, left_out, subject_of
from bench.evidence.lab import Lab, load_lab
from bench.evidence.register import Register, RunBegan

CLAUSE = "isc-2/4.1a"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, lab: Laboratory, signed: Path) -> tuple[Path, Laboratory, Path]:
    """A campaign of one signed run and one review, its laboratory, the run."""
    room = tmp_path_factory.mktemp("campaign")
    shutil.copytree(lab.folder, room / "lab")
    mine = Laboratory(room / "lab")
    words = ("--by", "Li", "--lab", mine.toml)
    assert in_place("campaign", "new", room / "C", "--profile", REFERENCE, *words, cwd=room).code == 0
    assert in_place("campaign", "add", room / "C", signed, *words, cwd=room).code == 0
    looked = ("--clause", CLAUSE, "--verdict", "pass", "--words", "looked at it")
    assert in_place("campaign", "review", room / "C", *looked, *words, cwd=room).code == 0
    return room, mine, signed


def opened(folder: Path, lab: Laboratory) -> tuple[Book, Lab]:
    return Book(folder), load_lab(lab.toml)


def test_a_campaign_is_a_subject_with_its_runs_and_reviews(room: tuple[Path, Laboratory, Path]) -> None:
    folder, lab, run = room
    found = subject_of(folder / "C", load_lab(lab.toml))
    assert (found.altered, found.lacking) == ([], [])
    assert found.joint is not None and found.joint.name == "C"
    assert [each.name for each in found.joint.runs] == [run.name]
    assert [(each.clause, each.by) for each in found.joint.reviews] == [(CLAUSE, "Li")]
    assert found.joint.hindrances and {each.value for each in found.joint.conformity.values()} == {"no statement"}
    assert {clause.id: clause.verdict for clause in found.result.clauses}[CLAUSE] is Verdict.PASS


def test_a_line_that_nobody_signed_and_lines_taken_off_are_named(
    room: tuple[Path, Laboratory, Path], tmp_path: Path
) -> None:
    folder, lab, _ = room
    forged = shutil.copytree(folder / "C", tmp_path / "forged")
    Book(forged).add(Reviewed(at="2026-11-23T00:00:00+08:00", by="Li", clause=CLAUSE, verdict=Verdict.PASS, words="x"))
    (words,) = book_otherwise(*opened(forged, lab))
    assert "line 4: no signature" in words
    cut = shutil.copytree(folder / "C", tmp_path / "cut")
    lines = (cut / BOOK).read_bytes().splitlines(keepends=True)
    (cut / BOOK).write_bytes(b"".join(lines[:2]))
    (words,) = book_otherwise(*opened(cut, lab))
    assert "lines were removed" in words
    other = laboratory(tmp_path / "other")
    assert any("not in the register" in words for words in book_otherwise(Book(folder / "C"), load_lab(other.toml)))


def test_status_tells_of_lines_taken_off_and_of_a_run_without_its_manifest(
    room: tuple[Path, Laboratory, Path], tmp_path: Path
) -> None:
    folder, lab, run = room
    signed = ("--lab", lab.toml)
    assert in_place("campaign", "status", folder / "C", *signed, cwd=tmp_path).code == 0
    assert "only --lab lab.toml tells" in in_place("campaign", "status", folder / "C", cwd=tmp_path).out
    cut = shutil.copytree(folder / "C", tmp_path / "cut")
    lines = (cut / BOOK).read_bytes().splitlines(keepends=True)
    (cut / BOOK).write_bytes(b"".join(lines[:-1]))
    for step in ("status", "statement"):
        told = in_place("campaign", step, cut, *signed, cwd=tmp_path)
        assert (told.code, "lines were removed" in told.err) == (3, True)
    manifest = (run / "manifest.json").rename(run.parent / "manifest.json")
    try:
        told = in_place("campaign", "status", folder / "C", *signed, cwd=tmp_path)
        assert told.code == 4 and "cannot be read any more" in told.err and "manifest" in told.err
    finally:
        manifest.rename(run / "manifest.json")


def test_a_run_that_was_left_out_is_joined_or_given_up_by_name(
    room: tuple[Path, Laboratory, Path], tmp_path: Path
) -> None:
    whole = shutil.copytree(room[0], tmp_path / "room")
    mine = Laboratory(whole / "lab")
    book, seal = opened(whole / "C", mine)
    assert left_out(book, seal) == []
    Register(mine.register, seal).add(RunBegan(at="2026-11-23", run="another", opening="0", item=book.begun.item))
    (asked,) = left_out(book, seal)
    assert asked.where == "run another" and "lab abandon" in asked.asked.en
    words = ("--run", "another", "--why", "cable fell out", "--by", "Li")
    assert in_place("lab", "abandon", mine.toml, *words, cwd=whole).code == 0
    assert left_out(book, seal) == []
    Register(mine.register, seal).add(RunBegan(at="2026-11-23", run="third", opening="1", item=book.begun.item))
    leave = ("campaign", "leave", whole / "C", "third", "--by", "Li", "--lab", mine.toml)
    assert in_place(*leave, cwd=whole).code == 4
    assert in_place(*leave, "--words", "another bench", cwd=whole).code == 0
    book, seal = opened(whole / "C", mine)
    assert left_out(book, seal) == []
    found = [(each[0], each[2], each[3]) for each in given_up(book, seal)]
    assert found == [("another", "cable fell out", "Li"), ("third", "another bench", "Li")]


def test_only_who_is_authorised_decides(room: tuple[Path, Laboratory, Path], tmp_path: Path) -> None:
    whole = shutil.copytree(room[0], tmp_path / "room")
    toml = whole / "lab" / "lab.toml"
    toml.write_text(toml.read_text() + '\n[[persons]]\nname = "Wang"\nfunction = "x"\nmay = ["tests"]\n')
    looked = ("--clause", CLAUSE, "--verdict", "pass", "--words", "looked at it", "--lab", toml)
    for name, words in (("Wang", 'lacks "reviews"'), ("Nobody", "no such person")):
        told = in_place("campaign", "review", whole / "C", *looked, "--by", name, cwd=whole)
        assert told.code == 4 and words in told.err
