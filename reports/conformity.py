"""Where every clause stands after a run (R-01 to R-07), and the statement of conformity for each draft (R-06).

Leaves the verdicts of cases to the run and the strength of clauses to the ledger: without the ledger no statement is
possible, since nothing then says which clauses bind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from bench.case import VIRTUAL_RIG, CaseResult, ClauseResult, Item, RunResult, Text, Verdict
from conformance.clauses.statement import OBJECTS
from reports.entries import Entry
from reports.readings import UnderB, tally, under_b
from reports.repeats import attempts_of, outcomes, repeatable

DOCUMENTS: dict[str, Text] = {
    "isc-2": Text("T/ISC Part 2, online monitoring terminal", "T/ISC 第 2 部分：碳排放在线监测终端"),
    "csmt": Text("T/CSMT, carbon measurement data terminal system", "T/CSMT：碳排放计量数据管理终端系统"),
    "ssea": Text("T/SSEA, carbon emission management platform", "T/SSEA：碳排放管理平台"),
    "cpcif": Text("T/CPCIF, chemical park carbon information system", "T/CPCIF：化工园区双碳管理信息系统"),
    "isc-1": Text("T/ISC Part 1, platform architecture", "T/ISC 第 1 部分：平台架构"),
}
SHORT = {"isc-2": "ISC-2", "csmt": "CSMT", "ssea": "SSEA", "cpcif": "CPCIF", "isc-1": "ISC-1"}

# What a run is taken to test when it does not say which roles were submitted.
_ROLES = ("terminal", "collector")
RUNS_FOR_STATEMENT = 3

DISPOSITIONS: dict[str, Text] = {
    "automated": Text("decided by cases", "由用例判定"),
    "planned": Text("planned: testable, no case yet", "计划中：可检测，尚无用例"),
    "operator": Text("operator: a person performs or attests it", "操作人员执行或证实"),
    "inspection": Text("inspection: a reviewer decides it", "审查：由审查人员判定"),
    "laboratory": Text("laboratory: decided by a laboratory test", "实验室：由实验室试验判定"),
    "organisational": Text("organisational: listed without verdict (R-04)", "组织管理：仅列出，不作判定（R-04）"),
    "untestable": Text("untestable: no test can decide it", "不可检测：任何试验都无法判定"),
}
# Who waits for whom where no case decides: nothing of this is ever a pass.
_WITHOUT_CASE = {
    "operator": Verdict.REVIEW,
    "inspection": Verdict.REVIEW,
    "laboratory": Verdict.REVIEW,
    "organisational": Verdict.NOT_APPLICABLE,
    "untestable": Verdict.INCONCLUSIVE,
}


# Why an entry stands where it does without a case, in short, for counting.
WHY: dict[str, Text] = {
    **DISPOSITIONS,
    "unsupported": Text("declared unsupported (R-03)", "声明不支持（R-03）"),
    "not-claimed": Text("not claimed (R-03)", "未声明（R-03）"),
    "condition": Text("the condition of the clause is absent (R-03)", "条款所写条件不成立（R-03）"),
    "unanswered": Text("the capability statement does not answer (R-03)", "能力声明未作答（R-03）"),
    "object": Text("binds another object (R-01)", "约束其他对象（R-01）"),
    "document": Text("document not claimed (R-01)", "未声明该标准（R-01）"),
    "not-selected": Text("has cases, none was selected", "有用例，本次未选择"),
    "told": Text("decided outside this run", "由本次运行之外判定"),
}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where one clause stands: its verdict and, unless its cases alone decided, what decided (`why`) and the reason.

    `why` is one of cases, unsupported, not-claimed, condition, unanswered, object, document, not-selected, or the
    disposition of an entry without a case.
    """

    verdict: Verdict
    why: str
    reason: Text = Text("", "")


