"""What all users of one generator process share: the plan, the time line, who is whom, what was measured and sent.

Leaves behaviour to the users and messages between processes to `__main__`.
"""

from __future__ import annotations

import contextlib
import time

import gevent
from gevent.event import Event

from bench.load.engine.lines import Line, Locksmith
from bench.load.engine.numbers import ACTIVE, ONLINE, TERMINAL, Book, Numbers
from bench.load.measures import Meter
from bench.load.plan import Job, Plan, Stage
from bench.load.sent import Sheet
from bench.load.truth import SECOND, Stamps

_PULSE_S = 0.02
_SECOND_NS = 1_000_000_000


def now_us() -> int:
    """Microseconds UTC."""
    return time.time_ns() // 1000


class Park:
    """The users of this process."""

    def __init__(self) -> None:
        self.plan = Plan(name="none")
        self.host, self.port, self.token = "", 0, ""
        self.door, self.secured = ("", 0), False
        self.logged_in: tuple[dict[str, str], ...] = ()
        self.t0_us = 0
        self.until_us = 0
        self.ends_us: list[int] = []
        self.meter = Meter(1)
        self.sheet = Sheet()
        self.stamps = Stamps()
        self.lines: set[Line] = set()
        self.locksmith: Locksmith | None = None
        self.powered = Event()
        self.finished = 0
        self.connected = 0
        self.started = 0
        self.sessions = 0
        self.active = 0
        self.book = Book({})
        self.numbers = Numbers(self._look_up, self._take_back)
        self.over = Event()

    def begin(self, job: Job) -> None:
        """The load begins at an instant that all processes share."""
        plan = self.plan = job.plan
        self.host, self.port, self.token = job.host, job.port, job.token
        self.door = job.door or (job.host, job.port)
        self.secured = job.secured or (job.door is None and plan.target.channel != "plain")
        self.logged_in = job.sessions
        self.t0_us = job.t0_us
        self.book = Book({TERMINAL: plan.terminals.count, ONLINE: plan.people.online, ACTIVE: plan.most_active})
        self.ends_us, at = [], job.t0_us
        for stage in plan.stages:
            at += stage.for_s * SECOND
            self.ends_us.append(at)
        self.until_us = at
        self.meter = Meter(len(plan.stages))
        self.locksmith = Locksmith(plan, job.t0_us)
        self.powered.set()
        gevent.spawn(self._keep_time)
        gevent.spawn(self._pulse)

    def _look_up(self, kind: str, count: int) -> None:
        """Where this process leads itself, the book is its own."""
        self.numbers.take(kind, self.book.give(kind, count))

    def _take_back(self, kind: str, number: int) -> None:
        self.book.take_back(kind, number)

    def stage_at(self, at_us: int) -> int:
        """The stage of an instant; the last one once all are over."""
        for number, end in enumerate(self.ends_us):
            if at_us < end:
                return number
        return len(self.ends_us) - 1

    @property
    def stage(self) -> Stage:
        """The stage that is under way."""
        return self.plan.stages[self.meter.stage]

    def ended(self) -> bool:
        """Whether no record becomes due any more."""
        return now_us() >= self.until_us

    def _keep_time(self) -> None:
        for number, stage in enumerate(self.plan.stages):
            self.meter.stage = number
            if stage.outage == "none":
                self.powered.set()
            else:
                self.powered.clear()
                for line in list(self.lines):
                    line.vanish()
            gevent.sleep(max(self.ends_us[number] - now_us(), 0) / SECOND)
        self.powered.set()

    def _pulse(self) -> None:
        """How late this process' timers are, and what share of a core it takes."""
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        while not self.over.is_set():
            before = time.perf_counter_ns()
            gevent.sleep(_PULSE_S)
            after = time.perf_counter_ns()
            own = self.meter.now().own
            own.lag.add((after - before) // 1000 - round(_PULSE_S * SECOND))
            own.connected = max(own.connected, self.connected)
            own.sessions = max(own.sessions, self.sessions)
            own.active = max(own.active, self.active)
            if after - wall >= _SECOND_NS:
                spent = time.process_time_ns()
                own.wall_us += (after - wall) // 1000
                own.cpu_us += (spent - cpu) // 1000
                own.busiest = max(own.busiest, round(100 * (spent - cpu) / (after - wall)))
                wall, cpu = after, spent


PARK = Park()
"""Locust makes users by their class alone, so that what they share stands in a module."""


def raise_limits() -> None:
    """As many open files as the system lets this process have."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
