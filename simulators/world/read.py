"""A world from its TOML file (docs/FORMATS.md).

Leaves the fields of meters, centres and collectors to their own readers. Every problem of a file is told at once.
"""

from __future__ import annotations

from pathlib import Path

from simulators.centres.read import read_centre
from simulators.collectors.build import placed_at
from simulators.collectors.kinds import kinds as collector_kinds
from simulators.meters.spec import read_fault, read_line, read_meters
from simulators.settings import read_kind
from simulators.stamps import from_iso
from simulators.tables import NAME, DescriptionError, Problem, Table, read_toml
from simulators.trust.distribution import RevocationSpec
from simulators.world.check import check_world
from simulators.world.model import PlantSpec, World, WorldError


def load_world(path: Path) -> World:
    """Read a world file (TOML). Raises WorldError with every problem of the file; nothing is started."""
    try:
        data = read_toml(path)
    except DescriptionError as error:
        raise WorldError(error.problems) from None
    return build_world(data, str(path), path.parent)


def build_world(data: dict[str, object], where: str, folder: Path) -> World:
    """A world from parsed TOML; paths in it are relative to `folder`. Raises WorldError with every problem."""
    problems: list[Problem] = []
    top = Table(data, where, problems)
    head = top.table("world", required=True) or Table({}, f"{where}.world", [])
    name = head.text("name", pattern=NAME, hint="a name of letters, digits, - _ .")
    seed = head.integer("seed", 0, 2**63 - 1)
    start = head.text("start")
    start_us = 0
    try:
        start_us = from_iso(start) if start else 0
    except ValueError:
        head.problem("start", f"expected an instant such as 2026-03-02T00:00:00+08:00 with zone, got {start!r}")
    head.finish()
    plant = _plant(top.table("plant"), folder)
    meters = [meter for table in top.tables("meters", required=True) for meter in read_meters(table, folder)]
    centres = [read_centre(table, folder) for table in top.tables("centres", required=True)]
    lines = tuple(read_line(table) for table in top.tables("lines"))
    faults = tuple(fault for table in top.tables("faults") if (fault := read_fault(table)) is not None)
    of_collectors = {name: kind.settings for name, kind in collector_kinds().items()}
    collectors = tuple(read_kind(table, of_collectors) for table in top.tables("collectors"))
    revocation = _revocation(top.table("revocation"))
    top.finish()
    placed = tuple(placed_at(meter, collectors) for meter in meters)
    world = World(name, seed, start_us, plant, placed, tuple(centres), where, lines, faults, collectors, revocation)
    # Most of what can be wrong between the parts is worth telling even when single fields are wrong.
    found = problems + [problem for problem in check_world(world) if problem not in problems]
    if found:
        raise WorldError(found)
    return world


def _revocation(table: Table | None) -> RevocationSpec | None:
    """Where revocation lists are published (docs/WIRE.md, section 7)."""
    if table is None:
        return None
    spec = RevocationSpec(
        host=table.text("host"),
        port=table.integer("port", 1, 65535, 80),
        publish_s=table.integer("publish_s", 60, 604_800, 3600),
        valid_s=table.integer("valid_s", 60, 31_536_000, 86_400),
        ocsp_valid_s=table.integer("ocsp_valid_s", 0, 31_536_000, 0),
    )
    if spec.valid_s < spec.publish_s:
        table.problem("valid_s", f"a list must hold until the next is published: expected at least {spec.publish_s}")
    table.finish()
    return spec


def _plant(table: Table | None, folder: Path) -> PlantSpec:
    if table is None:
        return PlantSpec()
    kind = table.choice("kind", ("works", "series"), "works")
    file = table.text("file", "") if kind == "works" else table.text("file")
    if kind == "works" and file:
        table.problem("file", "only a plant of kind 'series' has a file; set kind or remove it")
    spec = PlantSpec(
        kind=kind,
        circuits=table.integer("circuits", 1, 999, 29),
        file=folder / file if file else None,
        interpolation=table.choice("interpolation", ("linear", "step"), "linear"),
        align=table.flag("align", True),
        repeat=table.flag("repeat", True),
    )
    table.finish()
    return spec
