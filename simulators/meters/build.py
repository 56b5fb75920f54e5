"""Meters of a description made real, and the gateways and buses they stand behind.

Leaves to others: what is described (`spec`), where it comes from (`world`, `fleet`), and each protocol's meters (its
descriptor).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, cast

from simulators.meters.carriers import Carrier, LineSettings
from simulators.meters.maps import RegisterMap
from simulators.meters.meter import Meter
from simulators.meters.modbus.device import ModbusMeter
from simulators.meters.modbus.tcp import Gateway
from simulators.meters.places import Database, GatewayPort, OpcUaPort, SerialLine, ServerPort
from simulators.meters.protocols import Kit, protocol_of
from simulators.meters.serial.bus import SerialBus
from simulators.meters.serial.maps import AnyMap
from simulators.meters.serial.meter import Station
from simulators.meters.spec import SERVERS, LineSpec, MeterSpec
from simulators.systems.tagged import Kind, Security, TaggedMeter

if TYPE_CHECKING:
    from simulators.systems.opcua import OpcUaServer
    from simulators.systems.sql import SqlDatabase

Carriers = Callable[[LineSpec], Carrier]
"""Gives the meters' end of a serial line."""


def build_meter(spec: MeterSpec, device: AnyMap, kit: Kit, port: LineSettings | None) -> tuple[Meter, Station | None]:
    """A meter, and what of it stands on a serial bus (None for a gateway's port, and behind a system)."""
    if not spec.system or not isinstance(device, RegisterMap):
        return protocol_of(device).build(spec, device, kit, port)
    tagged = TaggedMeter(
        spec.name,
        cast(Kind, spec.system),
        device,
        kit.plant,
        period_us=1_000_000 * spec.rows_s,
        **kit.wiring(spec),
    )
    return tagged, None


Door: TypeAlias = "Gateway | SerialBus | OpcUaServer | SqlDatabase"
"""What meters stand behind."""


def build_doors(
    meters: Sequence[tuple[MeterSpec, Meter, Station | None]],
    lines: Mapping[str, LineSpec],
    kit: Kit,
    carriers: Carriers | None,
) -> tuple[Door, ...]:
    """The gateways and buses of meters, each place once. ValueError if there are lines but nobody gives their ends."""
    gateways: dict[GatewayPort, list[ModbusMeter]] = {}
    buses: dict[ServerPort, list[Station]] = {}
    on_lines: dict[str, list[Station]] = {}
    servers: dict[tuple[str, int], list[TaggedMeter]] = {}
    security: dict[tuple[str, int], Security] = {}
    databases: dict[Database, list[TaggedMeter]] = {}
    for spec, meter, station in meters:
        match spec.place, meter, station:
            case OpcUaPort(host, port, asked), TaggedMeter(), _:
                servers.setdefault((host, port), []).append(meter)
                security[host, port] = cast(Security, asked)
            case Database() as place, TaggedMeter(), _:
                databases.setdefault(place, []).append(meter)
            case SerialLine(device), _, station if station is not None:
                on_lines.setdefault(device, []).append(station)
            case ServerPort() as place, _, station if station is not None:
                buses.setdefault(place, []).append(station)
            case GatewayPort() as place, ModbusMeter(), _:
                gateways.setdefault(place, []).append(meter)
            case _:
                raise ValueError(f"meter {spec.name} cannot stand at {spec.place}")
    if on_lines and carriers is None:
        raise ValueError(
            f"the world has serial lines ({', '.join(on_lines)}), but none can be made here; "
            "give meters host and port, or start it where serial lines exist"
        )
    clock, observe = kit.clock, kit.observe
    doors: list[Door] = [Gateway(at.host, at.port, each, clock=clock, observe=observe) for at, each in gateways.items()]
    doors += [SerialBus(at.host, at.port, each, clock=clock, observe=observe) for at, each in buses.items()]
    doors += _systems(servers, security, databases, kit)
    if carriers is not None:
        for name, stations in on_lines.items():
            line = lines[name]
            doors.append(
                SerialBus(
                    "",
                    0,
                    stations,
                    clock=clock,
                    observe=observe,
                    carrier=carriers(line),
                    settings=line.settings,
                )
            )
    return tuple(doors)


def _systems(
    servers: Mapping[tuple[str, int], list[TaggedMeter]],
    security: Mapping[tuple[str, int], Security],
    databases: Mapping[Database, list[TaggedMeter]],
    kit: Kit,
) -> list[Door]:
    """OPC UA servers and databases; only a world that has them pays for their libraries."""
    doors: list[Door] = []
    if servers:
        from simulators.systems.opcua import OpcUaServer

        for (host, port), meters in servers.items():
            asked = security[host, port]
            doors.append(
                OpcUaServer(
                    host, port, meters, security=asked, since_us=kit.since_us, clock=kit.clock, observe=kit.observe
                )
            )
    if databases:
        from simulators.systems.database_server import DatabaseServer
        from simulators.systems.sql import SqlDatabase

        for at, each in databases.items():
            server = DatabaseServer(at.kind, at.host, at.port, each[0].name) if at.kind in SERVERS else None
            doors.append(SqlDatabase(at.url, each, clock=kit.clock, observe=kit.observe, server=server))
    return doors
