"""The JSON API of people and programs, one for all kinds and analyses (docs/PLATFORM.md).

Leaves what is done to the desk, listening to `serving`. An answer that is not 2xx is `{"problem", "problem_zh"}`, one
sentence each. What is wrong is told in the order address, method, who asks, right, parameters, body.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from simulators.platform.core import csv_text
from simulators.platform.core.desk import Desk
from simulators.platform.core.kinds import Kind, Number, instant, plain, shown
from simulators.platform.core.office import Office
from simulators.platform.core.plans import Plan
from simulators.platform.core.rights import PUBLIC, check_read, may
from simulators.platform.core.seams import seam
from simulators.platform.core.sentences import Refused, forbidden, unknown, wrong

MOST_BODY = 64 * 1024 * 1024
"""Octets of a file."""
MOST_JSON = 4 * 1024 * 1024
MOST_LOGIN = 16 * 1024
"""Octets of what is read of somebody who is not known yet."""
COOKIE = "session"
_SAFE = ("GET", "HEAD")
_PAGE = ("limit", "offset", "as_of", "search")
Handler = Callable[[Desk, Request], Awaitable[Response]]
_log = logging.getLogger("simulators.platform")


_decoder = msgspec.json.Decoder(float_hook=Number)


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(plain(body)), status, headers, "application/json; charset=utf-8")


def told(refused: Refused) -> Response:
    """A refusal as an answer."""
    headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else None
    return answer({"problem": refused.en, "problem_zh": refused.zh}, refused.status, headers)


async def body_of(request: Request, most: int = MOST_BODY) -> bytes:
    """The octets of a body. Raises Refused if there are too many."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > most:
            raise Refused(413, f"the body is longer than {most} octets", f"请求体超过 {most} 字节")
    return bytes(found)


async def json_of(request: Request, most: int = MOST_JSON) -> dict[str, Any]:
    """The JSON object of a body; numbers with a fraction stay the text they are. Raises Refused."""
    octets = await body_of(request, most)
    try:
        found = _decoder.decode(octets) if octets else {}
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Refused(400, "the body is no JSON", "请求体不是 JSON") from None
    if not isinstance(found, dict):
        raise Refused(400, "the body is no JSON object", "请求体不是 JSON 对象")
    return found


