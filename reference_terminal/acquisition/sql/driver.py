"""Devices whose values a database holds as rows: each reading is the first row of its slot, by the row's own time.

Leaves the database to `row_source`. A row that comes when its slot is over goes to whoever takes late readings; a row
that comes twice is the same reading.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from reference_terminal.acquisition.collectors import slots
from reference_terminal.acquisition.collectors.messages import DeviceReport
from reference_terminal.acquisition.collectors.slots import Late, OwnPace
from reference_terminal.acquisition.driver import Content, Poll, judged
from reference_terminal.acquisition.failures import ReadFailed
from reference_terminal.acquisition.sql.row_source import Row, RowSource
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.seams import seam
from reference_terminal.settings.meters import MeterConfig

_PAUSES_S = (0.5, 1.0, 2.0, 4.0)
_SHORTEST_S = 0.01


@dataclass
class _Slot:
    """What has come for one slot: the row of each tag."""

    rows: dict[str, Row] = field(default_factory=dict[str, Row])


class SqlMeter:
    """One device behind a database; `late` takes readings of slots that are over."""

    def __init__(self, config: MeterConfig, first_point: int, source: RowSource, clock: WallClock) -> None:
        self.config = config
        self.carrier = OwnPace()
        self.late: Late | None = None
        self._first = first_point
        self._source = source
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._slots: dict[int, _Slot] = {}
        self._over_s: int | None = None
        self._latest: dict[str, Row] = {}
        self._tags = [point.place.tag for point in config.points]
        for tag in self._tags:
            source.add(tag, self.put)

    def put(self, row: Row) -> None:
        """A row of one of this device's tags."""
        at_ms = slots.instant_of(DeviceReport("", row.at_ms, {}), self._clock.now_ms())
        if at_ms is None:
            return
        slot_s = slots.slot_of(self.config, at_ms)
        newest = self._latest.get(row.tag)
        if newest is None or newest.at_ms is None or at_ms > newest.at_ms:
            self._latest[row.tag] = row
        if self._over_s is not None and slot_s <= self._over_s:
            self._hand_late(slot_s, {row.tag: row})
            return
        # The first row of a slot is its reading, whichever order the rows are in.
        known = self._slots.setdefault(slot_s, _Slot()).rows
        if row.tag not in known or (known[row.tag].at_ms or 0) > at_ms:
            known[row.tag] = row

    @seam
    def _hand_late(self, slot_s: int, rows: dict[str, Row]) -> None:
        if self.late is not None:
            self.late(self._readings(rows, slot_s, reading.NO_ROW), self._source.owe())

    def _readings(self, rows: dict[str, Row], slot_s: int, cause: str) -> list[Reading]:
        now_ms = self._clock.now_ms()
        return [
            judged(
                point,
                rows[point.place.tag].content if point.place.tag in rows else Content("", None, cause),
                self._first + number,
                slot_s,
                (rows[point.place.tag].at_ms or now_ms) if point.place.tag in rows else now_ms,
            )
            for number, point in enumerate(self.config.points)
        ]

    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """The reading of a slot as soon as its rows are there (see `Driver`); None: the last rows that came."""
        del retries
        if slot_s is None:
            return await self._last(clock)
        left_s = slot_s + slots.patience_s(self.config) - clock.now_ms() / 1000
        until_s = self._loop.time() + max(0.0, left_s if wait_s is None else min(left_s, wait_s))
        cause, tries = reading.NO_ROW, 0
        while True:
            try:
                await self._source.fetch()
                cause = reading.NO_ROW
            except ReadFailed as failure:
                cause = failure.cause
            left_s = until_s - self._loop.time()
            if self._complete(slot_s) or left_s < _SHORTEST_S:
                break
            # The last question comes when patience ends: with short periods that is the only one after the row.
            await asyncio.sleep(min(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)], left_s))
            tries += 1
        self._over_s = slot_s
        rows = self._slots.pop(slot_s, _Slot()).rows
        for earlier in sorted(each for each in self._slots if each < slot_s):
            self._hand_late(earlier, self._slots.pop(earlier).rows)
        return Poll(self._readings(rows, slot_s, cause), not rows and cause != reading.NO_ROW)

    def _complete(self, slot_s: int) -> bool:
        slot = self._slots.get(slot_s)
        return slot is not None and len(slot.rows) == len(self._tags)

    @seam
    async def _last(self, clock: WallClock) -> Poll:
        cause = reading.STALE
        try:
            await self._source.fetch()
        except ReadFailed as failure:
            cause = failure.cause
        now_ms = clock.now_ms()
        fresh = {
            tag: row for tag, row in self._latest.items() if now_ms - (row.at_ms or 0) <= 1000 * self.config.period_s
        }
        return Poll(self._readings(fresh, now_ms // 1000, cause), not fresh)
