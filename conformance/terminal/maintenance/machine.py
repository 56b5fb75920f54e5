"""The state of the machine that an item runs on, as it is shown on the spot, on pages and from afar (ISC-2 8.1, 8.2).

Leaves alarms to `alarms`, who may look to `rights`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.dut.access.visit import Session
from bench.facade.bench import Bench
from bench.facade.people import People
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin
from conformance.terminal.maintenance import machine_judge
from conformance.terminal.maintenance.afar import enable

_SETTLES_S = 60
"""Within which a figure follows its cause (R-41)."""


class ShowsItsMachine(Case):
    """Processor, memory, disk, programs, system and errors are shown as they are, on the spot and from afar."""

    zh = "在本地、页面和远程显示 CPU、内存、硬盘、应用程序、操作系统和错误日志，与实际相符。"
    checks = {
        machine_judge.CPU: ("isc-2/8.2k", "csmt/10.6.2b"),
        machine_judge.MEMORY: ("isc-2/8.2l", "csmt/10.6.2c"),
        machine_judge.DISK: ("isc-2/8.2m", "csmt/10.6.2d"),
        machine_judge.PROGRAMS: ("isc-2/8.2n", "csmt/10.6.2e"),
        machine_judge.SYSTEM: ("isc-2/8.2o", "csmt/10.6.2f"),
        machine_judge.VERSION: ("isc-2/8.2p", "csmt/10.6.2g"),
        machine_judge.ERRORS: ("isc-2/8.2q", "csmt/10.6.2h"),
        machine_judge.DOORS: ("isc-2/8.1b", "isc-2/8.2e"),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE.but(machine=True)

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        afar = [door for door in people.access.doors if door not in people.doors]
        for door in afar:
            await enable(people, door)
        async with bench.machine.watch():
            await bench.clock.sleep(seconds=_SETTLES_S)
            await self._look(bench, people, "light")
            async with bench.machine.busy():
                await bench.clock.sleep(seconds=_SETTLES_S)
                await self._look(bench, people, "busy")
            await bench.clock.sleep(seconds=_SETTLES_S)
            await self._look(bench, people, "light again")
        async with bench.links["field"].cut():
            await bench.clock.sleep(minutes=5)
            await people.upkeep.machine_shown("after an error", await self._sessions(people))

    async def _look(self, bench: Bench, people: People, told: str) -> None:
        sessions = await self._sessions(people)
        bench.machine.truth(told)
        await people.upkeep.machine_shown(told, sessions)

    async def _sessions(self, people: People) -> list[Session]:
        """One at each door where the state is shown."""
        state = people.access.state
        if state is None:
            return []
        function = people.access.function(state.of)
        made = [await people.login(door, people.access.of_role(function.may[0])) for door in function.doors]
        return [session for session in made if session is not None]

    def judge(self, history: History) -> Iterator[Finding]:
        yield from machine_judge.findings(history)
