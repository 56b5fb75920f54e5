"""A small fleet described, its ports moved to free ones, and the command that serves it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys

from house import ROOT

FLEET = """
[fleet]
name = "small"
seed = 3

[plant]
circuits = 4

[[groups]]
name = "power"
count = 25
maps = ["sdm630", "iem3000"]
first_port = 21000
per_port = 10
registers = ["energy"]

[[groups]]
name = "rtu"
count = 4
map = "sdm630"
protocol = "modbus-rtu"
first_port = 21010
per_port = 2

[[groups]]
name = "tariff"
count = 3
map = "dlt645_three_phase"
first_port = 21020
per_port = 3
first_address = "202600000001"

[[groups.faults]]
kind = "delayed"
share = "0.4"
with = { after_s = 0.05 }
"""


def free_ports(count: int) -> int:
    """The first of so many free ports in a row, below those that the machine gives away itself."""
    for base in range(20_000 + os.getpid() % 100 * 100, 32_000, count):
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for port in range(base, base + count):
                probe = probes.enter_context(socket.socket())
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
            return base
    raise AssertionError(f"no {count} free ports in a row below 32000")


def moved(text: str = FLEET) -> tuple[str, int]:
    """The fleet on ports that are free here."""
    base = free_ports(32)
    for offset in (0, 10, 20):
        text = text.replace(f"= {21_000 + offset}\n", f"= {base + offset}\n")
    return text, base


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.cli", "simulate", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
