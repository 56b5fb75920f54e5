"""People and programs at a platform: somebody logs in at a desk, keeps objects, asks for analyses, looks at pages.

Leaves the product's words to `bench.dut.platform` and verdicts to the judges. Everything done is an `Observed` event
(see there); no password and no token is in it.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from bench.dut.access import NOBODY, Access
from bench.dut.access.exchange import Answer
from bench.dut.access.expressions import value
from bench.dut.access.visit import Kept, Session
from bench.dut.platform import Functions, Intake, Mapped, Request, analysis_call, object_call
from bench.dut.platform.asking import Exact, Outcome, Unfit, key_of, rows_of, theirs
from bench.dut.platform.sending import Keys, ProductForm
from bench.dut.platform.vocabulary import IMPORT_FIELDS, Analysis, AnyAnalysis, Fields, Kind, Q, R
from bench.facade import sentences
from bench.facade.bench import Unable
from bench.facade.people import People
from bench.history import Observed
from bench.history.questions import asked_at_platform, only_asks, refuses

_TROUBLES = (LookupError, OSError, TimeoutError)
PUBLIC = "public"
"""The word for whoever has not logged in."""
_NOT_LOGGED_IN, _ERRORS = 401, 500
_SHOWN = 300
START_S = 60.0
"""So long a platform may take until it listens."""
_LOOK_S = 0.25
MOST_TEXT = 200_000
"""Characters of a page that the record keeps."""
_NONE = Functions()
_PAGE = Request(get="{{ path }}", done="answer.status < 400")


_Reads = Callable[[Mapped, Answer], tuple[dict[str, str], ...]]
_NO_ROWS: tuple[dict[str, str], ...] = ()
AGAIN_S = 10.0
"""So long after a refusal the same is asked for once more."""


class Platform:
    """The platform on test, as people and terminals see it (`bench.facade.bench.PlatformControl`).

    `people` opens its doors; `host` is its address towards terminals.
    """

    def __init__(self, people: People, functions: Functions | None, ways: Mapping[str, Intake], host: str = "") -> None:
        self.people = people
        self.functions = functions or _NONE
        self._ways = ways
        self._host = host
        self.keys = Keys()
        self.asked_again: set[tuple[str, str]] = set()
        """What was asked for once more already."""
        self._logged_in_again: set[str] = set()

    @property
    def intakes(self) -> dict[str, Intake]:
        """The ways by which terminals reach it (hj212, https, mqtt …), as its profile has them."""
        return {way: msgspec.structs.replace(each, host=self._host or each.host) for way, each in self._ways.items()}

    def form(self, way: str, points: Mapping[str, str]) -> ProductForm | None:
        """How the product takes records by a way over HTTP, of points by their codes; None for the bench's own form."""
        found = self._ways.get(way)
        return None if found is None or found.form is None else ProductForm(found.form, found.most, self.keys, points)

    def intake(self, way: str) -> Intake:
        """One of them. Raises Unable where the profile does not say."""
        found = self.intakes.get(way)
        if found is None:
            raise Unable(str(sentences.NO_WAY_IN(way=way)))
        return found

    def rights_told(self) -> None:
        """Put the maker's table of rights into the history: rows function (action and kind or analysis), may."""
        rows = tuple(
            {"function": function, "may": " ".join(words)} for function, words in self.functions.rights.items()
        )
        now = self.people.now_us()
        self.people.record(Observed(t=now, what="rights", asked=now, rows=rows))

    async def login(self, word: str, *, door: str = "") -> Desk:
        """Somebody at the platform, logged in; `public` logs in nowhere. Raises Unable for an account that it has not.

        A platform that is starting is waited for. Whoever is not let in has a desk at which nothing is answered, and
        the history says so.
        """
        door = door or self._door()
        await self._started(door)
        if word == PUBLIC and PUBLIC not in self.people.access.accounts:
            return Desk(self, word, Session(door))
        if self.people.account(word).role == NOBODY:
            return Desk(self, word, Session(door))
        await self.people.prepare(word)
        session = await self.people.login(door, word)
        if session is None and self.people.failed_with >= _ERRORS and word not in self._logged_in_again:
            # An error is no answer to who may come in.
            self._logged_in_again.add(word)
            await asyncio.sleep(AGAIN_S)
            session = await self.people.login(door, word)
        return Desk(self, word, session)

    async def _started(self, door: str) -> None:
        """Until somebody listens at a door, or for as long as a platform may take to start."""
        for _ in range(round(START_S / _LOOK_S)):
            if await self.people.network.listens(door):
                return
            await asyncio.sleep(_LOOK_S)

    def _door(self) -> str:
        access: Access = self.people.access
        return self.functions.door or next(iter(access.doors), "")


