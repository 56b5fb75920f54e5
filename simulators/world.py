"""One description of everything a terminal is wired to, and that everything standing: plant, meters, centres.

Leaves to others: the network between them and the terminal. A `World` is data (a TOML file or built by hand), a `Site`
is the world at work; it runs unchanged in virtual time and on loopback in real time.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from simulators.centres.base import AnyCentre
from simulators.centres.hj212 import Centre
from simulators.centres.http import JsonCentre
from simulators.centres.mqtt import MqttCentre
from simulators.centres.national import Item
from simulators.centres.spec import (
    CentreSpec,
    Given,
    build_centre,
    own_files,
    read_centre,
    secrets_of,
    subjects_of,
    terminal_side,
)
from simulators.clock import Chance, Clock, Observe, seeded
from simulators.collectors.build import check_collected, collected_meter, placed_at, tag_of
from simulators.collectors.collected import CollectedMeter
from simulators.collectors.https import HttpsCollector
from simulators.collectors.mqtt import MqttCollector
from simulators.collectors.spec import (
    CollectorSpec,
    build_collector,
    collector_side,
    collector_subjects,
    read_collector,
)
from simulators.meters.build import Carriers, Door, Kit, build_doors, build_meter
from simulators.meters.bus_maps import AnyMap, BusMap, Entry, any_names, any_shipped, load_any
from simulators.meters.maps import MAPS_FOLDER, UNITS, MapError, Register, RegisterMap
from simulators.meters.meter import Meter
from simulators.meters.schedule import Schedule, meant
from simulators.meters.serial_meter import Station
from simulators.meters.spec import FaultSpec, LineSpec, MeterSpec, PointSpec, read_fault, read_line, read_meters
from simulators.plant import Plant, Works, load_series
from simulators.stamps import from_iso
from simulators.systems.check import check_system, check_systems, tagged
from simulators.tables import NAME, DescriptionError, Problem, Table, read_toml
from simulators.trust.authority import Choice, TerminalSide, Trust

_ADDRESS = {"dlt645": (12, "12 digits"), "cjt188": (14, "14 digits"), "scale": (1, "one letter")}


class WorldError(DescriptionError):
    """A world that cannot be built."""


@dataclass(frozen=True)
class PlantSpec:
    """The plant: `works` with so many circuits, or `series` from a CSV file."""

    kind: str = "works"
    circuits: int = 29
    file: Path | None = None
    interpolation: str = "linear"
    align: bool = True
    repeat: bool = True


@dataclass(frozen=True)
class World:
    """Everything a terminal is wired to. `start_us` is the true time (us UTC) at which the world begins."""

    name: str
    seed: int
    start_us: int
    plant: PlantSpec
    meters: tuple[MeterSpec, ...]
    centres: tuple[CentreSpec, ...]
    where: str = "world"
    lines: tuple[LineSpec, ...] = ()
    faults: tuple[FaultSpec, ...] = ()
    collectors: tuple[CollectorSpec, ...] = ()


class OpcUaSide(msgspec.Struct, frozen=True):
    """What a client of an OPC UA server is given: its own certificate and key, and the server's certificate (PEM)."""

    certificate: str
    key: str
    trusted: str


class LoopPart(msgspec.Struct, frozen=True, kw_only=True):
    """The analogue loop behind a point: a raw number of 0 is `zero_ma`, `full` is 20 mA; `low` is the value at 4 mA.

    Without `live_zero` the value `low` is at 0 mA. `high` is the value at 20 mA, `root` a square-root transmitter.
    """

    low: str
    high: str
    full: int
    zero_ma: int
    live_zero: bool
    root: bool


class PointPart(msgspec.Struct, frozen=True, kw_only=True):
    """Registers of a point: wire address (0-based), number of registers, type, octet order, factor in the whole."""

    address: int
    count: int
    type: str
    order: str
    factor: str


class PointRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the point table: all a terminal must be told to read a point, and all a judge must know of it.

    The value is the sum of the parts (raw number times `scale` for whole types, times the part's factor). `decimals` is
    -1 for binary floats. `ratio` (CT x PT) is not in the registers. Numbers are decimal text in `unit`. `gaps` says
    what the device does with a read across unused registers: exception or zero. `codes` maps centre to code.

    `protocol` is modbus-tcp, modbus-rtu, modbus-ascii or a serial meter's. A point on a serial line has its device name
    in `line` and the port's settings, one behind a serial server `host` and `port`. The value of a point with a `loop`
    is what its raw number means, rounded half to even to `decimals`. A point behind a `collector` stands under `tag` in
    the messages about its meter; its `protocol` is mqtt or https. One behind a system (opcua, sql) has its node
    identifier or the tag of its rows there, and `security` is what the OPC UA server asks for.
    """

    id: str
    meter: str
    map: str
    host: str
    port: int
    unit_id: int
    kind: str
    unit: str
    fc: int
    parts: tuple[PointPart, ...]
    type: str
    order: str
    scale: str
    decimals: int
    resolution: str
    modulus: str
    rated_per_h: str
    low: str
    high: str
    ratio: str
    sentinel: str
    gaps: str
    codes: dict[str, str]
    protocol: str = "modbus-tcp"
    address: str = ""
    identifier: str = ""
    layout: str = ""
    line: str = ""
    baud: int = 0
    parity: str = ""
    stop_bits: int = 0
    loop: LoopPart | None = None
    collector: str = ""
    tag: str = ""
    security: str = ""


# Reading a description.


def load_world(path: Path) -> World:
    """Read a world file (TOML). Raises WorldError with every problem of the file; nothing is started."""
    try:
        data = read_toml(path)
    except DescriptionError as error:
        raise WorldError(error.problems) from None
    return build_world(data, str(path), path.parent)


def build_world(data: dict[str, object], where: str, folder: Path) -> World:
    """A world from parsed TOML; paths in it are relative to `folder`. Raises WorldError with every problem."""
    problems: list[Problem] = []
    top = Table(data, where, problems)
    head = top.table("world", required=True) or Table({}, f"{where}.world", [])
    name = head.text("name", pattern=NAME, hint="a name of letters, digits, - _ .")
    seed = head.integer("seed", 0, 2**63 - 1)
    start = head.text("start")
    start_us = 0
    try:
        start_us = from_iso(start) if start else 0
    except ValueError:
        head.problem("start", f"expected an instant such as 2026-03-02T00:00:00+08:00 with zone, got {start!r}")
    head.finish()
    plant = _plant(top.table("plant"), folder)
    meters = [meter for table in top.tables("meters", required=True) for meter in read_meters(table, folder)]
    centres = [read_centre(table, folder) for table in top.tables("centres", required=True)]
    lines = tuple(read_line(table) for table in top.tables("lines"))
    faults = tuple(fault for table in top.tables("faults") if (fault := read_fault(table)) is not None)
    collectors = tuple(read_collector(table) for table in top.tables("collectors"))
    top.finish()
    placed = tuple(placed_at(meter, collectors) for meter in meters)
    world = World(name, seed, start_us, plant, placed, tuple(centres), where, lines, faults, collectors)
    # Most of what can be wrong between the parts is worth telling even when single fields are wrong.
    found = problems + [problem for problem in check_world(world) if problem not in problems]
    if found:
        raise WorldError(found)
    return world


def _plant(table: Table | None, folder: Path) -> PlantSpec:
    if table is None:
        return PlantSpec()
    kind = table.choice("kind", ("works", "series"), "works")
    file = table.text("file", "") if kind == "works" else table.text("file")
    if kind == "works" and file:
        table.problem("file", "only a plant of kind 'series' has a file; set kind or remove it")
    spec = PlantSpec(
        kind=kind,
        circuits=table.integer("circuits", 1, 999, 29),
        file=folder / file if file else None,
        interpolation=table.choice("interpolation", ("linear", "step"), "linear"),
        align=table.flag("align", True),
        repeat=table.flag("repeat", True),
    )
    table.finish()
    return spec


# Checking a world, from a file or built by hand.


def check_world(world: World) -> list[Problem]:
    """Every contradiction between the parts of a world."""
    problems: list[Problem] = []

    def note(where: str, text: str) -> None:
        problems.append(Problem(f"{world.where}: {where}", text))

    try:
        plant = build_plant(world, seeded(world.seed))
    except DescriptionError as error:
        problems.extend(error.problems)
        plant = None
    _check_addresses(world, note)
    check_collected(world.meters, world.collectors, note)
    check_systems(world.meters, note)
    _check_faults(world, note)
    _check_scales(world, note)
    ids: dict[str, str] = {}
    codes: dict[tuple[str, str], str] = {}
    centres = [centre.name for centre in world.centres]
    for meter in world.meters:
        where = f"meter {meter.name}"
        device = _device(meter, note)
        if plant and meter.source and not any(name.startswith(f"{meter.source}.") for name in plant.quantities):
            known = sorted({name.split(".")[0] for name in plant.quantities})
            note(where, f"the plant has no source {meter.source!r}; it has {_few(known)}")
        registers: dict[str, str] = {}
        for point in meter.points:
            if point.id in ids:
                note(where, f"the point id {point.id!r} is also at meter {ids[point.id]}; rename one")
            ids.setdefault(point.id, meter.name)
            if point.register in registers:
                note(where, f"points {registers[point.register]!r} and {point.id!r} take the same register; drop one")
            registers.setdefault(point.register, point.id)
            for centre in point.codes:
                if centre not in centres:
                    note(where, f"point {point.id!r} has a code for centre {centre!r}, which the world lacks")
            for spec in world.centres:
                centre = spec.name
                code = _code(spec, point)
                other = codes.setdefault((centre, code), point.id) if code else point.id
                if other != point.id:
                    note(where, f"centre {centre} has the code {code!r} for {other!r} and {point.id!r}; change one")
                if code and (wrong := spec.code_fault(code)):
                    note(where, f"the code {code!r} of point {point.id!r} {wrong}")
            if device is not None:
                _check_point(where, meter, device, point, plant, note)
    return problems


def _check_addresses(world: World, note: Callable[[str, str], None]) -> None:
    units: dict[tuple[tuple[str, int | str], int | str], str] = {}
    ports: dict[tuple[str, int], str] = {}
    kinds: dict[tuple[str, int | str], tuple[str, str]] = {}
    lines = [line.name for line in world.lines]
    for name in dict.fromkeys(lines):
        if lines.count(name) > 1:
            note(f"line {name}", "the name is given to several lines; names must differ")
    names = [meter.name for meter in world.meters]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            note(f"meter {name}", f"the name is given to several meters ({names.count(name)}); names must differ")
    for meter in world.meters:
        if meter.line and meter.line not in lines:
            known = ", ".join(lines) or "none"
            note(f"meter {meter.name}", f"the world has no line {meter.line!r}; it has {known}")
        if meter.collector or meter.system == "sql":
            continue
        at = f"line {meter.line}" if meter.line else f"{meter.host}:{meter.port}"
        door: tuple[str, int | str] = ("line", meter.line) if meter.line else (meter.host, meter.port)
        place = (door, meter.name if meter.system else meter.address or meter.unit)
        if place in units:
            note(
                f"meter {meter.name}",
                f"{'address' if meter.address else 'unit'} {place[1]} at {at} is already meter "
                f"{units[place]}; units of a port must differ",
            )
        units.setdefault(place, meter.name)
        kind = "OPC UA" if meter.system else "serial" if meter.address or meter.framing else "Modbus"
        other, name = kinds.setdefault(door, (kind, meter.name))
        if other != kind:
            note(f"meter {meter.name}", f"{at} is {other} for meter {name}; choose another port for {kind}")
        if meter.framing:
            other, name = kinds.setdefault((at, "framing"), (meter.framing, meter.name))
            if other != meter.framing:
                text = f"{at} is Modbus {other.upper()} for meter {name}; all Modbus devices of a line speak the same"
                note(f"meter {meter.name}", text)
        if not meter.line:
            ports[(meter.host, meter.port)] = f"meter {meter.name}"
    for collector in world.collectors:
        other = ports.setdefault((collector.host, collector.port), f"collector {collector.name}")
        if other != f"collector {collector.name}":
            at = f"{collector.host}:{collector.port}"
            note(f"collector {collector.name}", f"{at} is already {other}; choose another port")
    seen: list[str] = [collector.name for collector in world.collectors]
    for centre in world.centres:
        if centre.name in seen:
            note(f"centre {centre.name}", "the name is given to several centres; names must differ")
        seen.append(centre.name)
        for port in (centre.port, *((centre.data_port,) if centre.data_port else ())):
            other = ports.setdefault((centre.host, port), f"centre {centre.name}")
            if other != f"centre {centre.name}":
                note(f"centre {centre.name}", f"{centre.host}:{port} is already {other}; choose another port")
        for role, text in own_files(centre, world.start_us)[1]:
            note(f"centre {centre.name}: files.{role}", text)


def _check_faults(world: World, note: Callable[[str, str], None]) -> None:
    names = [meter.name for meter in world.meters]
    for index, fault in enumerate(world.faults, 1):
        for pattern in fault.meters:
            if not meant(dataclasses.replace(fault, meters=(pattern,)), names):
                note(f"fault {index}", f"the world has no meter {pattern!r}; it has {_few(names)}")


def _check_scales(world: World, note: Callable[[str, str], None]) -> None:
    """A scale talks all the time: nobody else can stand where it does."""
    doors = [(meter.line, meter.host, meter.port) for meter in world.meters]
    for meter, door in zip(world.meters, doors, strict=True):
        if len(meter.address) == 1 and doors.count(door) > 1:
            at = f"line {meter.line}" if meter.line else f"{meter.host}:{meter.port}"
            note(f"meter {meter.name}", f"a scale sends all the time; give it {at} alone")


def _device(meter: MeterSpec, note: Callable[[str, str], None]) -> AnyMap | None:
    try:
        device = register_map(meter.map)
    except MapError as error:
        for problem in error.problems:
            note(f"meter {meter.name}", str(problem))
        return None
    if meter.collector:
        if isinstance(device, RegisterMap):
            return device
        note(f"meter {meter.name}", f"behind a collector a meter has a map of registers; {device.id} is none")
        return None
    if meter.system:
        return device if check_system(meter, device, note) else None
    digits, what = (0, "") if isinstance(device, RegisterMap) else _ADDRESS[device.family]
    if digits and len(meter.address) != digits:
        note(f"meter {meter.name}", f"expected an address of {what} for {device.id}, got {meter.address!r}")
        return None
    if digits and meter.framing and not meter.line:
        note(f"meter {meter.name}", f"map {device.id} is no Modbus device, which alone has a framing; remove framing")
    if not digits and meter.address:
        note(f"meter {meter.name}", f"map {device.id} is Modbus, which has a unit id and no address; remove address")
    return device


def register_map(chosen: str | AnyMap) -> AnyMap:
    """A map by shipped name, by path of a TOML file, or as it is. Raises MapError."""
    if not isinstance(chosen, str):
        return chosen
    if chosen in any_names():
        return any_shipped(chosen)
    if chosen.endswith(".toml"):
        return load_any(Path(chosen))
    raise MapError([Problem(f"map {chosen!r}", f"expected a path ending in .toml or one of {', '.join(any_names())}")])


def _check_point(
    where: str,
    meter: MeterSpec,
    device: AnyMap,
    point: PointSpec,
    plant: Plant | None,
    note: Callable[[str, str], None],
) -> None:
    try:
        register = device.register(point.register)
    except KeyError:
        known = [each.id for each in device.registers]
        note(where, f"map {device.id} has no register {point.register!r}; it has {_few(known)}")
        return
    named = isinstance(device, BusMap) and (device.family == "scale" or identifier_of(device, register.id))
    if isinstance(register, Entry) and not (register.is_number and named):
        note(where, f"register {point.register!r} of map {device.id} is no number of its own; choose another")
        return
    if meter.collector and register.loop is not None:
        note(where, f"register {point.register!r} is an analogue input, which no collector tells; choose another")
    if point.modulus and Decimal(point.modulus) % Decimal(register.resolution):
        note(where, f"modulus {point.modulus} of {point.id!r} is not a multiple of {register.resolution}")
    if plant is None:
        return
    quantity = quantity_of(meter, point, register)
    if quantity and quantity not in plant.quantities:
        note(where, f"point {point.id!r}: the plant has no quantity {quantity!r}")
    elif quantity:
        have, want = plant.quantities[quantity].unit, register.unit
        if UNITS[have][0] != UNITS[want][0]:
            note(where, f"point {point.id!r}: register in {want}, quantity {quantity} in {have}; units do not match")


def quantity_of(meter: MeterSpec, point: PointSpec, register: Register) -> str:
    """The plant's quantity behind a point; empty if the register measures nothing."""
    if point.quantity:
        return point.quantity
    return f"{meter.source}.{register.measure}" if meter.source and register.measure else ""


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


# The world at work.


def build_plant(world: World, chance: Chance) -> Plant:
    """The plant of a world. Raises DescriptionError if its series cannot be used."""
    spec = world.plant
    if spec.kind == "series":
        if spec.file is None:
            raise DescriptionError([Problem(f"{world.where}: plant", "a series plant needs its file")])
        return load_series(
            spec.file,
            world.start_us,
            linear=spec.interpolation == "linear",
            align=spec.align,
            repeat=spec.repeat,
        )
    return Works(chance, world.start_us, spec.circuits)


Within = Callable[[str, Coroutine[Any, Any, None]], Awaitable[None]]
"""Runs a coroutine on the host of this name or address."""


class Site:
    """The world standing: plant, meters behind their gateways and collectors, centres.

    `clock` gives true time, `chance` streams of chance (default: from the world's seed), `observe` takes all events,
    `carriers` gives the meters' end of each serial line. Raises WorldError if the world contradicts itself, ValueError
    if it has serial lines and nobody can make them.
    """

    def __init__(
        self,
        world: World,
        *,
        clock: Clock,
        observe: Observe,
        chance: Chance | None = None,
        carriers: Carriers | None = None,
    ) -> None:
        problems = check_world(world)
        if problems:
            raise WorldError(problems)
        self.world = world
        streams: Callable[[str], random.Random] = chance or seeded(world.seed)
        self.plant: Plant = build_plant(world, streams)
        self.meters: dict[str, Meter] = {}
        self.points: dict[str, PointRow] = {}
        kit = Kit(self.plant, clock, streams, observe, world.start_us)
        lines = {line.name: line for line in world.lines}
        built: list[tuple[MeterSpec, Meter, Station | None]] = []
        behind: dict[str, list[CollectedMeter]] = {}
        for spec in world.meters:
            device = _overridden(register_map(spec.map), spec.points)
            if spec.collector:
                meter = collected_meter(spec, device, kit, world.collectors)
                behind.setdefault(spec.collector, []).append(meter)
            else:
                port = lines[spec.line].settings if spec.line else None
                meter, station = build_meter(spec, device, kit, port)
                built.append((spec, meter, station))
            self.meters[spec.name] = meter
            for point in spec.points:
                self.points[point.id] = _row(world, spec, device, point, meter)
        self.gateways: tuple[Door, ...] = build_doors(built, lines, kit, carriers)
        self._schedule = Schedule(world.faults, self.meters, streams)
        flaws = self._schedule.flaws()
        if flaws:
            raise WorldError([Problem(world.where, flaw) for flaw in flaws])
        subjects = [*subjects_of(world.centres), *collector_subjects(world.collectors)]
        self.trust = Trust(world.start_us, streams, subjects)
        self.collectors: dict[str, MqttCollector | HttpsCollector] = {
            spec.name: build_collector(
                spec,
                behind[spec.name],
                clock=clock,
                chance=streams(f"collector/{spec.name}"),
                observe=observe,
                trust=self.trust,
            )
            for spec in world.collectors
        }
        self._secrets = {spec.name: secrets_of(streams(f"centre/{spec.name}/secrets")) for spec in world.centres}
        self.centres: dict[str, Centre] = {}
        self.platforms: dict[str, JsonCentre] = {}
        self.brokers: dict[str, MqttCentre] = {}
        for spec in world.centres:
            centre = build_centre(
                spec,
                clock=clock,
                chance=streams(f"centre/{spec.name}"),
                observe=observe,
                trust=self.trust,
                secrets=self._secrets[spec.name],
                items=_items(spec, self.points.values()),
                own=own_files(spec, world.start_us)[0],
            )
            if isinstance(centre, Centre):
                self.centres[spec.name] = centre
            elif isinstance(centre, MqttCentre):
                self.brokers[spec.name] = centre
            else:
                self.platforms[spec.name] = centre

    def opcua_side(self, host: str, port: int) -> OpcUaSide:
        """What a client is given to talk to an OPC UA server that asks for security."""
        from simulators.systems.opcua import OpcUaServer, client_identity

        found = (door for door in self.gateways if isinstance(door, OpcUaServer))
        server = next(door for door in found if (door.host, door.port) == (host, port))
        own = client_identity()
        return OpcUaSide(own.certificate_pem, own.key_pem, server.identity.certificate_pem)

    def database(self, given: str) -> str:
        """The URL of a database that the world gives as `given` (empty: the bench's own file)."""
        from simulators.systems.sql import SqlDatabase

        return next(door.url for door in self.gateways if isinstance(door, SqlDatabase) and door.given == given)

    @property
    def everyone(self) -> dict[str, AnyCentre]:
        """Centres of every kind by name: those of HJ 212 first, then the platforms, then the brokers."""
        return {**self.centres, **self.platforms, **self.brokers}

    def collector_side(self, collector: str, choice: Choice = "good") -> TerminalSide:
        """What the terminal is given to talk to a collector. Raises KeyError for one the world lacks."""
        spec = {each.name: each for each in self.world.collectors}[collector]
        return collector_side(spec, self.trust, choice)

    def terminal_side(self, centre: str, choice: Given | None = None) -> TerminalSide:
        """What the terminal is given to talk to a centre (docs/WIRE.md section 7); `choice` is its own certificate.

        Raises KeyError for a centre the world lacks.
        """
        spec = {each.name: each for each in self.world.centres}[centre]
        return terminal_side(spec, self.trust, self._secrets[centre], choice)

    async def start(self, within: Within | None = None) -> None:
        """Listen everywhere; `within` runs each start on its host. A taken port (OSError) leaves nothing open."""
        try:
            for device in (*self.gateways, *self.collectors.values(), *self.everyone.values()):
                if within is None or not device.host:
                    await device.start()
                else:
                    await within(device.host, device.start())
        except OSError:
            await self.stop()
            raise
        self._schedule.start()

    async def stop(self) -> None:
        """Close every port and connection."""
        self._schedule.stop()
        for device in (*self.gateways, *self.collectors.values(), *self.everyone.values()):
            await device.stop()


def _code(centre: CentreSpec, point: PointSpec) -> str:
    """The code of a point at a centre; empty if it is not sent there."""
    given = point.codes.get(centre.name)
    return "" if given == "" else centre.code(given or "", point.code)


def _items(spec: CentreSpec, rows: Iterable[PointRow]) -> dict[str, Item]:
    """The points of a centre by their code there."""
    return {
        row.codes[spec.name]: Item(row.id, "Cou" if row.kind == "counter" else "Avg", row.unit, row.low, row.high)
        for row in rows
        if spec.name in row.codes
    }


def _overridden(device: AnyMap, points: Sequence[PointSpec]) -> AnyMap:
    """The map with the moduli that the world gives."""
    moduli = {point.register: point.modulus for point in points if point.modulus}
    if not moduli:
        return device
    if isinstance(device, BusMap):
        entries = tuple(
            dataclasses.replace(entry, modulus=moduli.get(entry.id, entry.modulus)) for entry in device.registers
        )
        return dataclasses.replace(device, registers=entries)
    registers = tuple(
        dataclasses.replace(register, modulus=moduli.get(register.id, register.modulus))
        for register in device.registers
    )
    return dataclasses.replace(device, registers=registers)


def identifier_of(device: AnyMap, register: str) -> str:
    """The identifier whose answer holds a register of a serial meter; empty if there is none."""
    if isinstance(device, RegisterMap):
        return ""
    block = next((block.identifier for block in device.blocks if register in block.fields), "")
    return device.register(register).identifier or block


def _row(world: World, spec: MeterSpec, device: AnyMap, point: PointSpec, meter: Meter) -> PointRow:
    register = device.register(point.register)
    codes = {centre.name: _code(centre, point) for centre in world.centres}
    port = next((line.settings for line in world.lines if line.name == spec.line), None)
    row = PointRow(
        id=point.id,
        meter=spec.name,
        map=device.id,
        host=spec.host,
        port=spec.port,
        unit_id=spec.unit,
        kind=register.kind,
        unit=register.unit,
        fc=register.fc[0],
        parts=tuple(
            PointPart(address=part.address, count=part.count, type=part.type, order=part.order, factor=part.factor)
            for part in register.parts
        ),
        type=register.parts[-1].type if register.parts else "bcd",
        order=register.parts[-1].order if register.parts else "",
        scale=register.scale,
        decimals=register.decimals,
        resolution=register.resolution,
        modulus=register.modulus,
        rated_per_h=point.rated_per_h or meter.channels[register.id].rated_per_h,
        low=register.low,
        high=register.high,
        ratio=spec.ratio,
        sentinel=register.sentinel,
        gaps=device.gaps,
        codes={centre: code for centre, code in codes.items() if code},
        protocol=_protocol(world, spec, device),
        address=spec.address,
        identifier=identifier_of(device, register.id),
        layout=register.layout if isinstance(register, Entry) else "",
        line=spec.line,
        baud=port.baud if port else 0,
        parity=port.parity if port else "",
        stop_bits=port.stop_bits if port else 0,
        loop=LoopPart(
            low=loop.low,
            high=loop.high,
            full=loop.full,
            zero_ma=loop.zero_ma,
            live_zero=loop.live_zero,
            root=loop.root,
        )
        if (loop := register.loop) is not None
        else None,
        collector=spec.collector,
        tag=tag_of(point) if spec.collector else "",
    )
    if not spec.system:
        return row
    seen = tagged(spec, register)
    part = PointPart(address=0, count=seen.count, type=seen.type, order="ABCD", factor="1")
    return msgspec.structs.replace(
        row,
        parts=(part,),
        type=seen.type,
        order="ABCD",
        scale=seen.scale,
        decimals=seen.decimals,
        sentinel="",
        loop=None,
        tag=seen.tag,
        security=spec.security if spec.system == "opcua" else "",
    )


def _protocol(world: World, spec: MeterSpec, device: AnyMap) -> str:
    """How a point of this meter is reached."""
    if spec.system:
        return spec.system
    if spec.collector:
        return next(each.kind for each in world.collectors if each.name == spec.collector)
    return device.protocol if isinstance(device, BusMap) else f"modbus-{spec.framing or 'tcp'}"


WORLDS_FOLDER = MAPS_FOLDER.parent / "worlds"
"""Where the shipped world files are."""
