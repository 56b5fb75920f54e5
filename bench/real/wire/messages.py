"""What the bench and its wire process say to each other: one msgpack message a packet of a local socket.

Leaves acting on them to `wire` (the bench's side) and `process`. Times are nanoseconds: `monotonic_ns` of
CLOCK_MONOTONIC, `real_ns` of CLOCK_REALTIME, both read when the thing happened on the wire.
"""

from __future__ import annotations

import msgspec

from bench.virtual import rules as r
from bench.virtual.rules import Direction, Rule


class Fault(msgspec.Struct, frozen=True):
    """A word of the link vocabulary with its parameters: `amount` is seconds, share or bit/s."""

    verb: str
    amount: float = 0.0
    direction: str = "both"
    by_s: float = 0.05
    checksum: bool = True


def rule_of(fault: Fault) -> Rule:
    """The rule a fault stands for. Raises ValueError with one sentence for a parameter out of range."""
    way = Direction(fault.direction)
    match fault.verb:
        case "cut":
            return r.Cut(way)
        case "refuse":
            return r.RefuseNew()
        case "delay":
            return r.Delay(fault.amount, way)
        case "jitter":
            return r.Jitter(fault.amount, way)
        case "loss":
            return r.Loss(fault.amount, way)
        case "duplicate":
            return r.Duplicate(fault.amount, way)
        case "reorder":
            return r.Reorder(fault.amount, fault.by_s, way)
        case "corrupt":
            return r.Corrupt(fault.amount, fault.checksum, way)
        case "rate":
            return r.Rate(fault.amount, direction=way)
        case "half_open":
            return r.HalfOpen(way)
        case "name_failure":
            return r.NameFailure()
        case _:
            raise ValueError(f"a link knows no fault {fault.verb!r}")


# What a trigger waits for


class NthFrame(msgspec.Struct, frozen=True, tag="frame"):
    """The n-th IPv4 packet delivered from now on."""

    n: int = 1


class NthPayload(msgspec.Struct, frozen=True, tag="payload"):
    """The n-th TCP segment with payload delivered from now on; `port` (either end's) narrows it, 0 is any."""

    n: int = 1
    port: int = 0


class Contains(msgspec.Struct, frozen=True, tag="contains"):
    """The TCP segment that completes `octets` in a stream, for the n-th time from now on; `port` as above."""

    octets: bytes
    n: int = 1
    port: int = 0

    def __post_init__(self) -> None:
        if not self.octets:
            raise ValueError("a trigger on contents expects octets to look for, got none")


Matcher = NthFrame | NthPayload | Contains


# From the bench


class SegmentPlan(msgspec.Struct, frozen=True):
    """A wire to serve: descriptors of its two ends, whether each is a TAP device, and the addresses at the site."""

    name: str
    terminal_fd: int
    site_fd: int
    terminal_tap: bool
    site: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True, tag="plan"):
    """Everything the wire process needs to start. `peers` maps a link's name to (segment, site address)."""

    segments: tuple[SegmentPlan, ...]
    peers: dict[str, tuple[str, str]]
    seed: str
    captures: str | None
    spin_us: int


class Install(msgspec.Struct, frozen=True, tag="install"):
    """Put a fault in force on a link; `rule` is the number by which to remove it."""

    id: int
    rule: int
    link: str
    fault: Fault


class Remove(msgspec.Struct, frozen=True, tag="remove"):
    """Take a fault out of force."""

    id: int
    rule: int


class Reset(msgspec.Struct, frozen=True, tag="reset"):
    """Reset every connection over a link."""

    id: int
    link: str


class Arm(msgspec.Struct, frozen=True, tag="arm"):
    """Tell (`Fired`) when something is delivered in a direction (out or in), `delay_us` after it."""

    id: int
    segment: str
    direction: str
    matcher: Matcher
    delay_us: int


class Disarm(msgspec.Struct, frozen=True, tag="disarm"):
    """Forget a trigger."""

    id: int
    trigger: int


class Close(msgspec.Struct, frozen=True, tag="close"):
    """Flush everything and end."""

    id: int


Command = Plan | Install | Remove | Reset | Arm | Disarm | Close


# To the bench


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The command `id` was carried out."""

    id: int


class WireEvent(msgspec.Struct, frozen=True, tag="event"):
    """Something that happened on a wire.

    `kind` is one of rule_installed, rule_removed, reset_all (`count` connections over `link` by decree), dropped
    (`count` packets on `link` for the reason `rule`, told when a rule goes and at the end), name_failed (`detail` is
    the name), end_lost (an interface of segment `link` went away) and wire_died (`detail` says how).
    """

    kind: str
    link: str = ""
    rule: str = ""
    detail: str = ""
    count: int = 0
    monotonic_ns: int = 0
    real_ns: int = 0


class Fired(msgspec.Struct, frozen=True, tag="fired"):
    """A trigger's moment: `monotonic_ns` and `real_ns` when the frame had been delivered (the delay comes after)."""

    trigger: int
    segment: str
    direction: str
    frame: int
    monotonic_ns: int
    real_ns: int


class Flow(msgspec.Struct, frozen=True):
    """Counts of one direction of a segment; `octets` are those of Ethernet frames."""

    frames: int
    octets: int


class SegmentCounts(msgspec.Struct, frozen=True):
    """What a segment carried and how many TCP connections it knows."""

    out: Flow
    into: Flow
    connections_opened: int
    connections_live: int


class Statistics(msgspec.Struct, frozen=True):
    """Counts since the wires were opened: by segment, and dropped packets by link and reason.

    `overruns` are frames that were lost in front of the wire, by segment, because the machine was too busy to take
    them: with any, a loss seen by the terminal is no finding about the terminal.
    """

    segments: dict[str, SegmentCounts]
    dropped: dict[str, dict[str, int]]
    overruns: dict[str, int]


Report = Done | WireEvent | Fired
