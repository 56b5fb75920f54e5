"""Targets: kept in every dimension, broken down, corrected, tracked, warned of, revised, assessed, linked.

Leaves what figures must be to `targets_truth`, what a target ought to be to inspection (CPCIF 5.5; ISC-1 5.1.5, 5.2.6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bench.case import Check, criterion
from bench.dut.platform.vocabulary import ABSENT
from bench.dut.platform.vocabulary.market import CLOSED_ACCOUNT
from bench.dut.platform.vocabulary.targets import (
    INDICATORS,
    TARGET,
    TARGET_ASSESSMENT,
    TARGET_BREAKDOWN,
    TARGET_LINKS,
    TARGET_PART,
    TARGET_PROGRESS,
    TargetBreakdownQuery,
    TargetBreakdownRow,
    TargetProgressQuery,
    TargetProgressRow,
)
from bench.history import History
from conformance.common.platforms import alarms as platform_alarms
from conformance.common.platforms.books import (
    Asked,
    Books,
    Row,
    acts,
    asked,
    books,
    figure,
    listed,
    told,
    wrong_cells,
    wrong_rows,
)
from conformance.common.platforms.calendar import year_start
from conformance.common.platforms.objects import HOME, entered, queried, removed, updated
from conformance.platform.market.market_truth import ZERO, number
from conformance.platform.targets import targets_truth

ADDED = criterion(
    "targets-added",
    en="targets of park, sector, region, enterprise and process are shown as they were entered",
    zh="园区、行业、区域、企业、工序各维度的目标按录入内容显示",
    unit="targets",
)
DELETED = criterion("targets-deleted", en="a deleted target is gone", zh="删除的目标不再显示", unit="targets")
CHANGED = criterion(
    "targets-changed", en="a changed target is shown as changed", zh="修改后的目标按修改内容显示", unit="targets"
)
QUERIED = criterion(
    "targets-queried",
    en="a query for targets shows exactly those that fit, of those the account may see",
    zh="查询目标，结果恰为该用户可见且符合条件者",
    unit="targets",
)
HOLDS = criterion(
    "targets-of-{0}",
    en="a target can be kept for each indicator of {1}",
    zh="{2}的各项指标均可设定目标",
    unit="indicators",
)
GROUPS = {
    "emission": ("emissions", "碳排放目标"),
    "reduction": ("reduction", "碳减排目标"),
    "assets": ("carbon assets", "碳资产管理目标"),
}
STAGED = criterion(
    "target-year-and-stages",
    en="a target carries its year, and its stages lie in it without gap",
    zh="目标有明确年份，分阶段目标在该年内首尾相接",
    unit="targets",
)
MODELLED = criterion(
    "breakdown-by-past",
    en="the yearly target is divided over the months as the past of the area was, to 5 % of a part",
    zh="年度目标按区域历年核算数据的月度分布分解，各部分偏差不超过 5%",
    unit="parts",
)
SCALES = criterion(
    "breakdown-by-quarter-and-month",
    en="a target is divided into four quarters and into twelve months that add up to it",
    zh="目标可分解到四个季度和十二个月，合计等于目标",
    unit="parts",
)
ADDS_UP = criterion(
    "parts-add-up",
    en="from the park down to sector, region and enterprise the parts add up to the whole",
    zh="从园区逐级分解至行业、区域、企业，各部分之和等于总目标",
    unit="breakdowns",
)
TO_ENTERPRISES = criterion(
    "breakdown-to-enterprises",
    en="the breakdown reaches each enterprise, and each enterprise's months, in proportion to the past",
    zh="分解可至各企业及其各月，与历年占比一致",
    unit="parts",
)
CORRECTED = criterion(
    "parts-corrected",
    en="parts corrected by hand stay as corrected, the others as they were, and they still add up",
    zh="人工修正的分解值予以保留，其余不变，合计仍等于目标",
    unit="parts",
)
REVISED = criterion(
    "target-revised",
    en="after a revision the target has its new value and the parts add up to it",
    zh="目标修订后取新值，各部分合计等于新值",
    unit="targets",
)
TRACKED = criterion(
    "progress-tracked",
    en="what was reached of a target and its share are what the accounts give",
    zh="目标完成量与完成率与核算结果一致",
    unit="figures",
)
REGULAR = criterion(
    "assessed-again",
    en="each time new accounts are closed the target and its parts are assessed by them",
    zh="每次新账期结账后，目标及分解目标据此重新评估",
    unit="figures",
)
AS_A_WHOLE = criterion(
    "parts-beside-target",
    en="progress of all parts of an area stands beside that of its target",
    zh="目标区域整体与各分解目标的进展同时展示",
    unit="parts",
)
MISSED = criterion(
    "missed-listed",
    en="parts that miss their target are marked, and no others",
    zh="未达标的分解目标予以标识，其他不标识",
    unit="parts",
)
REST = criterion(
    "control-value",
    en="the control value of the remaining time is the target less what was reached",
    zh="剩余时段控制值等于目标减去已完成量",
    unit="figures",
)
WARNED = criterion(
    "target-warned",
    en="within 60 s of the account by which a target is used up beyond its threshold there is an alarm",
    zh="核算结果使目标使用量达到阈值后 60 s 内报警",
    unit="targets",
)
THRESHOLD = criterion(
    "threshold-set",
    en="of two like targets only that with the lower threshold is warned of, until the other's is lowered",
    zh="阈值可设：同等进展下仅阈值较低者报警，调低另一阈值后其亦报警",
    unit="targets",
)
EXCEEDED = criterion(
    "indicator-exceeds",
    en="within 60 s there is an alarm about an indicator beyond its limit, and about none within",
    zh="指标超限后 60 s 内报警，未超限者不报警",
    unit="targets",
)
ASSESSED = criterion(
    "assessment-result-{0}",
    en="the result of {1} targets comes by itself from target and account",
    zh="{2}目标的考核结果由目标与核算数据自动得出",
    unit="figures",
)
COMPARED = criterion(
    "assessment-compared-{0}",
    en="results of {1} targets are compared: rate and place are right",
    zh="{2}考核结果可对比，完成率与名次正确",
    unit="figures",
)
LEVELS = {"park": ("the park's", "区域"), "enterprise": ("an enterprise's", "企业")}
LINKED = criterion(
    "total-linked-to-intensity",
    en="a total and an intensity that lead to the same result are linked, others are told as contradictory",
    zh="总量与强度目标衔接：结果一致者标为衔接，不一致者予以指出",
    unit="pairs",
)
ISSUED = criterion(
    "target-issued-{0}",
    en="a target of {1} that was issued is seen by whom it is for, and by no other enterprise",
    zh="下发的{2}目标为目标对象所见，其他企业不可见",
    unit="targets",
)


def kept_findings(history: History) -> Iterator[Check]:
    """Add, delete, change, query, in every dimension."""
    found = entered(history, TARGET)
    dimensions = {act.fields.get("of", "") for act in acts(history, TARGET) if act.taken}
    yield ADDED.none(found.wrong, found.known and len(dimensions) > 4)
    for check, look in ((DELETED, removed), (CHANGED, updated), (QUERIED, queried)):
        found = look(history, TARGET)
        yield check.none(found.wrong, found.known)
    for group, words in GROUPS.items():
        wrong = [line for each in INDICATORS[group] for line in entered(history, TARGET, indicator=each).wrong]
        known = [each for each in INDICATORS[group] if entered(history, TARGET, indicator=each).known]
        yield HOLDS.of(group, *words).none(wrong, len(known) == len(INDICATORS[group]))


Breakdown = Asked[TargetBreakdownQuery, TargetBreakdownRow]
Progress = Asked[TargetProgressQuery, TargetProgressRow]


def _found(each: Breakdown | Progress) -> Row | None:
    targets = each.books.kinds.get(TARGET.name, {}).items()
    return next((row for key, row in targets if each.query.target in (key, row.get("object"))), None)


def _target(each: Breakdown | Progress) -> Row:
    """The target that a question is about, which was taken."""
    found = _found(each)
    assert found is not None
    return found


def _breakdowns(history: History) -> list[Breakdown]:
    """Questions for the parts of targets that were taken: of others there is nothing to tell."""
    return [each for each in asked(history, TARGET_BREAKDOWN) if _found(each) is not None]


def _sum(rows: Sequence[TargetBreakdownRow]) -> Fraction:
    return sum((figure(row.value) or ZERO for row in rows), ZERO)


def _adds_up(each: Breakdown) -> list[str]:
    value = number(_target(each), "value")
    found = _sum(each.rows)
    return [] if found == value else [f"{each.told()}: parts add up to {told(found)}, the target is {told(value)}"]


_STEPS = {"month": 12, "quarter": 4}


def breakdown_findings(history: History) -> Iterator[Check]:
    """Parts over time and down the levels, as they were first made."""
    changed = [act.order for act in acts(history, TARGET_PART, TARGET) if act.verb == "change"]
    first = [each for each in _breakdowns(history) if not changed or each.order < min(changed)]
    over_time = [each for each in first if each.query.parts in _STEPS]
    wrong = [line for each in over_time for line in _stages(each)]
    yield STAGED.none(wrong, over_time)
    shapes = [line for each in over_time for line in _by_past(each)]
    yield MODELLED.none(shapes, over_time)
    lines = [line for each in over_time for line in _adds_up(each)]
    lines += [
        f"{each.told()}: {len(each.rows)} parts" for each in over_time if len(each.rows) != _STEPS[each.query.parts]
    ]
    yield SCALES.none(lines, {each.query.parts for each in over_time} == {*_STEPS})
    levels = [each for each in first if each.query.parts in ("sector", "region", "enterprise")]
    yield ADDS_UP.none(
        [line for each in levels for line in _adds_up(each)], len({each.query.parts for each in levels}) > 2
    )
    deep = [each for each in first if each.query.parts in ("enterprise", "enterprise-month")]
    lines = [line for each in deep for line in (*_adds_up(each), *_by_past(each), *_all_there(each))]
    yield TO_ENTERPRISES.none(lines, len({each.query.parts for each in deep}) > 1)


def _stages(each: Breakdown) -> list[str]:
    """Parts over time cover the target's year without gap."""
    year = int(_target(each)["year"])
    at, end = year_start(str(year)), year_start(str(year + 1))
    for row in sorted(each.rows, key=lambda row: int(row.start or 0)):
        if row.start != str(at):
            return [f"{each.told()}: a part begins at {row.start}, the one before ends at {at}"]
        at = int(row.end or 0)
    return [] if at == end else [f"{each.told()}: the parts end at {at}, the year at {end}"]


