"""Where meters stand: one type for each kind of place, so that nobody asks which text of a description is empty.

Leaves to others: what stands there (`build`), whether a meter of this protocol can (its descriptor, `world.check`), and
the places behind systems, which are those of their kinds (`systems.kinds`).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Self

import msgspec

from simulators.settings import Port, Settings


class Place(Settings, frozen=True):
    """A place of a meter."""

    @property
    def at(self) -> tuple[str, int]:
        """Host and port; empty and 0 where it has none."""
        return "", 0

    @property
    def door(self) -> Hashable:
        """What tells places of one kind apart: meters with the same stand behind the same door."""
        return self.at

    @property
    def spoken(self) -> str:
        """What is spoken there, in a word; empty where nobody listens for its meters alone."""
        return ""

    def __str__(self) -> str:
        return "{}:{}".format(*self.at)

    def moved(self, host: str, port: int) -> Self:
        """The same place at another host and port, if it has any."""
        return msgspec.structs.replace(self, host=host, port=port) if self.at[0] else self


class NetworkPort(Place, frozen=True):
    """A port on the network."""

    host: str
    port: Port

    @property
    def at(self) -> tuple[str, int]:
        """Where it listens."""
        return self.host, self.port


class GatewayPort(NetworkPort, frozen=True):
    """A port of a gateway that speaks the meters' own protocol over TCP."""

    @property
    def spoken(self) -> str:
        """Modbus TCP alone goes without a line."""
        return "Modbus"


class ServerPort(NetworkPort, frozen=True):
    """A port of a transparent serial server: octets as they are on its line."""

    @property
    def spoken(self) -> str:
        """Any protocol of a line."""
        return "serial"


class SerialLine(Place, frozen=True):
    """A serial line of the world, by the name of its device."""

    device: str = msgspec.field(name="line")

    @property
    def door(self) -> Hashable:
        """The line."""
        return "line", self.device

    @property
    def spoken(self) -> str:
        """Any protocol of a line."""
        return "serial"

    def __str__(self) -> str:
        return f"line {self.device}"


class Collected(Place, frozen=True):
    """Behind a collector of the world, by its name; host and port are the collector's."""

    collector: str
    host: str = ""
    port: int = 0

    @property
    def at(self) -> tuple[str, int]:
        """Where its collector listens."""
        return self.host, self.port


def port_of(host: str, port: int, *, serial: bool) -> NetworkPort:
    """A port on the network: of a serial server, or of a gateway."""
    return ServerPort(host, port) if serial else GatewayPort(host, port)
