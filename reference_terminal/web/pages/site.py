"""The pages as addresses: login with a cookie, every page of `content`, forms, files (ISC-2 8.1, 8.2; CSMT 10.6).

Leaves what a page shows to `content`, and every right to the guard. A form is sent on to its address of the interface
as if its sender had asked there, so that a page can do nothing that its reader may not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

import jinja2

from reference_terminal.access.desk import Desk
from reference_terminal.access.rights import Right
from reference_terminal.access.sessions import COOKIE, Session
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.seams import seam
from reference_terminal.model.times import iso
from reference_terminal.settings.config import Config
from reference_terminal.web import refusals
from reference_terminal.web.accounts import Door
from reference_terminal.web.errors import HttpError
from reference_terminal.web.guard import COOKIE_NAME, FORM, PROOF, DeskGuard, cookie_of
from reference_terminal.web.pages import content
from reference_terminal.web.pages.asks import Asks, ShownPage
from reference_terminal.web.pages.blocks import Facts, Field, Form, Links, Page
from reference_terminal.web.pages.instants import as_sent
from reference_terminal.web.pages.vocabulary import IN_CHINESE, ROLES
from reference_terminal.web.router import ROOT, Addresses, Route, Router
from reference_terminal.web.server import MAX_OCTETS, Answer, Request

_HERE = Path(__file__).parent
_FILES = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "uPlot.min.css": "text/css; charset=utf-8",
    "uPlot.iife.min.js": "text/javascript; charset=utf-8",
}
SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_HTML = {"Content-Type": "text/html; charset=utf-8", **SAFE}
_LANGUAGES = ("zh", "en")
_MOST_FIELDS = 100
_PASSWORD = Field("password", Text("Password", "口令"), input="password")
_NAME = Field("name", Text("Account", "账户"))
_CODE = Field("code", Text("One-time code (if used)", "动态口令（如已启用）"), needed=False)


_WORDS = {
    "skip": Text("To the content", "跳到正文"),
    "menu": Text("Pages", "页面"),
    "logout": Text("Log out", "退出"),
    "nothing": Text("Nothing here", "暂无数据"),
    "file": Text("File", "文件"),
    "choose": Text("Choose a file", "选择文件"),
    "no_file": Text("none chosen yet", "尚未选择"),
    "needed": Text("Please fill this in", "请填写此项"),
    "wrong": Text("Please type it as", "请按此格式填写："),
    "sure": Text("Are you sure?", "确定执行？"),
}


@cache
def _template() -> jinja2.Template:
    """The page of all pages, compiled once a process."""
    loader = jinja2.FileSystemLoader(_HERE / "templates")
    return jinja2.Environment(loader=loader, autoescape=True).get_template("page.html.j2")


@cache
def _files() -> Mapping[str, bytes]:
    return {name: (_HERE / "files" / name).read_bytes() for name in _FILES}


class Needs(Protocol):
    """What pages use of a terminal themselves."""

    config: Config
    clock: WallClock


class Pages(Addresses):
    """All pages of one door; `secured`: its cookies go over TLS only."""

    def __init__(self, terminal: Needs, desk: Desk, guard: DeskGuard, door: Door, *, secured: bool = False) -> None:
        self._terminal = terminal
        self._desk = desk
        self._guard = guard
        self._door = door
        self._secured = secured
        self.router: Router | None = None
        self._template = _template()
        self._files = _files()
        shown = [_page(each.path, each.right, each.query, "show") for each in content.PAGES]
        self.routes = (
            _page("/", Right.OPEN, (), "first"),
            _page("/login", Right.OPEN, ("to",), "login_form"),
            _page("/login", Right.OPEN, (), "log_in", "POST"),
            _page("/password", Right.OPEN, (), "password_form"),
            _page("/password", Right.OPEN, (), "change_password", "POST"),
            _page("/logout", Right.OWN, (), "log_out", "POST"),
            _page("/form", Right.OWN, (), "take_form", "POST"),
            _page("/backup", Right.CONFIGURE, (), "back_up", "POST"),
            *(_page(f"/files/{name}", Right.OPEN, (), "file") for name in _FILES),
            *shown,
        )

    # Files and the first page

    def file(self, query: dict[str, str], request: Request) -> Answer:
        """A style sheet or script of the package."""
        del query
        name = request.path.removeprefix("/files/")
        return Answer(200, self._files[name], {"Content-Type": _FILES[name], **SAFE, "Cache-Control": "max-age=3600"})

    def first(self, query: dict[str, str], request: Request) -> Answer:
        """The first page its reader may see."""
        del query
        session = self._guard.session(request)
        if session is None:
            return _go("/login")
        menu = self._menu(session)
        return _go(menu[0].path if menu else "/login")

    # Login

    def login_form(self, query: dict[str, str], request: Request) -> Answer:
        """The form to log in with."""
        return self._login(request, None)

    def _login(self, request: Request, error: HttpError | None) -> Answer:
        form = Form(Text("", ""), Text("Log in", "登录"), (_NAME, _PASSWORD, _CODE), to="/login")
        other = Links(Text("", ""), ((Text("Change password", "修改口令"), "/password"),))
        return self._draw(request, Text("Log in", "登录"), Page((form, other)), None, error)

    def log_in(self, query: dict[str, str], request: Request) -> Answer:
        """Begin a session, whose token is a cookie."""
        del query
        given = fields_of(request)
        try:
            token, session = self._door.log_in(
                given.get("name", ""),
                given.get("password", ""),
                given.get("code", ""),
                request.peer,
                COOKIE,
                request.certified,
            )
        except HttpError as error:
            if error.code in ("password-change-required", "password-expired"):
                return self._password(request, given.get("name", ""), error)
            return self._login(request, error)
        menu = self._menu(session)
        cookie = f"{COOKIE_NAME}={token}; HttpOnly; SameSite=Strict; Path=/{self._mark()}"
        return _go(menu[0].path if menu else "/login", {"Set-Cookie": cookie})

    @seam
    def _mark(self) -> str:
        return "; Secure" if self._secured else ""

    def password_form(self, query: dict[str, str], request: Request) -> Answer:
        """The form to change the own password with."""
        del query
        return self._password(request, "", None)

    def _password(self, request: Request, name: str, error: HttpError | None) -> Answer:
        new = Field("new", Text("New password", "新口令"), input="password")
        again = Field("again", Text("New password again", "再次输入新口令"), input="password")
        fields = (replace(_NAME, value=name), _PASSWORD, new, again, _CODE)
        form = Form(Text("", ""), Text("Change", "修改"), fields, to="/password")
        rules = self._desk.rules()
        hint = Text(
            f"at least {rules.min_length} characters, {rules.min_classes} of capital and small letters, digits, others",
            f"至少 {rules.min_length} 位，包含大写、小写字母、数字、其他字符中的 {rules.min_classes} 类",
        )
        page = Page((form, Facts(Text("", ""), ((Text("Asked for", "要求"), hint),))))
        return self._draw(request, Text("Change password", "修改口令"), page, None, error)

    def change_password(self, query: dict[str, str], request: Request) -> Answer:
        """Put a new password in the place of the own."""
        del query
        given = fields_of(request)
        name = given.get("name", "")
        try:
            if given.get("new", "") != given.get("again", ""):
                raise refusals.PASSWORDS_DIFFER()
            code = given.get("code", "")
            new = given.get("new", "")
            self._door.change(name, given.get("password", ""), new, code, request.peer, request.certified)
        except HttpError as error:
            return self._password(request, name, error)
        return _go("/login")

    def log_out(self, query: dict[str, str], request: Request) -> Answer:
        """End the session; the cookie goes."""
        del query
        session = self._guard.session(request)
        assert session is not None
        self._desk.end(session)
        return _go("/login", {"Set-Cookie": f"{COOKIE_NAME}=; Max-Age=0; HttpOnly; SameSite=Strict; Path=/"})

    # Pages

    async def show(self, query: dict[str, str], request: Request) -> Answer:
        """One of the pages of `content`."""
        shown = next(each for each in content.PAGES if each.path == request.path)
        session = self._guard.session(request)
        assert session is not None
        asks = self._asks(request, session)
        page = await shown.build(asks, {name: text for name, text in query.items() if name not in ("lang", "done")})
        return self._draw(request, shown.title, page, session, None, done="done" in query)

    def _asks(self, request: Request, session: Session) -> Asks:
        async def get(name: str, query: Mapping[str, str]) -> Any:
            asked = replace(request, method="GET", path=ROOT + name, query=tuple(query.items()), body=b"")
            assert self.router is not None
            return await self.router.answer(asked)

        assert self.router is not None
        rights = {each.name: each.right for each in self.router if each.method == "GET"}

        def sees(name: str) -> bool:
            return name in rights and self._guard.has(session, rights[name])

        return Asks(get, lambda right: self._guard.has(session, right), sees, self._terminal.clock.now_s())

    async def take_form(self, query: dict[str, str], request: Request) -> Answer:
        """Send a form on to its address; then the page again that it stands on."""
        del query
        given = fields_of(request)
        to, back = given.pop("_to", ""), given.pop("_back", "/")
        proof = given.pop(PROOF, "")
        known = next((each for each in content.PAGES if each.path == back), None)
        if known is None:
            raise refusals.NO_PAGE()
        kept = {name: text for name, text in given.items() if text or name not in content.OPTIONAL}
        body = json.dumps({name: as_sent(name, text) for name, text in kept.items()})
        asked = replace(
            request,
            path=ROOT + to,
            query=(),
            content_type="application/json",
            body=body.encode(),
            fields={**request.fields, "x-proof": proof},
        )
        assert self.router is not None
        session = self._guard.session(request)
        assert session is not None
        try:
            answer = await self.router.answer(asked)
        except HttpError as error:
            page = await known.build(self._asks(request, session), {})
            return self._draw(replace(request, path=back), known.title, page, session, error)
        said = content.said(answer)
        if said is None:
            return _go(f"{back}?done=1")
        page = await known.build(self._asks(request, session), {})
        return self._draw(replace(request, path=back), known.title, page, session, None, said=said)

    async def back_up(self, query: dict[str, str], request: Request) -> Answer:
        """The settings made at run time, sealed, as a file."""
        del query
        proof = fields_of(request).get(PROOF, "")
        asked = replace(
            request,
            path=f"{ROOT}configuration-backup",
            query=(),
            content_type="application/json",
            body=b"",
            fields={**request.fields, "x-proof": proof},
        )
        assert self.router is not None
        made = json.dumps(await self.router.answer(asked), ensure_ascii=False)
        headers = {
            "Content-Type": "application/json",
            "Content-Disposition": 'attachment; filename="configuration.json"',
        }
        return Answer(200, made.encode(), {**headers, **SAFE})

    def error(self, request: Request, error: HttpError) -> Answer:
        """The page that tells an error of a page's address."""
        if error.code == "not-logged-in":
            return _go("/login")
        session = self._guard.session(request) if error.status not in (421,) else None
        return self._draw(request, Text(str(error.status), str(error.status)), Page(()), session, error)

    # Drawing

    def _menu(self, session: Session) -> list[ShownPage]:
        return [each for each in content.PAGES if self._guard.has(session, each.right)]

    def _draw(
        self,
        request: Request,
        title: Text,
        page: Page,
        session: Session | None,
        error: HttpError | None,
        *,
        done: bool = False,
        said: Text | None = None,
    ) -> Answer:
        lang = language(request)

        def t(shown: Any) -> Any:
            if isinstance(shown, Text):
                return shown.zh if lang == "zh" else shown.en
            if lang == "zh" and isinstance(shown, str):
                return IN_CHINESE.get(shown, shown)
            return "–" if shown is None else shown

        told = Text(error.en, error.zh) if error is not None else said or (Text("Done", "已完成") if done else None)
        query = [(name, text) for name, text in request.query if name not in ("lang", "done")]
        other = "en" if lang == "zh" else "zh"
        text = self._template.render(
            t=t,
            lang=lang,
            title=title,
            name=self._terminal.config.name,
            now=iso(self._terminal.clock.now_s())[:19].replace("T", " "),
            path=request.path,
            page=page,
            words=_WORDS,
            said=told,
            said_kind="bad" if error is not None else "",
            account="" if session is None else session.account,
            role=ROLES.get("" if session is None else session.role, Text("", "")),
            proof="" if session is None else session.proof,
            menu=[] if session is None else self._menu(session),
            other_language=f"{request.path}?{urlencode([*query, ('lang', other)])}",
        )
        headers = {**_HTML, **(error.headers if error is not None else {})}
        if any(name == "lang" for name, _ in request.query):
            headers["Set-Cookie"] = f"lang={lang}; SameSite=Strict; Path=/; Max-Age=31536000"
        return Answer(200 if error is None else error.status, text.encode(), headers)


