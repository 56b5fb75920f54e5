"""A terminal of a few lines of shell or Python in the real-time rigs, and cases of a few seconds for it.

Leaves the questions to the test modules.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from bench.case import Case, CaseResult, Finding, criterion
from bench.dut import adapter
from bench.dut.profile import Profile
from bench.facade.bench import Bench
from bench.history import Event, History, Received, TerminalState, read_history
from bench.layout.scenario import Scenario
from bench.rigs.real.bench import RealBench
from bench.run import CaseRig, Setup, run_case

PATIENCE_S = 240
"""What a program of a few lines may take on a machine that is busy with other things."""
LOOK_S = 0.05


def printed(bench: Bench, word: str, life: int = 1) -> int:
    """How many lines with a word the terminal's program has printed in this life of it."""
    log = cast(RealBench, bench).life.room.logs / f"terminal-{life}.log"
    return sum(word in line for line in log.read_text("utf-8").splitlines()) if log.exists() else 0


async def said(bench: Bench, word: str, times: int = 1, *, life: int = 1) -> None:
    """Wait until the program has printed so many lines with a word. Raises TimeoutError."""
    await _until(lambda: printed(bench, word, life) >= times)


async def told(bench: Bench, state: str) -> None:
    """Wait until the record says that the terminal is in this state. Raises TimeoutError."""
    events = cast(RealBench, bench)._recorder.events  # pyright: ignore[reportPrivateUsage]
    await _until(lambda: any(isinstance(event, TerminalState) and event.state == state for event in events))


async def recorded(bench: Bench, kind: type[Event]) -> None:
    """Wait until one more event of a kind is recorded. Raises TimeoutError."""
    events = cast(RealBench, bench)._recorder.events  # pyright: ignore[reportPrivateUsage]
    begun = len(events)
    await _until(lambda: any(isinstance(event, kind) for event in events[begun:]))


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(round(PATIENCE_S / LOOK_S)):
        if holds():
            return
        await asyncio.sleep(LOOK_S)
    raise TimeoutError(f"the terminal's program did not do it within {PATIENCE_S} s")


SEEN = criterion("seen", en="the case was judged", zh="用例已判定")


class LooksOn(Case):
    """Nothing is asked of the terminal; the bench waits for three seconds."""

    zh = "不作要求，等待三秒。"
    checks = {SEEN: ("isc-2/7.2.3e",)}
    scenario = Scenario(circuits=1, points=1, period_s=1, centres=("A",), kinds=())
    seconds = 3.0

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(self.seconds)

    def judge(self, history: History) -> Iterator[Finding]:
        yield SEEN.decide(True, measured=len(history.of(Received)))


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
