"""What a kind of collector is, and every kind there is: one descriptor a folder, found by walking.

Leaves what is told and how to the kinds, what all collectors have to `spec`. A new kind is a folder here with a
`descriptor.py` whose `KIND` is a `CollectorKind`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from simulators.centres.channel import Locks
from simulators.clock import Clock, Observe
from simulators.collectors.collected import CollectedMeter
from simulators.collectors.spec import CollectorSpec
from simulators.meters.faults import Fault
from simulators.trust.authority import Trust

if TYPE_CHECKING:
    from simulators.explain.frames import Reading


class AnyCollector(Protocol):
    """What every collector at work is."""

    name: str
    host: str
    port: int

    async def start(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        ...

    async def stop(self) -> None:
        """Close the port and every connection."""
        ...

    def behave(self, **switches: object) -> None:
        """Change what it does from now on. Raises SwitchError for an unknown switch or value."""
        ...

    def disconnect(self, *, abort: bool = False) -> None:
        """Close (or abort) every connection."""
        ...


@dataclass(frozen=True)
class Common:
    """What every collector is given; `locks` are those of a channel over TLS (None: plain)."""

    clock: Clock
    chance: random.Random
    observe: Observe
    trust: Trust
    locks: Locks | None


S = TypeVar("S", bound=CollectorSpec)


class CollectorKind(Generic[S]):
    """A kind of collector; its descriptor overrides what is its own.

    `id` is what a world file calls it, `rank` its place in lists that people read, `settings` what a world file says of
    it, `ports` where such a collector usually listens: in the clear, and over TLS. `explainers` are what explains a
    frame given as hex, by the word of the command line.
    """

    id: ClassVar[str]
    rank: ClassVar[int] = 100
    settings: type[S]
    ports: ClassVar[tuple[int, int]]

    @property
    def explainers(self) -> Mapping[str, Callable[[str], Reading]]:
        """What explains its frames, by the protocol's name on the command line."""
        return {}

    def faults(self, spec: S) -> tuple[type[Fault], ...]:
        """Which faults a device behind it can have."""
        raise NotImplementedError

    def build(self, spec: S, meters: Sequence[CollectedMeter], common: Common) -> AnyCollector:
        """The collector; it listens once started."""
        raise NotImplementedError

    def places(self, spec: S, meters: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Where each of its meters is found, by what a template calls it (topic, path) and by meter."""
        del spec, meters
        return {}

    def entered(self, spec: S) -> Mapping[str, str]:
        """What only this kind has for who commissions by hand: user, password, version, qos."""
        del spec
        return {}

    def line(self, spec: S) -> str:
        """What only this kind says of a collector in a line of a list."""
        del spec
        return ""


@cache
def kinds() -> Mapping[str, CollectorKind[Any]]:
    """Every kind by its id, in the order of lists that people read. TypeError if a folder's descriptor is none."""
    found: list[CollectorKind[Any]] = []
    for path in sorted(Path(__file__).parent.glob("*/descriptor.py")):
        kind: object = getattr(import_module(f"{__package__}.{path.parent.name}.descriptor"), "KIND", None)
        if not isinstance(kind, CollectorKind):
            raise TypeError(f"{path} has no KIND that is a CollectorKind")
        found.append(kind)
    return {each.id: each for each in sorted(found, key=lambda each: (each.rank, each.id))}


def flat(spec: CollectorSpec) -> dict[str, Any]:
    """The settings of a collector beside those that only other kinds have, as these have them unless given."""
    others = {
        each.name: each.default
        for kind in kinds().values()
        for each in msgspec.structs.fields(kind.settings)
        if each.default is not msgspec.NODEFAULT
    }
    return {**others, **msgspec.structs.asdict(spec), "kind": spec.kind}


def kind_of(spec: CollectorSpec) -> CollectorKind[Any]:
    """The kind of a collector."""
    return kinds()[spec.kind]
