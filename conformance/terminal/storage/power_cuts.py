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
            power_cuts_judge.STATES.put(bench, power_cuts_judge.States(sound=sound, slow=slow, dead=dead))
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


class KeepsOpenPeriodsOverRestarts(Case):
    """Power fails soon after a quarter-hour began: its mean and extremes take in what was read before the cut."""

    zh = "刻钟刚开始不久即断电重启：该时段的均值、极值计入断电前的读数，增量按起始示值计算。"
    checks = {
        delivery.NONE_ALTERED: ("isc-2/7.3.1e",),
        **beside(
            delivery.NONE_LOST,
            delivery.ALL_ACKNOWLEDGED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, LIVE)
    scenario = Scenario(circuits=2, points=2, centres=("A",), kinds=("minute", "hour"))
    once = True
    # Into a quarter-hour, between two polls; so little of it has passed that it stays valid without its beginning too.
    cuts_s = (80, 140, 200, 140, 80)

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=15)
        for into_s in self.cuts_s:
            await bench.clock.sleep(into_s)
            await bench.power.off(_OFF_S)
            await bench.clock.sleep(1800 - into_s - _OFF_S)
        await bench.centres.settle(minutes=20)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from delivery.findings(reconciled(history))
