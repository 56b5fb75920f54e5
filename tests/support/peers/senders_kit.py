"""What tests of senders share: a small park, its plant, and a sender driven by hand."""

from __future__ import annotations

from collections.abc import Sequence

from simulators_helpers import START_US, Heard

from simulators.centres.hj212.codec import Frame, Packet, Splitter, encode, parse_data
from simulators.clock import seeded
from simulators.plant.flows import Flow, FlowPlant, Level
from simulators.senders.kinds import wire_of
from simulators.senders.sender import EventLedger, Sender
from simulators.senders.spec import PointSpec, SenderSpec

STREAMS = (Flow("coke", "t", "30"), Flow("power", "kWh", "5200"), Level("top", "degC", "150", "260"))
POINTS = (
    PointSpec(code="k00001", quantity="coke.total", unit="t"),
    PointSpec(code="k00002", quantity="power.total", unit="kWh", decimals=2),
    PointSpec(code="k00003", quantity="top.level", kind="instant", unit="degC", decimals=1),
)
MN = "010000A8900016F000000001"


def plant() -> FlowPlant:
    return FlowPlant(STREAMS, seeded(1))


def spec(**changes: object) -> SenderSpec:
    usual: dict[str, object] = {"name": "A1", "mn": MN, "points": POINTS, "classes": ("minute",)}
    return SenderSpec(**(usual | changes))  # type: ignore[arg-type]


def sender(heard: Heard, **changes: object) -> Sender:
    made = spec(**changes)
    return Sender(made, wire_of(made), plant(), START_US, EventLedger(heard))


def packets(octets: bytes) -> list[Packet]:
    return [parse_data(each.data)[0] for each in Splitter().feed(octets) if isinstance(each, Frame)]


def taken(sent: Sequence[Packet]) -> bytes:
    """9014 to each."""
    return b"".join(encode(Packet(qn=each.qn, st="91", cn="9014", pw=each.pw, mn=each.mn, flag=4)) for each in sent)


def run(it: Sender, until_us: int, *, answered: bool = True) -> list[Packet]:
    """Let time pass; every packet that went out until then. With `answered` each is taken at once."""
    found: list[Packet] = []
    while (now_us := it.next_us()) <= until_us:
        it.tick(now_us)
        while octets := it.give(now_us):
            found += packets(octets)
            if not answered:
                break
            it.take(taken(packets(octets)), now_us)
    return found


def request(qn: str, cn: str, **items: str) -> Packet:
    """A request of the platform."""
    cp = tuple(((name, text),) for name, text in items.items())
    return Packet(qn=qn, st="31", cn=cn, pw="123456", mn=MN, flag=5, cp=cp)
