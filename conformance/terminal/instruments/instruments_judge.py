"""What a register of instruments shows beside what was entered (CSMT 11.10)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, Criterion, EvidenceKind, criterion
from bench.history import History
from bench.history import people as told_of


def _shown(name: str, en: str, zh: str) -> Criterion:
    return criterion(name, en=en, zh=zh, unit="entries", evidence=EvidenceKind.READ_OUT)


BASICS = _shown(
    "basics-kept", "number, type and class of an instrument are kept as entered", "器具编号、型号、准确度等级与登记一致"
)
CALIBRATION = _shown(
    "calibration-kept", "dates of calibration and validity are kept as entered", "检定日期和有效期与登记一致"
)
BASIS = _shown("basis-kept", "the basis of calibration is kept as entered", "检定依据与登记一致")
THIS_MONTH = _shown(
    "due-this-month",
    "an instrument that is due this month is pointed out, and no other is",
    "提示本月到期的器具，且不误报其他器具",
)
NEXT_MONTH = _shown(
    "due-next-month",
    "an instrument that is due next month is pointed out, and no other is",
    "提示下月到期的器具，且不误报其他器具",
)
UNDER = _shown(
    "under-verification",
    "an instrument under verification is listed as such, and no other is",
    "列出正在检定的器具，且不误列其他器具",
)


def findings(history: History) -> Iterator[Check]:
    """Each entry and what was shown after it."""
    looks = [event for event in told_of.INSTRUMENT.of(history) if event.rows]
    for asked, keys in (
        (BASICS, ("number", "type", "accuracy")),
        (CALIBRATION, ("calibrated", "due")),
        (BASIS, ("basis",)),
    ):
        wrong = [
            f"{event.query.told}: {key} is {shown or 'not shown'}, entered {entered}"
            for event in looks
            for key in keys
            if (shown := getattr(event.rows[0], key)) != (entered := getattr(event.query, key))
        ]
        yield asked.none(wrong, looks)
    for asked, word in ((THIS_MONTH, "this-month"), (NEXT_MONTH, "next-month"), (UNDER, "under")):
        wrong = [
            f"{event.query.told}: shown as {event.rows[0].state}"
            for event in looks
            if (event.rows[0].due_word == word) is not (event.query.told == word)
        ]
        yield asked.none(wrong, any(event.query.told == word for event in looks))
