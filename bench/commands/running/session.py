"""A run from its options to its folder: which cases, which terminal, what came of them, which reports are written.

Leaves collecting to the plugin, running to bench.run, and the reports themselves to the room `reports`.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import platform
import ssl
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path
from typing import Any

import apsw
import msgspec

from bench.case import (
    EXIT_ERROR,
    VIRTUAL_RIG,
    Case,
    CaseResult,
    ExpectedFailure,
    Item,
    RunResult,
    Verdict,
)
from bench.case.reach import decided
from bench.commands import cluster, sentences
from bench.commands.running import resume
from bench.commands.running.attempts import Ran, Spread, ran
from bench.commands.running.beginning import NotReady, statement
from bench.commands.running.expected import ExpectedError, applied, exit_of, outdated, read_expected
from bench.commands.running.house import commit, house_digest
from bench.commands.running.lengths import lengths_of_the_suite
from bench.commands.running.neighbours import first_seen
from bench.commands.running.options import SCREENS, Options, SessionError, near, no_case, picks, picks_clause, sections
from bench.commands.running.status import span
from bench.commands.running.waiting import waiting_for
from bench.commands.running.within import Fitting, fitting
from bench.dut import Checked, UnknownTerminal, adapter
from bench.dut.profile import Claim, Profile, ProfileError, load_profile
from bench.evidence.keeper import Keeper, Trouble
from bench.evidence.keys import fingerprint
from bench.evidence.lab import NOBODY, Lab, LabError, load_lab
from bench.history import digest_of_run
from bench.journal import LOCAL, Planned, Process, RunFile, Sat, Settings, last_sign, now, write_run
from bench.run import CaseRig, Setup, blank_result, excused, strength_of, together
from conformance.clauses.suite import (
    CaseNote,
    case_classes,
    case_modules,
    cases_in,
    find_cases,
    item_of,
    shared_drives,
    subject_of,
)
from conformance.defects import all_defects
from reports import allure, annotations, run_folder, screen
from reports.clause_results import clause_results
from reports.conformity import completed, unsupported
from reports.glance import Glance
from reports.ledger import entries
from reports.verdicts import VerdictsError
from reports.verdicts import read as read_verdicts
from simulators.sentences import Words

REFERENCE_ADAPTERS = {Item.TERMINAL: "reference", Item.PLATFORM: "reference-platform"}
"""The adapters of what defects can be planted in."""
_TO_RUN_AGAIN = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE)
NOT_REACHED = str(sentences.NOT_REACHED())


class RigError(Exception):
    """The rig does not do what it says, so that nothing may be run on it."""


def rig_named(name: str) -> CaseRig:
    """The rig of that name; imported only when asked for, since each has needs of its own."""
    return importlib.import_module(f"bench.rigs.{name}").RIG


def ledger_entries() -> Mapping[str, Any]:
    """Entries of the clause ledger by id."""
    from conformance.clauses import load_ledger

    return load_ledger().by_id


@cache
def ledger_answers() -> Mapping[str, Any]:
    """What the ledger says of the questions of the capability statement: conditions, and how strongly each binds."""
    from conformance.clauses import load_ledger
    from conformance.clauses.statement import read_statement

    ledger = load_ledger()
    strengths = {name: entry.strength for name, entry in ledger.by_id.items()}
    owned = {question: tuple(entry.id for entry in entries) for question, entries in ledger.deciding.items()}
    for name, question in read_statement().questions.items():
        if question.binding:
            owned[name] = (*owned.get(name, ()), *question.binding)
    return {
        "conditions": frozenset(ledger.conditions),
        "decides": {question: frozenset(entries) for question, entries in owned.items()},
        "owners": {question: strength_of(entries, strengths) for question, entries in owned.items() if entries},
    }


def failure_block(result: CaseResult) -> str:
    """Requirement, expected, actual, evidence and the replay line of a case that did not pass."""
    return screen.failure_block(result)


class Shared(msgspec.Struct, frozen=True):
    """What a worker has to know of the sitting: the run folder, and what had ended before."""

    folder: str
    done: tuple[resume.Done, ...] = ()
    opening: str = ""
    within: tuple[str, ...] = ()
    """What was chosen for the time, where there is one."""


class Session:
    """One run: options, setup, results and, at the end, the reports."""

    def __init__(self, options: Options, shared: Shared | None = None) -> None:
        self.options = options
        self._results: list[CaseResult] = []
        self._glances: dict[tuple[str, int], str] = {}
        self._around: dict[tuple[str, int], tuple[str, ...]] = {}
        self._broken = False
        self.ended_early = False
        """A case failed, and the run was to end at the first."""
        self._planned: dict[tuple[str, int], Planned] = {}
        self._opening = shared.opening if shared else ""
        self._house = ""
        self._workers = 1
        if shared and options.within:
            self.fitting = Fitting(options.within, 0.0, frozenset(shared.within), {})
        self._keeper: Keeper | None = None
        self._lab = NOBODY
        self._spread: Spread | None = None
        self._started = datetime.now(LOCAL)
        try:
            self.profile: Profile = load_profile(options.terminal)
            found = adapter(self.profile.adapter)
        except (ProfileError, UnknownTerminal) as error:
            raise SessionError(str(error)) from None
        if isinstance(found, Checked):
            wrong = found.problems(self.profile.connection, options.terminal.parent)
            if wrong:
                raise SessionError("\n".join(f"{self.profile.path}: {each}" for each in wrong))
        self.run = f"{self._started:%Y%m%d-%H%M%S}-seed{options.seed}"
        self.done: tuple[resume.Done, ...] = shared.done if shared else ()
        self.folder = (Path(shared.folder) if shared else options.resume or self._fresh(options.out)).resolve()
        self._file = RunFile(settings=Settings(run=self.run, commit="", options={}))
        self._check_words()
        self._expected = self._read_expected()
        if shared is None:
            self._lab = self._read_lab()

    def _fresh(self, out: Path) -> Path:
        number, folder = 1, out / self.run
        while folder.exists():
            number += 1
            folder = out / f"{self.run}-{number}"
        self.run = folder.name
        return folder

    def _check_words(self) -> None:
        options = self.options
        problems = [
            sentences.NO_ENTRY(near=near(word, sections(self._asking))).after(f"--clause {word}")
            for word in options.clauses
            if not picks_clause(word, self._ledger)
        ]
        item = self.profile.kind
        if options.item and options.item != item:
            problems.append(
                sentences.ITEM_OF_PROFILE(path=self.profile.path, item=Words(item, item.zh)).after(
                    f"--item {options.item}"
                )
            )
        named = {"--case": options.cases, "--exclude": options.exclude}
        notes = self._notes if any(named.values()) else ()
        names = [note.id for note in notes if subject_of(note) == item]
        others = {note.id: subject_of(note) for note in notes if subject_of(note) != item}
        for name, word in ((name, word) for name, words in named.items() for word in words):
            wrong = no_case(word, names, name)
            if wrong and (other := sorted({others[each] for each in others if picks(word, each)})):
                wrong = sentences.CASE_OF_OTHER_ITEM(other=Words(other[0], Item(other[0]).zh), item=other[0]).after(
                    f"{name} {word}"
                )
            problems += [wrong] if wrong else []
        if options.defect and self.profile.adapter != REFERENCE_ADAPTERS[item]:
            problems.append(
                sentences.ONLY_REFERENCE_BREAKS(item=Words(item, item.zh), adapter=self.profile.adapter).after(
                    f"--defect {options.defect}"
                )
            )
        elif options.defect and (known := all_defects().get(options.defect)) and known.item is not item:
            problems.append(
                sentences.DEFECT_OF_OTHER_ITEM(item=known.item, known=Words(known.item, known.item.zh)).after(
                    f"--defect {options.defect}"
                )
            )
        if problems:
            raise SessionError("\n".join(problems))

    def _read_lab(self) -> Lab:
        try:
            found = load_lab(self.options.lab) if self.options.lab else NOBODY
        except LabError as error:
            raise SessionError(str(error)) from None
        if self.options.lab and not found.signers:
            raise SessionError(sentences.NO_SIGNER().after(f"--lab {self.options.lab}"))
        return found

    def _read_expected(self) -> tuple[ExpectedFailure, ...]:
        path = self.options.expected
        if path is None:
            return ()
        try:
            return read_expected(path, case_classes(), self._ledger)
        except ExpectedError as error:
            raise SessionError(str(error)) from None

    @cached_property
    def _notes(self) -> tuple[CaseNote, ...]:
        """Notes of all cases; asked for before any chapter is imported, they cost no import of all."""
        return find_cases()

    def concerns(self, module: str) -> bool:
        """Whether a module may hold cases that the options select; of those that cannot none need be imported."""
        options = self.options
        if item_of(module) != self.profile.kind:
            return False
        if not (options.cases or options.exclude or options.failed):
            return True
        return any(note.module == module and self._named(note.id) for note in self._notes)

    def _named(self, case: str) -> bool:
        """Whether the options that name cases leave this one in."""
        options = self.options
        return (
            (not options.cases or _picked(options.cases, case))
            and not _picked(options.exclude, case)
            and (not options.failed or case in self._failed)
        )

    @cached_property
    def _failed(self) -> frozenset[str]:
        """The cases that did not pass in the run of --failed. Raises SessionError if there is none."""
        folder = self.options.failed
        assert folder is not None
        try:
            before = read_verdicts(folder)
        except VerdictsError as error:
            raise SessionError(f"--failed: {error}") from None
        found = frozenset(case.id for case in before.cases if case.verdict in _TO_RUN_AGAIN)
        if not found:
            raise SessionError(sentences.ALL_PASSED().after(f"--failed {folder}"))
        return found

    @cached_property
    def _asking(self) -> tuple[str, ...]:
        """The entries that are no headings."""
        return tuple(entry for entry in self._ledger if not entry.partition("/")[2].startswith("h"))

    @cached_property
    def _asked_clauses(self) -> frozenset[str]:
        return frozenset(entry for word in self.options.clauses for entry in picks_clause(word, self._ledger))

    @cached_property
    def _ledger(self) -> Mapping[str, Any]:
        return ledger_entries()

    @cached_property
    def setup(self) -> Setup:
        """What every case of this run shares."""
        name = self.profile.adapter
        alone = Setup(
            rig=rig_named(self.options.rig),
            profile=self.profile,
            adapter=lambda: adapter(name),
            master_seed=self.options.seed,
            commit=commit(),
            folder=self.folder,
            strengths={clause: entry.strength for clause, entry in self._ledger.items()},
            **ledger_answers(),
            options=self.options.replayed(),
            capture=self.options.capture,
            defect=self.options.defect,
            journaled=True,
            accelerate=self.options.accelerate or 1,
            opening=self._opening,
        )
        if not self.options.together:
            return alone
        cases = [case for case in case_classes(self.profile.kind).values() if self.means(case)]
        return replace(alone, together=together(shared_drives().values(), cases, alone))

    def begins(self, planned: Planned) -> None:
        """Put down that an attempt begins, in the process that has it: what the log tells to have begun has a folder.

        Otherwise a bench that is killed in between leaves an attempt that looks as if somebody had removed it.
        """
        journal = self.setup.journal()
        if journal:
            case = case_classes()[planned.case]
            blank = blank_result(case, self.setup, planned.attempt, planned.instead_of)
            journal.begin(msgspec.structs.replace(blank, started=now()))

    def ran(self, planned: Planned) -> Ran:
        """What came of an attempt, run here or on the cluster. Raises ClusterError."""
        return self._spread.take(planned) if self._spread else ran(planned, self.setup)

    def call_in(self, scope: ExitStack) -> None:
        """Have the cluster that was asked for do the attempts, until the scope ends. Raises SessionError."""
        try:
            client = scope.enter_context(cluster.connected(self.options.cluster))
        except cluster.ClusterError as error:
            raise SessionError(str(error)) from None
        self._spread = Spread(cluster.Crew(client), cluster.seats(client), self.setup)

    def work_with(self, workers: int) -> None:
        """How many cases run at a time; in a resumed run those of its first sitting chose what fits."""
        self._workers = self._file.sittings[0].workers if self._file.sittings else workers

    @cached_property
    def fitting(self) -> Fitting:
        """What fits into the time of --within, of the cases that are meant and would run. Raises SessionError."""
        options = self.options
        meant = {name: case for name, case in case_classes().items() if self.means(case)}
        able = {name: case for name, case in meant.items() if excused(case, self.setup) is None}
        claimed = {question for question, answer in self.profile.claims.items() if answer is Claim.YES}
        known = {name: length for name, length in lengths_of_the_suite().items() if name in able}
        each_s = {
            name: length * (1 if able[name].once else options.repeat) / (options.accelerate or 1)
            for name, length in known.items()
        }
        decides = {name: {*chain(*decided(case, claimed).values())} for name, case in able.items()}
        found = fitting(options.within, self._workers, {name: each_s.get(name) for name in able}, decides)
        if not found.taken:
            least = min(each_s.values(), default=None)
            told = f"the shortest case takes {span(least)}" if least is not None else "no case would run"
            raise SessionError(sentences.NONE_WITHIN(told=told).after(f"--within {self.options.within}"))
        return found

    def selects(self, case: type[Case]) -> bool:
        """Whether the options select this case, and it fits into their time."""
        return self.means(case) and (not self.options.within or case.id() in self.fitting.taken)

    def means(self, case: type[Case]) -> bool:
        """Whether the options select this case, if there were time for it."""
        options = self.options
        documents = {clause.partition("/")[0] for clause in case.clauses}
        return (
            case.item is self.profile.kind
            and (not options.standards or bool(documents & set(options.standards)))
            and (not options.clauses or bool(self._asked_clauses.intersection(case.clauses)))
            and self._named(case.id())
        )

    def attempts(self, case: type[Case]) -> Iterator[Planned]:
        """The attempts of a case that this sitting is to run: none if it is not selected or has them all."""
        if not self.selects(case):
            return
        name, once = case.id(), case.once
        numbers = [self.options.attempt] if self.options.attempt else range(1, (1 if once else self.options.repeat) + 1)
        done = [each for each in self.done if each.case == name]
        for number, instead_of in resume.still_to_run(numbers, done):
            yield Planned(case=name, attempt=number, instead_of=instead_of)

    def plan(self) -> list[Planned]:
        """All attempts of this sitting, in the order of the suite."""
        cases = (case for module in case_modules() if self.concerns(module) for case in cases_in(module))
        return [planned for case in sorted(cases, key=lambda case: case.id()) for planned in self.attempts(case)]

    @cached_property
    def _progress(self) -> screen.Progress | None:
        if not self.options.live:
            return None
        return screen.Progress(
            quiet=self.options.screen == SCREENS[0], waiting=lambda case: waiting_for(self.folder, case)
        )

    def begin(self, workers: int = 1) -> None:
        """Prove the rig's injectors (RigError when they fail) and make the run folder, or take it up again.

        Raises SessionError if that cannot be.
        """
        self._house = house_digest()
        if self.options.resume:
            self._file = self._taken_up()
        self.work_with(workers)
        # Raise before there is a folder.
        if self.options.failed:
            _ = self._failed
        if self.options.within:
            _ = self.fitting
        try:
            self.setup.rig.self_test(self.options.seed)
        except RuntimeError as error:
            raise RigError(str(sentences.SELF_TEST(error=error))) from None
        try:
            if not self.options.resume:
                self.folder.mkdir(parents=True)
                inputs = resume.inputs_of([*self.options.inputs(), *resume.files_named(self.profile)])
                settings = Settings(run=self.run, commit=commit(), options=self.options.kept(), inputs=inputs)
                self._file = RunFile(settings=settings)
            sat = Sat(started=now(), process=Process.this(), workers=workers)
            self._file = msgspec.structs.replace(self._file, sittings=(*self._file.sittings, sat), plan=())
            write_run(self.folder, self._file)
        except OSError as error:
            raise SessionError(
                sentences.NO_FOLDER_MADE(folder=self.folder, strerror=error.strerror).after(f"--out {self.options.out}")
            ) from None
        self._open()
        self._tell_misspelt()
        self._tell_outdated()
        self._tell_fitting()

    def _tell_fitting(self) -> None:
        if self.options.within and self.options.live:
            print(self.fitting.told())

    def _open(self) -> None:
        """Say what stands on the bench and what will be run; a laboratory signs it. Raises SessionError."""
        try:
            keeper = self._keeper or self._kept()
            told = statement(
                self.options,
                self.profile,
                self.plan(),
                run=self.run,
                number=keeper.number,
                inputs=self._file.settings.inputs,
                commit=self._file.settings.commit,
                house=self._house,
                certificates=[fingerprint(der) for der in self._lab.certificates],
                server=self._lab.clock,
            )
            sm3 = keeper.open(told)
        except NotReady as error:
            raise SessionError(f"{error}\n{sentences.NOT_SOUND()}") from None
        except Trouble as error:
            raise SessionError(str(sentences.NO_BEGINNING_KEPT(error=error))) from None
        self._keeper = keeper
        if self._lab.signers:
            self._opening = sm3
            # What was made of the setup before does not know it.
            self.__dict__.pop("setup", None)

    def house_changed(self) -> bool:
        """Whether the files of this bench are other ones than when the run began."""
        try:
            return bool(self._house) and house_digest() != self._house
        except OSError:
            return True

    def _kept(self) -> Keeper:
        return Keeper(self.folder, self.run, self._lab, durable=self.options.rig != VIRTUAL_RIG)

    def _holes(self) -> list[CaseResult]:
        """Attempts that began by the log and whose folders are gone: named, never run again as if they had not been."""
        keeper = self._keeper = self._kept()
        cases, found = case_classes(), list[CaseResult]()
        for start, end in keeper.missing():
            if start.case not in cases:
                continue
            said = sentences.ENDED_WITH(verdict=end.verdict) if end else sentences.NOT_ENDED()
            words = str(sentences.ATTEMPT_MISSING(at=start.at, said=said))
            blank = blank_result(cases[start.case], self.setup, start.attempt, start.instead_of)
            found.append(msgspec.structs.replace(blank, started=start.at, verdict=Verdict.ERROR, reason=words))
            keeper.gone(start.case, start.attempt, words)
        return found

    def _taken_up(self) -> RunFile:
        """The run to resume: nobody runs it, nothing was changed, what was cut off is settled."""
        try:
            file = resume.resumable(self.folder, commit())
            self._results = resume.settle(self.folder, self.setup, case_classes())
            self._results += self._holes()
        except resume.ResumeError as error:
            raise SessionError(str(error)) from None
        except Trouble as error:
            raise SessionError(f"--resume {self.folder}: {error}") from None
        self.run = file.settings.run
        self.done = tuple(
            resume.Done(result.id, result.attempt, result.instead_of, result.interrupted) for result in self._results
        )
        (self.folder / "manifest.json").unlink(missing_ok=True)
        seen = last_sign(self.folder)
        sittings = [sat if sat.ended else msgspec.structs.replace(sat, seen=seen) for sat in file.sittings]
        return msgspec.structs.replace(file, sittings=tuple(sittings))

    def _tell_misspelt(self) -> None:
        """Say at the start which answers of the profile answer nothing, and which claim cannot be looked at."""
        from conformance.clauses import load_ledger
        from conformance.clauses.ics import unheeded
        from conformance.clauses.statement import read_statement

        for each in unheeded(self.profile, load_ledger(), read_statement()) if self.options.live else ():
            print(f"{self.profile.path}: {each}", file=sys.stderr)

    def _tell_outdated(self) -> None:
        """Say at the start, not after days, which expected failures are void."""
        for each in self._expected:
            problem = outdated(each, self.profile.firmware_hash, self._first_started())
            if problem and self.options.live:
                print(f"expected failure {each.case or each.clause} {problem}", file=sys.stderr)

    def _first_started(self) -> str:
        return self._file.sittings[0].started if self._file.sittings else now()

    def shared(self) -> Shared:
        """What the workers of this sitting have to know."""
        within = tuple(sorted(self.fitting.taken)) if self.options.within else ()
        return Shared(folder=str(self.folder), done=self.done, opening=self._opening, within=within)

    def expect(self, planned: Sequence[Planned]) -> None:
        """Which attempts will run, in order."""
        self._planned = {(each.case, each.attempt): each for each in planned}
        self._file = msgspec.structs.replace(self._file, plan=tuple(planned))
        write_run(self.folder, self._file)
        if self._progress:
            self._progress.expect(len(planned))
        if self._spread:
            self._spread.expect(planned)

    def broken(self, why: str) -> None:
        """Cases could not be collected: told at once, and the run ends in the bench's own error."""
        self._broken = True
        if self.options.live:
            print(why, file=sys.stderr)

    def started(self, case: str, attempt: int = 1) -> None:
        """A case began."""
        if self._keeper and (planned := self._planned.get((case, attempt))):
            self._keeper.began(case, attempt, planned.instead_of)
        if self._progress:
            self._progress.started(case)

    def finished(self, result: CaseResult, glance: str = "", around: Sequence[str] = ()) -> None:
        """A case ended; `glance` is what `decorate` gave, `around` what stood around its fault."""
        self._results.append(result)
        self._around[result.id, result.attempt] = tuple(around)
        if self._keeper:
            self._keeper.ended(result)
        if glance:
            self._glances[result.id, result.attempt] = glance
        if self._progress:
            self._progress.finished(result)
        if self.options.fail_fast and result.verdict in (Verdict.FAIL, Verdict.ERROR):
            self.ended_early = True

    def decorate(self, found: Ran) -> str:
        """Give Allure its labels, steps and attachments while the case's test is current.

        Returns what the report will show of the history (JSON; empty without one), so that nobody reads it back.
        """
        allure.attach(found.result, self.folder, found.glance)
        return msgspec.json.encode(found.glance).decode() if found.glance else ""

    def close(self, *, interrupted: bool = False) -> int:
        """Write every report and return the exit code."""
        if self._progress:
            self._progress.close()
        self._gather_lost()
        *before, sat = self._file.sittings
        ended = msgspec.structs.replace(sat, ended=now())
        self._file = msgspec.structs.replace(self._file, sittings=(*before, ended))
        write_run(self.folder, self._file)
        if self._keeper:
            self._keeper.close(interrupted=interrupted)
        result = self.result()
        run_folder.write(
            result,
            self.folder,
            glances=self._glances_read(),
            seal=lambda run: self._seal(run, interrupted=interrupted),
            writer=self.setup.commit,
        )
        if self.options.live:
            profile = self.profile
            item = " ".join(filter(None, (profile.vendor, profile.name, profile.model)))
            seen = first_seen(self.folder, item, result)
            screen.closing(result, self.folder, how=self.options.screen, around=self._around, seen=seen)
            self._tell_fitting()
        if annotations.asked(os.environ):
            print(*annotations.lines(result), sep="\n")
        return EXIT_ERROR if interrupted or self._broken else exit_of(result)

    def _seal(self, run: RunResult, *, interrupted: bool) -> None:
        """Everything is in the folder but the reports: register the end, sign the evidence."""
        if self._keeper is None:
            return
        try:
            self._keeper.finish(run.summary(), interrupted=interrupted)
        except Trouble as error:
            self.broken(sentences.END_UNSIGNED(error=error).after(self.folder))

    def _glances_read(self) -> dict[tuple[str, int], Glance]:
        """What was gathered of the records of this sitting; those of earlier ones are read again."""
        return {key: msgspec.json.decode(text.encode(), type=Glance) for key, text in self._glances.items()}

    def _gather_lost(self) -> None:
        """Attempts whose worker died or that were stopped in their midst, and those never reached: none is left out."""
        known = {(result.id, result.attempt) for result in self._results}
        lost = [key for key in self._planned if key not in known]
        if not lost:
            return
        resume.wait_for_workers(self.folder)
        cases = case_classes()
        try:
            found = {(each.id, each.attempt): each for each in resume.settle(self.folder, self.setup, cases)}
        except resume.ResumeError as error:
            self.broken(str(error))
            found = {}
        for key in lost:
            blank = blank_result(cases[key[0]], self.setup, key[1], self._planned[key].instead_of)
            result = found.get(key) or msgspec.structs.replace(blank, reason=NOT_REACHED)
            self._results.append(result)
            if self._keeper and (key in found or self._keeper.has_begun(*key)):
                self._keeper.ended(result)

    def result(self) -> RunResult:
        """Everything that came of the run, in an order that does not depend on workers."""
        cases = tuple(sorted(self._results, key=lambda case: (case.id, case.attempt)))
        known = entries()
        profile = self.profile
        scope = {"documents": ", ".join(profile.documents), "roles": ", ".join(profile.roles)}
        found = RunResult(
            run=self.run,
            seed=self.options.seed,
            commit=self.setup.commit,
            terminal=self._terminal(),
            rig=self.options.rig,
            history_digest=digest_of_run((f"{case.id}#{case.attempt}", case.digest) for case in cases if case.digest),
            cases=cases,
            clauses=clause_results(cases),
            started=self._first_started(),
            wall_s=spent_s(self._file.sittings),
            sittings=self._file.told(),
            repeats=self.options.repeat,
            complete=self.options.complete,
            selection=self.options.selection(),
            parameters={
                **profile.in_force(),
                **{name: words for name, words in scope.items() if words},
                **self.setup.rig.notes(),
                **self._haste(),
            },
            deviations=profile.deviations(),
            claims=self._claims(),
            versions=versions(),
        )
        failing = {entry.claim for entry in unsupported(found, known)}
        told = applied(found, self._expected, profile.firmware_hash)
        left = given_up(found.claims, failing, self.setup.conditions)
        return completed(msgspec.structs.replace(told, not_claimed=left), known)

    def _haste(self) -> dict[str, str]:
        rate = self.options.accelerate
        return {"rig.accelerated": f"{rate} times"} if rate > 1 else {}

    def _claims(self) -> dict[str, str]:
        """The capability statement: every question that applies with its answer, and the declared maxima (R-03)."""
        profile = self.profile
        asked = {question: profile.claim(question).value for question in self._questions}
        told = {question: answer.value for question, answer in profile.claims.items()}
        declared = {f"declared.{name}": value for name, value in profile.declared.items()}
        return dict(sorted((asked | told | declared).items()))

    @cached_property
    def _questions(self) -> tuple[str, ...]:
        """The questions that apply to the documents and roles of the profile."""
        from conformance.clauses import load_ledger
        from conformance.clauses.statement import questions_for, read_statement

        profile = self.profile
        asked = questions_for(load_ledger(), read_statement(), self._notes, profile.documents, profile.roles)
        return tuple(question.id for question in asked)

    def _terminal(self) -> str:
        profile, defect = self.profile, self.options.defect
        words = (
            profile.vendor,
            profile.name,
            profile.model,
            profile.firmware,
            profile.firmware_hash,
            profile.serial and f"S/N {profile.serial}",
            defect and f"[planted defect: {defect}]",
        )
        return " ".join(word for word in words if word)


