"""Several terminals on one bench: where each stands, what it is told of the others, by what they know each other.

Leaves their meters to `build` and seating them to the rigs. How a master and its slaves speak is the product's own; the
bench gives each the others' addresses, and a certificate of one authority.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.dut import Fellow, Role, ServerSide
from bench.layout.build import TERMINAL_UPLINK, terminal_of
from bench.layout.scenario import Scenario, Slave
from simulators.clock import Chance
from simulators.trust.authority import Role as Side
from simulators.trust.authority import Trust
from simulators.world import PointRow, Site

MASTER = "master"
MASTER_PORT = 9700
"""Where a master is asked to listen for its slaves."""
CABLES = "group"
"""Links between a slave and its master are called <this>.<slave>."""
_FIRST = 200


def addresses_of(index: int) -> tuple[str, str, str]:
    """Field, uplink and local address of the slave with this number, from 0."""
    return (f"10.1.0.{_FIRST + index}", f"10.2.0.{_FIRST + index}", f"10.3.0.{_FIRST + index}")


def site_of(scenario: Scenario, site: Site, terminal: str) -> Site:
    """What a terminal is wired to: its own meters; the centres are its master's (empty name), or those of one alone."""
    if not scenario.all_of(Slave):
        return site
    meters = [spec.name for spec in site.world.meters if terminal_of(scenario, spec.name) == terminal]
    return site.part(meters, () if terminal else [spec.name for spec in site.world.centres])


def roles_of(
    scenario: Scenario, site: Site, chance: Chance, doors: Mapping[str, tuple[str, str]] | None = None
) -> dict[str, Role]:
    """What every terminal is told of the others, by slave; the master's under the empty name. None of one alone.

    `doors` gives the address of each slave and that under which it finds its master, where they are not the usual.
    """
    slaves = scenario.all_of(Slave)
    if not slaves:
        return {}
    subjects: list[tuple[Side, str]] = [
        ("server", MASTER),
        *(("client", slave.name) for slave in slaves),
    ]
    authority = Trust(site.world.start_us, chance, subjects, even=True)["ecdsa"]

    def own(side: Side, name: str, hosts: tuple[str, ...] = ()) -> ServerSide:
        leaf = authority.leaf(side, name, hosts)
        return ServerSide(leaf.certificate, leaf.key, authority.anchor)

    fellows: dict[str, Fellow] = {}
    masters: dict[str, Fellow] = {}
    for index, slave in enumerate(slaves):
        rows = tuple(row for row in site.points.values() if terminal_of(scenario, row.meter) == slave.name)
        at, found = addresses_of(index)[1], TERMINAL_UPLINK
        at, found = (at, found) if doors is None else doors[slave.name]
        fellows[slave.name] = Fellow(slave.name, at, MASTER_PORT, rows, _tags(rows))
        masters[slave.name] = Fellow(MASTER, found, MASTER_PORT)
    known = tuple(fellows[slave.name] for slave in slaves if not slave.stranger)
    interval = scenario.minute_interval
    hosts = tuple(dict.fromkeys(each.host for each in masters.values()))
    roles = {"": Role(MASTER, own("server", MASTER, hosts), slaves=known, minute_interval=interval)}
    for slave in slaves:
        tags = fellows[slave.name].tags
        if slave.claims:
            # What it reports is called as the other's points are.
            tags = dict(zip(tags, fellows[slave.claims].tags.values(), strict=False))
        roles[slave.name] = Role(
            slave.name,
            own("client", slave.name),
            master=masters[slave.name],
            reports_as=slave.claims or slave.name,
            minute_interval=interval,
            tags=tags,
        )
    return roles


def _tags(rows: tuple[PointRow, ...]) -> dict[str, str]:
    return {row.id: row.id.replace(".", "-") for row in rows}
