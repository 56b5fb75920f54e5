"""The book of a campaign: what was joined to it, by whom, in order; chained, and signed where there is a laboratory.

Leaves proving and joining runs to `bench.commands.laboratory`. Nothing is ever taken out of it (R-06, R-07): a second
result of the same thing stands beside the first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from bench.campaign import sentences
from bench.case import Verdict
from bench.evidence.chain import ChainedFile, Line
from bench.evidence.lab import Lab
from bench.evidence.register import BookGrew, Register

BOOK = "campaign.jsonl"
KIND = "carbonbench campaign 1"
FILES = "files"
"""Where documents that were handed in are kept, below the campaign's folder."""
Joinable = Literal["run", "parity", "sweep", "check", "prove", "load"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag_field="e", omit_defaults=True):
    """Something that was entered, `at` by the computer's clock, `by` whom."""

    at: str
    by: str = ""


class Begun(Entry, frozen=True, kw_only=True, tag="begun"):
    """The campaign's item as its profile has it, documents and roles claimed, SM3 of the profile, commit of the bench.

    `claims` is the capability statement, `parameters` the values of the rulings.
    """

    name: str
    item: dict[str, str]
    documents: tuple[str, ...]
    roles: tuple[str, ...]
    profile: str
    commit: str
    claims: dict[str, str] = {}
    parameters: dict[str, str] = {}


class Joined(Entry, frozen=True, kw_only=True, tag="joined"):
    """A result of the bench: where it lies (relative to the campaign where it can be), its digest, what came of it.

    `digest` is the evidence digest of a run, the SM3 of a file else. `sound` says whether the thing itself is in order:
    parity the same, every cut safe, the rig ready, the suite trusted. `words` is what it says in short. Of a parity
    `lasted_s` is how long its longest case stood in real time (0: no record tells), `accelerated` the rate of its other
    half where that was no virtual time.
    """

    kind: Joinable
    path: str
    digest: str
    name: str = ""
    rig: str = ""
    signed: bool = False
    sound: bool = True
    words: str = ""
    cases: tuple[str, ...] = ()
    lasted_s: int = 0
    accelerated: int = 1


class Reviewed(Entry, frozen=True, kw_only=True, tag="reviewed"):
    """A person decided an entry of the ledger, having looked; `files` maps what was looked at to its SM3."""

    clause: str
    verdict: Verdict
    words: str
    files: dict[str, str] = {}


class External(Entry, frozen=True, kw_only=True, tag="external"):
    """A result of another laboratory (R-04): who, accredited how, report, edition of its method, which specimen.

    `files` holds the report.
    """

    clauses: tuple[str, ...]
    verdict: Verdict
    laboratory: str
    accreditation: str
    report: str
    edition: str
    specimen: str
    words: str = ""
    files: dict[str, str] = {}


class LeftOut(Entry, frozen=True, kw_only=True, tag="left"):
    """A run of the item that the register knows and that is not joined, and why not."""

    run: str
    why: str


AnyEntry = Begun | Joined | Reviewed | External | LeftOut


class CampaignError(Exception):
    """A campaign, or something handed to it, that cannot be used; one sentence a line."""


class Book:
    """The book in a campaign's folder."""

    def __init__(self, folder: Path, lab: Lab | None = None) -> None:
        """Raises ChainTrouble where it was altered."""
        self.folder = folder
        signing = lab.sign if lab and lab.signers else None
        self._register = Register(lab.register, lab) if lab and lab.signers and lab.register else None
        self._file: ChainedFile[AnyEntry] = ChainedFile(folder / BOOK, KIND, AnyEntry, signing)
        self.lines: list[Line[AnyEntry]] = self._file.lines()

    @property
    def begun(self) -> Begun:
        """Its beginning. Raises CampaignError for a folder that is no campaign."""
        first = self.lines[0].entry if self.lines else None
        if not isinstance(first, Begun):
            raise CampaignError(sentences.NO_CAMPAIGN().after(self.folder))
        return first

    @property
    def head(self) -> str:
        """The chain up to the last line."""
        return self.lines[-1].chain if self.lines else ""

    def joined(self, *kinds: Joinable) -> list[Joined]:
        """What was joined, of these kinds or of all."""
        found = [line.entry for line in self.lines]
        return [each for each in found if isinstance(each, Joined) and (not kinds or each.kind in kinds)]

    @property
    def reviews(self) -> list[Reviewed]:
        """What people decided."""
        return [line.entry for line in self.lines if isinstance(line.entry, Reviewed)]

    @property
    def externals(self) -> list[External]:
        """What other laboratories found."""
        return [line.entry for line in self.lines if isinstance(line.entry, External)]

    @property
    def left(self) -> list[LeftOut]:
        """Runs that somebody left out, with the reason."""
        return [line.entry for line in self.lines if isinstance(line.entry, LeftOut)]

    def place(self, told: str) -> Path:
        """Where something that was joined lies."""
        return (self.folder / told).resolve()

    def add(self, entry: AnyEntry) -> None:
        """Enter something. Raises ChainTrouble, KeyTrouble, OSError."""
        line = self._file.append(entry)
        self.lines.append(line)
        if self._register:
            # Who takes lines off the end contradicts the register.
            grown = BookGrew(
                at=entry.at, run=self.begun.name, book=self.lines[0].chain, head=line.chain, lines=line.number
            )
            self._register.add(grown)
