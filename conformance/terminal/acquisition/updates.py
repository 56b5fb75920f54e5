"""Updates of real-time data by a product submitted as collector (CPCIF 6.1 c; R-45).

Leaves their delay to `delays`, which needs real time. What 6.1 asks of the platform is not asked of a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import timing
from conformance.terminal import LIVE, MODBUS

_CENTRE = "A"
_LONGEST_S = 300


class UpdatesWithinFiveMinutes(Case):
    """Set to a real-time interval of 4 min, the collector updates every point at least every 5 min for 24 h."""

    zh = "实时数据间隔设为 4 min 时，采集器 24 h 内每个测点更新间隔不超过 5 min。"
    checks = {
        timing.EVERY_POINT_UPDATED: ("cpcif/6.1c-3",),
        timing.UPDATE_GAP: ("cpcif/6.1c-3",),
    }
    needs = (MODBUS, LIVE, "role.collector")
    scenario = Scenario(circuits=3, points=0, period_s=120, realtime_interval_s=240, kinds=(), centres=(_CENTRE,))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(hours=24, minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from timing.update_findings(history, _CENTRE, longest_s=_LONGEST_S)
