"""Runs one case on one rig: applicability, record, judgement, result.

Leaves collecting and repeating cases to the plugin, and the world to the rig.
"""

from __future__ import annotations

import hashlib
import shlex
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from bench import sentences
from bench.case import VIRTUAL_RIG, Case, CaseResult, Verdict, binding, ways_of
from bench.case.judging import judge
from bench.case.program_evidence import reasons
from bench.case.shared_drive import SharedDrive, shared_by
from bench.dut import TerminalAdapter
from bench.dut.profile import Claim, Profile
from bench.heap import at_rest
from bench.history import MOST_HELD, History, HistoryError, Recorder, read_history
from bench.history.growing import GrowingRecord
from bench.journal import Journal, now, place_of
from bench.layout.scenario import at_declared
from bench.together import Drive, taken
from simulators.sentences import Words

RECORD = "record.jsonl"


class CaseRig(Protocol):
    """Brings a case's scenario up around a terminal, lets the case drive, and leaves the events in a recorder."""

    name: str

    def self_test(self, seed: int) -> None:
        """Prove that every injector does what it says, before a run depends on it. Raises RuntimeError."""
        ...

    def notes(self) -> Mapping[str, str]:
        """What this rig cannot do here, for the report; empty for one that can do everything."""
        ...

    def conduct(self, case: Case, setup: Setup, seed: int, recorder: Recorder) -> float:
        """Drive the case; returns how many seconds of the world's time it took. Troubles are recorded, not raised."""
        ...


@dataclass(frozen=True)
class Setup:
    """What all cases of a run share.

    `strengths` maps clause id to shall, should, may or statement. `conditions` are the questions about a condition that
    a clause writes, `owners` maps a question of the capability statement to the strongest strength of the entries that
    it decides (R-03), `decides` to these entries. `options` are further words that a replay needs. `capture` asks for
    pcap files of every case. `accelerate`: so many times faster than the wall clock a program and the world around it
    run (process, loopback); such a world begins at `at_us` (0: now).
    `defect` is the defect planted in the reference terminal, for a rig that starts it as a process of its own. With
    `journaled` the folder tells what began and ended, and records of real time grow on the disk, so that the run can be
    resumed. `opening` is the SM3 of the signed statement under which the attempts run; empty for an unsigned run.
    `replay` is the command that repeats an attempt where it is not `carbonbench run`. `together` maps cases that are
    judged from one drive to it.
    """

    rig: CaseRig
    profile: Profile
    adapter: Callable[[], TerminalAdapter]
    master_seed: int
    commit: str
    folder: Path
    strengths: Mapping[str, str] = field(default_factory=dict[str, str])
    conditions: frozenset[str] = frozenset()
    owners: Mapping[str, str] = field(default_factory=dict[str, str])
    decides: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    options: str = ""
    capture: bool = False
    defect: str = ""
    journaled: bool = False
    accelerate: int = 1
    at_us: int = 0
    opening: str = ""
    replay: str = ""
    together: Mapping[str, type[SharedDrive]] = field(default_factory=dict[str, type[SharedDrive]])

    def journal(self) -> Journal | None:
        """Where beginnings and ends of attempts are written down; None where nobody wants to resume."""
        return Journal(self.folder, durable=self.rig.name != VIRTUAL_RIG) if self.journaled else None


def seed_for(master_seed: int, case: str, attempt: int) -> int:
    """The seed of one attempt, derived from the master seed (R-07); the same on every machine."""
    text = f"{master_seed}/{case}/{attempt}".encode()
    return int.from_bytes(hashlib.new("sm3", text).digest()[:6], "big")


def strength_of(clauses: tuple[str, ...], strengths: Mapping[str, str]) -> str:
    """The strongest of the clauses' strengths (R-02)."""
    found = {strengths.get(clause, "") for clause in clauses}
    return next((word for word in ("shall", "statement", "should", "may") if word in found), "")


