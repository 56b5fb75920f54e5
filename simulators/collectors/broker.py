"""The smallest broker of MQTT 3.1.1 that a collector needs: it runs on any event loop and can misbehave on demand.

Leaves packets to `packets` and what is published to the collectors. Sessions outlast connections, retained messages and
wills are kept, QoS 1 is repeated (DUP) after a reconnect. A QoS of 2 is granted as 1 and taken from publishers as 2.
Mosquitto stands in its place where a collector asks for it (`mosquitto`); amqtt does not: its sessions end by the
computer's own clock, which no world in virtual time has.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Literal, cast

import msgspec

from simulators.centres.channel import Clients, Door, Locks
from simulators.centres.switches import changed
from simulators.clock import Clock, Observe
from simulators.collectors import packets
from simulators.collectors.packets import Connect, Message, Packet, PacketError, Publish
from simulators.events import Behaviour, Connected, Handed, Rejected
from simulators.trust.authority import Choice

WINDOW = 20
"""Messages of QoS 1 in flight to one client at a time, as Mosquitto has it."""
MOST_QUEUED = 100_000
"""Messages kept for a client that is away; beyond that the newest are dropped."""
_CONNECT_S = 30.0
ACCEPTED, WRONG_LEVEL, BAD_CLIENT, BAD_USER = 0, 1, 2, 4


class BrokerSwitches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switches of a broker; every one has the sound behaviour as default.

    - `accept`: whether connections are taken, refused, or closed at once.
    - `deliver`: `always`, or `twice` (every QoS 1 message once more with DUP, as after a lost PUBACK).
    - `certificate`, `clients`: as at a centre.
    """

    accept: Literal["accept", "refuse", "close"] = "accept"
    deliver: Literal["always", "twice"] = "always"
    certificate: Choice = "good"
    clients: Clients = "as-channel"


@dataclass
class Session:
    """What the broker keeps of a client. `clean` ones end with their connection."""

    client: str
    clean: bool
    wanted: dict[str, int] = field(default_factory=dict[str, int])
    queue: deque[Message] = field(default_factory=deque[Message])
    flying: OrderedDict[int, Message] = field(default_factory=OrderedDict[int, Message])
    link: BrokerLink | None = None
    last_id: int = 0

    def next_id(self) -> int:
        """A packet identifier that is not in use."""
        while True:
            self.last_id = self.last_id % 65_535 + 1
            if self.last_id not in self.flying:
                return self.last_id

    def grants(self, topic: str) -> int:
        """The highest QoS at which the client wants a topic; -1 if it does not."""
        return max((qos for wanted, qos in self.wanted.items() if packets.matches(wanted, topic)), default=-1)


