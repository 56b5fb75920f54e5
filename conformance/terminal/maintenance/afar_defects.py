# pyright: reportPrivateUsage=false
"""Defects of maintenance from afar: open as delivered, open to strangers, a lock that holds nothing (R-38, R-41)."""

from __future__ import annotations

import asyncio
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access.desk import Desk
from reference_terminal.acquisition.poller import MeterPoller
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.net.channel import Line, PlainLine
from reference_terminal.web.guard import DeskGuard
from reference_terminal.web.maintenance import Maintenance


@defect(
    "afar-as-delivered",
    en="maintenance from afar answers as delivered",
    zh="出厂状态下远程维护端口即开放",
    clauses=("isc-2/7.4.1.2(4)a",),
)
def afar_as_delivered(patch: Patch) -> None:
    """So that the installer can begin."""
    patch(Maintenance, "enabled", property(lambda self: self.is_possible))  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "afar-for-anybody",
    en="maintenance from afar asks nobody for a certificate and speaks in the clear",
    zh="远程维护不要求证书且为明文",
    clauses=("isc-2/7.4.1.2(4)b",),
)
def afar_for_anybody(patch: Patch) -> None:
    """The certificate came too late for the exhibition."""

    async def secure(self: Maintenance, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> Line:
        return PlainLine(reader, writer)

    patch(Maintenance, "_secure", secure)


@defect(
    "state-not-told-afar",
    en="the state of the machine is not told from afar",
    zh="远程不能查看设备运行状态",
    clauses=("isc-2/8.2a", "isc-2/8.2i", "isc-2/8.2j", "csmt/10.6.2a"),
)
def state_not_told_afar(patch: Patch) -> None:
    """It is for the display on the spot."""

    def permits(self: DeskGuard, right: Any, request: Any) -> bool:
        return not (self._afar and request.path.endswith("/system")) and own(self, right, request)

    own = patch(DeskGuard, "permits", permits)


@defect(
    "lock-is-a-word",
    en="the lock from afar is shown and logged, and holds nothing",
    zh="远程锁定只有显示和记录，不起作用",
    clauses=("isc-2/8.2b",),
)
def lock_is_a_word(patch: Patch) -> None:
    """The page greys its buttons."""
    patch(DeskGuard, "_is_here", lambda self, right: right in self._rights_here)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "lock-stops-acquisition",
    en="while configuring is locked from afar the meters are not read either",
    zh="远程锁定期间停止采集",
    clauses=("isc-2/8.2b",),
)
def lock_stops_acquisition(patch: Patch) -> None:
    """Locked is locked."""
    free = asyncio.Event()
    free.set()

    def lock(self: Desk, author: str, *, locked: bool) -> bool:
        (free.clear if locked else free.set)()
        return own_lock(self, author, locked=locked)

    async def read(
        self: MeterPoller, slot_s: int | None, clock: WallClock, wait_s: float | None = None
    ) -> list[Reading]:
        await free.wait()
        return await own_read(self, slot_s, clock, wait_s)

    own_lock = patch(Desk, "lock", lock)
    own_read = patch(MeterPoller, "read", read)


@defect(
    "lock-lost-at-a-restart",
    en="the lock from afar is lost at a restart",
    zh="重启后远程锁定失效",
    clauses=("isc-2/8.2b",),
)
def lock_lost_at_a_restart(patch: Patch) -> None:
    """It is a variable of the program."""
    state_of: dict[int, bool] = {}

    def lock(self: Desk, author: str, *, locked: bool) -> bool:
        state_of[id(self)] = locked
        return own(self, author, locked=locked)

    own = patch(Desk, "lock", lock)
    patch(Desk, "locked", property(lambda self: state_of.get(id(self), False)))  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "lock-for-ever",
    en="the lock from afar is never released",
    zh="远程锁定后不能解除",
    clauses=("isc-2/8.2b",),
)
def lock_for_ever(patch: Patch) -> None:
    """What is locked stays locked."""

    def lock(self: Desk, author: str, *, locked: bool) -> bool:
        return own(self, author, locked=True)

    own = patch(Desk, "lock", lock)
