"""The supply and the clock of a terminal that is a program: cuts at an instant, at a sync, after an event.

Leaves starting and killing to `terminal`. In real time a "step of the terminal" cannot be counted from outside:
`cut_at_event(n)` cuts n times 20 ms after the next thing that the simulators see of the terminal, which meets its work
at as many different moments.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bench.dut import Alteration
from bench.facade.bench import Unable
from bench.facade.event_cut import Awaited, awaited
from bench.history import ClockMoved, Event, Observed
from bench.history.marks import Plain
from bench.history.phases import DAMAGED, EMPTIED, STORAGE_REFUSES, STORAGE_TAKES
from bench.real.disk.lossy_disk import DiskEvent
from bench.real.ports import open_ports
from bench.rigs import sentences
from bench.rigs.real.storage import TerminalFiles
from bench.rigs.real.terminal import TerminalLife, install
from bench.virtual.disk import Moment

STEP_S = 0.02
"""What stands for a step of the terminal (see this module's head)."""


class PowerSupply:
    """The item's supply. Without `needs_disk` a cut ends the program alone, where no disk loses what was not synced."""

    def __init__(
        self,
        life: TerminalLife,
        sleep: Callable[[float], Coroutine[Any, Any, None]],
        spawn: Callable[..., None],
        *,
        needs_disk: bool = True,
    ) -> None:
        self._whole = needs_disk
        self._life = life
        self._sleep = sleep
        self._spawn = spawn
        self._awaited: Awaited | None = None
        self._steps: tuple[int, float] | None = None

    def _needs_disk(self) -> None:
        if self._life.disk is None:
            raise Unable(str(sentences.NO_LOSSY_DISK()))

    async def cut(self) -> None:
        """Off at this instant."""
        if self._whole:
            self._needs_disk()
        await self._life.lose_power({"why": "at an instant"})

    async def restore(self) -> None:
        """On again."""
        if self._whole:
            self._needs_disk()
        await self._life.regain_power()

    async def off(self, seconds: float = 0, *, hours: float = 0) -> None:
        """Cut, wait, restore."""
        await self.cut()
        await self._sleep(seconds + hours * 3600)
        await self.restore()

    async def _blackout(self, detail: dict[str, str], off_s: float) -> None:
        await self._life.lose_power(detail)
        await self._sleep(off_s)
        await self._life.regain_power()

    def cut_at_sync(self, nth: int, *, off_s: float, after: bool = False) -> None:
        """Cut at the nth write barrier from now, restore `off_s` later."""
        self._needs_disk()
        moment = Moment.AFTER if after else Moment.BEFORE
        self._arm(nth, moment, {"why": f"{moment.value} write barrier {nth}"}, off_s)

    def _arm(self, nth: int, moment: Moment, told: dict[str, str], off_s: float) -> None:
        assert self._life.disk is not None

        def reached(event: DiskEvent) -> None:
            detail = {**told, "sync": str(event.count - self._life.commissioning_syncs), "file": event.path}
            self._spawn(self._blackout(detail, off_s))

        armed = self._life.disk.cut_at_sync(nth, moment, reached)
        armed.add_done_callback(lambda done: done.cancelled() or done.exception())

    def syncs(self) -> int:
        """Write barriers that the terminal has come to since its first start."""
        self._needs_disk()
        assert self._life.disk is not None
        return self._life.disk.syncs - self._life.commissioning_syncs

    def cut_at_event(self, nth: int, *, off_s: float) -> None:
        """Cut nth times 20 ms after the next event at a simulator, restore `off_s` later."""
        self._needs_disk()
        self._steps = (nth, off_s)

    def cut_after(
        self, what: str, *, at: str = "", after_s: float, off_s: float, sync: int = 0, effective: bool = False
    ) -> None:
        """Cut `after_s` after the next event of this kind on the wire, restore `off_s` later."""
        self._needs_disk()
        self._awaited = awaited(what, at, after_s, off_s, sync, effective)

    def on_site(self, event: Event) -> None:
        """Something happened at a simulator."""
        if self._steps is not None:
            nth, off_s = self._steps
            self._steps = None
            why = f"{nth} × {STEP_S * 1000:g} ms after an event on the wire"
            self._spawn(self._after(nth * STEP_S, {"why": why}, off_s))
        cut = self._awaited
        if cut is not None and cut.meets(event):
            self._awaited = None
            if cut.sync:
                self._spawn(self._at_sync(cut, cut.detail(event)))
            else:
                self._spawn(self._after(cut.after_s, cut.detail(event), cut.off_s))

    async def _at_sync(self, cut: Awaited, detail: dict[str, str]) -> None:
        await asyncio.sleep(cut.after_s)
        self._arm(cut.sync, Moment.AFTER if cut.effective else Moment.BEFORE, detail, cut.off_s)

    async def _after(self, seconds: float, detail: dict[str, str], off_s: float) -> None:
        await asyncio.sleep(seconds)
        await self._blackout(detail, off_s)


class TerminalHands:
    """What may be done to the terminal besides its wires and its supply. Without `files` nobody can look into it.

    `cards` are its addresses by network.
    """

    def __init__(
        self,
        life: TerminalLife,
        why_not: str,
        record: Callable[[Event], None],
        now_us: Callable[[], int],
        files: TerminalFiles | None = None,
        cards: Mapping[str, str] | None = None,
    ) -> None:
        self._cards = dict(cards or {})
        self._life = life
        self._files = files
        self._why_not = why_not
        self._record = record
        self._now_us = now_us

    async def step_clock(self, seconds: float) -> None:
        """Move the terminal's own clock by so much."""
        self._clock().step(seconds)
        self.note(f"stepped by {seconds} s")

    async def drift(self, ppm: float) -> None:
        """From now on the terminal's clock gains so many parts per million."""
        self._clock().drift(ppm)
        self.note(f"drift {ppm} ppm")

    def _clock(self) -> Any:
        if self._life.clock is None:
            raise Unable(self._why_not)
        return self._life.clock

    def note(self, why: str) -> None:
        """Record by how much the terminal's clock is off now."""
        offset = self._life.clock.offset_us if self._life.clock is not None else 0
        self._record(ClockMoved(t=self._now_us(), offset_us=offset, why=why))

    def _seen(self) -> TerminalFiles:
        if self._files is None:
            raise Unable(str(sentences.STORAGE_UNSEEN()))
        return self._files

    async def search(self) -> None:
        """Look for secrets in its files and at the local interface."""
        await self._seen().search()

    async def storage(self) -> None:
        """Look which of its files hold measured values."""
        await self._seen().count_values()

    async def ports(self) -> None:
        """Try every TCP port of each of its cards."""
        asked = self._now_us()
        rows = [
            {"network": network, "port": str(port)}
            for network, host in self._cards.items()
            for port in await open_ports(host)
        ]
        self._record(Observed(t=self._now_us(), what="ports", asked=asked, query={}, rows=tuple(rows), problem=""))

    def empty(self) -> None:
        """Take every file off the disk but those of its commissioning, which are written anew. Raises Unable."""
        files = self._without_power()

        def work() -> None:
            files.empty()
            install(self._life.room.state, self._life.launch.files)
            self._tell(EMPTIED)

        self._life.meanwhile(work)

    def damage(self) -> None:
        """Spoil the beginning of every file that it has written. Raises Unable."""
        files = self._without_power()

        def work() -> None:
            files.damage()
            self._tell(DAMAGED)

        self._life.meanwhile(work)

    @asynccontextmanager
    async def refusing(self) -> AsyncGenerator[None, None]:
        """The lossy disk is read-only meanwhile. Raises Unable where there is none."""
        disk = self._life.disk
        if disk is None:
            raise Unable(str(sentences.NO_OWN_DISK()))
        await disk.set_read_only(True)
        self._tell(STORAGE_REFUSES)
        try:
            yield
        finally:
            await disk.set_read_only(False)
            self._tell(STORAGE_TAKES)

    def _tell(self, phase: Plain) -> None:
        self._record(phase.event(self._now_us()))

    def alter(self, alterations: Sequence[Alteration]) -> None:
        """Have the adapter alter what the files hold. Raises Unable."""
        files = self._without_power()
        if not files.alterable:
            raise Unable(str(sentences.FILES_UNREACHED()))
        self._life.meanwhile(lambda: files.alter(alterations))

    def _without_power(self) -> TerminalFiles:
        files = self._seen()
        if self._life.powered:
            raise Unable(str(sentences.POWERED_FILES()))
        return files
