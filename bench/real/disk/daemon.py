"""The process of a lossy disk: `python -m bench.real.disk.daemon SOCKET COUNTERS` (two inherited descriptors).

Leaves the file system to `fuse` and `core`; mounts, unmounts and answers the bench. The file system has the main
thread, the bench another. When the bench dies the disk unmounts itself and ends; the bench's end of the socket may live
on in a child that it was about to start on the frozen disk, so the bench's process is watched too.
"""

from __future__ import annotations

import logging
import os
import select
import shutil
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from bench.real.disk.core import DiskCore
from bench.real.disk.export import export
from bench.real.disk.fuse import serve
from bench.real.disk.model import LossReport, Medium
from bench.real.disk.mounts import unmount_now
from bench.real.disk.notify import SyncListener, flush_kernel
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

MOUNT_TIMEOUT_S = 20.0


class Daemon:
    """The two threads' common room."""

    def __init__(self, wire: socket.socket, counters: Counters) -> None:
        self._wire = wire
        self._counters = counters
        self._sending = threading.Lock()
        self._state = threading.Condition()
        self._opened: tuple[Open, DiskCore] | None = None
        self._wanted = False
        self._mounted = False
        self._serving = False
        self._closing = False
        self._problem = ""

    def send(self, message: Done | DiskEvent) -> None:
        """One packet to the bench; a dead bench does not hear it."""
        with self._sending, suppress(OSError):
            self._wire.send(msgspec.msgpack.encode(message))

    # The file system's thread

    def run(self) -> None:
        """Mount whenever it is wanted, until the end."""
        while True:
            with self._state:
                while not self._wanted and not self._closing:
                    self._state.wait()
                if self._closing:
                    return
                assert self._opened is not None
                opened, core = self._opened
                self._serving = True
            try:
                serve(core, opened.mount, opened.owner, self._ready)
            except RuntimeError as error:
                self._problem = f"libfuse could not mount at {opened.mount} (its status: {error})"
            with self._state:
                alone = self._wanted and self._mounted
                self._wanted = self._mounted = self._serving = False
                self._state.notify_all()
            if alone:
                core.tell("unmounted", opened.mount)

    def _ready(self) -> None:
        with self._state:
            self._mounted = True
            self._state.notify_all()
            assert self._opened is not None
            opened, core = self._opened
        core.tell("mounted", opened.mount)

    # The bench's threads

    def watch(self, bench: int) -> None:
        """Take the death of the bench's process for its last word."""
        with suppress(OSError):
            select.select([os.pidfd_open(bench)], [], [])
        with suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)

    def control(self) -> None:
        """Answer the bench until it closes or dies."""
        decoder = msgspec.msgpack.Decoder(Request)
        with suppress(OSError):
            while packet := self._wire.recv(PACKET_OCTETS):
                request = decoder.decode(packet)
                error, report = "", None
                try:
                    report = self._obey(request.ask)
                except (OSError, RuntimeError, ValueError) as problem:
                    error = str(problem)
                self.send(Done(request.number, error, report))
        self._close()

    def _obey(self, ask: Ask) -> LossReport | None:
        if isinstance(ask, Open):
            return self._open(ask)
        if self._opened is None:
            raise RuntimeError("the disk is not open")
        opened, core = self._opened
        match ask:
            case Freeze(on):
                core.freeze(on)
            case CutPower(keep):
                self._down(core, opened.mount)
                return core.power_cut(keep)
            case Restore():
                self._mount(core)
            case Arm(at, moment):
                core.arm(at, moment)
            case ReadOnly(on):
                core.read_only(on)
            case Fill(room):
                core.fill(room)
            case Fail(share, on):
                core.fail(share, on)
            case SyncAll():
                if self._mounted and not core.frozen:
                    flush_kernel(opened.mount)
                core.sync_all()
            case Export(folder, durable):
                with core.turn:
                    export(core.medium, Path(folder), durable=durable)
        return None

    def _open(self, ask: Open) -> None:
        medium = Medium(ask.size_octets, model=ask.model)
        core = DiskCore(
            medium,
            ask.seed,
            self.send,
            self._counters,
            quota_octets=ask.quota_octets,
            trace_syncs=ask.trace_syncs,
        )
        self._opened = ask, core
        SyncListener(core, ask.watch_path, ask.mount)
        self._mount(core)

    def _mount(self, core: DiskCore) -> None:
        with self._state:
            if self._mounted:
                return
            core.restore()
            self._problem = ""
            self._wanted = True
            self._state.notify_all()
            self._state.wait_for(lambda: self._mounted or not self._wanted, timeout=MOUNT_TIMEOUT_S)
            if not self._mounted:
                raise RuntimeError(self._problem or "the kernel did not answer the mount")

    def _down(self, core: DiskCore, mount: str) -> None:
        """End the mount; what stands still inside it is let go, and its callers' answers go nowhere."""
        with self._state:
            if not self._serving:
                return
            self._wanted = False
        core.freeze(True)
        unmount_now(mount)
        core.let_go()
        with self._state:
            self._state.wait_for(lambda: not self._serving)

    def _close(self) -> None:
        if self._opened is not None:
            opened, core = self._opened
            self._down(core, opened.mount)
            shutil.rmtree(Path(opened.watch_path).parent, ignore_errors=True)
        with self._state:
            self._closing = True
            self._state.notify_all()


def main(words: list[str]) -> None:
    """Serve one disk and end with its bench."""
    logging.getLogger("fuse").setLevel(logging.CRITICAL)
    wire = socket.socket(fileno=int(words[0]))
    counters = Counters(int(words[1]))
    daemon = Daemon(wire, counters)
    threading.Thread(target=daemon.watch, args=(os.getppid(),), daemon=True).start()
    threading.Thread(target=daemon.control, daemon=True).start()
    daemon.run()


if __name__ == "__main__":
    main(sys.argv[1:])
