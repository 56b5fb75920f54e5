"""Stored data as a whole: sets out and in, tables for people, emission sources, age and room (R-30, R-31; ISC-2 7.2.3).

Leaves whether a single record is right to `retention`. What was stored is known from what the terminal showed before;
a set is known to the history by its length and its SM3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Self

import msgspec

from bench.case import Check, Criterion, Measurement, Text, criterion, measure
from bench.case import Mark as TimeMark
from bench.history import History, Observed, Power, Served
from bench.history.marks import Mark
from bench.history.observation import Words
from bench.history.phases import EMPTIED
from conformance.common.delivery import matches
from conformance.common.queries import answers, questions
from conformance.common.times import DAY, HOUR, MINUTE, instant_of_iso, local
from conformance.common.truth import Certainty, Expected, Key, intervals, number, truth_of

RESTORED_ALIKE = criterion(
    "restored-alike",
    en="on an emptied terminal every record comes back: key, value, unit, stamp and flag",
    zh="在清空的终端上恢复后，各记录的键、值、单位、时标和标志逐条一致",
    unit="rows",
)
SETTINGS_RESTORED = criterion(
    "settings-restored", en="settings made at the terminal come back", zh="在终端上所作设置一并恢复", unit="rows"
)
IMPORTED_ALIKE = criterion(
    "imported-alike",
    en="what was taken out of one terminal is put into another alike",
    zh="导出的数据导入后逐条一致",
    unit="rows",
)
ACQUIRES_MEANWHILE = criterion(
    "acquires-meanwhile",
    en="acquisition goes on while a set is made, without losing a record",
    zh="备份期间采集不中断、不丢记录",
    unit="readings",
)
LOG_NOT_REPLACED = criterion(
    "log-not-replaced",
    en="the log is not replaced by an older one, and tells who brought the set",
    zh="日志不被旧日志替换，并记载导入人",
    unit="entries",
)
ROOM_SUFFICES = criterion(
    "room-suffices",
    en="six months of readings and five years of values fit the room reserved, with a fifth to spare",
    zh="预留空间可容纳六个月原始数据和五年汇总数据，并有 20 % 余量",
    unit="octets",
)
SET_MADE = criterion(
    "set-made",
    en="a set of at least {0} consecutive days can be made",
    zh="可生成连续 {0} 天以上的备份",
    unit="d",
    exact=Text("whole days are counted", "按整日计数"),
)
ALTERED_SET_REFUSED = criterion(
    "altered-set-refused",
    en="a set with one altered bit is refused as a whole",
    zh="改动一位的备份被整体拒绝",
    unit="rows taken",
)
DIRECT_KEPT = criterion(
    "direct-activity-data-kept",
    en="activity data of direct emissions (fuel burnt) are monitored and stored",
    zh="直接排放的活动数据（燃料燃烧）得到监测并存储",
    unit="periods",
)
INDIRECT_KEPT = criterion(
    "indirect-activity-data-kept",
    en="activity data of indirect emissions (electricity and heat bought) are monitored and stored",
    zh="间接排放的活动数据（外购电力、热力）得到监测并存储",
    unit="periods",
)
SOURCES_NAMED = criterion(
    "sources-named",
    en="the terminal names the emission source of every point",
    zh="终端给出每个监测点所属排放源",
    unit="points",
)
FOUND_UNDER_THEIR_SOURCE = criterion(
    "found-under-their-source",
    en="every record is stored under the emission source of its point",
    zh="每条记录均归入其所属排放源",
    unit="records",
)
NOTHING_FOREIGN_THERE = criterion(
    "nothing-foreign-there",
    en="no record stands under another emission source",
    zh="无记录归入其它排放源",
    unit="records",
)
KEPT_SIX_MONTHS = criterion(
    "kept-six-months",
    en="raw readings and minute values of 184 d ago are there",
    zh="184 d 前的原始读数和分钟值仍在",
    unit="records",
)
KEPT_FIVE_YEARS = criterion(
    "kept-five-years",
    en="15-minute, hour and day values of 1 827 d ago are there",
    zh="1 827 d 前的 15 min、小时、日值仍在",
    unit="records",
)
EXPORTED_WHOLE = criterion(
    "exported-whole", en="every record that was due is in the file", zh="导出文件包含全部应有记录", unit="records"
)
EXPORTED_RIGHT = criterion("exported-right", en="every value in the file is right", zh="导出数值正确", unit="records")
EXPORTED_UNITS = criterion(
    "exported-units", en="every value in the file has its unit", zh="导出数据带有正确单位", unit="records"
)
SETTING = Text("a setting that is read, not measured", "读取的设定值，非测量值")
RAW_AGE_SET = criterion(
    "raw-age-set",
    en="raw data are set to be kept at least 184 d",
    zh="原始数据设定保存 184 d 以上",
    unit="d",
    reading_b_of="R-30",
    exact=SETTING,
)
AGE_SET = criterion(
    "age-set",
    en="values are set to be kept at least 1 827 d",
    zh="汇总数据设定保存 1 827 d 以上",
    unit="d",
    reading_b_of="R-30",
    exact=SETTING,
)


# a set covers so many consecutive days.
SET_DAYS = 366
# margin, and what growth has to be measured over.
MARGIN = Decimal("1.2")
GROWTH_US, GROWTH_RECORDS = 24 * HOUR, 100_000
RAW_DAYS, SETTLED_DAYS = 184, 1827
# A day has so many minutes (raw readings and minute values), and so many quarters, hours and settlements.
_RAW_A_DAY, _SETTLED_A_DAY = 2 * 1440, 96 + 24 + 1
_LENGTHS = {"minute": MINUTE, "quarter": 15 * MINUTE, "hour": HOUR, "day": DAY}

_FIELDS = {
    "readings": ("at", "value", "quality"),
    "records": ("start", "end", "value", "flag", "opening", "closing"),
    "gaps": ("point", "start", "end", "cause"),
    "manual": ("start", "value", "author", "reason", "original", "verdict"),
    "export": ("unit", "start", "end", "value", "flag"),
    "centres": ("centre", "upload_time"),
}
Row = tuple[str, ...]
Shown = dict[tuple[str, ...], tuple[Row, ...]]


def shown(history: History, from_us: int, to_us: int) -> tuple[Shown, list[str]]:
    """What the terminal showed by question, asked in [from, to), and what it could not answer."""
    found: Shown = {}
    problems: list[str] = []
    for event in history.of(Observed):
        fields = _FIELDS.get(event.what)
        if fields is None or not from_us <= event.asked < to_us:
            continue
        question = (event.what, *(text for _, text in sorted(event.query.items())))
        if event.problem:
            problems.append(f"{local(event.asked)} {event.what}: {event.problem}")
            continue
        found[question] = tuple(tuple(row.get(field, "") for field in fields) for row in event.rows)
    return found, problems


class Sources(Words, frozen=True, kw_only=True):
    """The emission source of each point."""

    by_point: Mapping[str, str]

    def words(self) -> dict[str, str]:
        """Sources by point."""
        return dict(self.by_point)

    @classmethod
    def from_words(cls, words: Mapping[str, str]) -> Self:
        """As `words`."""
        return cls(by_point=words)


SOURCES = Mark("emission-sources", Sources)
"""What the terminal was told of the sources of its points."""


class Aged(Words, frozen=True, kw_only=True):
    """How old the first record is made by the terminal's clock."""

    aged_s: int


