"""One seed, one history: equal byte for byte, in processes with different hash seeds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from house import ROOT


def trace(seed: int, hash_seed: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(Path(__file__).with_name("eventful.py")), str(seed)]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout


def test_the_same_seed_gives_the_same_trace_in_another_process() -> None:
    first = trace(7, "1")
    assert first == trace(7, "4242")
    assert first.count(b"cut after") > 5
    assert first.count(b"NetEvent") > 1000


def test_another_seed_gives_another_trace() -> None:
    assert trace(7, "1") != trace(8, "1")
