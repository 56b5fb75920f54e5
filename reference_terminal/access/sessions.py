"""Sessions: who is logged in, from where and until when (ISC-2 7.4.1.1(2), ruling R-36).

Leaves proving who somebody is to `accounts`. A session lives in memory: it ends with the terminal's program, not with
the putting together anew after an order. Of a token only a digest is kept; it holds from one address, in one way (a
cookie is no bearer token and the reverse), and is dead at once after logout, a changed password or role. Time is the
loop's, so that a step of the clock neither ends nor lengthens one.
"""

from __future__ import annotations

import asyncio
import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass

from reference_terminal.access import reasons
from reference_terminal.crypto.symmetric import base64url, sm3
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam

MOST = 64
MOST_OF_ONE = 5
COOKIE, BEARER = "cookie", "bearer"
_TOKEN = 32


@dataclass
class Session:
    """One login. Times are of the loop, s; `proof` is what a page's form proves that it came from here with."""

    number: int
    account: str
    role: str
    origin: str
    way: str
    digest: bytes
    proof: str
    since_s: float
    used_s: float


Ended = Callable[[Session, Text], None]
IDLE = reasons.IDLE_TOO_LONG()
LONG = reasons.LONGEST_SESSION()
CROWDED = reasons.TOO_MANY_SESSIONS()


class Sessions:
    """All sessions; `ended` hears of those that end without their owner's doing."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._open: dict[bytes, Session] = {}
        self._next = 1
        self._timer: asyncio.TimerHandle | None = None
        self.idle_s = 600
        self.session_s = 28_800
        self.ended: Ended = _unheard

    def begin(self, account: str, role: str, origin: str, way: str) -> tuple[str, Session]:
        """A new session and its token, which nobody had before (so none can be fixed beforehand)."""
        token = base64url(self._chance.randbytes(_TOKEN))
        now_s = _now_s()
        proof = base64url(self._chance.randbytes(_TOKEN))
        made = Session(self._next, account, role, origin, way, _digest(token), proof, now_s, now_s)
        self._next += 1
        own = [each for each in self._open.values() if each.account == account]
        for each in own[: max(0, len(own) - MOST_OF_ONE + 1)]:
            self._end(each, CROWDED)
        while len(self._open) >= MOST:
            self._end(min(self._open.values(), key=lambda each: (each.used_s, each.number)), CROWDED)
        self._open[made.digest] = made
        self._watch()
        return token, made

    def find(self, token: str, origin: str, way: str, *, used: bool = True) -> Session | None:
        """The session of a token, if it holds from this address and in this way.

        Its idle time begins anew if somebody `used` it: a page that fetches itself anew is nobody.
        """
        self._look()
        found = self._open.get(_digest(token))
        if found is None or found.origin != origin or found.way != way:
            return None
        if used:
            found.used_s = _now_s()
        return found

    def all(self) -> list[Session]:
        """Those that are open."""
        self._look()
        return list(self._open.values())

    def end(self, session: Session) -> None:
        """End one: its token is dead from here on."""
        self._open.pop(session.digest, None)

    def end_of(self, account: str, why: Text) -> None:
        """End all sessions of an account."""
        for each in [each for each in self._open.values() if each.account == account]:
            self._end(each, why)

    def end_number(self, number: int, why: Text) -> bool:
        """End one by its number; False if there is none."""
        found = next((each for each in self._open.values() if each.number == number), None)
        if found is not None:
            self._end(found, why)
        return found is not None

    def _end(self, session: Session, why: Text) -> None:
        self.end(session)
        self.ended(session, why)

    @seam
    def ends_s(self, session: Session) -> float:
        """The instant at which a session ends if nothing more is asked, loop time, s."""
        return min(session.used_s + self.idle_s, session.since_s + self.session_s)

    def _look(self) -> None:
        now_s = _now_s()
        for each in list(self._open.values()):
            if self.ends_s(each) <= now_s:
                self._end(each, LONG if each.since_s + self.session_s <= now_s else IDLE)

    def _watch(self) -> None:
        """Wake when the next session may end, so that its end is told then and not at the next request."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._open:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(min(self.ends_s(each) for each in self._open.values()), self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._look()
        self._watch()

    def close(self) -> None:
        """End everything: the terminal stops."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._open.clear()


@seam
def proves(session: Session, proof: str) -> bool:
    """Whether a form came from a page of this session."""
    return hmac.compare_digest(session.proof.encode(), proof.encode("utf-8", "replace"))


def _digest(token: str) -> bytes:
    return sm3(token.encode("utf-8", "replace"))


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _unheard(session: Session, why: Text) -> None:
    del session, why
