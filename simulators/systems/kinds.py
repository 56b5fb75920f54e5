"""What a kind of system is, and every kind there is: one descriptor a folder, found by walking.

A system (an OPC UA server, a database) hands on the registers of the devices behind it as tags. Leaves how to the
kinds, devices to `tagged`. A new kind is a folder here with a `descriptor.py` whose `KIND` is a `SystemKind`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from simulators.meters.faults import Fault
from simulators.meters.modbus.point_row import LoopPart, PointPart
from simulators.meters.places import Place
from simulators.meters.point_rows import HandedRow

if TYPE_CHECKING:
    from simulators.explain.frames import Reading
    from simulators.meters.protocols import Note, Surroundings
    from simulators.meters.spec import MeterSpec
    from simulators.systems.tagged import TaggedMeter


class SystemPlace(Place, frozen=True, tag_field="system"):
    """A place behind a system; each kind adds what it needs to know of it."""

    @property
    def system(self) -> str:
        """The id of its kind."""
        return str(self.__struct_config__.tag)


class TaggedRow(HandedRow, frozen=True, kw_only=True):
    """A point as a system hands it on: its tag there, and its value in one part."""

    parts: tuple[PointPart, ...]
    order: str
    loop: LoopPart | None = None


class SystemDoor(Protocol):
    """A system at work. `host` is the machine it listens on (empty: this one)."""

    host: str

    async def start(self) -> None:
        """Stand up. Raises OSError if it cannot."""
        ...

    async def stop(self) -> None:
        """Close everything."""
        ...


P = TypeVar("P", bound=SystemPlace)


class SystemKind(Generic[P]):
    """A kind of system; its descriptor overrides what is its own.

    `id` is what a world file calls it, `rank` its place in lists that people read, `settings` what a meter behind it
    says of its place, `faults` which faults a device behind it can have. `explainers` are what explains a frame given
    as hex, by the word of the command line.
    """

    id: ClassVar[str]
    rank: ClassVar[int] = 100
    settings: type[P]
    faults: ClassVar[tuple[type[Fault], ...]]
    row_type: ClassVar[type[TaggedRow]] = TaggedRow

    @property
    def explainers(self) -> Mapping[str, Callable[[str], Reading]]:
        """What explains its frames, by the protocol's name on the command line."""
        return {}

    # Worlds.

    def placed(self, options: Mapping[str, Any], host: str) -> P:
        """A place with these settings, at a host of the field network if it listens anywhere, at its usual port."""
        raise NotImplementedError

    def check(self, meters: Sequence[tuple[MeterSpec, P]], note: Note) -> None:
        """Note what speaks against the devices behind systems of this kind."""
        del meters, note

    def tag(self, meter: str, register: str) -> str:
        """What the system calls a register of a device."""
        return f"{meter}.{register}"

    def row(self, place: P, seen: TaggedRow) -> TaggedRow:
        """What only points behind this kind have in the point table, a `row_type`; `seen` is what all systems have."""
        del place
        return seen

    def line(self, place: P, door: Any) -> str:
        """Where it is, in a line of a list."""
        del door
        return str(place)

    # Systems.

    def period_s(self, place: P) -> int:
        """How often a device's values are handed on, seconds."""
        del place
        return 60

    def build(self, place: P, meters: Sequence[TaggedMeter], surroundings: Surroundings) -> SystemDoor:
        """The system in front of these devices; `place` is that of the first."""
        raise NotImplementedError

    # Terminals.

    def told(self, place: P, door: Any) -> Mapping[str, Any]:
        """What a terminal is told of a system at work: its url, and what else it needs to get in (PEM)."""
        raise NotImplementedError


@cache
def kinds() -> Mapping[str, SystemKind[Any]]:
    """Every kind by its id, in the order of lists that people read. TypeError if a folder's descriptor is none."""
    found: list[SystemKind[Any]] = []
    for path in sorted(Path(__file__).parent.glob("*/descriptor.py")):
        kind: object = getattr(import_module(f"{__package__}.{path.parent.name}.descriptor"), "KIND", None)
        if not isinstance(kind, SystemKind):
            raise TypeError(f"{path} has no KIND that is a SystemKind")
        found.append(kind)
    return {each.id: each for each in sorted(found, key=lambda each: (each.rank, each.id))}


def kind_of(place: SystemPlace) -> SystemKind[Any]:
    """The kind of a system."""
    return kinds()[place.system]
