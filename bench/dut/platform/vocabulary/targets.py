"""Targets of parks, sectors, enterprises and processes, their parts and forecasts (CPCIF 5.5; ISC-1 5.1.5, 5.2.6).

Leaves allowances, trades and reductions to `market`, and accounts that are closed with them.
"""

from __future__ import annotations

from typing import Annotated

from bench.dut.platform.vocabulary import (
    ABSENT,
    COUNT,
    DECIMAL,
    FIGURE,
    ID,
    INSTANT,
    TEXT,
    Count,
    Id,
    Instant,
    Number,
    Query,
    Row,
    Str,
    analysis,
    kind,
    one_of,
)

INDICATORS = {
    "emission": ("total", "intensity", "level", "energy-structure", "energy-efficiency", "waste-recycling"),
    "reduction": (
        "reduction-total",
        "intensity-fall",
        "renewables",
        "green-power",
        "technology-cost",
        "technology-benefit",
    ),
    "assets": (
        "assets-total",
        "allocation",
        "sinks-purchased",
        "ccer-developed",
        "ccer-traded",
        "local-developed",
        "local-traded",
        "compliance-rate",
        "compliance-quantity",
        "compliance-cost",
    ),
}
"""Words for the indicators that CPCIF 5.5.3.1 a) to c) names, by sub-target."""
_SUBJECT = one_of("park", "sector", "region", "enterprise", "process")
TARGET = kind(
    "target",
    en="target",
    zh="双碳目标",
    tenant="enterprise",
    fields={
        "id": ID,
        "of": _SUBJECT,
        "subject": ID,
        "enterprise": ID,  # empty where it is the park's own
        "indicator": TEXT,
        "year": COUNT,
        **FIGURE,
        "output": DECIMAL,  # planned output that an intensity refers to
        "warn": DECIMAL,  # % of the value from which on there is a warning
        "state": one_of("draft", "issued"),
    },
)
TARGET_PART = kind(
    "target_part",
    en="part of a target",
    zh="分解目标",
    tenant="enterprise",
    fields={
        "id": ID,
        "target": ID,
        "of": TEXT,
        "subject": ID,
        "enterprise": ID,
        "start": INSTANT,
        "end": INSTANT,
        "value": DECIMAL,
    },
)
SCENARIO = kind(
    "scenario",
    en="scenario of development",
    zh="发展情景",
    tenant="enterprise",
    fields={
        "id": ID,
        "of": one_of("park", "enterprise"),
        "subject": ID,
        "enterprise": ID,  # empty where it is the park's own
        "name": TEXT,
        "base": COUNT,  # year whose closed accounts it starts from
        "removal": DECIMAL,  # t removed by sinks in the base year
        "removal_growth": DECIMAL,  # % a year
    },
)
SCENARIO_STEP = kind(
    "scenario_step",
    en="rates of a scenario from a year on",
    zh="情景分段参数",
    tenant="enterprise",
    fields={
        "id": ID,
        "scenario": ID,
        "enterprise": ID,
        "first": COUNT,  # year
        "activity": DECIMAL,  # growth of activity, % a year
        "intensity": DECIMAL,  # fall of emission per activity, % a year
    },
)
"""Emission of a year = that of the year before × (1 + activity) × (1 - intensity), rates of the last step begun."""

# --- what is asked ---


_PARTS = one_of("month", "quarter", "enterprise", "sector", "region", "enterprise-month")
"""A part of a target; `part` is empty for the target itself."""


class TargetBreakdownQuery(Query, frozen=True, kw_only=True):
    """What is asked for break a target down."""

    target: Id = ""
    parts: Annotated[str, _PARTS] = ""


class TargetBreakdownRow(Row, frozen=True, kw_only=True):
    """A row of break a target down."""

    part: Id = ABSENT
    of: Str = ABSENT
    subject: Id = ABSENT
    start: Instant = ABSENT
    end: Instant = ABSENT
    value: Number = ABSENT