SIX_MONTHS, FIVE_YEARS = Mark("six-months", Aged), Mark("five-years", Aged)
"""What was stored on the first day is asked for at this age."""


def _alike(asked: Criterion, before: Shown, after: Shown, problems: Sequence[str]) -> Check:
    """Whether what was shown before is what is shown after, question by question, no row more and no row less."""
    wrong: list[str] = []
    rows = 0
    for question, told in before.items():
        if question not in after:
            continue
        rows += len(told)
        again = after[question]
        before_rows, after_rows = frozenset(told), frozenset(again)
        wrong += [f"{' '.join(question[:3])}: {' '.join(row)} is gone" for row in told if row not in after_rows]
        wrong += [f"{' '.join(question[:3])}: {' '.join(row)} was not there" for row in again if row not in before_rows]
    whole = bool(before) and set(before) <= set(after)
    return asked.none(wrong, rows and whole, evidence=[*wrong, *problems])


def _refused(event: Observed) -> bool | None:
    """Whether a set was refused: told so, and not by silence; None where there was no answer to judge."""
    if not event.problem:
        return False
    return True if event.problem.startswith(("LookupError", "KeyError")) else None


def restore_findings(history: History) -> Iterator[Check | Measurement]:
    """A set of a year made while acquisition runs, refused when altered, brings everything back (R-31)."""
    sets = [event for event in history.of(Observed) if event.what == "backup" and event.rows and not event.problem]
    made = sets[0].rows[0] if sets else {}
    asked = sets[0].asked if sets else history.end_us
    emptied = EMPTIED.at(history)
    before, problems = shown(history, history.began.t, asked)
    days = _consecutive_days(before)
    yield measure("set-size", made.get("octets", ""), en="length of the set", zh="备份大小", unit="octets")
    yield measure("set-days", days, en="consecutive days in the set", zh="备份覆盖的连续天数", unit="d")
    told = questions(history, "backup")
    unheard = any(event.problem and not _refused(event) for event in told)
    yield SET_MADE.of(SET_DAYS).decide(
        None if not told or unheard or (made and days < SET_DAYS) else bool(made and int(made.get("octets", "0"))),
        measured=days,
        limit=SET_DAYS,
        op=">=",
        evidence=[event.problem for event in told if event.problem],
    )
    yield _goes_on(history, asked, emptied)
    brought = questions(history, "restore")
    bad = [event for event in brought if event.query.get("sm3") != made.get("sm3")]
    good = [event for event in brought if made and event.query.get("sm3") == made.get("sm3")]
    between, _ = shown(history, bad[0].t if bad else history.end_us, good[0].asked if good else history.end_us)
    leaked = sum(len(rows) for question, rows in between.items() if question[0] in ("records", "readings"))
    refused = [_refused(event) for event in bad]
    yield ALTERED_SET_REFUSED.decide(
        False if leaked or False in refused else True if refused and None not in refused and between else None,
        measured=leaked,
        limit=0,
        evidence=[event.problem or f"taken: {dict(event.rows[0]) if event.rows else ''}" for event in bad],
    )
    after, later = shown(history, good[0].t if good else history.end_us, history.end_us + 1)
    settings = {question: rows for question, rows in before.items() if question[0] == "centres"}
    data = {question: rows for question, rows in before.items() if question[0] != "centres"}
    refusals = [event.problem for event in good if event.problem]
    yield _alike(RESTORED_ALIKE, data, after, [*problems, *later, *refusals])
    yield _alike(SETTINGS_RESTORED, settings, after, refusals)
    yield _log_kept(history, emptied, good[0] if good else None)


