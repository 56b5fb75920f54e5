"""What a broker keeps of a client: what it wants, what waits for it, and what is on its way and not settled.

Leaves connections to `link` and who is given what to `broker`. QoS 2 is two steps: a message is in flight until the
client has it (PUBREC), and released until the client has forgotten its identifier (PUBCOMP).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.mqtt import packets
from simulators.mqtt.packets import FOREVER, Message, Wish

if TYPE_CHECKING:
    from simulators.mqtt.link import BrokerLink

_SECOND = 1_000_000


@dataclass(frozen=True)
class Given:
    """A message for one client. `until_us` is when it expires (us UTC; 0: never)."""

    message: Message
    until_us: int = 0
    identifiers: tuple[int, ...] = ()

    def left_s(self, now_us: int) -> int:
        """The rest of its message expiry interval, s; -1 if it never expires."""
        return max(0, self.until_us - now_us) // _SECOND if self.until_us else -1

    def is_over(self, now_us: int) -> bool:
        """Whether it has expired."""
        return bool(self.until_us) and now_us >= self.until_us


@dataclass
class Flight:
    """A message on its way. `released`: the client has it and is to forget its identifier; `broken`: a cut was made."""

    given: Given
    released: bool = False
    broken: bool = False


@dataclass
class Session:
    """What the broker keeps of a client for `expiry_s` after its connection has ended (`packets.FOREVER`: for ever)."""

    client: str
    expiry_s: int
    wanted: dict[str, Wish] = field(default_factory=dict[str, Wish])
    queue: deque[Given] = field(default_factory=deque[Given])
    flying: OrderedDict[int, Flight] = field(default_factory=OrderedDict[int, Flight])
    received: dict[int, None] = field(default_factory=dict[int, None])
    link: BrokerLink | None = None
    will: asyncio.TimerHandle | None = None
    ended_us: int = 0
    waiting_octets: int = 0
    last_id: int = 0

    def next_id(self) -> int:
        """A packet identifier that is not in use."""
        while True:
            self.last_id = self.last_id % 65_535 + 1
            if self.last_id not in self.flying:
                return self.last_id

    def wishes(self, topic: str) -> list[Wish]:
        """Its subscriptions under which a topic falls."""
        return [wish for wish in self.wanted.values() if packets.matches(wish.topics, topic)]

    def is_over(self, now_us: int) -> bool:
        """Whether it has outlasted its connection for as long as it may."""
        return self.link is None and self.expiry_s != FOREVER and now_us >= self.ended_us + self.expiry_s * _SECOND
