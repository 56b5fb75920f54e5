"""Rules on their own: packet in, verdict out, in the documented order."""

from __future__ import annotations

import random

import pytest

from bench.virtual.rules import (
    PASS,
    Change,
    Copy,
    Corrupt,
    Cut,
    Delay,
    Direction,
    Drop,
    Duplicate,
    Fate,
    HalfOpen,
    Jitter,
    Later,
    Loss,
    NameFailure,
    Packet,
    PacketKind,
    Rate,
    Refuse,
    RefuseNew,
    Reorder,
    Rule,
    StrangerCertificate,
    Swallow,
    judge,
)

OUT = Packet(PacketKind.DATA, Direction.OUT, 140, flow=1, payload=b"x" * 100)
IN = Packet(PacketKind.DATA, Direction.IN, 140, flow=1, payload=b"x" * 100)
SYN = Packet(PacketKind.SYN, Direction.OUT, 40, flow=2)


def verdict(rule: Rule, packet: Packet, now_s: float = 0.0) -> object:
    return rule.judge(packet, random.Random(1), now_s)


def test_a_cut_has_a_direction() -> None:
    assert verdict(Cut(), OUT) == Drop("cut")
    assert verdict(Cut(Direction.IN), IN) == Drop("cut")
    assert verdict(Cut(Direction.IN), OUT) == PASS


def test_refusal_meets_the_opening_packet_only() -> None:
    assert verdict(RefuseNew(), SYN) == Refuse()
    assert verdict(RefuseNew(), OUT) == PASS


def test_half_open_meets_old_flows_only() -> None:
    assert verdict(HalfOpen(last_flow=1), OUT) == Swallow()
    assert verdict(HalfOpen(last_flow=1), SYN) == PASS
    assert verdict(HalfOpen(Direction.IN, last_flow=1), OUT) == PASS


@pytest.mark.parametrize(("rule", "expected"), [(Loss(1.0), Drop("loss")), (Duplicate(1.0), Copy(0.0))])
def test_certain_chance(rule: Rule, expected: object) -> None:
    assert verdict(rule, OUT) == expected


@pytest.mark.parametrize("rule", [Loss(0.0), Duplicate(0.0), Corrupt(0.0), Reorder(0.0)])
def test_impossible_chance(rule: Rule) -> None:
    assert verdict(rule, OUT) == PASS


def test_corruption_alters_exactly_one_octet() -> None:
    for seed in range(50):
        change = Corrupt(1.0).judge(OUT, random.Random(seed), 0.0)
        assert isinstance(change, Change)
        assert change.detectable
        assert sum(a != b for a, b in zip(change.payload, OUT.payload, strict=True)) == 1
    assert verdict(Corrupt(1.0), SYN) == PASS


def test_delays() -> None:
    assert verdict(Delay(2.5), OUT) == Later(2.5)
    assert verdict(Reorder(1.0, 0.3), OUT) == Later(0.3)
    jitter = verdict(Jitter(2.0), OUT)
    assert isinstance(jitter, Later)
    assert 0.0 <= jitter.delay_s <= 2.0


def test_a_rate_queues_each_way_and_drops_when_the_queue_is_full() -> None:
    rate = Rate(1120.0, queue_octets=150)
    assert rate.judge(OUT, random.Random(1), 10.0) == Later(1.0)
    assert rate.judge(OUT, random.Random(1), 10.0) == Later(2.0)
    assert rate.judge(IN, random.Random(1), 10.0) == Later(1.0)
    assert rate.judge(OUT, random.Random(1), 10.0) == Drop("queue")
    assert rate.judge(OUT, random.Random(1), 20.0) == Later(1.0)


def test_rules_that_are_flags_let_packets_pass() -> None:
    assert verdict(NameFailure(), OUT) == verdict(StrangerCertificate(), OUT) == PASS


def test_ranks_are_the_documented_order() -> None:
    rules: list[Rule] = [
        HalfOpen(),
        Cut(),
        RefuseNew(),
        Loss(0.1),
        Corrupt(0.1),
        Duplicate(0.1),
        Delay(1),
        Jitter(1),
        Reorder(0.1),
        Rate(1),
    ]
    assert [rule.rank for rule in rules] == list(range(0, 100, 10))
    assert all(rule.describe() for rule in rules)


def test_verdicts_add_up_and_a_drop_ends_the_asking() -> None:
    fate = Fate(payload=OUT.payload)
    rules: tuple[Rule, ...] = (Corrupt(1.0, checksum=False), Duplicate(1.0), Delay(1.0), Delay(0.5))
    assert judge(rules, OUT, random.Random(1), 0.0, fate, "uplink")
    assert (fate.delay_s, fate.copies, fate.altered, fate.detectable, fate.arrives) == (1.5, (0.0,), True, False, True)

    lost = Fate(payload=OUT.payload)
    assert not judge((Cut(), Delay(1.0)), OUT, random.Random(1), 0.0, lost, "uplink")
    assert (lost.lost, lost.lost_on, lost.delay_s, lost.arrives) == ("cut", "uplink", 0.0, False)
