"""Fuzz for as long as you like: `python tests/support/fuzz_run.py --seconds 3600 [--target NAME] [--seed N]`.

Prints the inputs tried and the crashes of every target; an input that crashes one goes into tests/fuzz/corpus. With
`--atheris` (after `pip install atheris`) inputs are led by coverage; without it they are made by `fuzz_inputs`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
import traceback
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from fuzz_inputs import made  # noqa: E402
from fuzz_targets import TARGETS  # noqa: E402

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"


def keep(name: str, data: bytes) -> None:
    """Put an input into the corpus of a target."""
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--target", choices=sorted(TARGETS))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--atheris", action="store_true")
    given = options.parse_args()
    names = [given.target] if given.target else sorted(TARGETS)
    if given.atheris:
        import atheris

        atheris.instrument_all()
        atheris.Setup([sys.argv[0], f"-max_total_time={int(given.seconds)}", str(CORPUS / names[0])], TARGETS[names[0]])
        atheris.Fuzz()
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
