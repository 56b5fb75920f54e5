"""Forgeries of a signed run by who knows the program's own modules, each refused, with the sentence that says why.

Whatever can be computed anew is: chains, digests, results, manifest. What cannot is the laboratory's signature, the
time stamp and the register.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from evidence_kit import Laboratory, laboratory, signed_run
from suite_kit import QUICK, carbonbench, in_place, verdicts

from bench.evidence.chain import ChainedFile
from bench.evidence.files import evidence_digest, sm3_of, survey
from bench.evidence.keys import armored, fingerprint
from bench.evidence.lab import load_lab
from bench.evidence.runlog import KIND, LOG, AnyEntry, AttemptBegan, AttemptEnded
from bench.evidence.sealed import LATE
from bench.evidence.seals import files_of, name_of, read_seals
from bench.evidence.stamps import OwnAuthority
from bench.history import Chain, Ended, Recorder, read_history
from reports import manifest

VICTIM = QUICK[1]
Forging = Callable[[Path, Laboratory], object]


@pytest.fixture
def own(signed: Path, tmp_path: Path) -> Path:
    """A copy of the signed run to forge."""
    return shutil.copytree(signed, tmp_path / signed.name, symlinks=True)


def edit(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Change a file of JSON."""
    held = json.loads(path.read_text("utf-8"))
    change(held)
    path.write_text(json.dumps(held, ensure_ascii=False, indent=2) + "\n", "utf-8")


def victim(held: dict[str, object]) -> dict[str, object]:
    (case,) = [case for case in held["cases"] if case["id"] == VICTIM]
    return case


def rechained(run: Path, change: Callable[[list[AnyEntry]], object]) -> None:
    """The log with other entries, its chain computed anew."""
    log = ChainedFile[AnyEntry](run / LOG, KIND, AnyEntry)
    entries = [line.entry for line in log.lines()]
    change(entries)
    (run / LOG).unlink()
    ChainedFile[AnyEntry](run / LOG, KIND, AnyEntry).extend(entries)


def with_another_record(run: Path, lab: Laboratory) -> None:
    """The review's 35 lines: a row added to the record, chain, result, log and verdicts made to fit."""
    place = run / "cases" / VICTIM / "1"
    history = read_history(place / "record.jsonl")
    recorder = Recorder()
    for event in history.events:
        if not isinstance(event, Ended):
            recorder(event)
    recorder(msgspec.structs.replace(recorder.events[-1], t=recorder.events[-1].t + 1))
    digest = recorder.save(place / "record.jsonl").digest
    edit(place / "result.json", lambda held: held.update(digest=digest))

    def verdict(held: dict[str, object]) -> None:
        victim(held).update(digest=digest)
        lines = "".join(f"{case['id']}#{case['attempt']} {case['digest']}\n" for case in held["cases"])
        held["history_digest"] = hashlib.new("sm3", lines.encode()).hexdigest()

    edit(run / "verdicts.json", verdict)
    result = sm3_of((place / "result.json").read_bytes())

    def log(entries: list[AnyEntry]) -> None:
        for number, each in enumerate(entries):
            if isinstance(each, AttemptEnded) and each.case == VICTIM:
                entries[number] = msgspec.structs.replace(each, digest=digest, result=result)

    rechained(run, log)


def another_specimen(run: Path, lab: Laboratory) -> None:
    """The statement says another serial number; the log fits."""
    path = run / "evidence" / "opening-1.json"
    edit(path, lambda held: held["item"].update(serial="SN-000124"))
    sm3 = sm3_of(path.read_bytes())
    rechained(run, lambda entries: entries.__setitem__(0, msgspec.structs.replace(entries[0], sm3=sm3)))


