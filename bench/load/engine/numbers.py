"""Who is whom: the numbers of a load's users, each given once, whichever process its user stands in.

How many users of a load each worker gets is Locust's affair and changes with what it hears of them in time; that each
number has one user is ours. The leader keeps the book; a process whose users have none asks it for as many.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from gevent.event import AsyncResult

TERMINAL, ONLINE, ACTIVE = "terminal", "online", "active"


class Book:
    """The leader's: which numbers of each kind (`most`: how many there are) are given."""

    def __init__(self, most: Mapping[str, int]) -> None:
        self._most = most
        self._given: dict[str, int] = {}
        self._back: dict[str, list[int]] = {}

    def give(self, kind: str, count: int) -> list[int]:
        """The lowest free numbers of a kind; fewer than asked where fewer are left."""
        back, first = self._back.get(kind, []), self._given.get(kind, 0)
        again = [heapq.heappop(back) for _ in range(min(count, len(back)))]
        self._given[kind] = min(first + count - len(again), self._most.get(kind, 0))
        return [*again, *range(first, self._given[kind])]

    def take_back(self, kind: str, number: int) -> None:
        """Its user has gone; another one may have it."""
        heapq.heappush(self._back.setdefault(kind, []), number)


class Numbers:
    """A process' own. `ask` (kind, count) is answered by `take`, at once or later; `back` (kind, number) frees one."""

    def __init__(self, ask: Callable[[str, int], None], back: Callable[[str, int], None]) -> None:
        self._ask = ask
        self.back = back
        self._waiting: dict[str, deque[AsyncResult[int | None]]] = {}
        self._asked: dict[str, int] = {}

    def next(self, kind: str) -> int | None:
        """The number of the user that asks, waited for; None where all have one."""
        result: AsyncResult[int | None] = AsyncResult()
        self._waiting.setdefault(kind, deque()).append(result)
        self._go_on(kind)
        try:
            return result.get()
        except BaseException:
            # The user is stopped while it waits.
            if not result.ready():
                self._waiting[kind].remove(result)
            elif result.value is not None:
                self.back(kind, result.value)
            raise

    def take(self, kind: str, numbers: Sequence[int]) -> None:
        """An answer: what it lacks of the numbers asked for nobody has; what nobody waits for any more goes back."""
        waiting, asked = self._waiting.get(kind, deque()), self._asked.pop(kind, 0)
        served = min(asked, len(waiting))
        for place in range(served):
            waiting.popleft().set(numbers[place] if place < len(numbers) else None)
        for number in numbers[served:]:
            self.back(kind, number)
        self._go_on(kind)

    def _go_on(self, kind: str) -> None:
        waiting = len(self._waiting[kind]) if kind in self._waiting else 0
        if waiting and kind not in self._asked:
            self._asked[kind] = waiting
            self._ask(kind, waiting)
