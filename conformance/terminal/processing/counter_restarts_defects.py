# pyright: reportPrivateUsage=false
"""Defects of counters at a restart: what was known of a roll-over, a reset or a replacement is lost with the power."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.model.rows import Replacement
from reference_terminal.processing.counter import CounterTracker
from reference_terminal.processing.interval import Boundary, Open
from reference_terminal.processing.pipeline import Pipeline, PointState
from reference_terminal.storage.store import Store


@defect(
    "roll-over-forgotten-at-restart",
    en="after a restart a counter goes on from its register, as if it had never passed full scale",
    zh="重启后以表计示数为累计起点，遗忘此前的满度回零",
    clauses=("csmt/8.2.2a", "csmt/8.2.2b", "csmt/8.2.1b"),
)
def roll_over_forgotten_at_restart(patch: Patch) -> None:
    """The last reading is kept, the running total is not."""
    whole = CounterTracker.restore

    def restore(self: CounterTracker, value: Decimal, slot_s: int, total: Decimal) -> None:
        del total
        whole(self, value, slot_s, value)

    patch(CounterTracker, "restore", restore)


@defect(
    "reset-forgotten-at-restart",
    en="after a restart the period in which a counter was reset counts as whole",
    zh="重启后遗忘本时段内的复位，按完整时段计量",
    clauses=("isc-2/7.2.3-B(3)b",),
)
def reset_forgotten_at_restart(patch: Patch) -> None:
    """That a period was broken is a mark in memory."""
    patch(Pipeline, "_restore_break", lambda self, state, opened, last_s: None)


@defect(
    "replacement-kept-in-memory",
    en="a replacement that was entered is lost with the power if no reading followed it yet",
    zh="登记换表后未及读数即断电时，登记丢失",
    clauses=("csmt/8.2.1a",),
)
def replacement_kept_in_memory(patch: Patch) -> None:
    """It is written down once it has been used."""
    keeps, whole = Store.keep_replacement, Pipeline.replace

    def keep(self: Store, entry: Replacement) -> None:
        if entry.used:
            keeps(self, entry)

    def replace(self: Pipeline, entry: Replacement) -> bool:
        done = whole(self, entry)
        self.by_id[entry.point].replacements.append(entry)
        return done

    patch(Store, "keep_replacement", keep)
    patch(Pipeline, "replace", replace)


@defect(
    "opening-taken-anew-at-restart",
    en="after a restart every open period begins with the last reading before it",
    zh="重启后未结时段以断电前最后读数作为起点",
    clauses=("isc-2/7.3d", "csmt/8.2.1d", "csmt/8.2.1b"),
)
def opening_taken_anew_at_restart(patch: Patch) -> None:
    """What was read on the boundary is not looked for."""
    whole = Pipeline._restore_span

    def restored(self: Pipeline, state: PointState, span: Any, last_s: int, *, fresh: bool) -> None:
        whole(self, state, span, last_s, fresh=fresh)
        opened: Open = state.builder.open[-1]
        tracker = state.tracker
        if tracker is not None and tracker.value is not None and opened.opening is not None:
            opened.opening = Boundary(str(tracker.value), tracker.total)

    patch(Pipeline, "_restore_span", restored)


@defect(
    "replacement-after-its-second-only",
    en="a replacement entered for the very second of a reading is overlooked",
    zh="换表时刻与采集时刻为同一秒时，忽略该换表登记",
    clauses=("csmt/8.2.1a",),
)
def replacement_after_its_second_only(patch: Patch) -> None:
    """A change of the meter has to lie before a reading, and not at it."""

    def replacement_for(self: Pipeline, state: PointState, tracker: CounterTracker, slot_s: int) -> Any:
        found = whole(self, state, tracker, slot_s)
        return None if found is None or found.at_s == slot_s else found

    whole = patch(Pipeline, "replacement_for", replacement_for)


@defect(
    "replacement-used-again-after-restart",
    en="a replacement that has been counted counts once more after a restart",
    zh="已计入的换表登记在重启后重复计入",
    clauses=("csmt/8.2.1a",),
)
def replacement_used_again_after_restart(patch: Patch) -> None:
    """That it was used is known in memory alone."""

    def use(self: Pipeline, state: PointState, entry: Any) -> None:
        state.replacements.remove(entry)

    patch(Pipeline, "_use", use)
