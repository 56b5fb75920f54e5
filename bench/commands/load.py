"""`carbonbench load`: a load as a file describes it, in a run folder like any other.

Leaves making the load to `bench.load`, and collecting verdicts and reports to the session of every run. As `--worker`
it makes load for a master on another machine and leaves no folder.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec

from bench.case import EXIT_ERROR, CaseResult
from bench.commands import sentences
from bench.commands.option import whole
from bench.commands.parsing import wrong_words
from bench.commands.running.attempts import of_history
from bench.commands.running.options import MOST_WORKERS, Options, SessionError, seed_of
from bench.commands.running.session import RigError, Session
from bench.commands.words import MASTER_PORT
from bench.journal import Planned
from bench.load.plan import LoadError, Plan, read_plan
from bench.load.run import ROOT, Hands
from bench.rigs.load import LoadRig
from bench.run import Setup, run_and_keep
from conformance.platform.load.as_asked import AsAsked
from simulators.shipped import SHIPPED

PROFILE = SHIPPED / "load" / "target.toml"
"""What stands for the item of a load that names none: the bench's own centre, or a host."""


@dataclass(frozen=True)
class Asked:
    """The words of the command line."""

    file: str
    out: str = "out"
    seed: str = ""
    workers: str = ""
    master: bool = False
    worker: bool = False
    master_host: str = ""
    bind: str = ""
    port: str = ""
    web: str = ""
    profile: str = ""


class LoadSession(Session):
    """A run of one load: its rig is the plan's, and so is the line that repeats it."""

    def __init__(self, options: Options, plan: Plan, hands: Hands, file: Path) -> None:
        self._load = (plan, hands, file)
        super().__init__(options)

    @cached_property
    def setup(self) -> Setup:
        """As every run's, on the rig of the load."""
        plan, hands, file = self._load
        workers = f" --workers {hands.workers}" if hands.workers else ""
        again = f"carbonbench load {shlex.quote(str(file))} --seed {plan.seed}{workers}"
        # The property of the base makes the setup; only its rig is another.
        return replace(Session.setup.func(self), rig=LoadRig(plan, hands), replay=again)

    def plan(self) -> list[Planned]:
        """The one attempt."""
        return [Planned(case=AsAsked.id(), attempt=1)]

    def make(self) -> CaseResult:
        """Make the load and judge it."""
        plan = self._load[0]
        same = {"__module__": AsAsked.__module__, "__doc__": AsAsked.__doc__, "plan": plan}
        case = type(AsAsked.__name__, (AsAsked,), same)
        self.started(case.id())
        found = of_history(*run_and_keep(case, self.setup))
        self.finished(found.result, self.decorate(found))
        return found.result


def main(asked: Asked) -> int:
    """Make the load; the exit code is a run's."""
    if asked.worker:
        return _worker(asked)
    problems: list[str] = []
    hands = _hands(asked, problems)
    if not asked.file:
        problems.append(sentences.LOAD_FILE().after("load"))
    if asked.master_host:
        problems.append(str(sentences.MASTER_HOST_ALONE()))
    seed = seed_of(asked.seed, problems) if asked.seed else None
    if problems:
        return wrong_words("\n".join(problems))
    try:
        plan = read_plan(Path(asked.file))
    except LoadError as error:
        return wrong_words(str(error))
    if seed is not None:
        plan = msgspec.structs.replace(plan, seed=seed)
    if hands.remote and plan.target.ours and plan.terminals.count:
        return wrong_words(sentences.FAR_WORKERS().after(asked.file))
    profile = Path(asked.profile) if asked.profile else PROFILE
    words = {"terminal": str(profile), "rig": "loopback", "out": asked.out, "seed": str(plan.seed)}
    try:
        session = LoadSession(Options.parse(words, live=True), plan, hands, Path(asked.file))
        session.begin(hands.processes)
    except SessionError as error:
        return wrong_words(str(error))
    except RigError as error:
        print(str(error), file=sys.stderr)
        return EXIT_ERROR
    session.expect(session.plan())
    try:
        session.make()
    except KeyboardInterrupt:
        return session.close(interrupted=True)
    return session.close()


def _port(asked: Asked, problems: list[str]) -> int:
    return whole("--port", asked.port, problems, least=1, most=65_535) if asked.port else MASTER_PORT


def _hands(asked: Asked, problems: list[str]) -> Hands:
    workers = whole("--workers", asked.workers, problems, least=1, most=MOST_WORKERS) if asked.workers else 0
    port = _port(asked, problems)
    web = asked.web
    if web:
        host, colon, number = web.rpartition(":")
        if not number.isdecimal() or not 0 < int(number) < 65_536:
            problems.append(sentences.WEB_PORT().after(f"--web {web}"))
        web = f"{host if colon and host else '127.0.0.1'}:{number}"
    if asked.master and not workers:
        problems.append(sentences.HOW_MANY_WORKERS().after("--master"))
    if not asked.master and (asked.bind or asked.port):
        problems.append(str(sentences.BIND_ALONE()))
    if asked.master:
        return Hands(remote=workers, bind=asked.bind or "*", port=port, web=web)
    return Hands(workers=workers, web=web)


def _worker(asked: Asked) -> int:
    """Make load for a master; the file is the master's, so that none is given here."""
    problems: list[str] = []
    port = _port(asked, problems)
    given = {"a file": asked.file, "--workers": asked.workers, "--web": asked.web, "--master": asked.master}
    others = [name for name, value in given.items() if value]
    if others:
        problems.append(sentences.OF_MASTER(others=others).after("--worker"))
    if not asked.master_host:
        problems.append(sentences.WHERE_MASTER().after("--worker"))
    if problems:
        return wrong_words("\n".join(problems))
    words = [sys.executable, "-m", "bench.load.engine", "worker", "--master", asked.master_host, "--port", str(port)]
    try:
        return subprocess.run(words, cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return EXIT_ERROR
