"""Fuzz for as long as you like: `python tests/support/fuzzing/fuzz_run.py --seconds 3600 [--target NAME] [--seed N]`.

Prints the inputs tried and the crashes of every target; an input that crashes one goes into tests/fuzz/corpus. With
`--atheris` (`pip install atheris`, wheels for Linux) inputs are led by coverage, beginning with the corpus, and the
smallest that reach further join it; without it they are made by `fuzz_inputs`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

SUPPORT = Path(__file__).parents[1]
sys.path[:0] = [str(SUPPORT / each) for each in ("fuzzing", "peers", "terminals", ".", "../..")]

from fuzz_inputs import made  # noqa: E402

LED = any(word.startswith("--led") for word in sys.argv)
if LED:
    # What is instrumented is told when it is imported; libraries are not of interest.
    import atheris

    with atheris.instrument_imports(include=["bench", "reference_terminal", "reports", "simulators"]):
        from fuzz_targets import TARGETS
else:
    from fuzz_targets import TARGETS

MOST = 8
"""Inputs of a run led by coverage that join a target's corpus, the smallest first."""
CORPUS = SUPPORT.parent / "fuzz" / "corpus"


def keep(name: str, data: bytes) -> None:
    """Put an input into the corpus of a target."""
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)


def led(name: str, words: list[str]) -> None:
    """Let libFuzzer lead inputs to a target; it ends the process."""
    import atheris

    atheris.Setup([sys.argv[0], *words], TARGETS[name])
    atheris.Fuzz()


def by_coverage(name: str, seconds: float, seed: int) -> int:
    """Fuzz a target in a process of its own, keep what reaches further, and print its row; 1 after a crash."""
    words = [sys.executable, __file__, "--target", name]
    with tempfile.TemporaryDirectory() as made:
        libfuzzer = f"-artifact_prefix={made}/ -max_len=4096 -timeout=20 -rss_limit_mb=2048 -seed={seed}"
        led_by = [f"--led={word}" for word in libfuzzer.split()]
        begin = [str(path) for path in (CORPUS / "every", CORPUS / name) if path.is_dir()]
        found = Path(made) / "found"
        found.mkdir()
        told = _fuzzer(
            [*words, "--seconds", str(seconds), *led_by, f"--led={found}", *(f"--led={each}" for each in begin)]
        )
        tried = re.findall(r"stat::number_of_executed_units: (\d+)|Done (\d+) runs", told)
        crashes = [path for path in Path(made).iterdir() if path.is_file()]
        for path in crashes:
            keep(name, path.read_bytes())
        for path in sorted(found.iterdir(), key=lambda each: each.stat().st_size)[:MOST]:
            keep(name, path.read_bytes())
    print(f"| {name} | {int(''.join(tried[-1])) if tried else 0:,} | {len(crashes)} |", flush=True)
    if crashes or not tried:
        # Nothing tried is a fuzzer that did not start, and no result.
        print(told[-3000:])
    return int(bool(crashes) or not tried)


def _fuzzer(words: list[str]) -> str:
    return subprocess.run(words, capture_output=True, text=True, errors="replace", check=False).stderr


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--target", choices=sorted(TARGETS))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--atheris", action="store_true")
    options.add_argument("--led", action="append", help=argparse.SUPPRESS)
    given = options.parse_args()
    names = [given.target] if given.target else sorted(TARGETS)
    if given.led:
        led(names[0], [*given.led, f"-max_total_time={int(given.seconds)}"])
    if given.atheris:
        return max(by_coverage(name, given.seconds / len(names), given.seed) for name in names)
    crashes = 0
    for name in names:
        chance, tried, found = random.Random(f"{given.seed} {name}"), 0, 0
        until = time.monotonic() + given.seconds / len(names)
        while time.monotonic() < until:
            data = made(chance)
            tried += 1
            try:
                TARGETS[name](data)
            except Exception:
                found += 1
                keep(name, data)
                if found == 1:
                    traceback.print_exc(limit=-3)
        crashes += found
        print(f"| {name} | {tried:,} | {found} |", flush=True)
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