def _consecutive_days(before: Shown) -> int:
    """The longest run of days of one point of which records were shown."""
    longest = 0
    for question, rows in before.items():
        if question[0] != "records" or "day" not in question:
            continue
        starts = sorted({start for row in rows if (start := instant_of_iso(row[0])) is not None})
        run = 1 if starts else 0
        longest = max(longest, run)
        for one, next_one in pairwise(starts):
            run = run + 1 if next_one - one == DAY else 1
            longest = max(longest, run)
    return longest


def _goes_on(history: History, asked_us: int, until_us: int) -> Check:
    """No poll is left out and no reading missing around the making of the set."""
    missing: list[str] = []
    seen = 0
    for setup in history.began.meters:
        period = int(setup.period_s * 1_000_000)
        times = [
            event.asked
            for event in history.of(Served)
            if event.meter == setup.name and asked_us - 5 * period <= event.asked <= until_us
        ]
        seen += len(times)
        missing += [
            f"{setup.name}: nothing read after {local(one)}"
            for one, two in pairwise(times)
            if two - one > period * 3 // 2
        ]
    rows = 0
    for event in questions(history, "readings"):
        if not asked_us < event.asked < until_us:
            continue
        ats = [at for row in event.rows if (at := instant_of_iso(row.get("at", ""))) is not None]
        rows += len(ats)
        low = instant_of_iso(event.query.get("from", "")) or 0
        due = sum(
            1
            for one in history.of(Served)
            if event.query.get("point") in one.values and low <= one.asked < event.asked - MINUTE
        )
        if len(ats) < due:
            missing.append(f"{event.query.get('point')}: {len(ats)} of {due} readings stored")
    return ACQUIRES_MEANWHILE.none(missing, seen > 1 and rows)


def _log_kept(history: History, emptied_us: int, brought: Observed | None) -> Check:
    """The log shown after the restore still holds what it showed before it, and tells of the restore."""
    logs = answers(history, "log")
    before = [event for event in logs if brought is not None and emptied_us < event.asked < brought.asked]
    after = [event for event in logs if brought is not None and event.asked > brought.t]
    gone: list[str] = []
    told = False
    if before and after and brought is not None:
        kept = {(row.get("at", ""), row.get("kind", "")) for row in after[-1].rows}
        gone = [
            f"{row.get('at')} {row.get('kind')}: {row.get('text')}"
            for row in before[-1].rows
            if (row.get("at", ""), row.get("kind", "")) not in kept
        ]
        told = any(brought.query.get("author", "?") in row.get("text", "") for row in after[-1].rows)
    known = bool(before and before[-1].rows and after)
    return LOG_NOT_REPLACED.decide(
        None if not known else told and not gone,
        measured=len(gone),
        limit=0,
        evidence=gone if told or not known else [*gone, "nobody is told to have brought a set"],
    )


