"""Runs the applications that are installed, each a task beside the others, and starts upgraded modules anew.

Leaves taking packages to `installer`. An application of the reference terminal does nothing but run: what counts is
that it comes, is replaced and goes without anything else noticing.
"""

from __future__ import annotations

import asyncio

from reference_terminal.management import messages
from reference_terminal.management.installer import MODULES, Installer
from reference_terminal.model.clock import WallClock
from reference_terminal.model.seams import seam
from reference_terminal.storage.journal import Journal

BEAT_S = 60
RUNNING, STOPPED = "running", "stopped"


class Applications:
    """The applications of one terminal."""

    def __init__(self, installer: Installer, clock: WallClock, journal: Journal) -> None:
        self._installer = installer
        self._clock = clock
        self._journal = journal
        self._running: dict[str, tuple[str, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()

    def look(self) -> None:
        """What is installed may have changed."""
        self._changed.set()

    def states(self) -> list[dict[str, str]]:
        """Each module and application: name, version, state."""
        return [
            {"name": name, "version": version, "state": RUNNING if self._runs(name, version) else STOPPED}
            for name, version in self._installer.applications().items()
        ]

    def _runs(self, name: str, version: str) -> bool:
        return name in MODULES or self._running.get(name, ("", None))[0] == version

    async def run(self) -> None:
        """Have exactly those running that are installed. Until cancelled."""
        try:
            while True:
                self._changed.clear()
                self._settle()
                await self._changed.wait()
        except asyncio.CancelledError:
            for _, task in self._running.values():
                task.cancel()
            raise

    @seam
    def _settle(self) -> None:
        wanted = {name: text for name, text in self._installer.applications().items() if name not in MODULES}
        for name, (version, task) in list(self._running.items()):
            if wanted.get(name) != version:
                task.cancel()
                del self._running[name]
                self._journal.event(messages.APPLICATION_ENDS, name, version=version)
        for name, version in wanted.items():
            if name not in self._running:
                self._running[name] = (version, asyncio.get_running_loop().create_task(self._application()))
                self._journal.event(messages.APPLICATION_RUNS, name, version=version)

    async def _application(self) -> None:
        while True:
            await self._clock.nap(BEAT_S)
