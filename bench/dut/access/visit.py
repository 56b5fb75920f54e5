"""A visit to a product: somebody logs in at a door and uses its functions; what came of it is told by expressions.

Leaves what is tried, and what of it is recorded, to `bench.facade.access`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode

from bench.dut import sentences
from bench.dut.access import NOBODY, Access, Account, Call, Door, File
from bench.dut.access.browser import Browsers
from bench.dut.access.exchange import Answer, Place, ask
from bench.dut.access.expressions import fill, value
from simulators.trust import sessions


class Entry(StrEnum):
    """What came of a login."""

    ENTERED = "entered"
    FIRST = "first"
    """The password has to be changed before anything else."""
    LOCKED = "locked"
    REFUSED = "refused"


@dataclass
class Session:
    """Somebody at a door: the account, what the product gave to know them by, and where they come from."""

    door: str
    account: Account | None = None
    values: dict[str, str] = field(default_factory=dict[str, str])
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    source: str = ""
    certificate: str = "good"
    """What certificate is shown at a door that asks for one (`trust.authority.Choice`; empty: none)."""
    code: str = ""
    """The one-time code of the moment, where there is a second factor."""
    secure: dict[str, bool] = field(default_factory=dict[str, bool])
    """Of each cookie that was given whether it was marked to go over TLS alone."""

    def copy(self) -> Session:
        """The same, so that what one does leaves the other as it is."""
        return replace(self, values=dict(self.values), cookies=dict(self.cookies), secure=dict(self.secure))


class Kept(dict[str, str]):
    """What there is by name, for templates; what there is not is empty."""

    def __missing__(self, key: str) -> str:
        return ""


class Visits:
    """The doors of one product in its place on the bench; `local` is what templates call so.

    `certify` begins a session with a certificate, for doors that ask for one; `browsers` go through those of a browser.
    `anchors` are roots (PEM) by the words that doors have for them.
    """

    def __init__(
        self,
        access: Access,
        local: Mapping[str, Any],
        certify: Callable[[str], sessions.Session] | None = None,
        browsers: Browsers | None = None,
        anchors: Mapping[str, str] | None = None,
    ) -> None:
        self.access = access
        self._anchors = anchors or {}
        self._browsers = browsers
        self._local = dict(local)
        self._certify = certify

    def door(self, name: str) -> Door:
        """A door by name. Raises LookupError."""
        if name not in self.access.doors:
            raise LookupError(str(sentences.NO_DOOR(name=name)))
        return self.access.doors[name]

    def place(self, door: str, certificate: str = "good") -> Place:
        """Where a door is, and how somebody with a certificate begins there. Raises LookupError."""
        known = self.door(door)
        anchor = self._anchors.get(known.anchor, known.anchor)
        place = replace(Place.of(str(fill(known.base, {"local": self._local}))), anchor=anchor)
        certify = self._certify
        if not known.certified:
            return place
        if certify is None:
            raise LookupError(str(sentences.NO_CERTIFIER()))
        return replace(place, session=lambda: certify(certificate))

    def known(self, session: Session, **more: Any) -> dict[str, Any]:
        """What templates may name in a session."""
        account = session.account
        return {
            "local": self._local,
            "account": {"name": NOBODY, "password": "", "code": ""}
            if account is None
            else {"name": account.name, "password": account.password, "code": session.code},
            "session": Kept({**session.cookies, **session.values}),
            "query": Kept(),
            "fresh": "",
            "object": "",
            "now": 0,
            "package": "",
            "table": "",
            "certificate": "",
            "key": "",
            **more,
        }

    async def make(
        self, session: Session, call: Call, *, signed: bool = True, sign: bool = True, **more: Any
    ) -> Answer:
        """One call in a session. Raises LookupError, OSError or TimeoutError."""
        if call.page:
            return await self._at_pages(session, call, signed=signed, **more)
        method, target, headers, body = self.request(session, call, signed=signed, sign=sign, **more)
        answer = await ask(
            self.place(session.door, session.certificate), method, target, headers, body, source=session.source
        )
        self._keep(session, call, answer)
        return answer

    async def get(self, session: Session, target: str) -> Answer:
        """What an address of the door gives in a session, the address as it is. Raises LookupError, OSError or
        TimeoutError.
        """
        method, _, headers, body = self.request(session, Call(get="/"))
        place = self.place(session.door, session.certificate)
        return await ask(place, method, target, headers, body, source=session.source)

    async def _at_pages(self, session: Session, call: Call, *, signed: bool, **more: Any) -> Answer:
        """The steps of a page in the session's window."""
        if self._browsers is None:
            raise LookupError(str(sentences.BROWSER_REAL_TIME()))
        if session.source:
            raise LookupError(str(sentences.BROWSER_ADDRESS()))
        known = self.known(session, **more)
        base = str(fill(self.door(session.door).base, {"local": self._local}))
        file = call.file
        given = None
        if file is not None:
            given = {"name": file.name, "mimeType": file.type, "buffer": known.get("octets", b"")}
        owner, cookies = (session, session.cookies) if signed else (Session(session.door), dict[str, str]())

        def filled(text: str) -> str:
            return str(fill(text, known))

        answer, kept = await self._browsers.visit(owner, base, cookies, call.page, filled, given)
        if signed:
            session.cookies = kept
            self._keep(session, call, answer)
        return answer

    def request(
        self, session: Session, call: Call, *, signed: bool = True, sign: bool = True, **more: Any
    ) -> tuple[str, str, list[tuple[str, str]], bytes]:
        """Method, target, headers and body of a call; of steps of a page, of its first one. Raises LookupError."""
        door = self.door(session.door)
        if call.page:
            first = next((step.open for step in call.page if step.open), "/")
            call = Call(get=first, headers=call.headers)
        known = self.known(session, **more)
        headers: dict[str, str] = {
            **door.headers,
            **(door.sign if signed and sign and known["session"] else {}),
            **_sendable(call.headers, sign),
        }
        body = b""
        if call.json is not None:
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(plain(fill(call.json, known)), ensure_ascii=False).encode()
        elif call.file is not None:
            fields = {key: str(fill(text, known)) for key, text in call.form.items()}
            kind, body = _parts(fields, call.file, known.get("octets", b""))
            headers["Content-Type"] = kind
        elif call.form:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            fields = _sendable(call.form, sign)
            body = urlencode({key: str(fill(text, known)) for key, text in fields.items()}).encode()
        elif call.text:
            body = str(fill(call.text, known)).encode()
        lines = [(name, str(fill(text, known))) for name, text in headers.items()]
        if (door.cookies or door.browser) and session.cookies and signed:
            lines.append(("Cookie", "; ".join(f"{name}={text}" for name, text in session.cookies.items())))
        target = self.place(session.door).path + str(fill(call.target, known))
        return call.method, target, [(name, text) for name, text in lines if text], body

    def _keep(self, session: Session, call: Call, answer: Answer) -> None:
        if self.door(session.door).cookies:
            for name, text in answer.fields:
                if name == "set-cookie":
                    self._take_cookie(session, text)
        for name, expression in call.keep.items():
            found = value(expression, answer=answer)
            if found is not None:
                session.values[name] = str(found)

    def _take_cookie(self, session: Session, text: str) -> None:
        try:
            given = SimpleCookie(text)
        except CookieError:
            return
        for name, morsel in given.items():
            if morsel["max-age"] == "0" or not morsel.value:
                session.cookies.pop(name, None)
            else:
                session.cookies[name] = morsel.value
                session.secure[name] = bool(morsel["secure"])

    async def calls(self, session: Session, calls: Sequence[Call], *, signed: bool = True, **more: Any) -> Answer:
        """Several in a row; the answer to the last. Raises LookupError where there is none to make."""
        answer = None
        for call in calls:
            answer = await self.make(session, call, signed=signed, **more)
        if answer is None:
            raise LookupError(str(sentences.NOT_SAID()))
        return answer

    async def enter(self, session: Session) -> tuple[Entry, Answer]:
        """Log in with the session's account. Raises LookupError, OSError or TimeoutError."""
        door, answer = self.door(session.door), None
        for call in door.login:
            answer = await self.make(session, call)
            if value(door.locked, answer=answer):
                return Entry.LOCKED, answer
            if value(door.first, answer=answer):
                return Entry.FIRST, answer
        if answer is None:
            raise LookupError(str(sentences.LOGIN_NOT_SAID()))
        return (Entry.ENTERED if value(door.entered, answer=answer) else Entry.REFUSED), answer


