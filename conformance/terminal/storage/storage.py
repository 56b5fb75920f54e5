"""Storage: what outlasts lost power (ISC-2 7.2.3, 9.2; CSMT 7.6)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Rig, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.marks import SETTLE
from bench.layout.scenario import Scenario
from conformance.common import delivery, retention
from conformance.common.actions import counters, points, read_records, reconciled
from conformance.common.times import DAY, HOUR, MINUTE, floor
from conformance.terminal import LOCAL, MODBUS, UPLINK, read_out

# Before the first cut an hour has to be whole: the one in which the terminal starts is not.
BEFORE = {"hours": 2, "minutes": 10}


class _LosesPower:
    """What cases share in which power is lost again and again; what was readable must stay so."""

    needs = (MODBUS, UPLINK, read_out("readable-stays-readable", "kept-locally*", "sent-as-stored"))
    # Minute data of one minute, so that what the store holds can be compared with what the centres have.
    scenario = Scenario(circuits=2, points=2, minute_interval=1)
    cuts = 0

    async def look(self, bench: Bench) -> None:
        """Read the minute records of the last half hour of every counter."""
        now = bench.clock.now_us()
        for point in counters(bench):
            await bench.operator.records("minute", point, now - 30 * MINUTE, now)

    async def finish(self, bench: Bench, start: int) -> None:
        """Let the terminal work on, settle, and read everything back."""
        await bench.clock.sleep(hours=1)
        await bench.centres.settle(minutes=30)
        await read_records(bench, ("minute", "hour"), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        if unmet := retention.never_struck(history):
            yield unmet
            return
        yield from retention.resume_findings(history, cuts=self.cuts)
        yield from retention.readable_before_findings(history)
        yield from retention.local_findings(history, ("minute", "hour"))
        ledgers = reconciled(history)
        yield retention.sent_as_stored_finding(history, ledgers)
        yield from delivery.findings(ledgers)


class OutlastsTwoDaysWithoutPower(_LosesPower, Case):
    """After 20 power cuts at seeded instants and 48 h without power every record is there and reaches every centre."""

    zh = "20 次随机断电并断电 48 h 后，记录完好且全部送达各中心。"
    checks = {
        retention.READABLE_STAYS_READABLE: ("isc-2/7.2.3e", "isc-2/9.2a"),
        retention.KEPT_LOCALLY.of("kept-locally"): ("isc-2/7.2.3e", "isc-2/9.2a"),
        retention.UNALTERED.of("kept-locally"): ("isc-2/7.2.3e", "isc-2/9.2a"),
        retention.SENT_AS_STORED: ("csmt/7.6b",),
        delivery.NONE_LOST: ("csmt/7.6b",),
        delivery.ALL_ACKNOWLEDGED: ("csmt/7.6b",),
        retention.WORKS_AFTER_THE_LONG_LOSS: ("isc-2/9.2a",),
        **beside(
            retention.RESUMES_BY_ITSELF,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            retention.CUT_STRUCK,
        ),
    }
    needs = (
        MODBUS,
        UPLINK,
        read_out("readable-stays-readable", "kept-locally*", "sent-as-stored"),
        "storage.power-off-48h",
    )
    once = True
    cuts = 21

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        chance = bench.chance("cuts")
        await bench.clock.sleep(**BEFORE)
        for _ in range(20):
            await bench.clock.sleep(chance.randrange(300_000, 1_200_000) / 1000)
            await self.look(bench)
            await bench.power.off(60)
        await bench.clock.sleep(minutes=20)
        await self.look(bench)
        await bench.power.off(hours=48)
        await self.finish(bench, start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from super().judge(history)
        yield retention.longest_loss_finding(history, hours=48)


_AT_ANY_INSTANT = {
    retention.READABLE_STAYS_READABLE: ("isc-2/7.2.3e", "isc-2/7.2.3-A(2)a"),
    retention.KEPT_LOCALLY.of("kept-locally"): ("isc-2/7.2.3e", "isc-2/7.2.3-A(2)a"),
    retention.UNALTERED.of("kept-locally"): ("isc-2/7.2.3e", "isc-2/7.2.3-A(2)a"),
    retention.SENT_AS_STORED: ("csmt/7.6b",),
    delivery.NONE_LOST: ("csmt/7.6b",),
    delivery.ALL_ACKNOWLEDGED: ("csmt/7.6b",),
    **beside(
        retention.RESUMES_BY_ITSELF,
        delivery.NONE_ALTERED,
        delivery.NONE_INVENTED,
        delivery.NONE_MIS_STAMPED,
        delivery.FLAGS_RIGHT,
        delivery.NO_NEEDLESS_REPEATS,
        retention.CUT_STRUCK,
    ),
}
"""What losing power at an instant of the terminal's own work must not harm."""


