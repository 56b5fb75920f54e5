"""`carbonbench serve`: runs and campaigns in the browser, live, on the local interface unless told otherwise.

Leaves what a run is doing to `status`, joining to `campaign`, the person's questions to the page of the rig. One
process, pages made here, no script: a page of a run under way loads itself anew. Who enters a review gives a name, and
a form carries a token that only the page knows.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bench.campaign.book import BOOK, CampaignError
from bench.case import EXIT_ERROR, EXIT_PASS, CaseResult
from bench.commands import campaign, status
from bench.evidence.chain import ChainTrouble
from bench.evidence.keys import KeyTrouble
from bench.evidence.sealed import signed_of
from bench.journal import LOCAL, RUN, JournalError, attempts
from reports.html import FILE, page

_MOST_OCTETS = 1 << 26
_REFRESH_S = 2


class Desk:
    """Serves what lies below `out`: runs and campaigns."""

    def __init__(self, out: Path) -> None:
        self._out = out.resolve()
        self._token = secrets.token_urlsafe(16)

    def app(self) -> web.Application:
        """The pages and the one form."""
        made = web.Application(client_max_size=_MOST_OCTETS, middlewares=[_guarded])
        made.add_routes(
            [
                web.get("/", self._index),
                web.get("/run/{name}", self._run),
                web.get("/run/{name}/report", self._report),
                web.get("/campaign/{name}", self._campaign),
                web.post("/campaign/{name}/review", self._review),
            ]
        )
        return made

    def _below(self, request: web.Request, mark: str) -> Path:
        """The folder that a page is about: one below `out` that has the mark of its kind."""
        name = request.match_info["name"]
        folder = self._out / name
        if folder.parent != self._out or not (folder / mark).is_file():
            raise web.HTTPNotFound(text="no such run or campaign / 无此运行或任务")
        return folder

    async def _index(self, request: web.Request) -> web.Response:
        del request
        runs = [_row(path.parent) for path in sorted(self._out.glob(f"*/{RUN}"), reverse=True)]
        names = sorted(path.parent.name for path in self._out.glob(f"*/{BOOK}"))
        return _page("serve_index.html.j2", runs=runs, campaigns=names, folder=self._out.name)

    async def _run(self, request: web.Request) -> web.Response:
        folder = self._below(request, RUN)
        try:
            found = status.status_of(folder, datetime.now(LOCAL))
            ended = [each.result for each in attempts(folder) if each.result]
        except JournalError as error:
            raise web.HTTPConflict(text=str(error)) from None
        order = sorted(ended, key=lambda result: (result.started, result.id), reverse=True)
        return _page(
            "serve_run.html.j2",
            refresh=_REFRESH_S if found.state == "running" else 0,
            status=found,
            part=100 * found.done // max(found.planned, 1),
            results=order,
            remaining=status.span(found.remaining_s),
            span=status.span,
            signed=signed_of(folder),
            report=(folder / FILE).exists(),
            by_clause=_by_clause(ended),
        )

    async def _report(self, request: web.Request) -> web.StreamResponse:
        path = self._below(request, RUN) / FILE
        if not path.is_file():
            raise web.HTTPNotFound(text="no report yet / 尚无报告")
        return web.FileResponse(path)

    async def _campaign(self, request: web.Request) -> web.Response:
        return self._shown(self._below(request, BOOK))

    def _shown(self, folder: Path, wrong: str = "", code: int = 200) -> web.Response:
        try:
            found = campaign.state(folder)
        except (CampaignError, ChainTrouble, OSError) as error:
            raise web.HTTPConflict(text=str(error)) from None
        return _page(
            "serve_campaign.html.j2",
            code,
            name=folder.name,
            state=found,
            conformity=found.conformity,
            token=self._token,
            wrong=wrong,
        )

    async def _review(self, request: web.Request) -> web.Response:
        folder = self._below(request, BOOK)
        form = await request.post()
        if not hmac.compare_digest(_text(form, "token").encode(), self._token.encode()):
            return self._shown(folder, "this form is out of date; enter it here / 表单已过期，请重新填写", 403)
        with tempfile.TemporaryDirectory() as room:
            files: list[Path] = []
            for each in form.getall("file", []):
                if isinstance(each, web.FileField) and each.filename:
                    path = Path(room) / (Path(each.filename).name or "file")
                    path.write_bytes(each.file.read())
                    files.append(path)
            try:
                campaign.review(
                    folder,
                    _text(form, "clause"),
                    _text(form, "verdict"),
                    words=_text(form, "words"),
                    files=files,
                    by=_text(form, "by"),
                    lab="",
                )
            except (CampaignError, ChainTrouble, KeyTrouble, OSError) as error:
                return self._shown(folder, str(error), 422)
        raise web.HTTPSeeOther(f"/campaign/{folder.name}")


def _text(form: Any, key: str) -> str:
    value = form.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def _row(folder: Path) -> dict[str, Any]:
    try:
        found = status.status_of(folder, datetime.now(LOCAL))
    except JournalError as error:
        return {"name": folder.name, "state": str(error), "done": 0, "planned": 0, "counts": {}, "rig": ""}
    return {
        "name": folder.name,
        "state": found.state,
        "done": found.done,
        "planned": found.planned,
        "counts": found.counts,
        "rig": found.rig,
    }


def _by_clause(results: list[CaseResult]) -> dict[str, list[tuple[str, Any]]]:
    """The checks that decide each clause, with the attempt each is of."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for result in sorted(results, key=lambda each: (each.id, each.attempt)):
        for check in result.checks:
            for clause in check.clauses:
                found.setdefault(clause, []).append((f"{result.id} #{result.attempt}", check))
    return dict(sorted(found.items()))


def _page(template: str, code: int = 200, **values: object) -> web.Response:
    text = page(template, **values)
    return web.Response(text=text, content_type="text/html", status=code, headers={"Cache-Control": "no-store"})


@web.middleware
async def _guarded(request: web.Request, handler: Any) -> web.StreamResponse:
    """No other site frames these pages, and one that found them by another name (DNS rebinding) gets nothing."""
    host = request.host.rpartition(":")[0] or request.host
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    if sockname and str(sockname[0]).startswith("127.") and host not in ("127.0.0.1", "localhost", str(sockname[0])):
        raise web.HTTPForbidden(text="expected a local name / 仅限本机访问")
    response = await handler(request)
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _serve(out: Path, host: str, port: int) -> None:
    runner = web.AppRunner(Desk(out).app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        address = runner.addresses[0][:2]
        shown = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
        print(f"http://{shown}:{address[1]}/  Ctrl-C ends / 按 Ctrl-C 结束", flush=True)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def main(out: Path, where: str) -> int:
    """Serve until somebody ends it."""
    if not out.is_dir():
        print(f"{out}: expected a folder of runs and campaigns / 应为运行和任务所在目录", file=sys.stderr)
        return EXIT_ERROR
    host, _, port = where.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        print(f"--at {where}: expected host:port, such as 127.0.0.1:8600 / 应为 主机:端口", file=sys.stderr)
        return EXIT_ERROR
    try:
        asyncio.run(_serve(out, host.strip("[]"), int(port)))
    except (OSError, socket.gaierror) as error:
        print(f"--at {where}: cannot listen ({error.strerror}) / 无法监听", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_PASS
    return EXIT_PASS
