"""The virtual loop: asyncio on a clock that jumps, so that two days pass in seconds.

Leaves sockets to the network attached to it, power to the domains and the plant to SimPy processes of the same clock.

Order of things, which is the whole of the determinism:

1. Callbacks that are ready run first in, first out.
2. When none is ready, the next SimPy event and the next timer are compared; the earlier one happens, at the same
   instant the SimPy event. A step of SimPy is one event, after which ready callbacks run again.
3. Timers of one instant run in the order in which they were set. A timer for now or the past is ready at once.
4. When nothing is left and the loop was not told to stop, that is a deadlock, reported and never waited for.

There is no selector, no thread, no wall clock; `run_in_executor` runs the function in place. Ctrl-C ends the world
between two rounds of callbacks: raised in the middle of one, a database or a task might take it for its own error.
"""

# An event loop is made of asyncio's and SimPy's private parts, which the type stubs leave out.
# pyright: reportPrivateUsage=false, reportAttributeAccessIssue=false

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import signal
import sys
import threading
import weakref
from asyncio import events as _events
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from heapq import heapify, heappop, heappush
from types import FrameType
from typing import Any, NoReturn, TypeVar, cast

import simpy

from bench.virtual.domain import CURRENT, Life, PowerCut
from bench.virtual.handles import VirtualHandle, VirtualTimer, name_of
from bench.virtual.networked import NetworkedLoop
from bench.virtual.reaper import Reaper, birth_of, life_of

T = TypeVar("T")

_copy_context = contextvars.copy_context
_current_life = CURRENT.get

LIVELOCK_LIMIT = 1_000_000
"""Callbacks at one instant before the loop calls it a livelock."""

_PURGE_AT_LEAST = 512


class Deadlock(RuntimeError):
    """Nothing is ready, no timer and no SimPy event is left, yet the loop is asked to go on."""


class Livelock(RuntimeError):
    """Callbacks keep following each other at one instant and the clock never advances; `upcoming` is the next."""

    def __init__(self, words: str, upcoming: VirtualHandle | VirtualTimer | None = None) -> None:
        super().__init__(words)
        self.upcoming = upcoming


