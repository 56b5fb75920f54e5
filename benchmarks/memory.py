"""Memory of a long virtual run: what the process holds at the end of each simulated day.

Leaves judging the numbers to the reader.

    python benchmarks/memory.py [--json] [--days N] [--circuits N] [--all]

A world of so many circuits, polled once a minute, with two centres. `--all` keeps every event in memory until the end.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from suite import in_folder, setup_in

from bench import run
from bench.case import Case, Finding, criterion
from bench.commands.running.session import rig_named
from bench.facade.bench import Bench
from bench.history import History, Served
from bench.layout.scenario import Scenario

_PAGE_MIB = resource.getpagesize() / (1 << 20)
ANSWERED = criterion("answered", en="meters were asked", zh="表计已被询问", unit="answers")


def resident_mib() -> float:
    """What of this process is in memory (MiB)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_MIB


class Days(Case):
    """Circuits are polled once a minute for days."""

    zh = "每分钟采集一次，持续数日。"
    checks = {ANSWERED: ("isc-2/7.1.1a",)}
    days = 7
    found: list[float] = []

    async def drive(self, bench: Bench) -> None:
        """Let the world run and look at the process at each end of a day."""
        await bench.clock.sleep(hours=1)
        self.found.append(resident_mib())
        for _ in range(self.days):
            await bench.clock.sleep(hours=24)
            self.found.append(resident_mib())

    def judge(self, history: History) -> Iterator[Finding]:
        """Count answers."""
        yield ANSWERED.decide(bool(history.of(Served)), measured=len(history.of(Served)))


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--circuits", type=int, default=10)
    parser.add_argument("--all", action="store_true")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    Days.days, Days.scenario = asked.days, Scenario(circuits=asked.circuits, period_s=60)
    if asked.all:
        run.MOST_HELD = 0
    with tempfile.TemporaryDirectory() as room:
        result = run.run_case(Days, in_folder(setup_in(Path(room), rig_named("virtual")), Path(room) / "days"))
    found = Days.found
    an_hour = (found[-1] - found[1]) / (24 * max(1, asked.days - 1))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    days = [round(each, 1) for each in found]
    numbers: dict[str, object] = {
        "verdict": result.verdict.value,
        "digest": result.digest,
        "resident_mib": days,
        "an_hour_kib": round(an_hour * 1024, 1),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "cpu_s": round(usage.ru_utime, 1),
    }
    if asked.json:
        print(json.dumps(numbers))
        return
    print(f"{asked.days} days of {asked.circuits} circuits: {numbers['verdict']}, processor time {numbers['cpu_s']} s")
    print(f"  in memory after an hour and each day: {', '.join(map(str, days))} MiB")
    print(f"  {numbers['an_hour_kib']} KiB a simulated hour; peak with the judgement {numbers['peak_mib']} MiB")


if __name__ == "__main__":
    main()
