"""A loop of its own for what stands beside the bench's wires: the supply, the page and the console of the person.

Leaves the case to the main loop. The case's thread stands in the site's network namespace, where neither a relay of the
laboratory's network nor a browser can be reached; this thread is begun before that and stays outside.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from bench.history import Event
from bench.lab import sentences
from bench.lab.power import PowerDriver, RelayPower, ScpiPower
from bench.lab.rigfile import ModbusRelay, RigFile, ScpiSupply, SnmpStrip
from bench.lab.snmp import SnmpPower
from bench.operator.around import Around
from bench.operator.console import Console
from bench.operator.person import Answer, Channel, Person, PersonPower, Question
from bench.operator.web import ADDRESS, WebPage

_T = TypeVar("_T")
_ENDS_S = 5.0


class Outside:
    """A thread with a loop; begin it before a network namespace is entered."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="outside", daemon=True)
        self._thread.start()

    async def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do something there and wait for it; cancelling here cancels there."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """End the thread; may be repeated."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_ENDS_S)
            self._loop.close()


class Laboratory:
    """Supply and person of a rig, reached from the case's loop. `page` is the URL of the person's page, or empty."""

    def __init__(
        self, rig: RigFile, *, record: Callable[[Event], None], now_us: Callable[[], int], folder: Path, item: str = ""
    ) -> None:
        self._item = item
        self._rig = rig
        self._record = record
        self._now_us = now_us
        self._folder = folder
        self._outside = Outside()
        self._person: Person | None = None
        self._power: PowerDriver | None = None
        self.page = ""

    async def start(self) -> None:
        """Open page and console. Raises OSError."""
        here = asyncio.get_running_loop()
        at = self._rig.person

        def record(event: Event) -> None:
            here.call_soon_threadsafe(self._record, event)

        page = WebPage(at.web, Around(rig=self._rig.name, item=self._item, folder=self._folder)) if at.web else None
        console = Console() if at.screen else None

        async def open_all() -> tuple[Person | None, PowerDriver | None]:
            channels: list[Channel] = []
            if page is not None:
                await page.start()
                channels.append(page)
            if console is not None:
                try:
                    await console.start()
                    channels.append(console)
                except OSError:
                    if page is None and not isinstance(self._rig.power, ModbusRelay | ScpiSupply | SnmpStrip):
                        raise
            person = None
            if channels:
                person = Person(
                    channels,
                    record=record,
                    now_us=self._now_us,
                    folder=self._folder,
                    name=at.name,
                    timeout_s=at.timeout_s,
                )
            return person, _driver(self._rig, person)

        self._person, self._power = await self._outside.run(open_all())
        self.page = page.address if page is not None else ""
        if self.page:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / ADDRESS).write_text(self.page, "utf-8")

    async def ask(self, question: Question, timeout_s: float | None = None) -> Answer:
        """Ask the person. Raises NoAnswer; LookupError where the rig has nobody to ask."""
        if self._person is None:
            raise LookupError(str(sentences.NOWHERE_TO_ASK()))
        return await self._outside.run(self._person.ask(question, timeout_s))

    async def switch(self, on: bool) -> None:
        """Switch the supply. Raises PowerTrouble or NoAnswer."""
        assert self._power is not None
        await self._outside.run(self._power.switch(on))

    async def stop(self) -> None:
        """Close everything; may be repeated. The supply stays as it is."""
        person, self._person = self._person, None
        power, self._power = self._power, None
        (self._folder / ADDRESS).unlink(missing_ok=True)
        if person is not None:
            await self._outside.run(person.stop())
        if power is not None:
            await self._outside.run(power.close())
        self._outside.close()


def _driver(rig: RigFile, person: Person | None) -> PowerDriver | None:
    if isinstance(rig.power, ModbusRelay):
        return RelayPower(rig.power)
    if isinstance(rig.power, ScpiSupply):
        return ScpiPower(rig.power)
    if isinstance(rig.power, SnmpStrip):
        return SnmpPower(rig.power)
    return None if person is None else PersonPower(person)
