"""CJ/T 188 meters in the reference terminal's configuration: address, identifier, and what their answers look like.

Leaves everything that all meters have to `reference_meters`.
"""

from __future__ import annotations

from typing import Any, cast

from bench.dut.reference_protocols import MeterTables
from simulators.meters.serial.maps import BusMap
from simulators.world import MeterSpec, PointRow, register_map

# Answers of CJ/T 188 that the terminal knows by themselves: fields in order.
_WATER = ("volume", "settled:volume", "clock", "status")
_HEAT = ("settled:heat", "heat", "power", "flow", "volume", "supply", "return", "hours", "clock", "status")
_OCTETS = {"clock": 7, "status": 2}


class _Cjt188(MeterTables):
    def layout(self, spec: MeterSpec) -> dict[str, Any]:
        """What a meter's answers look like: a layout the terminal knows, or its own, field by field."""
        device = cast(BusMap, register_map(spec.map))
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

    def point(self, spec: MeterSpec, row: PointRow) -> dict[str, Any]:
        register = next(point.register for point in spec.points if point.id == row.id)
        return {**super().point(spec, row), "field": register}


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


TABLES = _Cjt188()
