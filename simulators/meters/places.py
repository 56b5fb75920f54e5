"""Where meters stand: one type for each kind of place, so that nobody asks which text of a description is empty.

Leaves to others: what stands there (`build`), and whether a meter of this protocol can (its descriptor, `world.check`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GatewayPort:
    """A port of a gateway that speaks the meters' own protocol over TCP."""

    host: str
    port: int


@dataclass(frozen=True)
class ServerPort:
    """A port of a transparent serial server: octets as they are on its line."""

    host: str
    port: int


@dataclass(frozen=True)
class SerialLine:
    """A serial line of the world, by the name of its device."""

    device: str


@dataclass(frozen=True)
class Collected:
    """Behind a collector of the world, by its name."""

    collector: str


@dataclass(frozen=True)
class OpcUaPort:
    """Behind an OPC UA server, which asks this of its sessions (none, sign, encrypt)."""

    host: str
    port: int
    security: str


@dataclass(frozen=True)
class Database:
    """Rows of a database: its URL, or the kind, host and port of a server of the bench's own."""

    url: str
    kind: str = ""
    host: str = ""
    port: int = 0


Place = GatewayPort | ServerPort | SerialLine | Collected | OpcUaPort | Database
