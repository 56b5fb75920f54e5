"""People at a terminal: they log in at its doors, use its functions, and read its audit log, as its profile says.

Leaves requests to `bench.dut.access` and verdicts to the judges. Everything done is an `Observed` event (login,
password, function, audit, ports); no password and no token is in it.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from bench.captures import CapturesError
from bench.dut.access import (
    BENCH_ANCHOR,
    INSTRUMENT_KEYS,
    NOBODY,
    STATE_KEYS,
    Access,
    Account,
    Audit,
    Call,
    Display,
    Function,
)
from bench.dut.access.browser import Browsers
from bench.dut.access.exchange import Answer, Place, ask, connect, knock, send, tried
from bench.dut.access.expressions import value
from bench.dut.access.visit import Entry, Kept, Session, Visits
from bench.facade.bench import Unable
from bench.facade.links import held_forms, joined, links_of
from bench.facade.maintainers import Maintainers
from bench.facade.one_time_codes import OneTimeCodes
from bench.facade.register import RegisterOfInstruments
from bench.facade.secrets import forms_of, search
from bench.facade.secrets_carried import carried
from bench.history import Event, Observed
from simulators.centres.spec import Given
from simulators.trust import sessions as trust
from simulators.trust.authority import Choice
from simulators.world import Site

_TROUBLES = (LookupError, OSError, TimeoutError)
_NOT_OFFERED = ("NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE")
"""Why OpenSSL begins no session at all."""
_LISTENS_S = 5.0
_MOST_WORDS = 40_000
_LEAST_SECRET = 6
_UNTOUCHED_US = 1_000_000
"""For how long what was seen after a refused request still shows what is there before the next."""
_USUAL_PORTS = (
    *(21, 22, 23, 80, 102, 161, 443, 502, 1433, 1521, 1883, 2404, 3306, 3389, 4840, 5432, 5900, 6379, 8000, 8008, 8080),
    *(8081, 8088, 8443, 8883, 8888, 9000, 9010, 9090, 9200, 9443, 10_000, 20_000, 44_818, 47_808),
)
"""What management, databases and industrial protocols are usually found at."""
LEAKS = (b"root:x:0:0", b"PRIVATE KEY-----", b"[[meters]]")
"""What would show that an answer holds a file of the device: its accounts, a key, its settings."""
SPLIT = "X-Bench-Split"
"""A header field that only a request of the bench can have put into an answer."""


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
    browser are there with `browsers` alone.
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
        self._witnesses: dict[tuple[str, str], Session] = {}
        self._watches_wires = False
        self._knocked = False
        self._untouched: tuple[str, int, str] | None = None
        self.secrets: dict[str, list[bytes]] = {}
        """What people have typed or were given, by name: passwords, tokens, secrets of codes."""

    def now_us(self) -> int:
        """True time, microseconds UTC."""
        return self._bench.clock.now_us()

    def record(self, event: Event) -> None:
        """Put an event into the history."""
        self._bench.record(event)

    async def listens(self, door: str) -> bool:
        """Whether a door takes connections; also where nothing but time can tell."""
        try:
            async with asyncio.timeout(_LISTENS_S):
                stream = await connect(self._visits.place(door))
            stream.close()
        except ConnectionRefusedError:
            return False
        except _TROUBLES:
            return True
        return True

    async def ask(self, session: Session, call: Call, **known: Any) -> Answer:
        """The answer to a call in a session, told to nobody. Raises LookupError, OSError or TimeoutError."""
        return await self._visits.make(session, call, **known)

    def prepared(
        self, session: Session, call: Call, *, signed: bool = True, **known: Any
    ) -> tuple[str, str, list[tuple[str, str]], bytes]:
        """A call as it would be made in a session: method, target, headers, body. Raises LookupError."""
        return self._visits.request(session, call, signed=signed, sign=signed, **known)

    def reached(self, door: str) -> Place:
        """Where a door is. Raises LookupError."""
        return self._visits.place(door)

    @property
    def access(self) -> Access:
        """What the profile says. Raises Unable where it says nothing."""
        if self._access is None:
            raise Unable(
                "the profile has no section [access]: accounts and functions of the product are not known / "
                "档案无 [access] 小节，不知产品的账户与功能"
            )
        return self._access

    @property
    def _visits(self) -> Visits:
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
            raise LookupError("nobody certifies who maintains from afar here / 此处无远程维护证书")
        return self._maintainers.session(cast("Choice", choice) if choice else None)

    def _tell(
        self, what: str, asked: int, query: Mapping[str, str], rows: Sequence[Mapping[str, str]], problem: str = ""
    ) -> None:
        now = self._bench.clock.now_us()
        kept = tuple(dict(row) for row in rows)
        self._bench.record(Observed(t=now, what=what, asked=asked, query=dict(query), rows=kept, problem=problem))

    def rules(self) -> None:
        """Put the numbers that the product declares into the history."""
        told = msgspec.structs.asdict(self.access.rules)
        numbers = {name: str(number) for name, number in told.items() if name != "pace_s"}
        self._tell("access-rules", self._bench.clock.now_us(), {}, [numbers])

    async def rules_shown(self) -> None:
        """Put the numbers that the product itself shows into the history, over those that it declares."""
        shown = self.access.in_force
        if shown is None:
            return
        asked = self._bench.clock.now_us()
        answer = await self.look(shown.of)
        found = {} if answer is None else {key: value(text, answer=answer) for key, text in shown.numbers.items()}
        numbers = {key: str(number) for key, number in found.items() if str(number).isdigit()}
        self._tell("access-rules-shown", asked, {}, [numbers] if numbers else [])

    def functions_told(self) -> None:
        """Put the list of functions into the history: who may, through which doors, and which have an effect."""
        rows = [
            {
                "function": each.name,
                "en": each.en,
                "zh": each.zh,
                "may": " ".join(each.may),
                "doors": " ".join(each.calls),
                "only": " ".join(each.only),
                "effect": "yes" if each.effect else "",
                "events": " ".join(each.events),
            }
            for each in self.access.functions
        ]
        opened = [name for name in self.access.doors if name not in self.doors]
        told = {"roles": " ".join(self.roles()), **({"opened": " ".join(opened)} if opened else {})}
        self._tell("functions", self._bench.clock.now_us(), told, rows)

    def roles(self) -> tuple[str, ...]:
        """Every role that an account has."""
        return tuple(dict.fromkeys(account.role for account in self.access.accounts.values()))

    def account(self, word: str, password: str | None = None) -> Account:
        """An account with the password that it has by now, or another."""
        if word not in self.access.accounts:
            raise Unable(f"the profile has no account {word!r} in [access.accounts] / 档案缺少该账户")
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
                session = await self.login(self._main_door(), word)
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
    ) -> Session | None:
        """Log in; the session where the product let somebody in, even if only to change the password.

        `told` says in the history what password it was, `step` what the case tries with it; `certificate` is what is
        shown at a door that asks for one, `code` the one-time code given beside the password.
        """
        return await self._login(door, self.account(word, password), word, told, source, step, certificate, code)

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
    ) -> Session | None:
        session = Session(door, account, source=source, certificate=certificate, code=code)
        self._untouched = None
        await asyncio.sleep(self.access.rules.pace_s)
        asked = self._bench.clock.now_us()
        query = {"door": door, "account": word, "user": account.name, "given": told, "role": account.role}
        query |= {key: text for key, text in (("source", source), ("step", step)) if text}
        try:
            came, answer = await self._visits.enter(session)
        except _TROUBLES as error:
            self._tell("login", asked, query, [{"outcome": "unanswered"}], f"{type(error).__name__}: {error}")
            return None
        self._tell("login", asked, query, [{"outcome": came.value, "status": str(answer.status)}])
        self._hold(f"{word} password ({told})", account.password)
        token = self._visits.door(door).token
        self._hold(f"{word} token {door}", session.values.get(token) or session.cookies.get(token, ""))
        return session if came in (Entry.ENTERED, Entry.FIRST) else None

    async def validity_told(self, session: Session) -> None:
        """Put into the history until when the product says that the session's own password holds, where it says so."""
        known, account = self.access.validity, session.account
        if known is None or account is None:
            return
        call = self.access.function(known.of).calls.get(session.door)
        if call is None:
            return
        asked = self._bench.clock.now_us()
        query = {"account": account.name}
        try:
            answer = await self._visits.make(session, call)
        except _TROUBLES as error:
            self._tell("password-until", asked, query, [], f"{type(error).__name__}: {error}")
            return
        until = value(known.until, answer=answer, query=query)
        self._tell("password-until", asked, query, [{"until": "" if until is None else str(until)}])

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
        asked = self._bench.clock.now_us()
        query = {"door": door, "account": word}
        try:
            await self._visits_of(access).enter(session)
        except _TROUBLES as error:
            self._tell("cookies", asked, query, [], f"{type(error).__name__}: {error}")
            return
        rows = [{"cookie": name, "secure": "yes" if marked else ""} for name, marked in session.secure.items()]
        self._tell("cookies", asked, query, rows)

    def _hold(self, name: str, text: str) -> None:
        """Keep a secret to look for."""
        if len(text) >= _LEAST_SECRET:
            held = self.secrets.setdefault(name, [])
            held += [form for form in forms_of(text) if form not in held]

    async def search_answers(self, session: Session) -> None:
        """Put into the history which secrets the answers hold that only show something, as the session gets them."""
        role = NOBODY if session.account is None else session.account.role
        asked = self._bench.clock.now_us()
        places: dict[str, bytes | None] = {}
        for each in self.access.functions:
            call = each.calls.get(session.door)
            if call is None or role not in each.may or each.effect is not None or each.events or each.ends:
                continue
            if call.method == "GET" and session.door in each.doors:
                try:
                    answer = await self._visits.make(session, call)
                except _TROUBLES:
                    places[f"{role} {each.name}"] = None
                else:
                    places[f"{role} {each.name}"] = answer.octets
        self._tell("secrets-shown", asked, {"door": session.door}, search(places, self.secrets))

    def watch_wires(self) -> None:
        """Have the captures searched for the secrets when the case is through."""
        self._watches_wires = True

    def search_captures(self, files: Mapping[str, Path]) -> None:
        """Put into the history which secrets the capture of each segment holds, door by door, where a case asked."""
        if not self._watches_wires or not files:
            return
        asked = self._bench.clock.now_us()
        doors: dict[tuple[str, int], tuple[str, bool]] = {}
        for name in self.access.doors:
            place = self._visits.place(name)
            doors.setdefault((place.host, place.port), (name, place.secured))
        rows: list[dict[str, str]] = []
        problem = ""
        for segment, path in files.items():
            try:
                rows += carried(segment, path, doors, self.secrets)
            except (OSError, CapturesError) as error:
                problem = f"{type(error).__name__}: {error}"
        self._tell("secrets-carried", asked, {}, rows, problem)

    async def stranger(self, door: str, name: str, password: str, told: str) -> Session | None:
        """Log in with a name that need not be an account."""
        return await self._login(door, Account(name, NOBODY, password), name, told, "", told)

    def credentials(self, centre: str, choice: str) -> dict[str, str]:
        """Another certificate of the terminal's own for a centre, with its key (`trust.authority.Choice`)."""
        if self._site is None:
            raise Unable("nobody certifies the terminal here / 此处无证书签发")
        side = self._site().terminal_side(centre, cast("Given", choice))
        return {"certificate": side.certificate, "key": side.key}

    @property
    def doors(self) -> tuple[str, ...]:
        """The doors that answer as the product is delivered."""
        return self.access.delivered_doors

    async def sessions_tried(self, door: str) -> None:
        """Put into the history what a door of https says to a client that checks, an old one, one in the clear."""
        place = self._visits.place(door)
        asked = self._bench.clock.now_us()
        rows: list[dict[str, str]] = []
        for trial in ("checked", "old", "clear"):
            row = {"trial": trial, "outcome": "unanswered"}
            try:
                row |= await tried(place, trial)
            except ssl.SSLError as error:
                reason = str(error.reason or error)
                # What this machine's own library does not offer, the product has not refused.
                row |= {"outcome": "unanswered" if reason in _NOT_OFFERED else "refused", "reason": reason}
            except _TROUBLES as error:
                row |= {"outcome": "refused" if trial != "checked" else "unanswered", "reason": type(error).__name__}
            rows.append(row)
        self._tell("sessions", asked, {"door": door}, rows)

    async def scan(self, told: str) -> None:
        """Put into the history which ports take connections where the doors are: theirs, and those that are usual."""
        asked = self._bench.clock.now_us()
        places = {name: self._visits.place(name) for name in self.access.doors}
        rows: list[dict[str, str]] = []
        for host in dict.fromkeys(place.host for place in places.values()):
            own = {place.port: name for name, place in reversed(places.items()) if place.host == host}
            ports = sorted({*own, *_USUAL_PORTS})
            found = await asyncio.gather(*(self._takes(host, port) for port in ports))
            rows += [
                {"host": host, "port": str(port), "door": own.get(port, "")}
                for port, taken in zip(ports, found, strict=True)
                if taken
            ]
        self._tell("ports", asked, {"told": told}, rows)

    async def _takes(self, host: str, port: int) -> bool:
        try:
            async with asyncio.timeout(_LISTENS_S):
                stream = await connect(Place(host, port, False, ""))
        except _TROUBLES:
            return False
        stream.close()
        return True

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
        raise Unable(
            f"the profile has no function at {door} that {role} may use and that only shows something / "
            "档案在该通道缺少此角色可用的只读功能"
        )

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
        await self._step("logout", session, {}, self._visits.door(session.door).logout)

    async def change_password(self, session: Session, word: str, password: str, told: str = "good") -> bool:
        """Change one's own password; whether the product says that it did, and it is used from then on."""
        door = self._visits.door(session.door)
        row = await self._step("password", session, {"given": told}, door.password, fresh=password)
        changed = row.get("outcome") == "changed"
        if changed:
            self._passwords[word] = password
            if session.account is not None:
                session.account = msgspec.structs.replace(session.account, password=password)
        return changed

    async def codes_on(self, word: str) -> OneTimeCodes | None:
        """Turn one-time codes on for an account, as the profile says; None where the product did not."""
        known = self.access.codes
        if known is None:
            raise Unable("the profile has no section [access.codes] / 档案无 [access.codes] 小节")
        session = await self.login(known.door, word, step="codes-on")
        asked = self._bench.clock.now_us()
        made: OneTimeCodes | None = None
        row, problem = {"outcome": "refused"}, ""
        try:
            for call in known.turn_on if session is not None else ():
                answer = await self._visits.make(cast(Session, session), call)
                if secret := cast(Session, session).values.get("secret", ""):
                    made = OneTimeCodes.of(known, secret)
                    self._hold(f"{word} secret of codes", secret)
                    cast(Session, session).code = made.at(self.now_us())
                row = {"outcome": "changed" if value(known.on, answer=answer) else "refused"}
        except _TROUBLES as error:
            row, problem = {"outcome": "unanswered"}, f"{type(error).__name__}: {error}"
        self._tell("codes", asked, {"door": known.door, "account": word}, [row], problem)
        return made if row["outcome"] == "changed" else None

    async def _step(
        self, what: str, session: Session, query: dict[str, str], calls: Sequence[Any], **known: Any
    ) -> dict[str, str]:
        asked = self._bench.clock.now_us()
        account = session.account
        query = {"door": session.door, "user": "" if account is None else account.name, **query}
        self._untouched = None
        row: dict[str, str] = {}
        problem = ""
        try:
            answer = await self._visits.calls(session, calls, **known)
            changed = bool(value(self._visits.door(session.door).changed, answer=answer))
            row = {"outcome": "changed" if changed else "refused", "status": str(answer.status)}
        except _TROUBLES as error:
            row, problem = {"outcome": "unanswered"}, f"{type(error).__name__}: {error}"
        self._tell(what, asked, query, [row], problem)
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
    ) -> str:
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
        query = {"function": name, "door": session.door, "role": role, "user": user, "trick": trick}
        if known.get("object"):
            query["object"] = str(known["object"])
        asked = self._bench.clock.now_us()
        self._fresh += 1
        known = {"fresh": self._fresh, "now": asked, **known}
        before = await self._effect_before(function)
        row: dict[str, str] = {}
        problem = ""
        answer: Answer | None = None
        try:
            if call is not None:
                answer = await call()
            elif session.door in function.calls:
                answer = await self._visits.make(
                    session, function.calls[session.door], signed=signed, sign=sign, **known
                )
            else:
                raise LookupError(f"{name} cannot be called at {session.door} / 该通道无此功能")
        except _TROUBLES as error:
            problem = f"{type(error).__name__}: {error}"
        answered = self._bench.clock.now_us()
        await asyncio.sleep(function.wait_s)
        after = await self._effect(function)
        row["outcome"] = self._outcome(function, session.door, answer, before, after)
        if answer is not None:
            row |= {"status": str(answer.status), "answered": str(answered)}
            if whose := self._whose_password(answer):
                row["secret"] = whose
        if before is not None and after is not None:
            row["effect"] = "changed" if before != after else "same"
            if before == after and row["outcome"] == "refused":
                self._untouched = (name, self._bench.clock.now_us(), after)
        self._tell("function", asked, query, [row], problem)
        return row["outcome"]

    def _whose_password(self, answer: Answer) -> str:
        """The account whose password, present or delivered, stands in an answer; empty for none."""
        for word, account in self.access.accounts.items():
            given = {account.password, self._passwords.get(word, account.password)}
            if any(len(text) >= _LEAST_SECRET and text.encode() in answer.octets for text in given):
                return word
        return ""

    def _outcome(
        self, function: Function, door: str, answer: Answer | None, before: str | None, after: str | None
    ) -> str:
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
        if kept is not None and kept[0] == function.name and self._bench.clock.now_us() - kept[1] <= _UNTOUCHED_US:
            return kept[2]
        return await self._effect(function)

    async def _effect(self, function: Function) -> str | None:
        """What shows of a function's effect now; None where nobody can see."""
        if function.effect is None:
            return None
        seen = await self.look(function.effect.of)
        return None if seen is None else str(value(function.effect.shown, answer=seen))

    async def other_request(self, name: str, session: Session, method: str, tail: str, trick: str) -> str:
        """A request by another method, or to an address below, that of a function; as `use`."""
        call = self.access.function(name).calls[session.door]
        _, target, headers, _ = self._visits.request(session, call)
        place = self._visits.place(session.door)
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
            self._witnesses.clear()

    async def witness(self, name: str) -> Session:
        """A session of somebody who may use a function."""
        function = self.access.function(name)
        door = self._main_door() if self._main_door() in function.doors else function.doors[0]
        role = next(iter(function.may))
        if role == NOBODY:
            return Session(door)
        found = self._witnesses.get((role, door))
        if found is None:
            word = self.access.of_role(role)
            made = Session(door, self.account(word))
            came, _ = await self._visits.enter(made)
            if came is not Entry.ENTERED:
                raise LookupError(f"the witness {word} was not let in: {came} / 见证账户无法登录")
            found = self._witnesses[role, door] = made
        return found

    async def look(self, name: str, **known: Any) -> Answer | None:
        """The answer to a function as somebody who may use it gets it, not told in the history; None without one."""
        function = self.access.function(name)
        kind = self.access.doors
        for again in (False, True):
            try:
                session = await self.witness(name)
                answer = await self._visits.make(session, function.calls[session.door], **known)
            except _TROUBLES:
                self._witnesses.clear()
                continue
            if not value(kind[session.door].refused, answer=answer):
                return answer
            self._witnesses.clear()
            if again:
                return None
        return None

    async def shown(self, name: str, session: Session) -> None:
        """Put into the history the words that a page or answer has, without its marks."""
        asked = self._bench.clock.now_us()
        rows: list[dict[str, str]] = []
        problem = ""
        try:
            answer = await self._visits.make(session, self.access.function(name).calls[session.door])
            rows = [{"status": str(answer.status), "text": _words(answer.text)}]
        except _TROUBLES as error:
            problem = f"{type(error).__name__}: {error}"
        self._tell("shown", asked, {"function": name, "door": session.door}, rows, problem)

    async def follow_links(self, session: Session, most: int) -> None:
        """Follow what the pages of a door point at, by GET, from its first page on; which page held each address and
        the status it gave are in the history. `most` addresses, of each path the first one.
        """
        asked = self._bench.clock.now_us()
        place = self._visits.place(session.door, session.certificate)
        base = f"http{'s' if place.secured else ''}://{place.host}:{place.port}"
        rows: list[dict[str, str]] = []
        forms: list[dict[str, str]] = []
        problem = ""
        waiting = [("", f"{place.path}/")]
        seen = {f"{place.path}/"}
        while waiting and len(rows) < most:
            held_by, target = waiting.pop(0)
            try:
                answer = await self._visits.get(session, target)
            except _TROUBLES as error:
                problem = f"{target}: {type(error).__name__}: {error}"
                continue
            rows.append({"page": held_by, "address": target, "status": str(answer.status)})
            there = joined([answer.headers["location"]] if "location" in answer.headers else [], base + target)
            if answer.headers.get("content-type", "").startswith("text/html"):
                there += links_of(answer.text, base + target)
                forms += self._forms_held(session.door, place.path, answer.text, base + target)
            for each in there:
                if (path := each.partition("?")[0]) not in seen:
                    seen.add(path)
                    waiting.append((target, each))
        user = "" if session.account is None else session.account.name
        self._tell("links", asked, {"door": session.door, "user": user}, rows, problem)
        self._tell("forms", asked, {"door": session.door, "user": user}, forms)

    def _forms_held(self, door: str, root: str, page: str, address: str) -> list[dict[str, str]]:
        """For each function of a door that is done by a form of this page: which of its fields the form lacks."""
        found: list[dict[str, str]] = []
        held = held_forms(page, address)
        for function in self.access.functions:
            call = function.calls.get(door)
            if call is None or not call.form or not call.post or call.file is not None:
                continue
            for form in held:
                if form.is_for(root + call.post, call.form):
                    # Where somebody else's object is tried, it is what only a forger sends.
                    forged = {name for name, text in call.form.items() if function.objects and "object" in text}
                    lacks = [name for name in call.form if name not in form.fields and name not in forged]
                    at = address.partition("://")[2].partition("/")[2].partition("?")[0]
                    found.append({"function": function.name, "page": f"/{at}", "lacks": ", ".join(lacks)})
        return found

    async def machine_shown(self, told: str, sessions: Sequence[Session]) -> None:
        """Put into the history what the product shows of its machine at the doors of these sessions."""
        known = self.access.state
        if known is None:
            raise Unable("the profile has no section [access.state] / 档案无 [access.state] 小节")
        for session in sessions:
            asked = self._bench.clock.now_us()
            row: dict[str, str] = {}
            problem = ""
            for name, keys in ((known.of, STATE_KEYS[:-1]), (known.errors_of, STATE_KEYS[-1:])):
                if not name or session.door not in self.access.function(name).doors:
                    continue
                try:
                    answer = await self._visits.make(session, self.access.function(name).calls[session.door])
                    texts = {key: getattr(known, key) for key in keys}
                    found = {key: value(text, answer=answer) for key, text in texts.items() if text}
                except _TROUBLES as error:
                    problem = f"{type(error).__name__}: {error}"
                    continue
                row |= {key: str(each) for key, each in found.items() if each is not None and each != ""}
            self._tell("machine-shown", asked, {"told": told, "door": session.door}, [row] if row else [], problem)

    async def instrument(self, session: Session, told: str, fields: Mapping[str, str]) -> None:
        """Enter what is known of an instrument; what the register shows of it then is in the history."""
        known = self.access.instruments
        if known is None:
            raise Unable("the profile has no section [access.instruments] / 档案无 [access.instruments] 小节")
        await self.use(known.set, session, trick=told, query=Kept(fields))
        asked = self._bench.clock.now_us()
        answer = await self.look(known.of)
        rows: list[dict[str, str]] = []
        for row in cast("list[Any]", [] if answer is None else value(known.rows, answer=answer) or []):
            shown = {key: _text(value(getattr(known, key) or "''", row=row)) for key in INSTRUMENT_KEYS}
            words = (("this-month", known.this_month), ("next-month", known.next_month), ("under", known.under))
            shown["due_word"] = next((word for word, states in words if shown["state"] in states), "")
            rows.append(shown)
        self._tell("instrument", asked, {"told": told, **fields}, rows, "" if answer else "LookupError: nothing shown")

    @property
    def register(self) -> RegisterOfInstruments:
        """The register of instruments as tables. Raises Unable where the profile tells nothing of it."""
        known = self.access.register
        if known is None:
            raise Unable("the profile has no section [access.register] / 档案无 [access.register] 小节")
        return RegisterOfInstruments(self, known, self._tell)

    async def rounds_kept(self, told: str, session: Session) -> None:
        """Put into the history the rounds of inspection that the product shows: when each was made, what was wrong."""
        known = self.access.rounds
        if known is None:
            raise Unable("the profile has no section [access.rounds] / 档案无 [access.rounds] 小节")

        def read(answer: Answer) -> list[dict[str, str]]:
            if value(self.access.doors[session.door].refused, answer=answer):
                raise LookupError(f"{known.of} was refused / 被拒绝")
            rows = cast("list[Any]", value(known.rows, answer=answer) or [])
            wrong = (value(known.wrong, row=row) for row in rows)
            found = zip(rows, wrong, strict=True)
            return [
                {"at": _text(value(known.at, row=row)), "wrong": _text(each) if each else ""} for row, each in found
            ]

        await self._page_told("rounds", session, known.of, {"told": told}, read)

    async def displayed(self, session: Session, points: Sequence[str]) -> None:
        """Put into the history the latest value of each point as the page has it."""
        known = self._display

        def read(answer: Answer) -> list[dict[str, str]]:
            asked = ((each, value(known.value, answer=answer, query={"point": each})) for each in points)
            return [{"point": point, "value": _text(found)} for point, found in asked]

        await self._page_told("displayed", session, known.live, {}, read)

    async def displayed_history(self, session: Session, point: str, from_us: int, to_us: int) -> None:
        """Put into the history the minutes of a point over a stretch of time as the page has them."""
        known = self._display
        query = {"point": point, "kind": "minute", "from_us": str(from_us), "to_us": str(to_us)}

        def read(answer: Answer) -> list[dict[str, str]]:
            rows = cast("list[Any]", value(known.rows, answer=answer, query=query) or [])
            return [
                {"at": _text(value(known.at, row=row)), "value": _text(value(known.number, row=row))} for row in rows
            ]

        await self._page_told("displayed-history", session, known.history, query, read)

    async def displayed_state(self, told: str, session: Session, meter: str) -> None:
        """Put into the history what the page says of a meter, and whether that is a word for one that works."""
        known = self._display
        query = {"meter": meter}

        def read(answer: Answer) -> list[dict[str, str]]:
            said = _text(value(known.state, answer=answer, query=query))
            return [{"state": said, "working": "yes" if said in known.working else ""}] if said else []

        await self._page_told("displayed-state", session, known.instruments, {"told": told, **query}, read)

    @property
    def _display(self) -> Display:
        known = self.access.display
        if known is None:
            raise Unable("the profile has no section [access.display] / 档案无 [access.display] 小节")
        return known

    async def _page_told(
        self,
        what: str,
        session: Session,
        name: str,
        query: dict[str, str],
        read: Callable[[Answer], list[dict[str, str]]],
    ) -> None:
        """Put into the history what `read` finds at the page of a function."""
        asked = self._bench.clock.now_us()
        rows: list[dict[str, str]] = []
        problem = ""
        try:
            call = self.access.function(name).calls[session.door]
            rows = read(await self._visits.make(session, call, query=Kept(query)))
        except _TROUBLES as error:
            problem = f"{type(error).__name__}: {error}"
        self._tell(what, asked, {"door": session.door, **query}, rows, problem)

    async def reviewed(self, told: str, mark: str) -> str:
        """Put into the history whether a value that bears `mark` counts; the number by which the last one waits."""
        known = self.access.review
        if known is None:
            raise Unable("the profile has no section [access.review] / 档案无 [access.review] 小节")
        asked = self._bench.clock.now_us()
        shown, waiting = await self.look(known.shown), await self.look(known.waiting)
        rows = [] if shown is None else [{"counts": "yes" if mark in shown.text else ""}]
        self._tell("review", asked, {"told": told}, rows)
        return "" if waiting is None else _text(value(known.number, answer=waiting))

    async def audit(self, told: str = "", **query: str) -> tuple[dict[str, str], ...]:
        """The audit log by these conditions, as its reader gets it: rows at, user, kind, outcome, detail."""
        log = self.access.audit
        if log is None:
            raise Unable("the profile has no section [access.audit] / 档案无 [access.audit] 小节")
        asked = self._bench.clock.now_us()
        empty = dict.fromkeys(("user", "kind", "outcome", "from_us", "to_us", "sort", "order"), "")
        answer = await self.look(log.function, query={**empty, **query})
        words = {key: text for key, text in query.items() if text}
        return self._log_rows("audit", asked, {"told": told, **words}, log, log.rows, answer)

    async def exported(self) -> tuple[dict[str, str], ...]:
        """The audit log as a file that its reader takes away, read: rows as those of `audit`."""
        log = self.access.audit
        if log is None or not (log.export and log.exported):
            raise Unable("the profile names no export of the audit log / 档案未说明审计日志的导出")
        asked = self._bench.clock.now_us()
        answer = await self.look(log.export)
        return self._log_rows("audit-export", asked, {}, log, log.exported, answer)

    def _log_rows(
        self, what: str, asked: int, query: dict[str, str], log: Audit, found: str, answer: Answer | None
    ) -> tuple[dict[str, str], ...]:
        rows: list[dict[str, str]] = []
        problem = "" if answer is not None else "LookupError: nobody could read the audit log / 无法调阅审计日志"
        try:
            for row in cast("list[Any]", [] if answer is None else value(found, answer=answer) or []):
                made = {key: _text(value(getattr(log, key), row=row)) for key in _COLUMNS}
                made["failure"] = "yes" if value(log.failure, row=row, outcome=made["outcome"]) else ""
                rows.append(made)
        except _TROUBLES as error:
            problem = f"{type(error).__name__}: {error}"
        self._tell(what, asked, query, rows, problem)
        return tuple(rows)

    async def octets(self, door: str, what: str, pieces: Sequence[bytes], *, pause_s: float = 0) -> None:
        """Send octets as they are to a door, in pieces; the status of the answer is in the history."""
        asked = self._bench.clock.now_us()
        place = self._visits.place(door)
        row, problem = {"outcome": "unanswered"}, ""
        try:
            answer = await send(place, pieces, pause_s=pause_s)
            row = {"outcome": "answered", "status": str(answer.status)}
        except _TROUBLES as error:
            problem = f"{type(error).__name__}: {error}"
        self._tell("octets", asked, {"door": door, "what": what}, [row], problem)

    async def attack(
        self, group: str, what: str, door: str, pieces: Sequence[bytes], *, pause_s: float = 0, answer_s: float = 60
    ) -> None:
        """Send a hostile request; in the history whether the answer held a file's octets or a header of the bench's."""
        asked = self._bench.clock.now_us()
        row, problem = {"outcome": "unanswered"}, ""
        try:
            answer = await send(self._visits.place(door), pieces, pause_s=pause_s, answer_s=answer_s)
            row = {"outcome": "answered", "status": str(answer.status)}
            row["leaked"] = "yes" if any(mark in answer.octets for mark in LEAKS) else ""
            row["split"] = "yes" if SPLIT.lower() in answer.headers else ""
        except _TROUBLES as error:
            problem = f"{type(error).__name__}: {error}"
        self._tell("attack", asked, {"group": group, "what": what, "door": door}, [row], problem)

    async def knock(self, what: str, octets: bytes, *, answer_s: float = 20) -> None:
        """Send octets to the local interface as they are, whoever may use it; in the history what came back.

        Raises Unable where nobody listened there when the first was sent: such a product is read out in another way.
        """
        asked = self._bench.clock.now_us()
        row, problem = {"outcome": "not taken"}, ""
        host, port = self._local()
        try:
            came = await knock(Place(host, port, secured=False, path=""), octets, answer_s=answer_s)
            leaked = any(mark in came for mark in LEAKS)
            row = {"outcome": "taken", "answer": str(len(came)), "leaked": "yes" if leaked else ""}
        except _TROUBLES as error:
            if not self._knocked:
                raise Unable(f"nobody listens at the local interface, {host}:{port} / 本地接口无监听") from None
            problem = f"{type(error).__name__}: {error}"
        self._knocked = True
        self._tell("knock", asked, {"what": what}, [row], problem)

    def base(self, door: str) -> str:
        """The path below which a door's addresses are."""
        return self._visits.place(door).path

    def targets(self, session: Session, door: str) -> list[tuple[str, tuple[str, ...]]]:
        """Addresses of functions that the role of a session may use at a door, and the header lines of the session."""
        found: dict[str, tuple[str, ...]] = {}
        role = session.account.role if session.account is not None else NOBODY
        for function in self.access.functions:
            if door in function.doors and role in function.may and not function.ends:
                _, target, headers, _ = self._visits.request(session, function.calls[door], fresh=1)
                lines = tuple(f"{name}: {text}" for name, text in headers if name.lower() != "content-type")
                found.setdefault(target.partition("?")[0], lines)
        return list(found.items())

    async def own_password_with(self, door: str, word: str, more: Mapping[str, Any]) -> None:
        """Change the own password with fields beside it that the form does not have."""
        session = await self.login(door, word)
        asked = self._bench.clock.now_us()
        for call in self.access.doors[door].password if session is not None else ():
            if not isinstance(call.json, dict):
                continue
            wider = msgspec.structs.replace(call, json={**cast("dict[str, Any]", call.json), **more})
            row, problem = {"outcome": "unanswered"}, ""
            new = self.new_password(word)
            try:
                answer = await self._visits.make(cast(Session, session), wider, fresh=new)
                row = {"outcome": "answered", "status": str(answer.status), "leaked": "", "split": ""}
                if value(self.access.doors[door].changed, answer=answer):
                    self._passwords[word] = new
            except _TROUBLES as error:
                problem = f"{type(error).__name__}: {error}"
            query = {"group": "mass-assignment", "what": ", ".join(more), "door": door}
            self._tell("attack", asked, query, [row], problem)

    async def pause(self, seconds: float) -> None:
        """Let the world run."""
        await asyncio.sleep(seconds)

    async def effects(self, told: str) -> None:
        """Put into the history what shows of every function's effect now, as digests."""
        asked = self._bench.clock.now_us()
        rows: list[dict[str, str]] = []
        for function in self.access.functions:
            shown = await self._effect(function)
            if shown is not None:
                digest = hashlib.new("sm3", shown.encode("utf-8", "backslashreplace")).hexdigest()[:16]
                rows.append({"function": function.name, "shown": digest})
        self._tell("effects", asked, {"told": told}, rows)

    def request(self, session: Session, name: str, *, signed: bool = True, **known: Any) -> bytes:
        """The octets of a function's request in a session."""
        self._fresh += 1
        known = {"fresh": self._fresh, "now": self._bench.clock.now_us(), **known}
        function = self.access.function(name)
        method, target, headers, body = self._visits.request(
            session, function.calls[session.door], signed=signed, **known
        )
        place = self._visits.place(session.door)
        lines = [("Host", f"{place.host}:{place.port}"), ("Connection", "close"), *headers]
        if body:
            lines.append(("Content-Length", str(len(body))))
        head = "".join(f"{each}: {text}\r\n" for each, text in lines)
        return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


_COLUMNS = ("at", "user", "kind", "outcome", "detail")


def _text(given: object) -> str:
    return "" if given is None else str(given)


def _words(text: str) -> str:
    """A page without what is no text of it."""
    text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", text)
    return re.sub(r"[ \t]+", " ", html.unescape(text))[:_MOST_WORDS]
