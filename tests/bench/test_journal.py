"""The journal of a run folder, and what of a run is still to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from bench.case import CaseResult, Text, Verdict
from bench.commands.running.resume import Done, still_to_run
from bench.journal import Journal, JournalError, Process, attempts


def result(case: str, attempt: int, verdict: Verdict = Verdict.NOT_RUN) -> CaseResult:
    return CaseResult(id=case, title=Text("a", "甲"), clauses=(), verdict=verdict, attempt=attempt, started="2026")


def test_a_process_is_known_by_boot_and_start_and_not_by_its_number_alone() -> None:
    me = Process.this()
    assert me.lives() is True
    assert msgspec.structs.replace(me, boot="another").lives() is False
    assert msgspec.structs.replace(me, ticks=me.ticks + 1).lives() is False
    assert msgspec.structs.replace(me, host="elsewhere").lives() is None
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        stat = Path(f"/proc/{other.pid}/stat").read_text().rpartition(")")[2].split()
        there = msgspec.structs.replace(me, pid=other.pid, ticks=int(stat[19]))
        assert there.lives() is True
        other.kill()
        other.wait()
        assert there.lives() is False


@pytest.mark.parametrize("durable", [False, True])
def test_beginnings_and_ends_are_found_in_order(tmp_path: Path, durable: bool) -> None:
    journal = Journal(tmp_path, durable=durable)
    for case, attempt in (("b/y", 10), ("b/y", 2), ("a/x", 1)):
        journal.begin(result(case, attempt))
    journal.finish(result("b/y", 2, Verdict.PASS))
    found = [(each.begun.case, each.begun.attempt, each.result and each.result.verdict) for each in attempts(tmp_path)]
    assert found == [("a/x", 1, None), ("b/y", 2, Verdict.PASS), ("b/y", 10, None)]
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.parametrize("left", [b"", b'{"id":"a/x","tit', bytes(300)])
def test_what_a_power_cut_tore_is_as_good_as_none(tmp_path: Path, left: bytes) -> None:
    journal = Journal(tmp_path, durable=False)
    journal.begin(result("a/x", 1))
    (tmp_path / "cases/a/x/1/result.json").write_bytes(left)
    (found,) = attempts(tmp_path)
    assert found.result is None
    (tmp_path / "cases/a/x/1/attempt.json").write_bytes(left)
    assert list(attempts(tmp_path)) == []


def test_what_is_whole_and_wrong_is_no_accident(tmp_path: Path) -> None:
    Journal(tmp_path, durable=False).begin(result("a/x", 1))
    path = tmp_path / "cases/a/x/1/result.json"
    path.write_bytes(b"[]\n")
    with pytest.raises(JournalError, match="not what the bench wrote there"):
        list(attempts(tmp_path))
    path.write_bytes(msgspec.json.encode(result("a/x", 2)) + b"\n")
    with pytest.raises(JournalError, match="its result says a/x #2; it was moved"):
        list(attempts(tmp_path))


def done(attempt: int, instead_of: int = 0, *, cut: bool = False) -> Done:
    return Done("a/x", attempt, instead_of, cut)


@pytest.mark.parametrize(
    ("planned", "ended", "left"),
    [
        ([1], [], [(1, 0)]),
        ([1, 2, 3], [done(2)], [(1, 0), (3, 0)]),
        ([1, 2, 3], [done(1), done(2, cut=True)], [(4, 2), (3, 0)]),
        ([1, 2, 3], [done(1), done(2, cut=True), done(3), done(4, 2)], []),
        ([1, 2, 3], [done(1, cut=True), done(2, cut=True)], [(4, 1), (5, 2), (3, 0)]),
        ([1, 2], [done(1, cut=True), done(2), done(3, 1, cut=True)], [(4, 3)]),
        ([7], [done(7, cut=True)], [(8, 7)]),
        ([], [done(1, cut=True)], []),
    ],
)
def test_what_is_left_of_a_case(planned: list[int], ended: list[Done], left: list[tuple[int, int]]) -> None:
    assert still_to_run(planned, ended) == left
