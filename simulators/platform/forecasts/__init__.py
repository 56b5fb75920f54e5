"""Forecasts by scenario: emissions to come, peak, years to neutrality (CPCIF 5.5.3.1 e; ISC-1 5.1.4, 5.2.5).

Leaves targets to `targets`. A scenario starts from the closed accounts of its base year; nothing in it is chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.allowances import ClosedAccount, covered
from simulators.platform.allowances.figures import shown, total
from simulators.platform.core import Amount, Desk, Thing, Year, analysis, kind, ref, seam
from simulators.platform.core.times import of_local
from simulators.platform.targets import WRITERS

FURTHEST = 200
"""Years that a forecast goes at most."""


class Scenario(Thing, frozen=True, kw_only=True):
    """A scenario: removal by sinks in the base year (t), and its growth (% a year)."""

    of: Literal["park", "enterprise"]
    subject: str
    enterprise: Annotated[str, ref("enterprise")] = ""
    name: str = ""
    base: Year
    removal: Amount = Decimal(0)
    removal_growth: Amount = Decimal(0)

    @property
    def park(self) -> str:
        """Whose it is where it is the park's own."""
        return self.subject if self.of == "park" else ""


class ScenarioStep(Thing, frozen=True, kw_only=True):
    """Rates from a year on: growth of activity and fall of emission per activity, % a year."""

    scenario: Annotated[str, ref("scenario")]
    enterprise: Annotated[str, ref("enterprise")] = ""
    first: Year
    activity: Amount
    intensity: Amount

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if self.activity <= -100 or self.intensity >= 100:
            yield "activity", "nothing can fall by all of it in a year", "年降幅不能达到 100%"


KINDS = (
    kind("scenario", Scenario, en="scenario of development", zh="发展情景", tenant="park", write=WRITERS),
    kind(
        "scenario_step",
        ScenarioStep,
        en="rates of a scenario from a year on",
        zh="情景分段参数",
        tenant="park",
        write=WRITERS,
    ),
)


class Until(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario, and the last year to tell."""

    scenario: str
    until: Year


@seam
def base(desk: Desk, scenario: Scenario) -> Fraction:
    """Emission of the base year: its closed accounts."""
    names = [each.id for each in covered(desk, scenario.of, scenario.subject)]
    return sum(
        (
            total(
                each.emission
                for each in desk.objects(ClosedAccount, of="enterprise", subject=name, period="year")
                if each.start == of_local(scenario.base)
            )
            for name in names
        ),
        Fraction(0),
    )


@seam
def grown(emission: Fraction, step: ScenarioStep) -> Fraction:
    """Emission of the next year."""
    return emission * (1 + Fraction(step.activity) / 100) * (1 - Fraction(step.intensity) / 100)


def removed(removal: Fraction, scenario: Scenario) -> Fraction:
    """Removal of the next year."""
    return removal * (1 + Fraction(scenario.removal_growth) / 100)


def path(desk: Desk, scenario: Scenario, until: int) -> list[tuple[int, Fraction, Fraction]]:
    """Year, emission and removal from the base year on."""
    steps = sorted(desk.objects(ScenarioStep, scenario=scenario.id), key=lambda each: each.first)
    emission, removal = base(desk, scenario), Fraction(scenario.removal)
    years = [(scenario.base, emission, removal)]
    for year in range(scenario.base + 1, min(until, scenario.base + FURTHEST) + 1):
        begun = [each for each in steps if each.first <= year]
        if begun:
            emission = grown(emission, begun[-1])
        removal = removed(removal, scenario)
        years.append((year, emission, removal))
    return years


@analysis("forecast", en="emissions of the years to come, by scenario", zh="情景预测")
def forecast(desk: Desk, query: Until) -> list[dict[str, Any]]:
    """The path of a scenario."""
    return [
        {"year": year, "emission": shown(emission), "removal": shown(removal)}
        for year, emission, removal in path(desk, desk.object(Scenario, query.scenario), query.until)
    ]


@seam
def peak_of(years: list[tuple[int, Fraction, Fraction]]) -> tuple[int, Fraction]:
    """The year of the highest emission, and that emission."""
    year, emission, _ = max(years, key=lambda each: (each[1], -each[0]))
    return year, emission


@seam
def neutral_of(years: list[tuple[int, Fraction, Fraction]]) -> int | None:
    """The first year in which removal is not below emission."""
    return next((year for year, emission, removal in years if removal >= emission), None)


@analysis("peak", en="peak and neutrality of a scenario", zh="达峰与中和预测")
def peak(desk: Desk, query: Until) -> list[dict[str, Any]]:
    """Peak value and year, year of neutrality and years until it."""
    scenario = desk.object(Scenario, query.scenario)
    years = path(desk, scenario, query.until)
    year, emission = peak_of(years)
    row: dict[str, Any] = {"peak_year": year, "peak": shown(emission)}
    neutral = neutral_of(years)
    if neutral is not None:
        row |= {"neutral_year": neutral, "years": neutral - scenario.base}
    return [row]
