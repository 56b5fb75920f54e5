"""Maintenance from afar: closed until enabled, certified on both sides, rounds of inspection, locking (R-38, R-41).

Leaves what the figures of a round say to `machine`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.dut.access import NOBODY, Function
from bench.dut.access.visit import Session
from bench.facade.bench import Bench
from bench.facade.people import People
from bench.history import History
from conformance.terminal import ACCOUNTS, FUNCTIONS, MODBUS
from conformance.terminal.access import lan_judge
from conformance.terminal.access.logins import OFFICE
from conformance.terminal.access.rights import begin
from conformance.terminal.maintenance import afar_judge

LOCK = "lock"
"""The function that locks configuring on the spot and releases it; its `object` is yes or no."""
_ROUNDS = 3
_ROUND_S = 60


async def enable(people: People, door: str, word: str = "yes") -> None:
    """Have a door opened (`yes`) or closed (`no`) on the spot, by somebody who may."""
    name = people.access.doors[door].opened_by
    places = [place for place, _ in people.where(name) if place in people.doors]
    if places:
        role = people.access.function(name).may[0]
        session = await people.login(places[0], people.access.of_role(role))
        if session is not None:
            await people.use(name, session, object=word, trick=f"{'en' if word == 'yes' else 'dis'}able {door}")


def shows(people: People, door: str, role: str) -> list[Function]:
    """The functions of a role at a door that only show something."""
    return [
        each
        for each in people.access.functions
        if door in each.doors
        and role in each.may
        and NOBODY not in each.may
        and each.effect is None
        and not each.events
        and not each.ends
        and not each.never
        and all(call.method == "GET" for call in each.calls.values())
    ]


class IsMaintainedFromAfar(Case):
    """From afar nobody answers until it is enabled; then certificates count, rounds work, and a lock holds."""

    zh = "远程维护须经管理员启用，双向认证后方可使用，支持巡检和远程锁定，停用后关闭。"
    checks = {
        afar_judge.PORTS_AS_ENABLED: ("isc-2/7.4.1.2(4)a",),
        afar_judge.CERTIFIED_ONLY: ("isc-2/7.4.1.2(4)b",),
        afar_judge.ROUNDS: ("isc-2/8.2a", "isc-2/8.2i", "isc-2/8.2j", "csmt/10.6.2a"),
        afar_judge.LOCK_HOLDS: ("isc-2/8.2b",),
        afar_judge.LOCK_RELEASED: ("isc-2/8.2b",),
        **beside(afar_judge.ACQUIRES_ON, lan_judge.COOKIES_SECURE.sometimes()),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS)
    scenario = OFFICE

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        afar = [door for door in people.access.doors if door not in people.doors]
        await people.network.scan("delivered")
        for door in afar:
            await people.login(door, people.access.of_role("administrator"), step="closed")
            await enable(people, door)
        await people.network.scan("enabled")
        for door in afar:
            await self._visit(bench, people, door)
            await enable(people, door, "no")
        await bench.clock.sleep(seconds=5)
        await people.network.scan("disabled")

    async def _visit(self, bench: Bench, people: People, door: str) -> None:
        word = people.access.of_role("administrator")
        for certificate in ("", "unknown-issuer", "expired"):
            await people.login(door, word, step=f"certificate {certificate or 'none'}", certificate=certificate)
        for _ in range(_ROUNDS):
            for role in people.roles():
                session = await self._enter(people, door, role)
                for each in shows(people, door, role) if session is not None else ():
                    await people.use(each.name, session, trick="round")  # type: ignore[arg-type]
            await bench.clock.sleep(seconds=_ROUND_S)
        if people.access.doors[door].pages:
            await people.cookies_given(door, word)
        if any(place == door for place, _ in people.where(LOCK)):
            await self._lock(bench, people, door)

    async def _enter(self, people: People, door: str, role: str) -> Session | None:
        return await people.login(door, people.access.of_role(role), step="certificate good")

    async def _lock(self, bench: Bench, people: People, door: str) -> None:
        holder = people.access.function(LOCK).may[0]
        await self._configure(people, "unlocked", but=("period",))
        for word, told in (("yes", "locked"), ("no", "released")):
            session = await self._enter(people, door, holder)
            if session is None:
                return
            await people.use(LOCK, session, object=word, trick=f"lock {word}")
            await self._configure(people, told)
            if word == "yes":
                await bench.clock.sleep(minutes=5)
                await bench.power.off(seconds=5)
                await bench.clock.sleep(seconds=20)
                await self._configure(people, "locked")

    async def _configure(self, people: People, told: str, but: tuple[str, ...] = ()) -> None:
        """Everything that configures on the spot and shows its effect, once; `but` what would disturb the polling."""
        for each in people.access.functions:
            doors = [door for door in people.doors if door in each.only and door in each.calls]
            if each.effect is None or each.never or each.ends or each.name in but or not doors:
                continue
            session = await people.login(doors[0], people.access.of_role(each.may[0]))
            if session is not None:
                await people.use(each.name, session, trick=told)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from afar_judge.findings(history)
        if lan_judge.cookies_looked_at(history):
            yield lan_judge.cookies_finding(history)
