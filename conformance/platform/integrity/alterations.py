"""Values altered behind the platform's back, and values sent in a terminal's name by somebody else."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.case import Finding, Rig
from bench.dut import Alteration
from bench.dut.platform.vocabulary.base import SAMPLES
from bench.dut.platform.vocabulary.public import VERIFY
from bench.facade.bench import Bench
from bench.history import History
from conformance.platform import OBJECTS, PlatformCase
from conformance.platform.integrity import alterations_judge
from conformance.platform.integrity.plant import A, scenario

_HOWS = ("digit",) * 8 + ("stamp",) * 4 + ("point",) * 4 + ("removed",) * 4
_POINTS, _EVERY_S, _MINUTES = 10, 10, 18
_FORGED = "987654.321"


class FindsAlteredRecords(PlatformCase):
    """20 of 1000 values altered in the store without power are named, no other is; forgeries are not believed."""

    zh = "断电状态下在存储中改动 1000 余条数据中的 20 条：核验恰好指出这些数据；冒名上报的数据不被采信。"
    checks = {
        alterations_judge.UNTOUCHED_AGREES: ("isc-1/4.4-1",),
        alterations_judge.ALTERATIONS_FOUND: ("cpcif/8.4a", "isc-1/4.4-1", "isc-1/7.3d-4"),
        alterations_judge.NOTHING_ELSE_NAMED: ("cpcif/8.4a", "isc-1/4.4-1", "isc-1/7.3d-4"),
        alterations_judge.FORGERIES_REFUSED: ("isc-1/4.4-2",),
    }
    needs = (OBJECTS, "platform.verification")
    scenario = scenario("2026-03-02T08:00:00+08:00", _POINTS, classes=("realtime",), realtime_s=_EVERY_S, kind="hj212")
    rigs = Rig.VIRTUAL | Rig.PROCESS

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.park.set_up()
        # What it verifies by was made just now.
        await bench.power.off(20)
        bench.senders.connect()
        await bench.clock.sleep(minutes=_MINUTES - 1)
        # What one point never had at instants of the others is not missing.
        with bench.senders["A1"].withholds("A.p01"):
            await bench.clock.sleep(minutes=1)
        await bench.senders.settle(30)
        auditor = await bench.platform.login("auditor")
        end = bench.clock.now_us() - 20_000_000
        for how in alterations_judge.FORGERIES:
            alterations_judge.FORGED.put(bench, alterations_judge.Forged(point="A.p00", value=_FORGED))
            at = end - 5_000_000
            bench.senders["A1"].intrude(how, "A.p00", "realtime", at, at, _FORGED)
            await bench.clock.sleep(seconds=5)
        rows = await auditor.ask(SAMPLES, point="A.p00", from_=start, to=end)
        whole = {"enterprise": A, "from_": start, "to": end}
        await auditor.ask(VERIFY, **whole)
        instants = [int(row.at) for row in rows]
        await bench.power.cut()
        bench.terminal.alter(self._alterations(bench, instants))
        await bench.power.restore()
        await bench.clock.sleep(seconds=30)
        # Logging in waits for a platform that is slow to start, whose sessions need not have lived on.
        auditor = await bench.platform.login("auditor")
        await auditor.ask(VERIFY, **whole)

    def _alterations(self, bench: Bench, instants: list[int]) -> list[Alteration]:
        """Values drawn by the seed; none of them twice, nor the one that another changes places with."""
        chance = random.Random(f"{bench.seed}/alterations")
        chosen = chance.sample(instants[1:-1], min(len(_HOWS), len(instants[1:-1])))
        points = [f"A.p{number:02d}" for number in range(0, _POINTS, 2)]
        return [Alteration(how, chance.choice(points), "realtime", at) for how, at in zip(_HOWS, chosen, strict=False)]

    def judge(self, history: History) -> Iterator[Finding]:
        yield from alterations_judge.store_findings(history)
        yield alterations_judge.forgery_finding(history)
