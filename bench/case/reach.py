"""What a product with certain answers can have judged: the cases it runs, and the checks and clauses they decide.

Leaves the answers to profiles and the ledger's entries to conformance/clauses. Everything here is computed from what
cases declare (R-46).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from bench.case.declaration import Case, Evidence, Rig, binding, ways_of


def decided(case: type[Case], claimed: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The checks that a product with these answers of yes can have decided in a case, each with its clauses.

    Empty for a case that it cannot run.
    """
    if any(not any(way in claimed for way in ways_of(need)) for need in binding(case.needs)):
        return {}
    absent = [need for need in case.needs if isinstance(need, Evidence) and need.question not in claimed]
    clauses = {criterion.id: decides for criterion, decides in case.checks.items()}
    for need in absent:
        for missing, instead in need.instead.items():
            if missing in clauses and instead in clauses:
                clauses[instead] = tuple(dict.fromkeys((*clauses[instead], *clauses[missing])))
    return {name: decides for name, decides in clauses.items() if not any(need.decides(name) for need in absent)}


def runs(case: type[Case], claimed: Collection[str]) -> bool:
    """Whether a case tells such a product something: a check that decides a clause, or any where none does."""
    found = decided(case, claimed)
    judging = any(case.checks.values())
    return any(found.values()) if judging else bool(found)


@dataclass(frozen=True)
class Reach:
    """Of one kind of product: ids of the cases that it runs, and of the clauses that they decide."""

    cases: tuple[str, ...]
    clauses: frozenset[str]


def reach(cases: Mapping[str, type[Case]], claimed: Collection[str], rig: Rig = Rig.ANY) -> Reach:
    """What a product with these answers can have judged in any of some rigs."""
    run = {name: case for name, case in cases.items() if case.rigs & rig and runs(case, claimed)}
    clauses = {clause for case in run.values() for decides in decided(case, claimed).values() for clause in decides}
    return Reach(tuple(run), frozenset(clauses))


def questions(cases: Iterable[type[Case]]) -> frozenset[str]:
    """Every question that a case asks of the capability statement."""
    return frozenset(way for case in cases for need in case.needs for way in ways_of(need))
