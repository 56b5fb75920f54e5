"""Product footprints: every figure reckoned anew from the items that were entered (ISC-1 5.2.4; ISO 14067).

Leaves suppliers' footprints to `suppliers_judge`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.base import ALARMS
from bench.dut.platform.vocabulary.public import (
    FOOTPRINT,
    FOOTPRINT_COMPARISON,
    FOOTPRINT_ITEM,
    FOOTPRINT_RANKING,
    FOOTPRINT_RESULT,
    FOOTPRINT_STATISTICS,
    FootprintResultQuery,
    FootprintResultRow,
)
from bench.history import History, Observed
from bench.history.marks import Mark
from bench.history.observation import Words
from conformance.common.platforms.answers import Answered, answers, deeds, done
from conformance.common.platforms.figures import AnyEvent, Figure, exactly, fraction, kept, lines, mass_shows, orders

ENTERED = criterion(
    "footprint-entered",
    en="items of a footprint that were entered online are kept as they were entered",
    zh="在线填报的碳足迹数据如实保存",
    unit="items",
)
IMPORTED = criterion(
    "footprint-imported",
    en="the items of an imported file are kept, each once and as the file has it",
    zh="导入的碳足迹数据逐条如实保存",
    unit="items",
)
ABNORMAL_TOLD = criterion(
    "footprint-abnormal-told",
    en="an item out of all proportion is refused or told, and no usual one is",
    zh="异常的碳足迹数据被拒绝或提醒，正常数据不误报",
    unit="items",
)
TOTALS_RIGHT = criterion(
    "footprint-totals",
    en="the footprint per declared unit is what its items add up to",
    zh="单位产品碳足迹等于各清单项之和",
    unit="figures",
)
NATURES_APART = criterion(
    "footprint-natures",
    en="fossil emissions, biogenic emissions and removals are stated apart",
    zh="化石源排放、生物源排放与清除分别列出",
    unit="figures",
)
STAGES_RIGHT = criterion(
    "footprint-stages",
    en="statistics show each product with the emission of each stage of its life cycle",
    zh="统计给出各产品全生命周期各阶段的排放量",
    unit="figures",
)
COMPARED = criterion(
    "footprint-compared",
    en="footprints are compared by stage, by region and by brand, each with its figure",
    zh="可按阶段、地域、品牌对比，数值正确",
    unit="figures",
)
RANKED = criterion(
    "footprint-ranked",
    en="the ranking has every product once and in the order of its footprint",
    zh="排名包含每个产品一次，次序与碳足迹一致",
    unit="places",
)


class ItemOfFile(Words, frozen=True, kw_only=True):
    """An item as the file has it; `title` is its name."""

    footprint: str
    stage: str
    title: str
    nature: str
    amount: str
    unit: str
    factor: str
    share: str


ITEM_OF_FILE = Mark("item-of-file", ItemOfFile)
"""An item of the file that is imported next."""


class AbnormalItem(Words, frozen=True, kw_only=True):
    """The item a thousand times too large."""

    id: str


ABNORMAL = Mark("abnormal-item", AbnormalItem)
"""Name of the phase before an item out of all proportion is entered; its detail is the item's id."""


class FileOf(Words, frozen=True, kw_only=True):
    """The study that the items of a file are of."""

    footprint: str


WRONG_FILE = Mark("file-with-a-wrong-line", FileOf)
"""Name of the phase before a file is handed over whose last line is of no study."""

Result = Answered[FootprintResultQuery, FootprintResultRow]
_COMPARED_FIELDS = ("footprint", "stage", "name", "nature", "unit")
_COMPARED_NUMBERS = ("amount", "factor", "share")


def _parts(history: History, event: AnyEvent) -> dict[str, list[dict[str, str]]]:
    """The items of each footprint before an event, by what it is called: those entered and those of the file."""
    items = [*kept(history, "footprint_item", before=event).values(), *_file(history)]
    found: dict[str, list[dict[str, str]]] = {key: [] for key in kept(history, "footprint")}
    for item in items:
        found.setdefault(item["footprint"], []).append(item)
    return found


def _known(history: History, asked: list[Result]) -> list[Result]:
    """Questions about studies that were taken: of others there is nothing to reckon."""
    studies = kept(history, FOOTPRINT.name)
    return [event for event in asked if event.query.footprint in studies]


def _file(history: History) -> list[dict[str, str]]:
    """The items of the file that was handed over; none where it was refused."""
    done = any(event.outcome == "done" for event in _imports(history))
    items = [mark.detail.words() for mark in ITEM_OF_FILE.of(history)] if done else []
    return [{"name": item.pop("title"), **item} for item in items]


def _imports(history: History) -> list[Observed]:
    """Files handed over, without the one with a wrong line."""
    return _before_the_wrong_file(history, "import")


def _before_the_wrong_file(history: History, action: str) -> list[Observed]:
    before = next((mark.t for mark in WRONG_FILE.of(history)), None)
    found = deeds(history, action, FOOTPRINT_ITEM)
    return [event for event in found if before is None or event.asked < before]


