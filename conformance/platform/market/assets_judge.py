"""Carbon assets: totals and value, trend, use of allowances, what will be too much; compliance and reminders.

Leaves what figures must be to `market_truth` (SSEA 5.4.8; CPCIF 5.4.5.2; ISC-1 5.2.8 c, d).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import ALARMS
from bench.dut.platform.vocabulary.market import (
    ALLOWANCE_USE,
    ASSET_TREND,
    CARBON_ASSETS,
    CLOSED_ACCOUNT,
    COMPLIANCE_STATISTICS,
    REMINDER,
    SURRENDER,
)
from bench.history import History
from conformance.common.platforms import alarms as platform_alarms
from conformance.common.platforms.books import Due, acts, asked, books, wrong_rows
from conformance.common.platforms.calendar import year_of
from conformance.common.platforms.objects import entered, queried, updated
from conformance.platform.market import market_truth

TOTALS = criterion(
    "assets-held",
    en="stock and value of allowances and CCER, and surplus or shortage, are what was entered gives",
    zh="配额与 CCER 的持有量、价值和盈缺与录入数据一致",
    unit="figures",
)
TREND = criterion(
    "assets-over-time",
    en="the stock at the end of each month is that of the entries until then",
    zh="各月末存量与截至该时刻的账目一致",
    unit="figures",
)
USE = criterion(
    "allowance-use",
    en="allowance, use and remainder are what was entered gives",
    zh="配额、已用量与余量与录入数据一致",
    unit="figures",
)
PREDICTED = criterion(
    "excess-predicted",
    en="months that are all alike are predicted to go on, and the excess follows",
    zh="各月相同时按此外推全年排放量，超额量正确",
    unit="figures",
)
MARKED = criterion(
    "excess-marked",
    en="whoever will emit more than there are allowances for is marked, nobody else",
    zh="将超额的企业予以标识，其他企业不标识",
    unit="enterprises",
)
NOTIFIED = criterion(
    "excess-notified",
    en="within 60 s there is an alarm about whoever will exceed, and about nobody else",
    zh="预计超额后 60 s 内报警，其他企业不报警",
    unit="enterprises",
)
ENTERED = criterion(
    "compliance-entered",
    en="quantity, way and cost of compliance are shown as they were entered",
    zh="履约量、方式与成本按录入内容显示",
    unit="entries",
)
UPDATED = criterion(
    "compliance-updated",
    en="data of compliance that were changed are shown as changed",
    zh="更新后的履约数据按更新内容显示",
    unit="entries",
)
QUERIED = criterion(
    "compliance-queried",
    en="a query for data of compliance shows exactly those that fit",
    zh="查询履约数据，结果恰为符合条件者",
    unit="entries",
)
ANALYSED = criterion(
    "compliance-analysed",
    en="an enterprise's rate, quantity by way and cost are those of its entries",
    zh="企业履约率、各方式履约量与成本与其记录一致",
    unit="figures",
)
OF_PARK = criterion(
    "compliance-of-park",
    en="the park sees rate, quantity, way and cost of each of its enterprises",
    zh="园区可查询所辖各企业的履约率、履约量、方式与成本",
    unit="figures",
)
OF_SECTOR = criterion(
    "compliance-of-sector",
    en="the park's statistics of compliance by sector are those of the sector's enterprises",
    zh="园区按行业的履约统计与该行业企业一致",
    unit="figures",
)
REMINDED = criterion(
    "reminders-on-time",
    en="a reminder comes at its set instant or within 60 s after it, and not before",
    zh="提醒在设定时刻起 60 s 内发出，不提前",
    unit="reminders",
)


def _only(due: Due, *names: str) -> Due:
    return {key: {name: cells[name] for name in names if name in cells} for key, cells in due.items()}


def asset_findings(history: History) -> Iterator[Check]:
    """Totals, trend and use."""
    wrong: list[str] = []
    known = 0
    for each in asked(history, CARBON_ASSETS):
        due = market_truth.assets(each.books, each.query.of, each.query.id, each.query.year, each.event.asked)
        wrong += wrong_rows(each.rows, ("enterprise", "asset"), due, each.told())
        known += len(due)
    yield TOTALS.none(wrong, known > 3)
    wrong, known = [], 0
    for each in asked(history, ASSET_TREND):
        due = market_truth.trend(each.books, each.query.id, each.query.asset, int(each.query.from_), int(each.query.to))
        wrong += wrong_rows(each.rows, ("end",), due, each.told())
        known += len({str(cells["stock"]) for cells in due.values()})
    yield TREND.none(wrong, known > 2)
    for check, names in (
        (USE, ("allowance", "used", "remainder")),
        (PREDICTED, ("predicted", "excess")),
        (MARKED, ("state",)),
    ):
        yield check.none(*_use(history, names))
    yield _notified(history)


def _use(history: History, names: Sequence[str]) -> tuple[list[str], bool]:
    wrong: list[str] = []
    states: set[object] = set()
    for each in asked(history, ALLOWANCE_USE):
        due = market_truth.use(each.books, each.query.of, each.query.id, each.query.year)
        states |= {cells["state"] for cells in due.values()}
        wrong += wrong_rows(each.rows, ("enterprise",), _only(due, *names), each.told())
    return wrong, len(states) > 1


def _notified(history: History) -> Check:
    """The account of the month by which a year will be too much is the cause of an alarm."""
    wrong: list[str] = []
    warned: set[str] = set()
    names: set[str] = set()
    for act in acts(history, CLOSED_ACCOUNT):
        if not act.taken or act.fields.get("period") != "month":
            continue
        name = act.fields["subject"]
        names.add(name)
        year = year_of(int(act.fields["start"]))
        due = market_truth.use(books(history, act.order), "enterprise", name, year).get((name,))
        if due is None or due["state"] != "excess" or name in warned:
            continue
        warned.add(name)
        if not platform_alarms.in_time(history, act.event.asked, name):
            wrong.append(f"{name}: no alarm within 60 s of the account that shows it")
    quiet = names - warned
    wrong += [f"{each.subject}: an alarm without cause" for each in platform_alarms.about(history, *sorted(quiet))]
    heard = platform_alarms.asked(history)
    return NOTIFIED.none(wrong if heard else (), warned and quiet and heard)


def compliance_findings(history: History) -> Iterator[Check]:
    """Data of compliance, by enterprise and park."""
    for check, look in ((ENTERED, entered), (UPDATED, updated), (QUERIED, queried)):
        found = look(history, SURRENDER)
        yield check.none(found.wrong, found.known)
    for check, of in ((ANALYSED, "enterprise"), (OF_PARK, "park"), (OF_SECTOR, "sector")):
        wrong: list[str] = []
        known = 0
        for each in asked(history, COMPLIANCE_STATISTICS, of=of):
            due = market_truth.compliance(each.books, of, each.query.id, each.query.year)
            wrong += wrong_rows(each.rows, ("enterprise",), due, each.told())
            known += len(due)
        yield check.none(wrong, known)


def reminder_finding(history: History) -> Check:
    """Reminders that are due by now, and those that are not."""
    if not platform_alarms.asked(history):
        return REMINDED.none((), False)
    end = max(each.event.t for each in asked(history, ALARMS))
    wrong: list[str] = []
    due = 0
    early = 0
    for name, row in books(history).kinds.get(REMINDER.name, {}).items():
        at = int(row["remind"])
        found = platform_alarms.about(history, name)
        if at + platform_alarms.LATEST_US <= end:
            due += 1
            if not platform_alarms.in_time(history, at, name):
                wrong.append(f"{name}: no reminder within 60 s of {at}")
        if at > end:
            early += 1
        wrong += [
            f"{name}: reminded at {each.raised}, set for {at}"
            for each in found
            if each.raised < at - platform_alarms.CLOCK_US
        ]
    return REMINDED.none(wrong, due and early)
