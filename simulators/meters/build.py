"""Meters of a description made real, and the gateways and buses they stand behind.

Leaves to others: what is described (`spec`), where it comes from (`world`, `fleet`), and each protocol's meters (its
descriptor).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from simulators.meters.carriers import Carrier, LineSettings
from simulators.meters.meter import Meter
from simulators.meters.modbus.device import ModbusMeter
from simulators.meters.modbus.tcp import Gateway
from simulators.meters.places import GatewayPort, SerialLine, ServerPort
from simulators.meters.protocols import Surroundings, protocol_of
from simulators.meters.serial.bus import SerialBus
from simulators.meters.serial.maps import AnyMap
from simulators.meters.serial.meter import Station
from simulators.meters.spec import LineSpec, MeterSpec
from simulators.systems.kinds import SystemDoor

Carriers = Callable[[LineSpec], Carrier]
"""Gives the meters' end of a serial line."""


def build_meter(
    spec: MeterSpec, device: AnyMap, surroundings: Surroundings, port: LineSettings | None
) -> tuple[Meter, Station | None]:
    """A meter, and what of it stands on a serial bus (None for a gateway's port)."""
    return protocol_of(device).build(spec, device, surroundings, port)


Door: TypeAlias = "Gateway | SerialBus | SystemDoor"
"""What meters stand behind."""


def build_doors(
    meters: Sequence[tuple[MeterSpec, Meter, Station | None]],
    lines: Mapping[str, LineSpec],
    surroundings: Surroundings,
    carriers: Carriers | None,
    systems: Sequence[SystemDoor] = (),
) -> tuple[Door, ...]:
    """The gateways and buses of meters, each place once, with the systems of their world.

    ValueError if there are lines but nobody gives their ends.
    """
    gateways: dict[GatewayPort, list[ModbusMeter]] = {}
    buses: dict[ServerPort, list[Station]] = {}
    on_lines: dict[str, list[Station]] = {}
    for spec, meter, station in meters:
        match spec.place, meter, station:
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
    clock, observe = surroundings.clock, surroundings.observe
    doors: list[Door] = [Gateway(at.host, at.port, each, clock=clock, observe=observe) for at, each in gateways.items()]
    doors += [SerialBus(at.host, at.port, each, clock=clock, observe=observe) for at, each in buses.items()]
    doors += systems
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
