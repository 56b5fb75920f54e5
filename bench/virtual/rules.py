"""Rules: what a link can do to a packet; packet in, verdict out.

Leaves carrying to whoever owns the wire: this module is pure, knows no protocol above TCP and UDP and no event loop, so
the simulated network and a real wire can obey the same rules.

Order of evaluation on one link, whatever the order of installation (equal ranks: oldest first):

    0 half-open   10 cut   20 refuse   30 loss   40 corrupt   50 duplicate   60 delay   70 jitter   80 reorder   90 rate

The first rule that drops, refuses or swallows decides and the later ones are not asked, so a rule draws chance only for
packets that reached it. Delays add up. A path of several links asks them in the order the packet meets them. A packet
is judged by a link's rules at the instant it is sent; if a *cut* was installed while it was under way it is lost too
(judged at its arrival), any other rule spares packets under way.

Deliberately left out: congestion control, queues other than the one in front of `Rate`, and anything that looks inside
a payload.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Protocol


class Direction(StrEnum):
    """Which way a packet or a rule goes along the path as it was declared (from terminal to centre: out)."""

    OUT = "out"
    IN = "in"
    BOTH = "both"


class PacketKind(Enum):
    """What a packet is for; rules may look at this and at nothing deeper."""

    SYN = "syn"
    SYN_ACK = "syn-ack"
    ACK = "ack"
    DATA = "data"
    FIN = "fin"
    RST = "rst"
    DATAGRAM = "datagram"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet on a link.

    `octets` counts headers and payload; `flow` numbers the connection (0 for datagrams), growing with the time of its
    opening; `direction` is OUT or IN.
    """

    kind: PacketKind
    direction: Direction
    octets: int
    flow: int = 0
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Pass:
    """Nothing happens to the packet."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The packet vanishes without a word."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """The opening packet is answered by a reset as if nobody listened."""


@dataclass(frozen=True, slots=True)
class Swallow:
    """The packet vanishes but its sender is told it arrived, from now on and for ever on this flow."""


@dataclass(frozen=True, slots=True)
class Later:
    """The packet arrives so many seconds later."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class Change:
    """The payload is altered. With `detectable` a checksum gives it away, so TCP takes it for lost."""

    payload: bytes
    detectable: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """A second copy arrives, so many seconds after the first."""

    after_s: float


Verdict = Pass | Drop | Refuse | Swallow | Later | Change | Copy

PASS = Pass()
_DROP_CUT = Drop("cut")
_DROP_LOSS = Drop("loss")
_DROP_QUEUE = Drop("queue")
_REFUSE = Refuse()
_SWALLOW = Swallow()


class Rule(Protocol):
    """A fault. `rank` is its place in the order above, `name` its word in the vocabulary."""

    @property
    def name(self) -> str:
        """The word for it in the vocabulary."""
        ...

    @property
    def rank(self) -> int:
        """Its place in the order of evaluation."""
        ...

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """What happens to `packet`, which meets the link at `now_s`."""
        ...

    def describe(self) -> str:
        """Its parameters in words, for the record."""
        ...


def _applies(rule: Direction, packet: Packet) -> bool:
    return rule is Direction.BOTH or rule is packet.direction


def _share(name: str, p: float) -> None:
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"{name} expects a share of packets from 0 to 1, got {p}: write 10 % as 0.1")


def _positive(name: str, value: float, unit: str) -> None:
    if value < 0:
        raise ValueError(f"{name} expects {unit} of at least 0, got {value}")