class Desk:
    """Somebody at the platform under one account; `word` is what the profile calls the account.

    `insists`: what is refused is asked for once more. Not where refusals are what a case is about.
    """

    def __init__(self, platform: Platform, word: str, session: Session | None) -> None:
        self._platform = platform
        self.word = word
        self.session = session
        self.insists = True
        self._asked_again = platform.asked_again

    async def create(self, kind: Kind, /, **fields: Any) -> str:
        """Make an object; by what it is called, empty where the product made none."""
        written = kind.typed(kind.fields, fields)
        mapped = object_call(self._platform.functions, "create", kind.name)
        rows = await self._do(f"create {kind.name}", kind, mapped, written, {}, reads=_key)
        return rows[0]["object"] if rows else ""

    async def change(self, kind: Kind, key: str, /, **fields: Any) -> bool:
        """Change fields of an object; whether the product says that it did."""
        written = kind.typed(kind.fields, fields)
        mapped = object_call(self._platform.functions, "change", kind.name)
        return await self._do(f"change {kind.name}", kind, mapped, written, {"object": key}) is not None

    async def remove(self, kind: Kind, key: str) -> bool:
        """Remove an object; whether the product says that it did."""
        mapped = object_call(self._platform.functions, "remove", kind.name)
        return await self._do(f"remove {kind.name}", kind, mapped, {}, {"object": key}) is not None

    async def list(self, kind: Kind, /, **filter: Any) -> tuple[dict[str, str], ...]:
        """Objects whose fields are so: rows with the kind's fields and `object`, by what each is called."""
        written = kind.typed(kind.fields, filter)
        mapped = object_call(self._platform.functions, "list", kind.name)
        found = await self._do(f"list {kind.name}", kind, mapped, written, {}, reads=_as(kind.listed))
        return found or ()

    async def history(self, kind: Kind, key: str) -> tuple[dict[str, str], ...]:
        """Every version of an object: rows with the kind's fields, version, at, author, action."""
        mapped = object_call(self._platform.functions, "history", kind.name)
        found = await self._do(f"history {kind.name}", kind, mapped, {}, {"object": key}, reads=_as(kind.versioned))
        return found or ()

    def table(self, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Rows of a kind's fields as a file that the product imports: comma-separated, UTF-8, columns by its names."""
        mapped = object_call(self._platform.functions, "import", kind.name)
        told = [theirs(mapped, kind.fields, kind.typed(kind.fields, row), plain=False) for row in rows]
        columns = list(dict.fromkeys(name for row in told for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(told)
        return text.getvalue().encode()

    async def take_in(self, kind: Kind, octets: bytes) -> tuple[dict[str, str], ...]:
        """Hand a file of objects over; rows line, object, problem, where the product tells them."""
        mapped = object_call(self._platform.functions, "import", kind.name)
        told = {"octets": str(len(octets)), "sm3": hashlib.new("sm3", octets).hexdigest()}
        reads = _as(IMPORT_FIELDS) if mapped.request is not None and mapped.request.rows else None
        found = await self._do(f"import {kind.name}", kind, mapped, {}, told, reads=reads, octets=octets)
        return found or ()

    async def enter(self, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> None:
        """Make many objects: by a file where the product imports them, else one by one."""
        if object_call(self._platform.functions, "import", kind.name).request is not None:
            await self.take_in(kind, self.table(kind, rows))
            return
        for row in rows:
            await self.create(kind, **row)

    async def export(self, kind: Kind, /, **filter: Any) -> bytes:
        """Objects as a file; its octets. The history has its rows where the profile says how they are read."""
        written = kind.typed(kind.fields, filter)
        mapped = object_call(self._platform.functions, "export", kind.name)
        reads = _as(kind.listed) if mapped.request is not None and mapped.request.rows else None
        kept: list[Answer] = []
        await self._do(f"export {kind.name}", kind, mapped, written, {}, reads=reads, kept=kept)
        return kept[0].octets if kept else b""

    async def ask(self, analysis: Analysis[Q, R], /, **query: Any) -> tuple[R, ...]:
        """Ask for an analysis; its rows."""
        written = analysis.typed(analysis.query, query)
        mapped = analysis_call(self._platform.functions, analysis.name)
        found = await self._do(f"ask {analysis.name}", analysis, mapped, written, {}, reads=_as(analysis.rows))
        return analysis.shown(found or ())

    async def page(self, path: str) -> str:
        """Look at a page, at the door of pages; its text, which the history has too."""
        functions = self._platform.functions
        session = self.session
        if functions.pages and session is not None and functions.pages != session.door:
            self.session = session = (await self._platform.login(self.word, door=functions.pages)).session
        mapped = Mapped(_PAGE, {}, {})
        kept: list[Answer] = []
        await self._do("page", None, mapped, {}, {"path": path}, reads=_page, kept=kept)
        return kept[0].text if kept else ""

    async def _do(
        self,
        what: str,
        word: Kind | AnyAnalysis | None,
        mapped: Mapped,
        written: Mapping[str, str],
        more: Mapping[str, str],
        *,
        reads: _Reads | None = None,
        octets: bytes = b"",
        kept: list[Answer] | None = None,
    ) -> tuple[dict[str, str], ...] | None:
        """One request; the rows of its answer (none are no rows), None where it was not done.

        What was refused, or answered otherwise than the profile says, is asked for once more, later (R-03).
        """
        told = await self._put(what, word, mapped, written, more, reads, octets, kept)
        asked = asked_at_platform(what, told.query)
        if self.insists and refuses(told) and only_asks(what) and asked not in self._asked_again:
            self._asked_again.add(asked)
            await asyncio.sleep(AGAIN_S)
            told = await self._put(what, word, mapped, written, more, reads, octets, kept)
        return told.rows if told.outcome == Outcome.DONE else None

    async def _put(
        self,
        what: str,
        word: Kind | AnyAnalysis | None,
        mapped: Mapped,
        written: Mapping[str, str],
        more: Mapping[str, str],
        reads: _Reads | None,
        octets: bytes,
        kept: list[Answer] | None,
    ) -> Observed:
        """One request; what came of it, as the history has it."""
        asked = self._now()
        query = {"by": self.word, **more, **written}

        def tell(
            outcome: Outcome, problem: str = "", rows: tuple[dict[str, str], ...] = (), status: int = 0
        ) -> Observed:
            told = Observed(
                t=self._now(),
                what=what,
                asked=asked,
                query=query,
                rows=rows,
                problem=problem,
                outcome=outcome.value,
                status=status,
            )
            self._platform.people.record(told)
            return told

        if mapped.request is None:
            return tell(Outcome.UNMAPPED, str(sentences.NO_WAY_TO(what=what)))
        if self.session is None:
            return tell(Outcome.UNANSWERED, str(sentences.NOT_LET_IN(word=self.word)))
        try:
            answer = await self._answer(mapped.request, word, mapped, written, more, octets)
        except _TROUBLES as error:
            return tell(Outcome.UNANSWERED, f"{type(error).__name__}: {error}")
        if not self._done(mapped.request, answer):
            return tell(Outcome.REFUSED, f"status {answer.status}: {answer.text[:_SHOWN]}", status=answer.status)
        if kept is not None:
            kept.append(answer)
        try:
            rows = _NO_ROWS if reads is None else reads(mapped, answer)
        except Unfit as error:
            return tell(Outcome.UNFIT, str(error), status=answer.status)
        if isinstance(word, Kind):
            names = self._platform.keys[word.name]
            if reads is _key and written.get("id") and rows[0]["object"]:
                # From now on the bench calls it by our id, the product by its own key.
                names[written["id"]] = rows[0]["object"]
            rows = names.back(rows)
        return tell(Outcome.DONE, rows=rows, status=answer.status)

    def _now(self) -> int:
        return self._platform.people.now_us()

    def _done(self, request: Request, answer: Answer) -> bool:
        door = self._platform.people.access.doors[self.session.door] if self.session is not None else None
        told = request.done or (door.done if door is not None else "")
        return bool(value(told, answer=answer))

    async def _answer(
        self,
        request: Request,
        word: Kind | AnyAnalysis | None,
        mapped: Mapped,
        written: Mapping[str, str],
        more: Mapping[str, str],
        octets: bytes,
    ) -> Answer:
        """The answer; whose session had run out logs in again, once. Raises LookupError, OSError or TimeoutError."""
        types: Fields = {} if word is None else word.query if isinstance(word, Analysis) else word.fields
        known = self._known(types, word, mapped, written, more, octets)
        people = self._platform.people
        assert self.session is not None
        answer = await people.ask(self.session, request, **known)
        if answer.status == _NOT_LOGGED_IN and self.session.account is not None:
            again = await people.login(self.session.door, self.word)
            if again is not None:
                self.session = again
                answer = await people.ask(again, request, **known)
        return Exact.of(answer)

    def signature(self) -> dict[str, str]:
        """The headers by which the product knows this session: what it signs with, and its cookies."""
        if self.session is None:
            return {}
        people = self._platform.people
        nothing = Request(get="/")
        plain = people.prepared(self.session, nothing, signed=False)[2]
        return dict(each for each in people.prepared(self.session, nothing)[2] if each not in plain)

    def prepared(
        self, action: str, word: Kind | AnyAnalysis, /, **fields: Any
    ) -> tuple[str, str, list[tuple[str, str]], bytes] | None:
        """A request as it would be made, without what signs it: method, target, headers, body.

        None where the profile has no way to it, or nobody is logged in.
        """
        types: Fields = word.query if isinstance(word, Analysis) else word.fields
        call = analysis_call if isinstance(word, Analysis) else None
        functions = self._platform.functions
        mapped = call(functions, word.name) if call else object_call(functions, action, word.name)
        if mapped.request is None or self.session is None:
            return None
        known = self._known(types, word, mapped, word.typed(types, fields), {}, b"")
        return self._platform.people.prepared(self.session, mapped.request, signed=False, **known)

    def _known(
        self,
        types: Fields,
        word: Kind | AnyAnalysis | None,
        mapped: Mapped,
        written: Mapping[str, str],
        more: Mapping[str, str],
        octets: bytes,
    ) -> dict[str, Any]:
        """What templates of a request may name."""
        texts = Kept(theirs(mapped, types, written, plain=False))
        return {
            "kind": "" if word is None else word.name,
            "name": "" if word is None else word.name,
            "key": "" if word is None else self._platform.keys[word.name][more.get("object", "")],
            "keys": self._platform.keys,
            "path": more.get("path", ""),
            "fields": theirs(mapped, types, written, plain=True),
            "filter": texts,
            "query": texts,
            "now": self._now(),
            "octets": octets,
            "content": octets.decode("utf-8", "replace"),
        }


def _as(fields: Fields) -> _Reads:
    """Rows of these fields."""
    return lambda mapped, answer: rows_of(mapped, fields, answer)


def _key(mapped: Mapped, answer: Answer) -> tuple[dict[str, str], ...]:
    """The one row of a creation."""
    assert mapped.request is not None
    return ({"object": key_of(mapped, answer)},) if mapped.request.key else ({"object": ""},)


def _page(mapped: Mapped, answer: Answer) -> tuple[dict[str, str], ...]:
    """The one row of a page."""
    del mapped
    kind = answer.headers.get("content-type", "")
    return ({"type": kind, "octets": str(len(answer.octets)), "text": answer.text[:MOST_TEXT]},)
