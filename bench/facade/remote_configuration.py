"""What a terminal is told of a centre when it is configured from afar (docs/WIRE.md section 5).

Leaves signing and issuing to the management software. The words are those of the agreement, not those of a terminal.
"""

from __future__ import annotations

from typing import Any

from simulators.centres.kinds import kind_of
from simulators.meters.modbus.point_row import RegistersRow
from simulators.trust.authority import TerminalSide
from simulators.world import Site


def told_of(site: Site, centre: str) -> dict[str, Any]:
    """A centre's entry of a configuration: every member a text, `codes` by point. KeyError for one not on the bench.

    ValueError for one of a kind that no terminal is configured for from afar.
    """
    specs = {spec.name: spec for spec in site.world.centres}
    spec = specs[centre]
    kind = kind_of(spec)
    if not kind.profile:
        raise ValueError(f"no terminal is configured for {kind.title[0]} from afar")
    plain = spec.channel == "plain" and not kind.token
    side = TerminalSide() if plain else site.terminal_side(centre)
    members: dict[str, Any] = {
        "id": spec.name,
        "protocol": kind.profile,
        "host": spec.host,
        "port": str(spec.port),
        "mn": spec.mn,
        "pw": spec.pw,
        "st": spec.st,
        "minute_interval": str(spec.minute_interval),
        "overtime_s": str(spec.over_time_s),
        "recount": str(spec.re_count),
        "channel": "" if spec.channel == "plain" else spec.channel,
        "server_name": "" if spec.channel == "plain" else side.server_name,
        "anchors": side.anchors,
        "crls": side.crls,
        "certificate": side.certificate,
        "key": side.key,
        "token": side.token,
        **kind.members(spec, side),
    }
    codes = {row.id: row.codes[centre] for row in site.points.values() if centre in row.codes}
    return {**{name: text for name, text in members.items() if text}, "codes": codes}


def meter_told_of(site: Site, meter: str) -> dict[str, str]:
    """What a terminal has to be told of a Modbus TCP meter and its first point. KeyError for one not on the bench."""
    spec = {spec.name: spec for spec in site.world.meters}[meter]
    row = next(row for row in site.points.values() if row.meter == meter)
    own = row.of(RegistersRow)
    part = own.parts[0]
    return {
        "meter": meter,
        "host": spec.host,
        "port": str(spec.port),
        "unit": str(own.unit_id),
        "point": row.id,
        "kind": row.kind,
        "function": str(own.fc),
        "register": str(part.address),
        "type": part.type,
        "order": part.order,
        "scale": row.scale,
        "measured": row.unit,
    }
