"""Reductions: green power and certificates, changes of process, voluntary projects, sinks, projects and their progress.

Leaves trades of voluntary reductions to `assets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec

from simulators.platform.allowances import ClosedAccount, Of, covered
from simulators.platform.allowances.figures import shown, total
from simulators.platform.core import (
    Amount,
    Desk,
    Instant,
    Refused,
    Thing,
    Year,
    analysis,
    kind,
    on_change,
    on_time,
    ref,
    seam,
)
from simulators.platform.core.times import end_of, local, of_local

Stage = Literal["approval", "execution", "acceptance"]
STAGES: tuple[Stage, ...] = ("approval", "execution", "acceptance")


class VoluntaryProject(Thing, frozen=True, kw_only=True):
    """A project of voluntary reductions: monitored and issued quantity, t."""

    enterprise: Annotated[str, ref("enterprise")]
    name: str = ""
    scheme: Literal["national", "local"]
    year: Year
    monitored: Amount = Decimal(0)
    issued: Amount = Decimal(0)
    stage: Stage = "approval"


class CarbonSink(Thing, frozen=True, kw_only=True):
    """A sink of the park: area ha, removal t in the year."""

    name: str = ""
    year: Year
    area: Amount = Decimal(0)
    removal: Amount = Decimal(0)
    stage: Stage = "approval"
    park: str = ""


class GreenPower(Thing, frozen=True, kw_only=True):
    """Green power or certificates used in a month, MWh."""

    enterprise: Annotated[str, ref("enterprise")]
    form: Literal["power", "certificate"]
    way: Literal["direct", "own", "market"]
    start: Instant
    energy: Amount
    number: str = ""

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if self.energy <= 0:
            yield "energy", "is more than 0", "应大于 0"


class ProcessReduction(Thing, frozen=True, kw_only=True):
    """Emission per unit of output before and after a change of process, t, and the output of a month."""

    enterprise: Annotated[str, ref("enterprise")]
    process: str
    start: Instant
    output: Amount
    unit: str = ""
    before: Amount
    after: Amount


class ReductionProject(Thing, frozen=True, kw_only=True):
    """A reduction project: budget CNY, planned effect t."""

    enterprise: Annotated[str, ref("enterprise")]
    name: str = ""
    type: Literal["emission", "sink"] = "emission"
    stage: Stage = "approval"
    budget: Amount
    planned: Amount
    start: Instant
    due: Instant


class ProjectProgress(Thing, frozen=True, kw_only=True):
    """A report for a quarter: % reached at its end, CNY spent and t reduced in it."""

    enterprise: Annotated[str, ref("enterprise")]
    project: Annotated[str, ref("reduction_project")]
    start: Instant
    progress: Amount
    spent: Amount
    effect: Amount

    def flaws(self) -> Iterator[tuple[str, str, str]]:
        if not 0 <= self.progress <= 100:
            yield "progress", "is between 0 and 100", "应在 0 至 100 之间"


class IntensiveProject(Thing, frozen=True, kw_only=True):
    """A project of high energy use and emission, and its limits for a year: tce and t."""

    enterprise: Annotated[str, ref("enterprise")]
    name: str = ""
    stage: Literal["planned", "building", "operating"] = "planned"
    energy_limit: Amount
    emission_limit: Amount


KINDS = (
    kind(
        "voluntary_project",
        VoluntaryProject,
        en="project of voluntary reductions",
        zh="自愿减排项目",
        tenant="enterprise",
    ),
    kind("carbon_sink", CarbonSink, en="carbon sink of the park", zh="园区碳汇", tenant="park"),
    kind("green_power", GreenPower, en="green power or certificates used", zh="绿电与绿证消费", tenant="enterprise"),
    kind(
        "process_reduction",
        ProcessReduction,
        en="reduction by a change of process",
        zh="工艺过程减排",
        tenant="enterprise",
    ),
    kind("reduction_project", ReductionProject, en="reduction project", zh="减排项目", tenant="enterprise"),
    kind(
        "project_progress",
        ProjectProgress,
        en="report on a project for a quarter",
        zh="减排项目季度进展",
        tenant="enterprise",
    ),
    kind(
        "intensive_project",
        IntensiveProject,
        en="project of high energy use",
        zh="高耗能高排放项目",
        tenant="enterprise",
    ),
)


# --- voluntary reductions and sinks ---


@analysis("voluntary_statistics", en="statistics of voluntary reductions", zh="自愿减排量统计")
def voluntary_statistics(desk: Desk, query: Of) -> list[dict[str, Any]]:
    """Projects, monitored and issued quantity by scheme (CPCIF 5.3.4, 5.4.4)."""
    rows: list[dict[str, Any]] = []
    names = {each.id for each in covered(desk, query.of, query.id)}
    for scheme in ("national", "local"):
        found = [each for each in of_scheme(desk, scheme, query.year) if each.enterprise in names]
        if not found:
            continue
        rows.append(
            {
                "scheme": scheme,
                "projects": len(found),
                "monitored": shown(total(each.monitored for each in found)),
                "issued": shown(total(each.issued for each in found)),
            }
        )
    return rows


@seam
def of_scheme(desk: Desk, scheme: str, year: int) -> list[VoluntaryProject]:
    """The projects of one scheme."""
    return desk.objects(VoluntaryProject, scheme=scheme, year=year)


class OfYear(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A year."""

    year: Year


