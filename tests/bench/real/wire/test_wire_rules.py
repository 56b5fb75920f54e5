"""Decisions of the wire: a function of seed, link, rule, direction and number, and of nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.real.wire.frames import View
from bench.real.wire.messages import Fault, rule_of
from bench.real.wire.rules import Link, Path, decisions
from bench.virtual import rules as r

N = 400
PAYLOADS = [b"12345678"] * N
CENTRE = bytes((10, 2, 0, 10))
DATAGRAM = View("udp", bytes((10, 2, 0, 2)), CENTRE, 34, 42, 50, 36)
KNOWN = [12, 18, 21, 31, 57]
ARP = View("arp", bytes((10, 2, 0, 2)), CENTRE)


def lost(seed: str = "1", link: str = "uplink", way: str = "out", before: int = 0, share: float = 0.3) -> list[int]:
    fates = decisions(r.Loss(share), seed, link, way, PAYLOADS, installed_before=before)
    return [number for number, fate in enumerate(fates) if not fate.arrives]


def path(*rules: r.Rule) -> tuple[Path, Link]:
    link = Link("uplink", "uplink", None, (CENTRE,))
    for number, rule in enumerate(rules):
        link.enforce(number, rule, number + 1, "1", 0)
    return Path(link, {}), link


def carried(over: Path, seen: View = DATAGRAM, way: int = 0, at_s: float = 0.0) -> r.Fate:
    return over.fate(bytes(42) + b"12345678", seen, way, None, at_s)[0]


def test_the_same_seed_decides_the_same() -> None:
    assert lost() == lost()
    assert 0.2 * N < len(lost()) < 0.4 * N


def test_every_part_of_the_name_decides_differently() -> None:
    drawn = [lost(), lost(seed="2"), lost(link="field"), lost(way="in"), lost(before=1)]
    assert len({tuple(each) for each in drawn}) == len(drawn)


def test_a_larger_share_loses_the_same_and_more() -> None:
    assert set(lost(share=0.1)) < set(lost(share=0.3))


def test_the_known_decisions_of_a_seed_stay() -> None:
    assert lost(share=0.1)[:5] == KNOWN


@given(st.lists(st.sampled_from(["arp", "in", "out"]), max_size=60))
def test_other_traffic_disturbs_nothing(mixed: list[str]) -> None:
    over, _ = path(r.Loss(0.3))
    seen: list[bool] = []
    for each in mixed:
        fate = carried(over, ARP if each == "arp" else DATAGRAM, int(each == "in"))
        if each == "out":
            seen.append(fate.arrives)
    assert seen == [number not in lost() for number in range(len(seen))]


def test_another_rule_disturbs_nothing() -> None:
    over, _ = path(r.Corrupt(0.5), r.Delay(0.1), r.Loss(0.3))
    assert [number for number in range(N) if not carried(over).arrives] == lost()


def test_numbers_count_from_the_installation() -> None:
    over, link = path(r.Delay(0.0))
    for _ in range(17):
        carried(over)
    link.enforce(9, r.Loss(0.3), 9, "1", 0)
    assert [number for number in range(N) if not carried(over).arrives] == lost()


def test_a_peers_link_concerns_its_peer() -> None:
    own = Link("uplink", "uplink", None, ())
    peer = Link("uplink.A", "uplink", CENTRE, ())
    peer.enforce(1, r.Cut(), 1, "1", 0)
    over = Path(own, {CENTRE: peer})
    other = View("udp", bytes((10, 2, 0, 2)), bytes((10, 2, 0, 11)), 34, 42, 50, 36)
    assert not carried(over).arrives
    assert carried(over, other).arrives
    assert not carried(over, View("arp", CENTRE, bytes((10, 2, 0, 2))), way=1).arrives
    assert peer.untold() == [("cut", 2)]
    assert peer.untold() == []


def test_rules_are_asked_in_their_order_and_delays_add_up() -> None:
    over, link = path(r.Delay(0.25), r.Delay(0.5), r.Cut(r.Direction.IN))
    assert carried(over).delay_s == 0.75
    assert not carried(over, way=1).arrives
    assert link.release(2) is not None
    assert carried(over, way=1).arrives
    assert link.release(2) is None


def test_rate_counts_octets_of_the_packet() -> None:
    over, _ = path(r.Rate(288))
    assert [carried(over).delay_s for _ in range(3)] == [1.0, 2.0, 3.0]
    assert carried(over, way=1).delay_s == 1.0


def test_a_cut_since() -> None:
    _, link = path(r.Cut(r.Direction.OUT))
    assert link.cut_since(0, r.Direction.OUT)
    assert not link.cut_since(0, r.Direction.IN)
    assert not link.cut_since(1, r.Direction.OUT)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("loss", 1.5), "from 0 to 1, got 1.5"),
        (Fault("delay", -1), "at least 0"),
        (Fault("rate", 0), "use cut"),
        (Fault("melt"), "knows no fault 'melt'"),
        (Fault("cut", direction="sideways"), "sideways"),
    ],
)
def test_wrong_faults_are_refused_in_words(fault: Fault, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rule_of(fault)
