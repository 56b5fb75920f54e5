"""Whether entries and files count in the account, what is abnormal is warned of (R-41), and regions are inventoried."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, Criterion, criterion
from bench.dut.platform.vocabulary.base import ALARMS, EMISSIONS
from bench.history import History, Observed
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms.answers import DONE, REFUSED, answers
from conformance.platform.accounting.answers_judge import TAKEN, Tally, answer, of, questions, taken, tallies, weigh

ENTERED = criterion(
    "entered-by-{0}",
    en="data that {1} entered on line count in the account, to the last digit",
    zh="{2}在线填报的数据计入核算结果，逐位一致",
    unit="figures",
)
BY_FILE = criterion(
    "imported-by-{0}",
    en="data that {1} handed over as a file count in the account, to the last digit",
    zh="{2}导入的数据计入核算结果，逐位一致",
    unit="figures",
)
WARNED = criterion(
    "warned-{0}",
    en="{1} is warned within 60 s of an entry out of all proportion, and of no usual one",
    zh="{2}在 60 s 内收到明显异常数据的提醒，正常数据无提醒",
    unit="warnings",
)
INVENTORY = criterion(
    "regional-inventory",
    en="gases and total of a region's inventory are what its activities and factors give, to the last digit",
    zh="区域清单各气体及总量与活动水平、因子的计算结果逐位一致",
    unit="figures",
)
_WHO = {"enterprise": ("the enterprise", "企业", "clerk-a"), "park": ("the park", "园区", "operator-of-park")}
CHECKS: dict[Criterion, tuple[str, ...]] = {
    ENTERED.of("park", *_WHO["park"][:2]): ("isc-1/5.1.1a-1",),
    ENTERED.of("enterprise", *_WHO["enterprise"][:2]): ("isc-1/5.2.1a-1",),
    BY_FILE.of("park", *_WHO["park"][:2]): ("isc-1/5.1.1a-2",),
    BY_FILE.of("enterprise", *_WHO["enterprise"][:2]): ("isc-1/5.2.1a-2",),
    WARNED.of("park", *_WHO["park"][:2]): ("isc-1/5.1.1a-3",),
    WARNED.of("enterprise", *_WHO["enterprise"][:2]): ("isc-1/5.2.1a-3",),
    TAKEN: (),
}


class By(Words, frozen=True, kw_only=True):
    """Which account does it."""

    by: str


TYPES, HANDS_OVER, ERRS = Mark("entered", By), Mark("by-file", By), Mark("abnormal", By)
"""Somebody enters data on line next, hands over a file, and enters one value out of all proportion."""


def findings(history: History) -> Iterator[Check]:
    """What each entered, handed over, and was warned of."""
    order = {id(event): number for number, event in enumerate(history.events)}
    marks = [
        (number, mark.name, told.by)
        for number, event in enumerate(history.events)
        for mark in (TYPES, HANDS_OVER, ERRS)
        if (told := mark.read(event)) is not None
    ]
    found: dict[tuple[str, str], Tally] = {}
    for event, account in questions(history):
        at = order[id(event)]
        name, by = next(((name, by) for start, name, by in reversed(marks) if start < at), ("", ""))
        if event.what == f"ask {EMISSIONS.name}":
            weigh(event, account, found.setdefault((name, by), Tally()))
    for who, (en, zh, by) in _WHO.items():
        yield answer(ENTERED.of(who, en, zh), found.get((TYPES.name, by), Tally()))
        yield answer(BY_FILE.of(who, en, zh), found.get((HANDS_OVER.name, by), Tally()))
        yield _warned(history, WARNED.of(who, en, zh), by)
    yield taken(_without_abnormal(history))


def _without_abnormal(history: History) -> History:
    """A product may warn by refusing; that entry is then no data the account lacks."""
    wild = {key for _, key, _ in _abnormal(history)}
    return History(
        [
            event
            for event in history.events
            if not (isinstance(event, Observed) and event.what == "create entry" and event.query.get("id") in wild)
        ]
    )


def _abnormal(history: History) -> list[tuple[str, str, Observed]]:
    """The entry out of all proportion of each account: the first one after its phase."""
    found: list[tuple[str, str, Observed]] = []
    by = ""
    for event in history.events:
        if (told := ERRS.read(event)) is not None:
            by = told.by
        elif isinstance(event, Observed) and by and event.what == "create entry":
            found.append((by, event.query["id"], event))
            by = ""
    return found


def _warned(history: History, check: Criterion, by: str) -> Check:
    """Alarms that stand before and after; a refusal of the entry with a sentence is a warning too."""
    wild = next((event for who, _, event in _abnormal(history) if who == by), None)
    lists = [each for each in answers(history, ALARMS, by=by) if each.outcome in (DONE, REFUSED)]
    if wild is None or (not lists and wild.outcome != REFUSED):
        return check.decide(None)
    if wild.outcome == REFUSED:
        return check.decide(400 <= wild.status < 500, evidence=[wild.problem])
    subjects = {wild.query["id"], wild.query["point"], wild.query["enterprise"]}
    place = {id(event): number for number, event in enumerate(history.events)}
    later = [each for each in lists if place[id(each.event)] > place[id(wild)]]
    before = [row for each in lists if each not in later for row in each.rows]
    after = [row for each in later for row in each.rows]
    known = {row.id for row in before}
    usual = [row for row in before if any(row.subject == event.query["id"] for event in _entries(history, by))]
    new = [row for row in after if row.id not in known and row.subject in subjects]
    wrong = [f"usual entry warned of: {row.kind} {row.subject}" for row in usual]
    heard = bool(later)
    if not new and heard:
        wrong.append(f"no alarm of {', '.join(sorted(subjects))} after {wild.query['value']} {wild.query['unit']}")
    return check.none(wrong, heard)


def _entries(history: History, by: str) -> list[Observed]:
    return [event for event in history.of(Observed) if event.what == "create entry" and event.query["by"] == by]


def inventory_findings(history: History) -> Iterator[Check]:
    """Two regions of one year."""
    yield answer(INVENTORY, of(tallies(history), "regional_inventory"))
    yield taken(history)
