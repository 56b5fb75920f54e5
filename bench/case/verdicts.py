"""Verdicts, marks of evidence and exit codes: how single results become one statement (R-05, R-06, R-08).

Leaves what a check or a case is to the other modules of this room. Everything here is pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What the bench says of a check, a case or a clause."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"
    NOT_RUN = "not run"
    REVIEW = "review"
    ERROR = "error"

    @property
    def zh(self) -> str:
        """The verdict in Chinese."""
        return _VERDICT_ZH[self]


_VERDICT_ZH = {
    Verdict.PASS: "通过",
    Verdict.FAIL: "不通过",
    Verdict.INCONCLUSIVE: "无法判定",
    Verdict.NOT_APPLICABLE: "不适用",
    Verdict.NOT_RUN: "未执行",
    Verdict.REVIEW: "待人工复核",
    Verdict.ERROR: "台架错误",
}

_CASE_ORDER = (Verdict.ERROR, Verdict.FAIL, Verdict.REVIEW, Verdict.INCONCLUSIVE, Verdict.PASS)
_CLAUSE_ORDER = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.REVIEW,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_RUN,
    Verdict.PASS,
)


class Mark(StrEnum):
    """What kind of time the evidence of a check comes from (R-08); the weakest first."""

    EXTRAPOLATED = "extrapolated"
    STEPPED = "stepped"
    VIRTUAL = "virtual"
    ACCELERATED = "accelerated"
    REAL = "real"

    @property
    def zh(self) -> str:
        """The mark in Chinese."""
        return _MARK_ZH[self.value]

    @classmethod
    def of_rig(cls, rig: str) -> Mark:
        """The mark of what a rig shows by itself."""
        return cls.VIRTUAL if rig == VIRTUAL_RIG else cls.REAL


_MARK_ZH = {
    "extrapolated": "外推",
    "stepped": "步进",
    "virtual": "虚拟时间",
    "accelerated": "加速",
    "real": "实时",
}
VIRTUAL_RIG = "virtual"


def weakest(marks: Iterable[Mark | None]) -> Mark | None:
    """The weakest kind of evidence among several; None of nothing."""
    found = set(marks)
    return next((mark for mark in Mark if mark in found), None)


def case_verdict(checks: Iterable[Verdict]) -> Verdict:
    """Worst executed check in the order error, fail, review, inconclusive, pass; none executed is inconclusive (R-06).

    A check that is not run, because this rig cannot decide it (R-08), is no executed check.
    """
    found = set(checks)
    return next((verdict for verdict in _CASE_ORDER if verdict in found), Verdict.INCONCLUSIVE)


def clause_verdict(cases: Iterable[Verdict]) -> Verdict:
    """Worst case in the order fail, error, review, inconclusive, not run, pass (R-06).

    Not applicable stands only when it is the answer of all cases; no case at all is not run.
    """
    found = set(cases)
    for verdict in _CLAUSE_ORDER:
        if verdict in found:
            return verdict
    return Verdict.NOT_APPLICABLE if found else Verdict.NOT_RUN


EXIT_PASS, EXIT_FAIL, EXIT_INCONCLUSIVE, EXIT_ERROR, EXIT_USAGE = 0, 1, 2, 3, 4


def exit_code(cases: Iterable[Verdict]) -> int:
    """0 all pass, 1 a fail, 2 nothing worse than inconclusive, 3 the bench's own error. Nothing run is inconclusive."""
    found = set(cases)
    if Verdict.ERROR in found:
        return EXIT_ERROR
    if Verdict.FAIL in found:
        return EXIT_FAIL
    open_verdicts = {Verdict.INCONCLUSIVE, Verdict.REVIEW, Verdict.NOT_RUN}
    if found & open_verdicts or Verdict.PASS not in found:
        return EXIT_INCONCLUSIVE
    return EXIT_PASS
