"""Starts the reference terminal as a program of its own with a defect in it: `python -m conformance.defects.launch`.

Leaves the defects to their modules. Words: the defect's id, then the terminal's own command line.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from conformance.defects import all_defects
from reference_terminal.main import main as terminal_main


def main(words: Sequence[str]) -> int:
    """Run the broken terminal; 2 for a defect that does not exist, else the terminal's own exit code."""
    name, *rest = words or ("",)
    defect = all_defects().get(name)
    if defect is None:
        print(f"no defect {name!r}; expected: DEFECT CONFIG / 无此缺陷", file=sys.stderr)
        return 2
    with defect.applied():
        return terminal_main(rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