class OutlastsCutsAtWriteBarriers(_LosesPower, Case):
    """Power lost at a write barrier of the store, before it takes effect or just after, harms no finished record."""

    zh = "在落盘时刻（生效前或生效后）断电，已完成记录不受损。"
    checks = _AT_ANY_INSTANT
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    cuts = 10

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        chance = bench.chance("barriers")
        await bench.clock.sleep(**BEFORE)
        for number in range(self.cuts):
            await self.look(bench)
            bench.power.cut_at_sync(chance.randrange(1, 12), off_s=60, after=number % 2 == 1)
            await bench.clock.sleep(minutes=11)
        await self.finish(bench, start)


class OutlastsCutsAtAnyStep(_LosesPower, Case):
    """Power lost between any two steps of the terminal's work harms no finished record."""

    zh = "在任意执行步骤之间断电，已完成记录不受损。"
    checks = _AT_ANY_INSTANT
    rigs = Rig.VIRTUAL | Rig.PROCESS | Rig.LOOPBACK
    cuts = 20

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        chance = bench.chance("steps")
        await bench.clock.sleep(**BEFORE)
        for _ in range(self.cuts):
            await bench.clock.until(_next_five(bench.clock.now_us()))
            await self.look(bench)
            bench.power.cut_at_event(chance.randrange(1, 150), off_s=60)
            await bench.clock.sleep(minutes=13)
        await self.finish(bench, start)


def _next_five(now_us: int) -> str:
    """Local time of day two seconds before the next multiple of five minutes."""
    local = (now_us + 8 * HOUR) // 1_000_000 % 86_400
    target = (local // 300 + 1) * 300 - 2
    if target <= local:
        target += 300
    target %= 86_400
    return f"{target // 3600:02d}:{target // 60 % 60:02d}:{target % 60:02d}"


async def read_back(bench: Bench, start: int) -> None:
    """Read what is stored of the day that begins at `start` (us UTC); of minutes three hours."""
    for kind, until in (("minute", 3 * HOUR), ("quarter", 24 * HOUR), ("hour", 24 * HOUR), ("day", 24 * HOUR)):
        for point in points(bench):
            await bench.operator.records(kind, point, start, start + until)


class StoresWhatItAcquires(Case):
    """Every minute, quarter, hour and day record of a day is in the terminal's store and right."""

    zh = "一日内各分钟、刻钟、小时及日记录均存于本地且正确。"
    checks = {
        retention.KEPT_LOCALLY.of("kept-locally"): (
            "isc-2/7.2.3e",
            "isc-2/7.2.3-A(2)a",
            "isc-2/6.2k",
            "isc-2/7.1i",
            "isc-2/7.3.1c",
        ),
        retention.UNALTERED.of("kept-locally"): (
            "isc-2/7.2.3e",
            "isc-2/7.2.3-A(2)a",
            "isc-2/6.2k",
            "isc-2/7.1i",
            "isc-2/7.3.1e",
        ),
    }
    needs = (MODBUS, LOCAL)
    # From the evening before, since the day in which the terminal starts is not whole.
    scenario = Scenario(start="2026-03-01T23:30:00+08:00", circuits=1, points=2, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=30)
        start = floor(bench.clock.now_us(), DAY)
        await bench.clock.sleep(days=1, minutes=20)
        SETTLE.put(bench)
        await bench.clock.sleep(minutes=2)
        await read_back(bench, start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from retention.local_findings(history, ("minute", "quarter", "hour", "day"))
