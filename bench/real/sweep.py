"""Planning of power cuts: one trial at every sync of a scenario, and the search for the instant at which data is safe.

Leaves running a trial to the rig and cutting to the disk; it is pure, and all chance comes from a seeded generator.

A *sweep* counts the syncs of a dry run and then asks for a trial before and after each, and for one at the end of the
scenario: what was written after the last sync is lost by no other. Real time does not repeat: a trial may end before
its sync comes, which `Outcome.MISSED` says and the summary never hides.

A *window* is the time after a wire event (a reading answered, a batch acknowledged) during which a cut loses the data
that the event was about. Trials at offsets from 0 to an upper bound are drawn by bisection of the range that is still
open, each stage repeated so often that a loss share above `tolerated` would have shown. The confidence asked for is
that of the whole answer: each stage gets its part of the doubt (Bonferroni).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.virtual.disk import Moment


@dataclass(frozen=True, slots=True)
class Trial:
    """Cut at the `sync`-th sync (1 is the first) of the scenario, on the side `moment`."""

    sync: int
    moment: Moment

    @property
    def side(self) -> str:
        """On which side of the sync: before, after; end for the cut that no sync brings."""
        return "end" if self == END else self.moment.value

    def __str__(self) -> str:
        return "at the end" if self == END else f"{self.side} sync {self.sync}"


END = Trial(0, Moment.AFTER)
"""Cut at the end of the scenario, after the last sync of all."""


def trial_of(sync: int, side: str) -> Trial:
    """The trial with this number and side; ValueError for a side that does not exist."""
    return END if side == END.side else Trial(sync, Moment(side))


class Outcome(StrEnum):
    """How a trial ended."""

    SAFE = "safe"
    LOST = "lost"
    MISSED = "missed"
    OPEN = "open"
    """The cut came, and whether it did harm could not be decided."""


def plan(syncs: int, *, most: int | None = None, chance: random.Random | None = None) -> list[Trial]:
    """A trial before and after each of `syncs` syncs, in order.

    With `most` a sample of so many trials, which always has the first and the last sync and draws the rest from
    `chance`; a report must then say sample, not sweep. ValueError when the numbers make no plan.
    """
    if syncs < 0:
        raise ValueError(f"a sweep expects the number of syncs of the dry run, at least 0, got {syncs}")
    trials = [Trial(sync, moment) for sync in range(1, syncs + 1) for moment in (Moment.BEFORE, Moment.AFTER)]
    if most is None or len(trials) <= most:
        return trials
    if most < 4 or chance is None:
        raise ValueError(f"a sample of a sweep expects at least 4 trials and a generator, got {most} and {chance}")
    ends = [0, 1, len(trials) - 2, len(trials) - 1]
    chosen = sorted(ends + chance.sample(range(2, len(trials) - 2), most - 4))
    return [trials[index] for index in chosen]


@dataclass(frozen=True, slots=True)
class SweepSummary:
    """What a sweep showed; `lost` are the trials that lost data, `missed` those whose sync never came.

    `open` are those that could not be decided.
    """

    planned: int
    safe: int
    lost: tuple[Trial, ...]
    missed: tuple[Trial, ...]
    open: tuple[Trial, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every planned trial was cut where it should be, and decided."""
        return not self.missed and not self.open and self.safe + len(self.lost) == self.planned


def summarise(planned: Sequence[Trial], outcomes: Iterable[tuple[Trial, Outcome]]) -> SweepSummary:
    """Count outcomes against the plan; a planned trial without an outcome is missed. ValueError for one unplanned."""
    found: dict[Trial, Outcome] = {}
    for trial, outcome in outcomes:
        if trial not in planned:
            raise ValueError(f"the sweep did not plan a trial {trial}")
        if found.get(trial) is not Outcome.LOST:
            found[trial] = outcome
    lost = tuple(trial for trial in planned if found.get(trial) is Outcome.LOST)
    missed = tuple(trial for trial in planned if found.get(trial, Outcome.MISSED) is Outcome.MISSED)
    undecided = tuple(trial for trial in planned if found.get(trial) is Outcome.OPEN)
    safe = len(planned) - len(lost) - len(missed) - len(undecided)
    return SweepSummary(len(planned), safe, lost, missed, undecided)


# Confidence


