"""Coroutines of a test in virtual time, on a network in which 127.0.0.1 is the only machine.

What waits there waits for no machine: a test of streams cannot be too slow, and costs no time.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from bench.virtual import loop
from bench.virtual.network import Network

T = TypeVar("T")


class Runner(Protocol):
    """`virtually`, or `asyncio.run` where programs of others take part."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> T: ...


def virtually(work: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`."""

    async def main() -> T:
        Network()
        return await work

    return loop.run(main())
