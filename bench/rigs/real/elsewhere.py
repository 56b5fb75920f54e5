"""A platform that runs elsewhere, in the place of a program on the bench: nobody here starts it or cuts it off.

Leaves what is asked of it to the facade.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn

from bench.dut import Launch
from bench.facade.bench import Unable
from bench.history import Event
from bench.rigs import sentences
from bench.rigs.places.place import Place
from bench.rigs.real.power import PowerSupply
from bench.rigs.real.terminal import Room, TerminalLife

OWN_CLOCK = str(sentences.ITS_OWN_CLOCK())


class LifeElsewhere(TerminalLife):
    """It was up before the case and stays so."""

    def __init__(self, *, room: Room, place: Place, record: Callable[[Event], None], now_us: Callable[[], int]) -> None:
        super().__init__(Launch(argv=()), room=room, place=place, disk=None, clock=None, record=record, now_us=now_us)

    async def commission(self) -> None:
        """Nothing of the bench's is put there."""

    async def switch_on(self) -> None:
        """It is up."""
        self.powered = True

    async def lose_power(self, detail: Mapping[str, str]) -> None:
        """Never."""
        del detail
        _unable()

    async def regain_power(self) -> None:
        """Never."""
        _unable()

    async def close(self) -> None:
        """It stays up."""


class NoSupply(PowerSupply):
    """The supply of what runs elsewhere."""

    def _needs_disk(self) -> None:
        _unable()


def _unable() -> NoReturn:
    raise Unable(str(sentences.SUPPLY_ELSEWHERE()))
