"""Rounds of inspection (巡检) that a terminal makes by a timetable set from afar (R-41).

Leaves rounds that a management platform makes to `afar`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, Text, beside
from bench.facade.bench import Bench
from bench.facade.people import People
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin
from conformance.terminal.maintenance import rounds_judge
from conformance.terminal.maintenance.afar import enable

OWN_ROUNDS = "access.rounds"
_SETTLES_S = 6 * 60
"""After so long a meter that does not answer is wrong by any reckoning (three periods and a minute)."""


class MakesItsRounds(Case):
    """Rounds of inspection are made by the timetable set from afar, tell what is wrong, and outlive lost power."""

    zh = "按远程设置的计划定时巡检，记录异常，断电后计划和记录仍在。"
    remark = Text(
        "R-41 asks for status on schedule; where the management platform keeps the timetable, "
        "afar/is-maintained-from-afar shows it.",
        "R-41 要求定时巡检；由管理平台定时发起的产品由 afar/is-maintained-from-afar 判定。",
    )
    checks = beside(
        rounds_judge.ROUNDS_MADE,
        rounds_judge.ROUNDS_TELL,
        rounds_judge.ROUNDS_KEPT,
        rounds_judge.ROUNDS_END,
    )
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, OWN_ROUNDS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        known = people.access.rounds
        if known is None:
            return
        doors = [door for door, _ in people.where(known.set)]
        afar = [door for door in people.access.doors if door not in people.doors and door in doors]
        door = (afar or doors)[0]
        if afar:
            await enable(people, door)
        every_s = known.every_min * 60
        await self._plan(people, door, known.every_min)
        await bench.clock.sleep(3 * every_s)
        async with bench.links["field"].cut():
            rounds_judge.NOTHING_ANSWERS.put(bench)
            await bench.clock.sleep(_SETTLES_S + 2 * every_s)
            await self._look(people, door, "before")
        rounds_judge.ALL_WELL.put(bench)
        await bench.power.off(seconds=every_s + 30)
        await bench.clock.sleep(_SETTLES_S + 3 * every_s)
        await self._look(people, door, "after")
        await self._plan(people, door, 0)
        await bench.clock.sleep(3 * every_s)
        await self._look(people, door, "ended")

    async def _plan(self, people: People, door: str, every_min: int) -> None:
        name = people.access.rounds.set if people.access.rounds is not None else ""
        session = await people.login(door, people.access.of_role(people.access.function(name).may[0]))
        if session is not None:
            await people.use(name, session, trick=f"rounds every {every_min}", object=str(every_min))

    async def _look(self, people: People, door: str, told: str) -> None:
        name = people.access.rounds.of if people.access.rounds is not None else ""
        session = await people.login(door, people.access.of_role(people.access.function(name).may[0]))
        if session is not None:
            await people.upkeep.rounds_kept(told, session)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from rounds_judge.findings(history)
