"""Rules in force on the links of a segment, and the fate of each packet under them.

Leaves what a rule does to `bench.virtual.rules`, the same for the simulated network and this wire, and carrying frames
to `process`. Pure but for counting: given the same packets the same seed gives the same fates.

What befalls the n-th packet of a direction under a rule is a function of seed, link, rule, direction and n alone, n
counted from the rule's installation over the packets that reach the link. IPv4 packets are counted apart from all other
frames (ARP), so that a host's address resolution, which comes at its own whim, disturbs nothing. `rule` is the fault's
word and how many times it was installed on the link before.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.real.wire import frames as f
from bench.real.wire.flows import WAYS, Connection
from bench.real.wire.frames import View
from bench.virtual import rules as r
from bench.virtual.rules import Direction, Fate, Packet, PacketKind, Rule


class FrameChance(random.Random):
    """The chance of one packet: a few numbers that depend on the key and the packet's number alone."""

    def __init__(self, key: str) -> None:
        super().__init__(0)
        self._key = hashlib.blake2b(key.encode(), digest_size=32).digest()
        self._number = 0
        self._drawn = 0

    def aim(self, number: int) -> FrameChance:
        """Begin again for packet `number`."""
        self._number = number
        self._drawn = 0
        return self

    def getrandbits(self, k: int, /) -> int:
        """An integer of `k` bits, at most 64."""
        if not 0 <= k <= 64:
            raise ValueError(f"the chance of a packet expects at most 64 bits at once, got {k}")
        words = self._number.to_bytes(8, "big") + self._drawn.to_bytes(4, "big")
        self._drawn += 1
        digest = hashlib.blake2b(words, digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "big") >> (64 - k)

    def random(self) -> float:
        """A number in [0, 1)."""
        return self.getrandbits(53) * 2**-53


def chance_for(seed: str, link: str, rule: str, installed_before: int, way: Direction, ip: bool) -> FrameChance:
    """The chance of a rule on a link in one direction, for IPv4 packets or for all other frames."""
    return FrameChance("\x1f".join((seed, link, f"{rule}#{installed_before}", way, "ip" if ip else "other")))


@dataclass(slots=True)
class InForce:
    """A rule on a link since `epoch`; `base` holds the link's counts then."""

    number: int
    rule: Rule
    epoch: int
    base: tuple[int, ...]
    chances: tuple[FrameChance, ...]


