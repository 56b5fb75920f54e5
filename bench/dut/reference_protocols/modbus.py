"""Modbus devices in the reference terminal's configuration: unit, function, registers, analogue inputs.

Leaves everything that all meters have to `reference_meters`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_protocols import MeterTables
from simulators.world import MeterSpec, PointRow


class _Modbus(MeterTables):
    def place(self, spec: MeterSpec, word: str) -> dict[str, Any]:
        del word
        return {"unit": spec.unit}

    def point(self, spec: MeterSpec, row: PointRow) -> dict[str, Any]:
        del spec
        made: dict[str, Any] = {
            "function": row.fc,
            "parts": [
                {"address": part.address, "type": part.type, "order": part.order, "factor": part.factor}
                for part in row.parts
            ],
            "scale": "1" if row.loop is not None else row.scale,
        }
        if row.loop is not None:
            made["analog"] = {
                "raw_high": row.loop.full,
                "current_low": row.loop.zero_ma,
                "low": row.loop.low,
                "high": row.loop.high,
                "root": row.loop.root,
                "zero": 4 if row.loop.live_zero else 0,
            }
        return made


TABLES = _Modbus()
