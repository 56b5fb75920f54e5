"""Warning limits of emissions: an alarm while a total is above its limit, and at no other time (ISC-2 7.2.6).

Leaves limits of readings to the chapter of processing, and alarms of faults to that of management.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import Limit
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.terminal import LOCAL, MODBUS, UPLINK
from conformance.terminal.accounting import boundaries
from conformance.terminal.accounting.boundaries import scenario
from conformance.terminal.accounting.figures import ACCOUNTING
from conformance.terminal.reporting import emission_limits_judge

FAMILY = "accounting"

_AUTHOR, _ORIGIN = "Li Wei", "supplier, March"
_EMITTER = msgspec.structs.replace(boundaries.BUILDING, limits=(Limit(of="emitter", kind="minute", above="30"),))


class WarnsAboveLimits(Case):
    """The heat supplier's factor lifts a building above its limit for ten minutes: one alarm, for as long as that."""

    zh = "外购热力因子使建筑排放量连续 10 min 超过预警限值：仅告警一次，恢复后解除，限值以内不告警。"
    checks = {
        emission_limits_judge.RAISED: ("isc-2/7.2.6a", "isc-2/7.2.6b", "isc-2/7.2.6c"),
        emission_limits_judge.ONLY_ABOVE: ("isc-2/7.2.6a", "isc-2/7.2.6b"),
        emission_limits_judge.ENDED: ("isc-2/7.2.6c",),
    }
    needs = (ACCOUNTING, MODBUS, UPLINK, LOCAL, "alarms.emission-parameters")
    scenario = scenario("building", _EMITTER, boundaries.BUILDING_STREAMS, start="2026-03-02T10:57:00+08:00")

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep(minutes=4)
        for value, minute in (("0.9", 10), ("0.11", 20)):
            since = hour + minute * MINUTE
            await bench.operator.set_factor("district-heat", "EF", value, "tCO2/GJ", since, _ORIGIN, _AUTHOR)
        for minute in (9, 16, 25):
            await bench.clock.sleep((hour + minute * MINUTE - bench.clock.now_us()) / SECOND)
            await bench.operator.alarms()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from emission_limits_judge.findings(history)
