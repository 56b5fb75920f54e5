"""Modbus in its three frames as one of the protocols of meters.

Leaves frames to `client` (TCP) and `serial` (RTU, ASCII), registers to `blocks` and `decode`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

from reference_terminal.acquisition.driver import Carrier, Driver
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.modbus import blocks, explain, probe, serial
from reference_terminal.acquisition.modbus.client import GatewayClient
from reference_terminal.acquisition.modbus.driver import ModbusMeter, SerialModbusMeter
from reference_terminal.acquisition.modbus.settings import (
    WORDS,
    ModbusOwn,
    Registers,
    carrier_of,
    read_own,
    read_registers,
)
from reference_terminal.acquisition.protocol import AcquisitionProtocol, Probe, Surroundings
from reference_terminal.model.seams import seam
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.protocols import Own
from reference_terminal.settings.reader import Section

_REQUEST, _ANSWER = 8, 5


class Modbus(AcquisitionProtocol):
    """Whatever has registers."""

    words = WORDS
    rank = 1
    probe_rank = 3

    def carrier(self, word: str) -> str:
        """Modbus TCP stands at gateways."""
        return carrier_of(word)

    def own(self, section: Section, word: str) -> ModbusOwn:
        """Unit and requests."""
        return read_own(section, word)

    def place(self, section: Section, word: str, own: Own) -> Registers:
        """Registers."""
        return read_registers(section)

    @seam
    def exchanges(self, meter: MeterConfig) -> Sequence[tuple[int, int]]:
        """One for each block."""
        plan = blocks.plan(meter, 0, blocks.own_of(meter).max_gap)
        rtu = [(_REQUEST, _ANSWER + 2 * block.count) for block in plan.blocks]
        if meter.protocol != "modbus-ascii":
            return rtu
        # Two characters an octet, colon, one octet of check in place of two, CR LF.
        return [(2 * asked + 1, 2 * answered + 1) for asked, answered in rtu]

    def driver(self, meter: MeterConfig, first_point: int, carrier: Carrier, around: Surroundings) -> Driver:
        """A unit behind a gateway or on a line."""
        if isinstance(carrier, GatewayClient):
            return ModbusMeter(meter, first_point, carrier)
        return SerialModbusMeter(meter, first_point, cast(Line, carrier))

    def probes(self) -> Mapping[str, Probe]:
        """Each of its frames."""
        ways = {"modbus-rtu": probe.ask_rtu, "modbus-ascii": probe.ask_ascii}
        lines = {name: Probe(ask, partial(explain.lines_of, serial.FRAMINGS[name])) for name, ask in ways.items()}
        return {**lines, "modbus-tcp": Probe(probe.ask_tcp, _unexplained, network=True)}


def _unexplained(octets: bytes) -> list[str]:
    del octets
    return []


PROTOCOL = Modbus()
