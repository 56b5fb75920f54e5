"""One connection of a client to the embedded broker: octets in and out, keep-alive, what 5.0 agrees for a connection.

Leaves what packets do to `broker`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from simulators.centres.listener import Peer
from simulators.mqtt import packets
from simulators.mqtt.packets import LEVEL, LEVEL_5, Message, PacketError

if TYPE_CHECKING:
    from simulators.mqtt.broker import Broker
    from simulators.mqtt.sessions import Session

WINDOW = 20
"""Messages of QoS 1 and 2 in flight to one client at a time, as Mosquitto has it; fewer if the client says so."""
_CONNECT_S = 30.0
KEEP_ALIVE_OVER = 0x8D
SILENT = "silent for longer than its keep-alive allows"
"""Why a broker ends a connection whose client is not heard (MQTT 3.1.1, 3.1.2.10)."""


class BrokerLink(Peer):
    """One connection. `most_octets`, `window` and `most_aliases` are what the client takes (5.0)."""

    def __init__(self, broker: Broker, number: int) -> None:
        super().__init__(number)
        self.level = LEVEL
        self.session: Session | None = None
        self.will: Message | None = None
        self.will_delay_s = 0
        self.window = WINDOW
        self.most_octets = packets.MOST_OCTETS
        self.most_aliases = 0
        self.aliases: dict[str, int] = {}
        self.their_aliases: dict[int, str] = {}
        self._broker = broker
        self._splitter = packets.Splitter()
        self._timer: asyncio.TimerHandle | None = None
        self._heard_s = 0.0
        self._patience_s = _CONNECT_S
        self._silent = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected; it has to say who it is."""
        super().connection_made(transport)
        self._heard_s = asyncio.get_running_loop().time()
        self._broker.opened(self)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        if self._timer is not None:
            self._timer.cancel()
        self._transport = None
        self._broker.lost(self, TimeoutError(SILENT) if self._silent else exc)

    def data_received(self, data: bytes) -> None:
        """Octets in any pieces."""
        if self.session is not None:
            self._heard_s = asyncio.get_running_loop().time()
        try:
            for packet in self._splitter.feed(data):
                if self._transport is None or self._transport.is_closing():
                    return
                self._broker.take(self, packet)
        except PacketError as error:
            self._broker.rejected(self, data[:256], len(data), str(error))
            self.end(error.code, str(error))

    def keep_alive(self, seconds: int) -> None:
        """From now on silence of one and a half times so long ends the connection; 0 allows any."""
        self._heard_s = asyncio.get_running_loop().time()
        self._patience_s = 1.5 * seconds
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._watch()

    def _watch(self) -> None:
        if self._patience_s:
            left_s = self._heard_s + self._patience_s - asyncio.get_running_loop().time()
            self._timer = asyncio.get_running_loop().call_later(max(left_s, 0), self._look)

    def _look(self) -> None:
        if asyncio.get_running_loop().time() - self._heard_s >= self._patience_s - 1e-6:
            self.say_goodbye(KEEP_ALIVE_OVER, "")
            self._silent = self.session is not None
            self.abort()
        else:
            self._watch()

    def send(self, octets: bytes) -> bool:
        """Send octets; False if they could not leave."""
        if self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(octets)
        return True

    def say_goodbye(self, code: int, reason: str) -> None:
        """Tell a client of 5.0 why the connection ends (DISCONNECT); one of 3.1.1 is never told."""
        if self.level == LEVEL_5 and self.session is not None:
            self.send(packets.goodbye(code, reason))

    def end(self, code: int, reason: str = "") -> None:
        """Tell why, and close after what was sent has left."""
        self.say_goodbye(code, reason)
        self.close()

    def named(self, topic: str) -> tuple[str, int]:
        """Topic and alias (0: none) by which a message is sent: the topic is empty where the client knows the alias."""
        known = self.aliases.get(topic)
        if known is not None:
            return "", known
        if len(self.aliases) >= self.most_aliases:
            return topic, 0
        self.aliases[topic] = len(self.aliases) + 1
        return topic, self.aliases[topic]
