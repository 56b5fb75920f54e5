"""Power domains: whatever a simulated device runs, and the cut that ends it between two callbacks.

Leaves time to the loop, segments to the network and storage to the disk; each asks here whether an owner still lives.

A `Domain` is the device, a `Life` is the time from one boot to the next cut. The life travels in a context variable, so
every task, callback, timer, transport and server started by code of the domain belongs to it without being told.

After a cut nothing of that life runs again: no callback, no timer, no `finally`, no `except CancelledError`. Its dead
tasks, generators and timers stay referenced (see `reaper`), because a coroutine that is garbage collected would run
its `finally` blocks. Python cannot abandon a frame it is executing: when the cut comes from inside the domain's own
callback (a disk sync that pulls the plug), the rest of that callback still executes, but in a world that no longer
listens: calls to the loop, writes to transports and the disk are all lost. The frames are released when the loop
closes, after the end of that world.
"""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from bench.virtual.loop import VirtualLoop

T = TypeVar("T")

CURRENT: contextvars.ContextVar[Life | None] = contextvars.ContextVar("carbonbench.life", default=None)
"""The life that the running code belongs to; None is the bench itself, which no cut reaches."""


class PowerCut(BaseException):
    """Unwinds code of a domain that lost power in the middle of one of its own calls.

    A BaseException, so that the device's `except Exception` does not take it for a fault it could handle.
    """


class Life:
    """One boot of a domain. `events` counts its callbacks; `stop_at` is the count after which power fails."""

    __slots__ = ("__weakref__", "context", "dead", "domain", "events", "generation", "generators", "stop_at")

    def __init__(self, domain: Domain, generation: int) -> None:
        self.domain = domain
        self.generation = generation
        self.dead = False
        self.events = 0
        self.stop_at = -1
        self.generators: weakref.WeakValueDictionary[int, AsyncGenerator[Any, Any]] = weakref.WeakValueDictionary()
        self.context = contextvars.Context()
        self.context.run(CURRENT.set, self)

    def __repr__(self) -> str:
        return f"<Life {self.domain.name}#{self.generation}{' dead' if self.dead else ''}>"


class Domain:
    """A device as far as its power goes. It is on from the start; `kill()` cuts the power and `boot()` restores it.

    `loop` is the virtual loop it runs on, the running one unless given.
    """

    def __init__(self, name: str, *, loop: VirtualLoop | None = None) -> None:
        from bench.virtual.loop import running_loop

        self.name = name
        self.generation = 1
        self._loop = loop if loop is not None else running_loop()
        self._life = Life(self, 1)
        self._cut_hooks: list[tuple[contextvars.Context, Callable[[Domain], object]]] = []

    def __repr__(self) -> str:
        return f"<Domain {self.name}#{self.generation} {'on' if self.alive else 'off'}>"

    @property
    def alive(self) -> bool:
        """Whether the power is on."""
        return not self._life.dead

    @property
    def life(self) -> Life:
        """The present life, or the last one while the power is off."""
        return self._life

    @property
    def events(self) -> int:
        """Callbacks run by the present life so far."""
        return self._life.events

    def create_task(self, coro: Coroutine[Any, Any, T], *, name: str | None = None) -> asyncio.Task[T]:
        """Start `coro` as this device's code. A task of a domain that is cut never completes.

        RuntimeError when the power is off.
        """
        if self._life.dead:
            coro.close()
            raise RuntimeError(
                f"domain {self.name!r} has no power, expected a booted one: call boot() before starting code in it"
            )
        return self._loop.create_task(coro, name=name, context=self._life.context.copy())

    async def run(self, coro: Coroutine[Any, Any, T], *, name: str | None = None) -> T:
        """Run `coro` as this device's code and return its result; after a cut this waits for ever."""
        return await self.create_task(coro, name=name)

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """Call a plain function now, as this device's code (its tasks and sockets belong to the device)."""
        return self._life.context.copy().run(function, *args)

    def on_cut(self, hook: Callable[[Domain], object]) -> None:
        """Call `hook(domain)` at every cut, in the caller's context, after the domain is dead."""
        self._cut_hooks.append((contextvars.copy_context(), hook))

    def kill(self) -> None:
        """Cut the power now. Does nothing when it is off already."""
        life = self._life
        if life.dead:
            return
        life.dead = True
        self._loop.bury(life)
        for context, hook in self._cut_hooks:
            context.copy().run(hook, self)

    def kill_after_events(self, count: int) -> None:
        """Cut the power right after the domain's `count`-th callback from now (at least 1)."""
        if count < 1:
            raise ValueError(f"kill_after_events expects a count of at least 1 callback, got {count}")
        self._life.stop_at = self._life.events + count

    def kill_at(self, when_s: float) -> asyncio.TimerHandle:
        """Cut the power when `loop.time()` is `when_s`; the handle's `cancel()` calls it off."""
        return self._loop.call_at(when_s, self.kill, context=contextvars.Context())

    def boot(self) -> None:
        """Restore power: a new, empty life. RuntimeError when the power is on."""
        if not self._life.dead:
            raise RuntimeError(f"domain {self.name!r} is running, expected one without power: kill() it before boot()")
        self.generation += 1
        self._life = Life(self, self.generation)