def export_findings(history: History, kinds: Sequence[str]) -> Iterator[Check]:
    """What a file for people holds is every sure record, right, with its unit."""
    truth = truth_of(history)
    units = {point.id: point.unit for point in history.began.points}
    rows: dict[Key, Mapping[str, str]] = {}
    asked: dict[tuple[str, str], tuple[int, int]] = {}
    problems: list[str] = []
    for event in questions(history, "export"):
        kind, point = event.query.get("kind", ""), event.query.get("point", "")
        if event.problem:
            problems.append(f"{point} {kind}: {event.problem}")
            continue
        low, high = instant_of_iso(event.query["from"]) or 0, instant_of_iso(event.query["to"]) or 0
        asked[kind, point] = (low, min(high, event.asked))
        for row in event.rows:
            end = instant_of_iso(row.get("end", ""))
            if end is not None:
                rows[Key(point, kind, end)] = row
    missing: list[str] = []
    wrong: list[str] = []
    units_wrong = [
        f"{key.point}: {row.get('unit') or 'no unit'}, the meter shows {units.get(key.point)}"
        for key, row in rows.items()
        if not _same_unit(row.get("unit", ""), units.get(key.point, ""))
    ]
    judged: set[tuple[str, str]] = set()
    for kind in kinds:
        for expected in intervals(truth, kind, _LENGTHS[kind], history.end_us):
            key = expected.key
            span = asked.get((kind, key.point))
            if span is None or expected.certainty is not Certainty.SURE:
                continue
            if not (span[0] <= expected.start and key.end <= span[1] - MINUTE):
                continue
            judged.add((kind, key.point))
            row = rows.get(key)
            where = f"{key.point} {kind} ending {local(key.end)}"
            name = "Cou" if "Cou" in expected.fields else "Avg"
            if row is None:
                missing.append(f"{where}: not in the file")
            elif not matches(truth, expected, {name: row.get("value", "")}):
                wrong.append(f"{where}: {row.get('value') or 'no value'}, truth {expected.fields[name]}")
    known = bool(judged) and {kind for kind, _ in judged} == set(kinds)
    for question, id, bad in (
        (EXPORTED_WHOLE, "exported-whole", missing),
        (EXPORTED_RIGHT, "exported-right", wrong),
        (EXPORTED_UNITS, "exported-units", units_wrong),
    ):
        # Claimed and refused is a fail; silence is not an answer.
        refused = id == "exported-whole" and any("LookupError" in problem for problem in problems)
        yield question.decide(
            False if bad or refused else True if known else None, measured=len(bad), limit=0, evidence=[*bad, *problems]
        )


def _same_unit(told: str, true: str) -> bool:
    return told.replace("°", "deg").replace("m³", "m3") == true.replace("°", "deg").replace("m³", "m3")


def import_findings(history: History) -> Iterator[Check]:
    """What was stored before the terminal was emptied is stored again once its set was brought."""
    mark = EMPTIED.last(history)
    emptied = None if mark is None else mark.t
    brought = questions(history, "restore")
    refusals = [event.problem for event in brought if event.problem]
    until = history.end_us + 1
    before, problems = shown(history, history.began.t, emptied if emptied is not None else until)
    after, later = shown(history, brought[-1].t if brought else until, until)
    empty, _ = shown(history, emptied if emptied is not None else until, brought[-1].asked if brought else until)
    data = {question: rows for question, rows in before.items() if question[0] == "records"}
    was_empty = bool(empty) and not any(empty.get(question) for question in data)
    yield _alike(IMPORTED_ALIKE, data, after if was_empty else {}, [*refusals, *problems, *later])


