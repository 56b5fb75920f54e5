"""`carbonbench prove` on a few defects: the matrix, its JSON as documented, the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from suite_kit import QUICK, carbonbench, choose, in_place

from bench.commands.proof import grouping, prove
from conformance.defects.groups import Groups, ordered, read_groups
from conformance.defects.proof import Proof, no_longer, read_proof

CASES = ("accuracy/takes-over-edge-values", "commands/reads-meters-on-command", "protocol/identifies-itself")
DEFECTS = ("one-number-for-all-centres", "read-now-from-memory", "word-order-ignored")


def test_three_defects_are_caught_and_the_unseen_checks_are_named(tmp_path: Path) -> None:
    defects = [word for defect in DEFECTS for word in ("--defect", defect)]
    told = carbonbench("prove", *defects, *choose(CASES), "--json", "deep/matrix.json", "-n", "2", cwd=tmp_path)
    assert told.code == 1, told.out + told.err
    found = json.loads((tmp_path / "deep" / "matrix.json").read_text("utf-8"))
    assert found["format"] == "carbonbench-prove/1"
    assert found["seed"] == 1 and found["trusted"] is False and found["troubles"] == []
    assert {defect["id"]: defect["outcome"] for defect in found["defects"]} == dict.fromkeys(DEFECTS, "caught")
    checks = {check["id"]: check for check in found["checks"]}
    for defect in found["defects"]:
        assert defect["clauses"] and defect["caught_by"]
        for name in defect["caught_by"]:
            assert name.partition(":")[0] in CASES
            assert checks[name]["seen_failing"] and defect["id"] in checks[name]["by"]
    unseen = [name for name, check in checks.items() if not check["seen_failing"]]
    assert unseen and all(checks[name]["by"] == [] for name in unseen)
    for name in unseen:
        assert name in told.out
    assert found["reference"]["summary"] == {"pass": len(CASES)}
    assert found["reference"]["cases"] == dict.fromkeys(CASES, "pass")
    assert found["reference"]["not_passed"] == []
    assert (tmp_path / "out" / "prove-seed1.html").is_file()


def test_what_prove_cannot_use_is_told_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = in_place(
        *("prove", "--defect", "modbus-crx", "--defect", "zzz", "--case", "no-such", "--seed", "²", "-n", "x"),
        cwd=tmp_path,
    )
    assert told.code == 4 and told.out == ""
    assert len(told.problems) == 5
    assert "did you mean modbus-crc?" in told.problems[0]
    assert "known are " in told.problems[1]
    told = in_place("prove", "--out", "file", "--json", tmp_path, cwd=tmp_path)
    assert told.code == 4 and told.out == ""
    assert [problem.split()[0] for problem in told.problems] == ["--out", "--json"]


def test_a_finished_run_speaks_for_the_sound_terminal(quick: Path, own: Path, tmp_path: Path) -> None:
    words = ("prove", "--defects-only", *choose(QUICK[1:2]), "--defect", "read-now-from-memory")
    told = in_place(*words, "--sound", quick, "--json", "matrix.json", cwd=tmp_path)
    found = json.loads((tmp_path / "matrix.json").read_text("utf-8"))
    assert found["reference"]["cases"] == {QUICK[1]: "pass"}
    assert [defect["outcome"] for defect in found["defects"]] == ["caught"]
    # Only the pair of the defect was left to run.
    assert "1 pairs done, 1 more" in told.out

    record = own / "cases" / QUICK[1] / "1" / "record.jsonl"
    octets = bytearray(record.read_bytes())
    octets[len(octets) // 2] ^= 1
    record.write_bytes(octets)
    for folder, more, said in (
        (own, (), "record.jsonl"),
        (quick, ("--seed", "2"), "its seed is 1, expected 2"),
        (tmp_path / "nothing", (), "expected a run folder, found nothing"),
    ):
        told = in_place(*words, "--sound", folder, *more, cwd=tmp_path)
        assert (told.code, told.out) == (4, "") and said in told.err, told


def test_a_stopped_proof_goes_on_where_it_was(tmp_path: Path) -> None:
    words = ("prove", "--defect", DEFECTS[1], *choose(CASES[1:2]))
    first = carbonbench(*words, "--json", "first.json", cwd=tmp_path)
    (journal,) = (tmp_path / "out").glob("prove-*-seed1.jsonl")
    octets = journal.read_bytes()
    assert octets.count(b"\n") == 3 and str(journal.relative_to(tmp_path)) in first.out
    # A kill in the middle of a line loses this pair and no other.
    journal.write_bytes(octets[:-20])
    again = carbonbench(*words, "--resume", journal, "--hints", "first.json", "--json", "again.json", cwd=tmp_path)
    assert "1 pairs done, 1 more" in again.out, again.out + again.err
    assert (again.code, journal.read_bytes().count(b"\n")) == (first.code, 3)
    first_matrix, again_matrix = ((tmp_path / name).read_bytes() for name in ("first.json", "again.json"))
    assert first_matrix == again_matrix

    stranger = tmp_path / "stranger.jsonl"
    stranger.write_text('{"format":"something"}\n')
    journal.write_bytes(octets + b"{}\n")
    for more, said in (
        (("--resume", journal), "line 4 is no pair"),
        (("--resume", journal, "--seed", "2"), "its seed is 1, this proof's is 2"),
        (("--resume", stranger), "expected the journal of a proof"),
        (("--resume", tmp_path / "none"), "No such file"),
        (("--hints", stranger), "expected a file of prove --json"),
        (("--hints", tmp_path), "Is a directory"),
        (("-n", "0"), "-n 0: expected a whole number of at least 1"),
    ):
        told = in_place(*words, *more, cwd=tmp_path)
        assert (told.code, told.out) == (4, "") and said in told.err, told
        assert len(told.problems) == 1
    assert journal.read_bytes() == octets + b"{}\n"


def test_a_check_that_no_longer_fails_is_told_and_costs_the_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Proof(flips={"virtual": {DEFECTS[1]: {CASES[1]: ("never-fails", "neither-does-this")}}})
    monkeypatch.setattr(prove, "read_proof", lambda: said)
    words = ("prove", "--defects-only", "--defect", DEFECTS[1], *choose(CASES[1:2]))
    told = in_place(*words, cwd=tmp_path)
    assert told.code == 1
    (problem,) = told.problems
    assert f"{DEFECTS[1]} × {CASES[1]} no longer fails neither-does-this, never-fails" in problem
    assert in_place(*words, "--seed", "2", cwd=tmp_path).problems == []


def test_defects_that_go_together_are_planted_at_once(tmp_path: Path) -> None:
    case = "configuration/restores-configuration"
    (group,) = (group for group in read_groups().groups[case] if len(group) > 2)
    words = [word for name in group for word in ("--defect", name)]
    told = in_place("prove", "--defects-only", *words, *choose([case]), "--json", "m.json", cwd=tmp_path)
    assert f"{' + '.join(group)} × {case}" in told.out and "1 pairs done, 1 more" in told.out
    assert f"{len(group)} of them caught with others planted at once" in told.out and told.problems == []
    rows = {row["id"]: row for row in json.loads((tmp_path / "m.json").read_text("utf-8"))["defects"]}
    flips = read_proof().of("virtual")
    for name in group:
        assert rows[name]["outcome"] == "caught" and sorted(rows[name]["beside"]) == sorted({*group} - {name})
        assert rows[name]["caught_by"] == [f"{case}:{check}" for check in flips[name][case]]
    assert "planted at once with" in (tmp_path / "out" / "prove-seed1.html").read_text("utf-8")
    # One of them only, another world, or the whole proof: each alone; a stopped proof takes the group over.
    for more in (["--seed", "2"], ["--defect", group[0]]):
        alone = in_place(
            "prove", "--defects-only", *(more if "--defect" in more else words + more), *choose([case]), cwd=tmp_path
        )
        assert " + " not in alone.out and "planted at once" not in alone.out
    journal = min((tmp_path / "out").glob("prove-*-seed1.jsonl"))
    again = in_place("prove", "--defects-only", *words, *choose([case]), "--resume", journal, cwd=tmp_path)
    assert "more" not in again.out.partition("defects / 缺陷")[0] and "planted at once" in again.out


def test_those_that_hide_each_other_are_tried_alone_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair, case = ("midnight-is-no-time", "wrong-times-are-midnight"), "byhand/refuses-wrong-times"
    monkeypatch.setattr(prove, "read_groups", lambda: ordered([(case, pair)]))
    words = ("--defect", pair[0], "--defect", pair[1], *choose([case]))
    told = in_place("prove", "--defects-only", *words, "--json", "m.json", cwd=tmp_path)
    found = json.loads((tmp_path / "m.json").read_text("utf-8"))["defects"]
    assert [(row["outcome"], row["beside"]) for row in found] == [("caught", [])] * 2
    (problem,) = told.problems
    assert told.code == 1 and f"{' + '.join(pair)} no longer go together" in problem
    assert f"prove --groups --case {case} --record" in problem


def test_groups_are_found_anew_and_only_recorded_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case, written = "configuration/restores-configuration", list[Groups]()
    monkeypatch.setattr(prove, "write_groups", written.append)
    monkeypatch.setattr(grouping, "WORTH_S", 0.0)
    for words in ((), ("--record",)):
        told = in_place("prove", "--groups", *choose([case]), *words, cwd=tmp_path)
        assert told.code == 0 and "groups of defects" in told.out and told.problems == []
    (made,) = written
    known = read_groups()
    assert made.placed() == known.placed()
    assert {name: groups for name, groups in made.groups.items() if name != case} == {
        name: groups for name, groups in known.groups.items() if name != case
    }
    assert any(len(group) > 2 for group in made.groups[case])
    told = in_place("prove", "--groups", "--together", cwd=tmp_path)
    assert told.code == 4 and "--together: not with --groups" in told.err


def test_what_a_proof_no_longer_holds() -> None:
    proof = Proof(flips={"virtual": {"a": {"x/1": ("p", "q"), "x/2": ()}}, "process": {"b": {"x/1": ("p",)}}})
    assert no_longer(proof, "virtual", [("a", "x/1", ("q", "p", "r")), ("a", "x/2", ()), ("b", "x/1", ())]) == []
    (told,) = no_longer(proof, "virtual", [("a", "x/1", ("q",)), ("c", "x/9", ())])
    assert "a × x/1 no longer fails p;" in told
    assert len(no_longer(proof, "process", [("b", "x/1", ())])) == 1
