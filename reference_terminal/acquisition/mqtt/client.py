"""One connection to a collector's broker: connect, subscribe, hear, come back; acknowledge what is durable.

Leaves what messages mean to `driver`. PUBACK or PUBREC goes out only after the commit that holds the reading: what
a power cut takes is sent again by the broker. A library is not used because none lets the terminal's own clock judge
certificates (see `net.channel`), and none lets its commits decide when QoS 2 moves on.
"""

from __future__ import annotations

import asyncio
import random as random_module
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reference_terminal.acquisition import messages, reasons
from reference_terminal.acquisition.mqtt.received import Keeping, ReceivedIds
from reference_terminal.crypto.certificates import CertificateError
from reference_terminal.model.clock import WallClock
from reference_terminal.model.messages import Alarm, Refused, Text, text_of
from reference_terminal.model.seams import seam
from reference_terminal.net.channel import ChannelRefused, Line, Security, open_line
from reference_terminal.net.mqtt import packets
from reference_terminal.net.mqtt import properties as names
from reference_terminal.net.mqtt.packets import LEVEL, LEVEL_5, Arrived, BadPacket
from reference_terminal.net.mqtt.reasons import in_words
from reference_terminal.net.reasons import BROKER_REFUSES
from reference_terminal.net.turns import Turns
from reference_terminal.settings.collectors import VERSIONS, CollectorConfig
from reference_terminal.storage.journal import Journal

_PIECE = 65_536
_LONGEST_PAUSE_S = 30.0
ALARM = messages.COLLECTOR_UNREACHABLE


@dataclass(eq=False)
class Receipt:
    """A message of QoS 1 or 2 that waits for its PUBACK or PUBREC; `done` once it needs no repetition.

    Its identifier means something in its `session` at the broker only.
    """

    packet_id: int
    qos: int = 1
    session: int = 0
    done: bool = False


