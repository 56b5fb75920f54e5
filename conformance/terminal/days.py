"""Drives that several cases share: a day on the bench is waited for once (R-08's lengths, ISC-2, CSMT, CPCIF).

Leaves what is asked to the cases. What one of them stimulates disturbs no other: `conformance/together.json` holds
which of their checks were seen failing in these drives, by which defects.
"""

from __future__ import annotations

from collections.abc import Collection

from bench.case.shared_drive import SharedDrive
from bench.facade.bench import Bench
from bench.history.marks import SETTLE
from bench.layout.scenario import Scenario
from conformance.common.phases import DAY_BEGINS
from conformance.common.times import DAY, floor
from conformance.terminal.acquisition.commands import AnswersHistoryRequests, ask_for_history
from conformance.terminal.acquisition.updates import UpdatesWithinFiveMinutes
from conformance.terminal.delivery.delivery import DeliversQuarterHourIndex
from conformance.terminal.processing.processing import AddsUpExactly
from conformance.terminal.storage.storage import StoresWhatItAcquires, read_back


class DayOfMinutes(SharedDrive):
    """A day over the end of a month, read once a minute, delivered to two centres, then read back and asked for."""

    zh = "跨月末的完整一日：每分钟采集，向两个中心上传，随后回读与召测。"
    judged = (
        AddsUpExactly,
        DeliversQuarterHourIndex,
        StoresWhatItAcquires,
        AnswersHistoryRequests,
        UpdatesWithinFiveMinutes,
    )
    scenario = Scenario(start="2026-02-27T23:30:00+08:00", circuits=2)

    @classmethod
    def world(cls, wanted: Collection[str]) -> Scenario:
        """Real-time data go to the first centre alone, where they are asked about.

        What reaches the other as period data alone shows which points reach it.
        """
        if UpdatesWithinFiveMinutes.id() not in wanted:
            return cls.scenario
        interval_s = UpdatesWithinFiveMinutes.scenario.realtime_interval_s
        return cls.scenario.but(centre_options=(("A", {"realtime_interval_s": interval_s}),))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=10)
        DAY_BEGINS.put(bench)
        await bench.clock.sleep(minutes=20)
        start = floor(bench.clock.now_us(), DAY)
        await bench.clock.sleep(hours=24, minutes=46)
        SETTLE.put(bench)
        await bench.clock.sleep(minutes=4)
        if self.wants(StoresWhatItAcquires):
            await read_back(bench, start)
        if self.wants(AnswersHistoryRequests):
            await ask_for_history(bench, start)
        await bench.centres.settle(minutes=10)
