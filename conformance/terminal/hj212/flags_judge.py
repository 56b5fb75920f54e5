"""Flags of HJ 212-2017 table 8 by what was the matter: communication, instrument, range.

Leaves flags of sound records to `delivery`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bench.case import Check, Criterion, criterion
from bench.history import History, Stored
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common.delivery import setup_of
from conformance.common.times import MINUTE, instant_of, local
from conformance.common.truth import length_of

SILENCE_IS_COMMUNICATION = criterion(
    "silence-is-communication",
    en="what a silent meter leaves out is flagged as failed communication or a failed instrument (B, D, F), never good",
    zh="表计无应答造成的缺失以通信或仪器故障标记（B、D、F），不以正常标记上传",
    unit="records",
)
EXCESS_IS_RANGE = criterion(
    "excess-is-range",
    en="what exceeds an instrument's range is flagged so (T), and never as good",
    zh="超量程数据以 T 标记，不以正常标记上传",
    unit="records",
)


class Flagged(Words, frozen=True, kw_only=True):
    """The meter that is silent, and the point beyond its range."""

    silent: str
    beyond: str


FLAGGED, UNFLAGGED = Mark("flagged", Flagged), Plain("unflagged")
FEWEST = 3
_PASSING_US = 6 * MINUTE
"""Records whose interval began so soon after the change may hold readings from before it."""


def findings(history: History) -> Iterator[Check]:
    """Records of the stretch in which two things were the matter, by the points that they are about."""
    began, ended = FLAGGED.last(history), UNFLAGGED.last(history)
    points = history.began.points
    silent = [point.id for point in points if began is not None and point.meter == began.detail.silent]
    beyond = [] if began is None else [began.detail.beyond]
    span = (0, 0) if began is None or ended is None else (began.t + _PASSING_US, ended.t)
    yield _of(history, SILENCE_IS_COMMUNICATION, silent, "BDF", span)
    yield _of(history, EXCESS_IS_RANGE, beyond, "T", span)


def _of(history: History, asked: Criterion, points: Collection[str], right: str, span: tuple[int, int]) -> Check:
    """Every record of these points in the span has one of the right flags. One left out says nothing.

    One that is flagged as good has nothing to be made of, and does not count as seen.
    """
    wrong: list[str] = []
    seen = 0
    for centre in history.began.centres:
        setup = setup_of(history, centre.name)
        codes = {code: point for point, code in setup.codes.items() if point in points}
        for event in history.of(Stored):
            start = instant_of(event.stamp)
            if event.centre != centre.name or event.code not in codes or start is None or event.kind == "day":
                continue
            length = 0 if event.kind == "realtime" else length_of(event.kind, setup)
            if not span[0] <= start or start + length > span[1]:
                continue
            seen += event.flag != "N"
            if event.flag not in right:
                where = f"{event.centre} {codes[event.code]} {event.kind} {local(start)}"
                wrong.append(f"{where}: flag {event.flag or 'none'}, expected one of {', '.join(right)}")
    return asked.none(wrong, seen >= FEWEST)
