"""Repeatability: all attempts of cases that ran more than once, and the spread of what they measured (R-07).

Leaves the verdict of a case to `outcome` below and its wording to screen and pages. Nothing here makes a verdict
better: attempts that differ are not repeatable and count as fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from bench.case import CaseResult, RunResult, Text, Verdict

# Verdicts that say something of the terminal; only these can make the attempts of a case differ. An error is the
# bench's, and the others follow from the capability statement and the rig.
_TERMINALS = (Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE)
# One attempt without a verdict keeps the others from standing for all.
_ORDER = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.REVIEW,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_RUN,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt in the table; `instead_of` is the number of the interrupted attempt that it repeats."""

    attempt: int
    verdict: Verdict
    interrupted: bool = False
    instead_of: int = 0


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity over the attempts that measured it: decimal text in `unit`, `samples` the number of attempts.

    `id` is that of the check or measurement. With an even number of attempts the median is the mean of the middle two.
    """

    id: str
    name: Text
    unit: str
    least: str
    median: str
    most: str
    samples: int
    op: str = ""
    limit: str = ""


class Repeatability(msgspec.Struct, frozen=True, kw_only=True):
    """What the attempts of one case say together: `verdict` is that of the case (mixed attempts: fail)."""

    id: str
    title: Text
    verdict: Verdict
    repeatable: bool
    attempts: tuple[Attempt, ...]
    spreads: tuple[Spread, ...] = ()


def counting(attempts: Sequence[CaseResult]) -> list[CaseResult]:
    """The attempts that count: all but interrupted ones that a further attempt repeats (R-07: only after an error)."""
    repeated = {attempt.instead_of for attempt in attempts if attempt.instead_of}
    return [attempt for attempt in attempts if not (attempt.interrupted and attempt.attempt in repeated)]


def outcome(attempts: Sequence[CaseResult]) -> Verdict | None:
    """The verdict of all attempts of one case, worst first; mixed ones are not repeatable and fail (R-07).

    None of nothing.
    """
    if not repeatable(attempts):
        return Verdict.FAIL
    found = {attempt.verdict for attempt in counting(attempts)}
    return next((verdict for verdict in _ORDER if verdict in found), None)


def repeatable(attempts: Sequence[CaseResult]) -> bool:
    """Whether the attempts of one case say the same of the terminal (R-07)."""
    return not mixed([attempt.verdict for attempt in attempts])


def mixed(verdicts: Iterable[Verdict]) -> bool:
    """Whether verdicts of the same thing say different things of the terminal."""
    return len(set(verdicts) & set(_TERMINALS)) > 1


def attempts_of(run: RunResult) -> dict[str, list[CaseResult]]:
    """The attempts of each case, in the order of the run."""
    found: dict[str, list[CaseResult]] = {}
    for case in run.cases:
        found.setdefault(case.id, []).append(case)
    return found


def outcomes(run: RunResult) -> dict[str, Verdict]:
    """The verdict of each case over all its attempts, in the order of the run."""
    told = {name: outcome(attempts) for name, attempts in attempts_of(run).items()}
    return {name: verdict for name, verdict in told.items() if verdict is not None}


def repeatability(run: RunResult) -> tuple[Repeatability, ...]:
    """The table: one row for each case with more than one attempt, in the order of the run."""
    return tuple(_row(attempts) for attempts in attempts_of(run).values() if len(attempts) > 1)


def _row(attempts: Sequence[CaseResult]) -> Repeatability:
    verdict = outcome(attempts)
    assert verdict is not None
    return Repeatability(
        id=attempts[0].id,
        title=attempts[0].title,
        verdict=verdict,
        repeatable=repeatable(attempts),
        attempts=tuple(
            Attempt(
                attempt=case.attempt, verdict=case.verdict, interrupted=case.interrupted, instead_of=case.instead_of
            )
            for case in attempts
        ),
        spreads=tuple(_spreads(counting(attempts))),
    )


class _Samples(msgspec.Struct):
    """The values of one quantity, and how it is named and limited."""

    name: Text
    unit: str
    op: str
    limit: str
    values: list[Decimal]


def _spreads(attempts: Sequence[CaseResult]) -> list[Spread]:
    """The spread of every quantity that at least two attempts measured, in the order of the first one."""
    found: dict[str, _Samples] = {}
    for attempt in attempts:
        told = [(check, check.measured) for check in attempt.checks]
        for finding, text in (*told, *((each, each.value) for each in attempt.measurements)):
            value = _decimal(text)
            if value is not None:
                blank = _Samples(finding.name, finding.unit, finding.op, finding.limit, [])
                found.setdefault(finding.id, blank).values.append(value)
    return [_spread(id, samples) for id, samples in found.items() if len(samples.values) > 1]


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _spread(id: str, samples: _Samples) -> Spread:
    values = sorted(samples.values)
    middle = len(values) // 2
    median = values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
    return Spread(
        id=id,
        name=samples.name,
        unit=samples.unit,
        least=f"{values[0]:f}",
        median=f"{median:f}",
        most=f"{values[-1]:f}",
        samples=len(values),
        op=samples.op,
        limit=samples.limit,
    )


def mixed_reason(attempts: Sequence[CaseResult], verdicts: Sequence[Verdict] = ()) -> Text:
    """Why what is not repeatable fails: a case, or with `verdicts` what its attempts said of one clause."""
    told = verdicts or [attempt.verdict for attempt in attempts]
    en = ", ".join(verdict.value for verdict in told)
    zh = "、".join(verdict.zh for verdict in told)
    return Text(
        f"not repeatable: the attempts of {attempts[0].id} came to {en} (R-07)",
        f"不可重复：{attempts[0].id} 各次结果为{zh}（R-07）",
    )