@analysis("sink_statistics", en="statistics of the park's sinks", zh="园区碳汇统计")
def sink_statistics(desk: Desk, query: OfYear) -> list[dict[str, Any]]:
    """Number, area and removal of the park's sinks (CPCIF 5.3.4.2)."""
    found = sinks(desk, query.year)
    area, removal = total(each.area for each in found), total(each.removal for each in found)
    return [{"sinks": len(found), "area": shown(area), "removal": shown(removal)}]


@seam
def sinks(desk: Desk, year: int) -> list[CarbonSink]:
    """The sinks of a year."""
    return desk.objects(CarbonSink, year=year)


# --- green power ---


@seam
def grid_factor(desk: Desk, start: int) -> Fraction:
    """The latest published factor of the grid that is in force at an instant, t/MWh (R-24); 0 where there is none."""
    found = [
        each
        for each in desk.objects("factor", carrier="electricity")
        if each.valid_from <= start and not each.enterprise
    ]
    return Fraction(max(found, key=lambda each: each.valid_from).value) if found else Fraction(0)


@seam
def reduction(energy: Fraction, factor: Fraction) -> Fraction:
    """What green power saves."""
    return energy * factor


@seam
def green_of(desk: Desk, of: str, key: str) -> list[Any]:
    """The enterprises of a statistic of green power."""
    return covered(desk, of, key)


@analysis("green_statistics", en="green power used, and the reduction from it", zh="绿电与绿证统计")
def green_statistics(desk: Desk, query: Of) -> list[dict[str, Any]]:
    """Energy and reduction by form and way (CPCIF 5.3.2)."""
    names = {each.id for each in green_of(desk, query.of, query.id)}
    found: dict[tuple[str, str], list[GreenPower]] = {}
    for each in desk.objects(GreenPower):
        if each.enterprise in names and of_local(query.year) <= each.start < of_local(query.year + 1):
            found.setdefault((each.form, way_of(each)), []).append(each)
    return [
        {
            "form": form,
            "way": way,
            "energy": shown(total(each.energy for each in used)),
            "reduction": shown(
                sum((reduction(Fraction(each.energy), grid_factor(desk, each.start)) for each in used), Fraction(0))
            ),
        }
        for (form, way), used in sorted(found.items())
    ]


@seam
def way_of(used: GreenPower) -> str:
    """Under which way something counts."""
    return used.way


# --- changes of process ---


@seam
def saved(change: ProcessReduction) -> Fraction:
    """Reduction by a change of process, t."""
    return (Fraction(change.before) - Fraction(change.after)) * Fraction(change.output)


@seam
def processes_of(desk: Desk, of: str, key: str) -> list[Any]:
    """The enterprises of a statistic of changes of process."""
    return covered(desk, of, key)


@analysis("process_reductions", en="reductions by changes of process", zh="工艺过程减排统计")
def process_reductions(desk: Desk, query: Of) -> list[dict[str, Any]]:
    """Reduction by enterprise and process (CPCIF 5.3.3)."""
    names = {each.id for each in processes_of(desk, query.of, query.id)}
    found: dict[tuple[str, str], Fraction] = {}
    for each in desk.objects(ProcessReduction):
        if each.enterprise in names and of_local(query.year) <= each.start < of_local(query.year + 1):
            key = each.enterprise, each.process
            found[key] = found.get(key, Fraction(0)) + saved(each)
    return [
        {"enterprise": enterprise, "process": process, "reduction": shown(value)}
        for (enterprise, process), value in sorted(found.items())
    ]


# --- projects ---

LATE_POINTS = 10
"""Percentage points that a project may be behind its plan before there is a warning."""


@on_change("reduction_project")
def staged(desk: Desk, before: ReductionProject | None, after: ReductionProject | None) -> None:
    """A project passes its stages one by one."""
    del desk
    if before is not None and after is not None and not may_follow(before.stage, after.stage):
        raise Refused(
            409,
            f"stage: {after.stage} does not follow {before.stage}",
            f"stage：项目不能由“{before.stage}”直接转入“{after.stage}”",
        )


@seam
def may_follow(before: str, after: str) -> bool:
    """Whether a stage follows another: the same, or the next."""
    return after == before or [*STAGES].index(after) == [*STAGES].index(before) + 1  # type: ignore[arg-type]


@seam
def reports(desk: Desk, project: str, end: int) -> list[ProjectProgress]:
    """The reports on a project whose quarter has begun before an instant, in order of time."""
    found = [each for each in desk.objects(ProjectProgress, project=project) if each.start < end]
    return sorted(found, key=lambda each: each.start)


@seam
def effect_of(told: list[ProjectProgress], project: ReductionProject) -> Fraction:
    """The real effect of a project so far."""
    del project
    return total(each.effect for each in told)


