"""Where a figure is from, and where a sample went (ISC-1 4.4, 7.3d)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.case import Finding
from bench.dut.platform.vocabulary.base import EMISSIONS, FACTOR, SAMPLES
from bench.dut.platform.vocabulary.public import TRACE_BACK, TRACE_FORWARD
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import DAY, HOUR, ceil, floor
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.integrity import tracing_judge
from conformance.platform.integrity.plant import A, scenario


class TracesForwardAndBack(PlatformCase):
    """An hour's emission is traced to its samples and factor versions, and a sample to the figures made with it."""

    zh = "小时碳排放量可逆向追溯到采样数据与因子版本，采样数据可正向追溯到由其形成的核算数值。"
    checks = {
        tracing_judge.LINKED: ("isc-1/4.4-3",),
        tracing_judge.BACK: ("isc-1/4.4-5", "isc-1/7.3d-6"),
        tracing_judge.VERSIONS: ("isc-1/4.4-5", "isc-1/7.3d-6"),
        tracing_judge.FORWARD: ("isc-1/4.4-4",),
    }
    needs = (OBJECTS, "platform.traces")
    scenario = scenario("2026-03-02T08:00:00+08:00", 2, classes=("realtime",), realtime_s=60, kind="hj212")

    async def drive(self, bench: Bench) -> None:
        # In real time a world begins within an hour.
        begun = bench.clock.now_us()
        start = ceil(begun, HOUR)
        midnight = floor(start, DAY)
        await bench.park.set_up()
        bench.senders.connect()
        await bench.clock.sleep(hours=1.2 + (start - begun) / HOUR)
        auditor = await bench.platform.login("auditor")
        await auditor.ask(TRACE_BACK, of="enterprise", id=A, period="hour", start=start)
        admin = await bench.platform.login("administrator")
        await admin.change(FACTOR, "F-coke", value=Decimal("3.1177"), valid_from=start + 3 * HOUR)
        await auditor.ask(TRACE_BACK, of="enterprise", id=A, period="hour", start=start)
        rows = await auditor.ask(SAMPLES, point="A.p00", from_=start, to=start + HOUR)
        for of, id in (("point", "A.p00"), ("process", "A-iron"), ("enterprise", A), ("park", "P")):
            await auditor.ask(EMISSIONS, of=of, id=id, period="day", from_=midnight, to=midnight + DAY)
        await auditor.ask(TRACE_FORWARD, point="A.p00", at=int(rows[len(rows) // 2].at) if rows else start)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from tracing_judge.back_findings(history)
        yield tracing_judge.forward_finding(history)
