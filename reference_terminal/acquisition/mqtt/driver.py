"""Meters behind a collector that publishes: a reading is the first message of its slot, by its own instant.

Leaves the connection to `client`. A repeated message is the same reading; a retained one has the age it says; a
message of a slot that is over goes to whoever takes late readings.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace

from reference_terminal.acquisition import messages
from reference_terminal.acquisition.collectors import slots
from reference_terminal.acquisition.collectors.messages import DeviceReport, MessageError, read_message
from reference_terminal.acquisition.collectors.slots import Late, OwnPace
from reference_terminal.acquisition.driver import Poll
from reference_terminal.acquisition.mqtt.client import MqttClient, Receipt
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.model.seams import seam
from reference_terminal.net.mqtt.packets import Arrived
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.storage.journal import Journal

GATHER_S = 1.0
"""How long a message that lacks points is kept open for others of its slot."""


@dataclass
class _Held:
    """The message of a slot, and the receipts of its copies."""

    report: DeviceReport
    at_ms: int
    receipts: list[Receipt] = field(default_factory=list[Receipt])

    def add(self, more: DeviceReport) -> None:
        """Another message of the slot: what the first one lacks is taken from it."""
        self.report = replace(self.report, contents={**more.contents, **self.report.contents})


class MqttMeter:
    """One device behind a collector; `late` takes readings of slots that are over."""

    def __init__(self, config: MeterConfig, first_point: int, client: MqttClient, clock: WallClock) -> None:
        self.config = config
        self.carrier = OwnPace()
        self.late: Late | None = None
        self._first = first_point
        self._client = client
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._held: dict[int, _Held] = {}
        self._over_s: int | None = None
        self._latest: _Held | None = None
        self._odd = ""
        self._came = asyncio.Event()

    def put(self, report: DeviceReport, receipt: Receipt | None) -> None:
        """A message about this device."""
        at_ms = self.instant(report)
        if at_ms is None:
            self._odd = slots.unusable(report)
            if receipt is not None:
                self._client.settle([receipt])
            return
        slot_s = slots.slot_of(self.config, at_ms)
        held = self._held.get(slot_s)
        if held is not None:
            held.add(report)
        else:
            held = _Held(report, at_ms)
            if self._latest is None or at_ms > self._latest.at_ms:
                self._latest = held
        if receipt is not None and receipt not in held.receipts:
            held.receipts.append(receipt)
        if self._over_s is not None and slot_s <= self._over_s:
            self._hand_late(slot_s, held)
            return
        self._held[slot_s] = held
        self._came.set()

    @seam
    def instant(self, report: DeviceReport) -> int | None:
        """The instant a message belongs to, ms UTC; None if it says none that can be."""
        return slots.instant_of(report, self._clock.now_ms())

    def unreadable(self, cause: str) -> None:
        """A message came that is none; it may have been about this device."""
        self._odd = cause

    @seam
    def _hand_late(self, slot_s: int, held: _Held) -> None:
        def durable() -> None:
            self._client.settle(held.receipts)

        if self.late is None:
            durable()
        else:
            self.late(slots.readings_of(self.config, self._first, held.report, slot_s, held.at_ms), durable)

    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """The reading of a slot as soon as its message is there (see `Driver`); None: what was said last."""
        del retries
        if slot_s is None:
            return self._said_last(clock)
        if self._over_s is not None and slot_s <= self._over_s:
            # The clock went back: slots of the new time are not over.
            self._over_s = slot_s - 1
        left_s = slot_s + slots.patience_s(self.config) - clock.now_ms() / 1000
        held = await self._wait(slot_s, left_s if wait_s is None else min(left_s, wait_s))
        self._over_s = slot_s
        for earlier in sorted(slot for slot in self._held if slot < slot_s):
            self._hand_late(earlier, self._held.pop(earlier))
        if held is None:
            cause = self._odd or (reading.TIMEOUT if self._client.connected else reading.NO_CONNECTION)
            silent, self._odd = not self._odd, ""
            return Poll(slots.nothing(self.config, self._first, slot_s, clock.now_ms(), cause), silent)
        self._odd = ""
        self._client.with_next_commit(held.receipts)
        return Poll(slots.readings_of(self.config, self._first, held.report, slot_s, held.at_ms), False)

    async def _wait(self, slot_s: int, left_s: float) -> _Held | None:
        """The message of a slot; one that lacks points is given a moment for others with the rest of them."""
        deadline_s = self._loop.time() + max(left_s, 0)
        gathering = False
        while True:
            held = self._held.get(slot_s)
            if held is not None and self._is_whole(held):
                break
            if held is not None and not gathering:
                gathering = True
                deadline_s = min(deadline_s, self._loop.time() + GATHER_S)
            rest_s = deadline_s - self._loop.time()
            if rest_s <= 0:
                break
            self._came.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest_s):
                    await self._came.wait()
        return self._held.pop(slot_s, None)

    def _is_whole(self, held: _Held) -> bool:
        return all(point.place.tag in held.report.contents for point in self.config.points)

    @seam
    def _said_last(self, clock: WallClock) -> Poll:
        now_ms, latest = clock.now_ms(), self._latest
        if latest is None or now_ms - latest.at_ms > 1000 * self.config.period_s:
            readings = slots.nothing(self.config, self._first, now_ms // 1000, now_ms, reading.STALE)
            return Poll(readings, True)
        at_s = latest.at_ms // 1000
        readings: list[Reading] = slots.readings_of(self.config, self._first, latest.report, at_s, latest.at_ms)
        return Poll(readings, False)


class Inbox:
    """Sorts the messages of one broker to the devices they are about; `refused` counts those of no use."""

    def __init__(self, client: MqttClient, journal: Journal) -> None:
        self.refused = 0
        self._row = 0
        self._client = client
        self._journal = journal
        self._meters: dict[str, list[MqttMeter]] = {}
        client.take = self.take

    def add(self, meter: MqttMeter) -> None:
        """Messages about this meter's node go to it."""
        self._meters.setdefault(meter.config.node, []).append(meter)

    @seam
    def take(self, message: Arrived, receipt: Receipt | None) -> None:
        """One message of the broker; one that brings up a fault is of no use, and the next is as good as ever."""
        try:
            self.sort(message, receipt)
        except Exception as error:
            self._refuse(message.topic, MessageError(f"expected what can be read, got {type(error).__name__}"))
            if receipt is not None:
                self._client.settle([receipt])

    def sort(self, message: Arrived, receipt: Receipt | None) -> None:
        """Give a message to the meters that it is about."""
        config = self._client.config
        try:
            report = read_message(config.form, message.payload, texts=config.numbers == "text")
            self._readable()
        except MessageError as error:
            report = []
            self._refuse(message.topic, error)
            for meter in self._about(message.topic):
                meter.unreadable(error.cause)
        known = [(meter, each) for each in report for meter in self._meters.get(each.node, ())]
        if receipt is not None and not known:
            self._client.settle([receipt])
        for meter, each in known:
            meter.put(each, receipt)
        self._client.acknowledge()

    def _refuse(self, topic: str, error: MessageError) -> None:
        """Count a message of no use; the first of a row is told, the others with the end of the row."""
        self.refused += 1
        self._row += 1
        if self._row == 1:
            self._journal.event(
                messages.MESSAGE_REFUSED,
                self._client.config.id,
                topic=topic,
                error=error,
                cause=error.cause,
                count=self.refused,
            )

    def _readable(self) -> None:
        if self._row > 1:
            self._journal.event(messages.MESSAGES_REFUSED, self._client.config.id, row=self._row, count=self.refused)
        self._row = 0

    def _about(self, topic: str) -> list[MqttMeter]:
        """The meters that the last level of a topic names, of one whose content says nothing; all if it names none."""
        named = self._meters.get(topic.rpartition("/")[2])
        return named or [meter for meters in self._meters.values() for meter in meters]
