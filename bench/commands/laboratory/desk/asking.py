"""The person's question of a run under way, shown and answered on the pages of `carbonbench serve`.

Leaves the question to the page of the rig: what comes and goes is handed through, so that one address is enough for the
laboratory. Only the page that the run itself names is asked.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bench.commands.laboratory import sentences
from bench.journal import attempts
from bench.operator.web import ADDRESS

NO_QUESTION = "<h1>No question is open"
_LONGEST_S = 30.0
_KEPT = ("Content-Type", "Content-Disposition", "Content-Security-Policy", "Cache-Control", "X-Content-Type-Options")
_PATIENCE = ClientTimeout(total=_LONGEST_S)


def address_of(run: Path) -> str:
    """The page that the case under way asks its person at; empty where nobody is asked."""
    for each in attempts(run):
        path = each.folder / ADDRESS
        if each.result is None and path.is_file():
            return path.read_text("utf-8").strip()
    return ""


async def asks(run: Path) -> bool:
    """Whether a question is open now."""
    address = address_of(run)
    if not address:
        return False
    try:
        async with ClientSession(timeout=ClientTimeout(total=2.0)) as session, session.get(address) as answer:
            return answer.status == 200 and NO_QUESTION not in await answer.text()
    except (ClientError, TimeoutError, OSError):
        return False


async def handed_through(run: Path, tail: str, request: web.Request) -> web.StreamResponse:
    """The rig's page, or what it answers to a form."""
    address = address_of(run)
    if not address or ".." in tail:
        raise web.HTTPNotFound(text=str(sentences.NONE_OPEN()))
    data = await request.read() if request.method == "POST" else None
    headers = {"Content-Type": request.headers.get("Content-Type", "")} if data is not None else {}
    try:
        async with (
            ClientSession(timeout=_PATIENCE) as session,
            session.request(
                request.method, address + tail, data=data, headers=headers, allow_redirects=False
            ) as answer,
        ):
            octets = await answer.read()
            if answer.status == 303:
                raise web.HTTPSeeOther(f"/run/{run.name}")
            kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
            return web.Response(body=octets, status=answer.status, headers=kept)
    except (ClientError, TimeoutError, OSError):
        raise web.HTTPBadGateway(text=str(sentences.NO_PAGE())) from None
