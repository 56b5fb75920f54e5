"""The addresses of the local interface: each beside what answers it, with what it takes and the right it asks for.

Leaves HTTP to `server`, what an address answers to the class it is declared in, and who has which right to the
accounts: until there are any, everybody has every right.
"""

from __future__ import annotations

import inspect
import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from reference_terminal.access.rights import Right
from reference_terminal.model.actor import actor
from reference_terminal.model.seams import seam
from reference_terminal.web import entry, refusals
from reference_terminal.web.errors import HttpError
from reference_terminal.web.parameters import pairs, shown
from reference_terminal.web.server import MAX_OCTETS, Request, Stream

__all__ = ["ROOT", "Addresses", "Guard", "Open", "Right", "Route", "Router", "everybody", "route"]

ROOT = "/api/v1/"
_MARK = "__routes__"
_SAFE = ("GET", "HEAD")
_Handler = TypeVar("_Handler", bound=Callable[..., Any])


@dataclass(frozen=True)
class Route:
    """One address under one method; a name that begins with `/` is that of a page, others stand under `ROOT`.

    `query` names its parameters, `body` the fields of the JSON object it takes (None: it takes none, or reads the
    request itself), `check` looks at the parameters before anything is read, `handler` is the method that answers.
    """

    method: str
    name: str
    right: Right
    query: tuple[str, ...]
    body: tuple[str, ...] | None
    check: Callable[[Mapping[str, str]], None] | None
    most_octets: int
    handler: str


def route(
    method: str,
    name: str,
    *,
    right: Right,
    query: tuple[str, ...] = (),
    body: tuple[str, ...] | None = None,
    check: Callable[[Mapping[str, str]], None] | None = None,
    most_octets: int = MAX_OCTETS,
) -> Callable[[_Handler], _Handler]:
    """Declare that a method of an `Addresses` answers an address.

    With GET it is called with the parameters (of a page: and the request), with POST and `body` with the fields of the
    body, with POST alone with the parameters and the request. Several declarations may stand over one method.
    """

    def declare(handler: _Handler) -> _Handler:
        made = Route(method, name, right, query, body, check, most_octets, handler.__name__)
        setattr(handler, _MARK, (made, *getattr(handler, _MARK, ())))
        return handler

    return declare


class Addresses:
    """A group of addresses: its methods declared by `route`."""

    routes: tuple[Route, ...] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.routes = tuple(each for member in vars(cls).values() for each in getattr(member, _MARK, ()))

    def wrong_method(self, name: str, expected: str, method: str) -> HttpError:
        """What refuses a request by a method that an address does not know; it knows the expected one, GET or POST."""
        del method
        return (refusals.POST_EXPECTED if expected == "POST" else refusals.GET_EXPECTED)(address=name)


def everybody(right: Right, request: Request) -> bool:
    """There are no accounts: whoever reaches the local interface has every right."""
    del right, request
    return True


class Guard(Protocol):
    """Who decides about requests."""

    secret: bool
    """Whether strangers are not told which addresses there are."""

    def admit(self, request: Request) -> None:
        """Look at a request before anything else of it is. Raises HttpError."""
        ...

    def permits(self, right: Right, request: Request, /) -> bool:
        """Whether whoever asks has a right; from then on he is the actor. Raises HttpError."""
        ...

    def octets(self, head: Request, most: int) -> int:
        """The most octets the body of a request may have, where its address takes `most`."""
        ...


def refuse_other_sites(request: Request) -> None:
    """A browser says where a request comes from: from a page of somebody else's nothing is taken. Raises HttpError."""
    origin = request.fields.get("origin", "")
    crossed = request.fields.get("sec-fetch-site", "") == "cross-site" and request.method not in _SAFE
    if crossed or (origin and not _same(origin, request.fields.get("host", ""))):
        raise refusals.FOREIGN_ORIGIN()