def _by_past(each: Breakdown) -> list[str]:
    """Parts stand to the whole as in the past, to 5 % of the part."""
    target = _target(each)
    whole = number(target, "value")
    lines = [] if each.rows else [f"{each.told()}: no parts"]
    for row in each.rows:
        due, shown = targets_truth.share(each.books, row, target), figure(row.value)
        if due is None:
            continue
        if shown is None or abs(shown - whole * due) * 20 > whole * due:
            lines.append(f"{each.told()}: {row.part} {row.value}, by the past {told(whole * due)}")
    return lines


def _all_there(each: Breakdown) -> list[str]:
    target = _target(each)
    names = set(targets_truth.whom(each.books, target["of"], target["subject"]))
    seen = {row.subject for row in each.rows}
    return [f"{each.told()}: nothing for {name}" for name in sorted(names - seen)]


def correction_findings(history: History) -> Iterator[Check]:
    """Parts corrected by hand, and a target that was revised."""
    hand = [
        act for act in acts(history, TARGET_PART) if act.verb == "change" and act.event.outcome in ("done", "refused")
    ]
    revisions = [act for act in acts(history, TARGET) if act.verb == "change" and "value" in act.fields and act.taken]
    wrong = [f"{act.by}: {act.key} could not be corrected: {act.event.problem}" for act in hand if not act.taken]
    known = 0
    lines: list[str] = []
    seen = 0
    for each in _breakdowns(history):
        mine = [act for act in hand if act.taken and act.order < each.order]
        revised = [act for act in revisions if act.key == each.query.target and act.order < each.order]
        shown = {row.part: row for row in each.rows}
        if revised:
            lines += _adds_up(each)
            seen += 1
        elif any(act.key in shown for act in mine):
            known += 1
            wrong += _adds_up(each)
            before = _before(history, each, min(act.order for act in mine))
            due = {**before, **{act.key: act.fields["value"] for act in mine}}
            wrong += [
                f"{each.told()}: {name} {row.value}, expected {due[name]}"
                for name, row in shown.items()
                if name in due and figure(row.value) != figure(due[name])
            ]
    yield CORRECTED.none(wrong, known)
    found = updated(history, TARGET)
    yield REVISED.none([*lines, *found.wrong], seen and found.known)


