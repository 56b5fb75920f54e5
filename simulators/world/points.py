"""The point table: for each point all a terminal must be told to read it, and all a judge must know of it.

Leaves the devices themselves to the meters and the values to the plant.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec

from simulators.centres.kinds import kind_of
from simulators.centres.spec import CentreSpec
from simulators.collectors.build import tag_of
from simulators.meters.maps import Register
from simulators.meters.meter import Meter
from simulators.meters.modbus.point_row import PointPart
from simulators.meters.places import Collected, SerialLine
from simulators.meters.point_rows import HandedRow, OwnRow
from simulators.meters.protocols import protocol_of, protocols
from simulators.meters.serial.maps import AnyMap
from simulators.meters.spec import MeterSpec, PointSpec
from simulators.systems.check import tagged
from simulators.systems.kinds import SystemPlace, TaggedRow
from simulators.systems.kinds import kind_of as kind_of_system
from simulators.systems.kinds import kinds as system_kinds
from simulators.world.model import World


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """The serial line that a point's meter is on: the name of its device, and the settings of its port."""

    name: str
    baud: int
    parity: str
    stop_bits: int


R = TypeVar("R", bound=OwnRow)


class PointRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the point table: all a terminal must be told to read a point, and all a judge must know of it.

    `protocol` is what the meter speaks, or who hands the point on (mqtt, https, opcua, sql). `own` is what only such
    points have. The value is the raw number (of `type`: u16, f32, bcd …) times `scale`, but for binary floats, whose
    `decimals` is -1; `sentinel` is the raw number that means none. `ratio` (CT x PT) is not in the registers. Numbers
    are decimal text in `unit`. `codes` maps centre to code. One behind a serial server has `host` and `port`, one on a
    line of the world its `line`.
    """

    id: str
    meter: str
    map: str
    host: str
    port: int
    kind: str
    unit: str
    type: str
    scale: str
    decimals: int
    resolution: str
    modulus: str
    rated_per_h: str
    low: str
    high: str
    ratio: str
    sentinel: str
    codes: dict[str, str]
    protocol: str
    own: OwnRow
    line: LineRow | None = None

    def of(self, kind: type[R]) -> R:
        """What only points of this kind have. Raises TypeError for a point of another."""
        if not isinstance(self.own, kind):
            raise TypeError(f"point {self.id} is read by {self.protocol} and has no {kind.__name__}")
        return self.own


class CollectedRow(HandedRow, frozen=True, kw_only=True):
    """A point as a collector tells of it, under its tag."""

    collector: str = ""


_ON_LINE = {"line": "", "baud": 0, "parity": "", "stop_bits": 0}
"""What tables say of a point whose meter is on no line."""


def told(row: PointRow) -> dict[str, Any]:
    """A row as tables for all kinds have it: without structs, with the fields of every kind (`names`)."""
    common = msgspec.to_builtins(row)
    line, own = common.pop("line"), common.pop("own")
    port = _ON_LINE if line is None else {**line, "line": line["name"]}
    made = {**_defaults(), **_flat(own), **common, **port}
    made.pop("name", None)
    return made


def _flat(own: dict[str, Any]) -> dict[str, Any]:
    behind = own.pop("behind", None)
    return own if behind is None else {**_flat(behind), **own}


@cache
def _defaults() -> Mapping[str, Any]:
    return {
        each.name: msgspec.to_builtins(each.default)
        for kind in _kinds()
        for each in msgspec.structs.fields(kind)
        if each.default is not msgspec.NODEFAULT
    }


def _kinds() -> tuple[type[OwnRow], ...]:
    """What points of each kind have."""
    return (
        *(protocol.row_type for protocol in protocols().values()),
        CollectedRow,
        *(kind.row_type for kind in system_kinds().values()),
    )


@cache
def names() -> frozenset[str]:
    """The fields of a row as tables for all kinds have it."""
    own = {name for kind in _kinds() for name in kind.__struct_fields__} - {"behind"}
    return frozenset({*PointRow.__struct_fields__, *own, *_ON_LINE} - {"own"})


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
    own: OwnRow = protocol_of(device).row(spec, device, register)
    if isinstance(spec.place, Collected):
        own = CollectedRow(behind=own, collector=spec.place.collector, tag=tag_of(point))
    row = PointRow(
        id=point.id,
        meter=spec.name,
        map=device.id,
        host=spec.host,
        port=spec.port,
        kind=register.kind,
        unit=register.unit,
        type=register.parts[-1].type if register.parts else "bcd",
        scale=register.scale,
        decimals=register.decimals,
        resolution=register.resolution,
        modulus=register.modulus,
        rated_per_h=point.rated_per_h or meter.channels[register.id].rated_per_h,
        low=register.low,
        high=register.high,
        ratio=spec.ratio,
        sentinel=register.sentinel,
        codes={centre: code for centre, code in codes.items() if code},
        protocol=_protocol(world, spec, device),
        own=own,
        line=_line(world, spec),
    )
    if not isinstance(spec.place, SystemPlace):
        return row
    seen = tagged(spec, spec.place, register)
    part = PointPart(address=0, count=seen.count, type=seen.type, order="ABCD", factor="1")
    node = TaggedRow(behind=own, tag=seen.tag, parts=(part,), order="ABCD")
    return msgspec.structs.replace(
        row,
        type=seen.type,
        scale=seen.scale,
        decimals=seen.decimals,
        sentinel="",
        own=kind_of_system(spec.place).row(spec.place, node),
    )


def _line(world: World, spec: MeterSpec) -> LineRow | None:
    """The line of the world that a meter is on."""
    if not isinstance(spec.place, SerialLine):
        return None
    name = spec.place.device
    port = next(each.settings for each in world.lines if each.name == name)
    return LineRow(name=name, baud=port.baud, parity=port.parity, stop_bits=port.stop_bits)


def _protocol(world: World, spec: MeterSpec, device: AnyMap) -> str:
    """How a point of this meter is reached."""
    match spec.place:
        case SystemPlace(system=system):
            return system
        case Collected(name):
            return next(each.kind for each in world.collectors if each.name == name)
        case _:
            return protocol_of(device).word(spec, device)
