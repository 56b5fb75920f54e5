"""Two runs side by side: verdicts, measured values within their uncertainties, what is new, mended, worse.

Leaves reading and proving the runs to `bench.commands.finished`. Measured values agree where E_n, their difference over
the root of the sum of the squared expanded uncertainties (ISO 13528), is 1 at most; without uncertainties where equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum

import msgspec

from bench.case import CaseResult, Check, ClauseResult, Measurement, RunResult, Text, Verdict
from reports.repeats import attempts_of, counting, outcome


class Change(StrEnum):
    """How an item of the second run stands to that of the first, the most important first."""

    WORSE = "worse"
    DIFFERS = "differs"
    MENDED = "mended"
    OTHER = "other verdict"
    GONE = "gone"
    NEW = "new"
    SAME = "same"

    @property
    def zh(self) -> str:
        """In Chinese."""
        return {
            "worse": "变差",
            "differs": "测得值不一致",
            "mended": "已改正",
            "other verdict": "判定不同",
            "gone": "不再出现",
            "new": "新增",
            "same": "一致",
        }[self.value]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One case, check, measured value or clause (`kind`): what each run says, and `en` where both measured."""

    kind: str
    id: str
    name: Text
    first: str
    second: str
    change: Change
    en: str = ""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was."""

    run: str
    terminal: str
    rig: str
    seed: int
    commit: str
    history_digest: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two runs compared. `records` of their `common` records have the same events (-1: not looked at)."""

    format: str = "carbonbench-compare/1"
    first: Side
    second: Side
    rows: tuple[Row, ...]
    common: int = 0
    records: int = -1
    unlike: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """How many items changed how."""
        found = {change.value: sum(row.change is change for row in self.rows) for change in Change}
        return {name: number for name, number in found.items() if number}

    @property
    def worse(self) -> bool:
        """Whether anything is worse, or measured otherwise."""
        return any(row.change in (Change.WORSE, Change.DIFFERS) for row in self.rows)


def side(run: RunResult) -> Side:
    """The head of a run."""
    return Side(
        run=run.run,
        terminal=run.terminal,
        rig=run.rig,
        seed=run.seed,
        commit=run.commit,
        history_digest=run.history_digest,
    )


def compared(first: RunResult, second: RunResult) -> Iterator[Row]:
    """Every clause, case, check and measured value of both."""
    yield from _clauses(first.clauses, second.clauses)
    one, two = attempts_of(first), attempts_of(second)
    for name in sorted({*one, *two}):
        was, now = counting(one.get(name, ())), counting(two.get(name, ()))
        title = (now or was)[0].title
        yield _verdicts("case", name, title, outcome(was), outcome(now))
        if was and now:
            yield from _inside(name, was, now)


def _clauses(first: Sequence[ClauseResult], second: Sequence[ClauseResult]) -> Iterator[Row]:
    was, now = ({clause.id: clause.verdict for clause in each} for each in (first, second))
    for name in dict.fromkeys((*was, *now)):
        yield _verdicts("clause", name, Text(name, name), was.get(name), now.get(name))


def _verdicts(kind: str, id: str, name: Text, was: Verdict | None, now: Verdict | None) -> Row:
    return Row(
        kind=kind,
        id=id,
        name=name,
        first=was.value if was else "",
        second=now.value if now else "",
        change=change_of(was, now),
    )


def change_of(was: Verdict | None, now: Verdict | None) -> Change:
    """How two verdicts stand to each other; what was not looked at is neither worse nor mended."""
    silent = (None, Verdict.NOT_RUN, Verdict.NOT_APPLICABLE)
    if was is now:
        return Change.SAME
    if now in silent:
        return Change.GONE
    if was in silent:
        return Change.NEW
    if now is Verdict.PASS:
        return Change.MENDED
    return Change.WORSE if was is Verdict.PASS or now is Verdict.FAIL else Change.OTHER


def _inside(case: str, was: Sequence[CaseResult], now: Sequence[CaseResult]) -> Iterator[Row]:
    checks = [_worst_checks(each) for each in (was, now)]
    for name in dict.fromkeys((*checks[0], *checks[1])):
        one, two = checks[0].get(name), checks[1].get(name)
        shown = two or one
        assert shown is not None
        yield _verdicts("check", f"{case}:{name}", shown.name, one and one.verdict, two and two.verdict)
        if one and two:
            yield from _measured(f"{case}:{name}", shown.name, one, two)
    told = [{each.id: each for case_ in held for each in case_.measurements} for held in (was, now)]
    for name in dict.fromkeys(each for each in told[0] if each in told[1]):
        one, two = told[0][name], told[1][name]
        yield from _measured(f"{case}:{name}", two.name, one, two)


def _worst_checks(attempts: Sequence[CaseResult]) -> dict[str, Check]:
    """The checks of all attempts, the worst of each."""
    order = (Verdict.ERROR, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.NOT_RUN, Verdict.PASS)
    rank = {verdict: number for number, verdict in enumerate(order)}
    found: dict[str, Check] = {}
    for attempt in attempts:
        for check in attempt.checks:
            known = found.get(check.id)
            if known is None or rank.get(check.verdict, 9) < rank.get(known.verdict, 9):
                found[check.id] = check
    return found


def _measured(id: str, name: Text, one: Check | Measurement, two: Check | Measurement) -> Iterator[Row]:
    """A value with an uncertainty in either run; counts are compared by their verdicts alone."""
    first, second = (each.measured if isinstance(each, Check) else each.value for each in (one, two))
    if not (one.uncertainty or two.uncertainty):
        return
    try:
        apart = abs(Decimal(first) - Decimal(second))
        spread = (Decimal(one.uncertainty or "0") ** 2 + Decimal(two.uncertainty or "0") ** 2).sqrt()
    except InvalidOperation:
        return
    ratio = apart / spread if spread else Decimal(0 if not apart else 999)
    yield Row(
        kind="value",
        id=id,
        name=name,
        first=f"{first} ± {one.uncertainty or '?'} {one.unit}",
        second=f"{second} ± {two.uncertainty or '?'} {two.unit}",
        change=Change.SAME if ratio <= 1 else Change.DIFFERS,
        en=f"{ratio:.2f}",
    )
