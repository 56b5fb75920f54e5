"""Virtual-time polls a second for every protocol, each with the reference terminal, its store and a centre.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it. Octets without a
terminal are `serial_lines`, Modbus TCP without anything of ours is `virtual_polls`.

    python benchmarks/protocols.py [--json] [--seconds N] [--cpu] [NAME ...]

One source stands in a world of its own and is polled for so many simulated seconds (default 600), as fast as its line
allows with a whole second as period. A poll is an answer that the source gave, or what it sent by itself: a scale's
frame (ten a second), a message it published.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.case import Case, Finding, criterion
from bench.commands.running.options import REFERENCE_PROFILE
from bench.commands.running.session import rig_named
from bench.dut import adapter
from bench.dut.profile import load_profile
from bench.facade.bench import Bench
from bench.history import History, Published, Served, read_history
from bench.layout.scenario import Collector, Line, Scenario, System
from bench.run import Setup, run_case

ALONE = Scenario(circuits=0, centres=("A",), period_s=1, points=2)
PROTOCOLS: dict[str, Scenario] = {
    "modbus-tcp": ALONE.but(circuits=1),
    "modbus-rtu": ALONE.but(behind=(Line(("modbus-rtu",)),)),
    "modbus-ascii": ALONE.but(behind=(Line(("modbus-ascii",)),)),
    "analogue": ALONE.but(behind=(Line(("analogue",)),)),
    "dlt645-2007": ALONE.but(behind=(Line(("dlt645-2007",), baud=2400, parity="E"),), period_s=5),
    "dlt645-1997": ALONE.but(behind=(Line(("dlt645-1997",), baud=1200, parity="E"),), period_s=5),
    "cjt188-water": ALONE.but(behind=(Line(("cjt188-water",), baud=2400, parity="E"),)),
    "cjt188-heat": ALONE.but(behind=(Line(("cjt188-heat",), baud=2400, parity="E"),)),
    "xk3190": ALONE.but(behind=(Line(("scale",)),)),
    "mqtt": ALONE.but(behind=(Collector("mqtt", 1),)),
    "https": ALONE.but(behind=(Collector("https", 1),)),
    "opcua": ALONE.but(behind=(System("opcua", ("energy-system",)),)),
    "sql": ALONE.but(behind=(System("sql", ("energy-system",), {"rows_s": 1}),)),
}
"""One source each."""


class Polled(Case):
    """One source is polled."""

    clauses = ("isc-2/7.1.1a",)
    zh = "轮询一个数据源。"
    seconds = 600.0

    async def drive(self, bench: Bench) -> None:
        """Let the world run."""
        await bench.clock.sleep(seconds=self.seconds)

    def judge(self, history: History) -> Iterator[Finding]:
        """The source was read."""
        yield criterion("read", en="the source was read", zh="已读取数据源").decide(bool(answers(history)))


def answers(history: History) -> int:
    """What the source gave: answers and messages."""
    return len(history.of(Served)) + len(history.of(Published))


def measure(name: str, folder: Path, clock: Callable[[], float]) -> dict[str, Any]:
    """One protocol."""
    Polled.scenario = PROTOCOLS[name]
    profile = load_profile(REFERENCE_PROFILE)
    setup = Setup(rig_named("virtual"), profile, lambda: adapter(profile.adapter), 1, "benchmark", folder / name)
    gc.collect()
    begin = clock()
    result = run_case(Polled, setup)
    wall_s = clock() - begin
    if result.verdict != "pass":
        raise SystemExit(f"{name}: {result.verdict} {result.reason}")
    history = read_history(folder / name / result.record)
    return {
        "protocol": name,
        "polls": answers(history),
        "events": len(history.events),
        "polls_per_s": answers(history) / wall_s,
        "times_real": Polled.seconds / wall_s,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Polls a second in virtual time by protocol, terminal and all.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"out of {', '.join(PROTOCOLS)} (default all)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=600.0, help="simulated seconds of each (default 600)")
    parser.add_argument("--cpu", action="store_true", help="processor time instead of wall time")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in PROTOCOLS]
    if unknown:
        parser.error(f"unknown {', '.join(unknown)}; there are {', '.join(PROTOCOLS)}")
    Polled.seconds = options.seconds
    clock = time.process_time if options.cpu else time.perf_counter
    with tempfile.TemporaryDirectory() as folder:
        measure("modbus-tcp", Path(folder) / "warm", clock)
        rows = [measure(name, Path(folder), clock) for name in options.names or PROTOCOLS]
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'protocol':<14}{'polls':>8}{'events':>8}{'polls/s':>10}{'x real':>10}")
    for row in rows:
        print(
            f"{row['protocol']:<14}{row['polls']:>8,}{row['events']:>8,}"
            f"{row['polls_per_s']:>10,.0f}{row['times_real']:>10,.0f}"
        )


if __name__ == "__main__":
    main()