def without_attempt(run: Path, lab: Laboratory) -> None:
    """An attempt vanishes from folder, log and verdicts."""
    shutil.rmtree(run / "cases" / VICTIM)
    rechained(
        run, lambda entries: entries.__setitem__(slice(None), [e for e in entries if getattr(e, "case", "") != VICTIM])
    )

    def verdict(held: dict[str, object]) -> None:
        held["cases"] = [case for case in held["cases"] if case["id"] != VICTIM]
        held["clauses"] = [clause for clause in held["clauses"] if VICTIM not in clause["cases"]]
        held["summary"] = {"pass": len(held["cases"])}
        held["repeatability"] = [row for row in held["repeatability"] if row["id"] != VICTIM]

    edit(run / "verdicts.json", verdict)


def resigned(run: Path, lab: Laboratory, *, number: int, toml: Path, change: dict[str, object]) -> None:
    """A seal made anew by whoever has that lab.toml."""
    held = read_seals(run)[number - 1]
    other = load_lab(toml)
    for path, octets in files_of(msgspec.structs.replace(held.seal, **change), other).items():
        (run / path).write_bytes(octets)


def by_another_key(run: Path, lab: Laboratory) -> None:
    """All seals signed by a key of the forger, whose certificate has the laboratory's name."""
    other = laboratory(run.parent / "other")
    keys = load_lab(other.toml)
    (run / "evidence" / "signer-1.pem").write_text(armored(keys.certificates))
    marks = tuple(map(fingerprint, keys.certificates))
    for number in range(1, len(read_seals(run)) + 1):
        resigned(run, lab, number=number, toml=other.toml, change={"signers": marks})


def end_by_another_key(run: Path, lab: Laboratory) -> None:
    """Only the end is made anew, over an altered folder, under the laboratory's own name."""
    (run / "cases" / VICTIM / "1" / "note.txt").write_text("calibrated")
    other = laboratory(run.parent / "other")
    last = len(read_seals(run))
    rows = survey(run)
    found = evidence_digest(rows, name_of(last))
    resigned(run, lab, number=last, toml=other.toml, change={"evidence": found})


def without_seals(run: Path, lab: Laboratory) -> None:
    for path in (run / "evidence").glob("s*"):
        path.unlink()


def without_the_end(run: Path, lab: Laboratory) -> None:
    for path in (run / "evidence").glob("seal-0002*"):
        path.unlink()


def other_log_verdict(run: Path, lab: Laboratory) -> None:
    def log(entries: list[AnyEntry]) -> None:
        for number, each in enumerate(entries):
            if isinstance(each, AttemptEnded) and each.case == VICTIM:
                entries[number] = msgspec.structs.replace(each, verdict="fail")

    rechained(run, log)


def shorter_log(run: Path, lab: Laboratory) -> None:
    rechained(run, lambda entries: entries.__delitem__(slice(3, None)))


def swapped_stamp(run: Path, lab: Laboratory) -> None:
    place = run / "evidence"
    shutil.copy(place / "seal-0001.json.sig-1.tsr", place / "seal-0002.json.sig-1.tsr")


def no_stamp(run: Path, lab: Laboratory) -> None:
    (run / "evidence" / "seal-0002.json.sig-1.tsr").unlink()


def stamped_by_a_stranger(run: Path, lab: Laboratory) -> None:
    other = laboratory(run.parent / "other")
    path = run / "evidence" / "seal-0002.json.sig-1"
    path.with_name(f"{path.name}.tsr").write_bytes(OwnAuthority(other.folder / "authority")(path.read_bytes()))


def stamped_later(run: Path, lab: Laboratory) -> None:
    """The laboratory's own key, but the beginning was stamped when the end was known."""
    later = OwnAuthority(lab.folder / "authority", lambda: datetime.now(UTC) + LATE + timedelta(hours=1))
    path = run / "evidence" / "seal-0001.json.sig-1"
    path.with_name(f"{path.name}.tsr").write_bytes(later(path.read_bytes()))


def added_file(run: Path, lab: Laboratory) -> None:
    (run / "cases" / VICTIM / "1" / "photo.jpg").write_bytes(b"\xff\xd8")


