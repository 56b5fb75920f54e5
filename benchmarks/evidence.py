"""Proving and judging again a run folder, beside reading and hashing the same files: processor time of each.

    python benchmarks/evidence.py RUN [--json]

RUN is a run folder, best a whole one (default: the newest in out/).
Processor time includes that of worker processes, wall time is told beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.commands.finished import rejudge
from bench.evidence.files import survey


def taken(work: Callable[[], object]) -> tuple[float, float]:
    """Processor and wall time (s) of a piece of work, with that of processes that it started."""

    def spent() -> float:
        told = os.times()
        return told.user + told.system + told.children_user + told.children_system

    cpu, wall = spent(), time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        work()
    return spent() - cpu, time.perf_counter() - wall


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, nargs="?")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    runs = sorted((path.parent for path in Path("out").glob("*/manifest.json")), key=lambda path: path.name)
    words.run = words.run or (runs[-1] if runs else None)
    if words.run is None:
        print("no run folder in out/: carbonbench run makes one")
        return 0
    octets = sum(path.stat().st_size for path in words.run.rglob("*") if path.is_file())
    base = taken(lambda: survey(words.run))
    rows = {"read and hash": base}
    rows["verify"] = taken(lambda: rejudge.verify(words.run))
    rows["rejudge"] = taken(lambda: rejudge.main(words.run))
    found = {
        name: {"cpu_s": round(cpu, 2), "wall_s": round(wall, 2), "ratio": round(cpu / base[0], 2)}
        for name, (cpu, wall) in rows.items()
    }
    if words.json:
        print(json.dumps({"octets": octets, **found}))
    else:
        print(f"{octets / 1e6:.0f} MB")
        for name, row in found.items():
            print(f"{name:14} {row['cpu_s']:8.2f} s cpu  {row['wall_s']:8.2f} s wall  {row['ratio']:6.2f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
