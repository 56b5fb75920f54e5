"""Allowances as a platform reckons them, what they are reckoned from, and how wrong data are met (CPCIF 5.4.2.2).

Leaves what they must be to `market_truth`, and what becomes of them to `trades_judge` and `assets_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.market import (
    ALLOCATION_COMPARISON,
    ALLOCATION_SOURCES,
    ALLOCATIONS,
    ALLOWANCE_BASIS,
    AllocationComparisonRow,
)
from bench.history import History
from conformance.common.platforms import alarms as platform_alarms
from conformance.common.platforms.books import Act, acts, asked, wrong_cells, wrong_rows
from conformance.common.platforms.objects import entered, expected
from conformance.platform.market import market_truth

RECKONED = criterion(
    "allowances-reckoned",
    en="allowances of each enterprise are what the rule given makes of its data",
    zh="各企业配额与所给规则和数据的计算结果一致",
    unit="figures",
)
FOLLOWS = criterion(
    "allowances-follow",
    en="once the data have changed, the allowances reckoned follow",
    zh="核算数据变更后，试算配额随之更新",
    unit="figures",
)
ACQUIRED = criterion(
    "allowance-data-kept",
    en="data of allowances are shown as they were entered",
    zh="配额核算数据按录入内容显示",
    unit="fields",
)
VALIDATED = criterion(
    "allowance-data-validated",
    en="data that cannot be are refused or raise an alarm, sound ones are taken",
    zh="不合理的配额数据被拒绝或报警，正常数据予以接受",
    unit="entries",
)
NOTICED = criterion(
    "allowance-data-noticed",
    en="an output far from that of the year before raises an alarm within 60 s, others none",
    zh="产量与上年相差悬殊时 60 s 内有提醒，正常数据无提醒",
    unit="entries",
)
TRACED = criterion(
    "allowance-traced",
    en="beside an allocation stand the data, paper and instant that it comes from",
    zh="配额可追溯到所用数据、来源文件和录入时刻",
    unit="figures",
)
OF_PARK = criterion(
    "allowances-of-park",
    en="the park sees the allowances of its enterprises, all of them and by sector",
    zh="园区可查询并按行业统计所辖企业的配额",
    unit="figures",
)
COMPARED = criterion(
    "allowances-compared",
    en="allowances are compared with those of the same region and sector, in the right order",
    zh="与同地区、同行业企业的配额对比，排序与数值正确",
    unit="figures",
)
ABNORMAL = "abnormal-"
"""How cases call an entry that is sound in form and far from the past."""


def findings(history: History) -> Iterator[Check]:
    """Every question about allowances."""
    yield from _reckoned(history)
    found = entered(history, ALLOWANCE_BASIS)
    yield ACQUIRED.none(found.wrong, found.known)
    yield _validated(history)
    yield _noticed(history)
    yield _traced(history)
    yield _compared(history)


def _reckoned(history: History) -> Iterator[Check]:
    """Before a change, after it, and of the whole park."""
    lines: dict[str, list[str]] = {RECKONED.id: [], FOLLOWS.id: [], OF_PARK.id: []}
    known = dict.fromkeys(lines, 0)
    changes = {act.fields.get("enterprise", "") or act.key: act.order for act in _changes(history)}
    methods: set[str] = set()
    for each in asked(history, ALLOCATIONS):
        due = market_truth.allocations(each.books, each.query.of, each.query.id, each.query.year)
        wrong = wrong_rows(each.rows, ("enterprise",), due, each.told())
        later = any(at < each.order for at in changes.values())
        where = OF_PARK if each.query.of != "enterprise" else FOLLOWS if later else RECKONED
        lines[where.id] += wrong
        reckoned = [cells for cells in due.values() if "value" in cells]
        known[where.id] += len(reckoned)
        if where is RECKONED:
            methods |= {str(cells["rule"]) for cells in reckoned}
    yield RECKONED.none(lines[RECKONED.id], known[RECKONED.id] and len(methods) > 2)
    yield FOLLOWS.none(lines[FOLLOWS.id], known[FOLLOWS.id])
    yield OF_PARK.none(lines[OF_PARK.id], known[OF_PARK.id] > 2)


def _changes(history: History) -> list[Act]:
    return [act for act in acts(history, ALLOWANCE_BASIS) if act.verb == "change" and act.taken]


def _validated(history: History) -> Check:
    """Entries that cannot be, and those that can."""
    wrong: list[str] = []
    known = 0
    for act in acts(history, ALLOWANCE_BASIS):
        if act.verb != "create" or (not act.taken and act.event.outcome != "refused"):
            continue
        if expected(act):
            if not act.taken:
                wrong.append(f"{act.by}: {act.key} was not taken: {act.event.problem}")
            continue
        if act.taken and not platform_alarms.asked(history):
            continue
        known += 1
        if act.taken and not platform_alarms.in_time(history, act.event.asked, act.key):
            wrong.append(f"{act.by}: {act.key} was taken without a word")
    return VALIDATED.none(wrong, known)


def _noticed(history: History) -> Check:
    """One alarm for each abnormal entry, none about the others."""
    taken = [act for act in acts(history, ALLOWANCE_BASIS) if act.verb == "create" and act.taken and expected(act)]
    odd = [act for act in taken if act.key.startswith(ABNORMAL)]
    wrong = [
        f"{act.key}: no alarm within 60 s"
        for act in odd
        if not platform_alarms.in_time(history, act.event.asked, act.key)
    ]
    sound = [act.key for act in taken if not act.key.startswith(ABNORMAL)]
    wrong += [f"{each.subject}: an alarm without cause" for each in platform_alarms.about(history, *sound)]
    heard = platform_alarms.asked(history)
    return NOTICED.none(wrong if heard else (), odd and sound and heard)


def _traced(history: History) -> Check:
    """Object, rule, paper, figure and instant."""
    wrong: list[str] = []
    known = 0
    for each in asked(history, ALLOCATION_SOURCES):
        bases = each.books.all(ALLOWANCE_BASIS, enterprise=each.query.enterprise, year=each.query.year)
        due = {
            (row["id"],): {
                "rule": row["rule"],
                "source": row["source"],
                "output": market_truth.number(row, "output"),
            }
            for row in bases
        }
        wrong += wrong_rows(each.rows, ("basis",), due, each.told())
        known += len(due)
        told = {act.key: act.event for act in acts(history, ALLOWANCE_BASIS) if act.taken and act.order <= each.order}
        for row in each.rows:
            event, shown = told.get(row.basis), row.entered
            if event is not None and not (shown and event.asked - 1_000_000 <= int(shown) <= event.t + 1_000_000):
                wrong.append(f"{each.told()}: {row.basis} entered {shown or 'not shown'}, it was at {event.t}")
            if not row.author:
                wrong.append(f"{each.told()}: {row.basis} names nobody who entered it")
    return TRACED.none(wrong, known)


def _compared(history: History) -> Check:
    """Order and figures of those alike."""
    wrong: list[str] = []
    known = 0
    for each in asked(history, ALLOCATION_COMPARISON):
        due = market_truth.comparison(each.books, each.query.year, each.query.region, each.query.sector)
        if due is None:
            continue
        shown = {row.enterprise: row for row in each.rows}
        wrong += [f"{each.told()}: {name} does not belong there" for name in sorted(set(shown) - {n for n, _ in due})]
        for name, cells in due:
            wrong += wrong_cells(shown.get(name, AllocationComparisonRow()), cells, f"{each.told()}: {name}")
            known += 1
    return COMPARED.none(wrong, known > 1)
