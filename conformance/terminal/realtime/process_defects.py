# pyright: reportPrivateUsage=false
"""Defects of a terminal as a program on a real disk: what virtual time, which has no plain files, cannot have.

Leaves lost transactions of the database to `storage`. In most of them the terminal works on a database in memory and
keeps it in a file of its own making, which is where makers of small terminals go wrong. They run in the process rig.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

from conformance.defects import REAL_RIGS, Patch, defect
from reference_terminal.acquisition.poller import GatewayPoller
from reference_terminal.model.clock import Clock
from reference_terminal.platform import Platform
from reference_terminal.storage import database, store
from reference_terminal.storage.store import Store

_KEPT = ("isc-2/7.2.3e", "csmt/7.6b")


def _in_memory(patch: Patch, save: Callable[[apsw.Connection, Path], None], load: Callable[[Path], Any]) -> None:
    """The database is in memory; `save` puts it on the disk after every commit, `load` fills it at the start."""
    commit = Store.commit

    def opened(path: str, vfs: str | None) -> tuple[apsw.Connection, str]:
        del vfs
        connection = apsw.Connection(":memory:")
        image = load(Path(path))
        if isinstance(image, bytes) and image:
            connection.deserialize("main", image)
        database.migrate(connection)
        database.extend(connection)
        if callable(image):
            image(connection)
        return connection, path

    def committed(self: Store) -> None:
        commit(self)
        save(self.connection, Path(self.path))

    patch(store, "open_database", opened)
    patch(Store, "commit", committed)


def _sound_image(path: Path) -> bytes:
    """The saved image if it is a whole database, else nothing: as a careful start would."""
    try:
        image = path.read_bytes()
        probe = apsw.Connection(":memory:")
        probe.deserialize("main", image)
        verdict = probe.execute("PRAGMA quick_check(1)").fetchone()
    except (OSError, apsw.Error, ValueError):
        return b""
    return image if verdict is not None and verdict[0] == "ok" else b""


def _synced(path: Path, octets: bytes) -> None:
    with path.open("wb") as out:
        out.write(octets)
        out.flush()
        os.fsync(out.fileno())


@defect(
    "file-never-synced",
    en="what is stored is written to a file and renamed, and nothing is ever synced",
    zh="数据写入文件并改名，但从不强制落盘",
    clauses=_KEPT,
    rigs=REAL_RIGS,
)
def file_never_synced(patch: Patch) -> None:
    """Atomic by renaming, as everybody knows; durable only when the system finds the time."""

    def save(connection: apsw.Connection, path: Path) -> None:
        fresh = path.with_suffix(".new")
        fresh.write_bytes(connection.serialize("main"))
        fresh.replace(path)

    _in_memory(patch, save, _sound_image)


@defect(
    "rename-without-directory-sync",
    en="the file is synced and renamed, its directory is not synced",
    zh="文件已落盘并改名，但所在目录未落盘",
    clauses=_KEPT,
    rigs=REAL_RIGS,
)
def rename_without_directory_sync(patch: Patch) -> None:
    """The octets are on the medium and nobody knows their name."""

    def save(connection: apsw.Connection, path: Path) -> None:
        fresh = path.with_suffix(".new")
        _synced(fresh, connection.serialize("main"))
        fresh.replace(path)

    _in_memory(patch, save, _sound_image)


@defect(
    "log-buffered-in-user-space",
    en="the log of everything stored is synced without flushing the program's own buffer",
    zh="日志落盘前未刷新程序自身缓冲区",
    clauses=_KEPT,
    rigs=REAL_RIGS,
)
def log_buffered_in_user_space(patch: Patch) -> None:
    """fsync of a file whose last lines have not left the program."""
    logs: list[Any] = []

    def save(connection: apsw.Connection, path: Path) -> None:
        if not logs:
            logs.append(path.with_suffix(".log").open("a", buffering=1 << 26))
        logs[0].write(connection.serialize("main").hex() + "\n")
        os.fsync(logs[0].fileno())

    def load(path: Path) -> bytes:
        try:
            last = path.with_suffix(".log").read_text().splitlines()[-1]
        except (OSError, IndexError):
            return b""
        return bytes.fromhex(last)

    _in_memory(patch, save, load)


@defect(
    "trusts-half-written-file",
    en="the store is rewritten in place, and a start takes what half of it finds",
    zh="就地改写存储文件，启动时直接采信写了一半的文件",
    clauses=_KEPT,
    rigs=REAL_RIGS,
)
def trusts_half_written_file(patch: Patch) -> None:
    """Table by table, each synced: between two of them the power may go, and the rest is as if it had never been."""
    tables = ("setting", "point", "anchor", "sent", "outbox", "reading", "record", "event")

    def save(connection: apsw.Connection, path: Path) -> None:
        with path.with_suffix(".jsonl").open("w") as out:
            for table in tables:
                os.fsync(out.fileno())
                for row in connection.execute(f"SELECT * FROM {table}"):
                    out.write(json.dumps([table, *row]) + "\n")
                out.flush()
            os.fsync(out.fileno())
        number = os.open(path.parent, os.O_RDONLY)
        os.fsync(number)
        os.close(number)

    def load(path: Path) -> Callable[[apsw.Connection], None]:
        def fill(connection: apsw.Connection) -> None:
            try:
                lines = path.with_suffix(".jsonl").read_text("utf-8", "replace").splitlines()
            except OSError:
                return
            for line in lines:
                try:
                    table, *row = json.loads(line)
                except ValueError:
                    return
                connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({','.join('?' * len(row))})", tuple(row))

        return fill

    _in_memory(patch, save, load)


@defect(
    "clock-from-last-file",
    en="at every start the clock is set to the time last written to a file",
    zh="每次启动都把时钟设为上次写入文件的时间",
    clauses=(*_KEPT, "isc-2/7.3.1c"),
    rigs=REAL_RIGS,
)
def clock_from_last_file(patch: Patch) -> None:
    """Meant for boards without a battery: here the clock was right, and is now late by the time without power."""
    kept = Path("clock.txt")
    commit = Store.commit
    clocks: list[Clock] = []

    def committed(self: Store) -> None:
        commit(self)
        now_ns = clocks[0].time_ns() if clocks else time.time_ns()
        _synced(kept.with_suffix(".new"), str(now_ns).encode())
        kept.with_suffix(".new").replace(kept)
        number = os.open(".", os.O_RDONLY)
        os.fsync(number)
        os.close(number)

    def real(log: Callable[[str], None] | None = None, seed: int | None = None) -> Platform:
        made = whole(log=log, seed=seed)
        clocks.append(made.clock)
        if kept.exists():
            made.clock.set_time_ns(int(kept.read_text()))
        return made

    patch(Store, "commit", committed)
    whole = patch(Platform, "real", staticmethod(real))


@defect(
    "waits-for-a-technician",
    en="a start that finds a store waits for somebody to look at it before it reads meters",
    zh="启动时若发现已有存储文件，则等待人工检查后才采集",
    clauses=_KEPT,
    rigs=REAL_RIGS,
)
def waits_for_a_technician(patch: Patch) -> None:
    """Whoever lost power once may lose it again: an hour is given to come and see."""
    found: list[str] = []

    def opened(path: str, vfs: str | None) -> tuple[apsw.Connection, str]:
        if Path(path).exists() and Path(path).stat().st_size:
            found.append(path)
        return whole(path, vfs)

    async def run(self: GatewayPoller) -> None:
        if found:
            await asyncio.sleep(3600)
        await sound(self)

    whole = patch(store, "open_database", opened)
    sound = patch(GatewayPoller, "run", run)
