"""CJ/T 188, editions 2004 and 2018, as one of the protocols of meters.

Leaves octets to `frames` and questions to `driver`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from reference_terminal.acquisition.cjt188 import explain, probe
from reference_terminal.acquisition.cjt188.driver import Cjt188Meter, own_of, place_of
from reference_terminal.acquisition.cjt188.settings import (
    ADDRESS,
    WORDS,
    Cjt188Own,
    Cjt188Place,
    fields_of,
    read_own,
    read_place,
)
from reference_terminal.acquisition.driver import Carrier, Driver
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.protocol import AcquisitionProtocol, Probe, Surroundings
from reference_terminal.model.cjt188_layouts import width
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.protocols import Own
from reference_terminal.settings.reader import Section

_FRAME, _PREAMBLE = 13 + 3, 4


class Cjt188(AcquisitionProtocol):
    """Meters of water, gas, heat and cooling."""

    words = WORDS
    rank = 3
    probe_rank = 2

    def own(self, section: Section, word: str) -> Cjt188Own:
        """Address, type and layout."""
        return read_own(section)

    def place(self, section: Section, word: str, own: Own) -> Cjt188Place:
        """Identifier and field."""
        return read_place(section, cast(Cjt188Own, own))

    def exchanges(self, meter: MeterConfig) -> Sequence[tuple[int, int]]:
        """One for each identifier."""
        own = own_of(meter)
        identifiers = dict.fromkeys(place_of(point).identifier for point in meter.points)
        return [
            (own.preamble + _FRAME, _PREAMBLE + _FRAME + width(fields_of(own, identifier)))
            for identifier in identifiers
        ]

    def driver(self, meter: MeterConfig, first_point: int, carrier: Carrier, around: Surroundings) -> Driver:
        """Its meter on a line."""
        return Cjt188Meter(meter, first_point, cast(Line, carrier))

    def probes(self) -> Mapping[str, Probe]:
        """Both editions by one name."""
        return {"cjt188": Probe(probe.ask, explain.lines_of, ADDRESS, identifier=4)}


PROTOCOL = Cjt188()
