"""Programs that are not ours, so many times faster: their clocks and waits agree, whatever they are written in."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from process_kit import LooksOn, conduct, profile, python, record, said

from bench.case import Mark, Verdict, criterion
from bench.case.starved import conditioned
from bench.cli import main
from bench.facade.bench import Bench
from bench.history import History, TerminalState
from bench.real.faketime import FastStart, fast_requirements
from bench.real.haste import FastLoop, of_the_wall, rate_now
from bench.real.realclock import RealClock
from bench.rigs.loopback import RIG as LOOPBACK
from bench.rigs.places.hastened import hastened
from bench.rigs.process import RIG as PROCESS
from bench.run import CaseRig

RATE = 60
PYTHON = """
import asyncio, select, threading, time
def wait(name, call):
    wall, own = time.time(), time.monotonic()
    call()
    print(name, time.time() - wall, time.monotonic() - own, flush=True)
wait("sleep", lambda: time.sleep(30))
wait("asyncio", lambda: asyncio.run(asyncio.sleep(30)))
wait("select", lambda: select.select([], [], [], 30))
wait("lock", lambda: threading.Event().wait(30))
"""
NODE = """
const wall = Date.now(), own = performance.now()
setTimeout(() => console.log("timer", (Date.now() - wall) / 1000, (performance.now() - own) / 1000), 30000)
"""
C = """
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
static double at(clockid_t c) { struct timespec t; clock_gettime(c, &t); return t.tv_sec + t.tv_nsec / 1e9; }
int main(void)
{
    struct timespec half = {30, 0};
    for (int i = 0; i < 3; i++) {
        double wall = at(CLOCK_REALTIME), own = at(CLOCK_MONOTONIC);
        if (i == 0) sleep(30); else if (i == 1) poll(0, 0, 30000); else nanosleep(&half, 0);
        printf("wait %f %f\\n", at(CLOCK_REALTIME) - wall, at(CLOCK_MONOTONIC) - own);
    }
    return 0;
}
"""
JAVA = """
public class Waits {
    public static void main(String[] words) throws Exception {
        long wall = System.currentTimeMillis(), own = System.nanoTime();
        Thread.sleep(30000);
        double[] took = {(System.currentTimeMillis() - wall) / 1e3, (System.nanoTime() - own) / 1e9};
        System.out.println("sleep " + took[0] + " " + took[1]);
    }
}
"""


@pytest.fixture(autouse=True)
def fast(program: Callable[[str], str]) -> None:
    """What accelerates is here, or the test says loudly that it is not."""
    program("faketime")
    program("cc")


def waits(command: list[str], folder: Path) -> list[list[float]]:
    """Run a program so many times faster; by how much wall and monotonic clock moved in each of its waits."""
    with FastStart(folder / "clock", RATE) as start:
        env = {**os.environ, **start.environment()}
        told = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, timeout=120, check=True)
    assert not list(Path("/dev/shm").glob(f"*carbonbench-{os.getpid()}-*"))
    return [[float(word) for word in line.split()[1:]] for line in told.stdout.splitlines()]


def command_of(language: str, folder: Path, program: Callable[[str], str]) -> list[str]:
    """The program in a language, made where it has to be."""
    match language:
        case "python":
            return [sys.executable, "-I", "-S", "-c", PYTHON]
        case "node":
            return [program("node"), "-e", NODE]
        case "java":
            (folder / "Waits.java").write_text(JAVA)
            return [program("java"), "Waits.java"]
        case _:
            (folder / "waits.c").write_text(C)
            subprocess.run([program("cc"), "-o", "waits", "waits.c"], cwd=folder, check=True)
            return ["./waits"]


@pytest.mark.parametrize(("language", "count"), [("python", 4), ("node", 1), ("c", 3), ("java", 1)])
def test_waits_pass_faster_and_both_clocks_agree(
    language: str, count: int, tmp_path: Path, program: Callable[[str], str]
) -> None:
    found = waits(command_of(language, tmp_path, program), tmp_path)
    assert len(found) == count
    for wall, own in found:
        # Not early; how late is the machine's affair.
        assert wall > 29.5 and own > 29.5
        assert abs(wall - own) < max(2.0, wall - 29)


def test_a_loop_is_as_much_faster_as_the_clock() -> None:
    async def work() -> tuple[float, float, int, float]:
        clock = RealClock(RATE, at_us=1_000_000_000_000_000)
        loop = asyncio.get_running_loop()
        began, first = loop.time(), clock.now_us()
        await asyncio.sleep(60)
        return loop.time() - began, (clock.now_us() - first) / 1e6, rate_now(), of_the_wall(2)

    with asyncio.Runner(loop_factory=lambda: FastLoop(RATE)) as runner:
        by_loop, by_clock, rate, wall = runner.run(work())
    assert by_loop >= 60 and abs(by_loop - by_clock) < by_loop
    assert (rate, wall) == (RATE, 2 * RATE)


class Minute(LooksOn):
    """A minute of the world with a program that counts its own."""

    async def drive(self, bench: Bench) -> None:
        await said(bench, "second", times=20)
        await bench.clock.sleep(30)


COUNTS = "import time\nfor n in range(100000):\n    print('second', int(time.time()), flush=True)\n    time.sleep(1)"


@pytest.mark.parametrize("rig", [PROCESS, LOOPBACK], ids=["process", "loopback"])
def test_a_case_in_an_accelerated_world_says_so_at_every_check(rig: CaseRig, tmp_path: Path) -> None:
    result = conduct(rig, Minute, profile(python(COUNTS)), tmp_path, accelerate=20)
    assert result.verdict is Verdict.PASS, result.reason
    history = record(result, tmp_path)
    assert history.began.accelerated == 20
    assert [found.mark for found in result.checks] == [Mark.ACCELERATED]
    assert result.simulated_s > 30
    # The program's clock is the world's.
    (log,) = (tmp_path / result.record).parent.glob("terminal-1.log")
    told = [int(line.split()[1]) for line in log.read_text().splitlines() if line.startswith("second")]
    began_s = history.of(TerminalState)[0].t // 1_000_000
    assert told[0] >= began_s - 1 and told[-1] <= history.end_us // 1_000_000 + 1


def test_a_time_limit_missed_in_a_faster_world_is_open(tmp_path: Path) -> None:
    result = conduct(LOOPBACK, Minute, profile(python(COUNTS)), tmp_path, accelerate=20)
    history: History = record(result, tmp_path)
    slow = criterion("slow", en="a", zh="甲", timed=True).decide(False)
    lost = criterion("lost", en="a", zh="甲").decide(False)
    first, second = conditioned(history, [slow, lost])
    assert first.verdict is Verdict.INCONCLUSIVE and "20 times faster" in first.actual
    assert second.verdict is Verdict.FAIL


class Link:
    """What a link was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *words: self.asked.append((name, words[-1]))


def test_what_links_are_asked_in_the_worlds_seconds_they_do_in_the_walls() -> None:
    link = Link()
    fast: Any = hastened(cast(Any, link), 10)
    fast.delay(1.0)
    fast.jitter(2.0)
    fast.reorder(0.5, 3.0)
    fast.rate(1000)
    fast.loss(0.25)
    assert link.asked == [("delay", 0.1), ("jitter", 0.2), ("reorder", 0.3), ("rate", 10_000), ("loss", 0.25)]
    assert hastened(cast(Any, link), 1) is link


def test_only_programs_are_accelerated(capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (["--rig", "virtual", "--accelerate", "5"], "what is accelerated is a program"),
        (["--rig", "loopback", "--accelerate", "0"], "expected a whole number of at least 1"),
        (["--rig", "loopback", "--accelerate", "soon"], "expected a whole number of at least 1"),
    ):
        assert main(["run", "--case", "realtime/delivers-within-minutes", *words]) == 4
        assert told in capsys.readouterr().err


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fast_requirements() == []
    monkeypatch.setenv("PATH", "/nowhere")
    (told,) = fast_requirements()
    assert "no C compiler" in told
