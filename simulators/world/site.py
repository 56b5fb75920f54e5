"""The world at work: plant, meters behind their gateways and collectors, centres, all listening.

Leaves to others the network between them and the terminal; runs unchanged in virtual time and on loopback in real time.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeVar, runtime_checkable

from simulators.centres.base import AnyCentre, Item, Program
from simulators.centres.build import build_centre, secrets_of, subjects_of, terminal_side
from simulators.centres.hj212.centre import Centre
from simulators.centres.http import JsonCentre
from simulators.centres.kinds import kinds
from simulators.centres.read import own_files
from simulators.centres.spec import CentreSpec, Given
from simulators.clock import Chance, Clock, Observe, seeded
from simulators.collectors.build import build_collector, collected_meter
from simulators.collectors.collected import CollectedMeter
from simulators.collectors.kinds import AnyCollector
from simulators.collectors.spec import collector_side, collector_subjects
from simulators.meters.build import Carriers, Door, Surroundings, build_doors, build_meter
from simulators.meters.meter import Meter
from simulators.meters.places import Collected, SerialLine
from simulators.meters.schedule import Schedule
from simulators.meters.serial.meter import Station
from simulators.meters.spec import MeterSpec
from simulators.plant import Plant
from simulators.systems.build import build_systems, key_of, tagged_meter
from simulators.systems.kinds import SystemDoor, SystemPlace
from simulators.systems.kinds import kind_of as system_kind
from simulators.tables import Problem
from simulators.trust.authority import Choice, TerminalSide, Trust
from simulators.trust.distribution import DistributionPoint
from simulators.world.check import check_world
from simulators.world.model import World, WorldError
from simulators.world.parts import build_plant, overridden, register_map
from simulators.world.points import PointRow, point_row

C = TypeVar("C")

Within = Callable[[str, Coroutine[Any, Any, None]], Awaitable[None]]
"""Runs a coroutine on the host of this name or address."""


@runtime_checkable
class Discarded(Protocol):
    """What keeps files of its own on this machine."""

    def discard(self) -> None:
        """Take them away, whether or not it was stopped."""
        ...


class Site:
    """The world standing: plant, meters behind their gateways and collectors, centres.

    `clock` gives true time, `chance` streams of chance (default: from the world's seed), `observe` takes all events,
    `carriers` gives the meters' end of each serial line. With `even` centres and terminal have certificates whose
    signatures are of one length (`trust.authority`). Raises WorldError if the world contradicts itself, ValueError if
    it has serial lines and nobody can make them.
    """

    def __init__(
        self,
        world: World,
        *,
        clock: Clock,
        observe: Observe,
        chance: Chance | None = None,
        carriers: Carriers | None = None,
        even: bool = False,
    ) -> None:
        problems = check_world(world)
        if problems:
            raise WorldError(problems)
        self.world = world
        streams: Callable[[str], random.Random] = chance or seeded(world.seed)
        self.plant: Plant = build_plant(world, streams)
        self.meters: dict[str, Meter] = {}
        self.points: dict[str, PointRow] = {}
        surroundings = Surroundings(self.plant, clock, streams, observe, world.start_us, world.shared)
        lines = {line.name: line for line in world.lines}
        built: list[tuple[MeterSpec, Meter, Station | None]] = []
        behind: dict[str, list[CollectedMeter]] = {}
        for spec in world.meters:
            device = overridden(register_map(spec.map), spec.points)
            match spec.place:
                case Collected(collector):
                    meter = collected_meter(spec, device, surroundings, world.collectors)
                    behind.setdefault(collector, []).append(meter)
                case SystemPlace() as place:
                    meter = tagged_meter(spec, place, device, surroundings)
                case place:
                    port = lines[place.device].settings if isinstance(place, SerialLine) else None
                    meter, station = build_meter(spec, device, surroundings, port)
                    built.append((spec, meter, station))
            self.meters[spec.name] = meter
            for point in spec.points:
                self.points[point.id] = point_row(world, spec, device, point, meter)
        self._systems = build_systems([(spec, self.meters[spec.name]) for spec in world.meters], surroundings)
        self.gateways: tuple[Door, ...] = build_doors(
            built, lines, surroundings, carriers, tuple(self._systems.values())
        )
        self._schedule = Schedule(world.faults, self.meters, streams)
        flaws = self._schedule.flaws()
        if flaws:
            raise WorldError([Problem(world.where, *flaw) for flaw in flaws])
        subjects = [*subjects_of(world.centres), *collector_subjects(world.collectors)]
        lists = world.revocation
        self.trust = Trust(world.start_us, streams, subjects, "" if lists is None else lists.ocsp_url, even=even)
        self.collectors: dict[str, AnyCollector] = {
            spec.name: build_collector(
                spec,
                behind[spec.name],
                clock=clock,
                chance=streams(f"collector/{spec.name}"),
                observe=observe,
                trust=self.trust,
            )
            for spec in world.collectors
        }
        self.revocation: DistributionPoint | None = None
        if lists is not None:
            self.revocation = DistributionPoint(lists, self.trust, chance=streams, clock=clock, observe=observe)
        self.keys_given_later: dict[str, list[str]] = {}
        """Keys (PEM) of the terminal's own by centre that were given out while the world ran."""
        self._secrets = {spec.name: secrets_of(streams(f"centre/{spec.name}/secrets")) for spec in world.centres}
        stood = {
            spec.name: build_centre(
                spec,
                clock=clock,
                chance=streams(f"centre/{spec.name}"),
                observe=observe,
                trust=self.trust,
                secrets=self._secrets[spec.name],
                items=_items(spec, self.points.values()),
                own=own_files(spec, world.start_us)[0],
            )
            for spec in world.centres
        }
        order = [*kinds()]
        ranked = sorted(world.centres, key=lambda spec: order.index(spec.kind))
        self.everyone: dict[str, AnyCentre] = {spec.name: stood[spec.name] for spec in ranked}
        self.centres = self.of(Centre)
        self.platforms = self.of(JsonCentre)

    def part(self, meters: Collection[str], centres: Collection[str]) -> Site:
        """What of it one of several terminals is wired to: these meters and centres, and the same world behind them."""
        seen = copy.copy(self)
        seen.world = replace(
            self.world,
            meters=tuple(spec for spec in self.world.meters if spec.name in meters),
            centres=tuple(spec for spec in self.world.centres if spec.name in centres),
        )
        seen.meters = {name: meter for name, meter in self.meters.items() if name in meters}
        seen.points = {name: row for name, row in self.points.items() if row.meter in meters}
        return seen

    def system(self, place: SystemPlace) -> SystemDoor:
        """The system that a place is behind."""
        return self._systems[key_of(place)]

    def system_told(self, place: SystemPlace) -> Mapping[str, Any]:
        """What a terminal is told of the system that a place is behind: its url, and what else it needs to get in."""
        return system_kind(place).told(place, self.system(place))

    def of(self, sort: type[C]) -> dict[str, C]:
        """Centres of one class, by name."""
        return {name: centre for name, centre in self.everyone.items() if isinstance(centre, sort)}

    @property
    def programs(self) -> tuple[Program, ...]:
        """Centres that are programs of their own, which may end unasked."""
        return tuple(centre for centre in self.everyone.values() if isinstance(centre, Program))

    def collector_side(self, collector: str, choice: Choice = "good") -> TerminalSide:
        """What the terminal is given to talk to a collector. Raises KeyError for one the world lacks."""
        spec = {each.name: each for each in self.world.collectors}[collector]
        return collector_side(spec, self.trust, choice)

    def terminal_side(self, centre: str, choice: Given | None = None) -> TerminalSide:
        """What the terminal is given to talk to a centre (docs/WIRE.md section 7); `choice` is its own certificate.

        Raises KeyError for a centre the world lacks.
        """
        spec = {each.name: each for each in self.world.centres}[centre]
        side = terminal_side(spec, self.trust, self._secrets[centre], choice)
        if choice is not None and side.key not in self.keys_given_later.setdefault(centre, []):
            self.keys_given_later[centre].append(side.key)
        return side

    async def start(self, within: Within | None = None) -> None:
        """Listen everywhere; `within` runs each start on its host. A taken port (OSError) leaves nothing open."""
        try:
            for device in self._devices():
                if within is None or not device.host:
                    await device.start()
                else:
                    await within(device.host, device.start())
        except OSError:
            await self.stop()
            raise
        self._schedule.start()

    async def stop(self) -> None:
        """Close every port and connection."""
        self._schedule.stop()
        for device in self._devices():
            await device.stop()

    def discard(self) -> None:
        """Take off this machine what a world that has ended without `stop` leaves on it: databases of its own."""
        for door in self.gateways:
            if isinstance(door, Discarded):
                door.discard()

    def _devices(self) -> tuple[Door | AnyCollector | AnyCentre | DistributionPoint, ...]:
        """Everything that listens."""
        lists = () if self.revocation is None else (self.revocation,)
        return (*self.gateways, *self.collectors.values(), *self.everyone.values(), *lists)


def _items(spec: CentreSpec, rows: Iterable[PointRow]) -> dict[str, Item]:
    """The points of a centre by their code there."""
    return {
        row.codes[spec.name]: Item(row.id, "Cou" if row.kind == "counter" else "Avg", row.unit, row.low, row.high)
        for row in rows
        if spec.name in row.codes
    }
