"""Gateways, lines and collectors put up from the configuration, and the driver of every meter on them.

Leaves polling to `poller` and protocols to the drivers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from reference_terminal.acquisition.backfill import Records
from reference_terminal.acquisition.driver import Carrier, Driver
from reference_terminal.acquisition.https.driver import HttpsMeter
from reference_terminal.acquisition.line import Heard, Line
from reference_terminal.acquisition.modbus.client import GatewayClient
from reference_terminal.acquisition.mqtt.client import MqttClient
from reference_terminal.acquisition.mqtt.driver import Inbox, MqttMeter
from reference_terminal.acquisition.protocol import Surroundings, protocol_of
from reference_terminal.acquisition.systems import Systems
from reference_terminal.model.reading import Reading
from reference_terminal.platform import Platform
from reference_terminal.settings.collectors import MQTT
from reference_terminal.settings.config import Config
from reference_terminal.settings.meters import MeterConfig


class Carriers:
    """Every gateway and line that has a meter, by name; names are told apart by what a meter says it stands at."""

    def __init__(self, config: Config, platform: Platform, surroundings: Surroundings) -> None:
        meters = (*config.meters, *config.standbys)
        self._around = surroundings
        self._systems = Systems(
            config.systems, surroundings.systems, surroundings.clock, surroundings.journal, surroundings.memory
        )
        self._collectors = {collector.id: collector for collector in config.collectors}
        self._own: dict[str, Carrier] = {}
        self._clients: dict[str, MqttClient] = {}
        self._inboxes: dict[str, Inbox] = {}
        for collector in config.collectors:
            if collector.protocol == MQTT and any(meter.collector == collector.id for meter in meters):
                client = MqttClient(
                    collector,
                    surroundings.security[collector.id],
                    surroundings.clock,
                    surroundings.journal,
                    platform.random,
                    surroundings.memory,
                )
                self._clients[collector.id] = client
                self._inboxes[collector.id] = Inbox(client, surroundings.journal)
        self._asked: list[tuple[MeterConfig, Driver]] = []
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
        """What a meter stands at: gateway, line, or for a meter behind a collector its own way there."""
        if meter.system:
            return self._systems.of(meter)
        if meter.collector:
            return self._own[meter.id]
        return self._gateways[meter.gateway] if meter.gateway else self._lines[meter.line]

    def retries(self, meter: MeterConfig) -> int:
        """How often a request to this meter is repeated."""
        if meter.collector or meter.system:
            return 0
        carrier = self._gateways[meter.gateway] if meter.gateway else self._lines[meter.line]
        return carrier.config.retries

    def driver(self, meter: MeterConfig, first_point: int) -> Driver:
        """The driver of a meter whose first point has the number `first_point`."""
        if meter.system:
            return self._systems.driver(meter, first_point)
        if meter.collector:
            return self._collected(meter, first_point)
        carrier: Carrier = self._gateways[meter.gateway] if meter.gateway else self._lines[meter.line]
        if meter.gateway and meter.standby_for:
            # A connection of its own: a standby must not wait behind the meter whose silence it ends.
            carrier = GatewayClient(self._gateways[meter.gateway].config, self._random)
        driver = protocol_of(meter).driver(meter, first_point, carrier, self._around)
        self._asked.append((meter, driver))
        return driver

    def records(self, meter: MeterConfig, driver: Driver, first_point: int) -> Records | None:
        """What a meter records by itself; None where it does not, or none of its points is in there."""
        return None if meter.collector or meter.system else protocol_of(meter).records(driver, first_point)

    def _collected(self, meter: MeterConfig, first_point: int) -> MqttMeter | HttpsMeter:
        collector, around = self._collectors[meter.collector], self._around
        if collector.protocol == MQTT:
            driver = MqttMeter(meter, first_point, self._clients[collector.id], around.clock)
            self._inboxes[collector.id].add(driver)
        else:
            security = around.security[collector.id]
            driver = HttpsMeter(meter, first_point, collector, security, around.clock, around.journal)
        self._own[meter.id] = driver.carrier
        return driver

    def heard_names(self) -> list[str]:
        """The lines and gateways that can be listened to."""
        return [*self._lines, *self._gateways]

    def listen(self, name: str, watch: Callable[[Heard], None] | None) -> None:
        """Tell `watch` (None: nobody) what a line or gateway carries; KeyError for a name that there is not."""
        carrier = self._lines[name] if name in self._lines else self._gateways[name]
        carrier.watch = watch

    def workers(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """What runs beside the pollers, by name: subscribers of collectors, watchers of bridges."""
        beside = [(meter.id, protocol_of(meter).worker(driver)) for meter, driver in self._asked]
        return [
            *((f"collector {name}", client.run) for name, client in self._clients.items()),
            *((f"beside {name}", work) for name, work in beside if work is not None),
        ]

    def committed(self, readings: Sequence[Reading]) -> None:
        """A batch was committed: brokers may forget what is in it."""
        del readings
        for client in self._clients.values():
            client.committed()
