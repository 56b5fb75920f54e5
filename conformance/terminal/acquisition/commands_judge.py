"""Commands of a centre: reading at once, history requests (R-15).

Leaves the form of the frames to `frames`. Times are those of the centre and of the meters.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

from bench.case import Check, Measurement, criterion
from bench.history import Commanded, History, Published, Received, Served, Stored
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.accuracy import same_number
from conformance.common.delivery import matches, setup_of
from conformance.common.orders import orders
from conformance.common.times import SECOND, instant_of, local, seconds, uncertainty_s
from conformance.common.truth import Certainty, Key, latest, length_of, truth_of

READ_NOW_ANSWERED = criterion(
    "read-now-answered",
    en="the command is answered with data of every point",
    zh="命令得到全部监测点的数据应答",
    unit="commands",
)
READ_NOW_READS_THE_METER = criterion(
    "read-now-reads-the-meter",
    en="the meters are read between command and answer",
    zh="收到命令后重新读取表计",
    unit="values",
    reading_b_of="R-15",
)
READ_NOW_SENDS_THAT_VALUE = criterion(
    "read-now-sends-that-value", en="the value sent is the one just read", zh="上传值即为本次读取值", unit="values"
)
SAID_LAST_SENT = criterion(
    "said-last-sent",
    en="values of sources that speak by themselves are what those said last",
    zh="主动上送的数据源以其最近一次送出的数值应答",
    unit="values",
)
READ_NOW_ANSWER_TIME = criterion(
    "read-now-answer-time",
    en="at most 5 s from command to answer, bus time apart",
    zh="命令到应答不超过 5 s（不含总线时间）",
    unit="s",
    timed=True,
)
QUERY_ACCEPTED = criterion(
    "query-accepted",
    en="history requests are accepted and end with success",
    zh="历史数据请求被接受并完成",
    unit="records",
)
QUERY_COMPLETE = criterion(
    "query-complete", en="every record of the range comes", zh="所请求时段记录齐全", unit="records"
)
QUERY_TRUE = criterion("query-true", en="every record that comes is right", zh="所返回记录内容正确", unit="records")
QUERY_IN_RANGE = criterion(
    "query-in-range", en="nothing outside the range comes", zh="不返回时段以外的记录", unit="records"
)
QUERY_EMPTY = criterion(
    "query-empty", en="a range without data is answered so", zh="无数据时段按规定应答", unit="records"
)


ANSWER_S = 5


class Query(Words, frozen=True, kw_only=True):
    """The range that is asked for (stamps of HJ 212), of which class; `empty` where no data can exist."""

    kind: str
    empty: Literal["yes", "no"]
    begin: str
    end: str


QUERY = Mark("query", Query)
"""A history request comes next."""


def busy_us(stretches: list[tuple[int, int]]) -> int:
    """How long (us) at least one of these stretches [start, end) was under way."""
    total, until = 0, 0
    for start, end in sorted(stretches):
        total += max(end - max(start, until), 0)
        until = max(until, end)
    return total


def read_now_findings(
    history: History, centre: str, *, needed: int, stands_in: Mapping[str, str] | None = None
) -> Iterator[Check | Measurement]:
    """A fresh meter request after the command and before the answer; its value; the answer within 5 s plus bus time.

    `stands_in` names for points of a silent meter those of its standby, which are read in their place. Reading B: the
    value of the current cycle is enough.
    """
    truth = truth_of(history)
    named = {code: point for point, code in setup_of(history, centre).codes.items()}
    codes = {code: (stands_in or {}).get(point, point) for code, point in named.items()}
    asked = orders(history, "2011", centre=centre)
    unanswered: list[str] = []
    stale: list[str] = []
    wrong: list[str] = []
    b_wrong = False
    delays: list[int] = []
    answered = 0
    for command in asked:
        shown = f"{local(command.sent)} {centre} CN=2011 QN={command.qn}"
        copies = [
            event
            for event in history.of(Stored)
            if event.centre == centre and event.kind == "realtime" and command.sent < event.t <= command.t
        ]
        frames = [
            event.t
            for event in history.between(Received, command.sent, command.t + 1)
            if event.centre == centre and event.cn == "2011"
        ]
        if not copies or not frames or command.accepted != "1":
            unanswered.append(f"{shown}: QnRtn={command.accepted or 'none'}, {len(copies)} values")
            continue
        came = {copy.code for copy in copies}
        absent = [code for code in codes if code not in came]
        if absent:
            unanswered.append(f"{shown}: nothing of {', '.join(absent)}")
        answered += 1
        first = frames[0]
        polls = list(history.between(Served, command.sent, first))
        # Bus time is what the meters took; what the terminal waited between two requests is its own.
        bus = busy_us([(poll.asked, poll.t) for poll in polls])
        delays.append(first - command.sent - bus)
        for copy in copies:
            point = codes.get(copy.code, "")
            series = truth.series.get(point)
            if series is None:
                continue
            fresh = series.between(command.sent, copy.t)
            if not fresh:
                stale.append(f"{shown}: {point} was not read between the command and the answer")
                index = latest(series, copy.t)
                b_wrong = (
                    b_wrong
                    or index is None
                    or not same_number(series.point, series.texts[index], copy.fields.get("Rtd", ""))
                )
                continue
            if not any(same_number(series.point, series.texts[i], copy.fields.get("Rtd", "")) for i in fresh):
                wrong.append(f"{shown}: {point}={copy.fields.get('Rtd')}, the meter replied {series.texts[fresh[-1]]}")
    known = answered >= needed
    yield READ_NOW_ANSWERED.decide(
        None if not asked else not unanswered,
        measured=len(asked) - len(unanswered),
        limit=len(asked),
        evidence=unanswered,
    )
    yield READ_NOW_READS_THE_METER.none(stale, known, has_b=answered > 0, reading_b=not b_wrong and not wrong)
    yield READ_NOW_SENDS_THAT_VALUE.none(wrong, known and not stale)
    yield READ_NOW_ANSWER_TIME.compare(
        Decimal(seconds(max(delays))) if delays else None,
        "<=",
        ANSWER_S,
        uncertainty=uncertainty_s(history),
        guarded=history.began.parameters.get("decision_rule") == "guarded",
        samples=len(delays),
        needed=needed,
    )


def said_last_findings(history: History, centre: str, *, needed: int) -> Iterator[Check]:
    """Each command is answered with every point, and with what its source had said last (proposal P-03).

    What came less than `ANSWER_S` before the command, or until the answer, may be missing in it or not.
    """
    codes = {code: point for point, code in setup_of(history, centre).codes.items()}
    points = {point.id: point for point in history.began.points}
    said: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in history.of(Published):
        for point, text in event.values.items():
            said[point].append((event.t, text))
    asked = orders(history, "2011", centre=centre)
    unanswered: list[str] = []
    wrong: list[str] = []
    compared = 0
    for command in asked:
        shown = f"{local(command.sent)} {centre} CN=2011 QN={command.qn}"
        came = {
            event.code: event
            for event in history.of(Stored)
            if event.centre == centre and event.kind == "realtime" and command.sent < event.t <= command.t
        }
        absent = [code for code in codes if code not in came]
        if absent:
            unanswered.append(f"{shown}: nothing of {', '.join(absent)}")
        for code, copy in came.items():
            before = [each for each in said[codes.get(code, "")] if each[0] <= copy.t]
            settled = bisect_right(before, (command.sent - ANSWER_S * SECOND, "~"))
            if not settled:
                continue
            compared += 1
            point, sent = points[codes[code]], copy.fields.get("Rtd", "")
            if not any(same_number(point, text, sent) for _, text in before[settled - 1 :]):
                wrong.append(f"{shown}: {codes[code]}={sent}, said last: {before[-1][1]}")
    yield READ_NOW_ANSWERED.none_among(asked, unanswered)
    yield SAID_LAST_SENT.none(wrong, compared >= needed)


def query_findings(history: History, centre: str) -> Iterator[Check]:
    """History requests bring every record of the closed range, right, and nothing else; an empty range says so.

    The case marks each request with a phase `QUERY`.
    """
    truth = truth_of(history)
    setup = setup_of(history, centre)
    codes = {code: point for point, code in setup.codes.items()}
    kinds = {"2051": "minute", "2061": "hour", "2031": "day"}
    queries = QUERY.of(history)
    asked = [event for event in history.of(Commanded) if event.centre == centre and event.cn in kinds]
    missing: list[str] = []
    wrong: list[str] = []
    beyond: list[str] = []
    refused: list[str] = []
    empty_wrong: list[str] = []
    full = empty = wanted = compared = came = 0
    for command, mark in zip(asked, queries, strict=False):
        begin, end = instant_of(mark.detail.begin), instant_of(mark.detail.end)
        if not command.sent:
            continue
        shown = f"{local(command.sent)} {centre} CN={command.cn} QN={command.qn}"
        if begin is None or end is None:
            continue
        if mark.detail.empty == "yes":
            empty += 1
            if command.result != "100" or command.fetched:
                got = f"ExeRtn={command.result or 'none'}, {command.fetched} packets"
                empty_wrong.append(f"{shown}: {got}, expected 100 and none")
            continue
        full += 1
        if command.accepted != "1" or command.result != "1":
            got = f"QnRtn={command.accepted or 'none'}, ExeRtn={command.result or 'none'}"
            refused.append(f"{shown}: {got}")
        kind = kinds[command.cn]
        length = length_of(kind, setup)
        got_keys: dict[Key, Stored] = {}
        for event in history.between(Stored, command.sent, command.t + 1):
            start = instant_of(event.stamp)
            if event.centre != centre or event.kind != kind or start is None:
                continue
            inside = begin <= start <= end
            # A centre tells an answer by its range; what it has had before and comes again meanwhile is one too.
            if not event.asked and (inside or event.copies + event.version == 2):
                continue
            came += 1
            if inside:
                point = codes.get(event.code, event.code)
                got_keys[Key(point, kind, start + length)] = event
            else:
                beyond.append(f"{shown}: {event.code} DataTime={event.stamp} lies outside the range")
        for point in truth.series:
            start = begin
            while start <= end:
                expected = truth.expected(point, kind, start, start + length)
                start += length
                if expected.certainty is not Certainty.SURE:
                    continue
                wanted += 1
                event = got_keys.get(expected.key)
                compared += event is not None
                if event is None:
                    missing.append(f"{shown}: {point} ending {local(expected.key.end)} did not come")
                elif not matches(truth, expected, event.fields) or event.flag != "N":
                    wrong.append(f"{shown}: {event.code} DataTime={event.stamp} {event.fields} flag {event.flag}")
    for question, id, found, known in (
        (QUERY_ACCEPTED, "query-accepted", refused, full),
        (QUERY_COMPLETE, "query-complete", missing, wanted),
        (QUERY_TRUE, "query-true", wrong, compared),
        (QUERY_IN_RANGE, "query-in-range", beyond, came),
        (QUERY_EMPTY, "query-empty", empty_wrong, empty),
    ):
        yield question.none(found, known, stamped=id == "query-true")
