"""Somebody at the doors of a product: logs in, uses functions, changes passwords, logs out.

Leaves what else can be done and seen there to the parts beside this module.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, cast

import msgspec

from bench.dut.access import BENCH_ANCHOR, NOBODY, Access, Account, Call, Function
from bench.dut.access.browser import Browsers
from bench.dut.access.exchange import Answer, Place, ask
from bench.dut.access.expressions import value
from bench.dut.access.visit import Entry, Session, Visits
from bench.facade import sentences
from bench.facade.bench import Unable
from bench.facade.maintainers import Maintainers
from bench.facade.one_time_codes import OneTimeCodes
from bench.facade.people.attacks import Attacks
from bench.facade.people.desk import TROUBLES, shown, trouble
from bench.facade.people.log import Log
from bench.facade.people.network import Network
from bench.facade.people.pages import Pages
from bench.facade.people.searches import Searches, long_enough
from bench.facade.people.upkeep import Upkeep
from bench.facade.people.witnesses import Witnesses
from bench.history import Event
from bench.history import people as told_of
from bench.history.observation import Nothing, Observation, Q, R
from bench.history.people import (
    AccountAtDoorQuery,
    AccountQuery,
    CookieRow,
    FunctionQuery,
    FunctionRow,
    FunctionsQuery,
    FunctionsRow,
    LoginQuery,
    OutcomeRow,
    RulesRow,
    StepQuery,
    UntilRow,
    Used,
)
from simulators.centres.spec import Given
from simulators.trust import sessions as trust
from simulators.trust.authority import Choice
from simulators.world import Site

_UNTOUCHED_US = 1_000_000
"""For how long what was seen after a refused request still shows what is there before the next."""


class Desk(Protocol):
    """What of a bench people need."""

    @property
    def clock(self) -> Any:
        """True time."""
        ...

    def record(self, event: Event, /) -> None:
        """Put an event into the history."""
        ...


class People:
    """Somebody at the doors of the terminal (see `bench.facade.bench.Visitors`).

    `addresses` are where they come from: the bench's own address, and a stranger's on the same network. Doors of a
    browser are there with `browsers` alone. `network`, `pages`, `log`, `upkeep`, `attacks` and `searches` are what
    else they do and see there, `witnesses` who looks for the bench.
    """

    def __init__(
        self,
        bench: Desk,
        access: Access | None,
        local: Callable[[], tuple[str, int]],
        addresses: tuple[str, str],
        site: Callable[[], Site] | None = None,
        maintainers: Maintainers | None = None,
        browsers: Browsers | None = None,
    ) -> None:
        self._site = site
        self._maintainers = maintainers
        self._browsers = browsers
        self._bench = bench
        self._access = access if access is None or browsers is not None else access.without_browsers()
        self._local = local
        self.own_address, self.other_address = addresses
        self._passwords: dict[str, str] = {}
        self._changes = 0
        self._fresh = 0
        self.witnesses = Witnesses(self)
        self._untouched: tuple[str, int, str] | None = None
        self._looked_again: set[str] = set()
        self.failed_with = 0
        """The status of the last login, where it let nobody in; 0 where it was not answered, or let somebody in."""
        self.network, self.pages, self.log, self.upkeep = Network(self), Pages(self), Log(self), Upkeep(self)
        self.searches = Searches(self)
        self.attacks = Attacks(self, local)

    def now_us(self) -> int:
        """True time, microseconds UTC."""
        return self._bench.clock.now_us()

    def record(self, event: Event) -> None:
        """Put an event into the history."""
        self._bench.record(event)

    async def ask(self, session: Session, call: Call, **known: Any) -> Answer:
        """The answer to a call in a session, told to nobody. Raises LookupError, OSError or TimeoutError."""
        return await self.visits.make(session, call, **known)

    def prepared(
        self, session: Session, call: Call, *, signed: bool = True, **known: Any
    ) -> tuple[str, str, list[tuple[str, str]], bytes]:
        """A call as it would be made in a session: method, target, headers, body. Raises LookupError."""
        return self.visits.request(session, call, signed=signed, sign=signed, **known)

    def reached(self, door: str) -> Place:
        """Where a door is. Raises LookupError."""
        return self.visits.place(door)

    @property
    def access(self) -> Access:
        """What the profile says. Raises Unable where it says nothing."""
        if self._access is None:
            raise Unable(str(sentences.NO_ACCESS()))
        return self._access

    @property
    def visits(self) -> Visits:
        """Sessions at the doors. Raises Unable as `access`."""
        return self._visits_of(self.access)

    def _visits_of(self, access: Access) -> Visits:
        host, port = self._local()
        local = {"host": host, "port": port, "own": self.own_address, "other": self.other_address}
        certify = self._certify if self._maintainers is not None else None
        anchors = {} if self._maintainers is None else {BENCH_ANCHOR: self._maintainers.page_anchor}
        return Visits(access, local, certify, self._browsers, anchors)

    def _certify(self, choice: str) -> trust.Session:
        """A session of somebody who maintains from afar. Raises LookupError."""
        if self._maintainers is None:
            raise LookupError(str(sentences.NO_MAINTAINER()))
        return self._maintainers.session(cast("Choice", choice) if choice else None)

    def tell(
        self,
        kind: Observation[Q, R],
        asked: int,
        query: Q,
        rows: Sequence[R],
        problem: str = "",
        refused: int | None = None,
    ) -> None:
        """Put an observation into the history, made now."""
        self._bench.record(kind.told(self.now_us(), asked, query, rows, problem, refused))

    def insists_on(self, what: str) -> bool:
        """Whether a refusal to show this is to be followed by another look: once a case."""
        first = what not in self._looked_again
        self._looked_again.add(what)
        return first

    def rules(self) -> None:
        """Put the numbers that the product declares into the history."""
        told = msgspec.structs.asdict(self.access.rules)
        numbers = {name: str(number) for name, number in told.items() if name != "pace_s"}
        self.tell(told_of.RULES, self.now_us(), Nothing(), [RulesRow(**numbers)])

    async def rules_shown(self) -> None:
        """Put the numbers that the product itself shows into the history, over those that it declares."""
        shown = self.access.in_force
        if shown is None:
            return
        asked = self.now_us()
        answer = await self.look(shown.of)
        found = {} if answer is None else {key: value(text, answer=answer) for key, text in shown.numbers.items()}
        numbers = {key: str(number) for key, number in found.items() if str(number).isdigit()}
        self.tell(told_of.RULES_SHOWN, asked, Nothing(), [RulesRow(**numbers)] if numbers else [])

    def functions_told(self) -> None:
        """Put the list of functions into the history: who may, through which doors, and which have an effect."""
        rows = [
            FunctionsRow(
                function=each.name,
                en=each.en,
                zh=each.zh,
                may=" ".join(each.may),
                doors=" ".join(each.calls),
                only=" ".join(each.only),
                effect="yes" if each.effect else "",
                events=" ".join(each.events),
            )
            for each in self.access.functions
        ]
        opened = [name for name in self.access.doors if name not in self.doors]
        query = FunctionsQuery(roles=" ".join(self.roles()), opened=" ".join(opened) or None)
        self.tell(told_of.FUNCTIONS, self.now_us(), query, rows)

    def roles(self) -> tuple[str, ...]:
        """Every role that an account has."""
        return tuple(dict.fromkeys(account.role for account in self.access.accounts.values()))

    def account(self, word: str, password: str | None = None) -> Account:
        """An account with the password that it has by now, or another."""
        if word not in self.access.accounts:
            raise Unable(str(sentences.NO_ACCOUNT(word=word)))
        known = self.access.accounts[word]
        return msgspec.structs.replace(known, password=password or self._passwords.get(word, known.password))

    def new_password(self, word: str) -> str:
        """A password that nobody had: of four classes, without the account's name, the same in every run."""
        self._changes += 1
        digest = hashlib.new("sm3", f"{self._changes} {word}".encode()).hexdigest()
        return f"Q{digest[:9]}!m7"

    async def prepare(self, *words: str) -> None:
        """Log every account in for the first time and give it a password of the bench's, as a product asks."""
        for word in words or tuple(self.access.accounts):
            if self.access.accounts[word].fresh and word not in self._passwords:
                session = await self._login(self._main_door(), self.account(word), word, "right", "", "")
                if session is not None:
                    await self.change_password(session, word, self.new_password(word))

    def _main_door(self) -> str:
        return "api" if "api" in self.access.doors else next(iter(self.access.doors))

    async def login(
        self,
        door: str,
        word: str,
        *,
        password: str | None = None,
        told: str = "right",
        step: str = "",
        source: str = "",
        certificate: str = "good",
        code: str = "",
        browser: Session | None = None,
    ) -> Session | None:
        """Log in; the session where the product let somebody in, even if only to change the password.

        `told` says in the history what password it was, `step` what the case tries with it; `certificate` is what is
        shown at a door that asks for one, `code` the one-time code given beside the password; `browser` is a session
        whose cookies are there already.
        """
        account = self.account(word, password)
        if account == self.account(word):
            await self.witnesses.make_way(word)
        cookies = {} if browser is None else dict(browser.cookies)
        session = await self._login(door, account, word, told, source, step, certificate, code, cookies)
        if session is not None:
            self.witnesses.entered(word, session)
        return session

    async def _login(
        self,
        door: str,
        account: Account,
        word: str,
        told: str,
        source: str,
        step: str,
        certificate: str = "good",
        code: str = "",
        cookies: dict[str, str] | None = None,
    ) -> Session | None:
        session = Session(door, account, cookies=cookies or {}, source=source, certificate=certificate, code=code)
        self._untouched = None
        await asyncio.sleep(self.access.rules.pace_s)
        asked = self.now_us()
        query = LoginQuery(
            door=door,
            account=word,
            user=account.name,
            given=told,
            role=account.role,
            source=source or None,
            step=step or None,
        )
        self.failed_with = 0
        try:
            came, answer = await self.visits.enter(session)
        except TROUBLES as error:
            self.tell(told_of.LOGIN, asked, query, [OutcomeRow(outcome="unanswered")], trouble(error))
            return None
        self.tell(told_of.LOGIN, asked, query, [OutcomeRow(outcome=came.value, status=str(answer.status))])
        self.searches.hold(f"{word} password ({told})", account.password)
        token = self.visits.door(door).token
        self.searches.hold(f"{word} token {door}", session.values.get(token) or session.cookies.get(token, ""))
        if came in (Entry.ENTERED, Entry.FIRST):
            return session
        self.failed_with = answer.status
        return None

    async def validity_told(self, session: Session) -> None:
        """Put into the history until when the product says that the session's own password holds, where it says so."""
        known, account = self.access.validity, session.account
        if known is None or account is None:
            return
        call = self.access.function(known.of).calls.get(session.door)
        if call is None:
            return
        asked = self.now_us()
        query = AccountQuery(account=account.name)
        try:
            answer = await self.visits.make(session, call)
        except TROUBLES as error:
            self.tell(told_of.PASSWORD_UNTIL, asked, query, [], trouble(error))
            return
        until = value(known.until, answer=answer, query=query.words())
        self.tell(told_of.PASSWORD_UNTIL, asked, query, [UntilRow(until="" if until is None else str(until))])

    async def cookies_given(self, door: str, word: str) -> None:
        """Log in at the pages that a door of https has too, and put into the history how their cookies are marked."""
        known = self.access.doors[door]
        scheme, _, rest = known.base.partition("://")
        there = msgspec.structs.replace(
            self.access.doors[known.pages],
            base=f"{scheme}://{rest.split('/')[0]}",
            certified=known.certified,
            anchor=known.anchor,
        )
        access = msgspec.structs.replace(self.access, doors={**self.access.doors, door: there})
        session = Session(door, self.account(word))
        await asyncio.sleep(self.access.rules.pace_s)
        asked = self.now_us()
        query = AccountAtDoorQuery(door=door, account=word)
        try:
            await self._visits_of(access).enter(session)
        except TROUBLES as error:
            self.tell(told_of.COOKIES, asked, query, [], trouble(error))
            return
        rows = [CookieRow(cookie=name, secure="yes" if marked else "") for name, marked in session.secure.items()]
        self.tell(told_of.COOKIES, asked, query, rows)

    async def stranger(self, door: str, name: str, password: str, told: str) -> Session | None:
        """Log in with a name that need not be an account."""
        return await self._login(door, Account(name, NOBODY, password), name, told, "", told)

    def credentials(self, centre: str, choice: str) -> dict[str, str]:
        """Another certificate of the terminal's own for a centre, with its key (`trust.authority.Choice`)."""
        if self._site is None:
            raise Unable(str(sentences.NO_CERTIFIER()))
        side = self._site().terminal_side(centre, cast("Given", choice))
        return {"certificate": side.certificate, "key": side.key}

    @property
    def doors(self) -> tuple[str, ...]:
        """The doors that answer as the product is delivered."""
        return self.access.delivered_doors

    def enters(self, door: str, role: str) -> bool:
        """Whether a role has anything to do at a door."""
        return any(door in each.doors and role in each.may for each in self.access.functions)

    def where(self, name: str) -> list[tuple[str, Function]]:
        """The doors at which there is a function of this name; none where the profile lists no such function."""
        return [(door, each) for each in self.access.functions if each.name == name for door in each.doors]

    def probe(self, door: str, role: str) -> str:
        """A function that a role may use at a door and that only shows something. Raises Unable."""
        for each in self.access.functions:
            if door in each.doors and role in each.may and NOBODY not in each.may and each.effect is None:
                return each.name
        raise Unable(str(sentences.NO_FUNCTION(door=door, role=role)))

    def forged(self, session: Session) -> tuple[tuple[str, Session], ...]:
        """The session with what stands for it guessed: altered, emptied, made up; by the word for each."""
        name = self.access.doors[session.door].token
        made: list[tuple[str, Session]] = []
        for holder in ("values", "cookies"):
            token = getattr(session, holder).get(name)
            if not token:
                continue
            last = "A" if token[-1] != "A" else "B"
            others = (("altered", token[:-1] + last), ("first-half", token[: len(token) // 2]), ("made-up", "1"))
            for word, text in others:
                other = session.copy()
                getattr(other, holder)[name] = text
                made.append((word, other))
        return tuple(made)

    async def logout(self, session: Session) -> None:
        """Log out."""
        await self._step(told_of.LOGOUT, session, None, self.visits.door(session.door).logout)
        self.witnesses.left(session)

    async def change_password(self, session: Session, word: str, password: str, told: str = "good") -> bool:
        """Change one's own password; whether the product says that it did, and it is used from then on."""
        door = self.visits.door(session.door)
        row = await self._step(told_of.PASSWORD, session, told, door.password, fresh=password)
        changed = row.outcome == "changed"
        if changed:
            self.changed_to(word, password)
            if session.account is not None:
                session.account = msgspec.structs.replace(session.account, password=password)
        return changed

    def changed_to(self, word: str, password: str) -> None:
        """An account has another password from now on."""
        self._passwords[word] = password

    async def codes_on(self, word: str) -> OneTimeCodes | None:
        """Turn one-time codes on for an account, as the profile says; None where the product did not."""
        known = self.access.codes
        if known is None:
            raise Unable(str(sentences.NO_CODES()))
        session = await self.login(known.door, word, step="codes-on")
        asked = self.now_us()
        made: OneTimeCodes | None = None
        row, problem = OutcomeRow(outcome="refused"), ""
        try:
            for call in known.turn_on if session is not None else ():
                answer = await self.visits.make(cast(Session, session), call)
                if secret := cast(Session, session).values.get("secret", ""):
                    made = OneTimeCodes.of(known, secret)
                    self.searches.hold(f"{word} secret of codes", secret)
                    cast(Session, session).code = made.at(self.now_us())
                row = OutcomeRow(outcome="changed" if value(known.on, answer=answer) else "refused")
        except TROUBLES as error:
            row, problem = OutcomeRow(outcome="unanswered"), trouble(error)
        self.tell(told_of.CODES, asked, AccountAtDoorQuery(door=known.door, account=word), [row], problem)
        return made if row.outcome == "changed" else None

    async def _step(
        self,
        kind: Observation[StepQuery, OutcomeRow],
        session: Session,
        given: str | None,
        calls: Sequence[Any],
        **known: Any,
    ) -> OutcomeRow:
        asked = self.now_us()
        account = session.account
        query = StepQuery(door=session.door, user="" if account is None else account.name, given=given)
        self._untouched = None
        problem = ""
        try:
            answer = await self.visits.calls(session, calls, **known)
            changed = bool(value(self.visits.door(session.door).changed, answer=answer))
            row = OutcomeRow(outcome="changed" if changed else "refused", status=str(answer.status))
        except TROUBLES as error:
            row, problem = OutcomeRow(outcome="unanswered"), trouble(error)
        self.tell(kind, asked, query, [row], problem)
        return row

    async def use(
        self,
        name: str,
        session: Session,
        *,
        trick: str = "",
        signed: bool = True,
        sign: bool = True,
        call: Callable[[], Awaitable[Answer]] | None = None,
        **known: Any,
    ) -> Used:
        """Use a function in a session; what came of it (executed, refused, other, unanswered).

        What the function did goes by its effect where it has one, as a witness with the right to look sees it.
        `trick` says what is wrong with the request; `signed` False leaves out all that stands for the session, `sign`
        False what a page of another site could not send with it; `call` puts another request in the place of the
        function's own.
        """
        function = self.access.function(name)
        account = session.account
        role = NOBODY if account is None else account.role
        user = "" if account is None else account.name
        thing = str(known["object"]) if known.get("object") else None
        query = FunctionQuery(function=name, door=session.door, role=role, user=user, trick=trick, object=thing)
        asked = self.now_us()
        self._fresh += 1
        known = {"fresh": self._fresh, "now": asked, **known}
        before = await self._effect_before(function)
        problem = ""
        answer: Answer | None = None
        try:
            if call is not None:
                answer = await call()
            elif session.door in function.calls:
                answer = await self.visits.make(
                    session, function.calls[session.door], signed=signed, sign=sign, **known
                )
            else:
                raise LookupError(str(sentences.NOT_CALLED(name=name, door=session.door)))
        except TROUBLES as error:
            problem = trouble(error)
        answered = self.now_us()
        await asyncio.sleep(function.wait_s)
        after = await self._effect(function)
        outcome = self._outcome(function, session.door, answer, before, after)
        row = FunctionRow(
            outcome=outcome,
            status=None if answer is None else str(answer.status),
            answered=None if answer is None else str(answered),
            secret=None if answer is None else self._whose_password(answer),
            effect=None if before is None or after is None else "changed" if before != after else "same",
        )
        if row.effect == "same" and outcome == "refused":
            self._untouched = (name, self.now_us(), str(after))
        self.tell(told_of.FUNCTION, asked, query, [row], problem)
        return outcome

    def _whose_password(self, answer: Answer) -> str | None:
        """The account whose password, present or delivered, stands in an answer."""
        for word, account in self.access.accounts.items():
            given = {account.password, self._passwords.get(word, account.password)}
            if any(long_enough(text) and text.encode() in answer.octets for text in given):
                return word
        return None

    def _outcome(
        self, function: Function, door: str, answer: Answer | None, before: str | None, after: str | None
    ) -> Used:
        if before is not None and after is not None and before != after:
            return "executed"
        if answer is None:
            return "unanswered"
        kind = self.access.doors[door]
        if value(kind.refused, answer=answer):
            return "refused"
        done = bool(value(function.done or kind.done, answer=answer))
        return "executed" if done and before is None else "other"

    async def _effect_before(self, function: Function) -> str | None:
        """As `_effect`; what was seen right after a refused request need not be looked at again before the next."""
        kept, self._untouched = self._untouched, None
        if kept is not None and kept[0] == function.name and self.now_us() - kept[1] <= _UNTOUCHED_US:
            return kept[2]
        return await self._effect(function)

    async def _effect(self, function: Function) -> str | None:
        """What shows of a function's effect now; None where nobody can see."""
        if function.effect is None:
            return None
        seen = await self.look(function.effect.of)
        return None if seen is None else str(value(function.effect.shown, answer=seen))

    async def effects_seen(self) -> list[tuple[str, str]]:
        """What shows of every function's effect now, where it can be seen: name of the function, text."""
        seen = [(each.name, await self._effect(each)) for each in self.access.functions]
        return [(name, shown) for name, shown in seen if shown is not None]

    async def other_request(self, name: str, session: Session, method: str, tail: str, trick: str) -> Used:
        """A request by another method, or to an address below, that of a function; as `use`."""
        call = self.access.function(name).calls[session.door]
        _, target, headers, _ = self.visits.request(session, call)
        place = self.visits.place(session.door)
        path = target.partition("?")[0] + tail
        body = b"{}" if method in ("POST", "PUT", "PATCH") else b""
        lines = [*headers, ("Content-Type", "application/json")] if body else headers

        async def asked() -> Answer:
            return await ask(place, method, path, lines, body)

        return await self.use(name, session, trick=trick, call=asked, object=f"{method} {tail}")

    async def renew(self, role: str) -> None:
        """Change the password of a role's account where it has run out, so that the bench can look again."""
        word = self.access.of_role(role)
        session = await self._login(self._main_door(), self.account(word), word, "right", "", "renew")
        if session is not None:
            await self.change_password(session, word, self.new_password(word))
            self.witnesses.forget()

    async def look(self, name: str, **known: Any) -> Answer | None:
        """The answer to a function as somebody who may use it gets it, not told in the history; None without one."""
        return await self.witnesses.look(name, **known)

    async def see(self, name: str, **known: Any) -> Answer:
        """As `look`. Raises Refused where the product refuses, LookupError where nobody gets any answer."""
        return shown(name, await self.witnesses.see(name, **known))

    async def pause(self, seconds: float) -> None:
        """Let the world run."""
        await asyncio.sleep(seconds)
