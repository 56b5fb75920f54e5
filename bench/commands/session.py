"""A run from its options to its folder: which cases, which terminal, what came of them, which reports are written.

Leaves collecting to the plugin, running to bench.run, and the reports themselves to the room `reports`.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import platform
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from bench.case import (
    EXIT_ERROR,
    VIRTUAL_RIG,
    Case,
    CaseResult,
    ClauseResult,
    RunResult,
    Verdict,
    clause_verdict,
    exit_code,
    weakest,
)
from bench.history import digest_of_run
from bench.profile import DOCUMENTS, Profile, ProfileError, load_profile
from bench.run import CaseRig, Setup, strength_of
from bench.terminals import Checked, UnknownTerminal, adapter
from conformance.clauses.suite import find_cases
from conformance.defects import all_defects
from reports import allure, run_folder, screen
from reports.conformity import completed, mixed_reason, unsupported
from reports.ledger import entries
from reports.repeats import outcome, repeatable

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
REFERENCE_PROFILE = FIXTURES / "terminals" / "reference.toml"
REFERENCE_ADAPTER = "reference"
RIGS = ("virtual", "process", "loopback")
LOCAL = timezone(timedelta(hours=8))


class SessionError(Exception):
    """Options of a run that cannot be used; one sentence a line."""


class RigError(Exception):
    """The rig does not do what it says, so that nothing may be run on it."""


@dataclass(frozen=True)
class Options:
    """What the user asked for. `attempt` 0 means all repetitions."""

    terminal: Path
    rig: str
    standards: tuple[str, ...]
    clauses: tuple[str, ...]
    cases: tuple[str, ...]
    seed: int
    repeat: int
    attempt: int
    defect: str
    capture: bool
    out: Path
    live: bool

    @classmethod
    def parse(
        cls,
        *,
        terminal: str,
        rig: str,
        standards: tuple[str, ...],
        clauses: tuple[str, ...],
        cases: tuple[str, ...],
        seed: str,
        repeat: str,
        attempt: str,
        defect: str,
        capture: bool,
        out: str,
        live: bool,
    ) -> Options:
        """Check the words of the command line. Raises SessionError naming every bad one."""
        problems: list[str] = []
        if rig not in RIGS:
            problems.append(f"--rig {rig}: expected {', '.join(RIGS)} / 未知台架")
        for word in standards:
            if word not in DOCUMENTS:
                problems.append(f"--standard {word}: expected one of {', '.join(DOCUMENTS)} / 未知标准")
        seed_number = _whole("--seed", seed, 0, problems)
        repeat_number = _whole("--repeat", repeat, 1, problems)
        attempt_number = _whole("--attempt", attempt or "0", 0, problems)
        if defect and defect not in all_defects():
            problems.append(
                f"--defect {defect}: no such defect{near(defect, all_defects())}; "
                "`carbonbench prove` lists them / 无此缺陷"
            )
        elif defect and rig not in all_defects()[defect].rigs:
            rigs = " or ".join(f"--rig {each}" for each in all_defects()[defect].rigs)
            problems.append(f"--defect {defect}: a terminal can have this only with {rigs} / 该缺陷仅适用于其他台架")
        if problems:
            raise SessionError("\n".join(problems))
        return cls(
            terminal=Path(terminal) if terminal else REFERENCE_PROFILE,
            rig=rig,
            standards=standards,
            clauses=clauses,
            cases=cases,
            seed=seed_number,
            repeat=repeat_number,
            attempt=attempt_number,
            defect=defect,
            capture=capture,
            out=Path(out),
            live=live,
        )

    def selection(self) -> str:
        """The selecting options as they were given, for reports; empty when everything was selected."""
        words = [f"--standard {word}" for word in self.standards]
        words += [f"--clause {word}" for word in self.clauses]
        words += [f"--case {word}" for word in self.cases]
        return " ".join(words)


def _whole(option: str, text: str, least: int, problems: list[str]) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        problems.append(f"{option} {text}: expected a whole number of at least {least} / 应为不小于 {least} 的整数")
    return number


def near(word: str, known: Collection[str]) -> str:
    """A hint at names like a mistyped one: the whole name or its last part; empty if nothing is like it."""
    by_part = {name.rpartition("/")[2]: name for name in known} | {name: name for name in known}
    found = dict.fromkeys(by_part[part] for part in difflib.get_close_matches(word, by_part, 3))
    return f"; did you mean {' or '.join(found)}?" if found else ""


def commit() -> str:
    """Short commit of this checkout, with `-dirty` when it was changed; `unknown` outside git."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return told.stdout.strip()
    return "unknown"


