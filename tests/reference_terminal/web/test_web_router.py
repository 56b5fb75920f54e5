"""The router of the local interface: every address in one place, each with the right it asks for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from reference_terminal.web.api import Api
from reference_terminal.web.centre_orders import CentreOrders
from reference_terminal.web.delivery import DeliveryApi
from reference_terminal.web.errors import HttpError
from reference_terminal.web.packages import PackageApi
from reference_terminal.web.periods import PeriodApi
from reference_terminal.web.router import Addresses, Right, Router, route
from reference_terminal.web.server import MAX_OCTETS, Request
from reference_terminal.web.stored import MOST_SET_OCTETS, StoredApi

GROUPS = (Api, DeliveryApi, CentreOrders, PackageApi, PeriodApi, StoredApi)


class Toy(Addresses):
    """Two addresses, one of them under two methods."""

    @route("GET", "value", right=Right.READ, query=("point",))
    def value(self, query: dict[str, str]) -> Any:
        """Answer with the parameters."""
        return query

    @route("POST", "value", right=Right.ENTER, body=("point",))
    async def enter(self, fields: dict[str, str]) -> Any:
        """Answer with the fields."""
        return {"entered": fields}

    @route("POST", "set", right=Right.RESTORE, query=("author",), most_octets=10 * MAX_OCTETS)
    def take(self, query: dict[str, str], request: Request) -> Any:
        """Answer with the length of the body."""
        return [query, len(request.body)]


def ask(router: Router, method: str, name: str, *query: tuple[str, str], body: bytes = b"") -> Any:
    request = Request(method, f"/api/v1/{name}", query, "application/json", body)
    return asyncio.run(router.answer(request))


def test_a_request_goes_to_the_method_declared_for_it() -> None:
    router = Router([Toy()])
    assert ask(router, "GET", "value", ("point", "p")) == {"point": "p"}
    assert ask(router, "HEAD", "value") == {}
    assert ask(router, "POST", "value", body=b'{"point": "p"}') == {"entered": {"point": "p"}}
    assert ask(router, "POST", "set", ("author", "a"), body=b"1234") == [{"author": "a"}, 4]


@pytest.mark.parametrize(
    ("method", "name", "status", "allow"),
    [
        ("GET", "nothing", 404, None),
        ("DELETE", "value", 405, "GET, HEAD"),
        ("GET", "set", 405, "POST"),
        ("GET", "value", 400, None),
    ],
)
def test_what_nobody_answers_is_refused(method: str, name: str, status: int, allow: str | None) -> None:
    with pytest.raises(HttpError) as refused:
        ask(Router([Toy()]), method, name, ("colour", "red"))
    assert refused.value.status == status
    assert refused.value.headers.get("Allow") == allow


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_without_accounts_too_a_foreign_name_leads_nowhere(host: str) -> None:
    request = Request("GET", "/api/v1/value", (), "application/json", b"", fields={"host": host})
    with pytest.raises(HttpError) as refused:
        asyncio.run(Router([Toy()]).answer(request))
    assert refused.value.status == 421
    for own in ("127.0.0.1:80", "[::1]:80", "localhost:80", "terminal", ""):
        assert asyncio.run(Router([Toy()]).answer(replace(request, fields={"host": own}))) == {}


def test_an_address_is_declared_once() -> None:
    with pytest.raises(AssertionError, match="GET value is declared twice"):
        Router([Toy(), Toy()])


def test_a_body_is_as_long_as_its_address_takes() -> None:
    router = Router([Toy()])
    assert router.most_octets(Request("POST", "/api/v1/set")) == 10 * MAX_OCTETS
    assert (
        router.most_octets(Request("POST", "/api/v1/value"))
        == router.most_octets(Request("POST", "/api/v1/nothing"))
        == MAX_OCTETS
    )


def test_who_has_not_the_right_is_refused_before_anything_is_read() -> None:
    router = Router([Toy()], permits=lambda right, request: right is Right.READ)
    assert ask(router, "GET", "value") == {}
    with pytest.raises(HttpError) as refused:
        ask(router, "POST", "value", body=b"nonsense")
    assert refused.value.status == 403


def test_a_wrong_method_is_told_before_parameters_and_rights() -> None:
    terminal: Any = None
    router = Router([group(terminal) for group in GROUPS], permits=lambda right, request: False)
    known: dict[str, set[str]] = {}
    for each in router:
        known.setdefault(each.name, set()).update({each.method, "HEAD"} if each.method == "GET" else {each.method})
    for name, methods in known.items():
        for method in {"GET", "HEAD", "POST", "PUT", "DELETE"} - methods:
            with pytest.raises(HttpError) as refused:
                ask(router, method, name, ("colour", "red"), body=b"nonsense")
            assert refused.value.status == 405, f"{method} {name}"
        with pytest.raises(HttpError) as refused:
            ask(router, min(methods), name, ("colour", "red"))
        assert refused.value.status == 403


def test_every_address_of_the_terminal_says_which_right_it_asks_for() -> None:
    terminal: Any = None
    router = Router([group(terminal) for group in GROUPS])
    rights = {f"{each.method} {each.name}": each.right for each in router}
    assert rights == {
        **dict.fromkeys(
            [
                *(f"GET {name}" for name in ("points", "readings", "records", "gaps", "estimates", "manual", "export")),
                *(f"GET {name}" for name in ("emission-sources", "classified")),
            ],
            Right.READ,
        ),
        **dict.fromkeys(
            [f"GET {name}" for name in ("status", "queue", "alarms", "config", "centres", "packages", "storage")],
            Right.STATE,
        ),
        "GET log": Right.AUDIT,
        "POST replacements": Right.ENTER,
        "POST manual": Right.ENTER,
        "GET verify": Right.OPERATE,
        "POST upload": Right.OPERATE,
        "POST upload-time": Right.CONFIGURE,
        "POST backfill": Right.OPERATE,
        "POST centre-add": Right.CONFIGURE,
        "POST centre-remove": Right.CONFIGURE,
        "POST centre-certificate": Right.SECURE,
        "POST package": Right.UPGRADE,
        "POST configuration-backup": Right.CONFIGURE,
        "POST configuration-restore": Right.CONFIGURE,
        "POST period": Right.CONFIGURE,
        "GET archive": Right.OPERATE,
        "POST archive": Right.RESTORE,
    }
    assert router.most_octets(Request("POST", "/api/v1/archive")) == MOST_SET_OCTETS
