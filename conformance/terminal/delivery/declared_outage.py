"""The outage that a product declares to bridge (R-28: a claimed SSEA collector is held to its declared time).

Leaves outages whose length a clause or ruling sets (48 h, 168 h) to `delivery`, and the declaration to the profile.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery, retention
from conformance.common.actions import reconciled
from conformance.common.times import HOUR
from conformance.terminal import LIVE, MODBUS
from simulators.stamps import stamp

FAMILY = "delivery"
# What a terminal may take from its start to its first record at a centre: an interval, and the start itself.
FIRST_MINUTES = 30
# attempts are at most 10 min apart, so that a backlog from which nothing came for longer is sent or given up.
QUIET_MINUTES = 12


class BuffersDeclaredOutage(Case):
    """Readings of an outage as long as the product declares to bridge all arrive afterwards, once each, unaltered."""

    zh = "在产品声明的断网缓存时长内断网，恢复后全部补传，各一次且无改动。"
    checks = {
        retention.BACKFILL_COMPLETE: ("ssea/5.2.2.3b",),
        delivery.NONE_LOST: (
            "ssea/5.1.5.3a",
            "ssea/5.2.2.2a",
            "ssea/5.2.2.2b",
            "ssea/5.2.2.3a",
            "ssea/5.2.2.3b",
        ),
        delivery.NONE_ALTERED: ("ssea/5.2.2.3a", "ssea/5.2.2.3b"),
        **beside(
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_MIS_STAMPED,
            delivery.NONE_INVENTED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            retention.OUTAGE_TOOK_PLACE,
        ),
    }
    needs = (MODBUS, LIVE, "role.collector")
    once = True
    # The buffer is filled by records, so that polling may be as slow as their period.
    scenario = Scenario(circuits=2, points=2, period_s=900, largest=True, tell_declared=True)

    async def drive(self, bench: Bench) -> None:
        if not self.scenario.outage_s:
            return
        for _ in range(FIRST_MINUTES):
            if any(centre.records for centre in bench.centres.values()):
                break
            await bench.clock.sleep(minutes=1)
        async with bench.links["uplink"].cut():
            await bench.clock.sleep(self.scenario.outage_s)
        await self._backlog(bench)
        await bench.centres.settle(minutes=1)

    async def _backlog(self, bench: Bench) -> None:
        """Wait until nothing more comes of what is older than this instant, a day at the most (R-28)."""
        back = bench.clock.now_us()
        had, quiet = -1, 0
        while quiet < QUIET_MINUTES and bench.clock.now_us() < back + 24 * HOUR:
            old = sum(key[3] < stamp(back) for centre in bench.centres.values() for key in centre.records)
            quiet = quiet + 1 if old == had else 0
            had = old
            await bench.clock.sleep(minutes=1)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from retention.outage_findings(history, ledgers, hours=retention.declared_hours(history), recovery=False)
        yield from delivery.findings(ledgers)
