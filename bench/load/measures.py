"""What a load measures of itself and of its target: times as histograms that can be added, and the generator's own lag.

Leaves what a time means to whoever adds it and limits to the judges. A histogram keeps three significant digits, so
that a percentile is off by half a percent at most; sum, count and largest value are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from bench.load.truth import SECOND


def bucket(value_us: int) -> int:
    """The value with three significant digits, rounded half up."""
    if value_us < 1000:
        return max(value_us, 0)
    step = 10
    while value_us >= 1000 * step:
        step *= 10
    return (value_us + step // 2) // step * step


class Times(msgspec.Struct):
    """A histogram of times (us): bucket to count, with their exact sum and largest value."""

    counts: dict[int, int] = {}
    total_us: int = 0
    most_us: int = 0

    def add(self, value_us: int) -> None:
        """One more."""
        value_us = max(value_us, 0)
        key = value_us if value_us < 1000 else bucket(value_us)
        self.counts[key] = self.counts.get(key, 0) + 1
        self.total_us += value_us
        self.most_us = max(self.most_us, value_us)

    def join(self, other: Times) -> None:
        """Those of another."""
        for key, count in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + count
        self.total_us += other.total_us
        self.most_us = max(self.most_us, other.most_us)

    @property
    def samples(self) -> int:
        """How many."""
        return sum(self.counts.values())

    @property
    def mean_us(self) -> int | None:
        """The arithmetic mean, rounded half up; None of none."""
        samples = self.samples
        return (2 * self.total_us + samples) // (2 * samples) if samples else None

    def percentile_us(self, percent: int) -> int | None:
        """Nearest-rank percentile (R-05); None of none."""
        samples = self.samples
        rank = max(-(-samples * percent // 100), 1)
        for key in sorted(self.counts):
            rank -= self.counts[key]
            if rank <= 0:
                return min(key, self.most_us)
        return None


class Tally(msgspec.Struct):
    """Operations of one class in one stage.

    `answered` runs from the last octet of the request to the last of the answer (R-42), `waited` from the intended
    start, which no slow answer before it moves. `failures` counts by reason.
    """

    answered: Times = msgspec.field(default_factory=Times)
    waited: Times = msgspec.field(default_factory=Times)
    failures: dict[str, int] = {}

    def join(self, other: Tally) -> None:
        """Those of another worker."""
        self.answered.join(other.answered)
        self.waited.join(other.waited)
        for why, count in other.failures.items():
            self.failures[why] = self.failures.get(why, 0) + count

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(self.failures.values())

    @property
    def operations(self) -> int:
        """How many there were, good or failed."""
        return self.answered.samples + self.failed


class Own(msgspec.Struct):
    """What a generator process saw of itself in one stage: how late its timers were, and the processor time it took.

    `busiest` is the largest share of a core (percent) in any stretch of about a second; `most` the most sessions and
    terminals connected at once, `evicted` how many logged-in sessions the target ended.
    """

    lag: Times = msgspec.field(default_factory=Times)
    cpu_us: int = 0
    wall_us: int = 0
    busiest: int = 0
    connected: int = 0
    sessions: int = 0
    active: int = 0
    evicted: int = 0

    def join(self, other: Own) -> None:
        """Those of another worker: each has a core of its own, so that the busiest of them counts."""
        self.lag.join(other.lag)
        self.cpu_us += other.cpu_us
        self.wall_us = max(self.wall_us, other.wall_us)
        self.busiest = max(self.busiest, other.busiest)
        self.connected += other.connected
        self.sessions += other.sessions
        self.active += other.active
        self.evicted += other.evicted

    def follow(self, later: Own) -> None:
        """What the same worker saw later in the same stage."""
        self.lag.join(later.lag)
        self.cpu_us += later.cpu_us
        self.wall_us += later.wall_us
        self.busiest = max(self.busiest, later.busiest)
        self.connected = max(self.connected, later.connected)
        self.sessions = max(self.sessions, later.sessions)
        self.active = max(self.active, later.active)
        self.evicted += later.evicted


class Stretch(msgspec.Struct):
    """Everything that was measured in one stage, by class of operation."""

    stage: int
    tallies: dict[str, Tally] = {}
    own: Own = msgspec.field(default_factory=Own)

    def join(self, other: Stretch) -> None:
        """Those of another worker."""
        for name, tally in other.tallies.items():
            self.tallies.setdefault(name, Tally()).join(tally)
        self.own.join(other.own)

    def follow(self, later: Stretch) -> None:
        """What the same worker measured later."""
        for name, tally in later.tallies.items():
            self.tallies.setdefault(name, Tally()).join(tally)
        self.own.follow(later.own)


class Meter:
    """Takes what happens, by the stage in which it happens; what one worker measures."""

    def __init__(self, stages: int) -> None:
        self.stage = 0
        self._stretches = [Stretch(number) for number in range(stages)]

    def now(self) -> Stretch:
        """The stretch that is under way."""
        return self._stretches[self.stage]

    def answered(self, name: str, answered_us: int, waited_us: int) -> None:
        """An operation succeeded."""
        tallies = self._stretches[self.stage].tallies
        tally = tallies.get(name)
        if tally is None:
            tally = tallies[name] = Tally()
        tally.answered.add(answered_us)
        tally.waited.add(waited_us)

    def failed(self, name: str, why: str) -> None:
        """An operation failed."""
        tally = self.now().tallies.setdefault(name, Tally())
        tally.failures[why] = tally.failures.get(why, 0) + 1

    def take(self) -> list[Stretch]:
        """What came since this was asked last; begins anew."""
        found = [each for each in self._stretches if each.tallies or each.own.wall_us or each.own.lag.counts]
        self._stretches = [Stretch(number) for number in range(len(self._stretches))]
        return found


def joined(stages: int, stretches: Iterable[Stretch]) -> list[Stretch]:
    """One stretch a stage."""
    found = [Stretch(number) for number in range(stages)]
    for each in stretches:
        found[each.stage].join(each)
    return found


def headroom(busiest_percent: int) -> str:
    """How many times more load the busiest generator process could make, decimal text; empty where it did nothing."""
    return f"{100 / busiest_percent:.1f}" if busiest_percent > 0 else ""


def rate(count: int, wall_us: int) -> str:
    """How many a second, decimal text."""
    return f"{count * SECOND / wall_us:.1f}" if wall_us > 0 else "0"


def totals(tallies: Mapping[str, Tally]) -> tuple[int, int]:
    """Operations and failures of all classes."""
    return sum(each.operations for each in tallies.values()), sum(each.failed for each in tallies.values())
