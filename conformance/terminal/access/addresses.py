"""Addresses: from where administrators may come, and nobody else is concerned (ISC-2 7.4.1.2(3); R-38).

Leaves passwords and locks to `logins`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from bench.case import Case, Finding
from bench.facade.bench import Bench
from bench.facade.people import People
from bench.history import History
from conformance.terminal import ACCOUNTS, AUDIT, FUNCTIONS, MODBUS
from conformance.terminal.access import addresses_judge
from conformance.terminal.access.logins import OFFICE, WRONG
from conformance.terminal.access.rights import begin

LIST = "administrators-from"
"""The function by which a product is told the addresses; its `object` is one, `a-b` for a range, empty for any."""


def range_without(own: str, other: str) -> str:
    """A range of addresses with the one and without the other."""
    first, second = ipaddress.ip_address(own), ipaddress.ip_address(other)
    if int(second) > int(first):
        return f"{first}-{second - 1}"
    return f"{second + 1}-{first}"


class AdmitsAdministratorsByAddress(Case):
    """Administrators are let in from listed addresses alone, before a password is looked at; others come as before."""

    zh = "管理员只能从所列地址登录，未列地址在核对口令前即被拒绝；其他角色不受影响。"
    checks = {
        addresses_judge.LISTED_ENTER: ("isc-2/7.4.1.2(3)",),
        addresses_judge.UNLISTED_REFUSED: ("isc-2/7.4.1.2(3)",),
        addresses_judge.NOT_LOOKED_AT: ("isc-2/7.4.1.2(3)",),
        addresses_judge.OTHERS_ENTER: ("isc-2/7.4.1.2(3)",),
        addresses_judge.REFUSAL_LOGGED: ("isc-2/7.4.1.2(3)",),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, AUDIT)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        own, other = people.own_address, people.other_address
        for door, function in people.where(LIST)[:1]:
            setter = people.access.of_role(function.may[0])
            doors = [each for each in people.doors if people.enters(each, "administrator")]
            await self._visit(people, doors, "any")
            for told, listed in (("single", own), ("range", range_without(own, other))):
                session = await people.login(door, setter)
                if session is None:
                    return
                await people.use(LIST, session, object=listed, trick=told)
                await self._visit(people, doors, told)
            word = people.access.of_role("administrator")
            for _ in range(people.access.rules.failures or 5):
                await people.login(
                    doors[0], word, password=WRONG, told="wrong", step="range-unlisted-wrong", source=other
                )
            await people.login(doors[0], word, step="range-after")
            await people.log.audit("all")

    async def _visit(self, people: People, doors: list[str], told: str) -> None:
        """An administrator from both addresses at each door, and somebody else from the one that is not listed."""
        own, other = people.own_address, people.other_address
        word = people.access.of_role("administrator")
        for door in doors:
            await people.login(door, word, step=f"{told}-listed", source=own)
            await people.login(door, word, step=f"{told}-unlisted", source=other)
            for role in people.roles():
                if role != "administrator" and people.enters(door, role):
                    await people.login(door, people.access.of_role(role), step=f"{told}-others", source=other)
                    break

    def judge(self, history: History) -> Iterator[Finding]:
        yield from addresses_judge.findings(history)
