"""Meters of the bench's world as tables of the reference terminal's configuration.

Leaves centres to reference_centres and the terminal itself to reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.terminals import Seat
from simulators.world import PointRow

# Unit names of the bench's register maps that the terminal calls otherwise.
_UNITS = {"degC": "°C"}


class NoDriver(Exception):
    """A world with meters that the reference terminal cannot read."""


Gateways = Mapping[tuple[str, int], str]
"""Name of the terminal's gateway by host and port."""


def gateways_of(seat: Seat) -> Gateways:
    """A gateway for every host and port that meters stand at. Raises NoDriver."""
    site = seat.site
    foreign = sorted({row.protocol for row in site.points.values()} - {"modbus-tcp"})
    if foreign:
        raise NoDriver(
            f"the reference terminal reads Modbus TCP, this world also has {', '.join(foreign)}; "
            "leave those meters out / 参考终端目前只支持 Modbus TCP"
        )
    gateways: dict[tuple[str, int], str] = {}
    for spec in site.world.meters:
        gateways.setdefault((spec.host, spec.port), f"g{len(gateways) + 1}")
    return gateways


def meters_of(seat: Seat, gateways: Gateways) -> list[dict[str, Any]]:
    """All meters with their points."""
    settings, site = seat.settings, seat.site
    periods: Mapping[str, float] = settings["periods"]
    return [
        {
            "id": spec.name,
            "gateway": gateways[spec.host, spec.port],
            "unit": spec.unit,
            "period_s": int(periods.get(spec.name, settings["period_s"])),
            **({"max_gap": 0} if _strict(seat, spec.name) else {}),
            "points": [_point(row) for row in site.points.values() if row.meter == spec.name],
        }
        for spec in site.world.meters
    ]


def _strict(seat: Seat, meter: str) -> bool:
    """Whether the device refuses a read across unused registers."""
    return any(row.gaps == "exception" for row in seat.site.points.values() if row.meter == meter)


def _point(row: PointRow) -> dict[str, Any]:
    made: dict[str, Any] = {"id": row.id, "kind": row.kind, "function": row.fc, "unit": _UNITS.get(row.unit, row.unit)}
    made["parts"] = [
        {"address": part.address, "type": part.type, "order": part.order, "factor": part.factor} for part in row.parts
    ]
    made["scale"] = row.scale
    if row.decimals >= 0:
        made["decimals"] = row.decimals
    for key, text in (
        ("modulus", row.modulus),
        ("min", row.low),
        ("max", row.high),
        ("rated_per_h", row.rated_per_h),
        ("ratio", "" if row.ratio == "1" else row.ratio),
    ):
        if text:
            made[key] = text
    if row.sentinel:
        made["sentinels"] = [row.sentinel]
    return made
