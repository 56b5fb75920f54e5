"""`carbonbench serve`: runs, campaigns, queue and issues in the browser, live, on the local interface unless told.

Leaves what a run is doing to `status`, joining to `campaign`, all else that stands behind a page to `desk`. Pages are
made here in one process; parts of a page that live are fetched anew (`live.js`), what is typed beside them stays. Forms
carry a token that only the page of who is logged in knows. With `--lab` entries are signed; once persons have passwords
each logs in and does what lab.toml allows. Others than this computer are served over TLS, and only who has a password.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import os
import secrets
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import web
from markupsafe import Markup

from bench.campaign.book import BOOK, Book, CampaignError, External
from bench.case import EXIT_ERROR, EXIT_PASS, EXIT_USAGE, CaseResult, RunResult, Text
from bench.commands.finished.rejudge import VERDICTS, read_run
from bench.commands.laboratory import campaign, sentences
from bench.commands.laboratory.desk import asking, handing, joining, looking
from bench.commands.laboratory.desk.people import People, PeopleError
from bench.commands.laboratory.desk.queue import QUEUED, RUNNING, Queue, QueueError
from bench.commands.laboratory.remaining import listed
from bench.commands.running import status
from bench.commands.running.options import RUN_RIGS
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
_MOST_DIGITS = 18
_STALE = str(sentences.FORM_OLD())
_Wrong = (CampaignError, ChainTrouble, KeyTrouble, OSError)


COOKIE = "carbonbench"
_PIN = "CARBONBENCH_PIN"
_BEHIND = web.AppKey("behind", bool)
_SANDBOX = "sandbox allow-scripts"
"""A report is a file of a run, not a page of ours: its script runs in an origin of its own."""


class Desk:
    """Serves what lies below `out`. `lab` signs what is entered; `profiles` is where items to be queued lie."""

    def __init__(self, out: Path, lab: Path | None = None, profiles: Path = Path()) -> None:
        """Raises PeopleError, PaperError, QueueError."""
        self._out = out.resolve()
        self._secret = secrets.token_bytes(32)
        self._lab = lab.resolve() if lab else None
        self._people = People.of(self._lab) if self._lab else None
        self.queue = Queue(self._out, profiles.resolve(), self._lab)

    @property
    def asks_who(self) -> bool:
        """Whether persons have to log in."""
        return bool(self._people and self._people.asked)

    def app(self, *, behind: bool = False) -> web.Application:
        """All pages and forms; `behind` a proxy of the laboratory they are reached by its name."""
        made = web.Application(client_max_size=_MOST_OCTETS, middlewares=[_guarded, self._known])
        made[_BEHIND] = behind
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
                web.post("/campaign", self._begin),
                web.get("/campaign/{name}", self._campaign),
                web.post("/campaign/{name}/add", self._join),
                web.post("/campaign/{name}/leave", self._join),
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
        if self.asks_who and request.path != "/login" and not self._who(request):
            raise web.HTTPSeeOther("/login")
        return await handler(request)

    def _who(self, request: web.Request) -> str:
        return self._people.name(request.cookies.get(COOKIE, "")) if self._people else ""

    def _told(self, request: web.Request) -> dict[str, Any]:
        """What every page knows: the form's token, who is logged in, whether anybody can be."""
        return {"token": self._token(request), "who": self._who(request), "asked": self.asks_who}

    def _token(self, request: web.Request) -> str:
        """The token of the forms of who is logged in: nobody else's page shows it."""
        session = request.cookies.get(COOKIE, "") if self._who(request) else ""
        return hmac.digest(self._secret, session.encode(), "sha256").hex()

    def _allow(self, request: web.Request, duty: str) -> None:
        """Raises CampaignError where who is logged in may not do this; without passwords everybody may."""
        if self._people and self._people.asked and not self._people.may(name := self._who(request), duty):
            raise CampaignError(sentences.NOT_AUTHORISED(duty=duty).after(name))

    def _fresh(self, request: web.Request, form: Any) -> bool:
        return hmac.compare_digest(_text(form, "token").encode(), self._token(request).encode())

    async def _login(self, request: web.Request) -> web.Response:
        return _page("serve_login.html.j2", wrong="", **self._told(request))

    async def _log_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        name = _text(form, "name")
        session = ""
        if self._people and self._fresh(request, form):
            session = await asyncio.to_thread(self._people.login, name, _text(form, "password"))
        if not session:
            await asyncio.sleep(1)
            words = str(sentences.NAME_OR_PASSWORD())
            return _page("serve_login.html.j2", 403, wrong=words, **self._told(request))
        answer = web.HTTPSeeOther("/")
        answer.set_cookie(COOKIE, session, httponly=True, samesite="Strict", secure=request.secure)
        raise answer

    async def _log_out(self, request: web.Request) -> web.Response:
        if self._people and self._fresh(request, await request.post()):
            self._people.logout(request.cookies.get(COOKIE, ""))
        raise web.HTTPSeeOther("/login")

    def _below(self, request: web.Request, mark: str) -> Path:
        """The folder that a page is about: one below `out` that has the mark of its kind."""
        return self._named(request.match_info["name"], mark)

    def _named(self, name: str, mark: str) -> Path:
        folder = self._out / name
        if folder.parent != self._out or not (folder / mark).is_file():
            raise web.HTTPNotFound(text=str(sentences.NO_RUN_THERE()))
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
        if not self._fresh(request, form):
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
        if not self._fresh(request, await request.post()):
            return self._first(request, _STALE, 403)
        try:
            self._allow(request, TESTS)
            number = request.match_info["number"]
            self.queue.withdraw(_number(number) if number.isdecimal() else 0)
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
            refresh=_REFRESH_S if found.state == "running" else 0,
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
            raise web.HTTPNotFound(text=str(sentences.NO_REPORT_YET()))
        return web.FileResponse(path, headers={"Content-Security-Policy": _SANDBOX, "Cache-Control": "no-store"})

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
            raise web.HTTPNotFound(text=str(sentences.NO_CLAUSE_THERE()))
        shown = [(result, check, looking.said(check.evidence)) for result, check in rows]
        told = self._told(request)
        return _page("serve_clause.html.j2", run=folder.name, clause=clause, entry=entry, rows=shown, **told)

    def _seen(self, request: web.Request) -> tuple[Path, str, int, looking.Seen]:
        folder = self._below(request, RUN)
        case, attempt = request.match_info["case"], _number(request.match_info["attempt"])
        try:
            found = looking.seen(folder, case, attempt)
        except (HistoryError, JournalError) as error:
            raise web.HTTPConflict(text=str(error)) from None
        if found is None:
            raise web.HTTPNotFound(text=str(sentences.NO_ATTEMPT_THERE()))
        return folder, case, attempt, found

    async def _case(self, request: web.Request) -> web.Response:
        folder, case, attempt, found = self._seen(request)
        at = request.query.get("at", "")
        near = looking.near(found.history, _number(at)) if found.history and at.isdecimal() else []
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
        number = _number(request.match_info["event"])
        if found.history is None or number >= len(found.history.events):
            raise web.HTTPNotFound(text=str(sentences.NO_EVENT_THERE()))
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
            book = Book(folder)
            signed = any(line.signatures for line in book.lines)
            found = campaign.state(folder, str(self._lab or "") if signed else "")
        except (CampaignError, ChainTrouble, OSError) as error:
            raise web.HTTPConflict(text=str(error)) from None
        return _page(
            "serve_campaign.html.j2",
            code,
            name=folder.name,
            state=found,
            conformity=found.conformity,
            listed=listed,
            reviews=book.reviews,
            externals=book.externals,
            runs=book.joined("run"),
            joinable=joining.joinable(self._out, book),
            verdicts=campaign.DECIDABLE,
            signs=self._lab is not None,
            wrong=wrong,
            **self._told(request),
        )

    async def _begin(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not self._fresh(request, form):
            return self._first(request, _STALE, 403)
        try:
            self._allow(request, TESTS)
            profile, by = self.queue.profile(_text(form, "profile")), self._who(request) or _text(form, "by")
            name = joining.begun(self._out, profile, _text(form, "name"), by=by, lab=str(self._lab or ""))
        except (QueueError, *_Wrong) as error:
            return self._first(request, str(error), 422)
        raise web.HTTPSeeOther(f"/campaign/{quote(name)}")

    async def _join(self, request: web.Request) -> web.Response:
        """Join a result that lies below `out`, or leave it out with the reason."""
        folder, form = self._below(request, BOOK), await request.post()
        if not self._fresh(request, form):
            return self._shown(request, folder, _STALE, 403)
        joins = request.path.endswith("/add")
        who = {"by": self._who(request) or _text(form, "by"), "lab": str(self._lab or "")}
        try:
            self._allow(request, TESTS if joins else REVIEWS)
            name = _text(form, "result")
            if joins:
                await asyncio.to_thread(joining.add, self._out, folder, name, **who)
            else:
                joining.leave(self._out, folder, name, words=_text(form, "words"), **who)
        except _Wrong as error:
            return self._shown(request, folder, str(error), 422)
        raise web.HTTPSeeOther(f"/campaign/{quote(folder.name)}")

    async def _review(self, request: web.Request) -> web.Response:
        folder, form = self._below(request, BOOK), await request.post()
        if not self._fresh(request, form):
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
        raise web.HTTPSeeOther(f"/campaign/{quote(folder.name)}")

    async def _external(self, request: web.Request) -> web.Response:
        folder, form = self._below(request, BOOK), await request.post()
        if not self._fresh(request, form):
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
        raise web.HTTPSeeOther(f"/campaign/{quote(folder.name)}")

    async def _handing(self, request: web.Request) -> web.Response:
        return await self._hand(request, self._below(request, BOOK))

    async def _hand(self, request: web.Request, folder: Path, said: str = "", code: int = 200) -> web.Response:
        if self._lab is None:
            raise web.HTTPNotFound(text=str(sentences.ISSUING_NEEDS()))
        try:
            found = await asyncio.to_thread(handing.shown, folder, self._lab)
        except (CampaignError, ChainTrouble, OSError) as error:
            raise web.HTTPConflict(text=str(error)) from None
        told = self._told(request)
        return _page("serve_issue.html.j2", code, name=folder.name, desk=found, said=said, shown=handing.SHOWN, **told)

    async def _keep_order(self, request: web.Request) -> web.Response:
        folder, form = self._below(request, BOOK), await request.post()
        if not self._fresh(request, form):
            return await self._hand(request, folder, _STALE, 403)
        try:
            self._allow(request, TESTS)
            handing.kept(folder, _text(form, "text") + "\n")
        except (CampaignError, PaperError) as error:
            return await self._hand(request, folder, str(error), 422)
        raise web.HTTPSeeOther(f"/campaign/{quote(folder.name)}/issue")

    async def _issue(self, request: web.Request) -> web.Response:
        folder, form = self._below(request, BOOK), await request.post()
        if not self._fresh(request, form) or self._lab is None:
            return await self._hand(request, folder, _STALE, 403)
        try:
            self._allow(request, AUTHORISES)
            name = self._who(request)
            if name and name not in handing.authorised(folder):
                raise CampaignError(sentences.ORDER_NAMES_ANOTHER().after(name))
        except CampaignError as error:
            return await self._hand(request, folder, str(error), 422)
        done, words = await handing.issued(folder, self._lab)
        return await self._hand(request, folder, words, 200 if done else 422)

    async def _issued_file(self, request: web.Request) -> web.StreamResponse:
        folder, file = self._below(request, BOOK), request.match_info["file"]
        number = handing.number_of(folder)
        place = self._out / handing.ISSUED / number / request.match_info["issue"]
        if not number or file not in handing.SHOWN or not (place / file).is_file():
            raise web.HTTPNotFound(text=str(sentences.NO_FILE_THERE()))
        headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
        return web.FileResponse(place / file, headers=headers)


def _files(form: Any, room: Path) -> list[Path]:
    """Files of a form, kept in a room."""
    found: list[Path] = []
    for each in form.getall("file", []):
        if isinstance(each, web.FileField) and each.filename:
            path = room / file_name(each.filename)
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


def file_name(told: str) -> str:
    """The name under which a file of a form is kept: the last part of what a browser says, and no other folder."""
    name = Path(told.replace("\\", "/").replace("\0", "")).name
    return name if name not in ("", ".", "..") else "file"


def _number(digits: str) -> int:
    """A whole number of an address. Raises HTTPNotFound for one that nothing can have."""
    if len(digits) > _MOST_DIGITS:
        raise web.HTTPNotFound(text=str(sentences.NO_NUMBER_THERE()))
    return int(digits)


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
    text = page(template, frames=frames, live=bool(values.get("refresh")), **values)
    return web.Response(text=text, content_type="text/html", status=code, headers={"Cache-Control": "no-store"})


@web.middleware
async def _guarded(request: web.Request, handler: Any) -> web.StreamResponse:
    """No other site frames these pages or sends their forms, and one that found them by another name gets nothing."""
    origin = request.headers.get("Origin", "")
    try:
        if not request.app[_BEHIND] and _strange(request):
            raise web.HTTPForbidden(text=str(sentences.LOCAL_NAME()))
        if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text=str(sentences.OTHER_SITE()))
        response = await handler(request)
    except web.HTTPException as error:
        response = error
    # The person's question stands in a frame of its run's page, which is ours.
    response.headers["X-Frame-Options"] = "SAMEORIGIN" if "/person/" in request.path else "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if isinstance(response, web.HTTPException):
        raise response
    return response


