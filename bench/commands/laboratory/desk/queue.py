"""The queue of items and benches: which item is to be run on which rig, who put it there; one run a rig at a time.

Leaves running to `carbonbench run`, a process of its own, whose folder then tells everything. The queue's file is all
that is kept; a server that ended says of what it had started that it does not know.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.commands.laboratory import sentences
from bench.commands.running.options import RUN_RIGS
from bench.journal import RUN, JournalError, now, read_run
from reports.verdicts import write_whole

FILE = "queue.json"
QUEUED, RUNNING, ENDED, WITHDRAWN, UNKNOWN = "queued", "running", "ended", "withdrawn", "unknown"
_LOOKS_S = 1.0


class QueueError(Exception):
    """An order that cannot be put into the queue; one sentence says why."""


class Order(msgspec.Struct, kw_only=True):
    """One run that somebody wants: profile, rig, cases (patterns), how often; what became of it."""

    number: int
    at: str
    by: str
    profile: str
    rig: str
    cases: tuple[str, ...] = ()
    repeat: int = 1
    state: str = QUEUED
    code: int | None = None
    run: str = ""
    began: str = ""


class Queue:
    """The orders below `out`, and what starts them."""

    def __init__(self, out: Path, profiles: Path, lab: Path | None = None) -> None:
        """Raises QueueError."""
        self._out, self._profiles, self._lab = out, profiles, lab
        self._path = out / FILE
        self.orders: list[Order] = []
        if self._path.exists():
            try:
                self.orders = msgspec.json.decode(self._path.read_bytes(), type=list[Order])
            except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise QueueError(sentences.QUEUE_UNREADABLE(error=error).after(self._path)) from None
        for each in self.orders:
            if each.state == RUNNING:
                each.state = UNKNOWN
        self._running: dict[str, asyncio.Task[None]] = {}

    def profiles(self) -> list[str]:
        """Profiles that can be chosen: files of the folder that have the head of one."""
        found: list[str] = []
        for path in sorted(self._profiles.glob("*.toml")):
            try:
                text = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            if "\n[terminal]" in f"\n{text}" or "\n[platform]" in f"\n{text}":
                found.append(path.name)
        return found

    def profile(self, name: str) -> Path:
        """Where an item's profile lies. Raises QueueError for one that there is not."""
        if name not in self.profiles():
            raise QueueError(sentences.ONE_OF_PROFILES(profiles=self.profiles() or "-").after(name or "item"))
        return (self._profiles / name).resolve()

    def add(self, *, by: str, profile: str, rig: str, cases: Sequence[str], repeat: str) -> Order:
        """Put an order at the end. Raises QueueError."""
        self.profile(profile)
        if rig not in RUN_RIGS:
            raise QueueError(sentences.ONE_OF_RIGS(rigs=RUN_RIGS).after(rig or "rig"))
        if not by.strip():
            raise QueueError(str(sentences.WHO_WANTS()))
        if not repeat.isdecimal() or not 1 <= int(repeat) <= 100:
            raise QueueError(sentences.HOW_OFTEN().after(repeat or "repeat"))
        if wrong := next((each for each in cases if each.startswith("-")), ""):
            raise QueueError(sentences.CASE_OR_PATTERN().after(wrong))
        made = Order(
            number=len(self.orders) + 1,
            at=now(),
            by=by.strip(),
            profile=profile,
            rig=rig,
            cases=tuple(cases),
            repeat=int(repeat),
        )
        self.orders.append(made)
        self._keep()
        return made

    def withdraw(self, number: int) -> None:
        """Take an order back that has not begun. Raises QueueError."""
        found = next((each for each in self.orders if each.number == number), None)
        if found is None or found.state != QUEUED:
            raise QueueError(sentences.NOT_WAITING().after(number))
        found.state = WITHDRAWN
        self._keep()

    async def work(self) -> None:
        """Start what waits for a rig that is free, as long as this runs."""
        try:
            while True:
                for each in self.orders:
                    if each.state == QUEUED and each.rig not in self._running:
                        self._running[each.rig] = asyncio.create_task(self.run(each))
                await asyncio.sleep(_LOOKS_S)
        finally:
            for task in self._running.values():
                task.cancel()

    async def run(self, order: Order) -> None:
        """Run one order to its end."""
        words = [sys.executable, "-m", "bench.cli", "run", "--rig", order.rig, "--out", str(self._out)]
        words += ["--terminal", str((self._profiles / order.profile).resolve()), "--repeat", str(order.repeat)]
        words += [part for case in order.cases for part in ("--case", case)]
        words += ["--lab", str(self._lab)] if self._lab else []
        order.state, order.began = RUNNING, now()
        self._keep()
        process = None
        try:
            with (self._out / f"queue-{order.number}.log").open("wb") as log:
                process = await asyncio.create_subprocess_exec(*words, stdout=log, stderr=log)
                while process.returncode is None:
                    order.run = order.run or self._run_of(process.pid)
                    try:
                        await asyncio.wait_for(process.wait(), _LOOKS_S)
                    except TimeoutError:
                        continue
            order.run = order.run or self._run_of(process.pid)
            order.state, order.code = ENDED, process.returncode
        except OSError as error:
            order.state, order.run = ENDED, str(error)
        finally:
            if process is not None and process.returncode is None:
                process.terminate()
                order.state = UNKNOWN
            self._keep()
            self._running.pop(order.rig, None)

    def _run_of(self, pid: int) -> str:
        """The run that a process of this computer made."""
        for path in sorted(self._out.glob(f"*/{RUN}"), reverse=True):
            try:
                sittings = read_run(path.parent).sittings
            except JournalError:
                continue
            if sittings and sittings[-1].process.pid == pid:
                return path.parent.name
        return ""

    def _keep(self) -> None:
        write_whole(self._path, msgspec.json.format(msgspec.json.encode(self.orders), indent=1).decode() + "\n")
