"""What people see at the pages of a product: words, links, values and states of meters.

Leaves what a product tells of itself to `upkeep`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from typing import Any, cast

from bench.dut.access import Display
from bench.dut.access.exchange import Answer
from bench.dut.access.expressions import value
from bench.dut.access.visit import Kept, Session
from bench.facade import sentences
from bench.facade.bench import Unable
from bench.facade.links import HeldList, held_forms, joined, links_of, lists_of, rows_of, searches_of
from bench.facade.people.desk import TROUBLES, Visitor, text, trouble
from bench.history import people as told_of
from bench.history.observation import Observation, Q, R
from bench.history.people import (
    ChoiceQuery,
    DoorQuery,
    EntryRow,
    FormRow,
    LatestRow,
    LinkRow,
    LinksQuery,
    MinuteRow,
    MinutesQuery,
    PageQuery,
    StateQuery,
    StateRow,
    TextRow,
)

_MOST_WORDS = 40_000
_MOST_ROWS = 200


class Pages:
    """The pages of a product, as the owner of a session sees them."""

    def __init__(self, people: Visitor) -> None:
        self._people = people
        self._chosen: set[tuple[str, str]] = set()
        """Door and address of searches with another choice, which are tried by the first who is offered them."""
        self._lists: dict[tuple[str, str, str], HeldList] = {}
        """The lists of searches that were met when links were followed last, by door, path and name."""

    async def shown(self, name: str, session: Session) -> None:
        """Put into the history the words that a page or answer has, without its marks."""

        def read(answer: Answer) -> list[TextRow]:
            return [TextRow(status=str(answer.status), text=_words(answer.text))]

        await self._told(told_of.SHOWN, PageQuery(function=name, door=session.door), session, name, None, read)

    async def line_names(self) -> list[str]:
        """The names of lines that can be listened to, as the product tells them; none where it tells none."""
        known = self._people.access.display
        answer = await self._people.look(known.lines_of) if known is not None and known.lines_of else None
        found = [] if answer is None or known is None else value(known.lines, answer=answer) or []
        return [text(each) for each in cast("list[Any]", found)]

    async def line_shown(self, line: str, session: Session) -> None:
        """Put into the history the words of the page of a line, as function `listen`."""

        def read(answer: Answer) -> list[TextRow]:
            return [TextRow(status=str(answer.status), text=_words(answer.text))]

        query = PageQuery(function="listen", door=session.door)
        await self._told(told_of.SHOWN, query, session, "listen", {"line": line}, read)

    async def follow_links(self, session: Session, most: int) -> None:
        """Follow what the pages of a door point at, by GET, from its first page on; which page held each address and
        the status it gave are in the history, and what its forms lack. `most` addresses, of each path the first one;
        then its search forms as they stand, each once, and with each choice of their lists, at most as many.
        """
        self._lists.clear()
        asked = self._people.now_us()
        place = self._people.visits.place(session.door, session.certificate)
        base = f"http{'s' if place.secured else ''}://{place.host}:{place.port}"
        rows: list[LinkRow] = []
        forms: list[FormRow] = []
        problem = ""
        waiting = [("", f"{place.path}/")]
        seen = {f"{place.path}/"}
        searches: dict[tuple[str, ...], tuple[str, str]] = {}
        asked_for: set[tuple[str, ...]] = set()
        tried: set[str] = set()
        while (waiting and len(rows) < most) or searches:
            if waiting and len(rows) < most:
                held_by, target = waiting.pop(0)
            else:
                held_by, target = searches.pop(next(iter(searches)))
                waiting.clear()
            try:
                answer = await self._people.visits.get(session, target)
            except TROUBLES as error:
                problem = f"{target}: {trouble(error)}"
                continue
            rows.append(LinkRow(page=held_by, address=target, status=str(answer.status)))
            there = joined([answer.headers["location"]] if "location" in answer.headers else [], base + target)
            if answer.headers.get("content-type", "").startswith("text/html"):
                there += links_of(answer.text, base + target)
                forms += self._forms_held(session.door, place.path, answer.text, base + target)
                for each in searches_of(answer.text, base + target):
                    path, _, query = each.partition("?")
                    key = (path, *(pair.partition("=")[0] for pair in query.split("&")))
                    if key not in asked_for:
                        asked_for.add(key)
                        searches[key] = (target, each)
                lists = lists_of(answer.text, base + target) if target not in tried else []
                self._lists |= {(session.door, each.stands.partition("?")[0], each.name): each for each in lists}
                for each in (made for held in lists for _, _, made in held.choices):
                    if (session.door, each) not in self._chosen and len(tried) < most:
                        self._chosen.add((session.door, each))
                        tried.add(each)
                        searches[(each,)] = (target, each)
            for each in there:
                if (path := each.partition("?")[0]) not in seen:
                    seen.add(path)
                    waiting.append((target, each))
        user = "" if session.account is None else session.account.name
        whose = LinksQuery(door=session.door, user=user)
        self._people.tell(told_of.LINKS, asked, whose, rows, problem)
        self._people.tell(told_of.FORMS, asked, whose, forms)

    async def outcomes_chosen(self, session: Session, outcomes: frozenset[str]) -> None:
        """Put into the history the rows that searches find by each choice of an outcome, and before and after it
        untouched: of each list that has one of these outcomes among the values or texts of its choices.
        """
        for (door, path, name), held in self._lists.items():
            if door != session.door or not any({value, words} & outcomes for value, words, _ in held.choices):
                continue
            asked = (("", "", held.stands), *held.choices, ("", "", held.stands))
            for choice, words, target in asked:
                begun = self._people.now_us()
                rows: list[EntryRow] = []
                problem = ""
                try:
                    answer = await self._people.visits.get(session, target)
                    rows = [EntryRow(cells=" | ".join(row)) for row in rows_of(answer.text)[:_MOST_ROWS]]
                    problem = "" if answer.status == 200 else f"status {answer.status}"
                except TROUBLES as error:
                    problem = trouble(error)
                known = "yes" if {choice, words} & outcomes else ""
                query = ChoiceQuery(door=door, page=path, list=name, choice=choice, known=known)
                self._people.tell(told_of.CHOICE, begun, query, rows, problem)

    def _forms_held(self, door: str, root: str, page: str, address: str) -> list[FormRow]:
        """For each function of a door that is done by a form of this page: which of its fields the form lacks.

        Logging in, changing one's own password, and further forms of the door are looked for in the same way.
        """
        known = self._people.visits.door(door)
        calls = [(each.name, each.calls.get(door), each.objects) for each in self._people.access.functions]
        calls += [("login", call, ()) for call in known.login] + [("password", call, ()) for call in known.password]
        calls += [(name, call, ()) for name, call in known.forms.items()]
        found: list[FormRow] = []
        held = held_forms(page, address)
        for name, call, objects in calls:
            if call is None or not call.form or not call.post or call.file is not None:
                continue
            for form in held:
                if form.is_for(root + call.post, call.form):
                    # Where somebody else's object is tried, it is what only a forger sends.
                    forged = {key for key, text in call.form.items() if objects and "object" in text}
                    lacks = [key for key in call.form if key not in form.fields and key not in forged]
                    at = address.partition("://")[2].partition("/")[2].partition("?")[0]
                    found.append(FormRow(function=name, page=f"/{at}", lacks=", ".join(lacks)))
        return found

    async def displayed(self, session: Session, points: Sequence[str]) -> None:
        """Put into the history the latest value of each point as the page has it."""
        known = self._display

        def read(answer: Answer) -> list[LatestRow]:
            asked = ((each, value(known.value, answer=answer, query={"point": each})) for each in points)
            return [LatestRow(point=point, value=text(found)) for point, found in asked]

        await self._told(told_of.DISPLAYED, DoorQuery(door=session.door), session, known.live, {}, read)

    async def displayed_history(self, session: Session, point: str, from_us: int, to_us: int) -> None:
        """Put into the history the minutes of a point over a stretch of time as the page has them."""
        known = self._display
        query = {"point": point, "kind": "minute", "from_us": str(from_us), "to_us": str(to_us)}

        def read(answer: Answer) -> list[MinuteRow]:
            rows = cast("list[Any]", value(known.rows, answer=answer, query=query) or [])
            return [
                MinuteRow(at=text(value(known.at, row=row)), value=text(value(known.number, row=row))) for row in rows
            ]

        asked = MinutesQuery(door=session.door, **query)
        await self._told(told_of.DISPLAYED_HISTORY, asked, session, known.history, query, read)

    async def displayed_state(self, told: str, session: Session, meter: str) -> None:
        """Put into the history what the page says of a meter, and whether that is a word for one that works."""
        known = self._display
        query = {"meter": meter}

        def read(answer: Answer) -> list[StateRow]:
            said = text(value(known.state, answer=answer, query=query))
            return [StateRow(state=said, working="yes" if said in known.working else "")] if said else []

        asked = StateQuery(door=session.door, told=told, meter=meter)
        given = {"told": told, **query}
        await self._told(told_of.DISPLAYED_STATE, asked, session, known.instruments, given, read)

    @property
    def _display(self) -> Display:
        known = self._people.access.display
        if known is None:
            raise Unable(str(sentences.NO_DISPLAY()))
        return known

    async def _told(
        self,
        kind: Observation[Q, R],
        query: Q,
        session: Session,
        name: str,
        given: dict[str, str] | None,
        read: Callable[[Answer], list[R]],
    ) -> None:
        """Put into the history what `read` finds at the page of a function, asked for with `given`."""
        asked = self._people.now_us()
        rows: list[R] = []
        problem = ""
        known: dict[str, Any] = {} if given is None else {"query": Kept(given)}
        try:
            call = self._people.access.function(name).calls[session.door]
            rows = read(await self._people.visits.make(session, call, **known))
        except TROUBLES as error:
            problem = trouble(error)
        self._people.tell(kind, asked, query, rows, problem)


def _words(page: str) -> str:
    """A page without what is no text of it."""
    page = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", page)
    return re.sub(r"[ \t]+", " ", html.unescape(page))[:_MOST_WORDS]