def _parts(fields: Mapping[str, str], file: File, octets: bytes) -> tuple[str, bytes]:
    """A form with a file (RFC 7578): its media type and body, the same for the same content."""
    texts = b"".join(name.encode() + text.encode() for name, text in fields.items())
    boundary = hashlib.new("sm3", texts + octets).hexdigest()[:32]
    parts = [f'name="{name}"\r\n\r\n{text}'.encode() for name, text in fields.items()]
    head = f'name="{file.field}"; filename="{file.name}"\r\nContent-Type: {file.type}\r\n\r\n'
    parts.append(head.encode() + octets)
    mark = f"--{boundary}".encode()
    body = b"".join(b"%s\r\nContent-Disposition: form-data; %s\r\n" % (mark, part) for part in parts)
    return f"multipart/form-data; boundary={boundary}", body + mark + b"--\r\n"


def _sendable(texts: Mapping[str, str], sign: bool) -> Mapping[str, str]:
    """What of these a page of another site could send too: nothing that the session alone knows, unless `sign`."""
    return texts if sign else {key: text for key, text in texts.items() if "session." not in text}


def plain(body: Any) -> Any:
    """A body whose templates stand for numbers where they say so: the text `=5` is the number 5."""
    if isinstance(body, dict):
        return {key: plain(each) for key, each in body.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(body, list):
        return [plain(each) for each in body]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(body, str) and body.startswith("="):
        try:
            return json.loads(body[1:])
        except ValueError:
            return body
    return body
