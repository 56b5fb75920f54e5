"""The journal of a proof: every pair of defect and case that has run, a line each, so that a stopped proof goes on.

A group of defects that were planted at once has a line too, which is no pair.

Leaves what is tried next to `prove` and what the pairs show to `reports.prove`. What a person would look up in a pair
(evidence, measurements, record) is left out: a pair is run again by `run --defect`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from bench.case import CaseResult
from bench.commands.lines import Lines, whole_lines
from bench.commands.proof import sentences

FORMAT = "carbonbench-pairs/1"
SOUND = ""
"""What stands for the terminal without a defect."""


class PairsError(Exception):
    """A journal that a proof cannot take up; one sentence says why."""


class Job(msgspec.Struct, frozen=True):
    """One case against one defect; the empty defect is the sound terminal."""

    defect: str
    case: str

    @property
    def planted(self) -> tuple[str, ...]:
        """The defects that are in the reference."""
        return (self.defect,) if self.defect else ()


class Group(msgspec.Struct, frozen=True):
    """One case against several defects at once."""

    planted: tuple[str, ...]
    case: str


Task = Job | Group


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What must be the same when a proof goes on."""

    format: str = FORMAT
    commit: str
    seed: int
    rig: str


class Pair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of one job, or of one group."""

    job: Job | None = None
    group: Group | None = None
    result: CaseResult


class Pairs:
    """The journal, open for more; use it as a context.

    `found` holds what it held when it was taken up. Raises PairsError where it cannot be made or taken up, and OSError
    where the disk no longer takes a line.
    """

    def __init__(self, path: Path, head: Head, *, resume: bool = False) -> None:
        self.path = path
        self.found: Sequence[tuple[Task, CaseResult]] = ()
        try:
            if resume:
                self.found, whole = _read(path, head)
                self._lines = Lines(path, after=whole)
            else:
                self._lines = Lines(path)
                self._lines.add(msgspec.json.encode(head))
        except OSError as error:
            raise PairsError(sentences.PAIRS_UNUSABLE(strerror=error.strerror).after(path)) from None

    def __enter__(self) -> Pairs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()

    def add(self, task: Task, result: CaseResult) -> None:
        """Put one more pair, or group, on the disk."""
        checks = tuple(msgspec.structs.replace(found, evidence=()) for found in result.checks)
        kept = msgspec.structs.replace(result, checks=checks, measurements=(), record="", digest="")
        pair = Pair(job=task, result=kept) if isinstance(task, Job) else Pair(group=task, result=kept)
        self._lines.add(msgspec.json.encode(pair))


def _read(path: Path, head: Head) -> tuple[list[tuple[Task, CaseResult]], int]:
    """The pairs of a journal, and how many of its octets are whole lines."""
    lines, whole = whole_lines(path)
    first, *rest = lines or [b""]
    try:
        told = msgspec.json.decode(first, type=Head)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        told = None
    if told is None or told.format != FORMAT:
        raise PairsError(sentences.NO_JOURNAL(format=FORMAT).after(path))
    for name in ("commit", "seed", "rig"):
        was, wanted = getattr(told, name), getattr(head, name)
        if was != wanted:
            raise PairsError(sentences.PROOF_DIFFERS(name=name, was=was, wanted=wanted).after(path))
    found: list[tuple[Task, CaseResult]] = []
    for number, line in enumerate(rest, 2):
        try:
            pair = msgspec.json.decode(line, type=Pair)
            task = pair.job or pair.group
            if task is None:
                raise msgspec.ValidationError("no job")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise PairsError(sentences.NO_PAIR(number=number, error=error).after(path)) from None
        found.append((task, pair.result))
    return found, whole
