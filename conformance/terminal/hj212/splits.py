"""Split uploads that are interrupted between their parts (ISC-2 7.2.4(4), 7.2.3-B(6); CSMT 7.6)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery
from conformance.common.actions import reconciled
from conformance.terminal import HJ212, MODBUS
from conformance.terminal.hj212 import splits_judge

_LOOK_S = 0.005
_PERIOD_S = 300


class CountsNoHalfSet(Case):
    """A path that fails between the parts of a split upload, by reset, silence or power, loses and doubles nothing."""

    zh = "分包上传在包间因连接复位、链路静默或断电而中断，既不漏计也不重复。"
    checks = {
        splits_judge.NO_SET_LEFT_HALF: (
            "isc-2/7.2.3-B(6)b",
            "isc-2/7.2.3-B(6)c",
            "isc-2/7.2.4(4)a",
            "csmt/7.6a",
            "csmt/7.6b",
        ),
        delivery.NONE_LOST: ("isc-2/7.2.3-B(6)b", "isc-2/7.2.3-B(6)c", "isc-2/7.2.4(4)a", "csmt/7.6a", "csmt/7.6b"),
        delivery.ALL_ACKNOWLEDGED: (
            "isc-2/7.2.3-B(6)b",
            "isc-2/7.2.3-B(6)c",
            "isc-2/7.2.4(4)a",
            "csmt/7.6a",
            "csmt/7.6b",
        ),
        **beside(
            splits_judge.PARTS_REPEATED_FOR_A_REASON,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            splits_judge.SETS_WERE_INTERRUPTED,
        ),
    }
    needs = (MODBUS, HJ212)
    scenario = Scenario(circuits=20, points=4, minute_interval=5, kinds=("minute",), centres=("A", "B"))
    rounds = 3

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=12)
        chance = bench.chance("parts")
        for number in range(self.rounds):
            await _between_parts(bench, "A", 1 + number % 2)
            await bench.links["uplink.A"].reset()
            await bench.clock.sleep(minutes=6)
            await _between_parts(bench, "A", 1 + (number + 1) % 2)
            async with bench.links["uplink.A"].cut():
                await bench.clock.sleep(minutes=2)
            await bench.clock.sleep(minutes=6)
            await _between_parts(bench, "A", 1)
            await bench.clock.sleep(chance.randrange(0, 40) / 1000)
            await bench.power.off(30)
            await bench.clock.sleep(minutes=6)
        await bench.clock.sleep(minutes=15)
        await bench.centres.settle(minutes=10)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from splits_judge.findings(history, "A", needed=self.rounds * 2)
        yield from delivery.findings(reconciled(history))


async def _between_parts(bench: Bench, name: str, parts: int) -> None:
    """Wait until so many parts of the next period have come to a centre, a quarter hour at most for each.

    Seen by what the centre holds: a part's records come at one instant, none of them before the period has ended.
    """
    centre = bench.centres[name]
    left_s = _PERIOD_S - bench.clock.now_us() / 1e6 % _PERIOD_S
    await bench.clock.sleep(left_s // _LOOK_S * _LOOK_S)
    for _ in range(parts):
        held = len(centre.records)
        for _ in range(round(3 * _PERIOD_S / _LOOK_S)):
            await bench.clock.sleep(_LOOK_S)
            if len(centre.records) != held:
                break
