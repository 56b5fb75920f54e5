"""One description of everything a terminal is wired to, and that everything standing: plant, meters, centres.

Leaves to others: the network between them and the terminal. A `World` is data (a TOML file or built by hand), a `Site`
is the world at work; it runs unchanged in virtual time and on loopback in real time.
"""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from simulators.centres.hj212 import Centre
from simulators.centres.spec import CentreSpec, build_centre, read_centre
from simulators.clock import Chance, Clock, Observe, seeded
from simulators.meters.bus_maps import AnyMap, BusMap, Entry, any_names, any_shipped, load_any
from simulators.meters.cjt188 import Cjt188Meter
from simulators.meters.dlt645 import Dlt645Meter
from simulators.meters.maps import MAPS_FOLDER, UNITS, MapError, Register, RegisterMap
from simulators.meters.meter import Binding, Meter
from simulators.meters.modbus import ModbusMeter
from simulators.meters.modbus_tcp import Gateway
from simulators.meters.serial_bus import SerialBus
from simulators.meters.serial_meter import SerialMeter
from simulators.plant import Plant, Works, load_series
from simulators.stamps import from_iso
from simulators.tables import NAME, DescriptionError, Problem, Table, read_toml

_ADDRESS_DIGITS = {"dlt645": 12, "cjt188": 14}
_MEMBER = re.compile(r"\{n(?::0(\d+))?\}")


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
class PointSpec:
    """A point: a register of the meter's map under a name of the world.

    `quantity` overrides what the register measures of the meter's source. `code` is the point's code at every centre,
    `codes` overrides it by centre (empty: not sent there). `modulus` and `rated_per_h` override the map's and the
    plant's (decimal text in the register's unit).
    """

    id: str
    register: str
    quantity: str = ""
    code: str = ""
    codes: Mapping[str, str] = field(default_factory=dict[str, str])
    modulus: str = ""
    rated_per_h: str = ""


@dataclass(frozen=True)
class MeterSpec:
    """A meter: its map (a shipped name, a path, or a map built by hand), place, source, and points.

    The protocol follows from the map. A Modbus meter has a unit id; a serial meter behind a transparent serial server
    has an `address`, as a person writes it: 12 digits for DL/T 645, 14 for CJ/T 188 (maker's code first).
    """

    name: str
    map: str | AnyMap
    host: str
    port: int
    unit: int
    source: str
    points: tuple[PointSpec, ...]
    ratio: str = "1"
    serial: int = 20_260_001
    address: str = ""


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
    meters = [meter for table in top.tables("meters", required=True) for meter in _meters(table, folder)]
    centres = [read_centre(table) for table in top.tables("centres", required=True)]
    top.finish()
    world = World(name, seed, start_us, plant, tuple(meters), tuple(centres), where)
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


def _fill(text: str, number: int | None) -> str:
    """Replace {n} and {n:02} by the member's number."""
    if number is None:
        return text
    return _MEMBER.sub(lambda match: f"{number:0{match[1] or 0}d}", text)


