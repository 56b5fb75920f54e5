"""Periods that a user sets on site while the terminal works (ISC-2 9.1; R-11).

Leaves periods that are configured beforehand to `acquisition`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside, criterion
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery, gaps
from conformance.common.actions import reconciled
from conformance.common.phases import OVER
from conformance.common.times import HOUR, MINUTE, SECOND, floor
from conformance.common.truth import truth_of
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.acquisition import periods_judge
from conformance.terminal.delivery import windows_judge

SETTING_LOGGED = criterion(
    "setting-logged",
    en="a change of the period is in the log, with its author",
    zh="采集周期变更连同操作人记入日志",
    unit="entries",
)


NOTHING_MADE_UP_BETWEEN_POLLS = criterion(
    "nothing-made-up-between-polls",
    en="where polling is slower than a value's period, the value is missing, not made up",
    zh="采集周期大于数据周期时，数据缺失而不虚构",
    unit="records",
)


_AUTHOR = "Zhang Min"


class FollowsThePeriodSetOnSite(Case):
    """A meter is polled every 5 s, 5 min, 1 h as its user sets it, over a power cut too; nothing is made up."""

    zh = "用户在本地将采集周期依次改为 5 s、5 min、1 h 后按新周期采集，断电后仍有效，且不虚构数值。"
    checks = {
        windows_judge.ORDERS_TAKEN: ("isc-2/9.1d",),
        periods_judge.PERIOD_FOLLOWED: ("isc-2/9.1d", "isc-2/7.2.3-A(1)a"),
        periods_judge.PERIOD_KEPT_OVER_POWER: ("isc-2/9.1d", "isc-2/7.2.3-A(1)a"),
        periods_judge.NEIGHBOUR_UNDISTURBED: ("isc-2/7.2.3-A(1)a",),
        gaps.NO_FALSE_GAP.sometimes(): ("isc-2/7.2.3-A(1)b",),
        **beside(SETTING_LOGGED, NOTHING_MADE_UP_BETWEEN_POLLS),
    }
    needs = (MODBUS, UPLINK, read_out("setting-logged", "no-false-gap"), "acquisition.user-period")
    scenario = Scenario(circuits=2, points=1, period_s=60, centres=("A",), kinds=("minute", "hour"))
    orders = 4

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=10, seconds=20)
        await self._set(bench, 5)
        await bench.clock.sleep(minutes=19)
        await self._set(bench, 300)
        await bench.clock.sleep(minutes=62)
        await bench.power.off(150)
        await bench.clock.sleep(minutes=70)
        # Slower than the quarter-hours that the centre is to get.
        await self._set(bench, 3600)
        await bench.clock.sleep(hours=11)
        OVER.put(bench)
        # Half an hour after a poll by the long period nothing has been missed on the grid of a short one.
        now = bench.clock.now_us()
        await bench.clock.sleep((floor(now, HOUR) + 90 * MINUTE - now) / SECOND)
        name = next(iter(bench.meters))
        periods_judge.SHORTENED.put(bench, periods_judge.Shortened(meter=name))
        await bench.operator.set_period(name, 60, _AUTHOR)
        await bench.clock.sleep(minutes=3)
        await bench.operator.gaps()
        await bench.operator.log(start)
        await bench.centres.settle(minutes=5)

    async def _set(self, bench: Bench, period_s: int) -> None:
        name = next(iter(bench.meters))
        await bench.operator.set_period(name, period_s, _AUTHOR)
        periods_judge.PERIOD_SET.put(bench, periods_judge.Period(meter=name, period_s=period_s))

    def judge(self, history: History) -> Iterator[Finding]:
        yield windows_judge.accepted_finding(history, "period", self.orders)
        yield windows_judge.audit_finding(history, SETTING_LOGGED, "period", ("author", "meter", "period_s"))
        yield from periods_judge.findings(history)
        yield periods_judge.undisturbed_finding(history, history.began.meters[-1].name)
        yield from periods_judge.gap_findings(history)
        made = [problem for ledger in reconciled(history) for problem in ledger.invented]
        slower = [each for each in periods_judge.stretches(history) if each.period_us > 15 * MINUTE]
        yield NOTHING_MADE_UP_BETWEEN_POLLS.none(
            made, slower and truth_of(history).count, evidence=delivery.lines(made)
        )
