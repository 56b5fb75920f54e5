"""The inventory report (温室气体盘查报告书) as a document: what stands in it is what was acquired and reckoned.

Leaves layout and chapters to a reviewer (R-04), and the figures of other ways of asking to `figures`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import HOUR, MINUTE, SECOND, ceil
from conformance.terminal import MODBUS, UPLINK, read_out
from conformance.terminal.accounting import boundaries
from conformance.terminal.accounting.boundaries import scenario
from conformance.terminal.accounting.figures import ACCOUNTING
from conformance.terminal.reporting import explained_judge, inventory_judge

FAMILY = "accounting"

_REPORT = ("isc-2/7.2.7a", "csmt/11.11a")


class MakesTheInventoryReport(Case):
    """A power unit's report of an hour, as Word and as Excel: total, every source, activity and factors stand in it."""

    zh = "发电机组一小时的温室气体盘查报告书（Word、Excel）：总量、各排放源、活动数据与因子均在其中且正确。"
    checks = {
        inventory_judge.OPENS: _REPORT,
        inventory_judge.TOTAL: _REPORT,
        inventory_judge.BY_SOURCE: _REPORT,
        inventory_judge.UNITS: _REPORT,
        inventory_judge.ACTIVITY: _REPORT,
        inventory_judge.FACTORS: _REPORT,
        **beside(explained_judge.INPUTS_TOLD, explained_judge.UNITS_TOLD),
    }
    needs = (ACCOUNTING, "reports.carbon-report", MODBUS, UPLINK, read_out("report-*", "inputs-told", "units-told"))
    scenario = scenario(
        "power-unit", boundaries.POWER_UNIT, boundaries.POWER_STREAMS, start="2026-03-02T08:57:00+08:00"
    )

    async def drive(self, bench: Bench) -> None:
        hour = ceil(bench.clock.now_us(), HOUR)
        await bench.clock.sleep((hour + HOUR - bench.clock.now_us()) / SECOND + 65)
        for form in ("docx", "xlsx"):
            await bench.operator.inventory_report(form, hour, hour + HOUR)
        for source in boundaries.POWER_UNIT.sources:
            await bench.operator.emission_chain(source.id, "minute", hour + 30 * MINUTE)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from inventory_judge.findings(history)
        yield from explained_judge.findings(history)
