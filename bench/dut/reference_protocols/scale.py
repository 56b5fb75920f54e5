"""Weighing indicators in the reference terminal's configuration: letters of those asked, weight or what is counted.

Leaves everything that all meters have to `reference_meters`.
"""

from __future__ import annotations

from typing import Any

from bench.dut.reference_protocols import MeterTables
from simulators.meters.scale.descriptor import WeighedRow
from simulators.meters.scale.frames import COMMANDED
from simulators.world import MeterSpec, PointRow


class _Scale(MeterTables):
    def place(self, spec: MeterSpec, word: str) -> dict[str, Any]:
        return {"address": spec.address} if word == COMMANDED else {}

    def point(self, spec: MeterSpec, row: PointRow) -> dict[str, Any]:
        del spec
        return {"item": row.of(WeighedRow).counted or "weight"}


TABLES = _Scale()