class Excuse(NamedTuple):
    """Why a case is not run, and the verdict that follows.

    `denied` are the questions whose no is the reason, `unsupported` those of the case's clauses that this no decides.
    `elsewhere`: it runs in other rigs only; `lacking`: this computer lacks a part that it needs. `unanswered` are lines
    to add to the profile.
    """

    verdict: Verdict
    reason: str
    denied: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    elsewhere: bool = False
    lacking: bool = False
    unanswered: tuple[str, ...] = ()


def excused(case: type[Case], setup: Setup) -> Excuse | None:
    """Why a case is not run, with the verdict that follows from the capability statement (R-01, R-03); None: run it."""
    profile = setup.profile
    if case.item is not profile.kind:
        words = str(
            sentences.OTHER_ITEM(item=Words(case.item, case.item.zh), kind=Words(profile.kind, profile.kind.zh))
        )
        return Excuse(Verdict.NOT_APPLICABLE, words)
    documents = {clause.partition("/")[0] for clause in case.clauses}
    if documents and profile.documents and not documents & set(profile.documents):
        named = ", ".join(sorted(documents))
        return Excuse(Verdict.NOT_APPLICABLE, str(sentences.DOCUMENTS_NOT_CLAIMED(named=named)))
    unmet = [need for need in binding(case.needs) if not any(profile.claim(way) is Claim.YES for way in ways_of(need))]
    unanswered = [[way for way in ways_of(need) if profile.claim(way) is Claim.UNANSWERED] for need in unmet]
    if any(unanswered):
        lines = tuple(profile.line_to_add(question) for each in unanswered for question in each[:1])
        words = f"{sentences.UNANSWERED()}: {'; '.join(lines)}"
        return Excuse(Verdict.INCONCLUSIVE, words, unanswered=lines)
    denied = tuple(dict.fromkeys(question for need in unmet for question in ways_of(need)))
    absent = [question for question in denied if question in setup.conditions]
    if absent:
        what = ", ".join(absent)
        return Excuse(
            Verdict.NOT_APPLICABLE,
            str(sentences.CONDITION_ABSENT(what=what)),
        )
    if denied:
        return _declined(case, setup, denied)
    if setup.rig.name not in {flag.name.lower() for flag in case.rigs if flag.name}:
        words = str(sentences.OTHER_RIG(name=setup.rig.name))
        return Excuse(Verdict.NOT_RUN, words, elsewhere=True)
    lacks = case.lacks()
    return Excuse(Verdict.NOT_RUN, lacks, lacking=True) if lacks else None


def _declined(case: type[Case], setup: Setup, denied: tuple[str, ...]) -> Excuse:
    """What a no to questions that are no conditions means (R-03): a fail of the clauses that they decide."""
    parameters, what = setup.profile.parameters, ", ".join(denied)
    bound = {"shall", "statement"} if parameters.statement_as_shall else {"shall"}
    decided = {clause for question in denied for clause in setup.decides.get(question, ())}
    unsupported = tuple(clause for clause in case.clauses if clause in decided and setup.strengths.get(clause) in bound)
    if unsupported and any(setup.owners.get(question) in bound for question in denied):
        if parameters.allow_partial_scope:
            return Excuse(Verdict.NOT_APPLICABLE, str(sentences.NOT_CLAIMED(what=what)), denied, unsupported)
        what = ", ".join(question for question in denied if setup.decides.get(question, frozenset()) & {*unsupported})
        return Excuse(Verdict.FAIL, str(sentences.UNSUPPORTED(what=what)), denied, unsupported)
    if strength_of(case.clauses, setup.strengths) in ("shall", "") or not set(denied) <= set(setup.owners):
        reason = str(sentences.NO_OTHER_WAY(what=what))
        return Excuse(Verdict.NOT_RUN, reason, denied, unsupported)
    return Excuse(Verdict.NOT_APPLICABLE, str(sentences.NOT_CLAIMED(what=what)), denied, unsupported)