def class_findings(history: History, kinds: Sequence[str]) -> Iterator[Check]:
    """Stored data are found under the emission source of their point, all of them, right, and no others."""
    mark = SOURCES.last(history)
    wanted: Mapping[str, str] = mark.detail.by_point if mark is not None else {}
    told = [event for event in history.of(Observed) if event.what == "emission-sources"]
    rows = {
        row.get("point", ""): row.get("emission_source", "")
        for event in told
        if not event.problem
        for row in event.rows
    }
    wrong = [
        f"{point}: {rows.get(point) or 'no source'}, configured {name}"
        for point, name in wanted.items()
        if rows.get(point) != name
    ]
    problems = [event.problem for event in told if event.problem]
    yield SOURCES_NAMED.decide(
        None if not rows else bool(wanted) and not wrong, measured=len(wrong), limit=0, evidence=[*wrong, *problems]
    )
    truth = truth_of(history)
    missing: list[str] = []
    foreign: list[str] = []
    judged: set[tuple[str, str]] = set()
    asked: set[tuple[str, str]] = set()
    refused: list[str] = []
    for event in questions(history, "classified"):
        name, kind = event.query.get("emission_source", ""), event.query.get("kind", "")
        asked.add((name, kind))
        if event.problem:
            refused.append(f"{name}: {event.problem}")
            continue
        low, high = instant_of_iso(event.query["from"]) or 0, instant_of_iso(event.query["to"]) or 0
        found = {Key(row.get("point", ""), kind, instant_of_iso(row.get("end", "")) or 0): row for row in event.rows}
        foreign += [
            f"{key.point} {kind} ending {local(key.end)} stands under {name}"
            for key in found
            if wanted.get(key.point) != name
        ]
        for expected in intervals(truth, kind, _LENGTHS[kind], min(high, event.asked - MINUTE)):
            key = expected.key
            if wanted.get(key.point) != name or expected.certainty is not Certainty.SURE or expected.start < low:
                continue
            judged.add((name, kind))
            field = "Cou" if "Cou" in expected.fields else "Avg"
            row = found.get(key)
            if row is None or not matches(truth, expected, {field: row.get("value", "")}):
                is_now = "not there" if row is None else row.get("value") or "no value"
                missing.append(f"{key.point} {kind} ending {local(key.end)} under {name}: {is_now}")
    due = {(name, kind) for name in wanted.values() for kind in kinds}
    known = bool(due) and judged == due
    yield FOUND_UNDER_THEIR_SOURCE.decide(
        False if missing or any("LookupError" in one for one in refused) else True if known else None,
        measured=len(missing),
        limit=0,
        evidence=[*missing, *refused],
    )
    yield NOTHING_FOREIGN_THERE.none(foreign, known)


def activity_findings(
    history: History, kinds: Sequence[str], kept: Mapping[Criterion, Sequence[str]]
) -> Iterator[Check]:
    """The periods after the last start of all points of each criterion are stored, under whatever emission source.

    A point that was never read while others were is not monitored. Open where a question was refused, or a point has no
    sure period.
    """
    truth = truth_of(history)
    back = max((event.t for event in history.of(Power) if event.state == "restored"), default=history.began.t)
    asked = questions(history, "classified")
    refused = [event.problem for event in asked if event.problem]
    rows: dict[Key, list[str]] = {}
    until: dict[str, int] = {}
    for event in answers(history, "classified"):
        kind = event.query.get("kind", "")
        until[kind] = min(until.get(kind, event.asked), event.asked - MINUTE, instant_of_iso(event.query["to"]) or 0)
        for row in event.rows:
            key = Key(row.get("point", ""), kind, instant_of_iso(row.get("end", "")) or 0)
            rows.setdefault(key, []).append(row.get("value", ""))
    due: dict[str, list[Expected]] = {}
    for kind in (kind for kind in kinds if kind in until):
        for expected in intervals(truth, kind, _LENGTHS[kind], until[kind]):
            if expected.certainty is Certainty.SURE and expected.start >= back:
                due.setdefault(expected.key.point, []).append(expected)
    for question, points in kept.items():
        missing = [f"{point}: never read" for point in points if truth.count and not truth.series[point].times]
        for expected in (each for point in points for each in due.get(point, ())):
            field = "Cou" if "Cou" in expected.fields else "Avg"
            key = expected.key
            if not any(matches(truth, expected, {field: value}) for value in rows.get(key, ())):
                missing.append(f"{key.point} {key.kind} ending {local(key.end)}: {', '.join(rows.get(key, ())) or '-'}")
        known = asked and not refused and all(point in due for point in points)
        yield question.decide(
            None if refused or not asked else False if missing else True if known else None,
            measured=len(missing),
            limit=0,
            evidence=[*missing, *refused],
        )


