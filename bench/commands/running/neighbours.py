"""Other runs beside a run: how long their attempts took, and since when a check fails there.

Leaves writing runs to `session`. What cannot be read tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import takewhile
from pathlib import Path

import msgspec

from bench.case import RunResult, Verdict
from bench.commands import sentences

NEIGHBOURS = 20
"""How many runs are looked at, newest first."""


class CheckThere(msgspec.Struct):
    """What is read of a check of another run."""

    id: str
    verdict: str = ""


class CaseThere(msgspec.Struct):
    """What is read of an attempt of another run; s."""

    id: str
    verdict: str = ""
    wall_s: float = 0.0
    simulated_s: float = 0.0
    checks: list[CheckThere] = []


class Neighbour(msgspec.Struct):
    """What is read of another run; `terminal` is the item as it was named."""

    rig: str
    cases: list[CaseThere]
    run: str = ""
    terminal: str = ""


def neighbours(folder: Path, *, older: bool = False) -> Iterable[Neighbour]:
    """Other runs beside this one, newest first; `older` leaves out those that began later."""
    folder = folder.resolve()
    paths = [path for path in folder.parent.glob("*/verdicts.json") if path.parent != folder]
    paths = [path for path in paths if not older or path.parent.name < folder.name]
    for path in sorted(paths, key=lambda path: path.parent.name, reverse=True)[:NEIGHBOURS]:
        try:
            yield msgspec.json.decode(path.read_bytes(), type=Neighbour)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue


Seen = Mapping[tuple[str, str], str]
"""By case and check (empty: the case itself) a sentence."""


def first_seen(folder: Path, item: str, run: RunResult) -> Seen:
    """Since which of the older runs beside it what fails in a run has failed; nothing where none had the case.

    Asked are runs of the same rig whose item begins with the words of `item` (vendor, name and model; a firmware may
    be another). A run that did not have the case breaks no row of fails.
    """
    failing = {
        (case.id, check): None
        for case in run.cases
        if case.verdict is Verdict.FAIL
        for check in ([each.id for each in case.checks if each.verdict is Verdict.FAIL] or [""])
    }
    if not failing:
        return {}
    before = [each for each in neighbours(folder, older=True) if each.rig == run.rig and each.terminal.startswith(item)]
    return {key: words for key in failing if (words := _since(*key, before))}


def _since(case: str, check: str, before: Collection[Neighbour]) -> str:
    had = [(each.run, found) for each in before if (found := [one for one in each.cases if one.id == case])]
    if not had:
        return ""
    row = [name for name, _ in takewhile(lambda each: any(_fails(one, check) for one in each[1]), had)]
    if row:
        return str(sentences.FAILS_SINCE(first=row[-1], times=len(row)))
    return str(sentences.FAILS_ANEW(had=had[0][0]))


def _fails(case: CaseThere, check: str) -> bool:
    if not check:
        return case.verdict == Verdict.FAIL.value
    return any(each.id == check and each.verdict == Verdict.FAIL.value for each in case.checks)
