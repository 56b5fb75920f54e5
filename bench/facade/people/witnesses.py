"""Who looks for the bench at what a function did: a session of its own, kept, and never one that costs a tested one.

Leaves what is tried, and what of it is told, to `visitor`. A product may hold few sessions, or one an account: to log
in where somebody on test is logged in could end the very session that is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bench.dut.access import NOBODY, Access, Account, Function
from bench.dut.access.exchange import Answer
from bench.dut.access.expressions import value
from bench.dut.access.visit import Entry, Session, Visits
from bench.dut.refused import no_answer
from bench.facade import sentences
from bench.facade.people.desk import TROUBLES

_FORBIDDEN = 403
"""Who is known and may not (RFC 9110): the session lives."""
_LOCKED_S = 600


class _People(Protocol):
    @property
    def access(self) -> Access: ...
    @property
    def visits(self) -> Visits: ...
    def account(self, word: str) -> Account: ...
    def now_us(self) -> int: ...


@dataclass
class _Place:
    """A session from which the bench looks; `asked` once it was put to use."""

    word: str
    session: Session
    asked: bool = False


class Witnesses:
    """The sessions from which the bench looks, and those on test, of which it knows what they would lose."""

    def __init__(self, people: _People) -> None:
        self._people = people
        self._mine: list[_Place] = []
        self._tested: list[_Place] = []
        self._denied: set[tuple[str, str]] = set()
        """Accounts and functions that were refused in a new session: another login would not help."""
        self._shut_out: dict[str, int] = {}
        """Until when (us) an account that was not let in is left alone: to try again could keep it locked."""

    def entered(self, word: str, session: Session) -> None:
        """Somebody on test is logged in."""
        self._tested.append(_Place(word, session, asked=True))

    def left(self, session: Session) -> None:
        """A session on test was ended."""
        same = (session.door, session.values, session.cookies)
        self._tested = [
            each for each in self._tested if (each.session.door, each.session.values, each.session.cookies) != same
        ]

    async def make_way(self, word: str) -> None:
        """Log the bench's own sessions of an account out: somebody on test is about to log in with it."""
        going = [each for each in self._mine if each.word == word]
        self._mine = [each for each in self._mine if each.word != word]
        for each in going:
            try:
                await self._people.visits.calls(each.session, self._people.visits.door(each.session.door).logout)
            except TROUBLES:
                continue

    def forget(self) -> None:
        """Log in anew at the next look: an account has another password."""
        self._mine.clear()
        self._shut_out.clear()

    async def look(self, name: str, **known: Any) -> Answer | None:
        """The answer to a function as somebody who may use it gets it; None where nobody does."""
        try:
            return await self.see(name, **known)
        except TROUBLES:
            return None

    async def see(self, name: str, **known: Any) -> Answer:
        """As `look`. Raises Refused, with the product's status, or what else came between."""
        function = self._people.access.function(name)
        visits = self._people.visits
        refused = LookupError(str(sentences.SHOWS_NOTHING(function=name)))
        for _ in range(2 + len(self._tested)):
            place = await self._place(function)
            first, place.asked = not place.asked, True
            answer = await self._twice(place, function, **known)
            if not value(visits.door(place.session.door).refused, answer=answer):
                self._denied.discard((place.word, name))
                return answer
            refused = no_answer(str(sentences.REFUSED_WITH(name=name, status=answer.status)), answer.status)
            if first or (place in self._tested and answer.status == _FORBIDDEN):
                self._denied.add((place.word, name))
            if (place.word, name) in self._denied:
                break
            # This session has ended, and nobody loses it by another login.
            self._mine = [each for each in self._mine if each is not place]
            self._tested = [each for each in self._tested if each is not place]
        raise refused

    async def _twice(self, place: _Place, function: Function, **known: Any) -> Answer:
        """The answer in a session, asked for again where none came: that is no reason for another login."""
        call = function.calls[place.session.door]
        try:
            return await self._people.visits.make(place.session, call, **known)
        except TROUBLES:
            return await self._people.visits.make(place.session, call, **known)

    async def _place(self, function: Function) -> _Place:
        """From where to look: a session of ours, else of an account that nobody is logged in with, else one on test."""
        doors = sorted(function.doors, key=lambda door: door != self._main_door())
        if NOBODY in function.may:
            return _Place(NOBODY, Session(doors[0]))
        words = self._words(function.may)
        if found := _best(self._mine, words, doors):
            return found
        for word in words:
            if any(each.word == word for each in self._tested) or self._people.now_us() < self._shut_out.get(word, 0):
                continue
            made = Session(doors[0], self._people.account(word))
            came, _ = await self._people.visits.enter(made)
            if came is Entry.ENTERED:
                self._mine.append(_Place(word, made))
                return self._mine[-1]
            self._shut_out[word] = self._people.now_us() + 1_000_000 * (self._people.access.rules.lock_s or _LOCKED_S)
        if found := _best(self._tested, words, doors):
            return found
        raise LookupError(str(sentences.NO_WITNESS(words=words)))

    def _main_door(self) -> str:
        doors = self._people.access.doors
        return "api" if "api" in doors else next(iter(doors))

    def _words(self, roles: Sequence[str]) -> list[str]:
        """The account of each role that has one, in the order of the roles. Raises LookupError."""
        accounts = self._people.access.accounts.values()
        known = [role for role in roles if any(account.role == role for account in accounts)]
        return [self._people.access.of_role(role) for role in known or roles[:1]]


def _best(places: Sequence[_Place], words: Sequence[str], doors: Sequence[str]) -> _Place | None:
    """The place of the first of the accounts, at the first of the doors; the newest where there are several."""
    fit = [each for each in reversed(places) if each.word in words and each.session.door in doors]
    return min(fit, key=lambda each: (words.index(each.word), doors.index(each.session.door)), default=None)
