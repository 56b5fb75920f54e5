"""Ten thousand records against the truth."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check, Measurement
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.park import Enterprise, Park, Terminal
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, exact_judge
from conformance.platform.driving import READER, ask_points, fed, points_with
from conformance.platform.parks import flow

_SENDERS, _POINTS, _EVERY_S, _MINUTES = 2, 16, 5, 27
"""32 points, 324 samples of each."""


def _park() -> Park:
    sorts = (
        ("coke", "t", "30", 3),
        ("electricity", "kWh", "4800", 2),
        ("heat", "GJ", "12", 4),
        ("natural-gas", "Nm3", "950", 1),
    )
    return Park(
        enterprises=(
            Enterprise(
                "A",
                "Works 工厂",
                "steel",
                terminals=tuple(
                    Terminal(f"A{number}", {"classes": ("realtime",), "realtime_s": _EVERY_S, "window": 1})
                    for number in range(1, _SENDERS + 1)
                ),
                points=tuple(
                    flow(f"A.{number}-{place:02d}", f"A{number}", carrier, unit, per_h, decimals=decimals)
                    for number in range(1, _SENDERS + 1)
                    for place in range(_POINTS)
                    for carrier, unit, per_h, decimals in (sorts[place % len(sorts)],)
                ),
            ),
        ),
    )


class KeepsTenThousandRecordsExactly(PlatformCase):
    """Of ten thousand records 99 % have the right value and 98 % the right point, unit, stamp and quality."""

    zh = "一万条记录中数值准确率不低于 99 %，点位、单位、时标、质量正确率不低于 98 %。"
    checks = {
        exact_judge.ACCURACY: ("ssea/6.4b",),
        exact_judge.CORRECTNESS: ("ssea/6.4c",),
        exact_judge.DIGITS_KEPT: ("ssea/6.4b",),
    }
    needs = FED
    once = True
    scenario = PlatformCase.scenario.but(park=_park())

    async def drive(self, bench: Bench) -> None:
        """Samples every few seconds; a stretch of them is flagged by its terminal."""
        start_us = bench.clock.now_us()
        await fed(bench)
        await bench.clock.sleep(minutes=10)
        with bench.senders["A1"].flags("D", "A.1-00", "A.1-05"):
            await bench.clock.sleep(minutes=2)
        await bench.clock.sleep(minutes=_MINUTES - 12)
        await bench.senders.settle()
        desk = await bench.platform.login(READER)
        await ask_points(desk, points_with(bench, "realtime"), ("realtime",), start_us, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Check | Measurement]:
        """Both shares."""
        yield from exact_judge.findings(history)
