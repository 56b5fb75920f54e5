"""Cases judged from one drive on the process rig: one life of the program, the whole record for each case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from process_kit import LooksOn, profile, python, said

from bench.case import Case, Finding, Verdict, criterion
from bench.case.shared_drive import SharedDrive
from bench.dut import adapter
from bench.facade.bench import Bench
from bench.history import History, Phase, TerminalState, read_history
from bench.journal import RESULT
from bench.rigs.process import RIG as PROCESS
from bench.run import Setup, run_case, together

_CLAUSE = ("isc-2/7.2.3e",)
STARTED = criterion("started-once", en="the program was started once", zh="程序启动一次")
SAID = criterion("said", en="the program said what it was waited for", zh="程序已输出所等待的内容")


class StartsOnce(LooksOn):
    """The program has one life."""

    zh = "程序仅启动一次。"
    checks = {STARTED: _CLAUSE}

    def judge(self, history: History) -> Iterator[Finding]:
        yield STARTED.compare(sum(each.state == "starting" for each in history.of(TerminalState)), "==", 1)


class SaysIt(LooksOn):
    """The program has said its word."""

    zh = "程序已输出。"
    checks = {SAID: _CLAUSE}

    def judge(self, history: History) -> Iterator[Finding]:
        yield SAID.decide(any(each.name == "heard" for each in history.of(Phase)))


class Both(SharedDrive):
    """Both are judged from one life of the program."""

    zh = "一次运行，两个用例。"
    judged = (StartsOnce, SaysIt)
    scenario = LooksOn.scenario

    async def drive(self, bench: Bench) -> None:
        await said(bench, "here")
        bench.phase("heard")


def test_one_life_of_the_program_serves_both_cases(tmp_path: Path) -> None:
    terminal = profile(python("import time; print('here', flush=True); time.sleep(3600)"))
    alone = Setup(
        rig=PROCESS,
        profile=terminal,
        adapter=lambda: adapter(terminal.adapter),
        master_seed=1,
        commit="test",
        folder=tmp_path,
        journaled=True,
    )
    cases: list[type[Case]] = list(Both.judged)
    setup = replace(alone, together=together([Both], cases, alone))
    first, second = (run_case(case, setup) for case in cases)
    assert [each.verdict for each in (first, second)] == [Verdict.PASS, Verdict.PASS], (first.reason, second.reason)
    assert first.drive == second.drive == f"{Both.id()}#1" and first.digest == second.digest
    left = [files(tmp_path, each.record) for each in (first, second)]
    assert left[0] == left[1] and any(name.endswith(".log") for name in left[0])
    for each in (first, second):
        assert read_history(tmp_path / each.record).began.rig == PROCESS.name


def files(folder: Path, record: str) -> dict[str, bytes]:
    """What an attempt keeps, but for what is said of itself."""
    place = (folder / record).parent
    kept = {path.relative_to(place).as_posix(): path for path in place.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in kept.items() if name not in (RESULT, "attempt.json")}
