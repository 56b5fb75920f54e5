"""Pages beside what the meters said: latest values, minutes of a stretch of time, the state of an instrument.

Leaves figures of the accounting to `accounting`, what read-outs for programs answer to `accuracy` and `storage`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.dut.access.visit import Session
from bench.facade.bench import Bench
from bench.facade.people import People
from bench.history import History
from bench.layout.scenario import Collector
from conformance.common.actions import points
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin
from conformance.terminal.collectors.collectors import HTTPS
from conformance.terminal.pages import display_judge
from simulators.meters.faults import Silent

FAMILY = "pages"
INSTRUMENTS, HISTORY = "display.instrument-state", "query.history"
_MINUTE_US = 60_000_000
_LOOKS, _LOOK_S = 6, 97
_SILENT_MIN = 8


async def reader(people: People, name: str) -> Session | None:
    """A session at a page of somebody who may look; None where no door of pages has the function."""
    for door, function in people.where(name):
        known = people.access.doors[door]
        if known.cookies or known.browser:
            return await people.login(door, people.access.of_role(function.may[-1]))
    return None


async def look_on(bench: Bench, people: People) -> None:
    """Look at the page of the latest values, a while apart."""
    shown = people.access.display
    session = None if shown is None else await reader(people, shown.live)
    for _ in range(_LOOKS if session is not None else 0):
        await bench.clock.sleep(seconds=_LOOK_S)
        await people.pages.displayed(session, points(bench))  # type: ignore[arg-type]


class ShowsWhatTheMetersSaid(Case):
    """Pages show the readings that the meters gave, the minutes of the past, and which instrument does not answer."""

    zh = "页面显示的实时值、历史数据与仪表实际读数一致，并如实显示仪表是否在工作。"
    checks = {
        display_judge.STATE: ("isc-2/7.2.3-A(3)a",),
        display_judge.HISTORY: ("isc-2/7.2.3-A(3)c",),
        **beside(display_judge.LIVE),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, INSTRUMENTS, HISTORY)
    scenario = OFFICE.but(points=2)

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        shown = people.access.display
        if shown is None:
            return
        start = (bench.clock.now_us() // _MINUTE_US + 3) * _MINUTE_US
        await look_on(bench, people)
        meter = next(iter(bench.meters))
        session = await reader(people, shown.instruments)
        if session is not None:
            await people.pages.displayed_state("answers", session, meter)
            bench.meters[meter].set_fault(Silent())
            await bench.clock.sleep(minutes=_SILENT_MIN)
            await people.pages.displayed_state("silent", session, meter)
            bench.meters[meter].clear("silent")
            await bench.clock.sleep(minutes=_SILENT_MIN)
            await people.pages.displayed_state("again", session, meter)
        session = await reader(people, shown.history)
        end = bench.clock.now_us() // _MINUTE_US * _MINUTE_US
        for point in points(bench) if session is not None else ():
            await people.pages.displayed_history(session, point, start, end)  # type: ignore[arg-type]

    def judge(self, history: History) -> Iterator[Finding]:
        yield display_judge.live_finding(display_judge.LIVE, history)
        yield display_judge.history_finding(history)
        yield display_judge.state_finding(history)


class ShowsCollectedData(Case):
    """Pages show the values that a collector has handed over."""

    zh = "页面显示的采集装置数据与采集装置实际提供的数据一致。"
    checks = {
        display_judge.COLLECTED: ("isc-2/7.2.4e",),
    }
    needs = (HTTPS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE.but(circuits=0, behind=(Collector("https", 1),))

    async def drive(self, bench: Bench) -> None:
        await look_on(bench, await begin(bench))

    def judge(self, history: History) -> Iterator[Finding]:
        yield display_judge.live_finding(display_judge.COLLECTED, history)
