"""Inventories of enterprises and processes against the books of what was told (SSEA 5.4.3).

Leaves what was told to `platforms.bookkeeping`. A row may stand for a point or, with no point, for all of its class.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary import ABSENT
from bench.dut.platform.vocabulary.system import INVENTORY, InventoryQuery, InventoryRow
from bench.history import History
from conformance.common.platforms.answers import Answered
from conformance.common.platforms.bookkeeping import CLASSES, Books, Item, held, plain, shows
from conformance.common.platforms.told import analyses

OF_ENTERPRISE = criterion(
    "inventory-of-enterprise",
    en="the inventory of an enterprise holds each of its sources with its quantity and emission, and nobody else's",
    zh="企业层面数据清单列出该企业全部排放源的活动量和排放量，不含其他企业",
    unit="sources",
)
OF_PROCESS = criterion(
    "inventory-of-process",
    en="the inventory of each process holds each of its sources with its quantity and emission, and no other's",
    zh="各工序数据清单列出该工序全部排放源的活动量和排放量，不含其他工序",
    unit="sources",
)
DIVIDED = criterion(
    "inventory-divided",
    en="the inventory is divided into fuel, process, electricity, heat and carbon stored, each exactly, stored carbon "
    "deducted",
    zh="清单按燃料燃烧、过程排放、电力、热力和固碳产品分项，各项准确，固碳予以扣除",
    unit="classes",
)


def _due(books: Books, event: Answered[InventoryQuery, InventoryRow]) -> list[Item]:
    query = event.query
    return books.inventory(query.of, query.id, int(query.from_), int(query.to), books.place(event))


def _wrong(event: Answered[InventoryQuery, InventoryRow], due: Sequence[Item]) -> list[str]:
    """Rows that are missing, too many or wrong, source by source where rows name sources."""
    where = f"{event.query.of} {event.query.id}"
    rows = {row.point: row for row in event.rows if row.point}
    if event.rows and not rows:
        return [f"{where}: {line}" for line in _classes(event, due)]
    wrong = [f"{where}: {point} is not of it" for point in rows if point not in {each.point for each in due}]
    if len(rows) < len(event.rows):
        wrong.append(f"{where}: a source stands in {len(event.rows)} rows for {len(rows)}")
    for item in due:
        row = rows.get(item.point)
        if row is None:
            wrong.append(f"{where}: {item.point} is missing")
        elif not shows(row.quantity, item.quantity) or (row.unit is not ABSENT and row.unit != item.unit):
            shown = f"{row.quantity} {row.unit}"
            wrong.append(f"{where}: {item.point} {shown}, told {plain(item.quantity)} {item.unit}")
        elif not shows(row.emission, item.emission):
            wrong.append(f"{where}: {item.point} emits {row.emission} t, exactly {plain(item.emission)}")
    return wrong


def _classes(event: Answered[InventoryQuery, InventoryRow], due: Sequence[Item]) -> list[str]:
    """Classes whose sum is not that of their sources."""
    wrong = [
        f"class {row.source_class!r} is none of the classes" for row in event.rows if row.source_class not in CLASSES
    ]
    for name in CLASSES:
        mine = [row for row in event.rows if row.source_class == name]
        exact = sum((each.emission for each in due if each.source_class == name), Fraction(0))
        try:
            shown = sum((Fraction(row.emission) for row in mine), Fraction(0))
        except ValueError:
            wrong.append(f"{name}: no number")
            continue
        steps = max((_step(row.emission) for row in mine), default=Fraction(0))
        if abs(shown - exact) > steps / 2 * max(len(mine), 1) or (steps > Fraction(1, 1000) and shown != exact):
            wrong.append(f"{name}: {plain(shown)} t, exactly {plain(exact)}")
    return wrong


def _step(text: str) -> Fraction:
    """One unit in the last place of decimal text."""
    return Fraction(1, 10 ** len(text.partition(".")[2]))


def findings(history: History) -> Iterator[Check]:
    """Every inventory that was asked for, against the books as they stood when it was asked."""
    books = Books(history)
    wrong: dict[str, list[str]] = {"enterprise": [], "process": []}
    seen = {"enterprise": 0, "process": 0}
    divided: list[str] = []
    classes: set[str] = set()
    for event in analyses(history, INVENTORY):
        due = _due(books, event)
        of = event.query.of
        if not due:
            continue
        seen[of] += 1
        wrong[of] += _wrong(event, due)
        classes |= {each.source_class for each in due}
        divided += [f"{of} {event.query.id}: {line}" for line in _classes(event, due)]
    yield held(OF_ENTERPRISE, wrong["enterprise"], seen["enterprise"], 2)
    yield held(OF_PROCESS, wrong["process"], seen["process"], 2)
    yield held(DIVIDED, divided, len(classes & set(CLASSES[:5])), 5)
