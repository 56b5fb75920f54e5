"""What cases of several interfaces share: values read undisturbed and compared, and answers that are spoiled in turn.

Leaves instruments, faults and checks to the cases (`interfaces`, `systems`).
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Finding
from bench.facade.bench import Bench
from bench.history import History
from conformance.common import accuracy, gaps
from conformance.common.actions import all_centres, points, read_readings
from conformance.common.alarms_over import MENDED, Mended
from conformance.common.phases import WATCHED
from simulators.meters.faults import AnyFault


class ReadsUndisturbed:
    """Every value of a protocol, stored and sent, is compared with the meters' replies.

    `compared` is how many values of each interface must have been compared, in the store and at the centre.
    """

    hours = 1.5
    compared = 500

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(hours=self.hours)
        await read_readings(bench, points(bench), start, bench.clock.now_us())
        WATCHED.put(bench)

    def judge(self, history: History) -> Iterator[Finding]:
        for aspect in ("digits", "reading"):
            for found in accuracy.findings(history, aspect, centres=all_centres(history), needed=self.compared):
                if aspect == "digits" or not found.id.startswith("compared"):
                    yield found


class SpoilsAnswers:
    """The answers of the first meter are unusable in every way for a while each.

    `before_s` is the time before the first fault, `spoilt_s` how long each lasts and how long after it all is well;
    `behind` is the name of the system that the meter stands behind (empty: none).
    """

    before_s = 1220.0
    spoilt_s = 600.0
    behind = ""
    faults: tuple[AnyFault, ...] = ()
    reads_log = False

    async def drive(self, bench: Bench) -> None:
        start = bench.clock.now_us()
        await bench.clock.sleep(self.before_s)
        meter = next(iter(bench.meters.values()))
        for fault in self.faults:
            meter.set_fault(fault)
            await bench.clock.sleep(self.spoilt_s)
            meter.clear()
            MENDED.put(bench, Mended(names=f"{meter.name} {self.behind}".rstrip()))
            await bench.clock.sleep(self.spoilt_s)
        await self.settle(bench)
        await bench.operator.alarms()
        await bench.operator.gaps()
        if self.reads_log:
            await bench.operator.log(start)
        await read_readings(bench, points(bench), start, bench.clock.now_us())

    async def settle(self, bench: Bench) -> None:
        """Wait for what comes late."""

    def judge(self, history: History) -> Iterator[Finding]:
        yield from gaps.findings(history, all_centres(history))
