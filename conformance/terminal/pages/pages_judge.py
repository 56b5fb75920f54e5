"""What was configured at a page, by its effect; what a page shows of a line (CSMT 10.6.3; ISC-2 8.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bench.case import Check, Criterion, EvidenceKind, criterion
from bench.history import History, Served
from bench.history import people as told_of
from bench.history.marks import Mark
from bench.history.observation import Seen, Words
from conformance.common import notices, people


def _configured(name: str, en: str, zh: str) -> Criterion:
    return criterion(
        f"{name}-by-page",
        en=f"{en} set at a page of the product are in force",
        zh=f"在装置页面上配置的{zh}已生效",
        unit="settings",
        evidence=EvidenceKind.READ_OUT,
    )


NETWORK = _configured("network", "network properties (where data are sent to)", "网络属性（数据上传地址）")
ITEMS = _configured("items", "properties of acquired items", "采集数据项属性")
FORMULA = _configured("formula", "formulas", "计算公式")
DIAGNOSIS = criterion(
    "line-shown",
    en="the page of a line shows the octets that passed on it",
    zh="通讯诊断页面显示线路上实际收发的报文",
    unit="frames",
    evidence=EvidenceKind.READ_OUT,
)
EVERY_LINE = criterion(
    "every-line-shown",
    en="of every meter the pages of lines show the octets that it sent",
    zh="各线路诊断页面显示每台仪表实际发出的报文",
    unit="meters",
    evidence=EvidenceKind.READ_OUT,
)
LINKS = criterion(
    "links-lead-somewhere",
    en="every address that a page points at is there, and every search of it is answered as it stands",
    zh="页面所指的每个地址均存在，页面上的查询表单按原样提交均有应答",
    unit="addresses",
    evidence=EvidenceKind.READ_OUT,
)
FORMS = criterion(
    "forms-ask-for-what-is-needed",
    en="the form of a page asks for everything that what it does needs",
    zh="页面表单含有其功能所需的全部字段",
    unit="functions",
    evidence=EvidenceKind.READ_OUT,
)
OWN_FORM = criterion(
    "has-its-form",
    en="what is set by a form of a page has this form on a page (timetable of rounds, centres, certificate and so on)",
    zh="以页面表单设置的功能（巡检计划、数据中心、证书等），页面上均有相应表单",
    unit="functions",
    evidence=EvidenceKind.READ_OUT,
)


CHOICES = criterion(
    "outcomes-find-their-entries",
    en="no choice of an outcome in a search finds nothing while there are entries that none of these choices finds",
    zh="查询表单按结果选择时，不存在某选项查无记录而同时有日志无法按任何选项查到的情形",
    unit="choices",
    evidence=EvidenceKind.READ_OUT,
)


class Form(Words, frozen=True, kw_only=True):
    """Of which function, at which door."""

    door: str
    function: str


AT_A_PAGE = Mark("form-at-a-page", Form)
"""A function that the profile does by a form at a door, and that needs nothing which the world does not have."""


class Round(Words, frozen=True, kw_only=True):
    """Which one, from 0 on."""

    number: int


ROUND = Mark("round", Round)
"""Every line is listened to next, one after the other."""
_LOOKED_US = 1_000_000
_NOWHERE = ("400", "404", "405", "410", "422")
_NAMES = ((NETWORK, "centre-add"), (ITEMS, "period"), (FORMULA, "package-page"))


def findings(history: History) -> Iterator[Check]:
    """Each setting by the effect that a witness saw, and the octets of a line."""
    uses = people.uses(history, "by page")
    for asked, name in _NAMES:
        tried = [use for use in uses if use.function == name and (use.effect or use.outcome == "refused")]
        yield asked.none_among(tried, [use for use in tried if use.effect != "changed"])
    yield _line(history)


def _line(history: History) -> Check:
    """What meters answered from the first look to the last, as octets on the last page."""
    looks = [event for event in told_of.SHOWN.of(history) if event.query.function == "listen" and event.rows]
    if len(looks) < 2:
        return DIAGNOSIS.decide(None)
    answers = [event for event in history.of(Served) if looks[0].t < event.t < looks[-1].asked]
    shown = re.sub(r"[^0-9A-F]", "", looks[-1].rows[0].text.upper().replace("\n", " "))
    return DIAGNOSIS.none_among(answers, [event.response for event in answers if event.response not in shown])


def lines_finding(history: History) -> Check:
    """Of each meter an answer of the stretch between first and last round, whole, on a page of a line after it.

    As hexadecimal octets, or, where it is text, as that.
    """
    rounds = [mark.t for mark in ROUND.of(history)]
    looks = [event for event in told_of.SHOWN.of(history) if event.query.function == "listen" and event.rows]
    seen = [event for event in looks if event.rows[0].status == "200"]
    if len(rounds) < 2 or not seen:
        return EVERY_LINE.decide(None)
    texts = [event.rows[0].text for event in seen]
    octets = " ".join(re.sub(r"[^0-9A-F]", "", text.upper()) for text in texts)
    words = " ".join("".join(text.split()) for text in texts)
    whole: dict[str, int] = {}
    for event in history.of(Served):
        if rounds[0] + _LOOKED_US < event.t < rounds[-1]:
            found = event.response in octets or (_as_text(event.response) or "\n") in words
            whole[event.meter] = whole.get(event.meter, 0) + found
    return EVERY_LINE.none_among(whole, [f"{meter}: no answer is shown" for meter, count in whole.items() if not count])


def _as_text(response: str) -> str:
    """An answer in characters (Modbus ASCII, scales) as a page may show it, without spaces and ends of lines."""
    octets = bytes.fromhex(response)
    return "".join(chr(each) for each in octets if each > 32) if max(octets, default=127) < 127 else ""


def links_finding(history: History) -> Check:
    """Every address that was found on a page: nothing there, or an error of the product's own, is wrong.

    Where somebody may not go is no dead end (401, 403).
    """
    looks = told_of.LINKS.of(history)
    rows = [(event.query, row) for event in looks for row in event.rows if row.page]
    wrong = [
        f"{query.door}, {query.user or 'nobody'}: {row.page} → {row.address}: {row.status}"
        for query, row in rows
        if row.status in _NOWHERE or row.status.startswith("5")
    ]
    return LINKS.none(wrong, len(rows), evidence=[*wrong[:20], *(event.problem for event in looks if event.problem)])


def forms_finding(history: History) -> Check:
    """Of the functions that a form of a page is for, each has one with all that it needs, for somebody.

    A function without a form decides nothing: it may be on a page that is met on the way only.
    """
    lacks: dict[tuple[str, str], list[str]] = {}
    for event in told_of.FORMS.of(history):
        door = event.query.door
        for row in event.rows:
            told = f"{door}: {row.page}: {row.function} lacks {row.lacks}" if row.lacks else ""
            lacks.setdefault((door, row.function), []).append(told)
    return FORMS.none_among(lacks, [told[0] for told in lacks.values() if all(told)])


def own_form_findings(history: History) -> Iterator[Check]:
    """The form of each function, at each door of which any form was found: others have pages nobody can follow."""
    held: dict[str, set[str]] = {}
    for event in told_of.FORMS.of(history):
        held.setdefault(event.query.door, set()).update(row.function for row in event.rows)
    marks = [mark.detail for mark in AT_A_PAGE.of(history)]
    if marks:
        known = [mark for mark in marks if held.get(mark.door)]
        lacks = [f"{mark.door}: {mark.function}" for mark in known if mark.function not in held[mark.door]]
        yield OWN_FORM.none_among(known, lacks)


def choices_findings(history: History) -> Iterator[Check]:
    """Searches by the outcomes that a page offers: what stands there untouched, before and after, is found by one.

    A list is taken for one of outcomes where a choice of it is, by value or text, an outcome that the log tells, and
    finds entries. Entries are rows that name a user; a cell of digits alone may count the rows shown.
    """
    users = {event.query.user for event in told_of.LOGIN.of(history)}
    wrong: list[str] = []
    known = 0
    for before, *choices, after in _searches(history):
        stands = _entries(before, users) & _entries(after, users)
        found = {event.query.choice: _entries(event, users) & stands for event in choices}
        if any(found[event.query.choice] for event in choices if event.query.known):
            known += len(choices)
            lost = sorted(stands.difference(*found.values()))
            query = before.query
            wrong += [
                f"{query.door}: {query.page}: {query.list}={choice} finds nothing, nor does any other find: {lost[0]}"
                for choice, entries in found.items()
                if lost and not entries
            ]
    if known:
        yield CHOICES.none(wrong, known)


def _searches(history: History) -> Iterator[list[Seen[told_of.ChoiceQuery, told_of.EntryRow]]]:
    """Untouched, each choice, untouched again, where each was shown."""
    block: list[Seen[told_of.ChoiceQuery, told_of.EntryRow]] = []
    for event in told_of.CHOICE.of(history):
        block.append(event)
        if len(block) > 1 and not event.query.choice:
            if len(block) > 2 and not any(each.problem for each in block):
                yield block
            block = []


def _entries(event: Seen[told_of.ChoiceQuery, told_of.EntryRow], users: Iterable[str]) -> set[str]:
    rows = (" | ".join(cell for cell in row.cells.split(" | ") if not cell.isdigit()) for row in event.rows)
    return {row for row in rows if notices.names({"text": row}, users)}
