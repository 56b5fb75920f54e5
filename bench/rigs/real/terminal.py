"""The terminal's program over the lives that its supply gives it: started, watched, cut off, started again.

Leaves processes to `bench.real.program`, lost writes to `bench.real.disk.lossy_disk`, and when to cut to `power`.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.case import Item
from bench.dut import Launch, LaunchError
from bench.history import ClockMoved, Event, Power, TerminalState
from bench.history.events import ProgramState
from bench.real.disk.lossy_disk import LossReport, LossyDisk
from bench.real.faketime import FakeClock
from bench.real.haste import of_the_wall
from bench.real.program import Ending, Program
from bench.rigs import sentences
from bench.rigs.real.lines import Lines
from simulators.sentences import Words

_LOOK_S = 0.05
FILE_OCTETS = 2 << 30
"""The largest single file of a program without a lossy disk, which bounds all of them."""
_ERROR = re.compile(r"error|exception|fatal|panic|cannot|denied|not found", re.IGNORECASE)
_LINE = 200
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ")


@dataclass(frozen=True)
class Room:
    """Folders of one case: `state` is the terminal's disk, `scratch` lost with power, `logs` beside the record."""

    state: Path
    scratch: Path
    logs: Path


class Housing(Protocol):
    """What of a place a program needs."""

    @property
    def namespace(self) -> str:
        """Its network namespace; empty where it shares the bench's."""
        ...

    async def dark(self, on: bool) -> None:
        """While it has no power, nothing leaves it."""
        ...


