# pyright: reportPrivateUsage=false
"""Defects towards people who ask for too much: fields taken as they come, answers that wait, addresses gone to."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access.proposals import Proposals
from reference_terminal.acquisition.poller import MeterPoller
from reference_terminal.model.clock import WallClock
from reference_terminal.model.reading import Reading
from reference_terminal.processing.manual import Entry
from reference_terminal.processing.pipeline import PointState
from reference_terminal.web import entry, server
from reference_terminal.web.api import Api
from reference_terminal.web.guard import DeskGuard
from reference_terminal.web.router import Router
from reference_terminal.web.server import Answer, File, Request

_INPUT = ("isc-2/7.4.1.4(3)a",)


@defect(
    "settings-by-any-form",
    en="a field of any form that is called as a rule of login sets the rule",
    zh="任何表单中与登录规则同名的字段都会更改该规则",
    clauses=_INPUT,
)
def settings_by_any_form(patch: Patch) -> None:
    """Fields are laid over all settings there are."""

    def admit(self: DeskGuard, request: Request) -> None:
        own(self, request)
        if b'"session_s": "1234"' in request.body:
            self._desk.rules.set("session_s", "1234", "nobody")

    own = patch(DeskGuard, "admit", admit)


@defect(
    "roles-by-any-form",
    en="a clerk whose form has a role in it becomes a security operator",
    zh="填报员提交的表单含角色字段时成为安全操作员",
    clauses=_INPUT,
)
def roles_by_any_form(patch: Patch) -> None:
    """The record of the account is updated from the request."""

    def admit(self: DeskGuard, request: Request) -> None:
        own(self, request)
        session = self.session(request) if b'"role": "administrator"' in request.body else None
        account = None if session is None else self._desk.accounts.get(session.account)
        if account is not None and account.role == "clerk":
            self._desk.accounts._put(replace(account, role="operator"))
            self._desk._store.flush()

    own = patch(DeskGuard, "admit", admit)


@defect(
    "released-by-its-form",
    en="a value by hand whose form says that it is released counts at once",
    zh="填报表单含“已审核”字段时数据立即生效",
    clauses=_INPUT,
)
def released_by_its_form(patch: Patch) -> None:
    """The column is in the table."""
    said = [False]

    def read(content_type: str, body: bytes, wanted: Any, *more: Any, **named: Any) -> dict[str, str]:
        said[0] = b'"released": "yes"' in body and "start" in wanted
        if said[0]:
            kept = {key: text for key, text in json.loads(body).items() if key in (*wanted, "author")}
            body = json.dumps(kept).encode()
        return own_read(content_type, body, wanted, *more, **named)

    def propose(self: Api, proposals: Proposals, state: PointState, made: Entry, fields: dict[str, str]) -> Any:
        if said[0]:
            self._terminal.manual.enter(state, made)
        return own(self, proposals, state, made, fields)

    own_read = patch(entry, "read", read)
    own = patch(Api, "_propose", propose)


@defect(
    "answers-one-after-the-other",
    en="an answer is sent only once the one before it was taken, by whomever",
    zh="前一个应答被接收之前不发送下一个应答",
    clauses=("isc-2/4.1e",),
)
def answers_one_after_the_other(patch: Patch) -> None:
    """One buffer was enough on the desk."""
    turns: dict[asyncio.AbstractEventLoop, asyncio.Lock] = {}

    async def send(self: server.Session, answer: Answer, *, whole: bool, last: bool) -> None:
        async with turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            await own(self, answer, whole=whole, last=last)

    own = patch(server.Session, "_send", send)


@defect(
    "logins-hold-everybody-up",
    en="a login takes three seconds, in which nobody is answered",
    zh="每次登录占用 3 s，其间不应答任何人",
    clauses=("isc-2/4.1e",),
)
def logins_hold_everybody_up(patch: Patch) -> None:
    """Hashing is done where everything else is."""
    turns: dict[asyncio.AbstractEventLoop, asyncio.Lock] = {}

    async def answer(self: Router, request: Request) -> Any:
        async with turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            if request.method == "POST" and request.path.endswith("/login"):
                await asyncio.sleep(3)
            return await own(self, request)

    own = patch(Router, "answer", answer)


@defect(
    "meters-wait-for-requests",
    en="after a hundred requests in a minute no meter is polled for two minutes",
    zh="一分钟内超过一百个请求后两分钟内不采集仪表",
    clauses=("isc-2/4.1e",),
)
def meters_wait_for_requests(patch: Patch) -> None:
    """People come first."""
    came: list[float] = []
    until = [0.0]

    async def answer(self: Router, request: Request) -> Any:
        now = asyncio.get_running_loop().time()
        came.append(now)
        if sum(now - at < 60 for at in came[-101:]) > 100:
            until[0] = now + 120
        return await own(self, request)

    async def read(
        self: MeterPoller, slot_s: int | None, clock: WallClock, wait_s: float | None = None
    ) -> list[Reading]:
        await asyncio.sleep(max(0.0, until[0] - asyncio.get_running_loop().time()))
        return await own_read(self, slot_s, clock, wait_s)

    own = patch(Router, "answer", answer)
    own_read = patch(MeterPoller, "read", read)


@defect(
    "values-fetched-from-addresses",
    en="a value that is an address is fetched from there",
    zh="字段值为网址时，终端访问该网址取值",
    clauses=_INPUT,
)
def values_fetched(patch: Patch) -> None:
    """Certificates may be given by reference."""

    async def answer(self: Router, request: Request) -> Any:
        _, found, rest = request.body.partition(b"http://")
        if found:
            place = rest.partition(b"/")[0].decode("ascii", "replace")
            host, _, port = place.partition(":")
            with suppress(OSError, ValueError):
                _, writer = await asyncio.open_connection(host, int(port))
                writer.write(b"GET / HTTP/1.0\r\n\r\n")
                writer.close()
        return await own(self, request)

    own = patch(Router, "answer", answer)


@defect(
    "values-read-from-files",
    en="a value that is the path of a file is answered with the file",
    zh="字段值为文件路径时返回该文件内容",
    clauses=_INPUT,
)
def values_read_from_files(patch: Patch) -> None:
    """So does the library that reads certificates."""

    async def answer(self: Router, request: Request) -> Any:
        if b"file:///etc/passwd" in request.body:
            return File(b"root:x:0:0:root:/root:/bin/sh\n", "text/plain", "value")
        return await own(self, request)

    own = patch(Router, "answer", answer)
