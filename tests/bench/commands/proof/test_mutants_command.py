"""`prove --mutants` as a user runs it, and mutants of which it is known what becomes of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from suite_kit import in_place

from bench.commands.proof import mutant_trials
from bench.commands.proof.mutant_trials import attempt
from conformance.mutants.lines import Measured, sources
from conformance.mutants.operators import changed, sites
from conformance.mutants.sampling import Mutant, on_wire

CASE = "protocol/identifies-itself"
FRAMES = "protocol/sends-well-formed-frames"


def prove(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.cli", "prove", *words], capture_output=True, text=True, check=False
    )


def mutant_of(module: str, owner: str, before: str, kind: str) -> Mutant:
    text = sources()[module].read_text("utf-8")
    for site in sites(text, wire=on_wire(module)):
        if site.owner == owner and site.kind == kind:
            change = changed(text, site.number, wire=on_wire(module))
            if before in change.before:
                return Mutant(
                    module=module,
                    number=site.number,
                    kind=kind,
                    line=site.line,
                    owner=owner,
                    before=change.before,
                    after=change.after,
                )
    raise AssertionError((module, owner, before))


def measured(case: str = CASE) -> list[Measured]:
    return [Measured(case=case, verdict="pass", cpu_s=1.0, lines={})]


def test_a_wrong_end_of_every_frame_is_killed(tmp_path: Path) -> None:
    broken = mutant_of("reference_terminal.hj212.frame", "", "TAIL", "text on the wire")
    trial = attempt(broken, measured(FRAMES), 1, str(tmp_path))
    assert trial.outcome == "killed", trial
    assert trial.by.startswith(f"{FRAMES}:")
    assert list(tmp_path.iterdir()) == []


def test_a_fault_put_into_the_functions_of_an_imported_terminal_is_killed(tmp_path: Path) -> None:
    broken = mutant_of("reference_terminal.hj212.crc", "of", "return _TABLE", "arithmetic")
    trial = attempt(broken, measured(FRAMES), 1, str(tmp_path), imported=False)
    assert trial.outcome == "killed", trial


def test_a_terminal_that_takes_too_long_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutant_trials, "_LEAST_S", 0.0)
    monkeypatch.setattr(mutant_trials, "_TIMES", 0.0)
    broken = mutant_of("reference_terminal.hj212.frame", "", "HEAD", "text on the wire")
    assert attempt(broken, measured(), 1, str(tmp_path)).outcome == "hangs"


@pytest.mark.timeout(900)
def test_the_command_measures_tries_counts_and_goes_on(tmp_path: Path) -> None:
    told = prove("--mutants", "2", "--case", CASE, "--out", str(tmp_path), "--seed", "2")
    assert told.returncode in (0, 1), told.stderr
    assert told.stderr == ""
    (folder,) = tmp_path.iterdir()
    found = msgspec.json.decode((folder / "mutants.json").read_bytes())
    assert found["figure"]["drawn"] == 2
    assert 0 < found["figure"]["lines_run"] < found["figure"]["lines"]
    assert found["lines_never_run"]
    assert "95 %" in told.stdout or "no mutant of consequence" in told.stdout
    assert "<html" in (folder / "mutants.html").read_text("utf-8")
    trials = (folder / "trials.jsonl").read_bytes()
    torn = trials.splitlines(keepends=True)
    (folder / "trials.jsonl").write_bytes(b"".join(torn[:2]) + torn[2][:20])
    again = prove("--mutants", "2", "--case", CASE, "--out", str(tmp_path), "--seed", "2", "--resume", str(folder))
    assert again.returncode == told.returncode, again.stderr
    assert "cases measured" not in again.stdout
    assert sorted((folder / "trials.jsonl").read_bytes().splitlines()) == sorted(trials.splitlines())
    # Sorting survivors by hand makes another commit: what was tried is counted anew, and nothing is tried.
    head, *rest = (folder / "trials.jsonl").read_bytes().splitlines(keepends=True)
    other = msgspec.json.encode({**msgspec.json.decode(head), "commit": "0123456789ab"}) + b"\n"
    (folder / "trials.jsonl").write_bytes(b"".join((other, *rest)))
    counted = in_place("prove", "--mutants", "2", "--case", CASE, "--resume", str(folder), cwd=tmp_path)
    assert counted.code == told.returncode, counted.err
    assert "tried at 0123456789ab: counted anew" in counted.out
    assert (folder / "trials.jsonl").read_bytes() == b"".join((other, *rest))
    figure = msgspec.json.decode((folder / "mutants.json").read_bytes())["figure"]
    assert figure == {**found["figure"], "commit": "0123456789ab"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    (
        (("--mutants", "0"), "--mutants 0: expected a whole number of at least 1"),
        (("--mutants", "many"), "--mutants many: expected a whole number"),
        (("--mutants", "3", "-n", "0"), "-n 0: expected a whole number of at least 1"),
        (("--mutants", "3", "--rig", "process"), "--mutants: not with --rig"),
        (("--mutants", "3", "--defect", "x"), "--mutants: not with --defect"),
        (("--mutants", "3", "--case", "nonsense"), "--case nonsense: no case of that name"),
        (("--mutants", "3", "--record", "--case", CASE), "--record with --case"),
        (("--mutants", "3", "--resume", "nowhere"), "--resume nowhere: expected a folder of prove --mutants"),
    ),
)
def test_wrong_words_are_one_sentence(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    told = in_place("prove", *words, cwd=tmp_path)
    assert told.code == 4
    assert told.err.count("\n") == 1
    assert sentence in told.err
