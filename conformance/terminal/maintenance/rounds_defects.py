# pyright: reportPrivateUsage=false
"""Defects of rounds of inspection: a timetable that a restart clears, blind, rare, forgetful, endless rounds."""

from __future__ import annotations

from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.operations.rounds import Rounds
from reference_terminal.web.state import StateApi

_INSPECTION = ("isc-2/8.2a", "csmt/10.6.2a")


@defect("rounds-plan-cleared", en="a restart clears the timetable", zh="重启后巡检计划丢失", clauses=_INSPECTION)
def plan_cleared(patch: Patch) -> None:
    """It was a variable."""
    plans: dict[int, int] = {}

    def set_plan(self: Rounds, every_min: int, author: str) -> bool:
        plans[id(self)] = every_min
        return own(self, every_min, author)

    def every(self: Rounds) -> int:
        return plans.get(id(self), 0)

    own = patch(Rounds, "set", set_plan)
    patch(Rounds, "every_min", property(every))


@defect("rounds-see-nothing", en="rounds see no alarm", zh="巡检不含告警", clauses=_INSPECTION)
def see_nothing(patch: Patch) -> None:
    """The machine is well."""

    def make(self: Rounds, now_s: int) -> None:
        look = self._look
        self._look = lambda: (look()[0], [])
        try:
            own(self, now_s)
        finally:
            self._look = look

    own = patch(Rounds, "make", make)


@defect("rounds-at-half-the-pace", en="every other round is left out", zh="巡检隔次执行", clauses=_INSPECTION)
def half_the_pace(patch: Patch) -> None:
    """There is so much to do."""

    def due(self: Rounds, made_s: int) -> int | None:
        found = own(self, made_s)
        return None if found is None else found + 60 * self.every_min

    own = patch(Rounds, "due_s", due)


@defect("rounds-in-memory", en="rounds are kept in memory", zh="巡检记录仅保存在内存", clauses=_INSPECTION)
def in_memory(patch: Patch) -> None:
    """They are small."""
    kept: dict[int, int] = {}

    def make(self: Rounds, now_s: int) -> None:
        if id(self) not in kept:
            kept[id(self)] = len(own_told(self))
        own(self, now_s)

    def told(self: Rounds) -> list[dict[str, Any]]:
        every = own_told(self)
        return every[: len(every) - kept.get(id(self), len(every))]

    own = patch(Rounds, "make", make)
    own_told = patch(Rounds, "told", told)


@defect("rounds-without-end", en="rounds go on without a timetable", zh="取消计划后仍巡检", clauses=_INSPECTION)
def without_end(patch: Patch) -> None:
    """Zero is no interval."""

    def due(self: Rounds, made_s: int) -> int | None:
        found = own(self, made_s)
        return found if found is not None or not self.told() else made_s + 300

    own = patch(Rounds, "due_s", due)


@defect(
    "rounds-end-in-an-error",
    en="whoever looks at rounds that were made gets an error of the terminal's own",
    zh="有巡检记录时，查看巡检记录返回终端自身错误",
    clauses=_INSPECTION,
)
def end_in_an_error(patch: Patch) -> None:
    """They are kept in another form than they are read."""

    def inspections(self: StateApi, query: dict[str, str]) -> Any:
        if self._terminal.rounds.told():
            raise KeyError("number")
        return own(self, query)

    own = patch(StateApi, "inspections", inspections)
