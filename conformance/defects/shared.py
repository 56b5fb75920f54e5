"""What was seen failing in the drives that cases share, and how long these last: `prove --together --record` wrote it.

Leaves running them to bench.commands. The file `conformance/together.json` is made by the machine and never by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from conformance.defects.proof import Flips, read_made

TOGETHER = Path(__file__).resolve().parents[1] / "together.json"
FORMAT = "carbonbench-together/1"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Of one drive: seconds of its world, how often the supply was switched and the item asked, what fails by what."""

    s: float
    switched: int
    asked: int
    flips: Flips


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """The file: by drive."""

    format: str = FORMAT
    drives: dict[str, Shown] = {}


def read_together(path: Path = TOGETHER) -> Together:
    """What was shown; nothing where there is no file. Raises ProofError."""
    return read_made(path, Together, "prove --together --record")


def wanted(cases: Mapping[str, object], flips: Mapping[str, Flips]) -> dict[str, dict[str, set[str]]]:
    """By case and check of these cases the defects that fail it in a drive of its own, in any rig."""
    found: dict[str, dict[str, set[str]]] = {case: {} for case in cases}
    for of_rig in flips.values():
        for defect, by_case in of_rig.items():
            for case, checks in by_case.items():
                for check in checks if case in found else ():
                    found[case].setdefault(check, set()).add(defect)
    return found


def lacking(drive: str, cases: Mapping[str, object], flips: Mapping[str, Flips], shown: Together) -> list[str]:
    """The checks of a drive's cases that fail for some defect in their own drive, and were not seen failing in it."""
    here = shown.drives[drive].flips if drive in shown.drives else {}
    seen = {(case, check) for by_case in here.values() for case, checks in by_case.items() for check in checks}
    return sorted(
        f"{case}:{check}"
        for case, checks in wanted(cases, flips).items()
        for check in checks
        if (case, check) not in seen
    )
