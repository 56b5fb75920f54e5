"""Reports and submissions: what is generated and handed to the park holds the figures of the account."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.accounting import EMISSION_REPORT, REPORT_FIGURES, SUBMISSION
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.platforms.accounts import here
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.accounting import ACCOUNTING, REPORTS, reports_judge
from conformance.platform.accounting.plant import EAST, PLACE, drawn, enter, entries, factor, point

_MONTHS = (here(2025, 7), here(2025, 8))
_POINTS = (
    point("A.gas", "natural-gas", "1e4Nm3", "fuel"),
    point("A.power", "electricity", "MWh", "electricity"),
    point("A.lime", "quicklime-feed", "t", "process"),
    point("B.gas", "natural-gas", "1e4Nm3", "fuel"),
)


class ReportsTheAccount(PlatformCase):
    """Reports of enterprise, park and region and data submitted to the park hold exactly the figures of the account."""

    zh = "企业、园区和区域的报告以及企业报送的数据与核算结果逐位一致；他企不可见。"
    checks = reports_judge.CHECKS
    needs = (OBJECTS, ACCOUNTING, REPORTS)

    async def drive(self, bench: Bench) -> None:
        chance = bench.chance("reports")
        administrator = await bench.platform.login("administrator")
        rows = [
            *PLACE,
            *_POINTS,
            factor("gas", "natural-gas", drawn(chance, 18, 24, 4), "tCO2/1e4Nm3"),
            factor("gas-heat", "natural-gas", drawn(chance, 350, 390, 2), "GJ/1e4Nm3"),
            factor("lime", "quicklime-feed", f"0.7{chance.randrange(101, 999)}", "tCO2/t"),
            factor("power", "electricity", f"0.5{chance.randrange(1001, 9999)}", "tCO2/MWh", region=EAST),
            *entries(chance, _POINTS, "month", _MONTHS),
        ]
        await enter(administrator, rows)
        manager = await bench.platform.login("manager-a")
        operator = await bench.platform.login("operator-of-park")
        government = await bench.platform.login("government")
        for desk, of, whose, period, start in (
            (manager, "enterprise", "A", "month", _MONTHS[1]),
            (manager, "enterprise", "A", "year", here(2025)),
            (operator, "park", "P", "quarter_year", here(2025, 7)),
            (government, "region", EAST, "year", here(2025)),
        ):
            key = f"report-{of}-{period}"
            await desk.create(EMISSION_REPORT, id=key, of=of, whose=whose, period=period, start=start)
            await desk.ask(REPORT_FIGURES, report=key)
        await manager.create(SUBMISSION, id="july", enterprise="A", period="month", start=_MONTHS[0])
        await operator.list(SUBMISSION)
        other = await bench.platform.login("clerk-b")
        await other.list(SUBMISSION)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from reports_judge.findings(history)
