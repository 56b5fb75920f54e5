"""A centre that speaks HTTP/1.1 with JSON bodies: connections over h11, switches, and the events of a platform.

Leaves the operations to the platforms. The protocol is h11's; nothing here ticks, so that a day passes in virtual time
at the cost of its requests alone. A refused body is refused as a whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NotRequired, TypedDict, Unpack

import h11
import msgspec

from simulators.centres.channel import Clients, Locks
from simulators.centres.json_text import JsonError, parse, write
from simulators.centres.listener import Listener, Peer
from simulators.centres.malformed import MALFORMED
from simulators.centres.record_store import Content, RecordKey, RecordStore
from simulators.clock import Clock, Observe
from simulators.events import Received, Sent, Stored
from simulators.trust.authority import Choice

BODY_LIMIT = 4_194_304
"""Largest body taken, octets."""

IDLE_S = 120.0
"""How long a connection without a request stays open."""

ACKNOWLEDGED = "9014"
"""`cn` of the event of an answer that acknowledges data (see `simulators.events.Sent`)."""

_SHOWN = 200
"""Octets of a malformed answer that are put down: its name says the rest."""
MalformedName = Literal[
    "deep-list",
    "deep-object",
    "octet-ff",
    "half-pair",
    "endless-number",
    "list",
    "nothing",
    "control",
    "url-empty-label",
    "url-blank",
    "url-letter",
    "url-port",
]
_SECRET = re.compile(r'("(?:secretKey|key|token)":")[^"]*"')


class HttpSwitches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switches of a JSON platform; every one has the sound behaviour as default.

    - `ack`: how a data upload is answered: `always`; `never` (stored, no answer: a time-out after the commit);
      `negative` (HTTP 200 with responseCode `negative_code`, not stored); `close` (stored, connection closes without an
      answer); `half` (stored, half of the answer, then the connection closes); `garbage` (stored, HTTP 200 with a body
      that is no JSON); `no-code` (stored, HTTP 200 without responseCode); `status` (HTTP `status` with JSON without
      responseCode, not stored); `redirect` (307 to the same path over plain HTTP, not stored); `twice` (stored, the
      same answer twice in a row); `malformed` (HTTP 200 with the body `malformed` names, not stored).
    - `operations`: the operations to which `ack` applies, `data` for uploads alone or `all`.
    - `ack_after_s`, `ack_share`, `ack_from_copy`, `persist`, `accept`, `certificate`, `clients`: as at an HJ 212
    centre;
      a copy is the same body.
    - `code_as_number`: responseCode is a number instead of a text.
    """

    ack: Literal[
        "always",
        "never",
        "negative",
        "close",
        "half",
        "garbage",
        "no-code",
        "status",
        "redirect",
        "twice",
        "malformed",
    ] = "always"
    operations: Literal["data", "all"] = "data"
    ack_after_s: float = 0
    ack_share: float = 1
    ack_from_copy: int = 1
    persist: bool = True
    negative_code: str = "1"
    status: int = 500
    code_as_number: bool = False
    malformed: MalformedName = "deep-list"
    accept: Literal["accept", "refuse", "close"] = "accept"
    certificate: Choice = "good"
    clients: Clients = "as-channel"


@dataclass(frozen=True)
class Request:
    """One request. `qn` is the number the platform gives it."""

    connection: HttpConnection
    qn: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Record:
    """One record of an upload, as the platform keeps it."""

    key: RecordKey
    fields: dict[str, str]
    flag: str
    revision: int = 0


@dataclass
class Reply:
    """What a platform answers. `records` are stored before it leaves, if the platform stores at all."""

    operation: str
    body: dict[str, object] | str
    status: int = 200
    mn: str = ""
    faults: tuple[str, ...] = ()
    refused: str = ""
    data: bool = False
    records: list[Record] = field(default_factory=list[Record])
    headers: tuple[tuple[str, str], ...] = ()


_HOST = re.compile(rb"(?:\[(?P<v6>[^\]]*)\]|(?P<name>[^\[\]:@/?# ]+))(?::[0-9]*)?")
_REASONS = {
    200: b"OK",
    206: b"Partial Content",
    307: b"Temporary Redirect",
    400: b"Bad Request",
    401: b"Unauthorized",
    404: b"Not Found",
    405: b"Method Not Allowed",
    410: b"Gone",
    413: b"Content Too Large",
    416: b"Range Not Satisfiable",
    500: b"Internal Server Error",
    503: b"Service Unavailable",
}


