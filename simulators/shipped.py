"""Where the data lies that the house ships: maps of meters, plants, worlds, fleets, profiles of terminals.

Leaves reading it to those who know the format. In a checkout and in an installed wheel it lies beside the rooms.
"""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[1] / "fixtures"
