"""Keeps the evidence of a run while it runs: opening statement, log, register, seals at begin, each hour, end.

Leaves what the run is to its session. One for each sitting, in the controlling process. Without a laboratory nothing is
signed, and the log still says which attempts began.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bench.case import CaseResult, Verdict
from bench.evidence import opening as opening_
from bench.evidence import sentences
from bench.evidence.chain import ChainTrouble
from bench.evidence.files import FileRow, evidence_digest, is_evidence, sm3_of, survey
from bench.evidence.keys import KeyTrouble, armored, fingerprint
from bench.evidence.lab import Lab
from bench.evidence.register import Register, RunBegan, RunEnded, RunResumed
from bench.evidence.runlog import (
    FOLDER,
    AttemptBegan,
    AttemptEnded,
    AttemptGone,
    Closed,
    Opened,
    RunLog,
    Untimely,
    begun,
)
from bench.evidence.seals import Kind, Seal, SealTrouble, digest, files_of, name_of, read_seals
from bench.evidence.stamps import StampTrouble
from bench.journal import RESULT, now, place_of

EVERY_S = 3600.0
"""So often a run under way is sealed."""
Trouble = (ChainTrouble, KeyTrouble, StampTrouble, SealTrouble, OSError)
"""What can keep evidence from being written."""


class Keeper:
    """The evidence of one run folder."""

    def __init__(self, folder: Path, run: str, lab: Lab, *, durable: bool = True, every_s: float = EVERY_S) -> None:
        """Raises ChainTrouble where the log of a run that is resumed was altered."""
        self._folder, self._run, self._lab = folder, run, lab
        self._register = Register(lab.register, lab) if lab.register else None
        self.log = RunLog(folder, durable=durable)
        self._item: dict[str, str] = {}
        self._every_s = every_s
        self._busy = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def number(self) -> int:
        """The number that the next opening statement has."""
        return sum(isinstance(each, Opened) for each in self.log.entries) + 1

    def missing(self) -> list[tuple[AttemptBegan, AttemptEnded | None]]:
        """Attempts that began by the log, and whose folder is not there any more."""
        entries = self.log.entries
        told = begun(entries)
        starts = {(each.case, each.attempt): each for each in entries if isinstance(each, AttemptBegan)}
        return [
            (starts[key], end)
            for key, end in told.items()
            if not (self._folder / place_of(*key) / "attempt.json").exists()
            and (end is None or end.verdict != Verdict.NOT_RUN)
        ]

    def open(self, statement: opening_.Opening) -> str:
        """Write, register and seal the statement; returns its SM3. Raises `Trouble`: then nothing may be run."""
        octets = statement.octets()
        sm3 = sm3_of(octets)
        place = self._folder / FOLDER
        place.mkdir(parents=True, exist_ok=True)
        for number, der in enumerate(self._lab.certificates, start=1):
            (place / f"signer-{number}.pem").write_text(armored([der]), "ascii")
        (place / f"opening-{statement.number}.json").write_bytes(octets)
        self._item = statement.item
        self.log.add(Opened(at=statement.at, number=statement.number, sm3=sm3))
        if self._register:
            known = statement.number > 1
            common = {"at": statement.at, "run": self._run, "opening": sm3}
            self._register.add(
                RunResumed(**common)
                if known
                else RunBegan(**common, item=statement.item, rig=statement.rig, planned=len(statement.plan))
            )
        self._seal("begin")
        if self._lab.signers:
            self._thread = threading.Thread(target=self._hourly, name="seals", daemon=True)
            self._thread.start()
        return sm3

    def began(self, case: str, attempt: int, instead_of: int) -> None:
        """An attempt begins."""
        with self._busy:
            self.log.add(AttemptBegan(at=now(), case=case, attempt=attempt, instead_of=instead_of))

    def has_begun(self, case: str, attempt: int) -> bool:
        """Whether the log has its beginning: it may have been stopped before anything of it was on the disk."""
        return (case, attempt) in begun(self.log.entries)

    def gone(self, case: str, attempt: int, words: str) -> None:
        """An attempt that had begun is not there any more."""
        with self._busy:
            self.log.add(AttemptGone(at=now(), case=case, attempt=attempt, words=words))

    def ended(self, result: CaseResult) -> None:
        """An attempt has its result; one that nobody saw begin is told to have begun."""
        path = self._folder / place_of(result.id, result.attempt) / RESULT
        sm3 = sm3_of(path.read_bytes()) if path.exists() else ""
        with self._busy:
            entries: list[AttemptBegan | AttemptEnded] = []
            if (result.id, result.attempt) not in begun(self.log.entries):
                entries.append(
                    AttemptBegan(
                        at=result.started or now(),
                        case=result.id,
                        attempt=result.attempt,
                        instead_of=result.instead_of,
                    )
                )
            entries.append(
                AttemptEnded(
                    at=now(),
                    case=result.id,
                    attempt=result.attempt,
                    verdict=result.verdict.value,
                    digest=result.digest,
                    result=sm3,
                )
            )
            self.log.add(*entries)

    def close(self, *, interrupted: bool) -> None:
        """The sitting ends; nothing is told any more. `finish` seals it once its verdicts are written."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        with self._busy:
            self.log.add(Closed(at=now(), interrupted=interrupted))

    def finish(self, summary: Mapping[str, int], *, interrupted: bool) -> tuple[FileRow, ...]:
        """Register the end and seal the whole folder; returns what was sealed. Raises `Trouble`."""
        rows = survey(self._folder)
        seal = name_of(self._count() + 1)
        sealed = [row for row in rows if is_evidence(row.path, seal)]
        found = evidence_digest(rows, seal)
        if self._register:
            self._register.add(
                RunEnded(at=now(), run=self._run, evidence=found, summary=dict(summary), interrupted=interrupted)
            )
        self._seal("end", found, len(sealed))
        return rows

    def _count(self) -> int:
        return len(read_seals(self._folder)) if self._lab.signers else 0

    def _hourly(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self._seal("hour")
            except Trouble as error:
                with self._busy:
                    self.log.add(Untimely(at=now(), why=str(error)))

    def _seal(self, kind: Kind, evidence: str = "", files: int = 0) -> None:
        if not self._lab.signers:
            return
        before = read_seals(self._folder)
        with self._busy:
            lines, head = len(self.log.lines), self.log.head
        register_lines, register_head = self._register.head() if self._register else (0, "")
        seal = Seal(
            number=len(before) + 1,
            kind=kind,
            run=self._run,
            at=now(),
            item=self._item,
            openings=openings(self._folder),
            log_lines=lines,
            log_head=head,
            register_lines=register_lines,
            register_head=register_head,
            previous=digest(before[-1]) if before else "",
            evidence=evidence,
            files=files,
            signers=tuple(map(fingerprint, self._lab.certificates)),
        )
        for path, octets in files_of(seal, self._lab).items():
            (self._folder / path).write_bytes(octets)


def openings(folder: Path) -> dict[str, str]:
    """The opening statements of a run folder with their SM3."""
    paths = sorted((folder / FOLDER).glob("opening-*.json"))
    return {path.name: sm3_of(path.read_bytes()) for path in paths}


def read_opening(path: Path) -> opening_.Opening:
    """An opening statement. Raises SealTrouble."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=opening_.Opening)
    except OSError as error:
        raise SealTrouble(sentences.UNREADABLE(reason=error.strerror).after(path)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SealTrouble(sentences.NO_OPENING(error=error).after(path)) from None
