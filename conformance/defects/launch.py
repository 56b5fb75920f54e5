"""Starts a reference as a program of its own with a defect in it: `python -m conformance.defects.launch`.

Leaves the defects to their modules. Words: the defect's id, then the command line of the terminal or platform itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from bench.case import Item
from conformance.clauses.loading import SuiteBroken
from conformance.defects import all_defects


def main(words: Sequence[str]) -> int:
    """Run what the defect breaks; 2 for a defect that does not exist, else the exit code of what was run."""
    name, *rest = words or ("",)
    try:
        defect = all_defects().get(name)
    except SuiteBroken as error:
        print(error, file=sys.stderr)
        return 2
    if defect is None:
        print(f"no defect {name!r}; expected: DEFECT CONFIG / 无此缺陷", file=sys.stderr)
        return 2
    with defect.applied():
        return _main_of(defect.item)(rest)


def _main_of(item: Item) -> Callable[[list[str]], int]:
    """What a reference is started by; only the one that is asked for is imported."""
    if item is Item.PLATFORM:
        from simulators.platform.__main__ import main as platform_main

        return platform_main
    from reference_terminal.main import main as terminal_main

    return terminal_main


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
