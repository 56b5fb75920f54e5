"""Delay of real-time data: from the meter's answer to the centre's receipt of the record made of it (R-45, CPCIF 6.1).

Leaves whether values are right to `accuracy` and cadence to `timing`. Both ends are stamped by the bench's one clock,
so that no clock of the terminal takes part.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bench.case import Check, Measurement, criterion, measure, percentile
from bench.history import History, Point, Served, Stored
from conformance.common.accuracy import same_number
from conformance.common.delivery import setup_of
from conformance.common.times import SECOND, instant_of, local, seconds, uncertainty_s

DELAY_P99 = criterion(
    "delay-p99",
    en="real-time data reach the centre at most 2 s after the meter's answer (P99)",
    zh="实时数据自表计应答至中心收到不超过 2 s（P99）",
    unit="s",
    timed=True,
)
EVERY_RECORD_HAS_ITS_ANSWER = criterion(
    "every-record-has-its-answer",
    en="every real-time record is made of an answer that a meter gave before",
    zh="每条实时记录均来自此前的表计应答",
    unit="records",
    stamped=True,
    # Who had to wait for a CPU stamps later than it was answered.
    paced=True,
)


# limit and sample.
LIMIT_S = 2
RECORDS = 1000
HISTOGRAM = "-histogram"
"""How the id of a measurement ends whose value is a distribution: `edge:count` for each class, as `histogram` says."""

# A stamp of whole seconds stands before the answer; with one stamp for a packet, by up to a second more.
_STAMP_SLACK_US = 1 * SECOND
# Upper edges of the classes, ms: five to the decade.
_EDGES_MS = tuple(Decimal(digits).scaleb(power) for power in range(5) for digits in ("1", "1.6", "2.5", "4", "6.3"))
BEYOND = "more"


@dataclass(frozen=True, slots=True)
class Delays:
    """What came of tracing a centre's real-time records to answers: delays (us), the slowest, and those traced to none.

    `slowest` are lines a person can look up, the slowest first.
    """

    centre: str
    found_us: tuple[int, ...]
    slowest: tuple[str, ...]
    untraced: tuple[str, ...]


def delays(history: History, centre: str) -> Delays:
    """Trace every real-time record of a centre to the answer it was made of.

    That is the first answer with the record's number which is not older than the record's stamp and of which no other
    record was made: where a register stands still this is the earlier of two answers, hence the longer delay. Records
    that the centre asked for, repeats and records without a value are left out.
    """
    points = {point.id: point for point in history.began.points}
    codes = {code: point for point, code in setup_of(history, centre).codes.items()}
    answers: dict[str, list[tuple[int, str]]] = {}
    for event in history.of(Served):
        for point, text in event.values.items():
            answers.setdefault(point, []).append((event.t, text))
    used: dict[str, int] = {}
    found: list[tuple[int, str]] = []
    untraced: list[str] = []
    for record in history.of(Stored):
        text = record.fields.get("Rtd", "")
        if record.centre != centre or record.kind != "realtime" or record.copies > 1 or record.asked or not text:
            continue
        where = f"{local(record.t)} {centre} {record.code} DataTime={record.stamp} {text}"
        point = codes.get(record.code, "")
        at = instant_of(record.stamp)
        index = None
        if at is not None and point in answers:
            index = _answer(points[point], answers[point], used.get(point, 0), at, record, text)
        if index is None:
            untraced.append(f"{where}: no answer it could be made of")
            continue
        used[point] = index + 1
        answered = answers[point][index][0]
        found.append((record.t - answered, f"{where}: answered {local(answered)}, {seconds(record.t - answered)} s"))
    slowest = sorted(found, key=lambda pair: -pair[0])[:5]
    return Delays(centre, tuple(us for us, _ in found), tuple(line for _, line in slowest), tuple(untraced))


def _answer(
    point: Point, answers: Sequence[tuple[int, str]], first: int, stamp_us: int, record: Stored, text: str
) -> int | None:
    """Index of the answer a record was made of, None if there is none."""
    oldest = bisect_left(answers, stamp_us - _STAMP_SLACK_US, key=lambda answer: answer[0])
    for index in range(max(first, oldest), len(answers)):
        at, told = answers[index]
        if at > record.t:
            return None
        if same_number(point, told, text):
            return index
    return None


def histogram(values_us: Sequence[int]) -> str:
    """A distribution as text: `upper edge in ms:count` of each class from the first to the last that is not empty.

    A class holds what is above the edge before it, up to and with its own; `more` holds what is above 63 s.
    """
    edges_us = [int(edge * 1000) for edge in _EDGES_MS]
    counts = [0] * (len(edges_us) + 1)
    for value in values_us:
        counts[bisect_left(edges_us, value)] += 1
    filled = [index for index, count in enumerate(counts) if count]
    names = [*(f"{edge:f}" for edge in _EDGES_MS), BEYOND]
    return " ".join(f"{names[index]}:{counts[index]}" for index in range(filled[0], filled[-1] + 1)) if filled else ""


def findings(history: History, centre: str, *, needed: int = RECORDS) -> Iterator[Check | Measurement]:
    """R-45 at one centre: P99 of the delays at most 2 s, of at least 1 000 records, each traced to an answer."""
    seen = delays(history, centre)
    count = len(seen.found_us)
    largest = max(seen.found_us, default=None)
    p99 = percentile(seen.found_us, 99)
    yield DELAY_P99.compare(
        None if p99 is None else Decimal(seconds(p99)),
        "<=",
        LIMIT_S,
        uncertainty=uncertainty_s(history),
        samples=count,
        needed=needed,
        evidence=seen.slowest,
    )
    traced = count > 0 and not seen.untraced
    yield EVERY_RECORD_HAS_ITS_ANSWER.none(seen.untraced, traced)
    for id, value, en, zh in (
        ("delay-median", percentile(seen.found_us, 50), "median delay", "时延中位数"),
        ("delay-largest", largest, "largest delay", "最大时延"),
    ):
        yield measure(id, "" if value is None else seconds(value), en=en, zh=zh, unit="s", samples=count)
    yield measure(
        f"delay{HISTOGRAM}",
        histogram(seen.found_us),
        en="distribution of the delay",
        zh="时延分布",
        unit="ms",
        samples=count,
    )
