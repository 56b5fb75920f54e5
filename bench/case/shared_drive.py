"""One drive whose history several cases are judged from: what takes days in real time is waited for once.

Leaves running it to `bench.together` and what is asked of the history to the cases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, ClassVar

from bench.case.declaration import Case, Finding, Need

if TYPE_CHECKING:
    from bench.history import History
    from bench.layout.scenario import Scenario


class SharedDrive(Case):
    """A world and a drive in which every case of `judged` finds what it would have stimulated itself.

    It has no checks of its own. `world` is the scenario for the cases that are `wanted` in a run: those that are
    selected and that the product can run. A step that only one of them needs is left out without it.
    """

    judged: ClassVar[tuple[type[Case], ...]] = ()
    wanted: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def world(cls, wanted: Collection[str]) -> Scenario:
        """What stands on the bench for these cases (ids)."""
        return cls.scenario

    def wants(self, case: type[Case]) -> bool:
        """Whether this case is to be judged from the history."""
        return case.id() in self.wanted

    def judge(self, history: History) -> Iterator[Finding]:
        """Nothing: the cases judge."""
        return iter(())


def shared_by(drive: type[SharedDrive], wanted: Collection[str]) -> type[SharedDrive]:
    """The drive as it goes for the wanted ones of its cases: with their world, needs, notices and captures."""
    cases = [case for case in drive.judged if case.id() in wanted]
    needs: list[Need] = []
    for need in (need for case in cases for need in case.needs):
        if need not in needs:
            needs.append(need)
    made: dict[str, object] = {
        "__module__": drive.__module__,
        "__doc__": drive.__doc__,
        "wanted": frozenset(wanted),
        "needs": tuple(needs),
        "notices": tuple(dict.fromkeys(notice for case in cases for notice in case.notices)),
        "capture": any(case.capture for case in cases),
        "scenario": drive.world(wanted),
    }
    return type(drive.__name__, (drive,), made)
