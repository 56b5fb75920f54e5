"""Projects: voluntary reductions and sinks, reduction projects with progress, funds and effect, high energy use.

Leaves what figures must be to `reductions_truth` (CPCIF 5.3.4, 5.3.5, 5.4.4.2; ISC-1 5.1.6, 5.2.7).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.case import Check, criterion
from bench.dut.platform.vocabulary import Kind
from bench.dut.platform.vocabulary.market import (
    CLOSED_ACCOUNT,
    INTENSIVE_PROJECT,
    INTENSIVE_PROJECTS,
    PROJECT_PROGRESS,
    PROJECT_TRACKING,
    REDUCTION_PROJECT,
    SINK_STATISTICS,
    VOLUNTARY_STATISTICS,
    SinkStatisticsRow,
)
from bench.history import History
from conformance.common.platforms import alarms as platform_alarms
from conformance.common.platforms.books import Due, acts, asked, wrong_cells, wrong_rows
from conformance.common.platforms.calendar import quarter_end
from conformance.common.platforms.objects import Found, entered, queried, updated
from conformance.platform.reductions import reductions_truth

ENTERED = criterion("{0}-entered", en="{1} are shown as they were entered", zh="{2}按录入内容显示", unit="projects")
UPDATED = criterion(
    "{0}-updated", en="{1} that were changed are shown as changed", zh="更新后的{2}按更新内容显示", unit="projects"
)
QUERIED = criterion(
    "{0}-queried", en="a query for {1} shows exactly those that fit", zh="查询{2}，结果恰为符合条件者", unit="projects"
)
VOLUNTARY = ("voluntary-projects", "projects of voluntary reductions", "自愿减排项目")
SINKS = ("sinks", "carbon sinks", "碳汇项目")
PROJECTS = ("projects", "reduction and sink projects", "减排与碳汇项目")
INTENSIVE = ("intensive-projects", "projects of high energy use and emission", "高耗能高排放项目")
NATIONAL = criterion(
    "national-reductions",
    en="nationally certified reductions are managed by themselves: projects, monitored and issued quantity",
    zh="国家核证自愿减排量单独管理：项目数、监测量与签发量正确",
    unit="figures",
)
LOCAL = criterion(
    "local-reductions",
    en="reductions certified by the local authority are managed by themselves",
    zh="当地主管部门的自愿减排量单独管理，数值正确",
    unit="figures",
)
ANALYSED = criterion(
    "voluntary-analysed",
    en="an enterprise's projects, monitored and issued quantity are added up",
    zh="企业自愿减排项目的监测量与签发量正确汇总",
    unit="figures",
)
SUMS = criterion(
    "sinks-and-reductions",
    en="the park's sinks and its enterprises' voluntary reductions are added up",
    zh="园区碳汇与企业自愿减排量正确汇总",
    unit="figures",
)
TABLE = criterion(
    "tracking-table",
    en="every project stands in the tracking table of each quarter, with its progress and funds",
    zh="各季度跟踪表列出全部项目及其进度和资金",
    unit="figures",
)
QUARTERLY = criterion(
    "tracking-quarterly",
    en="the table of a quarter has what was reported for it, once it was reported",
    zh="跟踪表按季度更新，反映已填报内容",
    unit="figures",
)
EFFECT = criterion(
    "project-effect",
    en="the real effect of a project is the sum of what was reported, not what was planned",
    zh="项目实际减排效果等于填报值之和，而非计划值",
    unit="figures",
)
STAGES = criterion(
    "project-stages",
    en="a project goes from approval through execution to acceptance and skips no stage",
    zh="项目依次经立项、实施、验收，不可跳步",
    unit="changes",
)
WARNED = criterion(
    "project-warned",
    en="within 60 s of a report there is an alarm about a project far behind, over its budget or without effect",
    zh="项目严重滞后、超支或无效果时，填报后 60 s 内报警，正常项目不报警",
    unit="projects",
)
MONITORED = criterion(
    "intensive-monitored",
    en="energy use, emission and shares of the limits of projects in operation are what was entered gives",
    zh="已投运项目的实际能耗、排放及限值占比与录入一致",
    unit="figures",
)
OVER_LIMIT = criterion(
    "intensive-warned",
    en="within 60 s there is an alarm about a project over its limit, and about no other",
    zh="超限值项目 60 s 内报警，其他项目不报警",
    unit="projects",
)
BAD = "bad-"
"""How cases call a project that there must be an alarm of."""


def kept(history: History, kind: Kind, words: Sequence[str], *, changed: bool = True) -> Iterator[Check]:
    """Entry, change and query of projects of one kind."""
    for check, look in ((ENTERED, entered), (UPDATED, updated), (QUERIED, queried)):
        if check is UPDATED and not changed:
            continue
        found: Found = look(history, kind)
        yield check.of(*words).none(found.wrong, found.known)


def _only(due: Due, *names: str) -> Due:
    return {key: {name: cells[name] for name in names if name in cells} for key, cells in due.items()}


def voluntary_findings(history: History) -> Iterator[Check]:
    """Voluntary reductions by scheme, enterprise and park; sinks."""
    found: dict[str, tuple[list[str], int]] = {}
    for each in asked(history, VOLUNTARY_STATISTICS):
        due = reductions_truth.voluntary(each.books, each.query.of, each.query.id, each.query.year)
        for scheme in ("national", "local"):
            rows = [row for row in each.rows if row.scheme == scheme]
            wrong = wrong_rows(rows, ("scheme",), {k: v for k, v in due.items() if k == (scheme,)}, each.told())
            lines, known = found.get(f"{scheme} {each.query.of}", ([], 0))
            found[f"{scheme} {each.query.of}"] = [*lines, *wrong], known + ((scheme,) in due)
    for check, scheme in ((NATIONAL, "national"), (LOCAL, "local")):
        mine = [value for name, value in found.items() if name.startswith(scheme)]
        yield check.none([line for lines, _ in mine for line in lines], sum(known for _, known in mine))
    own = [value for name, value in found.items() if name.endswith("enterprise")]
    yield ANALYSED.none([line for lines, _ in own for line in lines], sum(known for _, known in own))
    park = [value for name, value in found.items() if name.endswith("park")]
    wrong, seen = [line for lines, _ in park for line in lines], 0
    for each in asked(history, SINK_STATISTICS):
        due_row = reductions_truth.sinks(each.books, each.query.year)
        wrong += wrong_cells(each.rows[0] if each.rows else SinkStatisticsRow(), due_row, each.told())
        seen += 1
    yield SUMS.none(wrong, seen and sum(known for _, known in park))


def project_findings(history: History) -> Iterator[Check]:
    """The tracking table, effect, stages and warnings."""
    lines: dict[str, list[str]] = {each.id: [] for each in (TABLE, QUARTERLY, EFFECT)}
    known = dict.fromkeys(lines, 0)
    quarters: set[str] = set()
    for each in asked(history, PROJECT_TRACKING):
        due = reductions_truth.tracking(each.books, each.query.of, each.query.id, quarter_end(int(each.query.start)))
        lines[TABLE.id] += wrong_rows(each.rows, ("project",), _only(due, "stage", "budget", "planned"), each.told())
        updates = wrong_rows(each.rows, ("project",), _only(due, "progress", "spent"), each.told(), others=True)
        lines[QUARTERLY.id] += updates
        lines[EFFECT.id] += wrong_rows(each.rows, ("project",), _only(due, "effect"), each.told(), others=True)
        for check in (TABLE, QUARTERLY, EFFECT):
            known[check.id] += len(due)
        quarters.add(each.query.start)
    yield TABLE.none(lines[TABLE.id], known[TABLE.id])
    yield QUARTERLY.none(lines[QUARTERLY.id], len(quarters) > 1)
    yield EFFECT.none(lines[EFFECT.id], known[EFFECT.id])
    yield _stages(history)
    yield _warned(history)


_ORDER = ("approval", "execution", "acceptance")


def _stages(history: History) -> Check:
    """Changes of stage that were tried."""
    wrong: list[str] = []
    tried: set[bool] = set()
    stage: dict[str, str] = {}
    for act in acts(history, REDUCTION_PROJECT):
        to = act.fields.get("stage", "")
        if act.verb == "create":
            stage[act.key] = to
        elif to and act.key in stage and act.event.outcome in ("done", "refused"):
            follows = _ORDER.index(to) - _ORDER.index(stage[act.key]) <= 1
            tried.add(follows)
            if act.taken != follows:
                was = "carried out" if act.taken else "refused"
                wrong.append(f"{act.key}: from {stage[act.key]} to {to} was {was}")
            if act.taken:
                stage[act.key] = to
    return STAGES.none(wrong, len(tried) > 1)


def _alarmed(history: History, causes: dict[str, int], quiet: list[str]) -> tuple[list[str], bool]:
    """Alarms about objects whose cause came at an instant, and none about the others."""
    wrong = [
        f"{name}: no alarm within 60 s of its cause"
        for name, at in causes.items()
        if not platform_alarms.in_time(history, at, name)
    ]
    wrong += [f"{each.subject}: an alarm without cause" for each in platform_alarms.about(history, *quiet)]
    heard = platform_alarms.asked(history)
    return wrong if heard else [], bool(causes and quiet and heard)


def _warned(history: History) -> Check:
    causes: dict[str, int] = {}
    for act in acts(history, PROJECT_PROGRESS):
        name = act.fields.get("project", "")
        if act.taken and act.key.startswith(BAD):
            causes.setdefault(name, act.event.asked)
    others = [act.key for act in acts(history, REDUCTION_PROJECT) if act.verb == "create" and act.key not in causes]
    return WARNED.none(*_alarmed(history, causes, others))


def intensive_findings(history: History) -> Iterator[Check]:
    """Figures and warnings of projects in operation."""
    wrong: list[str] = []
    states: set[object] = set()
    for each in asked(history, INTENSIVE_PROJECTS):
        due = reductions_truth.intensive(each.books, each.query.year)
        wrong += wrong_rows(each.rows, ("project",), due, each.told())
        states |= {cells["state"] for cells in due.values()}
    yield MONITORED.none(wrong, len(states) > 1)
    causes: dict[str, int] = {}
    for act in acts(history, CLOSED_ACCOUNT):
        if act.taken and act.key.startswith(BAD):
            causes.setdefault(act.fields["subject"], act.event.asked)
    others = [act.key for act in acts(history, INTENSIVE_PROJECT) if act.verb == "create" and act.key not in causes]
    yield OVER_LIMIT.none(*_alarmed(history, causes, others))
