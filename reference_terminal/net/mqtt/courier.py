"""A client of a broker that publishes something and waits for the answer to it: QoS 1, MQTT 3.1.1, a clean session.

Leaves what is published and which answer belongs to it to the uplink. What was published and not answered is not
published again here: one call is one attempt. PUBACK is the broker's and no answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from reference_terminal.model.messages import Bilingual, Text
from reference_terminal.model.seams import seam
from reference_terminal.net import reasons
from reference_terminal.net.channel import Line, Security, open_line
from reference_terminal.net.mqtt import packets
from reference_terminal.net.mqtt.packets import BadPacket
from reference_terminal.net.mqtt.reasons import in_words
from reference_terminal.net.turns import Turns

KEEPALIVE_S = 120
_IDLE_S = 100.0
"""A connection that nothing was published over for so long is ended in good order, before anybody has to ask."""
_PIECE = 65_536
_PACKET_IDS = 65_535


class BrokerRefused(Exception):
    """The broker does not take this client, or does not let it hear answers; one sentence in each language."""

    def __init__(self, said: Bilingual) -> None:
        super().__init__(said.en)
        self.en, self.zh = said.en, said.zh


@dataclass(frozen=True)
class Login:
    """Whom the broker is told it has before it, and the topic on which he hears answers."""

    client: str
    user: str
    password: str
    answers: str


class MqttCourier:
    """One connection to one broker; one exchange at a time."""

    def __init__(
        self, security: Security, host: str, port: int, login: Login, now_s: Callable[[], int], connect_timeout_s: float
    ) -> None:
        self._security = security
        self._place = (host, port)
        self._login = login
        self._now_s = now_s
        self._connect_timeout_s = connect_timeout_s
        self._line: Line | None = None
        self._octets = bytearray()
        self._turns = Turns()
        # When octets came that may hold further packets.
        self._came_s: float | None = None
        self._last_id = 0
        self._idle: asyncio.TimerHandle | None = None

    @property
    def agreed(self) -> str:
        """What the channel of the open connection is; empty if there is none."""
        return "" if self._line is None else self._line.agreed

    def close(self) -> None:
        """Drop the connection if there is one."""
        self._rest_no_longer()
        line, self._line = self._line, None
        if line is not None:
            line.abort()

    async def ask(self, topic: str, payload: bytes, is_answer: Callable[[bytes], bool], timeout_s: float) -> bytes:
        """Publish, and the first message on the topic of answers that is one.

        Raises BrokerRefused, OSError, TimeoutError (no answer in time), ChannelRefused, CertificateError.
        """
        self._rest_no_longer()
        try:
            await self._connect()
            async with asyncio.timeout(timeout_s):
                answer = await self._exchange(topic, payload, is_answer)
        except BadPacket as error:
            self.close()
            raise ConnectionResetError(f"no packet of MQTT: {error}") from None
        except BaseException:
            self.close()
            raise
        self._idle = asyncio.get_running_loop().call_later(_IDLE_S, self._say_goodbye)
        return answer

    def _rest_no_longer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    @seam
    def _say_goodbye(self) -> None:
        line = self._line
        if line is not None and not line.closing():
            line.write(packets.GOODBYE)
        self.close()

    # The connection.

    @seam
    async def _connect(self) -> None:
        """Have a connection, a kept one if the broker has not ended it and its certificates still hold."""
        line = self._line
        if line is not None:
            stale = line.closing() or (line.until_s and self._now_s() >= line.until_s)
            revocation = self._security.revocation
            stale = stale or (revocation is not None and revocation.fault(line.standing, self._now_s()))
            stale = stale or (line.status is not None and self._now_s() >= line.status.until_s > 0)
            if not stale and not await self._has_ended(line):
                return
            self.close()
        host, port = self._place
        self._octets.clear()
        self._came_s = None
        self._line = line = await open_line(host, port, self._security, self._now_s, self._connect_timeout_s)
        async with asyncio.timeout(self._connect_timeout_s):
            await self._welcomed(line)

    async def _has_ended(self, line: Line) -> bool:
        """Whether the broker has closed an idle connection; what it says meanwhile is nobody's answer."""
        try:
            async with asyncio.timeout(0):
                data = await line.read(_PIECE)
        except TimeoutError:
            return False
        except OSError:
            return True
        self._octets += data
        return not data

    async def _welcomed(self, line: Line) -> None:
        login = self._login
        line.write(packets.connect(login.client, KEEPALIVE_S, login.user, login.password, keep_session=False))
        welcome = packets.welcome(await self._next(line, packets.CONNACK))
        if welcome.code:
            why = Text(*in_words(welcome.code, welcome.report.reason, returned=True))
            raise BrokerRefused(reasons.BROKER_REFUSES(why=why))
        line.write(packets.subscribe(1, (login.answers,), 1))
        codes, _ = packets.granted(await self._next(line, packets.SUBACK))
        if any(code >= packets.REFUSED for code in codes):
            raise BrokerRefused(reasons.ANSWERS_REFUSED())

    async def _next(self, line: Line, wanted: int) -> bytes:
        """The body of the next packet of a kind."""
        while True:
            kind, _, body = await self._packet(line)
            if kind == wanted:
                return body

    async def _packet(self, line: Line) -> tuple[int, int, bytes]:
        if self._came_s is not None:
            self._came_s = await self._turns.rest(self._came_s)
        while (found := packets.take(self._octets)) is None:
            data = await line.read(_PIECE)
            self._came_s = self._turns.begin()
            if not data:
                raise ConnectionResetError("the broker closed the connection")
            self._octets += data
        return found

    # Exchanges.

    @seam
    async def _exchange(self, topic: str, payload: bytes, is_answer: Callable[[bytes], bool]) -> bytes:
        line = self._line
        assert line is not None
        self._last_id = self._last_id % _PACKET_IDS + 1
        self._came_s = None
        line.write(packets.publish(topic, payload, self._last_id))
        await line.drain()
        while True:
            kind, flags, body = await self._packet(line)
            if kind != packets.PUBLISH:
                continue
            message = packets.arrived(flags, body)
            if message.qos:
                line.write(packets.acknowledge(message.packet_id))
            if message.topic == self._login.answers and is_answer(message.payload):
                return message.payload
