"""Thousands of meters from one description: groups of the same kind, their ports, and their share of faults.

Leaves to others: serving and watching them (`fleet_serve`), what a meter is (`meters`). A description is TOML; every
problem of a file is reported at once, and nothing is started.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import msgspec

from simulators.clock import Chance, Clock, Observe, seeded
from simulators.meters.build import Door, Surroundings, build_doors, build_meter
from simulators.meters.faults import AnyFault, kind_of
from simulators.meters.maps import MapError
from simulators.meters.meter import Meter
from simulators.meters.places import port_of
from simulators.meters.protocols import protocol_of, protocols
from simulators.meters.schedule import Schedule
from simulators.meters.sentences import FAULT_LENGTH
from simulators.meters.serial.maps import AnyMap, any_names, any_shipped, load_any
from simulators.meters.serial.meter import Station
from simulators.meters.spec import FaultSpec, FaultTable, MeterSpec, PointSpec
from simulators.plant import Plant, Works
from simulators.sentences import MAP_EXPECTED, MAPS_TWICE, MISSING, NO_SOURCE, few
from simulators.settings import Flaw, Name, Port, Settings, read
from simulators.tables import DescriptionError, Problem, Table, read_toml
from simulators.values import PositiveText, matching, near, one_of
from simulators.world import sentences as said

_BUILT_AT_ONCE = 200


class FleetError(DescriptionError):
    """A fleet that cannot be built."""


@dataclass(frozen=True)
class GroupFault:
    """A fault that a share (0 to 1) of a group's meters has, chosen by the seed; times as in `FaultSpec`."""

    fault: AnyFault
    share: str
    from_s: int
    for_s: int
    mean_s: int


@dataclass(frozen=True)
class Group:
    """Meters of one kind. They take the maps and sources in turn; `per_port` of them share a port, from `first_port`.

    `framing` is rtu or ascii for Modbus behind a serial server. `registers` become points that the history names.
    """

    name: str
    count: int
    maps: tuple[AnyMap, ...]
    framing: str
    first_port: int
    per_port: int
    first_address: int
    sources: tuple[str, ...]
    registers: tuple[str, ...]
    faults: tuple[GroupFault, ...]

    @property
    def ports(self) -> int:
        """How many ports it takes."""
        return -(-self.count // self.per_port)

    @property
    def protocol(self) -> str:
        """What its first map speaks, for a person."""
        device = self.maps[0]
        return f"{device.protocol}-{self.framing or 'tcp'}" if device.family == "modbus" else device.protocol


@dataclass(frozen=True)
class Fleet:
    """A description: `refresh_ms` is how often a Modbus meter measures, `circuits` how many circuits its works has."""

    name: str
    seed: int
    host: str
    refresh_ms: int
    circuits: int
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        """How many meters it has."""
        return sum(group.count for group in self.groups)


def is_fleet(path: Path) -> bool:
    """True if a file describes a fleet and not a world. Raises DescriptionError if it is no TOML."""
    return "fleet" in read_toml(path)


def load_fleet(path: Path) -> Fleet:
    """Read a fleet file. Raises FleetError with every problem of the file."""
    try:
        data = read_toml(path)
    except DescriptionError as error:
        raise FleetError(error.problems) from None
    return build_fleet(data, str(path), path.parent)


class _Head(Settings, frozen=True):
    name: Name
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    host: str = "127.0.0.1"
    refresh_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] = 1000


class _Plant(Settings, frozen=True):
    circuits: Annotated[int, msgspec.Meta(ge=1, le=999)] = 29


class _Fault(FaultTable, frozen=True, kw_only=True):
    share: PositiveText = "1"

    def flaws(self) -> Iterator[Flaw]:
        """No more than all of them."""
        yield from super().flaws()
        if Decimal(self.share) > 1:
            yield said.SHARE(got=self.share).at("share")
        if self.mean_s and not self.for_s:
            yield FAULT_LENGTH().at("for_s")

    @property
    def group_fault(self) -> GroupFault | None:
        """The fault with its share; None if it cannot be understood."""
        found = self.fault
        return None if found is None else GroupFault(found, self.share, self.from_s, self.for_s, self.mean_s)


