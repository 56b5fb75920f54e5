"""The library of accounting standards: formulas, factors and facilities of each source, by version (SSEA 5.4.9, R-24).

Leaves inventories to `inventory_judge`. Results are those of `inventory`, asked before and after each change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.system import (
    INVENTORY,
    LIBRARY,
    InventoryQuery,
    InventoryRow,
    LibraryQuery,
    LibraryRow,
)
from bench.history import History
from conformance.common.platforms.answers import Answered
from conformance.common.platforms.bookkeeping import Books, Thing, held, plain, shows
from conformance.common.platforms.told import analyses, may, rights, told, versions
from conformance.common.times import instant_of_iso, local

FROM_INVENTORY = criterion(
    "library-from-inventory",
    en="the library holds each source of the inventory, and no other, with its formula and factor",
    zh="标准库覆盖数据清单中的每一排放源及其核算公式和排放因子，且无多余排放源",
    unit="sources",
)
SERVES_COMPUTATION = criterion(
    "library-serves-computation",
    en="formulas and factors that are changed in the library, and none else, give the results",
    zh="结果按标准库中的公式和因子计算，更改后随之改变",
    unit="results",
)
FACILITIES = criterion(
    "facility-dictionary",
    en="the facility of each source stands in the dictionary as it was entered and changed",
    zh="各排放源的设施设备字典项与录入和更改一致",
    unit="sources",
)
VERSIONS = criterion(
    "versions-kept",
    en="every version of a formula and a factor is kept, with its content and from when it counts",
    zh="公式和因子的每一版本均保留，含内容和生效时间",
    unit="versions",
)
COUNTS_FROM = criterion(
    "version-counts-from",
    en="a new version counts for intervals from its instant on, and not before",
    zh="新版本自生效时刻起的时段适用，之前不变",
    unit="results",
    reading_b_of="R-24",
)
ONLINE = criterion(
    "updated-online",
    en="users with the right to it update formulas and factors online, and nobody else does",
    zh="有权用户可在线更新公式和因子，无权用户被拒且内容不变",
    unit="updates",
)
_LAST = 2**62
_KEPT = {"factor": ("value", "unit"), "formula": ("expression",)}


def findings(history: History) -> Iterator[Check]:
    """Library, results, versions and updates."""
    books = Books(history)
    yield from _library(history, books)
    yield _computation(history, books)
    yield _versions(history, books)
    yield _counts_from(history, books)
    yield _online(history)


def _library(history: History, books: Books) -> Iterator[Check]:
    lacking: list[str] = []
    facilities: list[str] = []
    seen = 0
    for event in analyses(history, LIBRARY):
        enterprise = event.query.enterprise
        points = [each.now(books.place(event)) for each in books.things("point", enterprise=enterprise)]
        due = {point["id"]: point for point in points if point}
        rows = {row.point: row for row in event.rows}
        seen += len(due)
        lacking += [
            f"{name or 'a row without source'} is no source of {enterprise}" for name in rows if name not in due
        ]
        for name, point in due.items():
            row = rows.get(name)
            if row is None:
                lacking.append(f"{name} is missing")
                facilities += [f"{name} is missing"] if point.get("facility") else []
                continue
            lacking += _content(books, point, row, event)
            facility = _facility(books, point, books.place(event))
            if (row.facility, row.facility_name) != facility:
                shown = f"{row.facility} {row.facility_name}"
                facilities.append(f"{name}: {shown}, told {' '.join(facility)}")
    yield held(FROM_INVENTORY, lacking, seen, 2)
    yield held(FACILITIES, facilities, seen, 2)


def _content(
    books: Books, point: Mapping[str, str], row: LibraryRow, event: Answered[LibraryQuery, LibraryRow]
) -> list[str]:
    """What of a row of the library is not what counts for its source when it was asked."""
    wrong: list[str] = []
    factor = books.factor(point, event.asked, books.place(event))
    if factor and not shows(row.factor, Fraction(factor["value"])):
        wrong.append(f"{point['id']}: factor {row.factor}, told {factor['value']}")
    formula = books.formula(point, event.asked, books.place(event))
    if formula and "".join(row.formula.split()) != "".join(formula["expression"].split()):
        wrong.append(f"{point['id']}: formula {row.formula}, told {formula['expression']}")
    return wrong


def _facility(books: Books, point: Mapping[str, str], at: int) -> tuple[str, str]:
    id = point.get("facility", "")
    names = [each.now(at).get("name", "") for each in books.things("facility", id=id)] if id else []
    return id, names[0] if names else ""


def _emissions(event: Answered[InventoryQuery, InventoryRow]) -> dict[str, str]:
    return {row.point: row.emission for row in event.rows if row.point}


def _computation(history: History, books: Books) -> Check:
    """All inventories: right as of their instant, and changed since the one before."""
    wrong: list[str] = []
    changed = 0
    last: dict[tuple[str, ...], Fraction] = {}
    for event in analyses(history, INVENTORY):
        query = event.query
        shown = _emissions(event)
        for item in books.inventory(query.of, query.id, int(query.from_), int(query.to), books.place(event)):
            if not shows(shown.get(item.point, ""), item.emission):
                wrong.append(f"{item.point}: {shown.get(item.point, 'missing')} t, exactly {plain(item.emission)}")
            key = (query.of, query.id, query.from_, query.to, item.point)
            changed += key in last and last[key] != item.emission
            last[key] = item.emission
    return held(SERVES_COMPUTATION, wrong, changed, 2)


def _counts_from(history: History, books: Books) -> Check:
    """Results of periods before and after the instant of a version; reading B takes the last version for all."""
    wrong: list[str] = []
    others: list[str] = []
    sides: set[str] = set()
    since = _second_versions(books)
    for event in analyses(history, INVENTORY):
        query = event.query
        begin, end = int(query.from_), int(query.to)
        shown = _emissions(event)
        told_already = [at for at, known in since if known < books.place(event)]
        for item in books.inventory(query.of, query.id, begin, end, books.place(event)):
            point = books.point(item.point, books.place(event))
            own = [at for at, known in _of_point(books, point) if known < books.place(event)]
            if not told_already or not own:
                continue
            sides |= {"before" if start < at else "after" for at in own for start in (begin, end - 1)}
            if not shows(shown.get(item.point, ""), item.emission):
                wrong.append(
                    f"{item.point} {local(begin)} to {local(end)}: {shown.get(item.point)} t, "
                    f"exactly {plain(item.emission)}"
                )
            b = _by_last(books, point, begin, end, books.place(event))
            if b is not None and not shows(shown.get(item.point, ""), b):
                others.append(item.point)
    known = len(sides) == 2
    return COUNTS_FROM.none(wrong, known, reading_b=not others if known else None)


def _second_versions(books: Books) -> list[tuple[int, int]]:
    """From when, and since when told, for each version but the first of a formula or factor."""
    things = [*books.things("factor"), *books.things("formula"), *books.things("parameter")]
    return [(each.valid_from, each.at) for thing in things for each in thing.versions[1:]]


def _of_point(books: Books, point: Mapping[str, str]) -> list[tuple[int, int]]:
    """As above, of what counts for one point."""
    found: list[tuple[int, int]] = []
    for thing in [*books.things("factor"), *books.things("formula")]:
        fields = thing.versions[-1].fields
        carrier = thing.kind == "factor" and fields.get("carrier") == point["carrier"]
        own = fields.get("point") == point["id"]
        of_class = (
            thing.kind == "formula" and not fields.get("point") and fields.get("source_class") == point["source_class"]
        )
        if carrier or own or of_class:
            found += [(each.valid_from, each.at) for each in thing.versions[1:]]
    return found


def _by_last(books: Books, point: Mapping[str, str], begin: int, end: int, at: int) -> Fraction | None:
    """Reading B: what was told last counts for every period."""
    total = Fraction(0)
    for _, quantity in books.entries(point["id"], begin, end, at):
        part = books.emission(point, quantity, _LAST, at)
        if part is None:
            return None
        total += part
    return total


def _versions(history: History, books: Books) -> Check:
    """Each object whose history was asked, version by version."""
    wrong: list[str] = []
    seen = 0
    for kind, event in versions(history, *_KEPT):
        key = event.query["object"]
        thing = next((each for each in books.all(kind) if each.key == key), None)
        if thing is None:
            continue
        due = thing.known(books.place(event))
        seen += len(due) if len(due) > 1 else 0
        for version in due:
            if not any(_is(row, thing, version.fields) for row in event.rows):
                what = " ".join(version.fields.get(name, "") for name in _KEPT[kind])
                wrong.append(f"{kind} {key}: {what} from {version.fields.get('valid_from')} is not kept")
        if len(event.rows) > len(due):
            wrong.append(f"{kind} {key}: {len(event.rows)} versions, told {len(due)}")
    return held(VERSIONS, wrong, seen, 2)


def _is(row: Mapping[str, str], thing: Thing, fields: Mapping[str, str]) -> bool:
    content = all(row.get(name, "") == fields.get(name, "") for name in _KEPT[thing.kind])
    return content and instant_of_iso(row.get("valid_from", "")) == instant_of_iso(fields.get("valid_from", ""))


def _online(history: History) -> Check:
    """Updates by who may were done, those of others were refused; their effect goes by `listed` afterwards."""
    wrong: list[str] = []
    seen: set[bool] = set()
    declared = rights(history)
    for each in told(history):
        allowed = may(declared, each.by, each.verb, each.kind)
        if each.kind not in _KEPT or each.verb not in ("create", "change") or each.lost or allowed is None:
            continue
        seen.add(allowed)
        if each.done != allowed:
            wrong.append(f"{each.by} {each.verb} {each.kind}: {'done' if each.done else 'refused'}")
    return held(ONLINE, wrong, len(seen), 2)
