"""A world from its TOML file (docs/FORMATS.md).

Leaves the fields of meters, centres and collectors to their own readers. Every problem of a file is told at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from simulators.centres.read import read_centre
from simulators.collectors.build import placed_at
from simulators.collectors.kinds import kinds as collector_kinds
from simulators.meters.spec import read_fault, read_line, read_meters
from simulators.sentences import INSTANT, MISSING
from simulators.settings import Flaw, Name, Settings, read, read_kind
from simulators.stamps import from_iso
from simulators.tables import DescriptionError, Problem, Table, read_toml
from simulators.trust.distribution import RevocationSpec
from simulators.world import sentences as said
from simulators.world.check import check_world
from simulators.world.model import PlantSpec, World, WorldError


def shared_by(world: World, path: Path) -> World:
    """The world of a file for processes that know of each other by that file alone."""
    return replace(world, shared=hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12])


def load_world(path: Path) -> World:
    """Read a world file (TOML). Raises WorldError with every problem of the file; nothing is started."""
    try:
        data = read_toml(path)
    except DescriptionError as error:
        raise WorldError(error.problems) from None
    return build_world(data, str(path), path.parent)


class _Head(Settings, frozen=True):
    name: Name
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    start: str

    @property
    def start_us(self) -> int:
        """The instant, us UTC; 0 if it is none."""
        try:
            return from_iso(self.start) if self.start else 0
        except ValueError:
            return 0

    def flaws(self) -> Iterator[Flaw]:
        """An instant with its zone."""
        try:
            from_iso(self.start or "1970-01-01T00:00:00+00:00")
        except ValueError:
            yield INSTANT(such="2026-03-02T00:00:00+08:00", got=self.start).at("start")


class _Plant(Settings, frozen=True):
    kind: Literal["works", "series"] = "works"
    circuits: Annotated[int, msgspec.Meta(ge=1, le=999)] = 29
    file: str = ""
    interpolation: Literal["linear", "step"] = "linear"
    align: bool = True
    repeat: bool = True

    def flaws(self) -> Iterator[Flaw]:
        """A series alone is a file."""
        if self.kind == "works" and self.file:
            yield said.FILE_OF_SERIES().at("file")
        if self.kind == "series" and not self.file:
            yield MISSING().at("file")

    def spec(self, folder: Path) -> PlantSpec:
        """The plant, with its file in a folder."""
        file = folder / self.file if self.file else None
        return PlantSpec(self.kind, self.circuits, file, self.interpolation, self.align, self.repeat)


def build_world(data: dict[str, object], where: str, folder: Path) -> World:
    """A world from parsed TOML; paths in it are relative to `folder`. Raises WorldError with every problem."""
    problems: list[Problem] = []
    top = Table(data, where, problems)
    given = top.table("world", required=True)
    # A missing table is one problem, its keys are none.
    head = read(given or Table({}, "", []), _Head)
    plant = read(top.table("plant") or Table({}, "", []), _Plant).spec(folder)
    meters = [meter for table in top.tables("meters", required=True) for meter in read_meters(table, folder)]
    centres = [read_centre(table, folder) for table in top.tables("centres", required=True)]
    lines = tuple(read_line(table) for table in top.tables("lines"))
    faults = tuple(fault for table in top.tables("faults") if (fault := read_fault(table)) is not None)
    of_collectors = {name: kind.settings for name, kind in collector_kinds().items()}
    collectors = tuple(read_kind(table, of_collectors) for table in top.tables("collectors"))
    revocation = read(table, RevocationSpec) if (table := top.table("revocation")) is not None else None
    top.finish()
    placed = tuple(placed_at(meter, collectors) for meter in meters)
    world = World(
        head.name,
        head.seed,
        head.start_us,
        plant,
        placed,
        tuple(centres),
        where,
        lines,
        faults,
        collectors,
        revocation,
    )
    # Most of what can be wrong between the parts is worth telling even when single fields are wrong.
    found = problems + [problem for problem in check_world(world) if problem not in problems]
    if found:
        raise WorldError(found)
    return world