def _before(history: History, each: Breakdown | Progress, at: int) -> dict[str, str]:
    """Parts as the same question showed them before an instant."""
    found = [
        one
        for one in asked(history, TARGET_BREAKDOWN, target=each.query.target, parts=each.query.parts)
        if one.order < at
    ]
    return {row.part: row.value for row in found[-1].rows} if found else {}


def progress_findings(history: History) -> Iterator[Check]:
    """Progress before and after accounts are closed."""
    sorts: dict[str, tuple[str, ...]] = {TRACKED.id: ("actual", "rate"), MISSED.id: ("state",), REST.id: ("rest",)}
    lines: dict[str, list[str]] = {each: [] for each in (*sorts, REGULAR.id, AS_A_WHOLE.id)}
    known = 0
    states: set[object] = set()
    accounts: set[int] = set()
    for each in asked(history, TARGET_PROGRESS):
        target = _found(each)
        if target is None:
            continue
        wholes = [row for row in each.rows if not row.part]
        if len(wholes) != 1:
            for check in (AS_A_WHOLE.id, *sorts):
                lines[check].append(f"{each.told()}: {len(wholes)} rows for the target itself")
        due_parts = _parts(history, each)
        shown = {row.part for row in each.rows}
        lines[AS_A_WHOLE.id] += [f"{each.told()}: part {name} is missing" for name in due_parts if name not in shown]
        for row in each.rows:
            cells = _due(each, target, row, due_parts)
            if cells is None:
                continue
            known += 1
            states.add(cells["state"])
            for check, names in sorts.items():
                some = {name: cells[name] for name in names}
                lines[check] += wrong_cells(row, some, f"{each.told()}: {row.part or 'the target'}")
        if accounts:
            lines[REGULAR.id] += lines[TRACKED.id]
        accounts.add(len(each.books.all(CLOSED_ACCOUNT)))
    yield TRACKED.none(lines[TRACKED.id], known)
    yield REGULAR.none(lines[REGULAR.id], len(accounts) > 1)
    yield AS_A_WHOLE.none(lines[AS_A_WHOLE.id], known > 2)
    yield MISSED.none(lines[MISSED.id], {"missed", "met"} <= states)
    yield REST.none(lines[REST.id], known)


