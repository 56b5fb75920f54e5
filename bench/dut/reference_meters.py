"""Meters of the bench's world as tables of the reference terminal's configuration.

Leaves centres to reference_centres and the terminal itself to reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bench.dut import Seat
from bench.dut.systems import system_of
from simulators.meters.scale.frames import COMMANDED
from simulators.meters.serial.maps import SCALES, BusMap
from simulators.world import MeterSpec, PointRow, register_map

# Unit names of the bench's register maps that the terminal calls otherwise.
_UNITS = {"degC": "°C"}


# What runs on a serial line, by family; a serial server carries it.
_DLT645, _CJT188 = ("dlt645-2007", "dlt645-1997"), ("cjt188-2004", "cjt188-2018")
_DRIVERS = ("modbus-tcp", "modbus-rtu", "modbus-ascii", *_DLT645, *_CJT188, *SCALES, "mqtt", "https", "opcua", "sql")


class NoDriver(Exception):
    """A world with meters that the reference terminal cannot read."""


Place = tuple[str, str, int]
"""Serial line of the world, or host and port."""
Places = Mapping[Place, str]
"""Name of the terminal's gateway or line by place."""
_PARITIES = {"E": "even", "O": "odd", "N": "none"}


def gateways_of(seat: Seat) -> Places:
    """A gateway for every host and port that Modbus TCP meters stand at. Raises NoDriver."""
    foreign = sorted({row.protocol for row in seat.site.points.values()} - set(_DRIVERS))
    if foreign:
        raise NoDriver(
            f"the reference terminal has no driver for {', '.join(foreign)}; leave those meters out "
            "/ 参考终端没有相应驱动"
        )
    return _places(seat, "g", serial=False)


def lines_of(seat: Seat) -> Places:
    """A line for every serial line of the world and every serial server."""
    return _places(seat, "l", serial=True)


def line_table(seat: Seat, name: str, place: Place) -> dict[str, Any]:
    """One line of the configuration: the world's serial servers know no speed of their own."""
    device, host, port = place
    if not device:
        return {"id": name, "host": host, "port": port, "baud": 9600}
    row = next(row for row in seat.site.points.values() if row.line == device)
    return {
        "id": name,
        "device": seat.device(device),
        "baud": row.baud,
        "parity": _PARITIES[row.parity],
        "stop_bits": str(row.stop_bits),
    }


def _places(seat: Seat, letter: str, *, serial: bool) -> Places:
    protocols = _protocols(seat)
    places: dict[Place, str] = {}
    for spec in seat.site.world.meters:
        if spec.collector or spec.system:
            continue
        if (protocols.get(spec.name, "modbus-tcp") != "modbus-tcp") == serial:
            places.setdefault(_of(spec), f"{letter}{len(places) + 1}")
    return places


def _of(spec: MeterSpec) -> Place:
    return (spec.line, "", 0) if spec.line else ("", spec.host, spec.port)


def _protocols(seat: Seat) -> dict[str, str]:
    """The protocol of every meter; Modbus on a line is RTU unless the world says otherwise."""
    return {
        row.meter: "modbus-rtu" if row.line and row.protocol == "modbus-tcp" else row.protocol
        for row in seat.site.points.values()
    }


def meters_of(seat: Seat, gateways: Places, lines: Places) -> list[dict[str, Any]]:
    """All meters with their points.

    `standbys` of the settings names for a meter the one it stands in for: its points are that one's, in their order.
    """
    settings, site = seat.settings, seat.site
    standbys: Mapping[str, str] = settings.get("standbys", {})
    points = {
        spec.name: [_point(spec, row) for row in site.points.values() if row.meter == spec.name]
        for spec in site.world.meters
    }
    sources: Mapping[str, str] = settings.get("emission_sources", {})
    for point in (point for group in points.values() for point in group):
        if point["id"] in sources:
            point["emission_source"] = sources[point["id"]]
    for spare, main in standbys.items():
        for mine, its in zip(points[spare], points[main], strict=True):
            mine["id"] = its["id"]
    periods: Mapping[str, float] = settings["periods"]
    records: Mapping[str, str] = settings.get("records", {})
    protocols = _protocols(seat)
    return [
        {
            "id": spec.name,
            **_place(seat, spec, protocols.get(spec.name, "modbus-tcp"), gateways, lines),
            "period_s": int(periods.get(spec.name, settings["period_s"])),
            **({"max_gap": 0} if _strict(seat, spec) else {}),
            **_layout(spec),
            **({"records": records[spec.name]} if spec.name in records else {}),
            **({"standby_for": standbys[spec.name]} if spec.name in standbys else {}),
            "points": points[spec.name],
        }
        for spec in site.world.meters
    ]