def replay_line(setup: Setup, case: str, attempt: int) -> str:
    """The one command that repeats a case."""
    if setup.replay:
        return f"{setup.replay}   # commit {setup.commit}"
    again = f" --attempt {attempt}" if attempt != 1 else ""
    drive = setup.together.get(case)
    cases = " ".join(f"--case {each}" for each in (sorted(drive.wanted) if drive else (case,)))
    return (
        f"carbonbench run --terminal {shlex.quote(setup.profile.path)} --rig {setup.rig.name} {cases} "
        f"--seed {setup.master_seed}{again}{setup.options}{' --together' if drive else ''}   # commit {setup.commit}"
    )


def blank_result(case_type: type[Case], setup: Setup, attempt: int, instead_of: int = 0) -> CaseResult:
    """The result of an attempt before it is run."""
    name = case_type.id()
    return CaseResult(
        id=name,
        title=case_type.title(),
        clauses=case_type.clauses,
        verdict=Verdict.NOT_RUN,
        strength=strength_of(case_type.clauses, setup.strengths),
        seed=seed_for(setup.master_seed, name, attempt),
        attempt=attempt,
        instead_of=instead_of,
        replay=replay_line(setup, name, attempt),
    )


def run_case(case_type: type[Case], setup: Setup, attempt: int = 1, instead_of: int = 0) -> CaseResult:
    """Run, record and judge one case. Never raises for what a terminal does; the bench's own faults end in `error`.

    `instead_of` is the number of the interrupted attempt that this one repeats.
    """
    return run_and_keep(case_type, setup, attempt, instead_of)[0]


def run_and_keep(
    case_type: type[Case], setup: Setup, attempt: int = 1, instead_of: int = 0
) -> tuple[CaseResult, History | None]:
    """As `run_case`, with the history that was judged; None where there is none."""
    blank = msgspec.structs.replace(blank_result(case_type, setup, attempt, instead_of), started=now())
    history: History | None = None
    journal = setup.journal()
    if journal:
        journal.begin(blank)
    excuse = excused(case_type, setup)
    if excuse:
        result = msgspec.structs.replace(blank, **excuse._asdict())
    else:
        result, history = _conducted(sized(case_type, setup.profile)(), setup, blank)
    if journal:
        journal.finish(result)
    return result, history


def sized(case_type: type[Case], profile: Profile) -> type[Case]:
    """The case itself, or one at the terminal's declared maxima where its scenario asks for them (R-28)."""
    scenario = at_declared(case_type.scenario, profile.declared)
    if scenario is case_type.scenario:
        return case_type
    same = {"__module__": case_type.__module__, "__doc__": case_type.__doc__, "scenario": scenario}
    return type(case_type.__name__, (case_type,), same)


def _recorded(case: Case, setup: Setup, seed: int, recorder: Recorder, record: Path) -> tuple[float, History]:
    """Drive the case and keep its record: in virtual time in one piece at the end, in real time as it grows."""
    if setup.rig.name == VIRTUAL_RIG or not setup.journaled:
        simulated_s = setup.rig.conduct(case, setup, seed, recorder)
        return simulated_s, recorder.save(record)
    with GrowingRecord(recorder, record) as growing:
        simulated_s = setup.rig.conduct(case, setup, seed, recorder)
        return simulated_s, growing.finish()


def together(
    drives: Iterable[type[SharedDrive]], cases: Collection[type[Case]], setup: Setup
) -> dict[str, type[SharedDrive]]:
    """Which of some cases are judged from which drive: those of a drive that run here, where there are two or more."""
    found: dict[str, type[SharedDrive]] = {}
    for drive in drives:
        wanted = [case.id() for case in drive.judged if case in cases and excused(case, setup) is None]
        if len(wanted) > 1:
            found |= dict.fromkeys(wanted, shared_by(drive, wanted))
    return found