class Site:
    """Who answers a door with pages: errors of pages are pages, those of the interface JSON."""

    def __init__(self, router: Router, pages: Pages) -> None:
        self._router = router
        self._pages = pages
        pages.router = router

    def __iter__(self) -> Any:
        return iter(self._router)

    async def answer(self, request: Request) -> Any:
        """See `server.Application`."""
        try:
            return await self._router.answer(request)
        except HttpError as error:
            if request.path.startswith("/api/"):
                raise
            return self._pages.error(request, error)

    def most_octets(self, head: Request) -> int:
        """See `server.Application`."""
        return self._router.most_octets(head)


@seam
def _page(name: str, right: Right, query: tuple[str, ...], handler: str, method: str = "GET") -> Route:
    return Route(method, name, right, (*query, "lang", "done"), None, None, MAX_OCTETS, handler)


def _go(path: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(303, b"", {"Location": path, **SAFE, **(headers or {})})


def fields_of(request: Request) -> dict[str, str]:
    """The fields of a form. Raises HttpError (400, 415)."""
    if request.content_type != FORM:
        raise refusals.NO_FORM(form=FORM)
    try:
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise refusals.FORM_UNREADABLE() from None


def language(request: Request) -> str:
    """The language of a page: as asked for now, as asked for before, as the browser prefers."""
    asked = dict(request.query).get("lang", "") or cookie_of(request, "lang")
    if asked in _LANGUAGES:
        return asked
    return "en" if request.fields.get("accept-language", "").lower().startswith("en") else "zh"
