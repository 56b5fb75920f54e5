"""Where a terminal of a real-time rig stands: its addresses, and the links to everything around it.

Leaves power and program to `real.terminal`. A place tells what happens on its links through a callback, in the words
of `bench.history.LinkRule`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from bench.dut.platform import Intake
from bench.facade.bench import LinkControl
from bench.history import Captured
from bench.history.events import RuleState
from bench.layout import build as layout
from simulators.world import World


@dataclass(frozen=True)
class LinkTold:
    """What a place tells of a link: rule put on, taken off, acted once (act), or its losses (dropped)."""

    link: str
    rule: str
    state: RuleState
    detail: dict[str, str]


class Place(Protocol):
    """A way of standing around a terminal; opened for one case and closed after it."""

    links: Mapping[str, LinkControl]
    namespace: str
    """The terminal's network namespace; empty where it shares the bench's."""

    def told(self, world: World) -> World:
        """The world at the addresses that the terminal is told."""
        ...

    def local(self) -> tuple[str, int]:
        """Host and port of the terminal's local interface."""
        ...

    def uplink(self) -> str:
        """Where a platform listens for terminals: the address of its card in the uplink network."""
        ...

    async def admit(self, ways: Sequence[Intake]) -> str:
        """Lay the ways in to a platform, once open; the address at which terminals reach it. Raises LaunchError."""
        ...

    def cards(self) -> Mapping[str, str]:
        """The terminal's addresses by network: field, uplink, local, those that can be reached here."""
        ...

    def desks(self) -> tuple[str, str]:
        """Two addresses from which the local interface can be reached: the bench's usual one, and a stranger's."""
        ...

    def time_server(self) -> tuple[str, int]:
        """Host and port of the bench's time server, as the terminal is told and where it listens."""
        ...

    async def open(
        self, world: World, *, seed: int, captures: Path | None, observe: Callable[[LinkTold], None]
    ) -> World:
        """Lay the wires; returns the world at the addresses where the simulators listen."""
        ...

    def standing(self) -> AbstractContextManager[object]:
        """The scope in which the simulators' sockets have to be made."""
        ...

    async def dark(self, on: bool) -> None:
        """While the terminal has no power, nothing leaves it, not even the ends of its connections. No event."""
        ...

    def captured(self, now_us: int) -> list[Captured]:
        """The captures that were written, once closed."""
        ...

    async def close(self) -> None:
        """Take everything away; may be repeated."""
        ...


@dataclass(frozen=True)
class Door:
    """Where a slave is: its local interface, its card towards its master, and where it finds that one."""

    local: tuple[str, int]
    uplink: str
    master: str


@dataclass(frozen=True)
class Beside:
    """A slave that will stand in a place, and the addresses of its meters."""

    name: str
    meters: tuple[str, ...]


@runtime_checkable
class Roomy(Protocol):
    """A place that has room for more than one terminal."""

    def expect(self, slaves: Sequence[Beside]) -> None:
        """Who will stand here, before it is opened."""
        ...

    def namespace_of(self, slave: str) -> str:
        """The network namespace of a slave, once open; empty where it shares the bench's."""
        ...

    def beside(self, number: int) -> Door:
        """Where the slave with this number, from 0, is."""
        ...

    async def join(self, slave: str, number: int, port: int) -> None:
        """Lay the cable `group.<slave>` between a slave and its master, which listens at this port."""
        ...

    def came(self, slave: str) -> int:
        """How many connections a slave has opened over it."""
        ...


def peers(world: World) -> dict[str, tuple[str, str]]:
    """The links of single hosts: name → segment and address.

    Names are field.<meter> or field.circuits, uplink.<centre>, and uplink.revocation where lists are published.
    """
    found: dict[str, tuple[str, str]] = {}
    hosts: list[str] = []
    for spec in world.meters:
        if spec.host and spec.host not in hosts:
            hosts.append(spec.host)
            found[f"field.{'circuits' if spec.host == layout.GATEWAY else spec.name}"] = ("field", spec.host)
    for centre in world.centres:
        found[f"uplink.{centre.name}"] = ("uplink", centre.host)
    if world.revocation is not None:
        found["uplink.revocation"] = ("uplink", world.revocation.host)
    return found
