"""The laboratory's register of runs: append-only, chained and signed, so that no run can be taken away unseen.

Leaves runs and reports to those who make them. One file for each laboratory; each line has the laboratory's signatures
over its chain. The head stands in every seal and report: who cuts the register's end off contradicts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from bench.evidence import sentences
from bench.evidence.chain import ChainedFile, ChainTrouble, Line
from bench.evidence.keys import proves
from bench.evidence.lab import Lab
from bench.journal import LOCAL

KIND = "carbonbench register of runs 1"


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag_field="e", omit_defaults=True):
    """Something that happened to a run (its name), `at` by the computer's clock."""

    at: str
    run: str


class RunBegan(Entry, frozen=True, tag="begun"):
    """A run began: SM3 of its opening statement, its item, rig, and how many attempts it plans."""

    opening: str
    item: dict[str, str] = {}
    rig: str = ""
    planned: int = 0


class RunResumed(Entry, frozen=True, tag="resumed"):
    """A run was taken up again, under that opening statement."""

    opening: str


class RunEnded(Entry, frozen=True, tag="ended"):
    """A run ended: its evidence digest, and how many attempts have which verdict. `interrupted` by somebody."""

    evidence: str
    summary: dict[str, int] = {}
    interrupted: bool = False


class RunAbandoned(Entry, frozen=True, tag="abandoned"):
    """Somebody gave a run up, and said why."""

    why: str
    by: str


class Issued(Entry, frozen=True, kw_only=True, tag="issued"):
    """A document was issued of a run or campaign: its number, issue, digest (SHA-256) and who authorised it."""

    document: str
    sha256: str
    issue: int = 1
    evidence: str = ""
    by: str = ""


class BookGrew(Entry, frozen=True, kw_only=True, tag="book"):
    """The book of the campaign `run` has so many lines; `book` is the chain of its first, `head` that of its last."""

    book: str
    head: str
    lines: int


AnyEntry = RunBegan | RunResumed | RunEnded | RunAbandoned | Issued | BookGrew


class Register:
    """A register file; `lab` signs what is added."""

    def __init__(self, path: Path, lab: Lab | None = None) -> None:
        self.path = path
        signing = lab.sign if lab and lab.signers else None
        self._file: ChainedFile[AnyEntry] = ChainedFile(path, KIND, AnyEntry, signing)

    def lines(self) -> list[Line[AnyEntry]]:
        """All lines. Raises ChainTrouble."""
        return self._file.lines()

    def add(self, entry: AnyEntry) -> Line[AnyEntry]:
        """Write an entry behind all others. Raises ChainTrouble, KeyTrouble, OSError."""
        return self._file.append(entry)

    def head(self) -> tuple[int, str]:
        """How many lines there are, and the chain up to the last. Raises ChainTrouble."""
        lines = self.lines()
        return (lines[-1].number, lines[-1].chain) if lines else (0, "")

    def problems(self, certificates: Sequence[bytes]) -> list[str]:
        """What speaks against the register, one sentence each: broken, or lines that no certificate signed."""
        try:
            lines = self.lines()
        except ChainTrouble as error:
            return [str(error)]
        return [
            sentences.NOT_LABORATORY().after(f"{self.path}:{line.number}")
            for line in lines
            if certificates
            and not any(
                proves(der, bytes.fromhex(line.chain), signature)
                for der in certificates
                for signature in line.signatures
            )
        ]


def now() -> str:
    """This instant as people read it."""
    return datetime.now(LOCAL).isoformat(timespec="milliseconds")


def states(entries: Sequence[AnyEntry]) -> dict[str, str]:
    """What became of each run: `open`, `ended`, `interrupted`, `abandoned`; a document changes nothing."""
    found: dict[str, str] = {}
    for entry in entries:
        match entry:
            case RunBegan(run=run) | RunResumed(run=run):
                found[run] = "open"
            case RunEnded(run=run, interrupted=interrupted):
                found[run] = "interrupted" if interrupted else "ended"
            case RunAbandoned(run=run):
                found[run] = "abandoned"
            case Issued() | BookGrew():
                pass
    return found
