"""A run that a laboratory signs: what is in it, what a reader learns, and that unsigned runs say so."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
from evidence_kit import Laboratory, laboratory
from suite_kit import QUICK, carbonbench, in_place, run_folder, verdicts

from bench.evidence.files import sm3_of
from bench.evidence.keeper import read_opening
from bench.evidence.lab import load_lab
from bench.evidence.register import Register, RunBegan, RunEnded
from bench.evidence.sealed import signed_of
from bench.evidence.seals import read_seals
from bench.history import read_history


def test_a_signed_run_verifies_with_the_certificate_alone(signed: Path, lab: Laboratory) -> None:
    told = lab.verify(signed)
    assert told.code == 0, told.err
    assert signed_of(signed).digest in told.out
    assert "not checked" not in told.out
    alone = in_place("verify", signed, "--certificate", lab.certificate, cwd=signed.parent)
    assert alone.code == 0
    assert "give --roots" in alone.out


def test_the_digest_that_was_written_down_is_compared(signed: Path, lab: Laboratory) -> None:
    digest = signed_of(signed).digest
    assert lab.verify(signed, "--digest", digest).code == 0
    told = lab.verify(signed, "--digest", "0" * 64)
    assert told.code == 1
    assert "expected was 000" in told.err


def test_the_beginning_says_what_stood_on_the_bench(signed: Path) -> None:
    opening = read_opening(signed / "evidence" / "opening-1.json")
    assert opening.item["name"] == "reference terminal"
    assert [name.removesuffix("#1") for name in opening.plan] == sorted(QUICK[:2])
    assert len(opening.house) == 64 and opening.packages["msgspec"] and opening.system["kernel"]
    assert all(len(sm3) == 64 for sm3 in opening.inputs.values())
    assert opening.clock.source or opening.clock.problem
    first, last = read_seals(signed)
    assert (first.seal.kind, last.seal.kind) == ("begin", "end")
    assert first.seal.log_lines == 1 and first.seal.register_lines == 1


def test_every_record_names_item_and_statement(signed: Path) -> None:
    sm3 = sm3_of((signed / "evidence" / "opening-1.json").read_bytes())
    for case in verdicts(signed)["cases"]:
        began = read_history(signed / case["record"]).began
        assert began.opening == sm3
        assert began.item["model"] == "reference"


def test_an_unsigned_run_says_so_and_is_as_before(unsigned: Path, lab: Laboratory) -> None:
    told = in_place("verify", unsigned, cwd=unsigned.parent)
    assert told.code == 0
    assert "not signed" in told.out
    asked = lab.verify(unsigned)
    assert asked.code == 1
    assert "not signed" in asked.err and "not in the register" in asked.err
    assert read_history(unsigned / verdicts(unsigned)["cases"][0]["record"]).began.opening == ""


def test_the_register_tells_the_run(signed: Path, lab: Laboratory) -> None:
    told = in_place("lab", "register", lab.toml, cwd=signed)
    assert told.code == 0
    assert "begun" in told.out and "ended" in told.out and signed.name in told.out


def test_a_run_given_up_is_told_and_an_ended_one_cannot_be(tmp_path: Path, signed: Path, lab: Laboratory) -> None:
    words = ("--why", "the relay broke", "--by", "Li Wei")
    told = in_place("lab", "abandon", lab.toml, "--run", signed.name, *words, cwd=tmp_path)
    assert told.code == 4 and "it is ended" in told.err
    assert "does not have it" in in_place("lab", "abandon", lab.toml, "--run", "x", *words, cwd=tmp_path).err
    assert in_place("lab", "abandon", lab.toml, "--run", "x", cwd=tmp_path).code == 4


def test_an_interrupted_run_stands_until_it_is_taken_up_or_given_up(tmp_path: Path) -> None:
    own = laboratory(tmp_path / "lab")
    book = Register(own.toml.parent / "register.jsonl", load_lab(own.toml))
    book.add(RunBegan(at="now", run="r1", opening="0" * 64))
    book.add(RunEnded(at="now", run="r1", evidence="0" * 64, summary={"error": 1}, interrupted=True))
    book.add(RunBegan(at="now", run="r2", opening="1" * 64))
    book.add(RunEnded(at="now", run="r2", evidence="1" * 64, summary={"pass": 1}))
    told = in_place("lab", "register", own.toml, cwd=tmp_path).out
    assert "r1: interrupted, neither taken up again nor abandoned" in told and "r2: " not in told
    words = ("--why", "stopped by hand", "--by", "Li Wei")
    assert in_place("lab", "abandon", own.toml, "--run", "r1", *words, cwd=tmp_path).code == 0
    assert "r1: " not in in_place("lab", "register", own.toml, cwd=tmp_path).out


def test_nothing_is_run_where_the_beginning_cannot_be_stamped(tmp_path: Path) -> None:
    own = laboratory(tmp_path / "lab")
    text = own.toml.read_text("utf-8").replace('own = "authority"', 'url = "http://127.0.0.1:9/"')
    own.toml.write_text(text, "utf-8")
    told = carbonbench("run", "--case", QUICK[1], "--lab", own.toml, cwd=tmp_path)
    assert told.code == 4
    assert any("nothing was run" in each and "no answer" in each for each in told.problems)
    assert not list(run_folder(tmp_path / "out").glob("cases/**/attempt.json"))


def test_a_removed_attempt_is_a_hole_that_resuming_names(signed: Path, lab: Laboratory, tmp_path: Path) -> None:
    """The failed attempt of the review: folder, manifest and verdicts deleted, `--resume`."""
    own = shutil.copytree(signed, tmp_path / "out" / signed.name)
    shutil.rmtree(own / "cases" / QUICK[1])
    for name in ("manifest.json", "verdicts.json"):
        (own / name).unlink()
    told = carbonbench("run", "--resume", own, cwd=tmp_path)
    assert told.code == 3, told.out + told.err
    (hole,) = [case for case in verdicts(own)["cases"] if case["id"] == QUICK[1]]
    assert hole["verdict"] == "error" and not hole["interrupted"]
    assert "attempt missing" in hole["reason"] and "ended with pass" in hole["reason"]
    assert lab.verify(own).code in (0, 1)


def test_seals_are_json_anybody_reads(signed: Path) -> None:
    told = msgspec.json.decode((signed / "evidence" / "seal-0002.json").read_bytes())
    assert told["evidence"] == signed_of(signed).digest and told["files"] > 5


def test_a_laboratory_without_a_key_signs_nothing_and_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text("[register]\npath = 'register.jsonl'\n", "utf-8")
    told = in_place("run", "--case", QUICK[1], "--lab", tmp_path / "lab.toml", cwd=tmp_path)
    assert told.code == 4 and "has no [[signer]]: nothing would be signed" in told.err
    assert not (tmp_path / "out").exists()
