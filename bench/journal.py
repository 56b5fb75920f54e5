"""The journal of a run folder: what was asked for, who ran it when, and which attempts began and ended.

Leaves records to `history`, verdicts to the judges and reports to their room. It is what survives the bench's own power
cut, so that a run can be resumed and looked at from another shell: small files, each replaced in one piece and written
by one process only (`run.json` by the controlling one, an attempt's two files by the one that runs it).
"""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bench import sentences
from bench.case import CaseResult, Sitting
from bench.history.growing import sync_folder
from simulators.scratch import started

FORMAT = "carbonbench-run/1"
RUN, BEGUN, RESULT = "run.json", "attempt.json", "result.json"
LOCAL = timezone(timedelta(hours=8))

S = TypeVar("S", bound=msgspec.Struct)


class JournalError(Exception):
    """A journal that cannot be used; one sentence says where and why."""


class NoRun(JournalError):
    """A folder that was named is no run: a wrong word, no failure of the bench."""


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One process of one boot of one computer: its id alone would be used again."""

    pid: int
    ticks: int = 0
    boot: str = ""
    host: str = ""

    @classmethod
    def this(cls) -> Process:
        """The running process."""
        return cls(pid=os.getpid(), ticks=_ticks(os.getpid()), boot=_boot(), host=platform.node())

    def lives(self) -> bool | None:
        """Whether it still runs; None where that cannot be told from here (another computer)."""
        if self.host != platform.node():
            return None
        if self.boot != _boot():
            return False
        return _ticks(self.pid) == self.ticks if self.ticks else _answers(self.pid)


def _boot() -> str:
    """The identity of this boot of the computer; empty where the system does not tell."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return ""


def _ticks(pid: int) -> int:
    """When a process started, in ticks since the boot; 0 if it is gone, or the system does not tell."""
    return started(pid) or 0


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What must be the same when a run is resumed.

    `options` are those of the run by name. `inputs` maps each file the run was given to its SM3 (hex).
    """

    run: str
    commit: str
    options: dict[str, Any]
    inputs: dict[str, str] = {}


class Sat(msgspec.Struct, frozen=True, kw_only=True):
    """One sitting: started and ended (ISO 8601, empty while it goes on or when it was cut off), by which process.

    `seen` is the last sign of one that was cut off.
    """

    started: str
    process: Process
    workers: int = 1
    ended: str = ""
    seen: str = ""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt that a sitting means to run; `instead_of` is the interrupted one it repeats (0: none)."""

    case: str
    attempt: int
    instead_of: int = 0


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    """`run.json`: the settings, all sittings, and what the last of them means to run, in order."""

    format: str = FORMAT
    settings: Settings
    sittings: tuple[Sat, ...] = ()
    plan: tuple[Planned, ...] = ()

    def told(self) -> tuple[Sitting, ...]:
        """The sittings for a report."""
        return tuple(Sitting(started=sat.started, ended=sat.ended) for sat in self.sittings)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """`attempt.json`: an attempt began then, in that process."""

    case: str
    attempt: int
    instead_of: int = 0
    started: str
    process: Process


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt in a run folder; without `result` it is under way or was cut off. `folder` is its own."""

    folder: Path
    begun: Begun
    result: CaseResult | None = None


def now() -> str:
    """This instant as people read it."""
    return datetime.now(LOCAL).isoformat(timespec="milliseconds")


def place_of(case: str, attempt: int) -> Path:
    """The folder of an attempt below the run folder."""
    return Path("cases") / case / str(attempt)


class Journal:
    """Writes down that attempts begin and end. `durable` survives a power cut, at the price of the disk's time."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._folder = folder
        self._durable = durable
        self._me = Process.this()

    def begin(self, blank: CaseResult) -> None:
        """An attempt begins."""
        begun = Begun(
            case=blank.id,
            attempt=blank.attempt,
            instead_of=blank.instead_of,
            started=blank.started,
            process=self._me,
        )
        self._write(blank, BEGUN, begun)

    def finish(self, result: CaseResult) -> None:
        """An attempt ended, with this result."""
        self._write(result, RESULT, result)

    def _write(self, case: CaseResult, name: str, what: msgspec.Struct) -> None:
        path = self._folder / place_of(case.id, case.attempt) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_struct(path, what, durable=self._durable)


