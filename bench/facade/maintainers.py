"""Who maintains a terminal from afar: the certificates of both sides of that connection (R-38, as in R-32).

Leaves what is done there to `people`. The bench's own authority stands in for the named issuer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bench.dut import ServerSide
from bench.dut.access import BENCH_ANCHOR, Access
from simulators.clock import Chance
from simulators.trust.authority import Choice, Role, Trust
from simulators.trust.sessions import Material, Session, TongsuoContext, TongsuoSession

_ITEM, _MAINTAINER = "terminal", "maintainer"


class TrueClock(Protocol):
    """True time."""

    def now_us(self) -> int:
        """Microseconds UTC."""
        ...


def maintainers(
    access: Access | None, accounts: bool, start_us: int, chance: Chance, clock: TrueClock
) -> Maintainers | None:
    """Who maintains a terminal from afar, where people come to it and a door of its asks for certificates."""
    wanted = (
        accounts
        and access is not None
        and any(door.certified or door.anchor == BENCH_ANCHOR for door in access.doors.values())
    )
    return Maintainers(start_us, chance, clock.now_us) if wanted else None


class Maintainers:
    """The authority of maintenance from afar, of the family that the national suites ask for."""

    def __init__(self, start_us: int, chance: Chance, now_us: Callable[[], int]) -> None:
        subjects: list[tuple[Role, str]] = [("server", _ITEM), ("client", _MAINTAINER)]
        made = Trust(start_us, chance, subjects, even=True)
        self._authority, self._pages = made["sm2"], made["ecdsa"]
        self._now_us = now_us

    def side(self, host: str) -> ServerSide:
        """What the item is certified by at its address."""
        own = self._authority.leaf("server", _ITEM, (host,))
        return ServerSide(own.certificate, own.key, self._authority.anchor)

    def shown(self, host: str) -> ServerSide:
        """What the item shows to browsers at its address on the local network, of the family that they know."""
        own = self._pages.leaf("server", _ITEM, (host,))
        return ServerSide(own.certificate, own.key, self._pages.anchor)

    @property
    def page_anchor(self) -> str:
        """The root of what it shows there (PEM)."""
        return self._pages.anchor

    def session(self, choice: Choice | None) -> Session:
        """A session of somebody who comes; `choice` says with which certificate (None: without any)."""
        own = None if choice is None else self._authority.leaf("client", _MAINTAINER, (), choice)
        shown = ("", "") if own is None else (own.certificate, own.key)
        material = Material(*shown, self._authority.anchor)
        return TongsuoSession(
            TongsuoContext(material, "require", tlcp=False), self._now_us(), server=False, server_name=""
        )
