"""A history judged by its case: checks as declared, under the conditions of clock and rig (R-06, R-08, R-10).

Leaves the questions to the case and the conditions to `clock_condition` and `program_evidence`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from bench.case import claimed, measuring, starved, unanswered
from bench.case.checks import Check, Measurement, as_seen_in, in_words
from bench.case.clock_condition import conditioned
from bench.case.declaration import Case, Evidence, Finding
from bench.case.lifeless import brought_down
from bench.case.program_evidence import not_run, own_findings
from bench.case.standing import standing_checks, standing_findings
from bench.case.verdicts import Verdict, case_verdict
from bench.history import CutShort, History, Observed, Trouble


class Judgement(NamedTuple):
    """What a case says of a history; `faults` are the bench's own, each a sentence, and make the verdict an error."""

    verdict: Verdict
    checks: tuple[Check, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    faults: tuple[str, ...] = ()


def judge(case: Case, history: History) -> Judgement:
    """Let a case judge a history; every check gets the clauses that the case declares for it.

    A declared check that was not yielded, one that was yielded and not declared, and two with one id are faults of the
    bench; where the case was cut short or its stimulus did not take place, what was not yielded is inconclusive.
    """
    if not_run(history):
        return Judgement(Verdict.NOT_RUN)
    own = unanswered.settled(history, list(case.judge(history)), case.judge)
    own += _left_open(case, history, own)
    found = [*own, *own_findings(history), *standing_findings(history, case.item)]
    rig, fast = history.began.rig, history.began.accelerated > 1
    asked = brought_down(history, [_worded(finding) for finding in found if isinstance(finding, Check)])
    asked = claimed.held(case.id(), history, asked)
    gaps = _no_way_to(history)
    asked = [_with_gaps(each, gaps) for each in asked]
    checks, clock = conditioned(history, asked)
    checks = tuple(measuring.stated(history, check) for check in starved.conditioned(history, checks))
    decided = standing_checks() | {criterion.id: clauses for criterion, clauses in case.checks.items()}
    unseen = _unseen(case, history)
    for missing, instead in _instead(case, history).items():
        decided[instead] = tuple(dict.fromkeys((*decided[instead], *decided[missing])))
    checks = tuple(
        msgspec.structs.replace(
            as_seen_in(rig, unseen.get(each.id, each), accelerated=fast), clauses=decided.get(each.id, ())
        )
        for each in checks
    )
    measurements = (*(finding for finding in found if isinstance(finding, Measurement)), *clock)
    faults = tuple(_faults(case, own, [*checks, *measurements]))
    trouble = bool(faults or history.of(Trouble))
    return Judgement(
        Verdict.ERROR if trouble else case_verdict(check.verdict for check in checks), checks, measurements, faults
    )


def _worded(found: Check) -> Check:
    """A check whose evidence has no names of Python's exceptions; a program's own last words stay as they are."""
    if found.condition:
        return found
    return msgspec.structs.replace(found, actual=in_words(found.actual), evidence=tuple(map(in_words, found.evidence)))


def _no_way_to(history: History) -> str:
    """What a case wanted of a platform and its profile has no way to; empty where there is nothing."""
    wanted = dict.fromkeys(event.what for event in history.of(Observed) if event.outcome == "unmapped")
    return ", ".join(wanted)


def _with_gaps(check: Check, gaps: str) -> Check:
    """An open check that says what of the profile may be the cause."""
    if not gaps or check.condition or check.verdict is not Verdict.INCONCLUSIVE:
        return check
    told = f"[functions] has no way to {gaps} / 档案 [functions] 未说明上述操作"
    return msgspec.structs.replace(check, actual="; ".join(filter(None, (check.actual, told))))


def _unseen(case: Case, history: History) -> dict[str, Check]:
    """Checks that rest on evidence which the product does not offer: not run, whatever their judge found (R-46)."""
    found: dict[str, Check] = {}
    for need in case.needs:
        if isinstance(need, Evidence) and history.began.claims.get(need.question) == "no":
            for asked in filter(lambda asked, need=need: need.decides(asked.id), case.checks):
                told = f"needs {need.question}, which the profile denies (R-46) / 所需手段未声明（R-46）"
                found[asked.id] = msgspec.structs.replace(
                    asked.decide(None, actual=told), verdict=Verdict.NOT_RUN, reading_b=None
                )
    return found


def _instead(case: Case, history: History) -> dict[str, str]:
    """Checks that the product gives no evidence for, each with the one that decides its clauses now."""
    declared = {criterion.id for criterion in case.checks}
    return {
        missing: instead
        for need in case.needs
        if isinstance(need, Evidence) and history.began.claims.get(need.question) == "no"
        for missing, instead in need.instead.items()
        if missing in declared and instead in declared
    }


def _left_open(case: Case, history: History, own: Sequence[Finding]) -> list[Check]:
    """Declared checks that nothing could be asked of: the case was cut short, or its stimulus did not take place."""
    yielded = {finding.id: finding for finding in own if isinstance(finding, Check)}
    short = [event.what for event in history.of(CutShort)]
    unmet = [
        str(found.name)
        for criterion in case.checks
        if criterion.condition and (found := yielded.get(criterion.id)) and found.verdict is not Verdict.PASS
    ]
    if not (short or unmet):
        return []
    why = "; ".join([*short, *unmet])
    return [
        criterion.decide(None, actual=f"not asked / 未能判定: {why}")
        for criterion in case.checks
        if criterion.id not in yielded and not criterion.condition and not criterion.optional
    ]


def _faults(case: Case, own: Sequence[Finding], found: Sequence[Finding]) -> Iterator[str]:
    ids = [finding.id for finding in found]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"{case.id()}: two findings are called {twice} / 判据重名"
    yielded = {finding.id for finding in own if isinstance(finding, Check)}
    declared = {criterion.id: criterion.optional or criterion.condition for criterion in case.checks}
    for name, optional in declared.items():
        if name not in yielded and not optional:
            yield f"{case.id()}: the check {name} is declared, and its judge did not yield it / 已声明的判据未给出结果"
    for name in sorted(yielded - set(declared)):
        yield f"{case.id()}: the check {name} was yielded, and the case does not declare it / 结果所属判据未声明"
