"""What protocols with a map of identifiers and an address on a serial line have in common, for their descriptors.

Leaves to others: their frames, meters and editions (their folders).
"""

from __future__ import annotations

from typing import cast

from simulators.meters import sentences as said
from simulators.meters.carriers import LineSettings
from simulators.meters.maps import Register
from simulators.meters.meter import Meter
from simulators.meters.places import SerialLine
from simulators.meters.point_rows import OwnRow
from simulators.meters.protocols import MeterProtocol, Note, Surroundings
from simulators.meters.serial.maps import AnyMap, BusMap, CodedTable, Entry, EntryTable
from simulators.meters.serial.meter import SerialMeter, Station
from simulators.meters.spec import MeterSpec
from simulators.sentences import Words


class IdentifiedRow(OwnRow, frozen=True, kw_only=True):
    """A number with an identifier and a format, at a meter with an address."""

    address: str = ""
    identifier: str = ""
    layout: str = ""

    def listed(self, point: str) -> str:
        """With its identifier, if it has one."""
        return f"{point}@{self.identifier}" if self.identifier else point


class SerialProtocol(MeterProtocol):
    """A protocol of addressed meters; `meter_of` says which class answers for a map."""

    row_type = IdentifiedRow

    def entry_type(self, word: str) -> type[EntryTable]:
        """Registers without an identifier of their own."""
        del word
        return CodedTable

    def meter_of(self, device: BusMap) -> type[SerialMeter]:
        """The class of a map's meter."""
        raise NotImplementedError

    def build(
        self, spec: MeterSpec, device: AnyMap, surroundings: Surroundings, port: LineSettings | None
    ) -> tuple[Meter, Station | None]:
        """A meter, which is its own station on the bus."""
        device = cast(BusMap, device)
        meter = self.meter_of(device)(
            spec.name,
            spec.address,
            device,
            surroundings.plant,
            since_us=surroundings.since_us,
            port=port,
            **surroundings.wiring(spec),
        )
        return meter, meter

    def check(self, spec: MeterSpec, device: AnyMap, note: Note) -> bool:
        """Whether the address is one of this protocol, and nothing is said of Modbus."""
        where = f"meter {spec.name}"
        if self.address is not None and len(spec.address) != self.address.size:
            wanted = Words(self.address.what, f"{self.address.size} 位")
            note(where, said.ADDRESS_DIGITS(wanted=wanted, map=device.id, got=spec.address))
            return False
        if spec.framing and not isinstance(spec.place, SerialLine):
            note(where, said.NO_FRAMING(map=device.id))
        return True

    def row(self, spec: MeterSpec, device: AnyMap, register: Register) -> IdentifiedRow:
        """Address, identifier and format."""
        identifier = cast(BusMap, device).identifier_of(register.id)
        return IdentifiedRow(address=spec.address, identifier=identifier, layout=cast(Entry, register).layout)
