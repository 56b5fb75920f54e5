"""What pages showed beside what the meters said (ISC-2 7.2.3-A(3), 7.2.4).

Leaves what is stored and sent to `accuracy` and `delivery`. A page is a moment behind: it may show the reading before
the last one. It may show fewer digits, rounded, too: the reference of accuracy is the meter's message and no display
(R-17).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Check, Criterion, EvidenceKind, criterion
from bench.history import History
from bench.history import people as told_of
from bench.history.observation import Seen
from conformance.common.readings import number, rounded
from conformance.common.times import MINUTE, instant_of_iso, local
from conformance.common.truth import Certainty, Truth, truth_of

_READ_OUT = EvidenceKind.READ_OUT
_LEAST_MINUTES = 5
"""With fewer minutes compared for a point there was no history to speak of."""

LIVE = criterion(
    "page-shows-what-the-meter-said",
    en="the latest value that a page shows of a point is one that its meter has just given",
    zh="页面显示的实时值为仪表刚刚给出的读数",
    unit="values",
    evidence=_READ_OUT,
)
COLLECTED = criterion(
    "page-shows-what-the-collector-said",
    en="the latest value that a page shows of a point is one that the collector has just handed over",
    zh="页面显示的实时值为采集装置刚刚提供的数据",
    unit="values",
    evidence=_READ_OUT,
)
HISTORY = criterion(
    "page-shows-the-past",
    en="the minutes that a page shows of a stretch of time are those that the readings give, none left out",
    zh="页面显示的历史分钟数据与读数一致，无遗漏",
    unit="minutes",
    evidence=_READ_OUT,
)
STATE = criterion(
    "page-shows-the-state",
    en="a page shows an instrument as working while it answers, and not while it is silent",
    zh="仪表应答时页面显示正常，无应答时不显示正常",
    unit="looks",
    evidence=_READ_OUT,
)


def live_finding(asked: Criterion, history: History) -> Check:
    """Every value at every look; each point has been read twice before, and something was shown of it."""
    truth = truth_of(history)
    found: list[str] = []
    compared: dict[str, int] = dict.fromkeys(truth.series, 0)
    for event in told_of.DISPLAYED.answered(history):
        for row in event.rows:
            problem = _live_problem(truth, (event.asked, event.t), row)
            if problem is not None:
                compared[row.point] += 1
                found += [problem] if problem else []
    return asked.none(found, compared and all(compared.values()))


def _live_problem(truth: Truth, looked: tuple[int, int], row: told_of.LatestRow) -> str | None:
    """What is wrong with a value on a page; empty for nothing, None where nothing can be said."""
    point, shown = row.point, row.value
    series = truth.series[point]
    asked, answered = looked
    span = series.between(asked - 2 * series.period_us - MINUTE // 6, answered + 1)
    if not span:
        return None
    said = [series.texts[index] for index in span]
    if any(_shows(shown, number(text)) for text in said):
        return ""
    return f"{point}: {shown or 'nothing'} shown, the meter said {' and '.join(said[-2:])}"


def _shows(text: str, value: Decimal | None) -> bool:
    """Whether a text on a page is a number, or that number rounded at the decimals shown."""
    shown = number(text)
    if shown is None or value is None:
        return False
    decimals, known = (max(0, -int(each.as_tuple().exponent)) for each in (shown, value))
    return shown == value or (decimals < known and shown == rounded(value, decimals))


def history_finding(history: History) -> Check:
    """Every minute that is certain is shown once with its value; none that cannot be has one."""
    truth = truth_of(history)
    found: list[str] = []
    compared: dict[str, int] = {name: 0 for name, each in truth.series.items() if each.point.kind == "counter"}
    for event in told_of.DISPLAYED_HISTORY.answered(history):
        point = event.query.point
        if point in compared:
            problems = list(_minutes(truth, event))
            compared[point] += len(problems)
            found += [problem for problem in problems if problem]
    return HISTORY.none(found, compared and all(each >= _LEAST_MINUTES for each in compared.values()))


def _minutes(truth: Truth, event: Seen[told_of.MinutesQuery, told_of.MinuteRow]) -> Iterator[str]:
    """What is wrong with each minute of a stretch of time; empty for nothing."""
    point = event.query.point
    shown: dict[int, list[str]] = {}
    for row in event.rows:
        at = instant_of_iso(row.at)
        if at is not None:
            shown.setdefault(at, []).append(row.value)
    asked = range(int(event.query.from_us), int(event.query.to_us), MINUTE)
    for at in shown:
        if at not in asked:
            yield f"{point} {local(at)}: shown, but not asked for"
    for start in asked:
        expected = truth.expected(point, "minute", start, start + MINUTE)
        if expected.certainty is not Certainty.SURE:
            continue
        given = shown.get(start, [])
        right = [number(each.get("Cou", "")) for each in (expected.fields, *expected.others)]
        if len(given) == 1 and any(_shows(given[0], each) for each in right):
            yield ""
        else:
            wanted = expected.fields.get("Cou")
            yield f"{point} {local(start)}: {', '.join(given) or 'nothing'} shown, expected {wanted}"


def state_finding(history: History) -> Check:
    """Working before, not working while silent, working again."""
    looks = {event.query.told: event for event in told_of.DISPLAYED_STATE.answered(history) if event.rows}
    wrong = [
        f"{told}: {looks[told].rows[0].state}"
        for told, works in (("answers", True), ("silent", False), ("again", True))
        if told in looks and bool(looks[told].rows[0].working) is not works
    ]
    return STATE.none(wrong, len(looks) == 3)
