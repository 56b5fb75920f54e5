"""The end of a bench, by Ctrl-C or kill: its terminal dies with it, and the next bench removes what else it left."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from house import ROOT
from process_kit import LooksOn, conduct, profile

from bench.case import Verdict
from bench.real import netns
from bench.rigs.loopback import RIG as LOOPBACK
from bench.rigs.process import sweep
from simulators import scratch

BENCH = """
import sys
from pathlib import Path
from process_kit import LooksOn, conduct, profile
from bench.rigs.{rig} import RIG
from bench.layout.scenario import Line

class Long(LooksOn):
    scenario = LooksOn.scenario.but(behind=(Line(("modbus-rtu",)),))
    seconds = 60

try:
    conduct(RIG, Long, profile(["/bin/sh", "-c", "echo up; sleep {mark}"]), Path({folder!r}))
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def processes(mark: str) -> list[str]:
    """Processes with a word in their command line, but not those that only carry it on."""
    found: list[str] = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0") if folder.name.isdigit() else []
        except OSError:
            continue
        if words[:1] == [b"sleep"] and mark.encode() in words:
            found.append(folder.name)
    return found


def wait_until(what: str, within_s: float, condition: Callable[[], bool]) -> None:
    """Wait for a condition, or fail with its name."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def pseudo_terminals(pid: int) -> dict[Path, int]:
    """The pseudo terminals that a bench has made, with the instants they were: their names may be given away again."""
    ends = [Path(f"/proc/{pid}/fd/{name}").readlink() for name in os.listdir(f"/proc/{pid}/fd")]
    return {end: end.stat().st_ctime_ns for end in ends if end.parent == Path("/dev/pts") and end.exists()}


def left_of(pid: int) -> list[str]:
    """Namespaces, mounts and folders that carry the number of a bench."""
    names = [path.name for path in netns.FOLDER.glob(f"cb-{pid}-*")]
    own = f"carbonbench-rig-{scratch.namespace()}.{pid}."
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if own in line]
    return [*names, *mounts, *(path.name for path in Path(tempfile.gettempdir()).glob(f"{own}*"))]


@pytest.mark.parametrize("rig", ["process", "loopback"])
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_nothing_of_a_bench_outlives_it_for_long(rig: str, end: signal.Signals, tmp_path: Path) -> None:
    mark = f"9876{os.getpid()}{end.value}"
    code = BENCH.format(rig=rig, mark=mark, folder=str(tmp_path))
    path = os.pathsep.join([str(ROOT / "tests" / "support"), os.environ.get("PYTHONPATH", "")])
    bench = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True
    )
    wait_until("the terminal is up", 120, lambda: bool(processes(mark)) or bench.poll() is not None)
    assert bench.poll() is None, "the bench has ended before"
    assert left_of(bench.pid)
    devices = pseudo_terminals(bench.pid)
    assert devices
    bench.send_signal(end)
    assert bench.stdout is not None
    told = bench.stdout.read()
    bench.wait(120)
    wait_until("the terminal is gone", 120, lambda: not processes(mark))
    assert not [device for device in devices if device.exists() and device.stat().st_ctime_ns == devices[device]]
    if end == signal.SIGINT:
        assert told == "interrupted\n"
        assert left_of(bench.pid) == []
    sweep()
    wait_until(f"nothing is left: {left_of(bench.pid)}", 120, lambda: not left_of(bench.pid))


def test_a_terminal_that_cannot_be_started_leaves_no_port_open(tmp_path: Path) -> None:
    """Seen even while Python's collector of lost objects does not run."""
    wrong = profile(["sleep", "{{ no_such_word }}"])
    gc.disable()
    try:
        first = conduct(LOOPBACK, LooksOn, wrong, tmp_path / "first")
        assert first.verdict is Verdict.ERROR and "no_such_word" in first.reason
        second = conduct(LOOPBACK, LooksOn, profile(["sleep", "60"]), tmp_path / "second")
        assert "address already in use" not in second.reason
    finally:
        gc.enable()
