"""A terminal under load, without input and output: what is due, what is under way, what is acknowledged.

Leaves the form of a message to `forms` and connections to `engine`. All times are microseconds UTC, given by the
caller. What waits is two numbers, whatever its length: records are a function of their period (`truth`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.load.plan import Terminals
from bench.load.truth import SECOND, chance_of

NEVER = 1 << 62


@dataclass(slots=True)
class Sending:
    """A record of all points of one period on its way. `due_us`: its intended start, which no slow answer moves."""

    period: int
    due_us: int
    first_us: int
    last_us: int
    attempts: int
    live: bool


class Sender:
    """The records of one terminal from its backlog to `until_us`, live ones first.

    A period's record is due when the period ends plus the terminal's own pause. `window` of them may be under way at
    once; each is known by a `key` that the caller gives (QN, message number).
    """

    __slots__ = ("_again", "_back", "_back_end", "_live", "_pause_us", "_period_us", "flying", "given_up", "settings")

    def __init__(self, settings: Terminals, seed: int, terminal: int, began_us: int) -> None:
        self.settings = settings
        self._period_us = settings.period_s * SECOND
        self._pause_us = int(settings.spread_s * SECOND * chance_of(seed, terminal, "pause"))
        self._live = self._back_end = began_us // self._period_us
        self._back = self._live - settings.backlog_h * 3600 * SECOND // self._period_us
        self._again: list[Sending] = []
        self.flying: dict[object, Sending] = {}
        self.given_up = 0

    @property
    def first(self) -> int:
        """The first period whose record was not taken up yet."""
        return self._back if self._back < self._back_end else self._live

    def due_us(self, period: int) -> int:
        """When the record of a period is to leave."""
        return (period + 1) * self._period_us + self._pause_us

    def end_of(self, until_us: int) -> int:
        """The first period whose record is not due before an instant."""
        return max((until_us - self._pause_us) // self._period_us, 0)

    def next_us(self, until_us: int) -> int:
        """When something is to be sent next: now (0), at an instant, or `NEVER`."""
        if len(self.flying) >= self.settings.window:
            return NEVER
        if self._again or self._back < self._back_end:
            return 0
        due = self.due_us(self._live)
        return due if due <= until_us else NEVER

    def timeout_us(self) -> int:
        """When the oldest message under way is overdue; `NEVER` if none is."""
        if not self.flying:
            return NEVER
        return next(iter(self.flying.values())).last_us + self.settings.over_time_s * SECOND

    def take(self, now_us: int, until_us: int) -> Iterator[Sending]:
        """What is to be sent now, in order, as long as there is room; the caller says under which key it goes."""
        for _ in range(self.settings.window - len(self.flying)):
            if self._again:
                found = self._again.pop(0)
                found.last_us, found.attempts = now_us, found.attempts + 1
                yield found
                continue
            due = self.due_us(self._live)
            if due <= now_us and due <= until_us:
                found = Sending(self._live, due, now_us, now_us, 1, live=True)
                self._live += 1
            elif self._back < self._back_end:
                found = Sending(self._back, now_us, now_us, now_us, 1, live=False)
                self._back += 1
            else:
                return
            yield found

    def under_way(self, key: object, sending: Sending) -> None:
        """A message has left under a key."""
        self.flying[key] = sending

    def acknowledged(self, key: object) -> Sending | None:
        """The message that an acknowledgement ends; None for one that nobody waits for."""
        return self.flying.pop(key, None)

    def overdue(self, now_us: int) -> bool:
        """Take back what was not acknowledged in time, to be sent again; whether the connection is to be given up."""
        patience = self.settings.over_time_s * SECOND
        late = [key for key, sending in self.flying.items() if sending.last_us + patience <= now_us]
        hopeless = False
        for key in late:
            sending = self.flying.pop(key)
            self._again.append(sending)
            hopeless = hopeless or sending.attempts % (1 + self.settings.re_count) == 0
        self.given_up += hopeless
        return hopeless

    def broken(self) -> None:
        """The connection is gone: what was under way is to be sent again, oldest first."""
        self._again = sorted([*self._again, *self.flying.values()], key=lambda each: each.period)
        self.flying.clear()

    def skip(self, now_us: int) -> None:
        """Nothing was measured until now: the first record is that of the next whole period."""
        self._live = max(self._live, -(-now_us // self._period_us))

    def refused(self, key: object) -> Sending | None:
        """The target does not take it: it stays, to be sent again."""
        sending = self.flying.pop(key, None)
        if sending is not None:
            self._again.append(sending)
        return sending

    def done(self, until_us: int) -> bool:
        """Whether everything that was due is acknowledged."""
        return (
            not self.flying and not self._again and self._back >= self._back_end and self.due_us(self._live) > until_us
        )

    def unsent(self, until_us: int) -> int:
        """How many records that were due were never sent."""
        return max(self._back_end - self._back, 0) + max(self.end_of(until_us) - self._live, 0)

    def waiting(self) -> Iterator[Sending]:
        """What was sent and never acknowledged."""
        yield from self._again
        yield from self.flying.values()
