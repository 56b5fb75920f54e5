"""Data that come twice, late, in disorder, and revised."""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Check
from bench.facade.bench import Bench
from bench.history import History
from conformance.common.times import ceil
from conformance.platform import PlatformCase
from conformance.platform.acquisition import FED, repeats_judge
from conformance.platform.driving import READER, ask_points, fed, points_with
from conformance.platform.parks import SMALL, with_senders

_MINUTE_US = 60_000_000


class CountsEachRecordOnce(PlatformCase):
    """Repeated, late, disordered and revised records count once, where they belong, by their last value."""

    zh = "重复、迟到、乱序和修订的记录各计一次，归入所属时段，以最后的值为准。"
    checks = {
        repeats_judge.NONE_DOUBLED: ("ssea/4.2.2a", "ssea/5.2.3.3-2"),
        repeats_judge.LATE_COUNTED: ("ssea/4.2.2a",),
        repeats_judge.REVISED_IN_FORCE: ("ssea/4.2.2a",),
        repeats_judge.TOTALS_FOLLOW: ("ssea/5.2.3.3-2", "cpcif/4.2.1b"),
    }
    needs = FED
    scenario = PlatformCase.scenario.but(park=with_senders(SMALL, classes=("minute",), minute_interval=5))

    async def drive(self, bench: Bench) -> None:
        """An hour and a half; what is late comes after its hour was asked for."""
        start_us = bench.clock.now_us()
        await fed(bench)
        one, two = bench.senders["A1"], bench.senders["B1"]
        await bench.clock.sleep(minutes=6)
        one.double(2)
        two.double(2, anew=True)
        await bench.clock.sleep(minutes=15)
        for kind in one.spec.classes:
            one.revise("A.coke", kind, *_second(kind, start_us), "7.125")
        desk = await bench.platform.login(READER)
        with one.late(backwards=True):
            await bench.clock.sleep(minutes=41)
            await ask_points(desk, points_with(bench, "minute"), ("hour",), start_us, bench.clock.now_us())
        await bench.senders.settle()
        for kind in two.spec.classes:
            two.revise("B.coal", kind, *_second(kind, start_us), "1.000")
            two.revise("B.coal", kind, *_second(kind, start_us), "1.250", revision=2)
        await bench.clock.sleep(minutes=1)
        await bench.senders.settle()
        for kind in ("realtime", "minute"):
            await ask_points(desk, points_with(bench, kind), (kind,), start_us, bench.clock.now_us())
        await ask_points(desk, points_with(bench, "minute"), ("hour",), start_us, start_us + 60 * _MINUTE_US)

    def judge(self, history: History) -> Iterator[Check]:
        """Once, where they belong, by the last value."""
        yield from repeats_judge.findings(history)


def _second(kind: str, start_us: int) -> tuple[int, int]:
    """The second record of a class that lies whole after the beginning: its start and end."""
    if kind == "realtime":
        at = ceil(start_us, _MINUTE_US) + _MINUTE_US
        return at, at
    first = ceil(start_us, 5 * _MINUTE_US)
    return first + 5 * _MINUTE_US, first + 10 * _MINUTE_US
