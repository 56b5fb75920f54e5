"""One terminal of the virtual world: its program, supply, disk and clock, and what it has to tell of them.

Leaves what it is wired to, and who else stands there, to the rig.
"""

from __future__ import annotations

import asyncio
import contextvars
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable

import msgspec

from bench.case.lifeless import TERMINAL
from bench.dut import LaunchError, Seat, TerminalAdapter
from bench.facade.event_cut import Awaited, awaited
from bench.facade.parts import Clock, OperatorAtTerminal
from bench.history import ClockMoved, CutShort, Event, Observed, Phase, Power, TerminalState
from bench.history.looks import CONNECTIONS, CountRow
from bench.history.observation import NOTHING
from bench.rigs import sentences
from bench.virtual.chance import Chance
from bench.virtual.clock import DeviceClock
from bench.virtual.disk import Keep, Moment, VirtualDisk
from bench.virtual.domain import Domain
from bench.virtual.loop import VirtualLoop
from simulators.world import Site

_ITS_OWN = (ClockMoved, Observed, Power, TerminalState)
"""Events that say whose they are."""


class PowerSupply:
    """The terminal's supply."""

    def __init__(self, bench: Unit) -> None:
        self._bench = bench

    async def cut(self) -> None:
        """Off at this instant."""
        self._bench.lose_power("at an instant")

    async def restore(self) -> None:
        """On again."""
        self._bench.regain_power()

    async def off(self, seconds: float = 0, *, hours: float = 0) -> None:
        """Cut, wait, restore."""
        await self.cut()
        await self._bench.clock.sleep(seconds, hours=hours)
        await self.restore()

    def cut_at_sync(self, nth: int, *, off_s: float, after: bool = False) -> None:
        """Cut at the nth write barrier from now, restore `off_s` later."""
        moment = Moment.AFTER if after else Moment.BEFORE
        why = f"{moment.value} write barrier {nth}"
        disk = self._bench.disk

        def reached() -> None:
            detail = {"why": why, "sync": str(disk.syncs), "file": self._bench.syncing}
            self._bench.blackout(why, off_s, detail)

        disk.cut_at_sync(nth, reached, moment=moment)

    def syncs(self) -> int:
        """Write barriers that the terminal has come to since its first start."""
        return self._bench.disk.syncs

    def cut_at_event(self, nth: int, *, off_s: float) -> None:
        """Cut after the nth step of the terminal from now, restore `off_s` later."""
        self._bench.blackout_after = ({"why": f"after step {nth}"}, off_s)
        self._bench.domain.kill_after_events(nth)

    def cut_after(
        self, what: str, *, at: str = "", after_s: float, off_s: float, sync: int = 0, effective: bool = False
    ) -> None:
        """Cut `after_s` after the next event of this kind on the wire, restore `off_s` later."""
        self._bench.awaited = awaited(what, at, after_s, off_s, sync, effective)


