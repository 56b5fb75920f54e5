"""The full place with room for several terminals: each a namespace and three wires of its own (CSMT 11.13).

Leaves the wires of the one on test to `network`. Addresses are those of `layout.group`, links are called as in virtual
time: <slave>.field to its meters, <slave>.local to the bench, group.<slave> to its master's card in the uplink network.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bench.layout import build, group
from bench.real.wire.wire import Segment
from bench.rigs.places.network import NetworkPlace
from bench.rigs.places.place import Beside, Door
from simulators.world import World


class RoomyNetworkPlace(NetworkPlace):
    """Three wires and a namespace for each terminal."""

    _slaves: tuple[Beside, ...] = ()

    def expect(self, slaves: Sequence[Beside]) -> None:
        """Lay wires for these too."""
        self._slaves = tuple(slaves)

    def plan(self, world: World) -> tuple[Segment, ...]:
        """The segments of the one on test, without the meters of the others, and theirs."""
        theirs = {host for slave in self._slaves for host in slave.meters}
        own = [
            dataclasses.replace(each, site=tuple(host for host in each.site if host not in theirs) or ("10.1.0.1",))
            for each in super().plan(world)
        ]
        return (*own, *(segment for number, slave in enumerate(self._slaves) for segment in _beside(number, slave)))

    def namespace_of(self, slave: str) -> str:
        """Its own."""
        return "" if self.wires is None else self.wires.beside[slave]

    def beside(self, number: int) -> Door:
        """In the networks of the one on test, at an address of its own."""
        _, uplink, local = group.addresses_of(number)
        return Door((local, build.LOCAL_PORT), uplink, build.TERMINAL_UPLINK)

    async def join(self, slave: str, number: int, port: int) -> None:
        """The cable lies since the place was opened."""

    def came(self, slave: str) -> int:
        """The connections that were begun on its cable."""
        return 0 if self.wires is None else self.wires.statistics().segments[_cable(slave)].connections_opened


def _cable(slave: str) -> str:
    return f"{group.CABLES}.{slave}"


def _beside(number: int, slave: Beside) -> tuple[Segment, ...]:
    field, uplink, local = group.addresses_of(number)
    return (
        Segment(f"{slave.name}.field", slave.meters or ("10.1.0.1",), field, beside=slave.name),
        Segment(_cable(slave.name), (build.TERMINAL_UPLINK,), uplink, beside=slave.name, between=True),
        Segment(f"{slave.name}.local", (build.BENCH_LOCAL,), local, beside=slave.name),
    )
