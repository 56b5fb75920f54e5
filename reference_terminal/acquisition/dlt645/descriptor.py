"""DL/T 645, editions 1997 and 2007, as one of the protocols of meters.

Leaves octets to `frames`, questions to `plan` and `driver`, past records to `records`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from reference_terminal.acquisition.backfill import Records
from reference_terminal.acquisition.dlt645 import explain, plan, probe
from reference_terminal.acquisition.dlt645.driver import Dlt645Meter
from reference_terminal.acquisition.dlt645.records import records_of
from reference_terminal.acquisition.dlt645.settings import (
    ADDRESS,
    EDITION_1997,
    WORDS,
    Dlt645Own,
    Dlt645Place,
    read_own,
    read_place,
)
from reference_terminal.acquisition.driver import Carrier, Driver
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.protocol import AcquisitionProtocol, Probe, Surroundings
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.protocols import Own
from reference_terminal.settings.reader import Section

_FRAME, _PREAMBLE = 12, 4
_TITLE = "DL/T 645-2007"


class Dlt645(AcquisitionProtocol):
    """Electricity meters."""

    words = WORDS
    rank = 2
    probe_rank = 1

    def own(self, section: Section, word: str) -> Dlt645Own:
        """Address, blocks and records."""
        return read_own(section, word)

    def place(self, section: Section, word: str, own: Own) -> Dlt645Place:
        """Identifier and digits."""
        return read_place(section, word)

    def exchanges(self, meter: MeterConfig) -> Sequence[tuple[int, int]]:
        """One for each identifier or block."""
        short = 2 if meter.protocol == EDITION_1997 else 4
        return [
            (plan.own_of(meter).preamble + _FRAME + short, _PREAMBLE + _FRAME + short + request.octets)
            for request in plan.requests(meter)
        ]

    def driver(self, meter: MeterConfig, first_point: int, carrier: Carrier, around: Surroundings) -> Driver:
        """Its meter on a line."""
        return Dlt645Meter(meter, first_point, cast(Line, carrier))

    def records(self, driver: Driver, first_point: int) -> Records | None:
        """Load profile or hourly freezes."""
        return records_of(driver, first_point)

    def probes(self) -> Mapping[str, Probe]:
        """Each edition by itself."""
        return {
            "dlt645-2007": Probe(
                probe.ask_2007, explain.lines_of, ADDRESS, identifier=8, search=probe.search, title=_TITLE
            ),
            "dlt645-1997": Probe(probe.ask_1997, explain.lines_of, ADDRESS, identifier=4),
        }


PROTOCOL = Dlt645()
