"""The register of instruments as a table, and searched (CSMT 11.1).

Leaves calibration and what is due to `instruments`, and who may do it to `rights`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding
from bench.dut.access.register import SOUGHT
from bench.facade.bench import Bench
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin
from conformance.terminal.instruments import register_judge

FAMILY = "register"


class TakesAndGivesTables(Case):
    """Two instruments come in by a table; the register holds, finds and gives out what the tables say."""

    zh = "以表格导入两台器具后，台账的内容、查询结果和导出表格均与之一致。"
    checks = {
        register_judge.IMPORTED: ("csmt/11.1b-1",),
        register_judge.EXPORTED: ("csmt/11.1b-2",),
        **{register_judge.FOUND.of(key, *words): ("csmt/11.1c",) for key, words in register_judge.WORDS.items()},
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        if people.access.register is None:
            return
        register = people.upkeep.register
        function = people.access.function(register.known.import_)
        session = await people.login(function.doors[0], people.access.of_role(function.may[0]))
        if session is None:
            return
        await register.shown("before")
        await register.put_in(session, register.samples)
        await register.shown("after")
        await register.taken_out()
        if register.known.find:
            for key in SOUGHT:
                for sample in register.samples:
                    if sample.get(key):
                        await register.found(**{key: sample[key]})

    def judge(self, history: History) -> Iterator[Finding]:
        yield from register_judge.findings(history)
