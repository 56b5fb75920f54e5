"""Quality of data: what cannot be right is found, contradictions are pointed out, checks are reviewed (CPCIF 8.4b, c).

Leaves what instruments send to `faults_judge`. What is wrong on purpose is a phase `planted`, what is right is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.system import CONTRADICTIONS, FINDINGS, ContradictionsRow
from bench.history import History
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms.bookkeeping import LENGTHS, Books, Thing, held, listings, same
from conformance.common.platforms.told import analyses, may, rights, told, versions


class Planted(Words, frozen=True, kw_only=True):
    """What is wrong on purpose: the object's id, and the field."""

    id: str
    field: str


PLANTED = Mark("planted", Planted)
FOUND = criterion(
    "wrong-parameters-found",
    en="every parameter that cannot be right is refused or pointed out by the platform itself, with its field",
    zh="不可能正确的参数均被平台自动拒绝或指出，并指明字段",
    unit="parameters",
)
NONE_BLAMED = criterion(
    "right-parameters-taken",
    en="no parameter that is right is refused or pointed out",
    zh="正确的参数不被拒绝，也不被指出",
    unit="parameters",
)
CONTRADICTED = criterion(
    "contradictions-pointed-out",
    en="each line of a report that contradicts its balance, the quantities entered or the line before is pointed out, "
    "with both numbers",
    zh="报表行与自身平衡、录入量或上一行矛盾时均予指出，并给出两个数值",
    unit="contradictions",
)
NO_FALSE_CONTRADICTION = criterion(
    "no-false-contradiction", en="no line that agrees is pointed out", zh="一致的报表行不被指出", unit="lines"
)
CHECKS_QUERIED = criterion(
    "checks-queried",
    en="checks of instruments are found by point, kind and state as they were submitted",
    zh="质控记录可按监测点、类型和状态查询，与提交内容一致",
    unit="queries",
)
CHECKS_REVIEWED = criterion(
    "checks-reviewed",
    en="who may reviews checks, from afar, and nobody else; who and what stands in their history",
    zh="有权者可远程审核质控记录，无权者不可；审核人和结论留有记录",
    unit="reviews",
)
CHECKS_MANAGED = criterion(
    "checks-managed",
    en="checks are corrected and removed as told, and what was approved keeps its content",
    zh="质控记录可更正和删除，已审核内容不被改动",
    unit="checks",
)
_VALIDATED = ("parameter", "factor", "entry")


def validation_findings(history: History) -> Iterator[Check]:
    """What was planted, and what was not, against refusals and findings."""
    planted = {mark.detail.id: mark.detail.field for mark in PLANTED.of(history)}
    reports = analyses(history, FINDINGS)
    last = reports[-1] if reports else None
    shown = {row.id: row for row in (last.rows if last else ())}
    fields = {(row.id, row.field) for row in (last.rows if last else ())}
    missed: list[str] = []
    blamed: list[str] = []
    seen = [0, 0]
    for each in told(history):
        if each.kind not in _VALIDATED or each.verb != "create" or each.lost:
            continue
        id = each.fields.get("id", each.key)
        if id in planted:
            seen[0] += 1
            if last is not None and each.done and (id, planted[id]) not in fields:
                missed.append(
                    f"{each.kind} {id}: {planted[id]} {each.fields.get(planted[id], '')!r} is not pointed out"
                )
        else:
            seen[1] += 1
            if not each.done or id in shown:
                blamed.append(f"{each.kind} {id}: {'refused' if not each.done else shown[id].reason}")
    yield held(FOUND, missed, seen[0] if last else 0, 4)
    yield held(NONE_BLAMED, blamed, seen[1] if fields else 0, 4)


@dataclass(frozen=True)
class _Line:
    """A line of a report, in exact numbers."""

    id: str
    point: str
    start: int
    end: int
    opening: Fraction
    received: Fraction
    consumed: Fraction
    closing: Fraction


def _line(thing: Thing, fields: Mapping[str, str]) -> _Line:
    start = int(fields["start"])
    numbers = {name: Fraction(fields[name]) for name in ("opening", "received", "consumed", "closing")}
    return _Line(fields.get("id", thing.key), fields["point"], start, start + LENGTHS[fields["period"]], **numbers)


