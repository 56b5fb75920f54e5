"""`carbonbench run` and `pytest conformance` as a user sees them: exit codes, run folder, digests, replay."""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from deprived import no_judge_raises, nothing_passes_unseen
from people_deprived import no_access_passes_unseen
from suite_kit import (
    QUICK,
    REFERENCE,
    ROOT,
    Told,
    call,
    carbonbench,
    choose,
    digest_of,
    digests,
    environment,
    repeated_elsewhere,
    run_folder,
    sm3,
    verdicts,
)

from bench.case import Item, Rig, Verdict
from bench.history import read_history
from conformance import rests_age
from conformance.clauses import load_ledger
from conformance.clauses.suite import case_classes

WORDS = {verdict.value for verdict in Verdict}
ONE = "commands/reads-meters-on-command"
QUICK_S = 2.0
"""A case that took no longer is quick enough to be run again."""


@pytest.mark.timeout(4800)
def test_the_reference_passes_everything_and_every_defect_is_caught(tmp_path: Path) -> None:
    """One test, because the proof takes over what the run says of the sound terminal: minutes of computing."""
    folder, told = everything_passes(Item.TERMINAL, tmp_path)
    found = verdicts(folder)
    assert len(found["cases"]) >= 60
    shape_as_the_issue_writes_it(found)
    folder_is_complete(folder)
    no_access_passes_unseen(folder)
    what_checks_rest_on_is_of_this_state(Item.TERMINAL, folder)
    for case in found["cases"]:
        assert all(clause in told.out for clause in case["clauses"])
    one_seed_gives_one_history_elsewhere(folder, tmp_path / "elsewhere")
    assert every_defect_is_caught(Item.TERMINAL, folder, tmp_path) >= 150


@pytest.mark.timeout(2400)
def test_the_reference_platform_passes_everything_and_every_defect_is_caught(tmp_path: Path) -> None:
    """The same of platforms."""
    folder, _ = everything_passes(Item.PLATFORM, tmp_path)
    folder_is_complete(folder)
    nothing_passes_unseen(folder)
    no_judge_raises(folder)
    what_checks_rest_on_is_of_this_state(Item.PLATFORM, folder)
    assert every_defect_is_caught(Item.PLATFORM, folder, tmp_path) >= 120


def everything_passes(item: Item, room: Path) -> tuple[Path, Told]:
    """Run all cases of an item; the folder is whole, judged again as before, and has one digest."""
    told = carbonbench("run", "--item", item, "-v", "-n", "2", cwd=room)
    assert told.code == 0, told.out
    folder = run_folder(room / "out")
    found = verdicts(folder)
    elsewhere = {case["id"] for case in found["cases"] if case["elsewhere"]}
    assert elsewhere == {name for name, case in case_classes(item).items() if Rig.VIRTUAL not in case.rigs}
    assert all(case["verdict"] == "not run" for case in found["cases"] if case["id"] in elsewhere)
    here = {case["verdict"] for case in found["cases"] if case["id"] not in elsewhere}
    assert here <= {"pass", "not applicable"}
    assert found["history_digest"] == digest_of(folder)
    assert str(folder) in "".join(told.out.split())
    again = carbonbench("rejudge", folder, cwd=room)
    assert again.code == 0, again.out
    assert "the same verdicts" in again.out
    assert carbonbench("verify", folder, cwd=room).code == 0
    return folder, told


def every_defect_is_caught(item: Item, folder: Path, room: Path) -> int:
    """Prove all defects of an item, its sound run being there; gives how many there are."""
    words = ("prove", "--item", item, "--defects-only", "--sound", folder, "-n", "2", "--json", "matrix.json")
    told = carbonbench(*words, cwd=room)
    proof = json.loads((room / "matrix.json").read_text("utf-8"))
    assert proof["troubles"] == [], told.err
    assert [defect["id"] for defect in proof["defects"] if defect["outcome"] != "caught"] == []
    assert proof["reference"]["not_passed"] == []
    what_the_suite_says_of_its_proof_is_so(told, room)
    return len(proof["defects"])


