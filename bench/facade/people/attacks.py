"""Hostile and malformed requests at the doors of a product, and what is seen of its functions' effects meanwhile.

Leaves which requests there are to the cases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec

from bench.dut.access import NOBODY
from bench.dut.access.exchange import Place, knock, send
from bench.dut.access.expressions import value
from bench.dut.access.visit import Session
from bench.facade import sentences
from bench.facade.bench import Unable
from bench.facade.people.desk import TROUBLES, Visitor, trouble
from bench.history import people as told_of
from bench.history.people import (
    AttackQuery,
    AttackRow,
    EffectRow,
    KnockQuery,
    KnockRow,
    ToldQuery,
)

LEAKS = (b"root:x:0:0", b"PRIVATE KEY-----", b"[[meters]]")
"""What would show that an answer holds a file of the device: its accounts, a key, its settings."""
SPLIT = "X-Bench-Split"
"""A header field that only a request of the bench can have put into an answer."""


class Attacks:
    """Requests that nobody sends by mistake; `local` is where the local interface is."""

    def __init__(self, people: Visitor, local: Callable[[], tuple[str, int]]) -> None:
        self._people = people
        self._local = local
        self._knocked = False

    async def attack(
        self, group: str, what: str, door: str, pieces: Sequence[bytes], *, pause_s: float = 0, answer_s: float = 60
    ) -> None:
        """Send a hostile request; in the history whether the answer held a file's octets or a header of the bench's."""
        asked = self._people.now_us()
        row, problem = AttackRow(outcome="unanswered"), ""
        try:
            answer = await send(self._people.visits.place(door), pieces, pause_s=pause_s, answer_s=answer_s)
            row = AttackRow(
                outcome="answered",
                status=str(answer.status),
                leaked="yes" if any(mark in answer.octets for mark in LEAKS) else "",
                split="yes" if SPLIT.lower() in answer.headers else "",
            )
        except TROUBLES as error:
            problem = trouble(error)
        self._people.tell(told_of.ATTACK, asked, AttackQuery(group=group, what=what, door=door), [row], problem)

    async def knock(self, what: str, octets: bytes, *, answer_s: float = 20) -> None:
        """Send octets to the local interface as they are, whoever may use it; in the history what came back.

        Raises Unable where nobody listened there when the first was sent: such a product is read out in another way.
        """
        asked = self._people.now_us()
        row, problem = KnockRow(outcome="not taken"), ""
        host, port = self._local()
        try:
            came = await knock(Place(host, port, secured=False, path=""), octets, answer_s=answer_s)
            leaked = any(mark in came for mark in LEAKS)
            row = KnockRow(outcome="taken", answer=str(len(came)), leaked="yes" if leaked else "")
        except TROUBLES as error:
            if not self._knocked:
                raise Unable(str(sentences.NOBODY_LISTENS(host=host, port=port))) from None
            problem = trouble(error)
        self._knocked = True
        self._people.tell(told_of.KNOCK, asked, KnockQuery(what=what), [row], problem)

    def base(self, door: str) -> str:
        """The path below which a door's addresses are."""
        return self._people.visits.place(door).path

    def targets(self, session: Session, door: str) -> list[tuple[str, tuple[str, ...]]]:
        """Addresses of functions that the role of a session may use at a door, and the header lines of the session."""
        found: dict[str, tuple[str, ...]] = {}
        role = session.account.role if session.account is not None else NOBODY
        for function in self._people.access.functions:
            if door in function.doors and role in function.may and not function.ends:
                _, target, headers, _ = self._people.visits.request(session, function.calls[door], fresh=1)
                lines = tuple(f"{name}: {line}" for name, line in headers if name.lower() != "content-type")
                found.setdefault(target.partition("?")[0], lines)
        return list(found.items())

    async def own_password_with(self, door: str, word: str, more: Mapping[str, Any]) -> None:
        """Change the own password with fields beside it that the form does not have."""
        session = await self._people.login(door, word)
        asked = self._people.now_us()
        for call in self._people.access.doors[door].password if session is not None else ():
            if not isinstance(call.json, dict):
                continue
            wider = msgspec.structs.replace(call, json={**cast("dict[str, Any]", call.json), **more})
            row, problem = AttackRow(outcome="unanswered"), ""
            new = self._people.new_password(word)
            try:
                answer = await self._people.visits.make(cast(Session, session), wider, fresh=new)
                row = AttackRow(outcome="answered", status=str(answer.status), leaked="", split="")
                if value(self._people.access.doors[door].changed, answer=answer):
                    self._people.changed_to(word, new)
            except TROUBLES as error:
                problem = trouble(error)
            query = AttackQuery(group="mass-assignment", what=", ".join(more), door=door)
            self._people.tell(told_of.ATTACK, asked, query, [row], problem)

    async def effects(self, told: str) -> None:
        """Put into the history what shows of every function's effect now, as digests."""
        asked = self._people.now_us()
        rows = [EffectRow(function=name, shown=_digest(shown)) for name, shown in await self._people.effects_seen()]
        self._people.tell(told_of.EFFECTS, asked, ToldQuery(told=told), rows)


def _digest(shown: str) -> str:
    return hashlib.new("sm3", shown.encode("utf-8", "backslashreplace")).hexdigest()[:16]