def wrong_host(value: bytes) -> str:
    """Why a Host field is none (RFC 9112, 3.2; RFC 3986, 3.2.2: brackets are for IPv6 alone); empty if it is one."""
    found = _HOST.fullmatch(value)
    if found is not None and found["name"]:
        return ""
    with contextlib.suppress(ValueError):
        if found is not None:
            ipaddress.IPv6Address(found["v6"].decode())
            return ""
    return f"Host {value.decode('ascii', 'replace')[:60]!r} is no host, with or without a port"


class HttpConnection(Peer):
    """One connection of a client."""

    def __init__(self, centre: JsonCentre, number: int) -> None:
        super().__init__(number)
        self.centre = centre
        self.waiting = False
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=65_536)
        self._request: h11.Request | None = None
        self._body = bytearray()
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        super().connection_made(transport)
        self.centre.opened(self)
        self._rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._wake()
        self.centre.lost(self, exc)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Octets in any pieces."""
        self._wake()
        self._http.receive_data(data)
        self._advance()

    def _rest(self) -> None:
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self.close)

    def _wake(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _advance(self) -> None:
        while not self.waiting and self._transport is not None:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                self.centre.unreadable(self, str(error), error.error_status_hint)
                return
            if event is h11.NEED_DATA:
                self._rest()
                return
            if event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                if isinstance(event, h11.ConnectionClosed):
                    self.close()
                return
            if isinstance(event, h11.Request):
                self._request, self._body = event, bytearray()
                if wrong := wrong_host(dict(event.headers).get(b"host", b"")):
                    self.centre.unreadable(self, wrong, 400)
                    return
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > BODY_LIMIT:
                    self.centre.unreadable(self, f"the body is longer than {BODY_LIMIT} octets", 413)
                    return
            elif isinstance(event, h11.EndOfMessage) and self._request is not None:
                self.waiting = True
                request = self._request
                headers = {name.decode().lower(): value.decode("latin-1") for name, value in request.headers}
                self.centre.asked(
                    self, request.method.decode(), request.target.decode("ascii", "replace"), headers, bytes(self._body)
                )

    def answer(self, status: int, body: bytes, headers: Sequence[tuple[str, str]] = (), *, half: bool = False) -> bool:
        """Send an answer (half of it and the end, if `half`). False if it could not leave."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        kind = "application/json; charset=utf-8" if body[:1] in (b"{", b"") else "text/plain; charset=utf-8"
        lines = [("Content-Type", kind), ("Content-Length", str(len(body))), *headers]
        octets = self._http.send(
            h11.Response(status_code=status, reason=_REASONS.get(status, b"Status"), headers=lines)
        )
        octets = (octets or b"") + (self._http.send(h11.Data(body)) or b"")
        octets += self._http.send(h11.EndOfMessage()) or b""
        transport.write(octets[: len(octets) // 2] if half else octets)
        if half or self._http.our_state is h11.MUST_CLOSE:
            transport.close()
            return True
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        self.waiting = False
        self._advance()
        return True

    def raw(self, octets: bytes) -> None:
        """Send octets as they are."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(octets)


def keep_records(
    store: RecordStore, records: Sequence[Record], centre: str, qn: str, now_us: int, observe: Observe
) -> None:
    """Store the records of upload `qn` at a centre, and tell of each."""
    for record in records:
        mn, kind, code, stamp = record.key
        version, copies = store.put(record.key, (record.fields, record.flag))
        observe(
            Stored(
                t=now_us,
                centre=centre,
                mn=mn,
                kind=kind,
                code=code,
                stamp=stamp,
                fields=record.fields,
                flag=record.flag,
                qn=qn,
                version=version,
                copies=copies,
                revision=record.revision,
            )
        )


class Wiring(TypedDict):
    """What every platform is given: true time, a stream of chance, who takes its events, the locks of its channel."""

    clock: Clock
    chance: random.Random
    observe: Observe
    locks: NotRequired[Locks | None]


class JsonCentre(Listener[HttpConnection, HttpSwitches]):
    """A platform over HTTP and JSON; a kind overrides `handle`.

    `more_ports` are further ports of the same platform (URLs that lie elsewhere).
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        more_ports: Sequence[int] = (),
        **wiring: Unpack[Wiring],
    ) -> None:
        super().__init__(
            name,
            host,
            port,
            HttpSwitches(),
            clock=wiring["clock"],
            observe=wiring["observe"],
            locks=wiring.get("locks"),
            more_ports=more_ports,
        )
        self.secure = wiring.get("locks") is not None
        self._chance = wiring["chance"]
        self._requests = 0
        self._copies: dict[bytes, int] = {}
        self._store = RecordStore()

    def _accepted(self, number: int) -> HttpConnection:
        return HttpConnection(self, number)

    @property
    def keys_given_out(self) -> dict[str, str]:
        """Keys that the platform itself gives its terminal, hex by name."""
        return {}

    @property
    def records(self) -> Mapping[RecordKey, list[Content]]:
        """What is stored: (device, kind, code, stamp) to the versions (fields, flag), oldest first."""
        return self._store

    def unreadable(self, connection: HttpConnection, reason: str, status: int) -> None:
        """Octets that are no HTTP request."""
        self.rejected(connection, b"", 0, f"no HTTP request: {reason}")
        connection.raw(b"HTTP/1.1 %d %b\r\nContent-Length: 0\r\n\r\n" % (status, _REASONS.get(status, b"Status")))
        connection.close()

    # Requests.

    def handle(self, request: Request, body: dict[str, object]) -> Reply:
        """What to answer to a request whose body is a JSON object (empty for GET)."""
        raise NotImplementedError

    def refuse(self, operation: str, why: str, status: int = 400) -> Reply:
        """The reply to a request that is not even JSON."""
        return Reply(operation, {"responseCode": "1", "responseMessage": why}, status, refused=why)

    def asked(self, connection: HttpConnection, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        """A whole request has come."""
        self._requests += 1
        request = Request(connection, str(self._requests), method, path, headers, body)
        try:
            reply = self.handle(request, parse(body) if body or method == "POST" else {})
        except JsonError as error:
            reply = self.refuse(path, str(error))
            reply.faults = ("json-invalid",)
        self._observe(
            Received(
                t=self._clock.now_us(),
                centre=self.name,
                conn=connection.number,
                frame=_SECRET.sub(r'\1***"', body.decode("utf-8", "replace")),
                faults=reply.faults,
                qn=request.qn,
                cn=reply.operation,
                mn=reply.mn,
            )
        )
        if reply.refused:
            self.rejected(connection, body[:256], len(body), reply.refused)
        self._deal(request, reply)

    def _deal(self, request: Request, reply: Reply) -> None:
        switches = self.switches
        touched = reply.status == 200 and not reply.refused and (reply.data or switches.operations == "all")
        copies = 0
        if reply.data:
            copies = self._copies[request.body] = self._copies.get(request.body, 0) + 1
        silent = touched and (
            copies < switches.ack_from_copy * reply.data
            or (switches.ack_share < 1 and self._chance.random() >= switches.ack_share)
        )
        how = switches.ack if touched else "always"
        if reply.data and switches.persist and how not in ("negative", "status", "redirect", "malformed"):
            self._keep(request, reply)
        if silent or how == "never":
            # The request is never answered; the client has to give up.
            return
        if how == "close":
            request.connection.close()
        elif switches.ack_after_s and touched:
            loop = asyncio.get_running_loop()
            loop.call_later(switches.ack_after_s, self._answer, request, reply, how, switches)
        else:
            self._answer(request, reply, how, switches)

    def _keep(self, request: Request, reply: Reply) -> None:
        keep_records(self._store, reply.records, self.name, request.qn, self._clock.now_us(), self._observe)

    def _answer(self, request: Request, reply: Reply, how: str, switches: HttpSwitches) -> None:
        status, body = reply.status, self._coded(reply.body)
        headers = list(reply.headers)
        if how == "negative":
            body = self._coded({"responseCode": switches.negative_code, "responseMessage": "系统繁忙 / busy"})
        elif how == "status":
            status, body = switches.status, write({"timestamp": "0", "error": "status"})
        elif how == "redirect":
            status, body = 307, "{}"
            headers.append(("Location", f"http://{self.host}:{self.port}{request.path}"))
        elif how == "garbage":
            body = "<html>502</html>"
        elif how == "no-code":
            body = write({"message": "ok"})
        octets = body.encode()
        if how == "malformed":
            octets = MALFORMED[switches.malformed]
            body = octets[:_SHOWN].decode("ascii", "backslashreplace")
        spoiled = "" if how == "always" else how
        if not spoiled and switches.ack_after_s:
            spoiled = "late"
        if not request.connection.answer(status, octets, headers, half=how == "half"):
            return
        if how == "twice":
            head = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            request.connection.raw(head % (status, len(octets)) + octets)
        good = reply.data and not reply.refused and status == 200 and how in ("always", "twice")
        self._observe(
            Sent(
                t=self._clock.now_us(),
                centre=self.name,
                conn=request.connection.number,
                frame=_SECRET.sub(r'\1***"', body),
                cn=ACKNOWLEDGED if good else reply.operation,
                qn=request.qn,
                spoiled=spoiled,
            )
        )

    def _coded(self, body: dict[str, object] | str) -> str:
        if isinstance(body, str):
            return body
        if self.switches.code_as_number and str(body.get("responseCode", "")).isdecimal():
            body = {**body, "responseCode": int(str(body["responseCode"]))}
        return write(body)
