"""The device on the table over the lives that its supply gives it: no program of ours, only its plug is in our hands.

Leaves the driver to `power`, cuts at an instant or after an event to `bench.rigs.real.power`. What cannot be done to a
device (cut at one of its write barriers, move its clock) is refused in words, and the case is not run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bench.dut import Launch
from bench.facade.bench import Unable
from bench.history import ClockMoved, Event, Power, Trouble
from bench.lab import sentences
from bench.lab.outside import Laboratory
from bench.lab.power import PowerTrouble
from bench.operator.person import NoAnswer
from bench.rigs.places.place import Place
from bench.rigs.real.power import PowerSupply
from bench.rigs.real.terminal import Room, TerminalLife

OWN_CLOCK = str(sentences.OWN_CLOCK())
_UNSEEN = str(sentences.UNSEEN_BARRIERS())


class DeviceLife(TerminalLife):
    """The device on test. `prepare` has it configured, once, when it has power.

    A Power event is stamped when the driver has confirmed; its detail says under `asked` when it was told (µs UTC).
    """

    def __init__(
        self,
        laboratory: Laboratory,
        prepare: Callable[[], Awaitable[None]],
        *,
        room: Room,
        place: Place,
        record: Callable[[Event], None],
        now_us: Callable[[], int],
    ) -> None:
        super().__init__(Launch(argv=()), room=room, place=place, disk=None, clock=None, record=record, now_us=now_us)
        self._laboratory = laboratory
        self._prepare = prepare
        self._switching = asyncio.Lock()
        self._fed = False

    async def commission(self) -> None:
        """Give it power and have it configured."""
        await self._laboratory.switch(True)
        self.powered = self._fed = True
        await self._prepare()

    async def switch_on(self) -> None:
        """It has power, and how it starts is its own business."""
        self.powered = True
        self._tell("starting")

    async def lose_power(self, detail: Mapping[str, str]) -> None:
        """Off; nothing if it is. Raises PowerTrouble or NoAnswer."""
        async with self._switching:
            if self.powered:
                asked = self._now_us()
                await self._laboratory.switch(False)
                self.powered = False
                self._record(Power(t=self._now_us(), state="cut", detail={**detail, "asked": str(asked)}))

    async def regain_power(self) -> None:
        """On again; nothing if it is. Raises PowerTrouble or NoAnswer."""
        async with self._switching:
            if self.powered:
                return
            asked = self._now_us()
            await self._laboratory.switch(True)
            self._record(Power(t=self._now_us(), state="restored", detail={"asked": str(asked)}))
            if self.clock_set:
                self.clock_set = False
                self._record(ClockMoved(t=self._now_us(), offset_us=0, why="started anew after a centre had set it"))
            await self.switch_on()

    async def close(self) -> None:
        """The case is over; the device keeps its power, or gets it back."""
        if self._fed and not self.powered:
            try:
                await self.regain_power()
            except (PowerTrouble, NoAnswer) as error:
                # Told once, and everything else still comes down.
                self.powered = True
                self._record(Trouble(t=self._now_us(), what=f"the device stays without power: {error}"))


class DeviceSupply(PowerSupply):
    """The device's supply: every cut but one at a write barrier, of which nothing is seen outside a device."""

    def _needs_disk(self) -> None:
        """A device has a disk of its own, which loses what it loses."""

    def syncs(self) -> int:
        """Never."""
        raise Unable(_UNSEEN)

    def cut_at_sync(self, nth: int, *, off_s: float, after: bool = False) -> None:
        """Never."""
        raise Unable(_UNSEEN)
