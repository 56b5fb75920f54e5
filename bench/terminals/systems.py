"""OPC UA servers and databases of the bench's world, as a terminal is told of them.

Leaves the meters behind them to the adapters. The reference terminal's configuration takes these tables as they are.
"""

from __future__ import annotations

from typing import Any

from bench.terminals import Seat
from simulators.world import MeterSpec


def system_of(seat: Seat, spec: MeterSpec) -> str:
    """The name of the system a meter stands behind, in the terminal's configuration."""
    return f"s{_places(seat).index(_place(spec)) + 1}"


def systems_of(seat: Seat) -> list[dict[str, Any]]:
    """Every system that meters stand behind, once."""
    specs = {_place(spec): spec for spec in reversed(seat.site.world.meters) if spec.system}
    return [_system(seat, f"s{number}", specs[place]) for number, place in enumerate(_places(seat), 1)]


def needs_vault(seat: Seat) -> bool:
    """Whether the terminal is given a key for one of them."""
    return any(spec.system == "opcua" and spec.security != "none" for spec in seat.site.world.meters)


Place = tuple[str, str, int, str]


def _place(spec: MeterSpec) -> Place:
    return spec.system, spec.host, spec.port, spec.database


def _places(seat: Seat) -> list[Place]:
    return list(dict.fromkeys(_place(spec) for spec in seat.site.world.meters if spec.system))


def _system(seat: Seat, name: str, spec: MeterSpec) -> dict[str, Any]:
    if spec.system == "sql":
        return {"id": name, "kind": "sql", "url": seat.site.database(spec.database)}
    table = {"id": name, "kind": "opcua", "url": f"opc.tcp://{spec.host}:{spec.port}/", "security": spec.security}
    if spec.security != "none":
        side = seat.site.opcua_side(spec.host, spec.port)
        table |= {"certificate": side.certificate, "key": side.key, "trusted": side.trusted}
    return table