def _due(
    books: Books, enterprise: str, begin: int, end: int, at: int
) -> dict[tuple[str, str, str], tuple[Fraction, Fraction]]:
    """Every contradiction: id, field and against what, with the line's own number and the other."""
    things = [(thing, thing.now(at)) for thing in books.things("production_report", enterprise=enterprise)]
    lines = [_line(thing, fields) for thing, fields in things if fields and begin <= int(fields["start"]) < end]
    found: dict[tuple[str, str, str], tuple[Fraction, Fraction]] = {}
    for line in lines:
        left = line.opening + line.received - line.consumed
        if line.closing != left:
            found[line.id, "closing", "balance"] = (line.closing, left)
        entered = books.entries(line.point, line.start, line.end, at)
        used = sum((quantity for _, quantity in entered), Fraction(0))
        if entered and line.consumed != used:
            found[line.id, "consumed", "entry"] = (line.consumed, used)
        for before in lines:
            if before.point == line.point and before.end == line.start and before.closing != line.opening:
                found[line.id, "opening", "neighbour"] = (line.opening, before.closing)
    return found


def contradiction_findings(history: History) -> Iterator[Check]:
    """Every answer against what the lines and entries give."""
    books = Books(history)
    missed: list[str] = []
    invented: list[str] = []
    kinds: set[str] = set()
    lines = pointed_out = 0
    for event in analyses(history, CONTRADICTIONS):
        query = event.query
        due = _due(books, query.enterprise, int(query.from_), int(query.to), books.place(event))
        wrong = {id for id, _, _ in due}
        lines += len([thing for thing in books.things("production_report") if thing.key not in wrong])
        kinds |= {against for _, _, against in due}
        rows = {(row.id, row.field, row.against): row for row in event.rows}
        for key, (own, other) in due.items():
            row = rows.pop(key, None)
            pointed_out += row is not None
            row = row or ContradictionsRow()
            if not same(row.value, str(own)) or not same(row.other, str(other)):
                missed.append(f"{' '.join(key)}: {row.value or 'nothing'} and {row.other or 'nothing'}")
        invented += [f"{id} {field} {against}" for id, field, against in rows]
    yield held(CONTRADICTED, missed, len(kinds), 3)
    yield held(NO_FALSE_CONTRADICTION, invented, lines if pointed_out else 0)


def check_findings(history: History) -> Iterator[Check]:
    """Checks of instruments: listed, reviewed, managed."""
    books = Books(history, ("quality_check",))
    found = listings(history, books, "quality_check")
    yield held(CHECKS_QUERIED, [line for each in found for line in (*each.missing, *each.lasting)], len(found), 3)
    altered = [line for each in found for line in each.altered]
    states = [line for line in altered if ": state " in line]
    wrong, seen = _reviews(history, books)
    yield held(CHECKS_REVIEWED, [*states, *wrong], seen, 3)
    managed = [line for line in altered if line not in states]
    kinds: set[str] = set()
    for each in told(history):
        if each.kind != "quality_check" or each.lost or "state" in each.fields:
            continue
        state = _state(books, each.key, each.place)
        kinds.add(f"{each.verb} {state}")
        if each.verb == "change" and each.done == (state == "approved"):
            managed.append(f"{each.by} corrects {each.key}, {state}: {'done' if each.done else 'refused'}")
        elif each.verb == "remove" and state == "submitted" and not each.done:
            managed.append(f"{each.by} removes {each.key}: refused")
    managed += [line for each in found for line in each.missing]
    seen = len(kinds & {"change submitted", "change approved", "remove submitted"})
    yield held(CHECKS_MANAGED, managed, seen if found else 0, 3)


def _state(books: Books, key: str, before: int) -> str:
    for thing in books.all("quality_check"):
        if thing.key == key:
            return thing.now(before).get("state", "submitted")
    return ""


def _reviews(history: History, books: Books) -> tuple[list[str], int]:
    """Reviews by who may and who may not, and what the history of each check tells of them."""
    declared = rights(history)
    wrong: list[str] = []
    seen = 0
    asked = {event.query["object"] for _, event in versions(history, "quality_check")}
    for each in told(history):
        if each.kind != "quality_check" or each.verb != "change" or "state" not in each.fields or each.lost:
            continue
        allowed = may(declared, each.by, "review", "quality_check")
        if allowed is None:
            continue
        seen += each.key in asked
        if each.done != allowed:
            wrong.append(f"{each.by} reviews {each.key}: {'done' if each.done else 'refused'}")
    for _, event in versions(history, "quality_check"):
        thing = next((each for each in books.all("quality_check") if each.key == event.query["object"]), None)
        for version in thing.known(books.place(event)) if thing is not None else ():
            state = version.fields.get("state", "submitted")
            if state != "submitted" and not any(row.get("state") == state and row.get("author") for row in event.rows):
                wrong.append(f"{event.query['object']}: {state}, by whom is not kept")
    return wrong, seen
