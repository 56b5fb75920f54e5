"""How a platform is asked and told, as section [functions] of its profile has it: requests by kind and by analysis.

Leaves logging in to `bench.dut.access`, speaking to `asking`, and what is asked and recorded to
`bench.facade.platform`. A maker writes each request once for all kinds (`"*"`); a kind of its own has only what is
different (docs/PLATFORM.md).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

import msgspec

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


def _off(name: str = "") -> Any:
    return msgspec.field(default=None, name=name or None)


class ObjectCalls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How objects of a kind are kept; `false` in the place of a request: this kind has none.

    `fields` gives names of ours those of the product, both ways; one that is no plain name is an expression over `row`
    and only read. `words` gives values of a field the product's words, both ways.
    """

    list: Request | bool | None = None
    create: Request | bool | None = None
    change: Request | bool | None = None
    remove: Request | bool | None = None
    history: Request | bool | None = None
    take_in: Request | bool | None = _off("import")
    export: Request | bool | None = None
    fields: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}


class AnalysisCalls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an analysis is asked; `fields` and `words` as for objects, of question and answer alike."""

    ask: Request | bool | None = None
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

    port: int
    host: str = ""
    path: str = ""
    server_name: str = ""
    form: Request | None = None
    most: int = 1


def intakes(connection: Mapping[str, Any], problems: list[str]) -> dict[str, Intake]:
    """The ways of section [connection]. What is wrong goes into `problems`, a sentence each."""
    found: dict[str, Intake] = {}
    for way in WAYS:
        if way not in connection:
            continue
        made: Intake | None = _converted(f"connection.{way}", connection[way], Intake, problems)
        if made is not None and not 0 < made.port < 65_536:
            problems.append(f"connection.{way}.port: expected a port from 1 to 65535, found {made.port} / 端口无效")
        elif made is not None:
            problems += _form(f"connection.{way}", way, made)
            found[way] = made
    return found


def _form(where: str, way: str, given: Intake) -> Iterator[str]:
    """What is wrong with a product's own form."""
    if given.most < 1:
        yield f"{where}.most: expected 1 or more, found {given.most} / 应为正整数"
    if given.form is None:
        return
    if not way.startswith("http"):
        yield f"{where}.form: only over HTTP has a platform a form of its own, not by {way} / 仅 HTTP 支持自有格式"
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
    if not isinstance(given, dict):
        problems.append(f"functions: expected a section [functions], found {given!r} / 应为小节")
        return None
    table = cast("dict[str, Any]", given)
    if not table:
        return None
    before = len(problems)
    _keys("functions", table, Functions, problems)
    made = Functions(
        door=_word(table, "door", problems),
        pages=_word(table, "pages", problems),
        rights=_converted("functions.rights", table.get("rights", {}), dict[str, tuple[str, ...]], problems) or {},
        objects=_tables(table, "objects", ObjectCalls, {**kinds()}, problems),
        analyses=_tables(table, "analyses", AnalysisCalls, {**analyses()}, problems),
    )
    problems += _contradictions(made, access)
    return made if len(problems) == before else None


def _names_of(sort: Any) -> tuple[str, ...]:
    return tuple(each.encode_name for each in msgspec.structs.fields(sort))


def _keys(where: str, table: Mapping[str, Any], sort: Any, problems: list[str]) -> None:
    known = _names_of(sort)
    problems += [f"{where}.{key}: unknown key; {_hint(key, known)} / 未知键" for key in table if key not in known]


def _hint(key: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def _word(table: Mapping[str, Any], key: str, problems: list[str]) -> str:
    found = table.get(key, "")
    if not isinstance(found, str):
        problems.append(f"functions.{key}: expected the name of a door, found {found!r} / 应为通道名称")
        return ""
    return found


def _tables(
    table: Mapping[str, Any], key: str, sort: Any, known: Mapping[str, object], problems: list[str]
) -> dict[str, Any]:
    given = table.get(key, {})
    if not isinstance(given, dict):
        problems.append(f"functions.{key}: expected tables by name, found {given!r} / 应为表")
        return {}
    made: dict[str, Any] = {}
    for name, each in cast("dict[str, object]", given).items():
        where = f"functions.{key}.{name}"
        if name != OTHERS and name not in known:
            problems.append(f"{where}: nothing is called so; {_hint(name, (OTHERS, *known))} / 无此名称")
        elif not isinstance(each, dict):
            problems.append(f"{where}: expected a table, found {each!r} / 应为表")
        else:
            made[name] = _one(where, cast("dict[str, Any]", each), sort, problems)
    return {name: each for name, each in made.items() if each is not None}


def _one(where: str, table: Mapping[str, Any], sort: Any, problems: list[str]) -> Any:
    before = len(problems)
    _keys(where, table, sort, problems)
    found: dict[str, Any] = {}
    for name in (each for each in _names_of(sort) if each in table):
        given = table[name]
        if name in ("fields", "words"):
            shape: Any = dict[str, str] if name == "fields" else dict[str, dict[str, str]]
            found[name] = _converted(f"{where}.{name}", given, shape, problems)
        elif isinstance(given, dict):
            known = len(problems)
            _keys(f"{where}.{name}", cast("dict[str, Any]", given), Request, problems)
            if len(problems) == known:
                found[name] = _converted(f"{where}.{name}", given, Request, problems)
        elif given is not False:
            problems.append(
                f"{where}.{name}: expected a request such as {{ get = … }}, or false where there is none, found "
                f"{given!r} / 应为请求或 false"
            )
        else:
            found[name] = False
    return msgspec.convert(found, sort, from_attributes=True) if len(problems) == before else None


def _converted(where: str, given: object, sort: Any, problems: list[str]) -> Any:
    try:
        return msgspec.convert(given, sort)
    except msgspec.ValidationError as error:
        problems.append(f"{where}: {error} / 取值无效")
        return None


def _contradictions(made: Functions, access: Access | None) -> Iterator[str]:
    doors = () if access is None else tuple(access.doors)
    for key in ("door", "pages"):
        named = getattr(made, key)
        if named and named not in doors:
            yield f"functions.{key}: there is no door {named!r} in [access.doors]; {_hint(named, doors)} / 无此通道"
    if access is None and (made.objects or made.analyses):
        yield "functions: expected section [access], with the doors and accounts they are called through / 缺少 access"
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
        yield f"{where}: expected a request such as {{ get = … }}, or false where there is none / 应为请求或 false"
    if not isinstance(given, Request):
        return
    if not given.method:
        yield f"{where}: expected one of get, post, put, delete, patch with a target / 缺少请求方法"
    if rows and not given.rows:
        yield f"{where}.rows: expected an expression for the rows of the answer, such as answer.json.rows / 缺少 rows"
    for key, text in given.templates:
        yield from faults(f"{where}.{key}", text)
    for key in ("rows", "key", "done"):
        if text := getattr(given, key):
            yield from faults(f"{where}.{key}", text, expression=True)
