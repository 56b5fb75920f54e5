"""Emissions of longer periods, of entries by hand and of meters that were replaced (R-19, R-21, R-22).

Leaves single figures to `figures_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bench.case import Check, criterion
from bench.history import History, MeterFault, Observed
from conformance.common import phases
from conformance.common.carbon.reckon import books_of
from conformance.common.carbon.units import mass_unit
from conformance.common.queries import answers, questions
from conformance.common.times import DAY, instant_of_iso, local
from conformance.common.truth import number
from conformance.terminal.accounting.figures_judge import Shown, compare, missing, shown

ENTERED = criterion(
    "entry-counted",
    en="what was entered by hand for a day gives that day's emission by itself",
    zh="按日填报后当日排放量自动计算",
    unit="figures",
)
ENTRIES_FOUND = criterion(
    "entries-found",
    en="what was entered is found again with its value, its period, who entered it and why",
    zh="填报的活动数据可再次查到，数值、时段、填报人和理由与填报一致",
    unit="entries",
)
CORRECTED = criterion(
    "entry-carried",
    en="an hour that was entered for a silent meter goes into every total that contains it",
    zh="为无应答表计补录的小时值计入所有包含它的汇总",
    unit="figures",
)
CORRECTED_YEAR = criterion(
    "year-corrected",
    en="a month that is entered anew changes its quarter and its year by as much, under a higher revision",
    zh="更正某月填报值后，所在季、年排放量随之变化，版本号递增",
    unit="figures",
)
REPLACED = criterion(
    "emission-over-replacement",
    en="over a meter's replacement the emission is what was burnt by both meters",
    zh="更换表计前后，排放量为两块表计的实际消耗之和",
    unit="figures",
)
ROLLED_OVER = criterion(
    "emission-over-rollover",
    en="over a counter's rollover the emission is that of what was used",
    zh="计数器翻转前后，排放量按实际消耗计算",
    unit="figures",
)


def entered_finding(history: History, source: str) -> Check:
    """Figures of a source that nothing but entries feed, after they were made."""
    books = books_of(history)
    told = [event.t for event in answers(history, "activity")]
    figures = [each for each in shown(history) if each.id == source and each.kind == "day" and told]
    found = compare(books, [each for each in figures if each.at > told[-1]])
    absent = [line for line in missing(history, books) if line.startswith(f"source {source}, day")]
    return ENTERED.none([*found.wrong, *absent], found.known)


def found_again_finding(history: History, source: str) -> Check:
    """Each entry for a source against the last list of them; values of a unit that is not known say nothing."""
    books = books_of(history)
    units = {feed.symbol: feed.unit for feed in books.emitter.source(source).inputs}
    made = [event.query for event in answers(history, "activity") if event.query["source"] == source]
    lists = answers(history, "activities")
    rows = lists[-1].rows if lists else ()
    wrong: list[str] = []
    held = 0
    for entry in made:
        start, end = int(entry["start"]), int(entry["end"])
        told = f"{entry['symbol']} {entry['value']} {units[entry['symbol']]} from {local(start)}"
        there = [
            row
            for row in rows
            if row.get("symbol") == entry["symbol"]
            and instant_of_iso(row.get("start", "")) == start
            and instant_of_iso(row.get("end", "")) == end
        ]
        amounts = [_amount(row, units[entry["symbol"]]) for row in there]
        if there and all(known is False for known, _ in amounts):
            continue
        held += 1
        meant = any(
            amount == Fraction(entry["value"]) and all(row.get(key) == entry[key] for key in ("author", "reason"))
            for row, (_, amount) in zip(there, amounts, strict=True)
        )
        if not meant:
            wrong.append(f"{told}: {'; '.join(str(dict(row)) for row in there) or 'not found'}")
    return ENTRIES_FOUND.none(wrong if lists else (), held if lists else 0)


def _amount(row: Mapping[str, str], unit: str) -> tuple[bool, Fraction | None]:
    """Whether the unit of a row is known, and its value in the unit of the entry."""
    value, shown_in = number(row.get("value", "")), mass_unit(row.get("unit", ""))
    if row.get("unit", "") in (unit, ""):
        return True, None if value is None else Fraction(value)
    power = {"kg": Fraction(1, 1000), "t": Fraction(1)}
    if shown_in not in power or unit not in power:
        return False, None
    return True, None if value is None else Fraction(value) * power[shown_in] / power[unit]


def counter_findings(history: History, replaced: str, rolled: str) -> Iterator[Check]:
    """Figures of two sources, one behind a meter that was replaced, one behind a counter that rolled over."""
    books = books_of(history)
    faults = history.of(MeterFault)
    for criterion_, source, fault in ((REPLACED, replaced, "replaced"), (ROLLED_OVER, rolled, "rollover-soon")):
        figures = [each for each in shown(history) if each.id == source]
        found = compare(books, figures)
        absent = [line for line in missing(history, books) if line.startswith(f"source {source},")]
        happened = any(event.fault == fault for event in faults)
        yield criterion_.none([*found.wrong, *absent], found.known and happened)


def corrected_finding(history: History) -> Check:
    """What is shown after the entries: every hour that one was made for, at every level."""
    books = books_of(history)
    mark = phases.ENTERED.last(history)
    entries = [event for event in history.of(Observed) if event.what == "manual entry" and not event.problem]
    starts = {int(event.query["start"]) for event in entries}
    figures: list[Shown] = [
        each for each in shown(history) if mark and each.at >= mark.t and each.kind == "hour" and each.start in starts
    ]
    found = compare(books, figures)
    late = [f"{each.told()}: nothing after the entry" for each in figures if not each.value]
    return CORRECTED.none([*found.wrong, *late], found.known)


def corrected_year_finding(history: History) -> Check:
    """What is shown after a month was entered anew: whatever contains it is another, and right."""
    books = books_of(history)
    mark = phases.CORRECTED.last(history)
    before: dict[tuple[str, str, str, int], Shown] = {}
    after: list[Shown] = []
    for each in shown(history):
        if mark and each.at >= mark.t:
            after.append(each)
        else:
            before[each.of, each.id, each.kind, each.start] = each
    found = compare(books, after)
    moved = [
        each
        for each in after
        if (old := before.get((each.of, each.id, each.kind, each.start))) is not None and old.value != each.value
    ]
    return CORRECTED_YEAR.none(found.wrong, found.known and len(moved) >= 3)


SUM_BESIDE_DAYS = criterion(
    "sum-beside-days",
    en="the sum of a source over some hours is told, though another source is known by days alone",
    zh="其他排放源仅按日填报时，仍可查询本排放源若干小时的合计",
    unit="figures",
)


def sum_beside_days_finding(history: History, source: str) -> Check:
    """Sums of a source over less than a day; what they must be is asked of every sum.

    Where no figure of emissions was answered at all, that these were not either shows nothing.
    """
    asked = [
        event
        for event in questions(history, "emission-sum")
        if event.query.get("id") == source and int(event.query["to"]) - int(event.query["from"]) < DAY
    ]
    refused = [f"{source} from {local(int(event.query['from']))}: {event.problem}" for event in asked if not event.rows]
    heard = any(event.rows for event in (*answers(history, "emissions"), *answers(history, "emission-sum")))
    return SUM_BESIDE_DAYS.none_among(asked if heard else (), refused)
