"""The files of a terminal that is a program, in others' hands: looked into, emptied, altered (R-31, R-35, R-40).

Leaves what is looked for to `secrets`. Files that the bench itself gave the program at its commissioning are left out:
they hold what the terminal was told, in the clear, and are not its own keeping.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from bench.dut import Alterable, Alteration, Seat, TerminalAdapter
from bench.facade import secrets
from bench.history import Event
from bench.history.looks import SECRETS, STORAGE, TAMPERING, AlteredRow
from bench.history.observation import NOTHING
from bench.virtual.disk import spoilt
from simulators.world import Site


class TerminalFiles:
    """The files below a terminal's state folder; `given` are those of its commissioning, by path below it."""

    def __init__(
        self,
        folder: Path,
        given: Collection[str],
        *,
        site: Site,
        adapter: TerminalAdapter,
        seat: Seat,
        record: Callable[[Event], None],
        now_us: Callable[[], int],
    ) -> None:
        self._folder = folder
        self._given = given
        self._site = site
        self._adapter = adapter
        self._seat = seat
        self._record = record
        self._now_us = now_us
        self.held: Callable[[], Mapping[str, list[bytes]]] = dict
        """Secrets of people to look for too."""

    def read(self) -> dict[str, bytes]:
        """Every file by its path, in order; one that goes while it is looked for is left out."""
        found: dict[str, bytes] = {}
        for path in sorted(self._folder.rglob("*")):
            name = path.relative_to(self._folder).as_posix()
            if name in self._given or path.is_symlink() or not path.is_file():
                continue
            try:
                found[name] = path.read_bytes()
            except FileNotFoundError:
                continue
        return found

    def empty(self) -> None:
        """Remove everything below the folder."""
        for path in list(self._folder.iterdir()):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def damage(self) -> None:
        """Spoil every file but those of its commissioning."""
        for name, octets in self.read().items():
            (self._folder / name).write_bytes(spoilt(octets))

    @property
    def alterable(self) -> bool:
        """Whether the adapter can reach into the files."""
        return isinstance(self._adapter, Alterable)

    def alter(self, alterations: Sequence[Alteration]) -> None:
        """Have the adapter alter records, and tell which. Raises LookupError for one that is not there."""
        if isinstance(self._adapter, Alterable):
            asked = self._now_us()
            rows = [AlteredRow.from_words(row) for row in self._adapter.alter(self._seat, alterations)]
            self._record(TAMPERING.told(self._now_us(), asked, NOTHING, rows))

    async def count_values(self) -> None:
        """Tell how many measured values that centres have stored are in each file. Raises OSError."""
        asked = self._now_us()
        values = secrets.values_of(self._site)
        rows = await asyncio.to_thread(lambda: secrets.count_values(self.read(), values))
        self._record(STORAGE.told(self._now_us(), asked, NOTHING, rows))

    async def search(self) -> None:
        """Tell where secrets that the terminal was given are found, in files and in answers. Raises OSError."""
        asked = self._now_us()
        files = await asyncio.to_thread(self.read)
        places: dict[str, bytes | None] = {f"storage {name}": octets for name, octets in files.items()}
        for what in secrets.QUESTIONS:
            query = {"from": str(self._site.world.start_us)} if what == "log" else {}
            try:
                places[f"interface {what}"] = secrets.text_of(await self._adapter.ask(self._seat, what, query))
            except (LookupError, OSError, TimeoutError):
                places[f"interface {what}"] = None
        known = {**secrets.secrets_of(self._site), **self.held()}
        rows = await asyncio.to_thread(secrets.search, places, known)
        self._record(SECRETS.told(self._now_us(), asked, NOTHING, rows))
