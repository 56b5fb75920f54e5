"""CJ/T 188, editions 2004 and 2018, as one of the protocols of meters.

Leaves to others: frames (`codec`), what a meter answers (`meter`), its explanation of frames (`explain`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulators.explain.frames import Reading
from simulators.meters.cjt188 import codec
from simulators.meters.cjt188.explain import read_cjt188
from simulators.meters.cjt188.meter import Cjt188Meter
from simulators.meters.protocols import Address, LineKind
from simulators.meters.serial.maps import BusMap
from simulators.meters.serial.meter import SerialMeter
from simulators.meters.serial.protocol import SerialProtocol


class Cjt188(SerialProtocol):
    """Meters of water, gas, heat and cooling."""

    id = "cjt188"
    words = ("cjt188-2004", "cjt188-2018")
    rank = 2
    address = Address("[0-9A-F]{14}", 14, "14 digits", "14 (CJ/T 188)")
    codecs = {"cjt188": codec}
    line_kinds = {
        "cjt188-water": LineKind("cjt188_water", "gas", (("volume", "01"),), "78331011223344"),
        "cjt188-heat": LineKind(
            "cjt188_heat",
            "heat",
            (("heat", "01"), ("flow", "02"), ("supply", "03"), ("return", "04")),
            "78332011223344",
        ),
        "cjt188-gas": LineKind("cjt188_gas", "gas", (("volume", "01"),), "78333011223344"),
        "cjt188-heat-2018": LineKind(
            "cjt188_heat_2018", "heat", (("heat", "01"), ("flow", "02"), ("volume", "03")), "78342211223344"
        ),
        "cjt188-heat-parts": LineKind(
            "cjt188_heat_parts", "heat", (("heat", "01"), ("flow", "02"), ("power", "03")), "78372011223344"
        ),
        "cjt188-heat-unit-first": LineKind(
            "cjt188_heat_unit_first", "heat", (("heat", "01"), ("flow", "02"), ("supply", "03")), "78352011223344"
        ),
        "cjt188-ultrasonic": LineKind("cjt188_ultrasonic", "gas", (("volume", "01"), ("flow", "02")), "78361011223344"),
    }

    @property
    def explainers(self) -> Mapping[str, Callable[[str], Reading]]:
        """Both editions by one name."""
        return {"cjt188": read_cjt188}

    def meter_of(self, device: BusMap) -> type[SerialMeter]:
        """One class for both editions: vendors' layouts are data of the map."""
        del device
        return Cjt188Meter


PROTOCOL = Cjt188()
