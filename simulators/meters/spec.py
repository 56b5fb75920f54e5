"""Descriptions of meters: their points, the serial lines they stand on and the faults they are to have, as data.

Leaves to others: places (`places`, and the kinds of systems), the world they belong to and its contradictions
(`world`), building them (`build`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from simulators.meters import sentences as said
from simulators.meters.carriers import LineSettings
from simulators.meters.faults import BY_KIND, AnyFault
from simulators.meters.modbus.serial import FRAMINGS
from simulators.meters.places import Collected, Place, SerialLine, port_of
from simulators.meters.protocols import addresses
from simulators.meters.serial.maps import AnyMap, any_names
from simulators.sentences import MAPS_TWICE, MISSING, Words
from simulators.settings import Flaw, Port, Settings, read, read_kind
from simulators.systems.kinds import SystemPlace
from simulators.systems.kinds import kinds as systems
from simulators.systems.sentences import NO_SUCH_PLACE
from simulators.tables import Table
from simulators.values import PositiveText, matching, one_of

_MEMBER = re.compile(r"\{n(?::0(\d+))?\}")
Seconds = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class PointSpec(Settings, frozen=True):
    """A point: a register of the meter's map under a name of the world.

    `quantity` overrides what the register measures of the meter's source. `code` is the point's code at every centre,
    `codes` overrides it by centre (empty: not sent there). `modulus` and `rated_per_h` override the map's and the
    plant's (decimal text in the register's unit). `tag` is the point's name in a collector's messages (the register's
    unless given).
    """

    id: str
    register: str
    quantity: str = ""
    code: str = ""
    codes: dict[str, str] = {}
    modulus: PositiveText = ""
    rated_per_h: PositiveText = ""
    tag: str = ""


@dataclass(frozen=True)
class MeterSpec:
    """A meter: its map (a shipped name, a path, or a map built by hand), place, source, and points.

    The protocol follows from the map. A Modbus meter has a unit id; others have an `address`, as a person writes it: 12
    digits for DL/T 645, 14 for CJ/T 188 (maker's code first), a letter for a scale. `framing` is rtu or ascii for
    Modbus on a line or behind a serial server, empty for Modbus TCP. Behind a collector a meter is seen only through
    it; behind a system it has a map of registers, which the system hands on as tags.
    """

    name: str
    map: str | AnyMap
    place: Place
    source: str
    points: tuple[PointSpec, ...]
    unit: int = 1
    address: str = ""
    framing: str = ""
    ratio: str = "1"
    serial: int = 20_260_001
    refresh_ms: int = 0

    @property
    def host(self) -> str:
        """The machine it is reached at; empty if it is on none."""
        return self.place.at[0]

    @property
    def port(self) -> int:
        """The port it is reached at; 0 if it has none."""
        return self.place.at[1]

    def moved(self, host: str, port: int) -> MeterSpec:
        """The same meter at another host and port, if it has any."""
        return dataclasses.replace(self, place=self.place.moved(host, port))


@dataclass(frozen=True)
class LineSpec:
    """A serial line: the name of its device, and the settings of its ports."""

    name: str
    settings: LineSettings


@dataclass(frozen=True)
class FaultSpec:
    """A fault that meters are to have: from `from_s` seconds after the start for `for_s` (0: until the end).

    `every_s` repeats it at that distance; `mean_s` repeats it after random times of that mean, drawn from the seed, for
    each meter apart. `meters` are names, with * for any rest (`E*`).
    """

    meters: tuple[str, ...]
    fault: AnyFault
    from_s: int = 0
    for_s: int = 0
    every_s: int = 0
    mean_s: int = 0


def _fill(text: str, number: int | None) -> str:
    """Replace {n} and {n:02} by the member's number."""
    if number is None:
        return text
    return _MEMBER.sub(lambda match: f"{number:0{match[1] or 0}d}", text)


class _MeterTable(Settings, frozen=True, kw_only=True):
    """What a world file says of a meter besides its place; with `repeat` of many."""

    name: Annotated[
        str,
        matching(r"[A-Za-z0-9{][A-Za-z0-9_.:{}-]*", *said.NAME),
    ]
    map: str = ""
    maps: tuple[str, ...] = ()
    unit: Annotated[int, msgspec.Meta(ge=1, le=247)] = 1
    address: str = ""
    framing: Literal["", "rtu", "ascii"] = ""
    source: str = ""
    ratio: PositiveText = "1"
    serial: Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)] = 20_260_001
    refresh_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] = 0
    repeat: tuple[Annotated[int, msgspec.Meta(ge=0, le=999)], ...] = ()
    points: tuple[PointSpec, ...]

    def flaws(self) -> Iterator[Flaw]:
        """What its keys say together."""
        if self.map and self.maps:
            yield MAPS_TWICE().at("maps")
        if not self.map and not self.maps:
            yield MISSING().at("map")
        kinds = addresses()
        if self.address and not any(re.fullmatch(each.pattern, self.address) for each in kinds):
            sizes = "、".join(f"{each.size} 位" for each in kinds)
            listed = ", or ".join(
                (" or ".join(each.listed for each in kinds[:2]), *(each.listed for each in kinds[2:]))
            )
            yield said.ADDRESS(known=Words(listed, sizes), got=self.address).at("address")
        if self.repeat and (len(self.repeat) != 2 or self.repeat[0] > self.repeat[1]):
            yield said.REPEAT(got=", ".join(map(str, self.repeat))).at("repeat")


