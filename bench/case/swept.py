"""A case that a sweep repeats, with the power cut at every write barrier of its scenario in turn.

Leaves planning to `bench.real.sweep` and running to `bench.commands.sweep`. A case without a trial draws one, so that
it also stands in an ordinary run; the dry run of a sweep has the trial `DRY` and only counts. Where no barrier comes
any more power is cut at the end of the stretch: a terminal that never syncs is cut there and nowhere else.
"""

from __future__ import annotations

from typing import ClassVar

from bench.case import Case
from bench.facade.bench import Bench
from bench.history import History, Power
from bench.history.phases import COUNTED, Barriers
from bench.real.sweep import END, Trial
from bench.virtual.disk import Moment

DRY = Trial(0, Moment.BEFORE)


class Swept(Case):
    """A case whose scenario can be cut at any write barrier. `trial` says at which; None: one drawn by the case's seed.

    `usual` is the largest number that is drawn: barriers that a terminal surely comes to.
    """

    trial: ClassVar[Trial | None] = None
    usual: ClassVar[int] = 12

    def arm(self, bench: Bench, *, off_s: float) -> None:
        """Cut power at the barrier of the trial, counted from the first start of the terminal; call it first of all."""
        trial = self.trial
        if trial is None:
            chance = bench.chance("sync")
            trial = Trial(chance.randrange(1, self.usual + 1), chance.choice(list(Moment)))
        self._drawn = trial
        ahead = trial.sync - bench.power.syncs()
        if self.trial is None:
            # Any barrier is as good as the one drawn, where a terminal of real time has been quicker.
            ahead = max(ahead, 1)
        if trial not in (DRY, END) and ahead > 0:
            bench.power.cut_at_sync(ahead, off_s=off_s, after=trial.moment is Moment.AFTER)

    async def counted(self, bench: Bench, *, off_s: float) -> None:
        """The stretch is over: cut power now where the trial says so, or where a drawn barrier never came."""
        syncs = bench.power.syncs()
        COUNTED.put(bench, Barriers(syncs=syncs))
        if self.trial == END or (self.trial is None and syncs < self._drawn.sync):
            await bench.power.off(off_s)


def syncs_of(history: History) -> int:
    """How many barriers the dry run saw. Raises LookupError where it was cut short before it could tell."""
    told = COUNTED.last(history)
    if told is None:
        raise LookupError("the dry run did not come to the end of its scenario / 预演未完成")
    return told.detail.syncs


def cut_of(history: History, trial: Trial) -> Power | None:
    """The cut of a trial, if it came."""
    cuts = (event for event in history.of(Power) if event.state == "cut")
    return next((cut for cut in cuts if trial == END or "sync" in cut.detail), None)
