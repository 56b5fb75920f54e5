"""Events of a load: what was to be made, what each stage showed, what the target held in the end.

Leaves making it to `bench.load` and what follows from it to the judges. A load of a million records is told by sums and
histograms, not record by record; the books that they were made from lie beside the record, and their SM3 is in it.
"""

from __future__ import annotations

import msgspec

from simulators.events import Event


class LoadTimes(msgspec.Struct, frozen=True):
    """A histogram of times: microseconds (three significant digits) to count, exact sum, largest value."""

    counts: dict[int, int] = {}
    total_us: int = 0
    most_us: int = 0

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
        rank = max(-(-self.samples * percent // 100), 1)
        for key in sorted(self.counts):
            rank -= self.counts[key]
            if rank <= 0:
                return min(key, self.most_us)
        return None


def together(times: list[LoadTimes]) -> LoadTimes:
    """All of them as one."""
    counts: dict[int, int] = {}
    for each in times:
        for key, count in each.counts.items():
            counts[key] = counts.get(key, 0) + count
    return LoadTimes(counts, sum(each.total_us for each in times), max((each.most_us for each in times), default=0))


class LoadClass(msgspec.Struct, frozen=True, kw_only=True):
    """Operations of one class in one stage: from the last octet asked to the last answered (`answered`, R-42), from the
    intended start (`waited`), and how many failed for which reason."""

    name: str
    answered: LoadTimes = LoadTimes()
    waited: LoadTimes = LoadTimes()
    failures: dict[str, int] = {}

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(self.failures.values())

    @property
    def operations(self) -> int:
        """How many there were, good or failed."""
        return self.answered.samples + self.failed


class LoadBegan(Event, frozen=True, tag="load-began"):
    """A load is to be made: by so many terminals, sessions and active people, on whom, in which stages.

    `target` says in words who takes it, `ours` whether the bench started it. `late_s`, `headroom` (times) and `lag_ms`
    are the limits of the plan; `mix` is percent by class of action, `full` whether the figures are those of R-43.
    """

    name: str
    target: str
    ours: bool
    terminals: int
    points: int
    period_s: int
    backlog_h: int
    online: int
    active: int
    late_s: int
    headroom: int
    lag_ms: int
    length_s: int
    seed: int
    mix: dict[str, int] = {}
    processes: int = 1


class LoadStage(Event, frozen=True, tag="load-stage"):
    """A stage is over. `judged` is false for what only leads to the load; `outage` is none, power or link.

    Of the generator: how late its timers were (`lag`), processor time and wall time (us), the largest share of a core
    (percent) that any of its processes took in about a second. `connected`, `sessions` and `people` are the most at
    once.
    """

    name: str
    began: int
    seconds: int
    judged: bool
    outage: str
    active: int
    classes: tuple[LoadClass, ...]
    lag: LoadTimes
    cpu_us: int
    wall_us: int
    busiest: int
    connected: int = 0
    sessions: int = 0
    people: int = 0
    evicted: int = 0


class LoadTarget(Event, frozen=True, tag="load-target"):
    """What the target's processes take: resident memory (KiB), open files, octets of its files; -1 where not seen.

    `started` is when its first process began (us): another instant is a restart. `ran_us` is the processor time that it
    has had so far, `waited_us` how long it could have run and was kept waiting by this machine; -1 where not seen.
    """

    memory_kib: int
    files: int = -1
    octets: int = -1
    processes: int = 1
    started: int = 0
    ran_us: int = -1
    waited_us: int = -1


class LoadLedger(Event, frozen=True, tag="load-ledger"):
    """The delivery ledger: counts of records (`bench.load.ledger`), delays of live ones, the first few of each kind."""

    sent: int
    delivered: int
    late: int
    lost: int
    doubled: int
    altered: int
    invented: int
    open: int
    unsent: int
    repeats: int
    live: int
    backlog: int
    terminals: int
    foreign: int = 0
    delays: LoadTimes = LoadTimes()
    evidence: dict[str, tuple[str, ...]] = {}
    seconds: str = ""


class LoadEnded(Event, frozen=True, tag="load-ended"):
    """The load is over. `lost` are generator processes that died; `stopped`: somebody ended it early; `missing`:
    terminals of the plan that never started; `books` are the files beside the record and their SM3."""

    processes: int
    lost: tuple[str, ...] = ()
    stopped: bool = False
    missing: int = 0
    locust: str = ""
    books: dict[str, str] = {}
