"""What the reference terminal is told of people: the accounts and rules of its profile (docs/ACCESS.md).

Leaves how they are used to `bench.facade.people`.
"""

from __future__ import annotations

from typing import Any

from bench.dut import Seat

MAINTENANCE_PORT, REMOTE_PORT, LAN_PORT = 8443, 9443, 8444
"""As the profile's doors have them."""


def accounts_of(seat: Seat) -> dict[str, Any]:
    """The section [accounts]: the profile's rules, and its accounts as delivered."""
    access = seat.access
    if access is None:
        return {}
    rules = access.rules
    numbers = {
        "max_failures": rules.failures,
        "lock_s": rules.lock_s,
        "idle_s": rules.idle_s,
        "password_days": rules.validity_days,
        "min_length": rules.least_length,
        "min_classes": rules.least_classes,
    }
    delivered = [{"name": each.name, "role": each.role, "password": each.password} for each in access.accounts.values()]
    if entries := seat.settings.get("log_entries", 0):
        numbers["audit_entries"] = entries
    return {**{key: number for key, number in numbers.items() if number}, "audit_days": 184, "delivered": delivered}


def management_of(seat: Seat) -> dict[str, Any]:
    """The section [management]: the bench's local network is the card for maintenance; afar waits to be enabled."""
    doors = {} if seat.access is None else seat.access.doors
    if not any(f":{MAINTENANCE_PORT}" in door.base for door in doors.values()):
        return {}
    host = seat.local[0]
    table: dict[str, Any] = {"host": host, "port": MAINTENANCE_PORT, "dedicated": True}
    if seat.side is not None:
        own = {"certificate": seat.side.certificate, "key": seat.side.key, "anchors": seat.side.anchors}
        table |= {"remote_host": host, "remote_port": REMOTE_PORT, "channel": "gm-tls13", **own}
    return {"management": table}


def lan_of(seat: Seat) -> dict[str, Any]:
    """The section [lan]: pages and interface over HTTPS, where the profile has a door there."""
    doors = {} if seat.access is None else seat.access.doors
    if seat.shown is None or not any(f":{LAN_PORT}" in door.base for door in doors.values()):
        return {}
    own = {"certificate": seat.shown.certificate, "key": seat.shown.key}
    return {"lan": {"host": seat.local[0], "port": LAN_PORT, **own}}
