"""What the suite holds for the ledger: the cases that name an entry, the defects that prove them, the latest verdicts.

Leaves running cases to the bench. Cases and defects are found by importing the suite; verdicts are read from the newest
run folder and from nowhere else.
"""

from __future__ import annotations

import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bench.case import Case, Criterion, Evidence, EvidenceKind, Need, Rig, binding, ways_of
from bench.case.shared_drive import SharedDrive
from conformance.clauses.cache import remembered
from conformance.clauses.ledger import Words
from conformance.clauses.loading import load

SUBJECTS = ("conformance.terminal", "conformance.platform")
"""What is tested: a package each, called as the item; its chapters hold cases, judges and defects side by side."""
SHARED = "conformance.terminal.days"
"""The module of the drives that several cases share."""
_READ_OUT = "local."
"""How questions of the capability statement begin that ask for something to be read out of the terminal."""
_BESIDE = ("_judge", "_truth", "_defects")
T = TypeVar("T")

_HOUSE = Path(__file__).resolve().parents[2]
_OF_CASES = ("bench", "simulators", "conformance")
"""Rooms whose sources a note may come from: ids, titles and clauses are also made of constants of other modules."""
_OF_DEFECTS = (*_OF_CASES, "reference_terminal")


class CheckNote(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger needs to know of one check that a case declares."""

    id: str
    title: Words
    clauses: tuple[str, ...]
    reading_b_of: str = ""
    timed: bool = False
    evidence: str = EvidenceKind.WIRES


class CaseNote(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger needs to know of one case."""

    id: str
    title: Words
    clauses: tuple[str, ...]
    checks: tuple[CheckNote, ...] = ()
    needs: tuple[str, ...]
    rigs: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...] = ()
    """For each need the questions any of which meets it; what only some checks need is not among them."""
    virtual_only: Words | None = None
    """What prevents every rig but the virtual one."""
    evidence: dict[str, tuple[str, ...]] = {}
    """Questions without which only these checks are not run."""
    notices: tuple[str, ...] = ()
    remark: str = ""
    module: str = ""
    """Dotted name of the module that holds it."""


