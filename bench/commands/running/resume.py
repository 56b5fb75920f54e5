"""Resuming a run: whether its settings still hold, what was cut off, and which attempts are still to run.

Leaves the files to `bench.journal` and the records to `bench.history.growing`. Every attempt that began stays in the
report: a finished one as it is, an interrupted one as an error of the bench that a further attempt repeats (R-07).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import msgspec

from bench.case import Case, CaseResult, Verdict
from bench.case.judging import judge
from bench.case.program_evidence import reasons
from bench.commands import sentences
from bench.dut.profile import Profile
from bench.history import History, HistoryError, Trouble, read_history
from bench.history.growing import INTERRUPTED, seal_interrupted, whole_record
from bench.journal import Found, Journal, JournalError, Process, RunFile, Settings, attempts, read_run
from bench.run import RECORD, Setup, blank_result

_LONGEST_NAME = 250


class ResumeError(Exception):
    """A run that cannot be resumed; one sentence a line."""


class Done(msgspec.Struct, frozen=True):
    """An attempt that ended before this sitting."""

    case: str
    attempt: int
    instead_of: int
    interrupted: bool


def sm3_of(path: Path) -> str:
    """SM3 of a file in hex. Raises OSError."""
    return hashlib.new("sm3", path.read_bytes()).hexdigest()


def inputs_of(paths: Sequence[Path]) -> dict[str, str]:
    """The files a run was given, with their digests. Raises OSError."""
    return {str(path.resolve()): sm3_of(path) for path in paths}


def files_named(profile: Profile) -> list[Path]:
    """The files that a profile's connection names, relative to it: rig, templates, certificates."""
    folder = Path(profile.path).parent
    return [path for path in dict.fromkeys(folder / text for text in _texts(profile.connection)) if path.is_file()]


def _texts(value: object) -> Iterator[str]:
    """Every text that can be the name of a file, at any depth."""
    if isinstance(value, dict):
        for inner in cast(dict[str, object], value).values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in cast(list[object], value):
            yield from _texts(inner)
    elif isinstance(value, str) and value and "\n" not in value and "\0" not in value and len(value) < _LONGEST_NAME:
        yield value


def resumable(folder: Path, commit: str) -> RunFile:
    """The run of a folder, once it is sure that nobody runs it and that nothing it depends on is another one now.

    Raises ResumeError with every reason against it.
    """
    try:
        run = read_run(folder)
        begun = list(attempts(folder))
    except JournalError as error:
        raise ResumeError(str(error)) from None
    problems = [*_running(folder, run, begun), *_changed(folder, run.settings, commit)]
    if (folder / "manifest.json").exists() and run.sittings[-1].ended and not left(run, begun):
        problems.append(sentences.RUN_FINISHED().after(f"--resume {folder}"))
    problems += forged(begun)
    if problems:
        raise ResumeError("\n".join(problems))
    return run


def _running(folder: Path, run: RunFile, begun: Sequence[Found]) -> Iterator[str]:
    processes = [sat.process for sat in run.sittings if not sat.ended]
    processes += [each.begun.process for each in begun if each.result is None]
    for process in dict.fromkeys(processes):
        lives = process.lives()
        if lives:
            yield sentences.STILL_RUNNING(pid=process.pid).after(f"--resume {folder}")
        elif lives is None:
            yield (sentences.OTHER_HOST(host=process.host).after(f"--resume {folder}"))


def _changed(folder: Path, settings: Settings, commit: str) -> Iterator[str]:
    if settings.commit != commit:
        yield sentences.OTHER_COMMIT(commit=settings.commit, now=commit).after(f"--resume {folder}")
    for name, digest in settings.inputs.items():
        try:
            found = sm3_of(Path(name))
        except OSError as error:
            yield sentences.INPUT_UNREADABLE(name=name, strerror=error.strerror).after(f"--resume {folder}")
            continue
        if found != digest:
            told = sentences.INPUT_CHANGED(name=name, wanted=digest[:16], found=found[:16])
            yield told.after(f"--resume {folder}")


def forged(begun: Sequence[Found]) -> Iterator[str]:
    """Finished attempts are kept only while their records prove themselves."""
    for found in begun:
        result = found.result
        if result is None or not result.record:
            continue
        try:
            digest = read_history(found.folder / Path(result.record).name).digest
        except HistoryError as error:
            yield str(error)
            continue
        if digest != result.digest:
            yield sentences.OTHER_RECORD().after(found.folder)


