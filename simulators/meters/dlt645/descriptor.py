"""DL/T 645, editions 2007 and 1997, as one of the protocols of meters.

Leaves to others: frames (`codec`), what a meter answers (`meter`), its explanation of frames (`explain`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from simulators.explain.frames import Reading
from simulators.meters.dlt645 import codec
from simulators.meters.dlt645.explain import read_dlt645
from simulators.meters.dlt645.meter import Dlt645Meter
from simulators.meters.protocols import Address, LineKind
from simulators.meters.sentences import IDENTIFIER
from simulators.meters.serial.maps import Beside, BusMap, EntryTable
from simulators.meters.serial.meter import SerialMeter
from simulators.meters.serial.protocol import SerialProtocol
from simulators.values import matching

_OLD = "dlt645-1997"
_POINTS = (("energy", "01"), ("power", "02"), ("voltage_a", "03"), ("current_a", "04"))
_WITH_REACTIVE = (*_POINTS, ("energy_reactive", "05"))
_BY_TARIFF = (
    ("energy", "01"),
    ("energy_t1", "02"),
    ("energy_t2", "03"),
    ("energy_t3", "04"),
    ("energy_t4", "05"),
    ("power", "06"),
    ("voltage_a", "07"),
)


_EVERY_2007 = (
    ("combined", "01"),
    ("forward", "02"),
    ("reverse", "03"),
    ("combined_reactive_1", "04"),
    ("combined_reactive_2", "05"),
    ("quadrant_1", "06"),
    ("quadrant_2", "07"),
    ("quadrant_3", "08"),
    ("quadrant_4", "09"),
    ("apparent_forward", "10"),
    ("apparent_reverse", "11"),
    ("forward_a", "12"),
    ("reverse_b", "13"),
    ("combined_reactive_1_c", "14"),
    ("apparent_reverse_c", "15"),
    ("tariff_15", "16"),
    ("voltage", "17"),
    ("current", "18"),
    ("power", "19"),
    ("reactive", "20"),
    ("apparent", "21"),
    ("factor", "22"),
    ("angle", "23"),
    ("voltage_distortion", "24"),
    ("current_distortion", "25"),
    ("neutral_current", "26"),
    ("frequency", "27"),
    ("average_power", "28"),
    ("demand", "29"),
    ("reactive_demand", "30"),
    ("apparent_demand", "31"),
    ("temperature", "32"),
    ("clock_battery", "33"),
    ("backup_battery", "34"),
)
_EVERY_1997 = (
    ("energy", "01"),
    ("energy_export", "02"),
    ("reactive", "03"),
    ("reactive_export", "04"),
    ("tariff_14", "05"),
    ("voltage", "06"),
    ("current", "07"),
    ("power", "08"),
    ("reactive_power", "09"),
    ("factor", "10"),
)


class _Entry2007(EntryTable, frozen=True, kw_only=True):
    identifier: Annotated[str, matching(r"[0-9A-F]{8}", *IDENTIFIER(digits=8))]

    def beside(self) -> Beside:
        return {"identifier": self.identifier}


class _Entry1997(EntryTable, frozen=True, kw_only=True):
    identifier: Annotated[str, matching(r"[0-9A-F]{4}", *IDENTIFIER(digits=4))]

    def beside(self) -> Beside:
        return {"identifier": self.identifier}


class Dlt645(SerialProtocol):
    """Electricity meters of China; one of 1997 tells voltages in whole volts."""

    id = "dlt645"
    words = ("dlt645-2007", _OLD)
    rank = 1
    address = Address("[0-9A-F]{12}", 12, "12 digits", "12 digits (DL/T 645)")
    codecs = {"dlt645": codec}
    line_kinds = {
        "dlt645-2007": LineKind("dlt645_three_phase", "e", _POINTS, "202600000161"),
        _OLD: LineKind("dlt645_1997", "e", _POINTS, "199700000101"),
        "dlt645-1997-reactive": LineKind("dlt645_1997", "e", _WITH_REACTIVE, "199700000301"),
        "dlt645-feeding": LineKind("dlt645_feeding", "e", (("energy", "01"), ("combined", "08")), "202600000561"),
        "dlt645-every-item": LineKind("dlt645_every_item", "e", _EVERY_2007, "202600000661"),
        "dlt645-1997-every-item": LineKind("dlt645_1997_every_item", "e", _EVERY_1997, "199700000601"),
        "dlt645-short-frames": LineKind("dlt645_short_frames", "e", _BY_TARIFF, "202600000461"),
    }

    @property
    def explainers(self) -> Mapping[str, Callable[[str], Reading]]:
        """Both editions by one name: the edition follows from the frame."""
        return {"dlt645": read_dlt645}

    def entry_type(self, word: str) -> type[EntryTable]:
        """Identifiers have two octets in 1997, four in 2007."""
        return _Entry1997 if word == _OLD else _Entry2007

    def defaults(self, word: str) -> Mapping[str, str]:
        """A block of 1997 ends with AA."""
        return {"block_end": "AA"} if word == _OLD else {}

    def meter_of(self, device: BusMap) -> type[SerialMeter]:
        """One class for both editions."""
        del device
        return Dlt645Meter


PROTOCOL = Dlt645()
