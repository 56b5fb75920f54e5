"""Base data: kept as told, changed, removed, with who did what; and what enterprises configure has its effect.

Leaves what was told to `platforms.bookkeeping` (CPCIF 5.2.1.2b, e, f).
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.system import INVENTORY, InventoryRow
from bench.history import History
from conformance.common.platforms.bookkeeping import Books, held, listings, plain, shows
from conformance.common.platforms.told import analyses

ENTERPRISE_KEPT = criterion(
    "enterprise-data-kept",
    en="profile, business, output, fuels, energy, carbon-bearing products, feedstock, waste, facilities' energy and "
    "techniques of an enterprise are kept as entered",
    zh="企业概况、经营、产量、燃料、电热、含碳产品、原料、废物、重点设施能耗和生产与尾气处理技术原样保存",
    unit="objects",
)
ENTERPRISE_MANAGED = criterion(
    "enterprise-data-managed",
    en="base data of an enterprise that were changed or removed are so, and no others",
    zh="企业基础数据的更改和删除生效，其余不变",
    unit="objects",
)
PARK_KEPT = criterion(
    "park-data-kept",
    en="profile, fuels, purchased energy and waste of the park are kept as entered",
    zh="园区概况、燃料、外购电热和废物原样保存",
    unit="objects",
)
PARK_MANAGED = criterion(
    "park-data-managed",
    en="base data of the park that were changed or removed are so, and no others",
    zh="园区基础数据的更改和删除生效，其余不变",
    unit="objects",
)
CONFIGURED = criterion(
    "configured-to-suit",
    en="products, fuels, processes and recovery that an enterprise configures are kept, and others keep theirs",
    zh="企业配置的产品、燃料、生产过程和 CO₂ 回收得以保存，不影响其他企业",
    unit="objects",
)
CONFIGURATION_COUNTS = criterion(
    "configuration-counts",
    en="what is configured gives the results from its instant on: new fuel, new process, recovered share",
    zh="新增燃料、新增工序、回收份额自生效起进入核算结果",
    unit="results",
)
ENTERPRISE_KINDS = ("enterprise", "business", "activity", "technique")
PARK_KINDS = ("park", "activity")
CONFIGURED_KINDS = ("product", "fuel", "process", "recovery")
ITEMS = ("product", "fuel", "electricity", "heat", "carbon_product", "feedstock", "waste", "facility_energy")
PARK_ITEMS = ("fuel", "electricity", "heat", "waste")


def _of(
    history: History, books: Books, kinds: tuple[str, ...], items: tuple[str, ...]
) -> tuple[list[str], list[str], bool]:
    """Lines of what was not kept, of what was not managed, and whether all that is asked for was there."""
    found = listings(history, books, *kinds)
    kept = [line for each in found for line in each.missing]
    touched = {
        thing.versions[-1].fields.get("id", thing.key)
        for kind in kinds
        for thing in books.all(kind)
        if len(thing.versions) > 1 or thing.removed is not None
    }
    altered = [line for each in found for line in each.altered]
    managed = [line for line in altered if line.split()[1].rstrip(":") in touched]
    managed += [line for line in kept if line.split()[1] in touched]
    managed += [line for each in found for line in each.lasting]
    kept += [line for line in altered if line not in managed]
    told = {thing.versions[0].fields.get("item", "") for thing in books.all("activity")}
    return kept, managed, {each.kind for each in found} >= set(kinds) and told >= set(items)


def enterprise_findings(history: History) -> Iterator[Check]:
    """Base data of enterprises."""
    books = Books(history, ENTERPRISE_KINDS)
    kept, managed, known = _of(history, books, ENTERPRISE_KINDS, ITEMS)
    yield ENTERPRISE_KEPT.none(kept, known)
    yield ENTERPRISE_MANAGED.none(managed, known and _touched(books, ENTERPRISE_KINDS))


def park_findings(history: History) -> Iterator[Check]:
    """Base data of the park."""
    books = Books(history, PARK_KINDS)
    kept, managed, known = _of(history, books, PARK_KINDS, PARK_ITEMS)
    yield PARK_KEPT.none(kept, known)
    yield PARK_MANAGED.none(managed, known and _touched(books, PARK_KINDS))


def _touched(books: Books, kinds: tuple[str, ...]) -> bool:
    """Whether something was changed and something removed."""
    things = [thing for kind in kinds for thing in books.all(kind)]
    return any(len(thing.versions) > 1 for thing in things) and any(thing.removed is not None for thing in things)


def configuration_findings(history: History) -> Iterator[Check]:
    """What an enterprise configured, and its inventories before and after."""
    books = Books(history)
    found = listings(history, books, *CONFIGURED_KINDS)
    known = {each.kind for each in found if each.known} >= set(CONFIGURED_KINDS)
    yield CONFIGURED.none([line for each in found for line in each.wrong], known)
    wrong: list[str] = []
    seen = 0
    for event in analyses(history, INVENTORY):
        query = event.query
        rows = {row.point: row for row in event.rows}
        for item in books.inventory(query.of, query.id, int(query.from_), int(query.to), books.place(event)):
            seen += 1
            shown = rows.get(item.point, InventoryRow()).emission
            if not shows(shown, item.emission):
                wrong.append(f"{query.id} {item.point}: {shown or 'missing'} t, exactly {plain(item.emission)}")
    yield held(CONFIGURATION_COUNTS, wrong, seen if books.all("recovery") else 0, 3)
