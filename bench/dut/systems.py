"""Systems of the bench's world, as a terminal is told of them, whatever their kind.

Leaves the meters behind them to the adapters. The reference terminal's configuration takes these tables as they are.
"""

from __future__ import annotations

from typing import Any

from bench.dut import Seat
from simulators.systems.build import Key, key_of
from simulators.systems.kinds import SystemPlace
from simulators.systems.sql.odbc import missing_driver
from simulators.world import MeterSpec

__all__ = ["missing_driver", "system_of", "systems_of"]


def system_of(seat: Seat, spec: MeterSpec) -> str:
    """The name of the system a meter stands behind, in the terminal's configuration; empty: it stands elsewhere."""
    if not isinstance(spec.place, SystemPlace):
        return ""
    return f"s{list(_places(seat)).index(key_of(spec.place)) + 1}"


def systems_of(seat: Seat) -> list[dict[str, Any]]:
    """Every system that meters stand behind, once."""
    return [
        {"id": f"s{number}", "kind": place.system, **seat.site.system_told(place)}
        for number, place in enumerate(_places(seat).values(), 1)
    ]


def _places(seat: Seat) -> dict[Key, SystemPlace]:
    """Systems in the order in which meters come to them, each with the place of its first meter."""
    found: dict[Key, SystemPlace] = {}
    for spec in seat.site.world.meters:
        if isinstance(spec.place, SystemPlace):
            found.setdefault(key_of(spec.place), spec.place)
    return found
