"""Modbus over TCP, RTU and ASCII as one of the protocols of meters.

Leaves to others: requests (`pdu`), frames (`codec`), what a device answers (`device`), its places (`tcp`, `serial`).
"""

from __future__ import annotations

from typing import cast

from simulators.meters import sentences as said
from simulators.meters.carriers import LineSettings
from simulators.meters.maps import Register, RegisterMap
from simulators.meters.meter import Meter
from simulators.meters.modbus.device import ModbusMeter
from simulators.meters.modbus.point_row import RegistersRow, row_of
from simulators.meters.modbus.serial import FRAMINGS, ModbusStation
from simulators.meters.protocols import LineKind, MeterProtocol, Note, Surroundings
from simulators.meters.serial.maps import AnyMap
from simulators.meters.serial.meter import Station
from simulators.meters.spec import MeterSpec

_CIRCUIT = (("energy", "01"), ("power", "02"), ("voltage_l1", "03"))
ALL_TYPES = (
    *(f"{kind}_{order.lower()}" for kind in ("u16", "s16") for order in ("ABCD", "BADC")),
    *(
        f"{kind}_{order.lower()}"
        for kind in ("u32", "s32", "u64", "s64", "f32", "f64", "bcd32")
        for order in ("ABCD", "CDAB", "BADC", "DCBA")
    ),
    *("edge_u32_2", "edge_u32_1", "edge_u32_0", "edge_s32_3", "edge_u64_2"),
)
"""Registers of the bench's device with every type and word order, for digits and edge values."""
_TYPES = tuple((each, f"{at:02d}") for at, each in enumerate(ALL_TYPES))


class Modbus(MeterProtocol):
    """Devices with registers, told apart by unit id."""

    id = "modbus"
    words = ("modbus-tcp", *(f"modbus-{framing}" for framing in FRAMINGS))
    rank = 0
    by_identifier = False
    most_units = 247
    row_type = RegistersRow
    line_kinds = {
        "modbus-rtu": LineKind("sdm630", "e", _CIRCUIT, framing="rtu"),
        "modbus-ascii": LineKind("adl3000", "e", _CIRCUIT, framing="ascii"),
        "types-rtu": LineKind("all_types", "e", _TYPES, framing="rtu"),
        "types-ascii": LineKind("all_types", "e", _TYPES, framing="ascii"),
        "spread-rtu": LineKind("spread", "e", (*_CIRCUIT, ("current_l1", "04")), framing="rtu"),
        "analogue-8": LineKind(
            "analog_8ch", "steam", (("pressure", "01"), ("temperature", "02"), ("flow", "03")), framing="rtu"
        ),
        "analogue": LineKind("analog_ua", "steam", (("pressure", "01"), ("temperature", "02")), framing="rtu"),
    }

    def build(
        self, spec: MeterSpec, device: AnyMap, surroundings: Surroundings, port: LineSettings | None
    ) -> tuple[Meter, Station | None]:
        """A device, and the station that frames what it says on a line."""
        meter = ModbusMeter(
            spec.name,
            spec.unit,
            cast(RegisterMap, device),
            surroundings.plant,
            refresh_us=1000 * spec.refresh_ms,
            **surroundings.wiring(spec),
        )
        return meter, ModbusStation(meter, spec.framing, surroundings.clock, port) if spec.framing else None

    def check(self, spec: MeterSpec, device: AnyMap, note: Note) -> bool:
        """Whether it has a unit id and no address."""
        if spec.address:
            where = f"meter {spec.name}"
            note(where, said.UNIT_NOT_ADDRESS(map=device.id))
        return True

    def row(self, spec: MeterSpec, device: AnyMap, register: Register) -> RegistersRow:
        """Its registers."""
        return row_of(spec.unit, device.gaps, register)

    def word(self, spec: MeterSpec, device: AnyMap) -> str:
        """Which of the three frames it is spoken in."""
        del device
        return f"modbus-{spec.framing or 'tcp'}"


PROTOCOL = Modbus()
