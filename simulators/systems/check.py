"""Contradictions of a world between its systems and the devices behind them, and the points as a reader finds them.

Leaves everything else of a world to `world`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from simulators.meters.maps import Register, RegisterMap
from simulators.meters.modbus.registers import TYPES
from simulators.meters.serial.maps import AnyMap
from simulators.meters.spec import MeterSpec
from simulators.systems.tagged import node_of, type_of

_BACKENDS = ("sqlite", "postgresql", "mysql", "mariadb")

Note = Callable[[str, str], None]


class Tagged(msgspec.Struct, frozen=True):
    """How a register looks behind a system: type, decimals (-1: binary float), scale, tag."""

    type: str
    decimals: int
    scale: str
    count: int
    tag: str


def tagged(meter: MeterSpec, register: Register) -> Tagged:
    """A register as a system hands it on: node identifier of OPC UA, or the tag of its rows."""
    kind = type_of(register)
    tag = node_of(meter.name, register.id) if meter.system == "opcua" else f"{meter.name}.{register.id}"
    return Tagged(kind, -1 if kind[0] == "f" else 0, "1", TYPES[kind], tag)


def check_system(meter: MeterSpec, device: AnyMap, note: Note) -> bool:
    """Whether a device can stand behind its system; what speaks against it is noted."""
    if isinstance(device, RegisterMap):
        return True
    note(f"meter {meter.name}", f"behind {meter.system} a meter has a map of registers; {device.id} is none")
    return False


def check_systems(meters: Sequence[MeterSpec], note: Note) -> None:
    """Servers whose devices disagree on their security, and databases that cannot be had."""
    asked: dict[tuple[str, int], tuple[str, str]] = {}
    for meter in meters:
        if meter.system == "opcua":
            security, name = asked.setdefault((meter.host, meter.port), (meter.security, meter.name))
            if security != meter.security:
                at = f"{meter.host}:{meter.port}"
                note(
                    f"meter {meter.name}",
                    f"the OPC UA server {at} has security {security} for meter {name}; give both the same",
                )
        if meter.database:
            # Only a world with databases pays for the library.
            from sqlalchemy.engine import make_url
            from sqlalchemy.exc import ArgumentError

            try:
                backend = make_url(meter.database).get_backend_name()
            except ArgumentError:
                backend = ""
            if backend not in _BACKENDS:
                note(
                    f"meter {meter.name}",
                    "database: expected a URL such as sqlite:///plant.db, postgresql+psycopg2://user:password@host/name"
                    f" or mysql+pymysql://..., got {meter.database!r}",
                )
