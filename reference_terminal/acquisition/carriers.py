"""Gateways and lines put up from the configuration, and the driver of every meter on them.

Leaves polling to `poller` and protocols to the drivers.
"""

from __future__ import annotations

from reference_terminal.acquisition.cjt188_driver import Cjt188Meter
from reference_terminal.acquisition.dlt645_driver import Dlt645Meter
from reference_terminal.acquisition.driver import Carrier, Driver
from reference_terminal.acquisition.line import Line
from reference_terminal.acquisition.modbus import GatewayClient
from reference_terminal.acquisition.modbus_driver import ModbusMeter, SerialModbusMeter
from reference_terminal.acquisition.scale import ScaleMeter
from reference_terminal.config import Config
from reference_terminal.config_meters import MeterConfig
from reference_terminal.config_serial import DLT645, SCALES
from reference_terminal.platform import Platform


class Carriers:
    """Every gateway and line that has a meter, by name; names are told apart by what a meter says it stands at."""

    def __init__(self, config: Config, platform: Platform) -> None:
        meters = (*config.meters, *config.standbys)
        self._random = platform.random
        self._gateways = {
            gateway.id: GatewayClient(gateway, platform.random)
            for gateway in config.gateways
            if any(meter.gateway == gateway.id for meter in meters)
        }
        self._lines = {
            line.id: Line(line, platform.random, platform.open_serial)
            for line in config.lines
            if any(meter.line == line.id for meter in meters)
        }

    def of(self, meter: MeterConfig) -> Carrier:
        """The gateway or line of a meter."""
        return self._gateways[meter.gateway] if meter.gateway else self._lines[meter.line]

    def retries(self, meter: MeterConfig) -> int:
        """How often a request to this meter is repeated."""
        carrier = self._gateways[meter.gateway] if meter.gateway else self._lines[meter.line]
        return carrier.config.retries

    def driver(self, meter: MeterConfig, first_point: int) -> Driver:
        """The driver of a meter whose first point has the number `first_point`."""
        if meter.gateway and meter.standby_for:
            # A connection of its own: a standby must not wait behind the meter whose silence it ends.
            client = GatewayClient(self._gateways[meter.gateway].config, self._random)
            return ModbusMeter(meter, first_point, client)
        if meter.gateway:
            return ModbusMeter(meter, first_point, self._gateways[meter.gateway])
        line = self._lines[meter.line]
        if meter.registers:
            return SerialModbusMeter(meter, first_point, line)
        if meter.protocol in DLT645:
            return Dlt645Meter(meter, first_point, line)
        if meter.protocol in SCALES:
            return ScaleMeter(meter, first_point, line)
        return Cjt188Meter(meter, first_point, line)
