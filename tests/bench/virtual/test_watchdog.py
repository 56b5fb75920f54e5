"""A terminal that stops time for everybody: ended from outside, named with its line, and its claims fail."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bench.case import Case, CaseResult, Finding, Verdict, criterion
from bench.dut import Seat
from bench.dut.profile import Profile
from bench.facade.bench import Bench
from bench.history import CutShort, History, read_history
from bench.layout.scenario import Scenario
from bench.rigs.virtual import VirtualRig
from bench.run import Setup, run_case

PATIENCE_S = 1.0
"""Wall clock; only what hangs waits for so long."""
SEEN = criterion("seen", en="the case was judged", zh="用例已判定")


class LooksOn(Case):
    """An hour passes."""

    zh = "等待一小时。"
    checks = {SEEN: ("isc-2/7.2.3e",)}
    scenario = Scenario(circuits=1, points=1, centres=("A",), kinds=())

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield SEEN.decide(None)


class Terminal:
    """A terminal that is one function."""

    name = "one-function"
    in_process = True

    def __init__(self, program: Callable[[], Awaitable[None]]) -> None:
        self._program = program

    async def run(self, seat: Seat) -> None:
        """Run it."""
        del seat
        await self._program()

    async def ask(self, seat: Seat, what: str, query: Mapping[str, str]) -> tuple[dict[str, str], ...]:
        """Nothing to ask."""
        raise LookupError(what)


async def never_yields() -> None:
    while True:
        pass


async def blocks_the_thread() -> None:
    time.sleep(3600)  # noqa: ASYNC251


async def never_rests() -> None:
    while True:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def refuses() -> None:
    raise ValueError("no licence")


async def starts_itself_over_and_over() -> None:
    while True:
        try:
            await refuses()
        except ValueError:
            await asyncio.sleep(1e-7)


async def crashes() -> None:
    raise ValueError("no licence")


async def ends() -> None:
    return


async def works() -> None:
    while True:  # noqa: ASYNC110
        await asyncio.sleep(1)


def look(program: Callable[[], Awaitable[None]], folder: Path) -> CaseResult:
    """An hour with such a terminal."""
    setup = Setup(
        rig=VirtualRig(PATIENCE_S),
        profile=Profile(path="p.toml", name="one function", adapter="one-function"),
        adapter=lambda: Terminal(program),
        master_seed=1,
        commit="test",
        folder=folder,
    )
    return run_case(LooksOn, setup)


@pytest.mark.parametrize(
    "program",
    [never_yields, blocks_the_thread, never_rests, starts_itself_over_and_over],
    ids=lambda program: program.__name__,
)
def test_a_terminal_that_stops_time_fails_and_is_named_with_its_line(
    program: Callable[[], Awaitable[None]], tmp_path: Path
) -> None:
    result = look(program, tmp_path)
    assert result.verdict is Verdict.FAIL
    assert "the terminal never lets time go on: it was at " in result.reason
    # What strikes may find the program in what it calls.
    assert "test_watchdog.py:" in result.reason
    assert any(f" in {each.__name__} " in result.reason for each in (program, refuses))
    assert {found.verdict for found in result.checks} == {Verdict.FAIL}
    (short,) = read_history(tmp_path / result.record).of(CutShort)
    assert short.because == "terminal"


@pytest.mark.parametrize(
    ("program", "said"), [(crashes, "crashed: ValueError: no licence"), (ends, "stopped by itself")]
)
def test_a_terminal_that_ends_fails_what_it_claims(
    program: Callable[[], Awaitable[None]], said: str, tmp_path: Path
) -> None:
    result = look(program, tmp_path)
    assert result.verdict is Verdict.FAIL
    assert said in result.checks[0].actual


def test_a_terminal_that_lets_time_go_on_is_left_alone(tmp_path: Path) -> None:
    result = look(works, tmp_path)
    assert result.verdict is Verdict.INCONCLUSIVE  # it claims neither meters nor centres
    assert result.simulated_s == 3600


UNBREAKABLE = """
import sys
from pathlib import Path
from test_watchdog import look

async def takes_no_interruption():
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue

look(takes_no_interruption, Path(sys.argv[1]))
"""


def test_code_that_no_exception_ends_ends_the_process_and_is_named(tmp_path: Path) -> None:
    script = tmp_path / "unbreakable.py"
    script.write_text(UNBREAKABLE)
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    found = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert found.returncode == 1
    assert "cannot be broken off" in found.stderr and "unbreakable.py:" in found.stderr