def _shared(drive: type[SharedDrive], setup: Setup, blank: CaseResult) -> tuple[CaseResult, float, History]:
    """The attempt as it stands after a drive that it shares, with the record that it is to be judged from."""
    place = setup.folder / place_of(blank.id, blank.attempt)

    def conduct(number: int) -> Drive:
        seed = seed_for(setup.master_seed, drive.id(), number)
        done = Drive(drive=drive.id(), number=number, case=blank.id, attempt=blank.attempt, seed=seed)
        recorder = Recorder(place, held=MOST_HELD if setup.rig.name == VIRTUAL_RIG else 0)
        try:
            simulated_s, _ = _recorded(sized(drive, setup.profile)(), setup, seed, recorder, place / RECORD)
        except Exception as error:
            recorder.discard()
            if _stopped(error):
                raise
            return msgspec.structs.replace(done, failed=f"{type(error).__name__}: {error}")
        return msgspec.structs.replace(done, simulated_s=simulated_s)

    done = taken(setup.folder, blank, drive.id(), conduct)
    if done.failed:
        raise RuntimeError(f"the drive {done.name()} of {done.case}: {done.failed}")
    result = msgspec.structs.replace(blank, drive=done.name(), seed=done.seed)
    return result, done.simulated_s, read_history(place / RECORD)


def _stopped(error: BaseException | None) -> bool:
    """Whether somebody stopped the bench and this is only what came of it while the case was being put away."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _conducted(case: Case, setup: Setup, blank: CaseResult) -> tuple[CaseResult, History | None]:
    record = place_of(blank.id, blank.attempt) / RECORD
    recorder = Recorder((setup.folder / record).parent, held=MOST_HELD if setup.rig.name == VIRTUAL_RIG else 0)
    began = time.perf_counter()
    try:
        with at_rest():
            if drive := setup.together.get(blank.id):
                blank, simulated_s, history = _shared(drive, setup, blank)
            else:
                simulated_s, history = _recorded(case, setup, blank.seed, recorder, setup.folder / record)
            judged = judge(case, history)
    except Exception as error:
        recorder.discard()
        if _stopped(error):
            raise KeyboardInterrupt from error
        where = traceback.format_exc(limit=-4)
        failed = msgspec.structs.replace(
            blank,
            verdict=Verdict.ERROR,
            reason=f"{sentences.BENCH_FAILED(kind=type(error).__name__, error=error)}\n{where}",
            wall_s=time.perf_counter() - began,
        )
        return failed, None
    result = msgspec.structs.replace(
        blank,
        verdict=judged.verdict,
        checks=judged.checks,
        measurements=judged.measurements,
        reason="; ".join(filter(None, (*judged.faults, reasons(history, judged.checks)))),
        record=record.as_posix(),
        digest=history.digest,
        wall_s=time.perf_counter() - began,
        simulated_s=simulated_s,
    )
    return result, history


def rejudge_case(
    case_type: type[Case],
    result: CaseResult,
    folder: Path,
    look: Callable[[History, str], object] | None = None,
) -> CaseResult:
    """Judge a recorded case again from its record alone. Raises HistoryError if the record cannot be trusted.

    What an interrupted attempt left is proved, not judged: it holds no whole case. `look` is shown the history and its
    place while it is in memory.
    """
    if not result.record:
        return result
    path = folder / result.record
    with at_rest():
        return _judged_again(case_type, result, path, look)


def _judged_again(
    case_type: type[Case], result: CaseResult, path: Path, look: Callable[[History, str], object] | None
) -> CaseResult:
    history = read_history(path)
    if history.digest != result.digest:
        raise HistoryError(sentences.OTHER_THAN_JUDGED(named=result.digest[:16], has=history.digest[:16]).after(path))
    if look is not None:
        look(history, str(path))
    if result.interrupted:
        return result
    try:
        judged = judge(case_type(), history)
    except HistoryError as error:
        raise HistoryError(f"{path}: {error}") from None
    return msgspec.structs.replace(
        result,
        clauses=case_type.clauses,
        verdict=judged.verdict,
        checks=judged.checks,
        measurements=judged.measurements,
        reason="; ".join(filter(None, (*judged.faults, reasons(history, judged.checks)))),
        expected_fail=result.expected_fail if judged.verdict is Verdict.FAIL else "",
    )