def _strange(request: web.Request) -> bool:
    """Whether somebody reached this computer's own address by a foreign name (DNS rebinding)."""
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    own = str(sockname[0]) if isinstance(sockname, tuple) and sockname else ""
    if not own or not local(own):
        return False
    return urlsplit(f"//{request.host}").hostname not in ("localhost", "127.0.0.1", "::1", own)


def local(host: str) -> bool:
    """Whether only this computer reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def channel(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS with the laboratory's certificate. Raises OSError (ssl.SSLError is one), ValueError."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate, key, lambda: os.environ.get(_PIN, ""))
    return made


async def _serve(desk: Desk, host: str, port: int, tls: ssl.SSLContext | None, *, behind: bool) -> None:
    runner = web.AppRunner(desk.app(behind=behind), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls).start()
        address = runner.addresses[0][:2]
        shown = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
        scheme = "https" if tls else "http"
        print(sentences.SERVED_AT(scheme=scheme, shown=shown, port=address[1]), flush=True)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class Asked:
    """What the command line asked for. `plain` lets others be served without TLS: a proxy of the laboratory has it."""

    out: Path
    where: str
    lab: Path | None = None
    profiles: Path = Path()
    certificate: Path | None = None
    key: Path | None = None
    plain: bool = False


def _open_to_others(asked: Asked, host: str, desk: Desk) -> str:
    """Why others than this computer are not served; empty where they may be, or are not."""
    if local(host) and not asked.plain:
        return ""
    if not desk.asks_who:
        return sentences.NOBODY_HAS_PASSWORD().after(f"--at {asked.where}")
    if not (asked.certificate or asked.plain):
        return sentences.NEEDS_TLS().after(f"--at {asked.where}")
    return ""


def main(asked: Asked) -> int:
    """Serve until somebody ends it. 3 it cannot listen, 4 wrong words."""
    if not asked.out.is_dir():
        print(sentences.RUNS_AND_CAMPAIGNS().after(asked.out), file=sys.stderr)
        return EXIT_USAGE
    host, _, port = asked.where.rpartition(":")
    host = host.strip("[]")
    if not host or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        print(sentences.HOST_PORT().after(f"--at {asked.where}"), file=sys.stderr)
        return EXIT_USAGE
    if (asked.certificate is None) is not (asked.key is None):
        print(sentences.ONE_WITH_OTHER(), file=sys.stderr)
        return EXIT_USAGE
    try:
        if not asked.profiles.is_dir():
            raise QueueError(sentences.PROFILES_FOLDER().after(f"--profiles {asked.profiles}"))
        if asked.lab is not None:
            load_lab(asked.lab)
        desk = Desk(asked.out, asked.lab, asked.profiles)
        if wrong := _open_to_others(asked, host, desk):
            raise PeopleError(wrong)
    except (LabError, PaperError, PeopleError, QueueError) as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    made = None
    if asked.certificate and asked.key:
        try:
            made = channel(asked.certificate, asked.key)
        except (OSError, ValueError) as error:
            print(
                sentences.NOT_USED_TOGETHER(error=error).after(f"--certificate {asked.certificate}, --key {asked.key}"),
                file=sys.stderr,
            )
            return EXIT_USAGE
    try:
        asyncio.run(_serve(desk, host, int(port), made, behind=asked.plain))
    except (OSError, socket.gaierror) as error:
        print(sentences.CANNOT_LISTEN(strerror=error.strerror).after(f"--at {asked.where}"), file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_PASS
    return EXIT_PASS
