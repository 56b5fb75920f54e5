"""`carbonbench serve`: runs, campaigns, queue and issues in the browser, live, on the local interface unless told.

Leaves what a run is doing to `status`, joining to `campaign`, all else that stands behind a page to `desk`. Pages are
made here in one process, without a script of their own: that of a run under way loads itself anew. Forms carry a token
that only the page knows. With `--lab` entries are signed; once persons have passwords each logs in and does what
lab.toml allows.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from markupsafe import Markup

from bench.campaign.book import BOOK, Book, CampaignError, External
from bench.case import EXIT_ERROR, EXIT_PASS, EXIT_USAGE, CaseResult, RunResult, Text
from bench.commands import campaign, status
from bench.commands.desk import asking, handing, looking
from bench.commands.desk.people import People, PeopleError
from bench.commands.desk.queue import QUEUED, RUNNING, Queue, QueueError
from bench.commands.options import RUN_RIGS
from bench.commands.rejudge import VERDICTS, read_run
from bench.evidence.chain import ChainTrouble
from bench.evidence.keys import KeyTrouble
from bench.evidence.lab import LabError, load_lab
from bench.evidence.sealed import signed_of
from bench.history import HistoryError
from bench.journal import LOCAL, RUN, JournalError, attempts
from reports.compare import Change, compared, side
from reports.html import FILE, page
from reports.issue.papers import AUTHORISES, REVIEWS, TESTS
from reports.issue.reading import PaperError
from reports.ledger import entries
from reports.timeline import local_time
from reports.verdicts import VerdictsError
from simulators import scratch

_MOST_OCTETS = 1 << 26
_REFRESH_S = 2
_SLOW_S = 5
_MOST_LANES = 4
_MOST_ROWS = 400
_STALE = "this form is out of date; enter it here / 表单已过期，请重新填写"
_Wrong = (CampaignError, ChainTrouble, KeyTrouble, OSError)


COOKIE = "carbonbench"


class Desk:
    """Serves what lies below `out`. `lab` signs what is entered; `profiles` is where items to be queued lie."""

    def __init__(self, out: Path, lab: Path | None = None, profiles: Path = Path()) -> None:
        """Raises PeopleError, PaperError, QueueError."""
        self._out = out.resolve()
        self._token = secrets.token_urlsafe(16)
        self._lab = lab.resolve() if lab else None
        self._people = People.of(self._lab) if self._lab else None
        self.queue = Queue(self._out, profiles.resolve(), self._lab)

    def app(self) -> web.Application:
        """All pages and forms."""
        made = web.Application(client_max_size=_MOST_OCTETS, middlewares=[_guarded, self._known])
        made.add_routes(
            [
                web.get("/", self._index),
                web.get("/login", self._login),
                web.post("/login", self._log_in),
                web.post("/logout", self._log_out),
                web.post("/queue", self._order),
                web.post("/queue/{number}/withdraw", self._withdraw),
                web.get("/compare", self._compare),
                web.get("/run/{name}", self._run),
                web.get("/run/{name}/report", self._report),
                web.get("/run/{name}/clause", self._clause),
                web.get(r"/run/{name}/case/{case:.+}/{attempt:\d+}", self._case),
                web.get(r"/run/{name}/event/{case:.+}/{attempt:\d+}/{event:\d+}", self._event),
                web.get("/run/{name}/person/{tail:.*}", self._person),
                web.post("/run/{name}/person/{tail:answer}", self._person),
                web.get("/campaign/{name}", self._campaign),
                web.post("/campaign/{name}/review", self._review),
                web.post("/campaign/{name}/external", self._external),
                web.get("/campaign/{name}/issue", self._handing),
                web.post("/campaign/{name}/order", self._keep_order),
                web.post("/campaign/{name}/issue", self._issue),
                web.get(r"/campaign/{name}/issued/{issue:\d+}/{file}", self._issued_file),
            ]
        )
        made.cleanup_ctx.append(self._working)
        return made

    async def _working(self, app: web.Application) -> AsyncIterator[None]:
        del app
        task = asyncio.create_task(self.queue.work())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    # Who asks

    @web.middleware
    async def _known(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self._people and self._people.asked and request.path != "/login" and not self._who(request):
            raise web.HTTPSeeOther("/login")
        return await handler(request)

    def _who(self, request: web.Request) -> str:
        return self._people.name(request.cookies.get(COOKIE, "")) if self._people else ""

    def _told(self, request: web.Request) -> dict[str, Any]:
        """What every page knows: the form's token, who is logged in, whether anybody can be."""
        return {"token": self._token, "who": self._who(request), "asked": bool(self._people and self._people.asked)}

    def _allow(self, request: web.Request, duty: str) -> None:
        """Raises CampaignError where who is logged in may not do this; without passwords everybody may."""
        if self._people and self._people.asked and not self._people.may(name := self._who(request), duty):
            raise CampaignError(f'{name}: lab.toml does not authorise them: may lacks "{duty}" / 未获相应授权')

    def _fresh(self, form: Any) -> bool:
        return hmac.compare_digest(_text(form, "token").encode(), self._token.encode())

    async def _login(self, request: web.Request) -> web.Response:
        return _page("serve_login.html.j2", wrong="", **self._told(request))

    async def _log_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        name = _text(form, "name")
        session = ""
        if self._people and self._fresh(form):
            session = await asyncio.to_thread(self._people.login, name, _text(form, "password"))
        if not session:
            await asyncio.sleep(1)
            words = "name or password is wrong / 姓名或口令有误"
            return _page("serve_login.html.j2", 403, wrong=words, **self._told(request))
        answer = web.HTTPSeeOther("/")
        answer.set_cookie(COOKIE, session, httponly=True, samesite="Strict")
        raise answer

    async def _log_out(self, request: web.Request) -> web.Response:
        if self._people and self._fresh(await request.post()):
            self._people.logout(request.cookies.get(COOKIE, ""))
        raise web.HTTPSeeOther("/login")

    def _below(self, request: web.Request, mark: str) -> Path:
        """The folder that a page is about: one below `out` that has the mark of its kind."""
        return self._named(request.match_info["name"], mark)

    def _named(self, name: str, mark: str) -> Path:
        folder = self._out / name
        if folder.parent != self._out or not (folder / mark).is_file():
            raise web.HTTPNotFound(text="no such run or campaign / 无此运行或任务")
        return folder

    # Runs, queue, comparison

    async def _index(self, request: web.Request) -> web.Response:
        return self._first(request)

    def _first(self, request: web.Request, wrong: str = "", code: int = 200) -> web.Response:
        runs = [_row(path.parent) for path in sorted(self._out.glob(f"*/{RUN}"), reverse=True)]
        names = sorted(path.parent.name for path in self._out.glob(f"*/{BOOK}"))
        busy = any(each.state in (QUEUED, RUNNING) for each in self.queue.orders)
        return _page(
            "serve_index.html.j2",
            code,
            runs=runs,
            campaigns=names,
            folder=self._out.name,
            orders=list(reversed(self.queue.orders)),
            profiles=self.queue.profiles(),
            rigs=RUN_RIGS,
            refresh=_SLOW_S if busy and not wrong else 0,
            wrong=wrong,
            **self._told(request),
        )

    async def _order(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not self._fresh(form):
            return self._first(request, _STALE, 403)
        try:
            self._allow(request, TESTS)
            self.queue.add(
                by=self._who(request) or _text(form, "by"),
                profile=_text(form, "profile"),
                rig=_text(form, "rig"),
                cases=_text(form, "cases").split(),
                repeat=_text(form, "repeat") or "1",
            )
        except (QueueError, CampaignError) as error:
            return self._first(request, str(error), 422)
        raise web.HTTPSeeOther("/")

    async def _withdraw(self, request: web.Request) -> web.Response:
        if not self._fresh(await request.post()):
            return self._first(request, _STALE, 403)
        try:
            self._allow(request, TESTS)
            number = request.match_info["number"]
            self.queue.withdraw(int(number) if number.isdecimal() else 0)
        except (QueueError, CampaignError) as error:
            return self._first(request, str(error), 422)
        raise web.HTTPSeeOther("/")

    async def _compare(self, request: web.Request) -> web.Response:
        names = [request.query.get(key, "") for key in ("a", "b")]
        folders = [self._named(name, VERDICTS) for name in names]
        try:
            runs = [read_run(folder) for folder in folders]
        except VerdictsError as error:
            raise web.HTTPConflict(text=str(error)) from None
        rows = sorted(compared(*runs), key=lambda row: list(Change).index(row.change))
        told = [row for row in rows if row.change is not Change.SAME]
        return _page(
            "serve_compare.html.j2",
            sides=[side(run) for run in runs],
            names=names,
            rows=told[:_MOST_ROWS],
            more=max(len(told) - _MOST_ROWS, 0),
            same=len(rows) - len(told),
            drawable={case.id for run in runs for case in run.cases if case.record},
            pictures=[
                picture
                for folder, run in zip(folders, runs, strict=True)
                for picture in _pictures(folder, run, request.query.get("case", ""))
            ],
            **self._told(request),
        )

    async def _run(self, request: web.Request) -> web.Response:
        folder = self._below(request, RUN)
        try:
            found = status.status_of(folder, datetime.now(LOCAL))
            ended = [each.result for each in attempts(folder) if each.result]
            question = found.state == "running" and await asking.asks(folder)
            pictures = [_lanes_of(folder, each.case, each.attempt) for each in found.running[:_MOST_LANES]]
        except (JournalError, HistoryError) as error:
            raise web.HTTPConflict(text=str(error)) from None
        order = sorted(ended, key=lambda result: (result.started, result.id), reverse=True)
        return _page(
            "serve_run.html.j2",
            refresh=_REFRESH_S if found.state == "running" and not question else 0,
            frames=True,
            status=found,
            part=100 * found.done // max(found.planned, 1),
            results=order,
            remaining=status.span(found.remaining_s),
            span=status.span,
            signed=signed_of(folder),
            report=(folder / FILE).exists(),
            by_clause=_by_clause(ended),
            question=question,
            pictures=pictures,
            others=[path.parent.name for path in sorted(self._out.glob(f"*/{VERDICTS}")) if path.parent != folder],
            **self._told(request),
        )

    async def _report(self, request: web.Request) -> web.StreamResponse:
        path = self._below(request, RUN) / FILE
        if not path.is_file():
            raise web.HTTPNotFound(text="no report yet / 尚无报告")
        return web.FileResponse(path)

    async def _person(self, request: web.Request) -> web.StreamResponse:
        try:
            if request.method == "POST":
                self._allow(request, TESTS)
            return await asking.handed_through(self._below(request, RUN), request.match_info["tail"], request)
        except CampaignError as error:
            raise web.HTTPForbidden(text=str(error)) from None

    # From a clause down to a frame

    async def _clause(self, request: web.Request) -> web.Response:
        folder, clause = self._below(request, RUN), request.query.get("id", "")
        try:
            ended = [each.result for each in attempts(folder) if each.result]
        except JournalError as error:
            raise web.HTTPConflict(text=str(error)) from None
        entry = next((each for each in entries() if each.id == clause), None)
        rows = [(result, check) for result in ended for check in result.checks if clause in check.clauses]
        if entry is None and not rows:
            raise web.HTTPNotFound(text="no such clause / 无此条款")
        shown = [(result, check, looking.said(check.evidence)) for result, check in rows]
        told = self._told(request)
        return _page("serve_clause.html.j2", run=folder.name, clause=clause, entry=entry, rows=shown, **told)

    def _seen(self, request: web.Request) -> tuple[Path, str, int, looking.Seen]:
        folder = self._below(request, RUN)
        case, attempt = request.match_info["case"], int(request.match_info["attempt"])
        try:
            found = looking.seen(folder, case, attempt)
        except (HistoryError, JournalError) as error:
            raise web.HTTPConflict(text=str(error)) from None
        if found is None:
            raise web.HTTPNotFound(text="no such attempt / 无此执行")
        return folder, case, attempt, found

    async def _case(self, request: web.Request) -> web.Response:
        folder, case, attempt, found = self._seen(request)
        at = request.query.get("at", "")
        near = looking.near(found.history, int(at)) if found.history and at.isdecimal() else []
        checks = [(check, looking.said(check.evidence)) for check in found.result.checks] if found.result else []
        return _page(
            "serve_case.html.j2",
            run=folder.name,
            case=case,
            attempt=attempt,
            result=found.result,
            checks=checks,
            near=near,
            first=found.history.events[0].t if found.history else None,
            picture=looking.lanes(found, Text(case, case)),
            refresh=_REFRESH_S if found.growing and not at else 0,
            **self._told(request),
        )

    async def _event(self, request: web.Request) -> web.Response:
        folder, case, attempt, found = self._seen(request)
        number = int(request.match_info["event"])
        if found.history is None or number >= len(found.history.events):
            raise web.HTTPNotFound(text="no such event / 无此事件")
        event = found.history.events[number]
        return _page(
            "serve_event.html.j2",
            run=folder.name,
            case=case,
            attempt=attempt,
            number=number,
            at=event.t,
            local=local_time(event.t),
            text=looking.as_json(event),
            fields=looking.explained(event),
            frames_of=looking.framed(found.history, event),
            **self._told(request),
        )

    # Campaigns

    async def _campaign(self, request: web.Request) -> web.Response:
        return self._shown(request, self._below(request, BOOK))

    def _shown(self, request: web.Request, folder: Path, wrong: str = "", code: int = 200) -> web.Response:
        try:
            found = campaign.state(folder)
            book = Book(folder)
        except (CampaignError, ChainTrouble, OSError) as error:
            raise web.HTTPConflict(text=str(error)) from None
        return _page(
            "serve_campaign.html.j2",
            code,
            name=folder.name,
            state=found,
            conformity=found.conformity,
            reviews=book.reviews,
            externals=book.externals,
            runs=book.joined("run"),
            signs=self._lab is not None,
            wrong=wrong,
            **self._told(request),
        )

    async def _review(self, request: web.Request) -> web.Response:
        folder, form = self._below(request, BOOK), await request.post()
        if not self._fresh(form):
            return self._shown(request, folder, _STALE, 403)
        with scratch.room("serve") as room:
            try:
                self._allow(request, REVIEWS)
                campaign.review(
                    folder,
                    _text(form, "clause"),
                    _text(form, "verdict"),
                    words=_text(form, "words"),
                    files=_files(form, room),
                    by=self._who(request) or _text(form, "by"),
                    lab=str(self._lab or ""),
                )
            except _Wrong as error:
                return self._shown(request, folder, str(error), 422)
        raise web.HTTPSeeOther(f"/campaign/{folder.name}")

    async def _external(self, request: web.Request) -> web.Response:
        folder, form = self._below(request, BOOK), await request.post()
        if not self._fresh(form):
            return self._shown(request, folder, _STALE, 403)
        with scratch.room("serve") as room:
            try:
                self._allow(request, REVIEWS)
                told = External(
                    at="",
                    by=self._who(request) or _text(form, "by"),
                    clauses=tuple(_text(form, "clauses").split()),
                    verdict=campaign.decided(_text(form, "verdict")),
                    laboratory=_text(form, "laboratory"),
                    accreditation=_text(form, "accreditation"),
                    report=_text(form, "report"),
                    edition=_text(form, "edition"),
                    specimen=_text(form, "specimen"),
                    words=_text(form, "words"),
                )
                campaign.external(folder, told, files=_files(form, room), lab=str(self._lab or ""))
            except _Wrong as error:
                return self._shown(request, folder, str(error), 422)
        raise web.HTTPSeeOther(f"/campaign/{folder.name}")

    async def _handing(self, request: web.Request) -> web.Response:
        return await self._hand(request, self._below(request, BOOK))

    async def _hand(self, request: web.Request, folder: Path, said: str = "", code: int = 200) -> web.Response:
        if self._lab is None:
            raise web.HTTPNotFound(text="issuing needs `carbonbench serve --lab lab.toml` / 签发须用 --lab 启动")
        found = await asyncio.to_thread(handing.shown, folder, self._lab)
        told = self._told(request)
        return _page("serve_issue.html.j2", code, name=folder.name, desk=found, said=said, shown=handing.SHOWN, **told)

    async def _keep_order(self, request: web.Request) -> web.Response:
        folder, form = self._below(request, BOOK), await request.post()
        if not self._fresh(form):
            return await self._hand(request, folder, _STALE, 403)
        try:
            self._allow(request, TESTS)
            handing.kept(folder, _text(form, "text") + "\n")
        except (CampaignError, PaperError) as error:
            return await self._hand(request, folder, str(error), 422)
        raise web.HTTPSeeOther(f"/campaign/{folder.name}/issue")

    async def _issue(self, request: web.Request) -> web.Response:
        folder, form = self._below(request, BOOK), await request.post()
        if not self._fresh(form) or self._lab is None:
            return await self._hand(request, folder, _STALE, 403)
        try:
            self._allow(request, AUTHORISES)
            name = self._who(request)
            if name and name not in handing.authorised(folder):
                raise CampaignError(f"{name}: the order names another who authorises / 委托单所载批准人非本人")
        except CampaignError as error:
            return await self._hand(request, folder, str(error), 422)
        done, words = await handing.issued(folder, self._lab)
        return await self._hand(request, folder, words, 200 if done else 422)

    async def _issued_file(self, request: web.Request) -> web.StreamResponse:
        folder, file = self._below(request, BOOK), request.match_info["file"]
        place = self._out / handing.ISSUED / handing.number_of(folder) / request.match_info["issue"]
        if file not in handing.SHOWN or not (place / file).is_file():
            raise web.HTTPNotFound(text="no such file / 无此文件")
        headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
        return web.FileResponse(place / file, headers=headers)


def _files(form: Any, room: Path) -> list[Path]:
    """Files of a form, kept in a room."""
    found: list[Path] = []
    for each in form.getall("file", []):
        if isinstance(each, web.FileField) and each.filename:
            path = room / (Path(each.filename).name or "file")
            path.write_bytes(each.file.read())
            found.append(path)
    return found


def _lanes_of(folder: Path, case: str, attempt: int) -> tuple[str, Markup]:
    """The lanes of an attempt by now."""
    found = looking.seen(folder, case, attempt)
    return f"{case} #{attempt}", looking.lanes(found, Text(case, case)) if found else Markup("")


def _pictures(folder: Path, run: RunResult, case: str) -> list[tuple[str, Markup]]:
    """The lanes of a case's attempts in a run."""
    found = [each.attempt for each in run.cases if each.id == case and each.record]
    try:
        return [(f"{folder.name}: {name}", drawn) for at in found for name, drawn in [_lanes_of(folder, case, at)]]
    except (HistoryError, JournalError) as error:
        raise web.HTTPConflict(text=str(error)) from None


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


def _page(template: str, code: int = 200, *, frames: bool = False, **values: object) -> web.Response:
    text = page(template, frames=frames, **values)
    return web.Response(text=text, content_type="text/html", status=code, headers={"Cache-Control": "no-store"})


@web.middleware
async def _guarded(request: web.Request, handler: Any) -> web.StreamResponse:
    """No other site frames these pages, and one that found them by another name (DNS rebinding) gets nothing."""
    host = request.host.rpartition(":")[0] or request.host
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    if sockname and str(sockname[0]).startswith("127.") and host not in ("127.0.0.1", "localhost", str(sockname[0])):
        raise web.HTTPForbidden(text="expected a local name / 仅限本机访问")
    response = await handler(request)
    # The person's question stands in a frame of its run's page, which is ours.
    response.headers["X-Frame-Options"] = "SAMEORIGIN" if "/person/" in request.path else "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _serve(desk: Desk, host: str, port: int) -> None:
    runner = web.AppRunner(desk.app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        address = runner.addresses[0][:2]
        shown = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
        print(f"http://{shown}:{address[1]}/  Ctrl-C ends / 按 Ctrl-C 结束", flush=True)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def main(out: Path, where: str, lab: Path | None = None, profiles: Path = Path()) -> int:
    """Serve until somebody ends it."""
    if not out.is_dir():
        print(f"{out}: expected a folder of runs and campaigns / 应为运行和任务所在目录", file=sys.stderr)
        return EXIT_ERROR
    host, _, port = where.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        print(f"--at {where}: expected host:port, such as 127.0.0.1:8600 / 应为 主机:端口", file=sys.stderr)
        return EXIT_ERROR
    try:
        if lab is not None:
            load_lab(lab)
        desk = Desk(out, lab, profiles)
    except (LabError, PaperError, PeopleError, QueueError) as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    try:
        asyncio.run(_serve(desk, host.strip("[]"), int(port)))
    except (OSError, socket.gaierror) as error:
        print(f"--at {where}: cannot listen ({error.strerror}) / 无法监听", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_PASS
    return EXIT_PASS
