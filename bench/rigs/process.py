"""The process rig: the terminal as a program of its own, in its own network and on a disk that loses unsynced writes.

Leaves the case's world to `real.bench` and the wires to `places.network`. It needs root and says so. Its injectors
prove themselves before a run: wires, disk, and the program's clock where it can be moved.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from bench.case import Case
from bench.history import Recorder
from bench.real import faketime, netns
from bench.real.disk import lossy_disk
from bench.real.disk.prove import prove_disk
from bench.real.haste import FastLoop
from bench.real.proxy.prove import prove_forwarder
from bench.real.wire import wire
from bench.real.wire.prove import prove_wire
from bench.rigs import sentences
from bench.rigs.places.loopback import LIMITS, LoopbackPlace
from bench.rigs.places.place import Place
from bench.rigs.places.room import RoomyNetworkPlace
from bench.rigs.real.bench import conduct
from bench.run import Setup
from simulators import scratch


class _RealRig:
    """What the real-time rigs share."""

    name: ClassVar[str]
    captures: ClassVar[bool]

    def place(self, trouble: Callable[[str], None]) -> Place:
        """A fresh place for one case."""
        raise NotImplementedError

    def conduct(self, case: Case, setup: Setup, seed: int, recorder: Recorder) -> float:
        """Drive the case; returns how many seconds it took. What goes wrong in the bench is recorded as Trouble."""
        folder = scratch.make("rig")
        try:
            work = conduct(
                case,
                setup,
                seed,
                recorder,
                rig=self.name,
                place=self.place,
                folder=folder,
                captures=self.captures,
            )
            fast = setup.accelerate
            with asyncio.Runner(loop_factory=(lambda: FastLoop(fast)) if fast > 1 else None) as runner:
                return runner.run(work)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class ProcessRig(_RealRig):
    """Namespaces, wires, lossy disk: needs root."""

    name = "process"
    captures = True

    def place(self, trouble: Callable[[str], None]) -> Place:
        """Three wires for each terminal."""
        return RoomyNetworkPlace(trouble)

    def self_test(self, seed: int) -> None:
        """Sweep up after dead benches, then prove wires, disk and clock. Raises RuntimeError naming what fails."""
        missing = [*wire.requirements(), *lossy_disk.requirements()]
        if missing:
            raise RuntimeError("\n".join((*missing, str(sentences.WITHOUT_THESE()))))
        sweep()
        found = [*prove_wire(seed), *asyncio.run(prove_disk(seed)), *_clock_proof()]
        if found:
            raise RuntimeError("\n".join(found))

    def notes(self) -> Mapping[str, str]:
        """What this rig cannot do here, for the report."""
        missing = faketime.requirements()
        return {"rig.limits": "; ".join(missing)} if missing else {}


class LoopbackRig(_RealRig):
    """Loopback addresses and forwarders: needs no rights, and cannot do everything."""

    name = "loopback"
    captures = False

    def place(self, trouble: Callable[[str], None]) -> Place:
        """Forwarders."""
        del trouble
        return LoopbackPlace()

    def self_test(self, seed: int) -> None:
        """Sweep up after dead benches, prove forwarders, and disk and clock where they are. Raises RuntimeError."""
        sweep()
        found = asyncio.run(prove_forwarder())
        found += [] if lossy_disk.requirements() else asyncio.run(prove_disk(seed))
        if found := [*found, *_clock_proof()]:
            raise RuntimeError("\n".join(found))

    def notes(self) -> Mapping[str, str]:
        """What this rig cannot do, for the report."""
        return {"rig.limits": "; ".join((*LIMITS, *lossy_disk.requirements(), *faketime.requirements()))}


def sweep() -> None:
    """Remove what benches left that were killed: mounts, namespaces, folders."""
    lossy_disk.sweep_stale()
    if os.geteuid() == 0:
        netns.sweep()
    scratch.sweep()


def _clock_proof() -> list[str]:
    """What is wrong with moving a program's clock; nothing where it cannot be moved at all, which cases are told."""
    if faketime.requirements():
        return []
    folder: Path = scratch.make("rig")
    try:
        return faketime.prove_clock(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


RIG = ProcessRig()
