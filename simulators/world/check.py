"""Contradictions between the parts of a world, from a file or built by hand.

Leaves what is wrong in a single field to `read` and to the readers of the parts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal

from simulators.centres.kinds import kind_of
from simulators.centres.read import own_files
from simulators.clock import seeded
from simulators.collectors.build import check_collected
from simulators.meters.maps import UNITS, MapError, RegisterMap
from simulators.meters.places import Collected, SerialLine
from simulators.meters.protocols import protocol_of
from simulators.meters.schedule import meant
from simulators.meters.serial.maps import AnyMap, BusMap
from simulators.meters.spec import MeterSpec, PointSpec
from simulators.plant import Plant
from simulators.systems.check import check_system, check_systems
from simulators.systems.kinds import SystemPlace
from simulators.tables import DescriptionError, Problem
from simulators.world.model import World
from simulators.world.parts import build_plant, register_map
from simulators.world.points import code_of, quantity_of


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
    _check_speakers(world, note)
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
                code = code_of(spec, point)
                other = codes.setdefault((centre, code), point.id) if code else point.id
                if other != point.id:
                    note(where, f"centre {centre} has the code {code!r} for {other!r} and {point.id!r}; change one")
                if code and (wrong := kind_of(spec).code_flaw(code)):
                    note(where, f"the code {code!r} of point {point.id!r} {wrong}")
            if device is not None:
                _check_point(where, meter, device, point, plant, note)
    return problems


def _check_addresses(world: World, note: Callable[[str, str], None]) -> None:
    units: dict[tuple[Hashable, int | str], str] = {}
    ports: dict[tuple[str, int], str] = {}
    kinds: dict[Hashable, tuple[str, str]] = {}
    lines = [line.name for line in world.lines]
    for name in dict.fromkeys(lines):
        if lines.count(name) > 1:
            note(f"line {name}", "the name is given to several lines; names must differ")
    names = [meter.name for meter in world.meters]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            note(f"meter {name}", f"the name is given to several meters ({names.count(name)}); names must differ")
    for meter in world.meters:
        at = meter.place
        if isinstance(at, SerialLine) and at.device not in lines:
            known = ", ".join(lines) or "none"
            note(f"meter {meter.name}", f"the world has no line {at.device!r}; it has {known}")
        kind = at.spoken
        if not kind:
            continue
        door: Hashable = at.door if isinstance(at, SerialLine) else at.at
        place = (door, meter.name if isinstance(at, SystemPlace) else meter.address or meter.unit)
        if place in units:
            note(
                f"meter {meter.name}",
                f"{'address' if meter.address else 'unit'} {place[1]} at {at} is already meter "
                f"{units[place]}; units of a port must differ",
            )
        units.setdefault(place, meter.name)
        other, name = kinds.setdefault(door, (kind, meter.name))
        if other != kind:
            note(f"meter {meter.name}", f"{at} is {other} for meter {name}; choose another port for {kind}")
        if meter.framing:
            other, name = kinds.setdefault((door, "framing"), (meter.framing, meter.name))
            if other != meter.framing:
                text = f"{at} is Modbus {other.upper()} for meter {name}; all Modbus devices of a line speak the same"
                note(f"meter {meter.name}", text)
        if at.at[0]:
            ports[at.at] = f"meter {meter.name}"
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
        for port in centre.ports:
            other = ports.setdefault((centre.host, port), f"centre {centre.name}")
            if other != f"centre {centre.name}":
                note(f"centre {centre.name}", f"{centre.host}:{port} is already {other}; choose another port")
        lists = world.revocation
        if lists is not None and (lists.host, lists.port) == (centre.host, centre.port):
            note("revocation", f"{lists.host}:{lists.port} is already centre {centre.name}; choose another port")
        for role, text in own_files(centre, world.start_us)[1]:
            note(f"centre {centre.name}: files.{role}", text)


def _check_faults(world: World, note: Callable[[str, str], None]) -> None:
    names = [meter.name for meter in world.meters]
    for index, fault in enumerate(world.faults, 1):
        for pattern in fault.meters:
            if not meant(dataclasses.replace(fault, meters=(pattern,)), names):
                note(f"fault {index}", f"the world has no meter {pattern!r}; it has {_few(names)}")


def _check_speakers(world: World, note: Callable[[str, str], None]) -> None:
    """One that sends without being asked, a scale, talks all the time: nobody else can stand where it does."""
    doors = [meter.place.door for meter in world.meters]
    for meter, door in zip(world.meters, doors, strict=True):
        if doors.count(door) > 1 and _speaks(meter):
            note(f"meter {meter.name}", f"a scale sends all the time; give it {meter.place} alone")


def _speaks(meter: MeterSpec) -> bool:
    """Whether it sends without being asked; False of a map that cannot be read, which is told elsewhere."""
    try:
        return bool(meter.address) and register_map(meter.map).speaks
    except MapError:
        return False


def _device(meter: MeterSpec, note: Callable[[str, str], None]) -> AnyMap | None:
    try:
        device = register_map(meter.map)
    except MapError as error:
        for problem in error.problems:
            note(f"meter {meter.name}", str(problem))
        return None
    if isinstance(meter.place, Collected):
        if isinstance(device, RegisterMap):
            return device
        note(f"meter {meter.name}", f"behind a collector a meter has a map of registers; {device.id} is none")
        return None
    if isinstance(meter.place, SystemPlace):
        return device if check_system(meter, meter.place, device, note) else None
    return device if protocol_of(device).check(meter, device, note) else None


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
    if isinstance(device, BusMap) and not _readable(device, register.id):
        note(where, f"register {point.register!r} of map {device.id} is no number of its own; choose another")
        return
    if isinstance(meter.place, Collected) and register.loop is not None:
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


def _readable(device: BusMap, name: str) -> bool:
    """Whether a register is a number that a reader can ask for."""
    return device.register(name).is_number and (
        not protocol_of(device).by_identifier or bool(device.identifier_of(name))
    )


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
