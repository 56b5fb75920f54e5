"""Rounds of inspection (巡检) by a timetable that was set from afar: what was wrong at each, kept (ISC-2 8.2; R-41).

Leaves what is looked at to whoever puts the terminal together. Rounds begin at multiples of the interval since midnight
by the terminal's clock, UTC+8; one that fell into lost power is not made up for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.model.times import floor_s, iso
from reference_terminal.operations import messages
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

SCOPE, _PLAN = "inspection", "every_min"
_KEPT_IN = "terminal"
"""No configuration: a backup that is restored does not bring former rounds back."""
SHORTEST_MIN, LONGEST_MIN = 1, 1440
MOST = 200
"""So many rounds are kept, the latest."""


class Fault(msgspec.Struct, frozen=True):
    """An alarm that stood at a round: its kind, whose it is, and its sentences."""

    kind: str
    subject: str
    en: str
    zh: str


class Round(msgspec.Struct, frozen=True):
    """One round: when it was made, the figures that were seen, and what was wrong."""

    number: int
    at: str
    figures: dict[str, float | None]
    wrong: list[Fault]


class Rounds:
    """Makes rounds while there is a timetable; `look` gives the figures of the machine and what is wrong."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        clock: WallClock,
        look: Callable[[], tuple[dict[str, float | None], list[Fault]]],
    ) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._look = look
        self._changed = asyncio.Event()

    @property
    @seam
    def every_min(self) -> int:
        """Minutes between rounds; 0: none are made."""
        return int(self._store.setting(SCOPE, _PLAN) or 0)

    def set(self, every_min: int, author: str) -> bool:
        """Set the timetable; False if the store cannot be written."""
        before = self.every_min

        def gather() -> None:
            self._store.keep_setting(SCOPE, _PLAN, str(every_min))
            self._journal.event(
                messages.ROUNDS_SET, "inspection", author=author, before=str(before), after=str(every_min)
            )

        kept = self._store.attempt(gather)
        self._changed.set()
        return kept

    async def run(self) -> None:
        """Make a round whenever one is due, until cancelled."""
        loop = asyncio.get_running_loop()
        made_s = self._clock.now_s()
        while True:
            self._changed.clear()
            changed = loop.create_task(self._changed.wait())
            waits: list[asyncio.Task[Any]] = [changed]
            due_s = self.due_s(made_s)
            if due_s is not None:
                waits.append(loop.create_task(self._clock.sleep_until(due_s * 1000)))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waits:
                    each.cancel()
            made_s = self._clock.now_s()
            if not changed.done() and due_s is not None:
                self.make(made_s)

    @seam
    def due_s(self, made_s: int) -> int | None:
        """When the round after an instant is due; None without a timetable."""
        step_s = self.every_min * 60
        return None if not step_s else floor_s(made_s, step_s) + step_s

    @seam
    def make(self, now_s: int) -> None:
        """Make a round now and keep it; one that cannot be written is lost, and the next one tried."""
        figures, wrong = self._look()
        number = int(self._store.setting(_KEPT_IN, "rounds") or 0) + 1
        made = Round(number, iso(now_s), figures, wrong)

        def gather() -> None:
            self._store.keep_setting(_KEPT_IN, "rounds", str(number))
            self._store.keep_setting(_KEPT_IN, f"round {number % MOST}", msgspec.json.encode(made).decode())
            self._journal.event(messages.ROUND, "inspection", count=str(len(wrong)))

        self._store.attempt(gather)

    def told(self) -> list[dict[str, Any]]:
        """The rounds that are kept, the latest first."""
        rows = [text for name, text in self._store.settings(_KEPT_IN).items() if name.startswith("round ")]
        found = [msgspec.json.decode(text, type=Round) for text in rows]
        return [
            {
                "number": each.number,
                "at": each.at,
                **each.figures,
                "wrong": [msgspec.structs.asdict(fault) for fault in each.wrong],
            }
            for each in sorted(found, key=lambda each: -each.number)
        ]
