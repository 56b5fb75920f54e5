"""How a platform is asked and told, as section [functions] of its profile has it: requests by kind and by analysis.

Leaves logging in to `bench.dut.access`, speaking to `asking`, and what is asked and recorded to
`bench.facade.platform`. A maker writes each request once for all kinds (`"*"`); a kind of its own has only what is
different (docs/PLATFORM.md).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

import msgspec

from bench.dut import sentences
from bench.dut.access import Access, Call
from bench.dut.access.expressions import faults
from bench.dut.platform.vocabulary import (
    IMPORT_FIELDS,
    LIST_FIELDS,
    VERSION_FIELDS,
    Fields,
    analyses,
    kinds,
    unknown,
)
from simulators.settings import Port, value
from simulators.settings import read as settings_of
from simulators.tables import Table
from simulators.values import hint, wanting

OTHERS = "*"
"""Every kind, or every analysis, as far as it has nothing of its own."""
WAYS = ("hj212", "hj212-tls", "hj212-mtls", "http", "https", "https-mtls", "mqtt", "mqtt-tls", "mqtt-mtls")
"""How terminals reach a platform: tables of section [connection]."""
PLAIN_NAME = re.compile(r"[^\W\d][\w.-]*")


class Request(Call, frozen=True, forbid_unknown_fields=True):
    """A call whose answer holds rows, or the key of an object.

    `rows` and `key` are expressions over `answer` (status, headers, text, json; decimals as written), `done` says when
    the product did what it was asked, where its door's word is not enough.
    """

    rows: str = ""
    key: str = ""
    done: str = ""


Asked = Annotated[
    Request | bool | None,
    wanting(*sentences.A_REQUEST),
]
"""A request that a product may have, or not."""


class ObjectCalls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How objects of a kind are kept; `false` in the place of a request: this kind has none.

    `fields` gives names of ours those of the product, both ways; one that is no plain name is an expression over `row`
    and only read. `words` gives values of a field the product's words, both ways.
    """

    list: Asked = None
    create: Asked = None
    change: Asked = None
    remove: Asked = None
    history: Asked = None
    take_in: Asked = msgspec.field(default=None, name="import")
    export: Asked = None
    fields: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}


class AnalysisCalls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an analysis is asked; `fields` and `words` as for objects, of question and answer alike."""

    ask: Asked = None
    fields: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}


class Functions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it. `door` is the door of [access] at which it is asked (the first one where nothing is said), `pages`
    that at which pages are looked at. `rights` are the words of the accounts that may, by action and kind."""

    door: str = ""
    pages: str = ""
    rights: dict[str, tuple[str, ...]] = {}
    objects: dict[str, ObjectCalls] = {}
    analyses: dict[str, AnalysisCalls] = {}


class Intake(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where terminals reach a platform by one way; `server_name` is the name in its certificate there.

    `host` is for a platform that stands where it stands (adapter address); elsewhere it sits where the terminal sits.
    Over HTTP `form` is the request by which the product takes records, where it has one of its own, and `most` how many
    of them one request holds (`bench.dut.platform.sending`).
    """

    port: Port
    host: str = ""
    path: str = ""
    server_name: str = ""
    form: Request | None = None
    most: Annotated[int, msgspec.Meta(ge=1)] = 1


def intakes(connection: Mapping[str, Any], problems: list[str]) -> dict[str, Intake]:
    """The ways of section [connection]. What is wrong goes into `problems`, a sentence each."""
    table = Table(dict(connection), "connection", [])
    made: dict[str, Intake | None] = {way: value(table, way, Intake) for way in WAYS if way in connection}
    found = {way: each for way, each in made.items() if each is not None}
    wrong = [*map(str, table.problems)]
    for way, each in found.items() if not wrong else ():
        wrong += _form(f"connection.{way}", way, each)
    problems += wrong
    return found


def _form(where: str, way: str, given: Intake) -> Iterator[str]:
    """What is wrong with a product's own form."""
    if given.form is None:
        return
    if not way.startswith("http"):
        yield sentences.FORM_OF_HTTP(way=way).after(f"{where}.form")
    yield from _request(f"{where}.form", given.form, rows=False)


class Mapped(NamedTuple):
    """A request of the product, with the names and words that it has for ours."""

    request: Request | None
    fields: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]


ACTIONS = {"list": "list", "create": "create", "change": "change", "remove": "remove", "history": "history"} | {
    "import": "take_in",
    "export": "export",
}
"""What is done with objects, by the key of a profile, with the field of `ObjectCalls`."""


