"""Intensities, footprints and comparisons against the oracle (R-21, R-23).

Leaves emissions to `figures_judge`. A quotient is right if it is the exact one rounded half up at the digits that it
shows, of which four must be significant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bench.case import Check, criterion
from bench.history import History, Observed
from bench.history.accounting import ProductFlow
from conformance.common.carbon.reckon import Books, books_of, period, printed
from conformance.common.carbon.units import mass_unit
from conformance.common.queries import questions
from conformance.common.times import instant_of_iso, local
from conformance.common.truth import Certainty, number

INTENSITY = criterion(
    "intensity-{0}",
    en="the emission per {1} is the emission by what was made, to the last digit",
    zh="{2}排放强度等于排放量除以产量，逐位准确",
    unit="figures",
)
OF = {"electricity": ("unit of electricity generated", "单位发电量"), "heat": ("unit of heat supplied", "单位供热量")}
NOT_BY_ZERO = criterion(
    "not-divided-by-zero",
    en="where nothing was made no intensity is told",
    zh="产量为零时不给出强度",
    unit="figures",
)
FOOTPRINT = criterion(
    "footprint",
    en="the footprint of a product is that of its own boundary by what was made, to the last digit",
    zh="产品碳足迹按其自身边界与产量计算，逐位准确",
    unit="figures",
)
BEFORE = criterion(
    "period-before",
    en="a month is compared with the month before: both values and their difference, to the last digit",
    zh="与上月比较：两值及其差逐位准确",
    unit="values",
)
YEAR_BEFORE = criterion(
    "year-before",
    en="a month is compared with the same of the year before: both values and their difference, to the last digit",
    zh="与上年同月比较：两值及其差逐位准确",
    unit="values",
)
_SIGNIFICANT = 4
_SIZES = {"kg": 1000, "t": 1}


def _made(books: Books, product: ProductFlow, start: int, end: int) -> tuple[Fraction, Certainty]:
    expected = books.truth.expected(product.point, "stretch", start, end)
    value = number(expected.fields.get("Cou", ""))
    return (Fraction(0), Certainty.GAP) if value is None else (Fraction(value), expected.certainty)


def _quotient_right(text: str, due: Fraction) -> bool:
    value = number(text)
    decimals = len(text.partition(".")[2])
    digits = len(text.replace(".", "").lstrip("0-"))
    if value is None or digits < _SIGNIFICANT:
        return False
    return Fraction(value) == Fraction(printed(due, "t", decimals))


def intensity_findings(history: History) -> Iterator[Check]:
    """Each product by itself; one of which nothing was made; one with a boundary of its own."""
    books = books_of(history)
    products = {product.id: product for product in books.emitter.products}
    by_id: dict[str, list[Observed]] = {}
    for event in [*questions(history, "intensity"), *questions(history, "footprint")]:
        by_id.setdefault(event.query["product"], []).append(event)
    wrong: dict[str, list[str]] = {name: [] for name in products}
    known = dict.fromkeys(products, 0)
    zeros: list[str] = []
    none_made = 0
    for name, events in by_id.items():
        product = products[name]
        for event in events:
            start, end = int(event.query["from"]), int(event.query["to"])
            made, state = _made(books, product, start, end)
            tonnes = sum((books.total("source", each, start, end).co2e for each in product.sources), Fraction(0))
            tonnes = tonnes if product.sources else books.total("emitter", "", start, end).co2e
            if state is not Certainty.SURE:
                continue
            row = event.rows[0] if event.rows else {}
            told = row.get("value", "")
            if not made:
                none_made += not event.problem
                zeros += [f"{name}: {told} told of nothing made"] if told else []
                continue
            known[name] += not event.problem
            size = _SIZES.get(mass_unit(row.get("unit", "").partition("/")[0]))
            due = tonnes * (size or 1) / made
            if not event.problem and (size is None or not _quotient_right(told, due)):
                wrong[name].append(f"{name}: {told} {row.get('unit', '')}; exactly {printed(due, 't', 12)}")
    for name in OF:
        yield INTENSITY.of(name, *OF[name]).none(wrong[name], known[name])
    yield NOT_BY_ZERO.none(zeros, none_made)
    own = [name for name, product in products.items() if product.sources]
    yield FOOTPRINT.none([line for name in own for line in wrong[name]], sum(known[name] for name in own))


def comparison_findings(history: History) -> Iterator[Check]:
    """Rows `period`, `before` and `year-before` of every comparison that was asked for."""
    books = books_of(history)
    wrong: dict[str, list[str]] = {"before": [], "year-before": []}
    known = dict.fromkeys(wrong, 0)
    for event in questions(history, "emission-comparison"):
        rows = {row.get("what", ""): row for row in event.rows}
        of, id, kind = event.query["of"], event.query["id"], event.query["kind"]
        start = int(event.query["start"])
        dues = {
            "period": books.total(of, id, *period(kind, start)).co2e,
            "before": books.total(of, id, *period(kind, _before(start, 1))).co2e,
            "year-before": books.total(of, id, *period(kind, _before(start, 12))).co2e,
        }
        for what, lines in wrong.items():
            known[what] += what in rows and "period" in rows
            lines += [line for each in ("period", what) for line in _row_wrong(rows, each, dues)]
            change = rows.get(what, {}).get("change", "")
            size = _SIZES.get(mass_unit(rows.get(what, {}).get("unit", "")), 1)
            due = (dues["period"] - dues[what]) * size
            shown = number(change)
            if shown is None or Fraction(shown) != Fraction(printed(due, "t", len(change.partition(".")[2]))):
                lines.append(f"{what}: change {change or 'none'}; exactly {printed(due, 't', 8)}")
    yield BEFORE.none(wrong["before"], known["before"])
    yield YEAR_BEFORE.none(wrong["year-before"], known["year-before"])


def _before(start: int, months: int) -> int:
    """The beginning of the month so many months before one."""
    year, month = (int(part) for part in local(start)[:7].split("-"))
    index = year * 12 + month - 1 - months
    return instant_of_iso(f"{index // 12}-{index % 12 + 1:02d}-01T00:00:00+08:00") or 0


def _row_wrong(rows: Mapping[str, Mapping[str, str]], what: str, dues: Mapping[str, Fraction]) -> Iterator[str]:
    row = rows.get(what, {})
    text, unit = row.get("value", ""), row.get("unit", "")
    value = number(text)
    decimals = len(text.partition(".")[2])
    if value is None or unit not in _SIZES or Fraction(value) != Fraction(printed(dues[what], unit, decimals)):
        yield f"{what}: {text or 'no value'} {unit}; exactly {printed(dues[what], 't', 8)} t"