def rig_named(name: str) -> CaseRig:
    """The rig of that name; imported only when asked for, since each has needs of its own."""
    return importlib.import_module(f"bench.rigs.{name}").RIG


def ledger_entries() -> Mapping[str, Any]:
    """Entries of the clause ledger by id."""
    from conformance.clauses import load_ledger

    return load_ledger().by_id


def ledger_answers() -> dict[str, Any]:
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
        "owners": {question: strength_of(entries, strengths) for question, entries in owned.items() if entries},
    }


def failure_block(result: CaseResult) -> str:
    """Requirement, expected, actual, evidence and the replay line of a case that did not pass."""
    return screen.failure_block(result)


class Session:
    """One run: options, setup, results and, at the end, the reports."""

    def __init__(self, options: Options, folder: Path | None = None) -> None:
        self.options = options
        self._results: list[CaseResult] = []
        self._broken = False
        self._began = time.perf_counter()
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
        self.folder = (folder or self._fresh(options.out)).resolve()
        self._check_words()

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
            f"--clause {word}: no such entry in the ledger{near(word, self._ledger)} / 条款不存在"
            for word in options.clauses
            if word not in self._ledger
        ]
        names = [note.id for note in find_cases()] if options.cases else []
        problems += [
            f"--case {word}: no case of that name{near(word, names)} / 无此用例"
            for word in options.cases
            if not any(word in name for name in names)
        ]
        if options.defect and self.profile.adapter != REFERENCE_ADAPTER:
            problems.append(
                f"--defect {options.defect}: only the reference terminal has defects; the profile's adapter is "
                f"{self.profile.adapter!r} / 仅参考终端可植入缺陷"
            )
        if problems:
            raise SessionError("\n".join(problems))

    @cached_property
    def _ledger(self) -> Mapping[str, Any]:
        return ledger_entries()

    @cached_property
    def setup(self) -> Setup:
        """What every case of this run shares."""
        name = self.profile.adapter
        return Setup(
            rig=rig_named(self.options.rig),
            profile=self.profile,
            adapter=lambda: adapter(name),
            master_seed=self.options.seed,
            commit=commit(),
            folder=self.folder,
            strengths={clause: entry.strength for clause, entry in self._ledger.items()},
            **ledger_answers(),
            options=(f" --defect {self.options.defect}" if self.options.defect else "")
            + (" --pcap" if self.options.capture else ""),
            capture=self.options.capture,
            defect=self.options.defect,
        )

    def planted(self) -> AbstractContextManager[None]:
        """The defect asked for is in the terminal while this lasts; nothing, where none was."""
        here = self.options.defect and self.options.rig == VIRTUAL_RIG
        return all_defects()[self.options.defect].applied() if here else nullcontext()

    def selects(self, case: type[Case]) -> bool:
        """Whether the options select this case."""
        options = self.options
        documents = {clause.partition("/")[0] for clause in case.clauses}
        return (
            (not options.standards or bool(documents & set(options.standards)))
            and (not options.clauses or bool(set(case.clauses) & set(options.clauses)))
            and (not options.cases or any(word in case.id() for word in options.cases))
        )

    def attempts(self, case: type[Case]) -> Iterator[int]:
        """The repetitions of a case that are to run: none if it is not selected."""
        if not self.selects(case):
            return
        if self.options.attempt:
            yield self.options.attempt
        else:
            yield from range(1, (1 if case.once else self.options.repeat) + 1)

    @cached_property
    def _progress(self) -> screen.Progress | None:
        return screen.Progress() if self.options.live else None

    def begin(self) -> None:
        """Prove the rig's injectors (RigError when they fail) and make the run folder (SessionError if that fails)."""
        try:
            self.setup.rig.self_test(self.options.seed)
        except RuntimeError as error:
            raise RigError(f"the rig's self test failed, nothing was run: {error} / 台架自检失败") from None
        try:
            self.folder.mkdir(parents=True)
        except OSError as error:
            raise SessionError(
                f"--out {self.options.out}: cannot make {self.folder}: {error.strerror} / 无法创建"
            ) from None

    def expect(self, number: int) -> None:
        """How many cases will run."""
        if self._progress:
            self._progress.expect(number)

    def broken(self, why: str) -> None:
        """Cases could not be collected: told at once, and the run ends in the bench's own error."""
        self._broken = True
        if self.options.live:
            print(why, file=sys.stderr)

    def started(self, case: str) -> None:
        """A case began."""
        if self._progress:
            self._progress.started(case)

    def finished(self, result: CaseResult) -> None:
        """A case ended."""
        self._results.append(result)
        if self._progress:
            self._progress.finished(result)

    def decorate(self, result: CaseResult) -> None:
        """Give Allure its labels, steps and attachments while the case's test is current."""
        allure.attach(result, self.folder)

    def close(self, *, interrupted: bool = False) -> int:
        """Write every report and return the exit code."""
        if self._progress:
            self._progress.close()
        result = self.result()
        run_folder.write(result, self.folder)
        if self.options.live:
            screen.closing(result, self.folder)
        return EXIT_ERROR if interrupted or self._broken else exit_code(case.verdict for case in result.cases)

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
            started=self._started.isoformat(timespec="seconds"),
            wall_s=round(time.perf_counter() - self._began, 3),
            repeats=self.options.repeat,
            selection=self.options.selection(),
            parameters={
                **profile.in_force(),
                **{name: words for name, words in scope.items() if words},
                **self.setup.rig.notes(),
            },
            deviations=profile.deviations(),
            claims=self._claims(),
            versions=versions(),
        )
        failing = {entry.claim for entry in unsupported(found, known)}
        denied = (name for name, answer in found.claims.items() if answer == "no")
        return completed(
            msgspec.structs.replace(
                found,
                not_claimed=tuple(name for name in denied if name not in failing and name not in self.setup.conditions),
            ),
            known,
        )

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
        from conformance.clauses.suite import find_cases

        profile = self.profile
        asked = questions_for(load_ledger(), read_statement(), find_cases(), profile.documents, profile.roles)
        return tuple(question.id for question in asked)

    def _terminal(self) -> str:
        profile, defect = self.profile, self.options.defect
        words = (
            profile.vendor,
            profile.name,
            profile.model,
            profile.firmware,
            defect and f"[planted defect: {defect}]",
        )
        return " ".join(word for word in words if word)