TARGET_BREAKDOWN = analysis(
    "target_breakdown",
    en="break a target down",
    zh="目标分解",
    query=TargetBreakdownQuery,
    row=TargetBreakdownRow,
)
"""The parts asked for become objects `target_part`, as far as they are not."""


class TargetProgressQuery(Query, frozen=True, kw_only=True):
    """What is asked for progress of targets and their parts."""

    target: Id = ""
    parts: Annotated[str, _PARTS] = ""


class TargetProgressRow(Row, frozen=True, kw_only=True):
    """A row of progress of targets and their parts."""

    part: Id = ABSENT
    of: Str = ABSENT
    subject: Id = ABSENT
    start: Instant = ABSENT
    end: Instant = ABSENT
    value: Number = ABSENT
    actual: Number = ABSENT
    rate: Number = ABSENT
    rest: Number = ABSENT
    state: Str = ABSENT


TARGET_PROGRESS = analysis(
    "target_progress",
    en="progress of targets and their parts",
    zh="目标进展",
    query=TargetProgressQuery,
    row=TargetProgressRow,
)


class TargetAssessmentQuery(Query, frozen=True, kw_only=True):
    """What is asked for assessment of targets."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    year: Count = ""


class TargetAssessmentRow(Row, frozen=True, kw_only=True):
    """A row of assessment of targets."""

    place: Count = ABSENT
    target: Id = ABSENT
    subject: Id = ABSENT
    value: Number = ABSENT
    actual: Number = ABSENT
    rate: Number = ABSENT
    result: Str = ABSENT


TARGET_ASSESSMENT = analysis(
    "target_assessment",
    en="assessment of targets",
    zh="目标考核",
    query=TargetAssessmentQuery,
    row=TargetAssessmentRow,
)
"""Placed by rate (actual as % of the target), the lowest first."""


class TargetLinksQuery(Query, frozen=True, kw_only=True):
    """What is asked for targets for total and intensity side by side."""

    of: Annotated[str, one_of("park", "sector", "enterprise")] = ""
    id: Id = ""
    year: Count = ""


class TargetLinksRow(Row, frozen=True, kw_only=True):
    """A row of targets for total and intensity side by side."""

    total: Id = ABSENT
    intensity: Id = ABSENT
    implied: Number = ABSENT
    difference: Number = ABSENT
    state: Str = ABSENT


TARGET_LINKS = analysis(
    "target_links",
    en="targets for total and intensity side by side",
    zh="总量目标与强度目标衔接",
    query=TargetLinksQuery,
    row=TargetLinksRow,
)
"""implied: intensity × planned output; difference: total less implied; state: linked | contradictory."""


class ForecastQuery(Query, frozen=True, kw_only=True):
    """What is asked for emissions of the years to come, by scenario."""

    scenario: Id = ""
    until: Count = ""


class ForecastRow(Row, frozen=True, kw_only=True):
    """A row of emissions of the years to come, by scenario."""

    year: Count = ABSENT
    emission: Number = ABSENT
    removal: Number = ABSENT


FORECAST = analysis(
    "forecast",
    en="emissions of the years to come, by scenario",
    zh="情景预测",
    query=ForecastQuery,
    row=ForecastRow,
)


class PeakQuery(Query, frozen=True, kw_only=True):
    """What is asked for peak and neutrality of a scenario."""

    scenario: Id = ""
    until: Count = ""


class PeakRow(Row, frozen=True, kw_only=True):
    """A row of peak and neutrality of a scenario."""

    peak_year: Count = ABSENT
    peak: Number = ABSENT
    neutral_year: Count = ABSENT
    years: Count = ABSENT


PEAK = analysis(
    "peak",
    en="peak and neutrality of a scenario",
    zh="达峰与中和预测",
    query=PeakQuery,
    row=PeakRow,
)
"""neutral_year: the first in which removal is not below emission; years: from the base year to it."""