class Conformity(StrEnum):
    """What may be said of the item under one draft."""

    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does not conform"
    NO_STATEMENT = "no statement"
    AUTOMATIC = "conforms in its automatic part"

    @property
    def zh(self) -> str:
        """The statement in Chinese."""
        return {
            "conforms": "符合",
            "does not conform": "不符合",
            "no statement": "不作声明",
            "conforms in its automatic part": "自动判定部分符合",
        }[self.value]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The statement for one draft.

    `reasons` say why, in both languages. `binding` counts the clauses that bind (SHALL and claimed STATEMENT) by
    verdict, `automatic` the part of them that cases of this run decide. `failed` names those that failed, `unsupported`
    those among them that the capability statement declares unsupported (R-03). `untestable` are entries that would bind
    and that no test can decide: they do not count.
    """

    document: str
    conformity: Conformity
    reasons: tuple[Text, ...]
    binding: dict[str, int]
    automatic: dict[str, int]
    failed: tuple[str, ...]
    unsupported: tuple[str, ...] = ()
    untestable: tuple[str, ...] = ()


def document_of(clause: str) -> str:
    """The document a clause id belongs to: the part before the slash."""
    return clause.partition("/")[0]


def clause_order(clause: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key of clause ids in which 7.10 comes after 7.9."""
    parts = re.findall(r"\d+|\D+", clause)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def documents(ids: Iterable[str]) -> list[str]:
    """The documents that occur, the five known ones first in their order, others as they come."""
    found = list(dict.fromkeys(document_of(id) for id in ids))
    return [name for name in DOCUMENTS if name in found] + [name for name in found if name not in DOCUMENTS]


def not_repeatable(run: RunResult) -> tuple[str, ...]:
    """The cases whose attempts came to different verdicts (R-07)."""
    return tuple(name for name, attempts in attempts_of(run).items() if not repeatable(attempts))


def claimed_documents(run: RunResult) -> frozenset[str]:
    """The documents the run answers to: those claimed, or where it does not say, those it touches (R-01)."""
    told = run.parameters.get("documents", "")
    return frozenset(_listed_words(told) if told else (document_of(clause.id) for clause in run.clauses))


def _listed_words(told: str) -> list[str]:
    return [word for word in told.replace(",", " ").split() if word]


def _submitted(run: RunResult) -> frozenset[str]:
    """The objects on the bench: what the submitted roles comprise (R-01)."""
    roles = _listed_words(run.parameters.get("roles", "")) or _ROLES
    return frozenset(name for role in roles for name in OBJECTS.get(role, ()))


def item_of(run: RunResult) -> Item:
    """What was on test: a platform where the run says that one was submitted, else a terminal."""
    return Item.PLATFORM if Item.PLATFORM in _listed_words(run.parameters.get("roles", "")) else Item.TERMINAL


def standings(run: RunResult, entries: Iterable[Entry]) -> dict[str, Standing]:
    """Where each of these entries stands, by id.

    The object and the document come first (R-01), then the capability statement (R-02, R-03), then the cases, and last
    the disposition of an entry that no case decided (R-04).
    """
    scope = _Scope(run)
    decided = {clause.id: clause for clause in run.clauses}
    return {entry.id: scope.standing(entry, decided.get(entry.id)) for entry in entries}


class _Scope:
    """What a run was about, worked out once for all entries."""

    def __init__(self, run: RunResult) -> None:
        self.claims = run.claims
        self.documents = claimed_documents(run)
        self.objects = _submitted(run)
        self.known = "documents" in run.parameters
        self.partial = switched_on(run, "allow_partial_scope")
        self.as_shall = switched_on(run, "statement_as_shall")
        self.outcomes = outcomes(run)

    def holds(self, entry: Entry) -> bool:
        """Whether the run must answer for an entry."""
        return entry.asks and entry.document in self.documents

    def standing(self, entry: Entry, decided: ClauseResult | None) -> Standing:
        """Where an entry stands."""
        if decided is not None and not decided.cases:
            return self._as_told(entry, decided)
        return self._derived(entry, decided)

    def _as_told(self, entry: Entry, decided: ClauseResult) -> Standing:
        """A verdict that came with the run stays as it is; a reason of our own is known in both languages."""
        derived = self._derived(entry, None)
        if derived.verdict is decided.verdict and decided.reason in ("", str(derived.reason)):
            return derived
        return Standing(verdict=decided.verdict, why="told", reason=Text(decided.reason, decided.reason))

    def _derived(self, entry: Entry, decided: ClauseResult | None) -> Standing:
        if entry.object not in self.objects:
            return _not_applicable(
                "object", "binds another object than the one submitted (R-01)", "约束对象不是本次送检产品（R-01）"
            )
        if self.known and entry.document not in self.documents:
            return _not_applicable("document", "the document is not claimed (R-01)", "未声明该标准（R-01）")
        answer = self.claims.get(entry.claim, "unanswered") if entry.claim else "yes"
        if answer == "no":
            return self._denied(entry, decided)
        if answer != "yes":
            return _unanswered(entry)
        if decided is not None:
            return Standing(verdict=decided.verdict, why="cases", reason=Text(decided.reason, decided.reason))
        return _without_case(entry)

    def _denied(self, entry: Entry, decided: ClauseResult | None) -> Standing:
        """What a no to the entry's question means (R-03)."""
        cases = decided.cases if decided else ()
        observed = bool(cases) and all(self.outcomes.get(name) is Verdict.PASS for name in cases)
        en, zh = ("; remark: observed all the same", "；备注：但已观测到") if observed else ("", "")
        named = entry.claim
        if entry.condition:
            return _not_applicable(
                "condition",
                f"the condition written in the clause is absent: {named} is answered no (R-03){en}",
                f"条款所写条件不成立：{named} 答为否（R-03）{zh}",
            )
        binding = entry.strength == "shall" or (entry.strength == "statement" and self.as_shall)
        if binding and not self.partial:
            return Standing(
                verdict=Verdict.FAIL,
                why="unsupported",
                reason=Text(
                    f"declared unsupported: {named} is answered no (R-03){en}",
                    f"声明不支持：{named} 答为否（R-03）{zh}",
                ),
            )
        return _not_applicable(
            "not-claimed", f"not claimed: {named} is answered no (R-03){en}", f"未声明：{named} 答为否（R-03）{zh}"
        )


