"""Versions taken into force, and stored periods worked out again, a portion in each transaction (ruling R-24).

Leaves the arithmetic to `emissions` and who may order it to web and management. What is still to be worked out again
after a version was taken is kept with it, so that lost power only delays it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import apsw

from reference_terminal.model.clock import WallClock
from reference_terminal.model.rows import Record
from reference_terminal.model.times import MONTH, Span, iso
from reference_terminal.processing import messages
from reference_terminal.processing.emissions import Emissions
from reference_terminal.processing.rework import Rework
from reference_terminal.settings.accounting import VersionConfig
from reference_terminal.settings.problems import Problem, as_text
from reference_terminal.storage.journal import Journal
from reference_terminal.storage.store import Store

_SCOPE, _FROM = "accounting", "to be worked out again from"
_NOTHING = ""


class StoreBusy(Exception):
    """The store cannot be written now."""


class Recalculation:
    """Of one emitter; `wake` has the queues of the centres looked at."""

    def __init__(
        self, emissions: Emissions, store: Store, clock: WallClock, journal: Journal, wake: Callable[[], None]
    ) -> None:
        self._emissions = emissions
        self._store = store
        self._clock = clock
        self._journal = journal
        self._wake = wake
        self._rework = Rework(emissions, store)
        self.under_way: list[tuple[int, int]] = []
        self._one = asyncio.Lock()
        self._come = asyncio.Event()
        if store.setting(_SCOPE, _FROM):
            self._come.set()

    # Versions

    def refused(self, content: VersionConfig, author: str, origin: str) -> list[Problem]:
        """What is wrong with a version; it is in the log then."""
        problems = self._emissions.versions.problems(content)
        if problems:
            self.tell_refused(content.name or origin, author, problems)
        return problems

    def tell_refused(self, what: str, author: str, problems: Sequence[Problem]) -> None:
        """Put a refusal into the log."""
        emitter = self._emissions.config.emitter
        self._journal.event(messages.VERSION_REFUSED, emitter, author=author, what=what, reason=as_text(problems))
        self._store.flush()

    def gather(self, content: VersionConfig, author: str, reason: str, origin: str) -> None:
        """Gather a version that is not refused, with what is to be worked out again; `taken` after the transaction."""
        self._emissions.versions.gather(content, author, reason, origin)
        begin_s = content.from_s
        if kept := self._store.setting(_SCOPE, _FROM):
            begin_s = min(begin_s, int(kept))
        self._store.keep_setting(_SCOPE, _FROM, str(begin_s))
        said = {"author": author, "what": content.name, "since": iso(content.from_s), "origin": origin}
        self._journal.event(messages.VERSION_TAKEN, self._emissions.config.emitter, **said, reason=reason)

    def taken(self) -> int:
        """A version was committed: its number. What it changes is worked out by `run`, or by `catch_up`."""
        self._emissions.versions.refresh()
        self._come.set()
        return self._emissions.versions.every[-1].number

    # Working out

    async def run(self) -> None:
        """Work out what versions have changed; runs until cancelled."""
        while True:
            await self._come.wait()
            self._come.clear()
            try:
                await self.catch_up()
            except StoreBusy:
                self._come.set()
                await self._clock.nap(1.0)

    async def catch_up(self) -> int:
        """Work out what the versions that were taken change; how many values changed. Raises StoreBusy."""
        changed = 0
        async with self._one:
            while kept := self._store.setting(_SCOPE, _FROM):
                known = len(self._emissions.versions.every)
                changed += await self._redo(int(kept), self._clock.now_s() + 1, None)
                if self._store.setting(_SCOPE, _FROM) == kept and len(self._emissions.versions.every) == known:
                    self._store.keep_setting(_SCOPE, _FROM, _NOTHING)
                    self._store.flush()
        return changed

    async def redo(self, from_s: int, to_s: int, names: Sequence[str] | None) -> int:
        """Work the stored periods that touch [from, to) out again; how many values changed. Raises StoreBusy."""
        async with self._one:
            return await self._redo(from_s, to_s, names)

    async def redo_stack(self, from_s: int, to_s: int, name: str) -> int:
        """Work a stack out again, and then what stands for failed hours of it or beside it. Raises StoreBusy."""
        changed = await self.redo(from_s, to_s, [name])
        return changed + await self.redo(*self._emissions.failed_around(name, from_s, to_s), [name])

    async def _redo(self, from_s: int, to_s: int, names: Sequence[str] | None) -> int:
        changed = 0

        def told(count: int) -> None:
            nonlocal changed
            changed += count

        self.under_way.append((from_s, to_s))
        try:
            for span, starts in self._rework.plan(from_s, to_s, names):

                def gather(span: Span = span, starts: Sequence[int] = starts) -> None:
                    def work(connection: apsw.Connection, witnessed: bool) -> tuple[int, list[Record]]:
                        return self._rework.redo(connection, span, starts, names, witnessed=witnessed)

                    self._store.redo(work, told)

                if not self._store.attempt(gather):
                    raise StoreBusy
                await asyncio.sleep(0)
        finally:
            self.under_way.pop()
        self._wake()
        return changed

    def is_under_way(self, from_s: int, to_s: int) -> bool:
        """Whether something of [from, to) is being worked out again, so that its periods may not agree yet."""
        kept = self._store.setting(_SCOPE, _FROM)
        return bool(kept and int(kept) < to_s) or any(low < to_s and from_s < high for low, high in self.under_way)

    async def order(self, from_s: int, to_s: int, author: str, reason: str) -> int:
        """Work everything of [from, to) out again with every version there is, closed months too. Raises StoreBusy."""
        months: list[int] = []
        at_s = max(MONTH.start(from_s), MONTH.start(self._first_s()))
        while at_s < to_s:
            months.append(at_s)
            at_s = MONTH.end(at_s)

        def gather() -> None:
            for month_s in months:
                self._emissions.versions.release(month_s, author, reason)

        if not self._store.attempt(gather):
            raise StoreBusy
        self._emissions.versions.refresh()
        changed = await self.redo(from_s, to_s, None)
        said = {"author": author, "since": iso(from_s), "until": iso(to_s), "count": changed, "reason": reason}
        self._journal.event(messages.RECALCULATED, self._emissions.config.emitter, **said)
        self._store.flush()
        return changed

    def _first_s(self) -> int:
        """The oldest instant of which anything is stored."""
        row = self._store.connection.execute("SELECT min(start_s) FROM record").fetchone()
        entry = self._store.connection.execute("SELECT min(start_s) FROM accounting_entry").fetchone()
        found = [int(str(each[0])) for each in (row, entry) if each is not None and each[0] is not None]
        return min(found, default=self._clock.now_s())
