"""Modbus devices in the reference terminal's configuration: unit, function, registers, analogue inputs.

Leaves everything that all meters have to `reference_meters`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_protocols import MeterTables
from simulators.meters.modbus.point_row import RegistersRow
from simulators.world import MeterSpec, PointRow


class _Modbus(MeterTables):
    def place(self, spec: MeterSpec, word: str) -> dict[str, Any]:
        del word
        return {"unit": spec.unit}

    def point(self, spec: MeterSpec, row: PointRow) -> dict[str, Any]:
        del spec
        asked = row.of(RegistersRow)
        made: dict[str, Any] = {
            "function": asked.fc,
            "parts": [
                {"address": part.address, "type": part.type, "order": part.order, "factor": part.factor}
                for part in asked.parts
            ],
            "scale": "1" if asked.loop is not None else row.scale,
        }
        if asked.loop is not None:
            made["analog"] = {
                "raw_high": asked.loop.full,
                "current_low": asked.loop.zero_ma,
                "low": asked.loop.low,
                "high": asked.loop.high,
                "root": asked.loop.root,
                "zero": 4 if asked.loop.live_zero else 0,
            }
        return made


TABLES = _Modbus()
