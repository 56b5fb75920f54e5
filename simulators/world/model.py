"""What a terminal is wired to, as data: plant, meters, lines, collectors, centres and faults.

Leaves reading a file to `read`, contradictions between the parts to `check`, and standing up to `site`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from simulators.centres.spec import CentreSpec
from simulators.collectors.spec import CollectorSpec
from simulators.meters.spec import FaultSpec, LineSpec, MeterSpec
from simulators.shipped import SHIPPED
from simulators.tables import DescriptionError
from simulators.trust.distribution import RevocationSpec

WORLDS_FOLDER = SHIPPED / "worlds"
"""Where the shipped world files are."""


class WorldError(DescriptionError):
    """A world that cannot be built."""


@dataclass(frozen=True)
class PlantSpec:
    """The plant: `works` with so many circuits, or `series` from a CSV file."""

    kind: str = "works"
    circuits: int = 29
    file: Path | None = None
    interpolation: str = "linear"
    align: bool = True
    repeat: bool = True


@dataclass(frozen=True)
class World:
    """Everything a terminal is wired to. `start_us` is the true time (us UTC) at which the world begins.

    `shared` is a word that all processes that speak of this world have in common, for what it keeps in files; empty:
    each has files of its own.
    """

    name: str
    seed: int
    start_us: int
    plant: PlantSpec
    meters: tuple[MeterSpec, ...]
    centres: tuple[CentreSpec, ...]
    where: str = "world"
    lines: tuple[LineSpec, ...] = ()
    faults: tuple[FaultSpec, ...] = ()
    collectors: tuple[CollectorSpec, ...] = ()
    revocation: RevocationSpec | None = None
    shared: str = ""
