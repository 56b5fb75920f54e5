"""What a terminal is told of revocation: lists that it has to fetch, and where single certificates are asked about.

Leaves publishing them to `simulators.trust.distribution` and the words of one terminal's configuration to its adapter.
"""

from __future__ import annotations

from typing import NamedTuple

from bench.dut import Seat
from simulators.centres.channel import family_of
from simulators.trust.authority import Tier
from simulators.trust.certificates import Family

_TIERS: tuple[Tier, ...] = ("root", "intermediate")


class Lists(NamedTuple):
    """Addresses of the lists of every tree that a centre's certificate stands on; `policy` is refuse or alarm."""

    urls: tuple[str, ...]
    look_s: int
    policy: str


class StatusWish(NamedTuple):
    """Where the status of centres' certificates is told (OCSP); `policy` is hard or soft."""

    url: str
    look_s: int
    policy: str


def status_of(seat: Seat) -> StatusWish | None:
    """None where the terminal is to ask nobody."""
    published, wish = seat.site.world.revocation, seat.settings.get("status")
    if published is None or wish is None:
        return None
    return StatusWish(published.ocsp_url, wish.look_s, wish.policy)


def lists_of(seat: Seat) -> Lists | None:
    """None where the terminal is to fetch none."""
    published, wish = seat.site.world.revocation, seat.settings.get("revocation")
    if published is None or wish is None:
        return None
    families: dict[Family, None] = dict.fromkeys(
        family_of(spec.channel) for spec in seat.site.world.centres if spec.channel != "plain"
    )
    return Lists(tuple(published.url(family, tier) for family in families for tier in _TIERS), wish.look_s, wish.policy)