class _Group(Settings, frozen=True, kw_only=True):
    name: Name
    count: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    map: str = ""
    maps: tuple[str, ...] = ()
    protocol: Annotated[str, one_of(("", *protocols()["modbus"].words))] = ""
    first_port: Port
    per_port: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    first_address: Annotated[str, matching(r"\d{1,14}", "up to 14 digits", "不超过 14 位的数字")] = "1"
    sources: tuple[str, ...] = ()
    registers: tuple[str, ...] = ()
    faults: tuple[_Fault, ...] = ()

    def flaws(self) -> Iterator[Flaw]:
        """One map, or several."""
        if self.map and self.maps:
            yield MAPS_TWICE().at("maps")
        if not self.map and not self.maps:
            yield MISSING().at("map")


def build_fleet(data: dict[str, object], where: str, folder: Path) -> Fleet:
    """A fleet from parsed TOML; paths in it are relative to `folder`. Raises FleetError with every problem."""
    problems: list[Problem] = []
    top = Table(data, where, problems)
    # A missing table is one problem, its keys are none.
    head = read(top.table("fleet", required=True) or Table({}, "", []), _Head)
    circuits = read(top.table("plant") or Table({}, "", []), _Plant).circuits
    sources = _sources(circuits)
    groups = [_group(table, folder, sources) for table in top.tables("groups", required=True)]
    top.finish()
    if not groups and not problems:
        problems.append(Problem(where, *said.NO_GROUP()))
    _check_places(groups, where, problems)
    if problems:
        raise FleetError(problems)
    found = tuple(group for group in groups if group is not None)
    return Fleet(head.name, head.seed, head.host, head.refresh_ms, circuits, found)


def _sources(circuits: int) -> tuple[str, ...]:
    width = max(2, len(str(circuits)))
    return (*(f"e{number:0{width}d}" for number in range(1, circuits + 1)), "gas", "steam", "heat")


def _group(table: Table, folder: Path, known: Sequence[str]) -> Group | None:
    given = read(table, _Group)
    chosen = given.maps or (given.map,)
    maps = [device for each in chosen if (device := _map(table, each, folder)) is not None]
    for source in given.sources:
        if source not in known:
            table.problem("sources", *NO_SOURCE(source=source, names=few(known)))
    kinds = {device.protocol for device in maps}
    if len(kinds) > 1:
        table.problem("maps", *said.ONE_PROTOCOL(got=sorted(kinds)))
    if len(maps) < len(chosen):
        return None
    most, word = protocol_of(maps[0]).most_units, given.protocol
    if most:
        if given.per_port > most:
            table.problem("per_port", *said.UNITS_OF_PORT(most=most, got=given.per_port))
    elif word:
        table.problem("protocol", *said.PROTOCOL_OF_MAP(map=maps[0].id, protocol=maps[0].protocol))
    elif maps[0].speaks and given.per_port > 1:
        table.problem("per_port", *said.PORT_OF_SCALE(got=given.per_port))
    for register in given.registers:
        for device in maps:
            if register not in [each.id for each in device.registers]:
                table.problem("registers", *said.GROUP_REGISTER(map=device.id, register=register))
    group = Group(
        name=given.name,
        count=given.count,
        maps=tuple(maps),
        framing=word.removeprefix("modbus-") if word in ("modbus-rtu", "modbus-ascii") else "",
        first_port=given.first_port,
        per_port=given.per_port,
        first_address=int(given.first_address),
        sources=given.sources,
        registers=given.registers,
        faults=tuple(fault for each in given.faults if (fault := each.group_fault) is not None),
    )
    if group.first_port + group.ports - 1 > 65_535:
        last = group.first_port + group.ports - 1
        table.problem("first_port", *said.PORTS_BEYOND(count=group.ports, first=group.first_port, last=last))
    return group


def _map(table: Table, chosen: str, folder: Path) -> AnyMap | None:
    if not chosen:
        return None
    try:
        if chosen in any_names():
            return any_shipped(chosen)
        if chosen.endswith(".toml"):
            return load_any(folder / chosen)
    except MapError as error:
        for problem in error.problems:
            table.problem(f"map: {problem.where}", problem.text, problem.zh)
        return None
    table.problem("map", *MAP_EXPECTED(names=few(any_names()), got=chosen, meant=near(chosen, any_names())))
    return None


