"""Codes of emission figures at one centre, as a terminal is told them.

Leaves the figures themselves to the boundary.
"""

from __future__ import annotations

from bench.dut import Seat
from simulators.centres.kinds import kind_of
from simulators.centres.spec import CentreSpec


def figures_at(seat: Seat, spec: CentreSpec) -> dict[str, str]:
    """Codes by figure's name, in the form of the centre's kind."""
    return {name: kind_of(spec).code(code) for name, code in seat.settings.get("emission_codes", {}).items()}
