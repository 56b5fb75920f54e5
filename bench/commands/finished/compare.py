"""`carbonbench compare A B`: two runs side by side, of two firmwares or of two laboratories.

Leaves what is worse or the same to `reports.compare`. Both runs must be as they were written.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from bench.case import EXIT_FAIL, EXIT_PASS, RunResult
from bench.commands.finished import sentences
from bench.commands.finished.rejudge import exit_for, read_run, require_unaltered
from bench.history import HistoryError, read_history
from reports.blocks import visible
from reports.compare import Change, Comparison, compared, side
from reports.verdicts import VerdictsError

MOST = 200


def main(first: Path, second: Path, *, as_json: bool = False, records: bool = False, all_rows: bool = False) -> int:
    """Compare and print: 0 nothing worse, 1 something worse or measured otherwise, 3 no runs to compare."""
    try:
        runs = [read_run(folder) for folder in (first, second)]
        for run, folder in zip(runs, (first, second), strict=True):
            require_unaltered(run, folder)
        found = Comparison(first=side(runs[0]), second=side(runs[1]), rows=tuple(compared(*runs)))
        if records:
            found = _with_records(found, runs, (first, second))
    except (HistoryError, VerdictsError) as error:
        print(error, file=sys.stderr)
        return exit_for(error)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _show(found, all_rows=all_rows)
    return EXIT_FAIL if found.worse else EXIT_PASS


def _with_records(found: Comparison, runs: list[RunResult], folders: tuple[Path, Path]) -> Comparison:
    """Whether the histories are the same but for their first events, which name commit, item and statement."""
    told = [
        {(case.id, case.attempt): folder / case.record for case in run.cases if case.record}
        for run, folder in zip(runs, folders, strict=True)
    ]
    common = [key for key in told[0] if key in told[1]]
    unlike: list[str] = []
    for key in common:
        one, two = (read_history(each[key]) for each in told)
        if one.digest == two.digest:
            continue
        if len(one.events) != len(two.events) or any(
            was != now for was, now in zip(one.events[1:], two.events[1:], strict=True)
        ):
            unlike.append(f"{key[0]}#{key[1]}")
    return msgspec.structs.replace(found, common=len(common), records=len(common) - len(unlike), unlike=tuple(unlike))


def _show(found: Comparison, *, all_rows: bool) -> None:
    for label, each in (("A", found.first), ("B", found.second)):
        print(
            f"{label}  {visible(each.run)}  {visible(each.terminal)}  rig {each.rig}, seed {each.seed}, {each.commit}"
        )
    rows = [row for row in found.rows if all_rows or row.change is not Change.SAME]
    rows.sort(key=lambda row: list(Change).index(row.change))
    for row in rows[:MOST]:
        en = f"  E_n {row.en}" if row.en else ""
        values = f"{row.first or '–'} → {row.second or '–'}{en}"
        print(f"{row.change.value} {row.change.zh}  {row.kind} {visible(row.id)}: {values}")
    if len(rows) > MOST:
        print(sentences.MORE_IN_JSON(rows=len(rows) - MOST))
    if found.records >= 0:
        print(sentences.SAME_EVENTS(records=found.records, common=found.common))
        for name in found.unlike[:MOST]:
            print(f"  {sentences.OTHER_EVENTS(name=name)}")
    counts = ", ".join(f"{number} {name} {Change(name).zh}" for name, number in found.counts().items())
    print(counts or str(sentences.NOTHING_TO_COMPARE()))
