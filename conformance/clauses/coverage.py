"""What share of the ledger is tested: by document, strength and topic, by rig and by kind of evidence (R-46).

Leaves printing to `command`. An entry that a case of its own kind of product names is automated; the files never say so
themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from bench.case import EvidenceKind, Rig
from conformance.clauses.ledger import DISPOSITIONS, STRENGTHS, TOPICS, Entry, Ledger
from conformance.clauses.statement import OBJECTS
from conformance.clauses.suite import CaseNote, subject_of

AUTOMATABLE = ("automated", "planned")
ASKED = tuple(disposition for disposition in DISPOSITIONS if disposition != "none")


RIGS = tuple(str(rig.name).lower() for rig in (Rig.VIRTUAL, Rig.PROCESS, Rig.LOOPBACK, Rig.LAB))
EVIDENCE = tuple(str(kind) for kind in EvidenceKind)
_TESTED = {"terminal": (*OBJECTS["terminal"], *OBJECTS["collector"]), "platform": OBJECTS["platform"]}
"""The objects that cases of a subject can decide (R-01)."""


def deciding_cases(ledger: Ledger, notes: Iterable[CaseNote]) -> dict[str, tuple[str, ...]]:
    """For each entry the cases that decide it; what binds a platform no case on a terminal decides (R-01)."""
    found: dict[str, list[str]] = {}
    for note in notes:
        for clause in note.clauses:
            if _decides(ledger, note, clause):
                found.setdefault(clause, []).append(note.id)
    return {clause: tuple(cases) for clause, cases in found.items()}


def _decides(ledger: Ledger, note: CaseNote, clause: str) -> bool:
    entry = ledger.by_id.get(clause)
    return entry is None or entry.object in _TESTED.get(subject_of(note), (entry.object,))


class Means(msgspec.Struct, frozen=True):
    """By what an entry is decided: the rigs of its checks, and the least evidence that is enough for one of them."""

    rigs: tuple[str, ...]
    evidence: str


def means(ledger: Ledger, notes: Iterable[CaseNote]) -> dict[str, Means]:
    """For each entry that a case decides: where it can be decided and from what.

    A check with a limit on how fast the terminal is decides nothing in virtual time (R-08).
    """
    rigs: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for note in notes:
        for check in note.checks:
            for clause in check.clauses:
                if _decides(ledger, note, clause):
                    there = set(note.rigs) - ({RIGS[0]} if check.timed else set[str]())
                    rigs.setdefault(clause, set()).update(there)
                    kinds.setdefault(clause, set()).add(check.evidence)
    found: dict[str, Means] = {}
    for clause, there in rigs.items():
        least = next(kind for kind in EVIDENCE if kind in kinds[clause])
        found[clause] = Means(tuple(rig for rig in RIGS if rig in there), least)
    return found


def disposition_of(entry: Entry, cases: Mapping[str, Sequence[str]]) -> str:
    """The disposition with the cases taken into account: automated as soon as one names the entry."""
    return "automated" if cases.get(entry.id) else entry.disposition


class Row(msgspec.Struct, frozen=True):
    """How many requirements of one document and strength have each disposition."""

    document: str
    strength: str
    dispositions: dict[str, int]

    @property
    def total(self) -> int:
        """All requirements of the row."""
        return sum(self.dispositions.values())


class Share(msgspec.Struct, frozen=True):
    """Requirements of one document and object: all, those a bench can decide over the wire, and those with a case.

    `in_part` counts those among the last of which the cases decide a part only (R-06).
    """

    document: str
    object: str
    requirements: int
    automatable: int
    automated: int
    in_part: int = 0

    @property
    def percent(self) -> str:
        """Automated by automatable with one decimal, a dash where nothing can be automated."""
        if not self.automatable:
            return "–"
        tenths = (2000 * self.automated + self.automatable) // (2 * self.automatable)
        return f"{tenths // 10}.{tenths % 10} %"


class Reach(msgspec.Struct, frozen=True):
    """Requirements of a topic or strength: how many can be automated and are, by rig and by the least evidence."""

    name: str
    automatable: int
    automated: int
    in_part: int
    rigs: dict[str, int]
    evidence: dict[str, int]


class Coverage(msgspec.Struct, frozen=True):
    """The table and the shares; `documents` and `total` count every object.

    `topics` and `strengths` count what was asked for, by object and strength; `open` of them have no case.
    """

    rows: tuple[Row, ...]
    documents: tuple[Share, ...]
    terminal: tuple[Share, ...]
    total: Share
    terminal_total: Share
    platform: tuple[Share, ...]
    platform_total: Share
    topics: tuple[Reach, ...] = ()
    strengths: tuple[Reach, ...] = ()
    open: int = 0


def coverage(
    ledger: Ledger, notes: Sequence[CaseNote], objects: Sequence[str] = (), strengths: Sequence[str] = ()
) -> Coverage:
    """Count the requirements of the ledger; topics and strengths only of these objects and strengths, if any."""
    cases, by = deciding_cases(ledger, notes), means(ledger, notes)
    asked = [entry for entry in ledger.entries if entry.kind == "requirement"]
    names = [document.document for document in ledger.documents]
    rows: list[Row] = []
    for document in names:
        for strength in STRENGTHS:
            found = [entry for entry in asked if entry.document == document and entry.strength == strength]
            if found:
                told = [disposition_of(entry, cases) for entry in found]
                rows.append(Row(document, strength, {name: told.count(name) for name in ASKED}))
    terminals = [entry for entry in asked if entry.object == "terminal"]
    platforms = [entry for entry in asked if entry.object == "platform"]
    chosen = [
        entry
        for entry in asked
        if (not objects or entry.object in objects) and (not strengths or entry.strength in strengths)
    ]
    every = _reach("all", chosen, cases, by)
    return Coverage(
        rows=tuple(rows),
        documents=tuple(_share(name, "all", asked, cases) for name in names),
        terminal=tuple(_share(name, "terminal", terminals, cases) for name in names),
        total=_share("", "all", asked, cases),
        terminal_total=_share("", "terminal", terminals, cases),
        platform=tuple(_share(name, "platform", platforms, cases) for name in names),
        platform_total=_share("", "platform", platforms, cases),
        topics=(*_reaches(TOPICS, "topic", chosen, cases, by), every),
        strengths=(*_reaches(STRENGTHS, "strength", chosen, cases, by), every),
        open=every.automatable - every.automated,
    )


def _reaches(
    names: Sequence[str],
    field: str,
    entries: Sequence[Entry],
    cases: Mapping[str, Sequence[str]],
    by: Mapping[str, Means],
) -> list[Reach]:
    found = [_reach(name, [one for one in entries if getattr(one, field) == name], cases, by) for name in names]
    return [each for each in found if each.automatable]


def _reach(name: str, entries: Sequence[Entry], cases: Mapping[str, Sequence[str]], by: Mapping[str, Means]) -> Reach:
    decided = [entry for entry in entries if cases.get(entry.id)]
    told = [by[entry.id] for entry in decided if entry.id in by]
    return Reach(
        name=name,
        automatable=sum(disposition_of(entry, cases) in AUTOMATABLE for entry in entries),
        automated=len(decided),
        in_part=sum(bool(entry.in_part) for entry in decided),
        rigs={rig: sum(rig in each.rigs for each in told) for rig in RIGS},
        evidence={kind: sum(each.evidence == kind for each in told) for kind in EVIDENCE},
    )


def _share(document: str, bound: str, entries: Iterable[Entry], cases: Mapping[str, Sequence[str]]) -> Share:
    mine = [entry for entry in entries if not document or entry.document == document]
    told = [disposition_of(entry, cases) for entry in mine]
    return Share(
        document=document or "all",
        object=bound,
        requirements=len(told),
        automatable=sum(name in AUTOMATABLE for name in told),
        automated=told.count("automated"),
        in_part=sum(bool(entry.in_part) and bool(cases.get(entry.id)) for entry in mine),
    )
