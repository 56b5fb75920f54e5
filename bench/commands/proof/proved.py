"""What the proofs joined to a campaign show of the checks that its statement rests on, and what they do not.

Leaves the file of a proof to `reports.prove` and the campaign's steps to `campaign`. One proof of the whole suite will
do, and so will pieces of it: what counts is that at this commit every question relied on was seen failing, in this
case or in another that asks the same; that of each clause one check at least was seen failing in its own case; that the
sound reference passed, and that no defect got away of which the suite says that these cases find it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.case import CaseResult, Text, Verdict
from bench.commands.proof import sentences
from reports.prove import CAUGHT, Proof

_MOST = 3
_FINE = (Verdict.PASS.value, Verdict.NOT_APPLICABLE.value)


@dataclass(frozen=True)
class Lack:
    """What no proof shows yet: a sentence of each kind, and the cases whose proof would show it.

    `borrowed` are checks relied on that were seen failing in another case only, as `<case>:<check>`: no lack, but told.
    """

    sentences: tuple[Text, ...] = ()
    cases: tuple[str, ...] = field(default=())
    borrowed: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Suite:
    """What the suite says of itself.

    `finds` names for each case the defects that the suite's proof has it find, `fails` the checks (`<case>:<check>`)
    that it has failing, `asks` the sentence of each: checks of one id and sentence ask the same in several cases.
    """

    finds: Mapping[str, Collection[str]]
    fails: Collection[str] = ()
    asks: Mapping[str, str] = field(default_factory=dict[str, str])

    def question(self, name: str) -> tuple[str, str]:
        """What a check asks, wherever it does."""
        return name.rpartition(":")[2], self.asks.get(name, "")


def relied_on(cases: Iterable[CaseResult], documents: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The checks whose pass a statement on these documents rests on, `<case>:<check>` in order, with clauses."""
    found: dict[str, tuple[str, ...]] = {}
    for case in cases:
        for check in case.checks:
            clauses = [clause for clause in check.clauses if _of(clause, documents)]
            if check.verdict is Verdict.PASS and clauses:
                name = f"{case.id}:{check.id}"
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), *clauses)))
    return found


def lacking(proofs: Sequence[Proof], cases: Sequence[CaseResult], documents: Collection[str], suite: Suite) -> Lack:
    """What the proofs together do not show.

    The worse of two proofs counts where they speak of the sound reference; a defect is caught where any of them caught
    it, since each tries it with the cases of its own proof only.
    """
    relied = relied_on(cases, documents)
    concerned = tuple(dict.fromkeys(name.rpartition(":")[0] for name in relied))
    expected = {defect: case for case in concerned for defect in suite.finds.get(case, ())}
    seen = {row.id for proof in proofs for row in proof.checks if row.seen_failing}
    questions = {suite.question(name) for name in seen}
    tried = {row.id: row.clauses for proof in proofs for row in proof.defects}
    caught = {row.id for proof in proofs for row in proof.defects if row.outcome == CAUGHT}
    unseen = [name for name in relied if suite.question(name) not in questions]
    shown = {clause for name in relied if name in seen for clause in relied[name]}
    bare = list(dict.fromkeys(clause for name in relied for clause in relied[name] if clause not in shown))
    unsound = [name for name in concerned if not _sound(name, proofs)]
    untried = [name for name in expected if name not in tried]
    escaped = [
        name
        for name, clauses in tried.items()
        if name not in caught and (name in expected or any(_of(clause, documents) for clause in clauses))
    ]
    troubles = [words for proof in proofs for words in proof.troubles]
    lacks = (
        _told(unseen, *sentences.NEVER_FAILED()),
        _told(bare, *sentences.NONE_FAILED_HERE()),
        _told(unsound, *sentences.NEVER_SOUND()),
        _told(untried, *sentences.NEVER_TRIED()),
        _told(escaped, *sentences.SURVIVED()),
        _told(troubles, *sentences.BENCH_BROKE()),
    )
    behind = {*(name.rpartition(":")[0] for name in relied if {*relied[name]} & {*bare}), *unsound}
    behind |= {expected[name] for name in (*untried, *escaped) if name in expected}
    behind |= {name.rpartition(":")[0] for name in unseen if not suite.fails or name in suite.fails}
    # What these cases need not find is found by another, whose proof is a piece too.
    elsewhere = [_finder(name, suite.finds) for name in escaped if name not in expected]
    elsewhere += [_asker(name, suite) for name in unseen if name not in suite.fails]
    named = dict.fromkeys([*(case for case in concerned if case in behind), *filter(None, elsewhere)])
    borrowed = tuple(name for name in relied if name not in seen and name not in unseen)
    return Lack(tuple(filter(None, lacks)), tuple(named), borrowed)


def borrowing(checks: Sequence[str]) -> Text | None:
    """Checks that were seen failing in another case only, for a statement; nothing where there are none."""
    return _told(
        checks,
        *sentences.FAILED_ELSEWHERE(),
    )


def _asker(name: str, suite: Suite) -> str:
    """A case that asks what a check asks and where the suite's proof has it failing; the first by name."""
    asked = suite.question(name)
    return next((each.rpartition(":")[0] for each in sorted(suite.fails) if suite.question(each) == asked), "")


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
        *sentences.PARTLY_DECIDED(clauses=len(clauses), names=len(names), shown=shown),
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
