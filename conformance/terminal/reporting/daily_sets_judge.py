"""Emissions of a day at a platform: their codes, and whether the day is whole.

Leaves single figures to `figures_judge`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bench.case import Finding, criterion
from bench.history import History, Stored
from conformance.common.delivery import setup_of
from conformance.common.times import DAY, ceil, instant_of, local
from conformance.terminal.accounting.figures_judge import sent_findings

FIVE_SEGMENTS = criterion(
    "five-segments",
    en="emissions come under codes of five segments: sector, activity, source, parameter, number",
    zh="排放量数据编码由行业、排放活动、排放源、排放参数、监测点序号五段组成",
    unit="records",
)
WHOLE_DAY = criterion(
    "whole-day",
    en="of every emission figure the platform has 96 quarter-hours and the day",
    zh="平台存有每项排放量的 96 个 15 min 值和日值",
    unit="figures",
)
_FORM = re.compile(r"\d{2}-\d{2}-\d{4}-\d{6}-\d{2}")


def _is_one(code: str, known: Mapping[str, None]) -> bool:
    """Whether a code has five segments and is one that the terminal was told."""
    return _FORM.fullmatch(code) is not None and code in known


def findings(history: History, centre: str) -> Iterator[Finding]:
    """What a platform stored of the emissions of the first whole day."""
    setup = setup_of(history, centre)
    stored = [event for event in history.of(Stored) if event.centre == centre]
    others = dict.fromkeys(setup.codes.values())
    emissions = [event for event in stored if event.code not in others]
    known = dict.fromkeys(setup.figures.values())
    odd = [f"{local(each.t)}: {each.code}" for each in emissions if not _is_one(each.code, known)]
    yield FIVE_SEGMENTS.none(odd, emissions)
    day = ceil(history.began.t, DAY)
    lacking: list[str] = []
    for name, code in setup.figures.items():
        mine = [each for each in emissions if each.code == code]
        starts = {(each.kind, start) for each in mine if (start := instant_of(each.stamp)) is not None}
        quarters = sum(kind == "minute" and day <= start < day + DAY for kind, start in starts)
        if quarters != 96 or ("day", day) not in starts:
            lacking.append(f"{name} ({code}): {quarters} quarter-hours, day value {('day', day) in starts}")
    yield WHOLE_DAY.none(lacking, setup.figures)
    yield from sent_findings(history, [centre], ("minute", "day"), day + DAY)
