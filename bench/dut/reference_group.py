"""What the reference terminal is told of the terminals beside it: as a master its slaves, as a slave its master.

Leaves centres to `reference_centres`; to a slave its master is one of them.
"""

from __future__ import annotations

from typing import Any

from bench.dut import Fellow, Role, Seat
from bench.dut.reference_meters import unit_of


def group_of(seat: Seat) -> dict[str, Any]:
    """The section [group] of a master; nothing for any other."""
    role = seat.role
    if role is None or not role.slaves:
        return {}
    port = role.slaves[0].port
    return {
        "group": {
            "host": seat.uplink,
            "port": port,
            "minute_interval": role.minute_interval,
            **_channel(role),
            "slaves": [_slave(each) for each in role.slaves],
        }
    }


def _slave(slave: Fellow) -> dict[str, Any]:
    return {
        "id": slave.name,
        "points": [
            {
                "tag": slave.tags[row.id],
                "id": row.id,
                "kind": row.kind,
                "unit": unit_of(row),
                **({"decimals": row.decimals} if row.decimals >= 0 else {}),
            }
            for row in slave.rows
        ],
    }


def masters_of(seat: Seat) -> list[dict[str, Any]]:
    """The master of a slave as a centre; none for any other."""
    role = seat.role
    if role is None or role.master is None:
        return []
    return [
        {
            "id": role.master.name,
            "protocol": "master",
            "host": role.master.host,
            "port": role.master.port,
            "mn": role.reports_as,
            "minute_interval": role.minute_interval,
            "buffer_h": seat.settings["buffer_h"],
            "codes": dict(role.tags),
            **_channel(role),
        }
    ]


def _channel(role: Role) -> dict[str, str]:
    return {
        "channel": "mtls",
        "certificate": role.own.certificate,
        "key": role.own.key,
        "anchors": role.own.anchors,
    }
