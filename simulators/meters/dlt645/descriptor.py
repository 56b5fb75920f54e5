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
