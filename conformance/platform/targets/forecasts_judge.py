"""Forecasts by scenario: the path, its peak, years to neutrality, the same each time; scenarios differ.

Leaves what they must be to `targets_truth`; values are those of a construction whose answer is known, to 0.1 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TypeVar

from bench.case import Check, criterion
from bench.dut.platform.vocabulary import Analysis, R
from bench.dut.platform.vocabulary.targets import (
    FORECAST,
    PEAK,
    SCENARIO,
    ForecastQuery,
    ForecastRow,
    PeakQuery,
    PeakRow,
)
from bench.history import History
from conformance.common.platforms.books import Asked, asked, figure, told
from conformance.platform.targets import targets_truth

PATH = criterion(
    "forecast-path-{0}",
    en="emissions of the years to come follow from {1} accounts and the rates of the scenario, to 0.1 %",
    zh="{2}未来各年排放量由核算结果与情景参数得出，偏差不超过 0.1%",
    unit="years",
)
PEAKED = criterion(
    "forecast-peak-{0}",
    en="peak value and peak year of {1} scenarios are those of the construction",
    zh="{2}情景的峰值与达峰年份与构造一致",
    unit="figures",
)
SAME = criterion(
    "forecast-repeatable-{0}",
    en="the same question about {1} scenario gets the same answer",
    zh="{2}情景重复预测结果一致",
    unit="questions",
)
NEUTRAL = criterion(
    "years-to-neutrality",
    en="year of neutrality and the years until it are those of the construction",
    zh="碳中和年份及所需年数与构造一致",
    unit="figures",
)
LEVELS = {"park": ("the park's", "园区"), "enterprise": ("an enterprise's", "企业")}
_TOLERANCE = Fraction(1, 1000)


def findings(history: History, level: str) -> Iterator[Check]:
    """Path, peak and repetition of the scenarios of a level."""
    words = LEVELS[level]
    wrong: list[str] = []
    paths: set[tuple[object, ...]] = set()
    for each in _of(history, level, FORECAST):
        due = targets_truth.path(each.books, each.query.scenario, int(each.query.until))
        shown = {row.year: row for row in each.rows}
        for year, emission, removal in due:
            row = shown.get(str(year), ForecastRow())
            wrong += _near(row.emission, emission, f"{each.told()}: {year} emission")
            wrong += _near(row.removal, removal, f"{each.told()}: {year} removal")
        paths.add(tuple(emission for _, emission, _ in due))
    yield PATH.of(level, *words).none(wrong, len(paths) > 1)
    wrong, years = [], set[object]()
    for each in _of(history, level, PEAK):
        due = targets_truth.peak(targets_truth.path(each.books, each.query.scenario, int(each.query.until)))
        row = each.rows[0] if each.rows else PeakRow()
        wrong += _near(row.peak, due["peak"], f"{each.told()}: peak")
        wrong += _exact(row.peak_year, due["peak_year"], f"{each.told()}: peak year")
        years.add(due["peak_year"])
    yield PEAKED.of(level, *words).none(wrong, len(years) > 1)
    answers: dict[tuple[str, ...], list[Scenarios]] = {}
    for each in (*_of(history, level, FORECAST), *_of(history, level, PEAK)):
        answers.setdefault((each.event.what, each.query.scenario, each.query.until), []).append(each)
    twice = [found for found in answers.values() if len(found) > 1 and any(each.rows for each in found)]
    changed = [f"{found[0].told()}: another answer the second time" for found in twice if _differ(found)]
    yield SAME.of(level, *words).none(changed, twice)


def neutrality_finding(history: History) -> Check:
    """Year of neutrality, of scenarios that reach it and of those that do not."""
    wrong: list[str] = []
    reached: set[bool] = set()
    for each in _of(history, "", PEAK):
        due = targets_truth.peak(targets_truth.path(each.books, each.query.scenario, int(each.query.until)))
        row = each.rows[0] if each.rows else PeakRow()
        reached.add("years" in due)
        for name, shown in (("neutral_year", row.neutral_year), ("years", row.years)):
            if name in due:
                wrong += _exact(shown, due[name], f"{each.told()}: {name}")
            elif shown:
                wrong.append(f"{each.told()}: {name} {shown}, and it is not reached by then")
    return NEUTRAL.none(wrong, len(reached) > 1)


Q = TypeVar("Q", ForecastQuery, PeakQuery)
Scenarios = Asked[ForecastQuery, ForecastRow] | Asked[PeakQuery, PeakRow]


def _of(history: History, level: str, analysis: Analysis[Q, R]) -> list[Asked[Q, R]]:
    """Questions about the scenarios of a level, of all where it is empty; one that was not taken has no path."""
    found = [(each, each.books.find(SCENARIO, each.query.scenario)) for each in asked(history, analysis)]
    return [each for each, scenario in found if scenario is not None and level in ("", scenario["of"])]


def _differ(found: list[Scenarios]) -> bool:
    return any(list(each.rows) != list(found[0].rows) for each in found[1:])


def _near(shown: str, due: Fraction | str, where: str) -> list[str]:
    assert isinstance(due, Fraction)
    value = figure(shown)
    near = value is not None and abs(value - due) <= abs(due) * _TOLERANCE
    return [] if near else [f"{where} {shown or 'not shown'}, by construction {told(due)}"]


def _exact(shown: str, due: Fraction | str, where: str) -> list[str]:
    assert isinstance(due, Fraction)
    return [] if figure(shown) == due else [f"{where} {shown or 'not shown'}, by construction {told(due)}"]