def what_the_suite_says_of_its_proof_is_so(told: Told, room: Path) -> None:
    """Each defect was tried on a case of which proof.json names checks, and every check that it names has failed.

    Where several were planted at once, no other check failed, and so the one file is right about the other.
    """
    known = json.loads((ROOT / "conformance" / "proof.json").read_text("utf-8"))["flips"]["virtual"]
    (journal,) = (room / "out").glob("prove-*.jsonl")
    lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()[1:]]
    tried: set[str] = set()
    lacking: list[str] = []
    groups = 0
    for line in lines:
        planted = line["group"]["planted"] if "group" in line else [line["job"]["defect"]]
        case = (line.get("group") or line["job"])["case"]
        failed = {check["id"] for check in line["result"]["checks"] if check["verdict"] == "fail"}
        said = {defect: known.get(defect, {}).get(case, []) for defect in planted if defect}
        lacking += [
            f"{defect} × {case} no longer fails {check}"
            for defect, checks in said.items()
            for check in sorted(set(checks) - failed)
        ]
        if "group" in line:
            groups += 1
            lacking += [f"{planted} × {case} fail {check}" for check in failed - set().union(*said.values())]
        tried |= {defect for defect, checks in said.items() if checks}
    assert lacking == [], "prove --record, or prove --groups --record"
    assert "no longer" not in told.err
    assert groups >= 50, "defects that go together are planted at once"
    assert sorted({line["job"]["defect"] for line in lines if "job" in line} - {""} - tried) == []


def what_checks_rest_on_is_of_this_state(item: Item, folder: Path) -> None:
    """Some cases are looked at anew, those that changed first (`conformance.rests_age`)."""
    records = {case["id"]: folder / case["record"] for case in verdicts(folder)["cases"] if case["record"]}
    cases = {name: case for name, case in case_classes(item).items() if name in records}
    assert rests_age.stale(cases, lambda name: read_history(records[name])) == []


def one_seed_gives_one_history_elsewhere(folder: Path, room: Path) -> None:
    """All cases with captures and a quick one of each chapter; `make repeat` compares all cases."""
    cases = [case for case in verdicts(folder)["cases"] if case["record"]]
    picked = {case["id"] for case in cases if list((folder / case["record"]).parent.glob("*.pcap"))}
    assert len(picked) >= 9
    chapters: dict[str, tuple[float, str]] = {}
    for case in cases:
        chapter, cost = case["id"].partition("/")[0], (case["wall_s"], case["id"])
        chapters[chapter] = min(chapters.get(chapter, cost), cost)
    picked |= {name for wall_s, name in chapters.values() if wall_s < QUICK_S}
    again = repeated_elsewhere(room, sorted(picked))
    here = digests(folder)
    assert digests(again) == {name: here[name] for name in picked}
    an_altered_capture_is_told(again, room)


def an_altered_capture_is_told(folder: Path, room: Path) -> None:
    assert carbonbench("verify", folder, cwd=room).code == 0
    listed = sorted(folder.rglob("captures.json"))
    assert len(listed) >= 8, "captures of TLS stand in the record by their outline"
    capture = listed[0].parent / next(iter(json.loads(listed[0].read_text("utf-8"))["files"]))
    octets = bytearray(capture.read_bytes())
    octets[-1] ^= 1
    capture.write_bytes(octets)
    told = carbonbench("verify", folder, cwd=room)
    assert told.code == 1
    for words in (f"{capture.name}: was altered", f"{capture}: expected SM3"):
        assert any(words in problem for problem in told.problems), told.err


def shape_as_the_issue_writes_it(found: dict) -> None:
    for key in ("run", "commit", "terminal", "rig", "history_digest"):
        assert isinstance(found[key], str) and found[key], key
    assert found["seed"] == 1
    assert re.fullmatch("[0-9a-f]{64}", found["history_digest"])
    assert found["summary"] == dict(Counter(case["verdict"] for case in found["cases"]))
    ledger = load_ledger().by_id
    strongest = ("shall", "statement", "should", "may")
    for case in found["cases"]:
        assert case["clauses"] or case_classes()[case["id"]].remark, case["id"]
        assert case["checks"] or not_tried(case), case["id"]
        strengths = {ledger[clause].strength for clause in case["clauses"]}
        assert case["strength"] == next((word for word in strongest if word in strengths), "")
        assert case["verdict"] in WORDS
        for check in case["checks"]:
            assert check["name"] and check["verdict"] in WORDS
            assert all(isinstance(check[key], str) for key in ("measured", "limit", "unit"))
    named = {clause for case in found["cases"] for clause in case["clauses"]}
    clauses = {clause["id"]: clause for clause in found["clauses"]}
    assert len(clauses) == len(found["clauses"])
    assert named <= clauses.keys() <= ledger.keys()
    assert all(clause["verdict"] in WORDS for clause in found["clauses"])


def not_tried(case: dict) -> bool:
    """Whether a case runs in other rigs only, or is about a draft that the item does not claim."""
    return case["elsewhere"] or case["verdict"] == Verdict.NOT_APPLICABLE.value


