"""How often what a platform shows of a point is renewed, and how soon what has arisen is visible (R-45).

Leaves response times of queries to the chapter on load.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from bench.case import Check, Criterion, Text, criterion
from bench.dut.platform.vocabulary.base import ENTERPRISE, SAMPLES, SamplesQuery, SamplesRow
from bench.history import History
from conformance.common import times
from conformance.common.platforms import answers as platform
from conformance.common.platforms import truth as truths

LONGEST_MIN = 5
GAP = criterion(
    "update-gap",
    en="Longest time between two updates of a point that the platform shows (R-45)",
    zh="平台所示同一监测点相邻两次更新的最长间隔（R-45）",
    unit="min",
    exact=Text("stamps of the platform's own answers", "平台应答中的时标"),
    reading_b_of="R-45",
    scheduled=Text("how often terminals send is set, not how fast the platform is", "上传周期为设定值"),
)
ALL_UPDATES = criterion(
    "every-update-shown",
    en="Every update of every point over a day is there",
    zh="一天内各监测点的每次更新均在",
    unit="updates",
)
SENSOR_SEEN = criterion(
    "sensor-seen",
    en="Every reading is shown to whoever asks within the time that he had to",
    zh="每条读数在查询期间均可见",
    unit="readings",
    paced=True,
)
STATIC_DELAY = criterion(
    "static-delay",
    en="99th percentile of the time from entering master data until another account sees them (R-45)",
    zh="主数据录入至其他账户可见的时延第 99 百分位（R-45）",
    unit="s",
    timed=True,
)
STATIC_SEEN = criterion(
    "static-seen-at-once",
    en="Master data that one account has entered are seen by another that asks for them for more than two seconds",
    zh="一个账户录入的主数据，其他账户在 2 s 以上的持续查询中可见",
    unit="objects",
    paced=True,
)
SENSOR_DELAY = criterion(
    "sensor-delay",
    en="99th percentile of the time from a reading's creation at the collector until a query shows it (R-45)",
    zh="读数自采集端产生至查询可见的时延第 99 百分位（R-45）",
    unit="s",
    timed=True,
)
_LIMIT_S = 2


def update_findings(history: History) -> Iterator[Check]:
    """Gaps between the stamps and the arrivals that the platform tells of samples."""
    truth, told = truths.truth_of(history), truths.shown(history)
    stamps: dict[str, list[tuple[int, int]]] = {}
    for key, rows in told.rows.items():
        if key.kind == "realtime":
            received = platform.instant(rows[0].received) or key.start
            stamps.setdefault(key.point, []).append((key.start, received))
    longest, where = 0, ""
    gaps: list[int] = []
    for point, each in stamps.items():
        for column in (0, 1):
            seen = sorted(pair[column] for pair in each)
            gaps += [after - before for before, after in pairwise(seen)] if not column else []
            for before, after in pairwise(seen):
                if after - before > longest:
                    longest, where = after - before, f"{point} after {times.local(before)}"
    value = Decimal(longest) / 60_000_000 if longest else None
    literal = min(gaps) >= LONGEST_MIN * 60_000_000 if gaps else None
    shown = value if value is None else round(value, 4)
    evidence = [where] if where else ()
    yield GAP.compare(shown, "<=", LONGEST_MIN, evidence=evidence, reading_b=literal)
    found = truths.compare(truth, told, truth.of(("realtime",)))
    yield ALL_UPDATES.none([*found.missing, *found.altered, *found.doubled], found.known)


def static_findings(history: History) -> Iterator[Check]:
    """From an enterprise's making to the first list of another account that has it."""
    delays: list[Decimal] = []
    unseen: list[str] = []
    made = platform.done(platform.deeds(history, "create", ENTERPRISE))
    lists = platform.done(platform.deeds(history, "list", ENTERPRISE))
    for event in made:
        key = event.rows[0].get("object", "") if event.rows else ""
        after = [
            each
            for each in lists
            if each.asked >= event.t
            and each.query["by"] != event.query["by"]
            and each.query.get("id", event.query["id"]) == event.query["id"]
        ]
        if not after:
            continue
        seen = next((each for each in after if any(row.get("object") == key for row in each.rows)), None)
        # What was not looked for as long as it may take says nothing.
        if seen is not None or after[-1].t - event.asked > _LIMIT_S * times.SECOND:
            delays.append(Decimal((seen or after[-1]).t - event.asked) / times.SECOND)
            unseen += [f"{key} is in none of {len(after)} lists / 未列出"] if seen is None else []
    yield STATIC_SEEN.none(unseen, delays)
    yield _within(STATIC_DELAY, history, delays)


def _within(asked: Criterion, history: History, delays: list[Decimal]) -> Check:
    ordered = sorted(delays)
    p99 = ordered[-(-99 * len(ordered) // 100) - 1] if ordered else None
    uncertainty = times.uncertainty_s(history)
    needed = int(history.began.parameters.get("load.samples", "1000"))
    return asked.compare(p99, "<=", _LIMIT_S, samples=len(delays), needed=needed, uncertainty=uncertainty)


def sensor_findings(history: History) -> Iterator[Check]:
    """From each reading's creation to the first answer that has it; one never seen counts until the last that could."""
    looks: dict[str, list[platform.Answered[SamplesQuery, SamplesRow]]] = {}
    for event in platform.done(platform.answers(history, SAMPLES)):
        looks.setdefault(event.query.point, []).append(event)
    shown: dict[tuple[str, int], int] = {}
    for point, events in looks.items():
        for event in events:
            for row in event.rows:
                shown.setdefault((point, int(row.at)), event.t)
    delays: list[Decimal] = []
    unseen: list[str] = []
    for key, fact in truths.truth_of(history).of(("realtime",)).items():
        able = [event.t for event in looks.get(key.point, ()) if _covers(event, key.start) and event.asked >= fact.made]
        seen = shown.get((key.point, key.start))
        # What arose at the very end could not be looked for as long as it may take.
        if seen is not None or (able and max(able) - fact.made > _LIMIT_S * times.SECOND):
            delays.append(Decimal((max(able) if seen is None else seen) - fact.made) / times.SECOND)
            unseen += [f"{truths.named(key)}: {fact.text} / 未显示"] if seen is None else []
    yield _within(SENSOR_DELAY, history, delays)
    yield SENSOR_SEEN.none(unseen, any(each.rows for events in looks.values() for each in events) and delays)


def _covers(event: platform.Answered[SamplesQuery, SamplesRow], at: int) -> bool:
    return int(event.query.from_) <= at < int(event.query.to)