def left(run: RunFile, begun: Sequence[Found]) -> bool:
    """Whether something of the last plan never ended, or was interrupted and not repeated."""
    results = {(each.begun.case, each.begun.attempt): each.result for each in begun}
    repeated = {(each.begun.case, each.begun.instead_of) for each in begun if each.begun.instead_of}
    planned = {(each.case, each.attempt) for each in run.plan} | results.keys()
    return any(
        result is None or (result.interrupted and key not in repeated)
        for key in planned
        for result in [results.get(key)]
    )


def settle(folder: Path, setup: Setup, cases: Mapping[str, type[Case]]) -> list[CaseResult]:
    """The results of all attempts of a folder that have begun; those that were cut off get theirs now.

    Nothing may be running there. Raises ResumeError when what an attempt left was altered.
    """
    results: list[CaseResult] = []
    problems: list[str] = []
    try:
        for found in attempts(folder):
            if found.begun.case not in cases:
                problems.append(sentences.NO_CASE_IN_SUITE(case=found.begun.case).after(found.folder))
                continue
            try:
                results.append(found.result or _settled(found, setup, cases[found.begun.case]))
            except HistoryError as error:
                problems.append(str(error))
    except JournalError as error:
        problems.append(str(error))
    if problems:
        raise ResumeError("\n".join(problems))
    return results


def _settled(found: Found, setup: Setup, case: type[Case]) -> CaseResult:
    """The result of an attempt that began and never said how it ended."""
    blank = msgspec.structs.replace(
        blank_result(case, setup, found.begun.attempt, found.begun.instead_of), started=found.begun.started
    )
    record = found.folder / RECORD
    history = whole_record(record)
    result = _judged(blank, case, history) if history else None
    if result is None:
        history, words = seal_interrupted(record) if history is None else (history, str(sentences.RECORD_WHOLE()))
        result = msgspec.structs.replace(
            blank, verdict=Verdict.ERROR, interrupted=True, reason=f"{INTERRUPTED}; {words}"
        )
    if history:
        at = (found.folder / RECORD).relative_to(setup.folder).as_posix()
        result = msgspec.structs.replace(result, record=at, digest=history.digest)
        if history.began.case != blank.id:
            # It drove for several: whose drive it was stands in the record.
            shared = f"{history.began.case}#{blank.attempt}"
            result = msgspec.structs.replace(result, drive=shared, seed=history.began.seed)
    Journal(setup.folder, durable=True).finish(result)
    return result


def _judged(blank: CaseResult, case: type[Case], history: History) -> CaseResult | None:
    """The result of an attempt that has its whole record and only lacked judgement; None if it cannot be judged."""
    if any(trouble.what == INTERRUPTED for trouble in history.of(Trouble)):
        return None
    try:
        judged = judge(case(), history)
    except Exception:
        return None
    return msgspec.structs.replace(
        blank,
        verdict=judged.verdict,
        checks=judged.checks,
        measurements=judged.measurements,
        reason="; ".join(filter(None, (*judged.faults, reasons(history, judged.checks)))),
        simulated_s=(history.end_us - history.events[0].t) / 1e6,
    )


def wait_for_workers(folder: Path, longest_s: float = 10) -> None:
    """Wait until no other process is at an attempt of this folder any more, but not for ever."""
    until = time.monotonic() + longest_s
    me = Process.this()
    while time.monotonic() < until and any(
        each.result is None and each.begun.process != me and each.begun.process.lives() for each in attempts(folder)
    ):
        time.sleep(0.1)


def still_to_run(planned: Sequence[int], done: Sequence[Done]) -> list[tuple[int, int]]:
    """The attempts of one case that are left: number, and the number of the interrupted one it repeats (0: none)."""
    by_number = {each.attempt: each for each in done}
    repeats = {each.instead_of: each.attempt for each in done if each.instead_of}
    free = max([*planned, *by_number], default=0) + 1
    found: list[tuple[int, int]] = []
    for number in planned:
        current = number
        while current in repeats:
            current = repeats[current]
        if current not in by_number:
            found.append((current, 0))
        elif by_number[current].interrupted:
            found.append((free, current))
            free += 1
    return found