def _not_applicable(why: str, en: str, zh: str) -> Standing:
    return Standing(verdict=Verdict.NOT_APPLICABLE, why=why, reason=Text(en, zh))


def _unanswered(entry: Entry) -> Standing:
    line = f'"{entry.claim}" = "yes"'
    return Standing(
        verdict=Verdict.INCONCLUSIVE,
        why="unanswered",
        reason=Text(
            f'the capability statement does not answer; add {line} or "no" to [claims] of the profile (R-03)',
            f'能力声明未作答；请在档案 [claims] 中加入 {line}（或 "no"）（R-03）',
        ),
    )


def _without_case(entry: Entry) -> Standing:
    """Where an entry stands that no case of the run decided (R-04)."""
    if entry.disposition == "automated":
        return Standing(
            verdict=Verdict.NOT_RUN,
            why="not-selected",
            reason=Text("not run: it has cases, none was selected in this run", "未执行：有用例，但本次运行未选择"),
        )
    kind = DISPOSITIONS.get(entry.disposition, DISPOSITIONS["planned"])
    why = entry.prompt if entry.disposition == "operator" else entry.reason
    return Standing(
        verdict=_WITHOUT_CASE.get(entry.disposition, Verdict.NOT_RUN),
        why=entry.disposition,
        reason=Text(f"{kind.en}: {why.en}", f"{kind.zh}：{why.zh}") if why.en or why.zh else kind,
    )


def completed(run: RunResult, ledger: Sequence[Entry]) -> RunResult:
    """The run with a verdict and a reason for every entry that asks something of the claimed documents and roles.

    Completing twice changes nothing. Clauses the ledger does not know stay as they are.
    """
    scope = _Scope(run)
    decided = {clause.id: clause for clause in run.clauses}
    entries = {entry.id: entry for entry in ledger if scope.holds(entry) or (entry.asks and entry.id in decided)}
    by_case: dict[str, list[CaseResult]] = {}
    for case in run.cases:
        by_case.setdefault(case.id, []).append(case)
    found = [_with_standing(id, entries.get(id), decided.get(id), scope, by_case) for id in {**entries, **decided}]
    order = {name: number for number, name in enumerate(documents(clause.id for clause in found))}
    ordered = sorted(found, key=lambda clause: (order[document_of(clause.id)], clause_order(clause.id)))
    return msgspec.structs.replace(run, clauses=tuple(ordered))


def _with_standing(
    id: str,
    entry: Entry | None,
    decided: ClauseResult | None,
    scope: _Scope,
    by_case: Mapping[str, Sequence[CaseResult]],
) -> ClauseResult:
    if entry is None:
        assert decided is not None
        return decided
    stands = scope.standing(entry, decided)
    reason = stands.reason.en if stands.why in ("cases", "told") else str(stands.reason)
    known = decided or ClauseResult(id=id, verdict=stands.verdict)
    part = str(entry.open) if stands.why == "cases" and entry.open.en and not known.closed else ""
    told = msgspec.structs.replace(known, verdict=stands.verdict, reason=reason, open=part, rigs=entry.rigs)
    b = _under_b(entry, told, stands, [case for name in told.cases for case in by_case.get(name, ())])
    return msgspec.structs.replace(told, reading_b=b.verdict, reading_b_open=str(b.open) if b.open.en else "")


