"""DL/T 645 meters in the reference terminal's configuration: address, identifier, format.

Leaves everything that all meters have to `reference_meters`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_protocols import MeterTables
from simulators.meters.serial.maps import BusMap
from simulators.world import MeterSpec, register_map

_ROOM = 64


class _Tables(MeterTables):
    def layout(self, spec: MeterSpec) -> dict[str, Any]:
        """A meter with little room in a frame is read by blocks, so that they come in parts; any other by values."""
        device = register_map(spec.map)
        parted = isinstance(device, BusMap) and device.settings.answer_octets < _ROOM
        return {"blocks": True} if parted else {}


TABLES = _Tables()
