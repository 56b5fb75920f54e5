"""OPC UA servers and databases of a configuration, and the driver of every meter behind them.

Leaves gateways, lines and collectors to `carriers`. Only a terminal that has them pays for the libraries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from reference_terminal.acquisition.driver import Carrier, Driver
from reference_terminal.model.clock import WallClock
from reference_terminal.security.systems import SystemKeys
from reference_terminal.settings.meters import MeterConfig
from reference_terminal.settings.systems import OPCUA, SystemConfig
from reference_terminal.storage.journal import Journal

if TYPE_CHECKING:
    from reference_terminal.acquisition.opcua.client import OpcUaClient
    from reference_terminal.acquisition.sql.row_source import RowSource


class Memory(Protocol):
    """What outlasts a restart."""

    def setting(self, scope: str, name: str) -> str | None:
        """A setting, None if it was never kept."""
        ...

    def keep_setting(self, scope: str, name: str, value: str) -> None:
        """Keep a setting with the next commit."""
        ...


class Systems:
    """Every system of a configuration; a connection is made for those that a meter stands behind."""

    def __init__(
        self,
        configs: Sequence[SystemConfig],
        keys: Mapping[str, SystemKeys | None],
        clock: WallClock,
        journal: Journal,
        memory: Memory,
    ) -> None:
        self._configs = {config.id: config for config in configs}
        self._keys = keys
        self._clock = clock
        self._journal = journal
        self._memory = memory
        self._clients: dict[str, OpcUaClient] = {}
        self._sources: dict[str, RowSource] = {}
        self._own: dict[str, Carrier] = {}

    def of(self, meter: MeterConfig) -> Carrier:
        """What a meter's requests share: its server's session, or its own way to a database."""
        return self._own[meter.id]

    def driver(self, meter: MeterConfig, first_point: int) -> Driver:
        """The driver of a meter behind a system."""
        config = self._configs[meter.system]
        if config.kind == OPCUA:
            from reference_terminal.acquisition.opcua.client import OpcUaClient
            from reference_terminal.acquisition.opcua.driver import OpcUaMeter

            client = self._clients.get(config.id)
            if client is None:
                client = OpcUaClient(config, self._keys[config.id], self._clock, self._journal)
                self._clients[config.id] = client
            self._own[meter.id] = client
            return OpcUaMeter(meter, first_point, client)
        from reference_terminal.acquisition.sql.driver import SqlMeter
        from reference_terminal.acquisition.sql.row_source import RowSource

        source = self._sources.get(config.id)
        if source is None:
            source = self._sources[config.id] = RowSource(config, self._clock, self._journal, self._memory)
        driver = SqlMeter(meter, first_point, source, self._clock)
        self._own[meter.id] = driver.carrier
        return driver
