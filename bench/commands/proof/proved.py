"""What the proofs joined to a campaign show of the checks that its statement rests on, and what they do not.

Leaves the file of a proof to `reports.prove` and the campaign's steps to `campaign`. One proof of the whole suite will
do, and so will pieces of it: what counts is that at this commit every check relied on was seen failing, that the sound
reference passed its case, and that no defect got away of which the suite says that these cases find it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.case import CaseResult, Text, Verdict
from reports.prove import CAUGHT, Proof

_MOST = 3
_FINE = (Verdict.PASS.value, Verdict.NOT_APPLICABLE.value)


@dataclass(frozen=True)
class Lack:
    """What no proof shows yet: a sentence of each kind, and the cases whose proof would show it."""

    sentences: tuple[Text, ...] = ()
    cases: tuple[str, ...] = field(default=())


def relied_on(cases: Iterable[CaseResult], documents: Collection[str]) -> tuple[str, ...]:
    """The checks whose pass a statement on these documents rests on, as `<case>:<check>`, in order, each once."""
    found = (
        f"{case.id}:{check.id}"
        for case in cases
        for check in case.checks
        if check.verdict is Verdict.PASS and any(_of(clause, documents) for clause in check.clauses)
    )
    return tuple(dict.fromkeys(found))


def lacking(
    proofs: Sequence[Proof],
    cases: Sequence[CaseResult],
    documents: Collection[str],
    finds: Mapping[str, Collection[str]],
) -> Lack:
    """What the proofs together do not show. `finds` names for each case the defects that the suite's proof has it find.

    The worse of two proofs counts where they speak of the sound reference; a defect is caught where any of them caught
    it, since each tries it with the cases of its own proof only.
    """
    relied = relied_on(cases, documents)
    concerned = tuple(dict.fromkeys(name.rpartition(":")[0] for name in relied))
    expected = {defect: case for case in concerned for defect in finds.get(case, ())}
    seen = {row.id for proof in proofs for row in proof.checks if row.seen_failing}
    tried = {row.id: row.clauses for proof in proofs for row in proof.defects}
    caught = {row.id for proof in proofs for row in proof.defects if row.outcome == CAUGHT}
    unseen = [name for name in relied if name not in seen]
    unsound = [name for name in concerned if not _sound(name, proofs)]
    untried = [name for name in expected if name not in tried]
    escaped = [
        name
        for name, clauses in tried.items()
        if name not in caught and (name in expected or any(_of(clause, documents) for clause in clauses))
    ]
    troubles = [words for proof in proofs for words in proof.troubles]
    sentences = (
        _told(unseen, "relied on, never seen failing", "所依据而从未见其失败的检查"),
        _told(unsound, "not seen passing with the sound reference", "未见无缺陷参考品通过的用例"),
        _told(untried, "defects that these cases find, not tried", "应由这些用例发现而未试的缺陷"),
        _told(escaped, "defects that nothing noticed", "未被发现的缺陷"),
        _told(troubles, "faults of the bench", "台架故障"),
    )
    behind = {*(name.rpartition(":")[0] for name in unseen), *unsound}
    behind |= {expected[name] for name in (*untried, *escaped) if name in expected}
    # What these cases need not find is found by another, whose proof is a piece too.
    elsewhere = [_finder(name, finds) for name in escaped if name not in expected]
    named = dict.fromkeys([*(case for case in concerned if case in behind), *filter(None, elsewhere)])
    return Lack(tuple(filter(None, sentences)), tuple(named))


def _finder(defect: str, finds: Mapping[str, Collection[str]]) -> str:
    """A case that finds a defect, by the suite's proof; the first by name."""
    return next((case for case in sorted(finds) if defect in finds[case]), "")


def partly(passing: Collection[str], idle: Mapping[str, Mapping[str, Sequence[str]]]) -> Text | None:
    """Of clauses that pass: cases that decide them too and that nothing joined has run; `idle` maps these to checks."""
    cases = {
        name: {clause for clauses in checks.values() for clause in clauses} & {*passing}
        for name, checks in idle.items()
    }
    names = [name for name, clauses in cases.items() if clauses]
    if not names:
        return None
    clauses = {clause for found in cases.values() for clause in found}
    shown = _shown(names)
    return Text(
        f"{len(clauses)} clauses pass by some of their cases only; {len(names)} cases were not run: {shown}",
        f"{len(clauses)} 条通过的条款仅由部分用例判定；{len(names)} 个用例未执行：{shown}",
    )


def _of(clause: str, documents: Collection[str]) -> bool:
    return clause.partition("/")[0] in documents


def _sound(case: str, proofs: Sequence[Proof]) -> bool:
    said = [proof.reference[case] for proof in proofs if case in proof.reference]
    return Verdict.PASS.value in said and all(each in _FINE for each in said)


def _told(names: Sequence[str], en: str, zh: str) -> Text | None:
    if not names:
        return None
    shown = _shown(names)
    return Text(f"{en} ({len(names)}): {shown}", f"{zh}（{len(names)}）：{shown}")


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST]) + (", …" if len(names) > _MOST else "")
