"""`carbonbench bench check rig.toml`: all that a lab rig needs, verified before a run, all findings at once.

Leaves the checks to `bench.lab.check`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec

from bench.case import EXIT_ERROR, EXIT_PASS, EXIT_USAGE
from bench.commands.laboratory import sentences
from bench.lab.check import NOTE, PROBLEM, SOUND, Finding, check_rig
from bench.lab.rigfile import RigError, read_rig

_MARKS = {SOUND: "ok  ", NOTE: "note", PROBLEM: "FAIL"}


def main(rig: Path, *, as_json: bool = False, injectors: bool = True, seed: int = 1) -> int:
    """Check and print; 0: a run can start, 3: it cannot, 4: the file cannot be used."""
    try:
        described = read_rig(rig)
    except RigError as error:
        if as_json:
            _json(
                str(rig),
                [Finding(PROBLEM, sentences.RIG_FILE().en, each, sentences.RIG_FILE().zh) for each in error.problems],
            )
        else:
            print(error, file=sys.stderr)
        return EXIT_USAGE
    found = asyncio.run(check_rig(described, seed, injectors=injectors))
    problems = sum(each.level == PROBLEM for each in found)
    if as_json:
        _json(described.name, found)
    else:
        for each in found:
            print(f"{_MARKS[each.level]} {each}")
        if problems:
            print(sentences.TO_MEND(problems=problems).after(described.name))
        else:
            print(sentences.RUN_CAN_START().after(described.name))
    return EXIT_ERROR if problems else EXIT_PASS


def _json(name: str, found: list[Finding]) -> None:
    ready = not any(each.level == PROBLEM for each in found)
    print(msgspec.json.format(msgspec.json.encode({"rig": name, "ready": ready, "findings": found})).decode())
