"""Where the two readings of a ruling come to different verdicts on the same evidence.

Leaves judging both to the judges and the words to the ledger. Only reading A counts; nothing here changes a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bench.case import RunResult, Text, Verdict
from reports.conformity import Entry


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One clause and check whose verdict depends on the reading.

    `a` and `b` say both readings in words of the ledger; `b` is empty where the ledger words none for this clause.
    `attempts` are the repetitions of the case in which the readings differ.
    """

    clause: str
    rulings: tuple[str, ...]
    a: Text
    b: Text
    case: str
    check: Text
    verdict_a: Verdict
    verdict_b: Verdict
    attempts: tuple[int, ...]


def differences(run: RunResult, ledger: Sequence[Entry]) -> tuple[Difference, ...]:
    """Every place where a check of the run has another verdict under reading B, in the order of the cases."""
    entries = {entry.id: entry for entry in ledger}
    found: dict[tuple[str, str, Verdict, Verdict], list[int]] = {}
    named: dict[tuple[str, str, Verdict, Verdict], tuple[Text, tuple[str, ...]]] = {}
    for case in run.cases:
        for check in case.checks:
            if check.reading_b in (None, check.verdict):
                continue
            key = (case.id, check.id, check.verdict, check.reading_b)
            found.setdefault(key, []).append(case.attempt)
            named[key] = (check.name, check.clauses or case.clauses)
    rows: list[Difference] = []
    for (case, check, a, b), attempts in found.items():
        name, clauses = named[case, check, a, b]
        for clause in _worded(clauses, entries):
            entry = entries.get(clause)
            rows.append(
                Difference(
                    clause=clause,
                    rulings=entry.readings if entry else (),
                    a=entry.requirement if entry else Text("", ""),
                    b=entry.reading_b if entry else Text("", ""),
                    case=case,
                    check=name,
                    verdict_a=a,
                    verdict_b=b,
                    attempts=tuple(attempts),
                )
            )
    return tuple(rows)


def _worded(clauses: tuple[str, ...], entries: dict[str, Entry]) -> tuple[str, ...]:
    """The clauses of a case for which the ledger words a reading B; all of them where it words none."""
    worded = tuple(clause for clause in clauses if clause in entries and entries[clause].reading_b.en)
    return worded or clauses
