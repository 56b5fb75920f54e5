"""A process with the whole house imported, which becomes one command of carbonbench after another by forking.

Leaves who asks for what to `suite_kit`. A command still has a process, a folder, an environment and streams of its
own; what it has not is the second that every interpreter takes to import the same modules, to prove the injectors of
virtual time with the usual seed, and to read the ledger, the references' profiles and the templates of the reports.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

# What a run, a proof and the readers of folders import; they import it anyhow, this is only sooner.
_IMPORTED = (
    "allure_pytest.plugin",
    "bench.cli",
    "bench.commands.proof.prove",
    "bench.commands.finished.rejudge",
    "bench.dut.reference",
    "bench.plugin",
    "bench.rigs.virtual",
    "reports.html",
    "reports.run_folder",
    "xdist.plugin",
)

_USUAL_SEED = 1


class Job(NamedTuple):
    """A command: its words, its folder, its environment, and the files of its streams."""

    words: Sequence[str]
    cwd: str
    env: Mapping[str, str]
    given: str
    out: str
    err: str


class Warm:
    """The process, from the side of the tests; it ends with whoever started it."""

    def __init__(self, env: Mapping[str, str], command: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(command)],
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, job: Job) -> int:
        """Run a command to its end; its exit code. Whatever interrupts the wait ends the command too."""
        assert self._process.stdin and self._process.stdout
        try:
            print(json.dumps(job), file=self._process.stdin, flush=True)
            return int(self._process.stdout.readline())
        except BaseException:
            self.end()
            raise

    @property
    def alive(self) -> bool:
        """Whether it can take another command."""
        return self._process.poll() is None

    def end(self) -> None:
        """End it with the command that it has become."""
        if self.alive:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _serve(asked: IO[str], answers: IO[str], command: str) -> None:
    from conformance.clauses.suite import case_classes
    from conformance.defects import all_defects

    for name in _IMPORTED:
        importlib.import_module(name)
    case_classes()
    all_defects()
    _remember()
    # A command never looks at what it shares with the others, which stays shared so.
    gc.freeze()
    while line := asked.readline():
        child = os.fork()
        if child == 0:
            answers.close()
            sys.exit(_become(Job(*json.loads(line)), command))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)


def _remember() -> None:
    """What every command works out anew in a process of its own, and what does not depend on who asks."""
    from bench.commands.running.options import REFERENCE_PROFILES
    from bench.commands.running.session import ledger_answers, rig_named
    from bench.dut.profile import load_profile
    from reports.html import environment
    from reports.ledger import entries

    rig_named("virtual").self_test(_USUAL_SEED)
    for path in REFERENCE_PROFILES.values():
        load_profile(path)
    ledger_answers()
    entries()
    for name in ("report.html.j2", "prove.html.j2"):
        environment().get_template(name)


def _become(job: Job, command: str) -> int:
    """In the child: be the command, to its end."""
    for number, path in enumerate((job.given, job.out, job.err)):
        stream = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY)
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(job.env)
    os.chdir(job.cwd)
    sys.argv = [command, *job.words]
    return importlib.import_module("bench.cli").main()


if __name__ == "__main__":
    sys.path[0] = str(Path(sys.argv[1]).parent)
    # What a module prints as it is imported is nobody's answer.
    _answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _serve(sys.stdin, _answers, sys.argv[1])
