"""Keeps every task of the terminal at work: one that fails is told of and begun anew, and no other notices.

Leaves what a task does, and every failure it expects, to the task. What comes here is a fault of the terminal's own or
something that nobody foresaw a peer could send.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from pathlib import PurePath

from reference_terminal.model.seams import seam
from reference_terminal.operations import messages
from reference_terminal.storage.journal import Journal

SOUND_S = 300.0
"""A task that has worked for so long is sound again: its alarm ends, and its next failure is a first one."""
_LONGEST_PAUSE_S = 60.0
_MOST_TOLD = 200

Work = Callable[[], Awaitable[None]]
"""Begins a task, as often as it is called."""


class Supervisor:
    """Runs tasks under names that people read in the log."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._loop = asyncio.get_running_loop()

    @seam
    async def keep(self, name: str, work: Work) -> None:
        """Run a task until cancelled; one that ends by itself has nothing more to do."""
        failures = 0
        while True:
            began_s = self._loop.time()
            sound = self._loop.call_later(SOUND_S, self._is_sound, name) if failures else None
            try:
                await work()
                await self._loop.create_future()
            except Exception as error:
                failures = 1 if self._loop.time() - began_s >= SOUND_S else failures + 1
                self._tell(name, error, self.pause_s(failures))
            finally:
                if sound is not None:
                    sound.cancel()
            await asyncio.sleep(self.pause_s(failures))

    def pause_s(self, failures: int) -> float:
        """How long a task rests after so many failures in a row: 1 s, doubling to 60 s."""
        return min(_LONGEST_PAUSE_S, 2.0 ** min(failures - 1, 10))

    def _tell(self, name: str, error: Exception, pause_s: float) -> None:
        self._journal.event(messages.TASK_FAILED, name, error=in_words(error), pause_s=f"{pause_s:g}")
        self._journal.raise_alarm(messages.TASK_FAILING, name)

    def _is_sound(self, name: str) -> None:
        self._journal.clear_alarm(messages.TASK_FAILING, name)


def in_words(error: Exception) -> str:
    """An error that nobody foresaw: its kind, what it says, and where in the program it arose."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({PurePath(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {str(error)[:_MOST_TOLD]}{where}"
