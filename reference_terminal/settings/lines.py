"""What the terminal is told of its serial lines: a port of its own or a serial server, speed, patience.

Leaves the meters on a line to `meters` and whether they fit on it to `acquisition.occupancy`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reference_terminal.settings.reader import Section

PARITIES = ("even", "odd", "none")
STOP_BITS = ("1", "2")
BAUDS = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


@dataclass(frozen=True)
class LineConfig:
    """One half-duplex line: `device` a serial port of the terminal, or `host` and `port` of a serial server.

    A meter may take `timeout_s` to begin its answer and `gap_s` between two octets; `turnaround_s` passes between an
    answer and the next request. `response_s` is what a meter usually takes, for computing the occupancy. `echo`: the
    adapter hears its own requests.
    """

    id: str
    device: str = ""
    host: str = ""
    port: int = 0
    baud: int = 2400
    parity: str = "even"
    stop_bits: str = "1"
    data_bits: int = 8
    timeout_s: Decimal = Decimal("1")
    retries: int = 1
    gap_s: Decimal = Decimal("0.5")
    turnaround_s: Decimal = Decimal("0.05")
    response_s: Decimal = Decimal("0.1")
    echo: bool = False
    reconnect_min_s: Decimal = Decimal("1")
    reconnect_max_s: Decimal = Decimal("60")

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


def read_line(section: Section) -> LineConfig:
    """One serial line; its problems go into the section."""
    shortest, longest = Decimal("0.05"), Decimal(600)
    value = LineConfig(
        id=section.name("id"),
        device=section.text("device", ""),
        host=section.text("host", ""),
        port=section.integer("port", 1, 65_535, 1) if "port" in section else 0,
        baud=section.integer("baud", 300, 115_200, 2400),
        parity=section.choice("parity", PARITIES, "even"),
        stop_bits=section.choice("stop_bits", STOP_BITS, "1"),
        data_bits=section.integer("data_bits", 7, 8, 8),
        timeout_s=section.decimal("timeout_s", shortest, Decimal(60), Decimal(1)),
        retries=section.integer("retries", 0, 10, 1),
        gap_s=section.decimal("gap_s", Decimal("0.002"), Decimal(10), Decimal("0.5")),
        turnaround_s=section.decimal("turnaround_s", Decimal(0), Decimal(10), Decimal("0.05")),
        response_s=section.decimal("response_s", Decimal(0), Decimal(10), Decimal("0.1")),
        echo=section.boolean("echo", False),
        reconnect_min_s=section.decimal("reconnect_min_s", shortest, longest, Decimal(1)),
        reconnect_max_s=section.decimal("reconnect_max_s", shortest, longest, Decimal(60)),
    )
    if bool(value.device) == bool(value.host):
        section.problem(
            "device",
            "expected either device (a serial port such as /dev/ttyS0) or host and port (a serial server); give one",
            "应给出 device(本机串口)或 host 与 port(串口服务器)之一",
        )
    if value.host and not value.port:
        section.problem("port", "the serial server's port is missing; add port", "缺少串口服务器端口 port,请补上")
    if value.device and value.port:
        section.problem(
            "port", "belongs to a serial server, and this line has a device; remove port", "本机串口不需要 port"
        )
    if value.baud not in BAUDS:
        section.problem(
            "baud",
            f"expected one of {', '.join(map(str, BAUDS))}, got {value.baud}",
            f"应为 {'、'.join(map(str, BAUDS))} 之一,实际为 {value.baud}",
        )
    if value.data_bits == 7 and value.parity == "none":
        section.problem("parity", "7 data bits come with a parity; set even or odd", "7 位数据位须配奇偶校验")
    if value.reconnect_min_s > value.reconnect_max_s:
        section.problem(
            "reconnect_min_s", "longer than reconnect_max_s; make it shorter", "大于 reconnect_max_s,请改小"
        )
    section.done()
    return value