def _meters(table: Table, folder: Path) -> list[MeterSpec]:
    """The meter, or with `repeat = [first, last]` one for each number, {n} standing for it and units counting up."""
    name = table.text("name", pattern=r"[A-Za-z0-9{][A-Za-z0-9_.:{}-]*", hint="a name of letters, digits, - _ .")
    maps = table.names("maps", ()) or (table.text("map"),)
    if table.has("map") and table.has("maps"):
        table.problem("maps", "give either map or maps, not both")
    host = table.text("host")
    port = table.integer("port", 1, 65535)
    address = table.text("address", "", r"[0-9A-F]{12}|[0-9A-F]{14}", "12 digits (DL/T 645) or 14 (CJ/T 188)")
    unit = table.integer("unit", 1, 247, 1 if address else None)
    source = table.text("source", "")
    ratio = table.decimal("ratio", "1", positive=True)
    serial = table.integer("serial", 0, 2**32 - 1, 20_260_001)
    span = table.integers("repeat", 0, 999, ())
    points = [_point(each) for each in table.tables("points", required=True)]
    table.finish()
    numbers: Sequence[int | None] = [None]
    if span:
        if len(span) != 2 or span[0] > span[1]:
            table.problem("repeat", f"expected [first, last] such as [1, 29], got {list(span)}")
        else:
            numbers = range(span[0], span[1] + 1)
    if numbers[-1] is not None and not address and unit + len(numbers) - 1 > 247:
        table.problem("unit", f"{len(numbers)} units from {unit} go beyond 247; use a second port")
        numbers = [None]
    meters: list[MeterSpec] = []
    for index, number in enumerate(numbers):
        chosen = maps[index % len(maps)]
        meters.append(
            MeterSpec(
                name=_fill(name, number),
                map=chosen if chosen in any_names() else str(folder / chosen) if ".toml" in chosen else chosen,
                host=_fill(host, number),
                port=port,
                unit=unit if address else unit + index,
                address=_counted(address, index),
                source=_fill(source, number),
                points=tuple(
                    dataclasses.replace(
                        point,
                        id=_fill(point.id, number),
                        quantity=_fill(point.quantity, number),
                        code=_fill(point.code, number),
                        codes={centre: _fill(code, number) for centre, code in point.codes.items()},
                    )
                    for point in points
                ),
                ratio=ratio,
                serial=serial + index,
            )
        )
    return meters


def _counted(address: str, index: int) -> str:
    """The address so many after this one; an address that is no number stays as it is."""
    return f"{int(address) + index:0{len(address)}d}" if address.isdecimal() else address


def _point(table: Table) -> PointSpec:
    point = PointSpec(
        id=table.text("id"),
        register=table.text("register"),
        quantity=table.text("quantity", ""),
        code=table.text("code", ""),
        codes=table.mapping("codes"),
        modulus=table.decimal("modulus", "", positive=True) if table.has("modulus") else "",
        rated_per_h=table.decimal("rated_per_h", "", positive=True) if table.has("rated_per_h") else "",
    )
    table.finish()
    return point


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
            for centre in centres:
                code = point.codes.get(centre, point.code)
                other = codes.setdefault((centre, code), point.id) if code else point.id
                if other != point.id:
                    note(where, f"centre {centre} has the code {code!r} for {other!r} and {point.id!r}; change one")
                if code and not re.fullmatch(r"[A-Za-z0-9]{1,16}", code):
                    note(where, f"the code {code!r} of point {point.id!r} is not 1 to 16 letters and digits")
            if device is not None:
                _check_point(where, meter, device, point, plant, note)
    return problems


def _check_addresses(world: World, note: Callable[[str, str], None]) -> None:
    units: dict[tuple[str, int, int | str], str] = {}
    ports: dict[tuple[str, int], str] = {}
    kinds: dict[tuple[str, int], tuple[str, str]] = {}
    names = [meter.name for meter in world.meters]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            note(f"meter {name}", f"the name is given to several meters ({names.count(name)}); names must differ")
    for meter in world.meters:
        place = (meter.host, meter.port, meter.address or meter.unit)
        if place in units:
            note(
                f"meter {meter.name}",
                f"{'address' if meter.address else 'unit'} {place[2]} at {meter.host}:{meter.port} is already meter "
                f"{units[place]}; units of a port must differ",
            )
        units.setdefault(place, meter.name)
        kind = "serial" if meter.address else "Modbus"
        other, name = kinds.setdefault((meter.host, meter.port), (kind, meter.name))
        if other != kind:
            note(
                f"meter {meter.name}",
                f"{meter.host}:{meter.port} is {other} for meter {name}; choose another port for {kind}",
            )
        ports[(meter.host, meter.port)] = f"meter {meter.name}"
    seen: list[str] = []
    for centre in world.centres:
        if centre.name in seen:
            note(f"centre {centre.name}", "the name is given to several centres; names must differ")
        seen.append(centre.name)
        other = ports.setdefault((centre.host, centre.port), f"centre {centre.name}")
        if other != f"centre {centre.name}":
            note(f"centre {centre.name}", f"{centre.host}:{centre.port} is already {other}; choose another port")


