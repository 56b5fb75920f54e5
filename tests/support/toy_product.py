"""A small product with accounts behind one door, as no maker's: it can be broken in one way each.

Leaves what is found to the tests. `faults`: everybody-sets, guessable, keeps-sessions, default-opens; no fault is
one-session (a login ends the account's session before), three-sessions (the oldest gives way to a fourth),
short-sessions (each ends after five requests) and show-denied (nobody sees the value).
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

PROFILE = """
[rules]
failures = 3
lock_s = 600
idle_s = 600
validity_days = 90
least_length = 8
least_classes = 3

[doors.api]
base = "http://{{ local.host }}:{{ local.port }}"
token = "token"
entered = "answer.status == 200"
first = "answer.status == 202"
logout = [{ post = "/out" }]
password = [{ post = "/word", json = { new = "{{ fresh }}" } }]
sign = { Authorization = "Bearer {{ session.token }}" }
[[doors.api.login]]
post = "/in"
json = { name = "{{ account.name }}", word = "{{ account.password }}" }
keep = { token = "answer.json.token" }

[accounts]
admin = { name = "admin", role = "administrator", password = "delivered" }
oper = { name = "oper", role = "operator", password = "delivered" }
aud = { name = "aud", role = "auditor", password = "delivered" }

[[functions]]
name = "show"
en = "show the value"
zh = "查看数值"
may = ["administrator", "operator", "auditor"]
api = { get = "/value" }

[[functions]]
name = "set"
en = "set the value"
zh = "设置数值"
may = ["administrator"]
api = { post = "/value", json = { value = "={{ fresh }}" } }
effect = { of = "show", shown = "answer.json.value" }

[[functions]]
name = "log"
en = "read the log"
zh = "调阅日志"
may = ["auditor"]
api = { get = "/log" }

[audit]
function = "log"
rows = "answer.json"
at = "row.at"
user = "row.user"
kind = "row.kind"
outcome = "row.outcome"
"""
_RIGHTS = {"/value": ("administrator", "operator", "auditor"), "set": ("administrator",), "/log": ("auditor",)}


class Product:
    """Its state and its answers."""

    def __init__(self, faults: Collection[str]) -> None:
        self.faults = faults
        self.words: dict[str, str] = dict.fromkeys(("admin", "oper", "aud"), "delivered")
        self.fresh: set[str] = {*self.words}
        self.sessions: dict[str, str] = {}
        self.asked: dict[str, int] = {}
        self.value = 0
        self.log: list[dict[str, str]] = []

    def _who(self, request: web.Request) -> str | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if "guessable" in self.faults and len(token) == 32 and token not in self.sessions:
            return "admin"
        self.asked[token] = self.asked.get(token, 0) + 1
        if "short-sessions" in self.faults and self.asked[token] > 5:
            self.sessions.pop(token, None)
        return self.sessions.get(token)

    async def enter(self, request: web.Request) -> web.Response:
        """Log in."""
        given = await request.json()
        name = given["name"]
        ok = self.words.get(name) == given["word"]
        self.log.append({"at": "x", "user": name, "kind": "login", "outcome": "ok" if ok else "failure"})
        if not ok:
            return web.json_response({}, status=401)
        if "one-session" in self.faults:
            self.sessions = {token: user for token, user in self.sessions.items() if user != name}
        if "three-sessions" in self.faults and len(self.sessions) == 3:
            self.sessions.pop(next(iter(self.sessions)))
        token = secrets.token_hex(16)
        self.sessions[token] = name
        return web.json_response({"token": token}, status=202 if name in self.fresh else 200)

    async def leave(self, request: web.Request) -> web.Response:
        """Log out."""
        if "keeps-sessions" not in self.faults:
            self.sessions.pop(request.headers.get("Authorization", "").removeprefix("Bearer "), None)
        return web.json_response({})

    async def word(self, request: web.Request) -> web.Response:
        """Change the own password."""
        name = self._who(request)
        if name is None:
            return web.json_response({}, status=401)
        self.words[name] = (await request.json())["new"]
        self.fresh.discard(name)
        return web.json_response({})

    def _may(self, request: web.Request, what: str) -> int:
        name = self._who(request)
        if name is None:
            return 401
        if name in self.fresh and "default-opens" not in self.faults:
            return 403
        if what == "/value" and "show-denied" in self.faults:
            return 403
        role = {"admin": "administrator", "oper": "operator", "aud": "auditor"}[name]
        return 200 if role in _RIGHTS[what] or (what == "set" and "everybody-sets" in self.faults) else 403

    async def show(self, request: web.Request) -> web.Response:
        """The value."""
        return web.json_response({"value": self.value}, status=self._may(request, "/value"))

    async def put(self, request: web.Request) -> web.Response:
        """Set it; the answer says nothing of whether it was."""
        if self._may(request, "set") == 200:
            self.value = (await request.json())["value"]
        return web.json_response({}, status=200)

    async def read(self, request: web.Request) -> web.Response:
        """The log."""
        status = self._may(request, "/log")
        return web.json_response(self.log if status == 200 else [], status=status)


@asynccontextmanager
async def serving(*faults: str) -> AsyncGenerator[tuple[str, int], None]:
    """The product while it serves; its host and port."""
    product = Product(faults)
    app = web.Application()
    app.add_routes([web.post("/in", product.enter), web.post("/out", product.leave), web.post("/word", product.word)])
    app.add_routes([web.get("/value", product.show), web.post("/value", product.put), web.get("/log", product.read)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


def profile(folder: Path) -> Path:
    """Its profile as a file, which names the list of its functions."""
    (folder / "toy.access.toml").write_text(PROFILE, encoding="utf-8")
    path = folder / "toy.toml"
    text = '[terminal]\nname = "toy"\nadapter = "command"\n[access]\nfile = "toy.access.toml"\n'
    path.write_text(text, encoding="utf-8")
    return path