def link_for_a_record(run: Path, lab: Laboratory) -> None:
    path = run / "cases" / VICTIM / "1" / "record.jsonl"
    path.rename(run.parent / "kept.jsonl")
    path.symlink_to(run.parent / "kept.jsonl")


def other_result(run: Path, lab: Laboratory) -> None:
    edit(run / "cases" / VICTIM / "1" / "result.json", lambda held: held.update(wall_s=1.0))


def second_attempt(run: Path, lab: Laboratory) -> None:
    shutil.copytree(run / "cases" / VICTIM / "1", run / "cases" / VICTIM / "2")


FORGERIES: list[tuple[Forging, str]] = [
    (with_another_record, "altered since it was signed"),
    (another_specimen, "was altered or removed since"),
    (without_attempt, "attempt missing"),
    (by_another_key, "not signed by the given certificate"),
    (end_by_another_key, "the signature of .* does not hold"),
    (without_seals, "not signed"),
    (without_the_end, "not signed at its end"),
    (other_log_verdict, "is not the log that was sealed"),
    (shorter_log, "lines were signed|were signed"),
    (swapped_stamp, "not of these octets"),
    (no_stamp, "time stamp is missing"),
    (stamped_by_a_stranger, "none of the given roots"),
    (stamped_later, "signed later than it says"),
    (added_file, "altered since it was signed"),
    (link_for_a_record, "altered since it was signed"),
    (other_result, "was altered since the attempt ended"),
    (second_attempt, "altered since it was signed"),
]


@pytest.mark.parametrize(("forge", "words"), FORGERIES, ids=[forge.__name__ for forge, _ in FORGERIES])
def test_who_computes_everything_anew_is_refused(own: Path, lab: Laboratory, forge: Forging, words: str) -> None:
    forge(own, lab)
    manifest.write(own)
    told = lab.verify(own)
    assert told.code == 1, told.out
    assert re.search(words, told.err), told.err
    assert all(" / " in line for line in told.problems)


def test_the_copy_is_sound_before_it_is_forged(own: Path, lab: Laboratory) -> None:
    manifest.write(own)
    assert lab.verify(own).code == 0


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: lines[:1], "names another end|lines were removed"),
        (lambda lines: [], "not in the register"),
        (lambda lines: [lines[0].replace(b"begun", b"bogun"), *lines[1:]], "chain is broken|not what"),
        (lambda lines: [lines[0].rpartition(b",[")[0] + b"]\n", *lines[1:]], "no signature by"),
    ],
)
def test_a_register_that_was_cut_or_altered_is_told(
    signed: Path, lab: Laboratory, tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], words: str
) -> None:
    book = tmp_path / "register.jsonl"
    book.write_bytes(b"".join(change(lines_of(lab.register))))
    told = in_place("verify", signed, "--certificate", lab.certificate, "--register", book, cwd=tmp_path)
    assert told.code == 1
    assert re.search(words, told.err), told.err


def test_a_line_of_the_register_that_another_key_signed_is_told(signed: Path, lab: Laboratory, tmp_path: Path) -> None:
    other = load_lab(laboratory(tmp_path / "other").toml)
    head, *rest = lines_of(lab.register)
    chain = bytes.fromhex(json.loads(head)[0])
    forged = base64.b64encode(other.sign(chain)[0]).decode()
    book = tmp_path / "register.jsonl"
    book.write_bytes(b"".join([head.rpartition(b",[")[0] + f',["{forged}"]]\n'.encode(), *rest]))
    told = in_place("verify", signed, "--certificate", lab.certificate, "--register", book, cwd=tmp_path)
    assert told.code == 1 and "no signature by" in told.err


def test_no_report_is_written_of_a_folder_without_manifest(own: Path) -> None:
    """The cheapest way of the review: manifest deleted, verdicts edited by hand, `report`."""
    (own / "manifest.json").unlink()
    edit(own / "verdicts.json", lambda held: victim(held).update(verdict="fail"))
    told = in_place("report", own, cwd=own.parent)
    assert told.code == 3
    assert not (own / "manifest.json").exists()


