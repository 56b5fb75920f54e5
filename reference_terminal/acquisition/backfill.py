"""Filling gaps from what meters have recorded by themselves: true values under their own time (ruling R-18).

Leaves reading records to the drivers and taking late readings in to processing. A gap asks for every instant of the
meter's own grid that lies in it and on the polling grid; records are read one at a time between polls. What is wanted
follows from the gaps in the store, so that neither a restart nor a meter that is silent again loses any of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from reference_terminal.acquisition import messages
from reference_terminal.acquisition.driver import Carrier
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.rows import Gap
from reference_terminal.model.seams import seam
from reference_terminal.model.times import floor_s, iso
from reference_terminal.storage.journal import Journal

REACH_S = 10 * 86_400
"""Gaps that ended longer ago are not looked at again after a restart; meters keep hourly freezes for about as long."""
_REST_S = 0.3
"""Between two records, so that polls of neighbours come first."""
_AGAIN_S = 60.0
_TRIES = 5
_REST_OF_METER_S = 900.0
"""After so many tries without answer a meter is left alone for so long."""


class Records(Protocol):
    """The memory of one meter."""

    kind: str
    step_s: int

    @property
    def carrier(self) -> Carrier:
        """The line it stands at."""
        ...

    @property
    def points(self) -> tuple[int, ...]:
        """Numbers of the points (in the configuration) whose values are recorded."""
        ...

    async def read(self, at_s: int, clock: WallClock) -> list[Reading] | None:
        """Their readings at a past instant; None if the meter has none. Raises ReadFailed without an answer."""
        ...


@dataclass(frozen=True)
class Source:
    """A meter with a memory: its name, polling period, records, which slots are known, and where readings go."""

    meter: str
    period_s: int
    records: Records
    known: Callable[[int], bool]
    take: Callable[[Sequence[Reading]], None]


class Backfill:
    """Reads what gaps lack from the memories of their meters; `sources` by the name of each recorded point."""

    def __init__(self, clock: WallClock, journal: Journal, sources: dict[str, Source]) -> None:
        self._clock = clock
        self._journal = journal
        self._sources = sources
        self._wanted: dict[tuple[str, int], Source] = {}
        self._tried: dict[str, int] = {}
        self._rests_until_s: dict[str, float] = {}
        self._silent: set[str] = set()
        self._wake = asyncio.Event()

    def look_back(self, gaps: Sequence[Gap]) -> None:
        """After a start: gaps that have ended not long ago may still lack what their meters have."""
        since_s = self._clock.now_s() - REACH_S
        for gap in gaps:
            if gap.end_s is not None and gap.end_s >= since_s:
                self.gap_ended(gap)

    def gap_ended(self, gap: Gap) -> None:
        """A point has a reading again."""
        source = self._sources.get(gap.subject)
        if source is None or gap.end_s is None:
            return
        step_s = source.records.step_s
        for at_s in range(floor_s(gap.start_s - 1, step_s) + step_s, gap.end_s, step_s):
            if floor_s(at_s, source.period_s) == at_s and not source.known(at_s):
                self._wanted.setdefault((source.meter, at_s), source)
        self._wake.set()

    async def run(self) -> None:
        """Read what is wanted until cancelled."""
        while True:
            if not self._wanted:
                self._wake.clear()
                await self._wake.wait()
            meters = dict.fromkeys(meter for meter, _ in self._wanted)
            now_s = asyncio.get_running_loop().time()
            answered = [self._rests_until_s.get(meter, now_s) <= now_s and await self._read(meter) for meter in meters]
            if not all(answered):
                await asyncio.sleep(_AGAIN_S)

    async def _read(self, meter: str) -> bool:
        """Every wanted record of a meter, as long as it answers; whether it did."""
        wanted = sorted(at_s for name, at_s in self._wanted if name == meter)
        taken: list[int] = []
        absent: list[int] = []
        answers = True
        for at_s in wanted:
            source = self._wanted[meter, at_s]
            await asyncio.sleep(_REST_S)
            try:
                async with source.records.carrier.bus:
                    readings = await source.records.read(at_s, self._clock)
            except ReadFailed:
                self._try_later(meter)
                answers = False
                break
            del self._wanted[meter, at_s]
            self._tried.pop(meter, None)
            self._silent.discard(meter)
            if readings is None:
                absent.append(at_s)
            else:
                source.take(readings)
                taken.append(at_s)
        for message, instants in ((messages.GAP_BACKFILLED, taken), (messages.GAP_WITHOUT_RECORDS, absent)):
            if instants:
                first, last = iso(instants[0]), iso(instants[-1])
                self._journal.event(message, meter, count=len(instants), first=first, last=last)
        return answers

    @seam
    def _try_later(self, meter: str) -> None:
        """Count a try without answer; after some of them the meter has a rest, which is told once."""
        self._tried[meter] = self._tried.get(meter, 0) + 1
        if self._tried[meter] < _TRIES:
            return
        del self._tried[meter]
        self._rests_until_s[meter] = asyncio.get_running_loop().time() + _REST_OF_METER_S
        if meter not in self._silent:
            self._silent.add(meter)
            self._journal.event(messages.RECORDS_UNANSWERED, meter)
