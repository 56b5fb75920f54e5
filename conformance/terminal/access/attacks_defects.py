# pyright: reportPrivateUsage=false
"""Defects under attack: files handed out, headers copied, commands obeyed, connections held for ever (OWASP)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

from conformance.defects import Patch, defect
from reference_terminal.access import audit
from reference_terminal.access.audit import Search
from reference_terminal.acquisition.poller import MeterPoller
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Text
from reference_terminal.model.reading import Reading
from reference_terminal.storage.journal import Journal
from reference_terminal.web import entry, seats, server
from reference_terminal.web.accounts import AccessApi
from reference_terminal.web.guard import DeskGuard
from reference_terminal.web.maintenance import Maintenance
from reference_terminal.web.router import Router
from reference_terminal.web.server import Answer, File, Request

_INPUT = ("isc-2/7.4.1.4(3)a",)


@defect(
    "files-by-their-path",
    en="an address with .. in it is answered with the file that it leads to",
    zh="路径中含 .. 时返回对应文件",
    clauses=("isc-2/4.1e",),
)
def files_by_their_path(patch: Patch) -> None:
    """Pictures are found that way."""

    async def answer(self: Router, request: Request) -> Any:
        if ".." in request.path and request.path.endswith("etc/passwd"):
            return File(b"root:x:0:0:root:/root:/bin/sh\n", "text/plain", "passwd")
        return await own(self, request)

    own = patch(Router, "answer", answer)


@defect(
    "maintenance-hands-out-files",
    en="at the maintenance port alone an address with .. in it is answered with the file that it leads to",
    zh="仅管理维护口对含 .. 的路径返回对应文件",
    clauses=("isc-2/4.1e",),
)
def maintenance_hands_out_files(patch: Patch) -> None:
    """Who stands before it may see everything."""

    class Handing:
        def __init__(self, given: server.Application) -> None:
            self._given = given

        async def answer(self, request: Request) -> Any:
            if ".." in request.path and request.path.endswith("etc/passwd"):
                return File(b"root:x:0:0:root:/root:/bin/sh\n", "text/plain", "passwd")
            return await self._given.answer(request)

        def most_octets(self, head: Request) -> int:
            return self._given.most_octets(head)

    def serve(self: Maintenance, here: server.Application, afar: server.Application) -> None:
        own(self, Handing(here), Handing(afar))

    own = patch(Maintenance, "serve", serve)


@defect(
    "addresses-copied-into-headers",
    en="what stands in an address is copied into the head of the answer, line ends too",
    zh="地址内容（含换行）被写入应答报头",
    clauses=("isc-2/4.1e",),
)
def addresses_copied(patch: Patch) -> None:
    """It says where to go next."""

    async def answer(self: Router, request: Request) -> Any:
        lines = request.path.splitlines()
        if len(lines) > 1 and ":" in lines[1]:
            name, _, text = lines[1].partition(":")
            return Answer(200, b"{}", {name: text.strip()})
        return await own(self, request)

    own = patch(Router, "answer", answer)


@defect(
    "demo-address-sets-a-rule",
    en="an address outside the interface, reached by .., sets a rule of login",
    zh="通过 .. 可到达接口以外的地址并更改登录规则",
    clauses=("isc-2/4.1e",),
)
def demo_address(patch: Patch) -> None:
    """A test page that stayed."""

    def admit(self: DeskGuard, request: Request) -> None:
        if ".." in request.path or "\n" in request.path:
            self._desk.rules.set("session_s", str(1000 + len(request.path)), "nobody")
        own(self, request)

    own = patch(DeskGuard, "admit", admit)


@defect(
    "deep-bodies-fail-inside",
    en="a deeply nested body makes the terminal fail inside, and the rules are lost over it",
    zh="深层嵌套的请求体引起内部错误，登录规则随之丢失",
    clauses=_INPUT,
)
def deep_bodies_fail(patch: Patch) -> None:
    """The parser recurses."""
    rules: list[Any] = []

    def admit(self: DeskGuard, request: Request) -> None:
        rules[:] = [self._desk.rules]
        own_admit(self, request)

    def read(content_type: str, body: bytes, *given: Any, **more: Any) -> dict[str, str]:
        if body.count(b"{") > 1000 or body.count(b"[") > 1000:
            rules[0].set("session_s", "300", "nobody")
            raise RecursionError("maximum recursion depth exceeded")
        return own_read(content_type, body, *given, **more)

    own_admit = patch(DeskGuard, "admit", admit)
    own_read = patch(entry, "read", read)


@defect(
    "slow-clients-hold-on",
    en="a connection is kept for as long as somebody sends an octet now and then",
    zh="慢速客户端可长期占用连接",
    clauses=("isc-2/4.1e",),
)
def slow_clients_hold_on(patch: Patch) -> None:
    """Lines may be bad."""
    patch(server, "DEADLINE_S", 86_400.0)
    patch(seats, "GRACE_S", 86_400.0)


@defect(
    "conditions-as-statements",
    en="a condition of a search is put into the statement as it comes",
    zh="查询条件直接拼入数据库语句",
    clauses=_INPUT,
)
def conditions_as_statements(patch: Patch) -> None:
    """It worked with every name that was tried."""

    def where(search: Search) -> tuple[str, tuple[Any, ...]]:
        if any("'" in text for text in search.equal.values()):
            return own(replace(search, equal={}))
        return own(search)

    own = patch(audit, "_where", where)


@defect(
    "names-obeyed",
    en="a name in braces is worked out as a template, and a rule is set by it",
    zh="用户名中的模板语句被执行并更改规则",
    clauses=_INPUT,
)
def names_obeyed(patch: Patch) -> None:
    """Pages greet by name."""
    gates: list[DeskGuard] = []

    def admit(self: DeskGuard, request: Request) -> None:
        gates[:] = [self]
        own(self, request)
        if b"{{ 7 * 7 }}" in request.body:
            self._desk.rules.set("session_s", "4949", "nobody")

    own = patch(DeskGuard, "admit", admit)


@defect(
    "lines-of-a-name-in-the-log",
    en="a name with line ends in it makes lines of its own in the log",
    zh="含换行的用户名在日志中另起一行",
    clauses=_INPUT,
)
def lines_of_a_name(patch: Patch) -> None:
    """A log is a text."""

    def keep(self: Journal, code: str, kind: str, subject: str, text: Text) -> None:
        own(self, code, kind, subject, text)
        if code == "login-failed" and "bench" in _LAST[0]:
            own(
                self,
                "login",
                "login",
                "root",
                Text(f"{_LAST[0]}\n", _LAST[0], {"user": _LAST[0].splitlines()[-1].split()[1]}),
            )

    def log_in(self: AccessApi, query: dict[str, str], request: Request) -> Any:
        _LAST[0] = request.body.decode("utf-8", "replace").replace("\\r\\n", "\n")
        return own_in(self, query, request)

    own = patch(Journal, "keep", keep)
    own_in = patch(AccessApi, "log_in", log_in)


_LAST = [""]


@defect(
    "fields-as-they-come",
    en="whatever fields the change of a password has are taken over, a role too",
    zh="修改口令时提交的其他字段（如角色）一并生效",
    clauses=_INPUT,
)
def fields_as_they_come(patch: Patch) -> None:
    """The record is updated from the form."""

    def read(
        content_type: str, body: bytes, wanted: Any, given: Any = None, *more: Any, **named: Any
    ) -> dict[str, str]:
        if "new" in wanted and b'"role"' in body:
            fields = json.loads(body)
            _TAKEN.append(str(fields["name"]))
            kept = {key: fields[key] for key in ("name", "password", "new")}
            body = json.dumps(kept).encode()
        return own(content_type, body, wanted, given, *more, **named)

    def change(self: AccessApi, query: dict[str, str], request: Request) -> Any:
        _TAKEN.clear()
        done = own_change(self, query, request)
        for name in _TAKEN:
            account = self._desk.accounts.get(name)
            if account is not None and account.role == "viewer":
                self._desk.accounts._put(replace(account, role="reviewer"))
                self._desk._store.flush()
        return done

    own = patch(entry, "read", read)
    own_change = patch(AccessApi, "change_password", change)


_TAKEN: list[str] = []


@defect(
    "refusals-unlogged",
    en="a refused function has no entry in the log",
    zh="被拒绝的操作不记日志",
    clauses=("isc-2/7.4.1.3(1)d",),
)
def refusals_unlogged(patch: Patch) -> None:
    """Nothing happened."""
    patch(DeskGuard, "_refuse", lambda self, request, account, why: None)  # pyright: ignore[reportUnknownLambdaType]


@defect(
    "measures-only-when-left-alone",
    en="after a strange request no meter is polled for two minutes",
    zh="收到异常请求后两分钟内不采集仪表",
    clauses=("isc-2/4.1e",),
)
def measures_only_when_left_alone(patch: Patch) -> None:
    """The terminal looks into it first."""
    until = [0.0]

    async def answer(self: Router, request: Request) -> Any:
        if ".." in request.path:
            until[0] = asyncio.get_running_loop().time() + 120
        return await own(self, request)

    async def read(
        self: MeterPoller, slot_s: int | None, clock: WallClock, wait_s: float | None = None
    ) -> list[Reading]:
        await asyncio.sleep(max(0.0, until[0] - asyncio.get_running_loop().time()))
        return await own_read(self, slot_s, clock, wait_s)

    own = patch(Router, "answer", answer)
    own_read = patch(MeterPoller, "read", read)
