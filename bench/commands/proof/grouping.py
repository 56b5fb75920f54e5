"""Finds which defects may be planted at once in one case, so that one drive shows what each of them fails alone.

Leaves running drives to `prove` and the file to `conformance.defects.groups`. Defects of one case whose known flips are
disjoint are put together and tried; what one of them hides of another, or what brings the reference down, takes them
apart again. What was found is tried no more until a member of the group is recorded anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bench.case import CaseResult
from bench.commands.proof.pairs import Group
from bench.commands.proof.proof_rounds import GroupShown, group_shown
from conformance.defects.groups import Groups, disjoint, ordered
from conformance.defects.proof import Flips

WORTH_S = 0.15
"""Seconds of a case's drive below which a defect is tried alone: there is little to save."""
_CHEAPER = 0.8
"""A defect that stands alone moves to a case that takes no more than this part of what its own takes."""

Run = Callable[[Sequence[Group]], Sequence[tuple[Group, CaseResult]]]


@dataclass(frozen=True)
class Costs:
    """Seconds by case with the sound reference, and by defect and case of pairs that have run.

    Some defects make a drive many times as dear as its case is without one.
    """

    cases: Mapping[str, float]
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])

    def of(self, name: str, case: str, unknown: float = 0.0) -> float:
        """What a defect takes alone in a case, as far as is known."""
        return max(self.cases.get(case, unknown), self.pairs.get((name, case), 0.0))


def to_place(old: Groups, before: Flips, flips: Flips, recorded: Collection[str], costs: Costs) -> set[str]:
    """Which of the recorded defects need another place than they have.

    They have none, fail other checks there than `before`, or stand there alone while a case that is cheaper finds them.
    """
    places = old.placed()
    alone = {group[0] for groups in old.groups.values() for group in groups if len(group) == 1}

    def moves(name: str) -> bool:
        place, found = places.get(name, ""), flips.get(name, {})
        if not place or found.get(place) != before.get(name, {}).get(place):
            return True
        known = [costs.of(name, case) for case, checks in found.items() if checks and case in costs.cases]
        return name in alone and place in costs.cases and min(known) <= costs.of(name, place) * _CHEAPER

    return {name for name in recorded if any(flips.get(name, {}).values()) and moves(name)}


@dataclass(frozen=True)
class _Candidate:
    """A group to try; `kept` is the one that is known to hold and that it widens, empty where it is new."""

    case: str
    members: frozenset[str]
    kept: frozenset[str] = frozenset()


def _holding(case: str, members: Iterable[str]) -> _Candidate:
    whole = frozenset(members)
    return _Candidate(case, whole, whole)


