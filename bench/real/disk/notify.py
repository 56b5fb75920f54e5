"""Answers the sync(2) and syncfs(2) calls of programs started by `watch`: the disk's share of them is a sync.

Leaves the filter to `watch` and what a sync does to the core. A watched sync(2) covers this disk only: syncing
every disk of the machine is nothing the terminal under test should do to the bench. syncfs(2) of another file system
goes on to the kernel. A call that meets a frozen disk is never answered; the kernel forgets it with its caller.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

from bench.real.disk.core import DiskCore
from bench.real.disk.watch import SYNC_CALLS

_RECEIVE = 0xC0502100
_SEND = 0xC0182101
_CONTINUE = 1
_NOTIFICATION = struct.Struct("=QIIiIQ6Q")
_RESPONSE = struct.Struct("=QqiI")


class SyncListener:
    """Listens at a socket's path for watched programs; one thread each, all ended with the process."""

    def __init__(self, core: DiskCore, path: str, mount: str) -> None:
        self._core = core
        self._mount = mount
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(path)
        os.chmod(path, 0o666)
        self._server.listen(64)
        _start(self._accept)

    def _accept(self) -> None:
        while True:
            connection, _ = self._server.accept()
            with connection, suppress(OSError):
                _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
                if descriptors:
                    listener = descriptors[0]
                    _start(lambda listener=listener: self._answer(listener))
                    connection.send(b"!")

    def _answer(self, listener: int) -> None:
        """Answer until the last process behind the filter has ended."""
        calls = {name: numbers for name, numbers in SYNC_CALLS.items() if name == os.uname().machine}
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        try:
            while True:
                _, events = poll.poll()[0]
                if not events & select.POLLIN:
                    return
                buffer = bytearray(_NOTIFICATION.size)
                try:
                    fcntl.ioctl(listener, _RECEIVE, buffer)
                except OSError:
                    continue
                number, process, _, call, _, _, argument, *_ = _NOTIFICATION.unpack(buffer)
                whole = any(call == sync for _, sync, _ in calls.values())
                ours = whole or self._is_ours(process, argument)
                _start(lambda number=number, ours=ours: self._one(listener, number, ours))
        finally:
            os.close(listener)

    def _is_ours(self, process: int, descriptor: int) -> bool:
        try:
            return os.stat(f"/proc/{process}/fd/{descriptor}").st_dev == os.stat(self._mount).st_dev
        except OSError:
            return False

    def _one(self, listener: int, number: int, ours: bool) -> None:
        error = 0
        if ours:
            try:
                flush_kernel(self._mount)
                with self._core.turn:
                    self._core.sync(self._mount, self._core.medium.sync_all)
            except OSError as failed:
                error = -(failed.errno or 0)
        # The caller may be dead, and the listener with it.
        with suppress(OSError):
            fcntl.ioctl(listener, _SEND, _RESPONSE.pack(number, 0, error, 0 if ours else _CONTINUE))


def flush_kernel(mount: str) -> None:
    """Make the kernel hand over what programs wrote through memory maps; OSError. Not from the file system's thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(mount, os.O_RDONLY | os.O_DIRECTORY)
    try:
        libc.syncfs(descriptor)
    finally:
        os.close(descriptor)


def _start(target: Callable[[], object]) -> None:
    threading.Thread(target=target, daemon=True).start()
