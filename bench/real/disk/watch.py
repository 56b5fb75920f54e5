"""Starts a program whose sync(2) and syncfs(2) calls the lossy disk hears of: `disk_watch.py SOCKET PROGRAM [WORD…]`.

Leaves answering the calls to `notify`. Runs alone, on the standard library, in the place of the program: it
installs a seccomp filter with a listener, hands the listener to the disk through the socket and becomes the program.

The kernel flushes a FUSE mount at sync(2) without a word to its server. A seccomp user notification is what tells.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys

SYNC_CALLS = {"x86_64": (0xC000003E, 162, 306), "aarch64": (0xC00000B7, 81, 267)}
"""Audit architecture, and the numbers of sync and syncfs, by machine."""

_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_MODE_FILTER = 1
_NEW_LISTENER = 1 << 3
_NO_NEW_PRIVILEGES = 38
_NOTIFY = 0x7FC00000
_ALLOW = 0x7FFF0000
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _filter(machine: str) -> bytes:
    """Classic BPF: notify of the two calls, allow the rest, and everything of another architecture."""
    architecture, sync, syncfs = SYNC_CALLS[machine]
    steps = [
        (_LOAD, 0, 0, 4),
        (_JUMP_IF_EQUAL, 0, 3, architecture),
        (_LOAD, 0, 0, 0),
        (_JUMP_IF_EQUAL, 2, 0, sync),
        (_JUMP_IF_EQUAL, 1, 0, syncfs),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NOTIFY),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _install(machine: str) -> int:
    """Install the filter in this process; the listener's descriptor, or OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = _filter(machine)
    program = _Program(len(code) // 8, code)
    for attempt in range(2):
        listener = libc.syscall(
            _SECCOMP[machine],
            ctypes.c_ulong(_SET_MODE_FILTER),
            ctypes.c_ulong(_NEW_LISTENER),
            ctypes.byref(program),
        )
        if listener >= 0:
            return listener
        if attempt == 0:
            libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    number = ctypes.get_errno()
    raise OSError(number, f"the kernel refused the seccomp filter: {os.strerror(number)}")


def main(words: list[str]) -> None:
    """Install the filter, hand over its listener, become the program."""
    path, program = words[0], words[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as disk:
            disk.connect(path)
            listener = _install(platform.machine())
            socket.send_fds(disk, [b"!"], [listener])
            os.close(listener)
            disk.recv(1)
        os.execvp(program[0], program)
    except OSError as error:
        sys.stderr.write(f"disk_watch: cannot start {program[0]} on the lossy disk / 无法启动程序: {error}\n")
        sys.exit(126)


if __name__ == "__main__":
    main(sys.argv[1:])
