"""Ten thousand meters in one process, each polled once a minute: how long an answer takes, and what it costs.

Leaves judging the numbers to the reader. The fleet runs in a process of its own, as `carbonbench simulate` starts it.

    python benchmarks/fleet.py [--json] [--seconds N] [--meters N]

Polls are spread evenly over the minute; each is a Modbus TCP request of two registers on a connection that stays open,
one connection to a port (200 meters). The answer's time is from the last octet sent to the last received, seen by the
client: its own waiting for a processor is in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.modbus_server import await_port, used_s

FIRST_PORT = 22_000
PER_PORT = 200
FLEET = """
[fleet]
name = "bench"
seed = 1
refresh_ms = 1000
[[groups]]
name = "m"
count = {count}
maps = ["sdm630"]
first_port = {port}
per_port = {per_port}
registers = ["voltage_l1"]
"""


async def port_of_meters(port: int, units: int, until: float, took: list[float], pace_s: float) -> None:
    """Poll the units of a port in turn, one each `pace_s`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    loop = asyncio.get_running_loop()
    due = loop.time() + pace_s * (port % 97) / 97
    number = 0
    while loop.time() < until:
        await asyncio.sleep(due - loop.time())
        due += pace_s
        number += 1
        began = time.perf_counter()
        writer.write(number.to_bytes(2, "big") + bytes((0, 0, 0, 6, number % units + 1, 4, 0, 0, 0, 2)))
        await reader.readexactly(13)
        took.append(time.perf_counter() - began)
    writer.close()


async def poll(count: int, seconds: float) -> list[float]:
    """Seconds that each answer took."""
    took: list[float] = []
    until = asyncio.get_running_loop().time() + seconds
    ports = range(FIRST_PORT, FIRST_PORT + -(-count // PER_PORT))
    await asyncio.gather(*(port_of_meters(port, PER_PORT, until, took, 60 / PER_PORT) for port in ports))
    return took


def measure(count: int, seconds: float) -> dict[str, Any]:
    """One run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fleet.toml"
        path.write_text(FLEET.format(count=count, port=FIRST_PORT, per_port=PER_PORT))
        began = time.perf_counter()
        record = ["--record", str(Path(folder) / "events.jsonl")]
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.cli", "simulate", str(path), "--json", *record],
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).parents[1],
        )
        try:
            await_port(FIRST_PORT + -(-count // PER_PORT) - 1, process)
            ready_s = time.perf_counter() - began
            before = sum(used_s(process.pid))
            took = sorted(asyncio.run(poll(count, seconds)))
            busy_s = sum(used_s(process.pid)) - before
            status = Path(f"/proc/{process.pid}/status").read_text()
        finally:
            process.terminate()
            process.wait()
    memory = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return {
        "meters": count,
        "ready_s": ready_s,
        "polls": len(took),
        "polls_per_s": len(took) / seconds,
        "median_ms": 1000 * took[len(took) // 2],
        "p99_ms": 1000 * took[int(len(took) * 0.99)],
        "worst_ms": 1000 * took[-1],
        "processor_share": busy_s / seconds,
        "memory_mb": int(memory) / 1024,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Ten thousand meters, one poll a minute each.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the polling (default 30)")
    parser.add_argument("--meters", type=int, default=10_000, help="how many (default 10000)")
    options = parser.parse_args()
    row = measure(options.meters, options.seconds)
    if options.json:
        print(json.dumps(row))
        return
    for name, value in row.items():
        print(f"{name:<18}{value:>12,.3f}" if isinstance(value, float) else f"{name:<18}{value:>12,}")


if __name__ == "__main__":
    main()
