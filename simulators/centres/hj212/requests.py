"""Requests of an HJ 212 centre: numbered, sent, repeated, matched with what comes in answer.

Leaves which requests there are to `commands` and connections to `hj212`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence

import msgspec

from simulators.centres.hj212.codec import Packet
from simulators.centres.hj212.commands import Commands
from simulators.centres.hj212.link import Connection, Exchange
from simulators.centres.switches import Switches
from simulators.clock import Observe
from simulators.events import Commanded
from simulators.stamps import stamp_ms


class Requests(Commands, ABC):
    """What a centre asks of its terminal and what came of it; `Centre` has the connections."""

    name: str
    mn: str
    st: str
    switches: Switches
    _observe: Observe
    _version: int
    _connections: dict[int, Connection]
    _exchanges: dict[str, Exchange]
    _last_request: dict[str, bytes]
    _last_qn_ms: int

    @abstractmethod
    def send_octets(self, octets: bytes, why: str) -> int:
        """Send octets that are no sound frame on every open connection."""

    def replay(self, cn: str) -> int:
        """Send the last request of a command again, octet for octet, as an eavesdropper would; how many took it."""
        return self.send_octets(self._last_request[cn], "replayed") if cn in self._last_request else 0

    def _next_qn(self) -> str:
        milliseconds = max(self._clock.now_us() // 1000, self._last_qn_ms + 1)
        self._last_qn_ms = milliseconds
        return str(milliseconds) if self.switches.qn_digits == 13 else stamp_ms(milliseconds * 1000)

    def _match(self, packet: Packet) -> None:
        exchange = self._exchanges.get(packet.qn)
        if exchange is None:
            return
        if packet.cn == "9011":
            exchange.accepted = packet.field("QnRtn")
            exchange.moved()
        elif packet.cn == "9012":
            exchange.result = packet.field("ExeRtn")
            exchange.done.set()
        else:
            exchange.result = exchange.result or "1"
            exchange.done.set()
        exchange.answered.set()

    def _asked_by(self, packet: Packet) -> Exchange | None:
        """The open request that this data packet answers: by QN, or by command and range of time."""
        exchange = self._exchanges.get(packet.qn)
        # Both sides number by the clock: an upload of the same millisecond has the same QN and another command.
        if exchange is not None and exchange.cn == packet.cn:
            return exchange
        for each in self._exchanges.values():
            if each.cn != packet.cn or not each.accepted or each.done.is_set():
                continue
            asked = dict(each.cp)
            when = packet.field("DataTime")
            if "BeginTime" in asked and not asked["BeginTime"] <= when <= asked.get("EndTime", when):
                continue
            return each
        return None

    async def command(
        self,
        cn: str,
        *cp: tuple[str, str],
        flag: int | None = None,
        over_time_s: float | None = None,
        execution_s: float = 60,
        mn: str = "",
    ) -> Exchange:
        """Send a request and wait for its end. `cp` are the fields (name, value) in order.

        The request is repeated with the same QN after each answer time-out, `re_count` times. Never raises: `ended`
        and `accepted` of the exchange say how it went. `flag` is that of the edition with bit A unless given.
        """
        qn = self._next_qn()
        exchange = Exchange(cn, qn, tuple(cp), execution_s=execution_s, mn=mn or self.mn)
        self._exchanges[qn] = exchange
        packet = Packet(
            qn=qn,
            st=self.st,
            cn=cn,
            pw=self.pw,
            mn=mn or self.mn,
            flag=self._version | 1 if flag is None else flag,
            cp=tuple((pair,) for pair in cp),
        )
        patience = self.over_time_s if over_time_s is None else over_time_s
        try:
            for _ in range(1 + self.re_count):
                connection = next(reversed(self._connections.values()), None)
                if connection is None:
                    exchange.ended = "no-connection"
                    break
                exchange.conn = connection.number
                connection.send(msgspec.structs.replace(packet, mn=packet.mn or connection.mn))
                try:
                    async with asyncio.timeout(patience):
                        await exchange.answered.wait()
                    break
                except TimeoutError:
                    exchange.ended = "answer-timeout"
            if exchange.answered.is_set():
                await self._executed(exchange)
        finally:
            del self._exchanges[qn]
            self._observe(
                Commanded(
                    t=self._clock.now_us(),
                    centre=self.name,
                    cn=cn,
                    qn=qn,
                    sent=exchange.sent_us,
                    accepted=exchange.accepted,
                    result=exchange.result,
                    fetched=exchange.fetched,
                    answer=_plain(exchange.answers),
                )
            )
        return exchange

    async def _executed(self, exchange: Exchange) -> None:
        if exchange.ended == "connection-lost":
            return
        if exchange.accepted not in ("", "1"):
            exchange.ended = "refused"
            return
        try:
            async with asyncio.timeout(exchange.execution_s) as timer:
                exchange.timer = timer
                await exchange.done.wait()
            exchange.ended = exchange.ended if exchange.ended == "connection-lost" else "done"
        except TimeoutError:
            exchange.ended = "execution-timeout"
        finally:
            exchange.timer = None


def _plain(packets: Sequence[Packet]) -> dict[str, str]:
    """The fields of a lone data answer; empty for many packets, whose records are stored one by one."""
    if len(packets) != 1:
        return {}
    return {name: value for each in packets[0].cp for name, value in each}