def _parts(history: History, each: Progress) -> dict[str, str]:
    """The parts of this sort as the platform last told them before a question: id and value."""
    return _before(history, each, each.order)


def _due(each: Progress, target: Row, row: TargetProgressRow, parts: dict[str, str]) -> targets_truth.Cells | None:
    """What a row of progress must hold; None for a part that nobody was told of."""
    part = row.part
    if part and part not in parts:
        return None
    year = target["year"]
    start, end = year_start(year), year_start(str(int(year) + 1))
    of, subject = target["of"], target["subject"]
    value = number(target, "value")
    if part:
        start, end = int(row.start or start), int(row.end or end)
        of, subject = of if row.of is ABSENT else row.of, subject if row.subject is ABSENT else row.subject
        value = figure(parts[part]) or ZERO
    return targets_truth.progress(each.books, target, value, of, subject, start, end, each.event.asked)


def warning_findings(history: History) -> Iterator[Check]:
    """Alarms about targets: by thresholds, beyond the limit, and none without cause."""
    causes = _causes(history)
    wrong: dict[str, list[str]] = {WARNED.id: [], THRESHOLD.id: [], EXCEEDED.id: []}
    known: dict[str, set[bool]] = {each: set() for each in wrong}
    for name, (at, sort) in causes.items():
        checks = [WARNED.id] if sort == "account" else [THRESHOLD.id]
        target = books(history).find(TARGET, name)
        if target is not None and figure(target.get("warn", "")) == 100:
            checks.append(EXCEEDED.id)
        for check in checks:
            known[check].add(True)
            if not platform_alarms.in_time(history, at, name):
                wrong[check].append(f"{name}: no alarm within 60 s of its cause")
    for act in acts(history, TARGET):
        if act.verb != "create" or not act.taken:
            continue
        for each in platform_alarms.about(history, act.key):
            if act.key not in causes or each.raised < causes[act.key][0] - platform_alarms.CLOCK_US:
                line = f"{act.key}: an alarm without cause"
                for check in wrong:
                    wrong[check].append(line)
        if act.key not in causes or causes[act.key][1] == "threshold":
            for check in wrong:
                known[check].add(False)
    heard = platform_alarms.asked(history)
    for check in (WARNED, THRESHOLD, EXCEEDED):
        yield check.none(wrong[check.id] if heard else (), heard and len(known[check.id]) > 1)


