"""A standby source takes a meter's place after ten seconds of silence, and gives it back (ruling R-12).

Leaves when a meter is polled to `poller` and what a change of the source means for counters to processing.

The rule. Silence begins with the last valid reply if the meter is polled every 5 s or faster, otherwise at the due time
of the first poll without a valid reply; damaged answers and exceptions are silence. After 10 s of it the standby is
asked, for the slot in hand, and from then on at every slot. The meter is still asked behind it; after three slots in a
row with a valid reply, or as soon as it answers where the standby does not, its own readings count again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from reference_terminal.acquisition.driver import Driver
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.seams import seam
from reference_terminal.model.times import floor_s
from reference_terminal.settings.meters import MeterConfig

SILENCE_S = 10.0
FAST_PERIOD_S = 5
RETURNS_AFTER = 3
_MARGIN_S = 0.4
"""Within the window of a second (R-12): a poll that is under way at the tenth second may still bring a valid reply."""


class StandbySink(Protocol):
    """Where readings and changes of the source go."""

    def accept(self, meter: int, readings: Sequence[Reading]) -> None:
        """Take the readings of one meter at one slot."""
        ...

    def switched(self, meter: int, standby: str, silent_s: float) -> None:
        """Take note that a standby has taken a meter's place after so many seconds of silence."""
        ...

    def returned(self, meter: int, standby: str) -> None:
        """Take note that a meter's own readings count again."""
        ...


class Standby:
    """One meter's standby: when it takes over, and its readings in the order of the meter's points."""

    def __init__(
        self,
        meter: int,
        main: MeterConfig,
        first_point: int,
        config: MeterConfig,
        driver: Driver,
        clock: WallClock,
        sink: StandbySink,
    ) -> None:
        self.config = config
        self.active = False
        self._meter = meter
        self._main = main
        self._first_point = first_point
        self._driver = driver
        self._clock = clock
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        self._places = [
            next((at for at, point in enumerate(config.points) if point.id == wanted.id), None)
            for wanted in main.points
        ]
        self._last_valid_s = self._loop.time()
        self._silent_from_s: float | None = None
        self._replies = 0
        self._served_s = -1
        self._asked: asyncio.Task[list[Reading]] | None = None
        self._pending: list[Reading] = []
        self._changed = asyncio.Event()

    # What the meter itself does

    def heard(self, readings: Sequence[Reading], due_s: float) -> None:
        """The meter's own readings at one slot that was due at `due_s` (loop time), while it counts."""
        self.settle()
        if is_valid(readings):
            self._last_valid_s = self._loop.time()
            self._silent_from_s = None
            self._sink.accept(self._meter, readings)
            return
        if self._silent_from_s is None:
            self._silent_from_s = self._last_valid_s if self._main.period_s <= FAST_PERIOD_S else due_s
            self._changed.set()
        self._pending = list(readings)

    def settle(self) -> None:
        """The slot that a standby might still have served is over: what the meter brought is what counts."""
        pending, self._pending = self._pending, []
        if pending:
            self._sink.accept(self._meter, pending)

    @seam
    def left_s(self) -> float | None:
        """Seconds until the standby takes over; None while the meter is not silent."""
        return None if self._silent_from_s is None else self._silent_from_s + SILENCE_S + _MARGIN_S - self._loop.time()

    # Taking over

    async def run(self) -> None:
        """Watch for silence until cancelled."""
        try:
            while True:
                left_s = None if self.active else self.left_s()
                if left_s is None:
                    self._changed.clear()
                    await self._changed.wait()
                elif left_s > 0:
                    await asyncio.sleep(left_s)
                else:
                    await self._take_over()
        finally:
            if self._asked is not None:
                self._asked.cancel()
            self._driver.carrier.close()

    async def _take_over(self) -> None:
        began_s = self._last_valid_s if self._silent_from_s is None else self._silent_from_s
        silent_s = self._loop.time() - began_s
        self.active, self._replies, self._silent_from_s = True, 0, None
        slot_s = floor_s(self._clock.now_s(), self._main.period_s)
        if self._pending and self._pending[0].slot_s == slot_s:
            self._pending = []
        self.settle()
        self._served_s = slot_s
        self._sink.switched(self._meter, self.config.id, silent_s)
        self._sink.accept(self._meter, await self.read(slot_s))

    async def read(self, slot_s: int | None) -> list[Reading]:
        """The standby's readings for the meter's points; a point it does not have was not read."""
        async with self._driver.carrier.bus:
            poll = await self._driver.read(slot_s, self._clock, 1)
        made: list[Reading] = []
        for number, place in enumerate(self._places):
            if place is None:
                stamp = poll.readings[0]
                made.append(Reading(0, stamp.slot_s, stamp.at_ms, None, "", reading.BAD, reading.MISSED))
            else:
                made.append(poll.readings[place])
            made[-1].point = self._first_point + number
            made[-1].source = self.config.id
        return made

    async def stand_in(self, slot_s: int, ask_meter: Callable[[], Coroutine[Any, Any, list[Reading]]]) -> None:
        """One slot while the standby is in place: its readings count, and the meter is asked whether it is back.

        The meter is asked beside, so that its silence does not take the standby's time.
        """
        if slot_s <= self._served_s:
            return
        self._served_s = slot_s
        readings = await self.read(slot_s)
        self._sink.accept(self._meter, readings)
        if self._asked is not None and self._asked.done():
            own = [] if self._asked.cancelled() else self._asked.result()
            self._replies = self._replies + 1 if is_valid(own) else 0
            if self._replies >= RETURNS_AFTER or (self._replies and not is_valid(readings)):
                self._give_back()
                return
        if self._asked is None or self._asked.done():
            self._asked = self._loop.create_task(ask_meter())

    def _give_back(self) -> None:
        self.active, self._asked = False, None
        self._last_valid_s = self._loop.time()
        self._sink.returned(self._meter, self.config.id)


def is_valid(readings: Sequence[Reading]) -> bool:
    """Whether a meter replied: with contents, be they usable or not; refusals and damaged answers have none."""
    return any(reading.raw for reading in readings)
