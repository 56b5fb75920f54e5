"""What share of the ledger is tested: dispositions derived from the cases, counted by document and strength.

Leaves printing to `command`. An entry that a case names is automated; the files never say so themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from conformance.clauses.ledger import DISPOSITIONS, STRENGTHS, Entry, Ledger

AUTOMATABLE = ("automated", "planned")
ASKED = tuple(disposition for disposition in DISPOSITIONS if disposition != "none")


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


class Coverage(msgspec.Struct, frozen=True):
    """The table and the shares; `documents` and `total` count every object."""

    rows: tuple[Row, ...]
    documents: tuple[Share, ...]
    terminal: tuple[Share, ...]
    total: Share
    terminal_total: Share


def coverage(ledger: Ledger, cases: Mapping[str, Sequence[str]]) -> Coverage:
    """Count the requirements of the ledger."""
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
    return Coverage(
        rows=tuple(rows),
        documents=tuple(_share(name, "all", asked, cases) for name in names),
        terminal=tuple(_share(name, "terminal", terminals, cases) for name in names),
        total=_share("", "all", asked, cases),
        terminal_total=_share("", "terminal", terminals, cases),
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
