"""What a protocol of meters is to acquisition: its driver, the memory of its meters, how a device is looked for.

Leaves settings and times on a line to `settings.protocols`, of which this is the other half: a descriptor has both.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from reference_terminal.acquisition.driver import Carrier, Driver
from reference_terminal.acquisition.line import Line
from reference_terminal.model.clock import WallClock
from reference_terminal.net.channel import Security
from reference_terminal.security.systems import SystemKeys
from reference_terminal.settings.lines import LineConfig
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.protocols import MeterProtocol, protocols
from reference_terminal.storage.journal import Journal

if TYPE_CHECKING:
    from reference_terminal.acquisition.backfill import Records
    from reference_terminal.acquisition.mqtt.received import Keeping

Say = Callable[[str], None]


@dataclass(frozen=True)
class Surroundings:
    """What drivers and connections need of the terminal; `security` by collector."""

    clock: WallClock
    journal: Journal
    security: Mapping[str, Security]
    systems: Mapping[str, SystemKeys | None]
    memory: Keeping


@dataclass(frozen=True)
class Wanted:
    """What is looked at: where, by which protocol, whom and what. Empty address: any meter; unit 0: none given."""

    line: LineConfig
    protocol: str = "auto"
    address: str = ""
    unit: int = 1
    identifiers: tuple[str, ...] = ()
    function: int = 3
    register: int = 0
    type: str = "u16"
    order: str = "ABCD"
    search: bool = False


@dataclass(frozen=True)
class Probe:
    """One way to look for a device.

    `ask` reads it once and tells what it said (raises ReadFailed), `explain` says what octets on the line mean,
    `search` finds every device on a line. `address` is how many digits an address has and which, `identifier` how many
    hexadecimal digits; a way without them is told `unit` and `register` in their place. `network`: it is never behind
    a serial port. `title` is how people call what `search` finds.
    """

    ask: Callable[[Wanted, Line], Awaitable[str]]
    explain: Callable[[bytes], list[str]]
    address: tuple[int, str] = (0, "")
    identifier: int = 0
    network: bool = False
    search: Callable[[Line, Say], Awaitable[bool]] | None = None
    title: str = ""


class AcquisitionProtocol(MeterProtocol):
    """A protocol of meters with its driver; `probe_rank` is its place when all are tried."""

    probe_rank: ClassVar[int] = 100

    def driver(self, meter: MeterConfig, first_point: int, carrier: Carrier, around: Surroundings) -> Driver:
        """The driver of a meter whose first point has this number."""
        raise NotImplementedError

    def records(self, driver: Driver, first_point: int) -> Records | None:
        """The memory of a driver's meter; None where there is none, or none of its points is in there."""
        del driver, first_point
        return None

    def worker(self, driver: Driver) -> Callable[[], Awaitable[None]] | None:
        """Begins what runs beside the poller of a meter; None where nothing does."""
        del driver
        return None

    def probes(self) -> Mapping[str, Probe]:
        """The ways to look for a device of this protocol, by what the command line calls them."""
        return {}


def protocol_of(meter: MeterConfig) -> AcquisitionProtocol:
    """The protocol of a meter at a gateway or on a line."""
    found = protocols()[meter.protocol]
    assert isinstance(found, AcquisitionProtocol)
    return found


@cache
def probes() -> Mapping[str, Probe]:
    """Every way to look for a device, in the order in which they are tried."""
    every = dict.fromkeys(protocols().values())
    known = [each for each in every if isinstance(each, AcquisitionProtocol)]
    ordered = sorted(known, key=lambda each: each.probe_rank)
    return {name: probe for each in ordered for name, probe in each.probes().items()}