class _Behind(Settings, frozen=True):
    collector: str


class _At(Settings, frozen=True):
    host: str
    port: Port


def read_meters(table: Table, folder: Path) -> list[MeterSpec]:
    """The meter, or with `repeat = [first, last]` one for each number, {n} standing for it and units counting up."""
    place = _place(table)
    given = read(table, _MeterTable)
    framing = given.framing or (FRAMINGS[0] if isinstance(place, SerialLine) else "")
    if isinstance(place, _At):
        place = port_of(place.host, place.port, serial=bool(given.address or framing))
    fixed = bool(given.address or isinstance(place, Collected | SystemPlace))
    if not fixed and not table.has("unit"):
        table.absent("unit")
    numbers: Sequence[int | None] = [None]
    if len(given.repeat) == 2:
        numbers = range(given.repeat[0], given.repeat[1] + 1) or [None]
    if not fixed and given.unit + len(numbers) - 1 > 247:
        table.problem("unit", *said.TOO_MANY_UNITS(count=len(numbers), first=given.unit))
        numbers = [None]
    maps = given.maps or (given.map,)
    meters: list[MeterSpec] = []
    for index, number in enumerate(numbers):
        chosen = maps[index % len(maps)]
        meters.append(
            MeterSpec(
                name=_fill(given.name, number),
                map=chosen if chosen in any_names() else str(folder / chosen) if ".toml" in chosen else chosen,
                place=_filled(place, number),
                unit=given.unit if fixed else given.unit + index,
                address=_counted(given.address, index),
                source=_fill(given.source, number),
                points=tuple(
                    msgspec.structs.replace(
                        point,
                        id=_fill(point.id, number),
                        quantity=_fill(point.quantity, number),
                        code=_fill(point.code, number),
                        codes={centre: _fill(code, number) for centre, code in point.codes.items()},
                    )
                    for point in given.points
                ),
                ratio=given.ratio,
                serial=given.serial + index,
                framing=framing,
                refresh_ms=given.refresh_ms,
            )
        )
    return meters


