"""A month of daily records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from bench.case import Check
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.park import Park
from conformance.common.platforms.calendar import month_ends
from conformance.common.times import DAY, HOUR
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, ledgers_judge
from conformance.platform.driving import READER, ask_points, fed, points_with, sleep_until
from conformance.platform.parks import TWO_WORKS, with_senders

_TWO_MONTHS_US = 63 * DAY


def _energy(park: Park) -> Park:
    """The park with its points of energy alone."""
    return park.but(
        enterprises=tuple(
            replace(one, points=tuple(each for each in one.points if any(map(_of(each), ledgers_judge.GROUPS))))
            for one in park.enterprises
        )
    )


def _of(point: Any) -> Callable[[str], bool]:
    return lambda group: ledgers_judge.GROUPS[group](point)


class KeepsDailyAndMonthlyLedgers(PlatformCase):
    """A month of fuel, heat and electricity: one record a day, one summary of the month, the sum of its days."""

    zh = "一个月的燃料、热力、电力：每日一条记录，每月一次汇总且等于各日之和。"
    checks = {
        ledgers_judge.DAILY.of(ledgers_judge.FUEL): ("cpcif/5.1.2.1d",),
        ledgers_judge.MONTHLY.of(ledgers_judge.FUEL): ("cpcif/5.1.2.1e",),
        ledgers_judge.DAILY.of(ledgers_judge.HEAT): ("cpcif/5.1.3.1d",),
        ledgers_judge.MONTHLY.of(ledgers_judge.HEAT): ("cpcif/5.1.3.1e",),
        ledgers_judge.DAILY.of(ledgers_judge.POWER): ("cpcif/5.1.4.1d",),
        ledgers_judge.MONTHLY.of(ledgers_judge.POWER): ("cpcif/5.1.4.1e",),
    }
    needs = FED
    scenario = PlatformCase.scenario.but(
        start="2026-01-31T22:00:00+08:00", park=with_senders(_energy(TWO_WORKS), classes=("day",))
    )

    async def drive(self, bench: Bench) -> None:
        """From two hours before a month until an hour after it; in real time from wherever in the month before."""
        now = bench.clock.now_us()
        month, next_month = month_ends(now, now + _TWO_MONTHS_US)[:2]
        await fed(bench)
        await sleep_until(bench, next_month + HOUR)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        for kind in ("day", "month"):
            await ask_points(desk, points_with(bench, "day"), (kind,), month, next_month)

    def judge(self, history: History) -> Iterator[Check]:
        """Days and the month."""
        yield from ledgers_judge.findings(history)
