"""One connection to a collector's broker: connect, subscribe, hear, come back; acknowledge what is durable.

Leaves what messages mean to `mqtt_driver`. An acknowledgement goes out only after the commit that holds the reading:
what a power cut takes is sent again by the broker. A library is not used because none lets the terminal's own clock
judge certificates (see `security.channel`).
"""

from __future__ import annotations

import asyncio
import random as random_module
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reference_terminal.acquisition import mqtt_packets as packets
from reference_terminal.acquisition.mqtt_packets import Arrived, BadPacket
from reference_terminal.clock import WallClock
from reference_terminal.config_collectors import CollectorConfig
from reference_terminal.operations.journal import Journal
from reference_terminal.security.certificates import CertificateError
from reference_terminal.security.channel import ChannelRefused, Line, Security, open_line

_PIECE = 65_536
_LONGEST_PAUSE_S = 30.0
ALARM = "collector unreachable"


@dataclass(eq=False)
class Receipt:
    """A message of QoS 1 that waits for its acknowledgement; `done` once it needs no repetition."""

    packet_id: int
    done: bool = False


class Refused(Exception):
    """The broker does not take this client; one sentence."""


class MqttClient:
    """A subscriber; `take` gets every message with its receipt (None at QoS 0)."""

    def __init__(
        self,
        config: CollectorConfig,
        security: Security,
        clock: WallClock,
        journal: Journal,
        random: random_module.Random,
    ) -> None:
        self.config = config
        self.take: Callable[[Arrived, Receipt | None], None] = lambda message, receipt: None
        self._security = security
        self._clock = clock
        self._journal = journal
        self._random = random
        self._loop = asyncio.get_running_loop()
        self._line: Line | None = None
        self._waiting: deque[Receipt] = deque()
        self._in_batch: list[Receipt] = []
        self._sent_s = 0.0
        self._failures = 0

    @property
    def connected(self) -> bool:
        """Whether the broker has taken the subscription."""
        return self._line is not None

    async def run(self) -> None:
        """Hear the broker until cancelled."""
        while True:
            try:
                await self._once()
            except ChannelRefused as error:
                self._lost(error.en, error.zh)
            except CertificateError as error:
                self._lost(error.en, error.zh)
            except (OSError, TimeoutError, BadPacket, Refused) as error:
                self._lost(str(error) or type(error).__name__, "无法连接或连接中断")
            self._failures += 1
            pause_s = min(_LONGEST_PAUSE_S, 2.0 ** min(self._failures - 1, 8))
            await asyncio.sleep(pause_s * (0.8 + 0.2 * self._random.random()))

    def _lost(self, en: str, zh: str) -> None:
        self._journal.raise_alarm(ALARM, self.config.id, en, zh)

    async def _once(self) -> None:
        config = self.config
        timeout_s = float(config.timeout_s)
        line = await open_line(config.host, config.port, self._security, self._clock.now_s, timeout_s)
        octets = bytearray()
        try:
            async with asyncio.timeout(timeout_s):
                self._write(
                    line,
                    packets.connect(config.client, config.keepalive_s, config.user, config.password, keep_session=True),
                )
                body = await self._answer(line, octets, packets.CONNACK)
                if len(body) != 2 or body[1]:
                    raise Refused(f"the broker refuses: {packets.REFUSALS.get(body[-1] if body else 0, 'no reason')}")
                self._write(line, packets.subscribe(1, config.topics, config.qos))
            await self._hear(line, octets)
        finally:
            self._line = None
            self._waiting.clear()
            line.abort()

    async def _answer(self, line: Line, octets: bytearray, wanted: int) -> bytes:
        """The body of the packet that must come next. Raises BadPacket."""
        while True:
            found = packets.take(octets)
            if found is not None:
                if found[0] != wanted:
                    raise BadPacket(f"expected packet type {wanted:02X}, got {found[0]:02X}")
                return found[2]
            octets += await self._more(line)

    async def _more(self, line: Line) -> bytes:
        data = await line.read(_PIECE)
        if not data:
            raise ConnectionResetError("the broker closed the connection")
        return data

    async def _hear(self, line: Line, octets: bytearray) -> None:
        """Take packets until the connection ends; a broker that does not answer a ping is gone."""
        keepalive_s, pinged = 0.9 * self.config.keepalive_s, False
        while True:
            while (found := packets.take(octets)) is not None:
                self._packet(line, *found)
            if line.until_s and self._clock.now_s() >= line.until_s:
                raise ConnectionResetError("a certificate of the connection has ended")
            try:
                async with asyncio.timeout(max(0.0, self._sent_s + keepalive_s - self._loop.time())):
                    octets += await self._more(line)
                pinged = False
            except TimeoutError:
                if pinged:
                    raise ConnectionResetError("the broker does not answer") from None
                self._write(line, packets.PING)
                pinged = True

    def _packet(self, line: Line, kind: int, flags: int, body: bytes) -> None:
        if kind == packets.SUBACK:
            if 0x80 in body[2:]:
                raise Refused("the broker refuses the subscription")
            self._line = line
            self._failures = 0
            self._journal.clear_alarm(ALARM, self.config.id)
        elif kind == packets.PUBLISH:
            message = packets.arrived(flags, body)
            receipt = None
            if message.packet_id:
                receipt = self._known(message.packet_id) or Receipt(message.packet_id)
                if receipt not in self._waiting:
                    self._waiting.append(receipt)
            self.take(message, receipt)

    def _known(self, packet_id: int) -> Receipt | None:
        """The receipt of a message that came before and is repeated while it waits."""
        return next((receipt for receipt in self._waiting if receipt.packet_id == packet_id), None)

    def with_next_commit(self, receipts: Sequence[Receipt]) -> None:
        """The readings of these messages are in the batch that is committed next."""
        self._in_batch += receipts

    def committed(self) -> None:
        """A batch was committed."""
        for receipt in self._in_batch:
            receipt.done = True
        self._in_batch.clear()
        self.acknowledge()

    def acknowledge(self) -> None:
        """Acknowledge what is done, in the order in which it came."""
        line = self._line
        while line is not None and self._waiting and self._waiting[0].done:
            receipt = self._waiting.popleft()
            try:
                self._write(line, packets.acknowledge(receipt.packet_id))
            except OSError:
                return

    def _write(self, line: Line, octets: bytes) -> None:
        line.write(octets)
        self._sent_s = self._loop.time()