class MqttClient:
    """A subscriber; `take` gets every message with its receipt (None at QoS 0)."""

    def __init__(
        self,
        config: CollectorConfig,
        security: Security,
        clock: WallClock,
        journal: Journal,
        random: random_module.Random,
        memory: Keeping,
    ) -> None:
        self.config = config
        self.take: Callable[[Arrived, Receipt | None], None] = lambda message, receipt: None
        self._security = security
        self._clock = clock
        self._journal = journal
        self._random = random
        self._loop = asyncio.get_running_loop()
        self._line: Line | None = None
        # In the order in which they came, by identifier.
        self._waiting: dict[int, Receipt] = {}
        self._in_batch: list[Receipt] = []
        self._level = LEVEL_5 if config.version == VERSIONS[1] else LEVEL
        self._ids = ReceivedIds(memory, config.id)
        self._session = 0
        # Identifiers that are let go: those that wait for the commit, and those whose PUBCOMP is due.
        self._released: dict[int, None] = {}
        self._completed: dict[int, None] = {}
        self._aliases: dict[int, str] = {}
        self._keepalive_s = config.keepalive_s
        self._sent_s = 0.0
        self._failures = 0
        self._turns = Turns()

    @property
    def connected(self) -> bool:
        """Whether the broker has taken the subscription."""
        return self._line is not None

    async def run(self) -> None:
        """Hear the broker until cancelled."""
        while True:
            try:
                await self._once()
            except (ChannelRefused, CertificateError) as error:
                self._lost(messages.COLLECTOR_REFUSED, reason=text_of(error))
            except Refused as error:
                self._lost(ALARM, reason=text_of(error))
            except (OSError, TimeoutError, BadPacket) as error:
                self._lost(ALARM, reason=reasons.NO_CONNECTION(error=str(error) or type(error).__name__))
            self._failures += 1
            pause_s = min(_LONGEST_PAUSE_S, 2.0 ** min(self._failures - 1, 8))
            await asyncio.sleep(pause_s * (0.8 + 0.2 * self._random.random()))

    def _lost(self, alarm: Alarm, *, reason: Text) -> None:
        self._journal.raise_alarm(alarm, self.config.id, reason=reason)

    @seam
    async def _once(self) -> None:
        config = self.config
        timeout_s = float(config.timeout_s)
        line = await open_line(config.host, config.port, self._security, self._clock.now_s, timeout_s)
        octets = bytearray()
        try:
            async with asyncio.timeout(timeout_s):
                self._write(
                    line,
                    packets.connect(
                        config.client,
                        config.keepalive_s,
                        config.user,
                        config.password,
                        keep_session=True,
                        level=self._level,
                        session_s=config.session_s,
                    ),
                )
                qos = self._welcomed(packets.welcome(await self._answer(line, octets, packets.CONNACK), self._level))
                self._write(line, packets.subscribe(1, config.topics, qos, self._level))
            await self._hear(line, octets)
        except BadPacket:
            if self._level == LEVEL_5 and not line.closing():
                line.write(packets.GOODBYE_MALFORMED)
            raise
        finally:
            self._line = None
            self._waiting.clear()
            self._completed.clear()
            self._aliases.clear()
            line.abort()

    @seam
    def _welcomed(self, welcome: packets.Welcome) -> int:
        """What the broker's welcome means for this connection; the QoS that can be asked for. Raises Refused."""
        if welcome.code:
            why = Text(*in_words(welcome.code, welcome.report.reason, returned=welcome.code < packets.REFUSED))
            raise Refused(BROKER_REFUSES(why=why))
        if not welcome.present:
            self._session += 1
            self._ids.clear()
            self._released.clear()
        self._keepalive_s = welcome.report.number(names.SERVER_KEEP_ALIVE, self.config.keepalive_s)
        return min(self.config.qos, welcome.report.number(names.MAXIMUM_QOS, 2))

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
        keepalive_s, pinged = 0.9 * self._keepalive_s or None, False
        began_s = self._turns.begin()
        while True:
            while (found := packets.take(octets)) is not None:
                self._packet(line, *found)
                began_s = await self._turns.rest(began_s)
            if line.until_s and self._clock.now_s() >= line.until_s:
                raise ConnectionResetError("a certificate of the connection has ended")
            try:
                rest_s = None if keepalive_s is None else max(0.0, self._sent_s + keepalive_s - self._loop.time())
                async with asyncio.timeout(rest_s):
                    # A broker that takes no receipts is given nothing more to acknowledge.
                    await line.drain()
                    octets += await self._more(line)
                began_s = self._turns.begin()
                pinged = False
            except TimeoutError:
                if pinged:
                    raise ConnectionResetError("the broker does not answer") from None
                self._write(line, packets.PING)
                pinged = True

    def _packet(self, line: Line, kind: int, flags: int, body: bytes) -> None:
        if kind == packets.SUBACK:
            codes, reason = packets.granted(body, self._level)
            refused = next((code for code in codes if code >= packets.REFUSED), 0)
            if refused:
                raise Refused(reasons.BROKER_SUBSCRIPTION(why=Text(*in_words(refused, reason))))
            self._line = line
            self._failures = 0
            for alarm in (ALARM, messages.COLLECTOR_REFUSED):
                self._journal.clear_alarm(alarm, self.config.id)
            self.acknowledge()
        elif kind == packets.PUBLISH:
            self._arrived(self._named(packets.arrived(flags, body, self._level)))
        elif kind == packets.PUBREL:
            self._let_go(line, packets.identifier(body))
        elif kind == packets.DISCONNECT and self._level == LEVEL_5:
            raise Refused(reasons.BROKER_ENDS(why=Text(*in_words(*packets.goodbye(body)))))

    @seam
    def _named(self, message: Arrived) -> Arrived:
        """A message under its topic, whether an alias stood for it. Raises BadPacket."""
        if message.alias > packets.MOST_ALIASES or not (message.topic or message.alias in self._aliases):
            raise BadPacket(f"expected a topic or an alias that is known, got alias {message.alias}")
        if message.alias and message.topic:
            self._aliases[message.alias] = message.topic
        return message if message.topic else replace(message, topic=self._aliases[message.alias])

    @seam
    def _arrived(self, message: Arrived) -> None:
        if not message.qos:
            self.take(message, None)
            return
        # One that came before and is repeated while it waits.
        receipt = self._waiting.get(message.packet_id)
        if receipt is None:
            receipt = Receipt(message.packet_id, message.qos, self._session)
            self._waiting[receipt.packet_id] = receipt
        if message.qos == 2 and message.packet_id in self._ids:
            # It is the terminal's already: only its PUBREC was lost.
            if self._ids.is_durable(message.packet_id):
                receipt.done = True
                self.acknowledge()
            elif receipt not in self._in_batch:
                self._in_batch.append(receipt)
            return
        self.take(message, receipt)

    @seam
    def _let_go(self, line: Line, packet_id: int) -> None:
        """PUBREL: the identifier is forgotten, and PUBCOMP says so once that is durable."""
        if packet_id in self._ids:
            self._released[packet_id] = None
            self._ids.remove(packet_id)
        elif packet_id not in self._released and packet_id not in self._completed:
            self._write(line, packets.completed(packet_id, self._level, packets.UNKNOWN_ID))

    def settle(self, receipts: Sequence[Receipt]) -> None:
        """These messages need no repetition: their readings are durable, or they hold none."""
        for receipt in receipts:
            if receipt.qos < 2:
                receipt.done = True
        self.with_next_commit([receipt for receipt in receipts if receipt.qos == 2])
        self.acknowledge()

    def with_next_commit(self, receipts: Sequence[Receipt]) -> None:
        """The readings of these messages are in the batch that is committed next."""
        self._ids.add(each.packet_id for each in receipts if each.qos == 2 and each.session == self._session)
        self._in_batch += receipts

    def committed(self) -> None:
        """A batch was committed."""
        self._ids.committed()
        for receipt in self._in_batch:
            receipt.done = True
        self._in_batch.clear()
        self._completed |= self._released
        self._released.clear()
        self.acknowledge()

    def acknowledge(self) -> None:
        """Acknowledge what is done, in the order in which it came."""
        line = self._line
        while line is not None and self._completed:
            packet_id = next(iter(self._completed))
            del self._completed[packet_id]
            if not self._send(line, packets.completed(packet_id)):
                return
        while line is not None and self._waiting:
            receipt = next(iter(self._waiting.values()))
            if not receipt.done:
                return
            del self._waiting[receipt.packet_id]
            answer = packets.acknowledge if receipt.qos == 1 else packets.received
            if not self._send(line, answer(receipt.packet_id)):
                return

    def _send(self, line: Line, octets: bytes) -> bool:
        try:
            self._write(line, octets)
        except OSError:
            return False
        return True

    def _write(self, line: Line, octets: bytes) -> None:
        line.write(octets)
        self._sent_s = self._loop.time()
