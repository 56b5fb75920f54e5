"""The log of a run: which attempts began and how they ended, chained, so that none can be taken away unseen.

Leaves results to the journal. It lies in the run folder (`evidence/log.jsonl`) and is written by the controlling
process alone; the seals and the register hold its head.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.evidence import sentences
from bench.evidence.chain import ChainedFile, ChainTrouble, Line

FOLDER = "evidence"
LOG = f"{FOLDER}/log.jsonl"
KIND = "carbonbench log of a run 1"


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag_field="e", omit_defaults=True):
    """Something that happened, `at` by the computer's clock (ISO 8601)."""

    at: str


class Opened(Entry, frozen=True, tag="opened"):
    """A sitting began under the opening statement of that number, whose SM3 is `sm3`."""

    number: int
    sm3: str


class AttemptBegan(Entry, frozen=True, tag="began"):
    """An attempt began."""

    case: str
    attempt: int
    instead_of: int = 0


class AttemptEnded(Entry, frozen=True, tag="ended"):
    """An attempt has its result: verdict, digest of its record, SM3 of its result.json."""

    case: str
    attempt: int
    verdict: str
    digest: str = ""
    result: str = ""


class AttemptGone(Entry, frozen=True, tag="gone"):
    """On resuming, the folder of an attempt that had begun was not there any more."""

    case: str
    attempt: int
    words: str


class Untimely(Entry, frozen=True, tag="untimely"):
    """A seal that was due could not be made."""

    why: str


class Closed(Entry, frozen=True, tag="closed"):
    """The sitting ended; `interrupted` by somebody."""

    interrupted: bool = False


AnyEntry = Opened | AttemptBegan | AttemptEnded | AttemptGone | Untimely | Closed


class RunLog:
    """The log of a run folder; what it holds is read once and kept."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Raises ChainTrouble where it was altered. `durable`: what is added survives a power cut."""
        self._durable = durable
        self._file: ChainedFile[AnyEntry] = ChainedFile(folder / LOG, KIND, AnyEntry)
        self.lines: list[Line[AnyEntry]] = self._file.lines()

    @property
    def head(self) -> str:
        """The chain up to the last line."""
        return self.lines[-1].chain if self.lines else self._file.genesis

    @property
    def entries(self) -> list[AnyEntry]:
        """What it tells, in order."""
        return [line.entry for line in self.lines]

    def chain_at(self, number: int) -> str:
        """The chain up to a line (0: before the first). Raises ChainTrouble for a line that there is not."""
        if not 0 <= number <= len(self.lines):
            raise ChainTrouble(sentences.LOG_SHORTENED(count=len(self.lines), number=number).after(self._file.path))
        return self.lines[number - 1].chain if number else self._file.genesis

    def add(self, *entries: AnyEntry) -> None:
        """Write entries. Raises ChainTrouble, OSError."""
        self.lines += self._file.extend(entries, durable=self._durable)


def begun(entries: Sequence[AnyEntry]) -> dict[tuple[str, int], AttemptEnded | None]:
    """Every attempt that began, with its end where it has one. One that was begun anew counts by its last end."""
    found: dict[tuple[str, int], AttemptEnded | None] = {}
    for each in entries:
        if isinstance(each, AttemptBegan):
            found.setdefault((each.case, each.attempt))
        elif isinstance(each, AttemptEnded):
            found[each.case, each.attempt] = each
    return found
