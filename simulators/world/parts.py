"""The things a description only names: the plant behind `plant`, the register maps behind `map`.

Leaves whether they fit together to `check`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from simulators.clock import Chance
from simulators.meters.maps import MapError
from simulators.meters.serial.maps import AnyMap, BusMap, any_names, any_shipped, load_any
from simulators.meters.spec import PointSpec
from simulators.plant import Plant, Works, load_series
from simulators.sentences import MAP_EXPECTED, few
from simulators.tables import DescriptionError, Problem
from simulators.values import near
from simulators.world import sentences as said
from simulators.world.model import World


def build_plant(world: World, chance: Chance) -> Plant:
    """The plant of a world. Raises DescriptionError if its series cannot be used."""
    spec = world.plant
    if spec.kind == "series":
        if spec.file is None:
            raise DescriptionError([Problem(f"{world.where}: plant", *said.SERIES_FILE())])
        return load_series(
            spec.file,
            world.start_us,
            linear=spec.interpolation == "linear",
            align=spec.align,
            repeat=spec.repeat,
        )
    return Works(chance, world.start_us, spec.circuits)


def register_map(chosen: str | AnyMap) -> AnyMap:
    """A map by shipped name, by path of a TOML file, or as it is. Raises MapError."""
    if not isinstance(chosen, str):
        return chosen
    if chosen in any_names():
        return any_shipped(chosen)
    if chosen.endswith(".toml"):
        return load_any(Path(chosen))
    raise MapError(
        [Problem(f"map {chosen!r}", *MAP_EXPECTED(names=few(any_names()), got=chosen, meant=near(chosen, any_names())))]
    )


def overridden(device: AnyMap, points: Sequence[PointSpec]) -> AnyMap:
    """The map with the moduli that the world gives."""
    moduli = {point.register: point.modulus for point in points if point.modulus}
    if not moduli:
        return device
    if isinstance(device, BusMap):
        entries = tuple(
            dataclasses.replace(entry, modulus=moduli.get(entry.id, entry.modulus)) for entry in device.registers
        )
        return dataclasses.replace(device, registers=entries)
    registers = tuple(
        dataclasses.replace(register, modulus=moduli.get(register.id, register.modulus))
        for register in device.registers
    )
    return dataclasses.replace(device, registers=registers)
