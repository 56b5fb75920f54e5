"""The command line as a user has it: carbonbench in a process of its own, and what a run folder must hold.

Leaves the questions to the test modules. Every call refuses a traceback, whatever else it asks for.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from house import ROOT
from warm import Job, Warm

from bench.cli import main

_THREAD = threading.local()
COMMAND = Path(sys.executable).with_name("carbonbench")
REFERENCE = ROOT / "fixtures" / "terminals" / "reference.toml"
WORKS = ROOT / "fixtures" / "worlds" / "works.toml"

# Cases that take a blink of wall time and between them touch polling, commands, counters, values and the local store.
QUICK = (
    "accuracy/takes-over-edge-values",
    "commands/reads-meters-on-command",
    "processing/counts-each-step-over-full-scale",
    "processing/rejects-readings-out-of-range",
)


@dataclass(frozen=True)
class Told:
    """What a command left: exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def problems(self) -> list[str]:
        """The sentences on standard error."""
        return [line.removeprefix("ERROR: ") for line in self.err.splitlines() if line.strip()]


def environment(**extra: str) -> dict[str, str]:
    """The environment of a user: no colours, wide lines, nothing of the pytest that runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return {**kept, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONUTF8": "1", **extra}


def call(words: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, given: str = "") -> Told:
    """Run a program to its end; no program of ours ever shows a traceback."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=dict(env or environment()),
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=3600,
        check=False,
    )
    return _without_traceback(Told(done.returncode, done.stdout, done.stderr), words)


def carbonbench(
    *words: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
    given: str = "",
) -> Told:
    """Run one command of carbonbench to its end, in a process that has imported the house already.

    With an environment of its own it is started from nothing, as `call` starts it: an interpreter reads some of it.
    `more` are variables beside the usual ones that no interpreter reads.
    """
    if env is not None:
        return call([COMMAND, *words], cwd=cwd, env=env, given=given)
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("given", "out", "err")]
        streams[0].write_text(given, "utf-8")
        job = Job([str(word) for word in words], str(cwd), environment(**(more or {})), *map(str, streams))
        code = _warm().run(job)
        told = Told(code, *(path.read_text("utf-8") for path in streams[1:]))
    return _without_traceback(told, words)


def _warm() -> Warm:
    """One for each thread: two that run side by side are two processes."""
    found: Warm | None = getattr(_THREAD, "warm", None)
    if found is None or not found.alive:
        found = _THREAD.warm = Warm(environment(), COMMAND)
        atexit.register(found.end)
    return found


def _without_traceback(told: Told, words: Sequence[str | Path]) -> Told:
    for text in (told.out, told.err):
        assert "Traceback" not in text and "INTERNALERROR" not in text, f"{words}\n{text}"
    return told


def in_place(*words: str | Path, cwd: Path) -> Told:
    """Run one command of carbonbench in this process: for what it says and how it ends, not how it starts.

    An exception that gets out of it is the test's. What reads standard input or needs a screen of its own has
    `carbonbench`.
    """
    out, err = io.StringIO(), io.StringIO()
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with (
            patch.dict(os.environ, environment(), clear=True),
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                code = main([str(word) for word in words])
            except SystemExit as end:
                code = end.code
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    assert isinstance(code, int), code
    return _without_traceback(Told(code, out.getvalue(), err.getvalue()), words)


def choose(cases: Sequence[str] = QUICK) -> list[str]:
    """The options that select these cases."""
    return [word for case in cases for word in ("--case", case)]


def run_folder(out: Path) -> Path:
    """The one run folder below `out`."""
    (folder,) = out.iterdir()
    return folder


def verdicts(folder: Path) -> dict[str, Any]:
    """The run's verdicts.json."""
    return json.loads((folder / "verdicts.json").read_text("utf-8"))


def alter(path: Path, line: int) -> None:
    """Another digit in place of the last one of this line (the first is 1)."""
    lines = path.read_bytes().splitlines(keepends=True)
    octets = bytearray(lines[line - 1])
    place = max(index for index, octet in enumerate(octets) if chr(octet).isdigit())
    octets[place] = ord("7") if octets[place] != ord("7") else ord("8")
    lines[line - 1] = bytes(octets)
    path.write_bytes(b"".join(lines))


def sm3(octets: bytes) -> bytes:
    """SM3 of octets."""
    return hashlib.new("sm3", octets).digest()


def chain_of(record: Path) -> str:
    """The digest of a record by docs/FORMATS.md alone, every line's share of it compared; no code of the bench."""
    link = sm3(b"carbonbench history 1")
    shown = ""
    for line in record.read_bytes().splitlines():
        shown, event = line[2 : line.index(b'",')].decode(), line[line.index(b'",') + 2 : -1]
        link = sm3(link + event)
        assert link.hex().startswith(shown)
    assert shown == link.hex()
    return shown


def digest_of(folder: Path) -> str:
    """The run's digest by docs/FORMATS.md alone."""
    lines = [
        f"{record.parent.parent.relative_to(folder / 'cases').as_posix()}#{record.parent.name} {chain_of(record)}\n"
        for record in (folder / "cases").rglob("record.jsonl")
    ]
    return sm3("".join(sorted(lines)).encode()).hex()


ELSEWHERE = {
    "PYTHONHASHSEED": "4242",
    "TZ": "Pacific/Chatham",
    "LANG": "zh_CN.UTF-8",
    "LC_ALL": "zh_CN.UTF-8",
    "LANGUAGE": "zh_CN",
}
"""Everything of a process that no history may depend on, unlike that of the tests."""


def repeated_elsewhere(room: Path, cases: Sequence[str] = ()) -> Path:
    """The run folder of these cases (none named: all), run in one process, another directory and surroundings."""
    cwd = room / "another directory"
    cwd.mkdir(parents=True)
    told = carbonbench("run", "-n", "1", *choose(cases), cwd=cwd, env=environment(**ELSEWHERE))
    assert told.code == 0, told.out + told.err
    return run_folder(cwd / "out")


def digests(folder: Path) -> dict[str, str]:
    """The digest of every record of a run, by case."""
    return {case["id"]: case["digest"] for case in verdicts(folder)["cases"] if case["record"]}