def object_call(functions: Functions, action: str, kind: str) -> Mapped:
    """How a product is asked to do something with objects of a kind; no request where it has none."""
    own, others = functions.objects.get(kind), functions.objects.get(OTHERS)
    return _mapped(own, others, ACTIONS[action])


def analysis_call(functions: Functions, name: str) -> Mapped:
    """How a product is asked for an analysis; no request where it has none."""
    return _mapped(functions.analyses.get(name), functions.analyses.get(OTHERS), "ask")


def _mapped(own: Any, others: Any, action: str) -> Mapped:
    tables = [each for each in (own, others) if each is not None]
    told = next((found for each in tables if (found := getattr(each, action)) is not None), None)
    fields = {name: theirs for each in reversed(tables) for name, theirs in each.fields.items()}
    words = {name: theirs for each in reversed(tables) for name, theirs in each.words.items()}
    return Mapped(told if isinstance(told, Request) else None, fields, words)


def read(given: object, access: Access | None, problems: list[str]) -> Functions | None:
    """Section [functions] of a profile; None without one. What is wrong goes into `problems`, a sentence each."""
    whole = Table({"functions": given}, "", [])
    table = whole.table("functions")
    if table is not None and not table.data:
        return None
    made = None if table is None else settings_of(table, Functions)
    if made is not None:
        _known(whole, "objects", made.objects, kinds())
        _known(whole, "analyses", made.analyses, analyses())
    wrong = [*map(str, whole.problems)] if made is None or whole.problems else [*_contradictions(made, access)]
    problems += wrong
    return None if wrong else made


def _known(table: Table, key: str, named: Collection[str], known: Collection[str]) -> None:
    """Note what is called as no kind, or no analysis, is."""
    for name in named:
        if name != OTHERS and name not in known:
            meant = hint(name, (OTHERS, *known))
            table.problem(f"functions.{key}.{name}", *sentences.NOTHING_CALLED_SO(meant=meant))


def _contradictions(made: Functions, access: Access | None) -> Iterator[str]:
    doors = () if access is None else tuple(access.doors)
    for key in ("door", "pages"):
        named = getattr(made, key)
        if named and named not in doors:
            meant = hint(named, doors)
            yield sentences.NO_NAMED_DOOR(named=named, meant=meant).after(f"functions.{key}")
    if access is None and (made.objects or made.analyses):
        yield sentences.ACCESS_MISSING().after("functions")
    for name, each in made.objects.items():
        where = f"functions.objects.{name}"
        for action, attribute in ACTIONS.items():
            yield from _request(f"{where}.{action}", getattr(each, attribute), rows=action in ("list", "history"))
        own = None if name == OTHERS else kinds()[name].fields
        yield from _own_names(where, each.fields, each.words, own, {**LIST_FIELDS, **VERSION_FIELDS, **IMPORT_FIELDS})
    for name, each in made.analyses.items():
        where = f"functions.analyses.{name}"
        yield from _request(f"{where}.ask", each.ask, rows=True)
        own = None if name == OTHERS else {**analyses()[name].query, **analyses()[name].rows}
        yield from _own_names(where, each.fields, each.words, own, {})


def _own_names(
    where: str,
    fields: Mapping[str, str],
    words: Mapping[str, object],
    own: Fields | None,
    more: Fields,
) -> Iterator[str]:
    for key, names in (("fields", fields), ("words", words)):
        for name in names:
            if own is not None and name not in own and name not in more:
                yield f"{where}.{key}.{name}: {unknown(name, {**own, **more})}"
    for name, theirs in fields.items():
        if theirs and not PLAIN_NAME.fullmatch(theirs):
            yield from faults(f"{where}.fields.{name}", theirs, expression=True)


def _request(where: str, given: Request | bool | None, *, rows: bool) -> Iterator[str]:
    if given is True:
        yield sentences.REQUEST_EXPECTED(what=sentences.A_REQUEST).after(where)
    if not isinstance(given, Request):
        return
    if not given.method:
        yield sentences.METHOD_WITH_TARGET().after(where)
    if rows and not given.rows:
        yield sentences.ROWS_MISSING().after(f"{where}.rows")
    for key, text in given.templates:
        yield from faults(f"{where}.{key}", text)
    for key in ("rows", "key", "done"):
        if text := getattr(given, key):
            yield from faults(f"{where}.{key}", text, expression=True)