def test_reports_written_again_leave_the_signed_digest(own: Path, lab: Laboratory) -> None:
    assert in_place("report", own, cwd=own.parent).code == 0
    assert lab.verify(own).code == 0
    page = (own / "report.html").read_text("utf-8")
    assert read_seals(own)[-1].seal.evidence in page


def told_by_rejudge(run: Path) -> str:
    told = in_place("rejudge", run, cwd=run.parent)
    assert told.code == 1, told.out
    return told.out


WORDS_OF_THE_RUN: list[tuple[str, Callable[[dict[str, object]], object]]] = [
    ("selection", lambda held: held.update(selection="")),
    ("repeats", lambda held: held.update(repeats=3)),
    ("parameters.decision_rule", lambda held: held["parameters"].update(decision_rule="guarded")),
    ("is of ", lambda held: held.update(terminal="carbonbench other terminal")),
    ("seed", lambda held: held.update(seed=2)),
    ("wall_s", lambda held: held.update(wall_s=0.5)),
    ("started", lambda held: victim(held).update(started="2026-01-01T00:00:00.000+08:00")),
    ("planted defect", lambda held: held.update(terminal=held["terminal"] + " [planted defect: x]")),
    ("clause ", lambda held: [c.update(verdict="pass") for c in held["clauses"] if c["verdict"] == "not run"]),
    ("not_claimed", lambda held: held.update(not_claimed=[])),
]


@pytest.mark.parametrize(("words", "change"), WORDS_OF_THE_RUN, ids=[words for words, _ in WORDS_OF_THE_RUN])
def test_everything_in_the_verdicts_is_worked_out_again(
    own: Path, words: str, change: Callable[[dict[str, object]], object]
) -> None:
    edit(own / "verdicts.json", change)
    assert words in told_by_rejudge(own)


def test_a_frame_that_the_capture_lacks_is_told(tmp_path: Path, lab: Laboratory) -> None:
    """What was left behind of the old story: the capture beside a record that was written anew."""
    run = signed_run(tmp_path, lab, "--pcap", cases=("protocol/identifies-itself",))
    assert in_place("rejudge", run, cwd=tmp_path).code == 0
    (case,) = verdicts(run)["cases"]
    path = run / case["record"]
    chain, made = Chain(), []
    for event in read_history(path).events:
        frame = getattr(event, "frame", "")
        if frame and type(event).__name__ == "Received":
            event = msgspec.structs.replace(event, frame=frame.replace("QN=2", "QN=3"))
        made.append(chain.line(event))
    path.write_bytes(b"".join(made))
    digest = read_history(path).digest

    def forge(held: dict[str, object]) -> None:
        held["cases"][0]["digest"] = digest
        lines = f"{case['id']}#1 {digest}\n"
        held["history_digest"] = hashlib.new("sm3", lines.encode()).hexdigest()

    edit(run / "verdicts.json", forge)
    assert "is not in the capture" in told_by_rejudge(run)


def test_a_run_begun_twice_leaves_both_in_the_register(tmp_path: Path) -> None:
    """Runs are made until one passes: the others stand in the register, ended or open."""
    book = laboratory(tmp_path / "lab")
    for _ in range(2):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        told = carbonbench("run", "--case", QUICK[1], "--lab", book.toml, cwd=tmp_path)
        assert told.code == 0
    told = in_place("lab", "register", book.toml, cwd=tmp_path)
    assert told.out.count("begun") == 2 and told.out.count("ended") == 2


def test_attempts_that_began_are_in_the_log_in_order(signed: Path) -> None:
    entries = [line.entry for line in ChainedFile[AnyEntry](signed / LOG, KIND, AnyEntry).lines()]
    assert [each.case for each in entries if isinstance(each, AttemptBegan)] == sorted(QUICK[:2])
