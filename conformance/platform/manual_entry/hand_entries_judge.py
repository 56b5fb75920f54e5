"""What people enter where no meter tells it: kept as entered, and in force where a reading is missing.

Leaves figures made of entries to the chapter on accounting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bench.case import Check, Criterion, criterion
from bench.dut.platform.vocabulary import DECIMAL, Kind
from bench.dut.platform.vocabulary.base import ENTRY, FACTOR
from bench.history import History, Observed
from conformance.common.platforms import answers as platform
from conformance.common.platforms import truth as truths
from conformance.common.platforms.truth import Fact, Key, Shown, Truth

STANDS_IN = criterion(
    "entry-stands-in-{0}",
    en="Where readings of {0} are missing, what was entered from a document is the record of that period",
    zh="{0}的计量读数缺失时，以凭证填报的值作为该时段记录",
    unit="records",
)
STANDS_BESIDE = criterion(
    "readings-go-first",
    en="Where there are readings, no entry from a document takes their place unsaid",
    zh="已有计量读数时，凭证填报的值不得不加说明地取而代之",
    unit="records",
)
KEPT = criterion(
    "entry-kept-{0}",
    en="{1}: what was entered is listed as it was entered",
    zh="{2}：按填报内容列出",
    unit="fields",
)
LEDGER = criterion(
    "entries-of-months",
    en="Results of each month are listed month by month",
    zh="各月结果逐月列出",
    unit="results",
)


@dataclass(frozen=True)
class Entered:
    """Something entered by hand for one of the documents' sentences: what it is, and by what it is told apart."""

    words: tuple[str, str, str]
    kind: Kind
    carrier: str
    unit: str = ""

    @property
    def kept(self) -> Criterion:
        """The question whether it is kept."""
        return KEPT.of(*self.words)


PROCESS = Entered(("process", "Process activity", "工业过程活动水平"), ENTRY, "limestone")
WASTE = Entered(("waste", "Waste treatment", "废弃物处理活动水平"), ENTRY, "waste")
STACK = Entered(("stack", "Stack tests", "烟气人工监测"), ENTRY, "CO2-stack")
RECOVERY = Entered(("recovery", "CO₂ recovered", "CO₂ 回收量"), ENTRY, "CO2-recovered")
ELEMENT_CARBON = Entered(("element-carbon", "Element carbon", "元素碳含量"), FACTOR, "bituminous-coal", "tC/t")
HEATING_VALUE = Entered(("heating-value", "Heating value", "低位发热量"), FACTOR, "bituminous-coal", "GJ/t")
PROCESS_FACTOR = Entered(("process-factor", "Factor of a process", "工业过程排放因子"), FACTOR, "limestone")
WASTE_FACTOR = Entered(("waste-factor", "Factor of waste treatment", "废弃物处理排放因子"), FACTOR, "waste")
ALL = (PROCESS, WASTE, STACK, RECOVERY, ELEMENT_CARBON, HEATING_VALUE, PROCESS_FACTOR, WASTE_FACTOR)


def findings(history: History) -> Iterator[Check]:
    """Each sort of entry as listed against as entered."""
    for each in ALL:
        wrong, known = _kept(history, each)
        yield each.kept.none(wrong, known)
    yield _ledger(history)


def _created(history: History, each: Entered) -> list[Observed]:
    found = platform.deeds(history, "create", each.kind, carrier=each.carrier)
    return [event for event in found if not each.unit or event.query.get("unit") == each.unit]


def _listed(history: History, kind: Kind) -> dict[str, dict[str, str]]:
    lists = platform.done(platform.deeds(history, "list", kind))
    return {row.get("object", ""): row for event in lists for row in event.rows}