class DefectNote(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger needs to know of one defect."""

    id: str
    title: Words
    clauses: tuple[str, ...]
    cases: tuple[str, ...] = ()


def chapter_modules(subject: str) -> Iterator[str]:
    """Dotted names of the modules in the chapters of a subject, in order of name."""
    for chapter in pkgutil.iter_modules(load(subject).__path__, f"{subject}."):
        if chapter.ispkg:
            for part in pkgutil.iter_modules(load(chapter.name).__path__, f"{chapter.name}."):
                yield part.name


@cache
def case_modules() -> tuple[str, ...]:
    """Dotted names of the modules that hold cases."""
    return tuple(name for subject in SUBJECTS for name in chapter_modules(subject) if not name.endswith(_BESIDE))


def case_classes(item: str = "") -> dict[str, type[Case]]:
    """Every case of the suite, or every one that tests this item, by id, sorted; abstract classes are no cases."""
    return dict(_classes_of(tuple(name for name in case_modules() if not item or item_of(name) == item)))


@cache
def _classes_of(modules: tuple[str, ...]) -> tuple[tuple[str, type[Case]], ...]:
    return tuple(sorted((case.id(), case) for name in modules for case in cases_in(name)))


def cases_in(module: str) -> Iterator[type[Case]]:
    """The cases of one module of the suite, by name of class."""
    for _, found in inspect.getmembers(load(module), inspect.isclass):
        if issubclass(found, Case) and found.__module__ == module and not inspect.isabstract(found):
            yield found


def shared_drives() -> dict[str, type[SharedDrive]]:
    """Every drive that several cases can be judged from, by id."""
    room: Any = load(SHARED)
    found = (each for _, each in inspect.getmembers(room, inspect.isclass))
    return {each.id(): each for each in found if issubclass(each, SharedDrive) and each.__module__ == SHARED}


@cache
def note_of(case: type[Case]) -> CaseNote:
    """The note of one case class."""
    title = case.title()
    return CaseNote(
        id=case.id(),
        title=Words(zh=title.zh, en=title.en),
        clauses=case.clauses,
        checks=tuple(
            CheckNote(
                id=asked.id,
                title=Words(zh=asked.name.zh, en=asked.name.en),
                clauses=decided,
                reading_b_of=asked.reading_b_of,
                timed=asked.timed,
                evidence=evidence_of(case, asked),
            )
            for asked, decided in case.checks.items()
        ),
        needs=tuple(dict.fromkeys(way for need in case.needs for way in ways_of(need))),
        virtual_only=None if (why := case.virtual_only) is None else Words(zh=why.zh, en=why.en),
        ways=tuple(ways_of(need) for need in binding(case.needs)),
        evidence={
            need.question: tuple(check.id for check in case.checks if need.decides(check.id))
            for need in case.needs
            if isinstance(need, Evidence)
        },
        notices=tuple(case.notices),
        remark=str(case.remark or ""),
        rigs=tuple(str(rig.name).lower() for rig in Rig if rig in case.rigs),
        module=case.__module__,
    )


def evidence_of(case: type[Case], asked: Criterion) -> EvidenceKind:
    """The kind of evidence that a check of a case takes: what its criterion says, else what the case needs (R-46)."""
    if asked.evidence is not None:
        return asked.evidence
    read_out = any(_asks_read_out(need, asked.id) for need in case.needs)
    return EvidenceKind.READ_OUT if read_out else EvidenceKind.WIRES


def _asks_read_out(need: Need, check: str) -> bool:
    """Whether a need leaves a check no other way than reading something out of the terminal."""
    if isinstance(need, Evidence) and not need.decides(check):
        return False
    return all(way.startswith(_READ_OUT) for way in ways_of(need))


def find_cases() -> tuple[CaseNote, ...]:
    """Notes of all cases, remembered while the sources they may come from stay as they are."""
    return _found(
        "cases", SUBJECTS, _OF_CASES, lambda: tuple(map(note_of, case_classes().values())), tuple[CaseNote, ...]
    )


def _found(kind: str, packages: tuple[str, ...], rooms: tuple[str, ...], build: Callable[[], T], shape: type[T]) -> T:
    """What `build` finds by importing the packages; a process that holds them already asks what it holds.

    The modules it holds may be older than their sources, so that nothing made of them is remembered for these.
    """
    if any(name.startswith(tuple(f"{package}." for package in packages)) for name in sys.modules):
        return build()
    return remembered(kind, sorted(path for room in rooms for path in (_HOUSE / room).rglob("*.py")), build, shape)


def defect_notes() -> tuple[DefectNote, ...]:
    """Notes of all defects, in the order of their registry."""
    room: Any = load("conformance.defects")
    return tuple(
        DefectNote(
            id=name,
            title=Words(zh=defect.title.zh, en=defect.title.en),
            clauses=tuple(defect.clauses),
            cases=tuple(defect.cases),
        )
        for name, defect in room.all_defects().items()
    )


def find_defects() -> tuple[DefectNote, ...]:
    """Notes of all defects, remembered while the sources they may come from stay as they are."""
    return _found("defects", ("conformance.defects",), _OF_DEFECTS, defect_notes, tuple[DefectNote, ...])


def subject_of(note: CaseNote) -> str:
    """What a case is a test of: terminal or platform, the package it stands in."""
    return item_of(note.module)


def item_of(module: str) -> str:
    """What the cases, or the defects, of a module are about: terminal or platform; empty for none of the suite's."""
    return next((name.rpartition(".")[2] for name in SUBJECTS if module.startswith(f"{name}.")), "")


def by_clause(notes: Iterable[CaseNote]) -> dict[str, tuple[str, ...]]:
    """For each clause the ids of the cases that name it."""
    found: dict[str, list[str]] = {}
    for note in notes:
        for clause in note.clauses:
            found.setdefault(clause, []).append(note.id)
    return {clause: tuple(cases) for clause, cases in found.items()}


class ClauseVerdict(msgspec.Struct, frozen=True):
    """The verdict of one clause as verdicts.json holds it."""

    id: str
    verdict: str
    reason: str = ""
    open: str = ""
    reading_b: str | None = None


class LatestRun(msgspec.Struct, frozen=True):
    """The part of verdicts.json the ledger shows."""

    run: str
    terminal: str
    clauses: tuple[ClauseVerdict, ...]

    def verdict(self, clause: str) -> ClauseVerdict | None:
        """The verdict of a clause, None if the run did not decide it."""
        return next((found for found in self.clauses if found.id == clause), None)


def latest_run(out: Path) -> LatestRun | None:
    """The newest readable run under a folder of run folders, None if there is none.

    Run folders are named by their start, so the newest is the last by name.
    """
    for path in sorted(out.glob("*/verdicts.json"), reverse=True):
        try:
            return msgspec.json.decode(path.read_bytes(), type=LatestRun)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return None
