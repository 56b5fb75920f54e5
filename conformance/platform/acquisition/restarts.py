"""Links that break and a platform whose power fails while terminals send."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, restarts_judge
from conformance.platform.driving import READER, ask_points, fed, points_with
from conformance.platform.parks import SMALL, with_senders


class LosesNothingToCuts(PlatformCase):
    """Links break and the power fails while terminals send: what was acknowledged is kept, all is there in the end."""

    zh = "上传期间断网、断电：已确认的数据不丢，最终全部入库。"
    checks = {
        restarts_judge.CUTS_TOOK_PLACE: (),
        restarts_judge.ACKNOWLEDGED_KEPT: ("ssea/4.2.2a",),
        restarts_judge.ALL_THERE: ("ssea/4.2.2a", "ssea/5.2.3.3-4"),
    }
    needs = FED
    scenario = PlatformCase.scenario.but(
        park=with_senders(SMALL, classes=("realtime", "minute"), realtime_s=20, minute_interval=1, over_time_s=5)
    )

    async def drive(self, bench: Bench) -> None:
        """Three power cuts at instants of chance, a cut link, a reset; then everything is asked for."""
        start_us = bench.clock.now_us()
        await fed(bench)
        await bench.clock.sleep(minutes=3)
        chance = bench.chance("cuts")
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(minutes=5)
        await bench.links["uplink"].reset()
        for _ in range(3):
            # The backlog of the cut before is under way.
            await bench.clock.sleep(10 + chance.randrange(100, 2_000) / 1_000)
            await bench.power.off(40)
            await bench.clock.sleep(20)
        await bench.clock.sleep(minutes=3)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        for kind in ("realtime", "minute"):
            await ask_points(desk, points_with(bench, kind), (kind,), start_us, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Check]:
        """What was kept and what is there."""
        yield from restarts_judge.findings(history)
