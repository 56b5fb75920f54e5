"""Requests within a person's rights that ask for more than they should: fields a form lacks, answers nobody takes,
addresses in the place of values (OWASP API3, API4, API7).

Leaves requests that are none to `People.attack` and verdicts to the judges. Everything done is in the history.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal, cast

import msgspec

from bench.dut.access import Call, Function
from bench.dut.access.exchange import Answer, connect
from bench.dut.access.visit import Session
from bench.facade.people import People
from bench.history import people as told_of
from bench.history.people import AttackQuery, AttackRow, HostileQuery, HostileRow, Used

_TROUBLES = (LookupError, OSError, TimeoutError)
_HOST = re.compile(r"query\.host|://|\b\d{1,3}(\.\d{1,3}){3}\b|^[\w.-]+:\d+$")
"""A text that is an address, or stands for one."""
_MOST_REQUESTS = 2000
_OF_A_FILE = b"root:x:0:0"
"""What only /etc/passwd has in it."""


class Hostile:
    """One bench's people when they mean harm."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._number = 0
        self._came = 0

    def usable(self) -> Iterator[tuple[Function, str, str]]:
        """Functions that take fields, each with a door at which it is to be had and a role that may use it there."""
        for function in self._people.access.functions:
            if function.ends or function.never:
                continue
            for door in function.doors:
                role = next((each for each in function.may if each in self._people.roles()), "")
                if door in self._people.doors and role and _fields(function.calls[door]):
                    yield function, door, role

    async def wider(
        self, function: Function, session: Session, more: Mapping[str, Any], told: str, **known: Any
    ) -> str:
        """Use a function with fields beside its own."""
        call = function.calls[session.door]
        fields = _fields(call)
        extra = {key: each for key, each in more.items() if key not in fields}
        if call.form:
            texts = {key: each if isinstance(each, str) else str(each).lower() for key, each in extra.items()}
            wide = msgspec.structs.replace(call, form={**call.form, **texts})
        else:
            wide = msgspec.structs.replace(call, json={**fields, **extra})
        return await self._used(function, session, wide, told, **known)

    async def with_text(self, function: Function, session: Session, key: str, text: str, told: str) -> str:
        """Use a function with another text in one of its fields; in the history whether a file came back."""
        call = function.calls[session.door]
        field = {key: text}
        other = (
            msgspec.structs.replace(call, form={**call.form, **field})
            if call.form
            else msgspec.structs.replace(call, json={**_fields(call), **field})
        )
        return await self._used(function, session, other, told)

    async def _used(self, function: Function, session: Session, call: Call, told: str, **known: Any) -> Used:
        self._number += 1
        numbers = {"fresh": 5000 + self._number, "now": self._people.now_us(), **known}
        answers: list[Answer] = []

        async def asked() -> Answer:
            answer = await self._people.ask(session, call, **numbers)
            answers.append(answer)
            return answer

        outcome = await self._people.use(function.name, session, trick=told, call=asked)
        leaked = any(_OF_A_FILE in each.octets for each in answers)
        self._tell(told, function.name, session.door, leaked=leaked)
        return outcome

    def _tell(
        self,
        told: str,
        function: str = "",
        door: str = "",
        *,
        leaked: bool = False,
        outcome: Literal["done", "deaf"] = "done",
    ) -> None:
        query = HostileQuery(told=told, function=function, door=door)
        row = HostileRow(outcome=outcome, leaked="yes" if leaked else "", came=str(self._came))
        self._people.tell(told_of.HOSTILE, self._people.now_us(), query, [row])

    def texts(self, function: Function, door: str) -> list[str]:
        """The fields of a function that are texts of its own: what the session knows of itself is left alone."""
        return [
            key
            for key, each in _fields(function.calls[door]).items()
            if isinstance(each, str) and "session." not in each and not key.startswith("_")
        ]

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncGenerator[str]:
        """Listen at the bench's own address; gives the beginning of addresses that lead there."""

        async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._came += 1
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(2):
                    await reader.read(4096)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK")
            writer.close()

        host = self._people.own_address
        server = await asyncio.start_server(came, host, port)
        try:
            yield f"http://{host}:{port}"
        finally:
            server.close()

    async def came_by_itself(self, base: str) -> bool:
        """Whether the bench's listener is reached at all: asked by the bench itself."""
        host, _, port = base.removeprefix("http://").partition(":")
        before = self._came
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            return False
        writer.close()
        await asyncio.sleep(1)
        heard, self._came = self._came > before, before
        self._tell("listening", outcome="done" if heard else "deaf")
        return heard

    def told_last(self) -> None:
        """Put into the history how many have come by now."""
        self._tell("end")

    async def greedy(self, session: Session, connections: int, octets_each: int, hold_s: float) -> None:
        """Ask for the longest answer that a session may have, over and over, on many connections, and take none."""
        place = self._people.reached(session.door)
        largest, octets = 0, b""
        for target, lines in self._people.attacks.targets(session, session.door):
            host = f"Host: {place.host}:{place.port}"
            asks = "\r\n".join([f"GET {target} HTTP/1.1", host, *lines, "", ""]).encode()
            with suppress(*_TROUBLES):
                answer = await self._people.ask(session, Call(get=target.removeprefix(place.path)))
                if len(answer.octets) > largest:
                    largest, octets = len(answer.octets), asks

        requests = min(_MOST_REQUESTS, octets_each // max(largest, 1) + 1)

        async def one() -> str:
            try:
                stream = await connect(place)
            except _TROUBLES:
                return "refused"
            stream.hold()
            try:
                for _ in range(requests):
                    stream.write(octets)
                await asyncio.sleep(hold_s)
            except _TROUBLES:
                return "ended"
            finally:
                stream.close()
            return "held"

        asked = self._people.now_us()
        found = await asyncio.gather(*(one() for _ in range(connections)))
        what = f"{found.count('held')} of {connections} connections, each {requests} times {largest} octets"
        query = AttackQuery(group="greedy", what=what, door=session.door)
        row = AttackRow(outcome="answered" if octets else "unanswered")
        self._people.tell(told_of.ATTACK, asked, query, [row])


def names_a_host(function: Function, door: str) -> bool:
    """Whether a function is there to be told of a host, so that going there is no fault."""
    call = function.calls[door]
    own = (each for each in _fields(call).values() if isinstance(each, str))
    return any(_HOST.search(text) for text in (*(text for _, text in call.templates), *own))


def _fields(call: Call) -> dict[str, Any]:
    """The fields of a call's body; none where it has no form of fields."""
    if call.file is not None or call.page:
        return {}
    if call.form:
        return dict(call.form)
    return cast("dict[str, Any]", call.json) if isinstance(call.json, dict) else {}