def losses_at_most(losses: int, trials: int, share: float) -> float:
    """Probability of at most `losses` in `trials` when each is lost with probability `share` (binomial, exact sum)."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 1.0 if losses >= trials else 0.0
    logarithm, complement = math.log(share), math.log1p(-share)
    return min(
        1.0,
        math.fsum(
            math.exp(
                math.lgamma(trials + 1)
                - math.lgamma(lost + 1)
                - math.lgamma(trials - lost + 1)
                + lost * logarithm
                + (trials - lost) * complement
            )
            for lost in range(min(losses, trials) + 1)
        ),
    )


def clopper_pearson(losses: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """The two-sided exact interval (Clopper and Pearson, 1934) of the share of losses; ValueError."""
    _check(losses, trials, confidence)
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if losses == 0 else _solve(lambda share: 1.0 - losses_at_most(losses - 1, trials, share) > tail)
    high = 1.0 if losses == trials else _solve(lambda share: losses_at_most(losses, trials, share) <= tail)
    return low, high


def upper_bound(losses: int, trials: int, confidence: float = 0.95) -> float:
    """The one-sided exact upper bound of the share of losses; for no loss, 1 - (1 - confidence) ** (1 / trials)."""
    _check(losses, trials, confidence)
    if losses == trials:
        return 1.0
    return _solve(lambda share: losses_at_most(losses, trials, share) <= 1.0 - confidence)


def repeats(tolerated: float, confidence: float = 0.95) -> int:
    """Trials without a loss that show, with this confidence, that at most a share `tolerated` is lost."""
    if not 0.0 < tolerated < 1.0:
        raise ValueError(f"a tolerated share of losses lies between 0 and 1, got {tolerated}")
    _check(0, 1, confidence)
    return math.ceil(math.log1p(-confidence) / math.log1p(-tolerated))


def _check(losses: int, trials: int, confidence: float) -> None:
    if trials < 1 or not 0 <= losses <= trials:
        raise ValueError(f"a share of losses expects 0 to n losses of n trials, n at least 1, got {losses} of {trials}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"a confidence lies between 0 and 1, got {confidence}")


def _solve(above: Callable[[float], bool]) -> float:
    """The least share at which `above` turns true, to the last bit that bisection can give."""
    low, high = 0.0, 1.0
    for _ in range(64):
        middle = (low + high) / 2.0
        if above(middle):
            high = middle
        else:
            low = middle
    return high


# The window after a wire event


@dataclass(frozen=True, slots=True)
class Window:
    """Between which offsets, in microseconds after the event, the loss of data ends, and how sure that is.

    No cut from `safe_from_us` on lost anything; the latest loss seen was at `lost_until_us` (-1: none). `None` for
    `safe_from_us` says that nothing was shown to be safe. From there on the share of losses is at most `share_bound`
    with `confidence`, by the `trials` trials made there.
    """

    lost_until_us: int
    safe_from_us: int | None
    trials: int
    share_bound: float
    confidence: float


class WindowSearch:
    """Which offset to cut at next, and what the answers so far say.

    `upper_us` is the widest offset tried and `resolution_us` how close the two ends of the answer shall come. Each
    stage tries offsets in the half of the open range that lies above its middle: a loss moves the lower end up to it,
    and enough trials without one move the upper end down. A loss where a stage had found none gives that stage up.
    """

    def __init__(
        self,
        chance: random.Random,
        *,
        upper_us: int,
        resolution_us: int,
        tolerated: float = 0.1,
        confidence: float = 0.95,
    ) -> None:
        if not 0 < resolution_us <= upper_us:
            raise ValueError(
                f"a window search expects 0 < resolution <= upper bound in µs, got {resolution_us} and {upper_us}"
            )
        self._chance = chance
        self._upper = upper_us
        self._resolution = resolution_us
        stages = 1 + math.ceil(math.log2(upper_us / resolution_us))
        self._stage_confidence = 1.0 - (1.0 - confidence) / stages
        self._repeats = repeats(tolerated, self._stage_confidence)
        self._confidence = confidence
        self._lost = -1
        self._safe: int | None = None
        self._stage = upper_us
        self._stage_trials = 0
        self._answers: list[tuple[int, bool]] = []

    def offsets(self) -> Iterator[int]:
        """The next offset in microseconds, until the search is done; `tell` its outcome before asking again."""
        while not self._done():
            yield self._chance.randint(self._stage, self._upper if self._safe is None else self._safe)

    def tell(self, offset_us: int, lost: bool) -> None:
        """Whether the cut at this offset lost data."""
        self._answers.append((offset_us, lost))
        if lost:
            self._lost = max(self._lost, offset_us)
            if self._safe is not None and offset_us >= self._safe:
                self._safe = None
            self._begin()
        else:
            self._stage_trials += offset_us >= self._stage
            if self._stage_trials >= self._repeats:
                self._safe = self._stage
                self._begin()

    def _begin(self) -> None:
        top = self._upper if self._safe is None else self._safe
        self._stage = top if self._safe is None else (max(self._lost, 0) + top + 1) // 2
        self._stage_trials = 0

    def _done(self) -> bool:
        if self._lost >= self._upper:
            return True
        return self._safe is not None and self._safe - max(self._lost, 0) <= self._resolution

    def window(self) -> Window:
        """What is known so far."""
        beyond = [lost for offset, lost in self._answers if self._safe is not None and offset >= self._safe]
        bound = upper_bound(sum(beyond), len(beyond), self._stage_confidence) if beyond else 1.0
        return Window(self._lost, self._safe, len(beyond), bound, self._confidence)