class Api:
    """The addresses of one platform; `app` is the ASGI application."""

    def __init__(self, office: Office, more: Sequence[BaseRoute] = ()) -> None:
        self._office = office
        found: list[BaseRoute] = [
            Route("/api/login", self._wrapped(self._login), methods=["POST"]),
            Route("/api/logout", self._wrapped(self._logout), methods=["POST"]),
            Route("/api/password", self._wrapped(self._password), methods=["POST"]),
            Route("/api/me", self._wrapped(self._me), methods=["GET"]),
            Route("/api/health", self._wrapped(self._health), methods=["GET"]),
            Route("/api/kinds", self._wrapped(self._kinds), methods=["GET"]),
            Route("/api/objects/{kind}", self._wrapped(self._list), methods=["GET"]),
            Route("/api/objects/{kind}", self._wrapped(self._create), methods=["POST"]),
            Route("/api/objects/{kind}/import", self._wrapped(self._import), methods=["POST"]),
            Route("/api/objects/{kind}/export", self._wrapped(self._export), methods=["GET"]),
            Route("/api/objects/{kind}/{key}", self._wrapped(self._get), methods=["GET"]),
            Route("/api/objects/{kind}/{key}", self._wrapped(self._change), methods=["PUT", "PATCH"]),
            Route("/api/objects/{kind}/{key}", self._wrapped(self._remove), methods=["DELETE"]),
            Route("/api/objects/{kind}/{key}/versions", self._wrapped(self._versions), methods=["GET"]),
            Route("/api/analyses", self._wrapped(self._analyses), methods=["GET"]),
            Route("/api/analyses/{name}", self._wrapped(self._ask), methods=["GET"]),
            Route("/api/actions/{name}", self._wrapped(self._act), methods=["POST"]),
        ]
        for plan in office.ground.plans.routes:
            found.append(Route(plan.name, self._wrapped(self._routed(plan)), methods=[plan.method]))
        self.app = Starlette(
            routes=[*found, *more],
            exception_handlers={HTTPException: self._no_address},  # pyright: ignore[reportArgumentType]
        )

    async def _no_address(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            return told(Refused(405, f"{request.method} is not for this address", f"该地址不支持 {request.method}"))
        if error.status_code == 404:
            return told(Refused(404, "there is no such address", "没有该地址"))
        return told(Refused(error.status_code, "the request is not understood", "无法理解该请求"))

    def _wrapped(
        self, handler: Callable[[Desk, Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            desk = Desk(self._office, PUBLIC)
            try:
                desk = self._desk(request)
                return await handler(desk, request)
            except Refused as refused:
                self._refused(desk, request, refused)
                return told(refused)
            except ClientDisconnect:
                return Response(status_code=400)
            except (MultiPartException, HTTPException, UnicodeError):
                return told(Refused(400, "the request is not understood", "无法理解该请求"))
            except Exception:
                _log.error("%s %r\n%s", request.method, request.url.path, traceback.format_exc())
                return told(
                    Refused(500, "the platform failed at this request; it is in its log", "平台内部错误，已记入日志")
                )

        return handle

    def _refused(self, desk: Desk, request: Request, refused: Refused) -> None:
        """An attempt at what is not allowed stands in the log."""
        if refused.status == 403 or (refused.status == 404 and request.method not in _SAFE):
            subject = request.path_params.get("key", "") or request.url.path
            kind = request.path_params.get("kind", "")
            self._office.audit.note(
                desk.account, request.method.lower(), kind, subject, outcome="refused", detail=refused.en
            )

    # Who asks.

    def _token(self, request: Request) -> tuple[str, bool]:
        """The token of a request, and whether the browser brought it by itself."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return token.strip(), False
        try:
            found = SimpleCookie(request.headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            found = None
        return (found.value, True) if found is not None else ("", False)

    @seam
    def _desk(self, request: Request) -> Desk:
        """The desk of who asks; nobody's for who shows no token. Raises Refused for one that holds no longer."""
        token, by_cookie = self._token(request)
        if not token:
            return Desk(self._office, PUBLIC)
        found = self._office.accounts.who(token)
        if found is None:
            # A page sends whose session is over to the login by itself.
            if request.url.path == "/api/login" or not request.url.path.startswith(("/api/", "/open/")):
                return Desk(self._office, PUBLIC)
            raise Refused(401, "the session is over; log in again", "会话已失效，请重新登录")
        account, session = found
        if by_cookie and request.method not in _SAFE and request.url.path != "/api/login":
            self._check_forged(request, session.csrf)
        return Desk(self._office, account)

    def _check_forged(self, request: Request, csrf: str) -> None:
        """A cookie alone changes nothing: what a page of ours knows goes with it. Raises Refused."""
        if request.headers.get("x-csrf-token", "") != csrf:
            raise Refused(403, "the header X-CSRF-Token is missing or wrong", "缺少 X-CSRF-Token 或其值不符")

    def _known(self, desk: Desk) -> None:
        if desk.account is PUBLIC:
            raise _nobody()

    async def _login(self, desk: Desk, request: Request) -> Response:
        body = await json_of(request, MOST_LOGIN)
        name, password = body.get("account"), body.get("password")
        if not isinstance(name, str) or not isinstance(password, str):
            raise wrong("account", "account and password are expected as text", "须以文本给出 account 与 password")
        token, csrf = self._office.accounts.login(name, password)
        account = self._office.accounts.account(name)
        secure = "; Secure" if request.url.scheme == "https" else ""
        cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}"
        return answer(
            {"token": token, "csrf": csrf, "account": name, "role": account.role if account else ""},
            headers={"Set-Cookie": cookie},
        )

    async def _logout(self, desk: Desk, request: Request) -> Response:
        self._known(desk)
        self._office.accounts.logout(self._token(request)[0])
        self._office.audit.note(desk.account, "logout", "account", desk.account.name)
        return answer({}, headers={"Set-Cookie": f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"})

    async def _password(self, desk: Desk, request: Request) -> Response:
        self._known(desk)
        body = await json_of(request, MOST_LOGIN)
        self._office.accounts.change_own(desk.account, str(body.get("old", "")), str(body.get("new", "")))
        return answer({})

    async def _me(self, desk: Desk, request: Request) -> Response:
        self._known(desk)
        account = desk.account
        return answer(
            {
                "account": account.name,
                "role": account.role,
                "enterprise": account.enterprise,
                "park": account.park,
                "region": account.region,
            }
        )

    async def _health(self, desk: Desk, request: Request) -> Response:
        return answer({"name": desk.name, "now": desk.now_us})

    # What there is.

    async def _kinds(self, desk: Desk, request: Request) -> Response:
        rows = [
            {
                "kind": each.name,
                "en": each.en,
                "zh": each.zh,
                "tenant": each.tenant,
                "fields": list(each.fields),
                "read": may(desk.account, "list", each),
                "write": may(desk.account, "change", each),
            }
            for each in self._office.ground.plans.kinds.values()
            if desk.account is not PUBLIC or may(PUBLIC, "list", each)
        ]
        return answer({"rows": rows})

    async def _analyses(self, desk: Desk, request: Request) -> Response:
        plans = self._office.ground.plans
        rows = [
            {"name": each.name, "sort": each.sort, "en": each.en, "zh": each.zh, "query": list(each.notes)}
            for each in (*plans.analyses.values(), *plans.actions.values())
            if may(desk.account, "ask" if each.sort == "analysis" else "act", each)
        ]
        return answer({"rows": rows})

    # Objects.

    def _kind(self, desk: Desk, request: Request) -> Kind:
        kind = self._office.objects.kind(request.path_params["kind"])
        if desk.account is PUBLIC and kind.tenant != "public":
            raise _nobody()
        return kind

    @seam
    def _found(self, desk: Desk, request: Request, kind: Kind) -> list[dict[str, Any]]:
        query = dict(request.query_params)
        page = {name: query.pop(name) for name in _PAGE if name in query}
        as_of = instant(page["as_of"], "as_of") if "as_of" in page else None
        things = self._office.objects.listed(desk, kind, query, as_of=as_of)
        rows = [shown(each, kind) for each in things]
        if "search" in page:
            rows = [row for row in rows if any(page["search"] in str(value) for value in row.values())]
        first, most = (_whole(page.get(name), name) for name in ("offset", "limit"))
        rows = rows[first or 0 :]
        return rows if most is None else rows[:most]

    async def _list(self, desk: Desk, request: Request) -> Response:
        return answer({"rows": self._found(desk, request, self._kind(desk, request))})

    async def _get(self, desk: Desk, request: Request) -> Response:
        kind = self._kind(desk, request)
        return answer(shown(self._office.objects.get(desk, kind, request.path_params["key"]), kind))

    async def _create(self, desk: Desk, request: Request) -> Response:
        kind = self._kind(desk, request)
        if not may(desk.account, "create", kind):
            raise forbidden(f"create {kind.name}")
        return answer({"id": self._office.objects.create(desk, kind, await json_of(request))}, 201)

    async def _change(self, desk: Desk, request: Request) -> Response:
        kind = self._kind(desk, request)
        if not may(desk.account, "change", kind):
            raise forbidden(f"change {kind.name}")
        body = await json_of(request)
        changed = self._office.objects.change(desk, kind, request.path_params["key"], body)
        return answer(shown(changed, kind))

    async def _remove(self, desk: Desk, request: Request) -> Response:
        self._office.objects.remove(desk, self._kind(desk, request), request.path_params["key"])
        return answer({})

    async def _versions(self, desk: Desk, request: Request) -> Response:
        kind = self._kind(desk, request)
        rows = [
            {
                **plain(each.thing),
                "version": each.version,
                "action": each.what,
                "at": each.at,
                "author": each.by,
                "valid_from": each.valid_from,
                "before": each.before,
                "after": each.after,
            }
            for each in self._office.objects.versions(desk, kind, request.path_params["key"])
        ]
        return answer({"rows": rows})

    async def _import(self, desk: Desk, request: Request) -> Response:
        kind = self._kind(desk, request)
        if not may(desk.account, "import", kind):
            raise forbidden(f"import {kind.name}")
        rows = csv_text.read(await file_of(request))
        keys: list[str] = []
        with self._office.ground.db.begin():
            for number, row in enumerate(rows, 2):
                try:
                    keys.append(self._office.objects.create(desk, kind, row))
                except Refused as refused:
                    raise Refused(
                        refused.status, f"line {number}: {refused.en}", f"第 {number} 行：{refused.zh}"
                    ) from None
            self._office.audit.note(desk.account, "import", kind.name, detail={"rows": len(keys)})
        return answer({"rows": [{"id": key} for key in keys]}, 201)

    async def _export(self, desk: Desk, request: Request) -> Response:
        kind = self._kind(desk, request)
        check_read(desk.account, kind, "export")
        rows = self._found(desk, request, kind)
        self._office.audit.note(desk.account, "export", kind.name, detail={"rows": len(rows)})
        return _table([name for name in kind.fields if name not in kind.secret], rows, kind.name)

    # Analyses and actions.

    @seam
    async def _ask(self, desk: Desk, request: Request) -> Response:
        plan = self._plan(desk, request, self._office.ground.plans.analyses, "analysis")
        query = dict(request.query_params)
        form = query.pop("format", "json")
        rows = plain(desk.call(plan, query))
        if form == "csv":
            names = list(dict.fromkeys(name for row in rows for name in row))
            desk.note("export", plan.name)
            return _table(names, rows, plan.name)
        return answer({"rows": rows})

    @seam
    async def _act(self, desk: Desk, request: Request) -> Response:
        plan = self._plan(desk, request, self._office.ground.plans.actions, "action")
        if not may(desk.account, "act", plan):
            raise forbidden(plan.name)
        body = await json_of(request)
        with self._office.ground.db.begin():
            rows = desk.call(plan, body)
            self._office.audit.note(desk.account, plan.name, "action", detail=plain(body) if body else None)
        return answer({"rows": rows})

    def _plan(self, desk: Desk, request: Request, plans: Mapping[str, Plan], sort: str) -> Plan:
        found = plans.get(request.path_params["name"])
        if found is None:
            raise unknown(sort, request.path_params["name"][:80])
        if desk.account is PUBLIC and not may(PUBLIC, "ask", found):
            raise _nobody()
        return found

    def _routed(self, plan: Plan) -> Handler:
        async def handle(desk: Desk, request: Request) -> Response:
            if not may(desk.account, "ask", plan):
                if desk.account is PUBLIC:
                    raise _nobody()
                raise forbidden(f"use {plan.name}")
            found = await plan.function(desk, request)
            return found if isinstance(found, Response) else answer({"rows": found})

        return handle


def _nobody() -> Refused:
    return Refused(401, "log in first", "请先登录")


async def file_of(request: Request) -> bytes:
    """The file of a request: its whole body, or the one file of a form (multipart/form-data). Raises Refused."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await body_of(request)
    async with request.form(max_files=1, max_part_size=MOST_BODY) as form:
        for value in form.values():
            if not isinstance(value, str):
                # In place, whatever its size: a read in a thread has no place in virtual time.
                value.file.seek(0)
                return value.file.read(MOST_BODY)
    raise Refused(400, "the form has no file", "表单中没有文件")


def _table(names: list[str], rows: list[dict[str, Any]], title: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(title)}.csv"
    return Response(
        csv_text.write(names, rows), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


def _whole(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise wrong(name, f"expected a whole number, got {text[:20]!r}", f"应为非负整数，收到“{text[:20]}”")
    return int(text)
