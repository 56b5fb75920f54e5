"""The addresses of the pages: login, lists and forms, analyses with their charts, alarms, log, big screen.

Leaves who may see what to the desk, and every change to the API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from simulators.platform.accounting import book
from simulators.platform.accounting.lines import Line, belongs
from simulators.platform.core import EVERYBODY, Desk, Refused, route
from simulators.platform.core.api import COOKIE
from simulators.platform.core.kinds import Kind, instant, plain, shown
from simulators.platform.core.rights import may
from simulators.platform.core.times import DAY, HOUR, local, start_of
from simulators.platform.pages import charts, forms
from simulators.platform.pages.choices import NAMED, spoken
from simulators.platform.pages.words import ROLES, field, say

_HERE = Path(__file__).parent
_FILES = {"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8"}
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}
_PAGE = 50
_LANGUAGE = "lang"
_SHOWN_FIELDS = 9
_OWN = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")
"""An address of this platform; a browser takes `/\\host` for another's, and leaves out tabs."""
_ONE_YEAR_S = 31_536_000


@cache
def engine() -> jinja2.Environment:
    """The templates."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals["url"] = lambda path, **query: f"{path}?{urlencode(query)}" if query else path  # pyright: ignore[reportArgumentType]
    made.filters["path"] = lambda text: quote(str(text), safe="")
    return made


def chinese(request: Request) -> bool:
    """The language of a page: as asked, as chosen before, as the browser prefers, else Chinese."""
    told = request.query_params.get(_LANGUAGE) or request.cookies.get(_LANGUAGE, "")
    if told in ("zh", "en"):
        return told == "zh"
    return not request.headers.get("accept-language", "zh").lower().startswith("en")


def page(desk: Desk, request: Request, name: str, status: int = 200, **known: Any) -> Response:
    """A page."""
    zh = chinese(request)
    account = desk.account
    other = dict(request.query_params) | {_LANGUAGE: "en" if zh else "zh"}
    told = {
        "zh": zh,
        "say": lambda word: say(word, zh),
        "field": lambda word: field(word, zh),
        "text": lambda each: each.zh if zh else each.en,
        "show": lambda name, value: spoken(forms.shown(name, value), zh and name in NAMED),
        "choose": lambda value: spoken(value, zh),
        "account": account,
        "role": ROLES.get(account.role, (account.role, account.role))[zh],
        "platform": desk.name,
        "csrf": csrf(desk, request),
        "other": f"{request.url.path}?{urlencode(other)}",
        "here": request.url.path,
        "menu": menu(desk),
        "now": forms.when(desk.now_us),
        **known,
    }
    body = engine().get_template(f"{name}.html.j2").render(told)
    answer = Response(body, status, _SAFE, "text/html; charset=utf-8")
    if request.query_params.get(_LANGUAGE) in ("zh", "en"):
        chosen = "zh" if zh else "en"
        answer.set_cookie(_LANGUAGE, chosen, max_age=_ONE_YEAR_S, samesite="strict", expires=None)
    return answer


def csrf(desk: Desk, request: Request) -> str:
    """What a form of this page sends beside the cookie."""
    found = desk.office.accounts.who(request.cookies.get(COOKIE, ""))
    return "" if found is None else found[1].csrf


def menu(desk: Desk) -> list[str]:
    """The pages of the head that an account has."""
    if desk.account.role == "public":
        return ["open"]
    found = ["overview", "objects", "analyses", "alarms"]
    if desk.account.role in ("administrator", "auditor", "manager"):
        found.append("audit")
    return [*found, "screen", "open"]


Page = Callable[[Desk, Request], Any]


def behind_login(function: Page) -> Page:
    """A page for whoever is logged in; others are sent to the login, and what is refused is told as a page."""

    async def shown_to(desk: Desk, request: Request) -> Response:
        if desk.account.role == "public":
            target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            chosen = {_LANGUAGE: request.query_params[_LANGUAGE]} if _LANGUAGE in request.query_params else {}
            return RedirectResponse(f"/login?{urlencode({'next': target, **chosen})}", 303)
        try:
            return await function(desk, request)
        except Refused as refused:
            word = "missing" if refused.status == 404 else "refused" if refused.status == 403 else "wrong"
            told = refused.zh if chinese(request) else refused.en
            return page(desk, request, "told", refused.status, word=word, told=told)

    shown_to.__name__, shown_to.__doc__ = function.__name__, function.__doc__
    shown_to.__module__ = function.__module__
    return shown_to


@route("GET", "/files/{name}", roles=EVERYBODY)
async def file(desk: Desk, request: Request) -> Response:
    """Style and script."""
    name = request.path_params["name"]
    if name not in _FILES:
        raise Refused(404, "there is no such file", "没有该文件")
    return Response((_HERE / "files" / name).read_bytes(), media_type=_FILES[name])


@route("GET", "/login", roles=EVERYBODY)
async def login(desk: Desk, request: Request) -> Response:
    """The form of the login, which its script sends to the API."""
    target = request.query_params.get("next", "/")
    return page(desk, request, "login", target=target if _OWN.fullmatch(target) else "/")


@route("GET", "/", roles=EVERYBODY)
@behind_login
async def overview(desk: Desk, request: Request) -> Response:
    """Figures of today, this month and this year, the hours of today, and what stands."""
    return page(desk, request, "overview", **figures(desk, chinese(request)))


@route("GET", "/screen", roles=EVERYBODY)
@behind_login
async def screen(desk: Desk, request: Request) -> Response:
    """The same for a big screen, fetched anew each minute."""
    return page(desk, request, "screen", **figures(desk, chinese(request), wide=True))


def _number(value: Any) -> Fraction | None:
    try:
        return None if value in (None, "") else Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None


def whole(desk: Desk) -> tuple[str, str]:
    """What the account of somebody is about: the park, the region, or the enterprise."""
    account = desk.account
    if account.enterprise:
        return "enterprise", account.enterprise
    if account.role == "government" and account.region:
        return "region", account.region
    parks = [each.id for each in desk.objects("park")]
    return "park", account.park or (parks[0] if parks else "")


def emitted(lines: Iterable[Line], of: str, id: str) -> Fraction | None:
    """What lines of the account add up to for a thing, tCO2; None where it has none."""
    mine = [each for each in lines if belongs(each, of, id) and not each.apart]
    return sum((each.tonnes or Fraction(0) for each in mine), Fraction(0)) if mine else None


def figures(desk: Desk, zh: bool, *, wide: bool = False) -> dict[str, Any]:
    """What overview and screen show."""
    of, id = whole(desk)
    account = book(desk)
    now = desk.now_us
    today = start_of("day", now)
    first = today - 29 * DAY
    month = start_of("month", now)
    of_month = list(account.lines(month, today + DAY, "day"))
    spans = (
        ("today", list(account.lines(today, today + DAY, "hour"))),
        ("month", of_month),
        ("year", list(account.lines(start_of("year", now), today + DAY, "month"))),
    )
    tiles = [(say(word, zh), _shown(emitted(lines, of, id)), "tCO₂") for word, lines in spans]
    points = [
        (f"{hour:02d}", emitted((each for each in spans[0][1] if each.start == today + hour * HOUR), of, id))
        for hour in range(24)
    ]
    recent = list(account.lines(first, today + DAY, "day"))
    days = [
        (f"{local(day):%m-%d}", emitted((each for each in recent if day <= each.start < day + DAY), of, id))
        for day in range(first, today + DAY, DAY)
    ]
    homes = desk.objects("enterprise")
    ranked = [(each.name, value) for each in homes if (value := emitted(of_month, "enterprise", each.id)) is not None]
    alarms = [each for each in desk.alarms() if not each.cleared]
    size = {"width": 900, "height": 400} if wide else {}
    return {
        "tiles": tiles,
        "hourly": charts.columns(points, "tCO₂", say("hourly", zh), **size),
        "daily": charts.columns(days, "tCO₂", say("daily", zh), **size),
        "ranked": charts.bars(
            sorted(ranked, key=lambda each: -each[1]), "tCO₂", say("by-enterprise", zh), width=size.get("width", 760)
        ),
        "alarms": alarms[::-1][:12],
        "counts": [
            (say("enterprises", zh), len(homes)),
            (say("points", zh), len(desk.objects("point"))),
            (say("terminals", zh), len(desk.objects("terminal"))),
            (say("standing", zh), len(alarms)),
        ],
        "about": id,
    }


def _of_row(row: Mapping[str, Any] | None) -> Fraction | None:
    return None if row is None or row.get("state") == "missing" else _number(row.get("value"))


def _shown(value: Fraction | None) -> str:
    return "–" if value is None else f"{float(value):,.3f}" if abs(value) < 1000 else f"{float(value):,.1f}"


# Objects of every kind.


@route("GET", "/objects", roles=EVERYBODY)
@behind_login
async def kinds(desk: Desk, request: Request) -> Response:
    """Every kind that somebody may see."""
    found = [each for each in desk.office.ground.plans.kinds.values() if may(desk.account, "list", each)]
    counts = {each.name: len(desk.objects(each.name)) for each in found}
    return page(desk, request, "kinds", kinds=sorted(found, key=lambda each: each.name), counts=counts)


def _kind(desk: Desk, request: Request) -> Kind:
    kind = desk.office.objects.kind(request.path_params["kind"])
    if not may(desk.account, "list", kind):
        raise Refused(403, f"your role may not read {kind.name}", f"当前角色无权查看{kind.zh}")
    return kind


@route("GET", "/objects/{kind}", roles=EVERYBODY)
@behind_login
async def objects(desk: Desk, request: Request) -> Response:
    """The objects of a kind, a page of them, found by a text."""
    kind = _kind(desk, request)
    rows = [shown(each, kind) for each in desk.objects(kind.name)]
    wanted = request.query_params.get("search", "").strip()
    if wanted:
        rows = [row for row in rows if any(wanted in str(value) for value in row.values())]
    number = _whole(request.query_params.get("page", "1"))
    names = [name for name in kind.fields if name not in kind.secret][:_SHOWN_FIELDS]
    first = (number - 1) * _PAGE
    return page(
        desk,
        request,
        "objects",
        kind=kind,
        names=names,
        rows=rows[first : first + _PAGE],
        total=len(rows),
        number=number,
        pages=max(1, -(-len(rows) // _PAGE)),
        search=wanted,
        writes=may(desk.account, "change", kind),
    )


def _whole(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _fields(desk: Desk, kind: Kind) -> list[forms.Field]:
    def known(name: str) -> tuple[str, ...]:
        try:
            return tuple(each.id for each in desk.objects(name))
        except Refused:
            return ()

    return forms.fields_of(kind.shape, kind.fields, secret=kind.secret, known=known)


@route("GET", "/objects/{kind}/new", roles=EVERYBODY)
@behind_login
async def new(desk: Desk, request: Request) -> Response:
    """An empty form of a kind."""
    kind = _kind(desk, request)
    if not may(desk.account, "change", kind):
        raise Refused(403, f"your role may not create {kind.name}", f"当前角色无权新增{kind.zh}")
    return page(
        desk, request, "form", kind=kind, fields=_fields(desk, kind), values={}, key="", versions=(), writes=True
    )


@route("GET", "/objects/{kind}/edit/{key}", roles=EVERYBODY)
@behind_login
async def edit(desk: Desk, request: Request) -> Response:
    """An object in its form, with its versions."""
    kind = _kind(desk, request)
    key = request.path_params["key"]
    values = shown(desk.object(kind.name, key), kind)
    fields = _fields(desk, kind)
    inputs = {each.name: forms.into_input(each.sort, values.get(each.name)) for each in fields}
    return page(
        desk,
        request,
        "form",
        kind=kind,
        fields=fields,
        values=inputs,
        key=key,
        versions=desk.versions(kind.name, key)[::-1],
        writes=may(desk.account, "change", kind),
    )


# Analyses.


@route("GET", "/analyses", roles=EVERYBODY)
@behind_login
async def analyses(desk: Desk, request: Request) -> Response:
    """Every analysis that somebody may ask for."""
    found = [each for each in desk.office.ground.plans.analyses.values() if may(desk.account, "ask", each)]
    return page(desk, request, "analyses", plans=sorted(found, key=lambda each: each.name))


@route("GET", "/analyses/{name}", roles=EVERYBODY)
@behind_login
async def analysis(desk: Desk, request: Request) -> Response:
    """An analysis: its question as a form, its answer as chart and table."""
    plan = desk.office.ground.plans.analyses.get(request.path_params["name"])
    if plan is None:
        raise Refused(404, "there is no such analysis", "没有该分析")
    asked = {name: text for name, text in request.query_params.items() if name != _LANGUAGE and text}
    fields = [] if plan.query is None else forms.fields_of(plan.query, plan.notes)
    rows: list[Mapping[str, Any]] = []
    problem = ""
    if asked or not fields:
        try:
            rows = plain(desk.call(plan, asked))
        except Refused as refused:
            problem = refused.zh if chinese(request) else refused.en
    now = desk.now_us
    usual = {"from": start_of("day", now), "to": start_of("day", now) + DAY, "period": "hour", "of": whole(desk)[0]}
    usual |= {"id": whole(desk)[1], "enterprise": desk.account.enterprise, "year": str(local(now).year)}
    values = {each.name: forms.into_input(each.sort, usual.get(each.name)) for each in fields}
    for each in fields:
        if each.name in asked:
            values[each.name] = _again(each, asked[each.name])
    return page(
        desk,
        request,
        "analysis",
        plan=plan,
        fields=fields,
        values=values,
        names=list(dict.fromkeys(name for row in rows for name in row))[: _SHOWN_FIELDS + 3],
        rows=rows[:1000],
        total=len(rows),
        asked=asked,
        problem=problem,
        chart=chart(rows, plan.zh if chinese(request) else plan.en),
    )


def _again(field_: forms.Field, text: str) -> str:
    """What was asked, in its input again; what is no instant stands there as it was given."""
    if field_.sort != "instant":
        return text
    try:
        return forms.into_input("instant", instant(text, field_.name))
    except Refused:
        return text


def chart(rows: Sequence[Mapping[str, Any]], title: str) -> str:
    """Columns where rows have a start, bars where they have names; nothing where there is no one value."""
    units = {row.get("unit", "") for row in rows}
    if not rows or len(units) != 1 or "value" not in rows[0]:
        return ""
    unit = str(next(iter(units)))
    starts = [row.get("start") for row in rows]
    if all(isinstance(each, int) for each in starts) and len(set(starts)) == len(rows):
        fine = any((each or 0) % HOUR or local(each or 0).hour for each in starts)
        points = [(f"{local(row['start']):{'%H:%M' if fine else '%m-%d'}}", _of_row(row)) for row in rows]
        return charts.columns(points, unit, title)
    name = next(
        (each for each in ("footprint", "emitter", "supply", "id", "group", "subject", "stage") if each in rows[0]), ""
    )
    if not name:
        return ""
    named = [(_label(row, name), value) for row in rows if (value := _number(row.get("value"))) is not None]
    return charts.bars(named, unit, title)


def _label(row: Mapping[str, Any], name: str) -> str:
    more = next((str(row[each]) for each in ("group", "stage", "nature") if each != name and row.get(each)), "")
    return f"{row.get(name)} {more}".strip()


# Alarms, log, what everybody sees.


@route("GET", "/alarms", roles=EVERYBODY)
@behind_login
async def alarms(desk: Desk, request: Request) -> Response:
    """Alarms, newest first."""
    found = desk.alarms()[::-1]
    return page(desk, request, "alarms", alarms=found[:500], total=len(found))


@route("GET", "/audit", roles=EVERYBODY)
@behind_login
async def audit(desk: Desk, request: Request) -> Response:
    """The log, newest first, by who and what."""
    if desk.account.role not in ("administrator", "auditor", "manager"):
        raise Refused(403, "your role may not read the log", "当前角色无权查看审计日志")
    user, kind = (request.query_params.get(name, "") for name in ("user", "kind"))
    found = desk.audit(user=user, kind=kind)[::-1]
    return page(desk, request, "audit", entries=found[:500], total=len(found), user=user, of=kind)


@route("GET", "/open", roles=EVERYBODY)
async def open_pages(desk: Desk, request: Request) -> Response:
    """What everybody may see: articles and disclosures."""
    return page(desk, request, "open", articles=_published(desk, "publications"), rows=_published(desk, "disclosed"))


def _published(desk: Desk, name: str) -> Iterable[Any]:
    try:
        return plain(desk.ask(name))
    except Refused:
        return []
