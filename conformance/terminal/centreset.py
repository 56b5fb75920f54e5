"""Centres added and removed while the terminal runs (ISC-2 7.2.4(3); CSMT 7.3; R-27)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bench import Bench
from bench.case import Case, Finding
from bench.history import History
from bench.scenario import Scenario
from conformance.judges import centreset, delivery, frames, windows
from conformance.terminal import HJ212, LOCAL, MODBUS
from conformance.terminal.moves import reconciled

_AUTHOR = "inspector Zhou"


class AddsAndRemovesCentresWhileRunning(Case):
    """A centre added at the terminal is served, one removed left alone, the queue of a dead third stays whole."""

    zh = "运行中新增的中心随即得到上传，删除的中心不再连接，不可达的第三中心积压完整。"
    clauses = ("isc-2/7.2.4(3)a", "isc-2/7.2.4(3)c", "csmt/7.3a", "csmt/7.3c")
    needs = (MODBUS, HJ212, LOCAL, "centres.three", "centres.local-configuration")
    scenario = Scenario(
        circuits=2,
        points=2,
        minute_interval=1,
        kinds=("minute",),
        centres=("A", "B", "C"),
        centre_options=(("C", {"minute_interval": 5}),),
        later=("C",),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=20, seconds=20)
        async with bench.links["uplink.A"].cut():
            await bench.clock.sleep(minutes=10)
            await bench.operator.add_centre("C", _AUTHOR)
            bench.phase("joined", centre="C")
            await bench.clock.sleep(minutes=20)
            await bench.operator.remove_centre("B", _AUTHOR)
            bench.phase("left", centre="B")
            await bench.clock.sleep(minutes=10)
            await bench.power.off(60)
            await bench.clock.sleep(minutes=10)
        await bench.clock.sleep(minutes=30)
        await bench.operator.log(start)
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        for what in ("centre-add", "centre-remove"):
            yield windows.accepted_finding(history, what, 1, id=f"{what}-taken")
            yield windows.audit_finding(
                history, what, ("author",), f"{what}-logged",
                "the change of the set of centres is in the log, with its author", "中心增删连同操作人记入日志",
            )  # fmt: skip
        yield from centreset.findings(history, ledgers)
        yield from frames.identity_findings(history, ("A", "C"), needed=8)
        yield from delivery.findings(centreset.owed(history, ledgers))