def write_struct(path: Path, what: msgspec.Struct, *, durable: bool) -> None:
    """Write a struct as JSON in one piece: whoever reads sees the old file or the new one."""
    fresh = path.with_name(f".{path.name}.fresh")
    with fresh.open("wb") as out:
        out.write(msgspec.json.encode(what) + b"\n")
        if durable:
            out.flush()
            os.fsync(out.fileno())
    fresh.replace(path)
    if durable:
        sync_folder(path.parent)


def write_run(folder: Path, what: RunFile) -> None:
    """Write `run.json`. Raises OSError."""
    write_struct(folder / RUN, what, durable=True)


def no_run(folder: Path, file: str) -> str:
    """What is said of a folder in which there is no such file of a run; the newest runs in it are named."""
    if not folder.is_dir():
        found = sentences.A_FILE() if folder.exists() else sentences.NOTHING()
        return sentences.NO_RUN_FOLDER(found=found).after(folder)
    runs = sorted(each.parent.name for each in folder.glob(f"*/{file}"))
    hint = sentences.RUNS_IN_IT(runs=runs[-3:]) if runs else sentences.SUCH_FOLDER()
    return sentences.NOT_A_RUN(file=file, hint=hint).after(folder)


def read_run(folder: Path) -> RunFile:
    """Read `run.json`. Raises JournalError, NoRun for a folder that is none."""
    path = folder / RUN
    if not path.exists():
        raise NoRun(no_run(folder, RUN))
    found = _read(path, RunFile)
    if found.format != FORMAT:
        raise JournalError(sentences.FILE_FORMAT(found=found.format, wanted=FORMAT).after(path))
    return found


def _read(path: Path, kind: type[S]) -> S:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise JournalError(sentences.JOURNAL_UNREADABLE(strerror=error.strerror).after(path)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise JournalError(sentences.NOT_OF_THE_BENCH(error=error).after(path)) from None


def attempts(folder: Path) -> Iterator[Found]:
    """The attempts of a run folder that have begun, in the order of their cases and numbers.

    A file that a power cut tore (it was not yet on the disk) is as good as none. Raises JournalError for any other that
    cannot be read, and for one that lies where it does not belong.
    """
    places = ((path.parent.parent.as_posix(), int(path.parent.name), path) for path in _begun(folder))
    for _, number, path in sorted(places):
        begun = _whole(path, Begun)
        if begun is None:
            continue
        result = _whole(path.with_name(RESULT), CaseResult)
        for name, told in (("case", (begun.case, begun.attempt)), ("result", result and (result.id, result.attempt))):
            if told and (told[1] != number or folder / place_of(*told) != path.parent):
                raise JournalError(sentences.MOVED(name=name, case=told[0], attempt=told[1]).after(path.parent))
        yield Found(folder=path.parent, begun=begun, result=result)


def _begun(folder: Path) -> Iterator[Path]:
    return (path for path in (folder / "cases").rglob(BEGUN) if path.parent.name.isdecimal())


def _whole(path: Path, kind: type[S]) -> S | None:
    """What a file holds; None if it is absent or was torn by a power cut (empty, or octets the disk never got)."""
    try:
        octets = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalError(sentences.JOURNAL_UNREADABLE(strerror=error.strerror).after(path)) from None
    return None if not octets.endswith(b"\n") else _read(path, kind)


def last_sign(folder: Path) -> str:
    """When something was last written about an attempt, as people read it; empty if nothing ever was."""
    times = [path.stat().st_mtime for path in (folder / "cases").rglob("*") if path.is_file()]
    return datetime.fromtimestamp(max(times), LOCAL).isoformat(timespec="milliseconds") if times else ""
