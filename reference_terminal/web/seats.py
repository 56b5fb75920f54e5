"""Who holds a connection to the local interface: bounded, for each address too, and idle ones make room for others.

Leaves requests to `server`. A long body takes a place of its own, of which there is one, so that memory stays bounded
however many begin an upload and never end it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

GRACE_S = 2.0
"""How long a connection may bring no whole request before it makes room for somebody who comes while all are taken."""
SHARE = 0.75
"""How much of the connections one address may hold, so that no single one shuts the others out."""


class Seat:
    """One connection; `abort` drops it. `certified` is the name in the certificate that its peer has shown."""

    def __init__(self, peer: str, abort: Callable[[], None]) -> None:
        self.peer = peer
        self.certified = ""
        self.abort = abort
        self._loop = asyncio.get_running_loop()
        self._since_s: float | None = self._loop.time()

    @property
    def waits_s(self) -> float:
        """How long a whole request has been waited for; 0 while one is answered."""
        return 0.0 if self._since_s is None else self._loop.time() - self._since_s

    def answers(self) -> None:
        """A whole request has come."""
        self._since_s = None

    def waits(self) -> None:
        """The next request is waited for."""
        self._since_s = self._loop.time()


class Seats:
    """At most `most` connections."""

    def __init__(self) -> None:
        self._taken: dict[Seat, None] = {}
        self._long: Seat | None = None

    def take(self, seat: Seat, most: int) -> bool:
        """Whether a connection is served; one that has brought no request for long makes room for it."""
        same = [each for each in self._taken if each.peer == seat.peer]
        crowded = same if len(same) >= max(1, SHARE * most) else self._taken if len(self._taken) >= most else ()
        if crowded and not self._makes_room(crowded):
            return False
        self._taken[seat] = None
        return True

    def _makes_room(self, seats: Iterable[Seat]) -> bool:
        idle = max(seats, key=lambda seat: seat.waits_s)
        if idle.waits_s < GRACE_S:
            return False
        self.leave(idle)
        idle.abort()
        return True

    def leave(self, seat: Seat) -> None:
        """A connection has ended."""
        self._taken.pop(seat, None)
        self.end_long(seat)

    def begin_long(self, seat: Seat) -> bool:
        """Whether a connection may bring a long body now."""
        if self._long is None:
            self._long = seat
        return self._long is seat

    def end_long(self, seat: Seat) -> None:
        """The long body of a connection has been dealt with."""
        if self._long is seat:
            self._long = None