def state_of(project: ReductionProject, told: list[ProjectProgress], end: int) -> str:
    """normal, or warning."""
    length = project.due - project.start
    plan = Fraction(min(end, project.due) - project.start, length) * 100 if length > 0 else Fraction(100)
    progress = Fraction(told[-1].progress) if told else Fraction(0)
    spent, effect = total(each.spent for each in told), effect_of(told, project)
    late = progress < plan - LATE_POINTS
    return (
        "warning"
        if warned(late, spent > project.budget, effect, Fraction(project.planned) * progress / 100)
        else "normal"
    )


def warned(late: bool, dear: bool, effect: Fraction, expected: Fraction) -> bool:
    """Late, over its budget, or an effect of less than half of what the progress promises."""
    return late or dear or effect * 2 < expected


class Tracking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom, and the quarter."""

    of: Literal["park", "sector", "enterprise"] = "park"
    id: str = ""
    start: Instant


@analysis("project_tracking", en="tracking table of reduction projects", zh="减排项目进展跟踪表")
def project_tracking(desk: Desk, query: Tracking) -> list[dict[str, Any]]:
    """Where every project stands at the end of a quarter (CPCIF 5.3.5)."""
    end = end_of("quarter_year", query.start)
    names = {each.id for each in covered(desk, query.of, query.id)}
    rows: list[dict[str, Any]] = []
    for each in tracked(desk, names):
        told = reports(desk, each.id, end)
        rows.append(
            {
                "project": each.id,
                "stage": each.stage,
                "progress": told[-1].progress if told else Decimal(0),
                "spent": shown(total(one.spent for one in told)),
                "budget": each.budget,
                "effect": shown(effect_of(told, each)),
                "planned": each.planned,
                "state": state_of(each, told, end),
            }
        )
    return rows


@seam
def tracked(desk: Desk, enterprises: set[str]) -> list[ReductionProject]:
    """The projects of the table."""
    return [each for each in desk.objects(ReductionProject) if each.enterprise in enterprises]


@analysis(
    "intensive_projects", en="actual energy use and emission of projects of high energy use", zh="高耗能高排放项目监测"
)
def intensive_projects(desk: Desk, query: OfYear) -> list[dict[str, Any]]:
    """Actual figures of projects in operation beside their limits (ISC-1 5.1.6 c)."""
    return [
        intensive_row(desk, each, query.year) for each in desk.objects(IntensiveProject) if each.stage == "operating"
    ]


def intensive_row(desk: Desk, project: IntensiveProject, year: int) -> dict[str, Any]:
    """One project's year so far."""
    months = [
        each
        for each in desk.objects(ClosedAccount, of="project", subject=project.id, period="month")
        if of_local(year) <= each.start < of_local(year + 1)
    ]
    energy, emission = actual(months)
    shares = [energy / Fraction(project.energy_limit) * 100, emission / Fraction(project.emission_limit) * 100]
    return {
        "project": project.id,
        "energy": shown(energy),
        "emission": shown(emission),
        "energy_share": shown(shares[0]),
        "emission_share": shown(shares[1]),
        "state": "warning" if over(*shares) else "normal",
    }


@seam
def actual(months: list[ClosedAccount]) -> tuple[Fraction, Fraction]:
    """Energy (tce) and emission (t) of closed months."""
    return total(each.energy for each in months), total(each.emission for each in months)


def over(energy: Fraction, emission: Fraction) -> bool:
    """Whether one of the shares (%) is more than all."""
    return max(energy, emission) > 100


# --- warnings ---


@on_change("closed_account")
@on_change("project_progress")
@on_change("reduction_project")
@on_change("intensive_project")
def figures_changed(desk: Desk, before: Thing | None, after: Thing | None) -> None:
    """Projects are to be looked at again."""
    del before, after
    desk.call_at(desk.now_us, "reduction-projects")


@on_time("reduction-projects")
def watched(desk: Desk, subject: str) -> None:
    """Warn of projects by their last report, and of projects over their limits."""
    del subject
    for each in desk.objects(ReductionProject):
        told = reports(desk, each.id, desk.now_us)
        state = state_of(each, told, end_of("quarter_year", told[-1].start)) if told else "normal"
        _tell(desk, "project", each.id, each.enterprise, project_told(state))
    for each in desk.objects(IntensiveProject, stage="operating"):
        months = desk.objects(ClosedAccount, of="project", subject=each.id, period="month")
        year = max((local(month.start).year for month in months), default=0)
        state = intensive_row(desk, each, year)["state"] if year else "normal"
        _tell(desk, "intensive-project", each.id, each.enterprise, intensive_told(state))


@seam
def project_told(state: str) -> bool:
    """Whether there is an alarm of a project."""
    return state == "warning"


@seam
def intensive_told(state: str) -> bool:
    """Whether there is an alarm of a project of high energy use."""
    return state == "warning"


def _tell(desk: Desk, kind: str, subject: str, enterprise: str, stands: bool) -> None:
    if stands:
        desk.alarm(kind, subject, enterprise=enterprise)
    else:
        desk.clear(kind, subject)
