"""Boundary and formulas that came as packages: what counts from when (R-23, R-24).

Leaves single figures to `figures_judge`, what must come out to the oracle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.case import Check, criterion
from bench.history import History
from conformance.common.carbon.issued import BOUNDARY_ISSUED, FORMULA_ISSUED
from conformance.common.carbon.reckon import books_of
from conformance.common.queries import answers
from conformance.common.times import MINUTE
from conformance.terminal.accounting.figures_judge import Shown, compare, missing, shown

BOUNDARY = criterion(
    "boundary-{0}",
    en="a boundary that {1} counts from its instant on, and not before: totals hold its sources and no others",
    zh="{2}的边界自生效时刻起决定各级汇总所含的排放源，之前不变",
    unit="figures",
)
FORMULA = criterion(
    "formula-{0}",
    en="a formula that {1} counts from its instant on, and not before",
    zh="{2}的公式自生效时刻起计算，之前不变",
    unit="figures",
)
WAYS = {
    "remote": ("was issued from afar", "远程下发"),
    "file": ("was handed over as a file", "文件导入"),
}
LOCAL_WAY = {"local": ("was entered on the spot", "本地录入")}


def boundary_findings(history: History) -> Iterator[Check]:
    """Totals in the five minutes before and after the instant of each boundary."""
    books = books_of(history)
    totals = [each for each in shown(history) if each.of != "source"]
    absent = missing(history, books)
    issued = {mark.detail.way: mark.detail.since for mark in BOUNDARY_ISSUED.of(history)}
    for way, words in WAYS.items():
        at = issued.get(way)
        near = [] if at is None else _around(totals, at)
        found = compare(books, near)
        wrong = [*found.wrong, *(line for line in absent if not line.startswith("source"))]
        yield BOUNDARY.of(way, *words).none(wrong, found.known if at is not None and _on_both_sides(near, at) else 0)


def formula_findings(history: History, ways: Mapping[str, tuple[str, str]] = WAYS) -> Iterator[Check]:
    """Figures of the sources whose formula came, by the way it came."""
    books = books_of(history)
    everything, absent = shown(history), missing(history, books)
    issued = {
        mark.detail.way: (mark.detail.since, mark.detail.method, mark.detail.term)
        for mark in FORMULA_ISSUED.of(history)
    }
    if entered := answers(history, "formula"):
        query = entered[-1].query
        issued["local"] = (int(query["since"]), query["method"], query["term"])
    for way, words in ways.items():
        since, *of = issued.get(way, (0, "", ""))
        names = [each.id for each in books.emitter.sources if [each.method, each.term] == of]
        own = [each for each in everything if each.of == "source" and each.id in names]
        found = compare(books, own)
        wrong = [*found.wrong, *(line for line in absent if line.startswith(tuple(f"source {id}," for id in names)))]
        yield FORMULA.of(way, *words).none(wrong, found.known if _on_both_sides(own, since) else 0)


def _around(figures: list[Shown], at: int) -> list[Shown]:
    return [each for each in figures if each.kind == "minute" and at - 5 * MINUTE <= each.start < at + 5 * MINUTE]


def _on_both_sides(figures: list[Shown], at: int) -> bool:
    """Whether values were shown of before and after an instant."""
    valued = [each for each in figures if each.value]
    return any(each.end <= at for each in valued) and any(each.start >= at for each in valued)
