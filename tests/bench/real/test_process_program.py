"""A program on the bench: its end in words, its screen within bounds, and nothing of it left afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bench.real import program
from bench.real.keeper import FLOOD_OCTETS, HEAD_OCTETS, TAIL_OCTETS
from bench.real.program import Ending, Program, ProgramError


def run(work: Callable[[], Awaitable[object]]) -> object:
    """Run a coroutine function."""

    async def main() -> object:
        return await work()

    return asyncio.run(main())


def words_of(argv: list[str], folder: Path, *, after_s: float | None = None) -> Ending:
    """How a program ended, by itself or killed after a while."""

    async def work() -> Ending:
        started = await Program.start(argv, env=os.environ, cwd=folder, log=folder / "log")
        if after_s is None:
            return await asyncio.wait_for(started.ended, 120)
        await asyncio.sleep(after_s)
        return await started.kill()

    found = run(work)
    assert isinstance(found, Ending)
    return found


def alive(mark: str) -> list[int]:
    """Processes whose command line has a word."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return [each for each in found if each != os.getpid()]


def gone(mark: str, within_s: float = 120) -> bool:
    """Whether no process with that word is left, soon."""
    deadline = time.monotonic() + within_s
    while alive(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(params=[True, False], ids=["own namespace", "no rights"])
def isolated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """With a process namespace of its own, and without one as an ordinary user has it."""
    monkeypatch.setattr(program, "may_isolate", lambda: request.param)
    return bool(request.param)


def test_the_end_of_a_program_is_told_in_words(tmp_path: Path, isolated: bool) -> None:
    ending = words_of(["/bin/sh", "-c", "echo first; echo out of memory >&2; exit 3"], tmp_path)
    assert ending.code == 3 and ending.last == ("first", "out of memory")
    assert ending.words() == f"ended with exit code 3 after {ending.ran_s:g} s; last output: first | out of memory"
    assert "was ended by SIGSEGV" in words_of(["/bin/sh", "-c", "kill -SEGV $$"], tmp_path).words()


def test_a_program_that_does_not_exist_is_a_sentence(tmp_path: Path, isolated: bool) -> None:
    ending = words_of(["/opt/gateway/bin/gw"], tmp_path)
    assert ending.words() == "could not be started: /opt/gateway/bin/gw: No such file or directory"


def test_what_a_program_has_started_goes_with_it(tmp_path: Path, isolated: bool) -> None:
    mark = f"98765.{os.getpid()}{int(isolated)}"
    script = f"(setsid sleep {mark}1 &); setsid sleep {mark}2 & trap '' TERM; sleep {mark}3"
    ending = words_of(["/bin/sh", "-c", script], tmp_path, after_s=0.3)
    assert ending.signal == signal.SIGKILL
    assert gone(mark)


def test_a_daemon_does_not_outlive_the_program_that_started_it(tmp_path: Path, isolated: bool) -> None:
    mark = f"98764.{os.getpid()}{int(isolated)}"
    ending = words_of(["/bin/sh", "-c", f"(setsid sleep {mark} >/dev/null 2>&1 &); exit 0"], tmp_path)
    assert ending.code == 0
    assert gone(mark)


def test_a_flood_is_told_and_kept_within_bounds(tmp_path: Path) -> None:
    told: list[int] = []

    async def work() -> None:
        flooded = asyncio.Event()

        def tell(octets: int) -> None:
            told.append(octets)
            flooded.set()

        started = await Program.start(
            ["yes", "overflow"], env=os.environ, cwd=tmp_path, log=tmp_path / "log", flooded=tell
        )
        async with asyncio.timeout(120):
            await flooded.wait()
        await started.kill()

    run(work)
    assert told[0] > FLOOD_OCTETS
    text = (tmp_path / "log").read_bytes()
    assert HEAD_OCTETS < len(text) < HEAD_OCTETS + 3 * TAIL_OCTETS
    assert "octets left out" in text.decode()


def test_what_a_program_wrote_last_is_in_its_log(tmp_path: Path) -> None:
    words_of([sys.executable, "-c", "print('a' * 400_000); print('the end')"], tmp_path)
    text = (tmp_path / "log").read_text("utf-8")
    assert text.startswith("aaa") and text.endswith("the end\n")


def test_a_program_cannot_set_the_clock_of_the_bench(tmp_path: Path) -> None:
    code = "import time; time.clock_settime(time.CLOCK_REALTIME, time.time())"
    ending = words_of([sys.executable, "-c", code], tmp_path)
    assert ending.code == 1 and "Operation not permitted" in ending.last[-1]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_program_dies_with_its_bench(tmp_path: Path, end: signal.Signals, isolated: bool) -> None:
    mark = f"98763.{os.getpid()}{int(isolated)}{end.value}"
    code = f"""
import asyncio, os
from pathlib import Path
from bench.real import program
program.may_isolate = lambda: {isolated}
async def main():
    await program.Program.start(
        ["/bin/sh", "-c", "(setsid sleep {mark} &); sleep {mark}"],
        env=os.environ, cwd=Path("/"), log=Path({str(tmp_path / "log")!r}))
    print("started", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    bench = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert bench.stdout is not None and bench.stdout.readline() == "started\n"
        latest = time.monotonic() + 120
        while len(alive(f"sleep\0{mark}")) < 2:
            assert time.monotonic() < latest, "the program did not start"
            time.sleep(0.01)
        bench.send_signal(end)
        bench.wait(120)
    finally:
        bench.kill()
        bench.wait(120)
    assert gone(f"sleep\0{mark}")


def test_a_log_that_cannot_be_written_ends_the_program_with_a_sentence(tmp_path: Path) -> None:
    async def work() -> Ending:
        lost = tmp_path / "none" / "log"
        started = await Program.start(["sleep", "60"], env=os.environ, cwd=tmp_path, log=lost)
        return await asyncio.wait_for(started.ended, 120)

    found = run(work)
    assert isinstance(found, Ending) and "its output cannot be kept" in found.words()


def test_a_namespace_that_does_not_exist_is_the_benchs_own_error(tmp_path: Path) -> None:
    async def work() -> None:
        with pytest.raises(ProgramError, match=r"cannot be started: .*No such file"):
            await Program.start(["true"], env=os.environ, cwd=tmp_path, log=tmp_path / "log", netns="cb-none")

    run(work)


@pytest.mark.parametrize(("rights", "isolated"), [(0, False), (1 << 21, False), (1 << 21 | 1 << 8, True)])
def test_the_root_of_a_plain_container_gets_no_process_namespace(
    rights: int, isolated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "effective_rights", lambda: rights)
    assert program.may_isolate() is isolated