def _place(table: Table) -> Place | _At:
    """Where a meter stands: behind its system, behind its collector, on its line, or at host and port."""
    word = next((key for key in ("system", "collector", "line") if table.data.get(key)), "")
    elsewhere = [key for key in ("line", "collector", "unit", "address", "framing") if key in table.data]
    at = [key for key in ("host", "port") if key in table.data]
    # Whatever place it is, these keys are known and not mistyped.
    for key in ("system", "collector", "line", "host", "port"):
        table.has(key)
    if word == "system":
        found = read_kind(table, {name: kind.settings for name, kind in systems().items()}, tag="system", whole=False)
        if elsewhere:
            table.problem("system", *NO_SUCH_PLACE(system=found.system, keys=elsewhere))
        return found
    if word == "collector":
        if at or elsewhere != ["collector"]:
            table.problem("collector", *said.COLLECTED_PLACE())
        return Collected(read(table, _Behind, whole=False).collector)
    if word == "line":
        if at:
            table.problem("line", *said.ONE_PLACE())
        return read(table, SerialLine, whole=False)
    return read(table, _At, whole=False)


def _filled(place: Place | _At, number: int | None) -> Place:
    """A place with the member's number in its texts."""
    assert isinstance(place, Place)
    if isinstance(place, SerialLine):
        return SerialLine(_fill(place.device, number))
    host, port = place.at
    return place.moved(_fill(host, number), port)


def _counted(address: str, index: int) -> str:
    """The address so many after this one; an address that is no number stays as it is."""
    return f"{int(address) + index:0{len(address)}d}" if address.isdecimal() else address


class _LineTable(Settings, frozen=True):
    name: Annotated[str, matching(r"[A-Za-z0-9/][A-Za-z0-9_./-]*", *said.DEVICE)]
    baud: Literal[300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200] = 9600
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1


def read_line(table: Table) -> LineSpec:
    """A serial line from its table."""
    given = read(table, _LineTable)
    return LineSpec(given.name, LineSettings(given.baud, given.parity, given.stop_bits))


class FaultTable(Settings, frozen=True, kw_only=True):
    """What a description says of a fault and its times, whoever is to have it."""

    kind: Annotated[str, one_of(tuple(BY_KIND))]
    parameters: dict[str, Any] = msgspec.field(name="with", default_factory=dict[str, Any])
    from_s: Seconds = 0
    for_s: Seconds = 0
    mean_s: Seconds = 0

    def flaws(self) -> Iterator[Flaw]:
        """Parameters are those of the kind."""
        if self.kind in BY_KIND and isinstance(found := _fault(self.kind, self.parameters), Words):
            yield found.at("with")

    @property
    def fault(self) -> AnyFault | None:
        """The fault itself; None if it cannot be understood."""
        found = _fault(self.kind, self.parameters)
        return None if found is None or isinstance(found, Words) else found


class _WorldFault(FaultTable, frozen=True, kw_only=True):
    meters: tuple[str, ...]
    every_s: Seconds = 0

    def flaws(self) -> Iterator[Flaw]:
        """Times that go together."""
        yield from super().flaws()
        if self.every_s and self.mean_s:
            yield said.EVERY_OR_MEAN().at("mean_s")
        if (self.every_s or self.mean_s) and not self.for_s:
            yield said.FAULT_LENGTH().at("for_s")
        if self.every_s and self.for_s >= self.every_s:
            yield said.FAULT_SHORTER(every_s=self.every_s, got=self.for_s).at("for_s")


def read_fault(table: Table) -> FaultSpec | None:
    """A fault with its times from its table; None if it cannot be understood."""
    given = read(table, _WorldFault)
    if (fault := given.fault) is None:
        return None
    return FaultSpec(given.meters, fault, given.from_s, given.for_s, given.every_s, given.mean_s)


def _fault(kind: str, values: Mapping[str, object]) -> AnyFault | Words | None:
    """A fault from its kind and parameters, or what is wrong with them."""
    if kind not in BY_KIND:
        return None
    try:
        return msgspec.convert({"kind": kind, **values}, BY_KIND[kind])
    except msgspec.ValidationError as error:
        known = BY_KIND[kind].__struct_fields__ or said.NO_PARAMETERS
        return said.FAULT_PARAMETERS(kind=kind, known=known, error=f"{str(error)[:1].lower()}{str(error)[1:]}")
