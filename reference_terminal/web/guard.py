"""The guard of the local interface: who asks, from where, and whether his role has the right (ISC-2 7.4.1.2).

Leaves who has which right to the access room. One place for every address, page and file. A request comes with a bearer
token or with a page's cookie, never with both; what a cookie orders must bear the page's proof, because a browser sends
cookies by itself. A name that is none of the terminal's own is refused, so that a foreign page cannot make a browser
take it for its own (DNS rebinding).
"""

from __future__ import annotations

import asyncio
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl

from reference_terminal.access import messages as access_messages
from reference_terminal.access.desk import Desk
from reference_terminal.access.rights import CONFIGURING, Right, may
from reference_terminal.access.sessions import BEARER, COOKIE, Session, proves
from reference_terminal.model.actor import Actor, act_for
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.settings.accounts import is_listed
from reference_terminal.storage.journal import Journal
from reference_terminal.web import refusals
from reference_terminal.web.router import is_own_name, refuse_other_sites
from reference_terminal.web.server import MAX_OCTETS, Request

COOKIE_NAME = "session"
PROOF = "proof"
FORM = "application/x-www-form-urlencoded"
_MOST_OCTETS_UNKNOWN = 16_384
_AGAIN_S = 60.0
_MOST_TOLD = 512
_SAFE = ("GET", "HEAD")
_HERE = frozenset(Right) - {Right.LOCK}
_NOT_LOGGED_IN = Text("not logged in", "未登录")
_NO_RIGHT = Text("the role has no right to it", "角色无此权限")


class DeskGuard:
    """Asks the desk about every request.

    `rights_here` can be had at this door at all; those that configure not while they are locked, but `afar`.
    """

    secret = True

    def __init__(
        self, desk: Desk, journal: Journal, rights_here: frozenset[Right] = _HERE, *, afar: bool = False
    ) -> None:
        self._afar = afar
        self._desk = desk
        self._journal = journal
        self._rights_here = rights_here
        self._told: dict[tuple[str, str, str, str], tuple[float, int]] = {}

    def admit(self, request: Request) -> None:
        """See `router.Guard`: the name asked for, and where a browser says the request comes from."""
        act_for(Actor("", request.peer))
        host = request.fields.get("host", "")
        if not is_own_name(host, self._desk.names):
            raise refusals.UNKNOWN_HOST()
        refuse_other_sites(request)

    @seam
    def permits(self, right: Right, request: Request, /) -> bool:
        """See `router.Guard`."""
        if right is Right.OPEN:
            return self._is_here(right)
        session = self.session(request)
        if session is None:
            self._refuse(request, "", _NOT_LOGGED_IN)
            raise refusals.NOT_LOGGED_IN()
        act_for(Actor(session.account, request.peer))
        if session.way == COOKIE and request.method not in _SAFE and not proves(session, _proof(request)):
            self._refuse(request, session.account, refusals.NO_PROOF.text())
            raise refusals.NO_PROOF()
        if not self.has(session, right):
            self._refuse(request, session.account, _NO_RIGHT)
            return False
        return True

    def has(self, session: Session, right: Right) -> bool:
        """Whether a session has a right at this door."""
        return self._is_here(right) and may(session.role, right)

    @seam
    def _is_here(self, right: Right) -> bool:
        if right in CONFIGURING and self._desk.locked and not self._afar:
            return False
        return right in self._rights_here

    def session(self, request: Request) -> Session | None:
        """The session a request belongs to, if it still holds; an administrator's only from a listed address."""
        token, way = token_of(request)
        used = not request.fields.get("x-refresh", "")
        found = self._desk.sessions.find(token, request.peer, way, used=used) if token else None
        if found is None:
            return None
        if found.role == "administrator" and not is_listed(request.peer, self._desk.rules().administrators_from):
            self._desk.sessions.end(found)
            return None
        return found

    def octets(self, head: Request, most: int) -> int:
        """See `router.Guard`: whoever is not logged in is heard less long."""
        if most <= MAX_OCTETS:
            return most
        token, way = token_of(head)
        known = bool(token) and self._desk.sessions.find(token, head.peer, way) is not None
        return most if known else _MOST_OCTETS_UNKNOWN

    @seam
    def _refuse(self, request: Request, account: str, why: Text) -> None:
        """Log a refusal; the same again within a minute is counted and told with the next."""
        key = (request.peer, account, request.method, request.path)
        now_s = asyncio.get_running_loop().time()
        since_s, count = self._told.get(key, (-_AGAIN_S, 0))
        if now_s - since_s < _AGAIN_S:
            self._told[key] = (since_s, count + 1)
            return
        if len(self._told) >= _MOST_TOLD:
            self._told = {each: told for each, told in self._told.items() if now_s - told[0] < _AGAIN_S}
        if len(self._told) >= _MOST_TOLD:
            return
        self._told[key] = (now_s, 0)
        more = Text(f" ({count} more before)", f"（此前另有 {count} 次）") if count else ""
        self._journal.event(
            access_messages.ACCESS_REFUSED,
            account or request.peer,
            method=request.method,
            path=request.path,
            reason=why,
            more=more,
            user=account,
        )


def token_of(request: Request) -> tuple[str, str]:
    """The token of a request and the way it came; empty if there is none, or one in each way."""
    scheme, _, bearer = request.fields.get("authorization", "").partition(" ")
    cookie = cookie_of(request)
    if bearer and scheme.lower() == "bearer":
        return ("", BEARER) if cookie else (bearer.strip(), BEARER)
    return cookie, COOKIE


def cookie_of(request: Request, name: str = COOKIE_NAME) -> str:
    """A cookie of a page; empty if there is none."""
    try:
        found = SimpleCookie(request.fields.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _proof(request: Request) -> str:
    """What a request proves with that it comes from a page: a header field, or a field of its form."""
    said = request.fields.get("x-proof", "")
    if said or request.content_type != FORM:
        return said
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), max_num_fields=200)).get(PROOF, "")
