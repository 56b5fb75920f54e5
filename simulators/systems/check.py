"""What speaks against devices behind systems, and their points as a reader finds them, whatever the system.

Leaves what each kind says to its descriptor (`kinds`), everything else of a world to `world`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from simulators.meters.maps import Register, RegisterMap
from simulators.meters.modbus.registers import TYPES
from simulators.meters.serial.maps import AnyMap
from simulators.meters.spec import MeterSpec
from simulators.sentences import Words
from simulators.systems import sentences as said
from simulators.systems.kinds import SystemPlace, kind_of, kinds
from simulators.systems.tagged import type_of

Note = Callable[[str, Words], None]


class Tagged(msgspec.Struct, frozen=True):
    """How a register looks behind a system: type, decimals (-1: binary float), scale, tag."""

    type: str
    decimals: int
    scale: str
    count: int
    tag: str


def tagged(meter: MeterSpec, place: SystemPlace, register: Register) -> Tagged:
    """A register as a system hands it on."""
    kind = type_of(register)
    tag = kind_of(place).tag(meter.name, register.id)
    return Tagged(kind, -1 if kind[0] == "f" else 0, "1", TYPES[kind], tag)


def check_system(meter: MeterSpec, place: SystemPlace, device: AnyMap, note: Note) -> bool:
    """Whether a device can stand behind its system; what speaks against it is noted."""
    if isinstance(device, RegisterMap):
        return True
    note(f"meter {meter.name}", said.NOT_REGISTERS(system=place.system, map=device.id))
    return False


def check_systems(meters: Sequence[MeterSpec], note: Note) -> None:
    """What each kind has against the devices behind its systems."""
    for kind in kinds().values():
        kind.check([(meter, meter.place) for meter in meters if isinstance(meter.place, kind.settings)], note)
