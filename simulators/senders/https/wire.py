"""Records as JSON over HTTP/1.1 (docs/WIRE.md section 6), from a terminal's side.

Leaves HTTP to h11. A connection is kept; requests are answered in their order. Numbers are decimal text, times local
with `+08:00`. Ways of spoiling: `body` (no JSON), `unit` (a unit that nothing converts from), `token` (a wrong one),
`source` (a terminal that nobody knows), `value` (no number), `span` (a record that calls itself an hour
and is none). A platform's own form may have no room for units: there half a body is sent, and for a false hour always.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import h11

from simulators.senders.parcels import Entry, Parcel
from simulators.senders.spec import SenderSpec
from simulators.senders.wire import Answer, Asked, Form
from simulators.stamps import local

MOST_RECORDS = 200
"""Records in a body."""
_SHOWN = 120
STRANGER = "FFFFFFFFFFFFFFFFFFFFFFFF"


class JsonWire:
    """HTTP of one sender."""

    ready = True

    def __init__(self, spec: SenderSpec, form: Form | None = None) -> None:
        self._spec, self._form = spec, form
        self._most = MOST_RECORDS if form is None else form.most
        self._http = h11.Connection(h11.CLIENT)
        self._status = 0
        self._body = b""
        self._wrong = ""
        self._over = False

    def hello(self) -> bytes:
        """Nothing: every request has its token."""
        return b""

    def reset(self) -> None:
        """A new connection knows nothing of the one before."""
        self._http = h11.Connection(h11.CLIENT)
        self._status, self._body, self._over = 0, b"", False

    def cut(self, entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
        """So many records a body."""
        return [entries[at : at + self._most] for at in range(0, len(entries), self._most)]

    def octets(self, parcel: Parcel, now_us: int) -> bytes:
        """The request of a parcel."""
        del now_us
        parcel.key = parcel.key or str(parcel.number)
        return self._request(parcel, self._spec.mn, self._spec.secret, self._records(parcel))

    def spoilt(self, parcel: Parcel, octets: bytes, how: str) -> bytes:
        """Spoilt as the module says; the request that was made is not sent."""
        del octets
        records, mn, token = self._records(parcel), self._spec.mn, self._spec.secret
        self.reset()
        match how:
            case "body":
                return self._request(parcel, mn, token, records, cut=True)
            case "unit":
                records = [each | {"unit": "furlong"} for each in records]
            case "value":
                records = [each | {"value": "12,5x"} for each in records]
            case "span":
                records = [each | {"kind": "hour"} for each in records] if self._form is None else records
            case "token":
                token = "not-the-token"
            case "source":
                mn = STRANGER
            case _:
                raise ValueError(f"JSON cannot be spoilt by {how!r} / 无此破坏方式")
        cut = self._form is not None and (how == "span" or (how == "unit" and self._hides(records, parcel)))
        return self._request(parcel, mn, token, records, cut=cut)

    def _hides(self, records: list[dict[str, object]], parcel: Parcel) -> bool:
        """Whether the platform's own form is the same whatever was spoilt."""
        form, mn, token = self._form, self._spec.mn, self._spec.secret
        return form is not None and form.request(mn, token, records) == form.request(mn, token, self._records(parcel))

    def unanswered(self) -> bool:
        """Answers come in the order of requests: whatever came now would be taken for another's."""
        return True

    def feed(self, octets: bytes) -> list[Answer | Asked]:
        """Answers in their order; other than 2xx is no."""
        found: list[Answer | Asked] = []
        if not octets or self._over:
            return found
        try:
            self._http.receive_data(octets)
            while (event := self._http.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.Response):
                    self._status, self._body = event.status_code, b""
                elif isinstance(event, h11.Data):
                    self._body += bytes(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    found.append(self._answer())
                elif isinstance(event, h11.ConnectionClosed):
                    break
        except h11.RemoteProtocolError as error:
            self._over = True
            found.append(Answer("", False, str(error)[:_SHOWN], ended=True))
        return found

    def reply(self, asked: Asked, items: tuple[tuple[str, str], ...], now_us: int) -> bytes:
        """A platform asks nothing here."""
        del asked, items, now_us
        return b""

    def _answer(self) -> Answer:
        taken = 200 <= self._status < 300 if self._form is None else self._form.taken(self._status, self._body)
        words = f"{self._status} {self._body[:_SHOWN].decode('utf-8', 'replace')}"
        self._over = self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE
        if not self._over:
            self._http.start_next_cycle()
        return Answer("", taken, words, ended=self._over)

    def _records(self, parcel: Parcel) -> list[dict[str, object]]:
        kind = {"realtime": "reading", "minute": f"min{self._spec.minute_interval}"}.get(parcel.kind, parcel.kind)
        if parcel.kind == "minute" and self._spec.minute_interval in (1, 15):
            kind = {1: "minute", 15: "quarter"}[self._spec.minute_interval]
        if self._form is not None:
            # A form has the class by its own name, and instants as they are.
            kind, start, end = parcel.kind, parcel.start_us, parcel.end_us
        else:
            start, end = _iso(parcel.start_us), _iso(parcel.end_us)
        more = {"revision": parcel.revision} if parcel.revision else {}
        return [
            {
                "point" if self._form is None else "code": each.code,
                "kind": kind,
                "start": start,
                "end": end,
                "value": each.fields[0][1],
                "unit": each.unit,
                "flag": each.flag,
                **more,
            }
            for each in parcel.entries
        ]

    def _request(
        self, parcel: Parcel, mn: str, token: str, records: list[dict[str, object]], *, cut: bool = False
    ) -> bytes:
        del parcel
        method, target, headers, body = (self._own if self._form is None else self._form.request)(mn, token, records)
        if cut:
            body = body[: len(body) // 2]
        head = h11.Request(
            method=method,
            target=target,
            headers=[("Host", "platform"), *headers, ("Content-Length", str(len(body)))],
        )
        parts = [self._http.send(head), self._http.send(h11.Data(data=body)), self._http.send(h11.EndOfMessage())]
        return b"".join(part for part in parts if part)

    def _own(
        self, mn: str, token: str, records: Sequence[Mapping[str, object]]
    ) -> tuple[str, str, list[tuple[str, str]], bytes]:
        """The form of this bench."""
        body = json.dumps({"source": mn, "records": records}, ensure_ascii=False, separators=(",", ":")).encode()
        headers = [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]
        return "POST", self._spec.path, headers, body


def _iso(at_us: int) -> str:
    return f"{local(at_us):%Y-%m-%dT%H:%M:%S}+08:00"