@dataclass(slots=True)
class Link:
    """A segment, or a segment seen by one site address (`peer`)."""

    name: str
    segment: str
    peer: bytes | None
    addresses: tuple[bytes, ...]
    rules: list[InForce] = field(default_factory=list[InForce])
    dropped: dict[str, int] = field(default_factory=dict[str, int])
    told: dict[str, int] = field(default_factory=dict[str, int])
    counts: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    installed: dict[str, int] = field(default_factory=dict[str, int])

    def enforce(self, number: int, rule: Rule, epoch: int, seed: str, newest: int) -> None:
        """Put a rule in force in its place in the order of evaluation; `newest` is the newest connection's number."""
        before = self.installed.get(rule.name, 0)
        self.installed[rule.name] = before + 1
        if isinstance(rule, r.HalfOpen):
            rule.last_flow = newest
        chances = tuple(chance_for(seed, self.name, rule.name, before, way, ip) for ip in (True, False) for way in WAYS)
        self.rules.append(InForce(number, rule, epoch, tuple(self.counts), chances))
        self.rules.sort(key=lambda each: (each.rule.rank, each.epoch))

    def release(self, number: int) -> Rule | None:
        """Take a rule out of force."""
        for each in self.rules:
            if each.number == number:
                self.rules.remove(each)
                return each.rule
        return None

    def drop(self, reason: str) -> None:
        """Count a packet that vanished here."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1

    def untold(self) -> list[tuple[str, int]]:
        """Reasons and counts of packets dropped since this was last asked."""
        fresh = [(reason, count - self.told.get(reason, 0)) for reason, count in self.dropped.items()]
        self.told = dict(self.dropped)
        return [(reason, count) for reason, count in fresh if count]

    @property
    def names_fail(self) -> bool:
        """Whether names of hosts beyond this link must not resolve."""
        return any(isinstance(each.rule, r.NameFailure) for each in self.rules)

    def cut_since(self, epoch: int, way: Direction) -> bool:
        """Whether a cut installed after `epoch` now stops what was already under way."""
        return any(
            isinstance(each.rule, r.Cut) and each.epoch > epoch and each.rule.direction in (Direction.BOTH, way)
            for each in self.rules
        )


def kind_of(seen: View) -> PacketKind:
    """What a frame is for, as far as rules may know; what is neither TCP nor UDP counts as a datagram."""
    if seen.kind != "tcp":
        return PacketKind.DATAGRAM
    if seen.flags & f.RST:
        return PacketKind.RST
    if seen.flags & f.SYN:
        return PacketKind.SYN_ACK if seen.flags & f.ACK else PacketKind.SYN
    if seen.flags & f.FIN:
        return PacketKind.FIN
    return PacketKind.DATA if seen.payload_octets else PacketKind.ACK


class Path:
    """The links of a segment: its own and one for each peer."""

    def __init__(self, segment: Link, peers: dict[bytes, Link]) -> None:
        self.segment = segment
        self.peers = peers

    @property
    def links(self) -> list[Link]:
        """All of them."""
        return [self.segment, *self.peers.values()]

    @property
    def clear(self) -> bool:
        """Whether no rule is in force."""
        return not self.segment.rules and not any(link.rules for link in self.peers.values())

    def over(self, seen: View, way: int) -> list[Link]:
        """The links a frame meets, in that order: the segment is the terminal's end of the path."""
        peer = self.peers.get(seen.source if way else seen.target)
        if peer is None:
            return [self.segment]
        return [peer, self.segment] if way else [self.segment, peer]

    def fate(
        self, frame: bytes, seen: View, way: int, flow: Connection | None, now_s: float
    ) -> tuple[Fate, list[Link]]:
        """What becomes of a frame that meets the path at `now_s` (monotonic), and the links it met."""
        over = self.over(seen, way)
        direction = WAYS[way]
        carried = seen.kind in ("tcp", "udp", "icmp")
        fate = Fate(payload=frame[seen.payload_at : seen.end] if carried else b"")
        number = flow.number if flow is not None else 0
        octets = seen.size or len(frame)
        kind = kind_of(seen)
        column = way if seen.size else 2 + way
        for link in over:
            if not self._pass(link, Packet(kind, direction, octets, number, fate.payload), column, now_s, fate):
                if fate.lost is not None:
                    link.drop(fate.lost)
                break
        return fate, over

    def _pass(self, link: Link, packet: Packet, column: int, now_s: float, fate: Fate) -> bool:
        count = link.counts[column]
        link.counts[column] = count + 1
        for each in link.rules:
            chance = each.chances[column].aim(count - each.base[column])
            if not r.judge((each.rule,), packet, chance, now_s + fate.delay_s, fate, link.name):
                return False
        return True


def decisions(
    rule: Rule, seed: str, link: str, direction: str, payloads: Sequence[bytes], *, installed_before: int = 0
) -> list[Fate]:
    """The fates of the first datagrams of a direction, one for each payload, under a rule newly put on a link.

    `installed_before` is how many times the rule's word was installed on the link before. It is what the wire will do,
    for IPv4 without options and UDP: a prediction to hold against observation.
    """
    made = Link(link, link, None, (), installed={rule.name: installed_before})
    made.enforce(1, rule, 1, seed, 0)
    path = Path(made, {})
    way = WAYS.index(Direction(direction))
    fates: list[Fate] = []
    for payload in payloads:
        end = 42 + len(payload)
        seen = View("udp", b"\0" * 4, b"\0" * 4, 34, 42, end, end - 14)
        fates.append(path.fate(bytes(42) + payload, seen, way, None, 0.0)[0])
    return fates
