"""The daily upload window of a centre (ruling R-13): when it opens, what may leave in it, orders to send at once.

Leaves who set the time to `settings`: the last accepted setting, the operator's or the platform's, is in force.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.model.times import DAY_S, floor_s
from reference_terminal.settings.centre_parameters import CentreSettings
from reference_terminal.settings.centres import WINDOW_MIN, day_times_s
from reference_terminal.storage.outbox import Outbox

_ORDER_S = WINDOW_MIN * 60
_LOOK_S = 60


class DailyWindow:
    """Open for an hour from each set time of day; what ended by the last midnight before its opening may leave.

    With several reports a day (CSMT 7.5) what ended by the opening itself may leave, but for an energy platform's sets
    of whole days.
    An order by hand opens it for an hour at once, for everything that waits.
    """

    def __init__(self, settings: CentreSettings, outbox: Outbox, clock: WallClock) -> None:
        self._settings = settings
        self._outbox = outbox
        self._clock = clock
        self._ordered_s = -_ORDER_S
        self._known_s = self.opening_s(clock.now_s())
        self.opened: list[Callable[[], None]] = []
        outbox.window = self

    def opening_s(self, now_s: int) -> int:
        """When the latest window at or before `now_s` opened."""
        midnight_s = floor_s(now_s, DAY_S)
        times = self._times_s()
        passed = [midnight_s + at_s for at_s in times if midnight_s + at_s <= now_s]
        return passed[-1] if passed else midnight_s + times[-1] - DAY_S

    @seam
    def _times_s(self) -> tuple[int, ...]:
        return day_times_s(self._settings.upload_time) or (0,)

    @seam
    def is_open(self, now_s: int) -> bool:
        """See `storage.outbox.Window`."""
        return now_s - self.opening_s(now_s) < WINDOW_MIN * 60 or self.is_ordered(now_s)

    def is_ordered(self, now_s: int) -> bool:
        """Whether an order to send at once is in force."""
        return 0 <= now_s - self._ordered_s < _ORDER_S

    def border_s(self, now_s: int) -> int:
        """See `storage.outbox.Window`."""
        if self.is_ordered(now_s):
            return now_s
        opening_s = self.opening_s(now_s)
        often = len(self._times_s()) > 1 and self._settings.protocol == "hj212"
        return opening_s if often else floor_s(opening_s, DAY_S)

    def order(self) -> None:
        """Send now what waits (CSMT 7.5: manual upload)."""
        self._ordered_s = self._clock.now_s()
        self._open()

    def replan(self) -> None:
        """The time of the window was changed: the next opening is another one."""
        now_s = self._clock.now_s()
        self._known_s = self.opening_s(now_s)
        self._outbox.wake()
        asyncio.get_running_loop().call_later(self._next_s(now_s) - now_s + 0.001, self._look)

    def _next_s(self, now_s: int) -> int:
        midnight_s = floor_s(now_s, DAY_S)
        coming = [midnight_s + at_s for at_s in self._times_s() if midnight_s + at_s > now_s]
        return coming[0] if coming else midnight_s + DAY_S + self._times_s()[0]

    def _open(self) -> None:
        for listener in self.opened:
            listener()
        self._outbox.wake()

    def _look(self) -> None:
        """Tell of an opening that has come since the last look."""
        now_s = self._clock.now_s()
        opening_s = self.opening_s(now_s)
        if opening_s != self._known_s:
            self._known_s = opening_s
            if self.is_open(now_s):
                self._open()

    async def run(self) -> None:
        """Wake the streams whenever the window opens; runs until cancelled."""
        while True:
            self._look()
            now_s = self._clock.now_s()
            await self._clock.sleep_until_or_step(min(self._next_s(now_s), now_s + _LOOK_S) * 1000)
