"""Ports of loopback that nobody listens on, for tests whose programs are told where to listen.

They lie below those that the kernel gives away itself, and no two test processes get the same ones: what is free when
it is asked for is still free when a program takes it, however late that is.
"""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator

_FIRST, _BEYOND, _BLOCK = 12_000, 32_000, 64
_locks: list[socket.socket] = []
"""One a block; the kernel ends them with the process."""
_left: dict[int, Iterator[int]] = {}
"""What is left of the last block, by process: what a fork inherits is its parent's."""


def free_port() -> int:
    """A port for TCP or UDP."""
    return free_ports(1)[0]


def free_ports(count: int) -> range:
    """So many in a row, at most 64. Raises OSError when there are none."""
    own = os.getpid()
    while True:
        found = list(itertools.islice(_left.get(own, ()), count))
        if len(found) < count:
            _left[own] = iter(_block())
        elif all(map(is_free, found)):
            return range(found[0], found[0] + count)


def _block() -> range:
    """Ports that no other process of tests on this computer has."""
    for first in range(_FIRST, _BEYOND, _BLOCK):
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            lock.bind(f"\0carbonbench-test-ports-{first}")
        except OSError:
            lock.close()
            continue
        _locks.append(lock)
        return range(first, first + _BLOCK)
    raise OSError(f"every port from {_FIRST} to {_BEYOND} was given to a test")


def is_free(port: int) -> bool:
    """Whether nobody has it at any address, nor a connection of it is remembered."""
    try:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("", port))
    except OSError:
        return False
    return True
