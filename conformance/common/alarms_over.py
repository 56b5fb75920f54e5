"""Alarms that stand though what they told of is over: asked of every history whose drive says what is mended (R-41).

Leaves when an alarm is raised, and by which words, to the judges of alarms. These are standing questions
(`bench.case.standing`): a drive says by `MENDED` what was disturbed and is as it should be from then on; alarms that
the product shows later are judged then. No code and no word of an alarm is needed, only the name of what it is about.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, EvidenceKind, Measurement, Notice, criterion, measure
from bench.case.standing import Standing
from bench.history import History
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common import notices
from conformance.common.queries import answers
from conformance.common.times import MINUTE, instant_of_iso, local

ALARMS_END = criterion(
    "alarms-end",
    en="an alarm about what was disturbed is cleared once that is over, in every case that mends it and looks again",
    zh="凡用例排除故障后再次查看，相关告警均已解除",
    unit="alarms",
    evidence=EvidenceKind.READ_OUT,
)


class Mended(Words, frozen=True):
    """What the case has put right: names, separated by blanks."""

    names: str


MENDED = Mark("mended-now", Mended)
_STATES = (
    Notice.BUFFER_FILLING,
    Notice.STORE_FILLING,
    Notice.LOG_FILLING,
    Notice.CERTIFICATE_ALTERED,
    Notice.CERTIFICATE_ENDING,
    Notice.CERTIFICATE_REFUSED,
    Notice.REVOCATION_LIST_MISSING,
    Notice.CERTIFICATE_STATUS_MISSING,
    Notice.SOURCE_LOST,
    Notice.ALARM_RAISED,
)
_EVENTS = tuple(notice for notice in Notice if notice not in _STATES)
"""What has happened stays true, however long ago (a register fell, a gap was filled)."""
SETTLED_US = 3 * MINUTE
"""A look so long after it was mended, or later, decides; what is polled more slowly gets as long by its case."""


def findings(history: History) -> Iterator[Check | Measurement]:
    """Alarms that were raised before something was mended, name it, and stand at the last look after it."""
    stands: list[str] = []
    known = 0
    for mark in MENDED.of(history):
        looks = [event for event in answers(history, "alarms") if event.t >= mark.t + SETTLED_US]
        mine = (
            [row for row in looks[-1].rows if _about(history, row, mark.detail.names.split(), mark.t)] if looks else []
        )
        known += len(mine)
        stands += [
            f"mended {local(mark.t)}, stands at {local(looks[-1].t)}: {notices.line(row)}"
            for row in mine
            if not row.get("cleared")
        ]
    if known:
        yield measure("alarms-looked-at", known, en="alarms looked at in passing", zh="附带检查的告警数", unit="alarms")
        yield ALARMS_END.none(stands, known)


def _about(history: History, row: dict[str, str], names: list[str], mended: int) -> bool:
    raised = instant_of_iso(row.get("raised", ""))
    if notices.tells(history, row, *_EVENTS):
        return False
    return raised is not None and raised < mended and notices.names(row, names)


STANDING = Standing({ALARMS_END: ("isc-2/8.2c",)}, findings)
