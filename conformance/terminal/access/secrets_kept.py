"""Secrets of people nowhere: passwords, tokens and secrets of one-time codes in files, log, answers, captures (R-35).

Leaves keys and passwords of centres to `security.channels`. At a door that claims no encryption they go in the clear.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access import secrets_kept_judge
from conformance.terminal.access.logins import OFFICE, WRONG
from conformance.terminal.access.rights import begin

FAMILY = "logins"


class KeepsPeoplesSecrets(Case):
    """No password, token or secret of codes that people used is readable in files, log, answers or captures."""

    zh = "人员使用过的口令、会话令牌和动态口令密钥在文件、日志、应答和抓包中均不可读。"
    checks = {
        secrets_kept_judge.NOT_IN_FILES: ("isc-2/7.4.1.4(2)a",),
        secrets_kept_judge.NOT_IN_ANSWERS: ("isc-2/7.4.1.4(2)a",),
        **beside(secrets_kept_judge.NOT_ON_WIRES, secrets_kept_judge.PEOPLE_CAME),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE.but(centres=("A",))
    capture = True

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        people.searches.watch_wires()
        word = people.access.of_role("operator")
        if people.access.codes is not None:
            codes = await people.codes_on(word)
            if codes is not None:
                await bench.clock.sleep(codes.wait_s(bench.clock.now_us()))
                await people.login(people.doors[0], word, code=codes.at(bench.clock.now_us()), step="with-code")
        for door in people.doors:
            for role in people.roles():
                if people.enters(door, role) and role != "operator":
                    name = people.access.of_role(role)
                    await people.login(door, name, password=f"{WRONG}-{role}", told="wrong", step="wrong")
                    session = await people.login(door, name, step="right")
                    if session is not None:
                        await people.searches.search_answers(session)
        await bench.terminal.search()

    def judge(self, history: History) -> Iterator[Finding]:
        yield from secrets_kept_judge.findings(history)
