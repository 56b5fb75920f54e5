"""The point table: for each point all a terminal must be told to read it, and all a judge must know of it.

Leaves the devices themselves to the meters and the values to the plant.
"""

from __future__ import annotations

import msgspec

from simulators.centres.kinds import kind_of
from simulators.centres.spec import CentreSpec
from simulators.collectors.build import tag_of
from simulators.meters.maps import Register
from simulators.meters.meter import Meter
from simulators.meters.places import Collected, SerialLine
from simulators.meters.protocols import protocol_of
from simulators.meters.serial.maps import AnyMap
from simulators.meters.spec import MeterSpec, PointSpec
from simulators.systems.check import tagged
from simulators.systems.kinds import SystemPlace
from simulators.systems.kinds import kind_of as kind_of_system
from simulators.world.model import World


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
    identifier or the tag of its rows there, and `security` is what the OPC UA server asks for. A point with `counted`
    (net, loads) is not shown by its weighing indicator: whoever reads the weights counts it from them.
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
    counted: str = ""


def quantity_of(meter: MeterSpec, point: PointSpec, register: Register) -> str:
    """The plant's quantity behind a point; empty if the register measures nothing."""
    if point.quantity:
        return point.quantity
    return f"{meter.source}.{register.measure}" if meter.source and register.measure else ""


def code_of(centre: CentreSpec, point: PointSpec) -> str:
    """The code of a point at a centre, its own in the centre's form if none is given; empty if it is not sent there."""
    given = point.codes.get(centre.name)
    return kind_of(centre).code(point.code) if given is None else given


def point_row(world: World, spec: MeterSpec, device: AnyMap, point: PointSpec, meter: Meter) -> PointRow:
    """The row of one point of a meter built from `device`."""
    register = device.register(point.register)
    codes = {centre.name: code_of(centre, point) for centre in world.centres}
    line = spec.place.device if isinstance(spec.place, SerialLine) else ""
    port = next((each.settings for each in world.lines if each.name == line), None)
    collector = spec.place.collector if isinstance(spec.place, Collected) else ""
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
        line=line,
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
        collector=collector,
        tag=tag_of(point) if collector else "",
        **protocol_of(device).row(device, register),
    )
    if not isinstance(spec.place, SystemPlace):
        return row
    seen = tagged(spec, spec.place, register)
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
        **kind_of_system(spec.place).row(spec.place),
    )


def _protocol(world: World, spec: MeterSpec, device: AnyMap) -> str:
    """How a point of this meter is reached."""
    match spec.place:
        case SystemPlace(system=system):
            return system
        case Collected(name):
            return next(each.kind for each in world.collectors if each.name == name)
        case _:
            return protocol_of(device).word(spec, device)
