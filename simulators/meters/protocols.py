"""Protocols that simulated meters speak: a descriptor in the folder of each, found by walking this package.

Leaves to others: what a protocol is (its folder) and the places of meters (`places`). A folder here with a module
`descriptor`, and a `PROTOCOL` in it, is a protocol: maps, worlds, fleets, the point table, the search for frames and
the explanation of frames loop over what is found here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from simulators.clock import Chance, Clock, Observe
from simulators.meters.meter import Binding, Wiring
from simulators.meters.point_rows import OwnRow
from simulators.plant import Plant
from simulators.sentences import Words

if TYPE_CHECKING:
    from simulators.explain.frames import Reading
    from simulators.meters.carriers import LineSettings
    from simulators.meters.maps import Register
    from simulators.meters.meter import Meter
    from simulators.meters.serial.maps import AnyMap, BusMap, EntryTable
    from simulators.meters.serial.meter import Station
    from simulators.meters.spec import MeterSpec

Note = Callable[[str, Words], None]
"""Tells a problem: where it is, and what it is."""


class FrameCodec(Protocol):
    """What finds the frames of a protocol that are closed by their length."""

    @property
    def START(self) -> int:
        """The first octet of every frame."""
        ...

    def length_at(self, octets: bytes, start: int) -> int | None:
        """Length of the frame that begins at `start`: 0 if it is none, None if more octets are needed to tell."""
        ...

    def flaws(self, octets: bytes) -> list[tuple[str, str]]:
        """What is wrong with a whole frame, English and Chinese; empty if it is right."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """What every simulated meter is handed. `since_us` is when it began to count (us UTC), `shared` as in `World`."""

    plant: Plant
    clock: Clock
    chance: Chance
    observe: Observe
    since_us: int
    shared: str = ""

    def wiring(self, spec: MeterSpec) -> Wiring:
        """What the meter of a description is given, whatever it speaks."""
        return Wiring(
            clock=self.clock,
            chance=self.chance(f"meter/{spec.name}"),
            observe=self.observe,
            source=spec.source,
            bindings=[Binding(point.id, point.register, point.quantity) for point in spec.points],
            ratio=spec.ratio,
            serial=spec.serial,
        )


@dataclass(frozen=True)
class Address:
    """How meters are addressed: a pattern of the text, its length, and what it is (`12 digits`), also in a list."""

    pattern: str
    size: int
    what: str
    listed: str


@dataclass(frozen=True)
class LineKind:
    """A kind of meter that a scenario can have on a serial line: its map, source, register and code suffix of points.

    `source` e is a circuit of its own. `address` is the first of its kind's addresses (empty: a unit id), `framing`
    that of Modbus.
    """

    map: str
    source: str
    points: tuple[tuple[str, str], ...]
    address: str = ""
    framing: str = ""


class MeterProtocol:
    """A protocol of meters; its descriptor overrides what is its own.

    `id` is its folder. `words` are what a map and the point table call it (its editions and kinds), `rank` its place in
    lists that people read. `address` is how its meters are told apart (None: by unit id). `by_identifier` is False if a
    number needs no identifier to be asked for. `codecs` find its frames on a line, by family; `own_start` is True if no
    other protocol's frames begin with the same octet. `explainers` are what explains a frame given as hex, by the word
    of the command line. `line_kinds` are kinds of meters for scenarios. `most_units` is how many unit ids one port has.
    `row_type` is what `row` makes.
    """

    id: ClassVar[str]
    words: ClassVar[tuple[str, ...]]
    rank: ClassVar[int] = 100
    address: ClassVar[Address | None] = None
    by_identifier: ClassVar[bool] = True
    codecs: ClassVar[Mapping[str, FrameCodec]] = {}
    own_start: ClassVar[bool] = False
    most_units: ClassVar[int] = 0
    line_kinds: ClassVar[Mapping[str, LineKind]] = {}
    row_type: ClassVar[type[OwnRow]]

    @property
    def explainers(self) -> Mapping[str, Callable[[str], Reading]]:
        """What explains its frames, by the protocol's name on the command line."""
        return {}

    # Maps.

    def speaks(self, word: str) -> bool:
        """Whether such a meter sends without being asked, and so needs its line for itself."""
        del word
        return False

    def entry_type(self, word: str) -> type[EntryTable]:
        """What a map says of a register of such a meter."""
        raise NotImplementedError

    def defaults(self, word: str) -> Mapping[str, Any]:
        """Settings of a map that are otherwise than `serial.maps.Behaviour` has them."""
        del word
        return {}

    def flaws_of(self, device: BusMap) -> Iterator[Words]:
        """What speaks against a map, besides what any map must keep."""
        del device
        return iter(())

    # Meters.

    def build(
        self, spec: MeterSpec, device: AnyMap, surroundings: Surroundings, port: LineSettings | None
    ) -> tuple[Meter, Station | None]:
        """A meter, and what of it stands on a serial bus (None at a gateway's port)."""
        raise NotImplementedError

    def check(self, spec: MeterSpec, device: AnyMap, note: Note) -> bool:
        """Whether a meter of this map can be as it is described; what speaks against it is noted."""
        raise NotImplementedError

    def word(self, spec: MeterSpec, device: AnyMap) -> str:
        """How the point table calls the protocol of a meter."""
        del spec
        return device.protocol

    def row(self, spec: MeterSpec, device: AnyMap, register: Register) -> OwnRow:
        """What only points of this protocol have in the point table, a `row_type`."""
        raise NotImplementedError

    def address_at(self, number: int, device: AnyMap) -> str:
        """The address of the meter with this number in a fleet; empty for one with a unit id."""
        del device
        return f"{number:0{self.address.size}d}" if self.address is not None else ""


@cache
def protocols() -> Mapping[str, MeterProtocol]:
    """Every protocol by its id, in the order of lists that people read. TypeError if a folder's descriptor is none."""
    found: list[MeterProtocol] = []
    for path in sorted(Path(__file__).parent.glob("*/descriptor.py")):
        protocol: object = getattr(import_module(f"{__package__}.{path.parent.name}.descriptor"), "PROTOCOL", None)
        if not isinstance(protocol, MeterProtocol):
            raise TypeError(f"{path} has no PROTOCOL that is a MeterProtocol")
        found.append(protocol)
    return {each.id: each for each in sorted(found, key=lambda each: (each.rank, each.id))}


@cache
def by_word() -> Mapping[str, MeterProtocol]:
    """Every protocol by each word that maps call it by."""
    return {word: protocol for protocol in protocols().values() for word in protocol.words}


def protocol_of(device: AnyMap) -> MeterProtocol:
    """The protocol that a map's meter speaks."""
    return protocols()[device.family]


@cache
def codecs() -> Mapping[str, FrameCodec]:
    """What finds frames that are closed by their length, by family."""
    return {family: codec for protocol in protocols().values() for family, codec in protocol.codecs.items()}


@cache
def families_of_their_own() -> frozenset[str]:
    """Families whose frames begin with an octet that no other family's do."""
    return frozenset(family for protocol in protocols().values() if protocol.own_start for family in protocol.codecs)


@cache
def addresses() -> tuple[Address, ...]:
    """How meters are addressed, of every protocol with addresses."""
    return tuple(protocol.address for protocol in protocols().values() if protocol.address is not None)
