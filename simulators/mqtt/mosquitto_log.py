"""What a Mosquitto hands to whom, read from its log: connections of clients, messages on their way, their answers.

Leaves running the program to `mosquitto`. The log names topic, length and packet identifier of a message, not its
number: that follows from the order, which MQTT keeps for each topic and client (section 4.6), checked by the length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from simulators.events import HandedState
from simulators.mqtt.packets import REFUSED, Message

_CAME = re.compile(r"New client connected from (.*) as (.*) \(p\d.*\)\.")
_WELCOMED = re.compile(r"Sending CONNACK to (.*) \((\d), (\d+)\)")
_WENT = re.compile(
    r"(?:Socket error on client (.*), disconnecting|Client (.*?) (?:disconnected|closed its connection).*)\."
)
_WANTS = re.compile(r"Received SUBSCRIBE from (.*)")
_MESSAGE = re.compile(
    r"(Received|Sending) PUBLISH (?:from|to) (.*) \(d(\d), q(\d), r(\d), m(\d+), '(.*)', \.\.\. \((\d+) bytes\)\)"
)
_ANSWER = re.compile(r"Received (PUBACK|PUBREC|PUBCOMP) from (.*) \(Mid: (\d+)(?:, RC:(\d+))?\)")


@dataclass(frozen=True)
class Came:
    """A client's connection was made (`peer`) or has ended (empty)."""

    conn: int
    client: str
    peer: str


@dataclass(frozen=True)
class Passed:
    """A message went to a client, or its answer came; `state`, `number` and `code` as in `events.Handed`."""

    conn: int
    client: str
    topic: str
    number: int
    qos: int
    state: HandedState
    retained: bool
    code: int = 0


@dataclass
class _Client:
    """`at` is the place of the next message by topic, `flying` what has been sent by packet identifier."""

    conn: int
    at: dict[str, int] | None = None
    flying: dict[int, Passed] = field(default_factory=dict[int, Passed])


class Log:
    """Reads the log line by line; `own` is the publisher, whose messages are told beforehand (`published`).

    With `expires` messages may leave a client's queue unsent, so that the order says no numbers (0 for all).
    """

    def __init__(self, own: str, tell: Callable[[Came | Passed], None], *, expires: bool = False) -> None:
        self._own = own
        self._tell = tell
        self._expires = expires
        self._said: dict[str, list[tuple[int, int]]] = {}
        self._arrived: dict[str, int] = {}
        self._kept: dict[str, int] = {}
        self._clients: dict[str, _Client] = {}
        self._count = 0

    def published(self, message: Message) -> None:
        """A message has left for the broker."""
        self._said.setdefault(message.topic, []).append((message.number, len(message.payload)))
        if message.retain:
            self._kept[message.topic] = message.number

    def line(self, text: str) -> None:
        """One line of the log."""
        if found := _MESSAGE.fullmatch(text):
            self._message(found)
        elif found := _ANSWER.fullmatch(text):
            self._answer(found[1], found[2], int(found[3]), int(found[4] or 0))
        elif found := _CAME.fullmatch(text):
            self._came(found[2], found[1])
        elif found := _WELCOMED.fullmatch(text):
            if found[2] == "0" and (known := self._clients.get(found[1])) is not None:
                self._clients[found[1]] = _Client(known.conn)
        elif found := _WANTS.fullmatch(text):
            client = self._clients.get(found[1])
            if client is not None and client.at is None:
                client.at = dict(self._arrived)
        elif found := _WENT.fullmatch(text):
            client = self._clients.get(found[1] or found[2])
            if client is not None:
                self._tell(Came(client.conn, found[1] or found[2], ""))

    def _came(self, name: str, peer: str) -> None:
        if name == self._own:
            return
        self._count += 1
        client = self._clients.setdefault(name, _Client(0))
        client.conn = self._count
        self._tell(Came(self._count, name, peer))

    def _message(self, found: re.Match[str]) -> None:
        name, topic = found[2], found[7]
        dup, qos, retained, packet_id, octets = (int(found[place]) for place in (3, 4, 5, 6, 8))
        if found[1] == "Received":
            if name == self._own:
                self._arrived[topic] = self._arrived.get(topic, 0) + 1
            return
        client = self._clients.get(name)
        if client is None:
            return
        before = client.flying.get(packet_id) if dup else None
        if before is not None:
            number = before.number
        elif retained:
            number = self._kept.get(topic, 0)
        else:
            number = self._number(client, topic, qos, octets)
        passed = Passed(client.conn, name, topic, number, qos, "again" if dup else "sent", bool(retained))
        if qos:
            client.flying[packet_id] = passed
        self._tell(passed)

    def _number(self, client: _Client, topic: str, qos: int, octets: int) -> int:
        """The number of the next message of a topic for a client; 0 if the log does not say."""
        said, arrived = self._said.get(topic, []), self._arrived.get(topic, 0)
        at = client.at if client.at is not None else {}
        # At QoS 0 nothing is kept for a client that is away: what it gets has just arrived.
        place = arrived - 1 if qos == 0 else at.get(topic, 0)
        while 0 <= place < min(arrived, len(said)):
            number, length = said[place]
            place += 1
            if length == octets:
                at[topic] = place
                return 0 if self._expires else number
        return 0

    def _answer(self, kind: str, name: str, packet_id: int, code: int) -> None:
        client = self._clients.get(name)
        passed = client.flying.get(packet_id) if client is not None else None
        if client is None or passed is None:
            return
        declined = code >= REFUSED and kind != "PUBCOMP"
        state = "declined" if declined else "finished" if kind == "PUBCOMP" else "taken"
        if kind != "PUBREC" or declined:
            del client.flying[packet_id]
        self._tell(Passed(client.conn, name, passed.topic, passed.number, passed.qos, state, passed.retained, code))
