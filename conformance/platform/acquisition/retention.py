"""Five years by the calendar."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, Rig, Text
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, retention_judge
from conformance.platform.driving import READER, ask_points, fed, points_with
from conformance.platform.parks import SMALL, with_senders

_YEARS_D = 5 * 366


class KeepsFiveYears(PlatformCase):
    """What was taken in is there to the last digit for a platform that is started anew after five years."""

    zh = "入库五年后平台重新启动，数据仍逐位可查。"
    checks = {
        retention_judge.YEARS_PASSED: (),
        retention_judge.OLD_KEPT: ("ssea/5.2.3.2b",),
        retention_judge.NEW_TAKEN: ("ssea/5.2.3.2b",),
    }
    needs = FED
    rigs = Rig.VIRTUAL
    virtual_only = Text("five years cannot be waited for", "无法实际等待五年")
    scenario = PlatformCase.scenario.but(
        park=with_senders(SMALL, classes=("realtime", "minute", "day"), realtime_s=3600, minute_interval=30)
    )

    async def drive(self, bench: Bench) -> None:
        """A day of records, five years without power in which nobody sends, an hour of records."""
        start_us = bench.clock.now_us()
        await fed(bench)
        await bench.clock.sleep(hours=24, minutes=2)
        await bench.senders.settle()
        for sender in bench.senders.values():
            sender.rest()
        await bench.clock.sleep(minutes=5)
        # Whoever looks at something every minute would look at nothing millions of times.
        await bench.power.off(hours=24 * _YEARS_D)
        later_us = bench.clock.now_us()
        for sender in bench.senders.values():
            sender.resume()
        await bench.clock.sleep(hours=1)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        points = points_with(bench, "day")
        await ask_points(desk, points, ("realtime", "minute", "day"), start_us, start_us + 86_400_000_000)
        await ask_points(desk, points, ("minute",), later_us, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Check]:
        """Old and new."""
        yield from retention_judge.findings(history)
