"""Terminals beside the one on test, each a program of its own, where a place can seat them.

Leaves the item itself to `bench`. Their supply is not cut: that wants a disk that loses what was not synced for each.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import msgspec

from bench.dut import Seat, TerminalAdapter
from bench.facade.bench import Unable
from bench.facade.parts import Clock, OperatorAtTerminal
from bench.history import ClockMoved, Event, Observed, Phase, Power, TerminalState
from bench.history.looks import CONNECTIONS, CountRow
from bench.history.observation import NOTHING
from bench.rigs import sentences
from bench.rigs.real.power import PowerSupply
from bench.rigs.real.terminal import Room, TerminalLife
from simulators.world import Site

_ITS_OWN = (ClockMoved, Observed, Power, TerminalState)


class NoCut(PowerSupply):
    """The supply of a terminal beside the one on test."""

    def _needs_disk(self) -> NoReturn:
        raise Unable(str(sentences.ONE_SUPPLY()))


class RealNeighbour:
    """A slave: somebody at its local interface, and its program."""

    def __init__(
        self,
        name: str,
        adapter: TerminalAdapter,
        seat: Seat,
        site: Site,
        clock: Clock,
        record: Callable[[Event], None],
        *,
        reads: bool,
    ) -> None:
        self.name = name
        self.adapter = adapter
        self.seat = seat
        self.site = site
        self.clock = clock
        self.reads = reads
        self._record = record
        self._came: Callable[[], int] = lambda: 0
        self.operator = OperatorAtTerminal(self)

    def stand(self, life: TerminalLife, spawn: Callable[..., None], came: Callable[[], int]) -> None:
        """Its program is known."""
        self.life = life
        self.power = NoCut(life, self.clock.sleep, spawn)
        self._came = came

    async def end(self) -> None:
        """Stop its program."""
        if self.life.clock is not None:
            self.life.clock.close()
        await self.life.close()

    def record(self, event: Event, /) -> None:
        """Put an event into the history, under its name."""
        self._record(msgspec.structs.replace(event, terminal=self.name) if isinstance(event, _ITS_OWN) else event)

    def phase(self, name: str, **detail: object) -> None:
        """Say in the history where the case is."""
        words = {key: str(value) for key, value in detail.items()}
        self.record(Phase(t=self.clock.now_us(), name=name, detail=words))

    async def connections(self) -> None:
        """How many connections it has opened to its master."""
        at = self.clock.now_us()
        self.record(CONNECTIONS.told(at, at, NOTHING, [CountRow(count=self._came())]))


class Apart:
    """The place of a slave's program as far as that needs one: nothing goes dark with it."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    async def dark(self, on: bool) -> None:
        """Nothing."""
        del on


def room_beside(room: Room, name: str) -> Room:
    """Folders of a slave, beside those of the item."""

    def made(folder: Path) -> Path:
        folder.mkdir(parents=True)
        return folder

    return Room(made(room.scratch / name / "state"), made(room.scratch / name / "scratch"), made(room.logs / name))
