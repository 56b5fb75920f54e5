"""Links and routes: named stretches of network with a latency, the rules installed on them, and chains of them.

Leaves what a rule does to `rules`, and connections and datagrams to `tcp` and `udp`, which ask a route for the fate of
each packet. A route without rules is *clear*: its users may then skip the asking.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from bench.virtual import rules as r
from bench.virtual.capture import Capture, Passed
from bench.virtual.rules import Direction, Fate, Packet, PacketKind, Rule

if TYPE_CHECKING:
    from bench.virtual.network import Host, Network

HEADER_OCTETS = 40
"""IPv4 and TCP headers, counted by `Rate`."""


@dataclass(frozen=True, slots=True)
class NetEvent:
    """Something a wire-side observer saw at `t_s` seconds of world time.

    `kind` is one of opened, refused, unanswered, closed, reset, timed_out (a connection), reset_all (`count`
    connections over `link` by decree), rule_installed, rule_removed, dropped (`count` packets on `link` for the
    reason `rule`, told when a rule goes or the network is flushed), name_failed, segment (only with `trace_segments`;
    `payload` as sent, `detail` its fate). `source` and `target` are "address:port" of the one who opened the
    connection and of the other side; `flow` numbers the connection.
    """

    t_s: float
    kind: str
    link: str = ""
    rule: str = ""
    detail: str = ""
    flow: int = 0
    source: str = ""
    target: str = ""
    count: int = 0
    payload: bytes = b""


class Scope:
    """A rule on a link: `install()` and `remove()`, or `with`, or `async with`."""

    __slots__ = ("epoch", "installed", "link", "rule", "serial")

    def __init__(self, link: Link, rule: Rule) -> None:
        self.link = link
        self.rule = rule
        self.installed = False
        self.serial = 0
        self.epoch = 0

    def install(self) -> Scope:
        """Put the rule in force now; RuntimeError when it is already."""
        if self.installed:
            raise RuntimeError(
                f"rule {self.rule.name} is already in force on link {self.link.name!r}: remove() it first"
            )
        self.link.enforce(self)
        return self

    def remove(self) -> None:
        """Take the rule out of force now; does nothing when it is not in force."""
        if self.installed:
            self.link.release(self)

    def __enter__(self) -> Scope:
        return self.install()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    async def __aenter__(self) -> Scope:
        return self.install()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


class Link:
    """A stretch of network with a one-way latency in seconds and the common fault vocabulary.

    Each verb gives a `Scope` that is not yet in force: `with link.cut(): ...`, `async with link.loss(0.1): ...`, or
    `scope = link.cut().install()` and later `scope.remove()`. Directions are "out" (as the path was declared, from the
    terminal to the centre), "in" and "both".
    """

    def __init__(self, net: Network, name: str, latency_s: float, chance: random.Random) -> None:
        if latency_s < 0:
            raise ValueError(f"link {name!r} expects a latency of at least 0 s, got {latency_s}")
        self.net = net
        self.name = name
        self.latency_s = latency_s
        self.chance = chance
        self.scopes: list[Scope] = []
        self.dropped: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._serial = 0

    def __repr__(self) -> str:
        return f"<Link {self.name} {', '.join(scope.rule.name for scope in self.scopes) or 'clear'}>"

    def cut(self, direction: str = "both") -> Scope:
        """Silence: packets vanish."""
        return Scope(self, r.Cut(Direction(direction)))

    def refuse(self) -> Scope:
        """New connections are refused with a reset."""
        return Scope(self, r.RefuseNew())

    def reset(self) -> int:
        """Every connection over this link is reset at both ends now; the number of connections."""
        return self.net.reset_over(self)

    def delay(self, seconds: float, direction: str = "both") -> Scope:
        """Packets take `seconds` longer."""
        return Scope(self, r.Delay(seconds, Direction(direction)))

    def jitter(self, seconds: float, direction: str = "both") -> Scope:
        """Packets take 0 to `seconds` longer."""
        return Scope(self, r.Jitter(seconds, Direction(direction)))

    def loss(self, p: float, direction: str = "both") -> Scope:
        """A share of packets is lost."""
        return Scope(self, r.Loss(p, Direction(direction)))

    def duplicate(self, p: float, direction: str = "both") -> Scope:
        """A share of packets arrives twice."""
        return Scope(self, r.Duplicate(p, Direction(direction)))

    def reorder(self, p: float, by_s: float = 0.05, direction: str = "both") -> Scope:
        """A share of packets is held back `by_s` seconds and overtaken."""
        return Scope(self, r.Reorder(p, by_s, Direction(direction)))

    def corrupt(self, p: float, checksum: bool = True, direction: str = "both") -> Scope:
        """A share of packets is altered; with `checksum` TCP loses them, without the application reads them."""
        return Scope(self, r.Corrupt(p, checksum, Direction(direction)))

    def rate(self, bits_per_s: float, direction: str = "both") -> Scope:
        """The link carries no more than this each way."""
        return Scope(self, r.Rate(bits_per_s, direction=Direction(direction)))

    def half_open(self, direction: str = "both") -> Scope:
        """Existing connections go dead without a word, for ever; new ones work. See `rules.HalfOpen`."""
        return Scope(self, r.HalfOpen(Direction(direction)))

    def name_failure(self) -> Scope:
        """Names of hosts beyond the link do not resolve."""
        return Scope(self, r.NameFailure())

    def stranger_certificate(self) -> Scope:
        """TLS servers that ask show a stranger's certificate."""
        return Scope(self, r.StrangerCertificate())

    def install(self, rule: Rule) -> Scope:
        """Put any rule in force now."""
        return Scope(self, rule).install()

    @property
    def stranger(self) -> bool:
        """Whether TLS servers beyond this link are to show a stranger's certificate."""
        return any(isinstance(scope.rule, r.StrangerCertificate) for scope in self.scopes)

    @property
    def names_fail(self) -> bool:
        """Whether names of hosts beyond this link fail to resolve."""
        return any(isinstance(scope.rule, r.NameFailure) for scope in self.scopes)

    def enforce(self, scope: Scope) -> None:
        """Put a scope's rule in force, in its place in the order of evaluation."""
        self._serial += 1
        scope.serial = self._serial
        scope.installed = True
        rule = scope.rule
        if isinstance(rule, r.HalfOpen):
            rule.last_flow = self.net.newest_flow
        self.scopes.append(scope)
        self.scopes.sort(key=lambda each: (each.rule.rank, each.serial))
        scope.epoch = self.net.new_epoch()
        self.net.tell("rule_installed", link=self.name, rule=rule.name, detail=rule.describe())

    def release(self, scope: Scope) -> None:
        """Take a scope's rule out of force and tell what was dropped."""
        scope.installed = False
        self.scopes.remove(scope)
        self.net.new_epoch()
        self.net.tell("rule_removed", link=self.name, rule=scope.rule.name, detail=scope.rule.describe())
        self.flush()

    def count_drop(self, reason: str) -> None:
        """One more packet vanished here."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1

    def flush(self) -> None:
        """Tell the observer how many packets were dropped since it was last told."""
        for reason, count in self.dropped.items():
            fresh = count - self._told.get(reason, 0)
            if fresh:
                self._told[reason] = count
                self.net.tell("dropped", link=self.name, rule=reason, count=fresh)


class Route:
    """The links from one host to another, in order, as seen from the sender.

    `clear` (no rule touches data this way), `latency_s` and the sorted rules are valid for `epoch`; call `refresh()`
    when the network's epoch has moved on.
    """

    __slots__ = ("_cut_on", "_packet_rules", "clear", "epoch", "hops", "latency_s", "net", "source", "target")

    def __init__(self, net: Network, source: Host, target: Host, hops: Iterable[tuple[Link, Direction]]) -> None:
        self.net = net
        self.source = source
        self.target = target
        self.hops = tuple(hops)
        self._packet_rules: tuple[tuple[Rule, ...], ...] = ()
        self._cut_on: Link | None = None
        self.refresh()

    def refresh(self) -> None:
        """Take over the rules now in force."""
        self.epoch = self.net.epoch
        self.latency_s = sum((link.latency_s for link, _ in self.hops), 0.0)
        self._packet_rules = tuple(
            tuple(
                scope.rule
                for scope in link.scopes
                if scope.rule.rank < 100 and getattr(scope.rule, "direction", Direction.BOTH) in (Direction.BOTH, way)
            )
            for link, way in self.hops
        )
        self._cut_on = self._where_cut()
        self.clear = not (self.net.trace_segments or self.net.capture) and not any(
            not isinstance(rule, r.RefuseNew) for rules in self._packet_rules for rule in rules
        )

    def _where_cut(self) -> Link | None:
        """The link on which every packet vanishes before any other rule could speak; a cut answers all alike."""
        for (link, way), rules in zip(self.hops, self._packet_rules, strict=True):
            if rules:
                any_packet = Packet(PacketKind.DATA, way, HEADER_OCTETS, 0, b"")
                cut = isinstance(rules[0], r.Cut) and isinstance(rules[0].judge(any_packet, link.chance, 0.0), r.Drop)
                return link if cut else None
        return None

    def carry(
        self,
        kind: PacketKind,
        payload: bytes,
        flow: int,
        source: tuple[str, int] = ("", 0),
        target: tuple[str, int] = ("", 0),
        seq: int = 0,
    ) -> Fate:
        """Ask all links about a packet sent now. The fate's delay excludes the route's own latency.

        Ends and sequence number (octets of data sent before it) are for the capture only.
        """
        if self.epoch != self.net.epoch:
            self.refresh()
        cut_on = self._cut_on
        if cut_on is not None and not self.net.trace_segments and self.net.capture is None:
            cut_on.count_drop("cut")
            return Fate(lost="cut", lost_on=cut_on.name, payload=payload)
        fate = Fate(payload=payload)
        at_s = self.net.loop.time()
        octets = len(payload) + HEADER_OCTETS
        latency_s = 0.0
        for (link, way), rules in zip(self.hops, self._packet_rules, strict=True):
            if rules:
                packet = Packet(kind, way, octets, flow, fate.payload)
                if not r.judge(rules, packet, link.chance, at_s + latency_s + fate.delay_s, fate, link.name):
                    if fate.lost is not None:
                        link.count_drop(fate.lost)
                    break
            latency_s += link.latency_s
        if fate.altered and fate.detectable and fate.arrives and kind is not PacketKind.DATAGRAM:
            fate.lost = "corrupt"
            self.hops[-1][0].count_drop("corrupt")
        if self.net.trace_segments:
            self.net.trace_packet(self, kind, payload, flow, fate)
        if self.net.capture is not None:
            self._capture(self.net.capture, kind, payload, flow, source, target, seq, fate)
        return fate

    def _capture(
        self,
        capture: Capture,
        kind: PacketKind,
        payload: bytes,
        flow: int,
        source: tuple[str, int],
        target: tuple[str, int],
        seq: int,
        fate: Fate,
    ) -> None:
        if not self.hops or not source[0]:
            return
        link, way = self.hops[0]
        sent_s = self.net.loop.time()
        if way is Direction.OUT:
            passed, times = payload, [sent_s]
        else:
            passed = fate.payload
            travels_s = self.latency_s + fate.delay_s
            times = [sent_s + travels_s + after_s for after_s in (0.0, *fate.copies)] if fate.arrives else []
        segment = link.name.partition(".")[0]
        for at_s in times:
            capture.take(Passed(at_s, segment, kind, flow, source, target, seq, passed))

    def cut_since(self, epoch: int) -> bool:
        """Whether a cut that was installed after `epoch` now stops packets that were already under way."""
        for link, way in self.hops:
            for scope in link.scopes:
                rule = scope.rule
                if isinstance(rule, r.Cut) and scope.epoch > epoch and rule.direction in (Direction.BOTH, way):
                    link.count_drop("cut")
                    return True
        return False

    def later(self, delay_s: float, action: Callable[..., object], *args: Any) -> None:
        """Do something at the other end, `delay_s` after the route's latency, in nobody's domain."""
        loop = self.net.loop
        loop.schedule(loop.time() + self.latency_s + delay_s, action, args, self.net.root, None)
