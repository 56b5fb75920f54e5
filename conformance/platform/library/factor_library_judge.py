"""The library of emission factors: taken in, found, changed, given out, each as it was told (CPCIF 5.2.1.2a, d).

Leaves what factors do to results to `standard_library_judge`. Rows of a file that was handed over are phases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bench.case import Check, criterion
from bench.history import History, Observed
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms.bookkeeping import Books, held, same
from conformance.common.platforms.told import conditions, exports, imports, lists, told


class FactorOfFile(Words, frozen=True, kw_only=True):
    """A factor as the file has it."""

    id: str
    carrier: str
    value: str
    unit: str
    source: str
    valid_from: str
    region: str


ROW_OF_FILE = Mark("row-of-file", FactorOfFile)
"""A row of the file that is handed over next."""
MANAGED = criterion(
    "factors-managed",
    en="factors that were entered are kept as entered, and those removed are gone",
    zh="录入的排放因子原样保存，删除的不再存在",
    unit="factors",
)
IMPORTED = criterion(
    "factors-imported",
    en="every factor of a file that was taken in is there as the file has it, once",
    zh="导入文件中的每个因子均原样入库且仅一次",
    unit="factors",
)
QUERIED = criterion(
    "factors-queried",
    en="a query brings the factors that meet its condition, and no other",
    zh="按条件查询得到符合条件的全部因子且无其他",
    unit="queries",
)
UPDATED = criterion(
    "factors-updated", en="a factor that was changed shows its new content", zh="更新后的因子显示新内容", unit="factors"
)
EXPORTED = criterion(
    "factors-exported",
    en="what is given out holds every factor as it is now, once",
    zh="导出内容含全部因子的现行内容且各一次",
    unit="factors",
)
Factors = dict[str, dict[str, str]]


def findings(history: History) -> Iterator[Check]:
    """Lists, imports and exports of factors."""
    entered = Books(history, ("factor",))
    file = {mark.detail.id: mark.detail.words() for mark in ROW_OF_FILE.of(history)}
    changed = {each.key for each in told(history) if each.kind == "factor" and each.verb == "change" and each.done}
    taken = min((entered.place(event) for _, event in imports(history, "factor")), default=None)
    whole = [event for _, event in lists(history, "factor") if not conditions(event)]

    def due(at: int) -> Factors:
        """Every factor that must be there at a place of the history, by id."""
        found: Factors = {} if taken is None or at < taken else {id: dict(row) for id, row in file.items()}
        for thing in entered.all("factor"):
            fields = thing.now(at)
            if fields:
                found.setdefault(thing.key, {}).update(fields)
            elif thing.removed is not None and thing.removed <= at:
                found.pop(thing.key, None)
        return found

    lines: dict[str, list[str]] = {"entered": [], "file": [], "changed": []}
    gone = [thing.key for thing in entered.all("factor") if thing.removed is not None]
    for event in whole:
        for id, fields in due(entered.place(event)).items():
            group = "changed" if id in changed else "file" if id in file else "entered"
            lines[group] += _off(event.rows, id, fields)
        lines["entered"] += [
            f"{thing.key} is listed still"
            for thing in entered.all("factor")
            if thing.removed is not None and thing.removed <= entered.place(event) and _rows(event.rows, thing.key)
        ]
    after = [event for event in whole if taken is not None and entered.place(event) >= taken]
    yield held(MANAGED, lines["entered"], len(whole) if gone else 0)
    yield held(IMPORTED, lines["file"], len(file) if after else 0, 2)
    yield held(UPDATED, lines["changed"], len(changed) if whole else 0, 2)
    yield _query([(event, due(entered.place(event))) for _, event in lists(history, "factor") if conditions(event)])
    wrong = [
        line
        for _, event in exports(history, "factor")
        for id, fields in due(entered.place(event)).items()
        for line in _off(event.rows, id, fields)
    ]
    seen = [event for _, event in exports(history, "factor") if due(entered.place(event))]
    yield held(EXPORTED, wrong, len(seen))


def _rows(rows: Iterable[Mapping[str, str]], id: str) -> list[Mapping[str, str]]:
    return [row for row in rows if row.get("id") == id]


def _off(rows: Iterable[Mapping[str, str]], id: str, fields: Mapping[str, str]) -> list[str]:
    """How a factor is not shown as it must be."""
    mine = _rows(rows, id)
    if len(mine) != 1:
        return [f"{id} stands there {len(mine)} times"]
    return [
        f"{id}: {name} {mine[0].get(name, '')!r}, told {text!r}"
        for name, text in fields.items()
        if not same(mine[0].get(name, ""), text)
    ]


def _query(found: list[tuple[Observed, Factors]]) -> Check:
    """Lists with a condition: all that meet it, and no other."""
    wrong: list[str] = []
    seen = 0
    for event, due in found:
        wanted = conditions(event)
        fit = {id for id, row in due.items() if all(same(row.get(name, ""), text) for name, text in wanted.items())}
        where = " ".join(f"{name}={text}" for name, text in wanted.items())
        shown = {row.get("id", "") for row in event.rows}
        seen += bool(fit)
        wrong += [f"{where}: {id} is missing" for id in sorted(fit - shown)]
        wrong += [
            f"{where}: {row.get('id')} does not meet it"
            for row in event.rows
            if not all(same(row.get(name, ""), text) for name, text in wanted.items())
        ]
    return held(QUERIED, wrong, seen, 2)
