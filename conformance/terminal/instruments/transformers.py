"""Meters behind current and voltage transformers: what they show, times the ratio, is the quantity (ISC-2 9.3; R-17 c).

Leaves meters that count by themselves what the line carries to the other chapters.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside, criterion
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Line, Scenario, Transformer
from conformance.common import accuracy, delivery
from conformance.common.actions import all_centres, points, read_readings, reconciled
from conformance.common.truth import truth_of
from conformance.terminal import LOCAL, MODBUS, UPLINK, read_out
from conformance.terminal.acquisition.interfaces import DLT645
from conformance.terminal.instruments import transformers_judge

ROLLOVER_BEHIND_TRANSFORMERS = criterion(
    "rollover-behind-transformers",
    en="the modulus is multiplied by the ratio too",
    zh="计数器模数同样按变比换算",
    unit="records",
)


_COMPARED = 300
_RAW = 40


class AppliesTransformerRatios(Case):
    """Readings and totals of meters behind transformers are multiplied by the ratio, once, over full scale too."""

    zh = "经互感器接入的电能表读数与累计量按变比换算一次，计数器满度回零时同样正确。"
    checks = {
        accuracy.SAME_READING.of("stored"): ("isc-2/9.3c",),
        accuracy.SAME_READING.of("centre-a"): ("isc-2/9.3c",),
        **beside(delivery.NONE_ALTERED, delivery.FLAGS_RIGHT, ROLLOVER_BEHIND_TRANSFORMERS),
    }
    needs = (MODBUS, DLT645, UPLINK, read_out("*-stored"), "source.transformers", "counters.rollover")
    scenario = Scenario(
        circuits=3,
        maps=("adl3000",),
        behind=(
            Line(("dlt645-2007", "dlt645-2007"), 2400, "E"),
            Transformer("e01", "80"),
            Transformer("e02", "6000"),
            Transformer("dlt645-2007", "120"),
        ),
        centres=("A",),
        minute_interval=5,
        realtime_interval_s=60,
        kinds=("minute", "hour"),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        for name in ("e01", "dlt645-2007"):
            meter = bench.meters[name]
            point = next(point for point, channel in meter.points.items() if channel.counter)
            meter.rollover_soon(point, "0.10")
        await bench.clock.sleep(minutes=125)
        await read_readings(bench, points(bench), start, bench.clock.now_us())
        await bench.centres.settle(minutes=5)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from accuracy.findings(history, "reading", centres=all_centres(history), needed=_COMPARED)
        ledgers = reconciled(history)
        for found in delivery.findings(ledgers):
            if found.id in ("none-altered", "flags-right"):
                yield found
        truth = truth_of(history)
        rolled = [
            point.id
            for point in history.began.points
            if point.ratio != "1" and point.kind == "counter" and truth.series[point.id].falls(0, 10**9)
        ]
        wrong = [
            problem
            for ledger in ledgers
            for problem in (*ledger.altered, *ledger.lost, *ledger.wrongly_flagged)
            if problem.key.point in rolled
        ]
        yield ROLLOVER_BEHIND_TRANSFORMERS.none(
            wrong, rolled and any(ledger.records for ledger in ledgers), evidence=delivery.lines(wrong)
        )


class KeepsRawValues(Case):
    """What meters behind transformers showed is kept beside the quantity made of it, and outlasts a power cut."""

    zh = "经变比换算的读数同时保留表计原始值，断电后仍可查询。"
    checks = {
        transformers_judge.RAW_KEPT: ("csmt/9.2-9", "isc-2/7.3.1h", "isc-2/7.2.3-A(2)a"),
        transformers_judge.RAW_KEPT_OVER_POWER: ("csmt/9.2-9", "isc-2/7.3.1h", "isc-2/7.2.3-A(2)a"),
        transformers_judge.RAW_AS_ANSWERED: ("csmt/9.2-9", "isc-2/7.3.1h"),
    }
    needs = (MODBUS, DLT645, LOCAL, "source.transformers", "local.raw-values")
    scenario = Scenario(
        circuits=1,
        maps=("sdm630",),
        behind=(Line(("dlt645-2007",), 2400, "E"), Transformer("e01", "80"), Transformer("dlt645-2007", "120")),
        centres=("A",),
        kinds=("minute",),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=20, seconds=30)
        await bench.power.off(90)
        await bench.clock.sleep(minutes=25)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        yield from transformers_judge.findings(history, _RAW)