def age_findings(history: History) -> Iterator[Check]:
    """What the terminal showed of its first day is there up to the age that its class must reach (R-30, stepped)."""
    first = SIX_MONTHS.last(history)
    young = history.end_us + 1 if first is None else first.t
    for kept, kind, days, whats in (
        (KEPT_SIX_MONTHS, SIX_MONTHS, RAW_DAYS, ("readings", "minute")),
        (KEPT_FIVE_YEARS, FIVE_YEARS, SETTLED_DAYS, ("quarter", "hour", "day")),
    ):
        mark = kind.last(history)
        then = history.end_us + 1 if mark is None else mark.t
        old = mark.detail.aged_s if mark is not None else 0
        before, problems = shown(history, history.began.t, young)
        after, later = shown(history, then, then + 5 * MINUTE)
        wanted = {question: rows for question, rows in before.items() if set(question) & set(whats)}
        gone: list[str] = []
        rows = 0
        for question, told in wanted.items():
            again = set(after.get(question, ())) if question in after else set(told)
            rows += len(told) if question in after else 0
            gone += [
                f"{' '.join(question[:3])}: {' '.join(row[:3])} is gone or other" for row in told if row not in again
            ]
        complete = bool(wanted) and set(wanted) <= set(after) and all(wanted.values())
        old_enough = old >= (days * 24 - 1) * 3600
        found = kept.none(gone, rows and complete and old_enough, evidence=[*gone, *problems, *later])
        yield msgspec.structs.replace(found, mark=TimeMark.STEPPED)


def room_findings(history: History) -> Iterator[Check | Measurement]:
    """Growth times duration and a fifth fits the room reserved (R-30, extrapolated).

    A record is a reading or a period's value. The load is every declared point, read once a minute.
    """
    told = questions(history, "capacity")
    rows = [(event.asked, event.rows[0]) for event in told if event.rows and not event.problem]
    problems = [event.problem for event in told if event.problem]
    points = number(history.began.declared.get("points", ""))
    octets: Decimal | None = None
    records = 0
    if len(rows) >= 2:
        (first, one), (last, two) = rows[0], rows[-1]
        low, high = number(one.get("octets", "")), number(two.get("octets", ""))
        records = _records_between(history, first, last)
        if last - first >= GROWTH_US and records >= GROWTH_RECORDS and low is not None and high is not None:
            octets = (high - low) / records
    reserved = number(rows[-1][1].get("reserved_octets", "")) if rows else None
    yield measure("records-counted", records, en="records that growth was measured over", zh="测算增长所用记录数")
    needed: Decimal | None = None
    if octets is not None and octets > 0 and points is not None:
        rate = _RAW_A_DAY * RAW_DAYS + _SETTLED_A_DAY * SETTLED_DAYS
        needed = (octets * points * rate * MARGIN).to_integral_value(ROUND_CEILING)
        yield measure("octets-a-record", f"{octets:.1f}", en="growth a record", zh="每条记录占用", unit="octets")
    fits = None if needed is None or reserved is None else needed <= reserved
    found = ROOM_SUFFICES.decide(
        fits,
        measured="" if needed is None else needed,
        limit="" if reserved is None else reserved,
        op="<=",
        evidence=problems,
    )
    yield msgspec.structs.replace(found, mark=TimeMark.EXTRAPOLATED)


def told_age_findings(history: History) -> Iterator[Check]:
    """The ages at which the terminal says it deletes are not below the limits.

    Under reading B five years bind all data, raw readings included.
    """
    told = questions(history, "capacity")
    rows = [event.rows[0] for event in told if event.rows and not event.problem]
    problems = [event.problem for event in told if event.problem]
    raw, settled = (number(rows[-1].get(field, "")) if rows else None for field in ("raw_days", "settled_days"))
    for question, days, least, bound in (
        (RAW_AGE_SET, raw, RAW_DAYS, (raw,)),
        (AGE_SET, settled, SETTLED_DAYS, (raw, settled)),
    ):
        known = [age for age in bound if age is not None]
        yield question.decide(
            None if days is None else days >= least,
            measured="" if days is None else days,
            limit=least,
            op=">=",
            evidence=problems,
            has_b=len(known) == len(bound),
            reading_b=all(age >= SETTLED_DAYS for age in known),
        )


def _records_between(history: History, from_us: int, to_us: int) -> int:
    """Readings taken and periods ended in (from, to]: what a store of every class has grown by."""
    readings = sum(len(event.values) for event in history.of(Served) if from_us < event.asked <= to_us)
    each = sum((to_us // length) - (from_us // length) for length in (MINUTE, 15 * MINUTE, HOUR, DAY))
    return readings + each * len(history.began.points)
