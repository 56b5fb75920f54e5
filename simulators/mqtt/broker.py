"""The smallest broker of MQTT 3.1.1 and 5.0 that a collector needs: on any event loop, misbehaving on demand.

Leaves packets to `packets`, connections to `link`, what is kept of clients to `sessions`, what is published to the
collectors. Sessions outlast connections, retained messages and wills are kept, QoS 1 and 2 are repeated (DUP, PUBREL)
after a reconnect. Of 5.0 it lacks shared subscriptions, extended authentication and server references, and says so.
Mosquitto stands in its place where a collector asks for it (`mosquitto`); amqtt does not: its sessions end by the
computer's own clock, which no world in virtual time has.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Literal, get_args

import msgspec

from simulators.centres.channel import Clients, Locks
from simulators.centres.listener import Listener
from simulators.clock import Clock, Observe
from simulators.events import Handed, HandedState
from simulators.mqtt import packets
from simulators.mqtt.link import WINDOW, BrokerLink
from simulators.mqtt.octets import PROTOCOL_ERROR
from simulators.mqtt.packets import LEVEL, LEVEL_5, REFUSED, Connect, Message, Packet, PacketError, Publish, Wish
from simulators.mqtt.properties import Properties
from simulators.mqtt.sessions import Flight, Given, Session
from simulators.trust.authority import Choice

MOST_QUEUED = 100_000
"""Messages kept for a client that is away; beyond that the newest are dropped."""
MOST_KEPT_OCTETS = 33_554_432
"""Octets of retained messages, and of what waits for clients, that are kept; who brings more is sent away (0x97)."""
MOST_SESSIONS = 10_000
"""Clients that are remembered; a further one is not welcome."""
MOST_ALIASES = 16
"""Topic aliases that a publisher may use on a connection of 5.0."""
Version = Literal["3.1.1", "5.0", "any"]
"""What clients may speak."""
VERSIONS: tuple[Version, ...] = get_args(Version)
_LEVELS = {"3.1.1": (LEVEL,), "5.0": (LEVEL_5,), "any": (LEVEL, LEVEL_5)}
ACCEPTED, WRONG_LEVEL, BAD_CLIENT, BAD_USER = 0, 1, 2, 4
_CODES_5 = {WRONG_LEVEL: 0x84, BAD_CLIENT: 0x85, BAD_USER: 0x86}
_NO_IDENTIFIER, _NO_SUBSCRIPTION, _NO_METHOD, _BAD_FILTER, _NO_SHARED = 0x92, 0x11, 0x8C, 0x8F, 0x9E
_WITH_WILL, SHUTTING_DOWN, TAKEN_OVER, BAD_ALIAS, QUOTA, ADMINISTRATIVE = 0x04, 0x8B, 0x8E, 0x94, 0x97, 0x98
_SECOND = 1_000_000


class BrokerSwitches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switches of a broker; every one has the sound behaviour as default.

    - `accept`: whether connections are taken, refused, or closed at once.
    - `deliver`: `always`, or `twice` (every message of QoS 1 and 2 once more with DUP, as after a lost answer; only to
      clients of 3.1.1, since 5.0 forbids it within a connection).
    - `breaks`: the connection is cut once within the exchange of every message of QoS 2: `lost-pubrec` (the client has
      sent PUBREC, which nobody heard: PUBLISH comes again with DUP), `before-pubrel` (PUBREC was heard: PUBREL comes on
      the next connection), `lost-pubcomp` (PUBREL comes again).
    - `certificate`, `clients`: as at a centre.
    """

    accept: Literal["accept", "refuse", "close"] = "accept"
    deliver: Literal["always", "twice"] = "always"
    breaks: Literal["never", "lost-pubrec", "before-pubrel", "lost-pubcomp"] = "never"
    certificate: Choice = "good"
    clients: Clients = "as-channel"