def folder_is_complete(folder: Path) -> None:
    found = verdicts(folder)
    for case in found["cases"]:
        assert not_tried(case) or (folder / case["record"]).is_file()
    suites = ElementTree.parse(folder / "junit.xml").getroot()
    assert len(list(suites.iter("testcase"))) == len(found["cases"])
    page = (folder / "report.html").read_text("utf-8")
    assert all(case["id"] in page for case in found["cases"])
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)[^"']+""", page)
    results = [json.loads(path.read_text("utf-8")) for path in (folder / "allure-results").glob("*-result.json")]
    assert len(results) == len(found["cases"])
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    listed = {row["path"]: row["sm3"] for row in manifest["files"]}
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert listed.keys() == files.keys() - {"manifest.json"}
    for name in ("verdicts.json", "report.html", "junit.xml", found["cases"][0]["record"]):
        assert sm3(files[name].read_bytes()).hex() == listed[name]


def digest(tmp_path: Path, name: str, *words: str, **env: str) -> str:
    told = carbonbench("run", *choose(), "--out", name, *words, cwd=tmp_path, env=environment(**env))
    assert told.code == 0, told.out + told.err
    return verdicts(run_folder(tmp_path / name))["history_digest"]


def test_one_seed_one_history(tmp_path: Path, quick: Path) -> None:
    here = verdicts(quick)["history_digest"]
    assert digest(tmp_path, "two-workers", "-n", "2", PYTHONHASHSEED="1") == here
    assert digest(tmp_path, "other-hashes", "-n", "1", PYTHONHASHSEED="2") == here
    # With other hashes the records are the same too, octet for octet.
    again = run_folder(tmp_path / "other-hashes")
    for case in QUICK:
        record = Path("cases") / case / "1" / "record.jsonl"
        assert (again / record).read_bytes() == (quick / record).read_bytes()
    assert digest(tmp_path, "other-seed", "--seed", "2") != here


def test_captures_of_what_nobody_can_seed_give_one_history(tmp_path: Path) -> None:
    cases = ("systems/tells-old-and-uncertain-opc-ua-values", "revocation/alarms-when-lists-run-out")
    found: list[str] = []
    for name, hashes in (("one", "1"), ("other", "2")):
        words = ("run", *choose(cases), "--pcap", "--out", name)
        told = carbonbench(*words, cwd=tmp_path, env=environment(PYTHONHASHSEED=hashes))
        assert told.code == 0, told.out + told.err
        folder = run_folder(tmp_path / name)
        assert len(list(folder.rglob("captures.json"))) == 2
        assert carbonbench("verify", folder, cwd=tmp_path).code == 0
        found.append(verdicts(folder)["history_digest"])
    assert found[0] == found[1]


def test_pytest_runs_the_same(tmp_path: Path, quick: Path) -> None:
    told = call([sys.executable, "-m", "pytest", "conformance", *choose(), "--out", tmp_path / "out"], cwd=ROOT)
    assert told.code == 0, told.out + told.err
    assert f"{len(QUICK)} passed" in told.out
    theirs, ours = verdicts(run_folder(tmp_path / "out")), verdicts(quick)
    assert theirs["history_digest"] == ours["history_digest"]
    assert [case["checks"] for case in theirs["cases"]] == [case["checks"] for case in ours["cases"]]


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_pytest_runs_the_suite_from_any_folder(tmp_path: Path, workers: list[str]) -> None:
    words = ["--carbonbench", "--case", ONE, "--out", "out", *workers]
    told = call([sys.executable, "-m", "pytest", *words], cwd=tmp_path)
    assert told.code == 0 and "1 passed" in told.out, told.out + told.err
    assert len(verdicts(run_folder(tmp_path / "out"))["cases"]) == 1


def test_pytest_shows_a_failed_check_and_ends_with_1(tmp_path: Path) -> None:
    words = ["--case", ONE, "--defect", "read-now-from-memory", "--out", tmp_path / "out"]
    told = call([sys.executable, "-m", "pytest", "conformance", *words], cwd=ROOT)
    assert told.code == 1
    for word in ("requirement / ", "expected / ", "actual / ", "replay / "):
        assert word in told.out, told.out


def test_repetitions_have_seeds_of_their_own_and_one_is_replayed_alone(tmp_path: Path) -> None:
    told = carbonbench("run", "--case", ONE, "--repeat", "3", "--out", "all", cwd=tmp_path)
    assert told.code == 0, told.out
    three = verdicts(run_folder(tmp_path / "all"))["cases"]
    assert [case["attempt"] for case in three] == [1, 2, 3]
    assert len({case["seed"] for case in three}) == 3
    words = shlex.split(three[1]["replay"], comments=True)
    told = carbonbench(*words[1:], "--out", "one", cwd=tmp_path)
    assert told.code == 0, told.out
    (one,) = verdicts(run_folder(tmp_path / "one"))["cases"]
    assert (one["attempt"], one["digest"]) == (2, three[1]["digest"])


