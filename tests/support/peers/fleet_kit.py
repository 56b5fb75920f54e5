"""A small fleet described, its ports moved to free ones, and the command that serves it."""

from __future__ import annotations

import subprocess
import sys

from house import ROOT
from ports import free_ports

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


def moved(text: str = FLEET) -> tuple[str, int]:
    """The fleet on ports that are free here."""
    base = free_ports(32)[0]
    for offset in (0, 10, 20):
        text = text.replace(f"= {21_000 + offset}\n", f"= {base + offset}\n")
    return text, base


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.cli", "simulate", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
