"""Suppliers: their materials' footprints as entered, and scope 3 reckoned anew from purchases (SSEA 5.4.10).

Leaves footprints of one's own products to `footprints_judge`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary.public import FOOTPRINT_RESULT, INDIRECT, PURCHASE, SCOPE3, SUPPLIER, SUPPLY
from bench.history import History, Observed
from conformance.common.platforms.answers import answers, deeds, done
from conformance.common.platforms.figures import Figure, exactly, fraction, kept, lines, mass_shows

LIBRARY_KEPT = criterion(
    "supplier-library",
    en="suppliers and their materials with emission and footprint are kept as entered, changed and removed",
    zh="供应商及其原料的碳排放、碳足迹按登记、修改、删除如实保存",
    unit="objects",
)
VERSIONS_KEPT = criterion(
    "supply-versions",
    en="a changed footprint of a material leaves the former one in its history",
    zh="原料碳足迹修改后保留原值",
    unit="objects",
)
SCOPE3_RIGHT = criterion(
    "scope3-figures",
    en="scope 3 by material is what was bought times the footprint in force on the day of each purchase",
    zh="范围 3 排放等于各次采购量乘以采购当日有效的原料碳足迹",
    unit="figures",
)
FOOTPRINT_BY_SUPPLY = criterion(
    "footprint-by-supply",
    en="a product's footprint counts a supplied material by the footprint that its supplier has in the library",
    zh="产品碳足迹按供应商库中的原料碳足迹计算",
    unit="figures",
)
INDIRECT_SHOWN = criterion(
    "indirect-figures",
    en="indirect emissions are shown: bought electricity and heat apart from what suppliers give off",
    zh="间接排放分别列出外购电力、热力与供应商排放",
    unit="figures",
)

_NUMBERS = ("footprint", "emission")


def library_findings(history: History) -> Iterator[Check]:
    """Lists and history of the library, against what was entered."""
    shown: dict[str, dict[str, dict[str, str]]] = {}
    for kind in (SUPPLIER, SUPPLY):
        looked = done(deeds(history, "list", kind))
        if looked:
            shown[kind.name] = {row["object"]: row for row in looked[-1].rows}
    wrong: list[str] = []
    for kind, rows in shown.items():
        due = kept(history, kind)
        wrong += [f"{kind} {key}: removed and still there" for key in _gone(history, kind) if key in rows]
        wrong += [f"{kind} {key}: {told}" for key, fields in due.items() if (told := _unlike(fields, rows.get(key)))]
    yield LIBRARY_KEPT.none_among(len(shown) == 2 and kept(history, "supply"), lines(wrong))
    changed = done(deeds(history, "change", SUPPLY))
    lost: list[str] = []
    told = {event.query["object"]: event for event in done(deeds(history, "history", SUPPLY))}
    for event in changed:
        key = event.query["object"]
        known = kept(history, "supply", before=event).get(key)
        if known is None:
            continue
        before = known["footprint"]
        values = {fraction(row.get("footprint", ""), "-1") for row in told[key].rows} if key in told else set()
        if key in told and not {fraction(before), fraction(event.query["footprint"])} <= values:
            lost.append(f"{key}: {before} and {event.query['footprint']} expected, history has {len(values)} values")
    yield VERSIONS_KEPT.none_among(changed and told, lost)


def _gone(history: History, kind: str) -> list[str]:
    removed = [event for event in history.of(Observed) if event.what == f"remove {kind}" and event.outcome == "done"]
    return [event.query["object"] for event in removed]


def _unlike(fields: dict[str, str], row: dict[str, str] | None) -> str:
    if row is None:
        return "it is not in the list"
    for name, text in fields.items():
        if name in _NUMBERS:
            same = fraction(row.get(name, ""), "-1") == fraction(text)
        else:
            same = row.get(name, "") == text or name == "id"
        if not same:
            return f"{name} is {row.get(name)!r}, given was {text!r}"
    return ""


def _in_force(history: History, key: str, at: int) -> Fraction:
    """The footprint of a material at an instant: the newest value that was valid by then, kgCO2e per unit."""
    found = (-1, Fraction(0))
    for event in [*done(deeds(history, "create", SUPPLY)), *done(deeds(history, "change", SUPPLY))]:
        object = event.query.get("object") or next((row["object"] for row in event.rows), "")
        since = int(event.query.get("valid_from", "0"))
        if object == key and since <= at and since >= found[0] and "footprint" in event.query:
            found = (since, fraction(event.query["footprint"]))
    return found[1]


def _due(history: History, enterprise: str, low: int, high: int) -> dict[str, Fraction]:
    """kg CO2e by material that an enterprise bought in [low, high)."""
    found: dict[str, Fraction] = {}
    for fields in kept(history, PURCHASE.name).values():
        start = int(fields["start"])
        if fields["enterprise"] == enterprise and low <= start < high:
            kg = fraction(fields["amount"]) * _in_force(history, fields["supply"], start)
            found[fields["supply"]] = found.get(fields["supply"], Fraction(0)) + kg
    return found


def scope3_findings(history: History) -> Iterator[Check]:
    """Scope 3, footprints with supplied materials, and indirect emissions."""
    asked = done(answers(history, SCOPE3))
    wrong: list[str] = []
    for event in asked:
        due = _due(history, event.query.enterprise, int(event.query.from_), int(event.query.to))
        rows = {row.supply: row for row in event.rows}
        wrong += [f"{key}: nothing was bought of it" for key in rows if key not in due]
        wrong += [
            f"{key}: {_told(rows.get(key))}; exactly {exactly(kg)} kgCO2e"
            for key, kg in due.items()
            if key not in rows or not mass_shows(rows[key], kg)
        ]
    yield SCOPE3_RIGHT.none_among(asked, lines(wrong))
    yield _by_supply(history)
    yield _indirect(history)


def _told(row: Figure | None) -> str:
    return "no figure" if row is None else f"{row.value} {row.unit}"


def _by_supply(history: History) -> Check:
    wrong: list[str] = []
    known = 0
    asked = done(answers(history, FOOTPRINT_RESULT))
    for event in asked:
        key = event.query.footprint
        study = kept(history, "footprint").get(key)
        if study is None:
            continue
        known += 1
        due = sum(
            (
                fraction(item["amount"]) * _in_force(history, item["supply"], event.t) / fraction(study["quantity"])
                for item in kept(history, "footprint_item").values()
                if item["footprint"] == key and item.get("supply")
            ),
            Fraction(0),
        )
        net = [row for row in event.rows if (row.stage, row.nature) == ("total", "net")]
        if len(net) != 1 or not mass_shows(net[0], due):
            wrong.append(f"{key}: {_told(net[0] if net else None)}; exactly {exactly(due)} kgCO2e")
    return FOOTPRINT_BY_SUPPLY.none_among(known, wrong)


def _indirect(history: History) -> Check:
    """Scope 3 in all, and each source of scope 2 by the entries and factors that were given."""
    asked = done(answers(history, INDIRECT))
    wrong: list[str] = []
    for event in asked:
        low, high = int(event.query.from_), int(event.query.to)
        due = {"supply": sum(_due(history, event.query.enterprise, low, high).values(), Fraction(0))}
        due |= _bought(history, event.query.enterprise, low, high)
        for source, kg in due.items():
            rows = [row for row in event.rows if row.source == source]
            scope = "3" if source == "supply" else "2"
            if len(rows) != 1 or not mass_shows(rows[0], kg) or rows[0].scope != scope:
                told = ", ".join(f"scope {row.scope} {_told(row)}" for row in rows) or "no figure"
                wrong.append(f"{source}: {told}; exactly {exactly(kg)} kgCO2e of scope {scope}")
    return INDIRECT_SHOWN.none_among(asked, wrong)


def _bought(history: History, enterprise: str, low: int, high: int) -> dict[str, Fraction]:
    """kg CO2 of electricity and heat by the entries of the enterprise and its factors (tCO2 per unit of the entry)."""
    factors = {
        fields["carrier"]: fraction(fields["value"])
        for fields in kept(history, "factor").values()
        if fields.get("enterprise") == enterprise
    }
    found: dict[str, Fraction] = {}
    for fields in kept(history, "entry").values():
        carrier = fields.get("carrier", "")
        if fields["enterprise"] == enterprise and low <= int(fields["start"]) < high and carrier in factors:
            kg = fraction(fields["value"]) * factors[carrier] * 1000
            found[carrier] = found.get(carrier, Fraction(0)) + kg
    return found
