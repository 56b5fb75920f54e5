"""A meter that was added from afar is configured from afar like any other, after lost power too (ISC-2 8.3; CSMT 11.3).

Leaves items that a signed package sets to `configuration`, and the form of settings to each product.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench, Unable
from bench.facade.people import People
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin
from conformance.terminal.maintenance import added_judge
from conformance.terminal.maintenance.added_judge import ADDED, OFF, SET, SLOW_S, USUAL_S, Added
from conformance.terminal.maintenance.afar import enable

_METER = "e02"


class ConfiguresWhatWasAddedAfar(Case):
    """A meter that was added from afar is read, is still read after lost power, and then takes settings from afar."""

    zh = "远程新增的表计开始采集，断电后继续采集，并可再次远程更改其采集周期，更改后断电不丢失。"
    checks = {
        added_judge.ADDED_READ: ("isc-2/8.3d",),
        added_judge.ADDED_STAYS: ("isc-2/8.3d",),
        added_judge.ADDED_CONFIGURED: ("isc-2/8.3d",),
        **beside(added_judge.SET_STAYS),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE.but(circuits=2).configured(later=(_METER,))

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        known = people.access.added
        if known is None:
            raise Unable("the profile has no section [access.added] / 档案无 [access.added] 小节")
        afar = [door for door, _ in people.where(known.add) if door not in people.doors]
        if not afar:
            raise Unable(f"{known.add} is to be had at no door from afar / 该功能无远程通道")
        door = afar[0]
        await enable(people, door)
        await bench.clock.sleep(minutes=3)
        ADDED.put(bench, Added(meter=_METER))
        await self._use(people, door, known.add, query={**bench.meter_told_of(_METER), "period_s": str(USUAL_S)})
        await bench.clock.sleep(minutes=6)
        await self._lost(bench)
        SET.put(bench)
        await self._use(people, door, known.period, query={"meter": _METER}, object=str(SLOW_S))
        await bench.clock.sleep(seconds=4 * SLOW_S)
        await self._lost(bench, SLOW_S)

    async def _lost(self, bench: Bench, period_s: int = USUAL_S) -> None:
        OFF.put(bench)
        await bench.power.off(seconds=90)
        await bench.clock.sleep(seconds=60 + 4 * period_s)

    async def _use(self, people: People, door: str, name: str, **known: object) -> None:
        session = await people.login(door, people.access.of_role(people.access.function(name).may[0]))
        if session is not None:
            await people.use(name, session, trick=name, **known)  # type: ignore[arg-type]

    def judge(self, history: History) -> Iterator[Finding]:
        yield from added_judge.findings(history)