def versions() -> dict[str, str]:
    """Versions of the libraries a verdict can depend on."""
    found = {name: version(name) for name in ("apsw", "msgspec", "pymodbus", "simpy")}
    return {"python": platform.python_version(), **found}


def clause_results(cases: tuple[CaseResult, ...]) -> tuple[ClauseResult, ...]:
    """The verdict of every clause that a case names (R-06), sorted by id; mixed attempts of a case fail (R-07)."""
    by_case: dict[str, list[CaseResult]] = {}
    for case in cases:
        by_case.setdefault(case.id, []).append(case)
    by_clause: dict[str, list[str]] = {}
    for name, attempts in by_case.items():
        for clause in dict.fromkeys(clause for attempt in attempts for clause in attempt.clauses):
            by_clause.setdefault(clause, []).append(name)
    told = {name: (outcome(attempts), _reason(attempts)) for name, attempts in by_case.items()}
    checks = {name: [check for case in attempts for check in case.checks] for name, attempts in by_case.items()}
    timed = {
        name: dict.fromkeys(f"{name}:{check.id}" for check in found if check.timed and check.verdict is Verdict.NOT_RUN)
        for name, found in checks.items()
    }
    return tuple(
        ClauseResult(
            id=clause,
            verdict=clause_verdict(verdict for name in found if (verdict := told[name][0])),
            cases=tuple(found),
            reason=next((reason for name in found if (reason := told[name][1])), ""),
            mark=weakest(check.mark for name in found for check in checks[name]),
            needs_real_time=tuple(id for name in found for id in timed[name]),
        )
        for clause, found in sorted(by_clause.items())
    )


def _reason(attempts: list[CaseResult]) -> str:
    """Why a case did not pass, beyond its checks."""
    if not repeatable(attempts):
        return str(mixed_reason(attempts))
    return next((case.reason for case in attempts if case.verdict is not Verdict.PASS and case.reason), "")
