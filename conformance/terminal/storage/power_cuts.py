"""Power cuts at each moment of a record's way, several centres in different states (ISC-2 7.2.4; CSMT 7.3, 7.6)."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery
from conformance.common.actions import reconciled
from conformance.terminal import LIVE, MODBUS
from conformance.terminal.storage import power_cuts_judge

FAMILY = "powercuts"

_SLOW_S = 8
_OFF_S = 20
_UNANSWERED_S = 7


class LosesNothingBetweenThreeCentres(Case):
    """Power fails between store, send, answer and settling while one centre is dead, one slow, one sound."""

    zh = "三个中心分别不可达、迟缓、正常时，在存储、发送、应答、销账各环节之间断电，各中心数据均不丢不重。"
    checks = {
        delivery.NONE_LOST: ("csmt/7.6b", "csmt/7.6c", "ssea/5.1.5.3b"),
        delivery.ALL_ACKNOWLEDGED: ("csmt/7.6b", "csmt/7.6c"),
        **beside(
            power_cuts_judge.SETTLED_STAYS_SETTLED,
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
            power_cuts_judge.CUTS_MET_EACH_MOMENT,
        ),
    }
    needs = (MODBUS, LIVE, "centres.three")
    scenario = Scenario(circuits=2, points=2, minute_interval=1, kinds=("minute",), centres=("A", "B", "C"))
    once = True

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=7)
        names = tuple(bench.centres)
        for turn in range(len(names)):
            sound, slow, dead = (names[(turn + place) % len(names)] for place in range(len(names)))
            bench.phase("states", sound=sound, slow=slow, dead=dead)
            bench.centres[slow].behave(ack_after_s=_SLOW_S)
            async with bench.links[f"uplink.{dead}"].cut():
                # The connection died without a word: what is written to it now is neither answered nor refused.
                bench.power.cut_after("answer", after_s=_UNANSWERED_S, off_s=_OFF_S)
                await bench.clock.sleep(minutes=3)
                await self.cut_everywhere(bench, sound, slow)
            for _ in range(3):
                bench.power.cut_after("acknowledgement", at=dead, after_s=0, off_s=_OFF_S, sync=1)
                await bench.clock.sleep(minutes=2)
            bench.centres[slow].behave(ack_after_s=0)
            await bench.clock.sleep(minutes=10)
        await bench.centres.settle(minutes=20)

    async def cut_everywhere(self, bench: Bench, sound: str, slow: str) -> None:
        """A cut before and after each step of a record's way at both centres that can be reached."""
        cut = bench.power.cut_after
        for centre in (sound, slow):
            for effective in (False, True):
                cut("answer", after_s=0, off_s=_OFF_S, sync=1, effective=effective)
                await bench.clock.sleep(minutes=3)
                cut("acknowledgement", at=centre, after_s=0, off_s=_OFF_S, sync=1, effective=effective)
                await bench.clock.sleep(minutes=3)
            cut("upload", at=centre, after_s=0, off_s=_OFF_S)
            await bench.clock.sleep(minutes=3)

    def judge(self, history: History) -> Iterator[Finding]:
        ledgers = reconciled(history)
        yield from power_cuts_judge.findings(history, ledgers, needed=8)
        yield from delivery.findings(ledgers)