def test_a_defective_terminal_fails_and_its_replay_line_fails_again(tmp_path: Path) -> None:
    told = carbonbench("run", "--case", ONE, "--defect", "read-now-from-memory", "--seed", "5", cwd=tmp_path)
    assert told.code == 1, told.out
    block = told.out[told.out.index("what did not pass") :]
    for word in ("requirement / 要求", "check / 检查", "expected / 应为", "actual / 实测", "evidence / 证据"):
        assert word in block, block
    assert "isc-2/" in block
    (case,) = verdicts(run_folder(tmp_path / "out"))["cases"]
    assert case["verdict"] == "fail"
    line = next(line for line in block.splitlines() if "carbonbench run" in line)
    shown = line[line.index("carbonbench run") :].strip()
    assert shlex.split(shown, comments=True) == shlex.split(case["replay"], comments=True)
    assert f"# commit {verdicts(run_folder(tmp_path / 'out'))['commit']}" in case["replay"]
    again = carbonbench(*shlex.split(shown, comments=True)[1:], "--out", "again", cwd=tmp_path)
    assert again.code == 1
    (repeated,) = verdicts(run_folder(tmp_path / "again"))["cases"]
    assert (repeated["digest"], repeated["checks"]) == (case["digest"], case["checks"])


def of_case(found: dict) -> set[str]:
    """The verdicts of the clauses that the one case names."""
    return {clause["verdict"] for clause in found["clauses"] if clause["id"] in found["cases"][0]["clauses"]}


def profile(tmp_path: Path, old: str, new: str) -> Path:
    text = REFERENCE.read_text("utf-8")
    assert old in text
    made = tmp_path / "my terminal.toml"
    made.write_text(text.replace(old, new), "utf-8")
    return made


CLAIM = '"acquisition.on-command" = "yes"'


def test_an_unanswered_claim_is_inconclusive_and_the_line_to_add_settles_it(tmp_path: Path) -> None:
    made = profile(tmp_path, CLAIM + "\n", "")
    told = carbonbench("run", "--terminal", made.name, "--case", ONE, cwd=tmp_path)
    assert told.code == 2, told.out
    assert CLAIM in " ".join(told.out.split()), told.out
    found = verdicts(run_folder(tmp_path / "out"))
    assert found["summary"] == {"inconclusive": 1}
    assert of_case(found) == {"inconclusive"}
    made.write_text(made.read_text("utf-8").replace("[claims]", f"[claims]\n{CLAIM}"), "utf-8")
    assert carbonbench("run", "--terminal", made.name, "--case", ONE, cwd=tmp_path).code == 0


def test_a_replay_line_survives_a_blank_in_the_path(tmp_path: Path) -> None:
    made = profile(tmp_path, 'name = "reference terminal"', 'name = "mine"')
    told = carbonbench("run", "--terminal", made.name, "--case", ONE, cwd=tmp_path)
    assert told.code == 0
    found = verdicts(run_folder(tmp_path / "out"))
    assert "mine" in found["terminal"]
    words = shlex.split(found["cases"][0]["replay"], comments=True)
    assert carbonbench(*words[1:], "--out", "again", cwd=tmp_path).code == 0


def installed(tmp_path: Path, body: str) -> dict[str, str]:
    """An adapter of somebody else's, installed as its entry point says."""
    site = tmp_path / "site"
    (site / "theirs-1.dist-info").mkdir(parents=True)
    (site / "theirs-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
    (site / "theirs-1.dist-info" / "entry_points.txt").write_text("[carbonbench.terminals]\ntheirs = theirs:Theirs\n")
    (site / "theirs.py").write_text(body, "utf-8")
    return environment(PYTHONPATH=os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]))


SOUND = "from bench.dut.reference import ReferenceAdapter\nclass Theirs(ReferenceAdapter):\n    name = 'theirs'\n"


def test_an_adapter_of_somebody_else_is_found_by_its_entry_point(tmp_path: Path) -> None:
    made = profile(tmp_path, 'adapter = "reference"', 'adapter = "theirs"')
    env = installed(tmp_path, SOUND)
    told = carbonbench("run", "--terminal", made.name, "--case", ONE, cwd=tmp_path, env=env)
    assert told.code == 0, told.out