def _place(seat: Seat, spec: MeterSpec, protocol: str, gateways: Places, lines: Places) -> dict[str, Any]:
    if spec.system:
        return {"system": system_of(seat, spec)}
    if spec.collector:
        collector = next(each for each in seat.site.world.collectors if each.name == spec.collector)
        return {"collector": spec.collector, "node": collector.node(spec.name)}
    if protocol == "modbus-tcp":
        return {"gateway": gateways[_of(spec)], "unit": spec.unit}
    place: dict[str, Any] = {"line": lines[_of(spec)], "protocol": protocol}
    if protocol in SCALES:
        return {**place, "address": spec.address} if protocol == COMMANDED else place
    return {**place, "address": spec.address} if spec.address else {**place, "unit": spec.unit}


def _strict(seat: Seat, spec: MeterSpec) -> bool:
    """Whether it is a Modbus device that refuses a read across unused registers."""
    if spec.address or spec.collector or spec.system:
        return False
    return any(row.gaps == "exception" for row in seat.site.points.values() if row.meter == spec.name)


# Answers of CJ/T 188 that the terminal knows by themselves: fields in order.
_WATER = ("volume", "settled:volume", "clock", "status")
_HEAT = ("settled:heat", "heat", "power", "flow", "volume", "supply", "return", "hours", "clock", "status")
_OCTETS = {"clock": 7, "status": 2}


def _layout(spec: MeterSpec) -> dict[str, Any]:
    """What a CJ/T 188 meter's answers look like: a layout the terminal knows, or its own, field by field."""
    device = register_map(spec.map)
    if not isinstance(device, BusMap) or device.family != "cjt188":
        return {}
    made: dict[str, Any] = {"kind": device.settings.kind}
    if device.settings.identifier_order == "high":
        made["identifier_order"] = "high"
    fields = device.blocks[0].fields
    registers = [device.register(name) for name in fields if name not in _OCTETS and ":" not in name]
    coded = any(register.code for register in registers)
    if fields in (_WATER, _HEAT) and coded:
        return {**made, "layout": "unit-first"} if device.settings.unit_first else made
    order = "code-first" if device.settings.unit_first else "code"
    return {**made, "layout": "own", "fields": [_field(device, name, order) for name in fields]}


def _field(device: BusMap, name: str, order: str) -> dict[str, Any]:
    if name in _OCTETS:
        return {"name": name, "octets": _OCTETS[name]}
    register = device.register(name.removeprefix("settled:"))
    if not register.layout:
        return {"octets": len(register.octets) // 2}
    return {
        "name": name.replace(":", "_"),
        "format": register.layout,
        "unit": order if register.code else "none",
        "signed": register.signed,
    }


def _point(spec: MeterSpec, row: PointRow) -> dict[str, Any]:
    made: dict[str, Any] = {"id": row.id, "kind": row.kind, "unit": _UNITS.get(row.unit, row.unit)}
    if row.collector or spec.system:
        made["tag"] = row.tag
    elif row.identifier:
        made |= {"identifier": row.identifier, "format": row.layout}
        if row.protocol in _CJT188:
            made["field"] = next(point.register for point in spec.points if point.id == row.id)
    elif row.protocol in SCALES:
        made["item"] = row.counted or "weight"
    else:
        made["function"] = row.fc
        made["parts"] = [
            {"address": part.address, "type": part.type, "order": part.order, "factor": part.factor}
            for part in row.parts
        ]
        made["scale"] = "1" if row.loop is not None else row.scale
    if row.decimals >= 0:
        made["decimals"] = row.decimals
    for key, text in (
        ("modulus", row.modulus),
        ("min", row.low),
        ("max", row.high),
        # Of the quantity, as the terminal takes it; the other numbers are those of the meter.
        ("rated_per_h", f"{Decimal(row.rated_per_h) * Decimal(row.ratio):f}" if row.rated_per_h else ""),
        ("ratio", "" if row.ratio == "1" else row.ratio),
    ):
        if text:
            made[key] = text
    if row.loop is not None and not row.collector:
        made["analog"] = {
            "raw_high": row.loop.full,
            "current_low": row.loop.zero_ma,
            "low": row.loop.low,
            "high": row.loop.high,
            "root": row.loop.root,
            "zero": 4 if row.loop.live_zero else 0,
        }
    if row.sentinel and not row.collector:
        made["sentinels"] = [row.sentinel]
    return made
