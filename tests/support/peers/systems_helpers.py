"""What tests of systems share: a device behind an OPC UA server or a database."""

from __future__ import annotations

import random

from simulators.clock import Clock, seeded
from simulators.meters.maps import shipped_map
from simulators.meters.meter import Binding
from simulators.plant import Works
from simulators.systems.kinds import kinds
from simulators.systems.opcua.server import OpcUaServer
from simulators.systems.tagged import Security, TaggedMeter


def device(kind: str, clock: Clock, heard: object, start_us: int, registers: tuple[str, ...]) -> TaggedMeter:
    """The CEMS's data acquisition unit behind a system, with points `cems.<register>`."""
    return TaggedMeter(
        "cems",
        kinds()[kind].faults,
        shipped_map("cems_das"),
        Works(seeded(1), start_us, 3),
        clock=clock,
        chance=random.Random(1),
        observe=heard,  # type: ignore[arg-type]
        source="stack",
        bindings=[Binding(f"cems.{register}", register) for register in registers],
        period_us=60_000_000,
    )


def server(
    meter: TaggedMeter, port: int, security: Security, clock: Clock, heard: object, start_us: int
) -> OpcUaServer:
    """The server in front of a device, on loopback."""
    return OpcUaServer(
        "127.0.0.1",
        port,
        [meter],
        security=security,
        since_us=start_us,
        clock=clock,
        observe=heard,  # type: ignore[arg-type]
    )
