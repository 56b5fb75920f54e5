"""The queue of one centre: periods that wait, in which order they go, when they are tried again, when they are done.

Leaves talking to the centre to uplink. A period leaves the queue only by its acknowledgement, in one transaction, or
when it is older than the declared buffer, and then with a recorded gap (rulings R-26, R-28).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import apsw
import msgspec

from reference_terminal.model.clock import WallClock
from reference_terminal.model.rows import Gap, Pending
from reference_terminal.model.seams import seam
from reference_terminal.storage.store import Store

LIVE_AGE_S = 120
"""A period is live until this long after its end, and backfill from then on."""
LIVE, BACKFILL = "live", "backfill"
_PAUSE_S = 1.0
_PAUSE_MAX_S = 60.0
_ASIDE_S = 300.0
_ASIDE_AFTER = 3
_WINDOW = 4
_NEVER_S = 2**40


class Attempts(msgspec.Struct):
    """How a queued period has fared: failed exchanges, the monotonic instant before which it rests, when it was last
    tried, and how many other periods had been acknowledged by then."""

    failures: int = 0
    not_before_s: float = 0.0
    tried: int = 0
    successes_seen: int = 0


class Window(Protocol):
    """When periods may leave; a queue without one is always open."""

    def is_open(self, now_s: int) -> bool:
        """Whether periods may leave now."""
        ...

    def border_s(self, now_s: int) -> int:
        """Periods that ended at or before this instant may leave."""
        ...


class Outbox:
    """The queue of one centre."""

    def __init__(self, centre: str, buffer_h: int, store: Store, clock: WallClock) -> None:
        self.centre = centre
        self._buffer_s = buffer_h * 3600
        self._store = store
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._attempts: dict[tuple[int, int], Attempts] = {}
        self._in_flight: dict[tuple[int, int], None] = {}
        self._turn = 0
        self._successes = 0
        self._revised: dict[tuple[int, int], None] = {}
        self.window: Window | None = None
        self.work = {LIVE: asyncio.Event(), BACKFILL: asyncio.Event()}

    def wake(self) -> None:
        """Tell both streams that there may be something to do."""
        for event in self.work.values():
            event.set()

    # Choosing

    def due(self, stream: str) -> Pending | None:
        """The period that `stream` should try now, None if there is none or the upload window is closed."""
        if not self.is_open():
            return None
        border_s = self._border_s()
        waiting = [item for item in self._waiting(stream) if item.end_s <= border_s and self.may_try(item)]
        if not waiting:
            return None
        return self.first(waiting)

    def is_open(self) -> bool:
        """Whether periods may leave now."""
        return self.window is None or self.window.is_open(self._clock.now_s())

    def _border_s(self) -> int:
        now_s = self._clock.now_s()
        return _NEVER_S if self.window is None else self.window.border_s(now_s)

    def batch(self, most: int) -> list[Pending]:
        """Up to `most` periods to be sent together, the one `due` would choose first; empty if none may go now.

        After a failure `most` should shrink to one, so that a period the centre refuses is found and set aside.
        """
        if not self.is_open():
            return []
        rows = self._store.connection.execute(
            f"SELECT centre, span, start_s, end_s FROM outbox WHERE centre=? AND end_s<=? AND ready=1"
            f" ORDER BY {self.order()} LIMIT ?",
            (self.centre, self._border_s(), most + len(self._in_flight) + len(self._attempts)),
        )
        waiting = [item for item in (Pending(*row) for row in rows) if self.may_try(item)]
        if not waiting:
            return []
        return waiting[:most] if most > 1 else [self.first(waiting)]

    @seam
    def _waiting(self, stream: str) -> list[Pending]:
        """The oldest waiting periods of a stream, in the order they should arrive."""
        border_s = self._clock.now_s() - LIVE_AGE_S
        sign = ">=" if stream == LIVE else "<"
        rows = self._store.connection.execute(
            f"SELECT centre, span, start_s, end_s FROM outbox WHERE centre=? AND end_s{sign}? AND ready=1"
            f" ORDER BY {self.order()} LIMIT ?",
            (self.centre, border_s, _WINDOW + len(self._in_flight) + self._resting()),
        )
        return [Pending(*row) for row in rows]

    def order(self) -> str:
        """The order in which periods leave: by their end, shorter classes first."""
        return "end_s, span"

    def _resting(self) -> int:
        now_s = self._loop.time()
        return sum(1 for attempts in self._attempts.values() if attempts.not_before_s > now_s)

    def may_try(self, item: Pending) -> bool:
        """Whether a period is neither in flight nor resting after a failure."""
        key = (item.span, item.start_s)
        if key in self._in_flight:
            return False
        attempts = self._attempts.get(key)
        return attempts is None or attempts.not_before_s <= self._loop.time()

    def first(self, waiting: list[Pending]) -> Pending:
        """Of the candidates the oldest; once it has failed repeatedly, take turns with the next few.

        So a period the centre never acknowledges does not hold up the others, and when the centre acknowledges nothing
        at all, no more than a few periods are tried over and over, each at intervals well below ten minutes (R-26).
        """
        window = waiting[: 1 + min(_WINDOW - 1, self._failures(waiting[0]) // _ASIDE_AFTER)]
        return min(window, key=lambda item: self._tried(item))

    def _failures(self, item: Pending) -> int:
        attempts = self._attempts.get((item.span, item.start_s))
        return attempts.failures if attempts else 0

    def _tried(self, item: Pending) -> int:
        attempts = self._attempts.get((item.span, item.start_s))
        return attempts.tried if attempts and attempts.failures >= _ASIDE_AFTER else 0

    def pause_s(self, failures: int) -> float:
        """How long a stream rests after so many failed exchanges in a row."""
        return min(_PAUSE_MAX_S, _PAUSE_S * 2 ** min(failures - 1, 10)) if failures else 0.0

    # Going out and coming back

    def begin(self, item: Pending) -> None:
        """A period goes out."""
        self._in_flight[(item.span, item.start_s)] = None

    def abandon(self, item: Pending) -> None:
        """The link was lost under a period: it goes back to its place without blame."""
        self._in_flight.pop((item.span, item.start_s), None)
        self._revised.pop((item.span, item.start_s), None)

    def failed(self, item: Pending) -> None:
        """An exchange ended without acknowledgement: the period stays queued."""
        key = (item.span, item.start_s)
        self._in_flight.pop(key, None)
        self._revised.pop(key, None)
        attempts = self._attempts.setdefault(key, Attempts())
        attempts.failures += 1
        self._turn += 1
        attempts.tried = self._turn
        attempts.not_before_s = self._loop.time() + self.rest_s(attempts)
        attempts.successes_seen = self._successes

    def rest_s(self, attempts: Attempts) -> float:
        """How long a period rests after a failure: a second, or longer if the centre takes others but not this one."""
        refused_alone = attempts.failures >= _ASIDE_AFTER and self._successes > attempts.successes_seen
        return _ASIDE_S if refused_alone else _PAUSE_S

    def delivered(self, item: Pending) -> None:
        """A period was acknowledged in all its parts: mark it sent, durably, before the next goes out."""
        key = (item.span, item.start_s)
        self._attempts.pop(key, None)
        self._successes += 1
        if key in self._revised:
            # What was acknowledged is no longer what is stored: the revision goes out next.
            del self._revised[key]
            self._in_flight.pop(key, None)
            self.wake()
            return
        self._in_flight[key] = None
        if self.mark_sent(item):
            del self._in_flight[key]

    def delivered_all(self, items: Sequence[Pending]) -> None:
        """Periods were acknowledged together: mark them sent in one transaction."""
        for item in items:
            key = (item.span, item.start_s)
            self._attempts.pop(key, None)
            self._successes += 1
            if key in self._revised:
                del self._revised[key]
                self._in_flight.pop(key, None)
            else:
                self._sent_with_next(item)
                self._in_flight[key] = None
        if self._store.flush():
            for item in items:
                self._in_flight.pop((item.span, item.start_s), None)

    def revised(self, item: Pending) -> None:
        """A period has new content and is queued again; an acknowledgement under way does not count for it."""
        key = (item.span, item.start_s)
        self._attempts.pop(key, None)
        if key in self._in_flight:
            self._revised[key] = None
        self.wake()

    def mark_sent(self, item: Pending) -> bool:
        """Move a period from the queue to the journal of delivered ones in one transaction.

        False if the store failed; the move is then tried again with the batch, and the period is not sent meanwhile.
        """
        self._sent_with_next(item)
        return self._store.flush()

    def _sent_with_next(self, item: Pending) -> None:
        """Gather the move of a period for the next transaction."""

        def step(connection: apsw.Connection) -> None:
            connection.execute(
                "DELETE FROM outbox WHERE centre=? AND end_s=? AND span=?", (item.centre, item.end_s, item.span)
            )
            connection.execute(
                "INSERT OR REPLACE INTO sent VALUES (?,?,?,?,?)",
                (item.centre, item.span, item.start_s, item.end_s, self._clock.now_ms()),
            )

        self._store.add_step(step)

    def is_waiting(self, item: Pending) -> bool:
        """Whether a period is still queued for this centre."""
        row = self._store.connection.execute(
            "SELECT 1 FROM outbox WHERE centre=? AND end_s=? AND span=?", (item.centre, item.end_s, item.span)
        ).fetchone()
        return row is not None

    # Bounds

    def fill_percent(self) -> int:
        """Age of the oldest waiting period in percent of the declared buffer."""
        row = self._store.connection.execute("SELECT min(end_s) FROM outbox WHERE centre=?", (self.centre,)).fetchone()
        if row is None or row[0] is None:
            return 0
        return max(0, (self._clock.now_s() - row[0]) * 100 // self._buffer_s)

    def expire(self) -> list[Pending]:
        """Give up periods older than the buffer, each leaving a recorded gap; returns them."""
        border_s = self._clock.now_s() - self._buffer_s
        rows = self._store.connection.execute(
            "SELECT centre, span, start_s, end_s FROM outbox WHERE centre=? AND end_s<?"
            " ORDER BY end_s, span LIMIT 5000",
            (self.centre, border_s),
        )
        lost = [Pending(*row) for row in rows]
        self.give_up(lost, "buffer exceeded")
        return lost

    def give_up(self, lost: Sequence[Pending], cause: str) -> None:
        """Take periods out of the queue with the next transaction, each leaving a recorded gap."""
        number = self._store.next_gap_number()
        for offset, item in enumerate(lost):
            self._store.write(
                "DELETE FROM outbox WHERE centre=? AND end_s=? AND span=?", (item.centre, item.end_s, item.span)
            )
            gap = Gap("centre", item.centre, item.start_s, item.end_s, 1, cause, number=number + offset)
            self._store.keep_gap(gap)
            self._attempts.pop((item.span, item.start_s), None)

    # Telling

    def counts(self) -> dict[str, Any]:
        """Periods waiting, the oldest of them (its end, UTC s), periods delivered so far."""
        connection = self._store.connection
        waiting = connection.execute(
            "SELECT count(*), min(end_s) FROM outbox WHERE centre=?", (self.centre,)
        ).fetchone()
        sent = connection.execute("SELECT count(*), max(sent_ms) FROM sent WHERE centre=?", (self.centre,)).fetchone()
        assert waiting is not None and sent is not None
        return {"pending": waiting[0], "oldest_end_s": waiting[1], "sent": sent[0], "last_sent_ms": sent[1]}

    def any_waiting(self) -> bool:
        """Whether anything waits at all."""
        row = self._store.connection.execute("SELECT 1 FROM outbox WHERE centre=? LIMIT 1", (self.centre,)).fetchone()
        return row is not None
