"""Octets that are no request, at the local interface of any product: accounts or none, they stop and bring nothing.

Leaves requests with a login behind them to `attacks`. Nothing is flooded: each is small, one comes after the other, and
what a product answers is free, silence too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bench.case import Case, Finding, beside
from bench.facade.bench import Bench
from bench.history import History
from bench.layout.scenario import Scenario
from conformance.common.actions import points
from conformance.common.times import SECOND
from conformance.terminal import LOCAL, MODBUS
from conformance.terminal.access import attacks_judge
from conformance.terminal.security import malformed_requests_judge

FAMILY = "security"
_DEEP = 20_000
_IDLE = 8
_BACK_S = 120


def _request(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join([*lines, "Host: terminal", "Connection: close", "", ""]).encode() + body


_KNOCKS: tuple[tuple[str, bytes], ...] = (
    ("octets of no protocol", bytes(range(128, 256)) * 4),
    ("zeros", bytes(4096)),
    ("line ends alone", b"\r\n" * 200),
    ("a request cut off", b"GET / HT"),
    ("a greeting of TLS", bytes.fromhex("16030100310100002d0303") + bytes(38) + bytes.fromhex("00020035010000")),
    ("an address of 60,000 letters", _request("GET /" + "a" * 60_000 + " HTTP/1.1")),
    ("a head of 60,000 letters", _request("GET / HTTP/1.1", "X-Long: " + "a" * 60_000)),
    ("500 header fields", _request("GET / HTTP/1.1", *(f"X-{number}: x" for number in range(500)))),
    ("two lengths", _request("POST / HTTP/1.1", "Content-Length: 0", "Content-Length: 5", body=b"hello")),
    ("a negative length", _request("POST / HTTP/1.1", "Content-Length: -1", body=b"x")),
    ("a length of 400 digits", _request("POST / HTTP/1.1", "Content-Length: " + "9" * 400, body=b"x")),
    ("chunks of no size", _request("POST / HTTP/1.1", "Transfer-Encoding: chunked", body=b"zz\r\nx\r\n")),
    ("a body that ends early", _request("POST / HTTP/1.1", "Content-Length: 1000", body=b"{")),
    (
        "a body nested 20,000 deep",
        _request(
            "POST / HTTP/1.1",
            "Content-Type: application/json",
            f"Content-Length: {6 * _DEEP + 1}",
            body=b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
        ),
    ),
    ("an address out of the folder", _request("GET /../../../../../../etc/passwd HTTP/1.1")),
    ("the same in other letters", _request("GET /..%2f..%2f..%2f..%2f..%2fetc%2fpasswd HTTP/1.1")),
    ("an address of half letters", _request("GET /%ff%fe%ed%a0%80%00 HTTP/1.1")),
    ("a method nobody knows", _request("BREW / HTTP/9.9")),
)
"""Name and octets; all below 130 kB."""


class OutlastsMalformedRequests(Case):
    """Octets that are no request end nothing at the local interface, bring no file, and no meter waits for them."""

    zh = "本地接口收到不成请求的数据后仍可使用，不泄露装置文件，仪表采集不中断。"
    checks = {
        attacks_judge.NOTHING_LEAKED: ("isc-2/4.1e",),
        **beside(malformed_requests_judge.WORKS_ON, attacks_judge.MEASURES_ON),
    }
    needs = (MODBUS, LOCAL)
    scenario = Scenario(circuits=1, points=1, period_s=20, kinds=(), centres=("A",))

    async def drive(self, bench: Bench) -> None:
        await bench.clock.sleep(minutes=3)
        await self._ask(bench)
        for what, octets in _KNOCKS:
            await bench.people.attacks.knock(what, octets)
            await bench.clock.sleep(seconds=10)
            await self._ask(bench)
        # Nobody need serve others meanwhile; afterwards they must be served.
        idle = [
            bench.people.attacks.knock(f"idle {number}", b"GET / HTTP/1.1\r\n", answer_s=60) for number in range(_IDLE)
        ]
        await asyncio.gather(*idle)
        await bench.clock.sleep(seconds=30)
        await self._ask(bench)

    async def _ask(self, bench: Bench) -> None:
        """What the interface is for: readings of the last two minutes."""
        now = bench.clock.now_us()
        await bench.operator.readings(points(bench)[0], now - _BACK_S * SECOND, now)

    def judge(self, history: History) -> Iterator[Finding]:
        yield from malformed_requests_judge.findings(history)
