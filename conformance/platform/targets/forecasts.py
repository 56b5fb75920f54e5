"""Forecasts of a park and an enterprise by scenarios whose peak and neutrality are known by construction.

Leaves what drives a peak, and advice, to an operator (ISC-1 5.1.4 b, 5.2.5 b).
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.targets import FORECAST, PEAK, SCENARIO, SCENARIO_STEP
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.market.parties import HOMES, PARK_ID, gather, year
from conformance.platform.targets import forecasts_judge
from conformance.platform.targets.forecasts_judge import LEVELS, PATH, PEAKED, SAME
from conformance.platform.targets.targets import closed

_UNTIL = 2060


class ForecastsByScenario(PlatformCase):
    """Paths, peaks and years to neutrality follow from accounts and scenarios, for the park and for an enterprise."""

    zh = "园区与企业分情景预测排放量、峰值、达峰年份和碳中和年限，结果可重复且与构造一致。"
    checks = {
        PATH.of("park", *LEVELS["park"]): ("isc-1/5.1.4a", "ssea/5.4.1e-1", "cpcif/5.5.3.1e"),
        PEAKED.of("park", *LEVELS["park"]): ("isc-1/5.1.4a",),
        SAME.of("park", *LEVELS["park"]): ("isc-1/5.1.4a",),
        PATH.of("enterprise", *LEVELS["enterprise"]): ("isc-1/5.2.5a",),
        PEAKED.of("enterprise", *LEVELS["enterprise"]): ("isc-1/5.2.5a",),
        SAME.of("enterprise", *LEVELS["enterprise"]): ("isc-1/5.2.5a",),
        forecasts_judge.NEUTRAL: ("cpcif/5.5.3.1e",),
    }
    needs = (OBJECTS,)

    async def drive(self, bench: Bench) -> None:
        """A closed year; a scenario that falls at once, two in which growth turns to fall; every question twice."""
        parties = await gather(bench, "forecasts")
        for name in HOMES:
            await closed(parties, name, "year", year(2025), "2025", parties.draw(20_000, 90_000))
        for word, of, subject in (("operator-of-park", "park", PARK_ID), ("manager-a", "enterprise", "A")):
            desk = await parties.at(word)
            enterprise = None if of == "park" else subject
            turn = parties.chance.randrange(2027, 2031)
            for name, grows, later, fall in (("slow", 4, 5, 2), ("fast", 4, 0, 11), ("falling", 0, 2, 3)):
                await desk.create(
                    SCENARIO,
                    id=f"{of}-{name}",
                    of=of,
                    subject=subject,
                    enterprise=enterprise,
                    name=f"{name} / 情景",
                    base=2025,
                    removal=parties.draw(900, 1_500),
                    removal_growth=parties.draw(3, 5, 1),
                )
                steps = (
                    (2026, parties.draw(grows, grows + 2, 2), parties.draw(0 if grows else 4, 2 if grows else 6, 2)),
                    (turn + later, parties.draw(0, 1, 2), f"{fall}.{parties.chance.randrange(1, 9)}"),
                )
                for first, activity, intensity in steps:
                    await desk.create(
                        SCENARIO_STEP,
                        id=f"{of}-{name}-{first}",
                        scenario=f"{of}-{name}",
                        enterprise=enterprise,
                        first=first,
                        activity=activity,
                        intensity=intensity,
                    )
            for _ in range(2):
                for name in ("slow", "fast", "falling"):
                    await desk.ask(FORECAST, scenario=f"{of}-{name}", until=_UNTIL)
                    await desk.ask(PEAK, scenario=f"{of}-{name}", until=_UNTIL)

    def judge(self, history: History) -> Iterator[Finding]:
        for level in LEVELS:
            yield from forecasts_judge.findings(history, level)
        yield forecasts_judge.neutrality_finding(history)
