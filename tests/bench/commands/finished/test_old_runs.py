"""Run folders that an earlier house wrote still verify, are judged again as then, and get today's reports.

Leaves run folders of today to test_suite_folder. What the folders are is told in tests/support/runs/README.md.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hand_made import observed
from suite_kit import ROOT, alter, in_place

from bench.case import CaseResult, Verdict
from bench.commands.finished import rejudge
from bench.commands.finished.rejudge import read_run
from bench.history import Ended, Recorder, read_history
from bench.run import rejudge_case
from conformance.clauses.suite import case_classes
from reports.clause_results import clause_results

RUNS = ROOT / "tests" / "support" / "runs"
EXITS = {"passes": 0, "encrypted": 0, "planted-defect": 1}
"""The folders and the exit codes of the runs that left them."""
FAILS = {
    "passes": {},
    "encrypted": {},
    "planted-defect": {"commands/tells-its-state-and-log": {"log-form"}},
}
"""What did not pass then: checks by case."""
SINCE = {"planted-defect": {"every-frame-sound"}}
"""Standing questions, asked since then of every history, that do not pass."""


@pytest.fixture(params=sorted(EXITS))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of each folder in turn."""
    return copied(request.param, tmp_path)


def copied(name: str, room: Path) -> Path:
    """A copy of a folder that a test may spoil."""
    return shutil.copytree(RUNS / name, room / name)


def judged_again(folder: Path) -> tuple[CaseResult, ...]:
    """Every case of a run, judged today from its record alone."""
    known = case_classes()
    return tuple(rejudge_case(known[case.id], case, folder) for case in read_run(folder).cases)


def test_every_folder_is_asked_and_none_is_large() -> None:
    assert {path.name for path in RUNS.iterdir() if path.is_dir()} == EXITS.keys()
    files = [path for path in RUNS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_500_000
    assert any(path.suffix == ".pcap" for path in (RUNS / "encrypted").rglob("*"))


def test_an_old_folder_verifies(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rejudge.verify(old) == 0
    assert "every file as it was written" in capsys.readouterr().out


def test_an_old_run_is_judged_as_then(old: Path) -> None:
    before, after = read_run(old).cases, judged_again(old)
    for then, now in zip(before, after, strict=True):
        assert (now.id, now.verdict, now.reason) == (then.id, then.verdict, then.reason)
        found = {check.id: (check.verdict, check.measured, check.limit) for check in now.checks}
        assert {check.id: (check.verdict, check.measured, check.limit) for check in then.checks} == {
            name: found.get(name) for name in (check.id for check in then.checks)
        }
        assert set(then.measurements) <= set(now.measurements)
    fails = {
        case.id: {check.id for check in case.checks if check.verdict is not Verdict.PASS} - SINCE.get(old.name, set())
        for case in after
        if case.verdict is not Verdict.PASS
    }
    assert fails == FAILS[old.name]


def test_rejudge_ends_as_the_run_did_and_writes_nothing(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    assert rejudge.main(old) == EXITS[old.name]
    told = [line for line in capsys.readouterr().out.splitlines() if "->" in line]
    assert all(": absent -> fail" in line for line in told), "a verdict, a check or a measured value differs"
    assert {line.split(":")[0].split()[-1] for line in told} == SINCE.get(old.name, set())
    assert {path: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before


def test_clauses_of_an_old_run_name_the_checks_that_decide_them(old: Path) -> None:
    before = read_run(old)
    assert not any(check.clauses for case in before.cases for check in case.checks), "checks of then named no clauses"
    assert not any(clause.checks for clause in before.clauses)
    after = judged_again(old)
    deciding = {f"{case.id}:{check.id}": check for case in after for check in case.checks if check.clauses}
    assert deciding
    for clause in clause_results(after):
        assert clause.checks, f"{clause.id}: no check decides it"
        verdicts = {deciding[name].verdict for name in clause.checks}
        assert all(clause.id in deciding[name].clauses for name in clause.checks)
        assert clause.verdict is (Verdict.FAIL if Verdict.FAIL in verdicts else Verdict.PASS)
    failing = {clause.id for clause in clause_results(after) if clause.verdict is Verdict.FAIL}
    fails = {f"{case}:{check}" for case, checks in FAILS[old.name].items() for check in checks}
    assert failing == {clause for name in fails for clause in deciding[name].clauses}


def test_an_old_run_gets_reports_of_today(old: Path) -> None:
    assert rejudge.report(old) == 0
    page = (old / "report.html").read_text("utf-8")
    assert all(case.id in page for case in read_run(old).cases)
    assert (old / "junit.xml").stat().st_size
    assert rejudge.verify(old) == 0


def test_an_altered_old_record_is_caught(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = sorted(old.rglob("record.jsonl"))[0]
    alter(record, 5)
    for command, code in ((rejudge.verify, 1), (rejudge.main, 3), (rejudge.report, 3)):
        assert command(old) == code
        assert f"{record}, line 5: " in capsys.readouterr().err
    assert not (old / "report.html").exists()


def test_an_altered_old_capture_is_caught(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied("encrypted", tmp_path)
    capture = sorted(folder.rglob("*.pcap"))[0]
    octets = bytearray(capture.read_bytes())
    octets[-1] ^= 1
    capture.write_bytes(octets)
    assert rejudge.verify(folder) == 1
    assert f"{capture}: was altered" in capsys.readouterr().err


def test_an_old_verdict_altered_by_hand_is_caught(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied("planted-defect", tmp_path)
    file = folder / "verdicts.json"
    written = json.loads(file.read_text("utf-8"))
    (case,) = (case for case in written["cases"] if case["verdict"] == "fail")
    (check,) = (check for check in case["checks"] if check["verdict"] == "fail")
    check["verdict"] = "pass"
    file.write_text(json.dumps(written), "utf-8")
    assert rejudge.verify(folder) == 1
    assert rejudge.main(folder) == 1
    assert f"{case['id']}#1 {check['id']}: pass" in capsys.readouterr().out


def test_a_word_of_another_house_is_one_sentence(tmp_path: Path) -> None:
    folder = copied("passes", tmp_path)
    place = folder / "cases" / "alarms" / "logs-by-its-own-clock" / "1" / "record.jsonl"
    recorder = Recorder()
    for event in read_history(place).events:
        if not isinstance(event, Ended):
            recorder(event)
    query = {"door": "api", "account": "operator", "user": "op", "given": "right", "role": "operator"}
    recorder(observed("login", recorder.events[-1].t, [{"outcome": "let-in"}], **query))
    digest = recorder.save(place).digest
    text = (folder / "verdicts.json").read_text("utf-8").replace(place.parent.parent.name, "locks-after-failures")
    held = json.loads(text.replace("alarms/locks-after", "logins/locks-after"))
    (case,) = [case for case in held["cases"] if case["id"] == "logins/locks-after-failures"]
    case |= {"record": str(place.relative_to(folder)), "digest": digest}
    (folder / "verdicts.json").write_text(json.dumps(held), "utf-8")
    told = in_place("rejudge", folder, cwd=tmp_path)
    assert told.code == 3 and told.err.count("\n") == 1, told
    assert told.err.startswith(f"{place}: 'login' asked at ")
    assert "Invalid enum value 'let-in'" in told.err and "无法评判" in told.err
    assert "Traceback" not in in_place("verify", folder, cwd=tmp_path).err
