"""Green power, certificates and changes of process: what was used and what it saves, by enterprise, park and sector.

Leaves what figures must be to `reductions_truth`, which method is the authority's to inspection (CPCIF 5.3.2, 5.3.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import FACTOR
from bench.dut.platform.vocabulary.market import GREEN_STATISTICS, PROCESS_REDUCTIONS
from bench.history import History
from conformance.common.platforms.books import Due, asked, wrong_rows
from conformance.platform.reductions import reductions_truth

USED = criterion(
    "green-used",
    en="green power and certificates used are added up by form and way",
    zh="绿电与绿证消费量按形式和方式正确汇总",
    unit="figures",
)
REDUCED = criterion(
    "green-reduction",
    en="the reduction is energy times the factor in force, for each month",
    zh="减排量等于各月电量与生效因子之积",
    unit="figures",
)
LATEST = criterion(
    "green-latest-factor",
    en="once a newer factor is published, months from its instant on are reckoned with it, earlier ones as before",
    zh="发布新因子后，自生效月起采用新因子，之前月份不变",
    unit="figures",
)
OF_PARK = criterion(
    "green-of-park",
    en="reductions from green power are those of the whole park, and of the sector alone",
    zh="园区与化工行业的绿电、绿证减排量统计正确",
    unit="figures",
)
PROCESS = criterion(
    "process-reduction",
    en="the reduction by a change of process is the fall of its specific emission times the output",
    zh="工艺减排量等于单位排放下降量与产量之积",
    unit="figures",
)
PROCESS_OF_PARK = criterion(
    "process-reduction-of-park",
    en="reductions by changes of process are those of the whole park, and of the sector alone",
    zh="园区与化工行业的工艺减排量统计正确",
    unit="figures",
)


def _only(due: Due, *names: str) -> Due:
    return {key: {name: cells[name] for name in names if name in cells} for key, cells in due.items()}


def findings(history: History) -> Iterator[Check]:
    """Every question of green power and processes."""
    lines: dict[str, list[str]] = {each.id: [] for each in (USED, REDUCED, LATEST, OF_PARK)}
    known = dict.fromkeys(lines, 0)
    scopes: set[str] = set()
    for each in asked(history, GREEN_STATISTICS):
        due = reductions_truth.green(each.books, each.query.of, each.query.id, each.query.year)
        if each.query.of != "enterprise":
            lines[OF_PARK.id] += wrong_rows(each.rows, ("form", "way"), due, each.told())
            known[OF_PARK.id] += len(due)
            scopes.add(each.query.of)
            continue
        newer = len(each.books.all(FACTOR, carrier="electricity")) > 2
        for check, names in ((USED, ("energy",)), (LATEST if newer else REDUCED, ("reduction",))):
            lines[check.id] += wrong_rows(each.rows, ("form", "way"), _only(due, *names), each.told())
            known[check.id] += len(due)
    yield USED.none(lines[USED.id], known[USED.id] > 2)
    yield REDUCED.none(lines[REDUCED.id], known[REDUCED.id])
    yield LATEST.none(lines[LATEST.id], known[LATEST.id])
    yield OF_PARK.none(lines[OF_PARK.id], len(scopes) > 1)
    for check, wanted in ((PROCESS, ("enterprise",)), (PROCESS_OF_PARK, ("park", "sector"))):
        wrong: list[str] = []
        seen = 0
        for each in asked(history, PROCESS_REDUCTIONS):
            if each.query.of in wanted:
                due = reductions_truth.processes(each.books, each.query.of, each.query.id, each.query.year)
                wrong += wrong_rows(each.rows, ("enterprise", "process"), due, each.told())
                seen += len(due)
        yield check.none(wrong, seen > len(wanted))
