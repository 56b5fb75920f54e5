"""Defects of projects: schemes mixed, reports of the wrong quarter, plans for effects, stages skipped, no warning."""

from __future__ import annotations

from fractions import Fraction

from conformance.defects import Patch, defect
from simulators.platform import reductions
from simulators.platform.allowances import ClosedAccount
from simulators.platform.core import Desk
from simulators.platform.reductions import CarbonSink, ProjectProgress, ReductionProject, VoluntaryProject


@defect(
    "schemes-in-one-pot",
    en="National and local voluntary reductions are added up together",
    zh="国家与地方自愿减排量混合统计",
    clauses=("cpcif/5.3.4.1-1", "cpcif/5.3.4.1-2", "cpcif/5.4.4.2a-4"),
)
def one_pot(patch: Patch) -> None:
    """The scheme is not looked at."""

    def of_scheme(desk: Desk, scheme: str, year: int) -> list[VoluntaryProject]:
        del scheme
        return desk.objects(VoluntaryProject, year=year)

    patch(reductions, "of_scheme", of_scheme)


@defect(
    "sinks-of-all-years",
    en="The park's sinks of all years are added up for each",
    zh="碳汇统计不区分年度",
    clauses=("cpcif/5.3.4.2",),
)
def sinks_of_all_years(patch: Patch) -> None:
    """The year is not looked at."""

    def sinks(desk: Desk, year: int) -> list[CarbonSink]:
        del year
        return desk.objects(CarbonSink)

    patch(reductions, "sinks", sinks)


@defect(
    "tracking-of-emission-projects",
    en="The tracking table has no sink projects",
    zh="跟踪表不含碳汇项目",
    clauses=("cpcif/5.3.5a", "isc-1/5.2.7c"),
)
def no_sink_projects(patch: Patch) -> None:
    """One type alone."""
    own = reductions.tracked

    def tracked(desk: Desk, enterprises: set[str]) -> list[ReductionProject]:
        return [each for each in own(desk, enterprises) if each.type == "emission"]

    patch(reductions, "tracked", tracked)


@defect(
    "tracking-a-quarter-late",
    en="The tracking table of a quarter ends with the report of the one before",
    zh="跟踪表滞后一个季度",
    clauses=("cpcif/5.3.5b",),
)
def quarter_late(patch: Patch) -> None:
    """The newest report is left out."""
    own = reductions.reports

    def reports(desk: Desk, project: str, end: int) -> list[ProjectProgress]:
        return own(desk, project, end)[:-1]

    patch(reductions, "reports", reports)


@defect(
    "effect-as-planned",
    en="The effect shown of a project is the planned one",
    zh="项目效果显示为计划值",
    clauses=("cpcif/5.3.5c", "isc-1/5.2.7c"),
)
def as_planned(patch: Patch) -> None:
    """What was promised."""

    def effect_of(told: list[ProjectProgress], project: ReductionProject) -> Fraction:
        del told
        return Fraction(project.planned)

    patch(reductions, "effect_of", effect_of)


@defect(
    "stages-skipped",
    en="A project can be accepted before it is executed",
    zh="项目未实施即可验收",
    clauses=("isc-1/5.2.7b",),
)
def stages_skipped(patch: Patch) -> None:
    """Any stage can be chosen."""

    def may_follow(before: str, after: str) -> bool:
        del before, after
        return True

    patch(reductions, "may_follow", may_follow)


def _never(state: str) -> bool:
    del state
    return False


@defect(
    "projects-never-warned-of",
    en="A project beyond its budget and far behind raises no alarm",
    zh="项目超支和严重滞后时不报警",
    clauses=("isc-1/5.2.7c",),
)
def never_warned(patch: Patch) -> None:
    """The table is red, and nobody is told."""
    patch(reductions, "project_told", _never)


@defect(
    "intensive-projects-last-month",
    en="Actual figures of a project of high energy use are those of the last month",
    zh="“两高”项目的实际值仅取最近一个月",
    clauses=("isc-1/5.1.6c-2",),
)
def last_month(patch: Patch) -> None:
    """Not added up."""
    own = reductions.actual

    def actual(months: list[ClosedAccount]) -> tuple[Fraction, Fraction]:
        return own(months[-1:])

    patch(reductions, "actual", actual)


@defect(
    "intensive-projects-never-warned-of",
    en="A project of high energy use beyond its limit raises no alarm",
    zh="“两高”项目超限值不报警",
    clauses=("isc-1/5.1.6c-2",),
)
def intensive_never(patch: Patch) -> None:
    """The mark is there, and nobody is told."""
    patch(reductions, "intensive_told", _never)