def _device(meter: MeterSpec, note: Callable[[str, str], None]) -> AnyMap | None:
    try:
        device = register_map(meter.map)
    except MapError as error:
        for problem in error.problems:
            note(f"meter {meter.name}", str(problem))
        return None
    digits = 0 if isinstance(device, RegisterMap) else _ADDRESS_DIGITS[device.family]
    if digits and len(meter.address) != digits:
        note(f"meter {meter.name}", f"expected an address of {digits} digits for {device.id}, got {meter.address!r}")
        return None
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
    if isinstance(register, Entry) and not (register.is_number and identifier_of(device, register.id)):
        note(where, f"register {point.register!r} of map {device.id} is no number of its own; choose another")
        return
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


_SERIAL: dict[str, type[SerialMeter]] = {"dlt645": Dlt645Meter, "cjt188": Cjt188Meter}

Within = Callable[[str, Coroutine[Any, Any, None]], Awaitable[None]]
"""Runs a coroutine on the host of this name or address."""


class Site:
    """The world standing: plant, meters behind their gateways, centres.

    `clock` gives true time, `chance` streams of chance (default: from the world's seed), `observe` takes all events.
    Raises WorldError if the world contradicts itself.
    """

    def __init__(self, world: World, *, clock: Clock, observe: Observe, chance: Chance | None = None) -> None:
        problems = check_world(world)
        if problems:
            raise WorldError(problems)
        self.world = world
        streams: Callable[[str], random.Random] = chance or seeded(world.seed)
        self.plant: Plant = build_plant(world, streams)
        self.meters: dict[str, Meter] = {}
        self.points: dict[str, PointRow] = {}
        gateways: dict[tuple[str, int], list[ModbusMeter]] = {}
        buses: dict[tuple[str, int], list[SerialMeter]] = {}
        for spec in world.meters:
            device = _overridden(register_map(spec.map), spec.points)
            place = (spec.host, spec.port)
            bindings = [Binding(point.id, point.register, point.quantity) for point in spec.points]
            if isinstance(device, RegisterMap):
                meter: Meter = ModbusMeter(
                    spec.name,
                    spec.unit,
                    device,
                    self.plant,
                    clock=clock,
                    chance=streams(f"meter/{spec.name}"),
                    observe=observe,
                    source=spec.source,
                    bindings=bindings,
                    ratio=spec.ratio,
                    serial=spec.serial,
                )
                gateways.setdefault(place, []).append(meter)
            else:
                meter = _SERIAL[device.family](
                    spec.name,
                    spec.address,
                    device,
                    self.plant,
                    clock=clock,
                    chance=streams(f"meter/{spec.name}"),
                    observe=observe,
                    since_us=world.start_us,
                    source=spec.source,
                    bindings=bindings,
                    ratio=spec.ratio,
                    serial=spec.serial,
                )
                buses.setdefault(place, []).append(meter)
            self.meters[spec.name] = meter
            for point in spec.points:
                self.points[point.id] = _row(world, spec, device, point, meter)
        self.gateways: tuple[Gateway | SerialBus, ...] = (
            *(Gateway(host, port, each, clock=clock, observe=observe) for (host, port), each in gateways.items()),
            *(SerialBus(host, port, each, clock=clock, observe=observe) for (host, port), each in buses.items()),
        )
        self.centres: dict[str, Centre] = {
            spec.name: build_centre(spec, clock=clock, chance=streams(f"centre/{spec.name}"), observe=observe)
            for spec in world.centres
        }

    async def start(self, within: Within | None = None) -> None:
        """Listen everywhere; `within` runs each start on its host. A taken port (OSError) leaves nothing open."""
        try:
            for device in (*self.gateways, *self.centres.values()):
                if within is None:
                    await device.start()
                else:
                    await within(device.host, device.start())
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every port and connection."""
        for device in (*self.gateways, *self.centres.values()):
            await device.stop()


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
    codes = {centre.name: point.codes.get(centre.name, point.code) for centre in world.centres}
    return PointRow(
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
        protocol=device.protocol if isinstance(device, BusMap) else "modbus-tcp",
        address=spec.address,
        identifier=identifier_of(device, register.id),
        layout=register.layout if isinstance(register, Entry) else "",
    )


WORLDS_FOLDER = MAPS_FOLDER.parent / "worlds"
"""Where the shipped world files are."""
