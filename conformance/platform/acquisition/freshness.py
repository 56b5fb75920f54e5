"""Updates over a day, and how soon master data are visible."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, freshness_judge
from conformance.platform.driving import READER, ask_points, fed, points_with
from conformance.platform.parks import SMALL, with_senders


class RenewsEveryPoint(PlatformCase):
    """Over a day every point is renewed every five minutes or sooner, and the platform shows each update."""

    zh = "一天内各监测点至少每 5 min 更新一次，平台显示每次更新。"
    checks = {
        freshness_judge.GAP: ("cpcif/6.1c-2",),
        freshness_judge.ALL_UPDATES: ("cpcif/6.1c-2",),
    }
    needs = FED
    once = True
    scenario = PlatformCase.scenario.but(
        park=with_senders(SMALL.but(enterprises=SMALL.enterprises[:1]), classes=("realtime",), realtime_s=240)
    )

    async def drive(self, bench: Bench) -> None:
        """A day."""
        start_us = bench.clock.now_us()
        await fed(bench)
        await bench.clock.sleep(hours=24)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        await ask_points(desk, points_with(bench, "realtime"), ("realtime",), start_us, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Check]:
        """Gaps and updates."""
        yield from freshness_judge.update_findings(history)
