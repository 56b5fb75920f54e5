"""A load as a case makes it: by a plan, against the bench's own centre, a host, or the platform on test.

Leaves making it to `bench.load`. In virtual time there is none: Locust runs on real sockets.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.facade.bench import Unable
from bench.load.plan import Plan
from bench.load.run import Aim, Hands, carry_out
from simulators.events import Event


class Loads:
    """Makes loads for a case; `folder` gets their books, `observe` their events."""

    def __init__(self, folder: Path | None, observe: Callable[[Event], None], hands: Hands | None = None) -> None:
        self._folder = folder
        self._observe = observe
        self._hands = hands

    async def make(self, plan: Plan, aim: Aim | None = None) -> None:
        """Make it, to its end. Raises LoadFailed, and Unable where there is no place for its books."""
        if self._folder is None:
            raise Unable("a load needs a folder for its books / 负载测试需要运行目录")
        await carry_out(plan, self._folder, self._observe, hands=self._hands, aim=aim)


class NoLoads(Loads):
    """Virtual time."""

    def __init__(self) -> None:
        super().__init__(None, lambda event: None)

    async def make(self, plan: Plan, aim: Aim | None = None) -> None:
        """Not here. Raises Unable."""
        del plan, aim
        raise Unable("a load is made in real time: --rig loopback, process or lab / 负载测试仅用于实时台架")
