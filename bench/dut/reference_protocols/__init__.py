"""How the reference terminal is told of meters, one module a protocol, by the protocol's id.

Leaves to others: places, periods and what all points have (`reference_meters`). A protocol without a module here is one
that the reference terminal has no driver for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from simulators.meters.protocols import protocol_of
from simulators.meters.serial.protocol import IdentifiedRow
from simulators.world import MeterSpec, PointRow, register_map


class MeterTables:
    """The tables of the terminal's configuration that a protocol fills in its own way."""

    def place(self, spec: MeterSpec, word: str) -> dict[str, Any]:
        """How a meter on a line is told apart; `word` is the protocol's name in the point table."""
        del word
        return {"address": spec.address}

    def layout(self, spec: MeterSpec) -> dict[str, Any]:
        """What a meter's answers look like, where the terminal must be told."""
        del spec
        return {}

    def point(self, spec: MeterSpec, row: PointRow) -> dict[str, Any]:
        """How a point is asked for."""
        del spec
        asked = row.of(IdentifiedRow)
        return {"identifier": asked.identifier, "format": asked.layout}


@cache
def driven() -> tuple[str, ...]:
    """Ids of the protocols that the reference terminal has a driver for."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py")))


@cache
def _of_id(protocol: str) -> MeterTables:
    return import_module(f"{__name__}.{protocol}").TABLES


def word_of(spec: MeterSpec) -> str:
    """What the point table calls the protocol of a meter that is read itself."""
    device = register_map(spec.map)
    return protocol_of(device).word(spec, device)


def tables_of(spec: MeterSpec) -> MeterTables:
    """How the terminal is told of a meter of the world; its protocol must be one of `driven`."""
    return _of_id(protocol_of(register_map(spec.map)).id)