class BrokerLink(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, broker: Broker, number: int) -> None:
        self.number = number
        self.peer = ""
        self.session: Session | None = None
        self.will: Message | None = None
        self._broker = broker
        self._splitter = packets.Splitter()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard_s = 0.0
        self._patience_s = _CONNECT_S

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected; it has to say who it is."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self._heard_s = asyncio.get_running_loop().time()
        self._broker.opened(self)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        if self._timer is not None:
            self._timer.cancel()
        self._transport = None
        self._broker.lost(self, exc)

    def eof_received(self) -> bool:
        """The client has ended its sending: so does the broker."""
        return False

    def data_received(self, data: bytes) -> None:
        """Octets in any pieces."""
        self._heard_s = asyncio.get_running_loop().time()
        try:
            for packet in self._splitter.feed(data):
                if self._transport is None or self._transport.is_closing():
                    return
                self._broker.take(self, packet)
        except PacketError as error:
            self._broker.reject(self, data, str(error))
            self.close()

    def keep_alive(self, seconds: int) -> None:
        """From now on silence of one and a half times so long ends the connection; 0 allows any."""
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
            self.abort()
        else:
            self._watch()

    def send(self, octets: bytes) -> bool:
        """Send octets; False if they could not leave."""
        if self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(octets)
        return True

    def close(self) -> None:
        """Close after what was sent has left."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()


class Broker:
    """A broker at one host and port; `name` is its collector's, `user` and `password` what clients must say."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        clock: Clock,
        observe: Observe,
        locks: Locks | None = None,
        user: str = "",
        password: str = "",
    ) -> None:
        self.name, self.host, self.port = name, host, port
        self.switches = BrokerSwitches()
        self.sessions: dict[str, Session] = {}
        self.retained: dict[str, Message] = {}
        self._clock = clock
        self._observe = observe
        self._door = Door(name, host, port, locks=locks, clock=clock, observe=observe)
        self._login = (user, password)
        self._links: dict[int, BrokerLink] = {}
        self._count = 0
        self._running = False
        self._opening: asyncio.Task[None] | None = None

    # Life.

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        self._running = True
        await self._listen()

    async def _listen(self) -> None:
        if self._running and self.switches.accept != "refuse":
            await self._door.open(self._link)

    def _link(self) -> BrokerLink:
        self._count += 1
        return BrokerLink(self, self._count)

    async def stop(self) -> None:
        """Close the port and every connection."""
        self._running = False
        if self._opening is not None:
            self._opening.cancel()
        self._door.close()
        for link in list(self._links.values()):
            link.close()

    def behave(self, **switches: object) -> None:
        """Change switches from now on (see `BrokerSwitches`). Raises SwitchError for an unknown switch or value."""
        before = self.switches
        self.switches = changed(before, switches)
        self._door.set_locks(self.switches.certificate, self.switches.clients)
        shown = {name: str(getattr(self.switches, name)) for name in switches}
        self._observe(Behaviour(t=self._clock.now_us(), centre=self.name, switches=shown))
        if self.switches.accept == "refuse":
            self._door.close()
        elif before.accept == "refuse":
            self._opening = asyncio.get_running_loop().create_task(self._listen())

    def disconnect(self, *, abort: bool = False) -> None:
        """Close (or abort) every open connection; what sessions hold stays."""
        for link in list(self._links.values()):
            if abort:
                link.abort()
            else:
                link.close()

    def restart(self, *, forget: bool = False) -> None:
        """The program ends and is back; without persistence (`forget`) sessions and retained messages are gone."""
        self.disconnect(abort=True)
        if forget:
            self.sessions.clear()
            self.retained.clear()

    # Connections tell.

    def opened(self, link: BrokerLink) -> None:
        """A connection was made."""
        if self.switches.accept == "close":
            self._connected(link, "refused", "closed at once")
            link.close()
            return
        self._links[link.number] = link
        self._connected(link, "opened", "")

    def lost(self, link: BrokerLink, exc: Exception | None) -> None:
        """A connection has gone: its will is told, a clean session ends."""
        if self._links.pop(link.number, None) is None:
            return
        self._connected(link, "reset" if isinstance(exc, ConnectionResetError) else "closed", str(exc or ""))
        session, will = link.session, link.will
        if session is not None and session.link is link:
            session.link = None
            if session.clean:
                self.sessions.pop(session.client, None)
        if will is not None:
            self.publish(will)

    def _connected(self, link: BrokerLink, state: str, reason: str) -> None:
        now = self._clock.now_us()
        self._observe(Connected(t=now, at=self.name, conn=link.number, peer=link.peer, state=state, reason=reason))

    def reject(self, link: BrokerLink, octets: bytes, reason: str) -> None:
        """Octets that the broker cannot use."""
        self._observe(
            Rejected(
                t=self._clock.now_us(),
                at=self.name,
                conn=link.number,
                octets=octets[:256].hex().upper(),
                count=len(octets),
                reason=reason,
            )
        )

    # Packets.

    def take(self, link: BrokerLink, packet: Packet) -> None:
        """A packet of a client. Raises PacketError for one that may not come now."""
        session = link.session
        if session is None:
            if packet.kind != packets.CONNECT:
                raise PacketError(f"expected CONNECT first, got packet type {packet.kind}")
            self._admit(link, packets.read_connect(packet.body))
        elif packet.kind == packets.PUBLISH:
            self._published(link, packets.read_publish(packet))
        elif packet.kind == packets.PUBACK:
            self._acknowledged(link, session, packets.read_id(packet.body))
        elif packet.kind == packets.PUBREL:
            link.send(packets.acknowledgement(packets.PUBCOMP, packets.read_id(packet.body)))
        elif packet.kind == packets.SUBSCRIBE:
            self._subscribe(link, session, packet.body)
        elif packet.kind == packets.UNSUBSCRIBE:
            packet_id, filters = packets.read_unsubscribe(packet.body)
            for wanted in filters:
                session.wanted.pop(wanted, None)
            link.send(packets.acknowledgement(packets.UNSUBACK, packet_id))
        elif packet.kind == packets.PINGREQ:
            link.send(packets.packet(packets.PINGRESP))
        elif packet.kind == packets.DISCONNECT:
            link.will = None
            link.close()
        else:
            raise PacketError(f"expected no packet of type {packet.kind} from a client")

    def _admit(self, link: BrokerLink, asked: Connect) -> None:
        refused = self._refusal(asked)
        if refused:
            link.send(packets.packet(packets.CONNACK, bytes((0, refused))))
            self.reject(link, b"", f"client {asked.client!r} is refused with code {refused}")
            link.close()
            return
        client = asked.client or f"{self.name}-{link.number}"
        session = self.sessions.get(client)
        if session is not None and session.link is not None:
            # One client, one connection: the older one ends (section 3.1.4).
            older, session.link = session.link, None
            older.close()
        present = session is not None and not asked.clean and not session.clean
        if session is None or not present:
            session = self.sessions[client] = Session(client, asked.clean)
        link.session, link.will, session.link = session, asked.will, link
        link.send(packets.packet(packets.CONNACK, bytes((1 if present else 0, ACCEPTED))))
        link.keep_alive(asked.keepalive_s)
        for packet_id, message in session.flying.items():
            self._hand(session, message, packet_id, dup=True)
        self._advance(session)

    def _refusal(self, asked: Connect) -> int:
        if asked.level != packets.LEVEL:
            return WRONG_LEVEL
        if not asked.client and not asked.clean:
            return BAD_CLIENT
        return BAD_USER if self._login != ("", "") and (asked.user, asked.password) != self._login else ACCEPTED

    def _subscribe(self, link: BrokerLink, session: Session, body: bytes) -> None:
        packet_id, asked = packets.read_subscribe(body)
        granted: list[int] = []
        for wanted, qos in asked:
            wrong = packets.filter_fault(wanted)
            granted.append(0x80 if wrong else min(qos, 1))
            if not wrong:
                session.wanted[wanted] = min(qos, 1)
        link.send(packets.packet(packets.SUBACK, packet_id.to_bytes(2, "big") + bytes(granted)))
        for wanted, _ in asked:
            for message in [each for each in self.retained.values() if packets.matches(wanted, each.topic)]:
                self._offer(session, message, retained=True)

    def _published(self, link: BrokerLink, given: Publish) -> None:
        if given.message.qos == 1:
            link.send(packets.acknowledgement(packets.PUBACK, given.packet_id))
        elif given.message.qos == 2:
            link.send(packets.acknowledgement(packets.PUBREC, given.packet_id))
            if given.dup:
                return
        self.publish(given.message)

    def publish(self, message: Message) -> None:
        """Give a message to everybody who wants it, now or when he comes back."""
        if message.retain:
            if message.payload:
                self.retained[message.topic] = message
            else:
                self.retained.pop(message.topic, None)
        for session in list(self.sessions.values()):
            self._offer(session, message, retained=False)

    def _offer(self, session: Session, message: Message, *, retained: bool) -> None:
        qos = min(message.qos, session.grants(message.topic))
        if qos < 0 or (qos == 0 and session.link is None):
            return
        given = Message(message.topic, message.payload, qos, retained, message.number)
        if qos == 0:
            self._hand(session, given, 0, dup=False)
        elif len(session.queue) < MOST_QUEUED:
            session.queue.append(given)
            self._advance(session)

    def _advance(self, session: Session) -> None:
        while session.link is not None and session.queue and len(session.flying) < WINDOW:
            message, packet_id = session.queue.popleft(), session.next_id()
            session.flying[packet_id] = message
            self._hand(session, message, packet_id, dup=False)
            if self.switches.deliver == "twice":
                self._hand(session, message, packet_id, dup=True)

    def _hand(self, session: Session, message: Message, packet_id: int, *, dup: bool) -> None:
        link = session.link
        if link is not None and link.send(packets.publish(message, packet_id, dup=dup, retain=message.retain)):
            self._tell(link, session, message, "again" if dup else "sent")

    def _acknowledged(self, link: BrokerLink, session: Session, packet_id: int) -> None:
        message = session.flying.pop(packet_id, None)
        if message is not None:
            self._tell(link, session, message, "taken")
            self._advance(session)

    def _tell(self, link: BrokerLink, session: Session, message: Message, state: str) -> None:
        self._observe(
            Handed(
                t=self._clock.now_us(),
                collector=self.name,
                conn=link.number,
                client=session.client,
                topic=message.topic,
                number=message.number,
                qos=message.qos,
                retained=message.retain,
                state=state,
            )
        )