def _under_b(entry: Entry, told: ClauseResult, stands: Standing, cases: Sequence[CaseResult]) -> UnderB:
    """A clause under reading B; one that the documents, roles or claims of the run leave out has no verdict there."""
    if not entry.reading_b.en or stands.verdict is Verdict.NOT_APPLICABLE:
        return UnderB()
    if stands.why != "cases":
        return UnderB(open=Text("no case decided it, under either reading", "两种解释下均无用例判定"))
    return under_b(entry, told, cases)


def binds(entry: Entry, run: RunResult) -> bool:
    """Whether an entry counts like SHALL in this run (R-02): SHALL, a claimed STATEMENT, or every STATEMENT by choice.

    `run` is completed: a clause that is not applicable in it, or that it does not answer for, does not count.
    """
    return _binds(entry, run, _verdicts(run))


def _binds(entry: Entry, run: RunResult, decided: dict[str, Verdict]) -> bool:
    verdict = decided.get(entry.id)
    if not entry.asks or verdict is None or verdict is Verdict.NOT_APPLICABLE:
        return False
    if entry.strength == "statement":
        return switched_on(run, "statement_as_shall") or run.claims.get(entry.claim) == "yes"
    return entry.strength == "shall"


def switched_on(run: RunResult, parameter: str) -> bool:
    """Whether a parameter of the rulings that is either on or off is on in this run."""
    return run.parameters.get(parameter, "").lower() in ("on", "true", "yes")


def _verdicts(run: RunResult) -> dict[str, Verdict]:
    return {clause.id: clause.verdict for clause in run.clauses}


