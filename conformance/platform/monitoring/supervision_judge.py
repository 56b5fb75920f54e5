"""Online monitoring and supervision against what terminals made and the platform acknowledged (CPCIF 5.2.2.2).

Leaves alarms to `faults_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary import system
from bench.dut.platform.vocabulary.base import EMISSIONS, SAMPLES, EmissionsRow
from bench.dut.platform.vocabulary.system import MONITOR, MONITORING_REPORT, MonitoringReportRow, MonitorRow
from bench.history import Acknowledged, Created, History, ParkStands
from conformance.common.platforms.bookkeeping import Books, held, listings, plain, same, shows
from conformance.common.platforms.told import analyses
from conformance.common.times import HOUR, SECOND, instant_of_iso, local

REAL_TIME = criterion(
    "monitored-in-real-time",
    en="each point shows its newest value, of the instant at which it was measured",
    zh="各监测点显示最新值及其测量时刻",
    unit="values",
)
STATES = criterion(
    "supervised-in-real-time",
    en="each point is shown as normal, abnormal or silent, as it is",
    zh="各监测点按实际显示正常、异常或中断",
    unit="points",
)
QUERIED = criterion(
    "online-data-queried",
    en="a query shows every value of a point in the time, as it was sent, and no other",
    zh="查询得到监测点在该时段的全部数据，与发送一致且无其他",
    unit="values",
)
ANALYSED = criterion(
    "online-data-analysed",
    en="emissions of online data are exact, by point and enterprise, hour by hour",
    zh="由在线数据得出的监测点和企业逐时排放量逐位准确",
    unit="figures",
)
ABNORMAL = criterion(
    "abnormal-data-queried",
    en="a query of abnormal data shows each value with a flag or outside its range, and no other",
    zh="异常数据查询得到全部带异常标志或超出范围的数据且无其他",
    unit="values",
)
REPORTED = criterion(
    "monitoring-reported",
    en="a report of online data holds mean, least, greatest and numbers of each point and period, exactly",
    zh="在线监测报表含各监测点各时段的均值、最小值、最大值和数据个数，逐位准确",
    unit="periods",
)
BASE_INFORMATION = criterion(
    "monitoring-base-information",
    en="base information of online monitoring is added, changed and removed as told",
    zh="在线监测基本信息的增加、更改、删除与操作一致",
    unit="objects",
)


@dataclass(frozen=True)
class Value:
    """A sample that the platform acknowledged at `taken` (us)."""

    point: str
    at: int
    text: str
    abnormal: bool
    taken: int


def samples(history: History) -> list[Value]:
    """Every sample that was made and acknowledged, by its point."""
    stands = list(history.of(ParkStands))
    points = {(point.sender, point.code): point for each in stands for point in each.points}
    taken: dict[tuple[str, int], int] = {}
    for each in history.of(Acknowledged):
        if each.accepted:
            taken.setdefault((each.sender, each.number), each.t)
    found: list[Value] = []
    for made in history.of(Created):
        at = taken.get((made.sender, made.number))
        if made.kind != "realtime" or at is None:
            continue
        for code, fields in made.values.items():
            point = points[made.sender, code]
            text = fields["Rtd"]
            beyond = point.kind == "instant" and (
                (point.low and Fraction(text) < Fraction(point.low))
                or (point.high and Fraction(text) > Fraction(point.high))
            )
            flagged = made.flags.get(code, "N") != "N"
            found.append(Value(point.id, made.start, text, bool(beyond) or flagged, at))
    return found


def findings(history: History) -> Iterator[Check]:
    """What was shown, asked and reported."""
    known = samples(history)
    yield from _now(history, known)
    yield _queries(history, known)
    yield _emissions(history)
    yield _abnormal(history, known)
    yield _report(history, known)
    books = Books(history, ("instrument",))
    lists = listings(history, books, "instrument")
    touched = any(thing.removed for thing in books.all("instrument"))
    yield held(BASE_INFORMATION, [line for each in lists for line in each.wrong], len(lists) if touched else 0, 2)


def _now(history: History, known: list[Value]) -> Iterator[Check]:
    """What `monitor` showed at each instant."""
    values: list[str] = []
    states: list[str] = []
    seen = 0
    kinds: set[str] = set()
    for event in analyses(history, MONITOR):
        rows = {row.point: row for row in event.rows}
        for point in dict.fromkeys(each.point for each in known):
            mine = [each for each in known if each.point == point and each.taken <= event.asked]
            if not mine:
                continue
            newest = mine[-1]
            row = rows.get(point, MonitorRow())
            seen += 1
            if not same(row.value, newest.text) or instant_of_iso(row.taken) != newest.at:
                values.append(f"{local(event.asked)} {point}: {row.value or 'nothing'}, sent {newest.text}")
            due = _state(history, newest, event.asked)
            if due:
                kinds.add(due)
                states += [f"{point}: {row.state}, is {due}"] if row.state != due else []
    yield held(REAL_TIME, values, seen, 4)
    yield held(STATES, states, len(kinds), 3)


def _state(history: History, newest: Value, asked: int) -> str:
    """How a point stands; empty while nobody can say."""
    age = asked - newest.at
    if age > 400 * SECOND:
        return "silent"
    if age > 90 * SECOND:
        return ""
    return "abnormal" if newest.abnormal else "normal"


def _queries(history: History, known: list[Value]) -> Check:
    """Each answer about samples, value by value."""
    wrong: list[str] = []
    seen = 0
    for event in analyses(history, SAMPLES):
        begin, end, point = int(event.query.from_), int(event.query.to), event.query.point
        due = {each.at: each.text for each in known if each.point == point and begin <= each.at < end}
        shown = {instant_of_iso(row.at): row.value for row in event.rows}
        seen += len(due)
        wrong += [
            f"{point} {local(at)}: {shown.get(at, 'missing')}, sent {text}"
            for at, text in due.items()
            if not same(shown.get(at, ""), text)
        ]
        wrong += [f"{point} {local(at or 0)}: was not sent" for at in shown if at not in due]
    return held(QUERIED, wrong, seen, 20)


def _emissions(history: History) -> Check:
    """Hours of counters times their factors, by point and in all."""
    stands = list(history.of(ParkStands))
    points = {(point.sender, point.code): point for each in stands for point in each.points}
    factors = {
        thing.versions[-1].fields["carrier"]: Fraction(thing.versions[-1].fields["value"])
        for thing in Books(history, ("factor",)).all("factor")
    }
    hours: dict[tuple[str, int], Fraction] = {}
    for made in history.of(Created):
        if made.kind != "hour" or made.fault in ("withheld", "lost"):
            continue
        for code, fields in made.values.items():
            point = points[made.sender, code]
            if "Cou" in fields and point.carrier in factors:
                tonnes = Fraction(fields["Cou"]) * factors[point.carrier]
                for key in ((point.id, made.start), (point.enterprise, made.start)):
                    hours[key] = hours.get(key, Fraction(0)) + tonnes
    wrong: list[str] = []
    seen = 0
    for event in analyses(history, EMISSIONS):
        id = event.query.id
        shown = {instant_of_iso(row.start): row for row in event.rows}
        for start in range(int(event.query.from_), int(event.query.to), HOUR):
            due = hours.get((id, start))
            if due is None:
                continue
            seen += 1
            row = shown.get(start, EmissionsRow())
            size = {"t": 1, "tCO2": 1, "tCO2e": 1, "kg": 1000, "kgCO2": 1000, "kgCO2e": 1000}.get(row.unit, 0)
            if not size or not shows(row.value, due * size):
                wrong.append(f"{id} {local(start)}: {row.value} {row.unit}, exactly {plain(due)} t")
    return held(ANALYSED, wrong, seen, 2)


def _abnormal(history: History, known: list[Value]) -> Check:
    wrong: list[str] = []
    seen = 0
    for event in analyses(history, system.ABNORMAL):
        begin, end = int(event.query.from_), int(event.query.to)
        due = {(each.point, each.at) for each in known if each.abnormal and begin <= each.at < end}
        shown = {(row.point, instant_of_iso(row.taken) or 0) for row in event.rows}
        seen += len(due)
        wrong += [f"{point} {local(at)} is missing" for point, at in sorted(due - shown)]
        wrong += [f"{point} {local(at)} is not abnormal" for point, at in sorted(shown - due)]
    return held(ABNORMAL, wrong, seen, 4)


def _report(history: History, known: list[Value]) -> Check:
    wrong: list[str] = []
    seen = 0
    for event in analyses(history, MONITORING_REPORT):
        rows = {(row.point, instant_of_iso(row.start) or 0): row for row in event.rows}
        begin, end = int(event.query.from_), int(event.query.to)
        for point in dict.fromkeys(each.point for each in known):
            for start in range(begin, end, HOUR):
                mine = [each for each in known if each.point == point and start <= each.at < start + HOUR]
                good = [Fraction(each.text) for each in mine if not each.abnormal]
                if not good:
                    continue
                seen += 1
                row = rows.get((point, start), MonitoringReportRow())
                mean = sum(good, Fraction(0)) / len(good)
                due = (("mean", row.mean, mean), ("least", row.least, min(good)), ("most", row.most, max(good)))
                off = [name for name, text, value in due if not shows(text, value)]
                off += ["valid"] if row.valid != str(len(good)) else []
                off += ["abnormal"] if row.abnormal != str(len(mine) - len(good)) else []
                wrong += [f"{point} {local(start)}: {' '.join(off)}"] if off else []
    return held(REPORTED, wrong, seen, 2)