@dataclass(slots=True)
class HalfOpen:
    """Existing connections go dead in one direction or both: sent data are acknowledged and never arrive.

    The link behaves like a stateful box that keeps answering for a peer it lost. A connection opened before the rule
    and touched by it stays dead after the rule is removed, since its octets are gone; new connections are not touched.
    """

    direction: Direction = Direction.BOTH
    last_flow: int = -1
    """The newest connection that existed at installation; the network sets it."""
    name = "half_open"
    rank = 0

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Swallows packets of flows that existed when the rule came."""
        if 0 < packet.flow <= self.last_flow and _applies(self.direction, packet):
            return _SWALLOW
        return PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return f"direction {self.direction}"


@dataclass(frozen=True, slots=True)
class Cut:
    """Silence: every packet of the direction vanishes."""

    direction: Direction = Direction.BOTH
    name = "cut"
    rank = 10

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Drops."""
        return _DROP_CUT if _applies(self.direction, packet) else PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return f"direction {self.direction}"


@dataclass(frozen=True, slots=True)
class RefuseNew:
    """New connections are refused with a reset; existing ones go on."""

    name = "refuse"
    rank = 20

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Refuses the opening packet."""
        return _REFUSE if packet.kind is PacketKind.SYN else PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return "new connections"


@dataclass(frozen=True, slots=True)
class Loss:
    """A share `p` (0..1) of packets is lost, each on its own."""

    p: float
    direction: Direction = Direction.BOTH
    name = "loss"
    rank = 30

    def __post_init__(self) -> None:
        _share("loss", self.p)

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Drops with probability `p`."""
        return _DROP_LOSS if _applies(self.direction, packet) and chance.random() < self.p else PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return f"share {self.p}, direction {self.direction}"


@dataclass(frozen=True, slots=True)
class Corrupt:
    """A share `p` (0..1) of packets that carry data has one octet altered.

    With `checksum` (as on a real path) TCP notices and the segment counts as lost; without, altered octets reach the
    application. Datagrams always arrive altered (a UDP checksum of zero, which IPv4 allows).
    """

    p: float
    checksum: bool = True
    direction: Direction = Direction.BOTH
    name = "corrupt"
    rank = 40

    def __post_init__(self) -> None:
        _share("corrupt", self.p)

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Alters one octet with probability `p`."""
        if not packet.payload or not _applies(self.direction, packet) or chance.random() >= self.p:
            return PASS
        altered = bytearray(packet.payload)
        altered[chance.randrange(len(altered))] ^= 1 + chance.randrange(255)
        return Change(bytes(altered), self.checksum)

    def describe(self) -> str:
        """Its parameters in words."""
        return f"share {self.p}, {'checksummed' if self.checksum else 'unnoticed'}, direction {self.direction}"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A share `p` (0..1) of packets arrives twice. TCP notices and drops the second."""

    p: float
    direction: Direction = Direction.BOTH
    name = "duplicate"
    rank = 50

    def __post_init__(self) -> None:
        _share("duplicate", self.p)

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Copies with probability `p`."""
        return Copy(0.0) if _applies(self.direction, packet) and chance.random() < self.p else PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return f"share {self.p}, direction {self.direction}"


@dataclass(frozen=True, slots=True)
class Delay:
    """Every packet takes `seconds` longer, one way."""

    seconds: float
    direction: Direction = Direction.BOTH
    name = "delay"
    rank = 60

    def __post_init__(self) -> None:
        _positive("delay", self.seconds, "seconds")

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Delays."""
        return Later(self.seconds) if _applies(self.direction, packet) else PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return f"{self.seconds} s, direction {self.direction}"


@dataclass(frozen=True, slots=True)
class Jitter:
    """Every packet takes between 0 and `seconds` longer, evenly distributed, each on its own (so some overtake)."""

    seconds: float
    direction: Direction = Direction.BOTH
    name = "jitter"
    rank = 70

    def __post_init__(self) -> None:
        _positive("jitter", self.seconds, "seconds")

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Delays by chance."""
        return Later(self.seconds * chance.random()) if _applies(self.direction, packet) else PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return f"0 to {self.seconds} s, direction {self.direction}"


@dataclass(frozen=True, slots=True)
class Reorder:
    """A share `p` (0..1) of packets is held back `by_s` seconds, so that those sent meanwhile overtake them."""

    p: float
    by_s: float = 0.05
    direction: Direction = Direction.BOTH
    name = "reorder"
    rank = 80

    def __post_init__(self) -> None:
        _share("reorder", self.p)
        _positive("reorder", self.by_s, "seconds")

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Holds back with probability `p`."""
        return Later(self.by_s) if _applies(self.direction, packet) and chance.random() < self.p else PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return f"share {self.p}, by {self.by_s} s, direction {self.direction}"


