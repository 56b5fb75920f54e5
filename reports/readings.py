"""What reading B of a ruling says on the same evidence, and where the two readings come to different verdicts.

Leaves judging both to the judges and the words to the ledger. Only reading A counts; nothing here changes a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from bench.case import CaseResult, Check, ClauseResult, RunResult, Text, Verdict
from reports.clause_results import deciding_checks, verdict_of
from reports.entries import Entry

_NOTHING = Text("reading A decided nothing in this run either", "本次运行中解释 A 亦未作判定")
_NO_ANSWER = Text(
    "the checks that answer it gave no answer in this run", "本次运行中，能作答的判据未给出解释 B 下的结果"
)


class UnderB(msgspec.Struct, frozen=True, kw_only=True):
    """A clause under reading B: its verdict there, or why it was not evaluated."""

    verdict: Verdict | None = None
    open: Text = Text("", "")


def under_b(entry: Entry, decided: ClauseResult, cases: Sequence[CaseResult]) -> UnderB:
    """The verdict of a clause under reading B of its entry; `cases` are the attempts of those that speak for it.

    Its checks that answer under this reading say what comes of it, the others what they say anyway. Where none
    answered, a verdict holds as far as the ledger says that it carries over, and beyond that nothing was evaluated.
    """
    verdict = decided.verdict
    if not decided.cases or verdict in (Verdict.NOT_RUN, Verdict.NOT_APPLICABLE):
        return UnderB(open=_NOTHING)
    by_case: dict[str, list[CaseResult]] = {}
    answered = False
    for attempt in cases:
        checks = [_answering(check, entry) for check in attempt.checks]
        own = msgspec.structs.replace(attempt, checks=tuple(checks))
        answered = answered or any(
            entry.b_of == check.reading_b_of or not check.reading_b_of
            for check in deciding_checks(entry.id, attempt)
            if check.reading_b is not None
        )
        by_case.setdefault(attempt.id, []).append(own)
    if answered:
        return UnderB(verdict=verdict_of(entry.id, by_case))
    if entry.b_carries == "both" or entry.b_carries == verdict.value:
        return UnderB(verdict=verdict)
    return UnderB(open=entry.b_open if entry.b_open.en else _NO_ANSWER)


def _answering(check: Check, entry: Entry) -> Check:
    """The check with its answer under the entry's reading B in place of that under reading A, where it has one."""
    if check.reading_b is None or check.reading_b_of not in ("", entry.b_of):
        return check
    return msgspec.structs.replace(check, verdict=check.reading_b)


def tally(clauses: Sequence[ClauseResult]) -> Mapping[str, tuple[str, ...]]:
    """The clauses that word a reading B: those of the same verdict under it, of another, and not evaluated."""
    worded = [clause for clause in clauses if clause.reading_b is not None or clause.reading_b_open]
    return {
        "same": tuple(clause.id for clause in worded if clause.reading_b is clause.verdict),
        "other": tuple(clause.id for clause in worded if clause.reading_b not in (None, clause.verdict)),
        "open": tuple(clause.id for clause in worded if clause.reading_b is None),
    }


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
    named: dict[tuple[str, str, Verdict, Verdict], tuple[Text, tuple[str, ...], str]] = {}
    for case in run.cases:
        for check in case.checks:
            if check.reading_b in (None, check.verdict):
                continue
            key = (case.id, check.id, check.verdict, check.reading_b)
            found.setdefault(key, []).append(case.attempt)
            named[key] = (check.name, check.clauses or case.clauses, check.reading_b_of)
    rows: list[Difference] = []
    for (case, check, a, b), attempts in found.items():
        name, clauses, ruling = named[case, check, a, b]
        for clause in _worded(clauses, ruling, entries):
            entry = entries.get(clause)
            worded = entry is not None and ruling in ("", entry.b_of)
            rows.append(
                Difference(
                    clause=clause,
                    rulings=(ruling.partition("/")[0],) if ruling else entry.readings if entry else (),
                    a=entry.requirement if entry else Text("", ""),
                    b=entry.reading_b if entry and worded else Text("", ""),
                    case=case,
                    check=name,
                    verdict_a=a,
                    verdict_b=b,
                    attempts=tuple(attempts),
                )
            )
    return tuple(rows)


def _worded(clauses: tuple[str, ...], ruling: str, entries: dict[str, Entry]) -> tuple[str, ...]:
    """The clauses of a check for which the ledger words this reading B; all of them where it words none."""
    worded = tuple(
        clause
        for clause in clauses
        if clause in entries and entries[clause].reading_b.en and ruling in ("", entries[clause].b_of)
    )
    return worded or clauses