@dataclass
class Regrouping:
    """One search: what is known before it, and what it has found so far.

    `flips` are what each defect fails alone, `never` the defects that are always tried alone.
    """

    flips: Flips
    costs: Costs
    never: Collection[str] = ()
    _held: list[_Candidate] = field(default_factory=list[_Candidate])
    _met: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """By defect those beside which it was not seen."""

    def again(self, old: Groups, loose: Collection[str], run: Run, doubtful: Collection[str] = ()) -> Groups:
        """Place the loose defects, and those whose groups they leave; other groups stay as they are.

        Where a group has a loose member it is tried again, as are those that the loose ones join and those of the
        `doubtful` cases. What the proof knows no more has no place.
        """
        self._held = [
            _Candidate(case, frozenset(group)) if case in doubtful else _holding(case, group)
            for case, groups in old.groups.items()
            for group in groups
            if not {*loose} & {*group} and disjoint(case, group, self.flips)
        ]
        known = {name for name, cases in self.flips.items() if any(cases.values())}
        placed = set(chain.from_iterable(each.members for each in self._held))
        mine = ({*loose} | old.placed().keys()) & known - placed
        candidates = self._planned(mine, old.placed(), {*loose})
        spare = self._search(candidates, run)
        left = self._search(self._second(spare), run)
        self._held += [_holding(case, {name}) for case, name in left]
        return ordered((each.case, each.members) for each in self._held)

    def _search(self, candidates: list[_Candidate], run: Run) -> list[tuple[str, str]]:
        """Try candidates and what is left of them until all that is left holds; gives the defects left alone."""
        spare: list[tuple[str, str]] = []
        while candidates:
            by_group = {Group(tuple(sorted(each.members)), each.case): each for each in candidates}
            dearest = sorted(by_group, key=lambda group: -self.costs.cases.get(group.case, 0.0))
            candidates = []
            for group, result in run(dearest):
                shown = group_shown(group, result, self.flips)
                if shown.holds:
                    self._held.append(_holding(group.case, by_group[group].members))
                    continue
                for part in self._parts(by_group[group], shown):
                    if len(part) > 1:
                        candidates.append(_Candidate(group.case, part))
                    else:
                        spare += [(group.case, name) for name in part]
        return spare

    def _parts(self, candidate: _Candidate, shown: GroupShown) -> list[frozenset[str]]:
        """What is tried of a group that does not hold: those that were seen apart from those that were not, or halves.

        A group that it widens is held again, and the newcomers are by themselves.
        """
        members, short = candidate.members, frozenset(shown.short)
        for name in short or members:
            self._met.setdefault(name, set()).update(members - {name})
        if candidate.kept:
            self._held.append(_holding(candidate.case, candidate.kept))
            return [members - candidate.kept]
        if shown.down or shown.besides or not short or short == members:
            whole = sorted(members)
            half = len(whole) // 2
            return [frozenset(whole[:half]), frozenset(whole[half:])]
        return [members - short, short]

    def _planned(self, names: Collection[str], places: Mapping[str, str], loose: Collection[str]) -> list[_Candidate]:
        """Groups to try for these defects; those that are not worth it, or fit nowhere, are held alone.

        Defects that have no choice come first, those with many flips before the others, so that few groups do. One that
        has a choice goes to its cheapest case where no other shows all that it fails there. One that only lost its
        fellows stays in its case, and widens no group that holds.
        """
        found, self._held = self._held, []
        options = {name: self._options(name, "" if name in loose else places.get(name, "")) for name in names}

        def least_free(name: str) -> tuple[int, int, str]:
            return len(options[name]), -len(self.flips[name][options[name][0]]), name

        seen = {(each.case, check) for each in found for one in each.members for check in self.flips[one][each.case]}
        for name in sorted(names, key=least_free):
            cases = [case for case in options[name] if self.costs.of(name, case, WORTH_S) >= WORTH_S]
            cheapest = options[name][0]
            if not {(cheapest, check) for check in self.flips[name][cheapest]} <= seen:
                cases = cases[: cheapest in cases]
            if name in self.never or cheapest not in cases:
                found.append(_holding(cheapest, {name}))
                place = cheapest
            elif not (place := self._joins(name, cases, found, widens=name in loose)):
                found.append(_Candidate(cheapest, frozenset({name})))
                place = cheapest
            seen |= {(place, check) for check in self.flips[name][place]}
        return self._to_try(found)

    def _second(self, spare: Sequence[tuple[str, str]]) -> list[_Candidate]:
        """Those that were left alone once more, each with a group of its case beside none of which it was unseen."""
        found, self._held = self._held, []
        for case, name in spare:
            if not self._joins(name, [case], found, widens=True):
                found.append(_holding(case, {name}))
        return self._to_try(found)

    def _options(self, name: str, place: str) -> list[str]:
        """Cases that a defect may be tried with, the cheapest first; only its place where it has one."""
        proven = [case for case, checks in self.flips[name].items() if checks]
        if place in proven:
            return [place]
        known = [case for case in proven if case in self.costs.cases] or proven
        return sorted(known, key=lambda case: (self.costs.of(name, case), case))

    def _joins(self, name: str, cases: Sequence[str], found: list[_Candidate], *, widens: bool) -> str:
        """Put a defect into the first group of these cases that it fits; gives the case, empty where it fits none."""
        apart = {*self._met.get(name, ()), *self.never}
        for case in cases:
            for number, each in enumerate(found):
                fits = each.case == case and (widens or not each.kept) and not each.members & apart
                if fits and disjoint(case, each.members | {name}, self.flips):
                    found[number] = _Candidate(case, each.members | {name}, each.kept)
                    return case
        return ""

    def _to_try(self, found: Iterable[_Candidate]) -> list[_Candidate]:
        """Those that are not known to hold; the others are held."""
        left: list[_Candidate] = []
        for each in found:
            if each.members == each.kept or len(each.members) == 1:
                self._held.append(_holding(each.case, each.members))
            else:
                left.append(each)
        return left