def _gives_nothing(item: Mapping[str, str]) -> bool:
    """Whether an item's factor is 0, as that of green power is; whether to remind of it is the product's own."""
    return bool(item.get("factor")) and fraction(item["factor"]) == 0


def _kg(study: Mapping[str, str], item: Mapping[str, str]) -> Fraction:
    """What an item gives off per declared unit, kgCO2e; a removal is below zero (ISO 14067)."""
    amount = fraction(item["amount"]) * fraction(item["factor"]) * fraction(item.get("share", ""), "1")
    sign = -1 if item.get("nature") == "removal" else 1
    return sign * amount / fraction(study["quantity"])


def _sum(history: History, event: AnyEvent, key: str, **want: str) -> Fraction:
    """What the items of a footprint gave before an event, kgCO2e; those whose fields are so."""
    return _of_items(history, key, _parts(history, event)[key], **want)


def _of_items(history: History, key: str, items: Iterable[Mapping[str, str]], **want: str) -> Fraction:
    """What items of a footprint give, kgCO2e; those whose fields are so."""
    study = kept(history, "footprint")[key]
    return sum(
        (_kg(study, item) for item in items if all(item.get(name) == value for name, value in want.items())),
        Fraction(0),
    )


def entry_findings(history: History) -> Iterator[Check]:
    """What was entered and imported, against the lists afterwards."""
    looks = _before_the_wrong_file(history, "list")
    shown = [row for event in looks for row in event.rows]
    by_key = {row["object"]: row for row in shown}
    entered = kept(history, "footprint_item", before=looks[-1] if looks else None)
    wrong = [
        f"{key}: {_unlike(fields, by_key.get(key))}"
        for key, fields in entered.items()
        if _unlike(fields, by_key.get(key))
    ]
    wrong += [
        f"{event.query.get('id')}: an item whose factor is 0 is refused, others are taken: {event.problem}"
        for event in _before_the_wrong_file(history, "create")
        if event.outcome == "refused" and _gives_nothing(event.query)
    ]
    yield ENTERED.none_among(entered if shown else (), lines(wrong))
    file = _file(history)
    lost: list[str] = []
    for item in file:
        like = [row for row in shown if row.get("name") == item["name"] and row.get("footprint") == item["footprint"]]
        told = "it is not there" if not like else f"{len(like)} times" if len(like) > 1 else _unlike(item, like[0])
        if told:
            lost.append(f"{item['name']}: {told}")
    yield IMPORTED.decide(
        _imported(history, bool(file and shown), lost), measured=len(lost), limit=0, evidence=lines(lost)
    )


def _imported(history: History, known: bool, lost: list[str]) -> bool | None:
    if any(event.outcome == "refused" for event in _imports(history)):
        return False
    return not lost if known else None


def _unlike(fields: Mapping[str, str], row: Mapping[str, str] | None) -> str:
    """What of a row is not as it was given, empty for nothing."""
    if row is None:
        return "it is not in the list"
    for name in _COMPARED_FIELDS:
        if name in fields and row.get(name) != fields[name]:
            return f"{name} is {row.get(name)!r}, given was {fields[name]!r}"
    for name in _COMPARED_NUMBERS:
        if fields.get(name) and fraction(row.get(name, ""), "-1") != fraction(fields[name]):
            return f"{name} is {row.get(name)!r}, given was {fields[name]!r}"
    return ""


def abnormal_finding(history: History) -> Check:
    """An item a thousand times too large: refused, or an alarm that names it; nothing is told of the others."""
    made = {event.query.get("id", ""): event for event in orders(history, "footprint_item")}
    ids = [mark.detail.id for mark in ABNORMAL.of(history) if mark.detail.id in made]
    if not ids:
        return ABNORMAL_TOLD.decide(None)
    keys = {id: row["object"] for id, event in made.items() if event.outcome == "done" for row in event.rows}
    studies = {id: event.query.get("footprint", "") for id, event in made.items()}
    looked = done(answers(history, ALARMS))
    told = [row.subject for event in looked for row in event.rows]

    def is_told(id: str) -> bool:
        return any(_names(subject, word) for subject in told for word in (id, keys.get(id, "")) if word)

    silent = [
        f"{id}: taken without a word"
        for id in ids
        if made[id].outcome == "done" and not is_told(id) and not any(_names(each, studies[id]) for each in told)
    ]
    usual = [id for id, event in made.items() if id not in ids and not _gives_nothing(event.query)]
    false = [f"{id}: a usual item is told of" for id in usual if is_told(id)]
    refused = [f"{id}: a usual item is refused" for id in usual if made[id].outcome == "refused"]
    unseen = any(made[id].outcome == "done" for id in ids) and not looked
    known = not unseen and all(made[id].outcome in ("done", "refused") for id in ids)
    return ABNORMAL_TOLD.none([*silent, *false, *refused] if not unseen else [*false, *refused], known)


