"""A terminal of a few lines of shell or Python in the real-time rigs, and cases of a few seconds for it.

Leaves the questions to the test modules.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.bench import Bench
from bench.case import Case, CaseResult, Finding, check
from bench.history import Event, History, Received, TerminalState, read_history
from bench.profile import Profile
from bench.run import CaseRig, Setup, run_case
from bench.scenario import Scenario
from bench.terminals import adapter


class LooksOn(Case):
    """Nothing is asked of the terminal; the bench waits for three seconds."""

    zh = "不作要求，等待三秒。"
    clauses = ("isc-2/7.2.3e",)
    scenario = Scenario(circuits=1, points=1, period_s=1, centres=("A",), kinds=())
    seconds = 3.0

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(self.seconds)

    def judge(self, history: History) -> Iterator[Finding]:
        yield check("seen", True, en="the case was judged", zh="用例已判定", measured=len(history.of(Received)))


def profile(command: list[str], **connection: Any) -> Profile:
    """A profile of a program."""
    return Profile(path="profile.toml", name="test", adapter="command", connection={"command": command, **connection})


def conduct(rig: CaseRig, case: type[Case], terminal: Profile, folder: Path, **options: Any) -> CaseResult:
    """Run one case; the record is below `folder`."""
    setup = Setup(
        rig=rig,
        profile=terminal,
        adapter=lambda: adapter(terminal.adapter),
        master_seed=1,
        commit="test",
        folder=folder,
        **options,
    )
    return run_case(case, setup)


def record(result: CaseResult, folder: Path) -> History:
    """The history of a result."""
    return read_history(folder / result.record)


def states(result: CaseResult, folder: Path) -> dict[str, str]:
    """States the terminal was in and what was told of them."""
    return {event.state: event.detail for event in record(result, folder).of(TerminalState)}


def kinds(history: History) -> list[type[Event]]:
    """Types of the events in order."""
    return [type(event) for event in history.events]


def python(code: str, **words: Any) -> list[str]:
    """A command line that runs a few lines of Python; `words` are given as JSON in the name `words`."""
    head = f"import json; words = json.loads({json.dumps(json.dumps(words))})\n"
    return ["{{ python }}", "-I", "-S", "-c", head + code]


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """An environment for a program that is started by hand."""
    import os

    return {**os.environ, **given}
