"""Defects of forecasts: rates left out, the wrong peak, chance, neutrality too early."""

from __future__ import annotations

from fractions import Fraction

from conformance.defects import Patch, defect
from simulators.platform import forecasts
from simulators.platform.core import Desk
from simulators.platform.forecasts import Scenario, ScenarioStep


@defect(
    "forecast-without-intensity",
    en="A forecast follows activity alone and leaves out the fall of intensity",
    zh="预测仅随活动水平变化，遗漏强度下降",
    clauses=("isc-1/5.1.4a", "isc-1/5.2.5a", "ssea/5.4.1e-1", "cpcif/5.5.3.1e"),
)
def without_intensity(patch: Patch) -> None:
    """Half of the formula."""

    def grown(emission: Fraction, step: ScenarioStep) -> Fraction:
        return emission * (1 + Fraction(step.activity) / 100)

    patch(forecasts, "grown", grown)


@defect(
    "peak-at-the-end",
    en="The peak of a scenario is its last year",
    zh="达峰年份取情景最后一年",
    clauses=("isc-1/5.1.4a", "isc-1/5.2.5a"),
)
def peak_at_end(patch: Patch) -> None:
    """What stands last."""

    def peak_of(years: list[tuple[int, Fraction, Fraction]]) -> tuple[int, Fraction]:
        return years[-1][0], years[-1][1]

    patch(forecasts, "peak_of", peak_of)


@defect(
    "forecast-by-chance",
    en="A forecast gets a little noise each time it is asked for",
    zh="每次预测都加入少量随机扰动",
    clauses=("isc-1/5.1.4a", "isc-1/5.2.5a"),
)
def by_chance(patch: Patch) -> None:
    """Too little to be wrong, enough to be another answer."""
    own = forecasts.base

    def base(desk: Desk, scenario: Scenario) -> Fraction:
        return own(desk, scenario) * (1 + Fraction(desk.chance.randrange(1, 1_000), 10_000_000))

    patch(forecasts, "base", base)


@defect(
    "neutral-by-half",
    en="A scenario counts as neutral once sinks remove half of its emission",
    zh="碳汇达到排放量一半即判为碳中和",
    clauses=("cpcif/5.5.3.1e",),
)
def neutral_by_half(patch: Patch) -> None:
    """Early, and good news."""

    def neutral_of(years: list[tuple[int, Fraction, Fraction]]) -> int | None:
        return next((year for year, emission, removal in years if removal * 2 >= emission), None)

    patch(forecasts, "neutral_of", neutral_of)