class TerminalLife:
    """The program on test. `died` is set to a sentence when it ends by itself while it has power.

    `clock_set` says that a centre has set its clock. A program cannot set the clock of the bench's computer, so its own
    is the host's (with the bench's offset) again after the next start, which the history then says.
    `commissioning_syncs` are the write barriers of the bench's own hand, before the first start.
    """

    def __init__(
        self,
        launch: Launch,
        *,
        room: Room,
        place: Housing,
        disk: LossyDisk | None,
        clock: FakeClock | None,
        record: Callable[[Event], None],
        now_us: Callable[[], int],
        lines: Lines | None = None,
        item: Item = Item.TERMINAL,
    ) -> None:
        self._item = item
        self.launch = launch
        self.room = room
        self.place = place
        self.disk = disk
        self.clock = clock
        self.lines = lines
        self._record = record
        self._now_us = now_us
        self._program: Program | None = None
        self._watch: asyncio.Task[None] | None = None
        self._lives = 0
        self._lock = asyncio.Lock()
        self.powered = False
        self.clock_set = False
        self.commissioning_syncs = 0
        self._hands: list[Callable[[], None]] = []
        self.died: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def commission(self) -> None:
        """Write the files of the launch into the state folder, durably. Raises LaunchError."""
        try:
            await asyncio.to_thread(install, self.room.state, self.launch.files)
        except (OSError, ValueError) as error:
            raise LaunchError(str(sentences.FILES_UNWRITTEN(error=error))) from None
        if self.disk is not None:
            await self.disk.sync()
            self.commissioning_syncs = self.disk.syncs

    def meanwhile(self, work: Callable[[], None]) -> None:
        """Do this to the state folder while power is off: once it is there again, before the program is started.

        What it raises is raised by `regain_power`.
        """
        self._hands.append(work)

    async def _handle(self) -> None:
        hands, self._hands = self._hands, []
        for work in hands:
            work()
        if hands and self.disk is not None:
            await self.disk.sync()

    @property
    def processes(self) -> tuple[int, ...]:
        """The process of the program while it runs."""
        return () if self._program is None else (self._program.pid,)

    async def switch_on(self) -> None:
        """Power is there: start the program."""
        async with self._lock:
            self.powered = True
            self._lives += 1
            self._tell("starting")
            words = list(self.launch.argv)
            self._program = await Program.start(
                self.disk.command(words) if self.disk is not None else words,
                env=self._environment(),
                cwd=self.room.state,
                log=self.room.logs / f"terminal-{self._lives}.log",
                netns=self.place.namespace,
                file_octets=0 if self.disk is not None else FILE_OCTETS,
                flooded=self._flooded,
            )
            self._watch = asyncio.create_task(self._observe(self._program), name="terminal watch")

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        folder = self.room.scratch / f"life-{self._lives}"
        folder.mkdir()
        base = {"PATH": os.defpath, "LANG": "C.UTF-8", **kept, "HOME": str(self.room.state), "TMPDIR": str(folder)}
        faked = self.clock.environment() if self.clock is not None else {}
        return {**base, **faked, **self.launch.env}

    async def lose_power(self, detail: Mapping[str, str]) -> None:
        """Off: no octet leaves any more, the program is killed, what was not synced is gone. Nothing if it is off."""
        async with self._lock:
            if not self.powered:
                return
            self.powered = False
            await self._dark(True)
            self._record(Power(t=self._now_us(), state="cut", detail=dict(detail)))
            await self._end(cut=True)

    async def _dark(self, on: bool) -> None:
        if self.lines is not None:
            self.lines.dark(on)
        await self.place.dark(on)

    async def _end(self, *, cut: bool) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        program, self._program = self._program, None
        if program is not None:
            # A program that waits inside a call of the disk goes when the disk's mount ends.
            program.strike()
        if cut and self.disk is not None:
            report = await self.disk.power_cut()
            self._tell("lost-writes", _lost(report))
        if program is not None:
            await program.kill()

    async def regain_power(self) -> None:
        """On again: mount what the disk holds and start the program. Nothing if it is on."""
        async with self._lock:
            if self.powered:
                return
            if self.disk is not None:
                await self.disk.restore()
            await self._handle()
            await self._dark(False)
            self._record(Power(t=self._now_us(), state="restored"))
            if self.clock_set:
                self.clock_set = False
                offset = self.clock.offset_us if self.clock is not None else 0
                self._record(
                    ClockMoved(t=self._now_us(), offset_us=offset, why="started anew after a centre had set it")
                )
        await self.switch_on()

    async def close(self) -> None:
        """The case is over."""
        async with self._lock:
            self.powered = False
            await self._end(cut=False)

    def _tell(self, state: ProgramState, detail: str = "") -> None:
        self._record(TerminalState(t=self._now_us(), state=state, detail=detail))

    def _flooded(self, octets: int) -> None:
        self._tell(
            "flooding",
            str(sentences.SCREEN_FLOODED(octets=octets >> 20)),
        )

    async def _observe(self, program: Program) -> None:
        await asyncio.wait([program.ended, ready := asyncio.ensure_future(self._ready(program))])
        ready.cancel()
        ending = await asyncio.shield(program.ended)
        self._ended(ending)

    async def _ready(self, program: Program) -> None:
        """Tell when the program listens where it was told to, or that it does not."""
        wanted, loop = self.launch.ready, asyncio.get_running_loop()
        if wanted is None:
            return
        began = loop.time()
        while not program.ended.done():
            found = program.listens()
            took = loop.time() - began
            if any(port == wanted[1] and host in (wanted[0], "0.0.0.0") for host, port in found):
                self._tell("running", f"listens at {wanted[0]}:{wanted[1]} after {took:.3f} s")
                return
            if took > of_the_wall(self.launch.ready_s):
                own = ", ".join(f"{host}:{port}" for host, port in found) if self.place.namespace else ""
                other = f"; it listens at {own}" if own else ""
                self._tell(
                    "unready",
                    str(
                        sentences.NOT_LISTENING(
                            ready_s=self.launch.ready_s, other=other, host=wanted[0], port=wanted[1]
                        )
                    ),
                )
                return
            await asyncio.sleep(of_the_wall(_LOOK_S))

    def _ended(self, ending: Ending) -> None:
        """The program ended by itself."""
        state = "stopped" if ending.code == 0 else "crashed"
        error = first_error(self.room.logs / f"terminal-{self._lives}.log")
        first = f"; first error: {error}" if error and error not in ending.words() else ""
        item = Words(self._item, self._item.zh)
        words = str(sentences.PROGRAM_ENDED(item=item, words=ending.words(), first=first))
        self._tell(state, words)
        if not self.died.done():
            self.died.set_result(words)


def first_error(log: Path) -> str:
    """The first line of a program's screen that speaks of an error, for a person to read; empty if none does."""
    try:
        text = log.read_text("utf-8", errors="replace")
    except OSError:
        return ""
    lines = (line.strip() for line in text.splitlines())
    return next((line[:_LINE] for line in lines if _ERROR.search(line) and not line.startswith("Traceback")), "")


def _lost(report: LossReport) -> str:
    """What a cut took from the disk, in words."""
    names = f"; names lost: {', '.join(report.lost_names[:5])}" if report.lost_names else ""
    back = f"; names back: {', '.join(report.returned_names[:5])}" if report.returned_names else ""
    return (
        f"cut {report.cut} ({report.keep}, {report.model}): of the unsynced writes {report.dropped_writes} dropped, "
        f"{report.torn_writes} torn, {report.kept_writes} kept; {report.lost_octets} octets lost{names}{back}"
    )


def install(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder and sync them and every folder on the way. Raises ValueError for a path outside."""
    folders = {folder: None}
    for name, text in files.items():
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(f"{name!r} is no path below the terminal's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        for parent in path.parents:
            if parent == folder or folder in parent.parents:
                folders[parent] = None
    for each in folders:
        number = os.open(each, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