def _kept(history: History, each: Entered) -> tuple[list[str], int]:
    """Fields that are listed otherwise than entered, and how many objects were looked for."""
    shown = _listed(history, each.kind)
    lists = platform.deeds(history, "list", each.kind)
    asked = [*platform.done(lists), *platform.refused(lists)]
    wrong: list[str] = []
    known = 0
    for event in _created(history, each):
        if event.outcome == platform.REFUSED:
            known += 1
            wrong.append(f"{event.what} {each.carrier}: refused, {event.problem} / 被拒绝")
        if event.outcome != platform.DONE or not asked:
            continue
        known += 1
        key = event.rows[0].get("object", "") if event.rows else ""
        row = shown.get(key)
        if row is None:
            wrong.append(f"{each.kind.name} {key}: not listed / 未列出")
            continue
        entered = {name: text for name, text in event.query.items() if name in each.kind.fields}
        wrong += [
            f"{each.kind.name} {key}.{name}: {row.get(name, 'absent')}, entered {text} / 与填报不符"
            for name, text in entered.items()
            if not _same(each.kind, name, row.get(name, ""), text)
        ]
    return wrong, known


def _same(kind: Kind, name: str, shown: str, entered: str) -> bool:
    if kind.fields[name] is DECIMAL:
        return bool(shown) and Decimal(shown) == Decimal(entered)
    return shown == entered


def _ledger(history: History) -> Check:
    """Every monthly result of element carbon is among the rows of one list."""
    entered = [
        (event.query["value"], event.query["valid_from"]) for event in platform.done(_created(history, ELEMENT_CARBON))
    ]
    lists = platform.done(platform.deeds(history, "list", FACTOR))
    best = max((_rows(event, entered) for event in lists), default=None)
    lacking = [] if best is None else [f"{len(entered) - best} of {len(entered)} results are not in one list / 未汇总"]
    return LEDGER.none(lacking if best is not None and best < len(entered) else [], entered and best is not None)


def _rows(event: Observed, entered: list[tuple[str, str]]) -> int:
    rows = [(row.get("value", ""), row.get("valid_from", "")) for row in event.rows]
    return sum(any(_number(value) == Decimal(text) and at == since for value, at in rows) for text, since in entered)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


# In the place of readings.


def stand_in_findings(history: History, groups: tuple[tuple[str, str], ...]) -> Iterator[Check]:
    """Days without readings for which an entry was made, group by group (word, point); and days with both."""
    truth, told = truths.truth_of(history), truths.shown(history)
    entries = platform.done(platform.deeds(history, "create", ENTRY, period="day"))
    beside: list[str] = []
    both = 0
    for word, point in groups:
        wrong: list[str] = []
        known = 0
        for event in entries:
            if event.query.get("point") != point:
                continue
            key = Key(point, "day", int(event.query["start"]))
            if not told.covers(key):
                continue
            fact = truth.facts.get(key)
            if fact is not None and fact.sent:
                both += 1
                beside += _unsaid(told, key, fact)
                continue
            known += 1
            wrong += _instead(truth, told, key, event)
        yield STANDS_IN.of(word).none(wrong, known)
    yield STANDS_BESIDE.none_among(both, beside)


def _instead(truth: Truth, told: Shown, key: Key, event: Observed) -> list[str]:
    rows = told.rows.get(key, [])
    wanted = truths.converted(Decimal(event.query["value"]), event.query["unit"], truth.points[key.point].unit)
    value = platform.number(rows[0].value) if rows else None
    state = rows[0].state if rows else ""
    if len(rows) != 1 or value != wanted:
        return [f"{truths.named(key)}: {value}, entered {event.query['value']} {event.query['unit']} / 与填报不符"]
    if state in ("complete", "corrected"):
        return [f"{truths.named(key)}: told as {state}, it was entered by hand / 未标明人工填报"]
    return []


def _unsaid(told: Shown, key: Key, fact: Fact) -> list[str]:
    rows = told.rows.get(key, [])
    value = platform.number(rows[0].value) if rows else None
    said = rows and rows[0].state == "manual"
    return [] if value == fact.value or said else [f"{truths.named(key)}: {value}, read {fact.text} / 读数被取代"]