def _picked(words: Sequence[str], case: str) -> bool:
    return any(picks(word, case) for word in words)


def given_up(claims: Mapping[str, str], failing: Collection[str], conditions: Collection[str]) -> tuple[str, ...]:
    """Characteristics that the capability statement denies, and that neither fail for it nor are a condition (R-03)."""
    denied = (name for name, answer in claims.items() if answer == "no")
    return tuple(name for name in denied if name not in failing and name not in conditions)


def spent_s(sittings: Sequence[Sat]) -> float:
    """How long the sittings lasted together, each to its end or to its last sign."""
    ends = ((sat.started, sat.ended or sat.seen or sat.started) for sat in sittings)
    spent = ((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() for start, end in ends)
    return round(sum(max(seconds, 0) for seconds in spent), 3)


def versions() -> dict[str, str]:
    """Versions of what a verdict can depend on: kernel, OpenSSL, Python, libraries of protocols, ciphers and stores."""
    names = ("aiohttp", "apsw", "asyncua", "cryptography", "gmssl", "msgspec", "paho-mqtt", "pymodbus", "pyOpenSSL")
    names += ("psycopg2-binary", "PyMySQL", "pyodbc", "pyserial", "simpy", "SQLAlchemy", "tongsuopy", "uvloop")
    found: dict[str, str] = {}
    for name in names:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    system = {"kernel": platform.release(), "openssl": ssl.OPENSSL_VERSION, "sqlite": apsw.sqlitelibversion()}
    return {"python": platform.python_version(), **system, **found}
