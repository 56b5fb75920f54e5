"""Data centres of a description made real, whom their world certifies, and what their terminals are given.

Leaves what each kind has of its own to its descriptor (`kinds`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping

import msgspec

from simulators.centres.base import AnyCentre, Item
from simulators.centres.channel import Locks, family_of, locks_of
from simulators.centres.kinds import Common, Secrets, kind_of
from simulators.centres.spec import CentreSpec, Given
from simulators.clock import Clock, Observe
from simulators.trust.authority import Role, TerminalSide, Trust
from simulators.trust.files import Own


def subjects_of(specs: tuple[CentreSpec, ...]) -> list[tuple[Role, str]]:
    """Everybody whom the authorities of a world certify."""
    found: list[tuple[Role, str]] = []
    for spec in specs:
        found.append(("server", spec.name))
        found.append(("client", spec.mn))
        found.extend(kind_of(spec).subjects(spec))
    return list(dict.fromkeys(found))


def secrets_of(chance: random.Random) -> Secrets:
    """Drawn from a stream of the centre's own."""
    return Secrets(chance.randbytes(16), f"{chance.getrandbits(128):032x}")


def terminal_side(spec: CentreSpec, trust: Trust, secrets: Secrets, choice: Given | None = None) -> TerminalSide:
    """What a terminal is given to talk to a centre; `choice` replaces the client certificate of the description."""
    channel, given = spec.channel, choice or spec.client_certificate
    changes: dict[str, str] = {"server_name": spec.hosts[-1]}
    if channel != "plain":
        authority = trust[family_of(channel)]
        changes |= {"anchors": authority.anchor, "crls": authority.crls}
        if spec.files is not None:
            changes["crls"] = ""
        if channel != "tls" and given != "missing":
            leaf = authority.leaf("client", spec.mn, (), given)
            changes |= {"certificate": leaf.certificate, "key": leaf.key}
        if channel == "tlcp" and given != "missing":
            pair = authority.leaf("client", spec.mn, (), given, "encryption")
            changes |= {"encryption_certificate": pair.certificate, "encryption_key": pair.key}
    changes |= kind_of(spec).given(spec, trust, secrets)
    return msgspec.structs.replace(TerminalSide(), **changes)


def build_centre(
    spec: CentreSpec,
    *,
    clock: Clock,
    chance: random.Random,
    observe: Observe,
    trust: Trust | None = None,
    secrets: Secrets | None = None,
    items: Mapping[str, Item] | None = None,
    own: Own | None = None,
) -> AnyCentre:
    """The centre that a description asks for; it listens once started.

    `items` are the points by code. A centre with certificates or secrets needs `trust` and `secrets`; ValueError
    without.
    """
    kind = kind_of(spec)
    needs = spec.channel != "plain" or kind.payload(spec) != "clear" or kind.shares
    if needs and (trust is None or secrets is None):
        raise ValueError(f"centre {spec.name}: {spec.kind} over {spec.channel} needs the world's certificates")
    return kind.build(spec, Common(clock, chance, observe, items or {}, _locks(spec, trust, own), trust, secrets))


def _locks(spec: CentreSpec, trust: Trust | None, own: Own | None) -> Locks | None:
    if trust is None:
        return None
    return locks_of(
        trust,
        spec.channel,
        spec.name,
        spec.hosts,
        peer_name="" if own else spec.mn,
        certificate=spec.certificate,
        own=own.credential if own else None,
        anchors=own.anchors if own else "",
    )
