"""Memory of a long virtual run: what the process holds after so many simulated hours, and what of it grows.

Leaves judging the numbers to the reader.

    python benchmarks/memory.py [--json] [--hours 1,6,24,48,168] [--circuits N] [--all] [--where]

A world of so many circuits, polled once a minute, with two centres. `--all` keeps every event in memory until the end.
`--where` tells by room what Python itself had allocated at each of these hours (tracemalloc: takes some four times as
long, and its own memory is in the process too); what SQLite holds for the terminal (at most its cache) is not in it.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import resource
import sys
import tempfile
import tracemalloc
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


def room_of(file: str) -> str:
    """The two folders that a source file lies in below the checkout, or what is not ours."""
    try:
        return "/".join(Path(file).relative_to(Path(__file__).parents[1]).parts[:2])
    except ValueError:
        return "packages and Python"


def by_room() -> dict[str, float]:
    """What is allocated (MiB) by the room of the line that asked for it, largest first."""
    found: dict[str, float] = {}
    gc.collect()
    for each in tracemalloc.take_snapshot().statistics("filename"):
        room = "packages and Python" if ".venv" in each.traceback[0].filename else room_of(each.traceback[0].filename)
        found[room] = found.get(room, 0.0) + each.size / (1 << 20)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


class Hours(Case):
    """Circuits are polled once a minute for days."""

    zh = "每分钟采集一次，持续数日。"
    checks = {ANSWERED: ("isc-2/7.1.1a",)}
    hours: tuple[float, ...] = ()
    found: list[float] = []
    rooms: list[dict[str, float]] = []

    async def drive(self, bench: Bench) -> None:
        """Let the world run and look at the process at each of the hours."""
        passed = 0.0
        for each in self.hours:
            await bench.clock.sleep(hours=each - passed)
            passed = each
            self.found.append(resident_mib())
            if tracemalloc.is_tracing():
                self.rooms.append(by_room())

    def judge(self, history: History) -> Iterator[Finding]:
        """Count answers."""
        yield ANSWERED.decide(bool(history.of(Served)), measured=len(history.of(Served)))


def growth_kib(hours: tuple[float, ...], held_mib: list[float]) -> list[float]:
    """KiB a simulated hour between one of the hours and the next."""
    spans = zip(hours, hours[1:], held_mib, held_mib[1:], strict=False)
    return [round((after - before) * 1024 / (end - begin), 1) for begin, end, before, after in spans]


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--hours", default="1,6,24,48,168")
    parser.add_argument("--circuits", type=int, default=10)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--where", action="store_true")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    hours = tuple(sorted(float(each) for each in asked.hours.split(",")))
    Hours.hours, Hours.scenario = hours, Scenario(circuits=asked.circuits, period_s=60)
    if asked.all:
        run.MOST_HELD = 0
    if asked.where:
        tracemalloc.start(1)
    with tempfile.TemporaryDirectory() as room:
        result = run.run_case(Hours, in_folder(setup_in(Path(room), rig_named("virtual")), Path(room) / "hours"))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    numbers: dict[str, object] = {
        "verdict": result.verdict.value,
        "digest": result.digest,
        "hours": hours,
        "resident_mib": [round(each, 1) for each in Hours.found],
        "an_hour_kib": growth_kib(hours, Hours.found),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "cpu_s": round(usage.ru_utime, 1),
        "rooms_mib": Hours.rooms,
    }
    if asked.json:
        print(json.dumps(numbers))
        return
    print(f"{asked.circuits} circuits: {numbers['verdict']}, processor time {numbers['cpu_s']} s")
    print(f"  hours                           {''.join(f'{each:>10g}' for each in hours)}")
    print(f"  in memory, MiB                  {''.join(f'{each:>10.1f}' for each in Hours.found)}")
    grown = growth_kib(hours, Hours.found)
    print(f"  KiB an hour since the one before{'':10}{''.join(f'{each:>10.1f}' for each in grown)}")
    for name in Hours.rooms[-1] if Hours.rooms else ():
        sizes = [each.get(name, 0.0) for each in Hours.rooms]
        if max(sizes) >= 0.05:
            print(f"  {name:<32}{''.join(f'{each:>10.2f}' for each in sizes)}")
    print(f"  peak with the judgement {numbers['peak_mib']} MiB")


if __name__ == "__main__":
    main()