def _causes(history: History) -> dict[str, tuple[int, str]]:
    """The instant from which on there must be an alarm of a target, and whether an account or a threshold made it."""
    found: dict[str, tuple[int, str]] = {}
    for act in acts(history, TARGET, CLOSED_ACCOUNT):
        if not act.taken:
            continue
        then = books(history, act.order)
        for name, target in then.kinds.get(TARGET.name, {}).items():
            if name not in found and _used_up(then, target):
                found[name] = (act.event.asked, "account" if act.kind == CLOSED_ACCOUNT.name else "threshold")
    return found


def _used_up(then: Books, target: Row) -> bool:
    if target["indicator"] not in ("total", "intensity"):
        return False
    year = target["year"]
    names = targets_truth.whom(then, target["of"], target["subject"])
    used = targets_truth.reached(then, target["indicator"], names, year_start(year), year_start(str(int(year) + 1)))
    return used * 100 >= number(target, "value") * number(target, "warn")


def assessment_findings(history: History) -> Iterator[Check]:
    """Results and places, by the park and by an enterprise."""
    for level, words in LEVELS.items():
        results: list[str] = []
        places: list[str] = []
        known = 0
        for each in asked(history, TARGET_ASSESSMENT, of=level):
            due = targets_truth.assessment(each.books, level, each.query.id, each.query.year)
            for lines, names in (
                (results, ("subject", "value", "actual", "result")),
                (places, ("place", "rate")),
            ):
                some = {key: {name: cells[name] for name in names} for key, cells in due.items()}
                lines += wrong_rows(each.rows, ("target",), some, each.told())
            known += len(due)
        yield ASSESSED.of(level, *words).none(results, known > 1)
        yield COMPARED.of(level, *words).none(places, known > 1)


def link_finding(history: History) -> Check:
    """Pairs of total and intensity."""
    wrong: list[str] = []
    states: set[object] = set()
    for each in asked(history, TARGET_LINKS):
        due = targets_truth.links(each.books, each.query.of, each.query.id, each.query.year)
        wrong += wrong_rows(each.rows, ("total", "intensity"), due, each.told())
        states |= {cells["state"] for cells in due.values()}
    return LINKED.none(wrong, len(states) > 1)


def issue_findings(history: History) -> Iterator[Check]:
    """What was issued to enterprises is seen by their own people alone."""
    for level, words in LEVELS.items():
        wrong: list[str] = []
        known = 0
        for each in listed(history, TARGET):
            home = HOME.get(each.by)
            if home is None:
                continue
            shown = {row.get("id", "") for row in each.rows}
            filtered = any(name not in ("by",) for name in each.event.query)
            for row in each.books.all(TARGET, state="issued", of="enterprise"):
                by_park = row["id"].startswith("issued-by-park")
                if by_park != (level == "park") or filtered:
                    continue
                known += 1
                if (row["id"] in shown) != (row.get("enterprise") == home):
                    wrong.append(f"{each.told()}: {row['id']} is {'shown' if row['id'] in shown else 'not shown'}")
        yield ISSUED.of(level, *words).none(wrong, known > 1)
