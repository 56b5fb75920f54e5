"""`carbonbench report RUN --delivery`: every true record of a run sorted by what became of it at each centre (R-25).

Leaves sorting to the judges and drawing to reports. No terminal, no rig, no network is touched.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from bench.case import EXIT_PASS, CaseResult
from bench.commands.finished import sentences
from bench.commands.finished.rejudge import exit_for, read_run, require_unaltered
from bench.commands.running.house import commit
from bench.history import History, HistoryError, read_history
from conformance.common import delivery as judge
from conformance.common.truth import Key
from reports import manifest, run_folder, screen
from reports.delivery import RANK, DeliveryTable, Fate, Fated, Sheet, print_table, sheet, to_json, unexpected
from reports.html import delivery as page
from reports.verdicts import VerdictsError, write_whole

JSON = "delivery.json"


def fates(history: History, centre: str) -> list[Fated]:
    """Every record that was due or arrived at one centre, with the worst of its fates."""
    ledger = judge.reconcile(history, centre)
    found: dict[Key, Fated] = {}
    acked = {key: record.acked - key.end for key, record in ledger.records.items() if record.acked is not None}

    def take(fate: Fate, records: Iterable[tuple[Key, str]]) -> None:
        for key, evidence in records:
            before = found.get(key)
            if before is None or RANK[fate] < RANK[before.fate]:
                delay = acked.get(key, -1)
                found[key] = Fated(
                    point=key.point, kind=key.kind, end_us=key.end, fate=fate, evidence=evidence, delay_us=delay
                )

    def faults(problems: Iterable[judge.Problem]) -> list[tuple[Key, str]]:
        return [(problem.key, problem.evidence) for problem in problems]

    take(Fate.GAP, [(key, "") for key in ledger.gaps])
    take(Fate.DELIVERED, [(record.key, "") for record in ledger.delivered])
    for fate, problems in (
        (Fate.LOST, ledger.lost),
        (Fate.INVENTED, ledger.invented),
        (Fate.ALTERED, ledger.altered),
        (Fate.MIS_STAMPED, ledger.mis_stamped),
        (Fate.WRONGLY_FLAGGED, ledger.wrongly_flagged),
        (Fate.UNACKNOWLEDGED, ledger.unacknowledged),
        (Fate.DUPLICATED, ledger.duplicated),
        (Fate.REORDERED, ledger.reordered),
        (Fate.LATE, ledger.late),
    ):
        take(fate, faults(problems))
    return list(found.values())


def sheets(result: CaseResult, folder: Path) -> list[Sheet]:
    """The sheets of one attempt, one for each centre it had. Raises HistoryError for a record that cannot be read."""
    history = read_history(folder / result.record)
    faults = unexpected(result.checks)
    return [
        sheet(
            result.id,
            result.attempt,
            setup.name,
            history.began.t,
            history.end_us,
            fates(history, setup.name),
            verdict=result.verdict.value,
            faults=faults,
            record=result.record,
        )
        for setup in history.began.centres
    ]


def main(folder: Path, *, as_json: bool = False) -> int:
    """Write the delivery page and file of a run and print the counts. Exit code 0, or 3 for what is no run."""
    try:
        run = read_run(folder)
        require_unaltered(run, folder)
        table = DeliveryTable(
            run=folder.resolve().name,
            sheets=tuple(one for result in run.cases if result.record for one in sheets(result, folder)),
        )
        run_folder.rewrite(run, folder, writer=commit())
    except (HistoryError, VerdictsError) as error:
        print(error, file=sys.stderr)
        return exit_for(error)
    written = page.write(table, folder)
    write_whole(folder / JSON, to_json(table).decode() + "\n")
    manifest.write(folder)
    if as_json:
        print(to_json(table).decode())
    else:
        print_table(table, screen.console_for(sys.stdout))
        print(sentences.WRITTEN().after(written))
    return EXIT_PASS
