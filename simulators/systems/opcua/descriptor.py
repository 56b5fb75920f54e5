"""OPC UA servers as one of the kinds of systems.

Leaves what is served to `server`, which only a world that has one pays for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from simulators.meters.faults import (
    BadStatus,
    Delayed,
    ForeignCertificate,
    Late,
    Omitted,
    OtherType,
    Restarting,
    Silent,
    Stale,
    Unstamped,
    WrongClock,
)
from simulators.meters.protocols import Note, Surroundings
from simulators.meters.spec import MeterSpec
from simulators.settings import Port
from simulators.systems import sentences as said
from simulators.systems.kinds import SystemKind, SystemPlace, TaggedRow
from simulators.systems.tagged import OF_VALUES, Security, TaggedMeter, node_of

if TYPE_CHECKING:
    from simulators.systems.opcua.server import OpcUaServer


class OpcUaPlace(SystemPlace, frozen=True, kw_only=True, tag="opcua"):
    """Behind an OPC UA server. `security` is what it asks of its sessions, `offers` which endpoints it names."""

    host: str
    port: Port
    security: Security = "none"
    offers: Literal["asked", "all"] = "asked"

    @property
    def at(self) -> tuple[str, int]:
        """Where it listens."""
        return self.host, self.port

    @property
    def spoken(self) -> str:
        """OPC UA alone."""
        return "OPC UA"


class NodeRow(TaggedRow, frozen=True, kw_only=True):
    """A node; `security` is what its server asks of sessions."""

    security: str = ""


class OpcUa(SystemKind[OpcUaPlace]):
    """Servers of nodes, one for each register. The last five faults are the server's."""

    id = "opcua"
    rank = 1
    settings = OpcUaPlace
    row_type = NodeRow
    faults = (
        *OF_VALUES,
        BadStatus,
        Stale,
        Unstamped,
        WrongClock,
        Omitted,
        OtherType,
        Silent,
        Delayed,
        Late,
        Restarting,
        ForeignCertificate,
    )

    def placed(self, options: Mapping[str, Any], host: str) -> OpcUaPlace:
        """At the registered port."""
        return OpcUaPlace(host=host, port=4840, **options)

    def check(self, meters: Sequence[tuple[MeterSpec, OpcUaPlace]], note: Note) -> None:
        """One server asks one security."""
        asked: dict[tuple[str, int], tuple[str, str]] = {}
        for meter, place in meters:
            security, name = asked.setdefault(place.at, (place.security, meter.name))
            if security != place.security:
                note(
                    f"meter {meter.name}",
                    said.OPCUA_SECURITY(place=place, security=security, meter=name),
                )

    def tag(self, meter: str, register: str) -> str:
        """Its node identifier."""
        return node_of(meter, register)

    def row(self, place: OpcUaPlace, seen: TaggedRow) -> NodeRow:
        """With what is asked of sessions."""
        return NodeRow(**msgspec.structs.asdict(seen), security=place.security)

    def line(self, place: OpcUaPlace, door: Any) -> str:
        """With what is asked of sessions."""
        del door
        return f"{place} security {place.security}"

    def build(self, place: OpcUaPlace, meters: Sequence[TaggedMeter], surroundings: Surroundings) -> OpcUaServer:
        """One server in front of its devices."""
        from simulators.systems.opcua.server import OpcUaServer

        return OpcUaServer(
            place.host,
            place.port,
            meters,
            security=place.security,
            offers_all=place.offers == "all",
            since_us=surroundings.since_us,
            clock=surroundings.clock,
            observe=surroundings.observe,
        )

    def told(self, place: OpcUaPlace, door: OpcUaServer) -> Mapping[str, Any]:
        """Its endpoint; with security also the client's certificate and key, and the server's certificate."""
        found: dict[str, Any] = {"url": f"opc.tcp://{place}/", "security": place.security}
        if place.security == "none":
            return found
        from simulators.systems.opcua.server import client_identity

        own = client_identity()
        return {
            **found,
            "certificate": own.certificate_pem,
            "key": own.key_pem,
            "trusted": door.identity.certificate_pem,
        }


KIND = OpcUa()
