"""Maintenance from afar: which ports answered when, who was let in, what a round told, what a lock held (R-38, R-41).

Leaves rights by role to `rights_judge`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from bench.case import Check, EvidenceKind, criterion
from bench.history import History, Served
from conformance.common import people
from conformance.common.people import Use
from conformance.common.times import SECOND

_READ_OUT = EvidenceKind.READ_OUT

PORTS_AS_ENABLED = criterion(
    "ports-as-enabled",
    en="the ports of maintenance from afar take connections from its enabling to its disabling, and no other port does "
    "because of it",
    zh="远程维护端口仅在启用后、停用前接受连接，且启用不打开其他端口",
    unit="ports",
    evidence=EvidenceKind.WIRES,
)
CERTIFIED_ONLY = criterion(
    "certified-only",
    en="from afar nobody is answered without a certificate of the expected issuer; with one a session comes about by "
    "the national suites",
    zh="远程维护对未出示合格证书者不应答，持证者以国密套件建立会话",
    unit="logins",
    evidence=EvidenceKind.WIRES,
)
ROUNDS = criterion(
    "rounds-answered",
    en="in every round of inspection from afar, everything that shows a state answers",
    zh="每轮远程巡检中各项状态查询均有应答",
    unit="answers",
    evidence=_READ_OUT,
)
LOCK_HOLDS = criterion(
    "lock-holds",
    en="while it is locked from afar nothing is configured on the spot, over a restart too",
    zh="远程锁定期间本地配置均不执行，重启后仍锁定",
    unit="functions",
    evidence=_READ_OUT,
)
LOCK_RELEASED = criterion(
    "lock-released",
    en="before the lock and after its release the same configuring works",
    zh="锁定前及解除锁定后，同样的本地配置可以执行",
    unit="functions",
    evidence=_READ_OUT,
)
ACQUIRES_ON = criterion(
    "acquires-while-locked",
    en="the meters are polled on while it is locked",
    zh="锁定期间采集不中断",
    unit="polls",
    evidence=EvidenceKind.WIRES,
)


def findings(history: History) -> Iterator[Check]:
    """Ports, certificates, rounds, lock."""
    afar = people.doors_opened(history)
    yield _ports(history, afar)
    shut = [login for login in people.logins(history) if login.door in afar and login.step.startswith("certificate ")]
    good = [login for login in shut if login.step == "certificate good"]
    others = [login for login in shut if login.step != "certificate good"]
    open_doors = (people.ports(history, "enabled") or {}).values()
    wrong = [login for login in others if login.outcome != "unanswered"]
    wrong += [login for login in good if login.outcome == "unanswered" and login.door in open_doors]
    yield CERTIFIED_ONLY.none(wrong, others and any(login.outcome != "unanswered" for login in good))
    rounds = people.uses(history, "round")
    yield ROUNDS.none_among(rounds, [use for use in rounds if use.outcome != "executed"])
    yield from _lock(history)


def _ports(history: History, afar: tuple[str, ...]) -> Check:
    looks = [people.ports(history, told) for told in ("delivered", "enabled", "disabled")]
    if not afar or not all(looks):
        return PORTS_AS_ENABLED.decide(None)
    delivered, enabled, disabled = (look or {} for look in looks)
    found = [f"{place} ({door}) answers as delivered" for place, door in delivered.items() if door in afar]
    found += [f"no port of {door} answers once enabled" for door in afar if door not in enabled.values()]
    more = [place for place, door in enabled.items() if place not in delivered and door not in afar]
    found += [f"{place} answers since maintenance from afar was enabled" for place in more]
    found += [f"{place} ({door}) still answers once disabled" for place, door in disabled.items() if door in afar]
    return PORTS_AS_ENABLED.none(found, True)


def _lock(history: History) -> Iterator[Check]:
    locking = [use for use in people.uses(history, "lock yes") if use.outcome == "executed"]
    free, held, released = (_by_function(history, told) for told in ("unlocked", "locked", "released"))
    works = {name for name, uses in free.items() if all(use.outcome == "executed" for use in uses)}
    works |= {name for name, uses in released.items() if name not in free and uses[-1].outcome == "executed"}
    tried = [use for name, uses in held.items() if name in works for use in uses]
    yield LOCK_HOLDS.none([use for use in tried if use.outcome == "executed"], locking and len(tried) > len(works) > 0)
    again = [use for name, uses in released.items() if name in works for use in uses]
    yield LOCK_RELEASED.none([use for use in again if use.outcome != "executed"], locking and again)
    yield _acquiring(history)


def _by_function(history: History, told: str) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for use in people.uses(history, told):
        found.setdefault(use.function, []).append(use)
    return found


def _acquiring(history: History) -> Check:
    """Between the first and the last refusal on the spot, but for the restart."""
    held = people.uses(history, "locked")
    polls = [event.t for event in history.of(Served)]
    if not held or not polls:
        return ACQUIRES_ON.decide(None)
    since = held[0].t
    until = max(use.t for use in held)
    limit_us = 2 * max(setup.period_s for setup in history.began.meters) * SECOND
    times = [at for at in polls if since - limit_us <= at <= until + limit_us]
    gaps = [
        f"{(after - before) / SECOND:g} s without a poll"
        for before, after in itertools.pairwise(times)
        if after - before > limit_us + 60 * SECOND
    ]
    return ACQUIRES_ON.none(gaps, times)
