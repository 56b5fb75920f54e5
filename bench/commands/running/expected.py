"""Expected failures: fails that the terminal's owner announced in a file, held against what the run found.

Leaves the verdicts alone: an expectation stands beside a verdict and changes none. What does not hold any more
(expired, seen on another firmware, no longer failing) fails the run, so that the file cannot grow old unnoticed.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

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
from reports.repeats import attempts_of, outcomes
from simulators.files import given_text

_KEYS = {"case", "clause", "owner", "reason", "firmware", "expires"}


class ExpectedError(Exception):
    """A file of expected failures that cannot be used; one sentence a line."""


def read_expected(path: Path, cases: Collection[str], clauses: Collection[str]) -> tuple[ExpectedFailure, ...]:
    """Read a file of expected failures (docs/FORMATS.md). Raises ExpectedError with every problem of the file."""
    try:
        raw = tomllib.loads(given_text(path))
    except OSError as error:
        raise ExpectedError(f"{path}: cannot be read: {error.strerror} / 无法读取") from None
    except (ValueError, RecursionError) as error:
        raise ExpectedError(f"{path}: expected TOML: {error} / TOML 语法错误") from None
    problems = [f"{key}: unknown key; entries are tables [[expected]] / 未知键" for key in raw if key != "expected"]
    rows: object = raw.get("expected", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in cast(list[object], rows)):
        problems.append("expected: entries are tables [[expected]] / 应为 [[expected]] 表")
        rows = []
    found = [
        _entry(row, f"expected[{number}]", cases, clauses, problems)
        for number, row in enumerate(cast(list[dict[str, Any]], rows), start=1)
    ]
    seen: set[str] = set()
    for each in found:
        name = each.case or each.clause
        if name and name in seen:
            problems.append(f"{name}: is named twice; one entry for each / 重复条目")
        seen.add(name)
    if problems:
        raise ExpectedError("\n".join(f"{path}: {problem}" for problem in problems))
    return tuple(found)


def _entry(
    row: Mapping[str, Any], where: str, cases: Collection[str], clauses: Collection[str], problems: list[str]
) -> ExpectedFailure:
    for key in row:
        if key not in _KEYS:
            problems.append(f"{where}.{key}: unknown key{_near(key, _KEYS)} / 未知键")
    texts = {key: _text(row, key, where, problems) for key in ("owner", "reason", "firmware")}
    case, clause = str(row.get("case", "")), str(row.get("clause", ""))
    if bool(case) == bool(clause):
        problems.append(f"{where}: expected either case or clause / 须且仅须填写 case 或 clause")
    elif case and case not in cases:
        problems.append(f"{where}.case {case}: no case of that name{_near(case, cases)} / 无此用例")
    elif clause and clause not in clauses:
        problems.append(f"{where}.clause {clause}: no such entry in the ledger{_near(clause, clauses)} / 条款不存在")
    return ExpectedFailure(case=case, clause=clause, expires=_day(row, where, problems), **texts)


def _text(row: Mapping[str, Any], key: str, where: str, problems: list[str]) -> str:
    value = row.get(key)
    if isinstance(value, str) and value.strip():
        return value.strip()
    problems.append(f"{where}.{key}: expected a text, found {'nothing' if value is None else repr(value)} / 缺少 {key}")
    return ""


def _day(row: Mapping[str, Any], where: str, problems: list[str]) -> str:
    value = row.get("expires")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    told = "nothing" if value is None else repr(value)
    problems.append(f"{where}.expires: expected a day such as 2026-12-31, found {told} / 应为日期")
    return ""


def _near(word: str, known: Collection[str]) -> str:
    found = difflib.get_close_matches(word, sorted(known), 1)
    return f"; did you mean {found[0]}?" if found else ""


def outdated(expected: ExpectedFailure, firmware: str, started: str) -> str:
    """Why an expectation is void before anything ran; empty if it stands. `started` (ISO 8601): when the run began."""
    if started[:10] > expected.expires:
        return f"expired on {expected.expires}: mend the fail or have its owner extend it / 已过期"
    if not firmware:
        return "the profile names no firmware_hash to hold it against; add one to [terminal] / 档案缺少 firmware_hash"
    if expected.firmware != firmware:
        return f"is for firmware {expected.firmware}, the profile says {firmware}; look at it anew / 固件不符"
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
        words = f"{each.owner}: {each.reason} (until / 至 {each.expires})"
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
        return msgspec.structs.replace(expected, note=f"fails as expected: {', '.join(failing)} / 如预期不通过")
    if not names:
        return msgspec.structs.replace(expected, note="not part of this run / 本次运行未涉及")
    told = outcomes(run)
    if all(told[name] is Verdict.PASS for name in names):
        return msgspec.structs.replace(expected, problem="passes now: take the entry out / 现已通过：请删除该条目")
    words = ", ".join(dict.fromkeys(told[name].value for name in names if told[name] is not Verdict.PASS))
    return msgspec.structs.replace(expected, note=f"not decided: {words} / 未判定")


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
