"""Contradictions between the parts of a world, from a file or built by hand.

Leaves what is wrong in a single field to `read` and to the readers of the parts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from decimal import Decimal

from simulators.centres.kinds import kind_of
from simulators.centres.read import own_files
from simulators.clock import seeded
from simulators.collectors.build import check_collected
from simulators.meters.maps import UNITS, MapError, RegisterMap
from simulators.meters.places import Collected, SerialLine
from simulators.meters.protocols import Note, protocol_of
from simulators.meters.schedule import meant
from simulators.meters.serial.maps import AnyMap, BusMap
from simulators.meters.spec import MeterSpec, PointSpec
from simulators.plant import Plant
from simulators.sentences import NO_SOURCE, TWO_NAMED, Words, few
from simulators.systems.check import check_system, check_systems
from simulators.systems.kinds import SystemPlace
from simulators.tables import DescriptionError, Problem
from simulators.world import sentences as said
from simulators.world.model import World
from simulators.world.parts import build_plant, register_map
from simulators.world.points import code_of, quantity_of


def check_world(world: World) -> list[Problem]:
    """Every contradiction between the parts of a world."""
    problems: list[Problem] = []

    def note(where: str, told: Words) -> None:
        problems.append(Problem(f"{world.where}: {where}", *told))

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
            note(where, NO_SOURCE(source=meter.source, names=few(known)))
        registers: dict[str, str] = {}
        for point in meter.points:
            if point.id in ids:
                note(where, said.POINT_TWICE(point=point.id, meter=ids[point.id]))
            ids.setdefault(point.id, meter.name)
            if point.register in registers:
                note(where, said.REGISTER_TWICE(one=registers[point.register], other=point.id))
            registers.setdefault(point.register, point.id)
            for centre in point.codes:
                if centre not in centres:
                    note(where, said.NO_CENTRE(point=point.id, centre=centre))
            for spec in world.centres:
                centre = spec.name
                code = code_of(spec, point)
                other = codes.setdefault((centre, code), point.id) if code else point.id
                if other != point.id:
                    note(where, said.CODE_TWICE(centre=centre, code=code, one=other, other=point.id))
                if code and (wrong := kind_of(spec).code_flaw(code)):
                    note(where, said.CODE(code=code, point=point.id, wrong=wrong))
            if device is not None:
                _check_point(where, meter, device, point, plant, note)
    return problems


def _check_addresses(world: World, note: Note) -> None:
    units: dict[tuple[Hashable, int | str], str] = {}
    ports: dict[tuple[str, int], str] = {}
    kinds: dict[Hashable, tuple[str, str]] = {}
    lines = [line.name for line in world.lines]
    for name in dict.fromkeys(lines):
        if lines.count(name) > 1:
            note(f"line {name}", TWO_NAMED(kind=said.LINES))
    names = [meter.name for meter in world.meters]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            note(f"meter {name}", said.METER_TWICE(count=names.count(name)))
    for meter in world.meters:
        at = meter.place
        if isinstance(at, SerialLine) and at.device not in lines:
            note(f"meter {meter.name}", said.NO_LINE(line=at.device, names=few(lines)))
        kind = at.spoken
        if not kind:
            continue
        door: Hashable = at.door if isinstance(at, SerialLine) else at.at
        place = (door, meter.name if isinstance(at, SystemPlace) else meter.address or meter.unit)
        if place in units:
            note(
                f"meter {meter.name}",
                said.UNIT_TWICE(
                    what=said.ADDRESS if meter.address else said.UNIT, number=place[1], place=at, meter=units[place]
                ),
            )
        units.setdefault(place, meter.name)
        other, name = kinds.setdefault(door, (kind, meter.name))
        if other != kind:
            note(f"meter {meter.name}", said.OTHER_KIND(place=at, other=other, meter=name, kind=kind))
        if meter.framing:
            other, name = kinds.setdefault((door, "framing"), (meter.framing, meter.name))
            if other != meter.framing:
                note(f"meter {meter.name}", said.OTHER_FRAMING(place=at, framing=other.upper(), meter=name))
        if at.at[0]:
            ports[at.at] = f"meter {meter.name}"
    for collector in world.collectors:
        other = ports.setdefault((collector.host, collector.port), f"collector {collector.name}")
        if other != f"collector {collector.name}":
            at = f"{collector.host}:{collector.port}"
            note(f"collector {collector.name}", said.PLACE_TAKEN(place=at, other=other))
    seen: list[str] = [collector.name for collector in world.collectors]
    for centre in world.centres:
        if centre.name in seen:
            note(f"centre {centre.name}", TWO_NAMED(kind=said.CENTRES))
        seen.append(centre.name)
        for port in centre.ports:
            other = ports.setdefault((centre.host, port), f"centre {centre.name}")
            if other != f"centre {centre.name}":
                note(f"centre {centre.name}", said.PLACE_TAKEN(place=f"{centre.host}:{port}", other=other))
        lists = world.revocation
        if lists is not None and (lists.host, lists.port) == (centre.host, centre.port):
            place = f"{lists.host}:{lists.port}"
            note("revocation", said.PLACE_TAKEN(place=place, other=f"centre {centre.name}"))
        for role, en, zh in own_files(centre, world.start_us)[1]:
            note(f"centre {centre.name}: files.{role}", Words(en, zh))


def _check_faults(world: World, note: Note) -> None:
    names = [meter.name for meter in world.meters]
    for index, fault in enumerate(world.faults, 1):
        for pattern in fault.meters:
            if not meant(dataclasses.replace(fault, meters=(pattern,)), names):
                note(f"fault {index}", said.NO_METER(meter=pattern, names=few(names)))


def _check_speakers(world: World, note: Note) -> None:
    """One that sends without being asked, a scale, talks all the time: nobody else can stand where it does."""
    doors = [meter.place.door for meter in world.meters]
    for meter, door in zip(world.meters, doors, strict=True):
        if doors.count(door) > 1 and _speaks(meter):
            note(f"meter {meter.name}", said.SPEAKS(place=meter.place))


def _speaks(meter: MeterSpec) -> bool:
    """Whether it sends without being asked; False of a map that cannot be read, which is told elsewhere."""
    try:
        return bool(meter.address) and register_map(meter.map).speaks
    except MapError:
        return False


def _device(meter: MeterSpec, note: Note) -> AnyMap | None:
    try:
        device = register_map(meter.map)
    except MapError as error:
        for problem in error.problems:
            note(f"meter {meter.name}: {problem.where}", Words(problem.text, problem.zh))
        return None
    if isinstance(meter.place, Collected):
        if isinstance(device, RegisterMap):
            return device
        note(f"meter {meter.name}", said.NOT_REGISTERS(map=device.id))
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
    note: Note,
) -> None:
    try:
        register = device.register(point.register)
    except KeyError:
        known = [each.id for each in device.registers]
        note(where, said.NO_REGISTER(map=device.id, register=point.register, names=few(known)))
        return
    if isinstance(device, BusMap) and not _readable(device, register.id):
        note(where, said.NO_NUMBER(register=point.register, map=device.id))
        return
    if isinstance(meter.place, Collected) and register.loop is not None:
        note(where, said.ANALOGUE_COLLECTED(register=point.register))
    if point.modulus and Decimal(point.modulus) % Decimal(register.resolution):
        note(where, said.MODULUS(modulus=point.modulus, point=point.id, resolution=register.resolution))
    if plant is None:
        return
    quantity = quantity_of(meter, point, register)
    if quantity and quantity not in plant.quantities:
        note(where, said.NO_QUANTITY(point=point.id, quantity=quantity))
    elif quantity:
        have, want = plant.quantities[quantity].unit, register.unit
        if UNITS[have][0] != UNITS[want][0]:
            note(where, said.UNITS(point=point.id, want=want, quantity=quantity, have=have))


def _readable(device: BusMap, name: str) -> bool:
    """Whether a register is a number that a reader can ask for."""
    return device.register(name).is_number and (
        not protocol_of(device).by_identifier or bool(device.identifier_of(name))
    )
