"""What a way of sending is to a sender: octets out for a parcel, answers in from octets; no connection, no clock.

Leaves the ways themselves to the kinds, and connections to `line` (asyncio) or whoever else drives a sender.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from simulators.senders.parcels import Entry, Parcel


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform said: `key` names the parcel (empty: the oldest under way), `accepted` whether it took it.

    `words` are its own, short. `ended` says that the connection is of no further use.
    """

    key: str
    accepted: bool
    words: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the platform: the command and its items; `key` is by what the answer names it."""

    cn: str
    key: str
    items: tuple[tuple[str, str], ...] = ()


class Form(Protocol):
    """A platform's own form of records over HTTP: at most so many of them a request."""

    most: int

    def request(
        self, mn: str, secret: str, records: Sequence[Mapping[str, Any]], /
    ) -> tuple[str, str, list[tuple[str, str]], bytes]:
        """Method, target, headers and body for records with code, kind, start, end (us UTC), value, unit, flag."""
        ...

    def taken(self, status: int, octets: bytes, /) -> bool:
        """Whether an answer says that they were taken."""
        ...


class Wire(Protocol):
    """One way of sending, for one sender."""

    def hello(self) -> bytes:
        """What is said first on a connection; empty where nothing is."""
        ...

    @property
    def ready(self) -> bool:
        """Whether records may be sent now: the hello has been answered."""
        ...

    def cut(self, entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
        """The records of one instant in as many parcels as the wire needs."""
        ...

    def octets(self, parcel: Parcel, now_us: int) -> bytes:
        """A parcel as it goes out; gives it its key if it has none yet."""
        ...

    def spoilt(self, parcel: Parcel, octets: bytes, how: str) -> bytes:
        """The same octets spoilt on purpose. ValueError for a way that the wire does not know."""
        ...

    def unanswered(self) -> bool:
        """An answer is waited for no longer: whether the connection is of no further use."""
        ...

    def feed(self, octets: bytes) -> list[Answer | Asked]:
        """What the platform says in these octets, and those before."""
        ...

    def reply(self, asked: Asked, items: tuple[tuple[str, str], ...], now_us: int) -> bytes:
        """What answers a request of the platform."""
        ...

    def reset(self) -> None:
        """The connection is over: begin anew."""
        ...
