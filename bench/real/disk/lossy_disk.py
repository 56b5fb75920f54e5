"""The lossy disk of the real-time rigs: a FUSE mount whose power can be cut, for any program to keep its files on.

Leaves the model of loss to `model` and the serving to a process of its own (`daemon`), so that the bench's
loop never waits for the disk nor the disk for the bench.

How a rig cuts the power, in this order: `await freeze()` (or the disk froze itself at a sync), SIGKILL the program's
process group *without waiting for it*, `await power_cut(keep)`, wait for the program. A killed process that has a call
at a frozen disk ends only when the cut throws the call away; it never sees an answer. `await restore()` mounts again at
the same place, as a boot would.

Two things the kernel decides. A program started through `command()` has its sync(2) and syncfs(2) calls heard; without
it they are invisible to any FUSE server and make nothing durable. And the mount is seen in every mount namespace made
while it stands, and in those that receive the bench's mounts.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bench.real.disk.model import MODELS, LossReport
from bench.real.disk.mounts import owner_name, requirements, sweep_stale
from bench.real.disk.protocol import (
    PACKET_OCTETS,
    Arm,
    Ask,
    Counters,
    CutPower,
    DiskEvent,
    Done,
    Export,
    Fail,
    Fill,
    Freeze,
    Open,
    ReadOnly,
    Request,
    Restore,
    SyncAll,
)
from bench.real.haste import of_the_wall
from bench.virtual.disk import Keep, Moment
from simulators import scratch

__all__ = ["DiskError", "DiskEvent", "Keep", "LossReport", "LossyDisk", "Moment", "requirements", "sweep_stale"]

ANSWER_TIMEOUT_S = 60.0
_WATCH = Path(__file__).with_name("watch.py")
_ROOT = Path(__file__).parents[3]


class DiskError(RuntimeError):
    """The lossy disk cannot do what was asked: one sentence."""


def _ignore(event: DiskEvent) -> None:
    del event


class LossyDisk:
    """A mounted lossy disk; made by `open`, ended by `close` or `async with`.

    While it is frozen the bench itself must not touch `path`, nor start a process in it: these calls stand still too.
    """

    def __init__(self, mount: Path, model: str, observe: Callable[[DiskEvent], object]) -> None:
        self.path = mount
        self.model = model
        self._observe = observe
        self._loop = asyncio.get_running_loop()
        self._wire, self._far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._wire.setblocking(False)
        self._shared = os.memfd_create("carbonbench-disk")
        os.ftruncate(self._shared, os.sysconf("SC_PAGE_SIZE"))
        self._counters = Counters(self._shared)
        self._folder = scratch.make("disk")
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[LossReport | None]] = {}
        self._number = 0
        self._callbacks: list[Callable[[DiskEvent], object]] = []
        self._closed = False

    def __repr__(self) -> str:
        return f"<LossyDisk {self.path} {self.model} {self.syncs} syncs>"

    @classmethod
    async def open(
        cls,
        mount: Path,
        *,
        seed: int | str,
        size_mb: int = 512,
        model: str = "strict",
        observe: Callable[[DiskEvent], object] = _ignore,
        quota_mb: int | None = None,
        trace_syncs: bool = False,
    ) -> LossyDisk:
        """Mount an empty disk of `size_mb` MiB at an existing empty folder; DiskError with a sentence for each problem.

        `seed` decides, with the number of the cut, what chance decides. `quota_mb` bounds the MiB written in all, be
        they overwritten or removed meanwhile. `observe` hears of every event, in the bench's loop.
        """
        mount = mount.absolute()
        problems = [*requirements(), *_problems(mount, size_mb, model, quota_mb)]
        if problems:
            raise DiskError("\n".join(problems))
        disk = cls(mount, model, observe)
        try:
            await disk._start()
            await disk._ask(
                Open(
                    str(mount),
                    seed,
                    size_mb << 20,
                    model,
                    None if quota_mb is None else quota_mb << 20,
                    owner_name(os.getpid()),
                    trace_syncs,
                    str(disk._folder / "sync"),
                )
            )
        except BaseException:
            await disk.close()
            raise
        return disk

    async def __aenter__(self) -> LossyDisk:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def _start(self) -> None:
        far, shared = self._far.fileno(), self._shared
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])}
        errors = os.open(self._folder / "errors", os.O_WRONLY | os.O_CREAT)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.real.disk.daemon",
                str(far),
                str(shared),
                pass_fds=(far, shared),
                start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=errors,
                env=environment,
                cwd="/",
            )
        finally:
            os.close(errors)
        self._far.close()
        self._reader = self._loop.create_task(self._read())

    async def _read(self) -> None:
        decoder = msgspec.msgpack.Decoder(Done | DiskEvent)
        while True:
            try:
                packet = await self._loop.sock_recv(self._wire, PACKET_OCTETS)
            except OSError:
                packet = b""
            if not packet:
                break
            message = decoder.decode(packet)
            if isinstance(message, DiskEvent):
                self._heard(message)
                continue
            future = self._waiting.pop(message.number, None)
            if future is not None and not future.done():
                if message.error:
                    future.set_exception(DiskError(message.error))
                else:
                    future.set_result(message.report)
        if not self._closed:
            self._heard(DiskEvent("lost", str(self.path), self._last_words(), 0, time.monotonic_ns(), time.time_ns()))
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(DiskError(self._gone()))
        self._waiting.clear()

    def _heard(self, event: DiskEvent) -> None:
        self._observe(event)
        if event.kind == "cut_at_sync":
            callbacks, self._callbacks = self._callbacks, []
            for callback in callbacks:
                callback(event)

    def _last_words(self) -> str:
        try:
            return (self._folder / "errors").read_text(errors="replace")[-500:].strip()
        except OSError:
            return ""

    def _gone(self) -> str:
        return f"the process of the lossy disk at {self.path} has ended, close the disk and open another" + (
            f"; its last words: {words}" if (words := self._last_words()) else ""
        )

    def _send(self, ask: Ask) -> asyncio.Future[LossReport | None]:
        if self._closed or self._reader is None or self._reader.done():
            raise DiskError(self._gone())
        self._number += 1
        future: asyncio.Future[LossReport | None] = self._loop.create_future()
        self._waiting[self._number] = future
        try:
            self._wire.send(msgspec.msgpack.encode(Request(self._number, ask)))
        except OSError as error:
            del self._waiting[self._number]
            raise DiskError(self._gone()) from error
        return future

    async def _ask(self, ask: Ask) -> LossReport | None:
        try:
            return await asyncio.wait_for(self._send(ask), of_the_wall(ANSWER_TIMEOUT_S))
        except TimeoutError:
            raise DiskError(
                f"the lossy disk at {self.path} did not answer {type(ask).__name__} within {ANSWER_TIMEOUT_S:.0f} s"
            ) from None

    @property
    def process_id(self) -> int:
        """The number of the disk's own process; DiskError when it was never started or the disk is closed."""
        if self._process is None:
            raise DiskError(self._gone())
        return self._process.pid

    # Counting

    @property
    def syncs(self) -> int:
        """Syncs of programs so far: fsync and fdatasync of files and folders, O_SYNC writes, watched sync(2)."""
        return self._counters.get()[0]

    @property
    def writes(self) -> int:
        """Writes that arrived since the beginning."""
        return self._counters.get()[1]

    @property
    def octets_written(self) -> int:
        """Octets of these writes."""
        return self._counters.get()[2]

    @property
    def octets_used(self) -> int:
        """Octets that the files take now, in pages of 4 KiB."""
        return self._counters.get()[3]

    # Power

    async def freeze(self) -> None:
        """From the return on no operation completes any more; those under way stand still."""
        await self._ask(Freeze(True))

    async def thaw(self) -> None:
        """Let a frozen disk go on as if nothing had been; operations that stood still complete."""
        await self._ask(Freeze(False))

    async def power_cut(self, keep: Keep | str = Keep.SECTORS) -> LossReport:
        """The power failed: the mount ends at once, and of what was not synced only what `keep` lets through is left.

        Kill the program first. All armed cuts are called off.
        """
        report = await self._ask(CutPower(Keep(keep)))
        self._callbacks.clear()
        assert report is not None
        return report

    async def restore(self) -> None:
        """Power is back: mount what the medium holds."""
        await self._ask(Restore())

    def cut_at_sync(
        self, nth: int, moment: Moment | str, callback: Callable[[DiskEvent], object]
    ) -> asyncio.Future[LossReport | None]:
        """Stand still inside the `nth` sync from now (1 is the next), before or after it takes effect.

        The disk freezes in that very call, which never returns to the program, and then `callback(event)` runs in the
        bench's loop: kill the program and cut the power. Several callbacks that wait are all called. Await the future
        to know that the disk will stop; when the program syncs faster than that, it stops at the first sync after.
        """
        if nth < 1:
            raise ValueError(f"cut_at_sync expects the number of a sync from now, at least 1, got {nth}")
        armed = self._send(Arm(self.syncs + nth, Moment(moment)))
        self._callbacks.append(callback)
        return armed

    # Faults

    async def set_read_only(self, on: bool) -> None:
        """Refuse every change with EROFS, or no longer. Programs may still sync."""
        await self._ask(ReadOnly(on))

    async def fill(self, room: int = 0) -> None:
        """Files may grow by `room` more octets in all (whole pages), then ENOSPC."""
        await self._ask(Fill(room))

    async def unfill(self) -> None:
        """The disk has its size back."""
        await self._ask(Fill(None))

    async def io_error(self, share: float = 1.0, on: str = "all") -> None:
        """A share (0..1) of operations fails with EIO; `on` is read, write, sync or all. A share of 0 ends it."""
        if on not in ("all", "read", "write", "sync"):
            raise ValueError(f"io_error expects on= read, write, sync or all, got {on!r}")
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"io_error expects a share of operations from 0 to 1, got {share}")
        await self._ask(Fail(share, on))

    # Files

    async def sync(self) -> None:
        """Make all durable for the bench's own files: not counted, no trap springs."""
        await self._ask(SyncAll())

    async def snapshot(self, folder: Path, *, durable: bool = False) -> Path:
        """Copy all files into a folder that does not exist yet; as the medium holds them with `durable`. DiskError."""
        await self._ask(Export(str(folder.absolute()), durable))
        return folder

    def command(self, words: Sequence[str]) -> list[str]:
        """The command line that starts a program with its sync(2) and syncfs(2) heard; its exit status is unchanged."""
        return [sys.executable, "-I", "-S", str(_WATCH), str(self._folder / "sync"), *words]

    async def close(self) -> None:
        """Unmount, busy or not, and throw the disk away; programs that are still on it see errors. May be repeated."""
        if self._closed:
            return
        self._closed = True
        process, self._process = self._process, None
        self._far.close()
        self._wire.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if process is not None:
            try:
                await asyncio.wait_for(process.wait(), of_the_wall(ANSWER_TIMEOUT_S))
            except TimeoutError:
                process.kill()
                await process.wait()
            sweep_stale(also=os.getpid(), mount=self.path)
        os.close(self._shared)
        shutil.rmtree(self._folder, ignore_errors=True)


def _problems(mount: Path, size_mb: int, model: str, quota_mb: int | None) -> list[str]:
    problems: list[str] = []
    if model not in MODELS:
        problems.append(f"the lossy disk's model is one of {', '.join(MODELS)}, got {model!r}")
    if size_mb < 1:
        problems.append(f"the lossy disk needs a size of at least 1 MiB, got {size_mb}")
    if quota_mb is not None and quota_mb < 1:
        problems.append(f"the lossy disk's quota is at least 1 MiB or none, got {quota_mb}")
    if not mount.is_dir():
        problems.append(f"the lossy disk needs an existing folder to be mounted at, {mount} is not one: create it")
    elif any(mount.iterdir()):
        problems.append(
            f"the lossy disk needs an empty folder to be mounted at, {mount} is not: empty it or take another"
        )
    return problems
