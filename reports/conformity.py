"""The statement of conformity for each draft (R-06), and the reasons that stand behind it.

Leaves the verdicts of clauses to the run and the strength of clauses to the ledger: without the ledger no statement is
possible, since nothing then says which clauses bind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from bench.case import RunResult, Text, Verdict

DOCUMENTS: dict[str, Text] = {
    "isc-2": Text("T/ISC Part 2, online monitoring terminal", "T/ISC 第 2 部分：碳排放在线监测终端"),
    "csmt": Text("T/CSMT, carbon measurement data terminal system", "T/CSMT：碳排放计量数据管理终端系统"),
    "ssea": Text("T/SSEA, carbon emission management platform", "T/SSEA：碳排放管理平台"),
    "cpcif": Text("T/CPCIF, chemical park carbon information system", "T/CPCIF：化工园区双碳管理信息系统"),
    "isc-1": Text("T/ISC Part 1, platform architecture", "T/ISC 第 1 部分：平台架构"),
}
SHORT = {"isc-2": "ISC-2", "csmt": "CSMT", "ssea": "SSEA", "cpcif": "CPCIF", "isc-1": "ISC-1"}

# Objects that are not the terminal: their clauses bind only a product submitted as one of them.
NOT_TERMINAL = ("platform", "gateway", "management-software", "organisation", "meter", "system", "document")
RUNS_FOR_STATEMENT = 3


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a report needs of one ledger entry; fields as in the ledger's schema.

    `claim` is the id of the question of the capability statement that decides whether the entry binds, empty if none,
    and `question` its words. `asks` is false for headings, definitions and other kinds that ask for nothing.
    """

    id: str
    document: str
    number: str
    strength: str
    object: str
    disposition: str
    requirement: Text
    topic: str = ""
    reason: Text = Text("", "")
    prompt: Text = Text("", "")
    readings: tuple[str, ...] = ()
    reading_b: Text = Text("", "")
    claim: str = ""
    question: Text = Text("", "")
    asks: bool = True


class Conformity(StrEnum):
    """What may be said of the item under one draft."""

    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does not conform"
    NO_STATEMENT = "no statement"

    @property
    def zh(self) -> str:
        """The statement in Chinese."""
        return {"conforms": "符合", "does not conform": "不符合", "no statement": "不作声明"}[self.value]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The statement for one draft.

    `reasons` say why, in both languages. `binding` counts the clauses that bind (SHALL and claimed STATEMENT) by
    verdict, `automatic` the part of them that cases of this run decide, `failed` names those that failed.
    """

    document: str
    conformity: Conformity
    reasons: tuple[Text, ...]
    binding: dict[str, int]
    automatic: dict[str, int]
    failed: tuple[str, ...]


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


def binds(entry: Entry, run: RunResult) -> bool:
    """Whether an entry counts like SHALL in this run (R-02): SHALL, a claimed STATEMENT, or every STATEMENT by choice.

    A clause that the run calls not applicable, or that binds another object, does not count (R-01, R-03). An
    organisational one is listed without a verdict (R-04).
    """
    verdict = _verdicts(run).get(entry.id)
    if not entry.asks or verdict is Verdict.NOT_APPLICABLE or entry.disposition in ("organisational", "none"):
        return False
    if verdict is None and entry.object in NOT_TERMINAL:
        return False
    if entry.strength == "statement":
        return switched_on(run, "statement_as_shall") or run.claims.get(entry.claim) == "yes"
    return entry.strength == "shall"


def switched_on(run: RunResult, parameter: str) -> bool:
    """Whether a parameter of the rulings that is either on or off is on in this run."""
    return run.parameters.get(parameter, "").lower() in ("on", "true", "yes")


def _verdicts(run: RunResult) -> dict[str, Verdict]:
    return {clause.id: clause.verdict for clause in run.clauses}


def statements(run: RunResult, ledger: Sequence[Entry] = ()) -> tuple[Statement, ...]:
    """One statement for each draft that the run touches; never a joint one (R-06)."""
    unanswered = [question for question, answer in sorted(run.claims.items()) if answer == "unanswered"]
    entries: dict[str, list[Entry]] = {}
    for entry in ledger:
        entries.setdefault(entry.document, []).append(entry)
    decided = _verdicts(run)
    found = (_statement(name, entries.get(name, []), run, decided, unanswered) for name in documents(decided))
    return tuple(found)


def _statement(
    name: str, entries: list[Entry], run: RunResult, decided: dict[str, Verdict], unanswered: list[str]
) -> Statement:
    known = {entry.id for entry in entries}
    stray = [clause for clause in decided if document_of(clause) == name and clause not in known]
    binding = [entry for entry in entries if binds(entry, run)]
    covered = {clause.id for clause in run.clauses if clause.cases}
    failed = tuple(entry.id for entry in binding if decided.get(entry.id) is Verdict.FAIL)
    open_ = [entry for entry in binding if decided.get(entry.id) not in (Verdict.PASS, Verdict.FAIL)]
    hindrances = _hindrances(entries, stray, run, unanswered)
    reasons = list(hindrances)
    if failed:
        reasons.append(_listed(failed, "binding clause failed", "binding clauses failed", "条约束性条款不通过"))
    if open_:
        ids = [entry.id for entry in open_]
        reasons.append(
            _listed(ids, "binding clause is not decided", "binding clauses are not decided", "条约束性条款尚无判定")
        )
    if switched_on(run, "allow_partial_scope"):
        reasons.append(
            Text(
                "partial statement: limited to what the capability statement claims (R-03, reading B)",
                "部分声明：仅限能力声明所声明支持的条款（R-03，解释 B）",
            )
        )
    conformity = Conformity.NO_STATEMENT
    if not hindrances and failed:
        conformity = Conformity.DOES_NOT_CONFORM
    elif not hindrances and not open_ and binding:
        conformity = Conformity.CONFORMS
        reasons.append(Text(f"all {len(binding)} binding clauses pass", f"{len(binding)} 条约束性条款全部通过"))
    return Statement(
        document=name,
        conformity=conformity,
        reasons=tuple(reasons),
        binding=_count(binding, decided),
        automatic=_count([entry for entry in binding if entry.id in covered], decided),
        failed=failed,
    )


def _hindrances(entries: list[Entry], stray: list[str], run: RunResult, unanswered: list[str]) -> list[Text]:
    """What forbids any statement, whatever the verdicts."""
    found: list[Text] = []
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
    if run.repeats < RUNS_FOR_STATEMENT:
        found.append(
            Text(
                f"development run: {run.repeats} run(s) of each case, a statement needs {RUNS_FOR_STATEMENT} (R-07)",
                f"开发性运行：每个用例执行 {run.repeats} 次，声明要求 {RUNS_FOR_STATEMENT} 次（R-07）",
            )
        )
    if run.selection:
        found.append(Text(f"only a selection was run: {run.selection}", f"仅执行了部分用例：{run.selection}"))
    if unanswered:
        found.append(
            _listed(
                unanswered,
                "question of the capability statement is unanswered (R-03)",
                "questions of the capability statement are unanswered (R-03)",
                "个能力声明问题未回答（R-03）",
            )
        )
    return found


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
