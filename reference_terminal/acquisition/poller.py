"""Polling every meter of one gateway on the wall grid, surviving steps of the clock (rulings R-10, R-11).

Leaves what readings mean to processing. A slot is a grid instant of a meter's period; each is read at most once, a slot
that could not be read in time is reported as missed with its cause.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from reference_terminal.acquisition.collectors import slots
from reference_terminal.acquisition.driver import Carrier, Driver
from reference_terminal.acquisition.standby import Standby
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.seams import seam
from reference_terminal.model.times import floor_s
from reference_terminal.settings.meters import MeterConfig

_DEGRADED_AFTER = 3
"""Failed polls in a row after which a meter gets no retries any more, so that it does not starve its neighbours."""


_USUAL_S = 0.2
"""What a poll is taken to need before there has been one."""
_LEAST_WAIT_S = 0.2
"""A meter is given at least so long, however short of time its line is."""
_SHARE = 0.9
"""How much of the time that is left may be waited away: what neighbours need is known to the millisecond at best."""


class Sink(Protocol):
    """Where readings go."""

    def accept(self, meter: int, readings: Sequence[Reading]) -> None:
        """Take the readings of one meter at one slot."""
        ...

    def missed(self, meter: int, first_s: int, last_s: int, cause: str) -> None:
        """Take note that the slots from `first_s` to `last_s` of a meter were not read."""
        ...


Troubled = Callable[[str, Exception], None]
"""Hears of a meter by its name that could not be read or taken for a reason that nobody foresaw."""


class MeterPoller:
    """One meter: its next slot, and reading it once through its driver."""

    def __init__(self, number: int, config: MeterConfig, driver: Driver, retries: int, next_s: int) -> None:
        self.number = number
        self.config = config
        self.next_s = next_s
        self.failures = 0
        self.took_s = _USUAL_S
        self.standby: Standby | None = None
        self.faulty = False
        self._driver = driver
        self._retries = retries

    @property
    def patience_s(self) -> float:
        """How late a slot may still be read: 90 % of the period, at most 30 s."""
        return min(0.9 * self.config.period_s, 30.0)

    @property
    def degraded(self) -> bool:
        """Whether it has failed so often that it gets no retries and is asked after its neighbours."""
        return self.failures >= _DEGRADED_AFTER

    def slot_due(self, now_ms: int) -> int | None:
        """The slot to read now: the latest grid instant that has come, unless it is too late for it."""
        slot_s = floor_s(now_ms // 1000, self.config.period_s)
        return slot_s if now_ms - slot_s * 1000 <= self.patience_s * 1000 else None

    @seam
    def retries(self) -> int:
        """How often to repeat a request that brought no answer."""
        return 0 if self.degraded else self._retries

    async def read(self, slot_s: int | None, clock: WallClock, wait_s: float | None = None) -> list[Reading]:
        """Read all points once; `slot_s` None stamps them with the instant of the answer (reading on command)."""
        began_ms = clock.now_ms()
        retries = 0 if wait_s is not None else self.retries()
        poll = await self._driver.read(slot_s, clock, retries, wait_s)
        if poll.silent:
            self.failures += 1
        else:
            self.failures, self.took_s = 0, max(0.0, (clock.now_ms() - began_ms) / 1000)
        return poll.readings


class GatewayPoller:
    """All meters of one gateway or line, one request at a time; `troubled` hears of faults, else they end `run`."""

    def __init__(self, client: Carrier, meters: list[MeterPoller], clock: WallClock, sink: Sink) -> None:
        self.troubled: Troubled | None = None
        self._client = client
        self._meters = meters
        self._periods_s = tuple(dict.fromkeys([meter.config.period_s for meter in meters]))
        self._clock = clock
        self._sink = sink
        self._bus = client.bus
        self._steps = clock.steps
        self._stepped = False

    @property
    def name(self) -> str:
        """The meters it polls."""
        return ", ".join(meter.config.id for meter in self._meters[:3]) + (", …" if len(self._meters) > 3 else "")

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            while True:
                await self._clock.sleep_until_or_step(min(meter.next_s for meter in self._meters) * 1000)
                self._look_at_clock()
                # Who did not answer last time is asked after those who did.
                for meter in sorted(self._meters, key=lambda meter: meter.failures > 0):
                    if meter.next_s * 1000 <= self._clock.now_ms():
                        await self._poll_alone(meter)
        finally:
            self._client.close()

    def _look_at_clock(self) -> None:
        """After a step backwards go on with the grid of the new time instead of waiting for the old one."""
        self._stepped = self._clock.steps != self._steps
        self._steps = self._clock.steps
        now_s = self._clock.now_s()
        for meter in self._meters:
            if self.went_back(meter, now_s):
                meter.next_s = floor_s(now_s, meter.config.period_s) + meter.config.period_s

    @seam
    def went_back(self, meter: MeterPoller, now_s: int) -> bool:
        """Whether the meter's next slot lies more than a period ahead."""
        return meter.next_s - now_s > meter.config.period_s

    async def _poll_alone(self, meter: MeterPoller) -> None:
        """Poll one meter; whatever is wrong with it or its answer, its neighbours are polled as ever."""
        try:
            await self._poll(meter)
        except Exception as error:
            self._note(meter, error)

    def _note(self, meter: MeterPoller, error: Exception) -> None:
        """Tell of a fault, once as long as it lasts."""
        if self.troubled is None:
            raise error
        if not meter.faulty:
            meter.faulty = True
            self.troubled(meter.config.id, error)

    @seam
    async def _poll(self, meter: MeterPoller) -> None:
        period_s = meter.config.period_s
        now_ms = self._clock.now_ms()
        slot_s = meter.slot_due(now_ms)
        reached_s = floor_s(now_ms // 1000, period_s)
        last_missed_s = reached_s if slot_s is None else reached_s - period_s
        if last_missed_s >= meter.next_s:
            if meter.standby is not None:
                meter.standby.settle()
            self._sink.missed(meter.number, meter.next_s, last_missed_s, self._cause_of_miss())
        meter.next_s = reached_s + period_s
        if slot_s is None:
            return
        standby = meter.standby
        if standby is not None and standby.active:
            await standby.stand_in(slot_s, lambda: self._read(meter, slot_s))
            return
        due_s = asyncio.get_running_loop().time() - (now_ms - slot_s * 1000) / 1000
        readings = await self._read(meter, slot_s)
        if standby is None:
            self._sink.accept(meter.number, readings)
        elif not standby.active:
            standby.heard(readings, due_s)

    async def _read(self, meter: MeterPoller, slot_s: int) -> list[Reading]:
        """The readings of a slot; where reading brings up a fault they have no value and say so."""
        try:
            async with self._bus:
                readings = await meter.read(slot_s, self._clock, self._wait_s(meter))
        except Exception as error:
            self._note(meter, error)
            meter.failures += 1
            return slots.nothing(meter.config, 0, slot_s, self._clock.now_ms(), reading.FAULT)
        meter.faulty = False
        return readings

    @seam
    def _wait_s(self, meter: MeterPoller) -> float | None:
        """How long a meter on a shared line may be waited for without taking time from other slots; None: as usual.

        What is left until the first next slot, its own or a neighbour's, less what neighbours who are still due and a
        standby in its place usually take.
        """
        patience_s = self._client.shared_timeout_s
        if patience_s is None:
            return None
        now_s = self._clock.now_ms() / 1000
        left_s = min([floor_s(int(now_s), period_s) + period_s for period_s in self._periods_s]) - now_s
        waits, usual_s = 1, 0.0
        for other in self._meters:
            if other.next_s <= now_s and other is not meter:
                if other.failures:
                    waits += 1
                else:
                    usual_s += other.took_s
        left_s -= usual_s
        if meter.standby is not None:
            takes_over_s = meter.standby.left_s()
            if meter.standby.active:
                left_s -= _USUAL_S
            elif takes_over_s is not None:
                left_s = min(left_s, takes_over_s)
        wait_s = max(_LEAST_WAIT_S, _SHARE * left_s / waits)
        return None if wait_s >= (1 + meter.retries()) * patience_s else min(wait_s, patience_s)

    def _cause_of_miss(self) -> str:
        return reading.CLOCK_STEP if self._stepped else reading.MISSED

    async def read_now(self, meters: Sequence[int]) -> list[Reading]:
        """Ask the named meters afresh, between two scheduled requests (reading on command, ruling R-15)."""
        readings: list[Reading] = []
        for meter in self._meters:
            if meter.number not in meters:
                continue
            if meter.standby is not None and meter.standby.active:
                readings += await meter.standby.read(None)
                continue
            try:
                async with self._bus:
                    readings += await meter.read(None, self._clock)
            except Exception as error:
                self._note(meter, error)
        return readings
