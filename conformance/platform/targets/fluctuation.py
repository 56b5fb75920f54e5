"""Real-time data of an enterprise with a target: one point leaps, another stays as it is (CPCIF 5.5.4.2 b)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.dut.platform.vocabulary.base import ALARMS
from bench.dut.platform.vocabulary.targets import TARGET
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.park import Enterprise, Measured, Named, Park, Terminal
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.targets import fluctuation_judge
from simulators.plant.flows import Flow

_PROCESS = "A.cracking"


def _point(name: str, carrier: str, unit: str, per_h: str) -> Measured:
    """A rate that hardly moves by itself."""
    stream = Flow(name.replace(".", "_"), unit, per_h, swing=0.03, night=1.0)
    return Measured(name, "A1", stream, carrier, process=_PROCESS, instant=True)


class FindsFluctuation(PlatformCase):
    """Within 60 s there is an alarm about a point whose real-time readings leap, and about no steady one."""

    zh = "实时数据异常波动的监测点在 60 s 内报警，平稳的监测点不报警。"
    checks = {fluctuation_judge.FOUND: ("cpcif/5.5.4.2b-1",)}
    needs = (OBJECTS,)
    scenario = PlatformCase.scenario.but(
        park=Park(
            enterprises=(
                Enterprise(
                    "A",
                    "Chemical works A 化工厂",
                    "chemical",
                    processes=(Named(_PROCESS, "cracking 裂解"),),
                    terminals=(Terminal("A1", {"classes": ("realtime",), "realtime_s": 60}),),
                    points=(
                        _point("A.natural-gas", "natural-gas", "Nm3", "2140"),
                        _point("A.coal", "bituminous-coal", "t", "41.7"),
                    ),
                ),
            )
        )
    )

    async def drive(self, bench: Bench) -> None:
        """A target; a quarter of an hour as usual, three minutes of eight times as much, three minutes as usual."""
        await bench.clock.sleep(seconds=20)
        await bench.park.set_up()
        bench.senders.connect()
        # Readings come in before there is a target.
        await bench.clock.sleep(minutes=2)
        desk = await bench.platform.login("operator-of-park")
        await desk.create(
            TARGET,
            id="total-A",
            of="enterprise",
            subject="A",
            enterprise="A",
            indicator="total",
            year=2026,
            value=str(bench.chance("fluctuation").randrange(90_000, 99_000)),
            unit="t",
            warn="90",
            state="issued",
        )
        await bench.clock.sleep(minutes=13)
        with bench.senders["A1"].wrong(8, 1, "A.natural-gas"):
            await bench.clock.sleep(minutes=3)
        await bench.clock.sleep(minutes=3)
        await bench.senders.settle()
        await desk.ask(ALARMS, **{"from": 1_600_000_000_000_000, "to": bench.clock.now_us()})

    def judge(self, history: History) -> Iterator[Finding]:
        yield from fluctuation_judge.findings(history)
