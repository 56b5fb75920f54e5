"""How a proof spends its workers: what it tries in a round, and that a killed one leaves none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from suite_kit import COMMAND, environment

from bench.case import CaseResult, Check, Text, Verdict
from bench.commands.proof.pairs import Job
from bench.commands.proof.proof_rounds import next_round, related, tally, untried
from conformance.clauses.suite import case_classes
from conformance.defects import all_defects
from reports.prove import CAUGHT, CheckSeen, DefectResult, Proof

NAME = Text("a", "甲")
GENERIC = ("decimals-cut-off", "last-item-never-sent", "own-code-added", "sends-everything-twice", "stamps-are-ends")


def proof(outcome: str, *unseen: str) -> Proof:
    return Proof(
        defects=tuple(
            DefectResult(id=name, title=NAME, clauses=("a/1",), outcome=outcome, caught_by=()) for name in GENERIC
        ),
        checks=tuple(CheckSeen(id=f"{case}:x", name=NAME, seen_failing=False, by=()) for case in unseen),
        reference={},
        troubles=(),
    )


def test_a_caught_defect_helps_everywhere_at_once_but_never_more_than_three_a_case() -> None:
    cases = case_classes()
    defects = {name: all_defects()[name] for name in GENERIC}
    costs = {case: float(number) for number, case in enumerate(cases)}
    jobs = next_round(defects, cases, set(), proof(CAUGHT, *cases), costs=costs)
    assert [costs[job.case] for job in jobs] == sorted((costs[job.case] for job in jobs), reverse=True)
    assert len(jobs) == len(set(jobs)) > 3 * len(GENERIC)
    tried = [job.case for job in jobs]
    assert max(tried.count(case) for case in tried) == 3
    assert all(job.case in related(defects[job.defect], cases) for job in jobs)
    assert not set(next_round(defects, cases, set(jobs), proof(CAUGHT, *cases), costs=costs)) & set(jobs)
    assert next_round(defects, cases, set(), proof(CAUGHT, *cases), costs=costs, defects_only=True) == []
    assert next_round(defects, cases, set(), proof(CAUGHT), costs=costs) == []


def test_a_survivor_tries_one_case_a_round_those_it_names_first_the_cheapest_before_the_dear() -> None:
    cases = case_classes()
    name = GENERIC[0]
    defects = {name: all_defects()[name]}
    costs = {case: float(-number) for number, case in enumerate(cases)}
    done: list[Job] = []
    while jobs := next_round(defects, cases, set(done), proof("survived"), costs=costs):
        assert len(jobs) == 1 and jobs[0] not in done
        done += jobs
    tried = [job.case for job in done]
    named = [case for case in defects[name].cases if case in cases]
    proven = defects[name].proven
    assert len(named) > 1
    assert tried[: len(named)] == sorted(named, key=lambda case: (case not in proven, costs[case]))
    assert set(tried) == set(related(defects[name], cases))
    rest = tried[len(named) :]
    assert rest == sorted(rest, key=lambda case: costs[case])


def test_what_an_earlier_proof_saw_is_tried_first_and_no_more_than_that() -> None:
    cases = case_classes()
    defects = {name: all_defects()[name] for name in GENERIC}
    case = next(name for name in cases if sum(name in related(found, cases) for found in defects.values()) > 3)
    able = [name for name, found in defects.items() if case in related(found, cases)]
    unseen = proof(CAUGHT, case)
    # The last fails nothing alone that the second does not fail too, and the first is not known to fail anything.
    hints = {f"{case}:x": able[1:2] + able[-1:]}
    jobs = next_round(defects, cases, set(), unseen, costs={}, hints=hints)
    assert jobs == [Job(able[1], case)]
    rest = next_round(defects, cases, set(jobs), unseen, costs={}, hints=hints)
    assert rest == [Job(able[-1], case)]
    assert len(next_round(defects, cases, {*jobs, *rest}, unseen, costs={}, hints=hints)) == min(3, len(able) - 2)


def test_a_case_that_decides_no_clause_is_tried_with_the_defects_beside_it() -> None:
    cases, defects = case_classes(), all_defects()
    name = "renewal/ends-sessions-with-their-certificates"
    assert not cases[name].clauses
    tried = {each for each, found in defects.items() if name in related(found, cases)}
    beside = {each for each, found in defects.items() if found.breaks.__module__.endswith(".renewal_defects")}
    assert beside and beside <= tried < set(defects)
    assert name not in untried(defects, cases)
    assert untried({each: found for each, found in defects.items() if each not in tried}, cases).count(name) == 1


def workers_of(pid: int) -> list[int]:
    """The processes of a proof that were started to work."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            words = path.with_name("cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            continue
        if parent == pid and b"spawn_main" in words:
            found.append(int(path.parent.name))
    return found


def gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_a_killed_proof_leaves_no_worker_behind(tmp_path: Path) -> None:
    words = ["prove", "--case", "delivery/", "--full", "--defect", GENERIC[0], "-n", "2"]
    process = subprocess.Popen(
        [COMMAND, *words], cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 240
        while len(workers := workers_of(process.pid)) < 2 or not list(tmp_path.glob("out/*")):
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.1)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    until = time.monotonic() + 240
    while not all(gone(pid) for pid in workers):
        assert time.monotonic() < until, workers
        time.sleep(0.1)


def failing(because: str) -> tuple[Job, CaseResult]:
    found = Check(id="x", name=NAME, verdict=Verdict.FAIL, because=because)
    return Job(GENERIC[0], "a/b"), CaseResult(
        id="a/b", title=NAME, clauses=(), verdict=Verdict.FAIL, checks=(found,), seed=1
    )


def test_a_defect_that_only_kills_the_terminal_is_not_caught() -> None:
    defects = {GENERIC[0]: all_defects()[GENERIC[0]]}
    dead = tally(defects, [failing("the terminal crashed: TypeError")], run="r", seed=1)
    assert [row.outcome for row in dead.survivors] == ["survived"]
    assert [check.seen_failing for check in dead.checks] == []
    assert tally(defects, [failing("")], run="r", seed=1).survivors == ()
