"""Emissions at a platform that takes its data once a day: five-segment codes, quarter-hours and the day (CSMT 7.2).

Leaves windows themselves to the chapter of delivery, and what a figure must be to `figures`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.history.accounting import Figure
from bench.layout.build import emission_codes
from conformance.common.times import DAY, SECOND, ceil
from conformance.terminal import MODBUS, PLATFORM
from conformance.terminal.accounting import figures_judge
from conformance.terminal.accounting.boundaries import scenario
from conformance.terminal.accounting.figures import ACCOUNTING
from conformance.terminal.accounting.systems import office
from conformance.terminal.reporting import daily_sets_judge
from simulators.centres.base import Item
from simulators.centres.national.centre import NationalCentre, national_code

FAMILY = "accounting"

_EMITTER = office("grid.energy", (Figure(of="source", id="grid"), Figure(of="emitter", unit="t", decimals=6)))


class SendsEmissionsInDailySets(Case):
    """In its daily window a platform gets every emission figure of the day under its five-segment code."""

    zh = "平台在每日窗口内收到当日全部排放量（15 min 值和日值），数据编码为五段码。"
    checks = {
        daily_sets_judge.FIVE_SEGMENTS: ("csmt/7.2b",),
        daily_sets_judge.WHOLE_DAY: ("csmt/4g",),
        **beside(figures_judge.SENT),
    }
    needs = (ACCOUNTING, MODBUS, PLATFORM)
    scenario = scenario(
        "building",
        _EMITTER,
        (("grid", "energy"),),
        start="2026-03-01T23:50:00+08:00",
        period_s=300,
        minute_interval=15,
        centres=("N",),
        kinds=("minute", "day"),
        centre_options=(("N", {"kind": "https", "channel": "tls", "upload_time": "02:17:00"}),),
    )

    async def drive(self, bench: Bench) -> None:
        platform = bench.platforms.of(NationalCentre, "N")
        codes = emission_codes(self.scenario)
        platform.add_items({national_code(code): Item(name, "Value", "") for name, code in codes.items()})
        day = ceil(bench.clock.now_us(), DAY) + DAY
        await bench.clock.sleep((day - bench.clock.now_us()) / SECOND + 3 * 3600)
        await bench.centres.settle(minutes=30)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from daily_sets_judge.findings(history, "N")
