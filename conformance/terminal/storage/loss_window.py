"""The data-loss window: power cut a chosen time after an event on the wire, again and again (ISC-2 7.2.3, CSMT 7.6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common import delivery, retention
from conformance.common.actions import points, read_records, reconciled
from conformance.common.times import MINUTE, SECOND, instant_of_iso
from conformance.terminal import LIVE, LOCAL, MODBUS, read_out
from conformance.terminal.storage import loss_window_judge

FAMILY = "losswindow"

_CUTS = 24
# From the event itself to two seconds after it, each step a quarter longer, shifted by chance within its step.
_SHORTEST_S, _STEP = 0.002, 1.35
_NARROW_S = 0.001


def offsets(bench: Bench) -> list[float]:
    """Times from event to cut (s): one at once, the others spread evenly on a logarithmic scale by the case's seed."""
    chance = bench.chance("offsets")
    return [0.0, *(_SHORTEST_S * _STEP ** (number + chance.random()) for number in range(_CUTS - 1))]


async def search(bench: Bench, cut: Callable[[float], Awaitable[bool]]) -> None:
    """Cut at every offset, then halve what lies between the last loss and the first safety above it, down to 1 ms.

    `cut` makes one trial and says whether something seems to be gone. That only chooses the next offset: what was lost
    is judged by the history, where the instants are known.
    """
    seen = [(after_s, await cut(after_s)) for after_s in offsets(bench)]
    lost = max((after_s for after_s, gone in seen if gone), default=-1.0)
    safe = min((after_s for after_s, gone in seen if not gone and after_s > lost), default=-1.0)
    while 0 <= lost < safe - _NARROW_S:
        middle = round((lost + safe) / 2, 6)
        if await cut(middle):
            lost = middle
        else:
            safe = middle


async def middle_of(bench: Bench, step_us: int) -> int:
    """Wait for the middle between two multiples of a step; the instant (us) of the next one."""
    await bench.clock.sleep((step_us * 3 // 2 - bench.clock.now_us() % step_us) % step_us / SECOND)
    return (bench.clock.now_us() // step_us + 1) * step_us


class KeepsWhatWasAcknowledged(Case):
    """A record that a centre has acknowledged stays in the store, however soon afterwards power fails."""

    zh = "中心应答后无论何时断电，已应答记录均保存完好。"
    checks = {
        loss_window_judge.ACKNOWLEDGED_KEPT: ("isc-2/7.2.3e",),
        delivery.NONE_LOST: ("csmt/7.6b",),
        delivery.ALL_ACKNOWLEDGED: ("csmt/7.6b",),
        **beside(
            delivery.NONE_ALTERED,
            delivery.NONE_INVENTED,
            delivery.NONE_MIS_STAMPED,
            delivery.FLAGS_RIGHT,
            delivery.NO_NEEDLESS_REPEATS,
        ),
    }
    needs = (MODBUS, LIVE, read_out("acknowledged-kept"))
    once = True
    scenario = Scenario(circuits=2, points=2, minute_interval=1, centres=("A", "B"))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=5)

        async def cut(after_s: float) -> bool:
            end = await middle_of(bench, MINUTE)
            bench.power.cut_after("acknowledgement", at="A", after_s=after_s, off_s=10)
            await bench.clock.sleep(minutes=2)
            rows = await bench.operator.records("minute", points(bench)[0], end - MINUTE, end)
            return not any(instant_of_iso(row.get("end", "")) == end and row.get("value") for row in rows)

        await search(bench, cut)
        await bench.clock.sleep(minutes=3)
        await bench.centres.settle(minutes=5)
        await read_records(bench, ("minute",), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        trials = loss_window_judge.after_acknowledgements(history)
        yield loss_window_judge.acknowledged_finding(trials, needed=_CUTS * 3 // 4)
        yield from loss_window_judge.window(trials, "acknowledged", "after an acknowledgement", "应答之后")
        yield from delivery.findings(reconciled(history))


class MeasuresLossAfterAnAnswer(Case):
    """How long after a meter's answer a power cut can still cost the reading is measured, and losses stay gaps."""

    zh = "测定表计应答后断电仍会丢失读数的时间窗口；丢失处为空缺而非虚构。"
    checks = {
        retention.KEPT_LOCALLY.of("kept-locally"): ("isc-2/7.2.3e",),
        retention.UNALTERED.of("kept-locally"): ("isc-2/7.2.3e",),
        loss_window_judge.ANSWERS_KEPT: ("isc-2/7.2.3-A(2)a",),
        **beside(*delivery.ARRIVAL),
    }
    needs = (MODBUS, LIVE, LOCAL)
    once = True
    scenario = Scenario(circuits=1, points=2, period_s=10, minute_interval=1, centres=("A",))

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(minutes=5)

        async def cut(after_s: float) -> bool:
            asked = await middle_of(bench, 10 * SECOND)
            bench.power.cut_after("answer", after_s=after_s, off_s=10)
            await bench.clock.sleep(seconds=75)
            rows = await bench.operator.readings(points(bench)[0], asked - SECOND, asked + SECOND)
            return not any(row.get("value") for row in rows)

        await search(bench, cut)
        await bench.centres.settle(minutes=5)
        for point in points(bench):
            await bench.operator.readings(point, start, bench.clock.now_us())
        await read_records(bench, ("minute",), start, bench.clock.now_us())

    def judge(self, history: History) -> Iterator[Finding]:
        trials = loss_window_judge.after_answers(history)
        yield from loss_window_judge.window(trials, "answered", "after a meter's answer", "表计应答之后")
        yield loss_window_judge.answers_kept_finding(history, needed=_CUTS * 3 // 4)
        yield from retention.local_findings(history, ("minute",))
        yield from delivery.findings(reconciled(history))
