"""The self tests of the injectors hold, and fail when an injector lies."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bench.virtual import prove, rules
from bench.virtual.disk import VirtualDisk
from bench.virtual.domain import Domain
from bench.virtual.links import Link
from bench.virtual.network import Network
from bench.virtual.rules import PASS, Packet, Verdict


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_proof_holds(seed: int) -> None:
    assert [str(proof) for proof in prove.require_all(seed) if not proof.holds] == []


def idle(self: object, packet: Packet, chance: random.Random, now_s: float) -> Verdict:
    return PASS


BROKEN: list[tuple[object, str, object, Callable[[], list[prove.Proof]], str]] = [
    (rules.Cut, "judge", idle, prove.prove_links, "cut cuts"),
    (rules.Loss, "judge", idle, prove.prove_links, "loss loses"),
    (rules.Duplicate, "judge", idle, prove.prove_links, "duplicate doubles"),
    (rules.Corrupt, "judge", idle, prove.prove_links, "corrupt alters"),
    (rules.Delay, "judge", idle, prove.prove_links, "delay delays"),
    (rules.Jitter, "judge", idle, prove.prove_links, "jitter spreads"),
    (rules.Reorder, "judge", idle, prove.prove_links, "reorder reorders"),
    (rules.Rate, "judge", idle, prove.prove_links, "rate makes"),
    (rules.RefuseNew, "judge", idle, prove.prove_links, "refuse refuses"),
    (rules.HalfOpen, "judge", idle, prove.prove_links, "half-open swallows"),
    (Network, "reset_over", lambda self, link: 0, prove.prove_links, "reset resets"),
    (Link, "names_fail", False, prove.prove_links, "name failure fails"),
    (Link, "stranger", False, prove.prove_links, "stranger's certificate"),
    (Domain, "kill", lambda self: None, prove.prove_power, "a power cut ends"),
    (VirtualDisk, "power_cut", lambda self, keep="": None, prove.prove_disk, "unsynced rows do not"),
    (VirtualDisk, "_check", lambda self, operation, extended: None, prove.prove_disk, "an input/output error"),
    (VirtualDisk, "_grow", lambda self, octets: None, prove.prove_disk, "a full disk"),
]


@pytest.mark.parametrize(("owner", "part", "lie", "proofs", "name"), BROKEN, ids=[each[4] for each in BROKEN])
def test_a_broken_injector_is_found(
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    part: str,
    lie: object,
    proofs: Callable[[], list[prove.Proof]],
    name: str,
) -> None:
    monkeypatch.setattr(owner, part, lie)
    assert any(proof.name.startswith(name) for proof in proofs() if not proof.holds)


def test_a_broken_injector_stops_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules.Cut, "judge", idle)
    with pytest.raises(prove.InjectorBroken, match="cut cuts: expected 0, got 100"):
        prove.require_all()