def test_a_fault_of_the_bench_is_an_error_and_no_fail(tmp_path: Path) -> None:
    body = SOUND + "    async def ask(self, seat, what, query):\n        raise ArithmeticError('broken ruler')\n"
    made = profile(tmp_path, 'adapter = "reference"', 'adapter = "theirs"')
    words = ("run", "--terminal", made.name, "--case", "processing/rejects-readings-out-of-range")
    told = carbonbench(*words, cwd=tmp_path, env=installed(tmp_path, body))
    assert told.code == 3, told.out
    assert "broken ruler" in told.out
    found = verdicts(run_folder(tmp_path / "out"))
    assert found["summary"] == {"error": 1}
    # What binds a collector alone does not bind this terminal.
    assert of_case(found) - {"not applicable"} == {"error"}


def test_a_terminal_that_dies_fails_and_the_bench_stays_up(tmp_path: Path) -> None:
    body = SOUND + "    async def run(self, seat):\n        raise ArithmeticError('smoke')\n"
    made = profile(tmp_path, 'adapter = "reference"', 'adapter = "theirs"')
    told = carbonbench("run", "--terminal", made.name, "--case", ONE, cwd=tmp_path, env=installed(tmp_path, body))
    assert told.code in (1, 2), told.out
    (case,) = verdicts(run_folder(tmp_path / "out"))["cases"]
    record = (run_folder(tmp_path / "out") / case["record"]).read_text("utf-8")
    assert '"state":"crashed"' in record and "smoke" in record


@pytest.mark.parametrize("octets", ["'odd \\ud800'", "'====a'"])
def test_a_file_that_is_no_base64_is_no_fault_of_the_bench(tmp_path: Path, octets: str) -> None:
    body = SOUND + (
        "    async def ask(self, seat, what, query):\n"
        "        rows = await super().ask(seat, what, query)\n"
        f"        return tuple({{**row, 'octets': {octets}}} if 'octets' in row else row for row in rows)\n"
    )
    made = profile(tmp_path, 'adapter = "reference"', 'adapter = "theirs"')
    words = ("run", "--terminal", made.name, "--case", "configuration/restores-configuration")
    told = carbonbench(*words, cwd=tmp_path, env=installed(tmp_path, body))
    assert told.code in (1, 2), told.out + told.err
    (case,) = verdicts(run_folder(tmp_path / "out"))["cases"]
    assert "no base64" in (run_folder(tmp_path / "out") / case["record"]).read_text("utf-8")


def test_a_terminal_that_says_what_is_no_unicode_loses_no_evidence(tmp_path: Path) -> None:
    body = SOUND + (
        "    async def ask(self, seat, what, query):\n"
        "        rows = await super().ask(seat, what, query)\n"
        "        return tuple({**row, 'note': 'odd \\ud800'} for row in rows)\n"
    )
    made = profile(tmp_path, 'adapter = "reference"', 'adapter = "theirs"')
    words = ("run", "--terminal", made.name, "--case", "processing/rejects-readings-out-of-range")
    told = carbonbench(*words, cwd=tmp_path, env=installed(tmp_path, body))
    assert told.code == 0, told.out + told.err
    folder = run_folder(tmp_path / "out")
    (case,) = verdicts(folder)["cases"]
    record = (folder / case["record"]).read_text("utf-8")
    assert r'"note":"odd \\ud800"' in record and '"escaped":' in record
    assert carbonbench("verify", folder, cwd=tmp_path).code == 0
    told = carbonbench("rejudge", folder, cwd=tmp_path)
    assert told.code == 0 and "the same verdicts" in told.out, told.out + told.err


@pytest.mark.parametrize("body", ["raise ArithmeticError('no licence')", "import nothing_of_this_name", "Theirs = 1"])
def test_an_adapter_that_cannot_be_loaded_is_one_sentence(tmp_path: Path, body: str) -> None:
    made = profile(tmp_path, 'adapter = "reference"', 'adapter = "theirs"')
    words = ("run", "--terminal", made.name, "--case", ONE)
    told = carbonbench(*words, cwd=tmp_path, env=installed(tmp_path, body))
    assert told.code == 4
    assert len(told.problems) == 1 and "'theirs' cannot be loaded" in told.problems[0]
    assert not (tmp_path / "out").exists()


def test_two_runs_have_folders_of_their_own(tmp_path: Path) -> None:
    for _ in range(2):
        assert carbonbench("run", "--case", ONE, cwd=tmp_path).code == 0
    folders = sorted((tmp_path / "out").iterdir())
    assert len(folders) == 2
    for one, other in itertools.pairwise(folders):
        assert verdicts(one)["history_digest"] == verdicts(other)["history_digest"]
