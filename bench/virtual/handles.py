"""Callbacks waiting to run on the virtual loop: what to call, in which context, and the life it belongs to.

Leaves order and instant to the loop.
"""

# A handle is made of asyncio's private parts, which the type stubs leave out.
# pyright: reportPrivateUsage=false, reportAttributeAccessIssue=false

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.virtual.domain import Life

if TYPE_CHECKING:
    from bench.virtual.loop import VirtualLoop


class _Lived:
    """What a handle is made of, and how it is taken back; asyncio's own looks for a debug mode each time."""

    __slots__ = ()

    def __init__(
        self,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: VirtualLoop,
        context: contextvars.Context,
        life: Life | None,
    ) -> None:
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = context
        self._cancelled = False
        self._life = life

    def cancel(self) -> None:
        """Take the callback back; it will not run."""
        self._cancelled = True
        self._callback = None
        self._args = ()


class VirtualHandle(_Lived, asyncio.Handle):
    """A callback waiting to run, and the life it belongs to."""

    __slots__ = ("_life",)

    def __repr__(self) -> str:
        return f"<VirtualHandle {'cancelled' if self._cancelled else name_of(self._callback)}>"


class VirtualTimer(_Lived, asyncio.TimerHandle):
    """A callback with an instant, which the loop puts in, and the life it belongs to."""

    __slots__ = ("_life",)

    def cancel(self) -> None:
        """Take the callback back; it will not run."""
        if not self._cancelled:
            self._cancelled = True
            self._callback = None
            self._args = ()
            if self._scheduled:
                self._loop.note_cancelled_timer()

    def __repr__(self) -> str:
        return f"<VirtualTimer {self._when} {'cancelled' if self._cancelled else name_of(self._callback)}>"


def name_of(callback: object) -> str:
    """What a callback is called in a message."""
    return getattr(callback, "__qualname__", None) or type(callback).__qualname__
