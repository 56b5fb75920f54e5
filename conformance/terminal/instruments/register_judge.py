"""What a register of instruments holds, gives out and finds beside the table that was put in (CSMT 11.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.case import Check, EvidenceKind, criterion
from bench.history import History
from bench.history import people as told_of
from bench.history.observation import Seen

IMPORTED = criterion(
    "register-imported",
    en="after a table was imported the register holds its instruments as the table says, and the others as before",
    zh="导入表格后，台账中新增器具与表格一致，原有器具不变",
    unit="instruments",
    evidence=EvidenceKind.READ_OUT,
)
EXPORTED = criterion(
    "register-exported",
    en="the exported table holds every instrument of the register, as the register shows it",
    zh="导出的表格包含台账全部器具，且与台账所示一致",
    unit="instruments",
    evidence=EvidenceKind.READ_OUT,
)
FOUND = criterion(
    "found-by-{0}",
    en="a search by {1} gives every instrument of it and none of another",
    zh="按{2}查询得到其全部器具，且不含其他器具",
    unit="searches",
    evidence=EvidenceKind.READ_OUT,
)

WORDS = {
    "enterprise": ("enterprise", "企业名称"),
    "region": ("region", "所属区域"),
    "sector": ("sector", "所属行业"),
    "level": ("level", "器具层级"),
}
"""By what is searched, in both languages."""

_Row = Mapping[str, str]
_Import = Seen[told_of.ImportQuery, told_of.RegisterRow]
_Shown = Seen[told_of.ToldQuery, told_of.RegisterRow]


def _rows(event: Seen[Any, told_of.RegisterRow]) -> list[dict[str, str]]:
    """What it has a column for, by the bench's words."""
    return [row.words() for row in event.rows]


def findings(history: History) -> Iterator[Check]:
    """What came of the import, the export and each search; all are open where nothing was put in."""
    given = [event for event in told_of.REGISTER_IMPORT.of(history) if event.rows]
    looks = told_of.REGISTER.of(history)
    before, after = ([event for event in looks if event.query.told == told] for told in ("before", "after"))
    shown = after[-1] if after and given else None
    had = _rows(before[-1]) if before and not before[-1].problem else None
    yield _imported(given, had, shown)
    exports = told_of.REGISTER_EXPORT.of(history)
    yield _exported(exports[-1] if exports else None, shown)
    for key in WORDS:
        yield _found(history, key, shown, _rows(given[-1]) if given else ())


def _imported(given: Sequence[_Import], had: Sequence[_Row] | None, shown: _Shown | None) -> Check:
    if shown is None or shown.problem or had is None:
        return IMPORTED.none([], False, evidence=[shown.problem] if shown is not None and shown.problem else None)
    known = {row["name"]: row for row in had}
    news = {row["name"]: row for row in _rows(given[-1])}
    clean = not known.keys() & news.keys()
    wanted = {**known, **news}
    return IMPORTED.none(_differences(wanted, _rows(shown)), clean, evidence=_answered(given))


def _answered(given: Sequence[_Import]) -> list[str]:
    return [f"the import was answered: {event.query.outcome} / 导入应答：{event.query.outcome}" for event in given]


def _exported(export: Seen[Any, told_of.RegisterRow] | None, shown: _Shown | None) -> Check:
    if export is None or export.problem or shown is None or shown.problem:
        return EXPORTED.none([], False, evidence=[export.problem] if export is not None and export.problem else None)
    return EXPORTED.none(_differences({row["name"]: row for row in _rows(shown)}, _rows(export)), shown.rows)


def _differences(wanted: Mapping[str, _Row], rows: Sequence[_Row]) -> list[str]:
    """How rows differ from what is wanted by name; only columns that both have are compared."""
    names = [row.get("name", "") for row in rows]
    wrong = [f"{name} is missing / 缺少" for name in wanted if name not in names]
    for row in rows:
        name = row.get("name", "")
        if name not in wanted:
            wrong.append(f"{name} was put in by nobody / 来历不明")
            continue
        wrong += [
            f"{name}: {key} is {row[key] or 'empty'}, expected {text or 'empty'}"
            for key, text in wanted[name].items()
            if key in row and row[key] != text
        ]
    return wrong + [f"{name} stands there {names.count(name)} times" for name in wanted if names.count(name) > 1]


def _found(history: History, key: str, shown: _Shown | None, given: Sequence[_Row]) -> Check:
    """A search may take part of a word for the whole; an instrument of another word fails."""
    wrong: list[str] = []
    tried = 0
    rows = [] if shown is None or shown.problem else _rows(shown)
    for event in told_of.REGISTER_FOUND.of(history):
        sought = getattr(event.query, key)
        if sought is None:
            continue
        wanted = [row["name"] for row in rows if row.get(key) == sought]
        others = [row["name"] for row in rows if row.get(key) is not None and sought not in row[key]]
        if not wanted or not others:
            continue
        if event.problem:
            continue
        tried += 1
        names = [row.get("name", "") for row in _rows(event)]
        wrong += [f"{key} = {sought}: {name} is missing / 缺少" for name in wanted if name not in names]
        wrong += [f"{key} = {sought}: {name} is there / 不应列出" for name in names if name in others]
    least = sum(bool(row.get(key)) for row in given)
    return FOUND.of(key, *WORDS[key]).none(wrong, tried if tried >= least > 0 or wrong else False)
