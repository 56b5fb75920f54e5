"""Meters behind a collector that is asked over HTTP(S): the answer's own instant decides whether it is of now.

Leaves HTTP and its channel to the client of the platforms. A collector that goes on telling what it read before is
asked again while the slot may still be read; then its old value is no reading.
"""

from __future__ import annotations

import asyncio

from reference_terminal.acquisition import messages
from reference_terminal.acquisition.collectors import slots
from reference_terminal.acquisition.collectors.messages import DeviceReport, MessageError, read_message
from reference_terminal.acquisition.collectors.slots import OwnPace
from reference_terminal.acquisition.driver import Poll
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model import reading
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import text_of
from reference_terminal.model.reading import Reading
from reference_terminal.model.seams import seam
from reference_terminal.net.channel import ChannelRefused, Security
from reference_terminal.net.http import HttpClient, HttpFailed, Place
from reference_terminal.settings.collectors import CollectorConfig
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.storage.journal import Journal

_PAUSES_S = (1.0, 2.0, 4.0, 8.0)
ALARM = messages.COLLECTOR_REFUSED


class Unanswered(Exception):
    """A question that brought nothing of use; `cause` is kept with the readings."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause

    @property
    def silent(self) -> bool:
        """Whether the collector did not answer at all."""
        return self.cause in (reading.TIMEOUT, reading.NO_CONNECTION)


class HttpsMeter:
    """One device behind a collector, asked over a connection of its own."""

    def __init__(
        self,
        config: MeterConfig,
        first_point: int,
        collector: CollectorConfig,
        security: Security,
        clock: WallClock,
        journal: Journal,
    ) -> None:
        self.config = config
        self.carrier = OwnPace()
        self._first = first_point
        self._collector = collector
        self._journal = journal
        self._client = HttpClient(security, collector.host, clock.now_s, float(collector.timeout_s))
        self._place = Place(collector.host, collector.port, collector.path.replace("{node}", config.node))
        self._loop = asyncio.get_running_loop()

    async def read(self, slot_s: int | None, clock: WallClock, retries: int, wait_s: float | None = None) -> Poll:
        """Ask until the answer is of this slot (see `Driver`); None: whatever is answered, by its own instant."""
        del retries
        until_s = self._loop.time()
        if slot_s is not None:
            left_s = slot_s + slots.patience_s(self.config) - clock.now_ms() / 1000
            until_s += left_s if wait_s is None else min(left_s, wait_s)
        tries = 0
        while True:
            silent = False
            try:
                report, at_ms = await self.ask(clock)
                if slot_s is None or slots.slot_of(self.config, at_ms) == slot_s:
                    stamp_s = at_ms // 1000 if slot_s is None else slot_s
                    return Poll(self._readings(report, stamp_s, at_ms), False)
                cause = reading.STALE
            except Unanswered as failure:
                cause, silent = failure.cause, failure.silent
            pause_s = _PAUSES_S[min(tries, len(_PAUSES_S) - 1)]
            tries += 1
            if slot_s is None or self._loop.time() + pause_s >= until_s:
                at_ms = clock.now_ms()
                stamp_s = at_ms // 1000 if slot_s is None else slot_s
                return Poll(slots.nothing(self.config, self._first, stamp_s, at_ms, cause), silent)
            await asyncio.sleep(pause_s)

    def _readings(self, report: DeviceReport, slot_s: int, at_ms: int) -> list[Reading]:
        return slots.readings_of(self.config, self._first, report, slot_s, at_ms)

    async def ask(self, clock: WallClock) -> tuple[DeviceReport, int]:
        """One question: what is said of the device, and of which instant (ms UTC). Raises Unanswered."""
        status, body = await self._get()
        if status != 200:
            raise Unanswered(f"{reading.ERROR_ANSWER} {status}")
        collector = self._collector
        try:
            found = read_message(collector.form, body, texts=collector.numbers == "text")
        except MessageError:
            raise Unanswered(reading.BAD_FRAME) from None
        report = next((each for each in found if each.node == self.config.node), None)
        if report is None:
            raise Unanswered(reading.FOREIGN)
        at_ms = slots.instant_of(report, clock.now_ms())
        if at_ms is None:
            raise Unanswered(slots.unusable(report))
        return report, at_ms

    @seam
    async def _get(self) -> tuple[int, bytes]:
        try:
            answer = await self._client.get(self._place, float(self._collector.timeout_s))
        except (ChannelRefused, CertificateError) as error:
            self._journal.raise_alarm(ALARM, self._collector.id, reason=text_of(error))
            raise Unanswered(reading.NO_CONNECTION) from None
        except HttpFailed:
            raise Unanswered(reading.BAD_FRAME) from None
        except TimeoutError:
            raise Unanswered(reading.TIMEOUT) from None
        except OSError:
            raise Unanswered(reading.NO_CONNECTION) from None
        self._journal.clear_alarm(ALARM, self._collector.id)
        return answer
