"""Devices behind systems made real, and the systems in front of them.

Leaves what each kind has of its own to its descriptor (`kinds`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import cast

from simulators.meters.maps import RegisterMap
from simulators.meters.meter import Meter
from simulators.meters.protocols import Surroundings
from simulators.meters.serial.maps import AnyMap
from simulators.meters.spec import MeterSpec
from simulators.systems.kinds import SystemDoor, SystemPlace, kind_of, kinds
from simulators.systems.tagged import TaggedMeter

Key = tuple[str, Hashable]
"""A system of a world: its kind, and what tells it from others of its kind."""


def key_of(place: SystemPlace) -> Key:
    """Which system a place is behind."""
    return place.system, place.door


def tagged_meter(spec: MeterSpec, place: SystemPlace, device: AnyMap, surroundings: Surroundings) -> TaggedMeter:
    """A device behind its system; its map is one of registers (see `systems.check`)."""
    kind = kind_of(place)
    return TaggedMeter(
        spec.name,
        kind.faults,
        cast(RegisterMap, device),
        surroundings.plant,
        period_us=1_000_000 * kind.period_s(place),
        **surroundings.wiring(spec),
    )


def build_systems(meters: Iterable[tuple[MeterSpec, Meter]], surroundings: Surroundings) -> Mapping[Key, SystemDoor]:
    """Every system once, by kind in the order of their ranks."""
    behind: dict[Key, list[TaggedMeter]] = {}
    places: dict[Key, SystemPlace] = {}
    for spec, meter in meters:
        if isinstance(spec.place, SystemPlace) and isinstance(meter, TaggedMeter):
            key = key_of(spec.place)
            places.setdefault(key, spec.place)
            behind.setdefault(key, []).append(meter)
    ranked = sorted(places, key=lambda key: [*kinds()].index(key[0]))
    return {key: kind_of(places[key]).build(places[key], behind[key], surroundings) for key in ranked}
