"""Requests about instruments and field information (HJ 212-2017 tables 6, 7, 9, B.10): what is told, what is refused.

Leaves time-outs, intervals and identity to `command_handling_judge`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bench.case import Check, criterion
from bench.history import Commanded, History, Observed, Received
from bench.history.marks import Mark, Plain
from bench.history.observation import Words
from conformance.common.times import MINUTE, SECOND, instant_of, instant_of_iso, local

NOTHING_DONE_WITHOUT_INSTRUMENT = criterion(
    "nothing-done-without-instrument",
    en="a request to an instrument that is not there is not reported as done",
    zh="对不存在仪表的请求不得报告执行成功或返回数据",
    unit="requests",
)
REFUSED_FOR_WHAT_IT_IS = criterion(
    "refused-for-what-it-is",
    en="it is refused: by QnRtn 2, 8 or 100, or by ExeRtn 2, 3, 6 or 100 after QnRtn 1",
    zh="以 QnRtn 2、8、100 拒绝，或 QnRtn 1 后以 ExeRtn 2、3、6、100 结束",
    unit="requests",
)
CLOCK_OF_NOBODY_SET = criterion(
    "clock-of-nobody-set",
    en="setting the clock of an instrument that is not there leaves the terminal's own clock alone",
    zh="对不存在仪表的校时不影响终端自身时钟",
    unit="readings",
)
NO_LOG_NO_DATA = criterion(
    "no-log-no-data",
    en="a range without log entries ends with ExeRtn 100 and no data",
    zh="无日志的时段以 ExeRtn 100 结束，不返回数据",
    unit="requests",
)
LOG_FORM = criterion(
    "log-form", en="log text stands between // and //", zh="日志文本位于 // 与 // 之间", unit="entries"
)
LOG_TOLD = criterion(
    "log-told",
    en="what is told of the log lies in the range asked for and stands in the terminal's log at that time",
    zh="上报的日志在所请求时段内，且与终端本地日志的时刻一致",
    unit="entries",
)
TELLS = criterion(
    "tells-{0}",
    en="{0} is told as it is, with the time of now (0: running, connected)",
    zh="{0} 如实上报（0：运行、通信正常），时间为当前",
    unit="answers",
)


class Absent(Words, frozen=True, kw_only=True):
    """The instrument that is not there."""

    device: str


class Range(Words, frozen=True, kw_only=True):
    """The range of the log that is asked for (stamps of HJ 212), and the device asked about.

    Records of an earlier suite do not say what was asked about.
    """

    begin: str
    end: str
    about: str | None = None


INSTRUMENTS = Mark("instruments", Absent)
"""It is asked about an instrument that is not there."""
LOGGER = Mark("logger", Range)
"""The terminal is asked about itself."""
NO_LOG = Plain("no-log")
"""It is asked for a range before there was any log."""
_REFUSED_AT_ONCE = ("2", "8", "100")
_REFUSED_LATER = ("2", "3", "6", "100")
_NO_DATA = "100"
_NAMED = ("PolId", "InfoId", "DataTime")
_STATES = {"i22001-Info": "0", "i22003-Info": "0"}
_STATE_WITHIN_US = MINUTE
_LOG_LINE = re.compile(r"CP=&&DataTime=(\d{14});.*?i21001-Info=(.*?)&&", re.DOTALL)


def _asked(history: History, kind: Mark[Any]) -> list[Commanded]:
    """Requests between a phase and the next one, the clock's own reading left out."""
    mark = kind.first(history)
    return [] if mark is None else [event for event in history.of(Commanded) if mark.t <= event.sent < mark.until]


def _shown(event: Commanded) -> str:
    return f"{local(event.sent)} CN={event.cn}: QnRtn={event.accepted or 'none'} ExeRtn={event.result or 'none'}"


def instrument_findings(history: History) -> Iterator[Check]:
    """What names an instrument that is not there is neither done nor told of, and refused by a code for it."""
    asked = _asked(history, INSTRUMENTS)
    done = [
        f"{_shown(event)} {event.answer}"
        for event in asked
        if event.result == "1" or any(name not in _NAMED for name in event.answer)
    ]
    yield NOTHING_DONE_WITHOUT_INSTRUMENT.none_among(asked, done, evidence=done[:10])  # fmt: skip
    wrong = [
        _shown(event)
        for event in asked
        if event.result != "1"
        and event.accepted not in _REFUSED_AT_ONCE
        and not (event.accepted == "1" and event.result in _REFUSED_LATER)
    ]
    yield REFUSED_FOR_WHAT_IT_IS.none_among(asked, wrong, evidence=wrong[:10])  # fmt: skip
    clocks = [
        (event, told)
        for event in history.of(Commanded)
        if event.cn == "1011" and (told := instant_of(event.answer.get("SystemTime", ""))) is not None
    ]
    after = [pair for pair in clocks if asked and pair[0].sent > asked[-1].sent]
    off = [f"{local(event.sent)}: told {local(told)}" for event, told in after if abs(told - event.sent) > MINUTE]
    yield CLOCK_OF_NOBODY_SET.none_among(after, off, evidence=off)  # fmt: skip


def logger_findings(history: History) -> Iterator[Check]:
    """State and link are told as they are, as of now and of the device asked about; the log of the range asked."""
    asked, mark = _asked(history, LOGGER), LOGGER.last(history)
    about = None if mark is None else mark.detail.about
    for name, wanted in _STATES.items():
        told = [event for event in asked if event.cn == "3020" and name in event.answer]
        wrong = [
            f"{_shown(event)} {event.answer}"
            for event in told
            if event.answer[name] != wanted
            or (about and event.answer.get("PolId") != about)
            or abs((instant_of(event.answer.get("DataTime", "")) or 0) - event.sent) > _STATE_WITHIN_US
        ]
        code = name.partition("-")[0]
        yield TELLS.of(code).none_among(told, wrong, evidence=wrong)  # fmt: skip
    yield from _log_findings(history)
    empty = [event for event in _asked(history, NO_LOG) if event.cn == "3020"]
    full = [f"{_shown(event)}, {event.fetched} packets" for event in empty if event.result != _NO_DATA or event.fetched]
    yield NO_LOG_NO_DATA.none_among(empty, full, evidence=full)  # fmt: skip


def _log_findings(history: History) -> Iterator[Check]:
    mark = LOGGER.last(history)
    lines: list[tuple[int, str, str]] = []
    if mark is not None:
        for event in history.of(Received):
            found = _LOG_LINE.search(event.frame) if event.cn == "3020" and event.t >= mark.t else None
            at = instant_of(found[1]) if found else None
            if found and at is not None:
                lines.append((at, found[2], f"{local(event.t)}: DataTime={found[1]} {found[2][:80]}"))
    form = [shown for _, text, shown in lines if len(text) < 4 or not (text.startswith("//") and text.endswith("//"))]
    yield LOG_FORM.none_among(lines, form, evidence=form[:5])  # fmt: skip
    begin = None if mark is None else instant_of(mark.detail.begin)
    end = None if mark is None else instant_of(mark.detail.end)
    kept = [
        at // SECOND
        for event in history.of(Observed)
        if event.what == "log" and not event.problem
        for row in event.rows
        if (at := instant_of_iso(row.get("at", ""))) is not None
    ]
    known = frozenset(kept)
    wrong = [
        shown
        for at, _, shown in lines
        if begin is None or end is None or not begin <= at <= end or not {at // SECOND - 1, at // SECOND} & known
    ]
    yield LOG_TOLD.decide(
        None if not lines or not kept else not wrong, measured=len(wrong), limit=0, evidence=wrong[:10]
    )
