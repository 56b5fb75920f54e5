"""Weighbridges: trucks weighed full and empty, whose net weight is added up (ISC-2 7.2.2 e).

Leaves the weights as they are shown to `signals`, belt scales and their totalizers to the meters on Modbus.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Line, Scenario
from conformance.common.actions import read_readings
from conformance.common.phases import WATCHED
from conformance.terminal import LOCAL, UPLINK
from conformance.terminal.instruments import weighing_judge
from simulators.meters.faults import BadCheck, Silent

_DIVISION = Decimal("0.02")


def _share(weight: str, share: str) -> str:
    """So much of a weight, in whole divisions of the bridge."""
    return f"{(Decimal(weight) * Decimal(share) / _DIVISION).to_integral_value() * _DIVISION:.2f}"


class CountsLoads(Case):
    """The net weight of every truck that is weighed full and empty is added up once, whatever happens meanwhile."""

    zh = "汽车衡逐车毛重、皮重之差累计一次：多台秤同时过车、半轴停留、仪表无应答和停电时不漏车、不重计、不漏扣皮重。"
    checks = {
        weighing_judge.NET_WEIGHT_SUMMED: ("isc-2/7.2.2e-2",),
        weighing_judge.TRUCK_OUTLASTS_POWER_CUT: ("isc-2/7.2.2e-2",),
        **beside(weighing_judge.EVERY_LOAD_COUNTED, weighing_judge.NET_WEIGHT_SENT),
    }
    needs = ("source.weighing-loads", UPLINK, LOCAL)
    scenario = Scenario(
        circuits=0,
        behind=(Line(("weighbridge",)), Line(("weighbridge-asked", "weighbridge-asked"))),
        centres=("A",),
        minute_interval=1,
        kinds=(),
    )
    # Gross and tare of the trucks of each bridge, in their order.
    trucks = (
        (("48.26", "15.98"), ("36.20", "13.44"), ("48.26", "15.98")),
        (("40.00", "14.00"), ("46.66", "15.18"), ("47.90", "13.10")),
        (("31.14", "12.20"), ("44.44", "16.02"), ("32.40", "15.00")),
    )

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(seconds=70)
        meters = list(bench.meters)
        for turn in range(len(self.trucks[0])):
            await asyncio.gather(*(self._weigh(bench, name, place, turn) for place, name in enumerate(meters)))
        await bench.clock.sleep(seconds=100)
        WATCHED.put(bench)
        await read_readings(bench, [*self._counted(list(bench.meters))], start, bench.clock.now_us())

    def _counted(self, meters: Sequence[str]) -> Iterator[str]:
        for name in meters:
            yield from (f"{name}.net", f"{name}.loads")

    async def _weigh(self, bench: Bench, name: str, place: int, turn: int) -> None:
        """One truck on one bridge, full and empty; between them what may befall its bridge."""
        gross, tare = self.trucks[place][turn]
        await bench.clock.sleep(3 * place)
        await self._cross(bench, name, gross)
        await bench.clock.sleep(20)
        if turn == 1 and place == 0:
            await bench.power.off(20)
        elif turn == 2:
            # While nobody is on the bridge its indicator, or the line of both, is not to be read.
            bench.meters[name].set_fault(Silent() if place == 1 else BadCheck())
            await bench.clock.sleep(20)
            bench.meters[name].clear()
        else:
            # Somebody walks over the bridge, and then its zero has moved.
            self._show(bench, name, "0.08")
            await bench.clock.sleep(6)
            self._show(bench, name, "-0.02")
            await bench.clock.sleep(14)
        await bench.clock.sleep(30 - 3 * place)
        began = bench.clock.now_us()
        await self._cross(bench, name, tare)
        net = Decimal(gross) - Decimal(tare)
        weighing_judge.LOAD.put(bench, weighing_judge.Load(meter=name, began=began, net=net))
        await bench.clock.sleep(25)

    async def _cross(self, bench: Bench, name: str, weight: str) -> None:
        """A truck drives on, halts with half its axles on, stands, is shaken by its driver, and leaves as it came."""
        for share, seconds in (("0.21", 1), ("0.5", 6), ("0.83", 1), ("1", 20), ("0.96", 1), ("1", 14), ("0.5", 6)):
            self._show(bench, name, _share(weight, share))
            await bench.clock.sleep(seconds)
        self._show(bench, name, "0.00")

    def _show(self, bench: Bench, name: str, weight: str) -> None:
        bench.meters[name].preset(f"{name}.weight", weight, hold=True)

    def judge(self, history: History) -> Iterator[Finding]:
        names = [setup.name for setup in history.began.meters]
        bridges = {name: (f"{name}.net", f"{name}.loads") for name in names}
        yield from weighing_judge.findings(history, bridges, history.began.centres[0].name)