def _names(subject: str, word: str) -> bool:
    """Whether a subject names an object: the word stands in it by itself."""
    return bool(re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", subject))


def figure_findings(history: History) -> Iterator[Check]:
    """Results, statistics, comparison and ranking, against what the items give."""
    totals, natures = [], []
    asked = _known(history, done(answers(history, FOOTPRINT_RESULT)))
    late = next((mark.t for mark in WRONG_FILE.of(history)), None)
    for event in asked:
        key = event.query.footprint
        net = [row for row in event.rows if (row.stage, row.nature) == ("total", "net")]
        if late is not None and event.asked >= late:
            totals += _unlike_the_list(history, key, late, net)
            continue
        due = _sum(history, event, key)
        if len(net) != 1 or not mass_shows(net[0], due):
            totals.append(f"{key}: {_told(net)}; exactly {exactly(due)} kgCO2e")
        for nature in NATURES:
            of = [row for row in event.rows if (row.stage, row.nature) == ("total", nature)]
            due = _sum(history, event, key, nature=nature)
            if due and (len(of) != 1 or not mass_shows(of[0], due)):
                natures.append(f"{key}, {nature}: {_told(of)}; exactly {exactly(due)} kgCO2e")
    yield TOTALS_RIGHT.none_among(asked, totals)
    yield NATURES_APART.none_among(asked, natures)
    yield _statistics(history)
    yield _comparison(history)
    yield _ranking(history)


def _unlike_the_list(history: History, key: str, late: int, net: Sequence[Figure]) -> Iterator[str]:
    """A figure after a file with a wrong line, which a product may take in part: it is that of what is listed."""
    lists = [event for event in deeds(history, "list", FOOTPRINT_ITEM) if event.asked >= late and event.rows]
    if not lists:
        return
    due = _of_items(history, key, (row for row in lists[-1].rows if row.get("footprint") == key))
    if len(net) != 1 or not mass_shows(net[0], due):
        yield f"{key} after a file with a wrong line: {_told(net)}; what is listed gives {exactly(due)} kgCO2e"


NATURES = ("fossil", "biogenic", "removal")
STAGES = ("raw-material", "production", "distribution", "use", "end-of-life")


def _told(rows: Sequence[Figure]) -> str:
    return ", ".join(f"{row.value} {row.unit}" for row in rows) or "no figure"


def _statistics(history: History) -> Check:
    asked = done(answers(history, FOOTPRINT_STATISTICS))
    wrong: list[str] = []
    for event in asked:
        for key, study in kept(history, "footprint").items():
            for stage in STAGES:
                rows = [row for row in event.rows if (row.footprint, row.stage) == (key, stage)]
                due = _sum(history, event, key, stage=stage)
                if not any(item["stage"] == stage for item in _parts(history, event)[key]):
                    continue
                if len(rows) != 1 or not mass_shows(rows[0], due) or rows[0].product != study["product"]:
                    wrong.append(f"{key}, {stage}: {_told(rows)}; exactly {exactly(due)} kgCO2e")
    return STAGES_RIGHT.none_among(asked, wrong)


def _comparison(history: History) -> Check:
    wrong: list[str] = []
    seen: set[str] = set()
    studies = kept(history, "footprint")
    for event in done(answers(history, FOOTPRINT_COMPARISON)):
        along = event.query.along
        seen.add(along)
        due: dict[tuple[str, str], Fraction] = {}
        for key, study in studies.items():
            if along == "stage":
                stages = dict.fromkeys(item["stage"] for item in _parts(history, event)[key])
                due |= {(stage, key): _sum(history, event, key, stage=stage) for stage in stages}
            else:
                due[study[along], key] = _sum(history, event, key)
        shown = {(row.group, row.footprint): row for row in event.rows}
        wrong += [
            f"by {along}: {group} has {key} that it should not" for group, key in shown if (group, key) not in due
        ]
        wrong += [
            f"by {along}, {group}, {key}: {_told([row] if row else [])}; exactly {exactly(figure)} kgCO2e"
            for (group, key), figure in due.items()
            if (row := shown.get((group, key))) is None or not mass_shows(row, figure)
        ]
    return COMPARED.none(wrong, seen == {"stage", "region", "brand"})


def _ranking(history: History) -> Check:
    """Smallest or greatest first, as the product has it; equal figures may share a place."""
    asked = done(answers(history, FOOTPRINT_RANKING))
    wrong: list[str] = []
    for event in asked:
        due = {key: _sum(history, event, key) for key in kept(history, "footprint")}
        rows = sorted(event.rows, key=lambda row: int(row.place or 0))
        keys = [row.footprint for row in rows]
        if sorted(keys) != sorted(due):
            wrong.append(f"ranked are {', '.join(keys)}; there are {', '.join(due)}")
            continue
        figures = [due[key] for key in keys]
        if figures not in (sorted(figures), sorted(figures, reverse=True)):
            wrong.append("order: " + ", ".join(f"{row.place}. {row.footprint}" for row in rows))
        if [row.place for row in rows] != [str(figures.index(figure) + 1) for figure in figures]:
            wrong.append("places: " + ", ".join(row.place for row in rows))
    return RANKED.none_among(asked, wrong)
