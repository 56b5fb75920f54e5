"""Meters of a description made real, and the gateways and buses they stand behind.

Leaves to others: what is described (`spec`) and where it comes from (`world`, `fleet`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from simulators.clock import Chance, Clock, Observe
from simulators.meters.carriers import Carrier, LineSettings
from simulators.meters.cjt188.meter import Cjt188Meter
from simulators.meters.dlt645.meter import Dlt645Meter
from simulators.meters.maps import RegisterMap
from simulators.meters.meter import Binding, Meter
from simulators.meters.modbus.device import ModbusMeter
from simulators.meters.modbus.serial import ModbusStation
from simulators.meters.modbus.tcp import Gateway
from simulators.meters.scale.frames import COMMANDED
from simulators.meters.scale.indicator import CommandScale, ScaleMeter
from simulators.meters.serial.bus import SerialBus
from simulators.meters.serial.maps import AnyMap
from simulators.meters.serial.meter import SerialMeter, Station
from simulators.meters.spec import SERVERS, LineSpec, MeterSpec
from simulators.plant import Plant
from simulators.systems.tagged import Kind, Security, TaggedMeter

if TYPE_CHECKING:
    from simulators.systems.opcua import OpcUaServer
    from simulators.systems.sql import SqlDatabase

_SERIAL: dict[str, type[SerialMeter]] = {"dlt645": Dlt645Meter, "cjt188": Cjt188Meter, "scale": ScaleMeter}

Carriers = Callable[[LineSpec], Carrier]
"""Gives the meters' end of a serial line."""


@dataclass(frozen=True)
class Kit:
    """What every simulated meter is handed. `since_us` is when it began to count (us UTC)."""

    plant: Plant
    clock: Clock
    chance: Chance
    observe: Observe
    since_us: int


def build_meter(spec: MeterSpec, device: AnyMap, kit: Kit, port: LineSettings | None) -> tuple[Meter, Station | None]:
    """A meter, and what of it stands on a serial bus (None behind Modbus TCP)."""
    chance = kit.chance(f"meter/{spec.name}")
    bindings = [Binding(point.id, point.register, point.quantity) for point in spec.points]
    if spec.system and isinstance(device, RegisterMap):
        tagged = TaggedMeter(
            spec.name,
            cast(Kind, spec.system),
            device,
            kit.plant,
            clock=kit.clock,
            chance=chance,
            observe=kit.observe,
            source=spec.source,
            bindings=bindings,
            ratio=spec.ratio,
            serial=spec.serial,
            period_us=1_000_000 * spec.rows_s,
        )
        return tagged, None
    if isinstance(device, RegisterMap):
        meter = ModbusMeter(
            spec.name,
            spec.unit,
            device,
            kit.plant,
            clock=kit.clock,
            chance=chance,
            observe=kit.observe,
            source=spec.source,
            bindings=bindings,
            ratio=spec.ratio,
            serial=spec.serial,
            refresh_us=1000 * spec.refresh_ms,
        )
        return meter, ModbusStation(meter, spec.framing, kit.clock, port) if spec.framing else None
    made = CommandScale if device.protocol == COMMANDED else _SERIAL[device.family]
    serial = made(
        spec.name,
        spec.address,
        device,
        kit.plant,
        clock=kit.clock,
        chance=chance,
        observe=kit.observe,
        since_us=kit.since_us,
        source=spec.source,
        bindings=bindings,
        ratio=spec.ratio,
        serial=spec.serial,
        port=port,
    )
    return serial, serial


Database = tuple[str, str, str, int]
"""What tells one database from another: its URL, or the kind, host and port of one of the bench's own."""


def database_of(spec: MeterSpec) -> Database:
    """The database that a meter's rows are in."""
    return (spec.database, spec.sql, spec.host, spec.port) if spec.served else (spec.database, "", "", 0)


Door: TypeAlias = "Gateway | SerialBus | OpcUaServer | SqlDatabase"
"""What meters stand behind."""


def build_doors(
    meters: Sequence[tuple[MeterSpec, Meter, Station | None]],
    lines: Mapping[str, LineSpec],
    kit: Kit,
    carriers: Carriers | None,
) -> tuple[Door, ...]:
    """The gateways and buses of meters, each place once. ValueError if there are lines but nobody gives their ends."""
    gateways: dict[tuple[str, int], list[ModbusMeter]] = {}
    buses: dict[tuple[str, int], list[Station]] = {}
    on_lines: dict[str, list[Station]] = {}
    servers: dict[tuple[str, int], list[TaggedMeter]] = {}
    databases: dict[Database, list[TaggedMeter]] = {}
    security: dict[tuple[str, int], Security] = {}
    for spec, meter, station in meters:
        if isinstance(meter, TaggedMeter):
            if spec.system == "opcua":
                servers.setdefault((spec.host, spec.port), []).append(meter)
                security[spec.host, spec.port] = cast(Security, spec.security)
            else:
                databases.setdefault(database_of(spec), []).append(meter)
        elif station is None:
            if isinstance(meter, ModbusMeter):
                gateways.setdefault((spec.host, spec.port), []).append(meter)
        elif spec.line:
            on_lines.setdefault(spec.line, []).append(station)
        else:
            buses.setdefault((spec.host, spec.port), []).append(station)
    if on_lines and carriers is None:
        raise ValueError(
            f"the world has serial lines ({', '.join(on_lines)}), but none can be made here; "
            "give meters host and port, or start it where serial lines exist"
        )
    clock, observe = kit.clock, kit.observe
    doors: list[Door] = [
        Gateway(host, port, each, clock=clock, observe=observe) for (host, port), each in gateways.items()
    ]
    doors += [SerialBus(host, port, each, clock=clock, observe=observe) for (host, port), each in buses.items()]
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

        for (url, kind, host, port), each in databases.items():
            server = DatabaseServer(kind, host, port, each[0].name) if kind in SERVERS else None
            doors.append(SqlDatabase(url, each, clock=kit.clock, observe=kit.observe, server=server))
    return doors
