"""What the tests of JSON platforms share: an HTTP client that sends what a test tells it, a registered terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import h11
from simulators_helpers import MN
from trust_helpers import Client, Standing, connect

from simulators.centres.json_text import Number, parse, write
from simulators.trust import oracle

CODE = "04-01-0001-040001-30"
MEAN = "04-01-0001-040002-30"


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> dict[str, Any]:
        return parse(self.body)

    @property
    def code(self) -> str:
        return str(self.json.get("responseCode", ""))


@dataclass
class Http:
    """One connection that stays open."""

    client: Client
    http: h11.Connection = field(default_factory=lambda: h11.Connection(h11.CLIENT))

    async def post(self, path: str, body: object, *, method: str = "POST", **headers: str) -> Answer:
        octets = body if isinstance(body, bytes) else write(body).encode()
        lines = [("Host", "centre"), ("Content-Length", str(len(octets))), *headers.items()]
        request = self.http.send(h11.Request(method=method, target=path, headers=lines)) or b""
        self.client.send(
            request + (self.http.send(h11.Data(octets)) or b"") + (self.http.send(h11.EndOfMessage()) or b"")
        )
        return await self.answer()

    async def answer(self) -> Answer:
        found, status, headers = b"", 0, dict[str, str]()
        while True:
            event = self.http.next_event()
            if event is h11.NEED_DATA:
                octets = await self.client.until(lambda text: bool(text))
                if not octets:
                    raise EOFError
                self.http.receive_data(octets)
            elif isinstance(event, h11.Response):
                status = event.status_code
                headers = {name.decode().lower(): value.decode() for name, value in event.headers}
            elif isinstance(event, h11.Data):
                found += event.data
            elif isinstance(event, h11.EndOfMessage):
                if self.http.our_state is h11.DONE and self.http.their_state is h11.DONE:
                    self.http.start_next_cycle()
                return Answer(status, bytes(found), headers)
            elif isinstance(event, h11.ConnectionClosed):
                raise EOFError
            else:
                raise AssertionError(event)

    def close(self) -> None:
        self.client.close()


async def open_http(standing: Standing, name: str = "A", port: int = 0) -> Http:
    client = await connect(standing, name, port=port)
    if client.session is not None:
        assert await client.shake()
    return Http(client)


REGISTRATION: dict[str, object] = {
    "region": "350200",
    "enterpriseCode": "91350200MA2XXXXX0X",
    "terminalCode": MN,
}


def entry(**changes: object) -> dict[str, object]:
    found: dict[str, object] = {
        "dataCode": CODE,
        "dataValue": Number("12.340"),
        "inputType": Number("4"),
        "statType": Number("0"),
        "statDate": "2026-03-02 00:00:00",
        "uploadDate": "2026-03-03 00:00:00",
        "scope": Number("1"),
        "valid": True,
    }
    return {**found, **changes}


def sealed(given: dict[str, object], key: str) -> dict[str, object]:
    words = {name: write(value) if isinstance(value, bool) else str(value) for name, value in given.items()}
    return {name: oracle.sm4_ecb(bytes.fromhex(key), oracle.pad(text.encode())).hex() for name, text in words.items()}


class Terminal:
    """A registered terminal of the national manner, as far as a test needs one."""

    def __init__(self, http: Http, terms: dict[str, Any]) -> None:
        self.http = http
        self.terms = terms

    async def upload(self, *entries: dict[str, object], seal: bool = True, **changes: object) -> Answer:
        key = self.terms.get("secretKey", "")
        data = [sealed(each, key) for each in entries] if key and seal else list(entries)
        body = {
            "deviceId": self.terms["deviceId"],
            "enterpriseCode": REGISTRATION["enterpriseCode"],
            "data": data,
            **changes,
        }
        return await self.http.post("/uploadEnergyData", body)

    async def call(self, path: str, **changes: object) -> Answer:
        body = {"deviceId": self.terms["deviceId"], "enterpriseCode": REGISTRATION["enterpriseCode"], **changes}
        return await self.http.post(path, body)


async def registered(standing: Standing, name: str = "A", *, data_port: int = 0) -> Terminal:
    http = await open_http(standing, name)
    answer = await http.post("/enterprise/register", REGISTRATION)
    assert answer.code == "0", answer.body
    if data_port:
        http.close()
        http = await open_http(standing, name, data_port)
    return Terminal(http, answer.json)