def unsupported(run: RunResult, ledger: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries that fail because the capability statement answers no to a capability (R-03)."""
    scope = _Scope(run)
    stands = standings(run, (entry for entry in ledger if scope.holds(entry)))
    return tuple(entry for entry in ledger if entry.id in stands and stands[entry.id].why == "unsupported")


def statements(run: RunResult, ledger: Sequence[Entry] = ()) -> tuple[Statement, ...]:
    """One statement for each draft that the run answers for; never a joint one (R-06)."""
    denied = frozenset(entry.id for entry in unsupported(run, ledger))
    run = completed(run, ledger)
    entries: dict[str, list[Entry]] = {}
    for entry in ledger:
        entries.setdefault(entry.document, []).append(entry)
    decided = _verdicts(run)
    found = (_statement(name, entries.get(name, []), run, decided, denied) for name in documents(decided))
    return tuple(found)


def _statement(
    name: str, entries: list[Entry], run: RunResult, decided: dict[str, Verdict], denied: frozenset[str]
) -> Statement:
    known = {entry.id for entry in entries}
    stray = [clause for clause in decided if document_of(clause) == name and clause not in known]
    would_bind = [entry for entry in entries if _binds(entry, run, decided)]
    untestable = tuple(entry.id for entry in would_bind if _is_untestable(entry, decided))
    binding = [entry for entry in would_bind if entry.id not in untestable]
    covered = {clause.id for clause in run.clauses if clause.cases}
    only = switched_on(run, "automatic_part_only")
    if only:
        # R-06, reading B: what no case can decide is left out, what a case could and did not stays open.
        binding = [entry for entry in binding if entry.id in covered or entry.disposition == "automated"]
    failed = tuple(entry.id for entry in binding if decided.get(entry.id) is Verdict.FAIL)
    declared = tuple(entry for entry in binding if entry.id in denied)
    tested = tuple(id for id in failed if id not in denied)
    open_ = [entry for entry in binding if decided.get(entry.id) not in (Verdict.PASS, Verdict.FAIL)]
    bound = {entry.id for entry in binding}
    timed = [clause.id for clause in run.clauses if clause.needs_real_time and clause.id in bound]
    in_part = [
        clause.id for clause in run.clauses if clause.open and clause.verdict is Verdict.PASS and clause.id in bound
    ]
    hindrances = _hindrances(name, entries, stray, run, decided)
    provisional = _provisional(run)
    reasons: list[Text] = []
    if declared:
        reasons.append(_declared(declared))
    reasons += hindrances
    reasons += provisional
    if tested:
        reasons.append(_listed(tested, "binding clause failed", "binding clauses failed", "条约束性条款不通过"))
    reasons += _mixed(name, run)
    if open_:
        ids = [entry.id for entry in open_]
        reasons.append(
            _listed(ids, "binding clause is not decided", "binding clauses are not decided", "条约束性条款尚无判定")
        )
    if timed:
        one = "binding clause has a time limit that virtual time cannot decide (R-08)"
        many = "binding clauses have time limits that virtual time cannot decide (R-08)"
        reasons.append(_listed(timed, one, many, "条约束性条款含须在实时台架上判定的时限（R-08）"))
    if untestable:
        one = "entry is untestable and does not count"
        many = "entries are untestable and do not count"
        reasons.append(_listed(untestable, one, many, "条不可检测，不计入"))
    if only:
        reasons.append(
            Text(
                "only the automatic part is stated (R-06, reading B); what waits for persons is left out",
                "仅对自动判定部分作声明（R-06，解释 B）：须由人员或实验室判定的部分不在其内",
            )
        )
    if in_part:
        one = "binding clause passes in part, the rest is not decided here (R-06)"
        many = "binding clauses pass in part, the rest is not decided here (R-06)"
        reasons.append(_listed(in_part, one, many, "条约束性条款仅部分通过，其余部分未在此判定（R-06）"))
    reasons += _virtual_only(run, [clause for clause in run.clauses if clause.id in bound and clause.cases])
    reasons += _readings_b([clause for clause in run.clauses if clause.id in bound])
    if switched_on(run, "allow_partial_scope"):
        reasons.append(
            Text(
                "partial statement: limited to what the capability statement claims (R-03, reading B)",
                "部分声明：仅限能力声明所声明支持的条款（R-03，解释 B）",
            )
        )
    conformity = Conformity.NO_STATEMENT
    if not hindrances and (declared or (failed and not provisional)):
        conformity = Conformity.DOES_NOT_CONFORM
    elif not hindrances and not provisional and not open_ and not timed and (only or not in_part) and binding:
        conformity = Conformity.AUTOMATIC if only else Conformity.CONFORMS
        reasons.append(Text(f"all {len(binding)} binding clauses pass", f"{len(binding)} 条约束性条款全部通过"))
    return Statement(
        document=name,
        conformity=conformity,
        reasons=tuple(reasons),
        binding=_count(binding, decided),
        automatic=_count([entry for entry in binding if entry.id in covered], decided),
        failed=failed,
        unsupported=tuple(entry.id for entry in declared),
        untestable=untestable,
    )


def _is_untestable(entry: Entry, decided: Mapping[str, Verdict]) -> bool:
    """Whether no test can decide an entry and nobody did."""
    return entry.disposition == "untestable" and decided.get(entry.id) is Verdict.INCONCLUSIVE


def _virtual_only(run: RunResult, clauses: Sequence[ClauseResult]) -> list[Text]:
    """What a run in virtual time leaves to the other rigs: it speaks of a program, not of a device (R-08)."""
    if run.rig != VIRTUAL_RIG:
        return []
    alone = [clause.id for clause in clauses if clause.rigs == (VIRTUAL_RIG,)]
    lab = [clause.id for clause in clauses if "lab" in clause.rigs]
    reasons: list[Text] = []
    if lab:
        one = "binding clause decided in virtual time can also be decided on the lab rig"
        many = "binding clauses decided in virtual time can also be decided on the lab rig"
        reasons.append(_listed(lab, one, many, "条约束性条款在虚拟时间判定，亦可在实验室台架判定"))
    if alone:
        one = "binding clause has cases in virtual time only: it says something of a program, not of a device"
        many = "binding clauses have cases in virtual time only: they say something of a program, not of a device"
        reasons.append(_listed(alone, one, many, "条约束性条款仅有虚拟时间用例：只说明程序，不说明设备"))
    return reasons


def _readings_b(clauses: Sequence[ClauseResult]) -> list[Text]:
    """What is known of the binding clauses under reading B; it counts nowhere (R-06)."""
    found = tally(clauses)
    reasons: list[Text] = []
    if found["other"]:
        one = "binding clause would have another verdict under reading B, which does not count"
        many = "binding clauses would have another verdict under reading B, which does not count"
        reasons.append(_listed(found["other"], one, many, "条约束性条款在解释 B 下判定不同（不计入）"))
    if found["open"]:
        one = "binding clause has a reading B that was not evaluated"
        many = "binding clauses have a reading B that was not evaluated"
        reasons.append(_listed(found["open"], one, many, "条约束性条款的解释 B 未予评价"))
    return reasons


def _declared(entries: Sequence[Entry]) -> Text:
    """What the capability statement itself gives up; it decides without any case."""
    told = [f"{entry.id} ({entry.claim})" for entry in entries]
    found = _listed(told, "binding clause is declared unsupported", "binding clauses are declared unsupported", "")
    shown = found.en.partition(": ")[2]
    return Text(
        f"{found.en} – this alone decides (R-03)",
        f"{len(entries)} 条约束性条款声明不支持：{shown}——仅此即可判定（R-03）",
    )


def _mixed(name: str, run: RunResult) -> list[Text]:
    attempts = attempts_of(run)
    mine = [
        case
        for case in not_repeatable(run)
        if any(document_of(clause) == name for attempt in attempts[case] for clause in attempt.clauses)
    ]
    one, many = "case is not repeatable and counts as fail (R-07)", "cases are not repeatable and count as fail (R-07)"
    return [_listed(mine, one, many, "个用例不可重复，按不通过计（R-07）")] if mine else []


def _hindrances(
    name: str, entries: list[Entry], stray: list[str], run: RunResult, decided: dict[str, Verdict]
) -> list[Text]:
    """What forbids any statement, whatever the verdicts; of a draft that is not claimed nothing is asked."""
    found: list[Text] = []
    claimed = name in claimed_documents(run)
    silent = [question for question, answer in sorted(run.claims.items()) if answer == "unanswered"]
    silent += [
        entry.claim
        for entry in entries
        if entry.claim and entry.claim not in run.claims and decided.get(entry.id) is Verdict.INCONCLUSIVE
    ]
    unanswered = list(dict.fromkeys(silent))
    if not entries:
        found.append(
            Text(
                "the clause ledger was not at hand, so nothing says which clauses bind",
                "未载入条款台账，无法确定哪些条款具有约束力",
            )
        )
    elif stray:
        found.append(
            _listed(stray, "clause is unknown to the ledger", "clauses are unknown to the ledger", "条条款不在台账中")
        )
    if unanswered and claimed:
        found.append(
            _listed(
                unanswered,
                "question of the capability statement is unanswered (R-03)",
                "questions of the capability statement are unanswered (R-03)",
                "个能力声明问题未回答（R-03）",
            )
        )
    return found


def _provisional(run: RunResult) -> list[Text]:
    """What makes the verdicts of cases no ground for a statement; what is declared needs no case."""
    found: list[Text] = []
    if run.repeats < RUNS_FOR_STATEMENT:
        found.append(
            Text(
                f"development run: {run.repeats} run(s) of each case, a statement needs {RUNS_FOR_STATEMENT} (R-07)",
                f"开发性运行：每个用例执行 {run.repeats} 次，声明要求 {RUNS_FOR_STATEMENT} 次（R-07）",
            )
        )
    if run.selection:
        shown = shortened(run.selection)
        found.append(Text(f"only a selection was run: {shown}", f"仅执行了部分用例：{shown}"))
    return found


def shortened(selection: str, most: int = 200) -> str:
    """A selection in a line; a run names it whole among its methods."""
    if len(selection) <= most:
        return selection
    told = selection[:most].rpartition(" --")[0]
    return f"{told} … (+{selection[len(told) :].count(' --')})"


def _listed(names: Sequence[str], one: str, many: str, zh: str, most: int = 6) -> Text:
    """A count, what it counts, and the first few by name."""
    shown = ", ".join(names[:most]) + (", …" if len(names) > most else "")
    return Text(f"{len(names)} {one if len(names) == 1 else many}: {shown}", f"{len(names)} {zh}：{shown}")


def _count(entries: list[Entry], decided: dict[str, Verdict]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry in entries:
        verdict = decided.get(entry.id, Verdict.NOT_RUN).value
        counts[verdict] = counts.get(verdict, 0) + 1
    return counts