def _check_places(groups: Sequence[Group | None], where: str, problems: list[Problem]) -> None:
    names: list[str] = []
    taken: list[tuple[int, int, str]] = []
    for group in groups:
        if group is None:
            continue
        if group.name in names:
            problems.append(Problem(where, *said.GROUP_TWICE(name=group.name)))
        names.append(group.name)
        first, last = group.first_port, group.first_port + group.ports - 1
        for begin, end, other in taken:
            if first <= end and begin <= last:
                text = said.PORTS_SHARED(first=first, last=last, group=group.name, other=other)
                problems.append(Problem(where, *text))
        taken.append((first, last, group.name))


# The fleet at work.


def specs_of(group: Group, host: str, refresh_ms: int, sources: Sequence[str]) -> list[tuple[MeterSpec, AnyMap]]:
    """The meters of a group, each with its map."""
    width = len(str(group.count))
    found: list[tuple[MeterSpec, AnyMap]] = []
    for index in range(group.count):
        device = group.maps[index % len(group.maps)]
        kind = protocol_of(device)
        name = f"{group.name}-{index + 1:0{width}d}"
        address = kind.address_at(group.first_address + index, device)
        serial = bool(address or group.framing)
        spec = MeterSpec(
            name=name,
            map=device.id,
            place=port_of(host, group.first_port + index // group.per_port, serial=serial),
            unit=index % group.per_port + 1 if kind.most_units else 1,
            source=(group.sources or sources)[index % len(group.sources or sources)],
            points=tuple(PointSpec(f"{name}.{register}", register) for register in group.registers),
            serial=group.first_address + index,
            address=address,
            framing=group.framing,
            refresh_ms=refresh_ms,
        )
        found.append((spec, device))
    return found


class Standing:
    """A fleet standing: its meters, and the gateways and buses they are behind."""

    def __init__(self, fleet: Fleet, *, clock: Clock, observe: Observe) -> None:
        chance: Chance = seeded(fleet.seed)
        self.fleet = fleet
        now = clock.now_us()
        self.plant: Plant = Works(chance, now - now % 60_000_000, fleet.circuits)
        surroundings = Surroundings(self.plant, clock, chance, observe, now)
        self.meters: dict[str, Meter] = {}
        built: list[tuple[MeterSpec, Meter, Station | None]] = []
        faults: list[FaultSpec] = []
        for group in fleet.groups:
            sources = _sources(fleet.circuits)
            names: list[str] = []
            for spec, device in specs_of(group, fleet.host, fleet.refresh_ms, sources[: fleet.circuits]):
                meter, station = build_meter(spec, device, surroundings, None)
                self.meters[spec.name] = meter
                built.append((spec, meter, station))
                names.append(spec.name)
            faults += _chosen(group, names, chance)
        self.doors: tuple[Door, ...] = build_doors(built, {}, surroundings, None)
        self._schedule = Schedule(faults, self.meters, chance)
        flaws = self._schedule.flaws()
        if flaws:
            raise FleetError([Problem(f"fleet {fleet.name}", *flaw) for flaw in flaws])

    async def start(self) -> None:
        """Listen everywhere. A taken port (OSError) leaves nothing open."""
        try:
            for number, door in enumerate(self.doors):
                await door.start()
                if number % _BUILT_AT_ONCE == 0:
                    await asyncio.sleep(0)
        except OSError:
            await self.stop()
            raise
        self._schedule.start()

    async def stop(self) -> None:
        """Close every port and connection."""
        self._schedule.stop()
        for door in self.doors:
            await door.stop()


def _chosen(group: Group, names: Sequence[str], chance: Chance) -> list[FaultSpec]:
    """The faults of a group, each for the meters that the seed gives it to."""
    found: list[FaultSpec] = []
    for index, fault in enumerate(group.faults):
        stream = chance(f"fleet/{group.name}/{index}/{kind_of(fault.fault)}")
        count = min(len(names), max(1, round(Decimal(fault.share) * len(names))))
        picked = sorted(stream.sample(range(len(names)), count))
        meters = tuple(names[number] for number in picked)
        found.append(FaultSpec(meters, fault.fault, fault.from_s, fault.for_s, 0, fault.mean_s))
    return found
