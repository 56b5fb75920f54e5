"""Hostile requests at a product's doors, each bounded, each against the item under test alone (OWASP API Top 10).

Leaves object and function rights to `rights`. Nothing here needs to know how a product is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.dut.access.visit import Session
from bench.facade.bench import Bench
from bench.facade.people import SPLIT, People
from bench.history import History
from conformance.terminal import ACCOUNTS, AUDIT, FUNCTIONS, MODBUS
from conformance.terminal.access import attacks_judge
from conformance.terminal.access.attacks_judge import FORGED, group
from conformance.terminal.access.logins import OFFICE, WRONG
from conformance.terminal.access.rights import begin

_PATHS = (
    "/../../../../../../etc/passwd",
    "/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/....//....//....//etc/passwd",
    "/static/../terminal.toml",
    "/%252e%252e/%252e%252e/etc/passwd",
)
_COMMANDS = ("x' OR '1'='1", '"; DROP TABLE audit; --', "{{ 7 * 7 }}", "$(reboot)", "=1+cmd|' /C calc'!A0")
_FORGED_LINE = f"nobody\r\n2026-03-02T00:00:00 {FORGED} logged in"
_SLOW_CLIENTS = 40
_DEEP = 20_000
_LONG = 8 << 20


class WithstandsHostileRequests(Case):
    """Hostile requests change nothing, learn nothing and stop nothing; refusals are in the log, meters polled on."""

    zh = "恶意请求不改变数据和设置、不泄露内容、不中断采集，被拒操作记入日志。"
    checks = {
        group("injection"): ("isc-2/7.4.1.4(3)a",),
        attacks_judge.SEARCH_TAKES_WORDS: ("isc-2/7.4.1.4(3)a",),
        attacks_judge.NOTHING_LEAKED: ("isc-2/4.1e",),
        attacks_judge.REFUSALS_LOGGED: ("isc-2/7.4.1.3(1)d",),
        **beside(
            group("traversal"),
            group("splitting"),
            group("oversized"),
            group("slow"),
            group("mass-assignment"),
            attacks_judge.NO_FAILURE,
            attacks_judge.LOG_NOT_FORGED,
            attacks_judge.MEASURES_ON,
        ),
    }
    needs = (MODBUS, ACCOUNTS, FUNCTIONS, AUDIT)
    scenario = OFFICE.but(period_s=20)

    async def drive(self, bench: Bench) -> None:
        people = await begin(bench)
        self._door = people.doors[0]
        self._role = next(role for role in people.roles() if people.enters(self._door, role))
        await self._refused(people)
        await self._works(people, "before")
        await people.attacks.effects("before")
        for name, attack in (
            ("traversal", self._traversal),
            ("splitting", self._splitting),
            ("oversized", self._oversized),
            ("slow", self._slow),
            ("injection", self._injection),
            ("mass-assignment", self._mass_assignment),
        ):
            await attack(people)
            await self._works(people, f"after {name}")
            await people.attacks.effects(name)
        await people.log.audit("all")

    async def _works(self, people: People, told: str) -> None:
        """A function that works as long as nothing is harmed."""
        session = await people.login(self._door, people.access.of_role(self._role))
        if session is not None:
            await people.use(people.probe(self._door, self._role), session, trick=told)

    async def _refused(self, people: People) -> None:
        """One function that each role has no right to."""
        for role in people.roles()[:3]:
            session = await people.login(self._door, people.access.of_role(role))
            other = next(
                (
                    each.name
                    for each in people.access.functions
                    if role not in each.may and self._door in each.calls and not each.ends and not each.never
                ),
                "",
            )
            if session is not None and other:
                await people.use(other, session, trick="no right")

    def _raw(self, target: str, *lines: str, method: str = "GET", body: bytes = b"") -> bytes:
        head = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *lines]
        return "\r\n".join([*head, "", ""]).encode() + body

    async def _send(self, people: People, name: str, what: str, octets: bytes, door: str = "") -> None:
        await people.attacks.attack(name, what, door or self._door, [octets])

    async def _traversal(self, people: People) -> None:
        for door in people.doors:
            base = people.attacks.base(door)
            for path in _PATHS:
                await self._send(people, "traversal", path, self._raw(path), door)
                await self._send(people, "traversal", base + path, self._raw(base + path), door)

    async def _splitting(self, people: People) -> None:
        for door in people.doors:
            await self._split(people, door)

    async def _split(self, people: People, door: str) -> None:
        base = people.attacks.base(door)
        ends = (f"%0d%0a{SPLIT}:%20yes", f"%0a{SPLIT}:%20yes", f"%E5%98%8A%E5%98%8D{SPLIT}:%20yes")
        for end in ends:
            await self._send(people, "splitting", end, self._raw(f"{base}/x{end}"), door)
            await self._send(people, "splitting", f"?{end}", self._raw(f"{base}/x?next={end}"), door)
        twice = self._raw(base or "/", "Content-Length: 0", "Content-Length: 5", method="POST", body=b"hello")
        await self._send(people, "splitting", "two lengths", twice, door)
        both = self._raw(
            base or "/",
            "Content-Length: 4",
            "Transfer-Encoding: chunked",
            method="POST",
            body=b"0\r\n\r\nGET / HTTP/1.1",
        )
        await self._send(people, "splitting", "length and chunks", both, door)

    async def _addresses(self, people: People) -> list[tuple[str, tuple[str, ...]]]:
        """Each address of a function at the door, with the session of a role that may use it."""
        found: dict[str, tuple[str, ...]] = {}
        for role in people.roles():
            word = people.access.of_role(role)
            session = await people.login(self._door, word) if people.enters(self._door, role) else None
            for target, lines in people.attacks.targets(session, self._door) if session is not None else ():
                found.setdefault(target, lines)
        return list(found.items())

    async def _oversized(self, people: People) -> None:
        for target, lines in await self._addresses(people):
            deep = b'{"a":' * _DEEP + b"1" + b"}" * _DEEP
            bodies = (
                ("nested", deep),
                ("nested list", b"[" * _DEEP + b"]" * _DEEP),
                ("no end", b'{"a":"' + b"a" * 200),
            )
            for what, body in bodies:
                head = (*lines, "Content-Type: application/json", f"Content-Length: {len(body)}")
                await self._send(
                    people, "oversized", f"{what} {target}", self._raw(target, *head, method="POST", body=body)
                )
            long = self._raw(target, *lines, f"Content-Length: {_LONG << 10}", method="POST", body=bytes(70_000))
            await self._send(people, "oversized", f"{_LONG} KiB {target}", long)
        await self._send(people, "oversized", "long head", self._raw("/", "X-Long: " + "a" * 100_000))
        await self._send(people, "oversized", "long address", self._raw("/" + "a" * 100_000))

    async def _slow(self, people: People) -> None:
        pieces = [b"GET / HTTP/1.1\r\n", *(f"X-{number}: slow\r\n".encode() for number in range(30))]

        def one(number: int) -> asyncio.Task[None]:
            work = people.attacks.attack("slow", f"client {number}", self._door, pieces, pause_s=5, answer_s=90)
            return asyncio.get_running_loop().create_task(work)

        clients = [one(number) for number in range(_SLOW_CLIENTS)]
        await people.pause(60)
        session = await people.login(self._door, people.access.of_role(self._role))
        if session is not None:
            await people.use(people.probe(self._door, self._role), session, trick="after slow")
        else:
            await people.use(people.probe(self._door, self._role), Session(self._door), trick="after slow")
        await asyncio.gather(*clients)

    async def _injection(self, people: People) -> None:
        for text in (*_COMMANDS, _FORGED_LINE):
            await people.stranger(self._door, text, WRONG, "stranger")
        word = people.access.of_role(self._role)
        await people.log.audit("by-name", user=people.access.accounts[word].name)
        for text in _COMMANDS:
            await people.log.audit("injection", user=text)
        for target, lines in await self._addresses(people):
            for text in _COMMANDS:
                query = "".join(f"%{octet:02X}" for octet in text.encode())
                await self._send(people, "injection", text, self._raw(f"{target}?id={query}&from={query}", *lines))

    async def _mass_assignment(self, people: People) -> None:
        """The change of the own password, with a role and more beside it."""
        for role in people.roles():
            word = people.access.of_role(role)
            await people.attacks.own_password_with(
                self._door, word, {"role": "administrator", "may": "all", "disabled": False, "first": 0}
            )

    def judge(self, history: History) -> Iterator[Finding]:
        yield from attacks_judge.findings(history)
