"""One description of everything a terminal is wired to, and that everything standing: plant, meters, centres.

Leaves to others: the network between them and the terminal. A `World` is data (a TOML file or built by hand), a `Site`
is the world at work; it runs unchanged in virtual time and on loopback in real time.
"""

from simulators.meters.maps import MAPS_FOLDER
from simulators.meters.spec import MeterSpec, PointSpec
from simulators.world.check import check_world
from simulators.world.model import WORLDS_FOLDER, PlantSpec, World, WorldError
from simulators.world.parts import register_map
from simulators.world.points import PointRow
from simulators.world.read import build_world, load_world, shared_by
from simulators.world.site import Site

__all__ = [
    "MAPS_FOLDER",
    "WORLDS_FOLDER",
    "MeterSpec",
    "PlantSpec",
    "PointRow",
    "PointSpec",
    "Site",
    "World",
    "WorldError",
    "build_world",
    "check_world",
    "load_world",
    "register_map",
    "shared_by",
]