@dataclass(slots=True)
class Rate:
    """The link carries `bits_per_s` each way; what comes faster queues, at most `queue_octets`, the rest is lost."""

    bits_per_s: float
    queue_octets: int = 1_000_000
    direction: Direction = Direction.BOTH
    name = "rate"
    rank = 90
    free_at_s: dict[Direction, float] = field(default_factory=lambda: {Direction.OUT: 0.0, Direction.IN: 0.0})

    def __post_init__(self) -> None:
        if self.bits_per_s <= 0:
            raise ValueError(
                f"rate expects more than 0 bit/s, got {self.bits_per_s}: use cut for a link without service"
            )

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Delays by the queue in front and the packet's own time on the line."""
        if not _applies(self.direction, packet):
            return PASS
        start_s = max(now_s, self.free_at_s[packet.direction])
        if (start_s - now_s) * self.bits_per_s / 8 > self.queue_octets:
            return _DROP_QUEUE
        end_s = start_s + packet.octets * 8 / self.bits_per_s
        self.free_at_s[packet.direction] = end_s
        return Later(end_s - now_s)

    def describe(self) -> str:
        """Its parameters in words."""
        return f"{self.bits_per_s:g} bit/s, queue {self.queue_octets} octets, direction {self.direction}"


@dataclass(frozen=True, slots=True)
class NameFailure:
    """Names of hosts beyond this link do not resolve; packets pass."""

    name = "name_failure"
    rank = 100

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Passes; the resolver looks for the rule itself."""
        return PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return "names beyond the link"


@dataclass(frozen=True, slots=True)
class StrangerCertificate:
    """A TLS server beyond this link shows a certificate chain that is not its own; packets pass.

    Servers ask `Link.stranger` when they build the context for a connection; the rule is only the flag.
    """

    name = "stranger_certificate"
    rank = 110

    def judge(self, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
        """Passes; servers look for the rule themselves."""
        return PASS

    def describe(self) -> str:
        """Its parameters in words."""
        return "TLS servers beyond the link"


@dataclass(slots=True)
class Fate:
    """What becomes of a packet on a whole path: all verdicts added up.

    `lost` is the reason it vanished, or None; `copies` are the extra delays in seconds of further copies.
    """

    delay_s: float = 0.0
    lost: str | None = None
    lost_on: str = ""
    refused: bool = False
    swallowed: bool = False
    payload: bytes = b""
    altered: bool = False
    detectable: bool = False
    copies: tuple[float, ...] = ()

    @property
    def arrives(self) -> bool:
        """Whether an intact (or unnoticeably altered) packet reaches the other end."""
        return self.lost is None and not self.refused and not self.swallowed


def judge(rules: tuple[Rule, ...], packet: Packet, chance: random.Random, now_s: float, fate: Fate, link: str) -> bool:
    """Ask a link's rules, sorted by rank, about a packet and add their verdicts to `fate`; False when it stops here."""
    for rule in rules:
        verdict = rule.judge(packet, chance, now_s)
        match verdict:
            case Pass():
                continue
            case Drop(reason):
                fate.lost = reason
                fate.lost_on = link
                return False
            case Refuse():
                fate.refused = True
                return False
            case Swallow():
                fate.swallowed = True
                return False
            case Later(delay_s):
                fate.delay_s += delay_s
            case Change(payload, detectable):
                fate.payload = payload
                fate.altered = True
                fate.detectable = fate.detectable or detectable
            case Copy(after_s):
                fate.copies = (*fate.copies, after_s)
    return True
