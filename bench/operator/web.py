"""The page of the person: the open question with its time left, an answer, photos, files; no script needed.

Leaves the questions to `person` and what stands around them to `around`. A form carries a token that only the page
knows, so that no other site a browser has open can answer for the person. The page loads itself anew while it waits,
and its one script, where scripts run, counts down and loads it when the question's time is over.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import secrets
import socket
import time
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from aiohttp import web

from bench.operator import sentences
from bench.operator.around import Around
from bench.operator.person import ATTEST, CHOOSE, PHOTO_OCTETS, Photo, Question, Reply, Take, WrongAnswer

ADDRESS = "person.address"
"""File of a case under way that names the page, so that `carbonbench serve` can show it."""
_REFRESH_S = 2
_MOST_OCTETS = 4 * PHOTO_OCTETS
_STYLE = (
    "body{font:18px/1.5 system-ui,sans-serif;max-width:40em;margin:2em auto;padding:0 1em;color:#111;background:#fff}"
    "h1{font-size:150%;overflow-wrap:anywhere}h2{font-size:130%;overflow-wrap:anywhere}"
    "label{display:block;margin:.8em 0}input[type=text],textarea{width:100%;font:inherit;box-sizing:border-box}"
    "button{font:inherit;padding:.5em 1.5em;margin:.3em .6em .3em 0}.wrong{color:#a00;font-weight:bold}"
    ".small{color:#555;font-size:80%}.left{font-weight:bold}dl{display:grid;grid-template-columns:max-content 1fr;"
    "gap:0 1em;font-size:80%;margin:.5em 0 1em}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}"
)
_SCRIPT = (
    "var e=document.getElementById('left'),end=Date.now()+1000*Number(e.dataset.left);"
    "setInterval(function(){var s=Math.max(0,Math.round((end-Date.now())/1000));"
    "e.textContent=Math.floor(s/60)+':'+('0'+s%60).slice(-2);if(s<=0)location.assign('.')},1000);"
    # A browser sounds only on a page that somebody has touched.
    "try{var a=new AudioContext(),o=a.createOscillator();o.connect(a.destination);o.frequency.value=880;"
    "o.start();o.stop(a.currentTime+.4)}catch(x){}"
)
_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()


class WebPage:
    """One page at `where` (host:port; port 0 takes a free one). `address` is its URL once started."""

    def __init__(self, where: str, around: Around | None = None) -> None:
        self._around = around or Around()
        self._ends_at = 0.0
        host, _, port = where.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self.address = ""
        self._runner: web.AppRunner | None = None
        self._token = secrets.token_urlsafe(16)
        self._open: tuple[int, Question, Take, str] | None = None
        self._last = ""

    async def start(self) -> None:
        """Serve. Raises OSError."""
        app = web.Application(client_max_size=_MOST_OCTETS)
        app.add_routes(
            [web.get("/", self._page), web.get("/files/{name:.+}", self._file), web.post("/answer", self._answer)]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        shown = f"[{host}]" if self._family(str(host)) == socket.AF_INET6 else host
        self.address = f"http://{shown}:{port}/"

    @staticmethod
    def _family(host: str) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in host else socket.AF_INET

    async def stop(self) -> None:
        """Stop; may be repeated."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def show(self, number: int, question: Question, until_s: float, take: Take, said: str) -> None:
        """Put a question on the page."""
        self._open = (number, question, take, said)
        self._ends_at = time.monotonic() + until_s

    def withdraw(self, why: str) -> None:
        """Take it off."""
        if self._open is not None:
            self._open = None
            self._last = why

    async def _page(self, request: web.Request) -> web.Response:
        del request
        return self._render()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = self._around.file(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound(text=str(sentences.NO_FILE()))
        name = path.name.encode("ascii", "replace").decode().replace('"', "_")
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return web.FileResponse(path, headers=headers | {"Cache-Control": "no-store"})

    def _render(self, wrong: str = "", status: int = 200, kept: str = "") -> web.Response:
        if self._open is None:
            told = f"<p class=small>{html.escape(self._last)}</p>" if self._last else ""
            body = f"<h1>{sentences.NONE_OPEN()}</h1>{told}"
            head = f"<meta http-equiv=refresh content={_REFRESH_S}>"
        else:
            number, question, _, said = self._open
            left = max(0, round(self._ends_at - time.monotonic()))
            body = (
                _left(left)
                + _form(number, self._shown(question), said, self._token, wrong, kept)
                + f"<script>{_SCRIPT}</script>"
            )
            head = ""
        mark = "● " if self._open else ""
        body = _around(self._around) + body + _files(self._around)
        text = (
            f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>{head}"
            f"<title>{mark}carbonbench</title><style>{_STYLE}</style><body>{body}</body></html>"
        )
        policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_HASH}'; form-action 'self'"
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy, "X-Frame-Options": "DENY"}
        return web.Response(text=text, content_type="text/html", status=status, headers=headers)

    def _shown(self, question: Question) -> Question:
        """The question as the page tells it."""
        return msgspec.structs.replace(
            question, en=self._around.named_here(question.en), zh=self._around.named_here(question.zh)
        )

    async def _answer(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not hmac.compare_digest(_text(form, "token").encode(), self._token.encode()):
            return self._render(str(sentences.FORM_OF_OTHER()), 403)
        text = _text(form, "text").replace("\r\n", "\n")
        if self._open is None or _text(form, "number") != str(self._open[0]):
            return self._render(str(sentences.THAT_CLOSED()), 409)
        _, question, take, _ = self._open
        able = _text(form, "act") != "cannot"
        if able and question.kind == ATTEST and _text(form, "attest") != "yes":
            return self._render(str(sentences.TICK()), 422, text)
        photos = tuple(
            Photo(each.file.read())
            for each in form.getall("photo", [])
            if isinstance(each, web.FileField) and each.filename
        )
        if able and question.kind == CHOOSE:
            text = _text(form, "choice")
        try:
            take(Reply(_text(form, "by"), text, able=able, photos=photos))
        except WrongAnswer as error:
            return self._render(str(error), 422, text)
        raise web.HTTPSeeOther("/")


def _text(form: Any, key: str) -> str:
    value = form.get(key, "")
    return value if isinstance(value, str) else ""


def _left(seconds: int) -> str:
    """How long a question stays open: the time left, and the hour at which it ends for who has no script."""
    ends = datetime.fromtimestamp(time.time() + seconds).strftime("%H:%M:%S")
    return (
        f"<p class=small>{sentences.TIME_LEFT()} <span class=left id=left data-left={seconds}>{seconds // 60}:"
        f"{seconds % 60:02d}</span> · {sentences.OPEN_UNTIL()} {ends}</p>"
    )


def _around(around: Around) -> str:
    rows = "".join(f"<dt>{name}</dt><dd>{html.escape(value)}</dd>" for name, value in around.lines())
    return f"<dl>{rows}</dl>" if rows else ""


def _files(around: Around) -> str:
    names = around.files()
    if not names:
        return ""
    rows = "".join(f"<li><a href='files/{quote(name)}'>{html.escape(name)}</a></li>" for name in names)
    return f"<h2>{sentences.DEVICE_FILES()}</h2><ul>{rows}</ul>"


def _form(number: int, question: Question, said: str, token: str, wrong: str, kept: str) -> str:
    safe = html.escape
    parts = [f"<p class=wrong role=alert>{safe(wrong)}</p>"] if wrong else []
    clause = f" · {safe(question.clause)}" if question.clause else ""
    parts.append(f"<p class=small>{number}{clause}</p><h1>{safe(question.en)}</h1><h2>{safe(question.zh)}</h2>")
    parts.append("<form method=post action=answer target=_top enctype=multipart/form-data>")
    parts.append(f"<input type=hidden name=token value='{safe(token)}'><input type=hidden name=number value={number}>")
    parts.append(
        f"<label>{sentences.NAME()} <input type=text name=by maxlength=80 required value='{safe(said)}'></label>"
    )
    for choice in question.choices:
        parts.append(f"<label><input type=radio name=choice value='{safe(choice)}'> {safe(choice)}</label>")
    if question.kind == ATTEST:
        parts.append(f"<label><input type=checkbox name=attest value=yes> {sentences.I_ATTEST()}</label>")
    rows = 10 if question.multiline else 2
    parts.append(f"<label>{sentences.REMARK()}<textarea name=text rows={rows}>{safe(kept)}</textarea></label>")
    need = f" ({sentences.WANTED()})" if question.photo else ""
    kinds = "accept='image/jpeg,image/png' capture=environment"
    parts.append(f"<label>{sentences.PHOTO()}{need} <input type=file name=photo {kinds} multiple></label>")
    parts.append(
        f"<button name=act value=done>{sentences.DONE()}</button>"
        f"<button name=act value=cannot>{sentences.CANNOT()}</button>"
    )
    return "".join(parts) + "</form>"
