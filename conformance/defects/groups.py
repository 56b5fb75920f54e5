"""Which defects the quick proof plants at once, and with which case: `prove --record` wrote it.

Leaves finding them to bench.commands. The file `conformance/groups.json` is made by the machine and never by hand. It
places defects of virtual time in one case each; those of a group were planted together once, and every check that any
of them fails alone was seen failing, no other. Which checks are whose says the suite's proof.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import msgspec

from conformance.defects.proof import Flips, read_made

GROUPS = Path(__file__).resolve().parents[1] / "groups.json"
FORMAT = "carbonbench-groups/1"

Member = tuple[str, ...]
"""The defects of a group, sorted; one of a single defect is tried alone."""


class Groups(msgspec.Struct, frozen=True):
    """The file: by case the groups that are tried with it."""

    format: str = FORMAT
    groups: dict[str, tuple[Member, ...]] = {}

    def placed(self) -> dict[str, str]:
        """The case that each defect is tried with."""
        return {defect: case for case, groups in self.groups.items() for group in groups for defect in group}


def read_groups(path: Path = GROUPS) -> Groups:
    """What goes together; nothing where there is no file. Raises ProofError."""
    return read_made(path, Groups, "prove --record")


def write_groups(groups: Groups, path: Path = GROUPS) -> None:
    """Put them in their file, whole or not at all."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(groups), indent=1) + b"\n")
    fresh.replace(path)


def ordered(groups: Iterable[tuple[str, Iterable[str]]]) -> Groups:
    """The file of these groups, each with its case."""
    found: dict[str, list[Member]] = {}
    for case, group in groups:
        found.setdefault(case, []).append(tuple(sorted(group)))
    return Groups(groups={case: tuple(sorted(each)) for case, each in sorted(found.items())})


def disjoint(case: str, group: Collection[str], flips: Flips) -> bool:
    """Whether each of them is known to fail a check of the case, and no check is failed by two."""
    checks = [set(flips.get(defect, {}).get(case, ())) for defect in group]
    return all(checks) and sum(map(len, checks)) == len(set[str]().union(*checks))


def unfit(groups: Groups, flips: Flips) -> list[str]:
    """A sentence for all that these groups say and the proof does not; what they leave out is tried alone."""
    found = [
        f"{GROUPS.name}: {case}: {' + '.join(group)} do not fail checks of their own / 所致失败的检查不可区分"
        for case, by_case in groups.groups.items()
        for group in by_case
        if not disjoint(case, group, flips)
    ]
    every = sorted(defect for by_case in groups.groups.values() for group in by_case for defect in group)
    twice = [one for one, other in pairwise(every) if one == other]
    return found + [f"{GROUPS.name}: {name} is placed twice / 重复" for name in twice]


def seen(groups: Groups, flips: Flips) -> dict[tuple[str, str], list[str]]:
    """By case and check that the quick proof sees failing the defects that bring it down there."""
    found: dict[tuple[str, str], list[str]] = {}
    for defect, case in groups.placed().items():
        for check in flips.get(defect, {}).get(case, ()):
            found.setdefault((case, check), []).append(defect)
    return found


def unseen(old: Groups, before: Flips, new: Groups, after: Flips) -> list[str]:
    """A sentence for each check that the quick proof saw failing by the old groups and does not by the new ones."""
    now, places = seen(new, after), new.placed()
    rest: Mapping[tuple[str, str], None] = {
        (case, check): None for cases in after.values() for case, checks in cases.items() for check in checks
    }
    found: list[str] = []
    for (case, check), by in sorted(seen(old, before).items()):
        if (case, check) not in now:
            where = ", ".join(f"{defect} → {places.get(defect, '-')}" for defect in sorted(by))
            en, zh = (
                ("the whole proof does", "完整证明仍可见") if (case, check) in rest else ("nothing does", "均不可见")
            )
            found.append(
                f"make test no longer sees {case}:{check} failing, {en} ({where}) / 快速证明不再见其失败，{zh}"
            )
    return found