class Unit(ABC):
    """A terminal. `terminal` is its name in the history, empty for the one on test; `start_us` when the world begins.

    Its disk's chance is a stream of `chance`. Who seats it gives `take_seat`.
    """

    seat: Seat
    adapter: TerminalAdapter
    keeps = Keep.SECTORS
    """What a power cut leaves on its disk of what was not synced."""

    def __init__(
        self,
        loop: VirtualLoop,
        clock: Clock,
        start_us: int,
        chance: Chance,
        record: Callable[[Event], None],
        terminal: str = "",
    ) -> None:
        self.loop = loop
        self.clock = clock
        self.terminal_name = terminal
        self._own = contextvars.copy_context()
        self._tell = record
        self._draw = chance
        self.domain = Domain(terminal or "terminal", loop=loop)
        self.domain.on_cut(self._on_cut)
        self.device_clock = DeviceClock(loop, start_us * 1000)
        self.disk = VirtualDisk(chance.stream("disk"), clock_ns=self.device_clock.time_ns)
        self.syncing = ""
        self.disk.on_sync = self._on_sync
        self.blackout_after: tuple[dict[str, str], float] | None = None
        self.awaited: Awaited | None = None
        self._lives: list[asyncio.Task[None]] = []

    @abstractmethod
    def take_seat(self) -> Seat:
        """The seat for the present life of the terminal: after a power cut its disk answers under a new name."""

    def tell(self, event: Event) -> None:
        """Put an event into the history, under the terminal's name where it is the terminal's own."""
        if self.terminal_name and isinstance(event, _ITS_OWN):
            event = msgspec.structs.replace(event, terminal=self.terminal_name)
        self._tell(event)

    def note_clock(self, why: str) -> None:
        """Record by how much the terminal's clock is off now."""
        offset = self.device_clock.time_ns() // 1000 - self.clock.now_us()
        self.tell(ClockMoved(t=self.clock.now_us(), offset_us=offset, why=why))

    def wait_for_cut(self, event: Event) -> None:
        """Cut the supply if this is the event that a cut waits for."""
        cut = self.awaited
        if cut is not None and cut.meets(event):
            self.awaited = None
            told = cut.detail(event)
            if cut.sync:
                self.loop.call_later(cut.after_s, self._blackout_at_sync, cut, told, context=self._own)
            else:
                self.loop.call_later(cut.after_s, self.blackout, told["why"], cut.off_s, told, context=self._own)

    def _blackout_at_sync(self, cut: Awaited, told: dict[str, str]) -> None:
        moment = Moment.AFTER if cut.effective else Moment.BEFORE
        self.disk.cut_at_sync(cut.sync, lambda: self.blackout(told["why"], cut.off_s, told), moment=moment)

    def switch_on(self) -> None:
        """Start the terminal's program in its domain."""
        self.seat = self.take_seat()
        self.tell(TerminalState(t=self.clock.now_us(), state="starting"))
        # A program that waits for ever is known to nobody else.
        self._lives.append(self.domain.create_task(self._program(), name="terminal"))

    async def _program(self) -> None:
        try:
            await self.adapter.run(self.seat)
        except LaunchError as error:
            self.tell(TerminalState(t=self.clock.now_us(), state="crashed", detail=str(error)))
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            words = f"{type(error).__name__}: {error} ({last.name})"
            self.tell(TerminalState(t=self.clock.now_us(), state="crashed", detail=words))
        else:
            self.tell(TerminalState(t=self.clock.now_us(), state="stopped"))

    def lose_power(self, why: str) -> None:
        """Cut the terminal's supply now."""
        self.tell(Power(t=self.clock.now_us(), state="cut", detail={"why": why}))
        self.blackout_after = None
        self.domain.kill()

    def _on_cut(self, domain: Domain) -> None:
        if self.blackout_after is not None:
            detail, off_s = self.blackout_after
            self.blackout_after = None
            self.tell(Power(t=self.clock.now_us(), state="cut", detail=detail))
            self._restore_later(off_s)
        # What survives is drawn anew for each barrier, or a sweep would try the same pattern at all of them.
        self.disk.chance = self._draw.stream(f"disk/cut/{self.domain.generation}/{self.disk.syncs}")
        self.disk.power_cut(self.keeps)

    def _on_sync(self, file: str) -> None:
        self.syncing = file

    def blackout(self, why: str, off_s: float, detail: dict[str, str] | None = None) -> None:
        """Cut the supply now and restore it later; may be called from within the terminal's own call."""
        self.blackout_after = (detail or {"why": why}, off_s)
        self.domain.kill()

    def hung(self, place: str) -> None:
        """The terminal holds the world up: nothing of it runs any more, and the record says where it was."""
        words = str(sentences.HOLDS_TIME(place=place))
        self.tell(CutShort(t=self.clock.now_us(), because=TERMINAL, what=words))
        self.blackout_after = None
        self.domain.kill()

    def _restore_later(self, off_s: float) -> None:
        self.loop.call_later(off_s, self.regain_power, context=self._own)

    def regain_power(self) -> None:
        """Restore the supply: the terminal boots."""
        self.tell(Power(t=self.clock.now_us(), state="restored"))
        self.domain.boot()
        self.switch_on()


class Neighbour(Unit):
    """A terminal beside the one on test, as a case has it: its supply, and somebody at its local interface."""

    def __init__(
        self,
        loop: VirtualLoop,
        clock: Clock,
        start_us: int,
        chance: Chance,
        record: Callable[[Event], None],
        name: str,
        adapter: TerminalAdapter,
        site: Site,
        seat: Callable[[Neighbour, Chance], Seat],
        *,
        reads: bool,
    ) -> None:
        super().__init__(loop, clock, start_us, chance, record, name)
        self.adapter = adapter
        self.site = site
        self.reads = reads
        self._seat = seat
        self.seat = self.take_seat()
        self.power = PowerSupply(self)
        self.operator = OperatorAtTerminal(self)
        self.opened = 0

    def take_seat(self) -> Seat:
        """See `Unit`."""
        return self._seat(self, self._draw)

    def record(self, event: Event, /) -> None:
        """Put an event into the history."""
        self.tell(event)

    async def connections(self) -> None:
        """How many connections it has opened to its master."""
        at = self.clock.now_us()
        self.tell(CONNECTIONS.told(at, at, NOTHING, [CountRow(count=self.opened)]))

    def phase(self, name: str, **detail: object) -> None:
        """Say in the history where the case is."""
        words = {key: str(value) for key, value in detail.items()}
        self.tell(Phase(t=self.clock.now_us(), name=name, detail=words))