def is_own_name(host: str, names: Sequence[str]) -> bool:
    """Whether a Host is an address, `localhost` or a listed name: a name of somebody else's can lead anywhere."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name in (each.lower() for each in names):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


class Open:
    """A guard that lets everybody in whom `permits` lets, but no page of another site, by whatever name it asks."""

    secret = False

    def __init__(self, permits: Callable[[Right, Request], bool] = everybody) -> None:
        self.permits = permits

    def admit(self, request: Request) -> None:
        """See `Guard`."""
        host = request.fields.get("host", "")
        # A name without a dot is of the network's own: nobody from outside can have it lead here.
        if "." in host and not is_own_name(host, ()):
            raise refusals.UNKNOWN_HOST()
        refuse_other_sites(request)

    def octets(self, head: Request, most: int) -> int:
        """See `Guard`."""
        del head
        return most


class Router:
    """Answers requests from the addresses of several groups; `permits`, or a guard, decides who may do what."""

    def __init__(
        self,
        groups: Sequence[Addresses],
        permits: Callable[[Right, Request], bool] = everybody,
        guard: Guard | None = None,
    ) -> None:
        self._guard: Guard = Open(permits) if guard is None else guard
        self._found: dict[str, dict[str, tuple[Addresses, Route]]] = {}
        for group in groups:
            for each in group.routes:
                methods = self._found.setdefault(each.name, {})
                assert each.method not in methods, f"{each.method} {each.name} is declared twice"
                methods[each.method] = (group, each)

    def __iter__(self) -> Iterator[Route]:
        return (each for methods in self._found.values() for _, each in methods.values())

    async def answer(self, request: Request) -> Any:
        """The JSON value or file for a request; raises HttpError.

        What is wrong is told in the order of RFC 9110: address (404), method (405), right (403), parameters and body
        (400, 413, 415). So a method that an address does not know is 405 whatever else the request has.
        """
        self._guard.admit(request)
        group, found = self._route(request)
        if not self._guard.permits(found.right, request):
            missing = refusals.NO_RIGHT if self._guard.secret else refusals.RIGHT_MISSING
            raise missing(address=found.name, right=found.right.value)
        query = pairs(request.query, found.query)
        given = _given(found)
        query = _named(query, given) if "author" in found.query else query
        if found.check is not None:
            found.check(query)
        handler = getattr(group, found.handler)
        if found.body is not None:
            answer = handler(entry.read(request.content_type, request.body, found.body, given))
        elif found.method == "POST" or found.name.startswith("/"):
            answer = handler(query, request)
        else:
            answer = handler(query)
        value = await answer if inspect.isawaitable(answer) else answer
        if isinstance(value, Stream):
            return replace(value, permitted=lambda: self._still_permits(found.right, request))
        return value

    def _still_permits(self, right: Right, request: Request) -> bool:
        """Whether who listens may go on."""
        try:
            # Listening alone does not keep a session from ending.
            return self._guard.permits(right, replace(request, fields={**request.fields, "x-refresh": "1"}))
        except HttpError:
            return False

    def _route(self, request: Request) -> tuple[Addresses, Route]:
        name = _name(request.path)
        methods = self._found.get(name)
        if methods is None and self._guard.secret:
            raise refusals.NO_SUCH_ADDRESS_HERE(address=shown(request.path))
        if methods is None:
            known = ", ".join(ROOT + each for each in self._found)
            raise refusals.NO_SUCH_ADDRESS(address=shown(request.path), known=known)
        found = methods.get("GET" if request.method == "HEAD" else request.method)
        if found is None:
            expected = "GET" if "GET" in methods else "POST"
            raise methods[expected][0].wrong_method(name, expected, request.method)
        return found

    def most_octets(self, head: Request) -> int:
        """The most octets the body of a request may have."""
        methods = self._found.get(_name(head.path), {})
        return self._guard.octets(head, max((each.most_octets for _, each in methods.values()), default=MAX_OCTETS))


def _name(path: str) -> str:
    """The name of an address by its path; empty for none."""
    name = path.removeprefix(ROOT)
    return path if name == path else "" if name.startswith("/") else name


@seam
def _given(found: Route) -> dict[str, str]:
    """What a request need not say because the terminal knows it: who its author is."""
    return {"author": actor().name} if actor().name and "author" in (*found.query, *(found.body or ())) else {}


def _named(query: dict[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The parameters with what is known. Raises HttpError (403) for somebody else's name."""
    for name, value in given.items():
        entry.check_given(name, query.get(name, value), value)
    return {**query, **given}