class Broker(Listener[BrokerLink, BrokerSwitches]):
    """A broker at one host and port; `name` is its collector's, `user` and `password` what clients must say.

    `version` is what clients may speak, `keepalive_s` the keep-alive that those of 5.0 are told (0: theirs counts).
    """

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
        version: Version = "3.1.1",
        keepalive_s: int = 0,
        switches: BrokerSwitches | None = None,
    ) -> None:
        super().__init__(name, host, port, switches or BrokerSwitches(), clock=clock, observe=observe, locks=locks)
        self.sessions: dict[str, Session] = {}
        self.retained: dict[str, Message] = {}
        self._kept: dict[str, Given] = {}
        self._retained_octets = 0
        self._login = (user, password)
        self._levels = _LEVELS[version]
        self._keepalive_s = keepalive_s

    # Life.

    def _accepted(self, number: int) -> BrokerLink:
        return BrokerLink(self, number)

    def _ended(self, connection: BrokerLink) -> None:
        connection.end(SHUTTING_DOWN)

    async def stop(self) -> None:
        """Close the port and every connection."""
        await super().stop()
        for session in self.sessions.values():
            if session.will is not None:
                session.will.cancel()

    def disconnect(self, *, abort: bool = False, code: int = ADMINISTRATIVE, reason: str = "") -> None:
        """Close (or abort) every open connection; what sessions hold stays.

        Clients of 5.0 are told `code` and `reason` before a connection closes, not where it is aborted.
        """
        for link in self.connections:
            if abort:
                link.abort()
            else:
                link.end(code, reason)

    def restart(self, *, forget: bool = False) -> None:
        """The program ends and is back; without persistence (`forget`) sessions and retained messages are gone."""
        self.disconnect(abort=True)
        if forget:
            self.sessions.clear()
            self.retained.clear()
            self._kept.clear()
            self._retained_octets = 0

    def _went(self, connection: BrokerLink) -> None:
        """Its will is told, a session without expiry ends."""
        session, will = connection.session, connection.will
        delay_s = 0
        if session is not None and session.link is connection:
            session.link, session.ended_us = None, self._clock.now_us()
            delay_s = min(connection.will_delay_s, session.expiry_s)
            if not session.expiry_s:
                self.sessions.pop(session.client, None)
        if will is not None and delay_s and session is not None:
            session.will = asyncio.get_running_loop().call_later(delay_s, self.publish, will)
        elif will is not None:
            self.publish(will)

    # Packets.

    def take(self, link: BrokerLink, packet: Packet) -> None:
        """A packet of a client. Raises PacketError for one that may not come now."""
        session, level = link.session, link.level
        if session is None:
            if packet.kind != packets.CONNECT:
                raise PacketError(f"expected CONNECT first, got packet type {packet.kind}", PROTOCOL_ERROR)
            self._admit(link, packets.read_connect(packet.body))
        elif packet.kind == packets.PUBLISH:
            self._published(link, session, packets.read_publish(packet, level))
        elif packet.kind in (packets.PUBACK, packets.PUBREC, packets.PUBCOMP):
            self._answered(link, session, packet.kind, *packets.read_answer(packet, level))
        elif packet.kind == packets.PUBREL:
            packet_id, _ = packets.read_answer(packet, level)
            known = packet_id in session.received
            session.received.pop(packet_id, None)
            link.send(packets.answer(packets.PUBCOMP, packet_id, level, 0 if known else _NO_IDENTIFIER))
        elif packet.kind == packets.SUBSCRIBE:
            self._subscribe(link, session, packet.body)
        elif packet.kind == packets.UNSUBSCRIBE:
            packet_id, filters = packets.read_unsubscribe(packet.body, level)
            codes = [_NO_SUBSCRIPTION if session.wanted.pop(each, None) is None else 0 for each in filters]
            link.send(packets.granted(packets.UNSUBACK, packet_id, level, codes))
        elif packet.kind == packets.PINGREQ:
            link.send(packets.packet(packets.PINGRESP))
        elif packet.kind == packets.DISCONNECT:
            self._left(link, session, *packets.read_goodbye(packet.body, level))
        else:
            raise PacketError(f"expected no packet of type {packet.kind} from a client", PROTOCOL_ERROR)

    def _admit(self, link: BrokerLink, asked: Connect) -> None:
        link.level = LEVEL_5 if asked.level > LEVEL else LEVEL
        refused = self._refusal(asked)
        if refused:
            link.send(packets.connack(link.level, False, refused))
            self.rejected(link, b"", 0, f"client {asked.client!r} is refused with code {refused}")
            link.close()
            return
        now = self._clock.now_us()
        self._sweep(now)
        client = asked.client or f"{self.name}-{link.number}"
        session = self.sessions.get(client)
        if session is not None and session.will is not None:
            session.will.cancel()
            session.will = None
        if session is not None and session.link is not None:
            # One client, one connection: the older one ends (section 3.1.4).
            older, session.link = session.link, None
            older.end(TAKEN_OVER)
        present = session is not None and not asked.clean and session.expiry_s > 0
        if session is None or not present:
            session = self.sessions[client] = Session(client, asked.expiry_s)
        session.expiry_s = asked.expiry_s
        link.session, link.will, session.link = session, asked.will, link
        link.will_delay_s = asked.will_delay_s
        said = asked.properties
        link.window = min(WINDOW, said.whole("receive-maximum", WINDOW))
        link.most_octets = said.whole("maximum-packet", packets.MOST_OCTETS)
        link.most_aliases = said.whole("alias-maximum")
        link.send(packets.connack(link.level, present, ACCEPTED, self._offer_of(asked, client)))
        link.keep_alive((self._keepalive_s if link.level == LEVEL_5 else 0) or asked.keepalive_s)
        for packet_id, flight in list(session.flying.items()):
            if flight.released:
                link.send(packets.answer(packets.PUBREL, packet_id, link.level))
            else:
                self._hand(session, flight.given, packet_id, dup=True)
        self._advance(session)

    def _refusal(self, asked: Connect) -> int:
        """The code of CONNACK by which a client is refused, in the terms of its level; 0 if it is welcome."""
        if asked.level not in self._levels:
            code = WRONG_LEVEL
        elif not asked.client and not asked.clean and asked.level == LEVEL:
            code = BAD_CLIENT
        elif self._login != ("", "") and (asked.user, asked.password) != self._login:
            code = BAD_USER
        elif len(self.sessions) >= MOST_SESSIONS and asked.client not in self.sessions:
            code = BAD_CLIENT
        else:
            return _NO_METHOD if asked.properties.has("authentication-method") else ACCEPTED
        return code if asked.level <= LEVEL else _CODES_5[code]

    def _offer_of(self, asked: Connect, client: str) -> Properties:
        said = Properties((("alias-maximum", MOST_ALIASES), ("maximum-packet", packets.MOST_OCTETS)))
        if self._keepalive_s:
            said = said.plus(("server-keep-alive", self._keepalive_s))
        return said.plus(("shared-available", 0), *(() if asked.client else (("assigned-client", client),)))

    def _left(self, link: BrokerLink, session: Session, code: int, said: Properties) -> None:
        if said.has("session-expiry"):
            if not session.expiry_s and said.whole("session-expiry"):
                raise PacketError("expected no session expiry where CONNECT had none", PROTOCOL_ERROR)
            session.expiry_s = said.whole("session-expiry")
        if code != _WITH_WILL:
            link.will = None
        link.close()

    def _sweep(self, now_us: int) -> None:
        """Forget the sessions that have outlasted their connection for as long as they may."""
        for session in [each for each in self.sessions.values() if each.is_over(now_us)]:
            del self.sessions[session.client]

    def _subscribe(self, link: BrokerLink, session: Session, body: bytes) -> None:
        packet_id, asked = packets.read_subscribe(body, link.level)
        codes: list[int] = []
        fresh: list[Wish] = []
        for wish in asked:
            codes.append(self._grant(link.level, wish))
            if codes[-1] < REFUSED:
                if wish.retained == 0 or (wish.retained == 1 and wish.topics not in session.wanted):
                    fresh.append(wish)
                session.wanted[wish.topics] = wish
        link.send(packets.granted(packets.SUBACK, packet_id, link.level, codes))
        now = self._clock.now_us()
        for wish in fresh:
            for given in [each for each in self._kept.values() if packets.matches(wish.topics, each.message.topic)]:
                if not given.is_over(now):
                    self._offer(session, given, [wish], retained=True)

    def _grant(self, level: int, wish: Wish) -> int:
        wrong = packets.filter_fault(wish.topics)
        if level == LEVEL:
            return REFUSED if wrong else wish.qos
        return _BAD_FILTER if wrong else _NO_SHARED if wish.topics.startswith("$share/") else wish.qos

    def _published(self, link: BrokerLink, session: Session, given: Publish) -> None:
        message = given.message
        if message.retain and self.kept_octets() - self._size(message.topic) + len(message.payload) > MOST_KEPT_OCTETS:
            raise PacketError(f"expected at most {MOST_KEPT_OCTETS} octets to be retained", QUOTA)
        if given.alias:
            if given.alias > MOST_ALIASES or not (message.topic or given.alias in link.their_aliases):
                raise PacketError(f"expected a topic alias that is known, got {given.alias}", BAD_ALIAS)
            if message.topic:
                link.their_aliases[given.alias] = message.topic
            message = replace(message, topic=link.their_aliases[given.alias])
        if message.qos == 1:
            link.send(packets.answer(packets.PUBACK, given.packet_id, link.level))
        elif message.qos == 2:
            link.send(packets.answer(packets.PUBREC, given.packet_id, link.level))
            if given.packet_id in session.received:
                return
            session.received[given.packet_id] = None
        self.publish(message, session.client)

    def kept_octets(self) -> int:
        """Octets of all retained messages."""
        return self._retained_octets

    def _size(self, topic: str) -> int:
        kept = self.retained.get(topic)
        return 0 if kept is None else len(topic) + len(kept.payload)

    def publish(self, message: Message, sender: str = "") -> None:
        """Give a message to everybody who wants it, now or when he comes back; `sender` is the client it came from."""
        now = self._clock.now_us()
        until_us = now + message.expiry_s * _SECOND if message.expiry_s >= 0 else 0
        given = Given(message, until_us)
        if message.retain:
            self._retained_octets -= self._size(message.topic)
            if message.payload:
                self._retained_octets += len(message.topic) + len(message.payload)
                self.retained[message.topic] = message
                self._kept[message.topic] = given
            else:
                self.retained.pop(message.topic, None)
                self._kept.pop(message.topic, None)
        self._sweep(now)
        for session in list(self.sessions.values()):
            wishes = session.wishes(message.topic)
            own = [wish for wish in wishes if not (wish.no_local and session.client == sender)]
            if own:
                self._offer(session, given, own, retained=message.retain and any(wish.as_published for wish in own))

    def _offer(self, session: Session, given: Given, wishes: list[Wish], *, retained: bool) -> None:
        message = given.message
        qos = min(message.qos, max(wish.qos for wish in wishes))
        if qos == 0 and session.link is None:
            return
        identifiers = tuple(wish.identifier for wish in wishes if wish.identifier)
        mine = Given(replace(message, qos=qos, retain=retained), given.until_us, identifiers)
        if qos == 0:
            self._hand(session, mine, 0, dup=False)
        elif len(session.queue) < MOST_QUEUED and session.waiting_octets < MOST_KEPT_OCTETS:
            session.waiting_octets += len(message.payload)
            session.queue.append(mine)
            self._advance(session)

    def _advance(self, session: Session) -> None:
        while (link := session.link) is not None and session.queue and len(session.flying) < link.window:
            given = session.queue.popleft()
            session.waiting_octets -= len(given.message.payload)
            if given.is_over(self._clock.now_us()):
                self._tell(link, session, given.message, "expired")
                continue
            packet_id = session.next_id()
            flight = session.flying[packet_id] = Flight(given)
            if not self._hand(session, given, packet_id, dup=False):
                continue
            if self.switches.deliver == "twice" and link.level == LEVEL:
                self._hand(session, flight.given, packet_id, dup=True)

    def _hand(self, session: Session, given: Given, packet_id: int, *, dup: bool) -> bool:
        """Send a message; False if it cannot go over this connection."""
        link, message = session.link, given.message
        if link is None:
            return False
        unnamed = message.topic not in link.aliases
        octets = self._written(link, given, packet_id, dup)
        if len(octets) > link.most_octets:
            if unnamed:
                link.aliases.pop(message.topic, None)
            # It would never fit: section 3.1.2.11.4 has it dropped as if it were delivered.
            session.flying.pop(packet_id, None)
            self._tell(link, session, message, "too-large")
            return False
        if link.send(octets):
            self._tell(link, session, message, "again" if dup else "sent")
        return True

    def _written(self, link: BrokerLink, given: Given, packet_id: int, dup: bool) -> bytes:
        message = given.message
        if link.level == LEVEL:
            return packets.publish(message, packet_id, dup=dup, retain=message.retain)
        topic, alias = link.named(message.topic)
        left_s = given.left_s(self._clock.now_us())
        said = message.properties.plus(
            *((("message-expiry", left_s),) if left_s >= 0 else ()),
            *((("topic-alias", alias),) if alias else ()),
            *(("subscription-identifier", each) for each in given.identifiers),
        )
        return packets.publish(
            message, packet_id, dup=dup, retain=message.retain, level=LEVEL_5, said=said, topic=topic
        )

    def _answered(self, link: BrokerLink, session: Session, kind: int, packet_id: int, code: int) -> None:
        flight = session.flying.get(packet_id)
        if flight is None:
            if kind == packets.PUBREC:
                link.send(packets.answer(packets.PUBREL, packet_id, link.level, _NO_IDENTIFIER))
            return
        message = flight.given.message
        if kind != (packets.PUBACK if message.qos == 1 else packets.PUBCOMP if flight.released else packets.PUBREC):
            if kind == packets.PUBREC and flight.released:
                link.send(packets.answer(packets.PUBREL, packet_id, link.level))
            return
        if self._breaks(link, flight, kind):
            return
        refused = code >= REFUSED and kind != packets.PUBCOMP
        if kind == packets.PUBREC and not refused:
            flight.released = True
            self._tell(link, session, message, "taken")
            if self.switches.breaks == "before-pubrel" and not flight.broken:
                flight.broken = True
                link.abort()
            else:
                link.send(packets.answer(packets.PUBREL, packet_id, link.level))
            return
        del session.flying[packet_id]
        self._tell(link, session, message, "declined" if refused else "taken" if message.qos == 1 else "finished", code)
        self._advance(session)

    def _breaks(self, link: BrokerLink, flight: Flight, kind: int) -> bool:
        """Whether the connection was cut now so that this answer is not heard."""
        lost = {"lost-pubrec": packets.PUBREC, "lost-pubcomp": packets.PUBCOMP}.get(self.switches.breaks)
        if kind != lost or flight.broken:
            return False
        flight.broken = True
        link.abort()
        return True

    def _tell(self, link: BrokerLink, session: Session, message: Message, state: HandedState, code: int = 0) -> None:
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
                code=code,
            )
        )
