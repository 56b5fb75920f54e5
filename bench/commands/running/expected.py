"""Expected failures: fails that the terminal's owner announced in a file, held against what the run found.

Leaves the verdicts alone: an expectation stands beside a verdict and changes none. What does not hold any more
(expired, seen on another firmware, no longer failing) fails the run, so that the file cannot grow old unnoticed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import msgspec

from bench.case import (
    EXIT_FAIL,
    EXIT_INCONCLUSIVE,
    EXIT_PASS,
    CaseResult,
    ExpectedFailure,
    RunResult,
    Verdict,
    exit_code,
)
from bench.commands import sentences
from reports.repeats import attempts_of, outcomes
from simulators.settings import Settings, Word, read
from simulators.tables import DescriptionError, Table, read_file
from simulators.values import near


class ExpectedError(Exception):
    """A file of expected failures that cannot be used; one sentence a line."""


class _Entry(Settings, frozen=True, kw_only=True):
    case: str = ""
    clause: str = ""
    owner: Word
    reason: Word
    firmware: Word
    expires: date


class _File(Settings, frozen=True):
    expected: tuple[_Entry, ...] = ()


def read_expected(path: Path, cases: Collection[str], clauses: Collection[str]) -> tuple[ExpectedFailure, ...]:
    """Read a file of expected failures (docs/FORMATS.md). Raises ExpectedError with every problem of the file."""
    try:
        found = read_file(path, lambda table: _checked(table, cases, clauses), first=1)
    except DescriptionError as error:
        raise ExpectedError("\n".join(f"{path}: {problem}" for problem in error.problems)) from None
    return tuple(
        ExpectedFailure(
            case=each.case,
            clause=each.clause,
            owner=each.owner.strip(),
            reason=each.reason.strip(),
            firmware=each.firmware.strip(),
            expires=each.expires.isoformat(),
        )
        for each in found
    )


def _checked(table: Table, cases: Collection[str], clauses: Collection[str]) -> tuple[_Entry, ...]:
    """The entries, each of something that there is and of nothing twice."""
    found, seen = read(table, _File).expected, set[str]()
    for number, each in enumerate(found, start=1):
        where, name = f"expected[{number}]", each.case or each.clause
        if bool(each.case) == bool(each.clause):
            table.problem(where, *sentences.CASE_OR_CLAUSE())
        elif each.case and each.case not in cases:
            told = sentences.EXPECTED_CASE(name=each.case, meant=near(each.case, cases))
            table.problem(f"{where}.case", *told)
        elif each.clause and each.clause not in clauses:
            told = sentences.EXPECTED_CLAUSE(name=each.clause, meant=near(each.clause, clauses))
            table.problem(f"{where}.clause", *told)
        if name and name in seen:
            table.problem(where, *sentences.EXPECTED_TWICE(name=name))
        seen.add(name)
    return found


def outdated(expected: ExpectedFailure, firmware: str, started: str) -> str:
    """Why an expectation is void before anything ran; empty if it stands. `started` (ISO 8601): when the run began."""
    if started[:10] > expected.expires:
        return str(sentences.EXPIRED(expires=expected.expires))
    if not firmware:
        return str(sentences.NO_FIRMWARE_HASH())
    if expected.firmware != firmware:
        return str(sentences.OTHER_FIRMWARE(own=expected.firmware, firmware=firmware))
    return ""


def applied(run: RunResult, expected: Sequence[ExpectedFailure], firmware: str) -> RunResult:
    """The run with what became of each expectation, and with its fails that are expected told as such."""
    if not expected:
        return run
    found: list[ExpectedFailure] = []
    covered: dict[str, str] = {}
    for each in expected:
        problem = outdated(each, firmware, run.started)
        names = _names(each, run)
        failing = _failing(run, names)
        if problem:
            found.append(msgspec.structs.replace(each, problem=problem))
            continue
        words = f"{each.owner}: {each.reason} ({sentences.UNTIL()} {each.expires})"
        covered |= {name: words for name in failing if name not in covered}
        found.append(_judged(each, run, names, failing))
    cases = tuple(_told(case, covered.get(case.id, "")) for case in run.cases)
    return msgspec.structs.replace(run, cases=cases, expected=tuple(found))


def _failing(run: RunResult, names: Sequence[str]) -> list[str]:
    """Those cases that failed, not merely differed from attempt to attempt."""
    attempts = attempts_of(run)
    return [
        name
        for name, verdict in outcomes(run).items()
        if name in names and verdict is Verdict.FAIL and any(case.verdict is Verdict.FAIL for case in attempts[name])
    ]


def _names(expected: ExpectedFailure, run: RunResult) -> list[str]:
    """The cases of the run that an expectation is about."""
    return [
        name
        for name, attempts in attempts_of(run).items()
        if name == expected.case or any(expected.clause in attempt.clauses for attempt in attempts)
    ]


def _judged(expected: ExpectedFailure, run: RunResult, names: Sequence[str], failing: Sequence[str]) -> ExpectedFailure:
    if failing:
        return msgspec.structs.replace(expected, note=str(sentences.FAILS_AS_EXPECTED(failing=failing)))
    if not names:
        return msgspec.structs.replace(expected, note=str(sentences.NOT_IN_RUN()))
    told = outcomes(run)
    if all(told[name] is Verdict.PASS for name in names):
        return msgspec.structs.replace(expected, problem=str(sentences.PASSES_NOW()))
    words = ", ".join(dict.fromkeys(told[name].value for name in names if told[name] is not Verdict.PASS))
    return msgspec.structs.replace(expected, note=str(sentences.NOT_DECIDED(words=words)))


def _told(case: CaseResult, words: str) -> CaseResult:
    expected = words if case.verdict is Verdict.FAIL else ""
    return msgspec.structs.replace(case, expected_fail=expected)


def exit_of(run: RunResult) -> int:
    """The exit code of a run: by the verdict of each case over all its attempts (R-07).

    A case whose fail is expected does not make it 1; an expectation that does not hold any more does. Cases that run in
    other rigs only do not count beside those that passed, nor do those for which this computer lacks a part, unless
    the run is to be complete.
    """
    spared = {case.id for case in run.cases if case.elsewhere or (case.lacking and not run.complete)}
    told = {name: verdict for name, verdict in outcomes(run).items() if name not in spared}
    expected = {name for name, attempts in attempts_of(run).items() if any(case.expected_fail for case in attempts)}
    code = exit_code(Verdict.PASS if name in expected else verdict for name, verdict in told.items())
    outdated = any(each.problem for each in run.expected)
    return EXIT_FAIL if outdated and code in (EXIT_PASS, EXIT_INCONCLUSIVE) else code
