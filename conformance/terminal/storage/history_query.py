"""History asked for at the terminal by conditions that a user sets: point, class of period, stretch of time.

Leaves questions of a centre to `acquisition.commands`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common.actions import points
from conformance.common.times import HOUR, MINUTE, floor
from conformance.terminal import LOCAL, MODBUS
from conformance.terminal.storage import history_query_judge

FAMILY = "storage"


class ShowsHistoryByConditions(Case):
    """Asked for a point, a class and a stretch of time, the terminal shows these records, all of them and no others."""

    zh = "按监测点、时段类别和起止时间查询历史数据时，返回满足条件的全部记录，不多不少、内容正确。"
    checks = {
        history_query_judge.ALL_THAT_MEET: ("isc-2/7.2.3-A(3)b",),
        history_query_judge.NONE_THAT_DO_NOT: ("isc-2/7.2.3-A(3)b",),
        history_query_judge.TRUE_CONTENT: ("isc-2/7.2.3-A(3)b",),
    }
    needs = (MODBUS, LOCAL, "query.history")
    scenario = Scenario(start="2026-03-01T23:30:00+08:00", circuits=2, points=2, centres=("A",), kinds=())

    async def drive(self, bench: Bench) -> None:
        begin = floor(bench.clock.now_us(), HOUR) + HOUR
        await bench.clock.sleep(hours=5, minutes=40)
        for point in points(bench):
            for kind, low, high in (
                # Whole hours, a stretch whose ends lie within periods, a single period, one that has none.
                ("quarter", HOUR, 3 * HOUR),
                ("quarter", HOUR + 7 * MINUTE, 2 * HOUR + 22 * MINUTE),
                ("hour", 0, 4 * HOUR),
                ("hour", 2 * HOUR, 3 * HOUR),
                ("minute", 90 * MINUTE, 100 * MINUTE),
                ("minute", -48 * HOUR, -47 * HOUR),
            ):
                await bench.operator.records(kind, point, begin + low, begin + high)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from history_query_judge.findings(history)