class VirtualLoop(NetworkedLoop):
    """An asyncio event loop whose `time()` is `env.now`, in seconds.

    `livelock_limit` is how many callbacks may run at one instant.
    """

    def __init__(self, env: simpy.Environment | None = None, *, livelock_limit: int = LIVELOCK_LIMIT) -> None:
        super().__init__()
        self.set_debug(False)
        self.env = env if env is not None else simpy.Environment()
        self.livelock_limit = livelock_limit
        self.callbacks_run = 0
        self._clock_resolution = 0.0
        self._ready: deque[VirtualHandle | VirtualTimer] = deque()
        self._timers: list[tuple[float, int, VirtualTimer]] = []
        self._timer_serial = 0
        self._cancelled_timers = 0
        self._births = 0
        self._agen_births = 0
        self._generators: weakref.WeakValueDictionary[int, AsyncGenerator[Any, Any]] = weakref.WeakValueDictionary()
        self._reaper = Reaper()
        self._burial_hooks: list[Callable[[Life], object]] = []
        self._disposing = False
        self._finishing = False
        self._stopping = False

    # Time and callbacks

    def time(self) -> float:
        """Seconds since the beginning of this world."""
        return self.env._now + 0.0

    def call_soon(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> VirtualHandle:
        """Run `callback(*args)` after those already ready."""
        caller = life = _current_life()
        if context is None:
            context = _copy_context()
        else:
            life = context.get(CURRENT)
        handle = VirtualHandle(callback, args, self, context, life)
        if (caller is not None and caller.dead) or (life is not None and life.dead) or self._closed:
            self._refuse(handle, caller, life)
        else:
            self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon  # pyright: ignore[reportAssignmentType]

    def call_later(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, delay: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> VirtualTimer:
        """Run `callback(*args)` in `delay` seconds."""
        return self.call_at(self.env._now + delay, callback, *args, context=context)

    def call_at(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, when: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> VirtualTimer:
        """Run `callback(*args)` when `time()` is `when`; at once when that is past."""
        caller = _current_life()
        if context is None:
            context = _copy_context()
            life = caller
        else:
            life = context.get(CURRENT)
        timer = VirtualTimer(callback, args, self, context, life)
        timer._when = when
        timer._scheduled = True
        if (caller is not None and caller.dead) or (life is not None and life.dead) or self._closed:
            self._refuse(timer, caller, life)
        elif when <= self.env._now:
            timer._scheduled = False
            self._ready.append(timer)
        else:
            self._timer_serial = serial = self._timer_serial + 1
            heappush(self._timers, (when, serial, timer))
        return timer

    def schedule(
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: contextvars.Context,
        life: Life | None,
    ) -> VirtualTimer:
        """`call_at` for the network: on behalf of `life`, whoever is calling."""
        timer = VirtualTimer(callback, args, self, context, life)
        timer._when = when
        timer._scheduled = True
        if (life is not None and life.dead) or self._closed:
            self._refuse(timer, life, life)
        elif when <= self.env._now:
            timer._scheduled = False
            self._ready.append(timer)
        else:
            self._timer_serial = serial = self._timer_serial + 1
            heappush(self._timers, (when, serial, timer))
        return timer

    def note_cancelled_timer(self) -> None:
        """A timer in the heap was cancelled; sweep when more than half of the heap is cancelled ones."""
        self._cancelled_timers = count = self._cancelled_timers + 1
        if count > _PURGE_AT_LEAST and count * 2 > len(self._timers):
            self._timers[:] = [entry for entry in self._timers if not entry[2]._cancelled]
            heapify(self._timers)
            self._cancelled_timers = 0

    def _refuse(self, handle: VirtualHandle | VirtualTimer, caller: Life | None, life: Life | None) -> None:
        """A callback of a dead life is kept and never run; on a closed loop any other is an error."""
        if self._closed and not self._disposing and not (caller and caller.dead) and not (life and life.dead):
            raise RuntimeError("Event loop is closed")
        if isinstance(handle, VirtualTimer):
            handle._scheduled = False
        if not self._closed:
            self._reaper.keep(handle)

    # Running

    def run_forever(self) -> None:
        """Run until `stop()`. Raises Deadlock or Livelock rather than hang."""
        self._check_closed()
        self._check_running()
        old_hooks = sys.get_asyncgen_hooks()
        self._thread_id = threading.get_ident()
        sys.set_asyncgen_hooks(firstiter=self._agen_first_iteration, finalizer=self._agen_finalizer)
        _events._set_running_loop(self)
        interrupts: list[int] = []
        try:
            with self._interrupts_to(interrupts):
                self._run()
            if interrupts:
                raise KeyboardInterrupt
        finally:
            self._stopping = False
            self._thread_id = None
            _events._set_running_loop(None)
            sys.set_asyncgen_hooks(*old_hooks)

    @contextlib.contextmanager
    def _interrupts_to(self, found: list[int]) -> Generator[None, None, None]:
        """The first Ctrl-C stops the loop and is noted; the second is raised where it strikes."""
        ours = threading.current_thread() is threading.main_thread()
        if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return

        def note(number: int, frame: FrameType | None) -> None:
            del frame
            signal.signal(signal.SIGINT, signal.default_int_handler)
            found.append(number)
            self._stopping = True

        signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _run(self) -> None:
        ready = self._ready
        popleft = ready.popleft
        append = ready.append
        timers = self._timers
        env = self.env
        simpy_events = env._queue
        step = env.step
        instant = env._now
        limit = self.livelock_limit
        spent = 0
        try:
            while True:
                while ready:
                    batch = len(ready)
                    for _ in range(batch):
                        handle = popleft()
                        if handle._cancelled:
                            continue
                        life = handle._life
                        if life is None:
                            try:
                                handle._context.run(handle._callback, *handle._args)  # pyright: ignore[reportArgumentType, reportCallIssue]
                            except (SystemExit, KeyboardInterrupt):
                                raise
                            except BaseException as error:
                                self._report(handle, error)
                        elif life.dead:
                            self._reaper.keep(handle)
                        else:
                            try:
                                handle._context.run(handle._callback, *handle._args)  # pyright: ignore[reportArgumentType, reportCallIssue]
                            except (SystemExit, KeyboardInterrupt):
                                raise
                            except BaseException as error:
                                if life.dead:
                                    self._reaper.keep(handle)
                                else:
                                    self._report(handle, error)
                            life.events = count = life.events + 1
                            if count == life.stop_at:
                                life.domain.kill()
                    if self._stopping:
                        return
                    spent += batch
                    if spent > limit:
                        self._livelock(instant)
                handle = life = None
                if self._stopping:
                    return
                while timers and timers[0][2]._cancelled:
                    heappop(timers)
                    self._cancelled_timers -= 1
                if simpy_events and (not timers or simpy_events[0][0] <= timers[0][0]):
                    step()
                    spent += 1
                    if env._now != instant:
                        self.callbacks_run += spent
                        spent = 0
                        instant = env._now
                    elif spent > limit:
                        self._livelock(instant)
                elif timers:
                    self.callbacks_run += spent
                    spent = 0
                    instant = timers[0][0]
                    # SimPy has no public way to let time pass without an event; one would cost a heap entry per timer.
                    env._now = instant
                    while timers and timers[0][0] <= instant:
                        timer = heappop(timers)[2]
                        if timer._cancelled:
                            self._cancelled_timers -= 1
                        else:
                            timer._scheduled = False
                            append(timer)
                else:
                    self._deadlock()
        finally:
            self.callbacks_run += spent

    def _report(self, handle: VirtualHandle | VirtualTimer, error: BaseException) -> None:
        if isinstance(error, PowerCut) or (self._finishing and isinstance(error, asyncio.CancelledError)):
            return
        self.call_exception_handler(
            {"message": f"Exception in callback {name_of(handle._callback)}", "exception": error, "handle": handle}
        )

    def _deadlock(self) -> NoReturn:
        waiting = [task.get_name() for task in self.pending_tasks()]
        shown = ", ".join(waiting[:10]) + (f" and {len(waiting) - 10} more" if len(waiting) > 10 else "")
        raise Deadlock(
            f"nothing is left to happen at {self.time():.6f} s, expected a timer, a SimPy event or a ready callback: "
            f"waiting without end: {shown or 'no task'}; look for a future nobody sets, or a task of a dead domain"
        )

    def _livelock(self, instant: float) -> NoReturn:
        upcoming = ", ".join(name_of(handle._callback) for handle in list(self._ready)[:5]) or "SimPy events"
        raise Livelock(
            f"more than {self.livelock_limit} callbacks at {instant:.6f} s, expected the clock to advance: next are "
            f"{upcoming}; look for a loop that awaits sleep(0) or a timer set for the past",
            self._ready[0] if self._ready else None,
        )

    def stop(self) -> None:
        """Stop after the callbacks that are ready now."""
        self._stopping = True

    def run_in_executor(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, executor: object, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Call `func(*args)` in place and return a finished future; there are no threads in virtual time."""
        del executor
        future: asyncio.Future[T] = self.create_future()
        try:
            result = func(*args)
        except (SystemExit, KeyboardInterrupt, PowerCut):
            raise
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

    async def until(self, event: simpy.Event) -> Any:
        """Wait for a SimPy event and return its value, or raise its failure."""
        if event.processed:
            if event.ok:
                return event.value
            raise cast(Exception, event.value)
        future: asyncio.Future[Any] = self.create_future()

        def settle(done: simpy.Event) -> None:
            if future.done():
                return
            if done.ok:
                future.set_result(done.value)
            else:
                done.defused = True
                future.set_exception(cast(Exception, done.value))

        cast("list[Callable[[simpy.Event], object]]", event.callbacks).append(settle)
        return await future

    # Tasks, generators and the dead

    def create_task(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        coro: Coroutine[Any, Any, T] | Any,
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[T]:
        """A task named by its number on this loop, so that names repeat from run to run."""
        if self._closed:
            self._check_closed()
        self._births = birth = self._births + 1
        factory = self._task_factory
        if factory is None:
            task = asyncio.Task(coro, loop=self, name=name or f"Task-{birth}", context=context)
        else:
            task = factory(self, coro) if context is None else factory(self, coro, context=context)
            task.set_name(name or f"Task-{birth}")
        task.birth = birth
        task.life = _current_life() if context is None else context.get(CURRENT)
        return task

    def pending_tasks(self) -> list[asyncio.Task[Any]]:
        """Unfinished tasks whose domain lives, oldest first."""
        tasks = [task for task in asyncio.all_tasks(self) if (life := life_of(task)) is None or not life.dead]
        return sorted(tasks, key=birth_of)

    def on_burial(self, hook: Callable[[Life], object]) -> None:
        """Call `hook(life)` whenever a life ends, before the domain's own hooks."""
        self._burial_hooks.append(hook)

    def bury(self, life: Life) -> None:
        """Keep what a dead life leaves behind, so that nothing of it is ever finalised into the world."""
        tasks = sorted((task for task in asyncio.all_tasks(self) if life_of(task) is life), key=birth_of)
        self._reaper.bury(life, tasks)
        dead = [entry[2] for entry in self._timers if entry[2]._life is life]
        if dead:
            for timer in dead:
                timer._scheduled = False
            self._reaper.keep_all(dead)
            self._timers[:] = [entry for entry in self._timers if entry[2]._life is not life]
            heapify(self._timers)
            self._cancelled_timers = sum(1 for entry in self._timers if entry[2]._cancelled)
        for hook in self._burial_hooks:
            hook(life)

    def keep(self, thing: object) -> None:
        """Hold a reference to something of a dead life until the loop closes."""
        self._reaper.keep(thing)

    def _agen_first_iteration(self, agen: AsyncGenerator[Any, Any]) -> None:
        self._agen_births = birth = self._agen_births + 1
        life = _current_life()
        (self._generators if life is None else life.generators)[birth] = agen
        if life is not None:
            self._generators[birth] = agen

    def _agen_finalizer(self, agen: AsyncGenerator[Any, Any]) -> None:
        life = _current_life()
        if not self._closed and not (life is not None and life.dead):
            self.call_soon(self.create_task, agen.aclose())

    async def shutdown_asyncgens(self) -> None:
        """Close the asynchronous generators of the living, oldest first."""
        self._asyncgens_shutdown_called = True
        graves = self._reaper.kept()
        for agen in [agen for agen in self._generators.values() if id(agen) not in graves]:
            try:
                await agen.aclose()
            except Exception as error:
                self.call_exception_handler(
                    {"message": f"error closing asynchronous generator {agen!r}", "exception": error, "asyncgen": agen}
                )

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """As asyncio's, except that the dead, a closed world and who was broken off have nothing to say."""
        life = _current_life()
        if self._disposing or (life is not None and life.dead) or isinstance(context.get("exception"), SystemExit):
            return
        super().call_exception_handler(context)

    def close(self) -> None:
        """End the world: then release the frames of the dead, where nothing they do can reach anything."""
        if self._closed:
            return
        super().close()
        self._timers.clear()
        if not self._reaper:
            return
        self._disposing = True
        try:
            self._reaper.release()
        finally:
            self._disposing = False


def running_loop() -> VirtualLoop:
    """The virtual loop that is running; RuntimeError when there is none or it is another kind."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        raise RuntimeError(
            f"expected to run on a VirtualLoop, got {type(loop).__name__}: start with virtual.loop.run()"
        )
    return loop


def run(main: Coroutine[Any, Any, T], *, env: simpy.Environment | None = None, debug: bool = False) -> T:
    """Run `main` to its end in a fresh virtual world, cancel what is left, close the loop; like `asyncio.run`."""
    loop = VirtualLoop(env)
    loop.set_debug(debug)
    try:
        return loop.run_until_complete(main)
    finally:
        finish(loop)


def finish(loop: VirtualLoop) -> None:
    """Cancel the tasks that are left (oldest first), close the asynchronous generators and the loop."""
    loop._finishing = True
    try:
        remaining = loop.pending_tasks()
        for task in remaining:
            task.cancel()
        if remaining:
            loop.run_until_complete(_gather(remaining))
            for task in remaining:
                if not task.cancelled() and (error := task.exception()) is not None:
                    loop.call_exception_handler(
                        {"message": "unhandled exception while the world ended", "exception": error, "task": task}
                    )
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


async def _gather(tasks: list[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
