"""What lives ended by a power cut leave behind, kept so that nothing of it is ever finalised into the world.

Leaves who is dead to the domains, and when the world is over to the loop.
"""

# pyright: reportPrivateUsage=false, reportAttributeAccessIssue=false

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
import warnings
from typing import Any

from bench.virtual.domain import Life


class Reaper:
    """Handles, generators, tasks and whatever else belonged to the dead of one world."""

    def __init__(self) -> None:
        self._things: list[object] = []
        self._tasks: list[tuple[asyncio.Task[Any], contextvars.Context]] = []
        self.keep = self._things.append
        self.keep_all = self._things.extend

    def bury(self, life: Life, tasks: list[asyncio.Task[Any]]) -> None:
        """Keep the tasks of a dead life and its asynchronous generators."""
        for task in tasks:
            task._log_destroy_pending = False
            self._tasks.append((task, life.context))
        self._things.extend(life.generators.values())

    def kept(self) -> set[int]:
        """The identities of what is kept, tasks apart."""
        return {id(thing) for thing in self._things}

    def __bool__(self) -> bool:
        return bool(self._tasks or self._things)

    def release(self) -> None:
        """Let go of everything; the loop has seen to it that nothing the frames do can reach anything."""
        old_hook = sys.unraisablehook
        sys.unraisablehook = _say_nothing
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for task, context in self._tasks:
                    coroutine = task.get_coro()
                    for _ in range(8):
                        try:
                            context.copy().run(coroutine.close)
                            break
                        except BaseException:
                            continue
                    task._log_traceback = False
                    coroutine = None
                task = None
                self._tasks.clear()
                self._things.clear()
                gc.collect()
        finally:
            sys.unraisablehook = old_hook


def birth_of(task: asyncio.Task[Any]) -> int:
    """The task's number on its loop; 0 for one that a library made without asking the loop."""
    return getattr(task, "birth", 0)


def life_of(task: asyncio.Task[Any]) -> Life | None:
    """The life the task was born into."""
    return getattr(task, "life", None)


def _say_nothing(unraisable: object) -> None:
    """What a dead frame raises while it is released is of no interest to anybody."""
