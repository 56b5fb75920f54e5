"""What the terminal is told of its serial lines: a port of its own or a serial server, speed, patience.

Leaves the meters on a line to `meters` and whether they fit on it to `occupancy`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from reference_terminal.model.messages import Text, listing
from reference_terminal.settings import reasons
from reference_terminal.settings.reader import Host, Name, Port, Section, Settings, between, one_of

PARITIES = ("even", "odd", "none")
STOP_BITS = ("1", "2")
BAUDS = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


class LineConfig(Settings, frozen=True):
    """One half-duplex line: `device` a serial port of the terminal, or `host` and `port` of a serial server.

    A meter may take `timeout_s` to begin its answer and `gap_s` between two octets; `turnaround_s` passes between an
    answer and the next request. `response_s` is what a meter usually takes, for computing the occupancy. `echo`: the
    adapter hears its own requests.
    """

    id: Name
    device: str = ""
    host: Host = ""
    port: Port = 0
    baud: Annotated[int, Meta(ge=300, le=115_200)] = 2400
    parity: Annotated[str, one_of(PARITIES)] = "even"
    stop_bits: Annotated[str, one_of(STOP_BITS)] = "1"
    data_bits: Annotated[int, Meta(ge=7, le=8)] = 8
    timeout_s: Annotated[Decimal, between("0.05", 60)] = Decimal(1)
    retries: Annotated[int, Meta(ge=0, le=10)] = 1
    gap_s: Annotated[Decimal, between("0.002", 10)] = Decimal("0.5")
    turnaround_s: Annotated[Decimal, between(0, 10)] = Decimal("0.05")
    response_s: Annotated[Decimal, between(0, 10)] = Decimal("0.1")
    echo: bool = False
    reconnect_min_s: Annotated[Decimal, between("0.05", 600)] = Decimal(1)
    reconnect_max_s: Annotated[Decimal, between("0.05", 600)] = Decimal(60)

    @property
    def bits(self) -> Decimal:
        """Bits on the wire of one octet: start, data, parity, stop."""
        return Decimal(1 + self.data_bits + (0 if self.parity == "none" else 1) + int(self.stop_bits))

    @property
    def octet_s(self) -> Decimal:
        """Seconds one octet takes."""
        return self.bits / self.baud

    @property
    def place(self) -> str:
        """Where it is, for sentences."""
        return self.device or f"{self.host}:{self.port}"

    def flaws(self) -> Iterator[tuple[str, Text]]:
        """A device or a server, a speed of serial ports, pauses that grow."""
        if bool(self.device) == bool(self.host):
            yield ("device", reasons.DEVICE_OR_HOST())
        if self.host and not self.port:
            yield ("port", reasons.SERIAL_SERVER_PORT())
        if self.device and self.port:
            yield ("port", reasons.PORT_OF_DEVICE())
        if self.baud not in BAUDS:
            yield ("baud", reasons.ONE_OF(names=listing([*map(str, BAUDS)]), got=self.baud))
        if self.data_bits == 7 and self.parity == "none":
            yield ("parity", reasons.SEVEN_BITS())
        if self.reconnect_min_s > self.reconnect_max_s:
            yield ("reconnect_min_s", reasons.RECONNECT_ORDER())


def read_line(section: Section) -> LineConfig:
    """One serial line; its problems go into the section."""
    made = section.read(LineConfig)
    section.done()
    return made
