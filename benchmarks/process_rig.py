"""Processor time of the bench while a terminal on the process rig polls 176 points once a second.

Leaves judging the numbers to the reader. The peer in the same run is the reference terminal itself, which does the work
that the bench watches: both ends of every poll are on one machine.

    sudo python benchmarks/process_rig.py [--json] [--seconds N]

44 circuits of four points each, polled every second over the wire, a centre with minute data, the terminal's store on
the lossy disk, every event into the history. Shares are of one core, by /proc over the watched seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.case import Case, Finding, Verdict, criterion
from bench.commands.running.options import REFERENCE_PROFILE
from bench.commands.running.session import rig_named
from bench.dut import adapter
from bench.dut.profile import load_profile
from bench.facade.bench import Bench
from bench.history import History, Served, read_history
from bench.layout.scenario import Scenario
from bench.run import Setup, run_case

WARM_S = 20.0
PARTS = {"wire": "bench.real.wire.process", "disk": "bench.real.disk.daemon", "terminal": "reference_terminal"}
TICK = os.sysconf("SC_CLK_TCK")


def told(pid: int) -> tuple[int, float]:
    """Parent and processor time (s) of a process so far. Raises OSError if there is none."""
    words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(words[1]), (int(words[11]) + int(words[12])) / TICK


def spent() -> dict[str, float]:
    """Processor time (s) of the bench's own process and of its parts, which are its descendants."""
    parents: dict[int, int] = {}
    took_s: dict[int, float] = {}
    words: dict[int, list[str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        with suppress(OSError):
            words[pid] = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            parents[pid], took_s[pid] = told(pid)

    def is_own(pid: int) -> bool:
        while pid in parents and pid != os.getpid():
            pid = parents[pid]
        return pid == os.getpid()

    found = {"bench": took_s[os.getpid()], **dict.fromkeys(PARTS, 0.0)}
    for pid in filter(is_own, took_s):
        for part, module in PARTS.items():
            found[part] += took_s[pid] if module in words[pid] else 0.0
    return found


class Polls(Case):
    """176 points are polled once a second."""

    clauses = ("isc-2/9.1a",)
    zh = "176 个测点每秒采集一次。"
    scenario = Scenario(circuits=44, points=4, period_s=1, centres=("A",), kinds=("minute",))
    seconds = 60.0
    shares: dict[str, float]

    async def drive(self, bench: Bench) -> None:
        """Let the world run, and look at the processor time of everything while it does."""
        await bench.clock.sleep(WARM_S)
        before, began = spent(), time.monotonic()
        await bench.clock.sleep(self.seconds)
        after, took_s = spent(), time.monotonic() - began
        type(self).shares = {part: (after[part] - before[part]) / took_s for part in after}

    def judge(self, history: History) -> Iterator[Finding]:
        """Nothing is asked of the terminal here."""
        yield criterion("driven", en="the world ran", zh="已运行").decide(True)


def measured(seconds: float) -> dict[str, float]:
    """The figures of one run. Raises RuntimeError with the reason if the rig could not be used."""
    Polls.seconds = seconds
    profile = load_profile(REFERENCE_PROFILE)
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(
            rig=rig_named("process"),
            profile=profile,
            adapter=lambda: adapter(profile.adapter),
            master_seed=1,
            commit="benchmark",
            folder=Path(folder),
        )
        result = run_case(Polls, setup)
        if result.verdict is not Verdict.PASS:
            raise RuntimeError(f"the case ended as {result.verdict}: {result.reason}")
        history = read_history(Path(folder) / result.record)
    answers = [event for event in history.of(Served) if not event.fault]
    values = sum(len(event.values) for event in answers)
    lasted_s = (answers[-1].t - answers[0].t) / 1e6
    own = sum(share for part, share in Polls.shares.items() if part != "terminal")
    return {
        "answers_per_s": len(answers) / lasted_s,
        "values_per_s": values / lasted_s,
        **{f"{part}_share": share for part, share in Polls.shares.items()},
        "bench_total_share": own,
        "bench_by_terminal": own / Polls.shares["terminal"],
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true", help="one object for machines")
    parser.add_argument("--seconds", type=float, default=60.0, help="seconds watched (60)")
    words = parser.parse_args()
    try:
        found = measured(words.seconds)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    if words.json:
        print(json.dumps(found))
        return 0
    for name, value in found.items():
        print(f"{name:24} {value:10.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
